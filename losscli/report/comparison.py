"""`losscli compare` as a screen: data, answer, losses, metrics, robustness, notes, what to type next."""

import os
import shlex
from collections.abc import Sequence

from losscli.report.agreement import agreement_grids
from losscli.report.blocks import Block, Cell, Column, Grid, Line, Paragraph, Report, Role, compact
from losscli.report.choice import choose
from losscli.report.costs import cost_grids
from losscli.report.data import class_weight_text, decision_texts, file_text, rows_text
from losscli.report.losses import loss_grids
from losscli.report.metrics import metric_grids, positive_rows
from losscli.report.names import cell_width, visible
from losscli.report.notes import notes, refusal_text
from losscli.report.numbers import Figure, digits_of, p_text, percent, significant
from losscli.report.robustness import robustness_grids
from losscli.report.rows import row_grids
from losscli.report.screen import Screen
from losscli.report.slices import slice_grids
from losscli.report.typed import explaining
from losscli.report.verdict import verdict
from losscli.result import Comparison, Difference

_NAMED_MODELS = 8
_DATA_LINES = 3
_PLAIN = ("target ", "task ", "positive class ", "model ")  # decisions that the data line says anyway


def comparison_report(comparison: Comparison, *, all: bool, width: int | None) -> Report:
    """The report of a comparison; `width` None is a pipe, where no name is shortened."""
    screen = Screen(comparison, all, width)
    choice = choose(screen)
    blocks: list[Block] = [*_opening(screen)]
    blocks += loss_grids(screen, choice)
    blocks += [*_pairs(screen)] if all else []
    blocks += cost_grids(screen)
    blocks += metric_grids(screen)
    blocks += robustness_grids(screen, choice)
    blocks += agreement_grids(screen)
    blocks += slice_grids(screen)
    blocks += _gates(screen)
    blocks += _refusals(screen) if all else []
    blocks += notes(screen, choice)
    blocks += row_grids(screen)
    blocks.append(Line((f"Next: {_next_command(screen)}",), Role.DIM))
    return Report(tuple(blocks))


def _opening(screen: Screen) -> list[Line | Paragraph]:
    """The data and the answer; the answer begins on the fifth line at the latest."""
    data, decisions = _data_fields(screen), decision_texts(screen, screen.comparison.decisions, _PLAIN)
    answer = verdict(screen)
    if _lines([*data, *decisions], screen.width) <= _DATA_LINES:
        return [Line((*data, *decisions)), *answer]
    return [Line(data), *answer, *([Line(tuple(decisions), Role.DIM)] if decisions else [])]


def _data_fields(screen: Screen) -> tuple[str, ...]:
    comparison = screen.comparison
    files = [file_text(screen, item.path) for item in comparison.inputs]
    shown = files if len(files) <= 3 or screen.all else [*files[:2], f"{len(files) - 2} more files"]
    target = f"target {screen.clip(comparison.target, 18)}"
    if comparison.positive is not None:
        target += f": positive {screen.clip(comparison.positive, 16)}{_share(screen)}"
    fields = [*shown, rows_text(screen, comparison.rows), comparison.task, target]
    if comparison.weights is not None:
        fields.append(f"weights {screen.clip(comparison.weights, 20)}")
    if comparison.class_weight is not None:
        fields.append(class_weight_text(screen, comparison.class_weight))
    if comparison.threshold is not None and comparison.positive is not None:
        fields.append(f"threshold {comparison.threshold:g}")
    return (*fields, _models(screen))


def _share(screen: Screen) -> str:
    prevalence = screen.comparison.prevalence
    if prevalence is None:
        return ""
    rows = positive_rows(screen)
    return f" ({'' if rows is None else f'{rows:,.0f}, '}{percent(prevalence)})"


