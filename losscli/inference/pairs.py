"""All pairs of models on one loss, judged as one family."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np

from losscli.domain import Codes, Floats, Mask
from losscli.inference.corrections import Correction, corrected
from losscli.inference.studentised import PIECE, Studentised, plain_differences

Pair = tuple[int, int]
POWER = 0.8  # of the samples shall show the difference in question
MOST_ROWS = 1e12  # that a plan may ask for


@dataclass(frozen=True, slots=True)
class Family:
    """The verdicts on P differences first - second, from one procedure.

    low, high: (P,) intervals; p: (P,), NaN where no interval is fair; verdicts: "a" where the first is better
    (its loss lower), "b" where the second is, else "~"; needed: (P,) times as many rows would show a
    difference of this size in 80 % of samples, NaN where it is shown or 0 or has no interval; least: (P,)
    the smallest difference that 80 % of samples of this size would show.
    """

    low: Floats
    high: Floats
    p: Floats
    verdicts: tuple[str, ...]
    needed: Floats
    least: Floats


def rows_for(rows: int, needed: float) -> int | None:
    """So many times the rows; None where that is no number, or more than anyone has."""
    found = rows * needed
    return math.ceil(found) if found <= MOST_ROWS else None


def pairs_of(models: int) -> tuple[Pair, ...]:
    """All pairs of the models, in order."""
    return tuple(combinations(range(models), 2))


def judge(
    found: Studentised,
    confidence: float,
    units: int | Codes,
    correction: Correction = Correction.MAX_T,
    carried: Mask | None = None,
) -> Family:
    """The family of P = K differences; units: the number of rows, or groups of them, that were resampled, of
    each difference (K,) where they are not the same; carried: (K,) those that a few rows carry.

    MAX_T: symmetric intervals from the largest |t*| of all pairs in each replicate; Westfall and Young 1993,
    Resampling-based multiple testing; Romano and Wolf 2005, doi:10.1198/016214504000000539. Else from the
    |t*| of each alone, at the level of its correction.
    A pair whose rows are too few, or differ in too few of them, to be shown at all, or that a few rows carry,
    has no interval and is left out of the correction: it would hide what the others show.
    """
    return judge_pieces(found.pieces(), len(found.value), confidence, units, correction, carried)


def judge_each(found: Studentised, confidence: float, units: int | Codes) -> Family:
    """The same of each difference as a family of its own."""
    return judge_pieces(found.pieces(), len(found.value), confidence, units, Correction.NONE, apart=True)


def judge_pieces(
    pieces: Iterable[Studentised],
    pairs: int,
    confidence: float,
    units: int | Codes,
    correction: Correction = Correction.MAX_T,
    carried: Mask | None = None,
    *,
    apart: bool = False,
) -> Family:
    """The same of so many differences that come in pieces, each of which is let go before the next.

    apart: whether each is a family of its own.
    """
    share = (1 - confidence) / (1 if apart else max(pairs, 1))
    units = np.broadcast_to(units, pairs)
    carried = np.zeros(pairs, dtype=np.bool_) if carried is None else carried
    value, error, fair = np.zeros(pairs), np.zeros(pairs), np.zeros(pairs, dtype=np.bool_)
    largest, own, end = None, [], 0
    for piece in pieces:
        part = slice(end, end := end + len(piece.value))
        value[part], error[part] = piece.value, piece.error
        t = piece.t
        fair[part] = judgeable(piece, t, share, units[part]) & ~carried[part]
        moved = np.abs(t[:, fair[part]])
        moved = np.where(np.isnan(moved), np.inf, moved)
        if correction is Correction.MAX_T:
            highest = moved.max(axis=1, initial=0.0)
            largest = highest if largest is None else np.maximum(largest, highest)
        else:
            own += [np.sort(one) for one in moved.T]
    size = np.abs(statistics(value, error))
    p, critical = np.full(pairs, np.nan), np.full(pairs, np.nan)
    moved_by = own if largest is None else np.sort(largest)
    p[fair], critical[fair] = _decided(moved_by, size[fair], 1 - confidence, correction)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = np.where(error > 0, critical * error, np.where(fair, 0.0, np.nan))
        reach = critical + NormalDist().inv_cdf(POWER)
        needed = np.where((size > critical) | (size == 0), np.nan, (reach / size) ** 2)
        least = reach * error
    shown = fair & (size > critical)
    verdicts = tuple("~" if not s else "a" if d < 0 else "b" for s, d in zip(shown, value, strict=True))
    return Family(value - half, value + half, p, verdicts, needed, least)


def _decided(
    moved: Floats | Sequence[Floats], size: Floats, alpha: float, correction: Correction
) -> tuple[Floats, Floats]:
    """(p, the |t| beyond which a difference is shown), (K,) each. moved: ascending, (B,), the largest |t*| of
    each replicate, or those of each difference; size: |t|, (K,)."""
    if isinstance(moved, np.ndarray):
        return _p(moved, size), np.full(len(size), _quantile(moved, alpha))
    raw = np.array([_p(one, t) for one, t in zip(moved, size, strict=True)])
    adjusted, levels = corrected(raw, alpha, correction)
    return adjusted, np.array([_quantile(one, level) for one, level in zip(moved, levels, strict=True)])


def _p(moved: Floats, size: Floats) -> Floats:
    """The share of replicates, ascending, that moved as far; never 0."""
    return np.asarray((1 + len(moved) - np.searchsorted(moved, size)) / (1 + len(moved)))


def _quantile(moved: Floats, level: float) -> float:
    """What a share `level` of the replicates, ascending, exceeds; infinite where they are too few to tell."""
    place = int(np.ceil((1 - level) * (len(moved) + 1) - 1e-9))
    return float(moved[place - 1]) if place <= len(moved) else np.inf


def statistics(value: Floats, error: Floats) -> Floats:
    """t of each difference: (K,); infinite where all rows differ alike, 0 where none does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value == 0, 0.0, value / error)


