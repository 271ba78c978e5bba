"""What a formula does not say of itself: traits, kinks, domain, least value, unit, what it asks for."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from losscli.domain import (
    ABOVE_MINUS_ONE,
    NONNEGATIVE,
    NONZERO,
    NUMBERS,
    POSITIVE,
    REALS,
    Floats,
    Interval,
    Unit,
)
from losscli.loss import Argument, BoundLoss, Trait
from losscli.loss.battery import SCALE, TARGETS, ScoreLine, is_bounded, is_symmetric, jumps, lines, measured
from losscli.loss.constant import Target, best_constant

_DOMAINS = (REALS, NONZERO, ABOVE_MINUS_ONE, NONNEGATIVE, POSITIVE)
_AT = np.array([-40.0, -7.3, -1.0, -0.99, -0.2, 0.0, 0.3, 1.0, 2.6, 35.0])  # targets and predictions tried
_WIDTHS = (1e-4, 1e5)  # of the constants of a formula that are taken for sizes of r
_APART = 4.0  # factor between widths
_NEAR_ALL = Trait.CONVEX | Trait.STRICTLY_CONVEX | Trait.STRONGLY_CONVEX | Trait.DIFFERENTIABLE
_SNAP = 1e-6  # of a width: a kink so near to a constant is there
_HALVED = 1e-10  # of a width: as near as halving comes
_NOTHING = 1e-9  # of the span of a loss: no difference from 0
_FAR_DOWN = 10.0  # spans below: it falls without end
_ZOOMS = 40
_UNITS = {0.0: Unit.ONE, 1.0: Unit.Y, 2.0: Unit.Y2}


@dataclass(frozen=True, slots=True)
class MeasuredLoss:
    """infimum: a number, or a function of the target; perfect: what perfect predictions of some targets cost,
    empty for classes."""

    traits: Trait
    kinks: tuple[float, ...]
    infimum: float | Callable[[Floats], Floats]
    target: Interval
    prediction: Interval
    unit: Unit
    elicits: str
    perfect: tuple[float, ...]
    trap: str

    @property
    def told(self) -> str:
        """`never below 0; a perfect prediction costs 0; kinks at -0.5, 0.5`"""
        least = self.infimum
        bound = "least value by target" if callable(least) else f"never below {least:.6g}"
        places = ", ".join(f"{kink:.6g}" for kink in self.kinks)
        smooth = Trait.DIFFERENTIABLE in self.traits
        kinks = f"kinks at {places}" if places else "no kinks" if smooth else "kinks or jumps"
        said = ["not bounded below" if least == -np.inf else bound]
        if self.perfect:
            cost = f"{self.perfect[0]:.6g}" if len(set(self.perfect)) == 1 else "more for some targets"
            said.append(f"a perfect prediction costs {cost}")
        return "; ".join([*said, kinks])


def measure(bound: BoundLoss, constants: Collection[float]) -> MeasuredLoss:
    """A loss of one score, known by its value and slope alone. constants: the sizes in its formula."""
    numbers = bound.loss.task in NUMBERS
    target, prediction = bound.loss.target, bound.loss.prediction
    if bound.loss.argument is Argument.PREDICTION and target == prediction == REALS:
        target, prediction = _domains(bound)
    bound = replace(bound, loss=replace(bound.loss, target=target, prediction=prediction))
    widths = _widths(constants)
    with np.errstate(all="ignore"):
        seen = [lines(bound, width) for width in widths]
        kinks = _kinks(bound, seen, constants)
        least = _least(bound, seen)
        traits = _traits(bound, seen)
    return MeasuredLoss(
        traits=traits,
        kinks=kinks,
        infimum=least,
        target=target,
        prediction=prediction,
        unit=_unit(bound) if numbers else Unit.ONE,
        elicits=_elicits(bound) if numbers else "",
        perfect=_perfect(bound) if numbers else (),
        trap=_trap(least),
    )


def _widths(constants: Collection[float]) -> tuple[float, ...]:
    """Natural steps of r: that of the catalogue, and what the formula's constants suggest."""
    low, high = _WIDTHS
    chosen = [SCALE]
    sizes = {*constants, *(one**0.5 for one in constants)}  # of r, or of its square
    for size in sorted(SCALE * one for one in sizes if low <= one <= high):
        if all(max(size / own, own / size) >= _APART for own in chosen):
            chosen.append(size)
    return tuple(sorted(chosen))


