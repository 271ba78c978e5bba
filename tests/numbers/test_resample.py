"""Poisson weights by row key, sums per unit, replicates of means and of their standard errors."""

import math
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.inference.resample import (
    GROUPS,
    ROW_UNITS,
    SHARES,
    Units,
    UnitSums,
    draws,
    replicate,
    row_keys,
    squares,
    text_keys,
    time_block,
    unit_keys,
)


def of_rows(columns, w=None, keys=None):
    columns = np.asarray(columns, dtype=float)
    n = columns.shape[1]
    return UnitSums.of(
        columns, np.ones(n) if w is None else w, row_keys(np.arange(n)) if keys is None else keys
    )


def of_text(words):
    data = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, data)])
    return text_keys(np.frombuffer(b"".join(data), dtype=np.uint8), offsets)


# --- the weights -----------------------------------------------------------------------------------------


def test_the_table_is_poisson_with_mean_and_variance_one():
    shares = np.array(SHARES) / 65_536
    k = np.arange(len(shares))
    assert sum(SHARES) == 65_536
    assert (shares * k).sum() == 1.0
    assert (shares * (k - 1) ** 2).sum() == 1.0
    assert (shares * (k - 1) ** 3).sum() == pytest.approx(1.0, abs=2e-3)
    assert np.abs(shares - scipy.stats.poisson(1).pmf(k)).max() < 4e-5


def test_draws_follow_the_table():
    drawn = draws(row_keys(np.arange(2_000)), 2_000, seed=7)
    counts = np.bincount(drawn.ravel(), minlength=len(SHARES))
    expected = np.array(SHARES) / 65_536 * drawn.size
    assert scipy.stats.chisquare(counts, expected).pvalue > 1e-3
    assert drawn.mean() == pytest.approx(1.0, abs=4 / math.sqrt(drawn.size))
    assert drawn.var() == pytest.approx(1.0, abs=8 / math.sqrt(drawn.size))


@pytest.mark.parametrize("axis", [0, 1])
def test_units_and_replicates_are_independent(axis):
    drawn = draws(row_keys(np.arange(400)), 400, seed=3).astype(float) - 1.0
    related = np.corrcoef(drawn if axis else drawn.T)
    off = related[~np.eye(400, dtype=bool)] * math.sqrt(400)
    assert np.abs(off).max() < 6.0
    assert off.std() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 512])
def test_neighbours_are_independent(lag):
    drawn = draws(row_keys(np.arange(1_000)), 2_000, seed=11).astype(float) - 1.0
    for product in (drawn[:, lag:] * drawn[:, :-lag], drawn[lag:] * drawn[:-lag]):
        assert abs(product.mean()) < 4.5 / math.sqrt(product.size)


def test_seeds_differ_and_repeat():
    keys = row_keys(np.arange(100))
    assert np.array_equal(draws(keys, 50, 0), draws(keys, 50, 0))
    assert (draws(keys, 50, 0) != draws(keys, 50, 1)).mean() > 0.5
    assert draws(keys, 5, -1).shape == (100, 5)


def test_a_weight_depends_on_seed_key_and_replicate_alone():
    keys = row_keys(np.arange(3_000))
    whole = draws(keys, 1_001, seed=5)
    assert np.array_equal(draws(keys, 10, seed=5), whole[:, :10])
    chosen = np.array([2_999, 17, 0])
    assert np.array_equal(draws(keys[chosen], 1_001, seed=5), whole[chosen])


# --- keys ------------------------------------------------------------------------------------------------


def test_text_keys_depend_on_the_text_alone():
    words = ["a", "", "b", "ab", "ba", "row 17", "a\0", "ü", "a"]
    keys = of_text(words)
    assert keys[0] == keys[-1]
    assert len(set(keys.tolist())) == len(words) - 1
    assert np.array_equal(of_text(words[3:7]), keys[3:7])
    assert len(of_text([])) == 0
    assert len(of_text(["", ""])) == 2


def test_text_keys_of_a_slice_of_a_buffer():
    data = np.frombuffer(b"xxonetwothree", dtype=np.uint8)
    assert np.array_equal(text_keys(data, np.array([2, 5, 8, 13])), of_text(["one", "two", "three"]))


def test_text_keys_do_not_collide():
    words = [f"{a}-{b}" for a in range(300) for b in range(300)]
    assert len(np.unique(of_text(words))) == len(words)


def test_many_rows_are_resampled_in_groups():
    keys = row_keys(np.arange(100_000))
    assert np.array_equal(unit_keys(keys, ROW_UNITS), keys)
    groups = unit_keys(keys, ROW_UNITS + 1)
    assert len(np.unique(groups)) > 0.99 * GROUPS
    assert groups.max() < GROUPS


@pytest.mark.parametrize(("rows", "block"), [(1, 1), (27, 3), (1_000, 10), (10**6, 100)])
def test_time_block(rows, block):
    assert time_block(rows) == block


# --- sums per unit ---------------------------------------------------------------------------------------


