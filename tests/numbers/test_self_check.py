"""--self-check: rates on rows of which the truth is known."""

import json
import math

import numpy as np
import pytest

from losscli.comparison.gates import parse_allowances

ERRORS = 4  # Monte-Carlo standard errors


def columns(n=200, models=2, seed=0, draw=None):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    noise = draw or (lambda rng, size: rng.normal(size=size))
    return {"y": y} | {f"pred_{m}": y + noise(rng, n) for m in range(models)}


def about(rate, level, trials=400):
    return abs(rate - level) <= ERRORS * math.sqrt(level * (1 - level) / trials)


def test_only_when_asked(compared):
    assert compared(columns()).self_check == ()


@pytest.mark.parametrize("models", [2, 4])
def test_false_alarms_of_exchangeable_rows(compared, models):
    found = compared(columns(models=models), self_check=True).self_check
    assert len(found) == models * (models - 1) // 2
    assert {one.trials for one in found} == {400}
    assert len({one.any_alarm for one in found}) == 1
    assert about(found[0].any_alarm, 0.05)
    assert all(one.false_alarm <= one.any_alarm for one in found)
    assert all(one.false_pass is None and one.reason for one in found)


def test_a_real_difference_does_not_count(compared):
    made = columns()
    made["pred_1"] = made["y"] + 3 * (made["pred_1"] - made["y"])
    (found,) = compared(made, self_check=True).self_check
    assert about(found.false_alarm, 0.05)


def test_no_rates_where_there_is_no_verdict(compared):
    rare = columns(
        60, draw=lambda rng, size: np.where(rng.random(size) < 0.05, 300, 1) * rng.normal(size=size)
    )
    (found,) = compared(rare, losses=("mae",), self_check=True).self_check
    assert found.false_alarm is None
    assert found.reason.startswith("dominated by a few large errors")


@pytest.mark.parametrize("loss", ["mae", "rmse"])
def test_false_passes_at_the_tolerance(compared, loss):
    found = compared(
        columns(300),
        losses=(loss,),
        self_check=True,
        baseline="pred_0",
        allowances=parse_allowances([f"{loss}=2%"]),
    )
    (one,) = found.self_check
    assert about(one.false_pass, 0.05)
    assert one.reason is None


def test_clusters_are_drawn_whole(compared):
    made = {name: np.repeat(x, 5) for name, x in columns(120).items()} | {"g": np.repeat(np.arange(120), 5)}
    (found,) = compared(made, self_check=True, group="g").self_check
    assert about(found.false_alarm, 0.05)


def test_many_rows_are_checked_in_groups(compared):
    (found,) = compared(columns(9_000), losses=("mae",), self_check=True).self_check
    assert about(found.false_alarm, 0.05)


def test_the_same_seed_gives_the_same_rates(compared):
    one, other = (compared(columns(50), losses=("mae",), self_check=True, seed=3) for _ in range(2))
    assert one.self_check == other.self_check


def test_a_loss_that_is_no_mean_says_so(compared):
    found = compared(columns(), losses=("wmape",), self_check=True)
    (one,) = json.loads(found.to_json())["self_check"]
    assert one["false_alarm"] is None
    assert "no mean" in one["reason"]
