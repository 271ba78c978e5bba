"""Which means a few rows may carry, and the tails of their row losses."""

import numpy as np

from losscli.comparison.reasons import may_rest_on_few
from losscli.comparison.summary import Layout, row_quantities
from losscli.data.rows import Reading, Rows
from losscli.inference.tail import FEWEST, SHARE, Tail
from losscli.metrics.aggregate import Moments, merge_each


def find_tails(reading: Reading, layout: Layout, moments: Moments) -> dict[int, Tail]:
    """The tails of the row quantities of few effective rows, by their places in the layout.

    One more pass over the rows, for these columns alone; none where all means rest on many rows.
    """
    few = moments.effective_rows < np.maximum(SHARE * moments.positive, min(FEWEST, SHARE * moments.rows))
    places = [place for place in _means(layout, len(reading.problem.models)) if few[place]]
    if not places:
        return {}
    own = layout.only(places)

    def work(rows: Rows) -> list[Tail]:
        columns = row_quantities(reading.problem, own, rows)
        return [Tail.of(rows.w * np.where(np.isfinite(x), x, 0.0)) for x in columns]

    found: list[Tail] = reading.fold(work, merge_each)
    return dict(zip(places, found, strict=True))


def _means(layout: Layout, models: int) -> list[int]:
    """The places of the losses that are means, or roots of them, that few rows can carry."""
    found = [
        layout.of_model(loss, model)
        for loss, one in enumerate(layout.losses)
        if one.loss.reduction.is_mean_or_root and may_rest_on_few(one)
        for model in range(models)
    ]
    return list(dict.fromkeys(places[0] for places in found if places is not None))
