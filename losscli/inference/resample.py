"""One resampling for everything: Poisson(1) weights keyed by row, and the sums they act on.

A unit (a row, a group of rows, a block in time) is drawn N times in a replicate, N ~ Poisson(1); Chamandy
et al. 2012, research.google/pubs/pub43157. N depends on the seed, the unit's key and the number of the
replicate alone. So one seed gives the same replicates however the rows are split, and pairs all losses,
models, differences, and runs on other files with the same ids.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli import progress
from losscli.domain import Codes, Floats, Mask
from losscli.inference.studentised import Studentised
from losscli.inference.threads import side_by_side

Keys = NDArray[np.uint64]

ROW_UNITS = 65_536  # more rows, clusters or blocks than this are resampled in groups
GROUPS = 16_384  # a power of two
# Of 65,536 equally likely words, how many mean 0, 1, 2 … draws: Poisson(1) to within 4e-5, with a mean and
# a variance of exactly 1.
SHARES = (24_111, 24_107, 12_055, 4_018, 1_004, 202, 34, 5)

_GROUPS = np.arange(GROUPS, dtype=np.uint64)
_GOLDEN = 0x9E3779B97F4A7C15
_WORDS = 128  # of 64 bits, four draws each, made at a time
_UNITS = 1_024  # drawn at a time: what is in flight stays in the cache
_COLUMNS = 8  # centred at a time, for the same reason
_MIXED = 128  # units whose words are made at a time, where they stay nearer still
_REPLICATES = 64  # whose covariances are found at a time
_NOISE = 64 * np.finfo(np.float64).eps
_TINY = 1e-30  # in units of the largest; smaller ones would only slow the product down


def row_keys(number: Codes) -> Keys:
    """Keys of rows or blocks by their number: (n,) -> (n,)."""
    return mixed(number.astype(np.uint64) + np.uint64(_GOLDEN))


def text_keys(data: NDArray[np.uint8], offsets: Codes) -> Keys:
    """Keys of ids or clusters by their text: n strings of bytes, end to end in data.

    offsets: (n + 1,), where each begins. A multilinear hash of the bytes, mixed with the length.
    """
    length = np.diff(offsets)
    place = np.arange(int(length.max(initial=0)), dtype=np.uint64)
    factor = mixed(place + np.uint64(1)) | np.uint64(1)
    total = np.zeros(len(length), dtype=np.uint64)
    filled = np.flatnonzero(length)
    if len(filled):
        first, last = int(offsets[0]), int(offsets[-1])
        within = np.arange(first, last) - np.repeat(offsets[:-1], length)
        terms = (data[first:last].astype(np.uint64) + np.uint64(1)) * factor[within]
        total[filled] = np.add.reduceat(terms, offsets[:-1][filled] - first)
    return mixed(total ^ mixed(length.astype(np.uint64)))


def unit_keys(keys: Keys, distinct: int) -> Keys:
    """The unit of each row: (n,), its key, or above 65,536 distinct ones a group of such by its hash."""
    return keys if distinct <= ROW_UNITS else keys & np.uint64(GROUPS - 1)


@dataclass(frozen=True, slots=True)
class Units:
    """The units that n rows are in. keys: (U,), ascending; of: (n,) which of them each row is in."""

    keys: Keys
    of: Codes

    @classmethod
    def found(cls, keys: Keys) -> "Units":
        """Those that occur. keys: (n,) the unit of each row."""
        return cls(*np.unique(keys, return_inverse=True))

    @classmethod
    def groups(cls, keys: Keys) -> "Units":
        """All 16,384 groups, whether they occur or not: those of all blocks are the same. keys: (n,)."""
        return cls(_GROUPS, keys.astype(np.intp))

    def take(self, rows: Codes) -> "Units":
        """Of some rows, by their places."""
        return Units(self.keys, self.of[rows])


def time_block(rows: int) -> int:
    """Rows in a block of rows in time order: n^(1/3), the rate at which the bias and the variance of a
    block bootstrap balance; Künsch 1989, doi:10.1214/aos/1176347265."""
    return max(1, round(math.cbrt(rows)))


def optimal_block(x: Floats) -> float:
    """Length of the blocks that estimate the variance of the mean of a series best, by its autocovariances
    under a flat-top window: x (n,) in time order; between 1 and min(3√n, n/3).

    Politis and White 2004, doi:10.1081/ETC-120028836, with the correction of Patton, Politis and White 2009,
    doi:10.1080/07474930802459016.
    """
    n = len(x)
    most = min(3 * math.sqrt(n), n / 3)
    x = x / _power_of_two(np.abs(x).max(initial=0.0))  # so that squares do not overflow
    e = x - x.mean()
    e[np.abs(e) <= _NOISE * np.abs(x)] = 0.0  # equal values differ from their mean by rounding alone
    variance = float(e @ e) / n
    if most < 1 or variance == 0:
        return 1.0
    run = max(5, math.ceil(math.sqrt(math.log10(n))))
    lags = min(math.ceil(math.sqrt(n)) + run, n - 1)
    covariance = np.array([float(e[k:] @ e[: n - k]) / n for k in range(lags + 1)])
    large = np.abs(covariance[1:] / variance) >= 2 * math.sqrt(math.log10(n) / n)
    width = 2 * _last_before_run(large, run)
    k = np.arange(1, min(max(width, 1), lags) + 1)
    window = np.clip(2 * (1 - k / max(width, 1)), 0.0, 1.0)
    weighted = window * covariance[k]
    spectrum, slope = variance + 2 * weighted.sum(), 2 * float(weighted @ k)
    if spectrum <= 0:
        return 1.0
    return float(np.clip((1.5 * (slope / spectrum) ** 2 * n) ** (1 / 3), 1.0, most))


def _last_before_run(large: Mask, run: int) -> int:
    """The lag after which `run` autocorrelations are small, the first such; else the last large one."""
    quiet = 0
    for lag, one in enumerate(large, start=1):
        quiet = 0 if one else quiet + 1
        if quiet == run:
            return lag - run
    return int(np.flatnonzero(large)[-1]) + 1 if large.any() else 0


@dataclass(frozen=True, slots=True)
class UnitSums:
    """Sums over the rows of each of U units, in the order of their keys.

    keys: (U,), ascending; w: (U,) Σw; sums: (U, C) Σwx of C row quantities. Merging adds the units both
    sides have; how merges are nested matters for rounding alone, and not at all where a unit is a row.
    """

    keys: Keys
    w: Floats
    sums: Floats

    @classmethod
    def of(cls, columns: Iterable[Floats], w: Floats, keys: Keys) -> "UnitSums":
        """columns: C arrays (n,), used one by one; w: (n,); keys: (n,) the unit of each row."""
        return cls.over(columns, w, Units.found(keys))

    @classmethod
    def over(cls, columns: Iterable[Floats], w: Floats, units: Units) -> "UnitSums":
        """The same of units that are known."""
        size, alike = len(units.keys), bool((w == 1.0).all())
        sums = [np.bincount(units.of, x if alike else w * x, size) for x in columns]
        each = np.bincount(units.of, None if alike else w, size).astype(np.float64)
        return cls(units.keys, each, np.array(sums, dtype=np.float64).reshape(len(sums), size).T)

    def merge(self, other: "UnitSums") -> "UnitSums":
        if self.keys is other.keys or np.array_equal(self.keys, other.keys):
            return UnitSums(self.keys, self.w + other.w, self.sums + other.sums)
        keys = np.union1d(self.keys, other.keys)
        w, sums = np.zeros(len(keys)), np.zeros((len(keys), self.sums.shape[1]))
        for part in (self, other):
            place = np.searchsorted(keys, part.keys)
            w[place] += part.w
            sums[place] += part.sums
        return UnitSums(keys, w, sums)

    @property
    def filled(self) -> "UnitSums":
        """The units that have rows, where no row has the weight 0."""
        kept = np.flatnonzero(self.w)
        return self if len(kept) == len(self.w) else UnitSums(self.keys[kept], self.w[kept], self.sums[kept])

    def take(self, places: Sequence[int]) -> "UnitSums":
        """These columns only."""
        return UnitSums(self.keys, self.w, self.sums[:, list(places)])

    def contrasts(self, pairs: Sequence[tuple[int, int]]) -> "UnitSums":
        """The differences first - second of pairs of columns: (U, pairs). Their spread is not lost in
        that of two models that are nearly one."""
        a, b = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        return UnitSums(self.keys, self.w, self.sums[:, a] - self.sums[:, b])


def effective_size(x: Floats) -> Floats:
    """(Σx)²/Σx² of each column, as many units of equal weight would count as much: (U, C) -> (C,), 0 of
    none. Kish 1965, Survey Sampling."""
    squares = (x * x).sum(axis=0)
    return np.where(squares > 0, x.sum(axis=0) ** 2 / np.where(squares > 0, squares, 1.0), 0.0)


Joint = tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Replicates:
    """B replicates of the means Σwx/Σw of C columns, and how well each replicate knows its own.

    mean: (C,); means: (B, C); w: (B,) Σw; products: K pairs of columns; covariance: (K,) of the two means,
    by linearisation; covariances: (B, K) the same inside each replicate, both over the product of the two
    columns' `scale`, (C,), so that squares neither overflow nor vanish. A replicate without a row has NaN.
    """

    mean: Floats
    means: Floats
    w: Floats
    products: tuple[tuple[int, int], ...]
    covariance: Floats
    covariances: Floats
    scale: Floats

    def joint(self, places: Sequence[int]) -> Joint:
        """Of P columns: the means (P,), their covariance (P, P), and both per replicate, (B, P), (B, P, P).
        The products of all pairs of these columns must be there."""
        known = {frozenset(pair): k for k, pair in enumerate(self.products)}
        at = np.array([[known[frozenset((a, b))] for b in places] for a in places])
        chosen = list(places)
        with np.errstate(over="ignore", invalid="ignore"):
            unit = np.outer(self.scale[chosen], self.scale[chosen])
            return (
                self.mean[chosen],
                self.covariance[at] * unit,
                self.means[:, chosen],
                self.covariances[:, at] * unit,
            )

    @property
    def studentised(self) -> Studentised:
        """The means of the columns whose squares are there, K of them, with their standard errors."""
        return self.studentised_at([a for a, b in self.products if a == b])

    def studentised_at(self, places: Sequence[int]) -> Studentised:
        """The means of these columns, whose squares must be there, with their standard errors."""
        known = {a: k for k, (a, b) in enumerate(self.products) if a == b}
        own, places = [known[place] for place in places], list(places)
        scale = self.scale[places]
        return Studentised(
            self.mean[places],
            np.sqrt(self.covariance[own]) * scale,
            self.means[:, places],
            np.sqrt(self.covariances[:, own]) * scale,
        )


def squares(columns: int) -> tuple[tuple[int, int], ...]:
    """The products that give every column its standard error."""
    return tuple((c, c) for c in range(columns))


def replicate(
    units: UnitSums,
    count: int,
    seed: int,
    products: Sequence[tuple[int, int]] = (),
    *,
    precise: bool,
    jobs: int = 1,
) -> Replicates:
    """B = count replicates of the means of all columns.

    products: pairs of columns whose covariance is wanted, a column with itself for its standard error.
    precise: multiply in double precision, at half the speed; single precision keeps about six digits of
    the spread, which is plenty for intervals of single columns, and not for combinations that nearly cancel.
    jobs: threads, of which no figure depends.
    Raises ValueError where a sum is not finite: such a mean has no interval.
    """
    if not np.isfinite(units.sums).all():
        raise ValueError("an infinite row quantity cannot be resampled")
    w, mean, spread, scale = _centred(units)
    a, b = np.array(products, dtype=np.intp).reshape(-1, 2).T
    used = np.union1d(a, b) if (w != 1.0).any() else np.zeros(0, dtype=np.intp)
    parts = [np.ones((len(w), 1)), w[:, None], (w * w)[:, None], spread]
    crossed = np.multiply(_columns(spread, a), _columns(spread, b), order="F")  # as `rest` in `_centred`
    parts += [spread[:, used] * w[:, None], crossed]
    kind, noise = (np.float64, 1e-12) if precise else (np.float32, 1e-6)
    with progress.stage("resampling", -(-len(w) // _UNITS), of="draws"):
        drawn = _drawn_sums(_streams(units.keys, seed), parts, count, kind, jobs)
    own = np.concatenate([part.sum(axis=0) for part in parts])[None, :]
    covariance, covariances = (
        np.concatenate(
            [
                _covariances(x[first : first + _REPLICATES], len(scale), used, (a, b), noise=noise)
                for first in range(0, len(x), _REPLICATES)
            ]
        )
        for x in (own, drawn)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        means = mean + drawn[:, 3 : 3 + len(scale)] / drawn[:, 1:2] * scale
    # A replicate in which a class does not occur has none of it; what rounding leaves is not a share.
    means[np.abs(means) <= noise * np.abs(mean)] = 0.0
    total = drawn[:, 1] * units.w.max()
    return Replicates(mean, means, total, tuple(products), covariance[0], covariances, scale)


def _columns(x: Floats, places: Codes) -> Floats:
    """Some columns, without a copy where they follow one another."""
    first = int(places[0]) if len(places) else 0
    alike = np.array_equal(places, np.arange(first, first + len(places)))
    return x[:, first : first + len(places)] if alike else x[:, places]


def _centred(units: UnitSums) -> tuple[Floats, Floats, Floats, Floats]:
    """(w over its largest (U,), mean (C,), (Σwx - mean·w)/scale (U, C), scale (C,)), where w is the one over
    its largest: values of about 1 at most."""
    size = units.w.max()
    w = units.w / size
    total, columns = w.sum(), units.sums.shape[1]
    mean, scale, spread = np.empty(columns), np.empty(columns), np.empty(units.sums.shape)
    for first in range(0, columns, _COLUMNS):
        here = slice(first, first + _COLUMNS)
        rest = np.array(units.sums[:, here], order="F")  # one layout: the order of additions follows it
        unit = _power_of_two(np.abs(rest).max(axis=0))
        rest /= unit
        own = rest.sum(axis=0) / total
        expected = w[:, None] * own
        rest -= expected
        rest[np.abs(rest) <= _NOISE * np.abs(expected)] = 0.0
        left = _power_of_two(np.abs(rest).max(axis=0))
        spread[:, here] = np.divide(rest, left, out=rest)
        mean[here], scale[here] = own * (unit / size), left * (unit / size)
    return w, mean, spread, scale


def _covariances(x: Floats, columns: int, used: Codes, pairs: tuple[Codes, Codes], *, noise: float) -> Floats:
    """Of the means, by linearisation with the factor n/(n-1): (B, K), from the sums of each replicate.

    used: the columns that were summed with their weights too, none where all weights are 1.
    """
    (a, b), end = pairs, 3 + columns
    n, w, w2, sums, own = x[:, :1], x[:, 1:2], x[:, 2:3], x[:, 3:end], x[:, end + len(used) :]
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = sums / w
        crossed = sums.copy()
        crossed[:, used] = x[:, end : end + len(used)]
        moved = shift[:, a] * crossed[:, b] + shift[:, b] * crossed[:, a] - shift[:, a] * shift[:, b] * w2
        central = own - moved
        # A replicate of equal rows has no spread; what rounding leaves of it is not one.
        central[np.abs(central) <= noise * np.abs(own)] = 0.0
        same = a == b
        central[:, same] = np.maximum(central[:, same], 0.0)
        return np.asarray(np.where(n > 1, n / (n - 1), np.nan) * central / w**2)


def _power_of_two(size: Floats) -> Floats:
    """The largest power of 2 that is not above each size; 1 for 0."""
    return np.where(size > 0, np.ldexp(1.0, np.frexp(size)[1] - 1), 1.0)


def _drawn_sums(streams: Keys, parts: Sequence[Floats], count: int, kind: type[Any], jobs: int) -> Floats:
    """Σ N x over the units, for the columns of all parts: (count, columns). Threads share the replicates, as
    these do not depend on one another."""
    words = -(-count // 4)
    found = np.zeros((4 * words, sum(part.shape[1] for part in parts)))
    pieces = [range(word, min(word + _WORDS, words)) for word in range(0, words, _WORDS)]

    def draw(mine: int) -> None:
        for first in range(0, len(streams), _UNITS):
            here = streams[first : first + _UNITS]
            x = np.concatenate([part[first : first + _UNITS] for part in parts], axis=1).astype(kind)
            x[np.abs(x) < _TINY] = 0.0
            for piece in pieces[mine::threads]:
                drawn = _draws(here, piece)
                found[4 * piece.start : 4 * piece.stop] += drawn.astype(kind).T @ x
            progress.advance("draws", 1 / threads)

    threads = max(1, min(jobs, len(pieces), len(streams) // _UNITS))
    side_by_side(draw, range(threads), threads)
    return found[:count]


def draws(keys: Keys, count: int, seed: int) -> NDArray[np.uint8]:
    """How often each unit is drawn in each replicate: (U, count)."""
    return _draws(_streams(keys, seed), range(-(-count // 4)))[:, :count]


def _streams(keys: Keys, seed: int) -> Keys:
    """Where the random words of each unit begin."""
    return mixed(keys + mixed(np.array([seed], dtype=np.int64).astype(np.uint64)))


def _draws(streams: Keys, words: range) -> NDArray[np.uint8]:
    """Four draws from each of these words of the streams: (U, 4 × words)."""
    steps = np.arange(words.start + 1, words.stop + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    limits = np.cumsum(SHARES[:-1]).astype("<u2")
    found = np.zeros((len(streams), 4 * len(words)), dtype=np.uint8)
    shape = min(_MIXED, len(streams)), len(words)
    x, spare, above = (
        np.empty(shape, np.uint64),
        np.empty(shape, np.uint64),
        np.empty((shape[0], 4 * shape[1]), np.bool_),
    )
    for first in range(0, len(streams), _MIXED):
        own = found[first : first + _MIXED]
        here = slice(len(own))
        np.add(streams[first : first + _MIXED, None], steps, out=x[here])
        _mix(x[here], spare[here])
        word = x[here].astype("<u8", copy=False).view("<u2")
        for limit in limits:
            own += np.greater_equal(word, limit, out=above[here]).view(np.uint8)
    return found


def mixed(x: Keys) -> Keys:
    """Keys without a pattern, by the finaliser of SplitMix64, a bijection of 64 bits; Steele, Lea and Flood
    2014, doi:10.1145/2660193.2660195."""
    x = x.copy()
    _mix(x, np.empty_like(x))
    return x


def _mix(x: Keys, spare: Keys) -> None:
    """In place; spare: of the same shape."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x ^= np.right_shift(x, np.uint64(shift), out=spare)
        x *= np.uint64(factor)
    x ^= np.right_shift(x, np.uint64(31), out=spare)
