"""Rows that depend on one another: how many independent pieces are left, and where they are few."""

from collections.abc import Iterator

from losscli.comparison.verdicts.resampling_units import ResamplingUnits
from losscli.domain import Floats
from losscli.inference.resample import effective_size
from losscli.result import Warning_

# Below these a pair of equal models is called different in more than 6 % of files instead of 5 %, or
# intervals are rough: `docs/verdicts.md` has the figures.
CLUSTERS = 20
EFFECTIVE = 6.0  # clusters of one size that unequal ones are worth
BLOCKS = 100  # as many as 1,000 times have where nothing asks for longer ones


def few_pieces(units: ResamplingUnits, w: Floats) -> Iterator[Warning_]:
    """The warning that clusters or blocks are few, or hold most rows in a few; w: (U,) their weights."""
    if units.column is None:
        return
    effective = float(effective_size(w[:, None])[0])
    if units.count < (CLUSTERS if units.length is None else BLOCKS) or effective < EFFECTIVE:
        unequal = f", worth {effective:.1f} of one size" if effective < units.count / 2 else ""
        yield Warning_(
            "few_clusters",
            f"dependent rows: few independent pieces ({units.count:,} {units.what} of {units.column}"
            f"{unequal}): verdicts may err more often than they say",
            f"Take a verdict as a hint, or gather more {units.what}",
        )
