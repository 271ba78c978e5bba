"""A battery of checks on one loss: what its record says against what its functions do."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.battery.formula import Sample, by_formula, sample
from losscli.battery.line import Line
from losscli.battery.lines import SCALE, lines
from losscli.battery.slopes import breaks, jumps, mismatch
from losscli.battery.traits import MEASURED, breaks_at_centre, is_symmetric, measured
from losscli.domain import LOG, NUMBERS, Floats, Task
from losscli.errors import LosscliError, UsageError
from losscli.loss import Argument, BoundLoss, Param, Reduction, Trait
from losscli.spec import Spec, number_text

_SAME = 1e-9  # relative: a formula and its function
_PLACE = 1e-6  # of a width: a kink is where it is said to be
_ENOUGH = 0.9  # share of the points at which differences tell a slope
_NO_ROWS = "it has no value per row"


@dataclass(frozen=True, slots=True)
class Check:
    """holds: None where it does not apply; detail: what was found, or why it does not."""

    name: str
    holds: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A loss and its checks."""

    bound: BoundLoss
    checks: tuple[Check, ...]

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
            found.append(Check(name, holds, detail))
    return Checked(bound, tuple(found))


Outcome = tuple[bool | None, str]


def _has_rows(bound: BoundLoss) -> bool:
    return bound.loss.reduction is not Reduction.RATIO


def _spec(bound: BoundLoss) -> Outcome:
    """What is printed can be typed."""
    again = bound.loss.bind(Spec.parse(bound.spec).numbers())
    return again.params == bound.params, bound.spec


def _rows(bound: BoundLoss) -> Outcome:
    """(n,) floats out, the same for a row alone, and nothing written to what came in."""
    own = sample(bound.loss)
    if own is None or not _has_rows(bound):
        return None, _NO_ROWS if own is not None else "no sample of this task"
    problem = row_problem(bound)
    return not problem, problem or f"{own.rows} rows, together and alone"


def row_problem(bound: BoundLoss) -> str:
    """What is wrong with the figures that the functions of a loss give for rows; empty where nothing is."""
    own = sample(bound.loss)
    if own is None or not _has_rows(bound):
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


def _formula(bound: BoundLoss) -> Outcome:
    return _against(bound, bound.loss.formula, bound.value)


def _slope_formula(bound: BoundLoss) -> Outcome:
    if not bound.loss.slope_formula:
        return None, "no formula of the slope"
    return _against(bound, bound.loss.slope_formula, bound.slope)


def _against(bound: BoundLoss, text: str, function: Callable[..., Floats]) -> Outcome:
    own = sample(bound.loss)
    if own is None or not _has_rows(bound):
        return None, _NO_ROWS if own is not None else "no sample of this task"
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


def _derivative(bound: BoundLoss) -> Outcome:
    seen = _lines(bound)
    if isinstance(seen, str):
        return None, seen
    worst = max(((*mismatch(line), line.name) for line in seen), key=lambda one: one[0])
    off, place, _, name = worst
    if off > 1.0:
        line = next(line for line in seen if line.name == name)
        assert line.slope is not None
        at = np.array([place])
        told = _difference_at(line, place)
        return (
            False,
            f"on {name} at {place:.4g} the slope is {line.slope(at)[0]:.6g}, by differences {told:.6g}",
        )
    least = min(mismatch(line)[2] for line in seen)
    return (
        least > _ENOUGH,
        f"by differences on {_lines_text(seen)}, {100 * least:.0f} % of the points can tell",
    )


def _difference_at(line: Line, place: float) -> float:
    step = 1e-3 * line.width
    high, low = line.value(place + step * np.array([1.0, -1.0]))
    return float((high - low) / (2.0 * step))


def _lines_text(seen: tuple[Line, ...]) -> str:
    return "1 line" if len(seen) == 1 else f"{len(seen)} lines"


def _lines(bound: BoundLoss) -> tuple[Line, ...] | str:
    if not _has_rows(bound):
        return _NO_ROWS
    if bound.loss.slope is None:
        return "it has no slope"
    return lines(bound) or "it is not measured along lines"


def _kinks(bound: BoundLoss) -> Outcome:
    """The slope jumps at the kinks that are declared, and nowhere else, and lies between its limits there."""
    seen = _lines(bound)
    if isinstance(seen, str):
        return None, seen
    if bound.loss.task is Task.MULTICLASS or bound.loss.argument is Argument.PARTS:
        return None, "not declared for several classes, nor for a sum whose parts differ"
    for line in seen:
        reach = 12.0 * line.width
        broken = [*breaks(line), *([line.centre] if breaks_at_centre(line) else ())]
        declared = sorted(kink for kink in line.kinks if abs(kink - line.centre) < reach and kink > line.low)
        declared = [kink for kink in declared if not _near(kink, broken, line)]
        found = [place for place in jumps(line) if not _near(place, broken, line)]
        if bound.loss.argument is Argument.PREDICTION and 0.0 not in declared:  # |p| turns there, whatever r
            found = [place for place in found if not _near(place, [0.0], line)]
        if len(found) != len(declared) or not np.allclose(
            found, declared, atol=_PLACE * line.width, rtol=0.0
        ):
            return False, f"on {line.name} declared {_places(declared)}, found {_places(found)}"
        assert line.slope is not None
        for kink in declared:
            low, at, high = line.slope(kink + 1e-9 * line.width * np.array([-1.0, 0.0, 1.0]))
            slack = 1e-8 * (1.0 + abs(low) + abs(high))
            if not min(low, high) - slack <= at <= max(low, high) + slack:
                return (
                    False,
                    f"on {line.name} at {kink:.4g} the slope {at:.4g} is not in [{low:.4g}, {high:.4g}]",
                )
    return True, f"declared and found: {_places(bound.loss.kinks(dict(bound.params)))}"


