"""How often the intervals and verdicts are right: simulations, printed as Markdown tables.

    python benchmarks/calibration.py [part ...] [--trials N] [--replicates N] [--rows N ...]

Parts: size levels set tails skew gate clusters unequal series decisive folds metrics.

One trial is a file of rows. Trials of a batch share the drawn weights, which changes the spread of the
figures by little and their mean not at all; every batch has weights of its own. Level 95 % throughout.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import metric_designs
import numpy as np
from scipy import stats

from losscli.domain import Codes, Floats
from losscli.inference import (
    Studentised,
    Tolerance,
    bootstrap_t_intervals,
    confidence_set,
    corrected_t,
    judge,
    pairs_of,
    regression,
    worsening,
)
from losscli.inference.decisive import Tops, expected_rows, warns
from losscli.inference.resample import (
    UnitSums,
    effective_size,
    optimal_block,
    replicate,
    row_keys,
    squares,
    time_block,
)
from losscli.inference.tail import Tail
from losscli.inference.two_models import diebold_mariano

CONFIDENCE = 0.95
TOLERANCE = Tolerance(0.02, relative=True, greater_is_better=False)
COLUMNS = 4_500  # simulated at a time
NOISES = (0.25, 1.0, 2.5)  # of the features of the second of two procedures; the first has the first
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
    found = replicate(units_of(differences), replicates, seed, squares(columns), precise=False).studentised
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
                low, high = bootstrap_t_intervals(found.studentised, CONFIDENCE)
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


def _bce(spread: float, factor: float) -> Draw:
    """Log losses of a classifier whose true logits have this spread, and are multiplied by a factor."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        logit = rng.normal(0.0, spread, shape)
        side = np.where(rng.random(shape) < 1 / (1 + np.exp(-logit)), -1.0, 1.0)
        return np.logaddexp(0.0, side * logit * factor)

    return draw


