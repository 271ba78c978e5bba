"""A chart of intervals in characters: its first view, a line a name."""

from collections.abc import Sequence

from losscli.charts.chart import Chart, Plot, Row
from losscli.report.names import ELLIPSIS, cell_width, shorten, visible

_NAMES, _FIGURE, _LEAST = 24, 10, 20  # cells of a name, of a figure, and of a bar at least


def lines(chart: Chart, plot: Plot, width: int, *, unicode: bool) -> tuple[str, ...]:
    """The points and their intervals along one axis, in lines of at most `width` cells; none where no row has
    a value, or the chart is no such one."""
    view = plot.view.get("spec", plot.view)
    axes = [one["encoding"].get("y", {}) for one in view["layer"]]
    field = next((axis["field"] for axis in axes if axis.get("type") == "nominal"), "")
    facet = plot.view.get("facet", {}).get("row", {}).get("field")
    rows = [row for row in plot.rows if facet is None or row[facet] == plot.rows[0][facet]]
    if any(not {"value", "low", "high", field} <= row.keys() for row in rows):
        return ()
    known = [x for row in rows for x in _numbers(row)]
    if not known:
        return ()
    names = [shorten(visible(str(row[field])), _NAMES) for row in rows]
    names = names if unicode else [name.replace(ELLIPSIS, "~") for name in names]
    room = max(map(cell_width, names))
    across = max(width - room - _FIGURE - 4, _LEAST)
    low, high = min(known), max(known)
    title = chart.title if facet is None else f"{chart.title}: {visible(str(rows[0][facet]))}"
    padded = [name + " " * (room - cell_width(name)) for name in names]
    bars = [_bar(row, low, high, across, unicode) for row in rows]
    drawn = [f"{name}  {bar}  {_text(row)}" for name, bar, row in zip(padded, bars, rows, strict=True)]
    ends = f"{low:.4g}".ljust(across - 10) + f"{high:.4g}".rjust(10)
    return (shorten(title, width), *drawn, f"{' ' * (room + 2)}{ends}")


def _numbers(row: Row) -> list[float]:
    found = (row["value"], row["low"], row["high"])
    return [float(x) for x in found if isinstance(x, int | float)]


def _bar(row: Row, low: float, high: float, across: int, unicode: bool) -> str:
    """A point, and a line to both ends of its interval."""
    dash, dot = ("─", "●") if unicode else ("-", "o")
    own = _numbers(row)
    places: Sequence[int] = [round((x - low) / ((high - low) or 1.0) * (across - 1)) for x in own]
    signs = [" "] * across
    if len(places) == 3:
        signs[places[1] : places[2] + 1] = dash * (places[2] - places[1] + 1)
    if row["value"] is not None:
        signs[places[0]] = dot
    return "".join(signs)


def _text(row: Row) -> str:
    value = row["value"]
    return f"{value:.4g}" if isinstance(value, int | float) else "n/a"
