"""Do the losses agree? The order of the models under every class of losses."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from losscli.comparison.reasons import NOT_RESAMPLED
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.domain import Floats
from losscli.inference import pairs_of, percentile_interval
from losscli.inference.studentised import PIECE
from losscli.result import Agreement, Difference, Dominance, LossTable, Order, finite


def find_agreement(
    boot: Bootstrap,
    tables: Sequence[LossTable],
    differences: Sequence[Difference],
    primary: int,
    dominance: Sequence[Dominance],
) -> Agreement | None:
    """None for a single model, and where the primary loss does not order all models.

    tables: with verdicts; primary: the number of the primary loss; dominance: what Murphy curves say.
    """
    if not are_ordered(tables[primary]):
        return None
    orders = [
        _order(boot, tables, differences, loss, primary)
        for loss, table in enumerate(tables)
        if table.spec == table.members[0] and are_ordered(table)
    ]
    leaders = Counter(one.leader for one in orders if one.leader is not None)
    others = [one.tau for one in orders if one.spec not in tables[primary].members]
    return Agreement(
        primary=tables[primary].spec,
        leaders=dict(leaders.most_common()),
        tau=float(np.mean(others)) if others else None,
        orders=tuple(orders),
        dominance=tuple(dominance),
    )


def are_ordered(table: LossTable) -> bool:
    """Whether there are models to order, and the loss orders them all."""
    return len(table.results) > 1 and all(one.value is not None for one in table.results)


def _order(
    boot: Bootstrap, tables: Sequence[LossTable], differences: Sequence[Difference], loss: int, primary: int
) -> Order:
    table = tables[loss]
    values = np.array([[one.value for one in tables[k].results] for k in (loss, primary)], dtype=np.float64)
    best = np.argsort(values[0], kind="stable")
    level = values[0][best[0]] == values[0][best[1]]
    low = high = None
    if loss in boot.losses and primary in boot.losses:
        drawn = _tau(boot.values[loss], boot.values[primary])
        low, high = map(finite, percentile_interval(drawn, boot.confidence))
    tau = float(_tau(values[:1], values[1:])[0])
    return Order(
        spec=table.spec,
        elicits=table.elicits,
        order=tuple(table.results[m].model for m in best),
        leader=None if level else table.results[best[0]].model,
        tau=tau,
        low=None if low is None else min(low, tau),
        high=None if high is None else max(high, tau),
        reason=None if low is not None else NOT_RESAMPLED,
        opposed=tuple(_opposed(differences, table.spec, tables[primary].spec)),
    )


def _tau(values: Floats, primary: Floats) -> Floats:
    """Kendall's tau-a of two orders, (B, m) each -> (B,): the mean over pairs of whether they agree. NaN
    where a value is."""
    pairs, agree = np.array(pairs_of(values.shape[1])), np.zeros(len(values))
    for first in range(0, len(pairs), PIECE):
        a, b = pairs[first : first + PIECE].T
        signs = np.sign(values[:, a] - values[:, b]) * np.sign(primary[:, a] - primary[:, b])
        agree += signs.sum(axis=1)
    return agree / len(pairs)


def _opposed(differences: Sequence[Difference], spec: str, primary: str) -> Iterator[tuple[str, str]]:
    """Pairs that the primary loss and another order differently, each beyond noise."""
    if spec == primary:
        return
    shown = {(one.a, one.b): one.verdict for one in differences if one.spec == primary}
    for one in differences:
        if one.spec == spec and one.low is not None and one.high is not None:
            verdict = shown.get((one.a, one.b))
            if verdict == "a" and one.low > 0:
                yield one.a, one.b
            if verdict == "b" and one.high < 0:
                yield one.b, one.a
