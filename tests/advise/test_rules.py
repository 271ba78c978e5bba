"""Which losses are advised on data whose truth is known, and what is said of them."""

import numpy as np
import pytest
from generated import Asked, advice_on, classes, linear, log_linear, table

from losscli import render
from losscli.advice.rules import RULES
from losscli.advice.short_list import short_list
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss.catalogue import find
from losscli.spec import Spec


def rules(advice) -> set[str]:
    return {rule.name for rule in advice.rules}


def losses(advice) -> list[str]:
    return [one.spec for one in advice.short_list]


def first_line(advice) -> str:
    return render.written(advice, "text", colour=False, width=None).splitlines()[0]


# --- the table


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_losses_of_its_tasks_and_its_source(rule):
    assert "doi:10." in rule.reference
    assert any(character.isdigit() for character in rule.reference.partition(", doi:")[0])
    assert not rule.so.endswith(".")
    for name in rule.losses:
        assert any(find(Spec(name), task) for task in rule.tasks), name


def test_rules_have_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("task", [Task.REGRESSION, Task.COUNTS, Task.BINARY, Task.MULTICLASS])
def test_three_losses_where_no_rule_fires_and_the_baseline_first(task):
    y = np.array([0.0, 1.0, 2.0, 1.0]) if task is not Task.BINARY else np.array([0.0, 1.0])
    found = short_list(task, (), y)
    assert len(found) == 3
    assert found[0].spec == {"regression": "mse", "counts": "poisson", "binary": "bce"}.get(
        task, "cross_entropy"
    )
    assert all("doi:10." in one.reference for one in found)


def test_a_task_that_the_targets_rule_out():
    with pytest.raises(UsageError, match="the target must be ≥ 0"):
        short_list(Task.COUNTS, (), np.array([-1.0, 2.0]))


# --- numbers


def test_gaussian_noise_asks_for_mse(tmp_path):
    advice = advice_on(tmp_path, linear(lambda rng, n: rng.normal(size=n), seed=1))
    assert rules(advice) == {"clean_tails"}
    assert losses(advice)[0] == "mse"
    assert advice.check.verdict == "none"
    assert first_line(advice).startswith(
        "Train with mse: residuals look Gaussian (0 % are off by more than 3.5 usual errors), and"
    )


def test_where_rows_cannot_tell_the_profile_speaks(tmp_path):
    def counts(rng, mean):
        return rng.poisson(mean * rng.gamma(1, 1, len(mean)))

    advice = advice_on(tmp_path, log_linear(counts, seed=4, level=2.0))
    assert advice.check.verdict == "none"
    assert "The profile speaks for negative_binomial: counts vary" in first_line(advice)


def test_heavy_tails_ask_for_huber_and_cauchy(tmp_path):
    advice = advice_on(tmp_path, linear(lambda rng, n: rng.standard_t(2, n), seed=2))
    assert rules(advice) == {"heavy_tails"}
    assert losses(advice) == ["mse", "huber", "cauchy"]


def test_gross_outliers_ask_for_redescending_losses_and_one_wins(tmp_path):
    def noise(rng, n):
        return rng.normal(size=n) + np.where(rng.random(n) < 0.06, 15.0, 0.0)

    advice = advice_on(tmp_path, linear(noise, seed=3))
    assert rules(advice) == {"gross_outliers"}
    assert losses(advice) == ["mse", "tukey", "huber", "welsch"]
    check = advice.check
    assert (check.metric, check.verdict) == ("mae", "better")
    best = next(row for row in check.losses if row.spec == check.best)
    assert best.verdict == "better" and best.high < 0
    assert first_line(advice).startswith(f"Train with {check.best}: 7.5 % of rows are off by more than 3.5")
    assert f" [{-100 * best.high:+.1f}, {-100 * best.low:+.1f}] below mse's." in first_line(advice)
    assert check.best not in check.tied and "mse" not in check.tied
    assert any("far off" in text for text in advice.unknown)


def test_positive_over_decades_asks_for_gamma(tmp_path):
    advice = advice_on(tmp_path, log_linear(lambda rng, m: rng.gamma(2, m / 2), seed=4))
    assert rules(advice) >= {"positive_over_decades", "spread_grows_with_mean"}
    assert losses(advice)[:2] == ["mse", "gamma"]


