"""The charts that are curves: reliability, Murphy, precision and recall, ROC."""

from collections.abc import Sequence

from losscli.charts import marks
from losscli.charts.chart import Plot, Row, Spec, first, thinned
from losscli.report.names import display_names, display_specs
from losscli.result import Comparison, Curve, Fits, MurphyCurve, ReliabilityCurve

_POINTS = 200  # of a curve, at most
_VIEWS = 6


def reliability(found: Comparison) -> Plot | None:
    """Recalibrated predictions against predictions, with the band of a calibrated model."""
    every = [one for one in found.curves if isinstance(one, ReliabilityCurve)]
    curves, note = first(every, _VIEWS, "models")
    if not curves:
        return None
    rows: tuple[Row, ...] = tuple(
        {
            "model": one.model,
            "prediction": one.x[i],
            "value": one.y[i],
            "low": one.low[i],
            "high": one.high[i],
            "place": i,
        }
        for one in curves
        for i in thinned(one.x, _POINTS)
    )
    shares = all(0 <= value <= 1 for one in curves for value in (*one.x, *one.y))
    within = (0.0, 1.0) if shares else None
    x = marks.number("prediction", "prediction", within=within)
    y = marks.number("value", "recalibrated", within=within)
    said = marks.tooltip(
        model="Model", prediction="#Prediction", value="#Recalibrated", low="#Band from", high="#Band to"
    )
    ends = [min(one.x[0] for one in curves), max(one.x[-1] for one in curves)]
    layers: list[Spec] = [
        {
            "transform": marks.there("low", "high"),
            "mark": {"type": "area", "opacity": 0.25},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": [{"x": end, "y": end} for end in ends]},
            "mark": {"type": "line", "style": "guide", "strokeDash": [4, 4]},
            "encoding": {
                "x": {"field": "x", "type": "quantitative"},
                "y": {"field": "y", "type": "quantitative"},
            },
        },
        {
            "mark": {"type": "line", "point": {"size": 18}},
            "encoding": {
                "x": x,
                "y": y,
                "order": {"field": "place", "type": "quantitative"},
                "tooltip": said,
            },
        },
    ]
    view = marks.facets("model", [one.model for one in curves], layers, height=200, shared=("x", "y"))
    return Plot(rows, view, note)


def murphy(found: Comparison) -> Plot | None:
    """The mean elementary loss of each model at each threshold."""
    every = [one for one in found.curves if isinstance(one, MurphyCurve)]
    models, note = first(list(dict.fromkeys(one.model for one in every)), marks.SERIES, "models")
    curves = [one for one in every if one.model in models]
    if not curves:
        return None
    rows: tuple[Row, ...] = tuple(
        {"of": f"losses that ask for the {one.functional}", "model": one.model, "x": one.x[i], "y": one.y[i]}
        for one in curves
        for i in thinned(one.x, _POINTS)
    )
    layers = [_line("x", "threshold", "y", "mean elementary loss", models, "model", "Model")]
    order = list(dict.fromkeys(str(row["of"]) for row in rows))
    return Plot(rows, marks.facets("of", order, layers, height=200), note)


def _line(x: str, across: str, y: str, up: str, names: Sequence[str], field: str, title: str) -> Spec:
    said = marks.tooltip(**{field: title, x: f"#{across}", y: f"#{up}"})
    return {
        "transform": marks.there(x, y),
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": marks.number(x, across),
            "y": marks.number(y, up, zero=True),
            **marks.series(field, title, names, lines=True),
            "tooltip": said,
        },
    }


def precision_recall(found: Comparison | Fits) -> Plot | None:
    """Precision against recall, and the decisions that were judged; of fits, out of fold."""
    names, curves, note = _ranked(found)
    if not curves:
        return None
    rows: list[Row] = []
    for one in curves:
        points = [(one.x[i], one.y[i], "curve") for i in thinned(one.x, _POINTS)]
        for recall, precision, at in [*points, (*_decision(found, one.spec), "decision")]:
            if recall is not None and precision is not None:
                place = {"recall": recall, "precision": precision}
                rows.append({"name": names[one.spec], **place, "at": at, "place": len(rows)})
    base = [] if found.prevalence is None else [marks.guide("y", found.prevalence)]
    return Plot(tuple(rows), _ranking_view("recall", "precision", found, list(names.values()), base), note)


def roc(found: Comparison | Fits) -> Plot | None:
    """Of the same curves: a true positive rate r at precision q is a false positive rate of
    r (1 - q) / q × π / (1 - π), π the share of the positives."""
    share = found.prevalence
    names, curves, note = _ranked(found)
    if not curves or share is None or not 0 < share < 1:
        return None
    odds = share / (1 - share)
    rows: list[Row] = []
    for one in curves:
        points = [(one.x[i], one.y[i], "curve") for i in thinned(one.x, _POINTS)]
        ends = ((0.0, 1.0, "curve"), (1.0, share, "curve"))
        for recall, precision, at in [ends[0], *points, ends[1], (*_decision(found, one.spec), "decision")]:
            if recall is not None and precision:
                alarm = min(recall * (1 - precision) / precision * odds, 1.0)
                place = {"false": alarm, "true": recall}
                rows.append({"name": names[one.spec], **place, "at": at, "place": len(rows)})
    chance: Spec = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "style": "guide", "strokeDash": [4, 4]},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
        },
    }
    return Plot(tuple(rows), _ranking_view("false", "true", found, list(names.values()), [chance]), note)


def _ranked(found: Comparison | Fits) -> tuple[dict[str, str], list[Curve], str]:
    """How each model or loss is called, its curve, and what is left out."""
    every = [one for one in found.curves if isinstance(one, Curve) and one.name == "precision_recall"]
    curves, note = first(every, marks.SERIES, "models" if isinstance(found, Comparison) else "losses")
    names = [one.spec for one in curves]
    return display_names(names, None) if isinstance(found, Comparison) else display_specs(names), curves, note


def _decision(found: Comparison | Fits, name: str) -> tuple[float | None, float | None]:
    """The recall and the precision at the threshold in use."""
    if isinstance(found, Comparison):
        tables = (found.metric("recall"), found.metric("precision"))
        recall, precision = (None if table is None else table.of(name).value for table in tables)
    else:
        scores = found.fit(name).scores
        recall, precision = (scores[of].value if of in scores else None for of in ("recall", "precision"))
    return recall, precision


_TITLES = {
    "false": "false positive rate",
    "true": "true positive rate",
    "recall": "recall",
    "precision": "precision",
}


def _ranking_view(
    x: str, y: str, found: Comparison | Fits, names: Sequence[str], base: Sequence[Spec]
) -> Spec:
    """A curve of each, and the point of its decisions."""
    title = "Model" if isinstance(found, Comparison) else "Trained with"
    line = _line(x, _TITLES[x], y, _TITLES[y], names, "name", title)
    line["transform"] = [{"filter": {"field": "at", "equal": "curve"}}, *line["transform"]]
    line["encoding"] |= {"order": {"field": "place", "type": "quantitative"}}
    line["encoding"] |= {axis: line["encoding"][axis] | {"scale": {"domain": [0, 1]}} for axis in ("x", "y")}
    colour = {"color": line["encoding"]["color"]}
    point: Spec = {
        "transform": [{"filter": {"field": "at", "equal": "decision"}}],
        "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 140},
        "encoding": {
            "x": line["encoding"]["x"],
            "y": line["encoding"]["y"],
            "tooltip": line["encoding"]["tooltip"],
            **colour,
        },
    }
    return marks.one([*base, line, point], height=300)
