"""Replicates that a result keeps, and gates against those of an earlier one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.request import Request
from losscli.comparison.verdicts.draws import Draws
from losscli.comparison.verdicts.regressions import no_ratio, undecided, weighed
from losscli.comparison.verdicts.units import hashed
from losscli.data.roles import Problem
from losscli.data.rows import load
from losscli.data.table import BLOCK, Table, block_count
from losscli.domain import Floats
from losscli.errors import DataError, UsageError
from losscli.inference import log_ratio, plain
from losscli.inference.resample import Keys, mixed
from losscli.loss.arguments import codes
from losscli.result import (
    DOUBLE,
    LossTable,
    Recorded,
    Regression,
    StoredLoss,
    StoredReplicates,
    mismatch,
    pack,
    unpack,
)

_ORDER = 1e-12  # relative: what the order of the rows makes of one value
AGAIN = "Write it from the same rows, with --id and --replicates"


def store(table: Table, own: Draws, tables: Sequence[LossTable], request: Request) -> StoredReplicates:
    """The replicates of every loss that is resampled. Raises UsageError where rows have no id."""
    problem = own.facts.problem
    if problem.id is None:
        raise UsageError(
            "--replicates: a later run finds the rows by an id, or a reordered file would pair wrongly",
            advice="Name the column: --id COL",
        )
    ids, targets = _hashes(table, problem, problem.id, request)
    return StoredReplicates(
        id=problem.id,
        by="rows" if own.units.column is None else "group" if problem.group else "time",
        column=own.units.column,
        length=own.units.length,
        rows=own.rows,
        count=len(own.replicates.w),
        seed=own.seed,
        ids=ids,
        targets=targets,
        w=pack(own.replicates.w, DOUBLE),
        losses=tuple(
            StoredLoss(tables[loss].spec, tables[loss].results[m].model, pack(own.values[loss][:, at]))
            for loss, one in own.own.items()
            for at, m in enumerate(one.models)
        ),
    )


def _hashes(table: Table, problem: Problem, column: str, request: Request) -> tuple[str, str]:
    """Σ of the hashes of the ids, and of (id, target), mod 2⁶⁴: whatever the order of the rows."""
    ids = targets = 0
    for block in range(block_count(table)):
        rows = load(table, problem, block, drop=request.drop)
        place = (rows.number - 1) % BLOCK
        own = hashed(table.text(block, column))[place]
        ids += int(own.sum(dtype=np.uint64))
        targets += int(mixed(own ^ _target_keys(problem, rows.y)).sum(dtype=np.uint64))
    return f"{ids % 2**64:016x}", f"{targets % 2**64:016x}"


def _target_keys(problem: Problem, y: Floats) -> Keys:
    columns, keys = y.reshape(len(y), -1).T, np.zeros(len(y), dtype=np.uint64)
    if problem.labels:
        columns, keys = columns[1:], hashed(list(problem.labels))[codes(y)]
    for column in columns:
        keys = mixed(keys ^ np.ascontiguousarray(column + 0.0).view(np.uint64))  # one zero, not two
    return keys


def against_recorded(
    own: Draws, tables: Sequence[LossTable], now: StoredReplicates, old: Recorded
) -> Iterator[tuple[Regression, float]]:
    """Every model against its namesake in an earlier result, where each side has one model against that, on
    every loss that --max-regression names; with the one-sided p, NaN for none.

    Raises DataError where the two are not of the same rows, or a model or a loss has no counterpart.
    """
    before = old.result.replicates
    why = "it holds no replicates" if before is None else mismatch(before, now)
    if old.result.positive != own.facts.problem.positive:
        why = why or f"the positive class differs: {old.result.positive} and {own.facts.problem.positive}"
    if before is None or why is not None:
        raise DataError(f"--baseline {old.path}: {why}", advice=_advice(before, now))
    known = {table.spec: table for table in old.result.losses}
    for loss, tolerance in own.facts.allowed:
        spec, results = tables[loss].spec, tables[loss].results
        if spec not in known:
            others = [one.spec for one in known.values() if one.name == tables[loss].name]
            raise DataError(
                f"--baseline {old.path}: it has no {spec}",
                advice=f"It has {', '.join(others)}" if others else f"Write it with --loss {spec} too",
            )
        for m, one in enumerate(results):
            name = _namesake(old, one.model, len(results))
            other = known[spec].of(name)
            a, b = one.value, other.value
            if a is not None and b is not None and math.isclose(a, b, rel_tol=_ORDER):
                other = replace(other, value=a)
            reason, values = no_ratio(one, other), before.values(spec, name)
            if loss not in own.own or values is None:
                reason = reason or "this loss was not resampled in both"
            waiting = undecided(spec, one, other, tolerance, reason)
            if reason is not None or values is None or one.value is None or other.value is None:
                yield waiting, math.nan
                continue
            drawn = unpack(pack(own.values[loss][:, own.own[loss].models.index(m)]), len(values))
            ratio = plain(math.log(one.value) - math.log(other.value), log_ratio(drawn, values))
            yield weighed(waiting, ratio, own.confidence, own.rows)


def _advice(before: StoredReplicates | None, now: StoredReplicates) -> str:
    """What to type where two runs do not fit."""
    if before is not None and (before.ids, before.targets) == (now.ids, now.targets):
        if before.seed != now.seed:
            return f"Type --seed {before.seed}"
        if before.count != now.count:
            return "Leave --resamples out: it is that of the baseline"
    return AGAIN


def _namesake(old: Recorded, model: str, models: int) -> str:
    if models == len(old.models) == 1:
        return old.models[0]
    if model not in old.models:
        raise DataError(
            f"--baseline {old.path}: it has no model {model!r}",
            advice=f"It has {', '.join(old.models)}; choose the models of this run with --pred",
        )
    return model
