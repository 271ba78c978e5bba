"""Which rows are flagged, and how much of each loss they carry, straight from whole arrays."""

from typing import Any

import numpy as np
import pytest
from comparisons import Compare, Truth, bound, figure, least
from comparisons import arguments as given
from scipy.special import expit
from scipy.stats import rankdata

from losscli.comparison.influence import median_over
from losscli.domain import Floats, Kind, Task
from losscli.loss import Reduction
from losscli.result import Comparison


@pytest.mark.parametrize("k", range(1, 13))
def test_median_over_models(k: int) -> None:
    rng = np.random.default_rng(k)
    arrays = list(np.round(rng.normal(size=(k, 500)), 1))
    before = [x.copy() for x in arrays]
    np.testing.assert_array_equal(median_over(arrays), np.median(np.stack(arrays), axis=0))
    np.testing.assert_array_equal(arrays, before)


def broken(n: int = 1_200, models: int = 3, far: int = 15, seed: int = 1) -> dict[str, Any]:
    """Numbers with some targets far off; the models agree on the rest."""
    rng = np.random.default_rng(seed)
    y = rng.lognormal(3.0, 0.3, n)
    columns = {f"pred_{m}": y * np.exp(0.08 * rng.normal(size=n)) for m in range(models)}
    y[rng.choice(n, far, replace=False)] *= 4.0
    return {"y": y} | columns


def flagged_by_hand(columns: dict[str, Any], w: Floats) -> Any:
    middle = np.median([x for name, x in columns.items() if name.startswith("pred")], axis=0)
    r = np.abs(middle - columns["y"])
    s = np.median(np.repeat(r, w.astype(int))) / 0.67449
    return (r > 5 * s) & (w > 0)


@pytest.mark.parametrize("models", [1, 2, 3, 4, 10])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_flags_of_numbers(compared: Compare, models: int, weighted: bool) -> None:
    columns = broken(models=models)
    w = np.random.default_rng(2).integers(0, 3, 1_200).astype(float) if weighted else np.ones(1_200)
    found = compared(columns | {"w": w}, weights="w", losses=["mae"])
    direct = np.flatnonzero(flagged_by_hand(columns, w)) + 1
    assert len(direct) > 5
    assert found.rows.flagged == tuple(direct)


def test_flags_are_named_by_id(compared: Compare) -> None:
    columns = broken()
    names = np.array([f"k{code:04d}" for code in range(1_200)])
    found = compared({"key": names} | columns, id="key", losses=["mae"])
    assert found.rows.flagged == tuple(names[flagged_by_hand(columns, np.ones(1_200))])


@pytest.mark.parametrize("kinds", [("prob", "prob", "prob"), ("logit", "prob"), ("prob", "score")], ids=str)
def test_flags_of_probabilities(compared: Compare, kinds: tuple[str, ...]) -> None:
    """Less than 0.05 for the true class by the median of the models that give one."""
    rng = np.random.default_rng(3)
    y = (rng.random(2_000) < 0.3).astype(int)
    columns: dict[str, Any] = {"y": y}
    own, shared = [], 2.0 * rng.normal(size=2_000)
    for place, kind in enumerate(kinds):
        z = shared + 0.5 * rng.normal(size=2_000) + 2.0 * y - 1.0
        columns[f"m{place}_{kind}"] = expit(z) if kind == "prob" else z
        if kind != "score":
            own.append(np.where(y == 1, expit(z), expit(-z)))
    found = compared(columns, losses=["zero_one"])
    direct = np.flatnonzero(np.median(own, axis=0) < 0.05) + 1
    assert len(direct) > 10
    assert found.rows.flagged == tuple(direct)


