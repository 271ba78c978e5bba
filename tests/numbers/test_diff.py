"""What changed between two results: matched by name and spec, judged by replicates of the same rows."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from recordings import COUNT, document

from losscli.comparison.diff import changes
from losscli.errors import DataError
from losscli.inference import judge, smooth
from losscli.inference.resample import UnitSums, replicate, row_keys
from losscli.result import Changes, LossChange, Recorded, mismatch, pack, recorded

N = 300


def rows(seed: int = 0, n: int = N) -> np.ndarray:
    return np.abs(np.random.default_rng(seed).normal(size=n)) + 0.01


def read(made: dict[str, Any], path: str = "old.json") -> Recorded:
    return recorded(json.dumps(made), path)


def diff(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    return changes(read(old), read(new, "new.json"), ("losscli", "diff", "old.json", "new.json"))


def one(found: Changes, spec: str = "mae", model: str = "rf") -> LossChange:
    return next(c for c in found.losses if (c.spec, c.new_model) == (spec, model))


def mae(**models: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    return {"mae": models}


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_result_and_itself():
    made = document({"mae": {"rf": rows(0), "gbm": rows(1)}, "mse": {"rf": rows(2), "gbm": rows(3)}})
    found = diff(made, made)
    assert found.paired and found.reason is None and not found.unmatched and not found.warnings
    assert len(found.losses) == 4
    for c in found.losses:
        assert (c.change, c.relative, c.low, c.high, c.p, c.reason) == (0, 0, 0, 0, 1, None)
        assert c.verdict == ("~" if c.spec == "mae" else None)
    assert [(m.name, m.model, m.change) for m in found.metrics] == [("r2", "rf", 0), ("r2", "gbm", 0)]


def test_rows_in_another_order_are_the_same_rows():
    order = np.random.default_rng(5).permutation(N)
    old = document(mae(rf=rows(0), gbm=rows(1)))
    new = document(mae(rf=rows(0)[order], gbm=rows(1)[order]), keys=order + 1)
    for c in diff(old, new).losses:
        assert c.relative == pytest.approx(0, abs=1e-14)
        assert c.low <= c.relative <= c.high and c.high - c.low < 1e-14
        assert (c.verdict, c.p) == ("~", 1)


def test_the_figures_of_a_change():
    a, b = rows(0), rows(0) * 0.9 + rows(1) * 0.02
    c = one(diff(document(mae(rf=a)), document(mae(rf=b))))
    assert (c.old, c.new, c.change) == (a.mean(), b.mean(), b.mean() - a.mean())
    assert c.relative == pytest.approx(b.mean() / a.mean() - 1)
    assert (c.verdict, c.reason) == ("better", None)
    assert one(diff(document(mae(rf=b)), document(mae(rf=a)))).verdict == "worse"


def test_the_interval_is_that_of_both_in_one_file():
    """The logarithm of the ratio, with its own spread in every resample."""
    a, b = rows(0), rows(1)
    c = one(diff(document(mae(rf=a)), document(mae(rf=b))))
    units = UnitSums.of([b, a], np.ones(N), row_keys(np.arange(1, N + 1)))
    drawn = replicate(units, COUNT, 0, ((0, 0), (1, 1), (0, 1)), precise=True)
    ratio = smooth(lambda x, y: np.log(x / y), *drawn.joint([0, 1]))
    family = judge(ratio, 0.95, N)
    assert (c.low, c.high) == pytest.approx((math.expm1(family.low[0]), math.expm1(family.high[0])), rel=1e-6)
    assert c.p == pytest.approx(family.p[0], abs=1e-12)
    assert (c.verdict == "~") == (c.low <= 0 <= c.high)


def test_models_of_the_primary_loss_are_one_family():
    a, b = rows(0), rows(0) * 0.99 + rows(1) * 0.02
    others = {f"m{i}": rows(i + 2) for i in range(6)}
    moved = {name: np.roll(x, 1) for name, x in others.items()}
    old, new = {"rf": a} | others, {"rf": b} | moved
    alone = one(diff(document(mae(rf=a)), document(mae(rf=b))))
    found = diff(document({"mae": old, "huber:delta=1": old}), document({"mae": new, "huber:delta=1": new}))
    family, single = one(found), one(found, "huber:delta=1")
    assert family.low < alone.low < alone.relative < alone.high < family.high
    assert (single.low, single.high, single.verdict) == (alone.low, alone.high, None)
    assert single.p is not None


def test_false_alarms_are_few():
    shown = 0
    for seed in range(150):
        a, b = rows(2 * seed, 200), rows(2 * seed + 1, 200)
        shown += one(diff(document(mae(rf=a)), document(mae(rf=b)))).verdict != "~"
    assert shown <= 17  # 5 % of 150 is 7.5; P(more than 17) is 0.04 %


def test_a_change_that_is_the_same_in_every_row():
    """It has no spread, and takes none of the others' power."""
    a, b = rows(0), rows(1)
    old = document(mae(rf=a, gbm=b))
    for factor, verdict in ((2.0, "worse"), (0.7, "better"), (1.1, "worse")):
        found = diff(old, document(mae(rf=a * factor, gbm=b * 0.8 + rows(3) * 0.01)))
        c = one(found)
        assert (c.verdict, c.p < 0.01) == (verdict, True)
        assert (c.low, c.high) == pytest.approx((factor - 1, factor - 1))
        assert one(found, model="gbm").verdict == "better"


