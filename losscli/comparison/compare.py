"""`compare`: table × problem → every loss of every model, with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from losscli import __version__
from losscli.comparison.costs import cost_table
from losscli.comparison.flags import find_flag, find_moves
from losscli.comparison.forecasts import forecast_warnings
from losscli.comparison.losses import Facts, loss_table
from losscli.comparison.medians import Values
from losscli.comparison.metrics import metric_tables
from losscli.comparison.naive import naive_error
from losscli.comparison.plan import Measured, allowances, intervals, plan, ruled_out
from losscli.comparison.references import find_references
from losscli.comparison.request import Request
from losscli.comparison.robustness import robustness_tables
from losscli.comparison.row_table import reasons, row_table
from losscli.comparison.summary import Flag, Layout, probe, summarise
from losscli.comparison.survey import Survey, check_values, survey
from losscli.comparison.vectors import vector_warnings
from losscli.comparison.verdicts import Point, verdicts
from losscli.comparison.verdicts.deciding import find_deciding, named_rows, with_deciding
from losscli.comparison.verdicts.units import Units
from losscli.comparison.warnings import with_warnings
from losscli.comparison.wholes import find_wholes
from losscli.data.roles import Problem
from losscli.data.roles.class_weight import plain
from losscli.data.roles.values import time_warnings
from losscli.data.table import BLOCK, Table
from losscli.domain import TASKS
from losscli.result import Comparison, Input, LossTable, Model, Refused, Resampling, RowCounts, RowKey

__all__ = ["Request", "compare"]

NAMED_FLAGGED = 100_000  # flagged rows that are named one by one


def compare(table: Table, problem: Problem, request: Request, inputs: Sequence[Input]) -> Comparison:
    """Everything `compare` finds. inputs: the files as the user gave them.

    Raises DataError where a value cannot be used, UsageError where no loss is left.
    """
    facts, context = _gathered(table, problem, request)
    seen, flagged = context.seen, np.concatenate([np.zeros(0, np.intp), *facts.summary.flagged])
    point = _point(table, facts, request, context)
    judged = verdicts(table, facts, request, point)
    deciding = find_deciding(table, facts, request, point.losses, point.primary)
    decisive = [row for pair in deciding.values() for row in named_rows(pair)]
    keys = facts.keys | _row_keys(table, problem, decisive)
    why = reasons(flagged[:NAMED_FLAGGED].tolist(), deciding) if request.list_rows else {}
    found = Comparison(
        version=__version__,
        command=request.command,
        seed=request.seed,
        confidence=request.confidence,
        inputs=tuple(inputs),
        decisions=(*table.notes, *problem.decisions),
        task=str(problem.task),
        target=problem.target,
        positive=problem.positive,
        prevalence=float(seen.classes[1] / seen.classes.sum()) if problem.positive is not None else None,
        labels=problem.labels,
        threshold=problem.threshold,
        weights=problem.weights,
        class_weight=plain(problem.labels, facts.problem.class_factors),
        scale=context.scale,
        scale_reason=context.no_scale if context.scale is None else None,
        rows=RowCounts(
            read=table.rows,
            used=seen.used,
            dropped=_dropped(table, problem, seen),
            flagged=tuple(facts.keys[row] for row in flagged[:NAMED_FLAGGED].tolist()),
            flagged_count=len(flagged),
        ),
        models=tuple(Model(model.name, model.columns, str(model.kind)) for model in problem.models),
        primary=point.primary,
        losses=judged.losses,
        refused=context.refused,
        metrics=judged.metrics,
        robustness=judged.robustness,
        comparisons=with_deciding(judged.differences, point.primary, deciding, keys),
        discordant=judged.discordant,
        areas=judged.areas,
        forecasts=judged.forecasts,
        baseline=judged.baseline,
        regressions=judged.regressions,
        replicates=judged.replicates,
        agreement=judged.agreement,
        slices=judged.slices,
        gates=(),
        curves=(),
        row_table=row_table(table, facts, request, facts.layout.losses[point.place], why, keys),
        warnings=(),
        resampling=_resampling(problem, judged.units),
        self_check=judged.self_check,
        correction=str(request.correction),
        costs=cost_table(facts, request, judged.losses),
    )
    more = (
        *time_warnings(table, problem.time),
        *forecast_warnings(table, problem),
        *vector_warnings(table, problem),
    )
    return with_warnings(found, facts, seen, judged.units, more)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What the tables need beside the facts. bulk_medians: (loss, model) → the median loss without the
    flagged rows; no_scale, no_flag: why there is none."""

    seen: Survey
    scale: float | None
    no_scale: str | None
    flag: Flag | None
    no_flag: str | None
    bulk_medians: Values
    refused: tuple[Refused, ...]


