"""What is asked of a comparison."""

from dataclasses import dataclass

from losscli.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The losses and settings of a comparison.

    losses: empty for every one that applies; gated: those a gate needs beside them;
    scale: s as given, in units of y; clip: probabilities stay in [clip, 1 - clip];
    drop: leave out rows with missing or infinite values; exact: no sketch however many rows.
    """

    losses: tuple[Spec, ...] = ()
    gated: tuple[Spec, ...] = ()
    exclude: tuple[Spec, ...] = ()
    scale: float | None = None
    clip: float | None = None
    drop: bool = False
    exact: bool = False
    confidence: float = 0.95
    jobs: int = 1
    command: tuple[str, ...] = ()