def tails(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Files in which a mean, and the difference of two, is said to be dominated by a few large errors; how
    often the interval of the other differences holds their mean, 0."""
    draws: dict[str, Draw] = {
        "bce, calibrated, logits of sd 5": _bce(5.0, 1.0),
        "bce, overconfident (3 × the logit)": _bce(5.0 / 3, 3.0),
        "squared Gaussian": lambda rng, shape: rng.normal(0.0, 1.0, shape) ** 2,
        "lognormal(1)": lambda rng, shape: rng.lognormal(0.0, 1.0, shape),
        "squared t3": lambda rng, shape: rng.standard_t(3, shape) ** 2,
    }
    for n in rows:
        for place, (name, draw) in enumerate(draws.items()):
            levels = pairs = held = 0
            for count, seed, rng in batches(trials, max(1, n // 200), n, place):
                a, b = draw(rng, (n, count)), draw(rng, (n, count))
                shown = judged_pairs(a - b, replicates, seed)
                for one, d, differ in zip(a.T, (a - b).T, shown, strict=True):
                    carried = Tail.of(np.abs(d)).carries
                    levels, pairs = levels + Tail.of(one).carries, pairs + carried
                    held += not carried and not differ
            yield [
                f"{n:,}",
                name,
                *(percent(k, trials) for k in (levels, pairs)),
                percent(held, trials - pairs),
            ]


def judged_pairs(differences: Floats, replicates: int, seed: int) -> Iterator[bool]:
    """Whether each of these differences, (n, trials), is declared."""
    n, trials = differences.shape
    found = replicate(units_of(differences), replicates, seed, squares(trials), precise=False).studentised
    for trial in range(trials):
        yield judge(found.take([trial]), CONFIDENCE, n).verdicts[0] != "~"


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
        one = worsening(TOLERANCE, 1, found.joint([fresh, old]))
        yield regression(one, TOLERANCE, CONFIDENCE).verdict


def one_pair(
    differences: Floats, unit: Codes, replicates: int, seed: int
) -> Iterator[tuple[Studentised, bool]]:
    """(the difference of two models, whether it is declared), trial by trial.

    differences: (n, trials) of row losses; unit: (n,), the number of the unit of each row.
    """
    rows, trials = differences.shape
    units = UnitSums.of(differences.T, np.ones(rows), row_keys(unit))
    every = replicate(units, replicates, seed, squares(trials), precise=False).studentised
    for trial in range(trials):
        found = every.take([trial])
        yield found, judge(found, CONFIDENCE, len(units.keys)).verdicts[0] != "~"


def declared(differences: Floats, unit: Codes, replicates: int, seed: int) -> int:
    """The trials in which two models are declared different; see `one_pair`."""
    return sum(shown for _, shown in one_pair(differences, unit, replicates, seed))


def clustered(trials: int, replicates: int, counts: Sequence[int]) -> Iterator[list[str]]:
    """A pair of exchangeable models whose differences share a Gaussian effect by cluster, as large as the
    spread within, declared different. Trials of a batch share the sizes of the clusters, 5 to 40 rows."""
    for clusters in counts:
        by_cluster = by_row = 0
        for count, seed, rng in batches(trials, COLUMNS // 100, clusters):
            cluster = np.repeat(np.arange(clusters), rng.integers(5, 41, clusters))
            row = np.arange(len(cluster))
            d = rng.normal(0.0, 1.0, (clusters, count))[cluster] + rng.normal(0.0, 1.0, (len(row), count))
            by_cluster += declared(d, cluster, replicates, seed)
            by_row += declared(d, row, replicates, seed)
        yield [f"{clusters:,}", percent(by_cluster, trials), percent(by_row, trials)]


def unequal(trials: int, replicates: int, counts: Sequence[int]) -> Iterator[list[str]]:
    """As `clustered`, with lognormal sizes (σ = 1.5) that a batch shares, by how many clusters of one size
    they are worth; counts: of clusters."""
    found = {name: [0, 0] for name in ("below 4", "4 to 6", "6 to 10", "10 or more")}
    for clusters in counts:
        for count, seed, rng in batches(trials, COLUMNS // 30, clusters, 1):
            sizes = np.clip(np.round(8 * rng.lognormal(0.0, 1.5, clusters)), 1, 2_000).astype(np.intp)
            cluster = np.repeat(np.arange(clusters), sizes)
            d = rng.normal(0.0, 1.0, (clusters, count))[cluster]
            d += rng.normal(0.0, 1.0, (len(cluster), count))
            worth = float(effective_size(sizes[:, None].astype(np.float64))[0])
            own = list(found.values())[np.searchsorted([4, 6, 10], worth, side="right")]
            own[0] += declared(d, cluster, replicates, seed)
            own[1] += count
    for name, (hits, seen) in found.items():
        yield [name, f"{seen:,}", percent(hits, max(seen, 1))]


def series(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """A pair of models of equal mean loss whose differences are a Gaussian AR(1) declared different."""
    for n in rows:
        row = np.arange(n)
        for rho in (0.0, 0.3, 0.5, 0.8, 0.9):
            by_block = by_row = by_test = 0
            every: list[int] = []
            for count, seed, rng in batches(trials, COLUMNS // 500, n, round(100 * rho)):
                d = autoregressive(rng, rho, (n, count))
                by_row += declared(d, row, replicates, seed)
                lengths = np.array([max(time_block(n), math.ceil(optimal_block(one))) for one in d.T])
                for length in np.unique(lengths):
                    by_block += declared(d[:, lengths == length], row // length, replicates, seed)
                for one, length in zip(np.ascontiguousarray(d.T), lengths, strict=True):
                    test = diebold_mariano(one, horizon=int(length))
                    by_test += test.p is not None and test.p <= 1 - CONFIDENCE
                every += lengths.tolist()
            shares = (percent(hits, trials) for hits in (by_block, by_row, by_test))
            yield [f"{n:,}", f"{rho:g}", f"{np.median(every):g}", *shares]


def autoregressive(rng: np.random.Generator, rho: float, shape: tuple[int, int]) -> Floats:
    """Stationary x_t = rho x_(t-1) + e_t, e standard normal, along the first axis."""
    x = rng.normal(0.0, 1.0, shape)
    x[0] /= math.sqrt(1 - rho * rho)
    for t in range(1, len(x)):
        x[t] += rho * x[t - 1]
    return x


def decisive(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Files in which an order is shown and said to rest on few rows, by the true mean in standard errors."""
    draws: dict[str, tuple[Draw, float]] = {  # with their standard deviations
        "normal": (lambda rng, shape: rng.normal(0.0, 1.0, shape), 1.0),
        "± lognormal, σ 1": (lambda rng, shape: signed_lognormal(rng, 1.0, shape), math.exp(1.0)),
        "± lognormal, σ 1.5": (lambda rng, shape: signed_lognormal(rng, 1.5, shape), math.exp(1.5**2)),
    }
    for n in rows:
        row = np.arange(n)
        for name, (draw, deviation) in draws.items():
            for t in (2, 3, 4):
                shown = warned = 0
                for count, seed, rng in batches(trials, COLUMNS // 1_000, n, t):
                    d = draw(rng, (n, count)) + t * deviation / math.sqrt(n)
                    for x, (found, is_shown) in zip(d.T, one_pair(d, row, replicates, seed), strict=True):
                        if is_shown:
                            expected = expected_rows(n, float(found.value[0] / found.error[0]))
                            shown += 1
                            warned += warns(Tops.of(x, row).decisive().count, expected)
                shares = percent(shown, trials), percent(warned, trials), percent(warned, max(shown, 1))
                yield [f"{n:,}", name, str(t), *shares]


def signed_lognormal(rng: np.random.Generator, sigma: float, shape: tuple[int, ...]) -> Floats:
    """Lognormal sizes with a random sign."""
    return rng.choice([-1.0, 1.0], shape) * rng.lognormal(0.0, sigma, shape)


def folds(trials: int, _: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Two least-squares procedures declared different by the corrected t over 10 repeats of k folds, and by
    the t without correction."""
    for n in rows:
        for k in (10, 5):
            quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, 10 * k - 1))
            for noise in NOISES:
                hits, mean = [0, 0], np.zeros(2)
                for count, _batch, rng in batches(trials, COLUMNS // 100, n, k, round(100 * noise)):
                    errors = procedures(rng, (NOISES[0], noise), (count, n), k)
                    mean += errors.mean(axis=2).sum(axis=1)
                    for d in (errors[0] - errors[1]).tolist():
                        for i, ratio in enumerate((1 / (k - 1), 0.0)):
                            value, error = corrected_t(d, ratio)
                            hits[i] += abs(value) > quantile * error
                gap = "0" if noise == NOISES[0] else f"{100 * (mean[1] / mean[0] - 1):.1f}"
                yield [f"{n:,}", f"10 × {k}", gap, *(percent(one, trials) for one in hits)]


def procedures(
    rng: np.random.Generator, noises: tuple[float, float], shape: tuple[int, int], k: int
) -> Floats:
    """Mean squared errors in 10 repeats of k folds, (2, trials, folds), of two procedures that see three
    features each, with noise, of the six of equal effect that make the target. shape: (trials, n)."""
    trials, n = shape
    x = rng.normal(0.0, 1.0, (2, *shape, 3))
    y = x.sum(axis=(0, 3)) + rng.normal(0.0, 1.0, shape)
    x += np.reshape(noises, (2, 1, 1, 1)) * rng.normal(0.0, 1.0, x.shape)
    order = rng.permuted(np.tile(np.arange(n), (10 * trials, 1)), axis=1)
    judged = order.reshape(trials, 10 * k, n // k)
    return np.stack([fold_errors(seen, y, judged) for seen in x])


def fold_errors(x: Floats, y: Floats, judged: Codes) -> Floats:
    """Mean squared errors of least squares with an intercept, learned from the other rows: (trials, folds).

    x: (trials, n, p); y: (trials, n); judged: (trials, folds, m), the rows of each fold.
    """
    x = np.concatenate([np.ones((*y.shape, 1)), x], axis=2)
    trial = np.arange(len(x))[:, None, None]
    x_judged, y_judged = x[trial, judged], y[trial, judged][..., None]
    gram = (x.mT @ x)[:, None] - x_judged.mT @ x_judged
    moment = (x.mT @ y[..., None])[:, None] - x_judged.mT @ y_judged
    errors = y_judged - x_judged @ np.linalg.solve(gram, moment)
    return np.asarray((errors**2).mean(axis=(2, 3)))


def metric_intervals(trials: int, replicates: int, rows: Sequence[int]) -> Iterator[list[str]]:
    """Coverage of the intervals of metrics, of files that have one."""
    for name, (draw, metrics) in metric_designs.DESIGNS.items():
        truth = metric_designs.truth(draw, metrics)
        for n in rows:
            inside, known = np.zeros(len(metrics), int), np.zeros(len(metrics), int)
            for trial in range(trials):
                made = draw(np.random.default_rng([n, trial]), n)
                ends = np.array(metric_designs.intervals(metrics, made, replicates, trial, CONFIDENCE))
                known += np.isfinite(ends).all(axis=1)
                inside += (ends[:, 0] <= truth) & (truth <= ends[:, 1])
            for one, hits, files in zip(metrics, inside.tolist(), known.tolist(), strict=True):
                yield [name, one.name, f"{n:,}", percent(hits, max(files, 1)), percent(files, trials)]


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
    "tails": (
        tails,
        (30, 200, 1_000, 4_000),
        "Dominated by a few large errors, % of files, and intervals of other differences that hold 0",
        "n|row losses|levels|pairs|covered",
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
    "clusters": (
        clustered,
        (10, 20, 50, 200),
        "Exchangeable models with rows in clusters declared different, %",
        "clusters|clusters resampled|rows resampled",
    ),
    "unequal": (
        unequal,
        (10, 15, 20, 30, 50),
        "Exchangeable models with rows in clusters of unequal size declared different, %",
        "worth clusters of one size|files|clusters resampled",
    ),
    "series": (
        series,
        (60, 120, 343, 600, 1_000, 2_000),
        "Models of equal loss with differences that are an AR(1) declared different, %",
        "n|rho|times in a block (median)|blocks resampled|rows resampled|Diebold-Mariano",
    ),
    "decisive": (
        decisive,
        (200, 1_000, 5_000),
        "An order said to rest on few rows, %",
        "n|differences|true mean in standard errors|shown|warned, of files|warned, of shown",
    ),
    "folds": (
        folds,
        (100,),
        "Two procedures declared different over folds, by the gap in expected squared error, %",
        "n|repeats × folds|gap|corrected t|uncorrected t",
    ),
    "metrics": (
        metric_intervals,
        (200, 2_000),
        "Coverage of the intervals of metrics, % of files that have one",
        "rows|metric|n|covered|files with one",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="part")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--replicates", type=int, default=999)
    parser.add_argument("--rows", type=int, nargs="+", help="files of so many rows, or clusters, only")
    chosen = parser.parse_args()
    for part in chosen.parts:
        run, rows, title, header = PARTS[part]
        table(title, header.split("|"), run(chosen.trials, chosen.replicates, chosen.rows or rows))


if __name__ == "__main__":
    main()
