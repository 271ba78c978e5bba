"""Text → formula, by a walk over Python's syntax tree that denies all it does not know.

The text is never compiled or run. What it may say is told in `FUNCTIONS`.
"""

import ast
import math
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

from losscli.errors import UsageError, did_you_mean
from losscli.loss.expression.functions import CALLED, FUNCTIONS
from losscli.loss.expression.tree import Apply, Name, Node, Number

MOST_CHARACTERS = 1_000
MOST_NESTED = 60
CONSTANTS = {"pi": math.pi}

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.USub: "neg",
    ast.Not: "not",
    ast.And: "and",
    ast.Or: "or",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_REFUSED: dict[type[ast.AST], str] = {
    ast.FloorDiv: "the operator //",
    ast.Mod: "the operator %",
    ast.MatMult: "the operator @",
    ast.BitXor: "the operator ^",
    ast.BitAnd: "the operator &",
    ast.BitOr: "the operator |",
    ast.LShift: "the operator <<",
    ast.RShift: "the operator >>",
    ast.Invert: "the operator ~",
    ast.Is: "the operator is",
    ast.IsNot: "the operator is not",
    ast.In: "the operator in",
    ast.NotIn: "the operator not in",
    ast.Attribute: "an attribute",
    ast.Subscript: "a subscript",
    ast.NamedExpr: "an assignment",
    ast.JoinedStr: "a text",
    ast.Starred: "a star",
    ast.Lambda: "lambda",
    ast.Call: "a call of anything but a function by its name",
}
_INSTEAD: dict[type[ast.AST], str] = {
    ast.BitXor: "Write ** for a power",
    ast.BitAnd: "Write and between conditions",
    ast.BitOr: "Write or between conditions",
    ast.Invert: "Write not before a condition",
    ast.Attribute: "Write the name of a function alone: sqrt(r), not np.sqrt(r)",
    ast.NamedExpr: "Put what you would give a name to in its place",
}
_ALIASES = {"min": "minimum", "max": "maximum", "ln": "log", "atan": "arctan", "fabs": "abs"}
_SLOPED = tuple(name for name in CALLED if FUNCTIONS[name].slope)


def parse(text: str, names: Collection[str], *, start: int = 0, also: Collection[str] = ()) -> Node:
    """Read a formula of these names. start: the column at which it begins in what was typed; also: functions
    that may be called though they have no slope.

    Raises UsageError, naming the column, for anything but numbers, names and functions of them.
    """
    body = text.strip()
    return _Reader(body, frozenset(names), frozenset(also), start + text.find(body[:1])).read()


