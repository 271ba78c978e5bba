"""Rows of rarer classes repeated, so that classes weigh alike."""

import numpy as np

from losscli.domain import Codes
from losscli.fitting.augment.examples import Examples


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
