"""`check-loss` holds of the catalogue, and finds what is wrong with a record."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from battery.cases import filled
from losscli.domain import POSITIVE, REALS, Task
from losscli.loss import Argument, BoundLoss, Loss, Param, Trait
from losscli.loss.battery import Checked, checked
from losscli.loss.catalogue import CATALOGUE

# One loss of every kind of record; the other tests hold them all to the same functions.
KINDS = {
    (x.task, x.argument, x.reduction, x.link, callable(x.infimum), x.slope is None, bool(x.params)): x
    for x in CATALOGUE
}


@pytest.mark.parametrize("loss", KINDS.values(), ids=lambda loss: f"{loss.task}-{loss.name}")
def test_the_catalogue_passes(loss: Loss) -> None:
    found = checked(filled(loss))
    assert found.holds, [check for check in found.checks if check.holds is False]


def named(name: str) -> Loss:
    return next(x for x in CATALOGUE if x.name == name and x.task in (Task.REGRESSION, Task.BINARY))


def failing(found: Checked) -> list[str]:
    return [check.name for check in found.checks if check.holds is False]


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("mse", {"formula": "r**2/2"}, "formula is the value"),
    ("mse", {"slope_formula": "r"}, "formula of the slope"),
    ("mse", {"slope": lambda r: 2.001 * r, "slope_formula": ""}, "slope is the derivative"),
    ("mae", {"kinks": lambda params: ()}, "kinks"),
    ("mae", {"kinks": lambda params: (0.0, 1.0)}, "kinks"),
    ("mae", {"kinks": lambda params: (0.1,)}, "kinks"),
    ("mae", {"slope": lambda r: np.where(r >= 0.0, 1.0, -1.0) + 5.0 * (r == 0.0)}, "kinks"),
    ("mse", {"infimum": 1.0}, "least value"),
    ("mse", {"infimum": -1.0}, "least value"),
    ("mape", {"target": REALS}, "domain"),
    ("mse", {"traits": Trait.BOUNDED}, "traits"),
    ("huber", {"traits": Trait.STRICTLY_CONVEX}, "traits"),
    ("linex", {"traits": Trait.CONVEX | Trait.SYMMETRIC}, "traits"),
    ("mse", {"value": lambda r: r - r.mean()}, "rows stand alone"),
    ("mse", {"value": lambda r: np.square(r, out=r)}, "rows stand alone"),
    ("mse", {"value": lambda r: (r * r).astype(np.float32)}, "rows stand alone"),
    ("bce", {"slope": lambda log_p: 0.0 * log_p}, "slope is the derivative"),
)


@pytest.mark.parametrize(
    ("name", "changes", "check"), WRONG, ids=[f"{n}-{next(iter(c))}" for n, c, _ in WRONG]
)
def test_a_wrong_record_is_found(name: str, changes: dict[str, Any], check: str) -> None:
    found = failing(checked(filled(replace(named(name), **changes))))
    assert check in found


def test_a_parameter_that_takes_anything_is_found() -> None:
    loss = named("huber")
    (delta,) = loss.params

    class Lax(Loss):  # as a record whose own check undoes its domain
        def bind(self, written: Any, **more: Any) -> BoundLoss:
            return BoundLoss(self, tuple(written.items()) or (("delta", 1.0),))

    fields = {name: getattr(loss, name) for name in loss.__dataclass_fields__}
    lax = Lax(**fields | {"params": (Param("delta", 1.0, POSITIVE, delta.meaning),)})
    assert failing(checked(lax.bind({}))) == ["parameters"]


def test_a_loss_that_raises_fails_and_does_not_stop_the_others() -> None:
    def broken(r: Any) -> Any:
        raise ZeroDivisionError("no")

    found = checked(filled(replace(named("mse"), slope=broken)))
    assert "slope is the derivative" in failing(found)
    assert next(c for c in found.checks if c.name == "kinks").detail == "ZeroDivisionError: no"
    assert next(c for c in found.checks if c.name == "formula is the value").holds


def test_what_is_not_measured_is_said() -> None:
    found = checked(filled(next(x for x in CATALOGUE if x.argument is Argument.LABEL)))
    assert {check.detail for check in found.checks if check.holds is None} >= {"it has no slope"}
