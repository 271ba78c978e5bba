"""How much each loss loses when a share of the rows it learns from goes bad."""

from collections.abc import Sequence

import numpy as np

from losscli.domain import Floats, Mask
from losscli.fitting.contaminate import Contamination
from losscli.fitting.ranking import Pairing, proven, rank_interval
from losscli.inference import corrected_t_interval, ranks
from losscli.result import Degradation, finite

COLUMN = frozenset({"leverage"})  # schemes shown beside the ranking, not in it


def degradations(
    specs: Sequence[str],
    contaminations: Sequence[Contamination],
    errors: Sequence[Floats],
    constant: Floats,
    reasons: Sequence[str | None],
    pairing: Pairing,
) -> tuple[Degradation, ...]:
    """Curves, areas and ranks.

    errors: of each contamination, the headline error (J, L, levels), nan where a descent failed; constant:
    that of the best constant (J,); reasons: why a loss is not ranked, or None. Ranked by the worse of the
    areas of its sizes.
    """
    ranked = np.array([reason is None for reason in reasons])
    if not contaminations:
        return ()
    clean = np.mean(errors[0][:, :, 0], axis=0)
    best = float(np.min(clean[ranked], initial=np.inf))
    room = float(np.nanmean(constant)) - best
    usable = room > 1e-9 * abs(best)
    excess = [
        (np.mean(own, axis=0) - best) / room if usable else np.full(own.shape[1:], np.nan) for own in errors
    ]
    areas = [_over(c, np.minimum(one, 1.0)) for one, c in zip(excess, contaminations, strict=True)]
    own = [i for i, c in enumerate(contaminations) if c.scheme not in COLUMN]
    placed = _ranks(own, contaminations, errors, areas, room, ranked, pairing) if own and usable else {}
    found = []
    for i, c in enumerate(contaminations):
        for j, spec in enumerate(specs):
            rank, low, high = placed.get(j, (None, None, None)) if i in own else (None, None, None)
            reason = _reason(c, reasons[j], usable, areas[i][j], pairing)
            low_excess, high_excess = _band(errors[i][:, j], best, room if usable else None, pairing)
            found.append(
                Degradation(
                    spec=spec,
                    scheme=c.scheme,
                    size=c.size,
                    levels=c.levels,
                    error=tuple(finite(x) for x in np.mean(errors[i], axis=0)[j]),
                    excess=tuple(finite(min(x, 1.0)) for x in excess[i][j]),
                    excess_low=low_excess,
                    excess_high=high_excess,
                    area=finite(areas[i][j]),
                    premium=finite(excess[i][j, 0]),
                    rank=rank,
                    rank_low=low,
                    rank_high=high,
                    reason=reason,
                )
            )
    return tuple(found)


def _band(
    errors: Floats, best: float, room: float | None, pairing: Pairing
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """The interval of the excess at each level, by the corrected t over folds, at most 1; None where there is
    no such test.

    errors: (J, levels); best: the best clean error; room: from there to the best constant.
    """
    if room is None or pairing.refusal is not None:
        nothing = (None,) * errors.shape[1]
        return nothing, nothing
    ends = []
    for own in errors.T:
        mean, half = corrected_t_interval(own.tolist(), pairing.ratio, pairing.confidence, 1)
        ends.append([finite(min((mean + side * half - best) / room, 1.0)) for side in (-1.0, 1.0)])
    low, high = zip(*ends, strict=True)
    return low, high


def _over(c: Contamination, figures: Floats) -> Floats:
    """(…,) The area under figures (…, levels), over the range of the levels."""
    return np.asarray(np.trapezoid(figures, c.levels, axis=-1) / (c.levels[-1] - c.levels[0]))


def _ranks(
    own: Sequence[int],
    contaminations: Sequence[Contamination],
    errors: Sequence[Floats],
    areas: Sequence[Floats],
    room: float,
    ranked: Mask,
    pairing: Pairing,
) -> dict[int, tuple[int, int | None, int | None]]:
    """Loss → its rank and the interval of it, by the worse area; ties by the areas of single folds."""
    stacked = np.array([areas[i] for i in own])
    worst = stacked.max(axis=0)
    chosen = [j for j in np.flatnonzero(ranked).tolist() if np.isfinite(worst[j])]
    by_fold = []
    for j in chosen:
        i = own[int(np.argmax(stacked[:, j]))]
        by_fold.append(_over(contaminations[i], errors[i][:, j] / room))
    places = ranks([float(worst[j]) for j in chosen])
    if pairing.refusal is not None:
        return {j: (place, None, None) for j, place in zip(chosen, places, strict=True)}
    better = proven(np.array(by_fold), pairing)
    return {
        j: (place, *rank_interval(better, at, place))
        for at, (j, place) in enumerate(zip(chosen, places, strict=True))
    }


def _reason(
    c: Contamination, unranked: str | None, usable: bool, area: float, pairing: Pairing
) -> str | None:
    """Why a figure is missing, or None."""
    if not usable:
        return "no loss is better than the best constant: there is nothing to lose"
    if not np.isfinite(area):
        return "a descent on contaminated rows did not end well"
    if unranked is not None:
        return unranked
    if c.scheme in COLUMN:
        return f"{c.scheme} stands beside the ranking"
    return pairing.refusal
