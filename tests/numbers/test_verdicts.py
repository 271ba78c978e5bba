"""What resampling says of a comparison: intervals, pairs, ranks, best sets and regressions."""

from dataclasses import asdict
from itertools import combinations

import numpy as np
import pytest

from losscli.comparison.gates import parse_allowances
from losscli.errors import UsageError
from losscli.inference.two_models import delong
from losscli.spec import Spec

N = 400


def columns(n: int = N, seed: int = 3, **spread: float) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    return {"y": y} | {f"pred_{name}": y + size * rng.normal(size=n) for name, size in spread.items()}


def pair(found, spec, a, b):
    return next(one for one in found.comparisons if (one.spec, one.a, one.b) == (spec, a, b))


def test_a_clear_winner_is_named_and_a_tie_is_not(compared):
    found = compared(columns(good=0.1, twin=0.1, bad=0.5))
    assert pair(found, "mae", "pred_good", "pred_bad").verdict == "a"
    assert pair(found, "mae", "pred_twin", "pred_bad").p < 0.001
    tie = pair(found, "mae", "pred_good", "pred_twin")
    assert tie.verdict == "~" and tie.low < 0 < tie.high and tie.rows_needed > N
    table = found.loss("mae")
    assert set(table.best_set) == {"pred_good", "pred_twin"}
    by_name = {one.model: one for one in table.results}
    assert (by_name["pred_bad"].rank_low, by_name["pred_bad"].rank_high) == (3, 3)
    assert {(by_name[m].rank_low, by_name[m].rank_high) for m in ("pred_good", "pred_twin")} == {(1, 2)}
    assert sum(one.first_share for one in table.results) == pytest.approx(1)


def test_verdict_interval_and_p_agree_on_every_pair(compared):
    found = compared(columns(a=0.3, b=0.33, c=0.4, d=0.41))
    for one in found.comparisons:
        if one.low is None:
            assert one.reason
            continue
        assert one.low <= one.difference <= one.high and 0 < one.p <= 1
        if one.spec == found.primary:
            assert (one.verdict == "~") == (one.low <= 0 <= one.high) == (one.p > 0.05)
        else:
            assert one.verdict is None


def test_ranks_hold_their_intervals(compared):
    for table in compared(columns(a=0.3, b=0.33, c=0.4, d=0.41)).losses:
        for one in table.results:
            if one.rank_low is not None:
                assert 1 <= one.rank_low <= one.rank <= one.rank_high <= 4


def test_a_root_is_ordered_as_its_square(compared):
    found = compared(columns(a=0.3, b=0.5))
    mse, rmse = (pair(found, spec, "pred_a", "pred_b") for spec in ("mse", "rmse"))
    assert mse.p == rmse.p and (mse.high < 0) == (rmse.high < 0)
    low, high = (getattr(found.loss("rmse").results[0], end) ** 2 for end in ("low", "high"))
    assert (low, high) == pytest.approx((found.loss("mse").results[0].low, found.loss("mse").results[0].high))


def test_one_procedure_covers_many_pairs(compared):
    """Ten exchangeable models: a pair is called different in few files."""
    wrong = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=120)
        models = {f"pred_{i}": y + rng.normal(size=120) for i in range(5)}
        found = compared({"y": y} | models, losses=["mae"], resamples=999)
        wrong += any(one.verdict != "~" for one in found.comparisons)
    assert wrong <= 6  # 5 % of 40 is 2; P(more than 6) is 0.3 %


def test_the_same_figures_for_any_number_of_workers(compared, forks):
    data = columns(70_000, a=0.3, b=0.31)
    one, two = (compared(data, losses=["mae"], jobs=jobs) for jobs in (1, 2))
    assert forks
    assert asdict(one.loss("mae")) == asdict(two.loss("mae"))
    assert one.comparisons == two.comparisons
    assert one.comparisons[0].low is not None


def test_many_rows_resample_the_primary_loss_alone(compared):
    found = compared(columns(70_000, a=0.3, b=0.31))
    for one in found.comparisons:
        assert (one.low is not None) == (one.spec == "mae"), one.spec
        assert one.low is not None or "primary" in one.reason


def test_a_seed_gives_the_same_figures_and_another_seed_others(compared):
    data = columns(a=0.3, b=0.31)
    first, again, other = (compared(data, losses=["mae"], seed=seed) for seed in (1, 1, 2))
    assert first.comparisons == again.comparisons != other.comparisons


