"""Rows resampled together: clusters with --group, blocks with --time."""

import math

import numpy as np
import pytest

from losscli.errors import DataError, UsageError
from losscli.inference.two_models import diebold_mariano


def columns(n=240, seed=0, gap=0.02):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    return {
        "y": y,
        "pred_a": y + rng.normal(0, 1, n),
        "pred_b": y + rng.normal(0, 1 + gap, n),
    }


def repeated(made, times):
    return {name: np.repeat(column, times) for name, column in made.items()}


def pair(found):
    return next(one for one in found.comparisons if one.spec == found.primary)


def width(found):
    return pair(found).high - pair(found).low


def primary(found):
    return found.loss(found.primary)


def values(found):
    """Every figure of the losses that resampling or a formula gives."""
    return {
        (table.spec, one.model, end): getattr(one, end)
        for table in found.losses
        for one in table.results
        for end in ("low", "high")
    }


def test_clusters_of_repeated_rows_are_the_rows_once(compared):
    once = compared(columns())
    rows = repeated(columns() | {"g": np.arange(240)}, 9)
    apart, together = compared(rows, pred=("pred_*",)), compared(rows, group="g")
    assert width(together) / width(apart) == pytest.approx(math.sqrt(9), rel=0.1)
    assert width(together) == pytest.approx(width(once), rel=0.1)
    assert together.resampling.by == "group"
    assert (together.resampling.column, together.resampling.units) == ("g", 240)
    one, other = (primary(found).results[0] for found in (together, once))
    assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.1)


def test_distinct_groups_are_rows_up_to_their_keys(compared):
    made = columns()
    plain = compared(made, resamples=9_999)
    grouped = compared(made | {"g": [f"g{i}" for i in range(240)]}, group="g", resamples=9_999)
    assert width(grouped) == pytest.approx(width(plain), rel=0.04)
    assert [one.value for one in primary(grouped).results] == [one.value for one in primary(plain).results]


def test_numbers_and_texts_of_one_spelling_are_the_same_clusters(compared):
    made, codes = columns(), np.arange(240) // 6
    whole = compared(made | {"g": codes}, group="g")
    assert values(compared(made | {"g": codes.astype(float)}, group="g")) == values(whole)
    assert len([warning for warning in whole.warnings if warning.code == "few_clusters"]) == 0


def test_few_clusters_are_said(compared):
    found = compared(columns() | {"g": np.arange(240) % 19}, group="g")
    assert "few_clusters" in {warning.code for warning in found.warnings}
    assert "few_clusters" not in {
        warning.code for warning in compared(columns() | {"g": np.arange(240) % 20}, group="g").warnings
    }


def few_pieces(found):
    return [warning.message for warning in found.warnings if warning.code == "few_clusters"]


def test_a_few_large_clusters_are_few_however_many_there_are(compared):
    """Kish's (Σn)²/Σn²: 2 of 100 rows and 40 of one are 240²/20,040 = 2.87 of one size."""
    made = columns() | {"g": np.r_[np.repeat([0, 1], 100), 2 + np.arange(40)]}
    (said,) = few_pieces(compared(made, group="g", resamples=200))
    assert "few independent pieces (42 clusters of g, worth 2.9 of one size)" in said


def test_short_series_are_few_blocks(compared):
    made = columns() | {"t": np.arange(240)}
    found = compared(made, time="t", resamples=200)
    (said,) = few_pieces(found)
    assert f"({found.resampling.units} blocks of t)" in said and found.resampling.units >= 20


def test_no_formula_speaks_for_clusters(compared):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 3_000)
    made = {"y": y, "prob_a": np.clip(0.5 + 0.2 * (y - 0.5) + rng.normal(0, 0.1, 3_000), 0.01, 0.99)}
    rows = repeated(made, 4) | {"g": np.repeat(np.arange(3_000), 4)}
    apart, together = compared(rows, pred=("prob_a",)), compared(rows, group="g")
    for spec in ("zero_one", "brier"):
        (one,), (other,) = apart.loss(spec).results, together.loss(spec).results
        assert (other.high - other.low) / (one.high - one.low) == pytest.approx(2, rel=0.1)
    for name in ("precision", "accuracy", "f1", "roc_auc", "average_precision"):
        (one,), (other,) = apart.metric(name).results, together.metric(name).results
        assert (other.high - other.low) / (one.high - one.low) == pytest.approx(2, rel=0.15), name


def test_the_group_is_neither_prediction_nor_index(compared):
    made = {"": np.arange(240), **columns(), "pred_id": np.arange(240) // 3}
    found = compared(made, group="pred_id")
    assert [model.name for model in found.models] == ["pred_a", "pred_b"]
    assert compared(made, group="").resampling.units == 240


@pytest.mark.parametrize("role", ["group", "time"])
@pytest.mark.parametrize("word", ["x", "3"])
def test_a_missing_value_is_named_or_its_row_dropped(compared, role, word):
    cells = [f"{word}{i // 4}" for i in range(240)]
    cells[16] = ""
    made = columns() | {"u": cells}
    with pytest.raises(DataError, match="row 17 is missing"):
        compared(made, **{role: "u"})
    found = compared(made, **{role: "u"}, drop=True)
    assert found.rows.used == 239
    assert found.rows.dropped == {"a missing or infinite value": 1}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"group": "pred_a", "time": "pred_b"}, "each say"),
        ({"group": "y"}, "is the target"),
        ({"time": "y", "target": "y"}, "is the target"),
        ({"group": "gruop"}, "no column"),
        ({"time": "when"}, "no column"),
    ],
)
def test_columns_that_cannot_say_it(compared, asked, said):
    with pytest.raises(UsageError, match=said):
        compared(columns(), target=asked.pop("target", "y"), **asked)


