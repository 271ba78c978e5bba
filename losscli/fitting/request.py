"""What is asked of `losscli fit`, and of which rows."""

from dataclasses import dataclass

from losscli.descent.networks import EarlyStopping
from losscli.fitting.estimator import EstimatorLearner
from losscli.loss import BoundLoss
from losscli.result import Input
from losscli.spec import Spec
from losscli.usual import CONFIDENCE, FOLDS, REPEATS

_LINEAR, _AUTO = Spec("linear"), Spec("auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRequest:
    """The losses and settings of a run.

    losses: empty for one of every class that can be trained.
    scale: s as given, in units of y.
    estimator: of another library, in place of `model`; None is none.
    max_iter, tol: None is the optimizer's own.
    early: to stop by; None trains to the end.
    seeds: starts of a network that are tried in the first repeat.
    penalty_scale: raw or curvature.
    path: None is none.
    tune: losses with a parameter to choose within the training rows, beside those of `losses`.
    l2: None is auto.
    contaminate: None is the task's default, () is none.
    threshold: None is 0.5 for probabilities, 0 for scores.
    threshold_rule: f1, youden or cost to choose it within the training rows.
    cost: of decisions.
    metric: what losses are ranked by, a metric or the spec of a loss; None is the usual one of the task.
    oversample: the share of the largest class that every class is repeated to.
    label_smoothing: the share of a label that is spread over all.
    """

    losses: tuple[Spec, ...] = ()
    exclude: tuple[Spec, ...] = ()
    scale: float | None = None
    model: Spec = _LINEAR
    estimator: EstimatorLearner | None = None
    optimizer: Spec = _AUTO
    max_iter: int | None = None
    early: EarlyStopping | None = None
    seeds: int = 1
    tol: float | None = None
    l1: float = 0.0
    penalty_scale: str = "raw"
    path: Spec | None = None
    tune: tuple[Spec, ...] = ()
    l2: float | None = None
    folds: int = FOLDS
    repeats: int = REPEATS
    contaminate: tuple[Spec, ...] | None = None
    threshold: float | None = None
    threshold_rule: str | None = None
    cost: BoundLoss | None = None
    metric: str | None = None
    oversample: float | None = None
    label_smoothing: float | None = None
    augment: tuple[Spec, ...] = ()
    seed: int = 0
    confidence: float = CONFIDENCE
    jobs: int = 1
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where rows come from. notes: how the file was read, in words; read: rows of the file."""

    inputs: tuple[Input, ...]
    notes: tuple[str, ...]
    read: int
