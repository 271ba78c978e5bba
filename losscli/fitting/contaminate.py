"""Gross errors put into rows that are learned from: what a loss makes of them is its robustness."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.domain import CLASS_SCHEMES, CLASSES, NUMBER_SCHEMES, SCHEMES, Codes, Floats, Task
from losscli.errors import UsageError, unknown
from losscli.fitting.augment import column_mean, column_sd
from losscli.spec import Spec, number_text

LEVELS = (0.0, 0.02, 0.05, 0.1, 0.2)
SIZE = 10.0
_DASH = re.compile(r"(?<![eE])-")  # not that of an exponent


@dataclass(frozen=True, slots=True)
class Contamination:
    """A way to spoil rows: what is done, how far, and to which shares of the rows.

    shift: y moved by size × s, all one way; spread: half of them up, half down; leverage: every number
    feature moved to mean + size × sd, and y to the wrong side of the fit there; flip: another class.
    levels: ascending, the first is 0.
    """

    scheme: str
    size: float | None  # None for flip
    levels: tuple[float, ...]

    @property
    def spec(self) -> str:
        """The spec that `parse` reads back; default levels are not written."""
        params: list[tuple[str, float | str]] = [] if self.size is None else [("size", self.size)]
        if self.levels != LEVELS:
            params.append(("levels", "-".join(map(number_text, self.levels))))
        return str(Spec(self.scheme, tuple(params)))


def defaults(task: Task) -> tuple[Contamination, ...]:
    """What a task is contaminated with where nothing is said."""
    if task in CLASSES:
        return (Contamination("flip", None, LEVELS),)
    return (
        Contamination("shift", 3.0, LEVELS),
        Contamination("shift", 10.0, LEVELS),
        Contamination("leverage", 10.0, (0.0, 0.05)),
    )


def parse(spec: Spec, task: Task) -> Contamination:
    """The contamination a spec describes; size is 10 and levels 0-0.02-0.05-0.1-0.2 where not written.

    Raises UsageError for an unknown scheme or parameter, one of another task, and a value out of range.
    """
    classes = task in CLASSES
    own = CLASS_SCHEMES if classes else NUMBER_SCHEMES
    if spec.name not in SCHEMES:
        what = f"--contaminate {spec}: {spec.name!r} is no contamination"
        raise unknown(what, spec.name, own, f"Use one of: {', '.join(own)}")
    if spec.name not in own:
        raise UsageError(
            f"--contaminate {spec}: {spec.name} is for {'numbers' if classes else 'classes'}, "
            f"and the task is {task}",
            advice=f"Use --contaminate {own[0]}",
        )
    params = dict(spec.params)
    size = None if classes else _size(spec, params.pop("size", SIZE))
    levels = _levels(spec, params["levels"]) if "levels" in params else LEVELS
    others = params.keys() - {"levels"}
    if others:
        raise UsageError(
            f"--contaminate {spec}: {spec.name} has no {min(others)}",
            advice=f"It has {'levels' if classes else 'size and levels'}, "
            f"e.g. {'flip:levels=0-0.1' if classes else f'{spec.name}:size=10,levels=0-0.1'}",
        )
    return Contamination(spec.name, size, levels)


def _size(spec: Spec, value: float | str) -> float:
    if isinstance(value, str) or not 0 < value < np.inf:
        raise UsageError(
            f"--contaminate {spec}: size is a number above 0", advice=f"For example {spec.name}:size=10"
        )
    return value


def _levels(spec: Spec, value: float | str) -> tuple[float, ...]:
    """The levels written, with 0 in front."""
    advice = f"Give shares of the rows, ascending, below 0.5: {spec.name}:levels=0-0.02-0.05"
    try:
        levels = tuple(float(part) for part in _DASH.split(str(value)))
    except ValueError:
        raise UsageError(f"--contaminate {spec}: levels are numbers joined by -", advice=advice) from None
    if levels[0] != 0.0:
        levels = (0.0, *levels)
    if len(levels) < 2 or not all(0.0 < level < 0.5 for level in levels[1:]):
        raise UsageError(f"--contaminate {spec}: levels lie above 0 and below 0.5", advice=advice)
    if list(levels) != sorted(set(levels)):
        raise UsageError(f"--contaminate {spec}: levels must ascend", advice=advice)
    return levels


def refusal(c: Contamination, task: Task, *, numbers: int, scale: float | None) -> str | None:
    """Why a contamination cannot be applied, or None. numbers: how many features are numbers; scale: s."""
    if c.scheme == "leverage" and not numbers:
        return "no feature is a number, so that none can be moved"
    if task is Task.REGRESSION and scale is None:
        return "there is no residual scale s to measure an error by"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """The n rows that are learned from, before contamination.

    x: number features, none missing (n, a); y: numbers, or codes of the classes (n,); w: weights (n,);
    classes: how many there are, 0 for numbers; scale: s of the clean fit, in units of y (regression only);
    fit: the predictions of that fit (n,) when the number features of the rows are replaced by (n, a).
    """

    task: Task
    x: Floats
    y: Floats
    w: Floats
    classes: int
    scale: float
    fit: Callable[[Floats], Floats]


def contaminated(
    c: Contamination, level: float, clean: Clean, order: Codes, sign: int
) -> tuple[Floats, Floats]:
    """(x, y) with the share `level` of the rows spoiled, at least one unless level is 0: new arrays.

    order: a permutation of the n rows, whose first ones are spoiled, so that a higher level adds rows to
    those of a lower one; sign: 1 or -1, the way of a shift.
    """
    x, y = clean.x.copy(), clean.y.copy()
    if level == 0.0:
        return x, y
    rows = order[: max(1, int(level * len(y) + 1e-9))]  # 0.29 × 100 is a hair below 29
    if c.size is None:
        y[rows] = _other_class(y[rows], clean.classes)
        return x, y
    signs = np.full(len(rows), float(sign))
    if c.scheme == "spread":
        signs[1::2] = -sign
    if c.scheme == "leverage":
        x[rows], y[rows] = _wrong_side(c.size, clean, rows)
    else:
        y[rows] = _moved(clean, y[rows], signs, c.size)
    return x, y


def _other_class(codes: Floats, classes: int) -> Floats:
    """Each of the other classes in turn, along the order of the rows."""
    steps = 1 + np.arange(len(codes)) % (classes - 1)
    return (codes + steps) % classes


def _moved(clean: Clean, y: Floats, signs: Floats, size: float) -> Floats:
    """y ± size × s; for positive targets times or divided by 1 + size."""
    if clean.task is not Task.COUNTS:
        return y + signs * size * clean.scale
    whole = bool((clean.y == np.floor(clean.y)).all())
    up = np.maximum(y, 1.0) if whole else y  # a count of 0 can go up
    moved = np.where(signs > 0, up * (1.0 + size), y / (1.0 + size))
    # Where no count is 0, none becomes 0: a loss may take positive targets only
    return np.maximum(np.rint(moved), min(1.0, clean.y.min())) if whole else moved


def _wrong_side(size: float, clean: Clean, rows: Codes) -> tuple[Floats, Floats]:
    """Features at mean + size × sd, and a target as far from the fit's centre as the fit's own value
    there, or size × s, but on the other side."""
    centre = column_mean(clean.x, clean.w)
    far = centre + size * column_sd(clean.x, clean.w)
    moved = np.where(np.isfinite(far), far, np.finfo(np.float64).max)  # as far out as a number can be
    middle, there = (clean.fit(np.broadcast_to(x, clean.x.shape))[rows] for x in (centre, moved))
    gain = there - middle
    if clean.task is Task.COUNTS:
        middle = np.where(middle > 0.0, middle, clean.y.mean())
        return moved, _moved(clean, middle, -np.copysign(1.0, gain), size)
    return moved, middle - np.copysign(np.maximum(np.abs(gain), size * clean.scale), gain)
