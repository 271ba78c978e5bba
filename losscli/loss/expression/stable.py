"""Formulas whose parts overflow before they do: the same functions by another way."""

from losscli.loss.expression.functions import of
from losscli.loss.expression.tree import Apply, Node, Number


def stable(tree: Node) -> Node:
    """log(1 + exp(x)) as softplus(x), log(cosh(x)) as log_cosh(x), 1/(1 + exp(-x)) as sigmoid(x)."""
    if not isinstance(tree, Apply):
        return tree
    found = Apply(tree.function, tuple(stable(one) for one in tree.arguments))
    match found:
        case Apply(
            "log", (Apply("+", (Number(1.0), Apply("exp", (x,))) | (Apply("exp", (x,)), Number(1.0))),)
        ):
            return Apply("softplus", (x,))
        case Apply("log1p", (Apply("exp", (x,)),)):
            return Apply("softplus", (x,))
        case Apply("log", (Apply("cosh", (x,)),)):
            return Apply("log_cosh", (x,))
        case Apply(
            "/",
            (Number(1.0), Apply("+", (Number(1.0), Apply("exp", (x,))) | (Apply("exp", (x,)), Number(1.0)))),
        ):
            return Apply("sigmoid", (of("neg", x),))
    return found
