"""Figures of a profile on data whose truth is known, and against plain definitions."""

import numpy as np
import pytest
from generated import advice_on, classes, linear, log_linear, table
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from losscli.advice.duplicates import duplicates
from losscli.advice.noise import label_noise
from losscli.advice.shape import octile_skew, rank_correlation, robust_z, tail_weight, z_among_like
from losscli.data.frame import Frame

RNG = np.random.default_rng(4)


# --- shape


@pytest.mark.parametrize(
    ("distribution", "known"), [(stats.norm, 1.233), (stats.t(2), 1.517), (stats.laplace, 1.585)]
)
def test_moors_tail_weight(distribution, known):
    x = distribution.ppf((np.arange(20_001) + 0.5) / 20_001)
    assert tail_weight(x) == pytest.approx(known, abs=0.002)
    assert octile_skew(x) == pytest.approx(0, abs=1e-3)


def test_the_skew_has_the_side_of_the_long_tail():
    x = stats.expon.ppf((np.arange(20_001) + 0.5) / 20_001)
    assert octile_skew(x) == pytest.approx(np.log(16 / 7) / np.log(7), abs=1e-3)
    assert octile_skew(-x) == pytest.approx(-np.log(16 / 7) / np.log(7), abs=1e-3)


def test_robust_z_is_that_of_iglewicz_and_hoaglin():
    x = np.array([2.0, 3.0, 4.0, 5.0, 100.0])
    assert robust_z(x) == pytest.approx(0.67449 * (x - 4))
    assert robust_z(np.array([1.0, 1.0, 1.0, 9.0])) is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=30))
def test_rank_correlation_is_spearmans(pairs):
    x, y = np.array(pairs, float).T
    found = rank_correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_spread_that_grows_makes_no_outliers_among_like_rows():
    prediction = np.linspace(1, 50, 8_000)
    r = prediction * RNG.normal(size=8_000)
    z, like = robust_z(r), z_among_like(r, prediction)
    assert (np.abs(z) > 3.5).mean() > 0.01
    assert (np.abs(like) > 3.5).mean() < 0.004


# --- duplicates


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_duplicates_are_those_that_counting_finds(rows):
    x, b, y = np.array(rows, float).T
    n = len(y)
    frame = Frame(
        row=np.arange(n),
        y=y,
        w=np.ones(n),
        number_names=("x",),
        numbers=np.where(x == 0, -0.0, x)[:, None],
        text_names=("b",),
        texts=b.astype(np.intp)[:, None],
        levels=(("u", "v"),),
        impute=False,
        group=None,
        fold=None,
        fold_names=(),
        time=None,
        keys=tuple(range(n)),
        dropped={},
    )
    found = duplicates(frame)
    targets = {row[:2]: [other[2] for other in rows if other[:2] == row[:2]] for row in rows}
    assert found.whole == pytest.approx(1 - len(set(rows)) / n)
    assert found.contradicting == pytest.approx(sum(len(set(targets[row[:2]])) > 1 for row in rows) / n)
    least = sum(len(own) - max(own.count(0), own.count(1)) for own in targets.values())
    assert found.floor == pytest.approx(least / n)


# --- label noise


def test_confident_learning_counts_as_the_paper_does():
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.2, 0.8], [0.85, 0.15]])
    found = label_noise(p, np.array([0, 0, 0, 1, 1, 1]))
    # Means of the own class: 0.6 and 0.55; every row passes one of them, one of each label the other's.
    assert found.estimate == pytest.approx(2 / 6)
    assert (found.surest, found.wrong) == (1, 0)


@pytest.mark.parametrize("k", [2, 3])
def test_flipped_labels_are_counted(tmp_path, k):
    advice = advice_on(tmp_path, classes(seed=1, flipped=0.1, k=k))
    assert 0.05 <= advice.figure("label_noise") <= 0.15
    assert "noisy_labels" in {rule.name for rule in advice.rules}
    assert {"gce", "mae_prob", "sce"} & {one.spec for one in advice.short_list}
    assert any("labels in doubt" in text for text in advice.unknown)


def test_classes_that_overlap_are_no_noise(tmp_path):
    advice = advice_on(tmp_path, classes(seed=2, apart=1.0))
    assert advice.figure("label_noise") > 0.1  # what its meaning warns of
    assert "noisy_labels" not in {rule.name for rule in advice.rules}


# --- targets


def test_counts_and_their_dispersion(tmp_path):
    poisson = advice_on(tmp_path, log_linear(lambda rng, mean: rng.poisson(mean), seed=3))
    assert poisson.figure("counts") == 1
    assert poisson.figure("dispersion") == pytest.approx(1, abs=0.25)
    spread = advice_on(
        tmp_path, log_linear(lambda rng, m: rng.poisson(m * rng.gamma(1, 1, len(m))), seed=4, level=2.0)
    )
    assert spread.figure("dispersion") > 3
    assert {rule.name for rule in poisson.rules} >= {"counts"}
    assert {rule.name for rule in spread.rules} >= {"overdispersed_counts"}
    assert [one.spec for one in spread.short_list][:3] == ["mse", "negative_binomial", "poisson"]


def test_an_unknown_figure_says_why(tmp_path):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(120, 2))
    advice = advice_on(tmp_path, table(x, x @ [1.0, 2.0]))
    missing = {one.name: one.reason for one in advice.profile if one.value is None}
    assert {"far", "gross", "tail_weight", "decades", "dispersion"} <= set(missing)
    assert all(missing.values())
    assert all(one.reason is None for one in advice.profile if one.value is not None)


def test_a_row_far_out_in_a_feature_is_named(tmp_path):
    columns = linear(lambda rng, n: rng.normal(size=n), seed=6, n=200)
    columns["x1"][41] = 900.0
    advice = advice_on(tmp_path, columns)
    finding = next(one for one in advice.profile if one.name == "leverage")
    assert (finding.value, finding.rows) == (1 / 200, (42,))
    rule = next(one for one in advice.rules if one.name == "leverage")
    assert rule.losses == ()