def _domains(bound: BoundLoss) -> tuple[Interval, Interval]:
    """(targets, predictions): the widest intervals in which the loss is a number."""
    y, p = (axis.ravel() for axis in np.meshgrid(_AT, _AT, indexing="ij"))
    finite = np.isfinite(bound.value(y, p))
    for target in _DOMAINS:
        for prediction in _DOMAINS:
            inside = target.contains(y) & prediction.contains(p)
            if finite[inside].all():
                return target, prediction
    return REALS, REALS


def _traits(bound: BoundLoss, seen: list[tuple[ScoreLine, ...]]) -> Trait:
    """What is seen near holds at every width, what is seen from afar at one of them; where there is no slope,
    nothing but bounds can be seen."""
    if bound.loss.slope is None:
        steps = [is_bounded(line.value(line.near()), line.value(line.far())) for own in seen for line in own]
        return Trait.BOUNDED if all(steps) else Trait(0)
    each = [measured(own) for own in seen]
    near = far = each[0]
    for own in each[1:]:
        near, far = near & own, far | own
    traits = near & _NEAR_ALL | far & ~_NEAR_ALL
    if Trait.DIFFERENTIABLE not in traits:
        traits &= ~Trait.SMOOTH
    if bound.loss.task in NUMBERS and all(is_symmetric(bound, own) for own in seen):
        traits |= Trait.SYMMETRIC
    return traits


def _kinks(
    bound: BoundLoss, seen: list[tuple[ScoreLine, ...]], constants: Collection[float]
) -> tuple[float, ...]:
    """The places in r or m where the slope jumps, whatever the target."""
    if bound.loss.slope is None or bound.loss.argument is Argument.SCORE:
        return ()
    found = [_kinks_of([own[i] for own in seen], constants) for i in range(len(seen[0]))]
    most = max(found, key=len, default=())
    return most if all(_among(own, most) for own in found) else ()


def _among(places: tuple[float, ...], most: tuple[float, ...]) -> bool:
    """Whether all places are among others; on some lines not all of those can be reached."""
    return all(np.isclose(place, most, rtol=_SNAP, atol=_SNAP).any() for place in places)


def _kinks_of(line: list[ScoreLine], constants: Collection[float]) -> tuple[float, ...]:
    """Of one line, seen in several widths; each at a constant of the formula if it is next to one."""
    places: list[float] = []
    for own in line:
        centre = own.target if own.name.startswith("y=") else 0.0
        for place in jumps(own):
            if centre and abs(place) <= _SNAP * own.width:
                continue  # |p| turns there, whatever the target
            at = place - centre
            near = [
                c for c in (0.0, *constants, *(-c for c in constants)) if abs(at - c) <= _SNAP * own.width
            ]
            at = min(near, key=lambda c: abs(at - c)) if near else _round(at, own.width)
            if all(abs(at - other) > _SNAP * own.width for other in places):
                places.append(at)
    return tuple(sorted(places))


def _round(at: float, width: float) -> float:
    """A place at a number of few digits if it is that but for what halving leaves."""
    few = float(f"{at:.9g}")
    return few if abs(few - at) <= _HALVED * width else at


def _least(bound: BoundLoss, seen: list[tuple[ScoreLine, ...]]) -> float | Callable[[Floats], Floats]:
    """The least value over predictions: one number, or a function of the target."""
    each = [_least_of([own[i] for own in seen]) for i in range(len(seen[0]))]
    if not each or -np.inf in each:
        return -np.inf
    if len(set(each)) == 1:
        return each[0]
    if bound.loss.argument is Argument.SCORE:
        zero, one = each
        return lambda y: np.where(y > 0, one, zero)
    return lambda y: _searched(bound, y)


