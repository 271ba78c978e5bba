"""What strictness costs on a clean file: the reader against itself without its checks, and against peers.

A is `losscli.data.table.read`. B is the same without its checks of bytes and numbers: no look for NUL,
for quotes where none may be, for numbers beyond 2^53 or infinite; parser, columns, facts, hash stay. In one
process, alternately A B A B …, after one round that is not measured. All must hold the same numbers.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agreement import spread
from process import generate

COLUMNS = ("y_true", "pred_ridge", "pred_huber", "pred_gbm")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading used."""

    wall: float  # seconds
    cpu: float  # seconds, all threads


def timed(read: Callable[[], float]) -> tuple[Reading, float]:
    """How long a reading took, and the checksum that it gave."""
    cpu, wall = time.process_time(), time.perf_counter()
    checksum = read()
    return Reading(time.perf_counter() - wall, time.process_time() - cpu), checksum


@contextmanager
def without_checks() -> Iterator[None]:
    """The reader as it would be if every file were clean."""
    from losscli.data.table import chunks, delimited, parse
    from losscli.data.table.buffers import doubles

    def parsed(data: bytes, plan: parse.Plan) -> parse.Piece:
        table = parse._read(data, plan, range(len(plan.styles)), ".")
        arrays = [doubles(column.chunk(0)) for column in table.columns]
        return parse.Piece(plan, len(arrays[0]), arrays)

    kept = delimited.parse_fast, chunks.cut_at
    delimited.parse_fast = parsed
    chunks.cut_at = lambda block, odd: block.rfind(b"\n") + 1
    try:
        yield
    finally:
        delimited.parse_fast, chunks.cut_at = kept


def strict(path: str, jobs: int) -> float:
    from losscli.data.table import ReadOptions, block_count, read

    table = read(path, ReadOptions(jobs=jobs))
    return sum(
        float(table.numbers(block, name).sum()) for name in COLUMNS for block in range(block_count(table))
    )


def bare(path: str, jobs: int) -> float:
    with without_checks():
        return strict(path, jobs)


def by_pyarrow(path: str, jobs: int) -> float:
    import pyarrow.compute as pc
    from pyarrow import csv

    table = csv.read_csv(path, csv.ReadOptions(use_threads=jobs > 1))
    return sum(pc.sum(table[name]).as_py() for name in COLUMNS)


def by_pandas(path: str, jobs: int) -> float:
    import pandas as pd

    frame = pd.read_csv(path)
    return float(frame[list(COLUMNS)].to_numpy().sum())


READERS: dict[str, Callable[[str, int], float]] = {
    "A losscli": strict,
    "B without its checks": bare,
    "pyarrow.csv.read_csv": by_pyarrow,
    "pandas.read_csv": by_pandas,
}


def measured(path: str, jobs: int, pairs: int) -> dict[str, list[Reading]]:
    """The readings of every reader in turn; ends the benchmark where one holds other numbers."""
    found: dict[str, list[Reading]] = {name: [] for name in READERS}
    for turn in range(pairs + 1):
        checksums = {}
        for name, read in READERS.items():
            reading, checksums[name] = timed(lambda read=read: read(path, jobs))
            if turn:
                found[name].append(reading)
        first = checksums["A losscli"]
        if checksums["B without its checks"] != first:
            raise SystemExit(f"the numbers differ: {checksums}")
        if any(abs(value - first) > 1e-9 * abs(first) for value in checksums.values()):
            raise SystemExit(f"the sums differ: {checksums}")
    return found


def report(found: dict[str, list[Reading]], threads: str) -> None:
    """A table for the README."""
    print(f"\n| {threads}; min / median / max | wall s | CPU s |\n|---|---|---|")
    for name, readings in found.items():
        walls, cpus = [one.wall for one in readings], [one.cpu for one in readings]
        print(f"| {name} | {spread(walls, 3)} | {spread(cpus, 3)} |")
    a, b = found["A losscli"], found["B without its checks"]
    pairs = [
        spread([getattr(x, field) / getattr(y, field) for x, y in zip(a, b, strict=True)], 3)
        for field in ("wall", "cpu")
    ]
    print(f"| A / B, pair by pair | {' | '.join(pairs)} |")
    least = [
        min(getattr(x, field) for x in a) / min(getattr(y, field) for y in b) for field in ("wall", "cpu")
    ]
    print(f"| A / B of the minima | {least[0]:.3f} | {least[1]:.3f} |", flush=True)


def main() -> None:
    """Write the file, read it in turns on one thread and on all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.csv"
        generate(arguments.rows, path)
        print(f"{arguments.rows:,} rows × {len(COLUMNS)} columns, {path.stat().st_size / 1e6:.0f} MB", end="")
        print(f", {arguments.pairs} pairs")
        report(measured(str(path), 1, arguments.pairs), "one thread")
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        if cores > 1:
            report(measured(str(path), cores, arguments.pairs), f"{cores} threads")


if __name__ == "__main__":
    main()