def test_sums_of_clusters():
    keys = of_text(["a", "b", "a", "c", "b", "a"])
    found = UnitSums.of([np.arange(6.0)], np.array([1.0, 1, 2, 1, 1, 1]), keys)
    by_key = dict(zip(found.keys.tolist(), zip(found.w, found.sums[:, 0], strict=True), strict=True))
    assert by_key == {int(keys[0]): (4, 0 + 4 + 5), int(keys[1]): (2, 1 + 4), int(keys[3]): (1, 3)}


@given(cuts=st.sets(st.integers(1, 199)), order=st.randoms(use_true_random=False))
def test_any_chunks_in_any_order_give_the_same_bits(cuts, order):
    rng = np.random.default_rng(4)
    x, w, keys = rng.normal(size=(3, 200)), rng.uniform(1, 2, 200), row_keys(np.arange(200))
    edges = [0, *sorted(cuts), 200]
    parts = [UnitSums.of(x[:, i:j], w[i:j], keys[i:j]) for i, j in pairwise(edges)]
    order.shuffle(parts)
    merged, whole = reduce(UnitSums.merge, parts), UnitSums.of(x, w, keys)
    for one, other in ((merged.keys, whole.keys), (merged.w, whole.w), (merged.sums, whole.sums)):
        assert np.array_equal(one, other)
    a, b = (replicate(units, 40, 1, squares(3), precise=True) for units in (merged, whole))
    assert np.array_equal(a.means, b.means)
    assert np.array_equal(a.covariances, b.covariances)


def test_groups_do_not_depend_on_the_order_of_two():
    rng = np.random.default_rng(8)
    keys = rng.integers(0, 20, 200).astype(np.uint64)
    x, w = rng.normal(size=(2, 200)), np.ones(200)
    a, b = UnitSums.of(x[:, :90], w[:90], keys[:90]), UnitSums.of(x[:, 90:], w[90:], keys[90:])
    assert np.array_equal(a.merge(b).sums, b.merge(a).sums)
    np.testing.assert_allclose(a.merge(b).sums, UnitSums.of(x, w, keys).sums, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("precise", [True, False])
def test_threads_change_no_bit(precise):
    rng = np.random.default_rng(10)
    units = UnitSums.of(rng.normal(size=(3, 5_000)), rng.uniform(1, 2, 5_000), row_keys(np.arange(5_000)))
    one, three = (replicate(units, 1_900, 1, squares(3), precise=precise, jobs=jobs) for jobs in (1, 3))
    assert np.array_equal(one.means, three.means)
    assert np.array_equal(one.covariances, three.covariances)


def test_groups_that_are_known_have_the_same_sums():
    rng = np.random.default_rng(9)
    keys = unit_keys(row_keys(np.arange(3_000)), 10**6)
    x, w = rng.normal(size=(2, 3_000)), rng.uniform(1, 2, 3_000)
    blocks = [slice(0, 1_000), slice(1_000, 3_000)]
    dense = reduce(UnitSums.merge, (UnitSums.over(x[:, b], w[b], Units.groups(keys[b])) for b in blocks))
    found = reduce(UnitSums.merge, (UnitSums.of(x[:, b], w[b], keys[b]) for b in blocks))
    filled = dense.filled
    for one, other in ((filled.keys, found.keys), (filled.w, found.w), (filled.sums, found.sums)):
        assert np.array_equal(one, other)


def test_take_and_contrasts():
    units = of_rows(np.arange(12.0).reshape(3, 4) ** 2)
    assert np.array_equal(units.take([2, 0]).sums, units.sums[:, [2, 0]])
    found = units.contrasts([(0, 1), (2, 0)])
    assert np.array_equal(found.sums[:, 1], units.sums[:, 2] - units.sums[:, 0])
    assert units.contrasts([]).sums.shape == (4, 0)


# --- replicates ------------------------------------------------------------------------------------------


def literal(units, count, seed):
    """Means, and their standard errors, straight from the definition."""
    drawn = draws(units.keys, count, seed).T.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        w = drawn @ units.w
        means = (drawn @ units.sums) / w[:, None]
        n = drawn.sum(axis=1)
        e = units.sums[None] - means[:, None, :] * units.w[None, :, None]
        covariances = np.einsum("bu,buc,bud->bcd", drawn, e, e) * (n / (n - 1) / w**2)[:, None, None]
    return w, means, covariances


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("precise", [False, True])
def test_replicates_against_the_definition(weighted, precise):
    rng = np.random.default_rng(2)
    x = rng.lognormal(size=(4, 300)) * np.array([[1.0], [1e-9], [1e12], [3.0]])
    units = of_rows(x, rng.uniform(0.5, 2, 300) if weighted else None)
    products = (*squares(4), (0, 3), (3, 2))
    found = replicate(units, 50, 9, products, precise=precise)
    w, means, covariances = literal(units, 50, 9)
    rtol = 1e-10 if precise else 2e-5
    np.testing.assert_allclose(found.w, w, rtol=rtol)
    np.testing.assert_allclose(found.means, means, rtol=rtol)
    for k, (a, b) in enumerate(products):
        scale = np.sqrt(covariances[:, a, a] * covariances[:, b, b])
        theirs = covariances[:, a, b] / (found.scale[a] * found.scale[b])
        scale = scale / (found.scale[a] * found.scale[b])
        assert np.abs((found.covariances[:, k] - theirs) / scale).max() < rtol
    mean, error = found.studentised.value, found.studentised.error
    np.testing.assert_allclose(mean, units.sums.sum(axis=0) / units.w.sum(), rtol=1e-12)
    if not weighted:
        np.testing.assert_allclose(error, x.std(axis=1, ddof=1) / math.sqrt(300), rtol=1e-12)


def test_joint_finds_its_products():
    units = of_rows(np.random.default_rng(3).normal(size=(3, 40)))
    found = replicate(units, 20, 0, [(0, 0), (2, 0), (2, 2)], precise=True)
    mean, covariance, means, covariances = found.joint([0, 2])
    np.testing.assert_allclose(covariance, np.cov(units.sums[:, [0, 2]].T) / 40, rtol=1e-12)
    assert np.array_equal(means, found.means[:, [0, 2]])
    assert np.array_equal(mean, found.mean[[0, 2]])
    assert np.array_equal(covariances[:, 0, 1], covariances[:, 1, 0])


def test_the_spread_of_replicates_is_the_standard_error():
    x = np.random.default_rng(1).lognormal(size=(1, 2_000))
    found = replicate(of_rows(x), 20_000, 0, squares(1), precise=False)
    error, means, errors = (getattr(found.studentised, name) for name in ("error", "values", "errors"))
    assert means.std() == pytest.approx(error[0], rel=0.02)
    assert errors.mean() == pytest.approx(error[0], rel=0.02)
    low, high = np.quantile(means, [0.025, 0.975])
    theirs = scipy.stats.bootstrap(x, np.mean, n_resamples=20_000, method="percentile", rng=1)
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.1 * error[0])


