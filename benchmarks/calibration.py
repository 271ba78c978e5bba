"""How often the intervals and verdicts are right: simulations, printed as Markdown tables.

    python benchmarks/calibration.py [size] [levels] [set] [few] [skew] [gate] [--trials N] [--rows N ...]

One trial is a file of rows. Trials of a batch share the drawn weights, which changes the spread of the
figures by little and their mean not at all; every batch has weights of its own. Level 95 % throughout.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from losscli.aggregate import Moments
from losscli.domain import Floats
from losscli.inference import (
    FEW_EFFECTIVE,
    Studentised,
    confidence_set,
    judge,
    level_intervals,
    log_ratio,
    pairs_of,
    regression,
    smooth,
)
from losscli.resample import UnitSums, replicate, row_keys, squares

CONFIDENCE = 0.95
COLUMNS = 4_500  # simulated at a time
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]

# Row losses with their means.
LOSSES: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.normal(3.0, 1.0, shape), 3.0),
    "exponential": (lambda rng, shape: rng.exponential(1.0, shape), 1.0),
    "lognormal": (lambda rng, shape: rng.lognormal(0.0, 1.0, shape), math.exp(0.5)),
    "abs t3": (lambda rng, shape: np.abs(rng.standard_t(3, shape)), 2 * math.sqrt(3) / math.pi),
    "t3": (lambda rng, shape: rng.standard_t(3, shape), 0.0),
}


def units_of(losses: Floats) -> UnitSums:
    """Rows of weight 1: (n, C)."""
    keys = row_keys(np.arange(len(losses)))
    order = np.argsort(keys)
    return UnitSums(keys[order], np.ones(len(losses)), losses)


def batches(trials: int, columns: int, *seed: int) -> Iterator[tuple[int, int, np.random.Generator]]:
    """(trials of the batch, seed of its weights, generator) for trials of so many columns each."""
    size = max(1, COLUMNS // columns)
    for batch, first in enumerate(range(0, trials, size)):
        yield min(size, trials - first), batch, np.random.default_rng([*seed, batch])


def simulated(losses: Floats, replicates: int, seed: int) -> Iterator[Studentised]:
    """The differences of all pairs of models, trial by trial; losses: (n, trials, models)."""
    n, trials, models = losses.shape
    a, b = np.array(pairs_of(models)).T
    differences = (losses[:, :, a] - losses[:, :, b]).reshape(n, -1)
    columns = differences.shape[1]
    found = Studentised(
        *replicate(units_of(differences), replicates, seed, squares(columns), precise=False).errors
    )
    for trial in range(trials):
        yield found.take(list(range(trial * len(a), (trial + 1) * len(a))))


def table(title: str, header: list[str], rows: Iterator[list[str]]) -> None:
    print(f"\n{title}\n\n| {' | '.join(header)} |\n|{'---|' * len(header)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def percent(hits: int, trials: int) -> str:
    """A share, with its Monte-Carlo standard error."""
    share = hits / trials
    return f"{100 * share:.2f} ± {100 * math.sqrt(share * (1 - share) / trials):.2f}"


def size(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Any pair of exchangeable models declared different."""
    for n in rows:
        for place, name in enumerate(("normal", "lognormal", "t3")):
            draw, _ = LOSSES[name]
            for models in (2, 5, 10):
                start, wrong = time.perf_counter(), 0
                for count, seed, rng in batches(trials, len(pairs_of(models)), n, models, place):
                    for found in simulated(draw(rng, (n, count, models)), replicates, seed):
                        wrong += any(v != "~" for v in judge(found, CONFIDENCE, n).verdicts)
                yield [
                    f"{n:,}",
                    name,
                    str(models),
                    f"{trials:,}",
                    percent(wrong, trials),
                    f"{time.perf_counter() - start:.0f} s",
                ]


