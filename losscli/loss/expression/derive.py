"""The derivative of a formula, as a formula: exact but where it jumps or has a kink."""

from losscli.loss.expression.functions import FUNCTIONS, ONE, ZERO
from losscli.loss.expression.tree import Apply, Name, Node


def derivative(tree: Node, name: str) -> Node | None:
    """With respect to a name, the other names held; None where a function in it has none to tell."""
    try:
        return _slope(tree, name)
    except LookupError:
        return None


def _slope(tree: Node, name: str) -> Node:
    match tree:
        case Name(own):
            return ONE if own == name else ZERO
        case Apply(function, arguments):
            rule = FUNCTIONS[function]
            slopes = tuple(
                ZERO if place in rule.conditions else _slope(one, name) for place, one in enumerate(arguments)
            )
            if all(one == ZERO for one in slopes):
                return ZERO
            if rule.slope is None:
                raise LookupError(function)
            return rule.slope(arguments, slopes)
        case _:
            return ZERO
