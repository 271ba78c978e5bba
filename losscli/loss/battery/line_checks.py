"""Checks of a loss along the lines of its score: slope, kinks, least value, traits, two figures to keep."""

import math
from collections.abc import Sequence

import numpy as np

from losscli.domain import LOG, NUMBERS, Task
from losscli.loss import BY_DIFFERENCES, Argument, BoundLoss, Trait
from losscli.loss.battery.line import ScoreLine
from losscli.loss.battery.lines import lines
from losscli.loss.battery.row_checks import NO_ROWS, Outcome, has_rows
from losscli.loss.battery.slopes import breaks, jumps, mismatch
from losscli.loss.battery.traits import MEASURED, breaks_at_centre, is_symmetric, measured
from losscli.spec import number_text

_PLACE = 1e-6  # of a width: a kink is where it is said to be
_REACHED = 1e-4  # of what the loss spans: so near its least value it comes
_SAME = 1e-9  # of what the loss spans: two values that are one
NO_LINES = "it is not measured along lines"
_ENDLESS = "it falls without end, and least_at does not say why"
_ENOUGH = 0.9  # share of the points at which differences tell a slope


def derivative(bound: BoundLoss) -> Outcome:
    if bound.loss.slope_formula == BY_DIFFERENCES:
        return None, f"the slope is {BY_DIFFERENCES} of the value"
    seen = _lines(bound)
    if isinstance(seen, str):
        return None, seen
    worst = max(((*mismatch(line), line.name) for line in seen), key=lambda one: one[0])
    off, place, _, name = worst
    if off > 1.0:
        line = next(line for line in seen if line.name == name)
        assert line.slope is not None
        slope, told = line.slope(np.array([place]))[0], _difference_at(line, place)
        return False, f"on {name} at {place:.4g} the slope is {slope:.6g}, by differences {told:.6g}"
    least = min(mismatch(line)[2] for line in seen)
    share = f"{100 * least:.0f} % of the points can tell"
    return least > _ENOUGH, f"by differences on {_lines_text(seen)}, {share}"


def slope_problem(bound: BoundLoss) -> str:
    """Why a slope is not the derivative; empty where it is, or cannot be measured."""
    with np.errstate(all="ignore"):
        holds, detail = derivative(bound)
    return f"slope: {detail}" if holds is False else ""


def _difference_at(line: ScoreLine, place: float) -> float:
    step = 1e-3 * line.width
    high, low = line.value(place + step * np.array([1.0, -1.0]))
    return float((high - low) / (2.0 * step))


def _lines_text(seen: tuple[ScoreLine, ...]) -> str:
    return "1 line" if len(seen) == 1 else f"{len(seen)} lines"


def _lines(bound: BoundLoss) -> tuple[ScoreLine, ...] | str:
    if not has_rows(bound):
        return NO_ROWS
    if bound.loss.slope is None:
        return "it has no slope"
    return lines(bound) or NO_LINES


def kinks(bound: BoundLoss) -> Outcome:
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
            if bound.loss.slope_formula == BY_DIFFERENCES and not declared:
                return None, "they hang on the target"
            return False, f"on {line.name} declared {_places(declared)}, found {_places(found)}"
        assert line.slope is not None
        for kink in declared:
            low, at, high = line.slope(kink + 1e-9 * line.width * np.array([-1.0, 0.0, 1.0]))
            slack = 1e-8 * (1.0 + abs(low) + abs(high))
            if not min(low, high) - slack <= at <= max(low, high) + slack:
                limits = f"[{low:.4g}, {high:.4g}]"
                return False, f"on {line.name} at {kink:.4g} the slope {at:.4g} is not in {limits}"
    return True, f"declared and found: {_places(bound.loss.kinks(dict(bound.params)))}"


def _near(place: float, others: Sequence[float], line: ScoreLine) -> bool:
    return any(abs(place - other) <= _PLACE * line.width for other in others)


def _places(places: Sequence[float]) -> str:
    return ", ".join(f"{place:.6g}" for place in places) or "none"


def least(bound: BoundLoss) -> Outcome:
    """No value lies below the infimum, and a perfect prediction, or a margin far out, comes to it."""
    if not has_rows(bound):
        return None, NO_ROWS
    seen = lines(bound)
    if not seen:
        return None, NO_LINES
    if bound.loss.infimum == -np.inf:
        why = bound.loss.least_at
        return bool(why), f"it falls without end: {why}" if why else _ENDLESS
    gaps = []
    for line in seen:
        t = np.concatenate([line.near(), [line.centre], line.far()[10:-10]])
        values, least = line.value(t), np.broadcast_to(bound.infimum(line.targets(t)), t.shape)
        below = values < least - 1e-9 * (1.0 + np.abs(least))
        if below.any():
            at = int(np.argmin(np.where(below, values, np.inf)))
            return False, f"on {line.name} at {t[at]:.4g} it is {values[at]:.6g}, below {least[at]:.6g}"
        above = values - least
        if np.isnan(above).all():
            return False, f"on {line.name} it is no number"
        closest = min(float(np.nanmin(above)), line.zoomed() - float(least.min()))
        gaps.append(closest <= _REACHED * float(np.ptp(line.value(line.near()))))
    text = "varies with the target" if callable(bound.loss.infimum) else f"{bound.loss.infimum:.6g}"
    if any(gaps) or bound.loss.terms or bound.loss.task is Task.MULTICLASS:
        return True, f"infimum {text}"
    return False, f"infimum {text} is not approached"


def least_at(bound: BoundLoss) -> Outcome:
    """No prediction of a number costs less than the target itself, or the record says which does."""
    if bound.loss.task not in NUMBERS or not has_rows(bound):
        return None, "its targets are no numbers" if bound.loss.task not in NUMBERS else NO_ROWS
    can_hit = [line for line in lines(bound) if _can_hit(bound, line)]
    if not can_hit:
        return None, NO_LINES
    gap, below, name = max((*_below_target(line), line.name) for line in can_hit)
    declared = bound.loss.least_at
    if gap > _SAME and not declared:
        return (
            False,
            f"on {name} another prediction costs {below:.3g} less, and least_at is empty",
        )
    if gap <= _SAME and declared and bound.loss.infimum != -np.inf and not bound.loss.terms:
        return False, f"declared: {declared}; it is least at p = y"
    return True, f"declared: {declared}" if declared else "no prediction costs less than the target"


def _can_hit(bound: BoundLoss, line: ScoreLine) -> bool:
    """Whether a prediction can be the target of a line: its centre."""
    if bound.loss.argument is Argument.RESIDUAL:
        return True
    return bool(bound.loss.prediction.contains(np.array([line.target]))[0]) and (
        bound.loss.link is not LOG or line.target > 0.0
    )


def _below_target(line: ScoreLine) -> tuple[float, float]:
    """(how far the least lies below the loss of p = y, over what the loss spans; how far)."""
    at = float(line.value(np.array([line.centre]))[0])
    values = line.value(np.concatenate([line.near(), line.far()]))
    near = line.value(line.near())
    least = min(float(np.where(np.isnan(values), np.inf, values).min()), line.zoomed())
    if not math.isfinite(at) or not math.isfinite(least):
        return (math.inf, math.inf) if not at <= least else (0.0, 0.0)
    span = float(np.ptp(near[np.isfinite(near)])) if np.isfinite(near).any() else 0.0
    return (at - least) / (abs(at) + span or 1.0), at - least


def traits(bound: BoundLoss) -> Outcome:
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


def golden(bound: BoundLoss) -> Outcome:
    """Two figures to keep: a miss of 1 to either side."""
    seen = lines(bound) if has_rows(bound) else ()
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
