"""What a formula is: numbers, names, and functions of them; operators are functions too."""

from collections.abc import Mapping
from dataclasses import dataclass

# How tightly an operator binds; a call binds tightest.
BINDING = {
    "or": 1,
    "and": 2,
    "not": 3,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "chain"), 6),
    "neg": 7,
    "**": 8,
}
_CALL = 9


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function, by its name or the sign of its operator, of its arguments."""

    function: str
    arguments: "tuple[Node, ...]"


Node = Number | Name | Apply


def names_in(tree: Node) -> frozenset[str]:
    """The names that a formula speaks of."""
    match tree:
        case Name(name):
            return frozenset({name})
        case Apply(_, arguments):
            return frozenset().union(*(names_in(one) for one in arguments))
        case _:
            return frozenset()


def numbers_in(tree: Node) -> frozenset[float]:
    """The constants in a formula."""
    match tree:
        case Number(value):
            return frozenset({value})
        case Apply(_, arguments):
            return frozenset().union(*(numbers_in(one) for one in arguments))
        case _:
            return frozenset()


def replaced(tree: Node, names: Mapping[str, Node]) -> Node:
    """The formula with other formulas in the place of names."""
    match tree:
        case Name(name):
            return names.get(name, tree)
        case Apply(function, arguments):
            return Apply(function, tuple(replaced(one, names) for one in arguments))
        case _:
            return tree


def text_of(tree: Node) -> str:
    """The formula as it is typed, with no more parentheses than it needs."""
    return _text(tree, 0)


def _text(tree: Node, least: int) -> str:
    """In parentheses where it binds less tightly than `least`."""
    text, binding = _bare(tree)
    return text if binding >= least else f"({text})"


def _bare(tree: Node) -> tuple[str, int]:
    match tree:
        case Number(value):
            text = repr(float(value)).removesuffix(".0")
            return text, BINDING["neg"] if text.startswith("-") else _CALL
        case Name(name):
            return name, _CALL
        case Apply("neg", (one,)):
            return f"-{_text(one, BINDING['neg'])}", BINDING["neg"]
        case Apply("not", (one,)):
            return f"not {_text(one, BINDING['not'])}", BINDING["not"]
        case Apply("**", (base, exponent)):
            return f"{_text(base, _CALL)}**{_text(exponent, BINDING['neg'])}", BINDING["**"]
        case Apply(function, (left, right)) if function in BINDING:
            own = BINDING[function]
            sign = "*" if function == "chain" else function
            blank = "" if sign in "*/" else " "
            # A comparison beside another would be a chain of them.
            first = own + 1 if BINDING["<"] == own else own
            return f"{_text(left, first)}{blank}{sign}{blank}{_text(right, own + 1)}", own
        case Apply(function, arguments):
            return f"{function}({', '.join(_text(one, 0) for one in arguments)})", _CALL
    raise TypeError(tree)
