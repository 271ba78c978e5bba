"""Whether the losses agree: orders, Kendall's tau, leaders, and dominance of two models."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy.special import expit

from losscli import render


def columns(y, **models):
    return {"y": y} | {f"pred_{name}": p for name, p in models.items()}


def flat(**errors):
    """Targets of 0, and predictions that are off by as much."""
    return columns(
        np.zeros(100), **{name: np.resize(np.asarray(e, float), 100) for name, e in errors.items()}
    )


SPIKE = np.r_[50.0, np.full(99, 0.1)]  # mae 0.599, mse 25


def order(found, spec):
    return next(one for one in found.agreement.orders if one.spec == spec)


def curve(found, functional):
    (one,) = (one for one in found.agreement.dominance if one.functional == functional)
    return one


def test_orders_leaders_and_tau_by_hand(compared):
    """mae: spike, one, two; mse and max_error: one, two, spike. Two of three pairs are turned."""
    made = flat(spike=SPIKE, one=1.0, two=2.0)
    found = compared(made, losses=["mae", "mse", "rmse", "max_error"]).agreement
    assert [(one.spec, one.order, one.leader) for one in found.orders] == [
        ("mae", ("pred_spike", "pred_one", "pred_two"), "pred_spike"),
        ("mse", ("pred_one", "pred_two", "pred_spike"), "pred_one"),
        ("max_error", ("pred_one", "pred_two", "pred_spike"), "pred_one"),
    ]
    assert [one.tau for one in found.orders] == pytest.approx([1, -1 / 3, -1 / 3])
    assert found.tau == pytest.approx(-1 / 3)
    assert found.leaders == {"pred_one": 2, "pred_spike": 1} and next(iter(found.leaders)) == "pred_one"


def test_tau_of_every_order(compared):
    rng = np.random.default_rng(4)
    y = rng.gamma(2, 2, 80)
    models = {name: y * rng.uniform(0.5, 1.6, 80) + 0.1 for name in "abcd"}
    found = compared(columns(y, **models))
    values = {table.spec: [one.value for one in table.results] for table in found.losses}
    assert len(found.agreement.orders) > 20
    for one in found.agreement.orders:
        signs = [
            np.sign(values[one.spec][i] - values[one.spec][j]) * np.sign(values["mae"][i] - values["mae"][j])
            for i, j in combinations(range(4), 2)
        ]
        assert one.tau == pytest.approx(np.mean(signs))
        assert list(one.order) == sorted(one.order, key=lambda m: values[one.spec]["abcd".index(m[-1])])
        assert (one.low is None) == (one.reason is not None)
        assert one.low is None or -1 <= one.low <= one.tau <= one.high <= 1


def test_a_class_is_counted_once(compared):
    rng = np.random.default_rng(4)
    y = rng.gamma(2, 2, 80)
    found = compared(columns(y, a=y + 0.1, b=y + 0.3))
    tables = {table.spec: table for table in found.losses}
    specs = [one.spec for one in found.agreement.orders]
    classes = {table.members for table in found.losses}
    assert Counter(tables[spec].members for spec in specs) == Counter(classes)
    assert found.agreement.leaders == {"pred_a": len(specs)} and found.agreement.tau == 1


def test_the_interval_of_tau(compared):
    """Two models far apart, and two that are alike but for chance: every replicate agrees, or some do not."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=150)
    e = rng.uniform(-1, 1, (2, 150))
    apart = compared(columns(y, a=y + 0.1 * e[0], b=y + e[1]), losses=["mae", "mse"])
    alike = compared(columns(y, a=y + e[0], b=y + e[1]), losses=["mae", "mse"])
    assert (order(apart, "mse").low, order(apart, "mse").high) == (1, 1)
    assert (order(alike, "mse").low, order(alike, "mse").high) == (-1, 1)


def test_a_pair_that_two_losses_show_the_other_way(compared):
    rng = np.random.default_rng(0)
    y, n = rng.normal(size=600), 600
    rare = np.where(np.arange(n) % 10 < 3, 2.5, 0.1)  # mae 0.82, mse 1.9
    made = columns(y, even=y + rng.uniform(0.9, 1.1, n), rare=y + rare * rng.uniform(0.9, 1.1, n))
    found = compared(made, losses=["mae", "mse", "lq:q=1.1"])
    assert order(found, "mae").opposed == ()
    turned = compared({name: made[name] for name in ("y", "pred_rare", "pred_even")}, losses=["mae", "mse"])
    for one in (found, turned):
        assert order(one, "mse").opposed == (("pred_rare", "pred_even"),)
    assert order(found, "lq:q=1.1").tau == 1 and order(found, "lq:q=1.1").opposed == ()
    assert "pred_even before pred_rare" in render.written(found, "text", all=True, colour=False, width=None)
    few = compared({name: x[:10] for name, x in made.items()}, losses=["mae", "mse"])
    assert order(few, "mse").tau == -1 and order(few, "mse").opposed == ()  # not beyond noise