def test_rows_needed_stand_with_what_is_not_shown():
    c = one(diff(document(mae(rf=rows(0))), document(mae(rf=rows(2)))))
    assert c.verdict == "~" and c.rows_needed > N
    assert one(diff(document(mae(rf=rows(0))), document(mae(rf=rows(0) * 2)))).rows_needed is None


def test_too_few_units_have_no_interval():
    made = document(mae(rf=rows(0)), resampling={"by": "group", "column": "g", "units": 3, "length": None})
    c = one(diff(made, document(mae(rf=rows(1)), resampling=made["resampling"])))
    assert (c.low, c.p, c.verdict) == (None, None, "~") and c.reason.startswith("too few rows")


# ── what has no interval ─────────────────────────────────────────────────────────────────────────────


def without(made: dict[str, Any], value: float | None, reason: str | None = None) -> dict[str, Any]:
    made["losses"][0]["results"][0] |= {"value": value, "reason": reason}
    return made


@pytest.mark.parametrize(
    ("old", "new", "change", "reason"),
    [
        (0.0, 1.0, 1.0, "a loss of 0 or below has no ratio"),
        (1.0, 0.0, -1.0, "a loss of 0 or below has no ratio"),
        (-2.0, -3.0, -1.0, "a loss of 0 or below has no ratio"),
        (1e-300, 1e300, 1e300, "the ratio is beyond any number"),
        (None, 1.0, None, "no value in old.json: infinite: row 3"),
        (1.0, None, None, "no value in new.json: infinite: row 3"),
    ],
)
def test_a_loss_without_a_ratio(old, new, change, reason):
    first, second = (
        without(document(mae(rf=rows(0))), value, None if value is not None else "infinite: row 3")
        for value in (old, new)
    )
    c = one(diff(first, second))
    assert (c.old, c.new, c.change, c.relative, c.low, c.high, c.verdict) == (
        *(old, new, change),
        *(None, None, None, None),
    )
    assert c.reason == reason


def test_a_change_on_few_rows():
    moved = rows(0)
    moved[7] += 1e6
    c = one(diff(document(mae(rf=rows(0))), document(mae(rf=moved))))
    assert c.relative is not None and (c.low, c.verdict) == (None, None)
    assert c.reason.startswith("dominated by a few large errors: 1.0 effective differing rows of 1")


def test_a_loss_that_was_not_resampled():
    old, new = document(mae(rf=rows(0))), document(mae(rf=rows(1)))
    new["replicates"]["losses"] = []
    c = one(diff(old, new))
    assert (c.low, c.verdict, c.reason) == (None, None, "this loss was not resampled in both")


def test_figures_that_are_undefined_in_resamples():
    def ratio(values: np.ndarray) -> dict[str, Any]:
        made = document(mae(rf=rows(0)))
        made["replicates"] |= {
            "losses": [],
            "figures": [{"name": "mae", "model": "rf", "values": pack(values)}],
        }
        return made

    known = np.random.default_rng(0).normal(1.0, 0.01, COUNT)
    gone = one(diff(ratio(known), ratio(np.full(COUNT, np.nan))))
    assert gone.low is None and gone.reason.startswith("too few")
    assert one(diff(ratio(known), ratio(known + np.linspace(0.0, 0.1, COUNT)))).low is not None