def _near(place: float, others: Sequence[float], line: Line) -> bool:
    return any(abs(place - other) <= _PLACE * line.width for other in others)


def _places(places: Any) -> str:
    return ", ".join(f"{place:.6g}" for place in places) or "none"


def _least(bound: BoundLoss) -> Outcome:
    """No value lies below the infimum, and a perfect prediction, or a margin far out, comes to it."""
    if not _has_rows(bound):
        return None, _NO_ROWS
    seen = lines(bound)
    if not seen:
        return None, "it is not measured along lines"
    gaps = []
    for line in seen:
        t = np.concatenate([line.near(), [line.centre], line.far()[10:-10]])
        values, least = line.value(t), np.broadcast_to(bound.infimum(line.targets(t)), t.shape)
        below = values < least - 1e-9 * (1.0 + np.abs(least))
        if below.any():
            at = int(np.argmin(np.where(below, values, np.inf)))
            return False, f"on {line.name} at {t[at]:.4g} it is {values[at]:.6g}, below {least[at]:.6g}"
        above = np.where(np.isinf(least), values + 1e5, values - least)
        gaps.append(float(np.nanmin(above)) <= 1e-2 * float(np.ptp(line.value(line.near()))))
    text = "varies with the target" if callable(bound.loss.infimum) else f"{bound.loss.infimum:.6g}"
    if any(gaps) or bound.loss.terms or bound.loss.task is Task.MULTICLASS:
        return True, f"infimum {text}"
    return False, f"infimum {text} is not approached"


def _domain(bound: BoundLoss) -> Outcome:
    """A number, or +inf, wherever targets and predictions may be."""
    if bound.loss.task not in NUMBERS or not _has_rows(bound):
        return None, "its targets are no numbers" if bound.loss.task not in NUMBERS else _NO_ROWS
    own = sample(bound.loss)
    assert own is not None
    values = bound.value(*own.arguments)
    bad = np.isnan(values) | (values == -np.inf)
    text = f"target {bound.loss.target}, prediction {bound.loss.prediction}"
    if bad.any():
        return False, f"{own.told(int(np.argmax(bad)))}: no number; {text}"
    return True, text


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


def _traits(bound: BoundLoss) -> Outcome:
    """What is declared shows; what shows and is not declared is told."""
    seen = _lines(bound)
    if isinstance(seen, str):
        return None, seen
    shown = measured(seen)
    known = MEASURED
    if bound.loss.task in NUMBERS:
        known |= Trait.SYMMETRIC
        shown |= Trait.SYMMETRIC if is_symmetric(bound, seen) else Trait(0)
    declared = bound.traits & known
    false, silent = declared & ~shown, shown & ~declared
    if false:
        return False, f"declared, and not so: {_words(false)}"
    more = f"; also {_words(silent)}" if silent else ""
    return True, f"{_words(declared) or 'none declared'}{more}"


def _words(traits: Trait) -> str:
    return ", ".join(trait.name.lower().replace("_", " ") for trait in traits if trait.name)


def _golden(bound: BoundLoss) -> Outcome:
    """Two figures to keep: a miss of 1 to either side."""
    seen = lines(bound) if _has_rows(bound) else ()
    if not seen:
        return None, "no single score"
    line = next((one for one in seen if one.target == 1.0), seen[0])
    letter = {Argument.RESIDUAL: "r", Argument.MARGIN: "m"}.get(bound.loss.argument, "s")
    first, second, at = f"{letter} = -1", f"{letter} = 1", np.array([-1.0, 1.0])
    if bound.loss.task in NUMBERS and bound.loss.argument is not Argument.RESIDUAL:
        first, second, at = "y = 1, p = 0.5", "p = 2", np.array([0.5, 2.0])
        at = np.log(at) if bound.loss.link is LOG else at
    elif line.target == 1.0:
        first = f"y = 1, {first}"
    low, high = line.value(at)
    return not math.isnan(low + high), f"{first}: {number_text(low)}; {second}: {number_text(high)}"


_CHECKS: tuple[tuple[str, Callable[[BoundLoss], Outcome]], ...] = (
    ("its spec reads back", _spec),
    ("rows stand alone", _rows),
    ("formula is the value", _formula),
    ("formula of the slope", _slope_formula),
    ("slope is the derivative", _derivative),
    ("kinks", _kinks),
    ("least value", _least),
    ("domain", _domain),
    ("parameters", _params),
    ("traits", _traits),
    ("golden row", _golden),
)
