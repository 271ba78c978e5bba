"""The losses under test, each at its defaults and at the parameters where it changes its nature."""

from typing import Any, NamedTuple

import numpy as np

from battery import vectors
from losscli.domain import CLASSES, NUMBERS, Task, log_softmax, softplus
from losscli.loss import Argument, BoundLoss, Loss, Reduction
from losscli.loss.catalogue import CATALOGUE
from losscli.spec import Spec

SCALE = 1.5  # the residual scale of every default

# Parameters where traits or branches change; the defaults are always tried as well.
VARIANTS: dict[Task, tuple[str, ...]] = {
    Task.REGRESSION: (
        "lq:q=1",
        "lq:q=2",
        "lq:q=3",
        "quantile:tau=0.1",
        "log_lin_quantile:tau=0.8",
        "expectile:tau=0.1",
        "epsilon_insensitive:epsilon=0",
        "squared_epsilon_insensitive:epsilon=0",
        "linex:a=-0.7",
        "num_errors:threshold=0",
        "huber:delta=0.01",
        "hampel:a=2,b=2,c=3",
        "barron:alpha=-inf",
        "barron:alpha=-7.5",
        "barron:alpha=0",
        "barron:alpha=0.5",
        "barron:alpha=1",
        "barron:alpha=1.5",
        "barron:alpha=2,c=0.8",
        "barron:alpha=3,c=2",
        "threshold_weighted_score:low=0.7,high=6",
        "threshold_weighted_score:low=0.7,high=inf",
    ),
    Task.COUNTS: (
        "tweedie:power=1",
        "tweedie:power=1.2",
        "tweedie:power=1.9999",
        "tweedie:power=2.5",
        "tweedie:power=-1",
        "tweedie_nll:power=1.2",
        "negative_binomial:alpha=0.01",
        "negative_binomial:alpha=50",
    ),
    Task.BINARY: (
        "focal:gamma=0",
        "focal:gamma=0.5",
        "gce:q=1",
        "weighted_bce:positive_weight=1",
        "label_smoothing_bce:epsilon=0",
        "tversky:alpha=0.3,beta=0.7",
    ),
    Task.MULTILABEL: (
        "asymmetric:positive_gamma=0,negative_gamma=2,shift=0",
        "asymmetric:positive_gamma=2,negative_gamma=1.5,shift=0.2",
    ),
    Task.DISTRIBUTION: (
        "renyi:alpha=0.5",
        "renyi:alpha=5",
        "wasserstein1_1d:width=0.5",
    ),
    Task.BOXES: ("smooth_l1:beta=0.1",),
    Task.MULTICLASS: (
        "focal:gamma=0",
        "gce:q=1",
        "multi_margin:margin=2",
        "fenchel_young:alpha=1",
        "fenchel_young:alpha=1.2",
        "fenchel_young:alpha=2",
        "class_balanced_ce:beta=0",
        "logit_adjusted_ce:tau=0",
        "ldam:max_margin=0,s=1",
        "generalized_dice:pooled=0",
    ),
    Task.FORECAST: (
        "interval_score:alpha=0.5",
        "crps_ensemble:fair=1",
        "gaussian_nll:full=0",
        "student_t_nll:nu=2.5",
        "student_t_nll:nu=1000",
    ),
}


def record(task: Task, name: str) -> Loss:
    """The record of that task; the names of one task differ."""
    (loss,) = (loss for loss in CATALOGUE if loss.task is task and loss.name == name)
    return loss


def filled(loss: Loss, **written: float) -> BoundLoss:
    """With the defaults that follow the rows as those of the tests would have them."""
    return loss.bind(written, scale=SCALE, imbalance=3.0, naive=0.8)


def bound(task: Task, text: str) -> BoundLoss:
    spec = Spec.parse(text)
    return filled(record(task, spec.name), **spec.numbers())


def _all() -> tuple[BoundLoss, ...]:
    return (
        *map(filled, CATALOGUE),
        *(bound(task, text) for task, texts in VARIANTS.items() for text in texts),
    )


BOUND = _all()


def label(loss: BoundLoss) -> str:
    """A test id."""
    return f"{loss.loss.task.value}-{loss.spec}"


class Model(NamedTuple):
    """Truth and what one model says of it, in every space a loss may ask for.

    y: (n,) targets or class codes, or (n, L) of several columns; score: (n,), for several classes (n, k), of
    several columns as `vectors.arguments` takes them.
    """

    y: Any
    score: Any


