"""CPU time and peak memory of `losscli compare` as the models grow: 300 rows, every loss that applies."""

import argparse
import random
import tempfile
from pathlib import Path

from process import LOSSCLI, run

ROWS = 300


def write(models: int, path: Path, rows: int = ROWS) -> None:
    """A target and so many models, whose errors grow by a hundredth from one to the next."""
    drawn = random.Random(models)
    with path.open("w") as file:
        file.write(",".join(["y_true", *(f"pred_m{m:03d}" for m in range(models))]) + "\n")
        for _ in range(rows):
            y = drawn.gauss(10, 2)
            row = [y, *(y + (1 + m / 100) * drawn.gauss(0, 1) for m in range(models))]
            file.write(",".join(f"{value:.6g}" for value in row) + "\n")


def main() -> None:
    """One line of a table for each number of models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, nargs="+", default=[5, 10, 20, 50, 100, 200])
    arguments = parser.parse_args()
    print("| models | pairs | peak RSS MiB | wall s | CPU s |\n|---|---|---|---|---|", flush=True)
    for models in arguments.models:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "predictions.csv"
            write(models, data)
            used = run([*LOSSCLI, "compare", str(data)])
        pairs = models * (models - 1) // 2
        print(f"| {models} | {pairs:,} | {used.rss:.0f} | {used.wall:.1f} | {used.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
