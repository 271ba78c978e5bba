"""The fewest rows whose removal reverses an order: by trying all subsets, in any order, at any size."""

import math
from functools import reduce
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Floats
from losscli.inference.decisive import (
    INFINITE,
    KEPT,
    LEVEL,
    MANY,
    UNANIMOUS,
    Decisive,
    Tops,
    bounds_of,
    expected_rows,
    warns,
)

SMALL = st.lists(st.integers(-6, 6), min_size=1, max_size=9)


def numbered(d: Floats, w: Floats | None = None) -> Decisive:
    return Tops.of(d if w is None else w * d, np.arange(1, len(d) + 1)).decisive()


def fewest(contributions: list[int]) -> int | None:
    """By trying every subset."""
    total = sum(contributions)
    for count in range(1, len(contributions)):
        for removed in combinations(contributions, count):
            if total * (total - sum(removed)) < 0:
                return count
    return None


@given(SMALL, st.data())
def test_against_every_subset(d: list[int], data: st.DataObject) -> None:
    w = data.draw(st.lists(st.integers(1, 4), min_size=len(d), max_size=len(d)))
    found = numbered(np.array(d, dtype=float), np.array(w, dtype=float))
    contributions = [x * y for x, y in zip(d, w, strict=True)]
    assert found.count == fewest(contributions)
    if found.count is None:
        assert found.reason == (UNANIMOUS if sum(contributions) else LEVEL)
        assert not len(found.rows)
        return
    assert found.reason is None and len(found.rows) == found.count
    left = sum(contributions) - sum(contributions[row - 1] for row in found.rows)
    assert left * sum(contributions) < 0
    sizes = [abs(contributions[row - 1]) for row in found.rows]
    assert sizes == sorted(sizes, reverse=True)


@given(st.lists(st.floats(-9, 9, allow_subnormal=False), min_size=2, max_size=60))
def test_one_row_fewer_does_not_reverse(d: list[float]) -> None:
    x = np.array(d)
    found = numbered(x)
    if found.count is None:
        return
    sign = math.copysign(1.0, math.fsum(d))
    assert sign * math.fsum(np.delete(x, found.rows - 1)) < 0
    largest = np.sort(sign * x)[::-1][: found.count - 1]
    assert sign * math.fsum(d) - math.fsum(largest) >= -1e-9


@given(SMALL)
def test_swapping_the_models_finds_the_same_rows(d: list[int]) -> None:
    one, two = numbered(np.array(d, dtype=float)), numbered(-np.array(d, dtype=float))
    assert (one.count, one.rows.tolist(), one.reason) == (two.count, two.rows.tolist(), two.reason)


def test_named_by_row_number() -> None:
    found = Tops.of(np.array([-1.0, 5, -1, 0, -2]), np.array([10, 20, 30, 40, 50])).decisive()
    assert (found.count, found.rows.tolist()) == (1, [20])


def test_weights_count() -> None:
    d = np.array([3.0, 1, 1, -1, -1])
    assert numbered(d).rows.tolist() == [1, 2]
    assert numbered(d, np.array([1.0, 9, 1, 1, 1])).rows.tolist() == [2, 1]


def test_equal_rows_are_named_by_number() -> None:
    d = np.array([-1.0, 1, 1, -1, 1, 1])
    assert numbered(d).rows.tolist() == [2, 3, 5]


@pytest.mark.parametrize("d", [[], [0.0], [0.0, 0, 0], [1.0, -1], [0.1, 0.2, -0.3]])
def test_no_order_has_no_decisive_rows(d: list[float]) -> None:
    found = numbered(np.array(d))
    assert (found.count, found.reason) == (None, LEVEL)


def test_rounding_reverses_nothing() -> None:
    """0.4 + 0.3 - 0.1 - 0.2 without 0.4 is 0, whatever the doubles say."""
    found = numbered(np.array([0.4, 0.3, -0.1, -0.2]))
    assert (found.count, found.rows.tolist()) == (2, [1, 2])


def test_a_row_that_dwarfs_the_others_leaves_their_sum_exact() -> None:
    found = numbered(np.array([1e17, 1.0, 1.0, -3.0]))
    assert (found.count, found.rows.tolist()) == (1, [1])
    assert numbered(np.array([1e17, 2.0, 2.0, -3.0])).count == 2


def test_infinite_sums_have_a_reason() -> None:
    for d in ([np.inf, -1.0], [np.inf, -np.inf], [1e308, 1e308, -1.0]):
        found = numbered(np.array(d))
        assert (found.count, found.reason) == (None, INFINITE)


