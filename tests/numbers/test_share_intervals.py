"""Intervals of the share of a loss that the flagged rows carry, and of the ranks of losses by it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from comparisons import Compare, Truth, arguments, bound, least
from scipy.special import expit

from losscli.comparison.reasons import NO_SPREAD, NOT_RESAMPLED
from losscli.comparison.robustness import NOT_FLAGGED
from losscli.comparison.verdicts.outliers import NO_LOSS
from losscli.comparison.verdicts.resampling_units import hashed
from losscli.domain import Floats, Kind, Task
from losscli.inference.resample import draws, row_keys
from losscli.loss import Reduction
from losscli.result import Comparison, Robustness

COUNT = 400
SOME = ("mae", "huber", "mse", "tukey", "cauchy", "squared_epsilon_insensitive", "log_cosh", "wmape", "rmse")


def broken(n: int = 300, models: int = 3, far: int = 6, seed: int = 1) -> dict[str, Any]:
    """Numbers with the first targets far off; the models agree on the rest."""
    rng = np.random.default_rng(seed)
    y = rng.lognormal(3.0, 0.3, n)
    columns = {f"pred_{m}": y * np.exp(0.08 * rng.normal(size=n)) for m in range(models)}
    y[:far] *= 4.0
    return {"y": y} | columns


def truths(made: Mapping[str, Any], w: Floats, task: Task = Task.REGRESSION) -> dict[str, Truth]:
    return {name: Truth(task, made["y"], w, {Kind.VALUE: made[name]}) for name in made if name[:4] == "pred"}


def records(found: Comparison) -> dict[str, Robustness]:
    return {one.spec.partition(":")[0]: one for one in found.robustness}


def assert_percentiles(
    found: Comparison, models: Mapping[str, Truth], drawn: Floats, least_checked: int
) -> None:
    """Every interval is that of the largest share over the models, in the rows drawn. drawn: (B, n)."""
    tables = {table.spec: table for table in found.losses}
    flagged = np.isin(np.arange(1, drawn.shape[1] + 1), found.rows.flagged)
    assert 0 < flagged.sum() < len(flagged)
    checked = 0
    for record in found.robustness:
        one = bound(tables[record.spec], Task(found.task))
        if record.low is None or one.loss.reduction not in (Reduction.MEAN, Reduction.ROOT):
            continue
        if one.loss.name == "label_smoothing":
            continue
        shares = []
        for truth in models.values():
            given = arguments(one, truth)
            assert given is not None
            excess = truth.w * (one.value(*given) - least(one, truth.y))
            shares.append(drawn @ (excess * flagged) / (drawn @ excess))
        ends = np.quantile(np.max(shares, axis=0), [0.025, 0.975])
        assert record.outlier_share is not None and record.reason is None
        wide = min(ends[0], record.outlier_share), max(ends[1], record.outlier_share)
        assert (record.low, record.high) == pytest.approx(wide, rel=1e-4, abs=1e-6), record.spec
        checked += 1
    assert checked >= least_checked


def by_row(n: int) -> Floats:
    return draws(row_keys(np.arange(1, n + 1)), COUNT, seed=0).T.astype(float)


# --- against the definition ------------------------------------------------------------------------------


@pytest.mark.parametrize("models", [1, 3])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_shares_of_numbers(compared: Compare, models: int, weighted: bool) -> None:
    made = broken(models=models)
    w = np.random.default_rng(2).integers(1, 4, 300).astype(float) if weighted else np.ones(300)
    asked = {"weights": "w"} if weighted else {}
    found = compared(made | {"w": w}, pred=("pred_*",), resamples=COUNT, **asked)
    assert found.rows.flagged == (1, 2, 3, 4, 5, 6)
    assert_percentiles(found, truths(made, w), by_row(300), 25)


def test_shares_of_a_loss_that_one_row_nearly_fills(compared: Compare) -> None:
    """Where it is not drawn, single precision would leave nothing of the others."""
    made = broken(models=2)
    made["y"][0] = -250.0
    found = compared(made, losses=("linex:a=0.1", "mse"), resamples=COUNT)
    first = found.robustness[0]
    assert first.models[0].top_share is not None and 1 - 1e-7 < first.models[0].top_share < 1
    assert first.low is not None and first.low < 0.9
    assert_percentiles(found, truths(made, np.ones(300)), by_row(300), 2)


def test_shares_of_counts(compared: Compare) -> None:
    """With the likelihoods, whose least value depends on the row."""
    rng = np.random.default_rng(6)
    rate = rng.gamma(9.0, 3.0, 400)
    y = rng.poisson(rate).astype(float)
    y[:7] = 300.0
    made = {"y": y, "pred": rate, "pred_late": rate + 2.0}
    found = compared(made, task=Task.COUNTS, resamples=COUNT)
    assert found.rows.flagged == (1, 2, 3, 4, 5, 6, 7)
    assert_percentiles(found, truths(made, np.ones(400), Task.COUNTS), by_row(400), 25)
    own = records(found)
    assert own["poisson_nll"].low is not None and own["negative_binomial"].low is not None
    # What a likelihood has above its least value is half its deviance.
    near = (own["poisson"].low, own["poisson"].high)
    assert (own["poisson_nll"].low, own["poisson_nll"].high) == pytest.approx(near, rel=1e-5)


def test_shares_of_probabilities(compared: Compare) -> None:
    rng = np.random.default_rng(7)
    y = (rng.random(500) < 0.4).astype(float)
    p = expit(2.0 * rng.normal(size=500) + 3.0 * y - 1.5)
    found = compared({"y": y.astype(int), "prob": p}, resamples=COUNT)
    truth = Truth(Task.BINARY, y, np.ones(500), {Kind.PROBABILITY: p})
    assert_percentiles(found, {"prob": truth}, by_row(500), 12)


def test_rows_of_a_cluster_are_drawn_together(compared: Compare) -> None:
    """Two clusters hold the flagged rows: their share varies far more than row by row."""
    made, group = broken(), [f"g{i // 3}" for i in range(300)]
    found = compared(made | {"g": group}, group="g", losses=SOME, resamples=COUNT)
    drawn = draws(hashed(group), COUNT, seed=0).T.astype(float)
    assert_percentiles(found, truths(made, np.ones(300)), drawn, 7)
    rows = compared(made, losses=SOME, resamples=COUNT)
    for name, one in records(found).items():
        other = records(rows)[name]
        assert one.outlier_share == other.outlier_share
        assert (
            one.low is not None and one.high is not None and other.low is not None and other.high is not None
        )
        assert one.high - one.low > 1.3 * (other.high - other.low)


def test_ids_pair_rows_in_any_order(compared: Compare) -> None:
    made = broken() | {"key": [f"k{i}" for i in range(300)]}
    order = np.random.default_rng(3).permutation(300)
    moved = {name: np.asarray(column)[order] for name, column in made.items()}
    one, other = (records(compared(x, id="key", losses=SOME, resamples=COUNT)) for x in (made, moved))
    for name, record in one.items():
        assert record.low is not None and record.high is not None
        assert (other[name].low, other[name].high) == pytest.approx((record.low, record.high), rel=1e-5)
        assert (other[name].rank_low, other[name].rank_high) == (record.rank_low, record.rank_high)


# --- ranks -----------------------------------------------------------------------------------------------


def test_ranks_of_losses(compared: Compare) -> None:
    found = compared(broken(1_200, far=15))
    members = {table.spec: table.members for table in found.losses}
    classes = {members[one.spec] for one in found.robustness if one.rank is not None}
    ranked: dict[tuple[str, ...], set[Any]] = {}
    for one in found.robustness:
        if one.rank is None:
            assert one.rank_low is None and one.rank_high is None and one.low is None and one.reason
            continue
        assert one.rank_low is not None and one.rank_high is not None
        assert 1 <= one.rank_low <= one.rank <= one.rank_high <= len(classes)
        ranked.setdefault(members[one.spec], set()).add((one.rank, one.rank_low, one.rank_high))
    assert all(len(places) == 1 for places in ranked.values())  # a class has one place
    assert {"mse", "rmse"} <= set(members["mse"]) and {"mae", "wmape"} <= set(members["mae"])
    own = records(found)
    assert own["tukey"].rank_high < own["mae"].rank_low <= own["mae"].rank_high < own["mse"].rank_low


def test_equal_shares_share_their_ranks(compared: Compare) -> None:
    """A huber that is half of mse everywhere, and another that is not."""
    found = compared(broken(1_200, far=30), losses=("mse", "huber:delta=1e6", "huber:delta=10", "mae"))
    ends = [(one.rank_low, one.rank_high) for one in found.robustness]
    assert ends == [(3, 4), (3, 4), (2, 2), (1, 1)]


def test_one_class_has_no_rank_interval(compared: Compare) -> None:
    for one in compared(broken(), losses=("mse", "rmse")).robustness:
        assert one.low is not None
        assert (one.rank, one.rank_low, one.rank_high) == (1, None, None)


# --- edges -----------------------------------------------------------------------------------------------


def test_one_flagged_row_may_not_be_drawn(compared: Compare) -> None:
    found = compared(broken(far=1), losses=SOME)
    assert found.rows.flagged == (1,)
    for one in found.robustness:
        assert one.outlier_share is not None and one.high is not None
        assert one.low == 0.0 < one.outlier_share < one.high <= 1.0


def test_no_flagged_row(compared: Compare) -> None:
    for one in compared(broken(far=0), losses=SOME).robustness:
        assert one.basis == "probe" and one.reason == NOT_FLAGGED
        assert one.low is one.high is one.rank_low is one.rank_high is None


def test_a_loss_that_is_in_the_flagged_rows_alone(compared: Compare) -> None:
    """Its share is 1 in every resample, which is no interval; of 2 rows some have none, and its rank may
    be any. Ranks of the others do not wait for it."""
    for far, reason, ranks in ((12, NO_SPREAD, [(3, 3), (1, 1), (2, 2)]), (2, NO_LOSS, [(1, 3)] * 3)):
        found = compared(broken(far=far), losses=("epsilon_insensitive:epsilon=12", "mae", "mse"))
        first, mae, mse = found.robustness
        assert first.outlier_share == 1.0
        assert (first.low, first.high, first.reason) == (None, None, reason)
        assert mae.low is not None and mse.low is not None
        assert [(one.rank_low, one.rank_high) for one in found.robustness] == ranks


def test_many_losses_of_many_models_leave_all_but_the_first(compared: Compare) -> None:
    """Beyond 400 pairs of models and losses, as beyond 65,536 rows."""
    made = broken(models=10)
    found = compared(made, resamples=COUNT)
    assert_percentiles(found, truths(made, np.ones(300)), by_row(300), 1)
    own = records(found)
    assert own["mae"].low is not None and own["wmape"].low == own["mae"].low
    assert own["mse"].reason == own["huber"].reason == NOT_RESAMPLED
    assert own["mse"].low is None and own["mae"].rank_low is None and own["mae"].rank is not None


def test_above_65536_rows_the_first_loss_alone_is_resampled(compared: Compare) -> None:
    n = 66_000
    made = broken(n, models=1, far=400)
    found = compared(made, losses=("mae", "mse"), resamples=200)
    mae, mse = found.robustness
    assert mae.low is not None and mae.high is not None and mae.reason is None
    assert (mse.low, mse.high, mse.reason) == (None, None, NOT_RESAMPLED)
    assert mae.rank_low is mse.rank_low is None
    loss = np.abs(made["pred_0"] - made["y"])
    flagged = np.isin(np.arange(1, n + 1), found.rows.flagged)
    share = loss[flagged].sum() / loss.sum()
    error = np.sqrt(((loss * (flagged - share)) ** 2).sum()) / loss.sum()  # of a ratio of sums
    assert mae.outlier_share == pytest.approx(share)
    assert mae.high - mae.low == pytest.approx(2 * 1.96 * error, rel=0.2)
