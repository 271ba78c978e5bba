"""The threshold of two classes, chosen on folds within the training rows: the rows judged have no say in
it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.frame import Frame, recoded
from losscli.domain import Floats, Kind, usual_threshold
from losscli.errors import Fix, UsageError
from losscli.fitting.folds import ABSENT, Split, splits
from losscli.fitting.judge import kind_of
from losscli.loss import Loss
from losscli.metrics.distribution import Distribution
from losscli.metrics.threshold import Costs, best_cut, best_f1_cut, best_youden_cut

RULES = ("f1", "youden", "cost")
INNER = 3  # folds within the training rows


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """What the threshold makes best: f1, youden (recall + specificity - 1), or the cost of decisions."""

    name: str
    costs: Costs | None = None

    def cut(self, d: Distribution, kind: Kind) -> float:
        """The best threshold of scores; of several the one nearest to what theory says of probabilities."""
        anchor = usual_threshold(kind)
        if self.name == "f1":
            return best_f1_cut(d, anchor).threshold
        if self.name == "youden":
            return best_youden_cut(d, anchor).threshold
        assert self.costs is not None
        theory = self.costs.theoretical() if kind is Kind.PROBABILITY else anchor
        return best_cut(d, self.costs, theory).threshold


def found_thresholds(
    rule: ThresholdRule,
    frame: Frame,
    inner: Sequence[Split],
    losses: Sequence[Loss],
    scores: Sequence[Floats],
) -> tuple[float, ...]:
    """Of each of L losses the threshold that is best for training rows, out of fold. inner: folds within
    them; scores: of the rows that each of these judges (L, n)."""
    found = np.concatenate(scores, axis=-1)
    rows = np.concatenate([one.test for one in inner])
    y, w = frame.y[rows], frame.w[rows]
    return tuple(_threshold(rule, loss, own, y, w) for loss, own in zip(losses, found, strict=True))


def _threshold(rule: ThresholdRule, loss: Loss, score: Floats, y: Floats, w: Floats) -> float:
    """The usual one where the loss was not trained in every inner fold."""
    kind, prediction = kind_of(loss), loss.link.predict(score)
    if not np.isfinite(prediction).all():
        return usual_threshold(kind)
    return rule.cut(Distribution.of(prediction, y > 0, w, exact=True), kind)


def inner_splits(
    frame: Frame, split: Split, labels: Sequence[str], asked: str, seed: int
) -> tuple[Split, ...]:
    """Three folds of the training rows of a split, as its own: stratified, by group, in time, or by the given
    folds; two of two groups. Their repeat and fold are those of the split.

    labels: the classes, () for numbers; asked: the flag that asks for them, and its value. Raises UsageError
    where the training rows cannot be split.
    """
    own = split.train
    group = recoded(frame.group if frame.fold is None else frame.fold, own)
    folds = INNER if group is None else min(INNER, max(int(group.max()) + 1, 2))
    try:
        found = splits(
            frame.y[own],
            labels=labels,
            group=group,
            fold=None,
            time=recoded(frame.time, own),
            folds=folds,
            repeats=1,
            seed=seed + split.repeat,
        )
    except UsageError as error:
        what = f"{asked}: {folds} folds within the training rows of fold {split.fold + 1}"
        flag = asked.partition(" ")[0]
        advice = f"Leave {flag} out, or give more rows, groups or folds"
        usual = Fix((flag,), f"the same without {flag}", without=True)
        raise UsageError(f"{what} cannot be made: {error.what}", advice=advice, fixes=[usual]) from None
    inner = np.full(len(frame.y), ABSENT, found.splits[0].folds.dtype)
    inner[own] = found.splits[0].folds
    return tuple(Split(split.repeat, split.fold, inner, one.judged, one.past) for one in found.splits)
