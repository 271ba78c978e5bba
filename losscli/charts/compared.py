"""The charts of `compare`: losses, differences, ranks, outliers, rows, ranks over slices, agreement."""

from collections.abc import Iterable, Sequence

from losscli.charts import marks
from losscli.charts.chart import Plot, Row, first
from losscli.report.names import display_specs
from losscli.result import Comparison, Difference, LossTable, LossValue, MetricValue

_LOSSES, _MODELS, _PAIRS, _ROWS, _CELLS = 8, 30, 40, 1000, 45


def losses(found: Comparison) -> Plot | None:
    """The models under the first losses, the primary one ahead; losses of one class are one."""
    tables, note = first(_apart(found), _LOSSES, "losses that order models differently")
    shown, more = first([one.name for one in found.models], _MODELS, "models")
    specs = display_specs([one.spec for one in tables])
    title = {one.spec: f"{specs[one.spec]}{'' if one.unit == '1' else f' ({one.unit})'}" for one in tables}
    rows: list[Row] = [
        {
            "loss": title[table.spec],
            "model": one.model,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "standing": _standing(table, one.model),
            "why": one.reason,
        }
        for table in tables
        for one in table.results
        if one.model in shown
    ]
    if not any(row["value"] is not None for row in rows):
        return None
    said = marks.tooltip(
        loss="Loss", model="Model", value="#Value", low="#From", high="#To", standing="Standing"
    )
    shapes = {"in the best set": "circle", "worse, shown": "triangle-down", "not tested": "square"}
    look = marks.words("standing", None, shapes)
    layers = marks.intervals(marks.name("model", None, shown), None, said, look=look)
    order = [title[one.spec] for one in tables]
    return Plot(
        tuple(rows),
        marks.facets("loss", order, layers, height=marks.rows_high(), shared=("y",)),
        ". ".join(filter(None, (note, more))),
    )


def _apart(found: Comparison) -> list[LossTable]:
    """One loss of each class, the primary one first."""
    known = [one for one in found.losses if any(result.value is not None for result in one.results)]
    tables = sorted(known, key=lambda table: table.spec != found.primary)
    taken: set[str] = set()
    kept = []
    for table in tables:
        if table.spec not in taken:
            kept.append(table)
        taken |= {table.spec, *table.members}
    return kept


def _standing(table: LossTable, model: str) -> str:
    if table.best_set is None:
        return "not tested"
    return "in the best set" if model in table.best_set else "worse, shown"


def differences(found: Comparison) -> Plot | None:
    """The pairs of models on the primary loss."""
    own = [one for one in found.comparisons if one.spec == found.primary and one.difference is not None]
    own.sort(key=lambda one: one.difference or 0.0)
    pairs, note = first(own, _PAIRS, "pairs, the largest differences first" if own else "pairs")
    if len(own) > _PAIRS:
        pairs = sorted(own, key=lambda one: -abs(one.difference or 0.0))[:_PAIRS]
        pairs.sort(key=lambda one: one.difference or 0.0)
    if not pairs:
        return None
    rows: list[Row] = [
        {
            "pair": f"{one.a} − {one.b}",
            "value": one.difference,
            "low": one.low,
            "high": one.high,
            "p": one.p,
            "standing": _judged(one),
            "why": one.reason,
        }
        for one in pairs
    ]
    said = marks.tooltip(pair="Pair", value="#Difference", low="#From", high="#To", p="#p", standing="First")
    y = marks.name("pair", None, [str(row["pair"]) for row in rows])
    title = f"difference in {display_specs([found.primary])[found.primary]}, below 0 the first is better"
    layers = marks.intervals(y, title, said, look=marks.standing("The first model is"), at=0.0)
    return Plot(tuple(rows), marks.one(layers, height=marks.rows_high()), note)


def _judged(pair: Difference) -> str:
    return {"a": "better", "b": "worse"}.get(pair.verdict or "~", "not told apart")


