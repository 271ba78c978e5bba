"""`--tune`: a parameter of a loss, chosen on folds within the training rows: the rows judged have no say in
it, so that what is shown of them is of the whole procedure, choice included.

Nested cross-validation: Varma and Simon 2006, doi:10.1186/1471-2105-7-91.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.descent.train import Wanted
from losscli.domain import Floats, Task
from losscli.errors import UsageError
from losscli.fitting.choice import found_loss, refusal
from losscli.fitting.request import FitRequest
from losscli.loss import Loss, Params
from losscli.spec import Spec

POINTS, _MOST = 8, 100
CHOSEN = "tuned"  # in a spec, in the place of a number
_DASH = re.compile(r"(?<=[\d.])-")  # behind a number: neither a sign nor that of an exponent
_EXAMPLE = "For example --tune huber:delta=0.5-5, --tune huber:delta=0.5-1-2"


@dataclass(frozen=True, slots=True)
class Tuning:
    """A loss with a parameter to choose.

    at: its place among the losses wanted
    written: its other parameters, as far as they are
    values: to choose from, ascending
    """

    at: int
    loss: Loss
    written: Params
    param: str
    values: tuple[float, ...]

    @property
    def spec(self) -> str:
        """`huber:delta=tuned`."""
        return str(Spec(self.loss.name, (*self.written.items(), (self.param, CHOSEN))))

    def wanted(self, value: float) -> Wanted:
        return Wanted(self.loss, {**self.written, self.param: value})

    @property
    def candidates(self) -> tuple[Wanted, ...]:
        return tuple(map(self.wanted, self.values))


def tunings(request: FitRequest, task: Task, y: Floats, first: int) -> tuple[Tuning, ...]:
    """What is to be chosen. y: numbers or class codes (n,), of several targets (n, L); first: the place of
    the first among the losses wanted.

    Raises UsageError for a spec that leaves nothing to choose, a parameter that the loss has not, a value
    that it may not have, a loss that these targets rule out, and where it is asked for twice.
    """
    found: dict[str, Tuning] = {}
    for spec in request.tune:
        own = _tuning(spec, task, first + len(found))
        reason = None
        for wanted in own.candidates:
            wanted.loss.bind(wanted.written, scale=1.0, imbalance=1.0, naive=1.0)  # raises for its domain
            reason = reason or refusal(wanted.loss, task, y, wanted.written)
        if reason is not None:
            raise UsageError(f"--tune {spec}: {reason[0]}", advice="Leave it out, or tune another loss")
        if own.spec in found:
            raise UsageError(f"--tune {spec}: {own.spec} is given twice", advice="Leave one of them out")
        found[own.spec] = own
    return tuple(found.values())


def _tuning(spec: Spec, task: Task, at: int) -> Tuning:
    loss = found_loss(spec, task)
    known = [param.name for param in loss.params]
    params = dict(spec.params)
    told = next((key for key in params if key not in known and key.rpartition(".")[2] == "points"), "")
    points = params.pop(told, None)
    open_ = {key: value for key, value in params.items() if isinstance(value, str)}
    if len(open_) != 1:
        both = f"{' and '.join(open_)} cannot be chosen together"
        raise UsageError(f"--tune {spec}: {both if open_ else 'nothing is left to choose'}", advice=_EXAMPLE)
    ((param, text),) = open_.items()
    if param not in known:
        offer = f"It has {', '.join(known)}" if known else "It has none"
        raise UsageError(f"--tune {spec}: {loss.name} has no parameter {param!r}", advice=offer)
    written = {key: float(value) for key, value in params.items() if key != param}
    return Tuning(at, loss, written, param, _values(spec, str(text), points))


def _values(spec: Spec, text: str, points: float | str | None) -> tuple[float, ...]:
    """Of `low-high` values at even ratios, or at even steps where low is 0 or less; three numbers or more are
    the values themselves."""
    try:
        numbers = [float(part) for part in _DASH.split(text)]
    except ValueError:
        numbers = []
    if len(numbers) < 2 or not np.isfinite(numbers).all() or numbers != sorted(set(numbers)):
        raise UsageError(f"--tune {spec}: {text!r} is no range low-high, and no list", advice=_EXAMPLE)
    if len(numbers) > 2:
        if points is not None:
            raise UsageError(f"--tune {spec}: points are of a range", advice="Leave points out")
        return tuple(numbers)
    count = POINTS if points is None else points
    if isinstance(count, str) or count not in range(2, _MOST + 1):
        raise UsageError(
            f"--tune {spec}: points is a whole number, 2 to {_MOST}",
            advice=f"For example --tune {spec.name}:…,points=12",
        )
    low, high = numbers
    grid = np.geomspace(low, high, int(count)) if low > 0.0 else np.linspace(low, high, int(count))
    return tuple(dict.fromkeys([low, *(float(f"{x:.4g}") for x in grid[1:-1]), high]))


def chosen(owns: Sequence[Tuning], errors: Floats) -> tuple[float, ...]:
    """Of each the value of the least error, the first of equal ones. errors: of all candidates, one tuning
    after the other; inf where one was not trained to its optimum, of all of which the middle is taken."""
    return tuple(_least(own, part) for own, part in zip(owns, _parts(owns, errors), strict=True))


def _parts(owns: Sequence[Tuning], errors: Floats) -> Iterator[Floats]:
    start = 0
    for own in owns:
        yield errors[start : start + len(own.values)]
        start += len(own.values)


def _least(own: Tuning, errors: Floats) -> float:
    return own.values[int(np.argmin(errors)) if np.isfinite(errors).any() else len(own.values) // 2]


def with_values(
    wanted: Sequence[Wanted], owns: Sequence[Tuning], values: Sequence[float]
) -> tuple[Wanted, ...]:
    """The losses with the values chosen; those of tunings stand behind all others."""
    own = [tuning.wanted(value) for tuning, value in zip(owns, values, strict=True)]
    return (*wanted[: len(wanted) - len(owns)], *own)
