"""What `losscli compare` costs a row, on this machine and over a Dask cluster: CPU time here and of the
workers, what is sent, and the line a + b · rows through the sizes. Scheduler and workers are started on this
machine, so that nothing is won by them: what is measured is what the cluster adds. Linux, with the extra
`dask`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from process import LOSSCLI, generate, run

LOSSES = {"mae": ["--loss", "mae"], "every loss": []}
WAYS = (("CSV", False), ("Parquet", False), ("CSV", True))
Line = tuple[float, float]  # seconds of any file, seconds of a row


def line(rows: list[int], seconds: list[float]) -> Line:
    """Least squares of a + b · rows."""
    n, x, y = len(rows), sum(rows) / len(rows), sum(seconds) / len(rows)
    covariance = sum((a - x) * (b - y) for a, b in zip(rows, seconds, strict=True)) / n
    slope = covariance / (sum((a - x) ** 2 for a in rows) / n)
    return y - slope * x, slope


def cpu(processes: list["subprocess.Popen[bytes]"]) -> float:
    """Seconds that they have used."""
    fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in processes]
    return sum(int(own[11]) + int(own[12]) for own in fields) / os.sysconf("SC_CLK_TCK")


def sent() -> int:
    """Bytes over the loopback, of all that run."""
    return int(Path("/proc/net/dev").read_text().partition("lo:")[2].split()[8])


@contextmanager
def dask(folder: Path, count: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """(the address of a scheduler, its workers of one thread each)."""
    file = folder / "scheduler.json"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def started(kind: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{kind}",
            "--scheduler-file",
            str(file),
            *words,
        ]
        return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=folder)

    processes = [started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
        processes += [started("worker", *alone) for _ in range(count)]
        while not file.exists():
            time.sleep(0.1)
        time.sleep(5)
        yield json.loads(file.read_text())["address"], processes
    finally:
        for one in processes:
            one.kill()
            one.wait()


def main() -> None:
    """One line of a table for each size and way, then the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 4_000_000, 8_000_000])
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    print("| from | losses | rows | CPU here s | CPU of the cluster s | MB sent | wall s | peak MiB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    here: dict[tuple[str, str], list[float]] = {}
    there: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name, dask(Path(name), arguments.workers) as (address, workers):
        for rows in arguments.rows:
            for kind, away in WAYS:
                data = Path(name) / f"{rows}.{kind.lower()}"
                if not data.exists():
                    generate(rows, data)
                for losses, words in LOSSES.items():
                    asked = [*words, *(["--scheduler", address] if away else [])]
                    busy, bytes_ = cpu(workers), sent()
                    used = run([*LOSSCLI, "compare", str(data), *asked])
                    busy, bytes_ = cpu(workers) - busy, sent() - bytes_
                    key = f"{kind}, cluster" if away else kind, losses
                    here.setdefault(key, []).append(used.cpu)
                    there.setdefault(key, []).append(busy)
                    more = f"{busy:.1f} | {bytes_ / 1e6:.0f}" if away else "– | –"
                    figures = f"{used.cpu:.1f} | {more} | {used.wall:.1f} | {used.rss:.0f}"
                    print(f"| {key[0]} | {losses} | {rows:,} | {figures} |", flush=True)
            for file in Path(name).glob(f"{rows}.*"):
                file.unlink()
    print("\n| from | losses | here: a, s | b, s a million rows | of the cluster: a, s | b |")
    print("|---|---|---|---|---|---|")
    for key, seconds in here.items():
        (a, b), (c, d) = line(arguments.rows, seconds), line(arguments.rows, there[key])
        more = f"{c:.2f} | {d * 1e6:.2f}" if key[0].endswith("cluster") else "– | –"
        print(f"| {key[0]} | {key[1]} | {a:.2f} | {b * 1e6:.2f} | {more} |")


if __name__ == "__main__":
    main()
