"""Which means a few rows may carry, and the tails of their row losses."""

from collections.abc import Sequence

import numpy as np

from losscli.comparison.reasons import may_rest_on_few
from losscli.comparison.summary import Layout, Summary, row_quantities
from losscli.data.rows import Reading, Rows
from losscli.inference.tail import FEWEST, KEPT, SHARE, Tail
from losscli.metrics.aggregate import merge_each


def find_tails(reading: Reading, layout: Layout, summary: Summary) -> dict[int, Tail]:
    """The tails of the row quantities of few effective rows, by their places in the layout; none where all
    means rest on many rows. What the main pass has kept of the largest values is most often enough."""
    moments = summary.moments
    few = moments.effective_rows < np.maximum(SHARE * moments.positive, min(FEWEST, SHARE * moments.rows))
    places = [place for place in watched(layout, len(reading.problem.models)) if few[place]]
    found = {place: _kept(summary, place) for place in places}
    rest = [place for place, tail in found.items() if tail is None]
    again = _read(reading, layout, rest)
    return {place: again[place] if tail is None else tail for place, tail in found.items()}


def _kept(summary: Summary, place: int) -> Tail | None:
    """The tail of a row quantity, of what the main pass has kept; None where that is too little."""
    moments, largest = summary.moments, summary.largest.get(place)
    if largest is None or len(largest.values) < min(KEPT, moments.rows):
        return None
    top = largest.descending
    total = float(moments.total[place]) / float(top[0])
    squares = total**2 / float(moments.effective_rows[place])
    return Tail(moments.rows, int(moments.positive[place]), total, squares, top)


def _read(reading: Reading, layout: Layout, places: Sequence[int]) -> dict[int, Tail]:
    """The tails of some row quantities: one more pass over the rows, for these columns alone."""
    if not places:
        return {}
    own = layout.only(places)

    def work(rows: Rows) -> list[Tail]:
        columns = row_quantities(reading.problem, own, rows)
        return [Tail.of(rows.w * np.where(np.isfinite(x), x, 0.0)) for x in columns]

    found: list[Tail] = reading.fold(work, merge_each)
    return dict(zip(places, found, strict=True))


def watched(layout: Layout, models: int) -> list[int]:
    """The places of the losses that are means, or roots of them, that few rows can carry."""
    found = [
        layout.of_model(loss, model)
        for loss, one in enumerate(layout.losses)
        if one.loss.reduction.is_mean_or_root and may_rest_on_few(one)
        for model in range(models)
    ]
    return list(dict.fromkeys(places[0] for places in found if places is not None))
