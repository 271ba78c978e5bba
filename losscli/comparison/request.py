"""What is asked of a comparison."""

from dataclasses import dataclass

from losscli.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The losses and settings of a comparison.

    losses: empty for every one that applies; gated: those a gate needs beside them;
    scale: s as given, in units of y; clip: probabilities stay in [clip, 1 - clip];
    baseline: the model that others may not be worse than; allowed: losses, and how much worse they may be;
    self_check: whether to try the verdicts on rows like these of which the truth is known;
    resamples: None is 2,000, or 9,999 with more than 5 models;
    list_rows: name the flagged and the deciding rows one by one;
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
    baseline: str | None = None
    allowed: tuple[tuple[Spec, float], ...] = ()
    resamples: int | None = None
    seed: int = 0
    self_check: bool = False
    list_rows: bool = False
    jobs: int = 1
    command: tuple[str, ...] = ()
