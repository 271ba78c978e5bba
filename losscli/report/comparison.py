"""`losscli compare` as a screen: data, answer, losses, metrics, robustness, notes, what to type next."""

from losscli.report.agreement import agreement_grids
from losscli.report.blocks import Grid, Line, Report, Role, right, tabulate
from losscli.report.breakdown import class_grids, output_grids
from losscli.report.choice import choose
from losscli.report.compare_screen import CompareScreen
from losscli.report.costs import cost_grids
from losscli.report.data import (
    class_weight_text,
    decision_texts,
    file_text,
    fitting,
    models_text,
    rows_text,
    target_text,
)
from losscli.report.decomposition import decomposition_grids
from losscli.report.found import View
from losscli.report.gates import figures
from losscli.report.losses import loss_grids
from losscli.report.metrics import metric_grids, positive_rows
from losscli.report.names import visible
from losscli.report.notes import notes, refusal_grids
from losscli.report.numbers import Figure, digits_of, p_text, percent
from losscli.report.robustness import robustness_grids
from losscli.report.rows import row_grids
from losscli.report.screen import following
from losscli.report.slices import slice_grids
from losscli.report.typed import again, explaining, typed
from losscli.report.verdict import verdict
from losscli.result import Comparison, Difference

_SAID = ("model ",)  # decisions that the data line says too


def comparison_report(comparison: Comparison, view: View) -> Report:
    """The report of a comparison."""
    screen = CompareScreen(comparison, view)
    choice = choose(screen)
    fields, decisions = _data_fields(screen), decision_texts(screen, comparison.decisions, *_SAID)
    together = fitting((*fields, *decisions), screen.width) == len(fields) + len(decisions)
    rest = [Line(tuple(decisions), Role.DIM)] if decisions and not together else []
    return Report.of(
        data=[Line((*fields, *decisions) if together else fields)],
        answer=verdict(screen),
        decisions=rest,
        losses=loss_grids(screen, choice),
        pairs=_pairs(screen),
        costs=cost_grids(screen),
        metrics=metric_grids(screen),
        decomposition=decomposition_grids(screen),
        outputs=output_grids(screen),
        classes=class_grids(screen),
        robustness=robustness_grids(screen, choice),
        agreement=agreement_grids(screen),
        slices=slice_grids(screen),
        gates=_gates(screen),
        refused=refusal_grids(comparison.refused, screen.spec) if screen.all else [],
        notes=notes(screen, choice),
        rows=row_grids(screen),
        next=following(_next_command(screen)),
    )


def _data_fields(screen: CompareScreen) -> tuple[str, ...]:
    comparison = screen.found
    files = [file_text(screen, item.path) for item in comparison.inputs]
    shown = files if len(files) <= 3 or screen.all else [*files[:2], f"{len(files) - 2} more files"]
    target = target_text(screen, comparison.target, comparison.positive, comparison.labels) + _share(screen)
    fields = [*shown, rows_text(screen, comparison.rows), comparison.task, target]
    if comparison.weights is not None:
        fields.append(f"weights {screen.clip(comparison.weights, 20)}")
    if comparison.class_weight is not None:
        fields.append(class_weight_text(screen, comparison.class_weight))
    if comparison.threshold is not None and comparison.positive is not None:
        fields.append(f"threshold {comparison.threshold:g}")
    return (*fields, models_text(screen, comparison.models, screen.models))


def _share(screen: CompareScreen) -> str:
    prevalence = screen.found.prevalence
    if prevalence is None:
        return ""
    rows = positive_rows(screen)
    return f" ({'' if rows is None else f'{rows:,.0f}, '}{percent(prevalence)})"


def _pairs(screen: CompareScreen) -> list[Grid]:
    """Every pair of models on every loss, for `--all`."""
    if not screen.all:
        return []
    figures = right("a - b", screen.confidence, "relative", "p")
    heads = ("PAIRS", "a", "b", *figures, "verdict", *right("rows to decide"))
    return tabulate("", heads, (_pair_texts(screen, pair) for pair in screen.found.comparisons), always=4)


def _pair_texts(screen: CompareScreen, pair: Difference) -> tuple[str, ...]:
    digits = digits_of([Figure(pair.difference, pair.low, pair.high)])
    better = {"a": pair.a, "b": pair.b}.get(pair.verdict or "")
    return (
        screen.spec(pair.spec),
        screen.model(pair.a),
        screen.model(pair.b),
        "n/a" if pair.difference is None else digits.text(pair.difference),
        digits.interval(pair.low, pair.high),
        "" if pair.relative is None else percent(pair.relative, sign=True),
        "" if pair.p is None else p_text(pair.p),
        f"{screen.model(better)} is better" if better else "not shown" if pair.verdict == "~" else "",
        "" if pair.rows_needed is None else f"{pair.rows_needed:,}",
    )


def _gates(screen: CompareScreen) -> list[Grid]:
    rows = [
        (visible(gate.text), screen.model(gate.model), gate.verdict, *figures(gate))
        for gate in screen.found.gates
    ]
    return tabulate(
        "", ("GATES", "model", "verdict", *right("value"), "change", *right("limit")), rows, always=2
    )


def _next_command(screen: CompareScreen) -> str:
    """What to type next, ready to paste."""
    comparison = screen.found
    if screen.all:
        return explaining(comparison.command, comparison.primary)
    paths = (item.path for item in comparison.inputs)
    return again((*typed(comparison.command, "compare", *paths), "--all"))