def _least_of(line: list[ScoreLine]) -> float:
    """0 where it is that to rounding; -inf where it falls on and on."""
    near = np.concatenate([own.value(np.append(own.near(), own.centre)) for own in line])
    far = np.concatenate([own.value(own.far()) for own in line])
    near, far = near[np.isfinite(near)], far[~np.isnan(far)]
    if not len(near):
        return -np.inf
    span = float(np.ptp(near)) or 1.0
    if far.min(initial=np.inf) < near.min() - _FAR_DOWN * span:
        return -np.inf
    least = min(float(far.min(initial=np.inf)), *(own.zoomed() for own in line))
    return 0.0 if abs(least) <= _NOTHING * span else least


def _searched(bound: BoundLoss, y: Floats) -> Floats:
    """The least value over predictions for every target (n,)."""
    y = np.asarray(y, dtype=np.float64)
    centre, reach = y[:, None], 12.0 * np.maximum(1.0, np.abs(y))[:, None]
    best = np.full(len(y), np.inf)
    for _ in range(_ZOOMS):
        p = centre + reach * np.linspace(-1.0, 1.0, 33)
        values = bound.value(np.broadcast_to(y[:, None], p.shape), p)
        at = np.argmin(values, axis=1)[:, None]
        best = np.minimum(best, np.take_along_axis(values, at, axis=1)[:, 0])
        centre, reach = np.take_along_axis(p, at, axis=1), reach / 8.0
    return best


def _unit(bound: BoundLoss) -> Unit:
    """From how the loss grows when targets and predictions are measured in another unit."""
    if bound.params:
        return Unit.OWN
    sizes = (1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6)
    small = np.concatenate([_sample(bound, size) for size in sizes])
    large = np.concatenate([_sample(bound, 3.0 * size) for size in sizes])
    kept = np.isfinite(small) & np.isfinite(large) & (np.abs(small) > 0)
    for power, unit in _UNITS.items():
        if kept.any() and np.allclose(large[kept], 3.0**power * small[kept], rtol=1e-9):
            return unit
    return Unit.OWN


def _sample(bound: BoundLoss, times: float) -> Floats:
    y, p = np.array(TARGETS), 1.3 * np.abs(TARGETS) + 0.4
    if bound.loss.argument is Argument.RESIDUAL:
        return bound.value(times * (p - y))
    return bound.value(times * np.abs(y), times * p)


def _elicits(bound: BoundLoss) -> str:
    """`mean` or `median` where the best constant of skewed targets is that; else nothing is said."""
    y = np.exp(np.sin(np.arange(1.0, 202.0) * 1.7) * 1.2 + np.cos(np.arange(1.0, 202.0) * 0.37))
    if not bound.target.contains(y).all():
        return ""
    with np.errstate(all="ignore"):
        best = float(best_constant(bound, Target.of_numbers(bound.loss.task, y, np.ones(len(y))))[0][0])
    for word, value in (("mean", float(np.mean(y))), ("median", float(np.median(y)))):
        if abs(best - value) <= 1e-6 * value:
            return word
    return ""


def _perfect(bound: BoundLoss) -> tuple[float, ...]:
    if bound.loss.argument is Argument.RESIDUAL:
        return tuple(bound.value(np.zeros(1)).tolist())
    y = np.array(TARGETS)
    y = y[bound.target.contains(y) & bound.loss.prediction.contains(y)]
    return tuple(bound.value(y, y).tolist())


def _trap(least: float | Callable[[Floats], Floats]) -> str:
    """What is unusual in it."""
    if callable(least):
        return "Its least value depends on the target, so that it has no skill."
    return "It can be negative, so that it has no skill." if least < 0.0 else ""
