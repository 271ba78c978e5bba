"""Estimators compared under a loss over folds that share rows: which is better, and is that shown?"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.api.scorers import scorer
from losscli.domain import Floats
from losscli.fitting.ranking import Pairing, pairing
from losscli.inference import corrected_t_interval
from losscli.usual import CONFIDENCE, FOLDS, REPEATS

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["ComparedEstimators", "EstimatorDifference", "EstimatorLoss", "compare_estimators"]


_WORDS = {None: "not tested", "a": "worse", "b": "better", "~": "~"}  # of the second of a pair


@dataclass(frozen=True, slots=True)
class EstimatorLoss:
    """One estimator: its loss, the mean over folds and fold by fold."""

    estimator: str
    mean: float
    folds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EstimatorDifference:
    """The loss of a less that of b, the mean over folds, with its interval.

    low, high: None where there is no test. verdict: "a" or "b", the better one, "~" where no difference is
    shown, None where there is no test.
    """

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class ComparedEstimators:
    """What was found: estimators, the lowest mean loss first, and every pair of them.

    Attributes
    ----------
    loss : str
        The spec of the loss.

    confidence : float
        Of all intervals together.

    losses : tuple of EstimatorLoss
        The lowest mean first.

    differences : tuple of EstimatorDifference
        Of every pair, in that order: a is the one of lower mean.

    reason : str or None
        Why no test was made.
    """

    loss: str
    confidence: float
    losses: tuple[EstimatorLoss, ...]
    differences: tuple[EstimatorDifference, ...]
    reason: str | None

    @property
    def verdict(self) -> str:
        """Which estimator to use, in a sentence."""
        best, second = self.losses[:2]
        if not isfinite(best.mean):
            return f"The {self.loss} of every estimator is infinite or undefined: nothing is compared."
        figures = f"mean {self.loss} {best.mean:.4g}, of {second.estimator} {second.mean:.4g}"
        if self.reason is not None:
            return f"{best.estimator} has the lowest loss ({figures}); no test was made: {self.reason}."
        worse = [one.b for one in self.differences if one.a == best.estimator and one.verdict == "a"]
        endless = [one.estimator for one in self.losses if not isfinite(one.mean)]
        level = [one.estimator for one in self.losses[1:] if one.estimator not in (*worse, *endless)]
        if not level:
            return f"Use {best.estimator}: its loss is clearly lower than that of every other ({figures})."
        verb = "is" if len(level) == 1 else "are"
        named = ", ".join(level)
        return f"{best.estimator} has the lowest loss ({figures}), but {named} {verb} not clearly worse."

    def to_pandas(self) -> "DataFrame":
        """A row for each estimator: its mean loss, and what it is above the best, with limits and verdict."""
        import pandas as pd

        best = self.losses[0].estimator
        means = {one.estimator: one.mean for one in self.losses}
        rows: list[dict[str, Any]] = [{"estimator": best, "mean_loss": means[best], "verdict": "best"}]
        for pair in self.differences[: len(means) - 1]:  # those of the best
            row = {"estimator": pair.b, "mean_loss": means[pair.b], "above_best": -pair.difference}
            if pair.low is not None and pair.high is not None:
                row |= {"low": -pair.high, "high": -pair.low}
            rows.append(row | {"verdict": _WORDS[pair.verdict]})
        columns = ["mean_loss", "above_best", "low", "high", "verdict"]
        frame = pd.DataFrame(rows).set_index("estimator").reindex(columns=columns)
        return frame.astype(dict.fromkeys(columns[:4], float))

    def __str__(self) -> str:
        frame = self.to_pandas()
        lines = [self.verdict, "", f"{'estimator':<20} {'mean loss':>11}  above the best"]
        for name, row in zip(frame.index, frame.to_dict("records"), strict=True):
            beside = "best"
            if row["verdict"] != "best":
                beside = f"{row['above_best']:.4g}"
                if not np.isnan(row["low"]):
                    beside += f"  [{row['low']:.4g}, {row['high']:.4g}]"
                beside += f"  {row['verdict']}"
            lines.append(f"{name!s:<20} {row['mean_loss']:>11.4g}  {beside}")
        folds = len(self.losses[0].folds)
        lines.append(
            f"{folds} folds; corrected t of Nadeau and Bengio, {100 * self.confidence:g} % for all together"
        )
        return "\n".join(lines)


def compare_estimators(
    estimators: Mapping[str, Any],
    X: Any,
    y: Any,
    *,
    loss: str,
    cv: Any = None,
    groups: Any = None,
    sample_weight: Any = None,
    confidence: float = CONFIDENCE,
) -> ComparedEstimators:
    """Which estimator is better under a loss, and whether the folds show it.

    Every estimator is cloned, trained on the training rows of every fold and judged on its other rows, by
    `losscli.scorer`. Folds share training rows, so that their losses are not independent: differences are
    tested by the corrected paired t (Nadeau and Bengio 2003, doi:10.1023/A:1024068626366), all pairs at once
    (Bonferroni).

    Parameters
    ----------
    estimators : mapping of str to estimator
        Two or more, of classes or of numbers.

    X : array-like of shape (n_samples, n_features)
        Features.

    y : array-like of shape (n_samples,)
        Targets.

    loss : str
        A loss and its parameters, those in units of y written: "huber:delta=1.5", "brier".

    cv : int, cross-validation generator or iterable of (train, test), default=None
        The folds. None: 5 shuffled folds, stratified for classes, split anew 10 times, as `losscli fit`.

    groups : array-like of shape (n_samples,), default=None
        For splitters that keep groups together.

    sample_weight : array-like of shape (n_samples,), default=None
        Importance weights, 0 or more, for training and judging.

    confidence : float, default=0.95
        Of all intervals together.

    Returns
    -------
    found : ComparedEstimators
        `print` shows it, `to_pandas` has it as a frame, `verdict` in a sentence.

    Raises
    ------
    ValueError
        For fewer than two estimators, one that gives nothing that the loss reads or takes no weights, a
        confidence outside 0 to 1, and as `losscli.losses`.

    Examples
    --------
    >>> import losscli
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True)
    >>> models = {"linear": LinearRegression(), "constant": DummyRegressor()}
    >>> losscli.compare_estimators(models, X, y, loss="mae").verdict
    'Use linear: its loss is clearly lower than that of every other (mean mae 44.55, of constant 65.88).'
    """
    from sklearn.model_selection import TimeSeriesSplit

    if not isinstance(estimators, Mapping) or len(estimators) < 2:
        raise ValueError("estimators must be a mapping of two or more: {'rf': RandomForestRegressor(), …}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence={confidence} must be above 0 and below 1")
    splitter = _splitter(cv, y, estimators)
    splits = [(np.asarray(train), np.asarray(test)) for train, test in splitter.split(X, y, groups)]
    rows = X, y, sample_weight
    figures = {name: _losses(name, one, rows, splits, loss) for name, one in estimators.items()}
    means = {name: float(np.mean(own)) for name, own in figures.items()}
    ratio = float(np.mean([len(test) / len(train) for train, test in splits]))
    in_time = isinstance(splitter, TimeSeriesSplit)
    judged_by = pairing(ratio, len(splits), in_time=in_time, confidence=confidence)
    order = sorted(means, key=lambda name: (not isfinite(means[name]), means[name]))
    pairs = list(combinations(order, 2))
    return ComparedEstimators(
        loss=loss,
        confidence=confidence,
        losses=tuple(EstimatorLoss(name, means[name], tuple(figures[name].tolist())) for name in order),
        differences=tuple(
            _difference(a, b, (figures[a], figures[b]), judged_by, len(pairs)) for a, b in pairs
        ),
        reason=judged_by.refusal,
    )


def _splitter(cv: Any, y: Any, estimators: Mapping[str, Any]) -> Any:
    from sklearn.base import is_classifier
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, check_cv

    classes = all(map(is_classifier, estimators.values()))
    if cv is not None:
        return check_cv(cv, y, classifier=classes)
    kind = RepeatedStratifiedKFold if classes else RepeatedKFold
    return kind(n_splits=FOLDS, n_repeats=REPEATS, random_state=0)


def _losses(name: str, estimator: Any, rows: tuple[Any, Any, Any], splits: Any, loss: str) -> Floats:
    """(J,) The loss in every fold."""
    from sklearn.base import clone
    from sklearn.utils import _safe_indexing
    from sklearn.utils.validation import has_fit_parameter

    x, y, w = rows
    if w is not None and not has_fit_parameter(estimator, "sample_weight"):
        raise ValueError(f"{name}: {type(estimator).__name__} takes no sample_weight in fit")
    judge, found = scorer(loss), []
    for train, test in splits:
        weights = {} if w is None else {"sample_weight": _safe_indexing(w, train)}
        model = clone(estimator).fit(_safe_indexing(x, train), _safe_indexing(y, train), **weights)
        own = None if w is None else _safe_indexing(w, test)
        try:
            found.append(-judge(model, _safe_indexing(x, test), _safe_indexing(y, test), sample_weight=own))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return np.array(found, dtype=np.float64)


def _difference(
    a: str, b: str, figures: tuple[Floats, Floats], judged_by: Pairing, count: int
) -> EstimatorDifference:
    """figures: of both in every fold (J,)."""
    with np.errstate(invalid="ignore"):  # of two that are infinite
        d = figures[0] - figures[1]
    if judged_by.refusal is not None or not np.isfinite(d).all():
        return EstimatorDifference(a, b, float(np.mean(d)), None, None, None)
    mean, half = corrected_t_interval(d.tolist(), judged_by.ratio, judged_by.confidence, count)
    verdict = "~" if abs(mean) <= half else "a" if mean < 0 else "b"
    return EstimatorDifference(a, b, mean, mean - half, mean + half, verdict)
