"""The tables of metrics: models down, metrics across; precision and recall with their counts."""

from collections.abc import Sequence
from dataclasses import replace

from losscli.domain import Kind, Task
from losscli.metrics import known_as
from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import visible
from losscli.report.numbers import Digits, Figure, digits_of, fixed, p_text, ranks
from losscli.report.telling import telling
from losscli.result import MetricTable, is_infinite

RANKING = ("average_precision", "roc_auc", "f1")
CALIBRATION = ("mean_bias", "calibration_slope", "calibration_intercept", "ece")
_MOST = 6
_MOST_BESIDE = 4  # of a forecast's distribution, beside those of its point
RANKED = (Task.BINARY, Task.MULTICLASS)  # tasks whose models are ranked by precision and by recall


def metric_sections(screen: CompareScreen) -> dict[str, Sequence[Grid]]:
    """The metrics of the task by section: of classes precision and recall beside each other, of other tasks
    the most telling where there is room; each by itself, and every metric, where all is open."""
    binary, ranked = screen.found.task == Task.BINARY, screen.found.task in RANKED
    if not screen.all:
        return {
            "precision": _side_by_side(screen) if ranked else [],
            "recall": [],
            "ranking": [],
            "calibration": [],
            "metrics": [] if ranked or screen.view.tight > 1 else _telling(screen),
        }
    return {
        "precision": _precision(screen) if ranked else [],
        "recall": _recall(screen) if ranked else [],
        "ranking": _noted(_across(screen, "RANKING", RANKING), _areas(screen)) if binary else [],
        "calibration": _across(screen, "CALIBRATION", CALIBRATION) if binary else [],
        "metrics": _everything(screen),
    }


def _telling(screen: CompareScreen) -> list[Grid]:
    """The most telling metrics of a task."""
    names, forecast = telling(screen.found.task).metrics.split(), screen.found.task == Task.FORECAST
    own = _of_distribution(screen) if forecast else []
    return [*own, *_across(screen, "OF THE POINT" if forecast else "METRICS", names)]


def _side_by_side(screen: CompareScreen) -> list[Grid]:
    """Precision and recall of each model with their ranks, by the rank of precision."""
    tables = [table for table in map(screen.found.metric, ("precision", "recall")) if table is not None]
    if not tables:
        return []
    counts = {name: screen.found.metric(name) for name in ("predicted_positive", "false_negatives")}
    macro = " (macro)" if any(table.title.startswith("Macro") for table in tables) else ""
    heads: list[str | GridColumn] = [f"MODELS{macro}"]
    for place, table in enumerate(tables):
        interval = GridColumn(screen.confidence, right=True, drop=2 - place)
        heads += [GridColumn("rank", right=True), GridColumn(table.name, right=True), interval]
    heads += [GridColumn("predicted+", right=True), GridColumn("missed", right=True, drop=3)]
    places = {result.model: result.rank or 0 for result in tables[0].results}
    rows: list[list[str | Cell]] = []
    for model in sorted(screen.found.models, key=lambda model: places.get(model.name, 0)):
        cells = [cell for table in tables for cell in _ranked_cells(table, model.name)]
        rows.append([screen.model(model.name), *cells, *(_count(own, model.name) for own in counts.values())])
    return tabulate("", heads, rows, _below(screen, tables), always=1 + 3 * len(tables), complete=False)


def _ranked_cells(table: MetricTable, model: str) -> tuple[Cell, Cell, Cell]:
    """The rank, the value and its interval."""
    value = table.of(model)
    interval = _digits(table).interval(value.low, value.high)
    rank = ranks(value.rank, value.rank_low, value.rank_high)
    return Cell(rank), Cell(_text(table, model), _role(table, model)), Cell(interval, Role.DIM)


def _below(screen: CompareScreen, tables: Sequence[MetricTable]) -> tuple[str, ...]:
    """What the counts are, why figures are missing, and of two models McNemar's test."""
    positives = positive_rows(screen) if screen.found.task == Task.BINARY else None
    those = "positive rows" if positives is None else f"of {positives:,.0f} positive rows those"
    counted = screen.found.metric("predicted_positive") is not None
    said = [f"predicted+: rows predicted positive; missed: {those} not found"] if counted else []
    reasons = [reason for table in tables for reason in _undefined(table)]
    return (
        *said,
        *dict.fromkeys(reasons),
        *(_discordant(screen) if len(screen.found.discordant) == 1 else ()),
    )


