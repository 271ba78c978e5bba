"""A loss as formulas of what a library moves: the score of a row, or of every class."""

from dataclasses import dataclass, replace

import numpy as np

from losscli.domain import IDENTITY, LOG, NUMBERS, Task
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, Trait
from losscli.loss.expression import (
    Apply,
    Name,
    Node,
    Number,
    derivative,
    evaluate,
    names_in,
    parse,
    replaced,
    stable,
)
from losscli.loss.expression.functions import of
from losscli.loss.score import untrainable

_ALSO = ("lgamma", "normal_cdf")  # that stand in formulas of the catalogue
_ONE = Number(1.0)
_CONSTANTS = {"inf": Number(float("inf"))}
_SIDE = of("-", of("*", Number(2.0), Name("y")), _ONE)  # 1 of the positive class, -1 of the other
_M = Name("m")
_RIGHT, _WRONG = Apply("sigmoid", (_M,)), Apply("sigmoid", (of("neg", _M),))  # p_y, and 1 - p_y


@dataclass(frozen=True, slots=True)
class Scored:
    """A loss of a row, as formulas.

    bound: the loss.
    letter: what `slope` and `curvature` are the first and second derivatives in: the residual r, the
        prediction p, the margin m, the score s, or the log-probability l of the true class. Of predictions
        that are the exponential of the score they are those in the score.
    value, slope, curvature: formulas of the letter, and of the target y where it stands in them; of a score s
        also of its margin m.
    """

    bound: BoundLoss
    letter: str
    value: Node
    slope: Node
    curvature: Node

    @property
    def is_log(self) -> bool:
        """Whether the prediction is the exponential of the score."""
        return self.letter == "p" and _link(self.bound) is LOG

    @property
    def is_convex(self) -> bool:
        """Whether the loss is convex in the score."""
        return Trait.CONVEX in self.bound.traits

    @property
    def is_tame(self) -> bool:
        """Whether its second derivative in the score is above 0 and bounded: Newton's step is safe."""
        convex = Trait.CONVEX if self.letter == "l" else Trait.STRICTLY_CONVEX
        return Trait.SMOOTH | convex in self.bound.traits


def scored(bound: BoundLoss) -> Scored:
    """The formulas of a loss.

    Raises UsageError, with the reason, for one that no library trains row by row on a score, and for one
    whose formula takes more than a row's target and score.
    """
    why = _obstacle(bound)
    if why is not None:
        raise UsageError(f"{bound.spec}: {why}", advice="losscli losses lists others of the task")
    if bound.terms:
        return _sum(bound)
    letters, letter = _letters(bound)
    value = _read(bound, bound.loss.formula, letters)
    if bound.loss.slope_formula:
        slope = _read(bound, bound.loss.slope_formula, letters)
        if bound.loss.argument is Argument.LOG_PROBABILITY and letter == "m":
            slope = of("*", slope, _WRONG)  # of l in m
    else:
        slope = _in_score(bound, letter, value)
    return Scored(bound, letter, value, slope, _in_score(bound, letter, slope))


def unexportable(bound: BoundLoss) -> str | None:
    """Why there is no code of a loss, or None."""
    try:
        scored(bound)
    except UsageError as error:
        return error.what.removeprefix(f"{bound.spec}: ")
    return None


def _obstacle(bound: BoundLoss) -> str | None:
    """Why a loss is not exported, or None."""
    task = bound.loss.task
    if task not in NUMBERS | {Task.BINARY, Task.MULTICLASS}:
        return f"a target of {task} has several columns, and libraries differ in what they make of them"
    reason = untrainable(bound.loss)
    if reason is not None:
        return reason
    if not callable(bound.loss.infimum) and bound.loss.infimum == float("-inf"):
        return "it falls without end, so that no training on it does"
    if bound.loss.argument is Argument.MARGIN and bound.value(np.zeros(1))[0] == 0.0:
        return "a score of 0 for every row costs nothing, so that there is nothing to train"
    return None


