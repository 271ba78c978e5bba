"""How much of each loss the flagged rows carry, and who leads without them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from losscli.comparison.losses import Found, TableFacts
from losscli.comparison.summary import RowQuantity
from losscli.domain import Floats
from losscli.inference import ranks
from losscli.loss import Reduction
from losscli.loss.reduction import of_means
from losscli.result import LossTable, ModelShare, Robustness, finite

_NO_SUM = {
    Reduction.MAX: "a maximum is one row",
    Reduction.WHOLE: "a function of all rows has no sum to share",
    Reduction.MEDIAN: "a median has no sum to share",
}
NO_INTERVAL = "no closed-form interval of a ratio of sums"
NOT_FLAGGED = "no row is flagged: the probe says what one would weigh"


def robustness_tables(
    facts: TableFacts, tables: Sequence[LossTable], found: Sequence[Sequence[Found]], probed: Floats | None
) -> tuple[Robustness, ...]:
    """One record per loss, ranked by the share of it that the flagged rows carry, ascending.

    probed: Σ w·loss with moved targets, where no row is flagged.
    """
    records = [_record(facts, loss, table, found[loss], probed) for loss, table in enumerate(tables)]
    figures = [record.outlier_share if probed is None else record.probe_weight for record in records]
    # A class of losses is counted once, by its first member that has a figure.
    classes: dict[tuple[str, ...], float] = {}
    for table, figure in zip(tables, figures, strict=True):
        if figure is not None:
            classes.setdefault(table.members, figure)
    places = dict(zip(classes, ranks(list(classes.values())), strict=True))
    return tuple(
        replace(record, rank=places[table.members] if figure is not None else None)
        for record, table, figure in zip(records, tables, figures, strict=True)
    )


def _record(
    facts: TableFacts, loss: int, table: LossTable, found: Sequence[Found], probed: Floats | None
) -> Robustness:
    own = _own_reason(facts, loss) or facts.no_rule
    shares: list[ModelShare] = []
    weights: list[float] = []
    too_large = False
    for m, (model, this) in enumerate(zip(facts.problem.models, found, strict=True)):
        usable = own is None and math.isfinite(this.value)
        place = excess_place(facts, loss, m) if usable else None
        excess = _excess(facts, loss, place) if place is not None else None
        share = top = None
        too_large |= excess is not None and not math.isfinite(excess[1])
        if excess is not None and 0 < excess[1] < math.inf:
            if probed is None:
                share = min(max(excess[0] / excess[1], 0.0), 1.0)
            elif place is not None:
                weights.append(_probe_weight(facts, loss, place, probed))
            top = _top(facts, loss, place)
        flagged = facts.summary.flagged and math.isfinite(this.value)
        bulk = _bulk(facts, loss, m) if flagged else finite(this.value)
        shares.append(ModelShare(model.name, share, bulk, top))
    known = [one.outlier_share for one in shares if one.outlier_share is not None]
    figure = max(known) if known else None
    weight = max((w for w in weights if math.isfinite(w)), default=None)
    if own is None and figure is None and weight is None:
        moved_out = probed is not None and any(share.top_share for share in shares)
        own = "a moved target leaves the domain of the loss" if moved_out else "no model has any loss"
        own = "the sum of the rows is too large for a double" if too_large else own
    return Robustness(
        spec=table.spec,
        basis="flagged" if probed is None else "probe",
        rank=None,
        rank_low=None,
        rank_high=None,
        outlier_share=figure,
        low=None,
        high=None,
        probe_weight=weight,
        leader_all=_leader((one.model, one.value) for one in table.results),
        leader_without=_leader((one.model, one.bulk_value) for one in shares),
        reason=own or (NO_INTERVAL if probed is None else NOT_FLAGGED),
        models=tuple(shares),
    )


def _own_reason(facts: TableFacts, loss: int) -> str | None:
    """Why a loss has no share of outliers, by its nature."""
    one = facts.layout.losses[loss].loss
    if one.reduction in _NO_SUM:
        return _NO_SUM[one.reduction]
    if one.infimum == -math.inf:
        return "the loss is unbounded below"
    if one.combine is not None and _kin_place(facts, loss) is None:
        return "a function of several means has no sum to share"
    return None


def _kin_place(facts: TableFacts, loss: int) -> int | None:
    """The first mean loss of the same class: wmape inherits from mae."""
    losses = facts.layout.losses
    for other, one in enumerate(losses):
        if one.kin == losses[loss].kin and one.loss.reduction.is_mean:
            return other
    return None


def excess_place(facts: TableFacts, loss: int, model: int) -> int | None:
    """The place in the layout of what a loss shares out among the rows."""
    if facts.layout.losses[loss].loss.combine is not None:
        kin = _kin_place(facts, loss)
        return None if kin is None else excess_place(facts, kin, model)
    places = facts.layout.of_model(loss, model)
    return None if places is None else places[0]


def _excess(facts: TableFacts, loss: int, place: int) -> tuple[float, float]:
    """Σ w (ℓ - least ℓ) over the flagged rows and over all."""
    moments = facts.moments
    total, flagged = float(moments.total[place]), float(moments.flagged_sum[place])
    one = facts.layout.losses[loss].loss
    if callable(one.infimum):
        least = facts.layout.place[RowQuantity(loss, 0, None)]
        return flagged - float(moments.flagged_sum[least]), total - float(moments.total[least])
    return flagged - one.infimum * moments.fw, total - one.infimum * moments.w


def _top(facts: TableFacts, loss: int, place: int | None) -> float | None:
    """The share of the largest row."""
    if place is None or not facts.layout.losses[loss].from_zero:
        return None
    return min(float(facts.moments.top[place] / facts.moments.total[place]), 1.0)


def _probe_weight(facts: TableFacts, loss: int, place: int, probed: Floats) -> float:
    """What a moved target costs, in mean losses."""
    infimum = facts.layout.losses[loss].loss.infimum
    if callable(infimum):
        return math.nan
    floor = infimum * facts.moments.w
    return (float(probed[place]) - floor) / (float(facts.moments.total[place]) - floor)


def _bulk(facts: TableFacts, loss: int, model: int) -> float | None:
    """The loss of a model without the flagged rows."""
    one, moments = facts.layout.losses[loss], facts.moments
    if one.loss.reduction is Reduction.MEDIAN:
        return finite(facts.bulk_medians.get((loss, model), math.nan))
    places = facts.layout.of_model(loss, model)
    left = moments.w - moments.fw
    if places is None or left <= 0 or not one.loss.reduction.from_means:
        return None
    return finite(float(of_means(one, moments.bulk_mean[places])))


def _leader(models: Iterable[tuple[str, float | None]]) -> str | None:
    known = {name: value for name, value in models if value is not None}
    return min(known, key=lambda name: known[name], default=None)
