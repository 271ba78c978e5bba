"""`losscli compare` and its peers as the rows grow: time, memory, and the exponent of the growth.

Twelve losses of three models, from CSV and from Parquet, by losscli and by what one would write by hand with
pandas + scikit-learn, Polars and DuckDB, whole processes in turn; every loss without a flag, a pipe too.
"""

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from agreement import LOSSES, MODELS, disagreement, figures_of_losscli, figures_of_peer, spread
from process import LOSSCLI, PEERS, Usage, generate, run

NEEDS = {"pandas + scikit-learn": "sklearn", "polars": "polars", "duckdb": "duckdb"}
PEER = {
    name: PEERS[script]
    for name, script in zip(NEEDS, ("sklearn_metrics", "polars_expressions", "duckdb_sql"), strict=True)
    if find_spec(NEEDS[name])
}
OURS, JSON = "losscli", "losscli, as JSON"
ALL, PIPE = "losscli, all losses", "losscli, all losses, from a pipe"
_STEADY = 5_000_000  # rows from which the growth is measured: below, start-up counts, and what is found of
# a million rows at most


@dataclass(frozen=True, slots=True)
class Measured:
    """What one command used on a file, round by round."""

    rows: int
    kind: str
    name: str
    used: tuple[Usage, ...]

    def spread(self, field: str, digits: int) -> str:
        return spread([getattr(one, field) for one in self.used], digits)


def rounds_of(rows: int) -> int:
    """How often so many rows are measured."""
    return 5 if rows <= 100_000 else 3 if rows <= 5_000_000 else 1


def measure(rows: int, kind: str) -> tuple[list[Measured], float]:
    """(what the commands used on a file of so many rows, the largest relative difference of figures)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / f"predictions.{kind.lower()}"
        generate(rows, data)
        asked = [word for spec in LOSSES for word in ("--loss", spec)]
        # --exact: beyond a million rows medae would otherwise be a sketch, and the work not the same.
        out = ["--exact", "--quiet", "--output", str(folder / "losscli.json")]
        commands = {
            OURS: [*LOSSCLI, "compare", str(data), *asked, "--exact"],
            JSON: [*LOSSCLI, "compare", str(data), *asked, *out],
        }
        commands |= {peer: [*start, str(data), str(folder / f"{peer}.json")] for peer, start in PEER.items()}
        commands[ALL] = [*LOSSCLI, "compare", str(data)]
        if kind == "CSV":
            commands[PIPE] = [*LOSSCLI, "compare", "-"]
        used: dict[str, list[Usage]] = {each: [] for each in commands}
        for _ in range(rounds_of(rows)):
            for each, command in commands.items():
                used[each].append(run(command, piped=data if each == PIPE else None))
        ours = figures_of_losscli(folder / "losscli.json")
        worst = max(disagreement(ours, figures_of_peer(folder / f"{peer}.json")) for peer in PEER)
    return [Measured(rows, kind, each, tuple(taken)) for each, taken in used.items()], worst


def ratio(above: Measured, below: Measured, field: str) -> str:
    """Round by round."""
    pairs = zip(above.used, below.used, strict=True)
    return spread([getattr(a, field) / getattr(b, field) for a, b in pairs], 2)


def exponent(measured: list[Measured]) -> float:
    """The slope of the least-squares line through (log rows, log of the least CPU seconds)."""
    x = [math.log(one.rows) for one in measured]
    y = [math.log(min(used.cpu for used in one.used)) for one in measured]
    centre, level = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - centre) * (b - level) for a, b in zip(x, y, strict=True))
    return above / sum((a - centre) ** 2 for a in x)


def lines(sizes: list[int]) -> Iterator[str]:
    """The tables, line by line."""
    found: list[Measured] = []
    worst = 0.0
    for rows in sizes:
        for kind in ("CSV", "Parquet"):
            measured, difference = measure(rows, kind)
            found, worst = found + measured, max(worst, difference)
    yield "| rows | from | command | wall s | CPU s | peak MiB | its wall / losscli's | its CPU / losscli's |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found:
        own = next(each for each in found if (each.rows, each.kind, each.name) == (one.rows, one.kind, OURS))
        against = "|" if one is own else f"{ratio(one, own, 'wall')} | {ratio(one, own, 'cpu')}"
        figures = f"{one.spread('wall', 2)} | {one.spread('cpu', 2)} | {max(u.rss for u in one.used):,.0f}"
        yield f"| {one.rows:,} | {one.kind} | {one.name} | {figures} | {against} |"
    yield ""
    yield "As JSON every loss is taken apart too, up to a million rows."
    yield f"The {len(LOSSES) * MODELS} figures agree with every peer's to a relative {worst:.1e}."
    missing = ", ".join(name for name in NEEDS if name not in PEER)
    if missing:
        yield f"Not installed, so not measured: {missing}."
    large = [one for one in found if one.rows >= _STEADY]
    if len({one.rows for one in large}) > 1:
        kinds = dict.fromkeys((one.kind, one.name) for one in large)
        grown = [
            f"{exponent([one for one in large if (one.kind, one.name) == key]):.2f} ({key[1]}, {key[0]})"
            for key in kinds
        ]
        yield f"From {_STEADY:,} rows on, CPU time grows with the rows to the power of: {', '.join(grown)}."
