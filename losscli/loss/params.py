"""The parameters of a loss: where each may live, and what it is where it is not written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from losscli.domain import Interval
from losscli.errors import NoDefault, UsageError, did_you_mean
from losscli.spec import number_text

Params = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A default that follows the residual scale s.

    constant: the factor, or a function of the other parameters that gives it.
    power: of s; 1 for a default in units of y, -1 for one in units of 1/y.
    """

    constant: float | Callable[[Params], float]
    power: int = 1


class FromData(Enum):
    """A default taken from the rows."""

    IMBALANCE = "n-/n+"  # the class counts
    NAIVE = "mean |y_t - y_(t-1)|"  # the targets in time order


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a loss.

    name: as it is written in a spec, `delta` of `huber:delta=1.5`.
    default: a number, `Scaled`, `FromData`, or None for "off": then it is passed only where it is written.
    domain: the values that it may have; a default outside it is an error too.
    meaning: in words, with its unit; the advice beside an error.
    of_level: of an interval: 1 - its level, which the names of a file or --level say.
    """

    name: str
    default: float | Scaled | FromData | None
    domain: Interval
    meaning: str
    of_level: bool = False

    @property
    def default_text(self) -> str:
        """In words: `1.345 × s`, `n-/n+`, `off`; a number to its last digit."""
        match self.default:
            case None:
                return "off"
            case Scaled(constant, power):
                factor = "its 95 % constant" if callable(constant) else number_text(constant)
                return f"{factor} × s" if power == 1 else f"{factor} / s"
            case FromData() as rule:
                return rule.value
            case number:
                return number_text(number)

    def contains(self, value: float) -> bool:
        return bool(self.domain.contains(np.float64(value)))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What defaults are made of; None where the rows, or those who ask, do not tell it.

    scale: the residual scale s, in units of y.
    imbalance: n-/n+.
    naive: the mean absolute error of the last target as forecast of the next, in units of y.
    """

    scale: float | None = None
    imbalance: float | None = None
    naive: float | None = None


def resolved(loss: str, params: Sequence[Param], written: Params, facts: Facts) -> dict[str, float]:
    """The value of every parameter of the loss of that name: the written ones, else the defaults.

    Raises UsageError for an unknown parameter or one outside its domain, NoDefault for a default that the
    facts do not give, or that is outside its domain with them.
    """
    names = [param.name for param in params]
    for name in written:
        if name not in names:
            offer = f"{loss} takes {', '.join(names)}" if names else f"{loss} takes no parameter"
            raise UsageError(f"{loss} has no parameter {name!r}", advice=did_you_mean(name, names) or offer)
    found: dict[str, float] = {}
    for param in params:
        value = written.get(param.name)
        if value is None:
            value = _default(loss, param, found | dict(written), facts)
        if value is not None:
            _check_domain(loss, param, value)
            found[param.name] = float(value)
    return found


def _default(loss: str, param: Param, params: Params, facts: Facts) -> float | None:
    match param.default:
        case Scaled(constant, power):
            if facts.scale is None:
                raise _no_default(loss, param, "; there is no scale s")
            value = (constant(params) if callable(constant) else constant) * _power(facts.scale, power)
            if not param.contains(value):
                raise _no_default(loss, param, f"; with s = {facts.scale:.3g} that is {value:.3g}")
            return value
        case FromData.IMBALANCE:
            if facts.imbalance is None:
                raise _no_default(loss, param, ", and a class is absent", "")
            return facts.imbalance
        case FromData.NAIVE:
            if facts.naive is None:
                why = "; no column says the time"
                raise _no_default(loss, param, why, ", or compare with --time COLUMN")
            return facts.naive
        case default:
            return default


def _no_default(loss: str, param: Param, why: str, instead: str = " or give --scale") -> NoDefault:
    own = f"{loss}:{param.name}"
    advice = f"Write it ({own}=1){instead}" if instead else f"Write it: {own}=1"
    return NoDefault(f"{own} is {param.default_text} by default{why}", advice=advice)


def _power(scale: float, power: int) -> float:
    """scale ** power; inf where that is too large."""
    try:
        return float(scale**power)
    except OverflowError:
        return np.inf


def _check_domain(loss: str, param: Param, value: float) -> None:
    if isinstance(value, str) or not param.contains(value):
        without = param.domain.without
        raise UsageError(
            f"{loss}:{param.name}={value} is not {param.domain}"
            if without is None
            else f"{loss}: {param.name} is {param.domain}; {value} is not",
            advice=f"{param.name}: {param.meaning}",
        )
