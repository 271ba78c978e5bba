"""Rows whose features memory does not hold are fitted from blocks of the table: the same optima as in memory.

The bounds are lowered, so that few rows are read as many would be: some are drawn, and for kinked losses
those near a kink are held. Objectives must agree to 1e-6, which is what a converged fit may leave.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import read_frame
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.fitting.fit import FitRequest, Fitted, fit
from losscli.fitting.stored import HELD, Held, Sizes
from losscli.result import Fit
from losscli.spec import Spec

Columns = dict[str, Any]
LOSSES = ("mse", "mae", "huber", "cauchy", "quantile:tau=0.8", "epsilon_insensitive:epsilon=1")
BLOCKS = Held(features=0, sizes=Sizes(drawn=12_000, near=15_000))


def columns(n: int, seed: int = 0, p: int = 4) -> Columns:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p)) @ (np.eye(p) + 0.3 * rng.standard_normal((p, p)))
    x = x * 10.0 ** np.arange(-1, p - 1) + 50.0
    score = ((x - 50.0) / x.std(axis=0)) @ rng.standard_normal(p)
    return {**{f"x{i}": x[:, i] for i in range(p)}, "y": 100.0 + score + 2.0 * rng.standard_t(3, n)}


def fitted(data: Columns, losses: Sequence[str], held: Held, asked: Any = None, **request: Any) -> Fitted:
    table = read_frame(pa.table(data), "data")
    training = training_problem(table, Asked(target="y", **(asked or {})))
    specs = tuple(map(Spec.parse, losses))
    known: dict[str, Any] = {"contaminate": (), "folds": 2, "repeats": 1, **request}
    return fit(table, training, FitRequest(losses=specs, **known), (), held)


def both(data: Columns, losses: Sequence[str], asked: Any = None, **request: Any) -> list[tuple[Fit, Fit]]:
    """Every fit from blocks and in memory."""
    blocks, memory = (fitted(data, losses, held, asked, **request).fits for held in (BLOCKS, HELD))
    if memory.scale is not None:
        assert blocks.scale == pytest.approx(memory.scale, rel=1e-5)
    assert [one.name for one in blocks.fits] == [one.name for one in memory.fits]
    return list(zip(blocks.fits, memory.fits, strict=True))


def check(pairs: Sequence[tuple[Fit, Fit]], *, folds: bool = True) -> None:
    """folds: whether those in memory end near enough to the optimum for their errors to be held against."""
    for own, other in pairs:
        assert own.converged, (own.spec, own.certificate)
        assert other.objective is not None
        assert own.objective == pytest.approx(other.objective, rel=1e-6), own.spec
        for metric in ("mae", "rmse", "roc_auc") if folds else ():
            if metric in own.scores:
                errors = (one.scores[metric].folds for one in (own, other))
                assert next(errors) == pytest.approx(next(errors), rel=1e-4), (own.spec, metric)


def test_numbers_text_weights_groups_and_an_offset_in_two_blocks():
    n = 33_000
    data, rng = columns(n), np.random.default_rng(1)
    gaps = rng.random((2, n)) < 0.1
    data["x0"] = pa.array(data["x0"], mask=gaps[0])
    data["c"] = pa.array(np.array(list("abcd"))[rng.integers(0, 4, n)], mask=gaps[1])
    data |= {"w": rng.random(n) + 0.1, "g": rng.integers(0, 50, n), "o": rng.random(n)}
    asked = {"missing": "impute", "weights": "w", "group": "g", "offset": "o"}
    check(both(data, ("mse", "mae", "huber"), asked))


def test_rows_with_a_missing_value_are_dropped():
    data = columns(3_000)
    data["x0"] = pa.array(data["x0"], mask=np.arange(3_000) % 7 == 0)
    check(both(data, ("mse", "mae"), {"missing": "drop"}))


@pytest.mark.parametrize("l2", [None, 0.1])
def test_columns_that_are_nearly_or_wholly_alike(l2):
    data = columns(4_000)
    rng = np.random.default_rng(2)
    data["x4"], data["x5"] = data["x0"] * 0.01, np.ones(4_000)
    data["x6"] = data["x1"] * (1.0 + 1e-6 * rng.standard_normal(4_000))
    data["x7"] = np.where(np.arange(4_000) == 77, 1.0, 0.0)  # a row of which no drawn one knows
    check(both(data, LOSSES, {"features": tuple(f"x{i}" for i in range(8))}, l2=l2), folds=False)


def test_losses_of_numbers():
    bounded = "pseudo_huber", "log_cosh", "fair", "welsch", "tukey", "hampel"
    others = "mape", "lq", "squared_epsilon_insensitive", "expectile:tau=0.8", "linex:a=0.1"
    check(both(columns(3_000), (*bounded, *others), scale=2.0))


def test_losses_of_two_classes_and_of_counts():
    data = columns(3_000)
    rng = np.random.default_rng(3)
    score = (data["y"] - 100.0) / 4.0
    yes = rng.random(3_000) < 1.0 / (1.0 + np.exp(-score))
    names = ("bce", "hinge", "squared_hinge", "weighted_bce")
    check(both(data | {"y": np.where(yes, "yes", "no")}, names))
    counts = data | {"y": rng.poisson(np.exp(np.minimum(score, 2.0))), "e": np.ones(3_000)}
    check(both(counts, ("poisson", "negative_binomial"), {"task": Task.COUNTS}))


def test_forms_of_the_score_and_folds_in_time():
    data = columns(3_000) | {"t": np.arange(3_000) // 30}
    check(both(data, ("mse", "mae"), {"intercept": False, "time": "t"}, l2=0.3))
    check(both(data, ("mse", "huber"), {"time": "t"}, l2=0.3, penalty_scale="curvature"))


def test_two_repeats_and_the_predictions_of_the_first():
    own, other = (fitted(columns(3_000), ("mse", "mae"), held, repeats=2, folds=3) for held in (BLOCKS, HELD))
    assert [len(one.scores["mae"].folds) for one in own.fits.fits] == [6, 6]
    check(list(zip(own.fits.fits, other.fits.fits, strict=True)))
    a, b = (
        np.array([line.split(",") for line in text.splitlines()[1:]], dtype=np.float64)
        for text in (own.predictions_csv, other.predictions_csv)
    )
    assert a == pytest.approx(b, rel=1e-4)


def test_the_gap_of_a_kinked_loss_holds_for_all_rows():
    data = columns(20_000, seed=4)
    (own,) = fitted(data, ("mae",), BLOCKS).fits.fits
    assert own.certificate.startswith("duality gap")
    share = float(own.certificate.split()[2])
    x = np.column_stack([np.ones(20_000), *(data[f"x{i}"] for i in range(4))])
    rng = np.random.default_rng(5)
    b = np.array([own.intercept, *own.coefficients.values()])
    least = min(
        np.abs(x @ (b + 1e-5 * rng.standard_normal(5) / np.abs(x).mean(axis=0)) - data["y"]).mean()
        for _ in range(200)
    )
    assert own.objective is not None
    assert own.objective * (1.0 - share) <= least
    assert own.objective == pytest.approx(np.abs(x @ b - data["y"]).mean(), rel=1e-12)


def test_more_rows_at_a_kink_than_are_held():
    place = np.arange(4_000)
    data = {"x0": place % 2, "y": place % 3}
    (own,) = fitted(data, ("mae",), Held(features=0, sizes=Sizes(drawn=5_000, near=20))).fits.fits
    assert not own.converged
    assert "so many rows are at a kink" in own.certificate


def test_what_is_not_done_in_blocks_is_told():
    found = fitted(columns(2_000), ("mse", "smape", "0.7*huber + 0.3*mae"), BLOCKS).fits
    assert [one.name for one in found.fits] == ["mse"]
    assert {one.spec for one in found.refused} == {"smape", "0.7*huber + 0.3*mae"}
    assert all("memory" in one.reason for one in found.refused)


def test_contamination_is_left_out_unless_it_is_asked_for():
    found = fitted(columns(2_000), ("mse",), BLOCKS, contaminate=None).fits
    assert not found.robustness
    assert "not_contaminated" in {one.code for one in found.warnings}
    asked = fitted(columns(500), ("mse",), BLOCKS, contaminate=(Spec.parse("shift:size=3"),)).fits
    assert asked.robustness


def test_features_that_must_be_held_where_there_is_no_room():
    with pytest.raises(UsageError) as error:
        fitted(columns(2_000), ("mse",), Held(features=0, memory=1_000), l1=0.1)
    assert "--l1 0.1" in error.value.what
    assert "375 KB of the 1000 bytes" in error.value.what
    assert [fix.flags for fix in error.value.fixes] == [("--l1",)]


def test_the_bound_alone_decides():
    data = columns(500)
    size = 8 * 500 * 4
    for features, by_blocks in ((size, False), (size - 1, True)):
        (own,) = fitted(data, ("cauchy",), Held(features=features, sizes=BLOCKS.sizes)).fits.fits
        assert ("rows drawn show" in own.certificate) == by_blocks
    assert math.isfinite(own.objective or math.nan)


def test_figures_do_not_depend_on_the_workers():
    one, two = (fitted(columns(3_000), ("mse", "mae"), BLOCKS, folds=3, jobs=jobs).fits for jobs in (1, 2))
    assert one.fits == two.fits
