"""The charts of `fit`, `advise` and `diff`."""

from collections.abc import Sequence

from losscli.charts import marks
from losscli.charts.chart import Plot, Row, Spec, first, thinned
from losscli.charts.compared import heat_plot, rank_plot
from losscli.metrics import known_as
from losscli.report.names import display_specs
from losscli.result import Advice, Changes, Fits, LearningCurve, PenaltyPath

_LOSSES, _POINTS, _COLUMNS = 40, 200, 20


def scores(found: Fits) -> Plot | None:
    """The headline metric of each loss, out of fold."""
    ranking = found.ranking_by(found.headline)
    if ranking is None:
        return None
    kept, note = first([one for one in ranking.rows if one.value is not None], _LOSSES, "losses")
    specs = display_specs([one.spec for one in kept])
    rows: tuple[Row, ...] = tuple(
        {"loss": specs[one.spec], "value": one.value, "low": one.low, "high": one.high} for one in kept
    )
    if not rows:
        return None
    constant = found.constant.get(found.headline)
    said = marks.tooltip(loss="Trained with", value="#Value", low="#From", high="#To")
    better = "greater" if ranking.greater_is_better else "less"
    title = f"{_title(found.headline)} out of fold, {better} is better"
    layers = marks.intervals(marks.name("loss", None, list(specs.values())), title, said, at=constant)
    told = "" if constant is None else "The dashed line is the best constant"
    return Plot(rows, marks.one(layers, height=marks.rows_high()), ". ".join(filter(None, (told, note))))


def ranks(found: Fits) -> Plot | None:
    """The rank of each loss by the headline metric."""
    ranking = found.ranking_by(found.headline)
    if ranking is None:
        return None
    kept, note = first([one for one in ranking.rows if one.rank is not None], _LOSSES, "losses")
    specs = display_specs([one.spec for one in kept])
    return rank_plot(
        [
            {"name": specs[one.spec], "value": one.rank, "low": one.rank_low, "high": one.rank_high}
            for one in kept
        ],
        note,
    )


def robustness(found: Fits) -> Plot | None:
    """The excess error of each loss against how much of the training data is spoiled."""
    order = {spec: i for i, spec in enumerate(_in_order(found))}
    own = [one for one in found.robustness if len(one.levels) > 1]
    ranked = sorted(dict.fromkeys(one.spec for one in own), key=lambda spec: order.get(spec, len(order)))
    kept, note = first(ranked, marks.SERIES, "losses, best ranked first")
    specs = display_specs(kept)
    rows: tuple[Row, ...] = tuple(
        {
            "loss": specs[one.spec],
            "of": one.scheme if one.size is None else f"{one.scheme}, size {one.size:g}",
            "level": level,
            "excess": excess,
            "low": low,
            "high": high,
            "error": error,
        }
        for one in own
        if one.spec in specs
        for level, excess, low, high, error in zip(
            one.levels, one.excess, one.excess_low, one.excess_high, one.error, strict=True
        )
    )
    if not any(row["excess"] is not None for row in rows):
        return None
    most = max(one.levels[-1] for one in own)
    said = marks.tooltip(loss="Trained with", level="#Spoiled", excess="#Excess", error="#Error")
    ways = marks.series("loss", "Trained with", list(specs.values()), lines=True)
    solid = {name: way | {"legend": way["legend"] | {"symbolOpacity": 1}} for name, way in ways.items()}
    layers: list[Spec] = [
        marks.guide("y", 1.0),
        {
            "transform": marks.there("low"),
            "mark": {"type": "area", "opacity": 0.12, "clip": True},
            "encoding": {
                "x": {"field": "level", "type": "quantitative"},
                "y": {"field": "low", "type": "quantitative"},
                "y2": {"field": "high"},
                "color": solid["color"],
            },
        },
        {
            "transform": marks.there("excess"),
            "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 40}},
            "encoding": {
                "x": marks.number("level", "share of training rows spoiled", within=(0.0, most)) | _PERCENT,
                "y": marks.number("excess", "excess error", within=(0.0, 1.0)),
                **solid,
                "tooltip": said,
            },
        },
    ]
    of = list(dict.fromkeys(str(row["of"]) for row in rows))
    return Plot(rows, marks.facets("of", of, layers, height=200, shared=("x",)), note)


_PERCENT = {"axis": {"format": "%"}}


