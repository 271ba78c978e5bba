"""Time training: losscli against scikit-learn, many losses in lockstep against one after another, and the
default run of `losscli fit`.

Training is timed in this process, alternately A B A B …, after one round that is not measured. Both sides
have BLAS at one thread, as losscli itself has. In every round the objectives of both sides are compared:
where losscli's is above the lower one by more than a relative 1e-6, the script stops.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from process import LOSSCLI, Usage, run
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, HuberRegressor, LinearRegression, QuantileRegressor
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from losscli.descent.design import Design, whitened
from losscli.descent.ends import Solution
from losscli.descent.path import Strengths, trained_along
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

FOLDS = 5
NOISE = 1.0  # the sd of the noise
DELTA = 1.35 * NOISE  # 1.35 is HuberRegressor's epsilon, in units of the scale that it estimates
HUBER = f"huber:delta={DELTA}"
SCALE = NOISE  # given, so that no side is timed while it looks for one
TOLERANCE = 1e-6  # relative excess of an objective
LEAST = 0.2  # seconds that one measurement lasts; shorter work is repeated
SAMPLES = ("area", "tumours", "wine")  # of sample_data

CONVEX = (
    *("mse", "half_squared_error", "lq:q=1.5", "lq:q=1.25", "squared_epsilon_insensitive:epsilon=0.3675"),
    *("expectile:tau=0.1", "expectile:tau=0.75", "expectile:tau=0.9", "linex:a=1", "linex:a=-0.5"),
    *(HUBER, "huber:delta=0.5", "smooth_l1:beta=1.345", "pseudo_huber:delta=1.287", "log_cosh:c=1.2047"),
    "fair:c=1.4",
)
MIXED = (
    *("mse", "lq:q=1.5", "expectile:tau=0.9", "linex:a=1", HUBER, "smooth_l1:beta=1.345"),
    *("pseudo_huber:delta=1.287", "log_cosh:c=1.2047", "fair:c=1.4", "cauchy:c=2.385", "welsch:c=2.985"),
    *("geman_mcclure:c=3.787", "tukey:c=4.685", "andrews:c=1.339", "hampel:a=1.382,b=2.764,c=5.528"),
    "barron:alpha=-2,c=2",
)
SIZES = ((200, 5), (2_000, 20), (20_000, 20))

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Data:
    """x: (n, p), columns correlated and of different units; y: (n,); folds: (training rows, test rows)."""

    x: Floats
    y: Floats
    folds: tuple[tuple[np.ndarray, np.ndarray], ...]


def data_of(n: int, p: int) -> Data:
    """A linear model with Laplace noise, the same for the same size."""
    rng = np.random.default_rng([n, p])
    x = rng.normal(size=(n, p)) @ (np.eye(p) + 0.5 * rng.normal(size=(p, p)) / np.sqrt(p))
    y = 3.0 + x @ rng.normal(size=p) + rng.laplace(scale=NOISE / np.sqrt(2), size=n)
    x = 10.0 + x * np.logspace(-2, 2, p)
    return Data(x, y, tuple(KFold(FOLDS, shuffle=True, random_state=0).split(x)))


def wanted_of(specs: Sequence[str]) -> list[Wanted]:
    """The losses that specs name."""
    wanted = []
    for spec in map(Spec.parse, specs):
        loss = find(spec, Task.REGRESSION)
        if loss is None:
            raise SystemExit(f"{spec}: no such loss")
        wanted.append(Wanted(loss, spec.numbers()))
    return wanted


def settings(l2: float | None = None) -> Settings:
    """As in the folds of `losscli fit`."""
    return Settings(task=Task.REGRESSION, scale=SCALE, careful=False, l2=l2)


@dataclass(frozen=True, slots=True)
class Ours:
    """What losscli makes of one fold: scores of the test rows (L, n)."""

    design: Design
    solutions: list[Solution]
    scores: Floats


def solutions_of(design: Design, y: Floats, wanted: Sequence[Wanted]) -> list[Solution]:
    """One model per loss; ends the benchmark where there is none."""
    found = [outcome for (outcome,) in train(design, y[None], wanted, settings()).by_loss]
    for outcome in found:
        if isinstance(outcome, str) or not outcome.converged:
            raise SystemExit(f"not trained: {outcome if isinstance(outcome, str) else outcome.certificate}")
    return [outcome for outcome in found if isinstance(outcome, Solution)]


def ours(data: Data, wanted: Sequence[Wanted]) -> list[Ours]:
    """Standardise, whiten and train on the training rows, and predict the test rows, fold after fold."""
    folds = []
    for rows, test in data.folds:
        x = data.x[rows]
        design = whitened(x, np.ones(len(x)))
        solutions = solutions_of(design, data.y[rows], wanted)
        scores = np.array([one.v for one in solutions]) @ design.rows_of(data.x[test]).T
        folds.append(Ours(design, solutions, scores))
    return folds


@dataclass(frozen=True, slots=True)
class Theirs:
    """What scikit-learn makes of one fold: predictions of the test rows, of each pipeline."""

    pipelines: list[Pipeline]
    predictions: list[Floats]


PEERS: dict[str, Callable[[], object]] = {
    "mse": LinearRegression,
    HUBER: lambda: HuberRegressor(epsilon=1.35, alpha=0.0, max_iter=1_000),
    "mae": lambda: QuantileRegressor(quantile=0.5, alpha=0.0),
    "quantile:tau=0.9": lambda: QuantileRegressor(quantile=0.9, alpha=0.0),
}
OBJECTIVES: dict[str, Callable[[Floats], float]] = {  # of the residuals y - p; not huber: see `excess`
    "mse": lambda r: float(np.mean(r * r)),
    "mae": lambda r: float(np.mean(np.abs(r))),
    "quantile:tau=0.9": lambda r: float(np.mean(np.maximum(0.9 * r, -0.1 * r))),
}


def theirs(data: Data, specs: Sequence[str]) -> list[Theirs]:
    """A pipeline per loss, as one writes it: each standardises for itself."""
    folds = []
    for rows, test in data.folds:
        x, y = data.x[rows], data.y[rows]
        pipelines = [make_pipeline(StandardScaler(), PEERS[spec]()).fit(x, y) for spec in specs]
        folds.append(Theirs(pipelines, [one.predict(data.x[test]) for one in pipelines]))
    return folds


def check_peer(data: Data, specs: Sequence[str], a: list[Ours], b: list[Theirs]) -> float:
    """The largest relative excess of losscli's objective over the lower of both, on the training rows.

    HuberRegressor estimates a scale beside the coefficients: its objective is another one, and is not
    compared here; see `check_huber`.
    """
    worst = 0.0
    for (rows, _), own, peer in zip(data.folds, a, b, strict=True):
        x, y = data.x[rows], data.y[rows]
        for i, spec in enumerate(specs):
            if spec not in OBJECTIVES:
                continue
            intercept, slopes = own.design.raw(own.solutions[i].v[None])
            mine = OBJECTIVES[spec](y - (intercept[0] + x @ slopes[0]))
            other = OBJECTIVES[spec](y - peer.pipelines[i].predict(x))
            worst = max(worst, excess(spec, mine, min(mine, other)))
    return worst


def check_huber(data: Data, b: list[Theirs], i: int) -> float:
    """The same for huber at HuberRegressor's own scale times 1.35: its coefficients minimise that one too."""
    worst = 0.0
    for (rows, _), peer in zip(data.folds, b, strict=True):
        x, y = data.x[rows], data.y[rows]
        delta = 1.35 * float(peer.pipelines[i][-1].scale_)

        def objective(r: Floats, delta: float = delta) -> float:
            inner = np.minimum(np.abs(r), delta)
            return float(np.mean(inner * (np.abs(r) - 0.5 * inner)))

        design = whitened(x, np.ones(len(x)))
        (solution,) = solutions_of(design, y, wanted_of([f"huber:delta={delta}"]))
        mine = objective(y - design.z @ solution.v)
        worst = max(worst, excess("huber", mine, min(mine, objective(y - peer.pipelines[i].predict(x)))))
    return worst


