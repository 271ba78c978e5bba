"""The best constant of every loss is no worse than what scipy and a dense grid find."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from battery.cases import BOUND, label
from scipy.special import log_softmax

from losscli.domain import Codes, Floats, Kind, Task
from losscli.loss import Argument, BoundLoss, Reduction
from losscli.loss.constant import Target, best_constant
from losscli.spec import Spec

Rows = tuple[Floats, Floats]  # targets and whole weights
NUMBERS = [one for one in BOUND if one.loss.task in (Task.REGRESSION, Task.COUNTS)]
BINARY = [one for one in BOUND if one.loss.task is Task.BINARY and one.loss.infimum != -np.inf]
SEVERAL = [one for one in BOUND if one.loss.task is Task.MULTICLASS]


def skewed(seed: int, weighted: bool) -> Rows:
    rng = np.random.default_rng(seed)
    y = rng.lognormal(1.0, 1.0, 121)
    y[:4] = [0.01, 60.0, 75.0, 200.0]
    return y, rng.integers(0, 5, 121).astype(np.float64) if weighted else np.ones(121)


def two_heaps(seed: int, weighted: bool) -> Rows:
    """Most rows far from the mean, in a wide and a narrow heap."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([rng.normal(12.0, 3.0, 70), rng.normal(45.0, 0.4, 51)])
    return np.abs(y), rng.integers(0, 5, 121).astype(np.float64) if weighted else np.ones(121)


def reduced(one: BoundLoss, y: Floats, w: Floats, arguments: Callable[[Floats], tuple[Floats, ...]]) -> float:
    """One figure of the rows, each repeated as often as it weighs; written out, loss by loss where needed."""
    y = np.repeat(y, w.astype(int))
    given = arguments(y)
    if one.loss.reduction is Reduction.RATIO:
        return _ratio(one, *given)
    if one.loss.reduction is Reduction.WHOLE:
        assert one.loss.whole is not None
        return one.loss.whole(*given, np.ones(len(y)))
    value = one.value(*given)
    match one.loss.reduction:
        case Reduction.MEDIAN:
            return float(np.median(value))
        case Reduction.MAX:
            return float(value.max())
        case Reduction.ROOT:
            return float(np.sqrt(value.mean()))
        case _:
            return float(value.mean())


def _ratio(one: BoundLoss, y: Floats, p: Floats) -> float:
    params = dict(one.params)
    hits = float((y * p).sum())
    match one.loss.name:
        case "wmape":
            return float(np.abs(p - y).sum() / np.abs(y).sum())
        case "nrmse":
            return float(np.sqrt(((p - y) ** 2).mean()) / abs(y.mean()))
        case "balanced_error":
            return float((p[y == 1] == 0).mean() + (p[y == 0] == 1).mean()) / 2
        case "dice" | "soft_f1":
            return 1.0 - 2.0 * hits / float((y + p).sum())
        case "jaccard":
            return 1.0 - hits / float((y + p - y * p).sum())
        case "tversky" | "focal_tversky":
            below = hits + params["alpha"] * float(((1 - y) * p).sum())
            below += params["beta"] * float((y * (1 - p)).sum())
            return float((1.0 - hits / below) ** (1.0 / params.get("gamma", 1.0)))
        case name:
            raise NotImplementedError(name)


def of_number(one: BoundLoss, rows: Rows, constant: float) -> float:
    def arguments(y: Floats) -> tuple[Floats, ...]:
        p = np.full_like(y, constant)
        return (p - y,) if one.loss.argument is Argument.RESIDUAL else (y, p)

    return reduced(one, *rows, arguments)


def searched(cost: Callable[[float], float], grid: Floats) -> float:
    """The least cost on a grid, and by Brent's method around its three best points."""
    costs = np.array([cost(c) for c in grid])
    best = float(costs.min())
    for place in np.argsort(costs)[:3]:
        ends = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        options = {"xatol": 1e-12 * max(1.0, abs(ends[1]))}
        best = min(
            best,
            float(scipy.optimize.minimize_scalar(cost, bounds=ends, method="bounded", options=options).fun),
        )
    return best


