"""How often two equally good models are told apart by a metric, by the number of positives: a Markdown table.

    python benchmarks/metric_ranks.py [--files N] [--replicates N] [--positives N ...] [--rows N ...]

Scores are normal, higher by `SHIFTS` for positives; half of their variance is shared by both models, or none.
A label is positive where the score is above the middle. Files of a batch share the drawn weights.
"""

import argparse
import os
from collections.abc import Iterator

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from losscli.domain import Floats, Task
from losscli.inference import figure_ranks
from losscli.inference.resample import UnitSums, replicate, row_keys
from losscli.metrics import metrics_for
from losscli.metrics.distribution import Distribution
from losscli.metrics.metric import Metric, Undefined
from losscli.metrics.tallies import Confusion

NAMES = ("average_precision", "roc_auc", "recall", "balanced_accuracy", "mcc", "f1", "precision", "accuracy")
METRICS = [one for name in NAMES for one in metrics_for(Task.BINARY) if one.name == name]
SHIFTS, SHARED = (1.0, 2.0), (0.0, 0.5)
BATCH, CONFIDENCE = 50, 0.95
Summary = Confusion | Distribution


def batch(
    rng: np.random.Generator, rows: int, positives: int, shift: float, shared: float
) -> Iterator[tuple[Summary, list[Floats]]]:
    """(summary, its terms (n,) each) of labels and of scores, of both models of each file in turn."""
    w = np.ones(rows)
    for _ in range(BATCH):
        y = rng.permutation((np.arange(rows) < positives).astype(np.intp))
        common = rng.normal(size=rows)
        for _ in range(2):
            noise = np.sqrt(shared) * common + np.sqrt(1 - shared) * rng.normal(size=rows)
            score = shift * y - shift / 2 + noise
            label = (score > 0).astype(np.intp)
            tallies = Confusion.of(y, label, w, 2)
            ranked = Distribution.of(score, y == 1, w, exact=True)
            yield tallies, list(tallies.terms(y, label))
            yield ranked, list(ranked.terms(score, y == 1, score))


def told_apart(metric: Metric, pair: list[tuple[Summary, Floats]], rows: int) -> bool:
    """Whether the ranks of two models differ. pair: of each its summary and the replicates of its terms."""
    values = [metric.value(summary) for summary, _ in pair]
    drawn = [metric.replicated(summary.at(means)) for summary, means in pair if metric.replicated]
    points = [-value for value in values if not isinstance(value, Undefined)]
    if len(points) < 2 or any(np.isfinite(one).mean() <= 0.99 for one in drawn):
        return False
    return figure_ranks(points, [-one for one in drawn], CONFIDENCE, rows)[0] != [1, 1]


def errors(files: int, replicates: int, rows: int, positives: int, shift: float, shared: float) -> list[int]:
    """In how many files each metric tells the two apart."""
    keys = row_keys(np.arange(rows))
    order, wrong = np.argsort(keys), [0] * len(METRICS)
    for first in range(0, files, BATCH):
        rng = np.random.default_rng([rows, positives, round(10 * shift), round(10 * shared), first])
        made = list(batch(rng, rows, positives, shift, shared))
        columns = np.array([column for _, terms in made for column in terms]).T[order]
        means = replicate(
            UnitSums(keys[order], np.ones(rows), columns), replicates, first, precise=False
        ).means
        ends = np.cumsum([len(terms) for _, terms in made])
        parts = np.split(means, ends[:-1], axis=1)
        for at in range(0, len(made), 4):
            for k, metric in enumerate(METRICS):
                own = (at, at + 2) if metric.source is Confusion else (at + 1, at + 3)
                wrong[k] += told_apart(metric, [(made[i][0], parts[i]) for i in own], rows)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--replicates", type=int, default=499)
    parser.add_argument("--positives", type=int, nargs="+", default=[10, 20, 30, 50, 100])
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 500])
    asked = parser.parse_args()
    print(f"| rows | positives | shift | shared | {' | '.join(NAMES)} |\n{'|---' * (4 + len(NAMES))}|")
    for rows in asked.rows:
        for positives in (one for one in asked.positives if 2 * one <= rows):
            for shift in SHIFTS:
                for shared in SHARED:
                    wrong = errors(asked.files, asked.replicates, rows, positives, shift, shared)
                    shares = " | ".join(f"{100 * one / asked.files:.1f}" for one in wrong)
                    print(f"| {rows} | {positives} | {shift:g} | {shared:g} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
