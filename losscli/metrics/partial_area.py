"""The area under the first part of the ROC curve: how well the rows that are called first are ranked."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from losscli.domain import RANKING, Floats, Task
from losscli.inference.analytic import normal_quantile
from losscli.metrics.distribution import ONE_CLASS, Distribution
from losscli.metrics.metric import Family, Metric, Outcome, Undefined
from losscli.spec import number_text

_HAIR = 1e-12  # of an area: what sums may round to
FEW = 10  # of either class where the curve is read: with fewer the interval misses too often


@dataclass(frozen=True, slots=True)
class _Part:
    """The ROC curve up to a false positive rate, its end.

    fpr, tpr: before and behind each distinct prediction, falling, (k,) each, straight between.
    area: of the part, not standardised; height: the tpr at its end.
    """

    end: float
    fpr: tuple[Floats, Floats]
    tpr: tuple[Floats, Floats]
    area: float
    height: float

    @classmethod
    def of(cls, positive: Floats, negative: Floats, end: float) -> "_Part":
        """positive, negative: the weight at each distinct prediction, ascending, (k,)."""
        tpr, fpr = (np.append(0.0, np.cumsum(w[::-1])) / w.sum() for w in (positive, negative))
        stop = int(np.searchsorted(fpr, end))  # the first at or behind the end
        steep = (tpr[stop] - tpr[stop - 1]) / (fpr[stop] - fpr[stop - 1])
        height = float(tpr[stop - 1] + steep * (end - fpr[stop - 1]))
        x, y = np.append(fpr[:stop], end), np.append(tpr[:stop], height)
        return cls(end, (fpr[:-1], fpr[1:]), (tpr[:-1], tpr[1:]), float(np.trapezoid(y, x)), height)

    @property
    def value(self) -> float:
        """0.5 by chance, 1 at best. McClish 1989, doi:10.1177/0272989X8900900307."""
        chance = self.end * self.end / 2
        return 0.5 * (1 + (self.area - chance) / (self.end - chance))

    @property
    def placements(self) -> tuple[Floats, Floats]:
        """What a positive and a negative at each prediction add to the area, but for constants: (k,) each,
        falling. The end of the part moves with the negatives, too."""
        (a, b), (c, d), end = self.fpr, self.tpr, self.end
        wide = np.where(b > a, b - a, 1.0)
        inside = np.clip(end - a, 0.0, b - a)  # how much of the step is in the part
        of_positive = np.maximum(end - b, 0.0) + np.where(b > a, inside * inside / (2 * wide), 0.0)
        top = np.where(b <= end, d, self.height)
        of_negative = np.where(b > a, inside / wide, 0.0) * ((c + top) / 2 - self.height)
        return of_positive, of_negative


def partial_auc(end: float, d: Distribution) -> Outcome:
    _, positive, negative = d.table()
    if positive.sum() <= 0 or negative.sum() <= 0:
        return Undefined(ONE_CLASS)
    return _Part.of(positive, negative, end).value


def partial_auc_interval(end: float, d: Distribution, confidence: float) -> tuple[float, float] | None:
    """The normal interval on the logit scale, from what each row adds to the area, as DeLong's of the whole.

    None where predictions are rounded, weights are not counts, or fewer than FEW rows of a class lie where
    the curve is read: positives, and negatives up to its end.
    """
    _, positive, negative = d.table()
    counts = np.concatenate([positive, negative])
    if not d.exact or (counts != np.floor(counts)).any():
        return None
    if positive.sum() < FEW or negative.sum() * end < FEW:
        return None
    part = _Part.of(positive, negative, end)
    value = part.value
    spread = [_variance(x, w[::-1]) for x, w in zip(part.placements, (positive, negative), strict=True)]
    error = 0.5 / (end - end * end / 2) * math.sqrt(sum(spread))
    if not 0 < value < 1 or error < _HAIR:
        return None
    centre, reach = math.log(value / (1 - value)), error / (value * (1 - value))
    reach *= normal_quantile(confidence)
    return 1 / (1 + math.exp(reach - centre)), 1 / (1 + math.exp(-reach - centre))


def _variance(x: Floats, counts: Floats) -> float:
    """Of the mean of x (k,), each so many times."""
    n = float(counts.sum())
    mean = float(counts @ x) / n
    return float(counts @ (x - mean) ** 2) / (n * (n - 1))


def _records(max_fpr: float) -> tuple[Metric, ...]:
    text = number_text(max_fpr)
    return (
        Metric(
            name=f"partial_auc:max_fpr={text}",
            title=f"Partial AUC to {text}",
            word=f"partial AUC to {text}",
            formula=f"(1 + (A - f²/2) / (f - f²/2)) / 2, A the area of the ROC curve up to f = {text}",
            tasks=frozenset({Task.BINARY}),
            needs=frozenset(RANKING),
            greater_is_better=True,
            best=1.0,
            source=Distribution,
            value=partial(partial_auc, max_fpr),
            interval=partial(partial_auc_interval, max_fpr),
            elsewhere=(f"sklearn roc_auc_score (max_fpr={text})", "also pAUC"),
            convention="McClish 1989: 0.5 is chance, whatever the end; points between are on a straight line",
            undefined=ONE_CLASS,
            no_interval=f"it takes unweighted rows that differ, {FEW} of each class where the curve is read",
            only="compare",
        ),
    )


FAMILIES = (Family("partial_auc", "max_fpr", (0.1,), _records, below=1.0),)