def test_flags_of_scores(compared: Compare) -> None:
    """The 1 % of rows with the lowest mean rank of the margin."""
    rng = np.random.default_rng(4)
    y = (rng.random(3_000) < 0.3).astype(int)
    scores = rng.normal(size=(2, 3_000)) * [[1.0], [50.0]] + (2 * y - 1)
    found = compared({"y": y, "score_a": scores[0], "score_b": scores[1]}, losses=["hinge"])
    rank = sum(rankdata((2 * y - 1) * score) for score in scores)
    lowest = np.sort(np.argsort(rank)[:30]) + 1
    assert len(np.unique(np.sort(rank)[29:31])) == 2  # the border is clear
    assert found.rows.flagged == tuple(lowest)


def shares(found: Comparison, models: dict[str, Truth], flagged: Any) -> int:
    """Every outlier share against Σ over flagged rows / Σ over all; how many there were."""
    checked = 0
    tables = {table.spec: table for table in found.losses}
    for record in found.robustness:
        one = bound(tables[record.spec], Task(found.task))
        if one.loss.name == "label_smoothing" or one.loss.reduction not in (Reduction.MEAN, Reduction.ROOT):
            continue
        own = []
        for model in record.models:
            truth = models[model.model]
            arguments = given(one, truth)
            assert arguments is not None
            excess = truth.w * (one.value(*arguments) - least(one, truth.y))
            own.append(excess[flagged].sum() / excess.sum())
            assert model.outlier_share == pytest.approx(own[-1], rel=1e-9, abs=1e-12), record.spec
            kept = Truth(truth.task, truth.y, np.where(flagged, 0.0, truth.w), truth.said)
            assert model.bulk_value == pytest.approx(figure(one, kept), rel=1e-9), record.spec
        assert record.outlier_share == pytest.approx(max(own), rel=1e-9, abs=1e-12)
        assert record.basis == "flagged" and record.probe_weight is None
        checked += 1
    return checked


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_shares_of_numbers(compared: Compare, weighted: bool) -> None:
    columns = broken()
    w = np.random.default_rng(5).integers(0, 3, 1_200).astype(float) if weighted else np.ones(1_200)
    found = compared(columns | {"w": w}, weights="w")
    models = {n: Truth(Task.REGRESSION, columns["y"], w, {Kind.VALUE: columns[n]}) for n in list(columns)[1:]}
    flagged = flagged_by_hand(columns, w)
    assert shares(found, models, flagged) > 30
    for record in found.robustness:
        if record.spec == "medae":
            for model in record.models:
                r = np.abs(columns[model.model] - columns["y"])
                direct = np.median(np.repeat(r, np.where(flagged, 0, w).astype(int)))
                assert model.bulk_value == direct
        if record.spec == "wmape":
            mae = next(other for other in found.robustness if other.spec == "mae")
            assert record.outlier_share == mae.outlier_share


def test_shares_of_counts(compared: Compare) -> None:
    """With the likelihoods, whose least value depends on the row."""
    rng = np.random.default_rng(6)
    rate = rng.gamma(9.0, 3.0, 1_500)
    y = rng.poisson(rate).astype(float)
    y[:12] = 300.0
    found = compared({"y": y, "pred": rate}, task=Task.COUNTS)
    assert found.rows.flagged == tuple(range(1, 13))
    truth = Truth(Task.COUNTS, y, np.ones(1_500), {Kind.VALUE: rate})
    assert shares(found, {"pred": truth}, np.arange(1_500) < 12) > 30
    likelihoods = {"poisson_nll", "negative_binomial:alpha=1"}
    assert all(r.outlier_share is not None for r in found.robustness if r.spec in likelihoods)


def test_shares_of_probabilities(compared: Compare) -> None:
    rng = np.random.default_rng(7)
    y = (rng.random(1_000) < 0.4).astype(float)
    p = expit(2.0 * rng.normal(size=1_000) + 3.0 * y - 1.5)
    found = compared({"y": y.astype(int), "prob": p})
    truth = Truth(Task.BINARY, y, np.ones(1_000), {Kind.PROBABILITY: p})
    assert shares(found, {"prob": truth}, np.where(y == 1, p, 1 - p) < 0.05) >= 12


