"""`--cost fp=5,fn=1`: the loss that it means, and where else on the command line a bare `cost` means it."""

from dataclasses import replace
from typing import TypeVar

from losscli.comparison.gates import Allowance, GateRule
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss import BoundLoss
from losscli.loss.catalogue import find
from losscli.spec import Spec

_EXAMPLE = "For example --cost fp=5,fn=1"
_BARE = Spec("cost")
Gated = TypeVar("Gated", GateRule, Allowance)


def parse_cost(text: str | None) -> BoundLoss | None:
    """The loss of the flag. Raises UsageError where it is none."""
    if text is None:
        return None
    loss = find(_BARE, Task.BINARY)
    assert loss is not None
    said = f"--cost {text or repr(text)}"
    try:
        prices = Spec.parse(f"cost:{text.strip()}").numbers()
    except UsageError:
        raise UsageError(f"{said}: this is not NAME=NUMBER,NAME=NUMBER", advice=_EXAMPLE) from None
    try:
        return loss.bind(prices)
    except UsageError as error:
        raise UsageError(f"{said}: {error.what}", advice=error.advice or _EXAMPLE) from None


def spec_at(spec: Spec, cost: BoundLoss | None) -> Spec:
    """The spec, or for a bare `cost` that of the flag."""
    return Spec.parse(cost.spec) if cost is not None and spec == _BARE else spec


def at_cost(gated: Gated, cost: BoundLoss | None) -> Gated:
    """The rule or allowance, on the loss of the flag where it says `cost`."""
    return replace(gated, spec=spec_at(gated.spec, cost))
