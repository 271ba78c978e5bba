"""Rows made of training rows: sums of weights, what is left alone, and what theory says of the fits."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imbalanced import fitted, logistic, slopes, write

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.fitting.augment import NONE, Examples, Recipe, parse
from losscli.spec import Spec


def rows(n: int = 60, classes: int = 3, seed: int = 1) -> Examples:
    """Two number features and a one-hot pair."""
    rng = np.random.default_rng(seed)
    hot = rng.integers(0, 2, n)
    x = np.column_stack([rng.normal(5, 3, n), rng.normal(0, 0.1, n), hot, 1 - hot])
    y = np.sort(rng.choice(classes, n, p=np.arange(1, classes + 1) / sum(range(classes + 1))))
    return Examples(x, y.astype(float), rng.integers(1, 4, n).astype(float))


def made(recipe: Recipe, given_: Examples, classes: int = 3, key: tuple[int, ...] = (0, 1, 1, 0)) -> Examples:
    rng = recipe.draws(key)
    return recipe.extended(recipe.repeated(given_, rng), rng, numbers=2, classes=classes)


RECIPES = {
    "oversample": Recipe(oversample=1.0),
    "half": Recipe(oversample=0.5),
    "jitter": Recipe(steps=(parse(Spec.parse("jitter:size=0.1,copies=3")),)),
    "mixup": Recipe(steps=(parse(Spec.parse("mixup:alpha=0.4,copies=2")),)),
    "smoothing": Recipe(smoothing=0.2),
    "all": Recipe(
        oversample=0.7,
        steps=(parse(Spec.parse("jitter")), parse(Spec.parse("mixup"))),
        smoothing=0.1,
    ),
}
every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)


@every_recipe
def test_weights_keep_their_sum_and_their_bits(recipe: Recipe) -> None:
    given_ = rows()
    before = given_.x.copy()
    one, two = made(recipe, given_), made(recipe, given_)
    assert one.w.sum() == pytest.approx(given_.w.sum(), rel=1e-13)
    assert (one.w > 0).all()
    assert len(one.x) > len(given_.x)
    assert (one.x == two.x).all() and (one.y == two.y).all() and (one.w == two.w).all()
    assert (given_.x == before).all()


def test_folds_draw_by_themselves() -> None:
    given_ = rows()
    for name in ("jitter", "mixup"):
        one, other = made(RECIPES[name], given_), made(RECIPES[name], given_, key=(0, 1, 2, 0))
        assert (one.x != other.x).any()


@every_recipe
def test_features_and_weights_follow_labels_only_where_it_says_so(recipe: Recipe) -> None:
    given_ = rows()
    flipped = Examples(given_.x, np.where(np.arange(60) % 4, given_.y, np.mod(given_.y + 1, 3)), given_.w)
    one, two = made(recipe, given_), made(recipe, flipped)
    same = one.x.shape == two.x.shape and (one.x == two.x).all() and (one.w == two.w).all()
    assert bool(same) is not recipe.follows_labels


@given(st.floats(0.05, 1.0), st.integers(0, 50))
def test_classes_weigh_the_share(share: float, seed: int) -> None:
    given_ = rows(seed=seed)
    found = made(Recipe(oversample=share), given_)
    before, after = (np.bincount(r.y.astype(int), weights=r.w, minlength=3) for r in (given_, found))
    wanted = np.maximum(before, share * before.max())
    heaviest = given_.w.max() * given_.w.sum() / before.sum()  # to one row of a class
    scale = after.max() / before.max()
    assert (np.abs(after - scale * wanted) <= scale * 2.5 * heaviest).all()
    # as often as any other of its class, but for one
    for code in range(3):
        counts = np.unique(found.x[found.y == code], axis=0, return_counts=True)[1]
        assert counts.max() - counts.min() <= 1 and counts.min() >= 1
        assert len(counts) == (given_.y == code).sum()


def test_jitter_moves_numbers_of_copies_by_their_sds() -> None:
    given_ = Examples(*(np.repeat(part, 40, axis=0) for part in (rows().x, rows().y, rows().w)))
    n = len(given_.x)
    found = made(RECIPES["jitter"], given_)
    assert (found.x[:n] == given_.x).all()
    moved = found.x.reshape(4, n, 4)[1:] - given_.x
    assert (moved[..., 2:] == 0).all()
    sd = np.sqrt(
        np.average((given_.x - np.average(given_.x, axis=0, weights=given_.w)) ** 2, axis=0, weights=given_.w)
    )
    np.testing.assert_allclose(moved[..., :2].std(axis=(0, 1)), 0.1 * sd[:2], rtol=0.04)
    assert abs(moved[0, :, 0] @ moved[1, :, 0]) < 0.05 * (moved[0, :, 0] @ moved[0, :, 0])


def test_mixup_mixes_features_targets_and_one_hot_columns() -> None:
    n = 500
    rng = np.random.default_rng(2)
    hot = rng.integers(0, 2, n)
    x = np.column_stack([rng.normal(size=n), 2.0 * np.arange(n), hot, 1 - hot])
    found = made(
        Recipe(steps=(parse(Spec.parse("mixup:alpha=1")),)), Examples(x, x @ [1, 3, 5, 0], np.ones(n)), 0
    )
    assert len(found.x) == n
    np.testing.assert_allclose(found.y, found.x @ [1, 3, 5, 0], rtol=1e-12)
    np.testing.assert_allclose(found.x[:, 2] + found.x[:, 3], 1.0, rtol=1e-12)
    assert (found.w == 1.0).all()
    assert found.x.mean(axis=0) == pytest.approx(x.mean(axis=0), rel=0.1, abs=0.1)


def test_mixup_of_classes_stands_under_both_labels() -> None:
    given_ = rows(300)
    recipe = Recipe(steps=(parse(Spec.parse("mixup:alpha=0.5")),))
    found = made(recipe, given_)
    by_class = [np.bincount(r.y.astype(int), weights=r.w) / r.w.sum() for r in (given_, found)]
    np.testing.assert_allclose(by_class[1], by_class[0], atol=0.03)
    both = np.unique(found.x, axis=0, return_counts=True)[1]
    assert (both == 2).sum() > 250


def test_partners_are_drawn_by_weight() -> None:
    from losscli.fitting.augment import _partners

    equal = _partners(np.full(1000, 0.3), np.random.default_rng(1))
    assert sorted(equal) == list(range(1000)) and (equal != np.arange(1000)).any()
    w = np.repeat([1.0, 3.0], 500)
    counts = np.bincount(_partners(w, np.random.default_rng(1)), minlength=1000)
    assert set(counts[:500]) <= {0, 1} and set(counts[500:]) <= {1, 2}
    assert counts[500:].sum() == pytest.approx(750, abs=2)


@pytest.mark.parametrize("epsilon", [0.05, 0.3])
@pytest.mark.parametrize("classes", [2, 3])
def test_label_smoothing_is_that_of_the_loss(tmp_path: Path, epsilon: float, classes: int) -> None:
    """(1 - E)·l(y) + E/K·Σ l(k): label_smoothing_bce and label_smoothing have the same epsilon. With the
    penalty given: that of --l2 auto is the loss's own, which smoothing the loss makes 1 - E times as
    strong."""
    rng = np.random.default_rng(4)
    y = rng.choice(classes, 200, p=[0.7, 0.3] if classes == 2 else [0.5, 0.3, 0.2])
    data = {"a": rng.normal(size=200) + y, "b": rng.normal(size=200) - 0.5 * y, "target": y}
    path, task = write(tmp_path, data), Task.BINARY if classes == 2 else Task.MULTICLASS
    plain, direct = ("bce", "label_smoothing_bce") if classes == 2 else ("cross_entropy", "label_smoothing")
    by_rows = fitted(path, plain, task=task, l2=0.02, label_smoothing=epsilon)
    by_loss = fitted(path, f"{direct}:epsilon={epsilon}", task=task, l2=0.02)
    one, two = by_rows.fits[0], by_loss.fits[0]
    assert one.objective == pytest.approx(two.objective, rel=1e-10)
    if classes == 2:
        np.testing.assert_allclose(slopes(one), slopes(two), rtol=1e-8, atol=1e-10)
    else:
        for name in ("a", "b"):
            a, b = (np.array(list(f.coefficients[name].values())) for f in (one, two))  # type: ignore[union-attr]
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)
    assert one.scores["brier"].value == pytest.approx(two.scores["brier"].value, rel=1e-4)


@pytest.mark.parametrize("losses", [("bce", "hinge", "savage"), ("mse", "mae", "tukey")])
def test_mixup_without_mixing_is_the_rows_as_they_are(tmp_path: Path, losses: tuple[str, ...]) -> None:
    data = logistic(150, intercept=0.0)
    if "mse" in losses:
        data["target"] = data["a"] - 2 * data["b"] + np.random.default_rng(0).standard_t(2, 150)
    path = write(tmp_path, data)
    plain, mixed = (fitted(path, *losses, augment=augment) for augment in ((), ("mixup:alpha=1e-12",)))
    for one, two in zip(plain.fits, mixed.fits, strict=True):
        np.testing.assert_allclose(slopes(two), slopes(one), rtol=1e-7, atol=1e-9)
        assert two.spec == one.spec and two.l2 == pytest.approx(one.l2, rel=1e-12)
    strong = fitted(path, *losses, augment=("mixup:alpha=1",))
    assert not np.allclose(slopes(strong.fits[0]), slopes(plain.fits[0]), rtol=1e-3)


@pytest.mark.parametrize("weights", [None, "w"])
def test_repeats_are_class_weights_where_they_come_out_even(tmp_path: Path, weights: str | None) -> None:
    """300 rows and 100 of the rarer class: three of each row, the same penalty by --l2 auto."""
    rng = np.random.default_rng(6)
    y = np.repeat([0, 1], [300, 100])
    data: dict[str, Any] = {"a": rng.normal(size=400) + y, "b": rng.normal(size=400), "target": y}
    if weights:
        data["w"] = np.full(400, 0.5)
    path = write(tmp_path, data)
    losses = ("bce", "hinge", "savage", "weighted_bce")
    balanced = fitted(path, *losses, weights=weights, class_weight="balanced")
    repeated = fitted(path, *losses, weights=weights, oversample=1.0)
    for one, two in zip(balanced.fits, repeated.fits, strict=True):
        assert two.spec == one.spec
        assert two.l2 == pytest.approx(one.l2, rel=1e-12)
        np.testing.assert_allclose(slopes(two), slopes(one), rtol=1e-5)
    # a row counts what its class weighs among the repeats: nothing is balanced twice
    both = fitted(path, "bce", weights=weights, oversample=1.0, class_weight="balanced")
    np.testing.assert_allclose(slopes(both.fits[0]), slopes(balanced.fits[0]), rtol=1e-6)
    assert both.class_weight == pytest.approx({"0": 1.0, "1": 1.0})


def test_jitter_of_squared_errors_is_ridge(tmp_path: Path) -> None:
    """E[(y - b'(x + d))²] is (y - b'x)² + size²·Σ(b·sd)²: of the mean of r², a penalty l2/2 with
    l2 = 2·size²·copies/(1 + copies)."""
    rng = np.random.default_rng(7)
    n = 400
    a = rng.normal(size=n)
    data = {"a": 10 * a, "b": 0.6 * a + 0.8 * rng.normal(size=n), "target": 2 * a + rng.normal(size=n)}
    path, size, copies = write(tmp_path, data), 0.5, 60
    plain = slopes(fitted(path, "mse").fits[0])
    noisy = slopes(fitted(path, "mse", augment=(f"jitter:size={size},copies={copies}",)).fits[0])
    ridge = slopes(fitted(path, "mse", l2=2 * size**2 * copies / (1 + copies)).fits[0])
    np.testing.assert_allclose(noisy[1:], ridge[1:], rtol=0.06, atol=0.02)
    assert abs(noisy[1]) < 0.9 * abs(plain[1])
    shrunk = [
        abs(slopes(fitted(path, "mse", augment=(f"jitter:size={s},copies=9",)).fits[0])[1])
        for s in (0.1, 0.3, 1)
    ]
    assert abs(plain[1]) > shrunk[0] > shrunk[1] > shrunk[2]


def test_contamination_comes_first_and_is_measured_on_the_rows_as_they_are(tmp_path: Path) -> None:
    """A mixture without mixing gives the figures of the plain rows at every level of every scheme."""
    data = logistic(120, intercept=0.0)
    data["target"] = data["a"] - 2 * data["b"] + np.random.default_rng(0).normal(size=120)
    path = write(tmp_path, data)
    schemes = tuple(Spec.parse(s) for s in ("shift:levels=0-0.1", "leverage:levels=0-0.1"))
    plain, same = (
        fitted(path, "mse", "huber", contaminate=schemes, augment=augment)
        for augment in ((), ("mixup:alpha=1e-12",))
    )
    for one, two in zip(plain.robustness, same.robustness, strict=True):
        assert two.error == pytest.approx(one.error, rel=1e-6)
    noisy = fitted(path, "mse", "huber", contaminate=schemes, augment=("jitter:size=1",))
    assert noisy.robustness[0].error != plain.robustness[0].error


def test_robust_rows_are_those_of_the_file(tmp_path: Path) -> None:
    data = logistic(100)
    data["target"] = data["a"] + 0.1 * np.random.default_rng(0).normal(size=100)
    data["target"][[3, 70]] += 50
    found = fitted(write(tmp_path, data), "tukey", augment=("jitter:size=0.05,copies=2",))
    assert {one.row for one in found.fits[0].downweighted} >= {4, 71}
    assert all(1 <= int(one.row) <= 100 for one in found.fits[0].downweighted)


@pytest.mark.parametrize(
    "spec",
    ["jitter:size=0", "jitter:alpha=1", "mixup:alpha=-1", "mixup:copies=0.5", "noise", "mixup:alpha=x"],
)
def test_what_is_no_augmentation(spec: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(Spec.parse(spec))
    assert raised.value.advice


def test_specs_read_back() -> None:
    for text in ("jitter:size=0.1,copies=1", "mixup:alpha=0.2,copies=3"):
        assert parse(Spec.parse(text)).spec == text
    assert Recipe() == NONE
