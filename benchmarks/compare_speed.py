"""Time `losscli compare` against pandas and sklearn.metrics: the same file, losses and models.

Whole processes, alternately A B A B …, so that a busy machine slows both. A computes more than B: intervals,
ranks, the verdict and the robustness of each loss. The figures of both must agree, or nothing is printed.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from process import LOSSCLI, PEER, Usage, generate, run

LOSSES = (
    *("mse", "rmse", "mae", "medae", "max_error", "mape", "msle", "rmsle"),
    *("quantile:tau=0.9", "poisson", "gamma", "tweedie:power=1.5"),
)
MODELS = 3
TOLERANCE = 1e-9
Figures = dict[tuple[str, str], float | None]


def figures_of_losscli(path: Path) -> Figures:
    """The value of every (loss, model) in a result of `losscli compare`."""
    entries = json.loads(path.read_text())["losses"]
    return {(entry["spec"], row["model"]): row["value"] for entry in entries for row in entry["results"]}


def figures_of_peer(path: Path) -> Figures:
    """The value of every (loss, model) in a result of the peer script."""
    return {
        (spec, model): value
        for spec, row in json.loads(path.read_text()).items()
        for model, value in row.items()
    }


def disagreement(ours: Figures, theirs: Figures) -> float:
    """The largest relative difference of the figures; ends the benchmark beyond the tolerance."""
    if len(theirs) != len(LOSSES) * MODELS:
        raise SystemExit(f"{len(theirs)} figures in the peer's result, not {len(LOSSES) * MODELS}")
    worst = 0.0
    for (spec, model), expected in theirs.items():
        value = ours.get((spec, model))
        if value is None or expected is None or not abs(value - expected) <= TOLERANCE * abs(expected):
            raise SystemExit(f"{spec} of {model}: losscli {value}, scikit-learn {expected}")
        worst = max(worst, abs(value - expected) / abs(expected))
    return worst


def spread(values: list[float], digits: int) -> str:
    """Smallest / median / largest."""
    return " / ".join(f"{f(values):.{digits}f}" for f in (min, statistics.median, max))


def report(ours: list[Usage], theirs: list[Usage], names: tuple[str, str]) -> None:
    """Every pair, then a table for the README."""
    print("\npair      A s      B s   A / B")
    for number, (a, b) in enumerate(zip(ours, theirs, strict=True), 1):
        print(f"{number:4} {a.wall:8.2f} {b.wall:8.2f} {a.wall / b.wall:7.3f}")
    print("\n| min / median / max | wall s | CPU s | peak RSS MiB |\n|---|---|---|---|")
    for name, used in zip(names, (ours, theirs), strict=True):
        wall, cpu, rss = ([getattr(u, field) for u in used] for field in ("wall", "cpu", "rss"))
        print(f"| {name} | {spread(wall, 2)} | {spread(cpu, 2)} | {spread(rss, 0)} |")
    ratios = [
        spread([getattr(a, field) / getattr(b, field) for a, b in zip(ours, theirs, strict=True)], 3)
        for field in ("wall", "cpu", "rss")
    ]
    print(f"| A / B, pair by pair | {' | '.join(ratios)} |")


def main() -> None:
    """Write the file, run the pairs, check, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--engine", choices=["c", "pyarrow"], default="c", help="of the peer's read_csv")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, result_a, result_b = folder / "predictions.csv", folder / "a.json", folder / "b.json"
        generate(arguments.rows, data)
        losses = [word for spec in LOSSES for word in ("--loss", spec)]
        # --exact: beyond a million rows medae would otherwise be a sketch, and the work not the same.
        a = [*LOSSCLI, "compare", str(data), *losses, "--exact", "--quiet", "--output", str(result_a)]
        b = [*PEER, str(data), str(result_b), "--engine", arguments.engine]
        ours, theirs = [], []
        for _ in range(arguments.pairs):
            ours.append(run(a))
            theirs.append(run(b))
            worst = disagreement(figures_of_losscli(result_a), figures_of_peer(result_b))
        print(f"{arguments.rows:,} rows, {data.stat().st_size / 1e6:.0f} MB")
        print(f"{len(LOSSES) * MODELS} figures agree, largest relative difference {worst:.1e}")
    report(ours, theirs, ("A losscli compare", f"B pandas ({arguments.engine}) + sklearn.metrics"))


if __name__ == "__main__":
    main()
