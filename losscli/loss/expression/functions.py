"""The functions that a formula may call, in one list: what they are, and how they change."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import Floats, sigmoid, softplus
from losscli.loss.expression.tree import BINDING, Apply, Node, Number


@dataclass(frozen=True, slots=True)
class Function:
    """value: of as many arrays; slope: (arguments, their derivatives) → its derivative, as formulas; None
    where no formula tells it. A condition is true or false, as the arguments in `conditions` must be."""

    arity: int
    value: Callable[..., Any]
    slope: Callable[[tuple[Node, ...], tuple[Node, ...]], Node] | None = None
    is_condition: bool = False
    conditions: tuple[int, ...] = ()


ZERO, ONE, TWO = Number(0.0), Number(1.0), Number(2.0)


def of(function: str, *arguments: Node) -> Node:
    """A function of formulas, made simpler where that is plain to see."""
    rule = _SIMPLER.get(function)
    simpler = rule(*arguments) if rule is not None else None
    return simpler or _folded(function, arguments)


def _folded(function: str, arguments: tuple[Node, ...]) -> Node:
    """A number where all arguments are, and the figure is one."""
    numbers = [one.value for one in arguments if isinstance(one, Number)]
    if len(numbers) < len(arguments) or FUNCTIONS[function].is_condition:
        return Apply(function, arguments)
    with np.errstate(all="ignore"):
        value = float(FUNCTIONS[function].value(*map(np.float64, numbers)))
    return Number(value) if math.isfinite(value) else Apply(function, arguments)


def _sum(a: Node, b: Node) -> Node | None:
    match a, b:
        case (Number(0.0), one) | (one, Number(0.0)):
            return one
        case (_, Apply("neg", (one,))):
            return of("-", a, one)
    return None


def _difference(a: Node, b: Node) -> Node | None:
    match a, b:
        case (one, Number(0.0)):
            return one
        case (Number(0.0), one):
            return of("neg", one)
        case (_, Apply("neg", (one,))):
            return of("+", a, one)
    return None


def _product(a: Node, b: Node) -> Node | None:
    if isinstance(b, Number) and not isinstance(a, Number):
        a, b = b, a  # numbers first
    match a, b:
        case (Number(0.0), _):
            return ZERO
        case (Number(1.0), one):
            return one
        case (Number(-1.0), one):
            return of("neg", one)
        case (Number(x), Apply("*", (Number(y), one))):
            return of("*", Number(x * y), one)
        case (Number(x), Apply("neg", (one,))):
            return of("*", Number(-x), one)
    return _folded("*", (a, b))


def _negative(a: Node) -> Node | None:
    match a:
        case Apply("neg", (one,)):
            return one
        case Apply("*", (Number(x), one)):
            return of("*", Number(-x), one)
    return None


_SIMPLER: dict[str, Callable[..., Node | None]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": lambda a, b: ZERO if a == ZERO else a if b == ONE else None,
    "**": lambda a, b: a if b == ONE else None,
    "neg": _negative,
    "where": lambda condition, a, b: a if a == b else None,
}


_plus, _minus = functools.partial(of, "+"), functools.partial(of, "-")
_times, _over = functools.partial(of, "*"), functools.partial(of, "/")


def _square(a: Node) -> Node:
    return of("**", a, TWO)


def _chain(partial: Node, slope: Node) -> Node:
    """Their product, 0 where the slope of what is inside is: however steep the function is there."""
    return _times(partial, slope) if isinstance(slope, Number) else Apply("chain", (partial, slope))


def _chained(partial: Floats, slope: Floats) -> Floats:
    return np.where(slope == 0.0, 0.0, partial * slope)


def _one(value: Callable[..., Any], partial: Callable[[Node], Node]) -> Function:
    """A function of one argument, with its derivative in it."""
    return Function(1, value, lambda given, slopes: _chain(partial(given[0]), slopes[0]))


def _two(value: Callable[..., Any], slope: Callable[[Node, Node, Node, Node], Node]) -> Function:
    return Function(2, value, lambda given, slopes: slope(*given, *slopes))


def _compare(value: Callable[..., Any]) -> Function:
    return Function(2, value, is_condition=True)


def _join(arity: int, value: Callable[..., Any]) -> Function:
    return Function(arity, value, is_condition=True, conditions=tuple(range(arity)))


def _quotient(a: Node, b: Node, da: Node, db: Node) -> Node:
    return _minus(_over(da, b), _chain(_over(a, _square(b)), db))


def _power(a: Node, b: Node, da: Node, db: Node) -> Node:
    base = _chain(_times(b, of("**", a, _minus(b, ONE))), da)
    return _plus(base, _chain(_times(of("**", a, b), of("log", a)), db))


def _clipped(given: tuple[Node, ...], slopes: tuple[Node, ...]) -> Node:
    """numpy's clip: high, where it is below low."""
    (a, low, high), (da, dlow, dhigh) = given, slopes
    return of("where", of(">", a, high), dhigh, of("where", of("<", a, low), dlow, da))


