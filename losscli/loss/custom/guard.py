"""The functions of a record that others wrote: what they raise is told as theirs."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from losscli.domain import Interval, Link, Task, Unit
from losscli.errors import DataError, LosscliError
from losscli.loss import Argument, Loss, Param, Reduction

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z", re.ASCII)


_FIELDS: dict[str, type] = {
    **dict.fromkeys(
        ("title", "formula", "slope_formula", "elicits", "choose", "avoid", "trap", "reference"), str
    ),
    **dict.fromkeys(("params", "parts", "aliases", "inventory"), tuple),
    **dict.fromkeys(("target", "prediction"), Interval),
    "task": Task,
    "argument": Argument,
    "needs": frozenset,
    "link": Link,
    "unit": Unit,
    "reduction": Reduction,
}


def guarded(loss: Loss, blame: Callable[[BaseException], DataError]) -> Loss:
    """The loss with functions whose errors are what `blame` makes of them, in whatever process they arise.

    Raises that for a record that is none.
    """
    problem = _problem(loss)
    if problem:
        raise blame(TypeError(problem))

    def guard(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return function(*arguments, **named)
            except LosscliError:
                raise
            except Exception as error:
                raise blame(error) from None

        return call

    functions = {field.name: getattr(loss, field.name) for field in fields(loss)}
    own: dict[str, Any] = {name: guard(value) for name, value in functions.items() if callable(value)}
    return replace(loss, parts=tuple(map(guard, loss.parts)), **own)


def _problem(loss: Loss) -> str:
    """What is wrong with the fields of a record; empty where nothing is."""
    if not isinstance(loss.name, str) or not _NAME.match(loss.name):
        return f"a loss cannot be called {loss.name!r}: letters, digits and _, a letter first"
    for field, kind in _FIELDS.items():
        if not isinstance(getattr(loss, field), kind):
            return f"{loss.name}: its {field} is no {kind.__name__}"
    if not callable(loss.value) or not all(isinstance(param, Param) for param in loss.params):
        return f"{loss.name}: its value is no function, or one of its params no Param"
    return ""