def cases() -> list[Any]:
    every = [(one, *case) for one, case in product(NUMBERS, ((skewed, True), (two_heaps, False)))]
    return [
        pytest.param(
            *case,
            id=f"{label(case[0])}-{case[1].__name__}{'-weighted' if case[2] else ''}",
        )
        for case in every
    ]


@pytest.mark.parametrize(("one", "sample", "weighted"), cases())
def test_numbers(one: BoundLoss, sample: Callable[[int, bool], Rows], weighted: bool) -> None:
    y, w = sample(5, weighted)
    y = np.floor(y) if one.loss.target.whole else y
    constant, ours = best_constant(one, Target.of_numbers(one.loss.task, y, w))
    assert ours == pytest.approx(of_number(one, (y, w), float(constant[0])), rel=1e-12)
    grid = np.unique(np.concatenate([np.linspace(y.min(), y.max(), 150), y, [y.mean()]]))
    grid = grid[one.loss.prediction.contains(grid)]
    theirs = searched(lambda c: of_number(one, (y, w), c), grid)
    assert ours <= theirs + 1e-9 * abs(theirs)


@pytest.mark.parametrize("name", ["expectile:tau=0.52", "quantile:tau=0.51", "linex:a=0.01"])
def test_a_symmetric_target(name: str) -> None:
    """The optimum is near the centre, which the search starts from more than once."""
    spec, rng = Spec.parse(name), np.random.default_rng(0)
    loss = next(one.loss for one in NUMBERS if one.loss.name == spec.name)
    one = loss.bind({key: float(value) for key, value in spec.params})
    for _ in range(20):
        half = 3.0 * rng.normal(size=60)
        y = np.concatenate([half, -half]) + 0.7
        _, ours = best_constant(one, Target.of_numbers(Task.REGRESSION, y, np.ones(120)))
        theirs = searched(lambda c, y=y: of_number(one, (y, np.ones(120)), c), np.unique(y))
        assert ours <= theirs + 1e-9 * theirs


def of_class(one: BoundLoss, rows: Rows, prediction: float) -> float:
    """A constant label, probability or score, as the loss asks."""

    def arguments(y: Floats) -> tuple[Floats, ...]:
        own = np.full_like(y, prediction)
        match one.loss.argument:
            case Argument.LOG_PROBABILITY:
                with np.errstate(divide="ignore"):
                    return (np.where(y == 1, np.log(own), np.log1p(-own)),)
            case Argument.MARGIN:
                return ((2 * y - 1) * own,)
            case Argument.SCORE if Kind.PROBABILITY in one.loss.needs:
                with np.errstate(divide="ignore"):
                    return y, np.log(own) - np.log1p(-own)
            case _:
                return y, own

    return reduced(one, *rows, arguments)


@pytest.mark.parametrize("counts", [(70, 30), (50, 50), (6, 94), (99, 1)], ids=str)
@pytest.mark.parametrize("one", BINARY, ids=label)
def test_two_classes(one: BoundLoss, counts: tuple[int, int]) -> None:
    weights = np.array(counts, dtype=np.float64)
    constant, ours = best_constant(one, Target.of_classes(Task.BINARY, weights))
    rows = np.array([0.0, 1.0]), weights
    with np.errstate(invalid="ignore", divide="ignore"):
        assert ours == pytest.approx(of_class(one, rows, float(constant[0])), rel=1e-12, abs=1e-300)
        if Kind.LABEL in one.loss.needs:
            theirs = min(of_class(one, rows, c) for c in (0.0, 1.0))
        elif Kind.PROBABILITY in one.loss.needs:
            grid = np.linspace(0.0, 1.0, 401)[1:-1]
            theirs = searched(lambda p: of_class(one, rows, p), grid)
        else:
            grid = np.linspace(-30.0, 30.0, 401)
            grid = grid[one.loss.prediction.contains(grid)]
            theirs = searched(lambda s: of_class(one, rows, s), grid)
    assert ours <= theirs + 1e-9 * abs(theirs)


