"""Peak memory of `losscli compare`, with every loss that applies, as the rows grow."""

import argparse
import tempfile
from pathlib import Path

from process import LOSSCLI, generate, run


def main() -> None:
    """One file after another, each removed before the next; one line of a table each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000, 20_000_000])
    arguments = parser.parse_args()
    print("| rows | file MB | peak RSS MiB | wall s | CPU s |\n|---|---|---|---|---|", flush=True)
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "predictions.csv"
            generate(rows, data)
            used = run([*LOSSCLI, "compare", str(data)])
            size = data.stat().st_size / 1e6
        print(f"| {rows:,} | {size:.0f} | {used.rss:.0f} | {used.wall:.1f} | {used.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