def test_groups_of_joined_files(compared, save):
    made = columns(60)
    lines = [f"{i},{made['y'][i]},{made['pred_a'][i]},c{i % 30}" for i in range(60)]
    first = save(("i,y,pred,g\n" + "\n".join(lines) + "\n").encode(), "one.csv")
    lines = [f"{i},{made['y'][i]},{made['pred_b'][i]}" for i in reversed(range(60))]
    second = save(("i,y,pred\n" + "\n".join(lines) + "\n").encode(), "two.csv")
    found = compared([first, second], id="i", group="g")
    assert [model.name for model in found.models] == ["one", "two"]
    assert found.resampling.units == 30


# --- time ------------------------------------------------------------------------------------------------


def drifting(n=343, share=0.95, seed=3):
    """Errors that follow each other in time."""
    rng = np.random.default_rng(seed)
    e = np.zeros((2, n))
    for i in range(1, n):
        e[:, i] = share * e[:, i - 1] + rng.normal(size=2)
    y = rng.normal(size=n)
    return {"y": y, "pred_a": y + e[0], "pred_b": y + e[1], "t": np.arange(n)}


def test_the_order_of_rows_is_irrelevant_with_time(compared):
    made = drifting()
    order = np.random.default_rng(0).permutation(343)
    found, moved = compared(made, time="t"), compared({k: x[order] for k, x in made.items()}, time="t")
    ends = [
        np.array([x if x is not None else np.nan for x in values(one).values()]) for one in (found, moved)
    ]
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-9)
    assert pair(moved).p == pair(found).p


def test_blocks_widen_what_follows_itself(compared):
    made = drifting()
    rows = compared({name: x for name, x in made.items() if name != "t"})
    blocks = compared(made, time="t")
    assert blocks.resampling.by == "time"
    assert blocks.resampling.length > 7  # 343^(1/3): these follow each other for longer
    assert blocks.resampling.units == math.ceil(343 / blocks.resampling.length)
    assert width(blocks) > 1.5 * width(rows)


def test_blocks_of_independent_times_are_the_shortest(compared):
    made = columns(343) | {"t": np.arange(343)}
    assert compared(made, time="t").resampling.length == 7  # 343^(1/3)


def test_the_test_of_diebold_and_mariano_stands_beside_the_blocks(compared):
    made = columns(343) | {"t": np.arange(343)}
    (one,) = compared(made, time="t").forecasts
    d = np.abs(made["pred_a"] - made["y"]) - np.abs(made["pred_b"] - made["y"])
    expected = diebold_mariano(d, 7)
    assert (one.a, one.b, one.horizon, one.lags) == ("pred_a", "pred_b", None, 6)
    assert one.statistic == pytest.approx(expected.statistic, rel=1e-9)
    assert one.p == pytest.approx(expected.p, rel=1e-9)
    assert compared(columns(343)).forecasts == ()
    (ahead,) = compared(made, time="t", horizon=3).forecasts
    expected = diebold_mariano(d, 3, rectangular=True)
    assert (ahead.horizon, ahead.lags) == (3, 2)
    assert (ahead.statistic, ahead.p) == pytest.approx((expected.statistic, expected.p), rel=1e-9)
    (none,) = compared(made, time="t", horizon=343).forecasts
    assert (none.lags, none.statistic, none.p, none.reason) == (342, None, None, "no more than 343 times")


def test_rows_of_one_time_stay_together(compared):
    made = drifting()
    times = made | {"t": np.arange(343) // 7}
    found = compared(times, time="t")
    order = np.random.default_rng(1).permutation(343)
    moved = compared({k: x[order] for k, x in times.items()}, time="t")
    assert found.resampling.length == 4  # times, of 49
    assert found.resampling.units == 13
    assert pair(moved).p == pair(found).p


def test_text_is_sorted_as_text(compared):
    made = drifting(60)
    days = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(60)]
    number, text = compared(made, time="t"), compared(made | {"t": days}, time="t")
    assert pair(text).p == pair(number).p
    assert "time_is_text" not in {warning.code for warning in text.warnings}
    words = compared(made | {"t": [f"day {i:03d}" for i in range(60)]}, time="t")
    assert "time_is_text" in {warning.code for warning in words.warnings}
    assert pair(words).p == pair(number).p


def test_above_65536_clusters_come_in_groups(compared):
    n = 70_000
    made = columns(n) | {"g": np.arange(n)}
    found = compared(made, losses=("mae",), group="g", resamples=200)
    assert found.resampling.units == n
    one = primary(found).results[0]
    assert one.high - one.low == pytest.approx(2 * 1.96 * math.sqrt((1 - 2 / math.pi) / n), rel=0.15)