def judgeable(found: Studentised, t: Floats, share: float, units: int | Codes) -> Mask:
    """Which of the differences the rows could show at all: (K,). t: (B, K), those of the replicates; share:
    of each pair in 1 - confidence.

    Not where even a sign-flip test could not, nor where more than half of the share goes to replicates
    without spread. A pair that is equal in every row is judged: it is equal.
    """
    lost = (~np.isfinite(t)).mean(axis=0)
    equal = (found.value == 0) & (found.error == 0)
    enough = 2.0 ** (1.0 - np.asarray(units)) <= share
    return np.asarray(equal | (enough & ((lost <= share / 2) | (found.error == 0))))


def rank_intervals(verdicts: Sequence[str], models: int) -> tuple[list[int], list[int]]:
    """(1 + models shown better, models - models shown worse) for each; verdicts on pairs_of(models)."""
    better, worse = [0] * models, [0] * models
    for (a, b), verdict in zip(pairs_of(models), verdicts, strict=True):
        if verdict != "~":
            winner, loser = (a, b) if verdict == "a" else (b, a)
            better[loser] += 1
            worse[winner] += 1
    return [1 + count for count in better], [models - count for count in worse]


def figure_ranks(
    point: Sequence[float], values: Sequence[Floats], confidence: float, units: int
) -> tuple[list[int], list[int]]:
    """The rank intervals of figures, the lowest first, by the differences of all pairs as one family; values:
    the replicates of each, (B,), whose own spread is not known."""
    pairs, drawn, at = pairs_of(len(point)), np.asarray(values), np.asarray(point)
    pieces = (plain_differences(at, drawn, pairs[i : i + PIECE]) for i in range(0, len(pairs), PIECE))
    return rank_intervals(judge_pieces(pieces, len(pairs), confidence, units).verdicts, len(point))


def first_shares(values: Floats) -> Floats:
    """The share of replicates in which each model is first: (B, m) -> (m,), ties shared; it is not the
    probability that the model is best. Replicates without a value are left out."""
    of_models = np.ascontiguousarray(values.T)  # few models: rows of them are short
    known = ~np.isnan(of_models).any(axis=0)
    of_models = of_models if known.all() else of_models[:, known]
    first = of_models == of_models.min(axis=0)
    return np.asarray(np.ascontiguousarray((first / first.sum(axis=0)).T).mean(axis=0))
