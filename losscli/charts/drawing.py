"""A specification drawn, with vl-convert, which the extra `report` brings: as SVG, as PNG, or in a page."""

from collections.abc import Mapping
from typing import Any

from losscli.charts.chart import Spec
from losscli.errors import UsageError

INSTALL = "pip install 'losscli[report]'"
# Okabe and Ito (2008): told apart by readers of every kind of colour vision; the last ones by dash and shape.
LIGHT: Mapping[str | int, str] = {
    "ink": "#1c1e21",
    "faint": "#5b6068",
    "rule": "#d5d8dc",
    **dict(
        enumerate(("#0072b2", "#d55e00", "#009e73", "#aa5588", "#96700a", "#3b8fc4", "#5b6068", "#111111"))
    ),
}
IN_PAGE = {key: f"var(--{key})" if isinstance(key, str) else f"var(--series-{key})" for key in LIGHT}


def theme(colours: Mapping[str | int, str]) -> Spec:
    """What a specification says of looks. colours: of ink, faint, rule, and of each series by its number."""
    ink, faint, rule = (colours[name] for name in ("ink", "faint", "rule"))
    palette = [colours[key] for key in colours if isinstance(key, int)]
    axis = {"labelColor": ink, "titleColor": ink, "gridColor": rule, "domainColor": faint, "tickColor": faint}
    sizes = {"labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": None,
        "view": {"stroke": rule},
        "axis": {**axis, **sizes, "titleFontWeight": "normal"},
        "legend": {"labelColor": ink, "titleColor": ink, **sizes},
        "header": {"labelColor": ink, "titleColor": ink, **sizes, "labelFontWeight": "bold"},
        "title": {"color": ink, "subtitleColor": faint, "fontSize": 15, "subtitleFontSize": 12},
        "range": {"category": palette},
        **{mark: {"color": palette[0]} for mark in ("mark", "line", "rule", "point", "area", "rect")},
        "style": {
            "guide": {"color": faint, "strokeDash": [4, 4], "strokeWidth": 1},
            "figure": {"color": ink},
        },
    }


def svg(spec: Spec) -> str:
    """The chart on a white ground. Raises UsageError without the extra."""
    return str(library("an SVG").vegalite_to_svg(_printed(spec)))


def png(spec: Spec) -> bytes:
    """The same, two dots of it for each of the SVG's. Raises UsageError without the extra."""
    return bytes(library("a PNG").vegalite_to_png(_printed(spec), scale=2.0))


def bundle() -> str:
    """The scripts of Vega that a page needs, with nothing to fetch. Raises UsageError without the extra."""
    return str(library("a page with charts").javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def installed() -> bool:
    """Whether the extra is there."""
    try:
        library("a chart")
    except UsageError:
        return False
    return True


def library(what: str) -> Any:
    """vl-convert. Raises UsageError where it is not there. what: that it is needed for, in words."""
    try:
        import vl_convert
    except ImportError:
        raise UsageError(f"{what} needs vl-convert: {INSTALL}") from None
    return vl_convert


def _printed(spec: Spec) -> Spec:
    return {**spec, "config": {**theme(LIGHT), "background": "white", "font": "sans-serif"}, "padding": 12}