@pytest.mark.parametrize("lacking", [("old",), ("new",), ("old", "new")])
def test_without_replicates_there_are_changes_alone(lacking):
    old, new = (
        document(mae(rf=rows(i)), paired=side not in lacking) for i, side in enumerate(("old", "new"))
    )
    found = diff(old, new)
    files = [f"{side}.json" for side in lacking]
    assert not found.paired
    assert found.reason.startswith(f"no replicates in {' and '.join(files)}")
    assert f"losscli compare ... --id COL --replicates --output {files[0]}" in found.reason
    c = one(found)
    assert c.relative is not None and c.reason == f"no replicates in {' and '.join(files)}"
    assert (c.low, c.high, c.p, c.verdict) == (None, None, None, None)


# ── what is matched ──────────────────────────────────────────────────────────────────────────────────


def test_models_are_matched_by_name():
    a = rows(0)
    found = diff(document(mae(rf=a, gbm=a, old=a)), document(mae(new=a, gbm=a, rf=a)))
    assert [(c.old_model, c.new_model) for c in found.losses] == [("gbm", "gbm"), ("rf", "rf")]
    assert [(u.what, u.name, u.side, u.reason) for u in found.unmatched] == [
        ("model", "old", "old", "not in new.json"),
        ("model", "new", "new", "not in old.json"),
    ]


def test_one_model_each_is_matched_whatever_its_name():
    found = diff(document(mae(rf=rows(0))), document(mae(xgb=rows(0) * 2)))
    (c,) = found.losses
    assert (c.old_model, c.new_model, c.verdict) == ("rf", "xgb", "worse")
    assert [m.model for m in found.metrics] == ["xgb"]


def reasons(old: dict[str, Any], new: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(u.side, u.name): u.reason for u in diff(old, new).unmatched}


def test_losses_of_other_scales_are_to_be_pinned():
    a = {"rf": rows(0)}
    old = document({"mae": a, "huber:delta=20": a, "linex:a=0.1": a, "barron:alpha=-2,c=15": a}, scale=10.0)
    new = document({"mae": a, "huber:delta=30": a, "linex:a=0.06666666666666667": a}, scale=15.0)
    pin = "other parameters; pin them with --scale 10"
    assert reasons(old, new) == {
        ("old", "huber:delta=20"): pin,
        ("new", "huber:delta=30"): pin,
        ("old", "linex:a=0.1"): pin,
        ("new", "linex:a=0.06666666666666667"): pin,
        ("old", "barron:alpha=-2,c=15"): "not in new.json",
    }


def test_losses_of_other_written_parameters_are_to_be_named():
    a = {"rf": rows(0)}
    old = document({"mae": a, "quantile:tau=0.1": a}, scale=10.0)
    new = document({"mae": a, "quantile:tau=0.9": a}, scale=15.0)
    assert reasons(old, new) == {
        ("old", "quantile:tau=0.1"): "other parameters; name it in both with --loss quantile:tau=0.1",
        ("new", "quantile:tau=0.9"): "other parameters; name it in both with --loss quantile:tau=0.9",
    }


def test_metrics_that_one_side_has_alone():
    old, new = document(mae(rf=rows(0))), document(mae(rf=rows(0)))
    new["metrics"][0]["name"] = "bias"
    found = diff(old, new)
    assert found.metrics == ()
    assert [(u.what, u.name, u.side) for u in found.unmatched] == [
        ("metric", "r2", "old"),
        ("metric", "bias", "new"),
    ]


def test_a_metric_without_a_value():
    old, new = document(mae(rf=rows(0))), document(mae(rf=rows(0)))
    old["metrics"][0]["results"][0] |= {"value": None, "reason": "no variance"}
    (m,) = diff(old, new).metrics
    assert (m.old, m.new, m.change, m.reason) == (None, 0.7, None, "no value in old.json: no variance")


def test_verdicts_are_on_the_new_primary_loss():
    losses = {"mae": {"rf": rows(0)}, "mse": {"rf": rows(1)}}
    found = diff(document(losses), document(losses, primary="mse"))
    assert (one(found, "mse").verdict, one(found).verdict) == ("~", None)
    assert [w.code for w in found.warnings] == ["primary"]
    only = diff(document({"mae": losses["mae"]}), document(losses, primary="mse"))
    assert {c.verdict for c in only.losses} == {None}
    assert only.unmatched[0].name == "mse"


def test_other_weights_and_thresholds_are_said():
    old = document(mae(rf=rows(0)), weights="w", threshold=0.5)
    found = diff(old, document(mae(rf=rows(0)), threshold=0.25))
    assert [(w.code, w.message) for w in found.warnings] == [
        ("weights", "the column of weights differs: w and none"),
        ("threshold", "the threshold differs: 0.5 and 0.25"),
    ]


