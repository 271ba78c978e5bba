"""The rows that decide an order: against removing rows from the file, and when the reader is warned."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from comparisons import Compare

from losscli.domain import Floats, Task
from losscli.inference.decisive import warns
from losscli.result import Comparison, Difference, Warning_


def only(found: Comparison) -> Difference:
    """The pair of the two models on the primary loss."""
    (pair,) = [pair for pair in found.comparisons if pair.spec == found.primary]
    return pair


def warned(found: Comparison) -> list[Warning_]:
    return [warning for warning in found.warnings if warning.code == "decisive_rows"]


def without(columns: dict[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """The file without these 1-based rows."""
    return {name: np.delete(np.asarray(values), np.array(rows) - 1) for name, values in columns.items()}


def two(rng: np.random.Generator, n: int) -> dict[str, Any]:
    y = rng.integers(-20, 20, n)
    return {"y": y, "a_pred": y + rng.integers(-5, 6, n), "b_pred": y + rng.integers(-5, 6, n)}


def of_differences(d: Floats) -> dict[str, Any]:
    """A file whose row losses mae differ by d."""
    base = np.abs(d).max() + 1.0
    y = np.arange(len(d)) % 7.0
    return {"y": y, "a_pred": y + base + d, "b_pred": y + base}


@pytest.mark.parametrize("loss", ["mae", "rmse", "huber:delta=2"])
@pytest.mark.parametrize("seed", range(8))
def test_against_removing_rows_from_the_file(compared: Compare, loss: str, seed: int) -> None:
    columns = two(np.random.default_rng(seed), 11)
    pair = only(compared(columns, losses=[loss], task=Task.REGRESSION))
    if pair.decisive_count is None:  # all rows are for one model, or none is ahead
        assert pair.decisive_rows == ()
        return
    rows = [int(row) for row in pair.decisive_rows]
    assert len(set(rows)) == pair.decisive_count
    left = only(compared(without(columns, rows), losses=[loss])).difference
    assert pair.difference is not None and left is not None
    assert left * pair.difference < 0
    power, delta = (1, None) if loss == "mae" else (2, 2.0 if loss.startswith("huber") else None)

    def row_losses(name: str) -> Floats:
        r = np.abs(np.asarray(columns[name] - columns["y"], dtype=float))
        return r**power if delta is None else np.where(r <= delta, r * r / 2, delta * (r - delta / 2))

    d = row_losses("a_pred") - row_losses("b_pred")
    fewer = combinations(range(len(d)), pair.decisive_count - 1)
    assert all((d.sum() - d[list(some)].sum()) * pair.difference >= 0 for some in fewer)


def test_one_row_fewer_keeps_the_order_of_the_file(compared: Compare) -> None:
    columns = of_differences(0.05 + np.random.default_rng(3).normal(size=400))
    pair = only(compared(columns, losses=["mae"]))
    assert pair.decisive_count is not None and 1 < pair.decisive_count <= 20
    rows = [int(row) for row in pair.decisive_rows]
    assert pair.difference is not None
    for named, reversed_ in ((rows, True), (rows[:-1], False)):
        left = only(compared(without(columns, named), losses=["mae"])).difference
        assert left is not None and (left * pair.difference < 0) is reversed_


def test_weights_count(compared: Compare) -> None:
    """Row 3 alone outweighs the others."""
    columns = {
        "y": [0, 0, 0, 0],
        "a_pred": [1, 1, 2, 1],
        "b_pred": [2, 2, 1, 2],
        "w": [1.0, 1.0, 10.0, 1.0],
    }
    pair = only(compared(columns, losses=["mae"], weights="w"))
    assert (pair.decisive_count, pair.decisive_rows) == (1, (3,))


def test_ids_name_the_rows_and_twenty_are_named(compared: Compare) -> None:
    d = np.concatenate([np.linspace(2, 1, 60), np.full(40, -0.5)])
    columns = of_differences(d) | {"id": [f"k{i:03d}" for i in range(100)]}
    pair = only(compared(columns, losses=["mae"], id="id"))
    rest = np.cumsum(d[:60])
    assert pair.decisive_count == int(np.argmax(d.sum() - rest < 0)) + 1 > 20
    assert pair.decisive_rows == tuple(f"k{i:03d}" for i in range(20))


def test_only_on_the_primary_loss_where_it_is_a_mean(compared: Compare) -> None:
    columns = two(np.random.default_rng(5), 50)
    found = compared(columns, losses=["mae", "mse"], task=Task.REGRESSION)
    assert {pair.spec for pair in found.comparisons if pair.decisive_count is not None} == {"mae"}
    for loss in ("wmape", "medae", "max_error"):
        pair = only(compared(columns, losses=[loss], task=Task.REGRESSION))
        assert (pair.decisive_count, pair.decisive_rows, pair.decisive_expected) == (None, (), None)


def test_an_infinite_loss_has_no_decisive_rows(compared: Compare) -> None:
    columns = {"y": [0, 1, 1, 0] * 5, "a_prob": [0.2, 0.7, 0.6, 0.4] * 5, "b_prob": [0.3, 0.6, 0.9, 0.2] * 5}
    columns["c_prob"] = [1.0, *columns["a_prob"][1:]]
    found = compared(columns, losses=["bce"])
    known = {(pair.a, pair.b): pair.decisive_count for pair in found.comparisons}
    assert known.pop(("a_prob", "b_prob")) is not None
    assert len(known) == 2 and set(known.values()) == {None}


def test_the_same_rows_for_any_number_of_jobs(compared: Compare, forks: list[int]) -> None:
    rng = np.random.default_rng(9)
    y = rng.normal(size=66_000)  # three blocks
    columns = {"y": y, "a_pred": y + rng.normal(size=len(y)), "b_pred": y + 1.001 * rng.normal(size=len(y))}
    one, three = (compared(columns, losses=["mae"], jobs=jobs, list_rows=True) for jobs in (1, 3))
    assert forks
    assert only(one) == only(three)
    assert one.row_table == three.row_table
    pair = only(one)
    d = np.abs(columns["a_pred"] - y) - np.abs(columns["b_pred"] - y)
    contributions = np.sign(d.sum()) * d
    order = np.argsort(-contributions, kind="stable")
    assert pair.decisive_rows == tuple((order[: len(pair.decisive_rows)] + 1).tolist())


def heavy(seed: int) -> dict[str, Any]:
    """1,000 rows that are slightly for a, 30 of them strongly for b."""
    rng = np.random.default_rng(seed)
    return of_differences(np.concatenate([np.full(30, 10.0), -0.15 + 0.1 * rng.normal(size=970)]))


def test_the_warning_and_where_to_look(compared: Compare) -> None:
    found = compared(heavy(1), losses=["mae"])
    pair, (warning,) = only(found), warned(found)
    assert pair.verdict == "b" and pair.decisive_count is not None and pair.decisive_expected is not None
    assert warns(pair.decisive_count, pair.decisive_expected)
    assert warning.message == (
        f"the order of a_pred and b_pred on mae rests on {pair.decisive_count} rows "
        f"({pair.decisive_expected:.0f} expected)"
    )
    assert warning.advice == "See them: --rows flagged"
    assert warned(compared(heavy(1), losses=["mae"], list_rows=True))[0].advice is None


def test_no_warning_where_rows_are_not_independent(compared: Compare) -> None:
    found = compared(heavy(1) | {"shop": [f"s{i // 2}" for i in range(1_000)]}, losses=["mae"], group="shop")
    pair = only(found)
    assert pair.decisive_count is not None and pair.decisive_expected is None
    assert not warned(found)


def test_no_warning_on_gaussian_differences(compared: Compare) -> None:
    asserted = 0
    for seed in range(12):
        d = 0.2 + np.random.default_rng(seed).normal(size=400)
        found = compared(of_differences(d), losses=["mae"])
        asserted += only(found).verdict == "b"
        assert not warned(found)
    assert asserted >= 8


def test_no_warning_within_noise(compared: Compare) -> None:
    d = np.concatenate([[10.0], np.random.default_rng(0).normal(size=200) - 0.02])
    found = compared(of_differences(d), losses=["mae"])
    assert (only(found).verdict, only(found).decisive_count) == ("~", 1)
    assert not warned(found)


@pytest.mark.parametrize("labels", [("no", "yes"), ("a", "b", "c")])
def test_no_warning_for_losses_of_zero_and_one(compared: Compare, labels: tuple[str, ...]) -> None:
    """30 wrong rows against 4 of 2,000: 27 decide; the yardstick of Gaussian differences has no say."""
    y = np.array([labels[i % len(labels)] for i in range(2_000)])
    wrong = np.array([labels[(i + 1) % len(labels)] for i in range(2_000)])
    a, b = y.copy(), y.copy()
    a[:30], b[100:104] = wrong[:30], wrong[100:104]
    asked = {"positive": "yes"} if len(labels) == 2 else {}
    found = compared({"y": y, "a_pred": a, "b_pred": b}, losses=["zero_one"], **asked)
    pair = only(found)
    assert (pair.verdict, pair.decisive_count, pair.decisive_expected) == ("b", 27, None)
    assert not warned(found)
