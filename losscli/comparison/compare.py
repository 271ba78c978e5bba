"""`compare`: table × problem → every loss of every model, with what it rests on."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from losscli import __version__, progress
from losscli.comparison.costs import cost_table
from losscli.comparison.forecasts import forecast_warnings
from losscli.comparison.losses import Found, TableFacts, loss_tables
from losscli.comparison.metrics import metric_tables
from losscli.comparison.naive import naive_error
from losscli.comparison.outlier_rule import find_moves, find_outlier_rule
from losscli.comparison.references import find_references
from losscli.comparison.request import Request
from losscli.comparison.robustness import robustness_tables
from losscli.comparison.row_table import reasons, row_table
from losscli.comparison.screening import Screening, check_values, screen
from losscli.comparison.selection import Measured, allowances, find_domains, ruled_out, select
from losscli.comparison.summary import EXACT_ROWS, Layout, Summary, probe, summarise
from losscli.comparison.tails import find_tails, watched
from losscli.comparison.vectors import vector_warnings
from losscli.comparison.verdicts import with_verdicts
from losscli.comparison.verdicts.deciding import find_deciding, named_rows, with_deciding
from losscli.comparison.warnings import with_warnings
from losscli.comparison.whole_sample import find_whole_sample
from losscli.data.roles import Problem, check_count
from losscli.data.roles.class_weight import plain
from losscli.data.rows import Reading
from losscli.data.table import BLOCK, Table
from losscli.domain import TASKS, Kind
from losscli.result import (
    Comparison,
    Input,
    LossTable,
    Model,
    RowCounts,
    RowKey,
    Warning_,
)

__all__ = ["Request", "compare"]

NAMED_FLAGGED = 100_000  # flagged rows that are named one by one
_FREED = 16 << 20  # bytes
_CUT_SHORT = Warning_(
    "interrupted",
    "interrupted while resampling: intervals, verdicts and gates against a baseline are missing",
    "Run it again",
)


@np.errstate(over="ignore", invalid="ignore")  # near 1e308: what overflows is told as inf or undefined
def compare(table: Table, problem: Problem, request: Request, inputs: Sequence[Input]) -> Comparison:
    """Everything that `losscli compare` finds: every loss of every model, with intervals and verdicts.

    table: the rows; of several files they are joined.
    problem: its target and models, as `data.roles` finds them.
    request: the losses and settings; empty for every loss that applies.
    inputs: the files as the user gave them, for the record.

    Interrupted while resampling, it gives the figures. Raises DataError where a value cannot be used,
    UsageError where no loss is left, or models are too many.
    """
    check_count(problem.models)
    _keep_memory()
    facts = _gathered(Reading(table, problem, request.drop, request.clip, request.jobs), request)
    values, point = _point(facts, inputs)
    place = next(i for i, one in enumerate(point.losses) if one.spec == point.primary)
    try:
        with progress.keeping():
            found = _judged(facts, values, point, place)
    except KeyboardInterrupt:
        found = replace(point, warnings=(_CUT_SHORT,))
    more = (
        *problem.warnings,
        *forecast_warnings(table, problem),
        *vector_warnings(table, problem),
    )
    return with_warnings(found, facts, more)


def _keep_memory() -> None:
    """Have what the arithmetic of a block leaves free used again: glibc gives memory back to the system above
    a limit, twice the size of the largest array that has been freed, and fetches it anew, zeroed, page by
    page. Where another library allocates, it does nothing."""
    np.empty(_FREED, dtype=np.uint8)


def _judged(facts: TableFacts, values: list[list[Found]], point: Comparison, place: int) -> Comparison:
    """What resampling says, and the rows that decide. place: of the primary loss."""
    problem, table = facts.problem, facts.reading.table
    found = with_verdicts(facts, values, point, place)
    deciding = find_deciding(facts, found.losses, place)
    decisive = [row for pair in deciding.values() for row in named_rows(pair)]
    keys = facts.keys | _row_keys(table, problem, decisive)
    why = reasons(_named(facts.summary), deciding) if facts.request.list_rows else {}
    return replace(
        found,
        comparisons=with_deciding(found.comparisons, found.primary, deciding, keys),
        row_table=row_table(facts, facts.layout.losses[place], why, keys),
        costs=cost_table(facts, found.losses),
    )


def _gathered(reading: Reading, request: Request) -> TableFacts:
    """The passes over the rows: what rules losses out, and every sum."""
    check_values(reading)
    table, problem = reading.table, reading.problem
    exact = request.exact or table.rows <= EXACT_ROWS
    domains = find_domains(problem, request)
    seen, (scale, no_scale) = screen(reading.unclipped, request.scale, domains)
    if problem.class_weight is not None:
        factors = problem.class_weight.factors(problem.labels[: problem.true_labels], seen.classes)
        seen = seen.weighted(factors)
        problem = replace(problem, class_factors=tuple(factors.tolist()))
    problem = replace(problem, class_weights=tuple(seen.classes.tolist()))
    reading = replace(reading, problem=problem)
    naive, no_naive = naive_error(reading.unclipped)
    measured = Measured(
        scale=scale,
        scale_reason=no_scale,
        imbalance=_imbalance(seen),
        naive=naive,
        naive_reason=no_naive,
        intervals=any(part.kind is Kind.INTERVAL for model in problem.models for part in model.parts),
        level=problem.level,
    )
    chosen = select(problem, request, measured)
    losses, refused, outside = ruled_out(chosen, problem, seen, domains, asked=bool(request.losses))
    layout = Layout.of(losses, problem)
    rule, no_rule = find_outlier_rule(reading.unclipped, scale, no_scale, exact=exact)
    summary, (medians, bulk_medians) = summarise(
        reading, layout, rule, watched(layout, len(problem.models)), exact=exact
    )
    return TableFacts(
        request=request,
        reading=reading,
        seen=seen,
        measured=measured,
        layout=layout,
        refused=refused,
        rule=rule,
        no_rule=no_rule,
        summary=summary,
        tails=find_tails(reading, layout, summary),
        medians=medians,
        bulk_medians=bulk_medians,
        whole_sample=find_whole_sample(reading, losses, seen.used),
        outside=outside,
        references=find_references(problem, losses, seen),
        keys=_row_keys(table, problem, [*_named(summary), *summary.moments.first_infinite.tolist()]),
        allowed=allowances(losses, problem, request, measured),
    )


def _point(facts: TableFacts, inputs: Sequence[Input]) -> tuple[list[list[Found]], Comparison]:
    """(what was found of each loss and model, what is known without resampling)."""
    request, reading, problem, seen = facts.request, facts.reading, facts.problem, facts.seen
    tables, values = zip(*loss_tables(facts), strict=True)
    scale, probed = facts.measured.scale, None
    if facts.rule is not None and not facts.summary.flagged:
        probed = probe(reading, facts.layout, find_moves(reading, facts.layout.losses, scale))
    return list(values), Comparison(
        version=__version__,
        command=request.command,
        seed=request.seed,
        confidence=request.confidence,
        inputs=tuple(inputs),
        decisions=(*reading.table.notes, *problem.decisions),
        task=str(problem.task),
        target=problem.target,
        positive=problem.positive,
        prevalence=float(seen.classes[1] / seen.classes.sum()) if problem.positive is not None else None,
        labels=problem.labels,
        threshold=problem.threshold,
        weights=problem.weights,
        class_weight=plain(problem.labels, problem.class_factors),
        scale=scale,
        scale_reason=facts.measured.scale_reason if scale is None else None,
        rows=RowCounts(
            read=reading.table.rows,
            used=seen.used,
            dropped=_dropped(reading.table, problem, seen),
            flagged=tuple(facts.keys[row] for row in _named(facts.summary)),
            flagged_count=len(facts.summary.flagged_rows),
        ),
        models=tuple(Model(model.name, model.columns, str(model.kind)) for model in problem.models),
        primary=_primary(problem, request, tables),
        losses=tables,
        refused=facts.refused,
        metrics=metric_tables(facts, tables),
        robustness=robustness_tables(facts, tables, values, probed),
        correction=str(request.correction),
    )


def _named(summary: Summary) -> list[int]:
    """The flagged rows that are named one by one."""
    return list(map(int, summary.flagged_rows[:NAMED_FLAGGED]))


def _imbalance(seen: Screening) -> float | None:
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


def _dropped(table: Table, problem: Problem, seen: Screening) -> dict[str, int]:
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