# ── what cannot be compared ──────────────────────────────────────────────────────────────────────────

Made = dict[str, Any]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (document(mae(rf=rows(0)), task="counts"), "the task differs: regression and counts"),
        (document(mae(rf=rows(0)), target="z"), "the target differs: y and z"),
        (document(mae(rf=rows(0)), positive="yes"), "the positive class differs: none and yes"),
        (document(mae(rf=rows(0, 299))), "the number of rows differs: 300 and 299"),
        (document(mae(rf=rows(0, 299)), paired=False), "the number of rows differs: 300 and 299"),
        (document(mae(a=rows(0), b=rows(0))), "have no model in common: rf; a, b"),
        (document({"mse": {"rf": rows(0)}}), "have no loss in common: not in old.json"),
        (document(mae(rf=rows(0)), seed=1), "the seed differs: 0 and 1"),
    ],
)
def test_what_cannot_be_compared(new, words):
    with pytest.raises(DataError) as caught:
        diff(document(mae(rf=rows(0))), new)
    assert words in str(caught.value)
    assert caught.value.what.startswith("old.json and new.json ")
    assert caught.value.advice


def test_no_loss_in_common_but_for_the_scale():
    a = {"rf": rows(0)}
    with pytest.raises(DataError, match="pin them with --scale 10"):
        diff(document({"huber:delta=20": a}), document({"huber:delta=30": a}, scale=15.0))


def weights(made: Made, factor: float) -> None:
    w = np.ones(N)
    w[7] *= factor
    made["replicates"]["w"] = pack(w)


def words(made: Made, part: str) -> None:
    made["replicates"][part] = pack(np.arange(2, N + 2, dtype=np.uint64))


MISMATCHES: list[tuple[Callable[[Made], None], str]] = [
    (lambda made: words(made, "keys"), "the rows are not the same: their ids differ"),
    (lambda made: words(made, "ids"), "the rows are not the same: their ids differ"),
    (lambda made: words(made, "targets"), "the ids are the same, but their targets differ"),
    (lambda made: made["replicates"].update(rows=299), "the number of rows differs: 300 and 299"),
    (lambda made: made["replicates"].update(seed=3), "the seed differs: 0 and 3"),
    (
        lambda made: made["replicates"].update(by="group", column="shop"),
        "what is resampled together differs: single rows and groups by shop",
    ),
    (
        lambda made: made["replicates"].update(by="time", column="day"),
        "what is resampled together differs: single rows and blocks in day",
    ),
    (lambda made: weights(made, 1 + 1e-6), "the rows are the same, but their weights differ"),
]


@pytest.mark.parametrize(("spoil", "words"), MISMATCHES, ids=[words for _, words in MISMATCHES])
def test_runs_that_are_not_paired(spoil, words):
    old, new = document(mae(rf=rows(0))), document(mae(rf=rows(0)))
    spoil(new)
    assert mismatch(read(old).result.replicates, read(new).result.replicates) == words
    with pytest.raises(DataError, match="cannot be compared"):
        diff(old, new)


def test_other_numbers_of_resamples_are_not_paired():
    from dataclasses import replace

    own = read(document(mae(rf=rows(0)))).result.replicates
    assert mismatch(own, replace(own, count=200)) == "the number of resamples differs: 400 and 200"
    assert mismatch(own, own) is None


def test_sums_in_another_order_are_the_same_weights():
    old, new = document(mae(rf=rows(0))), document(mae(rf=rows(0)))
    weights(new, 1 + 1e-12)
    assert mismatch(read(old).result.replicates, read(new).result.replicates) is None


def test_the_json_holds_every_figure():
    found = diff(document(mae(rf=rows(0))), document(mae(rf=rows(2))))
    plain = json.loads(found.to_json())
    assert plain["schema"] == "losscli/diff/1"
    assert (plain["old"]["path"], plain["new"]["path"], plain["rows"]) == ("old.json", "new.json", N)
    (loss,) = plain["losses"]
    assert loss["class"] == ["mae"]
    assert loss["relative"] == found.losses[0].relative and loss["verdict"] == "~"
    keys = {
        "spec",
        "old_model",
        "new_model",
        "old",
        "new",
        "change",
        "relative",
        "low",
        "high",
        "p",
        "reason",
    }
    assert keys <= loss.keys()
