"""What is claimed of the speed of `losscli compare`, each as a ratio or a figure, in one run.

Whole processes, in turn, so that a busy machine slows all alike; the medians of the rounds, and their range.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from compare_speed import LOSSES, MODELS, disagreement, figures_of_losscli, figures_of_peer, spread
from many_models import write
from process import LOSSCLI, PEER, Usage, generate, run

SHARE = [sys.executable, str(Path(__file__).parent / "verdict_share.py")]
FEW, MANY, TEN = 100, 20_000, 10  # rows of two more files, and the models of the second
Rounds = dict[str, list[Usage]]


def ratio(rounds: Rounds, above: str, below: str, field: str) -> str:
    """Round by round: smallest / median / largest."""
    pairs = zip(rounds[above], rounds[below], strict=True)
    return spread([getattr(a, field) / getattr(b, field) for a, b in pairs], 2)


def measure(folder: Path, rows: int, count: int) -> tuple[Rounds, float, float]:
    """(what each command used, round by round; the share of verdicts; how far the figures disagree)."""
    asked = [word for spec in LOSSES for word in ("--loss", spec)]
    few, many = folder / "few.csv", folder / "many.csv"
    write(2, few, FEW)
    write(TEN, many, MANY)
    commands = {"few": [*LOSSCLI, "compare", str(few)], "many": [*LOSSCLI, "compare", str(many)]}
    for kind in ("csv", "parquet"):
        data = folder / f"predictions.{kind}"
        generate(rows, data)
        out = ["--exact", "--quiet", "--output", str(folder / f"{kind}.json")]
        commands[f"ours {kind}"] = [*LOSSCLI, "compare", str(data), *asked, *out]
        commands[f"peer {kind}"] = [*PEER, str(data), str(folder / f"peer-{kind}.json")]
        commands[f"all {kind}"] = [*LOSSCLI, "compare", str(data), "--quiet"]
    rounds: Rounds = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            rounds[name].append(run(command))
    worst = max(
        disagreement(
            figures_of_losscli(folder / f"{kind}.json"), figures_of_peer(folder / f"peer-{kind}.json")
        )
        for kind in ("csv", "parquet")
    )
    share = float(subprocess.check_output([*SHARE, str(folder / "predictions.csv"), *asked]))
    return rounds, share, worst


def main() -> None:
    """Write the files, run the rounds, check, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rounds, share, worst = measure(Path(name), arguments.rows, arguments.rounds)
    print(f"{arguments.rows:,} rows × {MODELS} models; figures agree with the peer's to {worst:.1e}\n")
    print("| min / median / max | wall | CPU |\n|---|---|---|")
    for words, above, below in (
        ("CSV, 12 losses: pandas + scikit-learn / losscli", "peer csv", "ours csv"),
        ("Parquet, 12 losses: pandas + scikit-learn / losscli", "peer parquet", "ours parquet"),
        ("CSV: all losses / 12", "all csv", "ours csv"),
        ("Parquet: all losses / 12", "all parquet", "ours parquet"),
    ):
        print(f"| {words} | {ratio(rounds, above, below, 'wall')} | {ratio(rounds, above, below, 'cpu')} |")
    for words, key in ((f"{MANY:,} rows × {TEN} models, all losses, s", "many"), (f"{FEW} rows, s", "few")):
        wall, cpu = ([getattr(one, field) for one in rounds[key]] for field in ("wall", "cpu"))
        print(f"| {words} | {spread(wall, 2)} | {spread(cpu, 2)} |")
    print(f"| intervals and verdicts, of the CPU time of 12 losses on one core | | {100 * share:.0f} % |")


if __name__ == "__main__":
    main()