def test_where_there_is_nothing_to_agree_on(compared):
    assert compared(flat(a=1.0)).agreement is None
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 50)
    p = np.clip(0.5 + 0.3 * (y - 0.5) + rng.normal(0, 0.1, 50), 0.01, 0.99)
    wrong = np.where(np.arange(50) == 3, 1.0 - y, p)
    made = {"y": y, "prob_a": p, "prob_b": wrong}
    assert compared(made, losses=["bce", "brier"]).agreement is None  # the primary loss orders not all
    found = compared(made, losses=["brier", "bce"]).agreement
    assert [one.spec for one in found.orders] == ["brier"] and found.tau is None


def test_models_that_are_the_same(compared):
    rng = np.random.default_rng(0)
    y = rng.normal(size=60)
    found = compared(columns(y, a=y + 1, b=y + 1))
    assert found.agreement.leaders == {} and {one.leader for one in found.agreement.orders} == {None}
    assert {one.tau for one in found.agreement.orders} == {0}
    assert {(one.on_rows, one.verdict, one.a_ahead) for one in found.agreement.dominance} == {
        ("equal", "~", 0)
    }
    screen = render.written(found, "text", all=False, colour=False, width=None)
    assert "none has a leader\n" in screen
    whole = render.written(found, "text", show=frozenset({"agreement"}))
    assert "pred_a and pred_b are the same" in whole


# ── dominance ────────────────────────────────────────────────────────────────────────────────────────


