"""Every claim of speed in one run, as ratios against named peers: writes the tables of RESULTS.md.

Whole processes in turn, so that a busy machine slows all alike; smallest / median / largest of the rounds.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from agreement import LOSSES, spread
from many_models import write
from process import LOSSCLI, PEERS, Usage, generate, run
from scaling import lines as scaling
from whole_fits import lines as whole_fits

SHARE = [sys.executable, str(Path(__file__).parent / "verdict_share.py")]
SIZES = [10_000, 100_000, 1_000_000, 5_000_000, 20_000_000]
PACKAGES = ("losscli", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "polars", "duckdb")
_FEW, _MANY, _TEN = 100, 20_000, 10


def machine() -> str:
    """Processor, cores, memory, versions and the day."""
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in names if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{model or platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release().split('-')[0]} · Python {platform.python_version()} · "
        f"{' · '.join(versions())} · {datetime.now(UTC):%Y-%m-%d}, load {load:.1f} at the start"
    )


def versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} not installed"


def alternated(commands: dict[str, list[str]], rounds: int) -> dict[str, list[Usage]]:
    """What each command used, round by round, after one that is not counted."""
    found: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            used = run(command)
            if number:
                found[name].append(used)
    return found


def small(rounds: int) -> Iterator[str]:
    """Start-up, few rows, many models, and one interval by scipy."""
    with tempfile.TemporaryDirectory() as folder:
        few, many, thousand = (Path(folder) / f"{name}.csv" for name in ("few", "many", "thousand"))
        write(2, few, _FEW)
        write(_TEN, many, _MANY)
        generate(1_000, thousand)
        commands = {
            "`python -c pass`": [sys.executable, "-c", "pass"],
            "a Typer command that does nothing": [sys.executable, "-c", _NOTHING],
            "`losscli --version`": [*LOSSCLI, "--version"],
            "`losscli --help`": [*LOSSCLI, "--help"],
            f"compare, {_FEW} rows × 2 models, all losses": [*LOSSCLI, "compare", str(few)],
            f"compare, {_MANY:,} rows × {_TEN} models, all losses": [*LOSSCLI, "compare", str(many)],
            "compare, 1,000 rows × 3 models, all losses and intervals": [*LOSSCLI, "compare", str(thousand)],
            "scipy.stats.bootstrap, 1,000 rows, one figure of one model": [
                *PEERS["scipy_bootstrap"],
                str(thousand),
            ],
        }
        found = alternated(commands, rounds)
    yield "| command | wall s | CPU s | peak MiB |"
    yield "|---|---|---|---|"
    for name, used in found.items():
        wall, cpu = (spread([getattr(one, field) for one in used], 3) for field in ("wall", "cpu"))
        yield f"| {name} | {wall} | {cpu} | {max(one.rss for one in used):,.0f} |"


_WORDS = (
    "Whole processes in turn; smallest / median / largest of the rounds where there are several. Ratios are "
    "round by round: above 1 the peer takes longer. losscli finds intervals, verdicts, ranks and robustness "
    "beside the figures, checks every field and hashes the file; the peers find the figures alone."
)
_NOTHING = "import typer; app = typer.Typer(); app.command()(lambda: None); app()"


def share(rows: int) -> Iterator[str]:
    """What intervals and verdicts take of a large run."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "predictions.csv"
        generate(rows, data)
        asked = [word for spec in LOSSES for word in ("--loss", spec)]
        taken = float(subprocess.check_output([*SHARE, str(data), *asked]))
    yield (
        f"Intervals and verdicts take {100 * taken:.0f} % of the CPU time of twelve losses from CSV at "
        f"{rows:,} rows (`verdict_share.py`, one process)."
    )


def main() -> None:
    """Run all parts, or those named, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=5, help="of short commands and fits")
    parser.add_argument(
        "--output", type=Path, help="a file, such as benchmarks/RESULTS.md; else the terminal"
    )
    arguments = parser.parse_args()
    page = [
        "# Results",
        "",
        f"`python benchmarks/claims.py --rows {' '.join(map(str, arguments.rows))}`; {machine()}.",
        "",
        _WORDS,
    ]
    parts = {
        "As the rows grow": scaling(arguments.rows),
        "Verdicts": share(min(max(arguments.rows), 5_000_000)),
        "Short commands": small(arguments.rounds),
        "Whole fits": whole_fits(arguments.rounds),
    }
    for title, part in parts.items():
        print(title, file=sys.stderr, flush=True)
        page += ["", f"## {title}", "", *part]
    text = "\n".join(page) + "\n"
    if arguments.output is None:
        print(text, end="")
    else:
        arguments.output.write_text(text)


if __name__ == "__main__":
    main()