def _of_distribution(screen: CompareScreen) -> list[Grid]:
    """What is known of intervals and quantiles, which coverage and width lead, then of distributions."""
    records = {table.name: known_as(table.name, table.title) for table in screen.found.metrics}
    own = {name: one for name, one in records.items() if one is None or Task.FORECAST in one.tasks}
    names = sorted(own, key=lambda name: (one := own[name]) is not None and Kind.INTERVAL not in one.needs)
    return _across(screen, "METRICS", names, _MOST if len(own) == len(records) else _MOST_BESIDE)


def _across(screen: CompareScreen, title: str, names: Sequence[str], most: int = _MOST) -> list[Grid]:
    """Models down, the metrics that were found across; perfect predictions where no direction is better."""
    found = [screen.found.metric(name) for name in names]
    tables = [table for table in found if table is not None and _has_value(table)][:most]
    if not tables:
        return []
    rows = []
    for model in screen.found.models:
        values = [Cell(_text(table, model.name), _role(table, model.name)) for table in tables]
        rows.append([Cell(screen.model(model.name)), *values])
    if any(table.greater_is_better is None and table.best is not None for table in tables):
        best = ["" if table.best is None else f"{table.best:g}" for table in tables]
        rows.append([Cell(text, Role.DIM) for text in ("perfect", *best)])
    heads = (GridColumn(title, least=_stub(screen)), *right(*map(_title, tables)))
    return tabulate("", heads, rows, complete=False)


def _has_value(table: MetricTable) -> bool:
    return any(result.value is not None for result in table.results)


def _stub(screen: CompareScreen) -> int:
    return len("CALIBRATION") if screen.found.task == Task.BINARY else 0


def _title(table: MetricTable) -> str:
    record = known_as(table.name, table.title)
    return (record.short if record else "") or visible(table.title or table.name)


def _precision(screen: CompareScreen) -> list[Grid]:
    if screen.found.task == Task.MULTICLASS:
        average = screen.found.metric("average_precision")
        texts = {m.name: _text(average, m.name) if average else "" for m in screen.found.models}
        return _ranked(screen, "PRECISION", "avg precision", texts)
    predicted = screen.found.metric("predicted_positive")
    texts = {model.name: _count(predicted, model.name) for model in screen.found.models}
    return _ranked(screen, "PRECISION", "predicted positive", texts)


def _recall(screen: CompareScreen) -> list[Grid]:
    missed = screen.found.metric("false_negatives")
    positives = positive_rows(screen)
    texts: dict[str, str] = {}
    for model in screen.found.models:
        text = _count(missed, model.name)
        texts[model.name] = f"{text} of {positives:,.0f}" if text and positives is not None else text
    return _noted(_ranked(screen, "RECALL", "missed", texts), _discordant(screen))


def _noted(grids: list[Grid], notes: tuple[str, ...]) -> list[Grid]:
    """The notes under the last of the grids."""
    return [*grids[:-1], replace(grids[-1], notes=(*grids[-1].notes, *notes))] if grids and notes else grids


def _discordant(screen: CompareScreen) -> tuple[str, ...]:
    """`McNemar: only logit wrong 5, only forest wrong 11, p 0.14`"""
    return tuple(
        f"McNemar: only {screen.model(one.a)} wrong {one.only_a:,}, only {screen.model(one.b)} wrong "
        f"{one.only_b:,}, p {p_text(one.p)}"
        for one in screen.found.discordant
    )


def _areas(screen: CompareScreen) -> tuple[str, ...]:
    """`roc auc of logit - forest: 0.002 [-0.007, 0.011], DeLong p 0.63`"""
    texts = []
    for one in screen.found.areas:
        if one.p is None or one.difference is None:
            continue
        digits = digits_of([Figure(one.difference, one.low, one.high)])
        size = digits.text(one.difference)
        ends = "" if one.low is None or one.high is None else f" {digits.interval(one.low, one.high)}"
        name = f"{screen.model(one.a)} - {screen.model(one.b)}"
        texts.append(f"roc auc of {name}: {size}{ends}, DeLong p {p_text(one.p)}")
    return tuple(texts)