@dataclass(frozen=True, slots=True)
class _Reader:
    body: str
    names: frozenset[str]
    also: frozenset[str]
    start: int

    def read(self) -> Node:
        body = self.body
        if not body:
            self.fail(0, "there is no formula")
        if len(body) > MOST_CHARACTERS:
            self.fail(0, f"a formula has at most {MOST_CHARACTERS:,} characters; this one has {len(body):,}")
        for place, character in enumerate(body):
            if not (character.isascii() and character.isprintable()):
                advice = "A formula is one line of plain ASCII: r**2 for a square"
                self.fail(place, f"{character!a} is not allowed", advice)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of literals that Python finds odd
                found = ast.parse(body, mode="eval")
        except SyntaxError as error:
            # Where something is missing at the end, Python's place is 0.
            self.fail(error.offset - 1 if error.offset else len(body), f"this does not parse: {error.msg}")
        except (MemoryError, RecursionError, ValueError):
            self.fail(0, "it is nested too deeply")
        return _number(self.tree(found.body, 0))

    def fail(self, place: int, what: str, advice: str | None = None) -> NoReturn:
        raise UsageError(f"column {self.start + place + 1}: {what}", advice=advice or self.allowed())

    def allowed(self) -> str:
        names = " ".join(sorted(self.names))
        return f"Allowed: numbers, {names}, pi, + - * / **, comparisons, and or not, {' '.join(_SLOPED)}"

    def tree(self, node: ast.AST, depth: int) -> Node:
        """The formula of a node of Python's tree."""
        place = getattr(node, "col_offset", 0)
        if depth > MOST_NESTED:
            self.fail(place, f"it is nested more than {MOST_NESTED} deep")
        match node:
            case ast.Constant(value):
                return self.number(value, place)
            case ast.Name(id=name):
                return self.name(name, place)
            case ast.UnaryOp() | ast.BinOp() | ast.BoolOp() | ast.Compare():
                return self.operation(node, depth)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.of("where", [test, body, other], depth)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=named):
                return self.call(name, arguments, bool(named), place, depth)
            case ast.Call(func=ast.Attribute() as function):
                self.refuse(function, place)
            case _:
                self.refuse(node, place)

    def operation(self, node: ast.UnaryOp | ast.BinOp | ast.BoolOp | ast.Compare, depth: int) -> Node:
        match node:
            case ast.UnaryOp(op=ast.UAdd(), operand=one):
                return _number(self.tree(one, depth + 1))
            case ast.UnaryOp(op=operator, operand=one):
                return self.apply(operator, [one], depth)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.apply(operator, [left, right], depth)
            case ast.BoolOp(op=operator, values=values):
                return self.joined(operator, values, depth)
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self.chain([left, *others], operators, depth)

    def refuse(self, node: ast.AST, place: int) -> NoReturn:
        kind = type(node)
        self.fail(place, f"{_REFUSED.get(kind, 'this')} is not allowed", _INSTEAD.get(kind))

    def number(self, value: object, place: int) -> Node:
        if type(value) not in (int, float):
            self.fail(place, f"{str(value)[:20]!a} is no number")
        try:
            found = float(value)  # type: ignore[arg-type]
        except OverflowError:
            found = math.inf
        if math.isinf(found):
            self.fail(place, "this number is too large for a double")
        return Number(found)

    def name(self, name: str, place: int) -> Node:
        if name in self.names:
            return Name(name)
        if name in CONSTANTS:
            return Number(CONSTANTS[name])
        what = f"{name} is a function" if name in FUNCTIONS else f"there is no {name!r}"
        advice = f"Write {name}(…)" if name in FUNCTIONS else did_you_mean(name, self.names)
        self.fail(place, what, advice)

    def apply(self, operator: ast.AST, operands: list[ast.expr], depth: int) -> Node:
        function = _OPERATORS.get(type(operator))
        if function is None:
            self.refuse(operator, self.between(operands))
        return self.of(function, operands, depth)

    def between(self, operands: list[ast.expr]) -> int:
        """Where an operator stands: before its operand, or behind the first of two."""
        if len(operands) == 1:
            return self.body.rfind("~", 0, operands[0].col_offset + 1)
        start = operands[0].end_col_offset or 0
        return start + len(self.body[start:]) - len(self.body[start:].lstrip(" )"))

    def joined(self, operator: ast.AST, values: list[ast.expr], depth: int) -> Node:
        """`a and b and c`"""
        function = _OPERATORS[type(operator)]
        first, *rest = (self.condition(one, function, depth) for one in values)
        for one in rest:
            first = Apply(function, (first, one))
        return first

    def chain(self, terms: list[ast.expr], operators: list[ast.cmpop], depth: int) -> Node:
        """`0 < r < 1` is `0 < r and r < 1`."""
        found: Node | None = None
        for operator, left, right in zip(operators, terms, terms[1:], strict=False):
            link = self.apply(operator, [left, right], depth)
            found = link if found is None else Apply("and", (found, link))
        assert found is not None
        return found

    def call(self, name: str, arguments: list[ast.expr], named: bool, place: int, depth: int) -> Node:
        rule = FUNCTIONS.get(name)
        if rule is None or name not in CALLED or (rule.slope is None and name not in self.also):
            near = f"Write {_ALIASES[name]}" if name in _ALIASES else did_you_mean(name, _SLOPED)
            self.fail(place, f"there is no function {name!r}", near)
        if named:
            self.fail(place, f"{name} takes no named arguments")
        if len(arguments) != rule.arity:
            many = f"{rule.arity} argument{'s' if rule.arity > 1 else ''}"
            self.fail(place, f"{name} takes {many}; here it has {len(arguments)}")
        return self.of(name, arguments, depth)

    def of(self, function: str, operands: list[ast.expr], depth: int) -> Node:
        conditions = FUNCTIONS[function].conditions
        return Apply(
            function,
            tuple(
                self.condition(one, function, depth)
                if at in conditions
                else _number(self.tree(one, depth + 1))
                for at, one in enumerate(operands)
            ),
        )

    def condition(self, node: ast.expr, function: str, depth: int) -> Node:
        found = self.tree(node, depth + 1)
        if not _is_condition(found):
            self.fail(node.col_offset, f"{function} needs a condition here, such as r > 0")
        return found


def _is_condition(tree: Node) -> bool:
    return isinstance(tree, Apply) and FUNCTIONS[tree.function].is_condition


def _number(tree: Node) -> Node:
    """A condition counts 1 where it is true, and 0 where it is not."""
    return Apply("where", (tree, Number(1.0), Number(0.0))) if _is_condition(tree) else tree