def _letters(bound: BoundLoss) -> tuple[dict[str, Node], str]:
    """(what stands for each letter of the formula, the letter that moves)"""
    y = Name("y")
    match bound.loss.argument:
        case Argument.RESIDUAL:
            return {"r": Name("r")}, "r"
        case Argument.PREDICTION if bound.loss.link in (IDENTITY, LOG):
            return {"y": y, "p": Name("p"), "r": of("-", Name("p"), y)}, "p"
        case Argument.MARGIN:
            return {"m": _M}, "m"
        case Argument.LOG_PROBABILITY if bound.loss.task is Task.BINARY:
            return {"p_y": _RIGHT, "l": of("neg", Apply("softplus", (of("neg", _M),)))}, "m"
        case Argument.LOG_PROBABILITY:
            return {"p_y": Apply("exp", (Name("l"),)), "l": Name("l")}, "l"
        case Argument.SCORE if bound.loss.task is Task.BINARY:
            return {"y": y, "s": Name("s"), "m": _M, "p_y": _RIGHT}, "s"
    raise UsageError(
        f"{bound.spec}: its formula takes more than the target and the score of a row",
        advice="losscli losses lists others of the task",
    )


def _read(bound: BoundLoss, text: str, letters: dict[str, Node]) -> Node:
    params = _CONSTANTS | {name: Number(float(value)) for name, value in bound.params}
    try:
        tree = parse(text, {*letters, *params}, also=_ALSO)
    except UsageError as error:
        raise UsageError(
            f"{bound.spec}: its formula is beyond what is read here: {error.what}",
            advice="losscli losses lists others of the task",
        ) from None
    return simpler(stable(replaced(tree, letters | params)))


def _in_score(bound: BoundLoss, letter: str, tree: Node) -> Node:
    """The derivative of a formula in the score, or in the letter where that is the score but for its sign or
    the target. Raises UsageError where there is none."""
    found, own = derivative(tree, letter), derivative(tree, "m")
    if found is None or own is None:
        raise UsageError(f"{bound.spec}: its formula has no derivative here", advice="Take a kindred loss")
    if letter == "s":
        found = of("+", found, of("*", _SIDE, own))
    if letter == "p" and bound.loss.link is LOG:
        found = of("*", Name("p"), found)
    return simpler(found)


def _link(bound: BoundLoss) -> object:
    return bound.terms[0][1].loss.link if bound.terms else bound.loss.link


def _sum(bound: BoundLoss) -> Scored:
    """Of a weighted sum: in one letter, which all parts are told in."""
    parts = [(weight, scored(part)) for weight, part in bound.terms]
    letters = {part.letter for _, part in parts}
    if len(letters) > 1:
        letter = "p" if letters == {"r", "p"} else "s"
        parts = [(weight, _told_in(part, letter)) for weight, part in parts]
    letter = parts[0][1].letter
    value, slope, curvature = (
        simpler(_weighted([(weight, getattr(part, name)) for weight, part in parts]))
        for name in ("value", "slope", "curvature")
    )
    return Scored(bound, letter, value, slope, curvature)


def _told_in(part: Scored, letter: str) -> Scored:
    """A loss of r in p and y, one of m in s and y."""
    if part.letter == letter:
        return part
    if letter == "s":
        return replace(part, letter=letter, slope=of("*", _SIDE, part.slope))
    names = {"r": of("-", Name("p"), Name("y"))}
    trees = (replaced(tree, names) for tree in (part.value, part.slope, part.curvature))
    return Scored(part.bound, letter, *trees)


def _weighted(terms: list[tuple[float, Node]]) -> Node:
    total: Node = Number(0.0)
    for weight, tree in terms:
        total = of("+", total, of("*", Number(weight), tree))
    return total


def simpler(tree: Node) -> Node:
    """The same function by what does not overflow, and without what does nothing."""
    if not isinstance(tree, Apply):
        return tree
    given = tuple(map(simpler, tree.arguments))
    if tree.function == "chain":
        return simpler(of("*", *given))
    found = of(tree.function, *given)
    match found:
        case Apply("log", (Apply("sigmoid", (x,)),)):
            return of("neg", Apply("softplus", (of("neg", x),)))
        case Apply("log", (Apply("exp", (x,)),)):
            return x
        case Apply("log1p", (Apply("neg", (Apply("sigmoid", (x,)),)),)):
            return of("neg", Apply("softplus", (x,)))
        case Apply("-", (Number(1.0), Apply("sigmoid", (x,)))):
            return Apply("sigmoid", (of("neg", x),))
        case Apply("where", (condition, a, b)) if not names_in(condition):
            return a if evaluate(condition, {}) else b
    return found