def positive_rows(screen: CompareScreen) -> float | None:
    """The number (with weights: the weight) of positive rows; None where it was not counted."""
    comparison = screen.found
    hits, missed = comparison.metric("true_positives"), comparison.metric("false_negatives")
    for model in comparison.models:
        found = [table.of(model.name).value for table in (hits, missed) if table is not None]
        counts = [value for value in found if value is not None]
        if len(counts) == 2:
            return sum(counts)
    if comparison.prevalence is None or comparison.weights is not None:
        return None
    return round(comparison.prevalence * comparison.rows.used)


def _count(table: MetricTable | None, model: str) -> str:
    value = table.of(model).value if table else None
    return "" if value is None else f"{value:,.0f}"


def _ranked(screen: CompareScreen, title: str, count: str, counts: dict[str, str]) -> list[Grid]:
    table = screen.found.metric(title.lower())
    if table is None:
        return []
    digits = _digits(table)
    rows = []
    places = {result.model: result.rank or 0 for result in table.results}
    for model in sorted(screen.found.models, key=lambda model: places.get(model.name, 0)):
        value = table.of(model.name)
        interval = digits.interval(value.low, value.high)
        rank = ranks(value.rank, value.rank_low, value.rank_high)
        figure = Cell(_text(table, model.name), _role(table, model.name))
        rows.append((screen.model(model.name), rank, figure, Cell(interval, Role.DIM), counts[model.name]))
    heading = f"{title} (macro)" if table.title.startswith("Macro") else title
    heads = (
        GridColumn(heading, least=_stub(screen)),
        *right("rank"),
        GridColumn("value", right=True, least=6),
        GridColumn(screen.confidence, right=True, least=13),
        GridColumn(count, right=True, least=10),
    )
    return tabulate("", heads, rows, _undefined(table), always=3, complete=False)


def _undefined(table: MetricTable) -> tuple[str, ...]:
    """Why models have no value; and, of those that have an interval, why their ranks have none."""
    reasons = {visible(r.reason) for r in table.results if r.value is None and r.reason}
    of_ranks = {visible(r.reason) for r in table.results if r.low is not None and r.reason}
    return (*(f"n/a: {reason}" for reason in sorted(reasons)), *sorted(of_ranks))


def _role(table: MetricTable, model: str) -> Role:
    """The leader is strong; proof of a rank is its interval, which the losses judge and metrics do not."""
    return Role.STRONG if table.of(model).rank == 1 and len(table.results) > 1 else Role.PLAIN


def _digits(table: MetricTable) -> Digits:
    """The digits of one metric, its leader first."""
    sign = -1.0 if table.greater_is_better else 1.0
    present = sorted((r for r in table.results if r.value is not None), key=lambda r: sign * (r.value or 0.0))
    return digits_of([Figure(r.value, r.low, r.high) for r in present])


def _text(table: MetricTable, model: str) -> str:
    """The value; with its sign where 0 is perfect and either side is worse."""
    result = table.of(model)
    if result.value is None:
        return "inf" if is_infinite(result.reason) else "n/a"
    digits = _digits(table)
    if table.greater_is_better is None and table.best == 0 and not digits.scientific:
        return fixed(result.value, digits.decimals, sign=True)
    if result.value.is_integer() and all(r.value is None or r.value.is_integer() for r in table.results):
        return f"{result.value:,.0f}" if table.best not in (0, 1) else digits.text(result.value)
    return digits.text(result.value, Figure(result.value, result.low, result.high).decimals)


def _everything(screen: CompareScreen) -> list[Grid]:
    """One row per metric and model."""
    figures = right("value", screen.confidence, "rank")
    rows = []
    for table in screen.found.metrics:
        better = {True: "higher", False: "lower", None: ""}[table.greater_is_better]
        if table.greater_is_better is None and table.best is not None:
            better = f"{table.best:g}"
        for result in table.results:
            row = (
                visible(table.title or table.name),
                screen.model(result.model),
                _text(table, result.model),
                _digits(table).interval(result.low, result.high),
                ranks(result.rank, result.rank_low, result.rank_high),
                better,
                visible(result.reason or ""),
            )
            rows.append(row)
    heads = ("METRICS", "model", *figures, "better", GridColumn("note", flow=True))
    return tabulate("", heads, rows, always=3, keys=2)
