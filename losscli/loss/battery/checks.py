"""A battery of checks on one loss: what its record says against what its functions do."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.errors import LosscliError, UsageError
from losscli.loss import BoundLoss, Param
from losscli.loss.battery import line_checks, row_checks
from losscli.loss.battery.lines import SCALE
from losscli.loss.battery.row_checks import Outcome
from losscli.spec import Spec, number_text


@dataclass(frozen=True, slots=True)
class BatteryCheck:
    """holds: None where it does not apply; detail: what was found, or why it does not."""

    name: str
    holds: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A loss and its checks."""

    bound: BoundLoss
    checks: tuple[BatteryCheck, ...]

    @property
    def holds(self) -> bool:
        return all(check.holds is not False for check in self.checks)


def checked(bound: BoundLoss) -> Checked:
    """Every check; a function of the loss that raises fails the check that called it."""
    found = []
    with np.errstate(all="ignore"):
        for name, check in _CHECKS:
            try:
                holds, detail = check(bound)
            except LosscliError as error:
                holds, detail = False, ": ".join(filter(None, [str(error.where), error.what]))
            except Exception as error:  # the functions of a record may be anyone's
                holds, detail = False, f"{type(error).__name__}: {error}"
            found.append(BatteryCheck(name, holds, detail))
    return Checked(bound, tuple(found))


def _spec(bound: BoundLoss) -> Outcome:
    """What is printed can be typed."""
    again = bound.loss.bind(Spec.parse(bound.spec).numbers())
    return again.params == bound.params, bound.spec


def _params(bound: BoundLoss) -> Outcome:
    """A value outside the domain of a parameter is refused."""
    if not bound.params:
        return None, "it has no parameter"
    for param in bound.loss.params:
        for value in _outside(param):
            try:
                bound.loss.bind(dict(bound.params) | {param.name: value}, scale=SCALE, imbalance=2.0)
            except UsageError:
                continue
            return False, f"{param.name}={number_text(value)} is taken, though it is not {param.domain}"
    return True, ", ".join(f"{param.name}: {param.domain}" for param in bound.loss.params)


def _outside(param: Param) -> list[float]:
    domain = param.domain
    ends = [math.nan]
    ends += [] if math.isinf(domain.low) else [math.nextafter(domain.low, -math.inf)]
    ends += [] if math.isinf(domain.high) else [math.nextafter(domain.high, math.inf)]
    ends += [] if domain.without is None else [domain.without]
    return ends


_CHECKS: tuple[tuple[str, Callable[[BoundLoss], Outcome]], ...] = (
    ("its spec reads back", _spec),
    ("rows stand alone", row_checks.rows),
    ("formula is the value", row_checks.formula),
    ("formula of the slope", row_checks.slope_formula),
    ("slope is the derivative", line_checks.derivative),
    ("kinks", line_checks.kinks),
    ("least value", line_checks.least),
    ("least at p = y", line_checks.least_at),
    ("domain", row_checks.domain),
    ("parameters", _params),
    ("traits", line_checks.traits),
    ("golden row", line_checks.golden),
)
