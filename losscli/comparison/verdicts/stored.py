"""What a result keeps of its units, and gates against those of an earlier one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from losscli.comparison.metrics import metrics_of
from losscli.comparison.reasons import NOT_IN_BOTH
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.intervals import metric_values
from losscli.comparison.verdicts.regressions import pieces_of
from losscli.comparison.verdicts.resampling_units import hashed
from losscli.comparison.verdicts.weighing import (
    Case,
    Drawing,
    Estimate,
    Figures,
    Means,
    Side,
    side_of,
    table_of,
)
from losscli.data.roles import Problem
from losscli.domain import Codes, Floats
from losscli.errors import DataError, Fix, UsageError
from losscli.inference.resample import Keys, mixed
from losscli.loss import Trait
from losscli.loss.arguments import codes
from losscli.result import (
    Comparison,
    LossTable,
    MetricTable,
    Recorded,
    StoredFigure,
    StoredMean,
    StoredReplicates,
    drawn_apart,
    mismatch,
    pack,
    unless_rounded,
)

_ORDER = 1e-12  # relative: what the order of the rows makes of one value
MOST_NUMBERS = 2**21  # sums of units that are kept; beyond, of the primary loss and those asked for alone
AGAIN = "Write it from the same rows, with --id and --replicates"
NOT_OF_COMMON = "it is known of all rows alone; gate on a loss that is a mean"


def store(boot: Bootstrap, found: Comparison) -> StoredReplicates:
    """The units of a run. found: its tables. Raises UsageError where rows have no id."""
    problem = boot.facts.problem
    if problem.id is None:
        raise UsageError(
            "--replicates: a later run finds the rows by an id, or a reordered file would pair wrongly",
            advice="Name the column: --id COL",
        )
    ids, targets = _hashes(boot)
    return StoredReplicates(
        id=problem.id,
        by=boot.units.by,
        column=boot.units.column,
        length=boot.units.length,
        rows=boot.rows,
        units=len(boot.sums.keys),
        count=len(boot.replicates.w),
        seed=boot.seed,
        keys=pack(boot.sums.keys),
        ids=pack(ids),
        targets=pack(targets),
        w=pack(boot.sums.w),
        losses=tuple(_means(boot, found)),
        figures=tuple(_figures(boot, found)),
    )


def _means(boot: Bootstrap, found: Comparison) -> Iterator[StoredMean]:
    """The losses that are means; of many units those asked for."""
    request = boot.facts.request
    own = {loss: one for loss, one in boot.losses.items() if one.is_mean}
    asked = {found.primary, *(str(spec) for spec in request.losses), *(str(spec) for spec in request.gated)}
    many = len(boot.sums.keys) * sum(len(one.models) for one in own.values()) > MOST_NUMBERS
    for loss, one in own.items():
        table = found.losses[loss]
        if many and asked.isdisjoint((table.spec, table.name)):
            continue
        root, bounded = one.bound.loss.reduction.power == 2, Trait.BOUNDED in one.bound.traits
        for at, m in enumerate(one.models):
            sums = pack(boot.sums.sums[:, one.places[at][0]])
            yield StoredMean(table.spec, table.results[m].model, root, bounded, sums)


def _figures(boot: Bootstrap, found: Comparison) -> Iterator[StoredFigure]:
    for loss, one in boot.losses.items():
        for at, m in enumerate(() if one.is_mean else one.models):
            table = found.losses[loss]
            yield StoredFigure(table.spec, table.results[m].model, pack(boot.values[loss][:, at]))
    for metric in found.metrics:
        for m, values in metric_values(boot, metric, metrics_of(boot.facts)).items():
            yield StoredFigure(metric.name, metric.results[m].model, pack(values))


def _hashes(boot: Bootstrap) -> tuple[Keys, Keys]:
    """Σ of the hashes of the ids, and of (id, target), of the rows of each unit, mod 2⁶⁴: (U,) each."""
    reading, keys = boot.facts.reading, boot.sums.keys
    problem = reading.problem
    assert problem.id is not None
    ids, targets = np.zeros(len(keys), dtype=np.uint64), np.zeros(len(keys), dtype=np.uint64)
    for rows in reading.unclipped.each():
        own = hashed(reading.text(rows, problem.id))
        place = np.searchsorted(keys, boot.units.of(rows.number))
        np.add.at(ids, place, own)
        np.add.at(targets, place, mixed(own ^ _target_keys(problem, rows.y)))
    return ids, targets


def _target_keys(problem: Problem, y: Floats) -> Keys:
    columns, keys = y.reshape(len(y), -1).T, np.zeros(len(y), dtype=np.uint64)
    if problem.labels:
        columns, keys = columns[1:], hashed(list(problem.labels))[codes(y)]
    for column in columns:
        keys = mixed(keys ^ np.ascontiguousarray(column + 0.0).view(np.uint64))  # one zero, not two
    return keys


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An earlier result beside this one. old, now: the places of the units that both have; some: whether a
    side has others."""

    recorded: Recorded
    kept: StoredReplicates
    old: Codes
    now: Codes
    some: bool


