"""Plain functions as losses: what is measured of them, their slopes, and what check-loss finds wrong."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from losscli.domain import NUMBERS, POSITIVE, Floats, Interval, Task
from losscli.errors import DataError
from losscli.loss import Argument, Loss, Trait
from losscli.loss.battery import SCALE, checked
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.custom import define
from losscli.loss.custom.functions import is_loss, of_function

LETTERS = {Argument.RESIDUAL: "r", Argument.PREDICTION: "y, p", Argument.MARGIN: "m", Argument.SCORE: "y, s"}
# One of every kind.
WRAPPED = {
    (loss.task, loss.argument, loss.link, loss.target, loss.prediction, bool(loss.least_at)): loss
    for loss in reversed(CATALOGUE)
    if loss.task in NUMBERS | {Task.BINARY}
    and loss.argument in LETTERS
    and loss.reduction.has_rows
    and not (loss.task is Task.BINARY and loss.argument is Argument.PREDICTION)
}


def made(function: Callable[..., Any], **declared: Any) -> Loss:
    for key, value in declared.items():
        setattr(function, key, value)
    assert is_loss(function)
    return of_function("own", function, "own.py", lambda loss: loss)


def failing(loss: Loss) -> list[str]:
    return [check.name for check in checked(loss.bind({})).checks if check.holds is False]


@pytest.mark.parametrize("loss", WRAPPED.values(), ids=lambda loss: f"{loss.task}-{loss.name}")
def test_the_catalogue_as_plain_functions_passes(loss: Loss) -> None:
    """Nothing right is failed: each loss known by its value and its domain alone."""
    names: dict[str, Any] = {"bound": loss.bind({}, scale=SCALE, imbalance=2.0, naive=1.0)}
    exec(f"def own({LETTERS[loss.argument]}): return bound.value({LETTERS[loss.argument]})", names)
    declared: dict[str, Any] = {"least_at": loss.least_at} if loss.least_at else {}
    if loss.argument in (Argument.PREDICTION, Argument.SCORE):
        declared |= {"target": loss.target, "prediction": loss.prediction}
    assert failing(made(names["own"], **declared)) == []


UNBOUNDED: tuple[Callable[..., Any], ...] = (
    lambda y, p: p - y,
    lambda r: -np.abs(r),
    lambda r: -(r**2),
    lambda r: np.log(np.abs(r)),
    lambda r: r**3,
    lambda y, s: (1.0 - 2.0 * y) * s,
)


@pytest.mark.parametrize("function", UNBOUNDED)
def test_a_loss_without_a_least_value_fails(function: Callable[..., Any]) -> None:
    assert "least value" in failing(made(function))


@pytest.mark.parametrize("text", ["own = -abs(r)", "own = log(abs(r))", "own = -m"])
def test_a_formula_without_a_least_value_fails(text: str) -> None:
    assert "least value" in failing(define(text))


OFF: tuple[tuple[Callable[..., Any], str], ...] = (
    (lambda y, p: np.abs(p - y - 1.0), "p = y + 1"),
    (lambda r: (r - 0.01) ** 2, "p = y + 0.01"),
    (lambda r: np.where(r > 2.0, 9.0, 1.0) * (r - 2.0) ** 2, "p = y + 2"),
    (lambda r: (r - 1000.0) ** 2, "p = y + 1000"),
    (lambda r: -np.exp(-((r + 3.0) ** 2)), "p = y - 3"),
)


@pytest.mark.parametrize(("function", "where"), OFF, ids=[where for _, where in OFF])
def test_a_loss_that_is_least_beside_the_target_must_say_so(function: Callable[..., Any], where: str) -> None:
    assert "least at p = y" in failing(made(function))
    assert failing(made(function, least_at=where)) == []


def test_a_declaration_that_is_not_so_fails() -> None:
    assert failing(made(lambda r: r**2, least_at="p = y + 1")) == ["least at p = y"]


@pytest.mark.parametrize("name", ["mse", "unhinged"])
def test_records_are_held_to_the_same(name: str) -> None:
    loss = next(x for x in CATALOGUE if x.name == name)
    off = {"value": lambda r: (r - 1.0) ** 2, "slope": lambda r: 2.0 * (r - 1.0)}
    changes: dict[str, Any] = off if name == "mse" else {"least_at": ""}
    broken = replace(loss, formula="", slope_formula="", **changes)
    assert {"mse": "least at p = y", "unhinged": "least value"}[name] in failing(broken)


def huber(r: Floats, d: float = 1.0) -> Floats:
    return np.where(np.abs(r) <= d, r * r / 2, d * (np.abs(r) - d / 2))


def pinball(y: Floats, p: Floats) -> Floats:
    return np.where(p > y, 0.3, 0.7) * np.abs(p - y)


def test_slopes_by_differences_are_the_derivative() -> None:
    """Next to a kink as well: the one side's; at it the middle. And whatever the size of the miss. Where a
    slope bends, the error is a twelfth of the step, 2e-4."""
    r = np.array([-1e6, -3.0, -0.3, 0.0, 1e-9, 1e-3, 0.99, 7.0, 1e30])
    assert made(huber).bind({}).slope(r) == pytest.approx(np.clip(r, -1.0, 1.0), rel=1e-9, abs=1e-10)
    bend = np.array([-1.0 - 1e-7, 0.99999, 1.0])
    assert made(huber).bind({}).slope(bend) == pytest.approx(np.clip(bend, -1.0, 1.0), abs=2e-4 / 8)
    for y in (0.0, 5.0, -1e3):
        p = y + np.array([-10.0, -1e-6, 0.0, 1e-6, 1e-3, 2.0])
        slope = made(pinball).bind({}).slope(np.full(6, y), p)
        assert slope == pytest.approx([-0.7, -0.7, -0.2, 0.3, 0.3, 0.3], abs=1e-5)


def test_what_is_measured_of_a_function() -> None:
    loss = made(pinball)
    assert loss.slope_formula == "by finite differences" and loss.formula == "own(y, p)"
    assert loss.traits_at({}) == Trait.CONVEX | Trait.LIPSCHITZ
    assert loss.kinks({}) == (0.0,)
    assert "slope by finite differences" in loss.reference
    own = made(huber)
    assert own.traits_at({"d": 1.0}) == (
        Trait.CONVEX | Trait.SMOOTH | Trait.DIFFERENTIABLE | Trait.LIPSCHITZ | Trait.SYMMETRIC
    )
    assert own.bind({"d": 3.0}).params == (("d", 3.0),)
    above = made(lambda y, p: np.log(p / y) ** 2, target=POSITIVE, prediction=POSITIVE, elicits="a middle")
    assert (above.target, above.prediction, above.elicits) == (POSITIVE, POSITIVE, "a middle")
    assert above.bind({}).value(np.array([1.0]), np.array([-1.0]))[0] == math.inf  # no number
    assert isinstance(above.target, Interval)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x,
        lambda y: y,
        lambda p, y: p - y,
        lambda r, k: k * r**2,
        lambda r, k=True: r,
        lambda r, k="a": r,
        lambda *r: r,
        lambda r, **more: r,
        np.square,
        3,
    ],
)
def test_what_is_no_loss(function: Any) -> None:
    assert not is_loss(function)


def test_an_error_is_told_by_the_guard() -> None:
    def guard(loss: Loss) -> Loss:
        raise DataError("guarded")

    with pytest.raises(DataError, match="guarded"):
        of_function("own", huber, "own.py", guard)