def arguments(loss: Loss, model: Model) -> tuple[Any, ...]:
    """What `value` takes, as `Loss.argument` names it; regression scores are predictions but for the link."""
    y, s = model
    if loss.task not in CLASSES | NUMBERS:
        return vectors.arguments(loss, y, s)
    several = loss.task is Task.MULTICLASS
    match loss.argument:
        case Argument.RESIDUAL:
            return (s - y,)
        case Argument.PREDICTION:
            return (y, loss.link.predict(s))
        case Argument.MARGIN:
            return ((2.0 * y - 1.0) * s,)
        case Argument.LOG_PROBABILITY if several:
            return (log_softmax(s)[np.arange(len(y)), y],)
        case Argument.LOG_PROBABILITY:
            return (-softplus(-(2.0 * y - 1.0) * s),)
        case Argument.SCORE:
            return (y, s)
        case Argument.LOG_PROBABILITIES:
            return (y, log_softmax(s))
        case Argument.COUNTS:
            return (y, s, np.bincount(y, minlength=s.shape[1]).astype(np.float64))
        case _:
            return (y, s.argmax(axis=1) if several else (s > 0.0).astype(np.intp))


def picked(loss: Loss, given: tuple[Any, ...], rows: Any) -> tuple[Any, ...]:
    """The arguments of some rows; levels and class counts belong to all."""
    shared = loss.argument in (Argument.QUANTILES, Argument.COUNTS)
    own = given[:-1] if shared else given
    return tuple(argument[rows] for argument in own) + given[len(own) :]


def model(loss: Loss, seed: int, rows: int = 400) -> Model:
    """A random model of random data in the domain of the loss; the same seed gives the same truth."""
    truth = np.random.default_rng(7)
    noise = np.random.default_rng(seed)
    if loss.task not in CLASSES | NUMBERS:
        return Model(*vectors.random(loss, truth, noise, rows))
    if loss.task is Task.MULTICLASS:
        codes = truth.integers(0, 4, rows)
        return Model(codes, noise.normal(size=(rows, 4)) * 1.5 + 1.2 * np.eye(4)[codes])
    if loss.task is Task.BINARY:
        codes = truth.integers(0, 2, rows)
        return Model(codes, noise.normal(size=rows) * 1.5 + (2.0 * codes - 1.0))
    y = truth.lognormal(0.7, 0.8, rows)
    if loss.target.whole:
        y = np.floor(y * 3.0)
    elif loss.task is Task.REGRESSION and loss.argument is Argument.RESIDUAL:
        y = y * np.where(truth.random(rows) < 0.3, -1.0, 1.0)
    spread = noise.uniform(0.2, 0.9)
    prediction = y + spread * noise.normal(size=rows) * (1.0 + y / 4.0)
    if loss.prediction.low == 0.0:
        prediction = np.maximum(y, 0.3) * np.exp(spread * noise.normal(size=rows))
    elif loss.prediction.low == -1.0:
        prediction = np.maximum(prediction, -0.9)
    return Model(y, loss.link.score(prediction))


def figure(loss: BoundLoss, given: tuple[Any, ...]) -> float:
    """The loss of unweighted rows, reduced as the record says."""
    params = dict(loss.params)
    match loss.loss.reduction:
        case Reduction.MEAN:
            return float(np.mean(loss.value(*given)))
        case Reduction.ROOT:
            return float(np.sqrt(np.mean(loss.value(*given))))
        case Reduction.MEDIAN:
            return float(np.median(loss.value(*given)))
        case Reduction.MAX:
            return float(np.max(loss.value(*given)))
        case Reduction.RATIO:
            assert loss.loss.combine is not None
            parts = loss.loss.parts_for(given[-1].shape[1] if loss.loss.by_class else 0)
            means = [float(np.mean(part(*given, **params))) for part in parts]
            return loss.loss.combine(*means, **params)
        case Reduction.WHOLE:
            assert loss.loss.whole is not None
            return loss.loss.whole(*given, np.ones(len(given[0])), **params)
        case Reduction.RELATIVE:
            assert loss.elicits == "mean"
            y, _ = given
            of_constant = loss.value(y, np.full_like(y, np.mean(y)))
            return float(np.mean(loss.value(*given)) / np.mean(of_constant))
