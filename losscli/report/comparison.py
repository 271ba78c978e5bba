"""`losscli compare` as a screen: answer, data, losses, classes, robustness, notes, what to type next."""

from losscli.domain import Task
from losscli.report.agreement import agreement, curve_grids
from losscli.report.blocks import Grid, Line, Report, Role, right, tabulate
from losscli.report.breakdown import class_grids, output_grids, outputs_folded
from losscli.report.choice import choose
from losscli.report.compare_screen import CompareScreen
from losscli.report.costs import cost_grids
from losscli.report.data import (
    class_weight_text,
    data_fields,
    file_text,
    models_text,
    rows_text,
    target_text,
)
from losscli.report.decomposition import decomposition_grids
from losscli.report.found import View
from losscli.report.gates import figures
from losscli.report.losses import loss_grids
from losscli.report.metrics import CALIBRATION, RANKED, RANKING, metric_sections, positive_rows
from losscli.report.names import visible
from losscli.report.notes import notes, refusal_grids
from losscli.report.numbers import Figure, digits_of, p_text, percent
from losscli.report.robustness import has_robustness, robustness_grids
from losscli.report.rows import row_grids
from losscli.report.screen import NO_DIFFERENCE, NOTES, following, more
from losscli.report.slices import slice_grids
from losscli.report.typed import again, explaining, typed, without
from losscli.report.verdict import method, verdict
from losscli.result import Comparison, Difference
from losscli.sections import COMPARE

_SAID = ("model ",)  # decisions that the data line says too


def comparison_report(comparison: Comparison, view: View) -> Report:
    """The report of a comparison."""
    screen = CompareScreen(comparison, view)
    choice = choose(screen)
    said = notes(screen, choice)
    shown = len(said) if screen.all else min(NOTES, screen.most(NOTES + 1, 2))
    return Report.of(
        answer=verdict(screen),
        gates=_gates(screen),
        data=[Line(_data(screen), Role.DIM)],
        losses=loss_grids(screen, choice),
        pairs=_pairs(screen),
        costs=cost_grids(screen),
        **metric_sections(screen),
        decomposition=decomposition_grids(screen),
        outputs=output_grids(screen),
        classes=class_grids(screen),
        robustness=robustness_grids(screen, choice),
        slices=slice_grids(screen),
        rows=row_grids(screen),
        agreement=agreement(screen),
        curves=curve_grids(screen),
        refused=refusal_grids(comparison.refused, screen.spec) if screen.all else [],
        notes=said[:shown],
        more=[] if screen.all else more(COMPARE, _folded(screen, len(said) - shown), view),
        next=following(_next_command(screen)),
    )


def _folded(screen: CompareScreen, notes: int) -> dict[str, int]:
    """The sections that have more than the short form shows, each with how much. notes: those left out."""
    found = screen.found
    pairs, orders = found.comparisons, () if found.agreement is None else found.agreement.orders
    curves = () if found.agreement is None else found.agreement.dominance
    classes, binary = found.task in RANKED, found.task == Task.BINARY
    ranked = {name: classes and found.metric(name) is not None for name in ("precision", "recall")}
    ranking, calibration = (binary and any(map(found.metric, names)) for names in (RANKING, CALIBRATION))
    sizes = {
        "losses": len(found.losses),
        "pairs": len(pairs) if len(found.models) > 1 else 0,
        **ranked,
        "ranking": ranking,
        "calibration": calibration,
        "metrics": len(found.metrics),
        "decomposition": sum(one.spec == found.primary for one in found.decompositions),
        "outputs": len(found.outputs) if outputs_folded(screen) else 0,
        "classes": len(found.classes),
        "robustness": len(found.robustness) if has_robustness(screen) else 0,
        "agreement": len(orders) if len(orders) > 1 else 0,
        "curves": len(curves),
        "refused": len(found.refused),
        "notes": notes,
    }
    return {name: size for name, size in sizes.items() if size > 0}


def _data(screen: CompareScreen) -> tuple[str, ...]:
    """What was read and how intervals are made."""
    fields = (*_read(screen), *method(screen))
    return data_fields(screen, fields, screen.found.decisions, *_SAID)


def _read(screen: CompareScreen) -> tuple[str, ...]:
    comparison = screen.found
    files = [file_text(screen, item) for item in comparison.inputs]
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
    rows = (_pair_texts(screen, pair) for pair in screen.found.comparisons)
    return tabulate("", heads, rows, always=4, keys=3)


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
        f"{screen.model(better)} is better" if better else NO_DIFFERENCE if pair.verdict == "~" else "",
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
    return again((*without(typed(comparison.command, "compare", *paths), ("--show",), ()), "--all"))