def _in_order(found: Fits) -> list[str]:
    ranking = found.ranking_by(found.headline)
    return [] if ranking is None else [one.spec for one in ranking.rows]


def heat(found: Fits) -> Plot | None:
    """Every loss × every metric that ranks: the ranks."""
    specs = display_specs([one.spec for one in found.fits])
    order = {spec: i for i, spec in enumerate(_in_order(found))}
    rows: list[Row] = [
        {"across": _title(one.metric), "down": specs[row.spec], "value": row.value, "rank": row.rank}
        for one in found.ranking
        for row in sorted(one.rows, key=lambda row: order.get(row.spec, len(order)))
        if row.rank is not None and row.value is not None
    ]
    return heat_plot(rows, [_title(one.metric) for one in found.ranking], "metric")


def _title(metric: str) -> str:
    known = known_as(metric)
    return metric if known is None else known.title


def learning(found: Fits) -> Plot | None:
    """How the objective, or the loss of a network, fell as training went on."""
    own = [one for one in found.curves if isinstance(one, LearningCurve)]
    kept, note = first(list(dict.fromkeys(one.spec for one in own)), marks.SERIES, "losses")
    specs = display_specs(kept)
    rows: tuple[Row, ...] = tuple(
        {"loss": specs[one.spec], "of": _WORDS.get(one.name, one.name), "step": one.x[i], "y": one.y[i]}
        for one in own
        if one.spec in specs
        for i in thinned(one.x, _POINTS)
    )
    if not rows:
        return None
    said = marks.tooltip(loss="Trained with", step="#Step", y="#Loss")
    layers: list[Spec] = [
        {
            "transform": marks.there("y"),
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": marks.number("step", "iteration or epoch", zero=True),
                "y": marks.number("y", None),
                **marks.series("loss", "Trained with", list(specs.values()), lines=True),
                "tooltip": said,
            },
        }
    ]
    of = list(dict.fromkeys(str(row["of"]) for row in rows))
    return Plot(rows, marks.facets("of", of, layers, height=180, shared=("x",)), note)


_WORDS = {"objective": "objective", "training": "loss in training", "held_out": "loss on rows held out"}


def path(found: Fits) -> Plot | None:
    """The error out of fold against the strength of a penalty."""
    own = [one for one in found.curves if isinstance(one, PenaltyPath)]
    kept, note = first(own, 6, "losses")
    if not kept:
        return None
    specs = display_specs([one.spec for one in kept])
    rows: list[Row] = []
    for one in kept:
        for x, error, se, nonzero in zip(one.x, one.mean_error, one.standard_error, one.nonzero, strict=True):
            mark = "least error" if x == one.best else "within one standard error"
            marked = x in (one.best, one.one_standard_error)
            known = error is not None and se is not None
            rows.append(
                {
                    "loss": specs[one.spec],
                    "strength": x,
                    "error": error,
                    "low": error - se if known else None,
                    "high": error + se if known else None,
                    "nonzero": nonzero,
                    "mark": mark if marked else None,
                }
            )
    x = marks.number("strength", _strength(kept[0]), log=True)
    said = marks.tooltip(loss="Trained with", strength="#Strength", error="#Error", nonzero="#Slopes not 0")
    y = marks.number("error", "mean error over folds")
    look = marks.words("mark", None, _MARKS)
    layers: list[Spec] = [
        {
            "transform": marks.there("low", "high"),
            "mark": {"type": "area", "opacity": 0.25},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "transform": marks.there("error"),
            "mark": {"type": "line"},
            "encoding": {"x": x, "y": y, "tooltip": said},
        },
        {
            "transform": [{"filter": {"field": "mark", "oneOf": [*_MARKS]}}, *marks.there("error")],
            "mark": {"type": "point", "filled": True, "size": 120},
            "encoding": {"x": x, "y": y, **look, "tooltip": said},
        },
    ]
    view = marks.facets("loss", list(specs.values()), layers, height=150)
    return Plot(tuple(rows), view, note)


