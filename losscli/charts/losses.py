"""The chart of losses themselves: value and slope, several on top of one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.charts import marks
from losscli.charts.chart import Plot, Row, Spec, first
from losscli.loss import BoundLoss
from losscli.report import Explanation
from losscli.report.names import display_specs
from losscli.report.plot import panes

_STRIDE = 2  # of the points of a curve, every second


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses to be drawn together, as they were typed."""

    bound: tuple[BoundLoss, ...]


def of_losses(found: Losses) -> Plot | None:
    """Loss and slope of each, by what is along x."""
    return _drawn(found.bound)


def of_explanation(found: Explanation) -> Plot | None:
    """The same of every task that has the loss."""
    return _drawn(found.bound())


def _drawn(bound: Sequence[BoundLoss]) -> Plot | None:
    drawn = [one for one in bound if panes(one)]
    kept, note = first(drawn, marks.SERIES, "losses")
    tasks = len({one.loss.task for one in kept}) > 1
    specs = display_specs([one.spec for one in kept])
    names = [specs[one.spec] + (f", {one.loss.task.value}" if tasks else "") for one in kept]
    rows: list[Row] = [
        {"loss": name, "of": f"{pane.title}, by {pane.across}", "x": x, "y": y}
        for name, one in zip(names, kept, strict=True)
        for pane in panes(one)
        for x, y in zip(pane.x[::_STRIDE].tolist(), pane.y[::_STRIDE].tolist(), strict=True)
        if np.isfinite(y)
    ]
    if not rows:
        return None
    said = marks.tooltip(loss="Loss", x="#At", y="#Value")
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": marks.number("x", None),
                "y": marks.number("y", None),
                **marks.series("loss", "Loss", names, lines=True),
                "tooltip": said,
            },
        }
    ]
    of = list(dict.fromkeys(str(row["of"]) for row in rows))
    return Plot(tuple(rows), marks.facets("of", of, layers, height=180), note)
