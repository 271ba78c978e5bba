"""How often the verdicts would be wrong on rows like these: rows of which the truth is known are drawn from
them, and the run's own procedure judges each draw."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from losscli import progress
from losscli.comparison.reasons import NO_RATIO
from losscli.domain import Floats, Mask
from losscli.inference import Tolerance, judge, pairs_of, regression, worsening
from losscli.inference.resample import UnitSums, replicate, squares
from losscli.result import SelfCheck

TRIALS = 400
RESAMPLES = 199  # of each trial: few, and enough for the level of 5 % to be exact
MOST_UNITS, GROUPS = 4_096, 2_048  # more units are checked in groups, whose sums have the same skew together
NO_TOLERANCE = "no tolerance is given for this pair on the primary loss"


@dataclass(frozen=True, slots=True)
class Tolerated:
    """How much worse than the baseline, a model by its number, the loss of another may be; power: 2 where
    the loss is the root of a mean, else 1."""

    baseline: int
    tolerance: Tolerance
    power: int

    def at_the_edge(self, mean: float) -> float:
        """The mean of the row losses of a model that is worse by just the tolerance; mean: the baseline's."""
        base = mean ** (1 / self.power)
        worse = (
            base * (1 + self.tolerance.amount) if self.tolerance.relative else base + self.tolerance.amount
        )
        return float(worse**self.power)


def self_check(
    units: UnitSums, names: Sequence[str], confidence: float, seed: int, tolerated: Tolerated | None
) -> tuple[SelfCheck, ...]:
    """One record per pair of m models. units: the sums of their primary loss, a column each (U, m)."""
    units = _grouped(units)
    with progress.stage("checking the verdicts", TRIALS * (1 if tolerated is None else 2), of="trials"):
        alarms = np.array(list(_alarms(units, confidence, seed)))
        passes = {} if tolerated is None else _pass_rates(units, confidence, seed, tolerated)
    each, some = alarms.mean(axis=0), float(alarms.any(axis=1).mean())
    found = []
    for k, pair in enumerate(pairs_of(len(names))):
        base = tolerated is not None and tolerated.baseline in pair
        rate = next((passes[m] for m in pair if m in passes), None) if base else None
        reason = None if rate is not None else NO_RATIO if base else NO_TOLERANCE
        a, b = (names[m] for m in pair)
        found.append(SelfCheck(a, b, float(each[k]), some, rate, TRIALS, reason))
    return tuple(found)


def unchecked(names: Sequence[str], reason: str) -> tuple[SelfCheck, ...]:
    """A record per pair of models that says why there is no rate."""
    pairs = pairs_of(len(names))
    return tuple(SelfCheck(names[a], names[b], None, None, None, 0, reason) for a, b in pairs)


def _grouped(units: UnitSums) -> UnitSums:
    if len(units.keys) <= MOST_UNITS:
        return units
    columns = [units.w, *units.sums.T]
    found = UnitSums.of(columns, np.ones(len(units.keys)), units.keys % np.uint64(GROUPS))
    return UnitSums(found.keys, found.sums[:, 0], found.sums[:, 1:])


def _drawn(units: UnitSums, seed: int) -> Iterator[UnitSums]:
    """Trials: as many units, drawn with replacement."""
    for trial in range(TRIALS):
        picked = np.random.default_rng([seed, trial]).integers(len(units.keys), size=len(units.keys))
        yield UnitSums(units.keys, units.w[picked], units.sums[picked])
        progress.advance("trials")


def _shifted(units: UnitSums, to: Floats) -> UnitSums:
    """Every column moved to another mean; to: (C,)."""
    mean = units.sums.sum(axis=0) / units.w.sum()
    return UnitSums(units.keys, units.w, units.sums + units.w[:, None] * (to - mean))


def _alarms(units: UnitSums, confidence: float, seed: int) -> Iterator[Mask]:
    """Of each trial, which pairs are called different: (pairs,). The means of all differences are 0."""
    pairs = pairs_of(units.sums.shape[1])
    equal = _shifted(units.contrasts(pairs), np.zeros(len(pairs)))
    for trial, drawn in enumerate(_drawn(equal, seed)):
        found = replicate(drawn, RESAMPLES, seed + 1 + trial, squares(len(pairs)), precise=True)
        family = judge(found.studentised, confidence, len(units.keys))
        yield np.array([verdict != "~" for verdict in family.verdicts])


def _pass_rates(units: UnitSums, confidence: float, seed: int, tolerated: Tolerated) -> dict[int, float]:
    """The share of trials in which each model but the baseline passes, although its loss is worse by just the
    tolerance; empty where the baseline's loss is not above 0."""
    base = tolerated.baseline
    mean = units.sums.sum(axis=0) / units.w.sum()
    others = [m for m in range(len(mean)) if m != base]
    if mean[base] <= 0:
        return {}
    to = np.full(len(mean), tolerated.at_the_edge(float(mean[base])))
    to[base] = mean[base]
    passed = dict.fromkeys(others, 0)
    products = (*squares(len(mean)), *((m, base) for m in others))
    for trial, drawn in enumerate(_drawn(_shifted(units, to), seed)):
        found = replicate(drawn, RESAMPLES, seed + 1 + trial, products, precise=True)
        for m in others:
            worse = worsening(tolerated.tolerance, tolerated.power, found.joint([m, base]))
            known = math.isfinite(float(worse.value[0]))
            passed[m] += known and regression(worse, tolerated.tolerance, confidence).verdict == "pass"
    return {m: count / TRIALS for m, count in passed.items()}