def ranks(found: Comparison) -> Plot | None:
    """The rank of each model on the primary loss."""
    table = found.loss(found.primary)
    models, note = first(sorted(table.results, key=lambda one: one.rank or 1 << 30), _MODELS, "models")
    return rank_plot(
        [
            {"name": one.model, "value": one.rank, "low": one.rank_low, "high": one.rank_high}
            for one in models
            if one.rank is not None
        ],
        note,
    )


def rank_plot(rows: Iterable[Row], note: str) -> Plot | None:
    """Ranks with the intervals in which they lie; nothing where no rank has one."""
    rows = tuple(rows)
    if len(rows) < 2 or all(row["low"] is None for row in rows):
        return None
    said = marks.tooltip(name="Name", value="#Rank", low="#From", high="#To")
    layers = marks.intervals(marks.name("name", None, [str(row["name"]) for row in rows]), "rank", said)
    for layer in layers:
        layer["encoding"]["x"]["axis"] = {"tickMinStep": 1, "format": "d"}
    return Plot(rows, marks.one(layers, height=marks.rows_high()), note)


def outliers(found: Comparison) -> Plot | None:
    """How much of each loss its flagged rows carry."""
    own = [one for one in found.robustness if one.outlier_share is not None]
    own.sort(key=lambda one: one.outlier_share or 0.0)
    kept, note = first(own, _CELLS, "losses")
    if not kept:
        return None
    specs = display_specs([one.spec for one in kept])
    rows: tuple[Row, ...] = tuple(
        {"loss": specs[one.spec], "value": one.outlier_share, "low": one.low, "high": one.high}
        for one in kept
    )
    said = marks.tooltip(loss="Loss", value="#Share", low="#From", high="#To")
    layers = marks.intervals(
        marks.name("loss", None, [str(row["loss"]) for row in rows]),
        "share of the loss",
        said,
        within=(0.0, 1.0),
    )
    return Plot(rows, marks.one(layers, height=marks.rows_high()), note)


def residuals(found: Comparison) -> Plot | None:
    """The listed rows: what is left of each target against what was predicted."""
    rows: list[Row] = []
    for record in found.row_table:
        for model, p in record.predictions.items():
            if isinstance(record.target, float | int) and isinstance(p, float | int):
                why = ", ".join(record.why)
                kind = "decides" if any(one.startswith("decides") for one in record.why) else "flagged"
                rows.append(
                    {
                        "row": str(record.row),
                        "model": model,
                        "prediction": p,
                        "residual": record.target - p,
                        "target": record.target,
                        "listed": kind,
                        "why": why,
                    }
                )
    if not rows:
        return None
    models = [one.name for one in found.models][: marks.SERIES]
    rows, note = first([row for row in rows if row["model"] in models], _ROWS, "points")
    said = marks.tooltip(
        row="Row", model="Model", target="#Target", prediction="#Prediction", residual="#Residual", why="Why"
    )
    layers = [
        marks.guide("y", 0.0),
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.8},
            "encoding": {
                "x": marks.number("prediction", "prediction"),
                "y": marks.number("residual", "target − prediction"),
                **marks.words("listed", "Listed since it", {"flagged": "circle", "decides": "diamond"}),
                "tooltip": said,
            },
        },
    ]
    view = marks.facets("model", models, layers, height=150, shared=("x", "y"))
    return Plot(tuple(rows), view, note or f"{len(found.row_table)} of {found.rows.used} rows are listed")


def critical_difference(found: Comparison) -> Plot | None:
    """Mean ranks over the slices, each with half the critical difference on both sides."""
    slices = found.slices
    if slices is None or slices.mean_ranks is None or slices.rank_tests is None:
        return None
    critical = slices.rank_tests.nemenyi.critical_difference
    order = sorted(slices.mean_ranks.items(), key=lambda item: item[1])
    rows: tuple[Row, ...] = tuple(
        {"name": name, "value": rank, "low": rank - critical / 2, "high": rank + critical / 2}
        for name, rank in order
    )
    said = marks.tooltip(name="Model", value="#Mean rank", low="#From", high="#To")
    layers = marks.intervals(marks.name("name", None, [name for name, _ in order]), "mean rank", said)
    note = f"Critical difference {critical:.3g} over the slices of {slices.column}"
    return Plot(rows, marks.one(layers, height=marks.rows_high()), note)