def excess(spec: str, mine: float, best: float) -> float:
    """How far an objective is above the best one; ends the benchmark beyond the tolerance."""
    found = (mine - best) / abs(best)
    if not found <= TOLERANCE:
        raise SystemExit(f"{spec}: losscli's objective {mine:.9g} is {found:.1e} above {best:.9g}")
    return found


Objectives = list[list[float]]  # by fold, by loss


def lockstep(designs: Sequence[tuple[Design, Floats]], wanted: Sequence[Wanted]) -> Objectives:
    """All losses of a fold at once."""
    return [[one.objective for one in solutions_of(design, y, wanted)] for design, y in designs]


def in_turn(designs: Sequence[tuple[Design, Floats]], wanted: Sequence[Wanted]) -> Objectives:
    """Every loss of a fold by itself."""
    return [[solutions_of(design, y, [one])[0].objective for one in wanted] for design, y in designs]


def check_lockstep(wanted: Sequence[Wanted], a: Objectives, b: Objectives) -> float:
    """The largest relative excess of either over the lower one."""
    worst = 0.0
    for fold_a, fold_b in zip(a, b, strict=True):
        for one, x, y in zip(wanted, fold_a, fold_b, strict=True):
            worst = max(worst, excess(one.loss.name, max(x, y), min(x, y)))
    return worst


