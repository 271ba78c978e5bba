"""The functions of a record that others wrote: what they raise is told as theirs."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from losscli.errors import DataError, LosscliError
from losscli.loss import Loss


def guarded(loss: Loss, blame: Callable[[BaseException], DataError]) -> Loss:
    """The loss with functions whose errors are what `blame` makes of them, in whatever process they arise."""

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
