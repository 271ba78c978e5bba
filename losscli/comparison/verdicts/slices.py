"""The primary loss in each slice of the rows: values, and differences corrected over all slices."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import NormalDist

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.reasons import FEW_UNITS, NO_MEAN, may_rest_on_few
from losscli.comparison.request import Request
from losscli.comparison.summary import row_quantities
from losscli.comparison.verdicts.bootstrap import MANY_RESAMPLES, RESAMPLES, Bootstrap, resamples_of
from losscli.comparison.verdicts.pairs import with_verdict
from losscli.comparison.verdicts.rank_tests import FEW_BLOCKS, mean_ranks, rank_tests
from losscli.comparison.verdicts.resampling_units import ResamplingUnits
from losscli.data.rows import Rows
from losscli.data.table import Table
from losscli.domain import Floats
from losscli.errors import UsageError, Where
from losscli.inference import (
    POWER,
    Correction,
    Family,
    Studentised,
    bootstrap_t_intervals,
    judge_pieces,
    pairs_of,
    rows_for,
    without_rounding,
)
from losscli.inference.resample import UnitSums, replicate, squares
from losscli.inference.tail import Tail
from losscli.loss import BoundLoss, Trait
from losscli.result import LossTable, Slice, SliceDifference, Slices, SliceValue, finite

MOST = 100  # slices
FEW_TESTS = 20  # beyond, more replicates: the correction asks for smaller p
MOST_DRAWN = 2 * 10**7  # differences in replicates that are held in memory


def find_slices(
    boot: Bootstrap, tables: Sequence[LossTable], loss: int, baseline: str | None
) -> Slices | None:
    """What --by asks for; loss: the primary one, by its number; baseline: the model that it is, if one is.
    None where it is not asked for.

    Raises UsageError where the column has more values than can be slices.
    """
    facts, request = boot.facts, boot.facts.request
    column, spec = facts.problem.by, tables[loss].spec
    if column is None:
        return None
    models = [m for m, one in enumerate(tables[loss].results) if one.value is not None]
    names = [tables[loss].results[m].model for m in models]
    if not facts.layout.losses[loss].loss.reduction.is_mean_or_root:
        return Slices(column, spec, 0, None, None, None, None, None, NO_MEAN, ())
    sums = _sums(facts, boot.units, models, loss, column)
    root = facts.layout.losses[loss].loss.reduction.power == 2
    order = sorted(sums, key=lambda value: (-sums[value].rows, value is None, value or ""))
    pairs = pairs_of(len(names))
    tests = len(order) * len(pairs)
    count = request.resamples or _count(len(names), tests, request)
    drawn = [_drawn(sums[value].units, request, count, root) for value in order]
    bound = facts.layout.losses[loss]
    few = [_few(bound, sums[value].units) for value in order]
    apart = [_few_apart(bound, sums[value].units, pairs) for value in order]
    sizes = np.repeat([len(sums[value].units.keys) for value in order], len(pairs))
    carried = np.array([why is not None for one in apart for why in one], dtype=np.bool_)
    pieces = chain.from_iterable(one.differences.pieces() for one in drawn)
    family = judge_pieces(pieces, tests, request.confidence, sizes, Correction.HOLM, carried)
    ranks = mean_ranks(np.array([one.values for one in drawn]), names)
    return Slices(
        column=column,
        spec=spec,
        tests=tests,
        least_rows=_least_rows(1 - request.confidence, tests) if tests else None,
        rows_needed=_rows_needed(boot, loss, tests),
        mean_ranks=None if ranks is None else dict(zip(names, ranks.mean_ranks.tolist(), strict=True)),
        p=None if ranks is None else ranks.p,
        rank_tests=None if ranks is None else rank_tests(ranks, names, request.confidence, baseline),
        reason=FEW_BLOCKS if ranks is None else ranks.reason,
        slices=tuple(
            Slice(
                value,
                sums[value].rows,
                tuple(_values(names, drawn[s], few[s])),
                tuple(
                    _difference(
                        names, pair, drawn[s], sums[value].rows, family, s * len(pairs) + k, apart[s][k]
                    )
                    for k, pair in enumerate(pairs)
                ),
            )
            for s, value in enumerate(order)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """The units of one slice: a column for the primary loss of each model."""

    rows: int
    units: UnitSums

    def merge(self, other: "_Sums") -> "_Sums":
        return _Sums(self.rows + other.rows, self.units.merge(other.units))


def _sums(
    facts: TableFacts, units: ResamplingUnits, models: Sequence[int], loss: int, column: str
) -> Mapping[str | None, _Sums]:
    reading, problem, layout = facts.reading, facts.problem, facts.layout.only_means(loss, models)

    def work(rows: Rows) -> dict[str | None, _Sums]:
        words = np.array([word or "" for word in reading.text(rows, column)], dtype=object)
        x, keys = list(row_quantities(problem, layout, rows)), units.of(rows.number)
        values, code = np.unique(words, return_inverse=True)
        _check_count(reading.table, column, len(values))
        found = {}
        for k, value in enumerate(values):
            here = code == k
            sums = UnitSums.of((one[here] for one in x), rows.w[here], keys[here])
            found[value or None] = _Sums(int(here.sum()), sums)
        return found

    def merge(one: dict[str | None, _Sums], other: dict[str | None, _Sums]) -> dict[str | None, _Sums]:
        both = {value: one[value].merge(other[value]) for value in one.keys() & other.keys()}
        return one | other | both

    found = reading.fold(work, merge)
    _check_count(reading.table, column, len(found))
    return found


def _check_count(table: Table, column: str, count: int) -> None:
    if count > MOST:
        raise UsageError(
            f"--by {column}: more than {MOST} different values, each a slice",
            where=Where(table.path, None, column),
            advice="Name a column of few values, such as one of ranges",
        )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Of m models in one slice: values (m,), their intervals (m,) and the differences of all pairs."""

    values: Floats
    low: Floats
    high: Floats
    differences: Studentised


