"""At the borders of blocks, and above the sizes to which the distribution of the target is kept whole."""

import numpy as np
import pytest
import scipy.optimize
from comparisons import Compare, Truth, bound, figure

from losscli.domain import Floats, Kind, Task
from losscli.loss import BoundLoss
from losscli.spec import Spec

FEW = ("mse", "mae", "medae", "max_error", "wmape", "huber:delta=1")


@pytest.mark.parametrize(
    ("n", "weighted"),
    [(32_767, False), (32_768, True), (32_769, False), (32_769, True), (65_536, False), (65_537, True)],
)
def test_borders_of_blocks(compared: Compare, n: int, weighted: bool) -> None:
    """The last row, alone in its block, is the worst: it must be there, and flagged."""
    rng = np.random.default_rng(n)
    y, noise = rng.normal(50.0, 3.0, n), rng.normal(size=n)
    noise[-1] = 40.0
    w = rng.integers(0, 4, n).astype(float) if weighted else np.ones(n)
    w[-1] = 1.0
    columns = {"y": y, "pred": y + noise} | ({"w": w} if weighted else {})
    found = compared(columns, losses=FEW, jobs=2, **({"weights": "w"} if weighted else {}))
    truth = Truth(Task.REGRESSION, y, w, {Kind.VALUE: columns["pred"]})
    for table in found.losses:
        direct = figure(bound(table, Task.REGRESSION), truth)
        assert table.results[0].value == pytest.approx(direct, rel=1e-12), table.spec
    assert found.rows.read == n and found.rows.used == np.count_nonzero(w)
    assert found.rows.flagged[-1] == n


LOSSES = (
    *("mse", "rmse", "mae", "wmape", "nrmse", "lq:q=1.5", "quantile:tau=0.9", "expectile:tau=0.2"),
    *("huber:delta=1", "log_cosh:c=1", "cauchy:c=5", "tukey:c=20", "linex:a=0.1", "msle", "mape", "smape"),
    *("poisson", "gamma", "tweedie:power=1.5", "barron:alpha=-2,c=8", "epsilon_insensitive:epsilon=0.5"),
)


def best(one: BoundLoss, y: Floats, w: Floats) -> float:
    """The least loss of a constant on all rows: a coarse grid, then Brent's method."""

    def cost(constant: float) -> float:
        truth = Truth(Task.REGRESSION, y, w, {Kind.VALUE: np.full_like(y, constant)})
        value = figure(one, truth) if one.loss.parts else None
        if value is None:
            p = np.full_like(y, constant)
            given = (p - y,) if one.loss.argument.value == "r" else (y, p)
            mean = float(w @ one.value(*given) / w.sum())
            value = np.sqrt(mean) if one.loss.name == "rmse" else mean
        return float(value)

    grid = np.unique(np.quantile(y, np.linspace(0.0, 0.995, 15)))
    place = int(np.argmin([cost(c) for c in grid]))
    ends = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
    options = {"xatol": 1e-7}
    return float(scipy.optimize.minimize_scalar(cost, bounds=ends, method="bounded", options=options).fun)


def skilled(compared: Compare, y: Floats, w: Floats, losses: tuple[str, ...]) -> None:
    rng = np.random.default_rng(9)
    p = y * np.exp(0.2 * rng.normal(size=len(y)))
    found = compared({"y": y, "pred": p, "w": w}, weights="w", losses=losses, jobs=2, task=Task.REGRESSION)
    assert [table.spec for table in found.losses] == [str(Spec.parse(text)) for text in losses]
    for table in found.losses:
        value, skill = table.results[0].value, table.results[0].skill
        least = best(bound(table, Task.REGRESSION), y, w)
        assert value is not None
        assert skill == pytest.approx(1.0 - value / least, abs=1e-6), table.spec


@pytest.mark.parametrize("n", [2_048, 2_049, 6_000])
def test_skill_about_the_first_limit(compared: Compare, n: int) -> None:
    rng = np.random.default_rng(n)
    skilled(compared, rng.lognormal(1.0, 0.8, n), rng.integers(1, 4, n).astype(float), LOSSES)


def test_skill_of_many_rows(compared: Compare) -> None:
    rng = np.random.default_rng(1)
    y = rng.lognormal(1.0, 0.8, 70_001)
    skilled(compared, y, np.ones(len(y)), ("mse", "mae", "wmape", "huber:delta=1", "poisson", "tukey:c=20"))


def test_skill_of_rows_that_alternate(compared: Compare) -> None:
    """Two sites in turn: a sample of every second row would see one of them."""
    rng = np.random.default_rng(2)
    y = np.where(np.arange(70_000) % 2, 100.0, 5.0) + rng.normal(size=70_000)
    skilled(compared, y, np.ones(len(y)), ("mse", "mae", "wmape", "cauchy:c=5"))


def test_skill_where_few_of_many_rows_have_weight(compared: Compare) -> None:
    rng = np.random.default_rng(3)
    y, w = rng.lognormal(1.0, 0.8, 70_000), np.zeros(70_000)
    w[rng.choice(70_000, 900, replace=False)] = 1.0
    skilled(compared, y, w, ("mse", "mae", "huber:delta=1"))


def test_skill_of_sorted_rows_with_a_far_one(compared: Compare) -> None:
    """The first blocks are unlike the last, and one row is a million times the others."""
    rng = np.random.default_rng(4)
    y = np.sort(rng.lognormal(1.0, 0.8, 70_000))
    y[-1] = 1e6
    skilled(compared, y, np.ones(len(y)), ("mae", "huber:delta=1", "quantile:tau=0.9"))


def test_one_loss_class_has_one_skill(compared: Compare) -> None:
    rng = np.random.default_rng(5)
    y = rng.lognormal(size=5_000)
    p = y + rng.normal(size=5_000)
    losses = ["mae", "wmape", "quantile:tau=0.5", "lq:q=1"]
    found = compared({"y": y, "pred": p}, losses=losses)
    skills = [table.results[0].skill for table in found.losses]
    assert skills == pytest.approx([skills[0]] * 4, rel=1e-12)
    assert all(set(table.members) == {t.spec for t in found.losses} for table in found.losses)