@dataclass(frozen=True, slots=True)
class Timed:
    """What one side took in every round, in ms."""

    wall: list[float]
    cpu: list[float]


def timed(work: Callable[[], T], repeats: int, into: Timed | None) -> T:
    """Do the work so many times and note what one took."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeats):
        result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if into is not None:
        into.wall.append(1000 * wall / repeats)
        into.cpu.append(1000 * cpu / repeats)
    return result


def pairs(
    a: Callable[[], T], b: Callable[[], U], check: Callable[[T, U], float], rounds: int
) -> tuple[Timed, Timed, float]:
    """A B A B …, the first round unmeasured; the worst of what `check` finds."""
    sides = Timed([], []), Timed([], [])
    counts = []
    for work in (a, b):
        start = time.perf_counter()
        work()
        counts.append(max(1, round(LEAST / (time.perf_counter() - start))))
    worst = check(a(), b())
    for _ in range(rounds):
        worst = max(worst, check(timed(a, counts[0], sides[0]), timed(b, counts[1], sides[1])))
    return (*sides, worst)


def spread(values: Sequence[float], digits: int) -> str:
    """Smallest / median / largest."""
    return " / ".join(f"{f(values):,.{digits}f}" for f in (min, statistics.median, max))


def ratios(over: Sequence[float], under: Sequence[float], digits: int) -> str:
    """Pair by pair: smallest / median / largest."""
    return spread([a / b for a, b in zip(over, under, strict=True)], digits)


def against_peer(n: int, p: int, specs: Sequence[str], rounds: int) -> None:
    """All losses of one size: a table."""
    data, wanted = data_of(n, p), wanted_of(specs)
    a, b, worst = pairs(
        lambda: ours(data, wanted),
        lambda: theirs(data, specs),
        lambda x, y: check_peer(data, specs, x, y),
        rounds,
    )
    huber = check_huber(data, theirs(data, specs), specs.index(HUBER))
    compared = ", ".join(spec for spec in specs if spec in OBJECTIVES)
    print(f"\n{n:,} × {p}, {FOLDS} folds, {rounds} pairs: {', '.join(specs)}.")
    print(f"Largest relative excess: {worst:.1e} ({compared}); huber at HuberRegressor's scale {huber:.1e}.")
    print("\n| min / median / max | wall ms | CPU ms |\n|---|---|---|")
    print(f"| A losscli | {spread(a.wall, 1)} | {spread(a.cpu, 1)} |")
    print(f"| B scikit-learn | {spread(b.wall, 1)} | {spread(b.cpu, 1)} |")
    print(f"| B / A, pair by pair | {ratios(b.wall, a.wall, 1)} | {ratios(b.cpu, a.cpu, 1)} |")
    least = min(b.wall) / min(a.wall), min(b.cpu) / min(a.cpu)
    print(f"| B / A of the minima | {least[0]:.1f} | {least[1]:.1f} |", flush=True)


def against_turns(name: str, specs: Sequence[str], rounds: int) -> Iterator[str]:
    """A line of a table for every size."""
    wanted = wanted_of(specs)
    for n, p in SIZES:
        data = data_of(n, p)
        designs = [(whitened(data.x[rows], np.ones(len(rows))), data.y[rows]) for rows, _ in data.folds]
        a, b, worst = pairs(
            lambda designs=designs: lockstep(designs, wanted),
            lambda designs=designs: in_turn(designs, wanted),
            lambda x, y: check_lockstep(wanted, x, y),
            rounds,
        )
        cells = spread(a.cpu, 1), spread(b.cpu, 1), ratios(a.cpu, b.cpu, 2)
        yield f"| {name} | {n:,} × {p} | {' | '.join(cells)} | {min(a.cpu) / min(b.cpu):.2f} | {worst:.0e} |"


def write(data: Data, path: Path) -> None:
    """A data file: the features, then y."""
    names = ",".join([*(f"x{i}" for i in range(data.x.shape[1])), "y"])
    rows = np.column_stack([data.x, data.y])
    np.savetxt(path, rows, fmt="%.6f", delimiter=",", header=names, comments="")


def default_runs(rounds: int) -> None:
    """`losscli fit FILE` as a whole process: a generated file, and the samples."""
    with tempfile.TemporaryDirectory() as folder:
        generated = Path(folder) / "generated.csv"
        write(data_of(1_000, 10), generated)
        samples = Path(__file__).parent.parent / "sample_data"
        files = [generated, *(samples / f"{name}.csv" for name in SAMPLES)]
        used: dict[Path, list[Usage]] = {path: [] for path in files}
        for _ in range(rounds):
            for path in files:
                used[path].append(run([*LOSSCLI, "fit", str(path)]))
    print("\n| min / median / max | wall s | CPU s |\n|---|---|---|")
    for path, runs in used.items():
        wall, cpu = [one.wall for one in runs], [one.cpu for one in runs]
        print(f"| {path.name} | {spread(wall, 1)} | {spread(cpu, 1)} |", flush=True)


L1, L2 = (0.02, 0.1, 0.5), 0.05


def elastic(data: Data) -> list[list[float]]:
    """losscli's objectives of mse by fold and strength of l1, all strengths of a fold at once."""
    wanted, found = wanted_of(["mse"]), []
    along = Strengths("l1", np.array([L1]))
    for rows, _ in data.folds:
        design = whitened(data.x[rows], np.ones(len(rows)))
        (trained,) = trained_along(design, data.y[rows], wanted, settings(l2=L2), along)
        found.append([one.objective for one in trained if isinstance(one, Solution)])
    return found


