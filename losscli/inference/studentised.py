"""Estimates with their replicates, each with its standard error."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats

PIECE = 256  # estimates whose replicates are worked on at a time: what is in flight is a few of such blocks
_NOISE = 1e-14
ROUNDING = 1e-13  # of the means of two models: what their difference may be for no other reason
Function = Callable[..., Floats]  # (*P arrays of means) -> array


@dataclass(frozen=True, slots=True)
class Studentised:
    """K estimates: value (K,), its standard error (K,), and both in B replicates, (B, K).

    A replicate that holds no row has NaN.
    """

    value: Floats
    error: Floats
    values: Floats
    errors: Floats

    @property
    def t(self) -> Floats:
        """(value* - value)/error*: (B, K). Infinite where a replicate that moved has no spread of its own;
        NaN where it has no value."""
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = self.values - self.value
            return np.where((moved == 0) & ~(self.errors > 0), 0.0, moved / self.errors)

    def over(self, scale: Floats) -> "Studentised":
        """The estimates in other units: divided by scale (K,)."""
        return Studentised(self.value / scale, self.error / scale, self.values / scale, self.errors / scale)

    def take(self, places: list[int]) -> "Studentised":
        """These estimates only."""
        return Studentised(
            self.value[places], self.error[places], self.values[:, places], self.errors[:, places]
        )

    def put(self, first: int, part: "Studentised") -> None:
        """Fill the places from the first on with these estimates."""
        places = slice(first, first + len(part.value))
        self.value[places], self.error[places] = part.value, part.error
        self.values[:, places], self.errors[:, places] = part.values, part.errors

    def pieces(self) -> Iterator["Studentised"]:
        """The same in blocks of at most `PIECE` estimates, in order."""
        for first in range(0, max(len(self.value), 1), PIECE):
            part = slice(first, first + PIECE)
            yield Studentised(self.value[part], self.error[part], self.values[:, part], self.errors[:, part])


def beside(parts: Sequence[Studentised]) -> Studentised:
    """The estimates of all parts, one part or more."""
    return Studentised(
        np.concatenate([one.value for one in parts]),
        np.concatenate([one.error for one in parts]),
        np.concatenate([one.values for one in parts], axis=1),
        np.concatenate([one.errors for one in parts], axis=1),
    )


def without_rounding(found: Studentised, size: Floats) -> Studentised:
    """Differences, with 0 for those that are no more than rounding; size: (K,) of what is subtracted. Where
    the spread is no more either, the two are equal in every row, and so in every replicate."""
    level = np.abs(found.value) <= ROUNDING * size
    if not level.any():
        return found
    equal = level & (found.error <= ROUNDING * size)
    return Studentised(
        np.where(level, 0.0, found.value),
        np.where(equal, 0.0, found.error),
        np.where(equal & ~np.isnan(found.values), 0.0, found.values),
        np.where(equal & ~np.isnan(found.errors), 0.0, found.errors),
    )


def smooth(
    function: Function, mean: Floats, covariance: Floats, means: Floats, covariances: Floats
) -> Studentised:
    """One estimate, a smooth function of P means, by the delta method in every replicate.

    function: of P arrays; mean: (P,); covariance: (P, P); means: (B, P); covariances: (B, P, P).
    """
    step = 1e-5 * np.where(mean != 0, np.abs(mean), np.sqrt(np.diagonal(covariance)))
    points = np.concatenate([mean[None, :], means])
    spreads = np.concatenate([covariance[None], covariances])
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(function(*points.T))
        slopes = np.zeros(points.shape)
        for p in np.flatnonzero(step):
            above, below = points.copy(), points.copy()
            above[:, p] += step[p]
            below[:, p] -= step[p]
            slopes[:, p] = (function(*above.T) - function(*below.T)) / (2 * step[p])
        variance, most = (
            np.einsum("bp,bpq,bq->b", s, c, s)
            for s, c in ((slopes, spreads), (np.abs(slopes), np.abs(spreads)))
        )
        # Of means that move alike in every row, rounding leaves a spread that is none.
        variance[(variance <= _NOISE * most) & np.isfinite(most)] = 0.0
        errors = np.sqrt(variance)[:, None]
        same = np.abs(values - values[0]) <= _NOISE * np.maximum(np.abs(values[0]), 1.0)
    values = np.where(same & (errors[:, 0] == 0), values[0], values)  # rounding moves no replicate
    return Studentised(values[:1], errors[0], values[1:, None], errors[1:])


def plain(value: float, values: Floats) -> Studentised:
    """One estimate whose replicates, (B,), are known and their spread is not: the spread over the
    replicates serves for all, which leaves the basic bootstrap (Davison and Hinkley 1997, section 5.2.1).
    A replicate that is not finite has no value."""
    values = np.where(np.isfinite(values), values, np.nan)
    error = _spread(values[np.isfinite(values)])
    return Studentised(
        np.array([value]), np.array([error]), values[:, None], np.full((len(values), 1), error)
    )


def plain_differences(point: Floats, values: Floats, pairs: Sequence[tuple[int, int]]) -> Studentised:
    """The differences first - second of K pairs of figures whose own spread is not known, each as `plain`
    gives it. point: (m,); values: (m, B)."""
    a, b = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    moved = values[a] - values[b]
    moved[~np.isfinite(moved)] = np.nan
    whole, error = np.isfinite(moved).all(axis=1), np.empty(len(moved))
    error[whole] = _spreads(moved[whole])
    error[~whole] = [_spread(one[np.isfinite(one)]) for one in moved[~whole]]
    return Studentised(point[a] - point[b], error, moved.T, np.broadcast_to(error, moved.T.shape))


def _spread(values: Floats) -> float:
    """The standard deviation of finite values, in steps that squares of huge ones do not leave; NaN of fewer
    than two."""
    return float(_spreads(values[None, :])[0])


def _spreads(values: Floats) -> Floats:
    """The same of each row: (K, B) -> (K,)."""
    if values.shape[1] < 2:
        return np.full(len(values), math.nan)
    size = np.frexp(np.abs(values).max(axis=1))[1]
    return np.asarray(np.ldexp(np.std(np.ldexp(values, -size[:, None]), axis=1, ddof=1), size))