def test_other_columns_and_more_replicates_change_nothing():
    x = np.random.default_rng(6).normal(size=(5, 1_500))
    few = replicate(of_rows(x[:2]), 100, 0, squares(2), precise=True)
    many = replicate(of_rows(x), 700, 0, squares(5), precise=True)
    np.testing.assert_allclose(few.means, many.means[:100, :2], rtol=0, atol=1e-15)
    np.testing.assert_allclose(few.covariances, many.covariances[:100, :2], rtol=1e-12)


def test_two_files_with_the_same_ids_are_paired():
    rng = np.random.default_rng(5)
    ids = np.array([f"id{i}" for i in range(500)])
    old, order = rng.normal(size=500), rng.permutation(500)
    new = old + 0.01 * rng.normal(size=500)
    a = replicate(of_rows([old], keys=of_text(ids)), 300, 0, precise=True)
    b = replicate(of_rows([new[order]], keys=of_text(ids[order])), 300, 0, precise=True)
    assert np.array_equal(a.w, b.w)
    assert np.std(b.means - a.means) < 0.02 * np.std(a.means)


def test_clusters_widen_the_spread():
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(50), 20)
    x = rng.normal(size=50)[cluster] + 0.1 * rng.normal(size=1_000)
    rows = replicate(of_rows([x]), 4, 0, squares(1), precise=True)
    clusters = replicate(of_rows([x], keys=row_keys(cluster)), 4, 0, squares(1), precise=True)
    assert clusters.studentised.error == pytest.approx(4.5 * rows.studentised.error, rel=0.1)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e300, -7e-300, 0.0])
def test_a_constant_column_has_no_spread(value):
    found = replicate(of_rows(np.full((1, 1_000), value)), 100, 0, squares(1), precise=False)
    error, means, errors = (getattr(found.studentised, name) for name in ("error", "values", "errors"))
    assert error[0] == 0.0
    assert (means == found.mean).all()
    assert (errors == 0.0).all()


def test_huge_and_tiny_values_are_scaled():
    x = np.random.default_rng(5).normal(size=(1, 100))
    plain = replicate(of_rows(x), 50, 0, squares(1), precise=False).studentised
    for scale in (2.0**1000, 2.0**-900):
        found = replicate(of_rows(x * scale), 50, 0, squares(1), precise=False).studentised
        assert np.array_equal(found.values / scale, plain.values)
        assert np.array_equal(found.errors / scale, plain.errors)


def test_two_rows():
    found = replicate(of_rows([[1.0, 2.0]]), 400, 0, squares(1), precise=True)
    empty = found.w == 0
    assert empty.mean() == pytest.approx(math.exp(-2), abs=0.06)
    assert np.isnan(found.means[empty]).all()
    assert np.isnan(found.covariances[found.w <= 1]).all()


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_infinite_sums_are_refused(bad):
    with pytest.raises(ValueError, match="infinite"):
        replicate(of_rows([[1.0, bad]]), 10, 0, precise=False)
