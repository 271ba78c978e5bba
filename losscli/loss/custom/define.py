"""A formula that the user typed → the record of a loss: `asym:k=3 = where(r > 0, k*r**2, r**2)`.

The slope is derived from the formula; all else that a record says is measured.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Any

import numpy as np

from losscli.domain import Floats, Task
from losscli.errors import UsageError
from losscli.loss import Argument, Loss
from losscli.loss.custom.bare import LETTERS, READS, bare_record
from losscli.loss.custom.completed import completed
from losscli.loss.expression import (
    FUNCTIONS,
    Apply,
    Name,
    Node,
    Number,
    derivative,
    evaluate,
    names_in,
    numbers_in,
    parse,
    replaced,
    stable,
    text_of,
)
from losscli.metrics import metrics_for
from losscli.spec import Spec

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_HEAD = re.compile(
    rf"\s*(?P<head>[A-Za-z]\w*\s*(?::\s*[A-Za-z]\w*\s*=\s*{_NUMBER}\s*(?:,\s*[A-Za-z]\w*\s*=\s*{_NUMBER}\s*)*)?)"
    r"=(?!=)(?P<body>.*)\Z",
    re.ASCII | re.DOTALL,
)
_EXAMPLE = "For example --define 'asym:k=3 = where(r > 0, k*r**2, r**2)'"
_NUDGE = 1e-9  # where a slope is no number, those at this distance stand in

_RESIDUAL = Apply("-", (Name("p"), Name("y")))
_MARGIN = Apply("*", (Apply("-", (Apply("*", (Number(2.0), Name("y"))), Number(1.0))), Name("s")))


def define(text: str) -> Loss:
    """Read `name[:param=default,…] = formula`. The letters in the formula say what it is a loss of: r, or y
    and p, of numbers; m, or y and s, of two classes.

    Raises UsageError, with the column, for anything else.
    """
    match = _HEAD.match(text)
    if match is None:
        raise UsageError(f"--define {text[:60]!r} is no definition: name = formula", advice=_EXAMPLE)
    head = Spec.parse(re.sub(r"\s+", "", match["head"]))
    defaults = head.numbers()
    _check_names(head.name, defaults)
    try:
        tree = parse(match["body"], {*LETTERS, *defaults}, start=match.start("body"))
        formula = _Formula.of(tree, defaults)
    except UsageError as error:
        raise UsageError(f"--define {head.name}: {error.what}", advice=error.advice) from None
    return _record(head.name, defaults, tree, formula)


def _check_names(name: str, params: Mapping[str, float]) -> None:
    if name in {metric.name for metric in metrics_for(*Task)}:
        raise UsageError(f"--define {name}: {name} is a metric", advice="Give your loss another name")
    for param in params:
        if param in (*LETTERS, "l", "w", "pi") or param in FUNCTIONS or iskeyword(param):
            raise UsageError(
                f"--define {name}: {param} cannot be a parameter: formulas use the name",
                advice="Give it another name",
            )


@dataclass(frozen=True, slots=True)
class _Formula:
    """value and slope as formulas of the letters of the argument; None where the slope is 0 throughout."""

    argument: Argument
    letters: tuple[str, ...]
    value: Node
    slope: Node | None

    @classmethod
    def of(cls, tree: Node, params: Mapping[str, float]) -> "_Formula":
        """Raises UsageError where the letters make no loss, and for a parameter that is not used."""
        used = names_in(tree)
        for param in params:
            if param not in used:
                raise UsageError(f"the parameter {param} is not used", advice="Leave it out")
        spoken = used - params.keys()
        if not spoken - {"y"}:
            raise UsageError("no prediction in it", advice="Use r or p (numbers), m or s (two classes)")
        for all_, argument, letters, score in READS:
            if spoken <= all_:
                value = replaced(stable(tree), {} if "r" in letters else {"r": _RESIDUAL})
                value = replaced(value, {} if "m" in letters else {"m": _MARGIN})
                slope = derivative(value, score)
                return cls(argument, letters, value, None if slope == Number(0.0) else slope)
        numbers, classes = sorted(spoken & {"r", "p"}), sorted(spoken & {"m", "s"})
        raise UsageError(
            f"{' and '.join(numbers)} is of numbers, {' and '.join(classes)} of two classes",
            advice="A loss is of one of them",
        )

    def at(self, tree: Node, arguments: tuple[Any, ...], params: Mapping[str, Any]) -> Floats:
        return evaluate(tree, dict(zip(self.letters, arguments, strict=True)) | dict(params))

    def values(self, *arguments: Any, **params: Any) -> Floats:
        """Row values; inf where the formula gives no number."""
        found = self.at(self.value, arguments, params)
        found[np.isnan(found)] = np.inf
        return found

    def slopes(self, *arguments: Any, **params: Any) -> Floats:
        """Row slopes; 0 where there is none."""
        found = self.raw_slopes(*arguments, **params)
        found[np.isnan(found)] = 0.0
        return found

    def raw_slopes(self, *arguments: Any, **params: Any) -> Floats:
        """Row slopes; where the formula gives no number, the middle between those next to it."""
        assert self.slope is not None
        found = self.at(self.slope, arguments, params)
        gone = np.isnan(found)
        if gone.any():
            *rest, score = arguments
            step = _NUDGE * np.maximum(1.0, np.abs(score))
            beside = [self.at(self.slope, (*rest, score + side * step), params) for side in (-1.0, 1.0)]
            with np.errstate(invalid="ignore"):
                found[gone] = 0.5 * (beside[0] + beside[1])[gone]
        return found


def _record(name: str, defaults: Mapping[str, float], tree: Node, formula: _Formula) -> Loss:
    bare = replace(
        bare_record(name, formula.argument, defaults),
        title="Defined by its formula",
        formula=text_of(tree),
        value=formula.values,
        slope=None if formula.slope is None else formula.raw_slopes,
        slope_formula="" if formula.slope is None else text_of(formula.slope),
    )
    constants = frozenset(abs(number) for number in numbers_in(tree))
    slope = None if formula.slope is None else formula.slopes
    return replace(completed(bare, defaults, constants, "the formula"), slope=slope)
