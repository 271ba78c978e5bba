"""Checks of a loss row by row: figures, formulas, domain."""

from collections.abc import Callable, Iterator

import numpy as np

from losscli.domain import NUMBERS, Floats
from losscli.loss import BY_DIFFERENCES, Argument, BoundLoss, Reduction
from losscli.loss.battery.formula import Sample, by_formula, sample

NO_ROWS = "it has no value per row"
_SAME = 1e-9  # relative: a formula and its function

Outcome = tuple[bool | None, str]  # whether it holds, None where it does not apply; what was found


def has_rows(bound: BoundLoss) -> bool:
    return bound.loss.reduction is not Reduction.RATIO


def rows(bound: BoundLoss) -> Outcome:
    """(n,) floats out, the same for a row alone, and nothing written to what came in."""
    own = sample(bound)
    if own is None or not has_rows(bound):
        return None, NO_ROWS if own is not None else "no sample of this task"
    problem = row_problem(bound)
    return not problem, problem or f"{own.rows} rows, together and alone"


def row_problem(bound: BoundLoss) -> str:
    """What is wrong with the figures that the functions of a loss give for rows; empty where nothing is."""
    own = sample(bound)
    if own is None or not has_rows(bound):
        return ""
    with np.errstate(all="ignore"):
        for name, function in (("value", bound.value), *_slopes(bound)):
            problem = _row_problem(function, own)
            if problem:
                return f"{name}: {problem}"
    return ""


def _slopes(bound: BoundLoss) -> Iterator[tuple[str, Callable[..., Floats]]]:
    if bound.loss.slope is not None and bound.loss.argument is not Argument.PARTS:
        yield "slope", bound.slope


def _row_problem(function: Callable[..., Floats], own: Sample) -> str:
    given = own.copy()
    found = function(*given)
    if not isinstance(found, np.ndarray) or found.dtype != np.float64 or len(found) != own.rows:
        shape = getattr(found, "shape", "")
        kind = getattr(found, "dtype", type(found).__name__)
        return f"not one float per row, ({own.rows},), but {shape} {kind}".replace("  ", " ")
    if not own.equals(given):
        return "it writes to its arguments"
    alone = [function(*own.row(i))[0] for i in range(own.rows)]
    if not np.allclose(found, alone, rtol=1e-12, atol=1e-14, equal_nan=True):
        return "a row alone has another figure than among others"
    return ""


def formula(bound: BoundLoss) -> Outcome:
    if bound.loss.slope_formula == BY_DIFFERENCES:
        return None, "its value is a function, and has no formula"
    return _against(bound, bound.loss.formula, bound.value)


def slope_formula(bound: BoundLoss) -> Outcome:
    if not bound.loss.slope_formula:
        return None, "no formula of the slope"
    if bound.loss.slope_formula == BY_DIFFERENCES:
        return None, f"the slope is {BY_DIFFERENCES} of the value"
    return _against(bound, bound.loss.slope_formula, bound.slope)


def _against(bound: BoundLoss, text: str, function: Callable[..., Floats]) -> Outcome:
    own = sample(bound)
    if own is None or not has_rows(bound):
        return None, NO_ROWS if own is not None else "no sample of this task"
    printed = by_formula(bound, text, own)
    if isinstance(printed, str):
        return None, printed
    value = function(*own.arguments)
    off = np.abs(value - printed) - (_SAME * np.abs(printed) + 1e-12)
    off[(value == printed) | np.isnan(printed)] = 0.0  # a formula may be 0/0 where the function has a limit
    worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    if off[worst] <= 0.0:
        return True, f"equal at {own.rows} rows"
    return False, f"{own.told(worst)}: {value[worst]:.6g}, by the formula {printed[worst]:.6g}"


def domain(bound: BoundLoss) -> Outcome:
    """A number wherever targets and predictions may be."""
    if bound.loss.task not in NUMBERS or not has_rows(bound):
        return None, "its targets are no numbers" if bound.loss.task not in NUMBERS else NO_ROWS
    own = sample(bound)
    assert own is not None
    values = bound.value(*own.arguments)
    bad = ~np.isfinite(values)
    text = f"target {bound.target}, prediction {bound.loss.prediction}"
    if bad.any():
        at = int(np.argmax(bad))
        return False, f"{own.told(at)}: {values[at]:g}; {text}"
    return True, text
