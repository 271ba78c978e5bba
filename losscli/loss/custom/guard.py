"""The functions of a record that others wrote: what they raise is told as theirs."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from losscli.errors import DataError, LosscliError
from losscli.loss import Loss, Param, Reduction

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z", re.ASCII)


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
    for field, hint in get_type_hints(Loss).items():
        kinds = _kinds(hint)
        if not isinstance(getattr(loss, field), kinds):
            return f"{loss.name}: its {field} is no {kinds[0].__name__.replace('Callable', 'function')}"
    if not all(isinstance(param, Param) for param in loss.params):
        return f"{loss.name}: one of its params is no Param"
    for field, reduction in (("combine", Reduction.RATIO), ("whole", Reduction.WHOLE)):
        if (getattr(loss, field) is not None) != (loss.reduction is reduction):
            return f"{loss.name}: {field} is for the reduction {reduction.name}, which needs it"
    return ""


def _kinds(hint: Any) -> tuple[type, ...]:
    """What a field may be an instance of: of a union each part, of a list of something a list, of a float
    also an int."""
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = tuple(get_origin(part) or part for part in parts)
    return (*kinds, int) if float in kinds else kinds