def noisy(n=1_500, seed=0):
    """The mean of y, and y."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(size=n)
    return mean, mean + rng.normal(size=n), rng


@pytest.mark.parametrize("functional", ["mean", "median"])
def test_noise_on_a_model_is_worse_under_every_loss(compared, functional):
    mean, y, rng = noisy()
    made = columns(y, noise=mean + rng.normal(size=len(y)), good=mean)
    one = curve(compared(made, losses=["mae"]), functional)
    assert (one.a, one.b, one.verdict, one.reason) == ("pred_good", "pred_noise", "a", None)
    assert one.a_ahead > 10 * one.b_ahead and one.on_rows in ("a", None)


@pytest.mark.parametrize("functional", ["mean", "median"])
def test_curves_that_cross(compared, functional):
    """Each model is the mean on one side of 0, and the mean of another row of that side on the other."""
    mean, y, rng = noisy()
    low, high = mean.copy(), mean.copy()
    low[mean > 0], high[mean < 0] = rng.permutation(mean[mean > 0]), rng.permutation(mean[mean < 0])
    one = curve(compared(columns(y, low=low, high=high), losses=["mae"]), functional)
    assert (one.on_rows, one.verdict) == (None, "crosses")
    below, above = sorted((one.a_threshold, one.b_threshold))
    assert below < 0 < above and (one.a_threshold == below) == (one.a == "pred_low")


def test_a_leader_that_another_dominates(compared):
    """The leader by mae can lose under every loss for the mean."""
    rng = np.random.default_rng(0)
    y = rng.exponential(size=2_000)
    made = columns(y, median=np.full(2_000, np.log(2)), mean=np.ones(2_000))
    found = compared(made, losses=["mae", "mse"])
    assert (curve(found, "median").a, curve(found, "median").verdict) == ("pred_median", "a")
    one = curve(found, "mean")
    assert (one.a, one.on_rows, one.verdict) == ("pred_median", "b", "b")
    screen = render.written(found, "text", show=frozenset({"agreement"}))
    assert "at some thresholds pred_median is worse than pred_mean, and better at none beyond noise" in screen


def test_probabilities_and_their_logits(compared):
    rng = np.random.default_rng(1)
    score = rng.normal(size=1_500)
    y = (rng.uniform(size=1_500) < expit(score)).astype(int)
    other = score + rng.normal(size=1_500)
    (one,) = compared({"y": y, "logit_a": score, "logit_b": other}).agreement.dominance
    (same,) = compared({"y": y, "prob_a": expit(score), "prob_b": expit(other)}).agreement.dominance
    assert (one.functional, one.a, one.verdict) == ("mean", "logit_a", "a")
    assert (same.on_rows, same.verdict) == (one.on_rows, one.verdict)
    assert (same.a_ahead, same.b_ahead) == pytest.approx((one.a_ahead, one.b_ahead), rel=1e-9)
    halves = {"prob_up": np.clip(expit(score), 0.5, 1), "prob_down": np.clip(expit(score), 0, 0.5)}
    (one,) = compared({"y": y} | halves).agreement.dominance
    assert one.verdict == "crosses"


def test_tasks_without_curves(compared):
    rng = np.random.default_rng(1)
    y = rng.poisson(3, 60)
    found = compared(columns(y, a=y + 1.0, b=y + 2.0), task="counts")
    assert {one.functional for one in found.agreement.dominance} == {"mean"}
    words = np.array(list("xyz"))[y % 3]
    assert compared(columns(words, a=words, b=np.roll(words, 1))).agreement.dominance == ()


def test_weights_are_rows_that_come_more_often(compared):
    mean, y, rng = noisy(200)
    made = columns(y, a=mean, b=mean + 0.5 * rng.normal(size=200))
    w = rng.integers(1, 5, 200)
    weighted = compared(made | {"w": w}, weights="w", losses=["mae"]).agreement.dominance
    plain = compared({name: np.repeat(x, w) for name, x in made.items()}, losses=["mae"]).agreement.dominance
    for one, other in zip(weighted, plain, strict=True):
        assert (one.a, one.on_rows) == (other.a, other.on_rows)
        ends = [(x.a_ahead, x.a_threshold, x.b_ahead, x.b_threshold) for x in (one, other)]
        assert ends[0] == pytest.approx(ends[1], rel=1e-9)


def test_rows_of_a_group_are_no_evidence_of_their_own(compared):
    mean, y, rng = noisy(40, seed=2)
    made = columns(y, a=mean, b=mean + 0.4 * rng.normal(size=40))
    often = {name: np.repeat(x, 50) for name, x in made.items()} | {"g": np.repeat(np.arange(40), 50)}
    once, together = compared(made, losses=["mae"]), compared(often, group="g", losses=["mae"])
    apart = compared(often, pred=("pred_*",), losses=["mae"])
    assert curve(apart, "mean").verdict in ("a", "crosses")
    assert (curve(once, "mean").verdict, curve(together, "mean").verdict) == ("~", "~")


def test_the_leader_against_the_next_four(compared):
    rng = np.random.default_rng(3)
    y = rng.normal(size=100)
    models = {f"m{k}": y + 0.2 * (k + 1) * rng.uniform(-1, 1, 100) for k in (6, 2, 0, 4, 1, 5, 3)}
    found = compared(columns(y, **models), losses=["mae"], resamples=200)
    pairs = [(one.a, one.b) for one in found.agreement.dominance if one.functional == "mean"]
    assert pairs == [("pred_m0", f"pred_m{k}") for k in range(1, 5)]


@pytest.mark.parametrize("size", [1e150, 1e307])
def test_huge_values_are_no_harm(compared, size):
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    made = {name: x * size for name, x in columns(y, a=y + 0.1, b=y + rng.normal(size=40)).items()}
    found = compared(made, losses=["mae"])
    assert found.agreement.leaders == {"pred_a": 1}
    assert [one.on_rows for one in found.agreement.dominance] == ([] if size > 1e300 else ["a", "a"])
    assert found.to_json()


def test_constants(compared):
    found = compared(flat(a=1.0, b=2.0), losses=["mae"])
    assert {(one.on_rows, one.verdict) for one in found.agreement.dominance} == {("a", "a")}
    found = compared(flat(a=0.0, b=0.0), losses=["mae"], task="regression")  # not one threshold lies between
    assert {(one.on_rows, one.verdict, one.reason) for one in found.agreement.dominance} == {
        ("equal", "~", None)
    }


def test_murphy_curves_are_the_means_of_elementary_losses(compared):
    """By hand: for the mean |y - θ| where θ is between x and y, for the median ½ there; weighted means."""
    mean, y, rng = noisy(200)
    w = rng.integers(1, 4, 200)
    made = columns(y, noise=mean + rng.normal(size=200), good=mean) | {"w": w}
    found = compared(made, losses=["mae"], weights="w").curves
    assert {(one.name, one.functional, one.model) for one in found} == {
        ("murphy", functional, model)
        for functional in ("mean", "median")
        for model in ("pred_noise", "pred_good")
    }
    for one in found:
        x, theta = made[one.model], np.array(one.x)[:, None]
        between = (np.minimum(x, y) <= theta) & (theta < np.maximum(x, y))
        score = np.abs(y - theta) if one.functional == "mean" else 0.5
        assert len(one.x) == 24 and list(one.x) == sorted(set(one.x))
        assert one.y == pytest.approx(np.average(between * score, axis=1, weights=w), rel=1e-12)
    words = np.array(list("xyz"))[rng.integers(0, 3, 60)]
    assert compared(columns(words, a=words, b=np.roll(words, 1))).curves == ()