def _models(screen: Screen) -> str:
    names = list(screen.models.values())
    kinds = {model.kind for model in screen.comparison.models}
    if not names:
        return "no models"
    noun = "model" if len(names) == 1 else "models"
    most = _NAMED_MODELS if screen.width is None else 4
    listed = " ".join(names if len(names) <= most or screen.all else [*names[: most - 1], "…"])
    number = f"{len(names)} " if len(names) > most else ""
    kind = f" ({kinds.pop()})" if len(kinds) == 1 and kinds != {"value"} else ""
    return f"{number}{noun} {listed}{kind}"


def _lines(fields: Sequence[str], width: int | None) -> int:
    """How many lines of a terminal the fields take beside each other."""
    lines, used = 1, 0
    for field in fields:
        longer = used + 2 + cell_width(field) if used else cell_width(field)
        if width is None or longer <= width or not used:
            used = longer
        else:
            lines, used = lines + 1, cell_width(field)
    return lines


def _pairs(screen: Screen) -> list[Grid]:
    """Every pair of models on every loss, for `--all`."""
    titles = ("PAIRS", "a", "b", "a - b", screen.confidence, "relative", "p", "verdict", "rows to decide")
    tables = {table.spec: table for table in screen.comparison.losses}
    rows = []
    for pair in screen.comparison.comparisons:
        values = {r.model: r.value for r in tables[pair.spec].results} if pair.spec in tables else {}
        rows.append(tuple(Cell(text) for text in _pair_texts(screen, pair, values)))
    columns = tuple(Column(title, right=number in (3, 4, 5, 6, 8)) for number, title in enumerate(titles))
    return compact(Grid("", columns, tuple(rows), complete=True), 4)


def _pair_texts(screen: Screen, pair: Difference, values: dict[str, float | None]) -> tuple[str, ...]:
    digits = digits_of([Figure(pair.difference, pair.low, pair.high)])
    interval = "" if pair.low is None or pair.high is None else digits.interval(pair.low, pair.high)
    better = {"a": pair.a, "b": pair.b}.get(pair.verdict or "")
    return (
        screen.spec(pair.spec),
        screen.model(pair.a),
        screen.model(pair.b),
        "n/a" if pair.difference is None else digits.text(pair.difference),
        interval,
        "" if pair.relative is None else percent(pair.relative, sign=True),
        "" if pair.p is None else p_text(pair.p),
        f"{screen.model(better)} is better" if better else "not shown" if pair.verdict == "~" else "",
        "" if pair.rows_needed is None else f"{pair.rows_needed:,}",
    )


def _gates(screen: Screen) -> list[Grid]:
    gates = screen.comparison.gates
    columns = (Column("GATES"), Column("model"), Column("verdict"), Column("value", right=True))
    rows = []
    for gate in gates:
        value = "n/a"
        if gate.value is not None and gate.baseline is not None:
            value = percent(gate.value, gate.low, gate.high, sign=True)
        elif gate.value is not None:
            value = significant(gate.value)
        rows.append(
            (Cell(visible(gate.text)), Cell(screen.model(gate.model)), Cell(gate.verdict), Cell(value))
        )
    return compact(Grid("", columns, tuple(rows), complete=True), 2)


def _refusals(screen: Screen) -> list[Grid]:
    """Every loss that does not apply, with its reason and the rows that rule it out."""
    rows = [(Cell(screen.spec(r.spec)), Cell(refusal_text(r))) for r in screen.comparison.refused]
    columns = (Column("DOES NOT APPLY"), Column("reason", flow=True))
    return compact(Grid("", columns, tuple(rows), complete=True), 2)


def _next_command(screen: Screen) -> str:
    """What to type next, ready to paste."""
    comparison = screen.comparison
    if screen.all:
        return explaining(comparison.command, comparison.primary)
    words = comparison.command or ("losscli", "compare", *(item.path for item in comparison.inputs))
    words = (os.path.basename(words[0]), *words[1:])
    return " ".join(visible(shlex.quote(word)) for word in (*words, "--all"))
