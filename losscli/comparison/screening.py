"""The first look at the rows: who is used, what rules losses out, the classes, the scale."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.comparison.forecasts import check_forecasts
from losscli.comparison.influence import median_residual
from losscli.comparison.vectors import check_vectors
from losscli.data.roles import Problem
from losscli.data.roles.blocks import SHARES
from losscli.data.roles.outputs import OUTPUTS
from losscli.data.roles.values import DROP, check_finite, check_present, check_range, check_weights
from losscli.data.rows import Reading, Rows, present
from losscli.data.table import Table, block_count, first_bad, unusable
from losscli.domain import NUMBERS, TASKS, UNIT, Codes, Floats, Interval, Kind, Task
from losscli.errors import DataError, Fix, Where
from losscli.inference.scale import robust_scale
from losscli.loss.arguments import codes
from losscli.loss.constant import Target
from losscli.metrics.aggregate import BinGrid, Bins, Looks, Sought, merge_each, quantiles, weight_at

NAMED_ROWS = 5  # so many rows are named where a loss is ruled out
EXACT_TARGET = 2_048  # rows up to which the target's distribution is every row; beyond, bins
SAMPLED, SAMPLED_ROWS = 16, 7  # blocks that say where the bins are, and every seventh row of them
ONE_NUMBER = NUMBERS | {Task.FORECAST}  # tasks whose target is a number
NORMALIZE = Fix(("--normalize",), "each row divided by its sum")
SCORES = (
    Fix(("--kind", "score"), "a score, of any size"),
    Fix(("--kind", "logit"), "log-odds: 0 is a probability of one half"),
)
FIX = "Fix it, or leave such rows out for all models:"
Scale = tuple[float | None, str | None]  # s, and why there is none
Domains = tuple[tuple[Interval, ...], tuple[Interval, ...]]  # in which targets lie, and predictions; distinct


@dataclass(frozen=True, slots=True)
class Screening:
    """What holds of the rows before any loss: rows used, weights, the target's distribution (class
    weights, its values or their bins), and per (interval, array) the rows outside: how many, and the
    first ones."""

    used: int
    unweighted: bool
    classes: Floats  # (k,) weights; empty for numbers
    values: tuple[tuple[Floats, Floats], ...]
    bins: Bins | None
    outside: dict[tuple[int, int], tuple[int, tuple[int, ...]]]
    sum_error: Floats  # (models,) largest |Σ probabilities - 1|
    sum_row: Codes
    residual: Looks  # at the median of |median residual|; empty where it is not asked for

    def merge(self, other: "Screening") -> "Screening":
        outside = dict(self.outside)
        for key, (count, rows) in other.outside.items():
            before, first = outside.get(key, (0, ()))
            outside[key] = before + count, (first + rows)[:NAMED_ROWS]
        return Screening(
            self.used + other.used,
            self.unweighted and other.unweighted,
            self.classes + other.classes,
            self.values + other.values,
            self.bins.merge(other.bins) if self.bins is not None and other.bins is not None else None,
            outside,
            np.maximum(self.sum_error, other.sum_error),
            np.where(other.sum_error > self.sum_error, other.sum_row, self.sum_row),
            merge_each(self.residual, other.residual),
        )

    def weighted(self, factors: Floats) -> "Screening":
        """The same of classes whose rows count `factors` (k,) times as much."""
        return replace(
            self,
            unweighted=self.unweighted and bool((factors == 1.0).all()),
            classes=self.classes * factors,
        )

    def target(self, task: Task) -> Target:
        """The distribution of the target; numbers in bins of 1/2048 of their distance from the middle."""
        if task not in ONE_NUMBER:
            return Target.of_classes(task, self.classes)
        if self.bins is not None:
            return Target(task, *self.bins.points())
        y, w = (np.concatenate(column) for column in zip(*self.values, strict=True))
        return Target.of_numbers(task, y, w)


def check_values(reading: Reading) -> None:
    """Raises DataError for missing or infinite values (unless dropped), bad weights, and
    probabilities outside [0, 1]: the first such row is named."""
    table, problem = reading.table, reading.problem
    if not reading.drop:
        for name in problem.columns:
            check_present(table, name, FIX, [DROP])
            check_finite(table, name, FIX, [DROP])
        if problem.group is not None and table.columns[problem.group].first_word is None:
            _check_group(table, problem.group)
    if problem.task is Task.FORECAST:
        check_forecasts(table, problem)
    check_vectors(table, problem)
    if problem.weights is not None:
        check_weights(table, problem.weights)
    for model in problem.models:
        for part in model.parts:
            if part.kind is Kind.PROBABILITY:
                for name in part.columns:
                    check_range(
                        table,
                        name,
                        UNIT,
                        "a probability lies in [0, 1]",
                        "Say what it is:",
                        SCORES,
                    )


def _check_group(table: Table, name: str) -> None:
    """Raises DataError for a missing value among numbers, which may have been read as text."""
    row = first_bad(table, lambda block: ~present(table, name, block))
    if row is not None:
        raise unusable(table, row, name, "missing", FIX, [DROP])


def ranged_kind(problem: Problem) -> Kind | None:
    """The kind of prediction whose values a loss of the problem may rule out."""
    return next((TASKS[task].ranged for task in problem.tasks if TASKS[task].ranged), None)


def screen(reading: Reading, scale: float | None, domains: Domains) -> tuple[Screening, Scale]:
    """One pass over the rows. scale: s as given; domains: where losses need targets and predictions to be."""
    table, problem = reading.table, reading.problem
    numbers = problem.task in NUMBERS
    open_pairs = _undecided(table, problem, domains)
    numeric = problem.task in ONE_NUMBER
    grid = _grid(table, problem) if numeric and table.rows > EXACT_TARGET else None

    def sizes(rows: Rows) -> list[tuple[Floats, Floats]]:
        return [(np.abs(median_residual(rows)), rows.w)]

    def of_block(block: int) -> list[tuple[Floats, Floats]]:
        return sizes(reading.rows(block))

    sought = Sought.seek(of_block, 0.5, reading.blocks) if numbers and scale is None else None

    def work(rows: Rows) -> Screening:
        errors, places = _sum_errors(rows, problem.tasks)
        return Screening(
            used=len(rows.y),
            unweighted=bool((rows.w == 1.0).all()),
            classes=weight_at(codes(rows.y), rows.w, problem.true_labels) if problem.labels else np.zeros(0),
            values=((rows.y, rows.w),) if numeric and grid is None else (),
            bins=Bins.of(grid, rows.y, rows.w) if grid is not None else None,
            outside=_outside(rows, _arrays(problem, rows), domains, open_pairs),
            sum_error=errors,
            sum_row=places,
            residual=sought.look(sizes(rows)) if sought is not None else [],
        )

    found = reading.fold(work, Screening.merge)
    _check_screening(table, problem, found)
    if sought is None:
        why = "classes have no residual" if problem.labels else "a row of this task has no one residual"
        return found, (scale, None if numbers else why)
    (median,) = sought.values(found.residual, of_block, reading.blocks, reading.jobs)
    return found, _residual_scale(reading, median)


def _grid(table: Table, problem: Problem) -> BinGrid:
    """Bins around the middle of the target, told from a sample of blocks."""
    sampled = np.unique(np.linspace(0, block_count(table) - 1, SAMPLED).astype(int)).tolist()
    y = np.concatenate([table.numbers(block, problem.target)[::SAMPLED_ROWS] for block in sampled])
    y = y[np.isfinite(y)]
    low, centre, high = np.quantile(y, [0.25, 0.5, 0.75]) if len(y) else (0.0, 0.0, 0.0)
    column = table.columns[problem.target]
    ends = [end - centre for end in (column.low, column.high) if end is not None]
    reach = max((abs(float(end)) for end in ends), default=0.0)
    return BinGrid(float(centre), float(high - low) or reach or 1.0, reach)


def _undecided(table: Table, problem: Problem, domains: Domains) -> list[tuple[int, int]]:
    """The (interval, array) pairs that the range of the column does not settle."""
    pairs = []
    for a, name in _ranged(problem):
        column = table.columns[name]
        for i, interval in enumerate(domains[a > 0]):
            if column.low is None or column.high is None:
                continue
            inside = interval.without is None or not column.low <= interval.without <= column.high
            settled = inside and (column.whole or not interval.whole)
            if not (settled and interval.contains(np.array([column.low, column.high])).all()):
                pairs.append((i, a))
    return list(dict.fromkeys(pairs))


def _ranged(problem: Problem) -> list[tuple[int, str]]:
    """The arrays whose values losses may rule out, with their columns: the target and the values of models,
    or binary scores as they stand in the file."""
    if problem.task in ONE_NUMBER:
        parts = [(m + 1, part) for m, model in enumerate(problem.models) for part in model.parts]
        return [(0, problem.target), *((m, part.columns[0]) for m, part in parts if part.kind is Kind.VALUE)]
    several = problem.task in OUTPUTS
    if not several and Task.BINARY not in problem.tasks:
        return []
    return [(0, name) for name in problem.targets if several] + [
        (m + 1, name)
        for m, model in enumerate(problem.models)
        for part in model.parts
        if part.kind is ranged_kind(problem)
        and (several or (len(part.columns) == 1 and part.of_label is None))
        for name in part.columns
    ]


def _arrays(problem: Problem, rows: Rows) -> list[Floats]:
    """The target, then what losses may rule out of each model; nothing where it has no such prediction."""
    kind = ranged_kind(problem)
    return [rows.y, *(model[kind] if kind in model else np.zeros(0) for model in rows.models)]


def _outside(
    rows: Rows, arrays: Sequence[Floats], domains: Domains, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, tuple[int, ...]]]:
    found = {}
    for i, a in pairs:
        outside = ~domains[a > 0][i].contains(arrays[a])
        bad = np.flatnonzero(outside if outside.ndim == 1 else outside.any(axis=1))
        if len(bad):
            found[i, a] = len(bad), tuple(rows.number[bad[:NAMED_ROWS]].tolist())
    return found


def _sum_errors(rows: Rows, tasks: Sequence[Task]) -> tuple[Floats, Codes]:
    errors, places = np.zeros(len(rows.models)), np.zeros(len(rows.models), dtype=np.intp)
    for m, model in enumerate(rows.models):
        p = model.get(Kind.PROBABILITY)
        shares = not {Task.MULTICLASS, Task.DISTRIBUTION}.isdisjoint(tasks)
        if shares and p is not None and p.ndim == 2 and len(p):
            off = np.abs(p.sum(axis=1) - 1.0)
            worst = int(off.argmax())
            errors[m], places[m] = off[worst], rows.number[worst]
    return errors, places


def _check_screening(table: Table, problem: Problem, found: Screening) -> None:
    where = Where(table.path)
    if found.used == 0:
        raise DataError(
            "no row is left to compare",
            where=where,
            advice="Every row has a missing or infinite value, or weight 0",
        )
    for m, model in enumerate(problem.models):
        if found.sum_error[m] > SHARES:
            row = int(found.sum_row[m])
            raise DataError(
                f"the probabilities of {model.name} in row {row:,} do not sum to 1: "
                f"off by {found.sum_error[m]:.3g}",
                where=table.where(row, model.columns[0]),
                advice="Divide each row by its sum, or say what these are:",
                fixes=SCORES[1:] if problem.task is Task.DISTRIBUTION else (NORMALIZE, *SCORES),
            )


def _residual_scale(reading: Reading, median: float) -> Scale:
    """s of numbers, of the median over models of p - y; in units of y. median: of its size."""

    def residuals(block: int) -> list[tuple[Floats, Floats]]:
        rows = reading.rows(block)
        return [(median_residual(rows), rows.w)]

    def quartiles() -> tuple[float, float]:
        low, high = (quantiles(residuals, share, reading.blocks, reading.jobs)[0] for share in (0.25, 0.75))
        return low, high

    def total(rows: Rows) -> Floats:
        return np.array([rows.w @ np.abs(median_residual(rows)), rows.w.sum()])

    def mean() -> float:
        above, below = reading.fold(total, np.add)
        return float(above / below)

    s = robust_scale(median, quartiles, mean)
    if s == np.inf:
        return None, "the residuals are too large to have a residual scale s"
    why = "the median model predicts every target exactly, so that there is no residual scale s"
    return s, None if s is not None else why