def dyadic(seed: int, n: int) -> Floats:
    """Contributions whose sums are exact, with ties and far rows; the mean is above 0."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.standard_t(3, n) * 64 + 4)
    return np.asarray(x / 64)


def straight(x: Floats) -> tuple[int, list[int]]:
    """Sort and add."""
    x, number = x * np.sign(x.sum()), np.arange(1, len(x) + 1)
    order = np.lexsort((number, -x))
    left = x.sum() - np.cumsum(x[order])
    count = int(np.argmax(left < 0)) + 1
    return count, number[order[:count]].tolist()


@given(seed=st.integers(0, 10**6), cut=st.integers(0, 6_000))
def test_what_a_sample_rules_out_decides_nothing(seed: int, cut: int) -> None:
    x, number = dyadic(seed, 6_000), np.arange(1, 6_001)
    bounds = bounds_of(x[::2])
    parts = [Tops.of(x[rows], number[rows], bounds) for rows in (slice(None, cut), slice(cut, None))]
    bounded, whole = parts[0].merge(parts[1]), Tops.of(x, number)
    sides = (bounded.positive, whole.positive), (bounded.negative, whole.negative)
    for one, other in ((a.descending, b.descending) for a, b in sides):
        np.testing.assert_array_equal(one.size, other.size)
        np.testing.assert_array_equal(one.number, other.number)
        assert one.rest == other.rest


@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(0, 6_000), max_size=6),
    random=st.randoms(use_true_random=False),
)
def test_merging_in_any_order_is_the_same(seed: int, cuts: list[int], random: object) -> None:
    x, number = dyadic(seed, 6_000), np.arange(1, 6_001)
    pieces = [
        Tops.of(part, rows)
        for part, rows in zip(np.split(x, sorted(cuts)), np.split(number, sorted(cuts)), strict=True)
    ]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    merged, whole = reduce(Tops.merge, pieces), Tops.of(x, number)
    sides = (merged.positive, whole.positive), (merged.negative, whole.negative)
    for one, other in ((a.descending, b.descending) for a, b in sides):
        np.testing.assert_array_equal(one.size, other.size)
        np.testing.assert_array_equal(one.number, other.number)
        assert one.rest == other.rest
    found = merged.decisive()
    assert (found.count, found.rows.tolist()) == straight(x)


@pytest.mark.parametrize("ahead", [KEPT - 1, KEPT])
def test_exact_up_to_a_thousand_rows(ahead: int) -> None:
    """Of rows of 1, one more than the lead must go."""
    x = np.repeat([1.0, -1.0], [3_000 + ahead, 3_000])
    found = numbered(x)
    if ahead < KEPT:
        assert (found.count, found.rows.tolist()) == (KEPT, list(range(1, KEPT + 1)))
    else:
        assert (found.count, len(found.rows), found.reason) == (None, 0, MANY)


def test_unanimous_at_any_size() -> None:
    assert numbered(np.ones(5 * KEPT)).reason == UNANIMOUS


def gaussian(rng: np.random.Generator, n: int, t: float) -> Floats:
    """Gaussian differences with exactly this t."""
    e = rng.normal(size=n)
    return np.asarray((e - e.mean()) / e.std(ddof=1) + t / math.sqrt(n))


@pytest.mark.parametrize(
    ("n", "t", "expected"), [(400, 3.0, 29.3), (2_000, 3.0, 57.0), (2_000, 8.0, 180.5), (30, 6.0, 20.1)]
)
def test_expected_rows_against_a_simulation(n: int, t: float, expected: float) -> None:
    assert expected_rows(n, t) == expected_rows(n, -t) == pytest.approx(expected, abs=0.05)
    rng = np.random.default_rng(n)
    counts = [numbered(gaussian(rng, n, t)).count for _ in range(200)]
    assert np.mean([count for count in counts if count is not None]) == pytest.approx(expected, abs=1.5)


@given(n=st.integers(2, 10**8), t=st.floats(0.001, 1_000))
def test_expected_rows_solve_their_equation(n: int, t: float) -> None:
    found = expected_rows(n, t)
    assert 0.0 <= found <= n
    assert expected_rows(n, t * 1.01) >= found
    from scipy.stats import norm

    z, ratio = norm.isf(found / n), t / math.sqrt(n)
    if 1e-3 < ratio < 5:
        assert norm.pdf(z) == pytest.approx(ratio * norm.cdf(z), rel=1e-6)


def test_expected_rows_at_the_ends() -> None:
    assert expected_rows(30, 0.0) == pytest.approx(0.0, abs=1e-300)
    assert expected_rows(30, 1e9) == pytest.approx(30.0)
    assert expected_rows(30, math.inf) == pytest.approx(30.0)


def test_warns_from_half_of_what_is_expected() -> None:
    assert warns(3, 6.0) and warns(2, 6.0)
    assert not warns(4, 6.0)
    assert not warns(None, 1e6)
    assert not warns(1, 1.9)


@pytest.mark.parametrize("n", [30, 200, 2_000])
@pytest.mark.parametrize("t", [0.0, 2.0, 5.0])
def test_gaussian_differences_hardly_ever_warn(n: int, t: float) -> None:
    rng = np.random.default_rng(n)
    fired = 0
    for _ in range(300):
        d = rng.normal(t / math.sqrt(n), 1.0, n)
        own = d.mean() / d.std(ddof=1) * math.sqrt(n)
        fired += warns(numbered(d).count, expected_rows(n, own))
    assert fired <= 3


def test_a_lead_owed_to_two_rows_warns() -> None:
    rng = np.random.default_rng(4)
    d = rng.normal(-0.01, 1.0, 500)
    d[[17, 88]] = 40.0
    found = numbered(d)
    assert found.rows.tolist() in ([18, 89], [89, 18])
    assert warns(found.count, expected_rows(500, d.mean() / d.std(ddof=1) * math.sqrt(500)))
