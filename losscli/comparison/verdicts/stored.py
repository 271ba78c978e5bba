"""Replicates that a result keeps, and gates against those of an earlier one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.reasons import NOT_IN_BOTH, kept_on_few, no_ratio
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.regressions import undecided, weighed
from losscli.comparison.verdicts.resampling_units import hashed
from losscli.data.roles import Problem
from losscli.data.rows import Reading
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


def store(boot: Bootstrap, tables: Sequence[LossTable]) -> StoredReplicates:
    """The replicates of every loss that is resampled. Raises UsageError where rows have no id."""
    problem = boot.facts.problem
    if problem.id is None:
        raise UsageError(
            "--replicates: a later run finds the rows by an id, or a reordered file would pair wrongly",
            advice="Name the column: --id COL",
        )
    ids, targets = _hashes(boot.facts.reading, problem.id)
    return StoredReplicates(
        id=problem.id,
        by=boot.units.by,
        column=boot.units.column,
        length=boot.units.length,
        rows=boot.rows,
        count=len(boot.replicates.w),
        seed=boot.seed,
        ids=ids,
        targets=targets,
        w=pack(boot.replicates.w, DOUBLE),
        losses=tuple(
            StoredLoss(tables[loss].spec, tables[loss].results[m].model, pack(boot.values[loss][:, at]))
            for loss, one in boot.losses.items()
            for at, m in enumerate(one.models)
        ),
    )


def _hashes(reading: Reading, column: str) -> tuple[str, str]:
    """Σ of the hashes of the ids, and of (id, target), mod 2⁶⁴: whatever the order of the rows."""
    ids = targets = 0
    for rows in reading.unclipped.each():
        own = hashed(reading.text(rows, column))
        ids += int(own.sum(dtype=np.uint64))
        targets += int(mixed(own ^ _target_keys(reading.problem, rows.y)).sum(dtype=np.uint64))
    return f"{ids % 2**64:016x}", f"{targets % 2**64:016x}"


def _target_keys(problem: Problem, y: Floats) -> Keys:
    columns, keys = y.reshape(len(y), -1).T, np.zeros(len(y), dtype=np.uint64)
    if problem.labels:
        columns, keys = columns[1:], hashed(list(problem.labels))[codes(y)]
    for column in columns:
        keys = mixed(keys ^ np.ascontiguousarray(column + 0.0).view(np.uint64))  # one zero, not two
    return keys


def against_recorded(
    boot: Bootstrap, tables: Sequence[LossTable], now: StoredReplicates, old: Recorded
) -> Iterator[tuple[Regression, float]]:
    """Every model against its namesake in an earlier result, where each side has one model against that, on
    every loss that --max-regression names; with the one-sided p, NaN for none.

    Raises DataError where the two are not of the same rows, or a model or a loss has no counterpart.
    """
    before = old.result.replicates
    why = "it holds no replicates" if before is None else mismatch(before, now)
    if old.result.positive != boot.facts.problem.positive:
        why = why or f"the positive class differs: {old.result.positive} and {boot.facts.problem.positive}"
    if before is None or why is not None:
        raise DataError(f"--baseline {old.path}: {why}", advice=_advice(before, now))
    known = {table.spec: table for table in old.result.losses}
    for loss, tolerance in boot.facts.allowed:
        spec, results = tables[loss].spec, tables[loss].results
        if spec not in known:
            others = [one.spec for one in known.values() if one.name == tables[loss].name]
            raise DataError(
                f"--baseline {old.path}: it has no {spec}",
                advice=f"It has {', '.join(others)}" if others else f"Write it with --loss {spec} too",
            )
        for m, one in enumerate(results):
            name = _namesake(old, one.model, len(results))
            values, other = before.values(spec, name), known[spec].of(name)
            a, b = one.value, other.value
            if a is not None and b is not None and math.isclose(a, b, rel_tol=_ORDER):
                other = replace(other, value=a)
            reason = no_ratio(one, other) or kept_on_few(one, other)
            if loss not in boot.losses or values is None:
                reason = reason or NOT_IN_BOTH
            waiting = undecided(spec, one, other, tolerance, reason)
            if reason is not None or values is None or one.value is None or other.value is None:
                yield waiting, math.nan
                continue
            drawn = unpack(pack(boot.values[loss][:, boot.losses[loss].models.index(m)]), len(values))
            ratio = plain(math.log(one.value) - math.log(other.value), log_ratio(drawn, values))
            yield weighed(waiting, ratio, boot.confidence, boot.rows)


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