def test_equal_models_are_equal(compared):
    data = columns(a=0.3)
    found = compared(data | {"pred_b": data["pred_a"]}, losses=["mae"])
    (one,) = found.comparisons
    assert (one.difference, one.verdict, one.p) == (0, "~", 1)


@pytest.mark.parametrize(
    ("tolerance", "verdict"),
    [(0.05, "fail"), (9.0, "pass"), (0.27, "inconclusive"), (0.25, "inconclusive")],
)
def test_a_regression_is_judged_three_ways(compared, tolerance, verdict):
    rng = np.random.default_rng(0)
    e = np.abs(rng.normal(size=N))
    data = {"y": np.zeros(N), "pred_old": e, "pred_new": rng.permutation(e) * 1.25}
    found = compared(
        data, losses=["mae"], baseline="pred_old", allowances=parse_allowances([f"mae={100 * tolerance:g}%"])
    )
    (one,) = found.gates
    assert (one.model, one.baseline, one.verdict) == ("pred_new", "pred_old", verdict)
    assert one.low < one.value < one.high
    assert (one.rows_needed is not None) == (tolerance == 0.27)  # at the tolerance no number of rows can tell


@pytest.mark.parametrize("name", ["pred_a", "*_a"])
def test_a_baseline_is_named_as_a_prediction_is(compared, name):
    found = compared(columns(a=0.3, b=0.31), losses=["mae"], baseline=name)
    assert found.baseline == "pred_a"


@pytest.mark.parametrize("name", ["pred_c", "pred_*"])
def test_a_baseline_that_is_no_one_model(compared, name):
    with pytest.raises(UsageError, match="--baseline"):
        compared(columns(a=0.3, b=0.31), losses=["mae"], baseline=name)


def test_a_loss_that_rests_on_few_rows_has_no_pairs(compared):
    data = columns(a=0.3, b=0.31)
    data["pred_a"][0] += 1e6
    found = compared(data, losses=["mse"])
    (one,) = found.comparisons
    assert one.low is None and one.verdict is None and "few" in one.reason


def test_levels_of_skewed_losses_have_an_interval(compared):
    """A bootstrap-t interval where a t interval would not be fair: the truth is inside most of the time."""
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = compared({"y": np.zeros(200), "pred_a": rng.exponential(size=200)}, losses=["mae"])
        one = found.losses[0].results[0]
        inside += one.low <= 1.0 <= one.high
    assert inside >= 50  # 95 % of 60 is 57; P(fewer than 50) is 0.01 %


def test_every_pair_is_there(compared):
    found = compared(columns(a=0.3, b=0.31, c=0.5))
    names = [model.name for model in found.models]
    for table in found.losses:
        own = [(one.a, one.b) for one in found.comparisons if one.spec == table.spec]
        assert own == list(combinations(names, 2))


@pytest.mark.parametrize(
    ("asked", "losses", "spec"),
    [("l1", [], "mae"), ("huber:delta=2", ["huber:delta=1", "huber:delta=2"], "huber:delta=2")],
)
def test_an_allowance_finds_its_loss_by_any_name_and_at_its_parameters(compared, asked, losses, spec):
    wanted = Spec.parse(asked)
    found = compared(
        columns(old=0.1, new=0.5),
        losses=losses,
        gated=(wanted,),
        baseline="pred_old",
        allowances=parse_allowances([f"{wanted}=2%"]),
    )
    assert [(one.spec, one.verdict) for one in found.gates] == [(spec, "fail")]


def test_a_baseline_alone_is_refused(compared):
    with pytest.raises(UsageError, match="no other model"):
        compared(columns(old=0.1), losses=["mae"], baseline="pred_old")


def test_delongs_test_of_two_areas(compared):
    rng = np.random.default_rng(5)
    y = (rng.random(400) < 0.4).astype(int)
    scores = {name: y + rng.normal(0, spread, 400) for name, spread in (("a", 1.0), ("b", 1.4))}
    made = {"y": y, "score_a": scores["a"], "score_b": scores["b"]}
    (one,) = compared(made).areas
    expected = delong(scores["a"], scores["b"], y == 1, np.ones(400), 0.95)
    assert (one.a, one.b, one.reason) == ("score_a", "score_b", None)
    assert (one.difference, one.low, one.high, one.z, one.p) == (
        expected.difference,
        expected.low,
        expected.high,
        expected.z,
        expected.p,
    )
    assert compared(made | {"shop": np.arange(400) // 4}, group="shop").areas == ()
    assert compared({name: made[name] for name in ("y", "score_a")}).areas == ()
