"""The tables of metrics: models down, metrics across; precision and recall with their counts."""

from collections.abc import Sequence
from dataclasses import replace

from losscli.domain import Kind, Task
from losscli.metrics import known_as
from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import visible
from losscli.report.numbers import Digits, Figure, count, digits_of, fixed, p_text, ranks
from losscli.report.telling import telling
from losscli.result import MetricTable, is_infinite

RANKING = ("average_precision", "roc_auc", "f1")
CALIBRATION = ("mean_bias", "calibration_slope", "calibration_intercept", "ece")
_MOST = 6
_MOST_BESIDE = 4  # of a forecast's distribution, beside those of its point
_PAIRS = 3  # of models, whose errors are compared row by row


def metric_grids(screen: CompareScreen) -> list[Grid]:
    """The metrics of the task; every metric, with interval and rank, with `--all`."""
    if screen.all:
        return _noted(_everything(screen), (*_discordant(screen), *_areas(screen)))
    grids: list[Grid] = []
    if screen.found.task == Task.BINARY:
        grids += [*_precision(screen), *_recall(screen)]
        grids += _noted(_across(screen, "RANKING", RANKING), _areas(screen))
    else:
        if screen.found.task == Task.MULTICLASS:
            precision = screen.found.metric("average_precision")
            texts = {m.name: _text(precision, m.name) if precision else "" for m in screen.found.models}
            grids += _ranked(screen, "PRECISION", "avg precision", texts)
            grids += _ranked(screen, "RECALL", "", dict.fromkeys(texts, ""))
        if screen.found.task == Task.FORECAST:
            grids += _of_distribution(screen)
        grids += _across(
            screen,
            "OF THE POINT" if screen.found.task == Task.FORECAST else "METRICS",
            telling(screen.found.task).metrics.split(),
        )
    if screen.found.task == Task.BINARY:
        grids += _across(screen, "CALIBRATION", CALIBRATION)
    return grids


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
    predicted = screen.found.metric("predicted_positive")
    texts = {model.name: _count(predicted, model.name) for model in screen.found.models}
    return _ranked(screen, "PRECISION", "predicted+", texts)


def _recall(screen: CompareScreen) -> list[Grid]:
    missed = screen.found.metric("false_negatives")
    positives = positive_rows(screen)
    texts = {}
    for model in screen.found.models:
        text = _count(missed, model.name)
        texts[model.name] = f"{text} of {positives:,.0f}" if text and positives is not None else text
    return _noted(_ranked(screen, "RECALL", "missed", texts), _discordant(screen))


def _noted(grids: list[Grid], notes: tuple[str, ...]) -> list[Grid]:
    """The notes under the last of the grids."""
    return [*grids[:-1], replace(grids[-1], notes=(*grids[-1].notes, *notes))] if grids and notes else grids


def _discordant(screen: CompareScreen) -> tuple[str, ...]:
    """`wrong by one only: logit 5, forest 11 rows, mid-p 0.14`"""
    pairs = screen.found.discordant
    if len(pairs) > _PAIRS and not screen.all:
        return ()
    return tuple(
        f"wrong by one only: {screen.model(one.a)} {one.only_a:,}, {screen.model(one.b)} "
        f"{count(one.only_b, 'row')}, mid-p {p_text(one.p)}"
        for one in pairs
    )


def _areas(screen: CompareScreen) -> tuple[str, ...]:
    """`roc auc of logit - forest: 0.002 [-0.007, 0.011], DeLong p 0.63`"""
    pairs = [one for one in screen.found.areas if one.p is not None and one.difference is not None]
    if len(pairs) > _PAIRS and not screen.all:
        return ()
    texts = []
    for one in pairs:
        digits = digits_of([Figure(one.difference, one.low, one.high)])
        size = digits.text(one.difference or 0.0)
        ends = "" if one.low is None or one.high is None else f" {digits.interval(one.low, one.high)}"
        name = f"{screen.model(one.a)} - {screen.model(one.b)}"
        texts.append(f"roc auc of {name}: {size}{ends}, DeLong p {p_text(one.p or 0.0)}")
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
    return tabulate("", heads, rows, always=3)