def test_one_class_alone() -> None:
    """A class without rows may have an infinite loss: the constant is certain, and costs nothing."""
    for one in BINARY:
        if one.loss.name in ("bce", "brier", "zero_one", "mae_prob", "hinge", "squared_hinge"):
            for counts in ([5.0, 0.0], [0.0, 5.0]):
                assert best_constant(one, Target.of_classes(Task.BINARY, np.array(counts)))[1] == 0.0


def of_classes(one: BoundLoss, weights: Floats, scores: Floats) -> float:
    """Constant scores of k classes, or what their softmax gives."""
    codes: Codes = np.arange(len(weights))
    rows = np.tile(scores, (len(weights), 1))
    logs = log_softmax(rows, axis=1)
    if one.loss.name == "generalized_dice":
        p, share = np.exp(logs[0]), weights / weights.sum()
        apart = share * (1 - p) + (1 - share) * p
        if dict(one.params)["pooled"]:
            return float((apart / share**2).sum() / ((p + share) / share**2).sum())
        return float((apart / (p + share) / share**2).sum() / (share**-2).sum())
    match one.loss.argument:
        case Argument.LOG_PROBABILITY:
            value = one.value(logs[codes, codes])
        case Argument.LOG_PROBABILITIES:
            value = one.value(codes, logs)
        case Argument.SCORE if Kind.PROBABILITY in one.loss.needs:
            value = one.value(codes, np.exp(logs))
        case Argument.SCORE:
            value = one.value(codes, rows)
        case Argument.COUNTS:
            value = one.value(codes, rows, weights)
        case _:
            value = one.value(codes, rows.argmax(axis=1))
    return float(weights @ value / weights.sum())


@pytest.mark.parametrize("name", ["mae", "mape", "smape", "quantile", "epsilon_insensitive"])
@pytest.mark.parametrize("n", [9, 3000])
def test_the_best_constant_of_a_kinked_loss_is_a_kink(name: str, n: int) -> None:
    """No kink of any row's loss is lower, to the last digits."""
    one = next(loss for loss in NUMBERS if loss.loss.name == name)
    y = np.round(np.random.default_rng(n).lognormal(size=n) * 100.0, 2)
    _, ours = best_constant(one, Target.of_numbers(Task.REGRESSION, y, np.ones(n)))
    kinks = np.unique([y + kink for kink in one.loss.kinks(dict(one.params))])
    near = kinks[(kinks > 0) & (kinks < np.quantile(y, 0.75))]
    residual = one.loss.argument is Argument.RESIDUAL
    ways = ((p - y,) if residual else (y, np.full(n, p)) for p in near)
    assert ours <= min(float(one.value(*given).mean()) for given in ways) * (1.0 + 1e-15)


@pytest.mark.parametrize("counts", [(34, 33, 33), (45, 45, 10), (6, 90, 4)], ids=str)
@pytest.mark.parametrize("one", SEVERAL, ids=label)
def test_three_classes(one: BoundLoss, counts: tuple[int, ...]) -> None:
    weights = np.array(counts, dtype=np.float64)
    _, ours = best_constant(one, Target.of_classes(Task.MULTICLASS, weights))
    starts = [np.array(point, dtype=np.float64) for point in product((-1.0, 0.0, 1.5), repeat=3)]
    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 600}

    def cost(scores: Floats) -> float:
        return of_classes(one, weights, np.clip(scores, -30.0, 30.0))

    best = sorted(starts, key=cost)[:2]
    theirs = min(
        float(scipy.optimize.minimize(cost, start, method="Nelder-Mead", options=options).fun)
        for start in best
    )
    assert ours <= theirs + 1e-9 * abs(theirs)
