"""Peak memory and time of `losscli compare`, with every loss that applies, as the rows grow: from CSV,
Parquet, a pipe and a folder; and the exponent at which CPU time grows with the rows."""

import argparse
import math
import tempfile
from itertools import islice
from pathlib import Path

from process import LOSSCLI, Usage, generate, run

FROM = ("CSV", "Parquet", "a pipe of CSV", "a folder of CSV")
PARTS = 40  # files in the folder


def exponent(measured: list[tuple[int, float]]) -> float:
    """The slope of the least-squares line through (log rows, log seconds)."""
    x, y = ([math.log(pair[side]) for pair in measured] for side in (0, 1))
    centre, level = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - centre) * (b - level) for a, b in zip(x, y, strict=True))
    return above / sum((a - centre) ** 2 for a in x)


def measure(rows: int, source: str) -> tuple[float, Usage]:
    """(size of the file in MB, what comparing it used); the file is removed."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / f"predictions.{'parquet' if source == 'Parquet' else 'csv'}"
        generate(rows, data)
        size = data.stat().st_size / 1e6
        if source == "a folder of CSV":
            data = split(data, rows)
        piped = data if source == "a pipe of CSV" else None
        return size, run([*LOSSCLI, "compare", "-" if piped else str(data)], piped=piped)


def split(data: Path, rows: int) -> Path:
    """A folder of the rows in parts, each with the header; the file is removed."""
    folder = data.with_suffix("")
    folder.mkdir()
    with data.open() as lines:
        header = next(lines)
        for number in range(PARTS):
            count = rows * (number + 1) // PARTS - rows * number // PARTS
            with (folder / f"part-{number:02}.csv").open("w") as part:
                part.write(header)
                part.writelines(islice(lines, count))
    data.unlink()
    return folder


def main() -> None:
    """One line of a table for each number of rows and source, then the exponents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 5_000_000, 20_000_000])
    arguments = parser.parse_args()
    print("| from | rows | file MB | peak RSS MiB | wall s | CPU s |\n|---|---|---|---|---|---|", flush=True)
    cpu: dict[str, list[tuple[int, float]]] = {source: [] for source in FROM}
    for rows in arguments.rows:
        for source in FROM:
            size, used = measure(rows, source)
            cpu[source].append((rows, used.cpu))
            figures = f"{used.rss:.0f} | {used.wall:.1f} | {used.cpu:.1f}"
            print(f"| {source} | {rows:,} | {size:.0f} | {figures} |", flush=True)
    if len(arguments.rows) > 1:
        grows = ", ".join(f"{exponent(found):.3f} from {source}" for source, found in cpu.items())
        print(f"\nCPU time grows with the rows to the power of {grows}")


if __name__ == "__main__":
    main()
