"""What is asked of a comparison."""

from dataclasses import dataclass

from losscli.comparison.gates import Allowance
from losscli.inference import Correction
from losscli.loss import BoundLoss
from losscli.result import Recorded
from losscli.spec import Spec
from losscli.usual import CONFIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The losses and settings of a comparison.

    losses: empty for every one that applies.
    gated: those that a gate needs beside them.
    metrics: what a gate names that is no loss, `fbeta:beta=3`.
    cost: what decisions cost, a loss that is computed in any case.
    scale: s as given, in units of y.
    clip: probabilities stay in [clip, 1 - clip].
    drop: leave out rows with missing or infinite values.
    baseline: the model that others may not be worse than.
    recorded: the earlier result that holds it, if it stands there.
    match_common: pair with it the rows that both have.
    allowances: how much worse losses and metrics may be.
    correction: of the pairs on the primary loss, for their number.
    horizon: the steps ahead that were forecast, of rows in time order.
    self_check: whether to try the verdicts on rows like these of which the truth is known.
    resamples: None is 2,000, or 9,999 with 6 to 20 models.
    replicates: keep them in the result.
    decompose: every loss that has parts in its parts, with intervals and curves; else the primary one alone.
    later: what `decompose` asks for is found when it is asked of the result.
    list_rows: name the flagged and the deciding rows one by one.
    exact: no sketch however many rows.
    """

    losses: tuple[Spec, ...] = ()
    gated: tuple[Spec, ...] = ()
    metrics: tuple[str, ...] = ()
    cost: BoundLoss | None = None
    exclude: tuple[Spec, ...] = ()
    scale: float | None = None
    clip: float | None = None
    drop: bool = False
    exact: bool = False
    confidence: float = CONFIDENCE
    baseline: str | None = None
    recorded: Recorded | None = None
    allowances: tuple[Allowance, ...] = ()
    match_common: bool = False
    correction: Correction = Correction.MAX_T
    resamples: int | None = None
    horizon: int | None = None
    seed: int = 0
    self_check: bool = False
    replicates: bool = False
    decompose: bool = False
    later: bool = False
    list_rows: bool = False
    jobs: int = 1
    command: tuple[str, ...] = ()