def slopes(found: Fits) -> Plot | None:
    """The slopes of the columns against the strength of a penalty."""
    own = [one for one in found.curves if isinstance(one, PenaltyPath) and one.slopes]
    kept, note = first(own, 6, "losses")
    if not kept:
        return None
    specs = display_specs([one.spec for one in kept])
    sizes: dict[str, float] = {}
    for one in kept:
        for column, values in one.slopes.items():
            sizes[column] = max([sizes.get(column, 0.0), *(abs(b) for b in values if b is not None)])
    columns, more = first(
        sorted(sizes, key=lambda name: -sizes[name]), marks.SERIES, "columns, largest first"
    )
    rows: tuple[Row, ...] = tuple(
        {"loss": specs[one.spec], "column": column, "strength": x, "slope": b}
        for one in kept
        for column in columns
        for x, b in zip(one.x, one.slopes.get(column, ()), strict=False)
    )
    said = marks.tooltip(column="Column", strength="#Strength", slope="#Slope")
    layers: list[Spec] = [
        marks.guide("y", 0.0),
        {
            "transform": marks.there("slope"),
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": marks.number("strength", _strength(kept[0]), log=True),
                "y": marks.number("slope", "slope per standard deviation"),
                **marks.series("column", "Column", columns, lines=True),
                "tooltip": said,
            },
        },
    ]
    view = marks.facets("loss", list(specs.values()), layers, height=180)
    return Plot(rows, view, ". ".join(filter(None, (note, more))))


def _strength(path: PenaltyPath) -> str:
    return f"strength of {path.name.rpartition(':')[2]}"


_MARKS = {"least error": "circle", "within one standard error": "diamond"}


def coefficients(found: Fits) -> Plot | None:
    """What one unit more of a column adds, under each loss."""
    ranked = [spec for spec in _in_order(found) if spec in {one.spec for one in found.fits}]
    kept, note = first(ranked or [one.spec for one in found.fits], marks.SERIES, "losses, best ranked first")
    specs = display_specs(kept)
    rows: list[Row] = []
    for spec in kept:
        for column, value in found.fit(spec).coefficients.items():
            if isinstance(value, int | float):
                rows.append(
                    {"loss": specs[spec], "column": column, "value": value, "low": None, "high": None}
                )
    columns, more = first(list(dict.fromkeys(str(row["column"]) for row in rows)), _COLUMNS, "columns")
    rows = [row for row in rows if row["column"] in columns]
    if not rows:
        return None
    said = marks.tooltip(loss="Trained with", value="#Coefficient")
    look = marks.series("loss", "Trained with", list(specs.values()), lines=False)
    points = marks.intervals(
        marks.name("loss", None, list(specs.values())), "coefficient", said, look=look, at=0.0
    )
    view = marks.facets("column", columns, points, height={"step": 14})
    return Plot(tuple(rows), view, ". ".join(filter(None, (note, more))))


def checked(found: Advice) -> Plot | None:
    """The losses of the short list against the baseline."""
    return _relative(
        [
            {
                "name": one.spec,
                "value": one.relative,
                "low": one.low,
                "high": one.high,
                "standing": _STANDINGS.get(one.verdict or "", "not told apart"),
            }
            for one in found.check.losses
            if one.relative is not None
        ],
        f"{_title(found.check.metric)} against {found.check.baseline}",
        "below 0 is better" if not found.check.greater_is_better else "above 0 is better",
    )


def changed(found: Changes) -> Plot | None:
    """How the losses of each model changed."""
    own = [one for one in found.losses if one.relative is not None]
    own.sort(key=lambda one: one.spec != found.primary)
    specs = display_specs([one.spec for one in own])
    return _relative(
        [
            {
                "name": f"{specs[one.spec]}, {one.new_model}",
                "value": one.relative,
                "low": one.low,
                "high": one.high,
                "standing": _STANDINGS.get(one.verdict or "", "not told apart"),
            }
            for one in own
        ],
        "change as a share of the old loss",
        "below 0 is better",
    )


_STANDINGS = {"better": "better", "worse": "worse"}


def _relative(rows: Sequence[Row], title: str, good: str) -> Plot | None:
    kept, note = first(rows, _LOSSES, "rows")
    if not kept:
        return None
    said = marks.tooltip(name="Of", value="#Change", low="#From", high="#To", standing="Standing")
    y = marks.name("name", None, [str(row["name"]) for row in kept])
    layers = marks.intervals(y, f"{title}, {good}", said, look=marks.standing(), at=0.0)
    for layer in layers[1:]:
        layer["encoding"]["x"] |= _PERCENT
    return Plot(tuple(kept), marks.one(layers, height=marks.rows_high()), note)
