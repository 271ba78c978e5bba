"""Targets and predictions of a block → what losses are functions of: residuals, margins, labels and so on."""

from typing import Any

import numpy as np

from losscli.domain import (
    CLASSES,
    NUMBERS,
    Codes,
    Floats,
    Kind,
    Task,
    log_softmax,
    logit,
    preferred,
    sigmoid,
    softplus,
    usual_threshold,
)
from losscli.loss.once import once
from losscli.loss.record import Argument, Loss

Arrays = tuple[Any, ...]  # of arrays; where a loss is a sum of parts that differ, a tuple of them a part
Predicted = dict[Kind, Floats]  # (n,), or (n, k) where there is a column per label; labels as codes


class Arguments:
    """What the losses of one model take, computed once for a block and shared between them."""

    def __init__(
        self,
        task: Task,
        y: Floats,
        predicted: Predicted,
        threshold: float | Floats | None = None,
        *,
        levels: Floats | None = None,
        class_weights: Floats | None = None,
    ):
        """y: targets or codes (n,), or (n, L); threshold: one, or one per row (n,); None is the usual one;
        levels: of quantiles (K,); class_weights: Σw of the true classes (k,)."""
        self._task, self._y, self._predicted, self._threshold = task, y, predicted, threshold
        self._levels, self._class_weights = levels, class_weights
        self._cache: dict[tuple[Argument, Kind], Arrays] = {}
        self._sides: dict[Task, Arguments] = {}

    def of(self, loss: Loss) -> Arrays:
        """The arguments of `loss.value`; the model must have predictions of a kind the loss needs."""
        if loss.argument is Argument.PARTS:
            return tuple(self.of(term.loss) for term in loss.terms)
        return self.side(loss.task).get(loss.argument, loss.needs)

    def side(self, task: Task) -> "Arguments":
        """Those of one task of the problem: of a detection those of its classes or of its boxes, of a
        forecast those of its point."""
        if self._task not in (Task.DETECTION, Task.FORECAST) or task is self._task:
            return self
        if task not in self._sides:
            y = side(self._y, self._task, task)
            self._sides[task] = Arguments(
                task, y, self._predicted, self._threshold, class_weights=self._class_weights
            )
        return self._sides[task]

    def get(self, argument: Argument, needs: frozenset[Kind]) -> Arrays:
        kind = preferred(needs & self._predicted.keys())
        key = argument, kind
        if key not in self._cache:
            if self._task is Task.MULTICLASS:
                self._cache[key] = self._classes(argument, kind)
            elif self._task in CLASSES | NUMBERS:
                self._cache[key] = self._single(argument, kind)
            else:
                self._cache[key] = self._several(argument, kind)
        return self._cache[key]

    def _single(self, argument: Argument, kind: Kind) -> Arrays:
        y, p = self._y, self._predicted[kind]
        match argument:
            case Argument.RESIDUAL:
                return (once(np.subtract, p, y),)
            case Argument.PREDICTION:
                return y, sigmoid(p) if kind is Kind.LOGIT else p
            case Argument.SCORE:
                return y, logit(p) if kind is Kind.PROBABILITY else p
            case Argument.MARGIN:
                return (np.where(y == 1.0, p, -p),)
            case Argument.LOG_PROBABILITY:
                if kind is Kind.LOGIT:
                    return (-softplus(np.where(y == 1.0, -p, p)),)
                with np.errstate(divide="ignore"):
                    # p of the true class; log1p keeps the digits of a small p under y = 0
                    return (np.where(y == 1.0, np.log(p), np.log1p(-p)),)
            case _:
                return y, self._positive(p, kind)

    def _positive(self, p: Floats, kind: Kind) -> Floats:
        """Predicted codes: positive iff prediction > threshold."""
        if kind is Kind.LABEL:
            return p
        threshold = usual_threshold(kind) if self._threshold is None else self._threshold
        return (p > threshold).astype(np.float64)

    def _classes(self, argument: Argument, kind: Kind) -> Arrays:
        codes, p = self._y.astype(np.intp), self._predicted[kind]
        match argument:
            case Argument.LOG_PROBABILITIES:
                with np.errstate(divide="ignore"):
                    return codes, log_softmax(p) if kind is Kind.LOGIT else np.log(p)
            case Argument.LOG_PROBABILITY:
                if kind is Kind.LOGIT:
                    _, log_p = self.get(Argument.LOG_PROBABILITIES, frozenset({kind}))
                    return (log_p[np.arange(len(codes)), codes],)
                with np.errstate(divide="ignore"):
                    return (np.log(p[np.arange(len(codes)), codes]),)
            case Argument.SCORE:
                return codes, p
            case Argument.COUNTS:
                assert self._class_weights is not None
                weights = np.zeros(p.shape[1])  # classes that never occur have none
                weights[: len(self._class_weights)] = self._class_weights
                with np.errstate(divide="ignore"):
                    return codes, np.log(p) if kind is Kind.PROBABILITY else p, weights
            case _:
                return codes, p if kind is Kind.LABEL else p.argmax(axis=1)

    def _several(self, argument: Argument, kind: Kind) -> Arrays:
        y, p = self._y, self._predicted[kind]
        match argument:
            case Argument.LOG_PROBABILITIES:
                with np.errstate(divide="ignore"):
                    return y, log_softmax(p) if kind is Kind.LOGIT else np.log(p)
            case Argument.SCORES:
                return y, logit(p) if kind is Kind.PROBABILITY else p
            case Argument.LABEL:
                return y, p if kind is Kind.LABEL else self._positive(p, kind)
            case Argument.QUANTILES:
                assert self._levels is not None
                return y, p, self._levels
            case Argument.INTERVAL | Argument.MOMENTS:
                return y, p[:, 0], p[:, 1]
            case _:
                return y, p


def codes(y: Floats) -> Codes:
    """Those of the true classes (n,), of the targets of a task that has classes."""
    return (y if y.ndim == 1 else y[:, 0]).astype(np.intp)


def side(y: Floats, whole: Task, task: Task) -> Floats:
    """The targets of a problem as the losses of one of its tasks take them: of a detection the codes (n,) or
    the corners (n, 4). whole: the task of the problem."""
    if whole is not Task.DETECTION:
        return y
    return y[:, 0] if task in CLASSES else y[:, 1:]
