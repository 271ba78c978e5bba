"""`elicits` is true: the best constant on a skewed sample is the functional that the record names."""

from collections.abc import Callable

import numpy as np
import pytest

from battery.cases import BOUND, SCALE, Model, arguments, figure, label
from losscli.domain import Floats, Task
from losscli.loss import BoundLoss

Functional = Callable[..., float]


def sample(loss: BoundLoss) -> Floats:
    """201 skewed targets: mean, median and mode are far apart; odd, so that quantiles are single rows."""
    y = np.random.default_rng(3).lognormal(1.0, 0.9, 201)
    return np.floor(y) if loss.loss.target.whole else y


def cost(loss: BoundLoss, y: Floats, constant: float) -> float:
    score = loss.loss.link.score(np.full_like(y, constant))
    return figure(loss, arguments(loss.loss, Model(y, score)))


def best_constant(loss: BoundLoss, y: Floats, points: int = 1_000) -> float:
    """The least of a grid over the range of y, then of ever finer grids around it."""
    low, high = max(float(y.min()), 1e-3), float(y.max())
    grid = np.unique(np.concatenate([np.linspace(low, high, points), y[y > 0.0]]))
    for _ in range(9):
        costs = np.array([cost(loss, y, c) for c in grid])
        ties = np.flatnonzero(costs <= costs.min() + 1e-15 * abs(costs.min()))
        first, last = max(ties[0] - 1, 0), min(ties[-1] + 1, len(grid) - 1)
        if costs[ties].size > 2:
            break
        grid = np.linspace(grid[first], grid[last], 41)
    return float(0.5 * (grid[ties[0]] + grid[ties[-1]]))


def _weighted_median(y: Floats, weight: Floats) -> float:
    order = np.argsort(y)
    total = np.cumsum(weight[order])
    return float(y[order][np.searchsorted(total, 0.5 * total[-1])])


def _expectile(y: Floats, tau: float) -> float:
    centre = float(y.mean())
    for _ in range(500):
        weight = np.where(y > centre, tau, 1.0 - tau)
        centre = float(np.average(y, weights=weight))
    return centre


def _shortest_half(y: Floats) -> float:
    """The middle of the shortest interval that holds the rows a median needs: 101 of 201."""
    ordered = np.sort(y)
    need = len(y) // 2 + 1
    width = ordered[need - 1 :] - ordered[: len(y) - need + 1]
    start = int(np.argmin(width))
    return float(0.5 * (ordered[start] + ordered[start + need - 1]))


EXACT: dict[str, Functional] = {
    "mean": np.mean,
    "mean, where it lies between {low} and {high}": lambda y, low, high: np.mean(y),
    "median": np.median,
    "the {tau}-quantile": lambda y, tau: np.sort(y)[int(np.ceil(tau * len(y))) - 1],
    "the {tau}-expectile": _expectile,
    "exp(mean(log(1 + y))) - 1": lambda y: np.expm1(np.mean(np.log1p(y))),
    "-log(mean(exp(-{a}*y)))/{a}": lambda y, a: -np.log(np.mean(np.exp(-a * y))) / a,
    "median, rows weighted by 1/|y|": lambda y: _weighted_median(y, 1.0 / np.abs(y)),
    "mean, rows weighted by 1/y²": lambda y: np.average(y, weights=y**-2.0),
    "the middle of the shortest interval that holds half the rows": _shortest_half,
    "the middle between the smallest and the largest target": lambda y: 0.5 * (y.min() + y.max()),
}


def _of(task: Task) -> list[BoundLoss]:
    return [x for x in BOUND if x.loss.task is task]


SINGLE = [*_of(Task.REGRESSION), *_of(Task.COUNTS)]
NAMED = [x for x in SINGLE if x.loss.elicits in EXACT]


@pytest.mark.parametrize("loss", NAMED, ids=label)
def test_best_constant_is_what_the_loss_elicits(loss: BoundLoss) -> None:
    y = sample(loss)
    expected = float(
        EXACT[loss.loss.elicits](y, **dict(loss.params))
        if "{" in loss.loss.elicits
        else EXACT[loss.loss.elicits](y)
    )
    assert best_constant(loss, y) == pytest.approx(expected, rel=2e-6)


def test_lq_elicits_centres_between_median_and_beyond_the_mean() -> None:
    by_q = {dict(x.params)["q"]: x for x in SINGLE if x.loss.name == "lq"}
    y = sample(by_q[1.0])
    best = [best_constant(by_q[q], y) for q in (1.0, 1.5, 2.0, 3.0)]
    assert best == sorted(best)
    assert best[0] == pytest.approx(np.median(y), rel=1e-6)
    assert best[2] == pytest.approx(np.mean(y), rel=1e-6)


@pytest.mark.parametrize("name", ["epsilon_insensitive", "num_errors"])
def test_bands(name: str) -> None:
    (loss,) = (
        x
        for x in SINGLE
        if x.loss.name == name and x.loss.elicits not in EXACT and 0.0 not in dict(x.params).values()
    )
    y = sample(loss)
    best, (half,) = best_constant(loss, y, 4_000), dict(loss.params).values()
    above, below = int(np.sum(y > best + half)), int(np.sum(y < best - half))
    if name == "epsilon_insensitive":
        assert abs(above - below) <= 2  # the rows on the edges of the band
    else:
        most = max(int(np.sum(np.abs(y - c) <= half)) for c in np.linspace(0.0, y.max(), 20_001))
        assert above + below == len(y) - most


CENTRES = [x for x in SINGLE if x.loss.elicits.startswith("a centre")]


@pytest.mark.parametrize("loss", CENTRES, ids=label)
def test_robust_centres_lie_where_the_record_says(loss: BoundLoss) -> None:
    y = sample(loss)
    mean, median, mode = float(y.mean()), float(np.median(y)), float(np.exp(1.0 - 0.9**2))  # of the lognormal
    best = best_constant(loss, y)
    match loss.loss.elicits:
        case "a centre near the mean":
            assert abs(best - mean) < 0.2 * (mean - median)
        case "a centre between mean and median":
            assert median - 0.01 < best < mean
        case "a centre of the bulk, towards the mode as the threshold shrinks":
            by_scale = (loss.loss.bind({}, scale=scale) for scale in (20.0, 1.0, 0.3))
            far, near, nearest = (abs(best_constant(one, y) - mode) for one in by_scale)
            assert far > near > nearest
        case text:
            assert text.endswith("as alpha falls")


def test_barron_moves_from_the_mean_towards_the_mode_with_alpha() -> None:
    by_alpha = {dict(x.params)["alpha"]: x for x in SINGLE if x.loss.name == "barron"}
    y = sample(by_alpha[2.0])
    best = [best_constant(by_alpha[alpha], y) for alpha in (-np.inf, -2.0, 0.0, 1.0, 2.0)]
    assert best == sorted(best)
    assert best[-1] == pytest.approx(y.mean(), rel=1e-6)


def test_no_functional_is_left_unchecked() -> None:
    checked = {x.spec for x in (*NAMED, *CENTRES)} | {x.spec for x in SINGLE if x.loss.name == "lq"}
    left = {x.loss.name for x in SINGLE if x.spec not in checked}
    assert left == {"epsilon_insensitive", "num_errors", "smape"}  # two bands above; smape names none


def test_scale_is_that_of_the_sample() -> None:
    """The robust laws above speak of a threshold near the spread of the sample."""
    y = sample(SINGLE[0])
    spread = float(np.median(np.abs(y - np.median(y)))) / 0.67449
    assert 0.5 < spread / SCALE < 2.0
