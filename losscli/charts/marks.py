"""The parts that charts are made of, in Vega-Lite: fields, intervals, lines, facets.

Colour never stands alone: a series has a shape or a dash of its own, a standing a shape and a word.
"""

from collections.abc import Mapping, Sequence

from losscli.charts.chart import Spec
from losscli.report.names import visible

WIDTH = 480  # of a view, which a page sets anew to the room that it has
STEP = 22  # of a row of names
SERIES = 8  # as many as can be told apart
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "stroke")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [12, 4], [1, 3], [10, 2, 2, 2, 2, 2])
FIGURE = ".4~g"


def number(
    field: str,
    title: str | None,
    *,
    zero: bool = False,
    log: bool = False,
    within: tuple[float, float] | None = None,
) -> Spec:
    """A figure along an axis. within: all that it can be."""
    scale: Spec = {"type": "log"} if log else {"zero": zero, "nice": True, **({} if zero else {"padding": 6})}
    if within is not None:
        scale = {"domain": list(within)}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def name(field: str, title: str | None, order: Sequence[str]) -> Spec:
    """Names along an axis, in their order."""
    own: Spec = {"field": field, "type": "nominal", "title": title, "sort": _seen(order)}
    return own | {"axis": {"labelLimit": 150, "ticks": False}}


def series(field: str, title: str | None, order: Sequence[str], *, lines: bool) -> Spec:
    """The colours of several, and the dashes of their lines or the shapes of their points."""
    names = _seen(order)
    shared = {"field": field, "type": "nominal", "title": title, "sort": names}
    legend = {"labelLimit": 200, "orient": "bottom", "columns": 2, "symbolSize": 90}
    other = ("strokeDash", DASHES) if lines else ("shape", SHAPES)
    colour = {**shared, "scale": {"domain": names}, "legend": legend}
    ways = {**shared, "scale": {"domain": names, "range": list(other[1][: len(names)])}, "legend": legend}
    return {"color": colour, other[0]: ways}


def tooltip(**fields: str) -> list[Spec]:
    """What is said at a mark. fields: the title of each, behind a # where it is a figure."""
    told = []
    for field, title in fields.items():
        figure = title.startswith("#")
        form = {"type": "quantitative", "format": FIGURE} if figure else {"type": "nominal"}
        told.append({"field": field, "title": title.lstrip("#"), **form})
    return told


def there(*fields: str) -> list[Spec]:
    """Only rows that have these figures."""
    return [{"filter": {"field": field, "valid": True}} for field in fields]


def guide(axis: str, at: float) -> Spec:
    """A dashed line across the whole view."""
    return {"data": {"values": [{"at": at}]}, "mark": {"type": "rule", "style": "guide"}} | {
        "encoding": {axis: {"field": "at", "type": "quantitative"}}
    }


def intervals(
    y: Spec,
    title: str | None,
    said: Sequence[Spec],
    *,
    look: Spec | None = None,
    at: float | None = None,
    within: tuple[float, float] | None = None,
) -> list[Spec]:
    """Points with their intervals, of the fields value, low and high; look: colours and shapes of points;
    at: where a dashed line stands; within: all that a value can be."""
    along = number("value", title, within=within)
    look = look or {}
    bar = {key: one for key, one in look.items() if key == "color"}
    return [
        *([] if at is None else [guide("x", at)]),
        {
            "transform": there("low", "high"),
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": along | {"field": "low"}, "x2": {"field": "high"}, "y": y, **bar},
        },
        {
            "transform": there("value"),
            "mark": {"type": "point", "filled": True, "size": 80},
            "encoding": {"x": along, "y": y, "tooltip": list(said), **look},
        },
    ]


def one(layers: Sequence[Spec], *, height: int | Spec = 260) -> Spec:
    """A view of layers."""
    return {"width": WIDTH, "height": height, "layer": list(layers)}


def rows_high() -> Spec:
    """The height of a view of names, as many as there are."""
    return {"step": STEP}


def facets(
    field: str,
    order: Sequence[str],
    layers: Sequence[Spec],
    *,
    height: int | Spec,
    shared: Sequence[str] = (),
) -> Spec:
    """A view for each of several, one under the other. shared: the scales that are the same in all."""
    head = {"orient": "top", "labelAnchor": "start", "title": None, "labelLimit": 260}
    return {
        "facet": {"row": {"field": field, "type": "nominal", "sort": _seen(order), "header": head}},
        "spec": one(layers, height=height),
        "resolve": {"scale": {axis: "shared" if axis in shared else "independent" for axis in ("x", "y")}},
    }


def words(field: str, title: str | None, shapes: Mapping[str, str]) -> Spec:
    """A few words by colour and by shape. shapes: by the word."""
    legend = {"orient": "bottom", "symbolSize": 90}
    shared: Spec = {"field": field, "type": "nominal", "title": title, "sort": [*shapes], "legend": legend}
    return {
        "color": {**shared, "scale": {"domain": [*shapes]}},
        "shape": {**shared, "scale": {"domain": [*shapes], "range": [*shapes.values()]}},
    }


def standing(title: str | None = None) -> Spec:
    """Better, worse or not told apart."""
    shapes = {"better": "triangle-up", "worse": "triangle-down", "not told apart": "circle"}
    return words("standing", title, shapes)


def _seen(order: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(map(visible, order)))