def agreement(found: Comparison) -> Plot | None:
    """How far each class of losses orders the models as the primary loss does."""
    if found.agreement is None or not found.agreement.orders:
        return None
    orders, note = first(found.agreement.orders, _CELLS, "classes of losses")
    specs = display_specs([one.spec for one in orders])
    leaders = list(dict.fromkeys(one.leader or "two level" for one in orders))
    rows: tuple[Row, ...] = tuple(
        {
            "loss": specs[one.spec],
            "asks": one.elicits,
            "value": one.tau,
            "low": one.low,
            "high": one.high,
            "leader": one.leader or "two level",
            "order": ", ".join(one.order),
        }
        for one in orders
    )
    said = marks.tooltip(
        loss="Loss", asks="Asks for", value="#Kendall's tau", low="#From", high="#To", order="Order"
    )
    look = marks.series("leader", "Leader", leaders[: marks.SERIES], lines=False)
    y = marks.name("loss", None, [specs[one.spec] for one in orders])
    layers = marks.intervals(
        y, "Kendall's tau with the primary loss", said, look=look, at=0.0, within=(-1.0, 1.0)
    )
    return Plot(rows, marks.one(layers, height=marks.rows_high()), note)


def heat(found: Comparison) -> Plot | None:
    """Every loss and metric × every model: the ranks."""
    specs = display_specs([one.spec for one in found.losses])
    ranked = [one for one in found.metrics if one.greater_is_better is not None]
    tables: list[tuple[str, Sequence[LossValue | MetricValue]]] = [
        *((specs[one.spec], one.results) for one in _apart(found)),
        *((one.title, one.results) for one in ranked),
    ]
    rows: list[Row] = [
        {"across": one.model, "down": label, "value": one.value, "rank": one.rank}
        for label, results in tables
        for one in results
        if one.value is not None and one.rank is not None
    ]
    return heat_plot(rows, [one.name for one in found.models], "model")


def heat_plot(rows: Iterable[Row], across: list[str], title: str) -> Plot | None:
    """A cell for each figure, the darker the better its rank, with the figure in it."""
    rows = list(rows)
    down, note = first(list(dict.fromkeys(str(row["down"]) for row in rows)), _CELLS, "rows")
    columns, more = first(across, 12, f"{title}s")
    shown = tuple(row for row in rows if row["down"] in down and row["across"] in columns)
    if len({row["across"] for row in shown}) < 2 or not shown:
        return None
    most = max(int(row["rank"] or 1) for row in shown)
    x = marks.name("across", title, columns)
    x["axis"] = {"orient": "top", "labelAngle": -35, "labelLimit": 110, "ticks": False, "domain": False}
    place = {"x": x, "y": marks.name("down", None, down)}
    said = marks.tooltip(down="Of", across=title.capitalize(), value="#Value", rank="#Rank")
    opacity = {
        "field": "rank",
        "type": "quantitative",
        "scale": {"domain": [1, max(most, 2)], "range": [0.5, 0.04]},
        "legend": None,
    }
    layers = [
        {"mark": {"type": "rect"}, "encoding": {**place, "opacity": opacity, "tooltip": said}},
        {
            "mark": {"type": "text", "fontSize": 10, "style": "figure"},
            "encoding": {**place, "text": {"field": "value", "type": "quantitative", "format": ".3~g"}},
        },
    ]
    return Plot(shown, marks.one(layers, height=marks.rows_high()), ". ".join(filter(None, (note, more))))
