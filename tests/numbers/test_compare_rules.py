"""The rules around the figures: what is dropped, clipped, scaled, ranked, and said where there is none."""

import json
from typing import Any

import numpy as np
import pytest
import scipy.stats
from comparisons import Compare
from scipy.special import expit

from losscli.errors import DataError
from losscli.render import written
from losscli.result import Comparison


def values(found: Comparison) -> dict[tuple[str, str], Any]:
    return {
        (table.spec, result.model): (
            result.value,
            result.skill,
            result.effective_rows,
        )
        for table in found.losses
        for result in table.results
    }


def numbers(n: int, seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y = rng.lognormal(1.0, 0.8, n)
    return {"y": y, "pred_a": y * np.exp(0.2 * rng.normal(size=n)), "pred_b": y + 0.1 + 0.5 * rng.random(n)}


def test_dropping_is_the_file_without_these_rows(compared: Compare) -> None:
    """A missing value anywhere drops the row for every model."""
    columns = numbers(900)
    bad = np.zeros(900, dtype=bool)
    for name, rows in (("y", [3, 40]), ("pred_a", [40, 41]), ("pred_b", [600, 899])):
        columns[name][rows] = np.nan
        bad[rows] = True
    with pytest.raises(DataError, match="row 4 is missing"):
        compared(columns)
    dropped = compared(columns, drop=True)
    without = compared({name: x[~bad] for name, x in columns.items()})
    assert values(dropped) == values(without)
    assert dropped.scale == without.scale
    points = [[[(one.value, one.rank) for one in m.results] for m in f.metrics] for f in (dropped, without)]
    assert points[0] == points[1]
    assert (dropped.rows.read, dropped.rows.used) == (900, 895)
    assert sum(dropped.rows.dropped.values()) == 5
    assert len(dropped.rows.flagged) == len(without.rows.flagged)


def test_infinite_rows_are_dropped_too(compared: Compare) -> None:
    columns = numbers(300)
    columns["pred_a"][7] = np.inf
    with pytest.raises(DataError, match="row 8 is infinite"):
        compared(columns)
    kept = np.arange(300) != 7
    assert values(compared(columns, drop=True)) == values(compared({k: x[kept] for k, x in columns.items()}))


def test_weight_zero_is_an_absent_row(compared: Compare) -> None:
    columns = numbers(700)
    w = np.random.default_rng(2).integers(0, 3, 700).astype(float)
    one = compared(columns | {"w": w}, weights="w")
    other = compared({name: x[w > 0] for name, x in (columns | {"w": w}).items()}, weights="w")
    assert values(one) == values(other)


def test_weights_of_one_are_no_weights(compared: Compare) -> None:
    columns = numbers(2_000)
    assert values(compared(columns | {"w": np.ones(2_000)}, weights="w")) == values(compared(columns))


def certain(n: int = 400) -> dict[str, Any]:
    """Two rows are certain and wrong, some certain and right."""
    rng = np.random.default_rng(3)
    y = (rng.random(n) < 0.4).astype(int)
    p = expit(rng.normal(size=n) + y)
    y[:4], p[:4] = [1, 0, 1, 0], [0.0, 1.0, 1.0, 0.0]
    return {"y": y, "prob_a": p, "prob_b": expit(rng.normal(size=n))}


def test_a_certain_mistake_is_infinite_and_ranks_last(compared: Compare) -> None:
    found = compared(certain(), losses=["bce", "brier"])
    a, b = found.loss("bce").results
    assert a.value is None and a.reason is not None and "row 1 and 1 more" in a.reason
    assert (a.rank, b.rank) == (2, 1)
    assert all(result.value is not None for result in found.loss("brier").results)


@pytest.mark.parametrize("clip", [1e-7, 0.01])
def test_clip(compared: Compare, clip: float) -> None:
    columns = certain()
    found = compared(columns, clip=clip, losses=["bce", "brier", "gce:q=0.7"])
    y = columns["y"]
    for result in found.loss("bce").results:
        p = np.clip(columns[result.model], clip, 1 - clip)
        assert result.value == pytest.approx(-np.log(np.where(y == 1, p, 1 - p)).mean(), rel=1e-9)
        assert result.clipped_rows == np.count_nonzero(p != columns[result.model])
    brier = found.loss("brier").results[0]
    p = np.clip(columns["prob_a"], clip, 1 - clip)
    assert brier.value == pytest.approx(((y - p) ** 2).mean(), rel=1e-9)


def test_scale_is_the_median_residual(compared: Compare) -> None:
    columns = numbers(501)
    r = np.median([columns["pred_a"], columns["pred_b"]], axis=0) - columns["y"]
    found = compared(columns, losses=["huber", "mse"])
    assert found.scale == pytest.approx(np.median(np.abs(r)) / 0.67449, rel=1e-12)
    assert found.losses[0].params["delta"] == pytest.approx(1.345 * found.scale, rel=1e-12)


def test_scale_falls_back_to_quartiles_then_to_the_mean(compared: Compare) -> None:
    """Powers of 2, so that residuals are exact."""
    p = np.zeros(100)
    y = np.arange(100.0)
    p[:40] = -4.0
    quartiles = compared({"y": y, "pred": y + p}, losses=["mse"])
    assert quartiles.scale == pytest.approx(4.0 / 1.349, rel=1e-12)
    p[10:40] = 0.0
    mean = compared({"y": y, "pred": y + p}, losses=["mse"])
    assert mean.scale == pytest.approx(10 * 4.0 / 100 * 1.2533, rel=1e-12)


def test_no_scale_at_all(compared: Compare) -> None:
    y = np.arange(30.0) + 0.5
    found = compared({"y": y, "pred": y})
    assert found.scale is None and found.scale_reason
    refused = {one.spec.partition(":")[0]: one.reason for one in found.refused}
    assert {"huber", "tukey", "cauchy", "linex"} <= set(refused)
    assert refused["huber"] == found.scale_reason
    for table in found.losses:
        result = table.results[0]
        assert result.value == 0.0 or table.reference is None, table.spec
    assert all(record.outlier_share is None and record.reason for record in found.robustness)


def test_a_scale_that_is_given(compared: Compare) -> None:
    found = compared(numbers(300), scale=2.5, losses=["huber", "tukey", "linex", "huber:delta=0.5"])
    assert found.scale == 2.5
    assert [dict(t.params) for t in found.losses] == [
        {"delta": 1.345 * 2.5},
        {"c": 4.685 * 2.5},
        {"a": pytest.approx(1 / 2.5)},
        {"delta": 0.5},
    ]


def test_ranks_classes_and_differences(compared: Compare) -> None:
    columns = numbers(1_500) | {"pred_c": numbers(1_500)["pred_a"]}
    found = compared(columns)
    for table in found.losses:
        own = [result.value for result in table.results]
        assert [r.rank for r in table.results] == [1 + sum(x < v for x in own) for v in own], table.spec
        assert table.results[0].rank == table.results[2].rank
    members = {table.spec: set(table.members) for table in found.losses}
    assert members["mse"] >= {"mse", "rmse", "expectile:tau=0.5", "half_squared_error", "nrmse"}
    assert members["mae"] >= {"mae", "wmape", "quantile:tau=0.5"}
    assert members["msle"] == {"msle", "rmsle"}
    for spec, own_members in members.items():
        assert spec in own_members
        for other in own_members:
            assert members[other] == own_members
            ours, theirs = found.loss(spec).results, found.loss(other).results
            assert [r.rank for r in ours] == [r.rank for r in theirs]
    pairs = {(d.spec, d.a, d.b): d for d in found.comparisons}
    assert len(pairs) == 3 * len(found.losses) == len(found.comparisons)
    for (spec, a, b), difference in pairs.items():
        value = {result.model: result.value for result in found.loss(spec).results}
        assert difference.difference == value[a] - value[b]
        assert difference.relative == pytest.approx(value[a] / value[b] - 1, rel=1e-9, abs=1e-15)


def test_intervals_of_many_rows(compared: Compare) -> None:
    """The t interval of a mean from scipy, and Wilson's for a rate."""
    rng = np.random.default_rng(7)
    y = rng.normal(size=5_000)
    p = y + rng.normal(size=5_000)
    result = compared({"y": y, "pred": p}, losses=["mae"], confidence=0.9).losses[0].results[0]
    loss = np.abs(p - y)
    low, high = scipy.stats.t.interval(0.9, 4_999, loss.mean(), scipy.stats.sem(loss))
    assert (result.low, result.high) == (pytest.approx(low, rel=1e-9), pytest.approx(high, rel=1e-9))
    codes = (y > 0).astype(int)
    wrong = compared({"y": codes, "pred": (p > 0).astype(int)}, losses=["zero_one"]).losses[0].results[0]
    k = int(np.count_nonzero(codes != (p > 0)))
    theirs = scipy.stats.binomtest(k, 5_000).proportion_ci(method="wilson")
    assert (wrong.low, wrong.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


FILES: dict[str, dict[str, Any]] = {
    "numbers": numbers(1_500),
    "few": numbers(7),
    "perfect": {"y": np.arange(9.0), "pred": np.arange(9.0)},
    "constant": {"y": np.full(20, 2.0), "pred": np.arange(20.0)},
    "certain": certain(),
    "one class": {"y": np.ones(30, dtype=int), "prob": np.linspace(0.1, 0.9, 30)},
    "labels": {"y": np.arange(30) % 3, "pred": np.arange(30) // 2 % 3},
    "huge": {"y": np.array([1e300, -1e300, 2.0]), "pred": np.array([-1e300, 1.0, 2.5])},
    "one row": {"y": np.array([3.5]), "pred": np.array([2.0])},
}


def documents(value: Any) -> list[dict[str, Any]]:
    """Every record in a JSON document."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value] if isinstance(value, dict) else []
    return own + [record for item in inside for record in documents(item)]


FIGURES = {"value", "low", "high", "outlier_share", "difference"}


@pytest.mark.parametrize("name", FILES)
def test_json_has_no_bare_null(compared: Compare, name: str) -> None:
    """Strict JSON; a figure that is null has a reason in its record."""

    def refuse(word: str) -> Any:
        raise AssertionError(word)

    document = json.loads(compared(FILES[name]).to_json(), parse_constant=refuse)
    assert document["scale"] is not None or document["scale_reason"]
    records = [record for record in documents(document) if "reason" in record]
    assert records
    for record in records:
        absent = {key for key in FIGURES & record.keys() if record[key] is None}
        if record.get("basis") == "probe" and record["probe_weight"] is not None:
            absent = set()  # the figure is the probe's
        assert not absent or record["reason"], record


def test_no_skill_has_a_reason(compared: Compare) -> None:
    rng = np.random.default_rng(8)
    p = rng.gamma(9.0, 1.0, 3_000)
    y = rng.gamma(20.0, p / 20.0)
    found = compared({"y": y, "pred": p}, losses=["gamma_nll"])
    result = found.losses[0].results[0]
    assert result.skill is None and result.skill_reason == "the loss has no zero to measure from"


def test_no_skill_where_the_target_is_constant_has_its_own_reason(compared: Compare) -> None:
    y = np.full(60, 5.0)
    made = {"y": y, "pred": y + np.random.default_rng(0).normal(size=60)}
    found = compared(made, losses=["mae"], task="regression")
    (result,), (d2,) = (
        found.losses[0].results,
        next(table.results for table in found.metrics if table.name == "d2_absolute_error"),
    )
    assert (result.skill, result.skill_reason) == (None, "the best constant has no loss")
    assert result.low is not None and result.reason is None
    assert (d2.value, d2.reason) == (None, "the best constant has no loss")


@pytest.mark.parametrize("far", [0.0, 1.0])
def test_losses_that_are_equal_but_for_rounding_are_equal(compared: Compare, far: float) -> None:
    """Of targets with two decimals, ± 0.1; far: models that are worse by turns, whose means are level."""
    y = np.round(np.random.default_rng(0).normal(3, 1, 200), 2)
    turns = np.where(np.arange(200) % 2, 0.1, 0.1 + far)
    made = {"y": y, "pred_a": y + turns, "pred_b": y - turns[::-1], "by": ["x"] * 200}
    found = compared(made, losses=["mae", "mse", "rmse"], by="by")
    for pair in (*found.comparisons, *found.slices.slices[0].comparisons):  # type: ignore[union-attr]
        assert (pair.difference, pair.rows_needed) == (0.0, None), pair
        assert pair.verdict in ("~", None) and pair.p == 1.0
        assert pair.low == -pair.high if far else pair.low == pair.high == 0.0
    assert "are equal." in written(found, "text", all=False, colour=False, width=None)


@pytest.mark.parametrize(
    "y", [np.zeros(40), -np.linspace(1.0, 2.0, 40)], ids=["no counts at all", "all targets below 0"]
)
def test_targets_at_or_below_zero_with_positive_predictions(compared: Compare, y: Any) -> None:
    """Losses whose predictions must be positive have no best constant among the targets."""
    found = compared({"y": y, "pred": np.linspace(0.1, 0.9, 40)})
    assert found.loss("mse").results[0].value is not None


def test_a_label_only_predicted_changes_no_figure_of_the_probabilities(compared: Compare) -> None:
    p = np.random.default_rng(4).dirichlet([1, 1, 1], 200)
    columns = {"y": np.array(list("abc"))[np.arange(200) % 3]}
    columns |= {f"rf_prob_{label}": p[:, c] for c, label in enumerate("abc")}
    plain = compared(columns | {"vote_pred": np.roll(columns["y"], 1)})
    other = compared(columns | {"vote_pred": np.append("d", columns["y"][:-1])})
    assert other.labels == ("a", "b", "c", "d")
    kept = values(plain)
    assert {key: value for key, value in values(other).items() if key[1] == "rf"} == {
        key: value for key, value in kept.items() if key[1] == "rf"
    }
    assert {t.spec: t.reference for t in other.losses} == {t.spec: t.reference for t in plain.losses}
    shares = [{t.spec: t.models[0].outlier_share for t in found.robustness} for found in (plain, other)]
    assert shares[0] == shares[1]
    assert shares[0]["label_smoothing:epsilon=0.1"] is not None


def test_the_screen_says_that_mae_prob_is_summed_over_both_classes(compared: Compare) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 60)
    p = np.clip(0.3 + 0.4 * y + rng.normal(0, 0.1, 60), 0.01, 0.99)
    found = compared({"y": y, "prob_a": p}, losses=["brier", "mae_prob"])
    values = {table.spec: table.results[0].value for table in found.losses}
    assert values == pytest.approx({"brier": np.mean((y - p) ** 2), "mae_prob": 2 * np.mean(np.abs(y - p))})
    said = "mae_prob, 2|y - p|, is summed over both classes; brier, (y - p)², is not"
    assert said in written(found, "text", all=True, colour=False, width=None)
    alone = compared({"y": y, "prob_a": p}, losses=["brier"])
    assert said not in written(alone, "text", all=True, colour=False, width=None)
