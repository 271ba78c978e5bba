"""A chart of a result in a notebook, as a Vega-Lite specification, or in a file."""

from pathlib import Path
from typing import Any

from losscli.charts import chosen, drawing
from losscli.charts.chart import Spec
from losscli.errors import UsageError

_MIME = "application/vnd.vegalite.v5+json"
_DRAW = {".svg": lambda spec: drawing.svg(spec).encode(), ".png": drawing.png}


class Drawn:
    """A chart of what was found: a notebook shows it.

    name: of the chart.
    title: the same in words.
    spec: the Vega-Lite specification, with its data.
    """

    def __init__(self, found: object, name: str | None = None) -> None:
        """The chart of that name, or the main one. Raises UsageError where there is none."""
        chart, plot = chosen(found, name)
        self.name, self.title = chart.name, chart.title
        self.spec: Spec = chart.spec(plot)

    def to_svg(self) -> str:
        """The chart as SVG. Raises UsageError without the extra `report`."""
        return drawing.svg(self.spec)

    def save(self, path: str | Path) -> None:
        """Draw into a file: .svg, .png, or .json for the specification. Raises UsageError for others."""
        place = Path(path)
        if place.suffix == ".json":
            import json

            place.write_text(json.dumps(self.spec, indent=1), encoding="utf-8")
        elif place.suffix in _DRAW:
            place.write_bytes(_DRAW[place.suffix](self.spec))
        else:
            raise UsageError(f"{path}: a chart is drawn into .svg, .png or .json", advice="Name such a file")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """For notebooks: the specification, and a picture where the extra is there."""
        shown: dict[str, Any] = {_MIME: self.spec, "text/plain": repr(self)}
        return shown | {"image/svg+xml": self.to_svg()} if drawing.installed() else shown

    def __repr__(self) -> str:
        return f"<Drawn: {self.title}>"
