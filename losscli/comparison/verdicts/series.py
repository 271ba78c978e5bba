"""Losses in time order: how long a block must be, and Diebold and Mariano's test."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.reasons import NO_MEAN
from losscli.comparison.summary import row_quantities
from losscli.comparison.verdicts.resampling_units import Times
from losscli.data.rows import Rows
from losscli.domain import Floats
from losscli.inference import pairs_of
from losscli.inference.resample import UnitSums, optimal_block
from losscli.inference.two_models import diebold_mariano
from losscli.result import Forecasts, LossTable

SHORT = "fewer than 3 times"


def differences_in_time(
    facts: TableFacts, times: Times, tables: Sequence[LossTable], loss: int
) -> Floats | None:
    """(T, pairs) What each of T distinct times adds to the difference of two models in the primary loss, in a
    unit of each pair in which squares stay finite. Pairs of the models that have a value; None where the loss
    is no mean."""
    if not facts.layout.losses[loss].loss.reduction.is_mean_or_root:
        return None
    models = [m for m, one in enumerate(tables[loss].results) if one.value is not None]
    problem, layout = facts.problem, facts.layout.only_means(loss, models)

    def work(rows: Rows) -> UnitSums:
        return UnitSums.of(row_quantities(problem, layout, rows), rows.w, times.code[rows.number - 1])

    found = facts.reading.fold(work, UnitSums.merge)
    d = found.contrasts(pairs_of(len(models))).sums
    return np.asarray(np.ldexp(d, -np.frexp(np.abs(d).max(axis=0))[1]))


def block_length(d: Floats | None, least: int) -> int:
    """Times in a block: as many as the most autocorrelated difference asks for, or the least."""
    columns = () if d is None else d.T
    return max([least, *(math.ceil(optimal_block(one)) for one in columns)])


def forecasts(
    d: Floats | None, names: Sequence[str], length: int, horizon: int | None
) -> Iterator[Forecasts]:
    """Diebold and Mariano's test of every pair: of forecasts so many steps ahead, where that is said, else
    with as many lags as a block has times before its last."""
    lags = (horizon or length) - 1
    reason = _not_tested(d, horizon)
    for k, (a, b) in enumerate(pairs_of(len(names))):
        pair = names[a], names[b], horizon, lags
        if d is None or reason is not None:
            yield Forecasts(*pair, None, None, reason)
        else:
            steps = min(length, len(d) - 1) if horizon is None else horizon
            found = diebold_mariano(d[:, k], steps, rectangular=horizon is not None)
            yield Forecasts(*pair, found.statistic, found.p, found.reason)


def _not_tested(d: Floats | None, horizon: int | None) -> str | None:
    """Why there is no test, None where there is one."""
    if d is None:
        return NO_MEAN
    if len(d) < 3:
        return SHORT
    return None if horizon is None or horizon < len(d) else f"no more than {horizon} times"
