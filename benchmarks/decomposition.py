"""How often a calibrated model exceeds the limit of chance, and intervals hold the parts of its loss, in %.

    python benchmarks/decomposition.py [TRIALS [ROWS ...]]

A file of rows a trial; level 95 %. In a file with `?` no interval is given, and none is counted.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from losscli.comparison.decomposition import Decomposing
from losscli.comparison.reasons import may_rest_on_few
from losscli.comparison.recalibrating import Sample, elicited_of
from losscli.comparison.request import Request
from losscli.comparison.verdicts.decompositions import with_intervals
from losscli.domain import Floats, Task
from losscli.inference.recalibration import Ordered, recalibrated
from losscli.inference.resample import Units, row_keys
from losscli.inference.tail import Tail
from losscli.loss.catalogue import find
from losscli.result import Decomposition, LossTable, LossValue
from losscli.spec import Spec

TRUTH_ROWS = 1_000_000
Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]  # (the true functional, targets)


def binary(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    p = expit(random.normal(0, 1.5, n))
    return p, (random.random(n) < p).astype(np.float64)


def normal(centre: float) -> Draw:
    """centre: what the functional is of the standard normal."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        z = random.normal(size=n)
        spread = 0.5 + 0.5 * expit(z)
        return z + spread * centre, z + spread * random.normal(size=n)

    return draw


def times(noise: Callable[[np.random.Generator, int], Floats], centre: float) -> Draw:
    """Multiplicative noise; centre: its functional."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        middle = np.exp(random.normal(0, 0.5, n))
        return middle * centre, middle * noise(random, n)

    return draw


def poisson(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    mean = np.exp(0.5 + 0.6 * random.normal(size=n))
    return mean, random.poisson(mean).astype(np.float64)


def steeper(p: Floats) -> Floats:
    return expit(2 * (np.log(p) - np.log1p(-p)) + 0.5)


def exponential(random: np.random.Generator, n: int) -> Floats:
    return random.exponential(size=n)


def lognormal(random: np.random.Generator, n: int) -> Floats:
    return np.exp(0.8 * random.normal(size=n))


Q = float(norm.ppf(0.8))
E = float(
    brentq(lambda t: 0.8 * (norm.pdf(t) - t * norm.sf(t)) - 0.2 * (t * norm.cdf(t) + norm.pdf(t)), 0, 2)
)
CASES: dict[str, tuple[str, Task, Draw]] = {
    "bce": ("bce", Task.BINARY, binary),
    "brier": ("brier", Task.BINARY, binary),
    "mse, normal": ("mse", Task.REGRESSION, normal(0.0)),
    "mse, exponential": ("mse", Task.REGRESSION, times(exponential, 1.0)),
    "mae, normal": ("mae", Task.REGRESSION, normal(0.0)),
    "mae, lognormal": ("mae", Task.REGRESSION, times(lognormal, 1.0)),
    "quantile 0.8, normal": ("quantile:tau=0.8", Task.REGRESSION, normal(Q)),
    "quantile 0.8, lognormal": ("quantile:tau=0.8", Task.REGRESSION, times(lognormal, np.exp(0.8 * Q))),
    "expectile 0.8, normal": ("expectile:tau=0.8", Task.REGRESSION, normal(E)),
    "poisson": ("poisson", Task.COUNTS, poisson),
    "gamma, exponential": ("gamma", Task.COUNTS, times(exponential, 1.0)),
    "gamma, lognormal": ("gamma", Task.COUNTS, times(lognormal, np.exp(0.32))),
}


@dataclass
class Tally:
    files: int = 0
    beyond: int = 0
    intervals: int = 0
    held: tuple[int, ...] = (0, 0, 0)


def decomposed(spec: str, task: Task, x: Floats, y: Floats, seed: int) -> Decomposition:
    n = len(y)
    loss = find(Spec.parse(spec), task)
    assert loss is not None
    bound = loss.bind(dict(Spec.parse(spec).params))  # type: ignore[arg-type]
    elicited = elicited_of(bound)
    assert elicited is not None
    problem = SimpleNamespace(group=None, time=None, class_factors=())
    request = Request(decompose=True, seed=seed)
    facts: Any = SimpleNamespace(problem=problem, request=request, reading=SimpleNamespace(jobs=1))
    sample = Sample(task, np.arange(1, n + 1), y, np.ones(n), {0: (x, x)})
    rows = sample.losses(bound, x)
    effective = float(rows.sum() ** 2 / (rows @ rows))
    reason = Tail.of(rows).why() if may_rest_on_few(bound) else None
    value = LossValue("m", float(rows.mean()), None, None, reason, effective, *(None,) * 5, 0)  # type: ignore[arg-type]
    table: Any = SimpleNamespace(spec=spec, results=(value,), elicits=bound.elicits)
    work = Decomposing(facts, sample)
    units = Units.found(row_keys(sample.number))
    table_: LossTable = table
    (found,) = with_intervals(work, units, [work.parts(bound, elicited, table_, 0, units)])
    return found


def truth(spec: str, task: Task, draw: Draw, warp: Callable[[Floats], Floats] | None) -> tuple[float, ...]:
    c, y = draw(np.random.default_rng(99), TRUTH_ROWS)
    loss = find(Spec.parse(spec), task)
    assert loss is not None
    bound = loss.bind(dict(Spec.parse(spec).params))  # type: ignore[arg-type]
    elicited = elicited_of(bound)
    assert elicited is not None
    sample = Sample(task, np.arange(TRUTH_ROWS), y, np.ones(TRUTH_ROWS), {})
    best = recalibrated(Ordered.level(np.ones(TRUTH_ROWS)), y, elicited)
    said, known, constant = (
        float(sample.losses(bound, p).mean()) for p in (c if warp is None else warp(c), c, best)
    )
    return said - known, constant - known, constant


def run(name: str, wrong: bool, n: int, trials: int) -> str:
    spec, task, draw = CASES[name]
    warp = None if not wrong else steeper if task is Task.BINARY else lambda c: 1.4 * c + 0.2
    parts, tally = truth(spec, task, draw, warp), Tally()
    random = np.random.default_rng(n)
    for trial in range(trials):
        c, y = draw(random, n)
        found = decomposed(spec, task, c if warp is None else warp(c), y, trial)
        tally.files += 1
        tally.beyond += found.clear
        estimates = found.miscalibration, found.discrimination, found.uncertainty
        if all(one.low is not None for one in estimates):
            tally.intervals += 1
            tally.held = tuple(
                held + (one.low - 1e-12 <= part <= one.high)  # type: ignore[operator]
                for held, one, part in zip(tally.held, estimates, parts, strict=True)
            )
    shown = " / ".join(f"{100 * held / max(tally.intervals, 1):.0f}" for held in tally.held)
    beyond, given = 100 * tally.beyond / tally.files, 100 * tally.intervals / tally.files
    model = "miscalibrated" if wrong else "calibrated"
    return f"| {name} | {n:,} | {model} | {beyond:.1f} | {given:.0f} | {shown} |"


if __name__ == "__main__":
    count, *sizes = [int(word) for word in sys.argv[1:]] or [1_000]
    print("| loss | rows | model | beyond the limit | intervals given | coverage MCB / DSC / UNC |")
    print("|---|---|---|---|---|---|")
    for size in sizes or [200, 1_000]:
        for case in CASES:
            for off in (False, True):
                print(run(case, off, size, count), flush=True)
