"""Time whole processes: wall clock, CPU and peak memory, as the kernel counts them.

Import nothing large here, nor in a script that calls `run`: on Linux a child's peak starts at the
resident size of the process that started it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOSSCLI = [sys.executable, "-m", "losscli"]
GENERATE = [sys.executable, str(Path(__file__).parent / "generate.py")]
PEERS = {path.stem: [sys.executable, str(path)] for path in (Path(__file__).parent / "peers").glob("*.py")}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process and the children it waited for used."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    rss: float  # MiB, the peak of the largest single process


def run(command: Sequence[str], *, piped: Path | None = None) -> Usage:
    """Run to the end with stdout thrown away; a failure ends the benchmark with what it wrote to stderr.

    piped: a file that comes through standard input, as a stream."""
    with tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        stdin: Any = subprocess.DEVNULL
        if piped is not None:
            stdin = subprocess.Popen(["cat", str(piped)], stdout=subprocess.PIPE).stdout
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            stderr.seek(0)
            text = stderr.read().decode(errors="replace").strip()
            raise SystemExit(f"exit {process.returncode}: {' '.join(command)}\n{text}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def generate(rows: int, path: Path) -> None:
    """Write a predictions file of so many rows, in a process of its own."""
    print(f"writing {rows:,} rows to {path}", file=sys.stderr, flush=True)
    run([*GENERATE, str(rows), str(path)])
