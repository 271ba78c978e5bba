"""CPU time of the short commands, beside an interpreter that does nothing and one that imports Typer."""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from process import LOSSCLI, generate, run

ROWS = 100


def commands(data: Path) -> dict[str, list[str]]:
    """What is timed; the first one is what the others are divided by."""
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        'python -c "import typer"': [sys.executable, "-c", "import typer"],
        "losscli --version": [*LOSSCLI, "--version"],
        "losscli --help": [*LOSSCLI, "--help"],
        f"losscli compare, {ROWS} rows": [*LOSSCLI, "compare", str(data)],
    }


def main() -> None:
    """Run all commands round after round, the first round unmeasured, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "predictions.csv"
        generate(ROWS, data)
        timed = commands(data)
        cpu: dict[str, list[float]] = {name: [] for name in timed}
        for round_ in range(runs + 1):
            for name, command in timed.items():
                used = run(command).cpu
                if round_:
                    cpu[name].append(used)
    medians = {name: 1000 * statistics.median(values) for name, values in cpu.items()}
    bare, typer, *_ = medians.values()
    print("| command | CPU ms | / python -c pass | / import typer |\n|---|---|---|---|")
    for name, value in medians.items():
        print(f"| `{name}` | {value:.0f} | {value / bare:.2f} | {value / typer:.2f} |")


if __name__ == "__main__":
    main()
