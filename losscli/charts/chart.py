"""What a chart is: a record that makes, of what was found, plain rows and a Vega-Lite view of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.report.names import visible

Row = Mapping[str, float | int | str | None]
Spec = dict[str, Any]  # of Vega-Lite, or a part of one

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


@dataclass(frozen=True, slots=True)
class Plot:
    """What one chart shows. rows: its figures; view: marks and their encodings; note: what is left out."""

    rows: tuple[Row, ...]
    view: Spec
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One kind of chart.

    name: as it is asked for.
    title: above it.
    needs: what a result has to hold for it, in words.
    reading: one sentence that says how it is read; it stands for the chart where that is not seen.
    draws: by the type of what was found, the function that makes it; None where there is nothing to show.
    on_page: whether a page of the whole result has it, and not only who asks for it by name.
    """

    name: str
    title: str
    needs: str
    reading: str
    draws: Mapping[type, Callable[[Any], Plot | None]]
    on_page: bool = True

    def plot(self, found: object) -> Plot | None:
        """What it shows of a result; None where that has nothing for it."""
        draw = self.draws.get(type(found))
        return None if draw is None else draw(found)

    def spec(self, plot: Plot) -> Spec:
        """The whole of a Vega-Lite specification, its data inside."""
        title: Spec = {"text": self.title, "anchor": "start", "offset": 14}
        if plot.note:
            title["subtitle"] = visible(plot.note)
        return {
            "$schema": SCHEMA,
            "title": title,
            "description": self.reading,
            "data": {"values": [_seen(row) for row in plot.rows]},
            **plot.view,
        }


def _seen(row: Row) -> dict[str, float | int | str | None]:
    """The row with its names made visible; they are data, and never part of an expression."""
    return {key: visible(value) if isinstance(value, str) else value for key, value in row.items()}


def first(items: Sequence[Any], most: int, what: str) -> tuple[list[Any], str]:
    """(the first of them, what is said of the others)."""
    return list(items[:most]), f"The first {most} of {len(items)} {what}" if len(items) > most else ""


def thinned(x: Sequence[float], most: int) -> list[int]:
    """The places of at most so many points, evenly, both ends kept."""
    if len(x) <= most:
        return list(range(len(x)))
    return sorted({round(i * (len(x) - 1) / (most - 1)) for i in range(most)})