def elastic_peer(data: Data) -> list[list[float]]:
    """Those of ElasticNet, whose own objective is half as large."""
    found = []
    for rows, _ in data.folds:
        x, y = StandardScaler().fit_transform(data.x[rows]), data.y[rows]
        models = [ElasticNet(alpha=(l1 + L2) / 2, l1_ratio=l1 / (l1 + L2), tol=1e-10) for l1 in L1]
        found.append([_elastic(model.fit(x, y), x, y, l1) for model, l1 in zip(models, L1, strict=True)])
    return found


def _elastic(model: ElasticNet, x: Floats, y: Floats, l1: float) -> float:
    b = model.coef_
    return float(np.mean((y - model.predict(x)) ** 2) + l1 * np.abs(b).sum() + L2 / 2 * b @ b)


def check_elastic(a: Objectives, b: Objectives) -> float:
    """The largest relative excess of losscli's objective over the lower of both."""
    pairs = [(x, y) for one, other in zip(a, b, strict=True) for x, y in zip(one, other, strict=True)]
    return max(excess("elastic net", x, min(x, y)) for x, y in pairs)


def against_elastic_net(rounds: int) -> None:
    """mse with both penalties against ElasticNet: a table with a line for every size."""
    heads = "A losscli, CPU ms", "B ElasticNet, CPU ms", "B / A, pair by pair", "of the minima", "excess"
    print(f"\n| rows × columns | {' | '.join(heads)} |\n{'|---' * 6}|")
    for n, p in (*SIZES, (2_000, 100)):
        data = data_of(n, p)
        a, b, worst = pairs(lambda d=data: elastic(d), lambda d=data: elastic_peer(d), check_elastic, rounds)
        cells = spread(a.cpu, 1), spread(b.cpu, 1), ratios(b.cpu, a.cpu, 2)
        print(
            f"| {n:,} × {p} | {' | '.join(cells)} | {min(b.cpu) / min(a.cpu):.2f} | {worst:.0e} |", flush=True
        )


PARTS = ("peer", "elastic", "lockstep", "default")


def main() -> None:
    """The tables, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="pairs; half as many default runs of each file")
    parser.add_argument("--part", choices=PARTS, action="append", help="all if not said")
    arguments = parser.parse_args()
    parts, rounds = arguments.part or PARTS, arguments.rounds
    warnings.simplefilter("error", ConvergenceWarning)
    if "peer" in parts:
        against_peer(2_000, 20, list(PEERS), rounds)
        against_peer(20_000, 20, ["mse", HUBER], rounds)
    if "elastic" in parts:
        against_elastic_net(rounds)
    if "lockstep" in parts:
        heads = "A lockstep, CPU ms", "B in turn, CPU ms", "A / B, pair by pair", "of the minima", "excess"
        print(f"\n| {len(CONVEX)} losses | rows × columns | {' | '.join(heads)} |\n{'|---' * 7}|")
        for name, specs in (("convex", CONVEX), ("7 not convex", MIXED)):
            for line in against_turns(name, specs, rounds):
                print(line, flush=True)
    if "default" in parts:
        default_runs(max(1, rounds // 2))


if __name__ == "__main__":
    main()
