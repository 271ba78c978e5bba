"""Intervals and rank intervals of the share of each loss that the flagged rows carry."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.reasons import NO_SPREAD, NOT_RESAMPLED
from losscli.comparison.robustness import NO_INTERVAL, excess_place
from losscli.comparison.summary import RowQuantity
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.domain import Floats
from losscli.inference import figure_ranks, percentile_interval
from losscli.result import LossTable, Robustness

NO_LOSS = "no loss at all in some resamples, or too few of these"
_SINGLE = 1e-6  # of a share: what single precision leaves of no spread


def with_share_intervals(
    boot: Bootstrap, records: Sequence[Robustness], tables: Sequence[LossTable]
) -> tuple[Robustness, ...]:
    """The records with intervals of the shares, and of the ranks of classes of losses; the probe has none."""
    if boot.flagged is None:
        return tuple(records)
    drawn = [_shares(boot, loss, record) for loss, record in enumerate(records)]
    found = [_with_interval(boot, record, shares) for record, shares in zip(records, drawn, strict=True)]
    classes: dict[tuple[str, ...], tuple[float, Floats]] = {}
    for table, one, shares in zip(tables, found, drawn, strict=True):
        if shares is not None:
            classes.setdefault(table.members, (one.outlier_share or 0.0, shares))
    ranked = [table.members for table, one in zip(tables, found, strict=True) if one.rank is not None]
    if len(classes) < 2 or len(classes) < len(set(ranked)):
        return tuple(found)  # ranks are among all classes
    point, values = zip(*classes.values(), strict=True)
    low, high = (
        dict(zip(classes, ends, strict=True))
        for ends in figure_ranks(point, values, boot.confidence, boot.units.count)
    )
    return tuple(
        replace(one, rank_low=min(low[own], one.rank), rank_high=max(high[own], one.rank))
        if one.rank is not None
        else one
        for one, own in ((one, table.members) for one, table in zip(found, tables, strict=True))
    )


def _shares(boot: Bootstrap, loss: int, record: Robustness) -> Floats | None:
    """(B,) The largest share over the models, in every replicate; None where it is not resampled."""
    facts = boot.facts
    known = [m for m, one in enumerate(record.models) if one.outlier_share is not None]
    places = [excess_place(facts, loss, m) for m in known]
    least = facts.layout.place.get(RowQuantity(loss, 0, None))
    needed = [*places, *(() if least is None else (least,))]
    if not known or any(place is None or place not in boot.places for place in needed):
        return None
    infimum = facts.layout.losses[loss].loss.infimum
    assert boot.flagged is not None
    if least is not None:
        floor, floor_flagged = boot.total(least), boot.flagged_total(least)
    else:
        assert isinstance(infimum, float)
        floor, floor_flagged = infimum * boot.replicates.w, infimum * boot.flagged.w
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [
            (boot.flagged_total(place) - floor_flagged) / (boot.total(place) - floor)
            for place in places
            if place is not None
        ]
    return np.asarray(np.clip(np.max(shares, axis=0), 0.0, 1.0))


def _with_interval(boot: Bootstrap, record: Robustness, shares: Floats | None) -> Robustness:
    if record.outlier_share is None:
        return record
    if shares is None:
        return replace(record, reason=NOT_RESAMPLED if record.reason == NO_INTERVAL else record.reason)
    low, high = percentile_interval(shares, boot.confidence)
    if not np.isfinite([low, high]).all():
        return replace(record, reason=NO_LOSS if record.reason == NO_INTERVAL else record.reason)
    if high - low <= _SINGLE:
        return replace(record, reason=NO_SPREAD)
    figure = record.outlier_share
    return replace(record, low=min(low, figure), high=max(high, figure), reason=None)