def _gathered(table: Table, problem: Problem, request: Request) -> tuple[Facts, _Context]:
    """The passes over the rows: what rules losses out, and every sum."""
    check_values(table, problem, request)
    domains = intervals(problem, request)
    seen, (scale, no_scale) = survey(table, problem, request, domains)
    if problem.class_weight is not None:
        factors = problem.class_weight.factors(problem.labels[: problem.true_labels], seen.classes)
        seen = seen.weighted(factors)
        problem = replace(problem, class_factors=tuple(factors.tolist()))
    problem = replace(problem, class_weights=tuple(seen.classes.tolist()))
    naive, no_naive = naive_error(table, problem, request)
    measured = Measured(
        scale=scale,
        scale_reason=no_scale,
        imbalance=_imbalance(seen),
        naive=naive,
        naive_reason=no_naive,
    )
    chosen = plan(problem, request, measured)
    losses, refused, outside = ruled_out(chosen, problem, seen, domains, asked=bool(request.losses))
    layout = Layout.of(losses, problem)
    flag, no_flag = find_flag(table, problem, request, scale, no_scale)
    summary, (medians, bulk_medians) = summarise(table, problem, request, layout, flag)
    named = np.concatenate([np.zeros(0, np.intp), *summary.flagged])[:NAMED_FLAGGED].tolist()
    facts = Facts(
        problem=problem,
        layout=layout,
        summary=summary,
        unweighted=seen.unweighted,
        confidence=request.confidence,
        medians=medians,
        wholes=find_wholes(table, problem, request, losses, seen.used),
        outside=outside,
        references=find_references(problem, losses, seen),
        keys=_row_keys(table, problem, [*named, *summary.moments.first_infinite.tolist()]),
        allowed=allowances(losses, problem, request, measured),
    )
    return facts, _Context(
        seen=seen,
        scale=scale,
        no_scale=no_scale,
        flag=flag,
        no_flag=no_flag,
        bulk_medians=bulk_medians,
        refused=refused,
    )


def _point(table: Table, facts: Facts, request: Request, context: _Context) -> Point:
    """The tables without resampling."""
    problem, losses = facts.problem, facts.layout.losses
    pairs = [loss_table(facts, index) for index in range(len(losses))]
    tables, found = tuple(pair[0] for pair in pairs), [pair[1] for pair in pairs]
    probed = None
    if context.flag is not None and not facts.summary.flagged:
        moves = find_moves(table, problem, losses, context.scale)
        probed = probe(table, problem, request, facts.layout, moves)
    robustness = robustness_tables(facts, tables, found, probed, context.bulk_medians, context.no_flag)
    primary = _primary(problem, request, tables)
    return Point(tables, found, metric_tables(facts, tables), robustness, primary)


def _resampling(problem: Problem, units: Units) -> Resampling:
    by = "rows" if units.column is None else "group" if problem.group else "time"
    return Resampling(by, units.column, units.count, units.length)


def _imbalance(seen: Survey) -> float | None:
    """n-/n+, or None where a class is absent."""
    if len(seen.classes) != 2 or not (seen.classes > 0).all():
        return None
    return float(seen.classes[0] / seen.classes[1])


def _row_keys(table: Table, problem: Problem, rows: Sequence[int]) -> dict[int, RowKey]:
    """The name of each row: its id where there is one, else its number."""
    inside = sorted({row for row in rows if 0 < row <= table.rows})
    if problem.id is None:
        return {row: row for row in inside}
    keys: dict[int, RowKey] = {}
    for block, group in groupby(inside, lambda row: (row - 1) // BLOCK):
        ids = table.text(block, problem.id)
        keys |= {row: ids[(row - 1) % BLOCK] or row for row in group}
    return keys


def _dropped(table: Table, problem: Problem, seen: Survey) -> dict[str, int]:
    gone = table.rows - seen.used
    if not gone:
        return {}
    facts = [table.columns[name] for name in problem.columns]
    bad = any(column.missing or column.first_infinite for column in facts)
    weight = "weight 0" if problem.weights else ""
    return {" or ".join(filter(None, ["a missing or infinite value" if bad else "", weight])): gone}


def _primary(problem: Problem, request: Request, tables: Sequence[LossTable]) -> str:
    """The spec that verdicts speak of: the first loss asked for, else the task's own; where one model
    has no finite value of it, the next."""
    if request.losses:
        return tables[0].spec
    by_name = {table.name: table for table in tables}
    own = [by_name[name] for name in TASKS[problem.task].primaries if name in by_name]
    for table in own:
        if all(result.value is not None for result in table.results):
            return table.spec
    for table in [*own, *tables]:
        if any(result.value is not None for result in table.results):
            return table.spec
    return tables[0].spec
