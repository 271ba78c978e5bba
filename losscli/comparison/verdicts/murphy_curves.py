"""Murphy curves: the leader and the next models under every loss that asks for the mean, or the median."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.verdicts.bootstrap import RESAMPLES, Bootstrap
from losscli.domain import Codes, Floats, Kind, Task, sigmoid
from losscli.inference import judge
from losscli.inference.murphy import (
    MEAN,
    MEDIAN,
    CurveExtremes,
    Functional,
    dominance,
    elementary,
    thresholds,
)
from losscli.inference.resample import UnitSums, replicate, squares
from losscli.loss.arguments import Predicted
from losscli.result import Dominance, LossTable, MurphyCurve, finite

THRESHOLDS = 24  # at which two Murphy curves are resampled
MANY_ROWS = 20_000  # beyond, the leader is compared with the next model alone: curves take memory
CURVES = 5  # of the best models: the leader's, and those it is compared with
NO_CURVE = "a prediction or a target is too large"
FUNCTIONALS: dict[Task, tuple[Functional, ...]] = {
    Task.REGRESSION: (MEAN, MEDIAN),
    Task.COUNTS: (MEAN,),
    Task.BINARY: (MEAN,),
}


def compare_curves(
    boot: Bootstrap, tables: Sequence[LossTable], primary: int
) -> tuple[tuple[Dominance, ...], tuple[MurphyCurve, ...]]:
    """The leader of the primary loss against the next models, for each functional that has a family of losses
    here, and the curves of all of them. Reads all rows at once.

    tables: with verdicts; primary: the number of the primary loss.
    """
    facts, problem = boot.facts, boot.facts.problem
    known = {
        m: one.value
        for m, (model, one) in enumerate(zip(problem.models, tables[primary].results, strict=True))
        if one.value is not None and any(part.kind in _READ for part in model.parts)
    }
    if len(known) < 2 or problem.task not in FUNCTIONALS:
        return (), ()
    most = CURVES if facts.moments.rows <= MANY_ROWS else 2
    leader, *others = sorted(known, key=lambda m: known[m])[:most]
    y, w, number, p = _read(facts, [leader, *others])
    names = [model.name for model in problem.models]
    pairs = [(functional, other) for functional in FUNCTIONALS[problem.task] for other in others]
    try:
        extremes = [dominance(p[leader], p[other], y, w, functional) for functional, other in pairs]
    except OverflowError:  # of huge values, whose curves are not compared
        return (), ()
    with np.errstate(over="ignore", invalid="ignore"):  # of weights that keep the sums above finite
        grids = {f: thresholds(y, list(p.values()), THRESHOLDS) for f, _ in pairs}
        contrasts = [
            elementary(float(t), p[leader], y, functional) - elementary(float(t), p[other], y, functional)
            for functional, other in pairs
            for t in grids[functional]
        ]
        sums = UnitSums.of(contrasts, w, boot.units.of(number))
        curves = tuple(
            MurphyCurve("murphy", str(f), names[m], tuple(grid.tolist()), tuple(_means(grid, x, y, w, f)))
            for f, grid in grids.items()
            for m, x in p.items()
            if len(grid)
        )
    shown = _shown(boot, sums, [len(grids[f]) for f, _ in pairs])
    judged = tuple(
        _judged(names, (leader, other), functional, found, verdict)
        for (functional, other), found, verdict in zip(pairs, extremes, shown, strict=True)
    )
    return judged, curves


def _means(grid: Floats, x: Floats, y: Floats, w: Floats, functional: Functional) -> Iterator[float | None]:
    """The mean elementary loss of predictions x at each threshold."""
    total = float(w.sum())
    for theta in grid:
        yield finite(float(w @ elementary(float(theta), x, y, functional)) / total)


def _judged(
    names: Sequence[str],
    pair: tuple[int, int],
    functional: Functional,
    found: CurveExtremes,
    verdict: str | None,
) -> Dominance:
    return Dominance(
        functional=str(functional),
        a=names[pair[0]],
        b=names[pair[1]],
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
    jobs = boot.facts.reading.jobs
    found = replicate(sums, RESAMPLES, boot.seed, squares(columns), precise=False, jobs=jobs).studentised
    # One family, of all thresholds of all pairs: any verdict may be the one that is read.
    verdicts = iter(judge(found, boot.confidence, boot.units.count).verdicts)
    for size in sizes:
        shown = {verdict for verdict in islice(verdicts, size) if verdict != "~"}
        yield "crosses" if len(shown) > 1 else next(iter(shown), "~")