def _drawn(units: UnitSums, request: Request, count: int, root: bool) -> _Drawn:
    models = units.sums.shape[1]
    pairs = pairs_of(models)
    both = np.concatenate([units.sums, units.contrasts(pairs).sums], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):  # of huge losses, which get no interval
        every = UnitSums(units.keys, units.w, both)
        drawn = replicate(every, count, request.seed, squares(both.shape[1]), precise=False)
        found = drawn.studentised
    levels, differences = found.take(list(range(models))), found.take(list(range(models, both.shape[1])))
    size = np.array([abs(levels.value[a]) + abs(levels.value[b]) for a, b in pairs])
    differences = without_rounding(differences, size)
    low, high = bootstrap_t_intervals(levels, request.confidence)
    values = levels.value
    if root:
        values, low, high = (np.sqrt(np.maximum(x, 0.0)) for x in (values, low, high))
        sums = np.array([values[a] + values[b] for a, b in pairs])
        differences = differences.over(np.where(sums > 0, sums, 1.0))
    return _Drawn(values, low, high, differences)


def _count(models: int, tests: int, request: Request) -> int:
    """How many replicates, so that even the first step of Holm can show something: as few as that where they
    are more than memory holds."""
    if tests <= FEW_TESTS:
        return resamples_of(request, models)
    needed = max(MANY_RESAMPLES, math.ceil(tests / (1 - request.confidence)))
    return next((count for count in (needed, MANY_RESAMPLES) if count * tests <= MOST_DRAWN), RESAMPLES)


def _values(names: Sequence[str], drawn: _Drawn, few: Sequence[str | None]) -> Iterator[SliceValue]:
    for name, why, level, *ends in zip(names, few, drawn.values, drawn.low, drawn.high, strict=True):
        low, high = (finite(float(end)) if why is None else None for end in ends)
        reason = why or (FEW_UNITS if low is None or high is None else None)
        yield SliceValue(name, finite(float(level)), low, high, reason)


def _few(bound: BoundLoss, units: UnitSums) -> list[str | None]:
    """Why each model's mean is no ground for an interval, None where it is."""
    if not may_rest_on_few(bound):
        return [None] * units.sums.shape[1]
    return [Tail.of(x).why() for x in units.sums.T]


def _few_apart(bound: BoundLoss, units: UnitSums, pairs: Sequence[tuple[int, int]]) -> list[str | None]:
    """The same of the difference of each pair."""
    if Trait.BOUNDED in bound.traits:
        return [None] * len(pairs)
    return [Tail.of(np.abs(x)).why("differing rows") for x in units.contrasts(pairs).sums.T]


def _difference(
    names: Sequence[str],
    pair: tuple[int, int],
    drawn: _Drawn,
    rows: int,
    family: Family,
    k: int,
    few: str | None,
) -> SliceDifference:
    """k: the place in the family; few: why the pair has no verdict, None where it has one."""
    a, b = pair
    bare = SliceDifference(
        a=names[a],
        b=names[b],
        difference=finite(float(drawn.values[a] - drawn.values[b])),
        low=None,
        high=None,
        p=None,
        verdict=None,
        rows_needed=None,
        reason=few,
    )
    return bare if few is not None else with_verdict(bare, family, k, rows)


def _least_rows(alpha: float, tests: int) -> int:
    """Rows below which not even a sign-flip test could show a difference, at the first step of Holm."""
    return math.ceil(1 + math.log2(tests / alpha) - 1e-9)


def _rows_needed(boot: Bootstrap, loss: int, tests: int) -> int | None:
    """Rows at which a slice would show what the whole file has between its two best models, with 80 % power
    at the first step of Holm."""
    one = boot.losses.get(loss)
    if one is None or len(one.models) < 2 or not tests:
        return None
    values = [boot.found[loss][m].value for m in one.models]
    best = tuple(sorted(sorted(range(len(values)), key=lambda m: values[m])[:2]))
    tail = boot.tail(loss, *best)
    if tail is not None and tail.carries:
        return None
    found = boot.differences(loss).take([one.pairs.index(best)])
    d, error = float(found.value[0]), float(found.error[0])
    if d == 0 or not 0 < error < math.inf:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - (1 - boot.confidence) / (2 * tests)) + normal.inv_cdf(POWER)
    return rows_for(boot.rows, (reach * error / d) ** 2)
