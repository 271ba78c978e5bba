"""How often gates err: files of two models whose figures differ by just the tolerance, as the command judges.

    python benchmarks/gates.py [--trials N] [--resamples N] [--cell NAME ...]

At the tolerance a gate may pass in 5 % of files and fail in 5 %. Files are drawn from models of which the
figures are known: of two million rows, drawn alike. Rows are independent, or in clusters of 1 to 30 rows that
share an effect, resampled by cluster.
"""

import argparse
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from losscli.comparison.compare import Request, compare
from losscli.comparison.gates import parse_allowances
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.domain import Floats, Task
from losscli.spec import Spec

TRUTH = 2_000_000
Rows = dict[str, Floats]  # y, old, new, and the cluster of each row


@dataclass(frozen=True)
class Cell:
    """rows: in a file; of: of the gate; draw: (generator, rows, clustered) -> rows; figure: of y, p."""

    rows: int
    of: str
    loss: str
    task: Task
    draw: Callable[[np.random.Generator, int, bool], Rows]
    figure: Callable[[Floats, Floats], float]
    greater_is_better: bool = True


def clusters(rng: np.random.Generator, n: int, clustered: bool) -> tuple[Floats, Floats]:
    """(cluster of each row, its effect, of variance 1): unequal sizes, 1 to 30."""
    if not clustered:
        return np.arange(n, dtype=float), np.zeros(n)
    sizes = rng.integers(1, 31, n)
    cluster = np.repeat(np.arange(n), sizes)[:n].astype(float)
    return cluster, rng.normal(0.0, 1.0, n)[cluster.astype(int)]


def of_numbers(rng: np.random.Generator, n: int, clustered: bool) -> Rows:
    cluster, effect = clusters(rng, n, clustered)
    y, shared = rng.normal(0.0, 5.0, n), rng.normal(0.0, 1.0, n) + effect
    old, new = (y + scale * (shared + 0.7 * rng.standard_t(6, n)) for scale in (1.0, 1.1))
    return {"y": y, "old": old, "new": new, "cluster": cluster}


def of_classes(spread: float, rate: float, noise: tuple[float, float]) -> Callable[..., Rows]:
    """Probabilities of two models that see the true logits through more or less noise."""

    def draw(rng: np.random.Generator, n: int, clustered: bool) -> Rows:
        cluster, effect = clusters(rng, n, clustered)
        logit = rng.normal(math.log(rate / (1 - rate)), spread, n) + effect
        y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
        shared = rng.normal(0.0, 1.0, n)
        seen = [logit + s * (0.6 * shared + 0.8 * rng.normal(0.0, 1.0, n)) for s in noise]
        old, new = (1 / (1 + np.exp(-one)) for one in seen)
        return {"y": y, "old": old, "new": new, "cluster": cluster}

    return draw


def bce(y: Floats, p: Floats) -> float:
    return float(-np.log(np.where(y == 1, p, 1 - p)).mean())


def recall(y: Floats, p: Floats) -> float:
    return float((p[y == 1] > 0.5).mean())


def roc_auc(y: Floats, p: Floats) -> float:
    rank = np.empty(len(p))
    rank[np.argsort(p)] = np.arange(1, len(p) + 1)
    positive = y.sum()
    return float((rank[y == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(y) - positive)))


def average_precision(y: Floats, p: Floats) -> float:
    hits = y[np.argsort(-p)]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits == 1].mean())


CELLS: dict[str, Cell] = {
    "mae": Cell(
        200,
        "mae",
        "mae",
        Task.REGRESSION,
        of_numbers,
        lambda y, p: float(np.abs(p - y).mean()),
        greater_is_better=False,
    ),
    "bce of a good classifier": Cell(
        1_000, "bce", "bce", Task.BINARY, of_classes(4.0, 0.3, (0.3, 1.2)), bce, greater_is_better=False
    ),
    "recall, 20 positives": Cell(
        200, "recall", "zero_one", Task.BINARY, of_classes(3.5, 0.04, (0.3, 2.0)), recall
    ),
    "roc_auc of 0.98": Cell(
        500, "roc_auc", "zero_one", Task.BINARY, of_classes(6.0, 0.2, (0.5, 2.5)), roc_auc
    ),
    "average precision": Cell(
        500, "average_precision", "zero_one", Task.BINARY, of_classes(3.0, 0.1, (0.5, 2.0)), average_precision
    ),
}


def judged(cell: Cell, rows: Rows, worse: float, clustered: bool, resamples: int) -> str:
    """The verdict of the gate whose tolerance is what the new model is worse by."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        kind = "pred" if cell.task is Task.REGRESSION else "prob"
        file.write(f"y,old_{kind},new_{kind},cluster\n")
        np.savetxt(file, np.column_stack(list(rows.values())), fmt="%.17g", delimiter=",")
        file.flush()
        asked = Asked(
            target="y",
            pred=(f"old_{kind}", f"new_{kind}"),
            task=cell.task,
            positive=None if cell.task is Task.REGRESSION else "1",
            group="cluster" if clustered else None,
        )
        table, problem, inputs = open_files([file.name], ReadOptions(), asked)
        request = Request(
            losses=(Spec(cell.loss),),
            baseline=f"old_{kind}",
            allowances=parse_allowances([f"{cell.of}=+{worse:.17f}"]),
            resamples=resamples,
        )
        return compare(table, problem, request, inputs).gates[0].verdict


def percent(hits: int, trials: int) -> str:
    """A share, with its Monte-Carlo standard error."""
    share = hits / trials
    return f"{100 * share:.1f} ± {100 * math.sqrt(share * (1 - share) / trials):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--cell", action="append", choices=list(CELLS))
    chosen = parser.parse_args()
    print("| figure | rows | old | new | clusters | false fail % | false pass % | inconclusive % |")
    print("|---|---|---|---|---|---|---|---|")
    for name in chosen.cell or CELLS:
        cell = CELLS[name]
        for clustered in (False, True):
            many = cell.draw(np.random.default_rng(0), TRUTH, clustered)
            old, new = (cell.figure(many["y"], many[side]) for side in ("old", "new"))
            worse = old - new if cell.greater_is_better else new - old
            counts = dict.fromkeys(("fail", "pass", "inconclusive"), 0)
            for trial in range(chosen.trials):
                rows = cell.draw(np.random.default_rng([1, trial]), cell.rows, clustered)
                counts[judged(cell, rows, worse, clustered, chosen.resamples)] += 1
            shares = " | ".join(percent(k, chosen.trials) for k in counts.values())
            by = "1 to 30 rows" if clustered else "none"
            print(f"| {name} | {cell.rows} | {old:.4f} | {new:.4f} | {by} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
