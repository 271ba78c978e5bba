"""More rows to learn from, made of those there are: pure functions of training rows and a seed.

In this order: rarer classes repeated, then what counts for its class is weighed, then noise and mixing as
they were asked for, then labels smoothed. Weights keep their sum, so that a mean stays a mean. Rows that are
judged are never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from losscli.data.roles.features import Training
from losscli.descent.design import Design, rows_counted, whitened
from losscli.domain import Codes, Floats, Mask
from losscli.errors import UsageError, unknown
from losscli.spec import Spec

MOST_COPIES = 100  # of each row
_EXAMPLES = {"jitter": "jitter:size=0.1,copies=1", "mixup": "mixup:alpha=0.2,copies=1"}
_STRENGTH = {"jitter": ("size", 0.1), "mixup": ("alpha", 0.2)}  # the parameter of each, and its default
_STREAM = 0x617567  # keeps the draws apart from those of contamination, which has the same seed and fold


class Examples(NamedTuple):
    """n weighted rows. x: features, the number features first, then one-hot columns (n, p); y: numbers, or
    codes of the classes (n,), of several targets (n, L); w: weights, all above 0 (n,); offset: of scores
    (n,), None is 0."""

    x: Floats
    y: Floats
    w: Floats
    offset: Floats | None = None

    def at(self, which: Codes | Mask) -> "Examples":
        """Some of the rows, each as often as it is named."""
        offset = None if self.offset is None else self.offset[which]
        return Examples(self.x[which], self.y[which], self.w[which], offset)

    def weighing(self, total: float) -> "Examples":
        """The rows with weights that sum to `total`."""
        return self._replace(w=self.w * (total / self.w.sum()))


def stacked(*parts: Examples) -> Examples:
    """The rows of each part, those of weight 0 left out: they teach nothing."""
    x, y, w = (np.concatenate(part) for part in list(zip(*parts, strict=True))[:3])
    offsets = [one.offset for one in parts if one.offset is not None]
    rows = Examples(x, y, w, np.concatenate(offsets) if offsets else None)
    return rows if (rows.w > 0.0).all() else rows.at(rows.w > 0.0)


def column_mean(x: Floats, w: Floats) -> Floats:
    """(p,) The weighted mean of each column (n, p), also where the sum is too large."""
    mean = np.average(x, axis=0, weights=w)
    return np.asarray(mean if np.isfinite(mean).all() else w / w.sum() @ x)


def column_sd(x: Floats, w: Floats) -> Floats:
    """(p,) The weighted standard deviation (ddof 0) of each column (n, p), in units of its largest distance
    from the mean, whose square may be too large."""
    away = np.abs(x - column_mean(x, w))
    unit = np.maximum(away.max(axis=0, initial=0.0), np.finfo(float).tiny)
    return np.asarray(unit * np.sqrt(np.average((away / unit) ** 2, axis=0, weights=w)))


def oversampled(rows: Examples, share: float, rng: np.random.Generator) -> Examples:
    """Every class repeated until it weighs `share` of the heaviest, where it weighs less; weights are then
    scaled so that their sum is what it was.

    Repeats are whole rows: each row of a class as often as any other, and what is left over by rows drawn
    without replacement, so that no row is missing and chance is least. With many rows it is the same as
    weights by class; it differs where a repeat is more than a weight: in mini-batches, and where noise or
    mixing makes each repeat a row of its own. Japkowicz and Stephen 2002, doi:10.3233/IDA-2002-6504.
    """
    codes = rows.y.astype(np.intp)
    weights = np.bincount(codes, weights=rows.w)
    wanted = share * weights.max()
    times = np.ones(len(codes), np.intp)
    for code in np.flatnonzero((weights > 0.0) & (weights < wanted)).tolist():
        own = np.flatnonzero(codes == code)
        times[own] = _times(len(own), wanted / weights[code], rng)
    return rows.at(np.repeat(np.arange(len(codes)), times)).weighing(float(rows.w.sum()))


def _times(count: int, ratio: float, rng: np.random.Generator) -> Codes:
    """(count,) How often each row of a class stands, `ratio` on average, to half a row in all."""
    whole, left = divmod(round(count * ratio), count)
    times = np.full(count, whole, np.intp)
    times[rng.permutation(count)[:left]] += 1
    return times


def jittered(rows: Examples, size: float, copies: int, numbers: int, rng: np.random.Generator) -> Examples:
    """Each row and `copies` copies of it, which share its weight; the number features of copies are moved by
    Gaussian noise of `size` standard deviations. numbers: how many number features there are; one-hot columns
    are left as they are, targets too.

    For squared errors of a linear model many copies are a ridge: E[(y - b'(x + d))²] is (y - b'x)² plus
    size²·Σ(b·sd)², of which copies/(1 + copies) counts. Bishop 1995, doi:10.1162/neco.1995.7.1.108.
    """
    noise = size * column_sd(rows.x[:, :numbers], rows.w)
    own = rows._replace(w=rows.w / (1 + copies))
    moved = []
    for _ in range(copies):
        x = rows.x.copy()
        x[:, :numbers] += noise * rng.standard_normal((len(x), numbers))
        moved.append(own._replace(x=x))
    return stacked(own, *moved)


def mixed(rows: Examples, alpha: float, copies: int, classes: int, rng: np.random.Generator) -> Examples:
    """Each row mixed with `copies` others, in their stead: l·row + (1 - l)·other, l of Beta(alpha, alpha).

    Numbers (classes 0): the targets are mixed. Classes: the mixed row stands under both labels, with the
    shares l and 1 - l of its weight, which is the mixed label for the log loss and defined for every other.
    All columns are mixed, one-hot ones as the numbers 0 and 1 that they are. The larger share is that of the
    row: with pairs drawn at random that changes nothing on average, and alpha towards 0 leaves the rows as
    they are. Mixup: Zhang et al. 2018, arXiv:1710.09412.
    """
    found = []
    for _ in range(copies):
        other = _partners(rows.w, rng)
        share = rng.beta(alpha, alpha, len(rows.w))
        share = np.maximum(share, 1.0 - share)
        x = share[:, None] * rows.x + (1.0 - share)[:, None] * rows.x[other]
        w, offset = rows.w / copies, rows.offset
        offset = None if offset is None else share * offset + (1.0 - share) * offset[other]
        if classes:
            found += [
                Examples(x, rows.y, share * w, offset),
                Examples(x, rows.y[other], (1.0 - share) * w, offset),
            ]
        else:
            of_y = share.reshape(-1, *(1,) * (rows.y.ndim - 1))
            found.append(Examples(x, of_y * rows.y + (1.0 - of_y) * rows.y[other], w, offset))
    return stacked(*found)


def _partners(w: Floats, rng: np.random.Generator) -> Codes:
    """(n,) A row for each row, in random order, each as often as its weight says: all once where weights are
    equal. Systematic sampling: Madow 1949, doi:10.1214/aoms/1177729988."""
    n = len(w)
    ends = np.cumsum(w)
    places = (np.arange(n) + rng.random()) * (ends[-1] / n)
    return rng.permutation(np.minimum(np.searchsorted(ends, places, side="right"), n - 1))


def smoothed(rows: Examples, epsilon: float, classes: int) -> Examples:
    """The rows under all labels, so that the mean of any loss becomes that of

        (1 - epsilon)·loss(y) + epsilon/classes · Σ_k loss(k),

    which for the log loss is the loss of the smoothed label. Blocks of n rows: first the own label, then the
    next one of each row, and so on. Szegedy et al. 2016, arXiv:1512.00567, section 7.
    """
    apart = epsilon / classes
    shares = [1.0 - epsilon + apart, *[apart] * (classes - 1)]
    labels = (np.mod(rows.y + step, classes) for step in range(classes))
    return stacked(*(rows._replace(y=y, w=rows.w * share) for y, share in zip(labels, shares, strict=True)))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """A way to make rows. name: jitter or mixup; strength: the size of the noise in sds, or alpha; copies: of
    each row."""

    name: str
    strength: float
    copies: int

    @property
    def spec(self) -> str:
        """The spec that `parse` reads back, every parameter written."""
        key = _STRENGTH[self.name][0]
        return str(Spec(self.name, ((key, self.strength), ("copies", float(self.copies)))))

    def apply(self, rows: Examples, numbers: int, classes: int, rng: np.random.Generator) -> Examples:
        """numbers: how many number features there are; classes: 0 for numbers."""
        if self.name == "jitter":
            return jittered(rows, self.strength, self.copies, numbers, rng)
        return mixed(rows, self.strength, self.copies, classes, rng)


def parse(spec: Spec) -> Augmentation:
    """The augmentation that a spec describes. Raises UsageError for an unknown name or parameter, and for a
    value out of range."""
    if spec.name not in _STRENGTH:
        what = f"--augment {spec}: {spec.name!r} is no augmentation"
        raise unknown(what, spec.name, _STRENGTH, f"Use one of: {', '.join(_STRENGTH)}")
    key, usual = _STRENGTH[spec.name]
    example = f"For example {_EXAMPLES[spec.name]}"
    params = dict(spec.params)
    strength, copies = params.pop(key, usual), params.pop("copies", 1.0)
    if params:
        raise UsageError(f"--augment {spec}: {spec.name} has no {min(params)}", advice=example)
    if isinstance(strength, str) or not 0.0 < strength < np.inf:
        raise UsageError(f"--augment {spec}: {key} is a number above 0", advice=example)
    if isinstance(copies, str) or copies not in range(1, MOST_COPIES + 1):
        raise UsageError(f"--augment {spec}: copies is a whole number, 1 to {MOST_COPIES}", advice=example)
    return Augmentation(spec.name, strength, int(copies))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is made of training rows.

    oversample: the share of the heaviest class that every class weighs at least, None to repeat none;
    steps: in their order; smoothing: epsilon, 0 for none.
    """

    oversample: float | None = None
    steps: tuple[Augmentation, ...] = ()
    smoothing: float = 0.0

    @property
    def follows_labels(self) -> bool:
        """Whether features and weights of the rows made depend on the targets, and not on the features and
        weights of the rows there were alone."""
        return self.oversample is not None

    @staticmethod
    def draws(key: Sequence[int]) -> np.random.Generator:
        """What the rows are drawn with; key: numbers from 0 on, equal ones give equal rows."""
        return np.random.default_rng([_STREAM, *key])

    def repeated(self, rows: Examples, rng: np.random.Generator) -> Examples:
        """The rows with those of rarer classes repeated."""
        return rows if self.oversample is None else oversampled(rows, self.oversample, rng)

    def extended(self, rows: Examples, rng: np.random.Generator, *, numbers: int, classes: int) -> Examples:
        """The rows with noise, mixed, their labels smoothed. numbers: how many number features there are;
        classes: 0 for numbers."""
        for step in self.steps:
            rows = step.apply(rows, numbers, classes, rng)
        return smoothed(rows, self.smoothing, classes) if self.smoothing else rows


NONE = Recipe()


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """The rows to train on. counted: how many observations they count as, which repeats, copies and smoothed
    labels do not change: they are nothing new, and the penalty that `--l2 auto` finds is that of the rows
    there were; factors: what a row of each class counts, () without class weights (k,); intercept: whether
    scores have one."""

    rows: Examples
    counted: float
    factors: Floats
    intercept: bool

    def design(self) -> Design:
        found = whitened(self.rows.x, self.rows.w, self.intercept)
        return replace(found, rows=self.counted, offset=self.rows.offset)


def prepared(recipe: Recipe, training: Training, rows: Examples, key: Sequence[int]) -> Prepared:
    """What is learned from rows, weighed by their class and augmented where that is asked.

    Classes are counted among the rows as they are seen, spoiled labels and repeats among them, before
    features and labels are mixed. key: equal keys give equal rows.
    """
    rng = recipe.draws(key)
    seen = recipe.repeated(rows, rng)
    factors = np.zeros(0)
    if training.class_weight is not None:
        counts = np.bincount(seen.y.astype(np.intp), weights=seen.w, minlength=len(training.labels))
        factors = training.class_weight.factors(training.labels, np.asarray(counts, dtype=np.float64))
    made = recipe.extended(
        weighed(seen, factors), rng, numbers=len(training.numbers), classes=training.classes
    )
    return Prepared(made, rows_counted(weighed(rows, factors).w), factors, training.intercept)


def weighed(rows: Examples, factors: Floats) -> Examples:
    """The rows as they count for their class."""
    return rows._replace(w=rows.w * factors[rows.y.astype(np.intp)]) if len(factors) else rows