def _log_cosh(x: Floats) -> Floats:
    size = np.abs(x)
    return np.asarray(size + np.log1p(np.expm1(-2.0 * size) / 2.0))


def _normal_cdf(x: Floats) -> Floats:
    return np.asarray(_erfc(-np.asarray(x) / math.sqrt(2.0)), dtype=np.float64) / 2.0


_erfc = np.frompyfunc(math.erfc, 1, 1)
_lgamma = np.frompyfunc(lambda x: math.lgamma(x) if x > 0.0 else math.nan, 1, 1)
_DENSITY = Number(1.0 / math.sqrt(2.0 * math.pi))

FUNCTIONS: dict[str, Function] = {
    "+": _two(lambda a, b: a + b, lambda a, b, da, db: _plus(da, db)),
    "-": _two(lambda a, b: a - b, lambda a, b, da, db: _minus(da, db)),
    "*": _two(lambda a, b: a * b, lambda a, b, da, db: _plus(_times(da, b), _times(a, db))),
    "chain": _two(_chained, lambda a, b, da, db: _plus(_times(da, b), _times(a, db))),
    "/": _two(lambda a, b: a / b, _quotient),
    "**": _two(lambda a, b: a**b, _power),
    "neg": Function(1, lambda a: -a, lambda given, slopes: of("neg", slopes[0])),
    "<": _compare(lambda a, b: a < b),
    "<=": _compare(lambda a, b: a <= b),
    ">": _compare(lambda a, b: a > b),
    ">=": _compare(lambda a, b: a >= b),
    "==": _compare(lambda a, b: a == b),
    "!=": _compare(lambda a, b: a != b),
    "and": _join(2, np.logical_and),
    "or": _join(2, np.logical_or),
    "not": _join(1, np.logical_not),
    "where": Function(3, np.where, lambda given, slopes: of("where", given[0], *slopes[1:]), conditions=(0,)),
    "abs": _one(np.abs, lambda a: of("sign", a)),
    "sign": _one(np.sign, lambda a: ZERO),
    "sqrt": _one(np.sqrt, lambda a: _over(Number(0.5), of("sqrt", a))),
    "exp": _one(np.exp, lambda a: of("exp", a)),
    "expm1": _one(np.expm1, lambda a: of("exp", a)),
    "log": _one(np.log, lambda a: _over(ONE, a)),
    "log1p": _one(np.log1p, lambda a: _over(ONE, _plus(ONE, a))),
    "sin": _one(np.sin, lambda a: of("cos", a)),
    "cos": _one(np.cos, lambda a: of("neg", of("sin", a))),
    "arctan": _one(np.arctan, lambda a: _over(ONE, _plus(ONE, _square(a)))),
    "sinh": _one(np.sinh, lambda a: of("cosh", a)),
    "cosh": _one(np.cosh, lambda a: of("sinh", a)),
    "tanh": _one(np.tanh, lambda a: _minus(ONE, _square(of("tanh", a)))),
    "log_cosh": _one(_log_cosh, lambda a: of("tanh", a)),
    "softplus": _one(softplus, lambda a: of("sigmoid", a)),
    "sigmoid": _one(sigmoid, lambda a: _times(of("sigmoid", a), of("sigmoid", of("neg", a)))),
    "normal_cdf": _one(_normal_cdf, lambda a: _times(_DENSITY, of("exp", _over(_square(a), Number(-2.0))))),
    "minimum": _two(np.minimum, lambda a, b, da, db: of("where", of("<", a, b), da, db)),
    "maximum": _two(np.maximum, lambda a, b, da, db: of("where", of(">", a, b), da, db)),
    "clip": Function(3, np.clip, _clipped),
    "lgamma": Function(1, lambda a: np.asarray(_lgamma(a), dtype=np.float64)),
}
CALLED = tuple(name for name in FUNCTIONS if name not in BINDING)  # the others are operators