def levels(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Coverage of the interval of one mean."""
    for n in rows:
        for name in ("normal", "exponential", "lognormal", "abs t3"):
            draw, truth = LOSSES[name]
            above = below = inside = 0
            for count, seed, rng in batches(trials, 1, n):
                units = units_of(draw(rng, (n, count)))
                found = replicate(units, replicates, seed, squares(count), precise=False)
                low, high = level_intervals(Studentised(*found.errors), CONFIDENCE)
                above, below = above + int((truth > high).sum()), below + int((truth < low).sum())
                inside += int(((low <= truth) & (truth <= high)).sum())
            yield [f"{n:,}", name, *(percent(hits, trials) for hits in (inside, above, below))]


def best_set(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """The best set without one of the models that are equally good."""
    for n in rows:
        for place, name in enumerate(("normal", "lognormal", "t3")):
            draw, _ = LOSSES[name]
            for models in (2, 10):
                lost = 0
                for count, seed, rng in batches(trials, len(pairs_of(models)), n, models, place):
                    for found in simulated(draw(rng, (n, count, models)), replicates, seed):
                        lost += len(confidence_set(found, CONFIDENCE, n)[0]) < models
                yield [f"{n:,}", name, str(models), percent(lost, trials)]


def few(trials: int, _: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Files in which a squared error is said to rest on too few effective rows."""
    draws: dict[str, Draw] = {
        "t3": lambda rng, shape: rng.standard_t(3, shape),
        "normal": lambda rng, shape: rng.normal(0.0, 1.0, shape),
    }
    for n in rows:
        for name, draw in draws.items():
            fired = 0
            for count, _batch, rng in batches(trials, n // 200, n):
                losses = draw(rng, (n, count)) ** 2
                found = Moments.of(losses.T, np.ones(n), np.zeros(count), None, np.arange(n))
                fired += int((found.effective_rows < FEW_EFFECTIVE * found.positive).sum())
            yield [f"{n:,}", name, percent(fired, trials)]


def skew(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Two models of equal mean loss and unequal skew declared different."""
    for n in rows:
        worse = better = 0
        for count, seed, rng in batches(trials, 1, n):
            flat = rng.normal(math.exp(0.5), 1.0, (n, count))
            losses = np.stack([rng.lognormal(0.0, 1.0, (n, count)), flat], axis=2)
            for found in simulated(losses, replicates, seed):
                verdict = judge(found, CONFIDENCE, n).verdicts[0]
                better, worse = better + (verdict == "a"), worse + (verdict == "b")
        yield [f"{n:,}", percent(better, trials), percent(worse, trials)]


def gate(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """--max-regression 2%: failed at no regression and at the tolerance, passed at the tolerance."""
    for n in rows:
        for name in ("exponential", "lognormal"):
            draw, _ = LOSSES[name]
            fails, passes = [0, 0], [0, 0]
            for count, seed, rng in batches(trials, 20, n):
                shared = draw(rng, (n, count))
                base, new = (shared * rng.uniform(0.8, 1.2, (n, count)) for _ in range(2))
                for k, factor in enumerate((1.0, 1.02)):
                    for verdict in gated(base, new * factor, replicates, seed):
                        fails[k] += verdict == "fail"
                        passes[k] += verdict == "pass"
            yield [f"{n:,}", name, *(percent(hits, trials) for hits in (fails[0], fails[1], passes[1]))]


def gated(base: Floats, new: Floats, replicates: int, seed: int) -> Iterator[str]:
    """The verdict of each trial; base, new: (n, trials)."""
    count = base.shape[1]
    places = [(i, i + count) for i in range(count)]
    products = squares(2 * count) + tuple(places)
    found = replicate(units_of(np.hstack([base, new])), replicates, seed, products, precise=False)
    for old, fresh in places:
        one = smooth(log_ratio, *found.joint([fresh, old]))
        yield regression(one, 0.02, CONFIDENCE).verdict


Part = tuple[Callable[[int, int, Sequence[int]], Iterator[list[str]]], tuple[int, ...], str, str]
# The simulation, its numbers of rows, the title and the header of its table.
PARTS: dict[str, Part] = {
    "size": (
        size,
        (30, 200, 5_000),
        "Any of exchangeable models declared different, %",
        "n|row losses|models|trials|%|time",
    ),
    "levels": (
        levels,
        (30, 200, 1_000),
        "Coverage of levels, %",
        "n|row losses|covered|truth above|truth below",
    ),
    "set": (best_set, (30, 200, 1_000), "A best model left out of the best set, %", "n|row losses|models|%"),
    "few": (
        few,
        (200, 1_000, 5_000),
        "mse said to rest on few effective rows, % of files",
        "n|residuals|%",
    ),
    "skew": (
        skew,
        (30, 200, 1_000, 5_000),
        "Equal means, lognormal against normal, %",
        "n|lognormal better|lognormal worse",
    ),
    "gate": (
        gate,
        (200, 5_000),
        "--max-regression 2%, %",
        "n|row losses|false fail at 0|false fail at 2%|false pass at 2%",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="part")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--replicates", type=int, default=999)
    parser.add_argument("--rows", type=int, nargs="+", help="files of so many rows only")
    chosen = parser.parse_args()
    for part in chosen.parts:
        run, rows, title, header = PARTS[part]
        table(title, header.split("|"), run(chosen.trials, chosen.replicates, chosen.rows or rows))


if __name__ == "__main__":
    main()