def against_recorded(
    boot: Bootstrap, found: Comparison, now: StoredReplicates, recorded: Recorded
) -> tuple[list[Case], Drawing]:
    """Every model against its namesake in an earlier result, for every gate, and the units that both have;
    where each side has one model, or one is named, against that.

    Raises DataError where the two are not of the same rows, or a model or a loss has no counterpart.
    """
    earlier = _paired(boot, now, recorded)
    drawing = Drawing(
        boot.sums.keys[earlier.now],
        boot.sums.w[earlier.now],
        boot.units.what,
        len(earlier.now) if earlier.some else boot.rows,
        now.count,
        now.seed,
        boot.confidence,
        pieces_of(boot),
        _left_out(earlier, now) if earlier.some else None,
    )
    cases = []
    for allowance in boot.facts.request.allowances:
        table = table_of(allowance, found)
        other = _counterpart(table, recorded)
        for one in table.results:
            name = _namesake(recorded, one.model, len(table.results))
            base = replace(side_of(other.of(name)), model=f"{recorded.path}:{name}")
            case = Case(allowance, table, side_of(one), base, NOT_IN_BOTH)
            cases.append(_case(case, name, earlier, now, drawing))
    return cases, drawing


def _left_out(earlier: _Earlier, now: StoredReplicates) -> str:
    there, here = earlier.kept.units - len(earlier.old), now.units - len(earlier.now)
    return f"{len(earlier.now):,} rows in both; {there:,} only in {earlier.recorded.path}, {here:,} only here"


def _paired(boot: Bootstrap, now: StoredReplicates, recorded: Recorded) -> _Earlier:
    """Raises DataError where the two cannot be paired, with what to type."""
    kept, request = recorded.result.replicates, boot.facts.request
    if kept is None:
        raise DataError(f"--baseline {recorded.path}: it holds no replicates", advice=AGAIN)
    if recorded.result.positive != boot.facts.problem.positive:
        a, b = recorded.result.positive, boot.facts.problem.positive
        raise DataError(
            f"--baseline {recorded.path}: the positive class differs: {a} and {b}",
            advice=f"Type --positive {a}",
        )
    why = drawn_apart(kept, now) if request.match_common else mismatch(kept, now)
    if why is None and request.match_common:
        return _common(kept, now, recorded)
    if why is not None:
        raise DataError(
            f"--baseline {recorded.path}: {why}", advice=_advice(kept, now), fixes=_match(kept, now)
        )
    every = np.arange(now.units)
    return _Earlier(recorded, kept, every, every, some=False)


def _match(kept: StoredReplicates, now: StoredReplicates) -> list[Fix]:
    """The rows that both have, where some have."""
    if drawn_apart(kept, now) is not None or not _by_row(kept, now):
        return []
    common = len(np.intersect1d(kept.words(kept.ids), now.words(now.ids)))
    fix = Fix(("--match", "common"), f"the {common:,} rows that both have")
    return [fix] if 1 < common < max(kept.rows, now.rows) else []


def _by_row(kept: StoredReplicates, now: StoredReplicates) -> bool:
    """Whether every resampled unit of both is a row, so that rows can be matched one by one."""
    return all(one.by == "rows" and one.units == one.rows for one in (kept, now))


