"""A printed formula at a sample of rows, by the language of formulas: where it has the words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import LOGIT, NUMBERS, Floats, Interval, Kind, Task, log_softmax, sigmoid, softplus
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, Loss
from losscli.loss.arguments import Arguments
from losscli.loss.expression import evaluate, parse

_VALUES = np.array([-6.1, -2.0, -1.0, -0.9, -0.3, 0.0, 0.2, 0.7, 1.0, 2.0, 3.4, 12.0])
_ALSO = ("lgamma", "normal_cdf")


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a task: what the loss takes, and the letters that a formula may use, by their names."""

    arguments: tuple[Any, ...]
    letters: dict[str, Floats]
    rows: int

    def row(self, i: int) -> tuple[Any, ...]:
        """The arguments of one row; what belongs to all rows, such as class counts, stays."""
        return _each(lambda x: x[i : i + 1] if len(x) == self.rows else x, self.arguments)

    def copy(self) -> tuple[Any, ...]:
        return _each(np.copy, self.arguments)

    def equals(self, arguments: tuple[Any, ...]) -> bool:
        pairs = zip(_flat(self.arguments), _flat(arguments), strict=True)
        return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)

    def told(self, i: int) -> str:
        """`y = 1, p = 2`"""
        names = [name for name in ("r", "m", "y", "p", "s") if name in self.letters]
        return ", ".join(f"{name} = {self.letters[name][i]:.4g}" for name in names) or f"row {i + 1}"


def _each(function: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_each(function, x) if isinstance(x, tuple) else function(x) for x in arguments)


def _flat(arguments: tuple[Any, ...]) -> list[Any]:
    return [y for x in arguments for y in (_flat(x) if isinstance(x, tuple) else [x])]


def sample(bound: BoundLoss) -> Sample | None:
    """Rows in the domain of a loss; None for tasks of several columns."""
    loss = bound.loss
    if loss.task in NUMBERS:
        return _numbers(loss, bound.target)
    if loss.task is Task.BINARY:
        return _binary(loss)
    return _classes(loss) if loss.task is Task.MULTICLASS else None


def _numbers(loss: Loss, target: Interval) -> Sample:
    y, p = (axis.ravel() for axis in np.meshgrid(_VALUES, _VALUES + 0.05, indexing="ij"))
    inside = target.contains(y) & loss.prediction.contains(p)
    y, p = y[inside], p[inside]
    given = Arguments(loss.task, y, {Kind.VALUE: p}).of(loss)
    letters = {"r": given[0]} if loss.argument is Argument.RESIDUAL else {"y": y, "p": p}
    return Sample(given, letters, len(y))


def _binary(loss: Loss) -> Sample:
    y, s = (axis.ravel() for axis in np.meshgrid([0.0, 1.0], _VALUES, indexing="ij"))
    m = (2.0 * y - 1.0) * s
    label, chance = (s > 0.0).astype(np.float64), LOGIT.predict(s)
    score = s if loss.prediction.contains(s).all() else loss.link.predict(s)
    p = chance if loss.needs & {Kind.PROBABILITY, Kind.LOGIT} else score
    letters = {"y": y, "s": s, "m": m, "p": p, "p_y": sigmoid(m), "l": -softplus(-m), "label": label}
    predicted = {Kind.LOGIT: s, Kind.SCORE: score, Kind.PROBABILITY: chance, Kind.LABEL: label}
    return Sample(Arguments(loss.task, y, predicted).of(loss), letters, len(y))


def _classes(loss: Loss) -> Sample:
    z = np.array([np.roll([0.3, -1.4, 0.9], k) * size for k in range(3) for size in (0.1, 1.0, 4.0)])
    z = np.tile(z, (3, 1))
    codes = np.repeat(np.arange(3.0), len(z) // 3)
    p = np.exp(log_softmax(z))
    predicted = {
        Kind.LOGIT: z,
        Kind.SCORE: z,
        Kind.PROBABILITY: p,
        Kind.LABEL: z.argmax(axis=1).astype(np.float64),
    }
    given = Arguments(loss.task, codes, predicted, class_weights=np.array([9.0, 5.0, 2.0])).of(loss)
    own = p[np.arange(len(z)), codes.astype(np.intp)]
    return Sample(given, {"p_y": own, "l": np.log(own)}, len(z))


def by_formula(bound: BoundLoss, text: str, own: Sample) -> Floats | str:
    """The formula at the rows of a sample, or why it cannot be read. Of a sum: that of its parts."""
    if bound.loss.terms and text == bound.loss.formula:
        total = np.zeros(own.rows)
        for weight, part in bound.terms:
            found = by_formula(part, part.loss.formula, _letters_of(part, own))
            if isinstance(found, str):
                return found
            total += weight * found
        return total
    params = dict(bound.params)
    try:
        tree = parse(text, {*own.letters, *params}, also=_ALSO)
    except UsageError as error:
        return f"the formula is beyond what is read here: {error.what}"
    return evaluate(tree, own.letters | params)


def _letters_of(part: BoundLoss, own: Sample) -> Sample:
    """A residual among the letters of target and prediction."""
    if part.loss.argument is Argument.RESIDUAL and "r" not in own.letters:
        return Sample(own.arguments, {"r": own.letters["p"] - own.letters["y"]}, own.rows)
    return own