def test_zeros_and_amounts_ask_for_tweedie_and_are_judged_for_the_mean(tmp_path):
    def amounts(rng, mean):
        return np.array([rng.gamma(2, 1, count).sum() for count in rng.poisson(mean / 2)])

    advice = advice_on(tmp_path, log_linear(amounts, seed=5))
    assert "zeros_and_amounts" in rules(advice)
    assert losses(advice) == ["mse", "tweedie", "poisson"]
    assert (advice.check.metric, advice.check.other) == ("rmse", "mae")
    assert {row.elicits for row in advice.check.losses} == {"mean"}


def test_spread_that_grows_where_targets_may_be_negative(tmp_path):
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 2))
    mean = x @ [2.0, 1.0]
    advice = advice_on(tmp_path, table(x, mean + np.exp(0.5 * mean) * rng.normal(size=400)))
    assert "spread_grows" in rules(advice)
    assert "mae" in losses(advice) and "gamma" not in losses(advice)


def test_task_counts_has_its_own_baseline(tmp_path):
    columns = log_linear(lambda rng, mean: rng.poisson(mean), seed=7, n=200)
    advice = advice_on(tmp_path, columns, Asked(task=Task.COUNTS))
    assert losses(advice)[0] == advice.check.baseline == "poisson"


# --- classes


def test_rare_classes(tmp_path):
    advice = advice_on(tmp_path, classes(seed=8, apart=2.0, rare=0.06, n=800))
    assert "imbalance" in rules(advice)
    assert losses(advice) == ["bce", "weighted_bce", "focal"]
    assert first_line(advice).startswith("Train with bce: no loss of the short list is clearly better.")
    assert (advice.check.metric, advice.check.other) == ("average_precision", "f1")


@pytest.mark.parametrize(("apart", "separable"), [(9.0, True), (2.0, False)])
def test_separable_classes_need_the_penalty(tmp_path, apart, separable):
    advice = advice_on(tmp_path, classes(seed=9, apart=apart, n=200, k=3))
    assert advice.figure("separable") == separable
    assert ("separable" in rules(advice)) is separable


def test_a_small_class_warns(tmp_path):
    advice = advice_on(tmp_path, classes(seed=10, apart=2.0, rare=0.05, n=300))
    rule = next(one for one in advice.rules if one.name == "small_class")
    assert rule.losses == ()
    assert f"{advice.figure('smallest_rows'):g} rows" in rule.seen


# --- rows and columns


def test_duplicates_are_told(tmp_path):
    columns = linear(lambda rng, n: rng.normal(size=n), seed=11, n=150)
    columns = {name: [*values, *values[:50]] for name, values in columns.items()}
    advice = advice_on(tmp_path, columns)
    assert advice.figure("duplicates") == 0.25
    assert "duplicates" in rules(advice)


def test_contradicting_rows_bound_every_model(tmp_path):
    rng = np.random.default_rng(12)
    y = rng.integers(0, 2, 200)
    advice = advice_on(tmp_path, table(rng.integers(0, 3, (200, 2)).astype(float), y))
    assert "contradicting_rows" in rules(advice)
    assert 0.3 < advice.figure("error_floor") <= 0.5
    assert "duplicates" not in rules(advice)  # nine sets of features repeat by themselves


@pytest.mark.parametrize("copy", [lambda y: y, lambda y: -(y**3), np.exp], ids=["same", "reverse", "rising"])
def test_a_feature_that_ranks_as_the_target_comes_first(tmp_path, copy):
    columns = linear(lambda rng, n: rng.normal(size=n), seed=13, n=60)
    columns = {"copied": copy(np.array(columns["y"])).tolist()} | columns
    assert advice_on(tmp_path, columns).leaks == ("copied",)


def test_features_that_tell_classes_apart(tmp_path):
    columns = classes(seed=14, n=120)
    number = [label + 0.1 * (i % 7) for i, label in enumerate(columns["y"])]
    text = ["yes" if label else "no" for label in columns["y"]]
    advice = advice_on(tmp_path, {"number": number, "text": text} | columns)
    assert advice.leaks == ("number", "text")