def _common(kept: StoredReplicates, now: StoredReplicates, recorded: Recorded) -> _Earlier:
    """The rows that both sides have, found by their ids."""
    if not _by_row(kept, now):
        raise DataError(
            f"--baseline {recorded.path}: rows that are resampled in groups cannot be matched one by one",
            advice="Compare the two files of predictions: --baseline OLD.csv --match common",
        )
    (a, b) = (one.words(one.keys) for one in (kept, now))
    _, old, new = np.intersect1d(a, b, return_indices=True)
    if not len(new):
        raise DataError(f"--baseline {recorded.path}: no row of it is here", advice=AGAIN)
    for part, what in ((kept.words(kept.targets), now.words(now.targets)), (kept.weights(), now.weights())):
        if (part[old] != what[new]).any():
            raise DataError(
                f"--baseline {recorded.path}: a row that both have has another target or weight", advice=AGAIN
            )
    return _Earlier(recorded, kept, old, new, some=len(a) != len(new) or len(b) != len(new))


def _counterpart(table: LossTable | MetricTable, recorded: Recorded) -> LossTable | MetricTable:
    """The same table of the earlier result. Raises DataError where it has none."""
    if isinstance(table, MetricTable):
        metric = recorded.result.metric(table.name)
        if metric is None:
            raise DataError(f"--baseline {recorded.path}: it has no {table.name}", advice=AGAIN)
        return metric
    known = {one.spec: one for one in recorded.result.losses}
    if table.spec in known:
        return known[table.spec]
    others = [one.spec for one in known.values() if one.name == table.name]
    raise DataError(
        f"--baseline {recorded.path}: it has no {table.spec}",
        advice=f"It has {', '.join(others)}" if others else f"Write it with --loss {table.spec} too",
    )


def _case(case: Case, model: str, earlier: _Earlier, now: StoredReplicates, drawing: Drawing) -> Case:
    """The case with what both sides keep of it; model: as the earlier result names it."""
    name = case.table.spec if isinstance(case.table, LossTable) else case.table.name
    means = now.mean(name, case.new.model), earlier.kept.mean(name, model)
    if means[0] is not None and means[1] is not None:
        new, base = now.sums(means[0])[earlier.now], earlier.kept.sums(means[1])[earlier.old]
        base = unless_rounded(new, base)
        power = 2 if means[0].root else 1
        a, b = case.new, case.base
        if earlier.some:
            a, b = (_of_common(one, x, drawing.w, power) for one, x in ((a, new), (b, base)))
        bounded = means[0].bounded
        return _with(case, a, b, (Means(new, power, bounded), Means(base, power, bounded)))
    figures = now.figure(name, case.new.model), earlier.kept.figure(name, model)
    if earlier.some:
        return _with(case, case.new, case.base, NOT_OF_COMMON)
    if figures[0] is not None and figures[1] is not None:
        base = unless_rounded(figures[0], figures[1])
        return _with(case, case.new, case.base, (Figures(figures[0]), Figures(base)))
    return _with(case, case.new, case.base, NOT_IN_BOTH)


def _with(case: Case, new: Side, base: Side, both: tuple[Estimate, Estimate] | str) -> Case:
    """The case, its two values one where the order of the rows alone parts them."""
    if math.isclose(new.value, base.value, rel_tol=_ORDER):
        base = replace(base, value=new.value)
    return Case(case.allowance, case.table, new, base, both)


def _of_common(one: Side, sums: Floats, w: Floats, power: int) -> Side:
    """The figure of the rows that both sides have; sums, w: (U,)."""
    return replace(one, value=float((sums.sum() / w.sum()) ** (1 / power)))


def _advice(before: StoredReplicates, now: StoredReplicates) -> str:
    """What to type where two runs do not fit."""
    if before.seed != now.seed:
        return f"Type --seed {before.seed}"
    if before.count != now.count:
        return "Leave --resamples out: it is that of the baseline"
    return AGAIN


def _namesake(old: Recorded, model: str, models: int) -> str:
    if old.model is not None:
        return old.model
    if models == len(old.models) == 1:
        return old.models[0]
    if model not in old.models:
        raise DataError(
            f"--baseline {old.path}: it has no model {model!r}",
            advice=f"It has {', '.join(old.models)}; name the one that is meant:",
            fixes=[Fix(("--baseline", f"{old.path}:{name}"), f"against {name}") for name in old.models],
        )
    return model