def test_losses_are_ranked_by_their_share(compared: Compare) -> None:
    found = compared(broken())
    own = {table.spec: table.members for table in found.losses}
    first = {
        own[r.spec][0]: r.outlier_share for r in reversed(found.robustness) if r.outlier_share is not None
    }
    for record in found.robustness:
        if record.rank is not None and record.spec in first:
            assert record.rank == 1 + sum(x < first[record.spec] for x in first.values())
    order = {r.spec.partition(":")[0]: r.outlier_share for r in found.robustness}
    assert order["tukey"] < order["mae"] < order["huber"] < order["mse"]


def test_the_loss_without_a_far_outlier_keeps_its_digits(compared: Compare) -> None:
    rng = np.random.default_rng(8)
    y = rng.normal(size=200)
    p = y + rng.normal(size=200)
    y[3] = 1e10
    found = compared({"y": y, "pred": p}, losses=["mse", "mae"])
    kept = np.arange(200) != 3
    direct_values = (((y - p)[kept] ** 2).mean(), np.abs(y - p)[kept].mean())
    for record, direct in zip(found.robustness, direct_values, strict=True):
        assert record.models[0].bulk_value == pytest.approx(direct, rel=1e-9)


def test_probe_of_numbers(compared: Compare) -> None:
    """No row is flagged: what a target 10 s away would weigh, in mean losses."""
    rng = np.random.default_rng(9)
    y = rng.normal(0.0, 5.0, 1_000)
    columns = {"y": y, "pred_a": y + rng.uniform(-1, 1, 1_000), "pred_b": y + rng.uniform(-1, 1.2, 1_000)}
    found = compared(columns)
    assert found.rows.flagged == () and found.scale is not None
    step, checked = 10 * found.scale, 0
    tables = {table.spec: table for table in found.losses}
    for record in found.robustness:
        one = bound(tables[record.spec], Task.REGRESSION)
        assert record.basis == "probe" and record.outlier_share is None
        if one.loss.reduction is not Reduction.MEAN or one.loss.infimum != 0.0:
            continue
        own = []
        for name in ("pred_a", "pred_b"):
            up, down, here = (
                figure(one, Truth(Task.REGRESSION, y + shift, np.ones(1_000), {Kind.VALUE: columns[name]}))
                for shift in (step, -step, 0.0)
            )
            assert up is not None and down is not None and here is not None
            own.append((up + down) / 2 / here)
        assert record.probe_weight == pytest.approx(max(own), rel=1e-9), record.spec
        checked += 1
    assert checked > 20


def test_probe_of_classes(compared: Compare) -> None:
    """A flipped label."""
    rng = np.random.default_rng(10)
    y = (rng.random(800) < 0.5).astype(int)
    p = rng.uniform(0.1, 0.9, 800)
    found = compared({"y": y, "prob": p}, losses=["bce", "brier", "zero_one"])
    assert found.rows.flagged == ()
    own = np.where(y == 1, p, 1 - p)
    wrong = (p > 0.5) != y
    direct = {
        "bce": np.log(1 - own).mean() / np.log(own).mean(),
        "brier": (own**2).mean() / ((1 - own) ** 2).mean(),
        "zero_one": (~wrong).mean() / wrong.mean(),
    }
    for record in found.robustness:
        assert record.probe_weight == pytest.approx(direct[record.spec], rel=1e-9)


def test_a_probe_stays_in_the_domain_or_says_why(compared: Compare) -> None:
    rng = np.random.default_rng(11)
    y = rng.lognormal(size=2_000)
    found = compared(
        {"y": y, "pred": y + rng.uniform(0.01, 0.1, 2_000)}, losses=["inverse_gaussian", "gamma"]
    )
    assert found.rows.flagged == ()
    for record in found.robustness:
        if record.probe_weight is None:
            assert record.reason != "no model has any loss", record.spec
        else:
            assert record.probe_weight > 0.0, record.spec
