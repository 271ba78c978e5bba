"""Columns as a file, and losses computed from whole arrays, to hold a comparison against."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit, log_softmax

from losscli.domain import Floats, Kind, Task
from losscli.loss import Argument, BoundLoss, Reduction
from losscli.loss.catalogue import find
from losscli.result import Comparison, LossTable
from losscli.spec import Spec

Columns = Mapping[str, Any]
Compare = Callable[..., Comparison]


def delimited(columns: Columns, sign: str = ",") -> bytes:
    """Columns as text; floats as the shortest that reads back, NaN as an empty field."""

    def text(value: Any) -> str:
        written = str(value)
        return "" if written == "nan" else written

    words = [[text(value) for value in np.asarray(column).tolist()] for column in columns.values()]
    return "\n".join(sign.join(row) for row in [list(columns), *zip(*words, strict=True)]).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Truth:
    """Targets (classes: codes), weights, and what one model says, by the kind it says it in."""

    task: Task
    y: Floats
    w: Floats
    said: dict[Kind, Any]


def bound(table: LossTable, task: Task) -> BoundLoss:
    """The loss that a table speaks of, at the parameters it prints."""
    spec = Spec.parse(table.spec)
    loss = find(spec, task)
    assert loss is not None
    one = loss.bind({name: float(value) for name, value in spec.params})
    assert one.spec == table.spec and dict(one.params) == dict(table.params)
    return one


def arguments(one: BoundLoss, truth: Truth) -> tuple[Any, ...] | None:
    """What the loss takes; None where the model does not say it."""
    y, said = truth.y, truth.said
    if not one.loss.needs & said.keys():
        return None
    several = truth.task is Task.MULTICLASS
    match one.loss.argument:
        case Argument.RESIDUAL:
            return (said[Kind.VALUE] - y,)
        case Argument.PREDICTION if Kind.VALUE in said:
            return y, said[Kind.VALUE]
        case Argument.PREDICTION:
            return y, said[Kind.PROBABILITY] if Kind.PROBABILITY in said else expit(said[Kind.LOGIT])
        case Argument.LABEL:
            return y.astype(int), _labels(truth, several)
        case Argument.MARGIN:
            return ((2 * y - 1) * _scores(one, said),)
        case Argument.SCORE if several:
            own = next(said[kind] for kind in (Kind.PROBABILITY, Kind.SCORE, Kind.LOGIT) if kind in said)
            return y.astype(int), own
        case Argument.SCORE:
            return y, _scores(one, said)
        case argument:
            return _of_classes(argument, truth, several)


def _of_classes(argument: Argument, truth: Truth, several: bool) -> tuple[Any, ...]:
    codes, said = truth.y.astype(int), truth.said
    if argument is Argument.COUNTS:
        own = np.log(said[Kind.PROBABILITY]) if Kind.PROBABILITY in said else next(iter(said.values()))
        return codes, own, np.bincount(codes, weights=truth.w)
    logs = _log_probabilities(truth, several)
    return (codes, logs) if argument is Argument.LOG_PROBABILITIES else (logs[np.arange(len(codes)), codes],)


def _labels(truth: Truth, several: bool) -> Any:
    said = truth.said
    if Kind.LABEL in said:
        return said[Kind.LABEL]
    for kind, threshold in ((Kind.PROBABILITY, 0.5), (Kind.SCORE, 0.0), (Kind.LOGIT, 0.0)):
        if kind in said:
            return said[kind].argmax(axis=1) if several else (said[kind] > threshold).astype(int)
    raise AssertionError


def _scores(one: BoundLoss, said: dict[Kind, Any]) -> Floats:
    if Kind.PROBABILITY in one.loss.needs and Kind.PROBABILITY in said:
        p = said[Kind.PROBABILITY]
        return np.asarray(np.log(p) - np.log1p(-p))
    return np.asarray(said[Kind.SCORE] if Kind.SCORE in said else said[Kind.LOGIT])


def _log_probabilities(truth: Truth, several: bool) -> Floats:
    """(n, k), for two classes of the negative and the positive."""
    said = truth.said
    if Kind.PROBABILITY in said:
        p = said[Kind.PROBABILITY]
        return np.asarray(np.log(p) if several else np.column_stack([np.log1p(-p), np.log(p)]))
    z = said[Kind.LOGIT]
    return np.asarray(log_softmax(z if several else np.column_stack([np.zeros_like(z), z]), axis=1))


def figure(one: BoundLoss, truth: Truth) -> float | None:
    """The loss of the model on all rows at once; None where it does not say what the loss needs."""
    given, w = arguments(one, truth), truth.w
    if given is None:
        return None
    reduction = one.loss.reduction
    if one.loss.name == "lovasz_hinge":
        return _lovasz(w, *given)
    if one.loss.name == "generalized_dice":
        return _generalized_dice(bool(dict(one.params)["pooled"]), w, *given)
    if reduction in (Reduction.RATIO, Reduction.RELATIVE):
        return _ratio(one, w, *given)
    value = one.value(*given)
    if reduction is Reduction.MAX:
        return float(value[w > 0].max())
    if reduction is Reduction.MEDIAN:
        return float(np.median(np.repeat(value, w.astype(int))))
    mean = math.fsum(w * value) / math.fsum(w)
    return math.sqrt(mean) if reduction is Reduction.ROOT else mean


def _ratio(one: BoundLoss, w: Floats, y: Floats, p: Floats) -> float:
    """Those that are no mean, each written out."""
    params = dict(one.params)

    def total(x: Any) -> float:
        return math.fsum(w * x)

    hits = total(y * p)
    match one.loss.name:
        case "wmape":
            return total(np.abs(p - y)) / total(np.abs(y))
        case "nrmse":
            return math.sqrt(total((p - y) ** 2) / total(1.0)) / abs(total(y) / total(1.0))
        case "relative_squared_error":
            return total((p - y) ** 2) / total((y - total(y) / total(1.0)) ** 2)
        case "balanced_error":
            return (
                total((y == 1) & (p == 0)) / total(y == 1) + total((y == 0) & (p == 1)) / total(y == 0)
            ) / 2
        case "dice" | "soft_f1":
            return 1.0 - 2.0 * hits / total(y + p)
        case "jaccard":
            return 1.0 - hits / total(y + p - y * p)
        case "tversky" | "focal_tversky":
            below = hits + params["alpha"] * total((1 - y) * p) + params["beta"] * total(y * (1 - p))
            return float((1.0 - hits / below) ** (1.0 / params.get("gamma", 1.0)))
        case name:
            raise NotImplementedError(name)


def _lovasz(w: Floats, y: Floats, s: Floats) -> float:
    """The integral over thresholds of the Jaccard loss of the rows whose error is at least as large."""
    errors = np.maximum(0.0, 1.0 - (2 * y - 1) * s)
    steps = np.unique(np.append(errors, 0.0))
    return math.fsum(
        (high - low) * w[errors >= high].sum() / w[(errors >= high) | (y == 1)].sum()
        for low, high in pairwise(steps)
    )


def _generalized_dice(pooled: bool, w: Floats, codes: Any, logs: Floats) -> float:
    truth, p = np.eye(logs.shape[1])[codes], np.exp(logs)
    hits, sizes, n = w @ (truth * p), w @ (truth + p), w @ truth
    if pooled:
        return float(1 - 2 * (hits / n**2).sum() / (sizes / n**2).sum())
    return float(((1 - 2 * hits / sizes) / n**2).sum() / (1 / n**2).sum())


def least(one: BoundLoss, y: Floats) -> Floats:
    """The least row value over all predictions, from the definitions of those that do not end at 0."""
    params = dict(one.params)
    match one.loss.name:
        case "poisson_nll" | "gamma_nll" | "tweedie_nll":
            return one.value(y, y)  # a deviance is 0 where p is y
        case "negative_binomial":
            return one.value(y, np.maximum(y, 1e-300))
        case "label_smoothing_bce":
            return np.full(len(y), _entropy([params["epsilon"] / 2, 1 - params["epsilon"] / 2]))
        case "label_smoothing":
            raise NotImplementedError  # it depends on the number of classes
        case "cost":
            return np.where(y == 1, params["tp"], params["tn"])
        case name:
            assert one.loss.infimum == 0.0, name
            return np.zeros(len(y))


def _entropy(p: list[float]) -> float:
    return -math.fsum(x * math.log(x) for x in p)
