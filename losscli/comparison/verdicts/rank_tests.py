"""The ranks of the models over slices: whether any, and which, rank apart."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from losscli.domain import Floats
from losscli.inference import pairs_of
from losscli.inference.mean_ranks import BlockRanks, rank_blocks
from losscli.inference.studentised import ROUNDING
from losscli.result import AgainstBaseline, Friedman, ImanDavenport, Nemenyi, RankGap, RankTests, finite

BLOCKS = 5  # slices from which mean ranks are worth a test
FEW_BLOCKS = f"mean ranks need 3 models and {BLOCKS} slices"
AGREED = "all slices rank the models alike: F is infinite"
NO_BASELINE = "the baseline has no value of the primary loss"


def mean_ranks(values: Floats, names: Sequence[str]) -> BlockRanks | None:
    """Of the models over the slices, (slices, m) values; None where either are too few for a test. Values
    that are equal but for rounding tie."""
    return rank_blocks(_tied(values)) if len(names) >= 3 and len(values) >= BLOCKS else None


def _tied(values: Floats) -> Floats:
    """Each value, or the one next below it in its slice where no more than rounding lies between."""
    order = np.argsort(values, axis=1)
    rising = np.take_along_axis(values, order, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):  # of huge losses
        for lower, upper in pairwise(rising.T):
            np.copyto(upper, lower, where=upper - lower <= ROUNDING * (np.abs(lower) + np.abs(upper)))
    found = np.empty_like(rising)
    np.put_along_axis(found, order, rising, axis=1)
    return found


def rank_tests(found: BlockRanks, names: Sequence[str], confidence: float, baseline: str | None) -> RankTests:
    """The tests that all rank alike, of every pair, and of each model against the baseline."""
    within = (len(names) - 1) * (found.blocks - 1)
    f = None if found.f is None else finite(found.f)
    agreed = AGREED if found.f == math.inf else found.reason
    against = None if baseline is None or baseline not in names else _against(found, names, baseline)
    return RankTests(
        friedman=Friedman(found.chi2, len(names) - 1, found.chi2_p, found.reason),
        iman_davenport=ImanDavenport(f, len(names) - 1, within, found.p, agreed),
        nemenyi=_nemenyi(found, names, confidence),
        baseline=baseline,
        against_baseline=tuple(against or ()),
        baseline_reason=NO_BASELINE if baseline is not None and against is None else None,
    )


def _nemenyi(found: BlockRanks, names: Sequence[str], confidence: float) -> Nemenyi:
    critical = found.critical_difference(confidence)
    gaps = [(a, b, float(found.mean_ranks[a] - found.mean_ranks[b])) for a, b in pairs_of(len(names))]
    pairs = (RankGap(names[a], names[b], gap, abs(gap) >= critical) for a, b, gap in gaps)
    return Nemenyi(critical, confidence, tuple(pairs))


def _against(found: BlockRanks, names: Sequence[str], baseline: str) -> Iterator[AgainstBaseline]:
    control = names.index(baseline)
    against = found.against(control)
    others = [name for name in names if name != baseline]
    for name, z, p, adjusted in zip(others, against.z, against.p, against.adjusted, strict=True):
        yield AgainstBaseline(name, float(z), float(p), float(adjusted))
