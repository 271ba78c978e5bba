"""Do the losses agree? The order of the models under every class of losses, and under every loss that asks
for the mean, or the median."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.reasons import NOT_RESAMPLED
from losscli.comparison.verdicts.bootstrap import RESAMPLES, Bootstrap
from losscli.domain import Codes, Floats, Kind, Task, sigmoid
from losscli.inference import judge, pairs_of, percentile_interval
from losscli.inference.murphy import MEAN, MEDIAN, Functional, dominance, elementary, thresholds
from losscli.inference.resample import UnitSums, replicate, squares
from losscli.inference.studentised import PIECE
from losscli.loss.arguments import Predicted
from losscli.result import Agreement, Difference, Dominance, LossTable, Order, finite

THRESHOLDS = 24  # at which two Murphy curves are resampled
MANY_ROWS = 20_000  # beyond, the leader is compared with the next model alone: curves take memory
CURVES = 5  # of the best models: the leader's, and those it is compared with
NO_CURVE = "a prediction or a target is too large"
FUNCTIONALS: dict[Task, tuple[Functional, ...]] = {
    Task.REGRESSION: (MEAN, MEDIAN),
    Task.COUNTS: (MEAN,),
    Task.BINARY: (MEAN,),
}


def find_agreement(
    boot: Bootstrap,
    tables: Sequence[LossTable],
    differences: Sequence[Difference],
    primary: int,
    *,
    curves: bool,
) -> Agreement | None:
    """None for a single model, and where the primary loss does not order all models.

    tables: with verdicts; primary: the number of the primary loss; curves: whether to compare Murphy curves.
    """
    if len(tables[primary].results) < 2 or not _orders(tables[primary]):
        return None
    orders = [
        _order(boot, tables, differences, loss, primary)
        for loss, table in enumerate(tables)
        if table.spec == table.members[0] and _orders(table)
    ]
    leaders = Counter(one.leader for one in orders if one.leader is not None)
    others = [one.tau for one in orders if one.spec not in tables[primary].members]
    return Agreement(
        primary=tables[primary].spec,
        leaders=dict(leaders.most_common()),
        tau=float(np.mean(others)) if others else None,
        orders=tuple(orders),
        dominance=tuple(_dominance(boot, tables, primary)) if curves else (),
    )


def _orders(table: LossTable) -> bool:
    return all(one.value is not None for one in table.results)


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


def _dominance(boot: Bootstrap, tables: Sequence[LossTable], primary: int) -> Iterator[Dominance]:
    """The leader of the primary loss against the next models, for each functional that has a family of losses
    here. Reads all rows at once."""
    facts, problem = boot.facts, boot.facts.problem
    known = {
        m: one.value
        for m, (model, one) in enumerate(zip(problem.models, tables[primary].results, strict=True))
        if one.value is not None and any(part.kind in _READ for part in model.parts)
    }
    if len(known) < 2 or problem.task not in FUNCTIONALS:
        return
    most = CURVES if facts.moments.rows <= MANY_ROWS else 2
    leader, *others = sorted(known, key=lambda m: known[m])[:most]
    y, w, number, p = _read(facts, [leader, *others])
    names = [model.name for model in problem.models]
    pairs = [(functional, other) for functional in FUNCTIONALS[problem.task] for other in others]
    try:
        curves = [dominance(p[leader], p[other], y, w, functional) for functional, other in pairs]
    except OverflowError:  # of huge values, whose curves are not compared
        return
    with np.errstate(over="ignore", invalid="ignore"):  # of weights that keep the sums above finite
        grids = {f: thresholds(y, list(p.values()), THRESHOLDS) for f, _ in pairs}
        contrasts = [
            elementary(float(t), p[leader], y, functional) - elementary(float(t), p[other], y, functional)
            for functional, other in pairs
            for t in grids[functional]
        ]
        sums = UnitSums.of(contrasts, w, boot.units.of(number))
    shown = _shown(boot, sums, [len(grids[f]) for f, _ in pairs])
    for (functional, other), found, verdict in zip(pairs, curves, shown, strict=True):
        yield Dominance(
            functional=str(functional),
            a=names[leader],
            b=names[other],
            on_rows=found.dominates,
            verdict=verdict,
            a_ahead=-found.lowest,
            a_threshold=found.theta_lowest,
            b_ahead=found.highest,
            b_threshold=found.theta_highest,
            reason=None if verdict is not None else NO_CURVE,
        )


_READ = (Kind.VALUE, Kind.PROBABILITY, Kind.LOGIT)


def _read(facts: TableFacts, models: Sequence[int]) -> tuple[Floats, Floats, Codes, dict[int, Floats]]:
    """(targets, weights, row numbers, predictions by model), (n,) each."""
    blocks = list(facts.reading.each())
    y, w, number = (np.concatenate([getattr(rows, name) for rows in blocks]) for name in ("y", "w", "number"))
    return y, w, number, {m: np.concatenate([_prediction(rows.models[m]) for rows in blocks]) for m in models}


def _prediction(model: Predicted) -> Floats:
    kind = next(kind for kind in _READ if kind in model)
    return sigmoid(model[kind]) if kind is Kind.LOGIT else model[kind]


def _shown(boot: Bootstrap, sums: UnitSums, sizes: Sequence[int]) -> Iterator[str | None]:
    """What is shown of each pair of curves, None where there is nothing to judge; sums: their differences, so
    many thresholds of each pair."""
    columns = sums.sums.shape[1]
    if not columns:  # all predictions and targets are one value
        yield from ("~" for _ in sizes)
        return
    if not np.isfinite(sums.sums).all():
        yield from (None for _ in sizes)
        return
    found = replicate(sums, RESAMPLES, boot.seed, squares(columns), precise=False).studentised
    # One family, of all thresholds of all pairs: any verdict may be the one that is read.
    verdicts = iter(judge(found, boot.confidence, boot.units.count).verdicts)
    for size in sizes:
        shown = {verdict for verdict in islice(verdicts, size) if verdict != "~"}
        yield "crosses" if len(shown) > 1 else next(iter(shown), "~")
