"""Plain functions of a Python file as losses: `def steep(y, p)`, slopes by finite differences."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import Parameter, signature
from types import FunctionType
from typing import Any

import numpy as np

from losscli.domain import Floats
from losscli.loss import BY_DIFFERENCES, Argument, Loss
from losscli.loss.custom.bare import LETTERS, READS, bare_record
from losscli.loss.custom.completed import completed

_STEP = 2e-4  # of a residual or a score
_LEAST_SIZE = 1e-2  # of a residual: smaller ones have steps as for it
_KINK = 1e-4  # of the steepness: differences to both sides that are so far apart are two slopes
_ROUNDING = 1e-14  # of the value: what a difference may have invented
_DECLARED = ("title", "elicits", "asks", "target", "prediction", "least_at")  # attributes of a function
_BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)

Guard = Callable[[Loss], Loss]


def is_loss(value: object) -> bool:
    """Whether a function is one: its first arguments are the letters of a formula, (y, p), (r,), (m,) or
    (y, s), and all others have numbers as defaults."""
    return isinstance(value, FunctionType) and _reads(value) is not None


def of_function(name: str, function: Callable[..., Any], path: str, guard: Guard) -> Loss:
    """The record of a function. What its attributes declare is taken as it is: the rest is measured. guard:
    makes the errors of a record's functions those of the file, and checks its fields."""
    found = _reads(function)
    assert found is not None
    argument, letters, defaults = found
    value = _value(function)
    bare = replace(
        bare_record(name, argument, defaults),
        title="A function of its file",
        formula=f"{name}({', '.join([*letters, *defaults])})",
        value=value,
        slope=_slope(value, argument),
        slope_formula=BY_DIFFERENCES,
    )
    declared = {key: getattr(function, key) for key in _DECLARED if hasattr(function, key)}
    bare = guard(replace(bare, **declared))
    whole = completed(bare, defaults, (), f"a function of {path}; slope {BY_DIFFERENCES}")
    return replace(whole, **declared)


def _reads(function: Callable[..., Any]) -> tuple[Argument, tuple[str, ...], Mapping[str, float]] | None:
    """(argument, its letters, the parameters with their defaults); None where it is no loss."""
    given = list(signature(function).parameters.values())
    letters = tuple(one.name for one in given if one.name in LETTERS)
    rest = given[len(letters) :]
    if any(one.name not in letters or one.kind not in _BY_PLACE for one in given[: len(letters)]):
        return None
    if any(one.kind not in _BY_NAME or not _is_number(one.default) for one in rest):
        return None
    for _, argument, own, _ in READS:
        if letters == own:
            return argument, letters, {one.name: float(one.default) for one in rest}
    return None


def _is_number(default: object) -> bool:
    return isinstance(default, int | float) and not isinstance(default, bool)


def _value(function: Callable[..., Any]) -> Callable[..., Floats]:
    def value(*arguments: Floats, **params: Any) -> Floats:
        """As the function gives them; inf where that is no number. TypeError where it is not one a row."""
        with np.errstate(all="ignore"):
            found = np.asarray(function(*arguments, **params))
        rows = np.broadcast_shapes(*map(np.shape, arguments))
        if found.dtype.kind not in "biuf" or found.shape != rows:
            raise TypeError(f"not one number per row, {rows}, but {found.shape} {found.dtype}")
        return np.where(np.isnan(found), np.inf, found).astype(np.float64)

    return value


def _slope(value: Callable[..., Floats], argument: Argument) -> Callable[..., Floats]:
    """The derivative of a value in its last argument. At a kink the middle of both slopes, next to one the
    slope of the side where there is none."""

    def slope(*arguments: Floats, **params: Any) -> Floats:
        *rest, t = arguments
        size = np.abs(t - rest[0]) if argument is Argument.PREDICTION else np.abs(t)
        numbers = argument in (Argument.PREDICTION, Argument.RESIDUAL)
        h = _STEP * np.maximum(size, _LEAST_SIZE if numbers else 1.0)
        h = (t + h) - t  # as far as it really is
        with np.errstate(all="ignore"):
            low, left, at, right, high = (
                value(*rest, t + share * h, **params) for share in (-1.0, -0.5, 0.0, 0.5, 1.0)
            )
            before, after = (3.0 * at - 4.0 * left + low) / h, (4.0 * right - 3.0 * at - high) / h
            both = (low - 8.0 * left + 8.0 * right - high) / (6.0 * h)
            steep = np.maximum(np.abs(high - at), np.abs(at - low)) / h
            noise = _ROUNDING * np.max(np.abs([low, at, high]), axis=0)
            kinked = np.abs(after - before) > _KINK * steep + noise / h
            bend_before, bend_after = np.abs(low - 2.0 * left + at), np.abs(high - 2.0 * right + at)
            side = np.where(bend_after > 4.0 * bend_before + noise, before, 0.5 * (before + after))
            side = np.where(bend_before > 4.0 * bend_after + noise, after, side)
            found = np.where(kinked, side, both)
            found = np.where(np.isfinite(found), found, np.where(np.isfinite(before), before, after))
        return np.where(np.isfinite(found), found, 0.0)

    return slope
