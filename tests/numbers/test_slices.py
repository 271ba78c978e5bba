"""--by: the primary loss in every slice of the rows, its pairs corrected over all slices."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from losscli.domain import DOMINATED
from losscli.errors import UsageError
from losscli.inference import Correction
from losscli.inference.mean_ranks import TIED

NAMES = ("north", "south", "east")


def columns(n=240, seed=0, slices=NAMES, **spread):
    """Models whose errors have these spreads, in slices of about the same size."""
    rng = np.random.default_rng(seed)
    y = rng.gamma(3, 2, n)
    models = {
        f"pred_{m}": y + s * rng.uniform(-1.7, 1.7, n) for m, s in (spread or {"a": 1.0, "b": 1.2}).items()
    }
    return (
        {"i": [f"r{k}" for k in range(n)], "y": y}
        | models
        | {"seg": np.array(slices)[np.arange(n) % len(slices)]}
    )


def only(made, value):
    here = np.asarray(made["seg"]) == value
    return {name: np.asarray(x)[here] for name, x in made.items() if name != "seg"}


def by_value(found):
    return {one.value: one for one in found.slices.slices}


def holm(p):
    """By hand: the k-th smallest of m times m - k + 1, never below the one before."""
    found, least = {}, 0.0
    for k, key in enumerate(sorted(p, key=p.get)):
        least = found[key] = max(least, min(p[key] * (len(p) - k), 1.0))
    return found


# ── each slice is a file of its own ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("loss", ["mae", "rmse"])
@pytest.mark.parametrize("role", [{}, {"weights": "w"}, {"group": "g"}])
def test_a_slice_is_the_file_of_its_rows(compared, loss, role):
    """The same ids draw the same replicates; what is raw in each file is corrected by Holm over all."""
    made = columns(a=1.0, b=1.3, c=1.1)
    if role:
        made |= {"w": np.arange(240) % 5 / 2 + 0.5} if "weights" in role else {"g": np.arange(240) // 5}
    whole = compared(made, losses=[loss], id="i", by="seg", **role)
    raw, found = {}, {}
    for value, one in by_value(whole).items():
        alone = compared(only(made, value), losses=[loss], id="i", correction=Correction.NONE, **role)
        assert one.rows == alone.rows.used == 80
        for level, same in zip(one.results, alone.loss(loss).results, strict=True):
            assert level.model == same.model
            assert level.value == pytest.approx(same.value, rel=1e-12)
            assert (level.low, level.high) == pytest.approx((same.low, same.high), rel=1e-5)
        for pair, same in zip(one.comparisons, alone.comparisons, strict=True):
            assert (pair.a, pair.b) == (same.a, same.b)
            assert pair.difference == pytest.approx(same.difference, rel=1e-9)
            assert (pair.low + pair.high) / 2 == pytest.approx(pair.difference, rel=1e-5)
            raw[value, pair.a, pair.b], found[value, pair.a, pair.b] = same.p, pair.p
            assert (pair.verdict != "~") == (pair.p <= 0.05) == (not pair.low <= 0 <= pair.high)
            assert pair.verdict == "~" or (pair.verdict == "a") == (pair.difference < 0)
    assert whole.slices.tests == len(raw) == 9
    assert found == pytest.approx(holm(raw), rel=1e-12)


def test_one_slice_is_the_whole_file(compared):
    made = columns(slices=("all",), a=1.0, b=1.3, c=1.1)
    whole = compared(made, losses=["mae"], by="seg", correction=Correction.HOLM)
    (one,) = whole.slices.slices
    assert one.rows == 240
    for pair, same in zip(one.comparisons, whole.comparisons, strict=True):
        assert (pair.p, pair.verdict) == (same.p, same.verdict)
        assert (pair.low, pair.high) == pytest.approx((same.low, same.high), rel=1e-5)


def test_the_order_of_rows_is_irrelevant_with_ids(compared):
    made = columns()
    order = np.random.default_rng(1).permutation(240)
    moved = {name: np.asarray(x)[order] for name, x in made.items()}
    assert compared(made, id="i", by="seg").slices == compared(moved, id="i", by="seg").slices


def test_workers_and_blocks_of_rows_change_no_bit(compared, forks):
    made = columns(70_000)
    found = [compared(made, losses=["mae"], by="seg", resamples=200, jobs=jobs).slices for jobs in (1, 2)]
    assert forks
    assert found[0] == found[1]
    e = np.abs(made["pred_a"] - made["y"])
    for value, one in zip(found[0].slices, found[0].slices, strict=True):
        assert one.rows == int((made["seg"] == value.value).sum())
        assert one.results[0].value == pytest.approx(e[made["seg"] == value.value].mean(), rel=1e-12)


# ── which slices there are ───────────────────────────────────────────────────────────────────────────


def test_missing_values_are_a_slice_and_small_ones_come_last(compared):
    made = columns(200)
    made["seg"] = ["NA"] * 90 + [""] * 90 + ["007"] * 12 + ["7"] * 8
    made["seg"][5] = "(missing)"
    found = compared(made, by="seg").slices
    assert [(one.value, one.rows) for one in found.slices] == [
        (None, 90),
        ("NA", 89),
        ("007", 12),
        ("7", 8),
        ("(missing)", 1),
    ]


def test_a_slice_of_one_row_says_nothing_and_costs_nothing(compared):
    made = columns()
    made["seg"] = ["lone", *made["seg"][1:]]
    found = by_value(compared(made, losses=["mae"], id="i", by="seg"))
    lone = found.pop("lone")
    assert lone.results[0].value == pytest.approx(abs(made["pred_a"][0] - made["y"][0]), rel=1e-12)
    assert (lone.results[0].low, lone.comparisons[0].p, lone.comparisons[0].verdict) == (None, None, "~")
    assert "too few rows" in lone.results[0].reason and "too few rows" in lone.comparisons[0].reason
    without = by_value(compared({k: x[1:] for k, x in made.items()}, losses=["mae"], id="i", by="seg"))
    assert found == without


def test_a_hundred_slices_and_no_more(compared):
    made = columns(202)
    made["seg"] = np.arange(202) % 101
    with pytest.raises(UsageError, match="--by seg: more than 100 different values"):
        compared(made, by="seg", losses=["mae"])
    found = compared({k: x[made["seg"] < 100] for k, x in made.items() if k != "i"}, by="seg", resamples=200)
    assert len(found.slices.slices) == 100 and found.slices.tests == 100


@pytest.mark.parametrize("name", ["pred_seg", "score", "forecast"])
def test_the_column_is_no_model(compared, name):
    made = columns()
    made[name] = np.arange(240) % 3
    del made["seg"]
    found = compared(made, by=name, losses=["mae"])
    assert [model.name for model in found.models] == ["pred_a", "pred_b"]
    assert sorted(one.value for one in found.slices.slices) == ["0", "1", "2"]


@pytest.mark.parametrize(("by", "said"), [("y", "is the target"), ("sgement", "no column")])
def test_columns_that_are_no_slices(compared, by, said):
    with pytest.raises(UsageError, match=said):
        compared(columns(), by=by, target="y")


def test_slices_that_are_the_clusters_or_the_times(compared):
    """One cluster shows nothing, and a block of times that two slices share is one unit in each."""
    made = columns(slices=("p", "q", "r", "s"))
    for one in compared(made, by="seg", group="seg", losses=["mae"]).slices.slices:
        assert all(result.low is None and result.value > 0 for result in one.results)
        assert [pair.verdict for pair in one.comparisons] == ["~"]
    made["t"] = np.arange(240)
    found = compared(made, by="seg", time="t", losses=["mae"])
    assert found.resampling.length >= 6
    apart = compared(made, by="seg", losses=["mae"])
    for one, other in zip(found.slices.slices, apart.slices.slices, strict=True):
        assert [r.value for r in one.results] == pytest.approx([r.value for r in other.results], rel=1e-12)
        assert one.comparisons[0].low is not None


# ── which figures there are ──────────────────────────────────────────────────────────────────────────


def test_weights_are_those_of_the_means(compared):
    made = columns() | {"w": np.arange(240) % 4}
    made["seg"] = np.where(made["w"] == 0, "nothing", made["seg"])
    found = by_value(compared(made, losses=["mae"], weights="w", by="seg"))
    assert "nothing" not in found and len(found) == 3
    for value, one in found.items():
        here = made["seg"] == value
        loss = np.abs(made["pred_b"] - made["y"])[here]
        assert one.results[1].value == pytest.approx(np.average(loss, weights=made["w"][here]), rel=1e-12)


def test_a_loss_that_is_no_mean_has_no_slices(compared):
    found = compared(columns(), losses=["wmape", "mae"], by="seg").slices
    assert (found.spec, found.tests, found.slices) == ("wmape", 0, ())
    assert found.reason == "the primary loss is no mean over the rows"


def test_an_infinite_model_is_left_out(compared):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    p = {f"prob_{m}": np.clip(0.5 + 0.3 * (y - 0.5) + rng.normal(0, 0.2, 200), 0.01, 0.99) for m in "abc"}
    p["prob_b"][3] = 1.0 - y[3]
    found = compared({"y": y} | p | {"seg": np.arange(200) % 2}, losses=["bce"], by="seg").slices
    assert found.tests == 2
    for one in found.slices:
        assert [result.model for result in one.results] == ["prob_a", "prob_c"]
        assert all(result.low < result.value < result.high for result in one.results)


def test_a_value_that_rests_on_few_rows_is_not_judged(compared):
    """As in the whole file: no interval, no verdict, and the other slices are corrected without it."""
    made = columns(a=1.0, b=2.0)
    far = int(np.flatnonzero(made["seg"] == "east")[0])
    made["pred_a"][far] += 500
    found = by_value(compared(made, losses=["mse"], id="i", by="seg"))
    (a, b), (pair,) = found["east"].results, found["east"].comparisons
    assert a.low is None and a.reason.startswith(DOMINATED) and b.low is not None
    assert (pair.low, pair.verdict) == (None, None) and pair.difference == a.value - b.value
    rest = {name: np.asarray(x)[made["seg"] != "east"] for name, x in made.items()}
    without = by_value(compared(rest, losses=["mse"], id="i", by="seg"))
    assert {value: found[value] for value in without} == without


def test_mean_ranks_over_the_slices(compared):
    made = columns(300, slices=tuple("pqrst"), a=1.0, b=1.5, c=2.0)
    found = compared(made, losses=["mae"], by="seg").slices
    ranks = [np.argsort(np.argsort([result.value for result in one.results])) + 1 for one in found.slices]
    assert found.mean_ranks == dict(zip(("pred_a", "pred_b", "pred_c"), np.mean(ranks, axis=0), strict=True))
    assert 0 <= found.p < 0.05
    four = compared(columns(a=1.0, b=1.5, c=2.0), losses=["mae"], by="seg").slices
    assert (four.mean_ranks, four.p, four.rank_tests) == (None, None, None) and "5 slices" in four.reason


def test_tests_of_the_ranks_over_the_slices(compared):
    made = columns(300, slices=tuple("pqrstuv"), a=1.0, b=1.05, c=1.5)
    slices = compared(made, losses=["mae"], by="seg", baseline="pred_c").slices
    values = np.array([[result.value for result in one.results] for one in slices.slices])
    found, theirs = slices.rank_tests, friedmanchisquare(*values.T)
    assert (found.friedman.chi2, found.friedman.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (found.friedman.df, found.iman_davenport.df_between, found.iman_davenport.df_within) == (2, 2, 12)
    assert found.iman_davenport.p == slices.p
    error = math.sqrt(3 * 4 / (6 * 7))
    assert found.nemenyi.critical_difference == pytest.approx(2.343 * error, abs=1e-3)  # Demšar 2006
    ranks = slices.mean_ranks
    apart = {(one.a, one.b): one.difference for one in found.nemenyi.pairs if one.differs}
    assert apart.keys() == {("pred_a", "pred_c"), ("pred_b", "pred_c")}
    assert apart["pred_a", "pred_c"] == ranks["pred_a"] - ranks["pred_c"] < -2.343 * error
    first, second = found.against_baseline
    assert (first.model, second.model) == ("pred_a", "pred_b")
    assert first.z == pytest.approx((ranks["pred_a"] - ranks["pred_c"]) / error)
    assert first.p == pytest.approx(2 * NormalDist().cdf(first.z))
    assert (first.p_holm, second.p_holm) == pytest.approx((2 * first.p, max(2 * first.p, second.p)))


def test_ranks_on_which_all_slices_agree_have_an_infinite_f(compared):
    made = columns(300, slices=tuple("pqrst"), a=1.0, b=1.5, c=2.0)
    found = compared(made, losses=["mae"], by="seg").slices.rank_tests
    assert (found.friedman.chi2, found.iman_davenport.f, found.iman_davenport.p) == (10.0, None, 0.0)
    assert "infinite" in found.iman_davenport.reason and found.friedman.reason is None
    assert (found.baseline, found.against_baseline, found.baseline_reason) == (None, (), None)


def test_models_that_are_equal_but_for_rounding_tie_in_every_slice(compared):
    y = np.round(np.random.default_rng(0).normal(3, 1, 200), 2)
    made = {"y": y, "pred_a": y + 0.1, "pred_b": y - 0.1, "pred_c": y + 0.3, "seg": np.arange(200) % 5}
    found = compared(made, losses=["mae"], by="seg").slices
    assert found.mean_ranks == {"pred_a": 1.5, "pred_b": 1.5, "pred_c": 3.0}
    made["pred_c"] = y + 0.1
    tied = compared(made, losses=["mae"], by="seg").slices
    assert set(tied.mean_ranks.values()) == {2.0} and tied.p is None
    assert tied.rank_tests.friedman.reason == tied.rank_tests.iman_davenport.reason == tied.reason == TIED


def test_a_baseline_without_a_value_has_no_rank(compared):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    p = {f"prob_{m}": np.clip(0.5 + 0.3 * (y - 0.5) + rng.normal(0, 0.2, 400), 0.01, 0.99) for m in "abcd"}
    p["prob_b"][3] = 1.0 - y[3]
    made = {"y": y} | p | {"seg": np.arange(400) % 5}
    found = compared(made, losses=["bce"], by="seg", baseline="prob_b").slices.rank_tests
    assert (found.against_baseline, found.baseline_reason) == (
        (),
        "the baseline has no value of the primary loss",
    )


def test_planning_figures(compared):
    made = columns(400, a=1.0, b=1.1)
    found = compared(made, losses=["mae"], by="seg").slices
    assert 2.0 ** (1 - found.least_rows) <= 0.05 / found.tests < 2.0 ** (2 - found.least_rows)
    d = np.abs(made["pred_a"] - made["y"]) - np.abs(made["pred_b"] - made["y"])
    reach = NormalDist().inv_cdf(1 - 0.05 / 2 / 3) + NormalDist().inv_cdf(0.8)
    assert found.rows_needed == math.ceil((reach * d.std(ddof=1) / d.mean()) ** 2)


def test_the_correction_has_as_many_resamples_as_it_needs(compared):
    """25 comparisons at 99.9 % ask for p below 1 in 25,000; with fewer resamples the reason is said."""
    made = columns(750, slices=[f"s{k}" for k in range(25)], a=0.1, b=2.0)
    shown = compared(made, losses=["mae"], by="seg", confidence=0.999).slices
    assert {one.comparisons[0].verdict for one in shown.slices} == {"a"}
    few = compared(made, losses=["mae"], by="seg", resamples=200).slices
    assert {(one.comparisons[0].verdict, one.comparisons[0].low) for one in few.slices} == {("~", None)}
    assert "too few resamples" in few.slices[0].comparisons[0].reason
