"""Formulas of users: nothing gets through but numbers, names and functions; figures and slopes are right."""

import math
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from losscli.errors import UsageError
from losscli.loss.custom import define
from losscli.loss.expression import (
    FUNCTIONS,
    MOST_CHARACTERS,
    Apply,
    Name,
    Node,
    Number,
    derivative,
    evaluate,
    names_in,
    parse,
    stable,
    text_of,
)

LETTERS = ("y", "p", "r", "m", "s")
X = np.array([-31.0, -2.5, -1.0, -0.3, 0.0, 0.2, 1.0, 1.7, 24.0])

HOSTILE = {
    "300 parentheses": "(" * 300 + "r" + ")" * 300,
    "20,000 signs": "-" * 20_000 + "r",
    "900 signs": "-" * 900 + "r",
    "50,000 terms": "r" + "+r" * 50_000,
    "400 terms": "r" + "+r" * 400,
    "nested calls": "abs(" * 200 + "r" + ")" * 200,
    "import": "__import__('os').system('true')",
    "builtin": "open('/etc/passwd')",
    "dunder": "abs.__globals__",
    "attribute": "r.__class__",
    "attribute of a number": "(1).__class__",
    "method": "r.tofile(1)",
    "module": "np.exp(r)",
    "subscript": "r[0]",
    "slice": "r[::2]",
    "lambda": "(lambda: r)()",
    "walrus": "(x := r)",
    "comprehension": "[r for r in y]",
    "generator": "sum(r for r in y)",
    "dictionary": "{1: r}",
    "set": "{r}",
    "tuple": "(r, r)",
    "text": "'abc'",
    "bytes": "b'abc'",
    "formatted text": "f'{r}'",
    "joined texts": "'a' 'b'",
    "call of a call": "abs(r)(r)",
    "call of a condition": "(abs if r > 0 else exp)(r)",
    "keyword": "abs(x=r)",
    "star": "abs(*r)",
    "two stars": "abs(**r)",
    "await": "await r",
    "yield": "(yield r)",
    "statement": "import os",
    "two statements": "r; r",
    "assignment": "r = 3",
    "true": "True",
    "none": "None",
    "dots": "...",
    "imaginary": "1j*r",
    "huge": "1" + "0" * 400,
    "beyond a double": "1e999*r",
    "not a number": "nan",
    "infinity": "inf*r",
    "superscript": "r²",
    "full width": "ｒ",
    "mathematical": "𝑟",
    "right to left": "r\u202e",
    "escape": "r\x1b[31m",
    "null": "r\x00",
    "line": "r +\n r",
    "comment with a line": "r # \n+ r",
    "shift": "r << 2",
    "bits": "r ^ 2",
    "both": "(r > 0) & (r < 1)",
    "invert": "~r",
    "matrix": "r @ r",
    "remainder": "r % 2",
    "whole": "r // 2",
    "identity": "r is r",
    "member": "r in r",
    "unknown name": "q*r",
    "weight": "w*r",
    "unknown function": "eval(r)",
    "function as a name": "abs",
    "number as a function": "3(r)",
    "name as a function": "r(r)",
    "no slope": "lgamma(r)",
    "too few": "where(r > 0, r)",
    "too many": "abs(r, r)",
    "no condition": "where(r, 1, 2)",
    "no condition in and": "where(r and r > 0, 1, 2)",
    "unfinished": "r +",
    "empty": "",
    "blank": "   ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_formula_is_refused_at_its_column(text: str) -> None:
    start = time.process_time()
    with pytest.raises(UsageError, match=r"^column \d+: ") as refused:
        parse(text, LETTERS)
    assert time.process_time() - start < 0.5
    assert refused.value.advice
    assert "\n" not in refused.value.what
    assert refused.value.what.isascii()
    with pytest.raises(UsageError):
        define(f"own = {text}")


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("where(r > 0, foo(r), r)", 14, "there is no function 'foo'"),
        ("r**2 + r.real", 8, "an attribute is not allowed"),
        ("r % 2", 3, "the operator % is not allowed"),
        ("(r > 0) & (r < 1)", 9, "the operator & is not allowed"),
        ("abs(r) + ~r", 10, "the operator ~ is not allowed"),
        ("where(r, 1, 2)", 7, "where needs a condition here, such as r > 0"),
        ("  max(r, 0)", 3, "there is no function 'max'"),
        ("r r", 3, "this does not parse: invalid syntax"),
    ],
)
def test_an_error_names_the_column(text: str, column: int, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(text, LETTERS)
    assert refused.value.what == f"column {column}: {what}"


def test_columns_count_from_the_start_of_what_was_typed() -> None:
    with pytest.raises(UsageError, match="--define own: column 11: there is no 'q'"):
        define("own = r + q")


def test_nothing_is_run_or_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object, **named: object) -> None:
        raise AssertionError("a formula was run")

    real: Callable[..., Any] = compile
    monkeypatch.setattr("builtins.eval", forbidden)
    monkeypatch.setattr("builtins.exec", forbidden)
    monkeypatch.setattr(
        "builtins.compile",
        lambda *a, **k: real(*a, **k) if a[3:4] == (0x400,) or k.get("flags") == 0x400 else forbidden(),
    )
    before = set(sys.modules)
    tree = parse("where(r > 0, 3*r**2, r**2)", LETTERS)
    assert evaluate(tree, {"r": np.array([1.0, -2.0])}).tolist() == [3.0, 4.0]
    assert derivative(tree, "r") is not None
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    "text", ["9**9**9", "r*9**9**9", "9**9**9 - 9**9**9 + r", "2**(2**(2**(2**(2**20)))) + r"]
)
def test_towers_of_powers_are_floats(text: str) -> None:
    start = time.process_time()
    value = evaluate(parse(text, LETTERS), {"r": X})
    assert time.process_time() - start < 0.5
    assert not np.isfinite(value).any()


def test_no_figure_warns() -> None:
    """-W error is on: NaN and infinity come out, silently."""
    for text in (
        "1/r",
        "log(r)",
        "sqrt(r)",
        "exp(1000*r)",
        "r**0.5",
        "0/0 + r",
        "tanh(1/r)",
        "(r - r)/(r - r)",
    ):
        tree = parse(text, LETTERS)
        for one in (tree, derivative(tree, "r")):
            assert one is not None
            evaluate(one, {"r": X})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-r**2", lambda r: -(r**2)),
        ("(-r)**2", lambda r: r * r),
        ("2**-r", lambda r: 2.0**-r),
        ("2**r**0.5 if r >= 0 else r", lambda r: 2.0 ** math.sqrt(r) if r >= 0 else r),
        ("1 - 2 - r", lambda r: -1.0 - r),
        ("1 - (2 - r)", lambda r: -1.0 + r),
        ("8/4/2*r", lambda r: r),
        ("0 < r < 1", lambda r: float(0 < r < 1)),
        ("not r > 0 and r < -1 or r == 1", lambda r: float((not r > 0 and r < -1) or r == 1)),
        ("(r > 0)*3 + 1", lambda r: 3.0 * (r > 0) + 1),
        ("clip(r, -1, 1)", lambda r: min(max(r, -1.0), 1.0)),
        ("1_000*r + 0x10", lambda r: 1000.0 * r + 16.0),
        ("+r", lambda r: r),
        ("pi*r", lambda r: math.pi * r),
        ("normal_cdf(r)", lambda r: 0.5 * math.erfc(-r / math.sqrt(2.0))),
        ("log_cosh(r)", lambda r: abs(r) + math.log1p(math.exp(-2 * abs(r))) - math.log(2.0)),
    ],
)
def test_figures(text: str, expected: Callable[[float], float]) -> None:
    value = evaluate(parse(text, LETTERS), {"r": X})
    np.testing.assert_allclose(value, [expected(r) for r in X], rtol=1e-14)


def test_the_longest_formula_and_one_more() -> None:
    longest = "r" + " " * (MOST_CHARACTERS - 2) + "+"
    with pytest.raises(UsageError, match="does not parse"):
        parse(longest, LETTERS)
    with pytest.raises(UsageError, match="at most 1,000 characters"):
        parse(longest + "r", LETTERS)


def test_stable_forms_do_not_overflow() -> None:
    big = np.array([-1e4, -800.0, 800.0, 1e4])
    for text, expected in (
        ("log(1 + exp(r))", np.maximum(big, 0.0)),
        ("log(exp(r) + 1)", np.maximum(big, 0.0)),
        ("log1p(exp(-r))", np.maximum(-big, 0.0)),
        ("log(cosh(r))", np.abs(big) - math.log(2.0)),
        ("1/(1 + exp(-r))", (big > 0) * 1.0),
        ("1/(exp(r) + 1)", (big < 0) * 1.0),
    ):
        tree = parse(text, LETTERS)
        np.testing.assert_allclose(evaluate(stable(tree), {"r": big}), expected, rtol=1e-12, atol=1e-300)
        plain = evaluate(tree, {"r": X})
        np.testing.assert_allclose(evaluate(stable(tree), {"r": X}), plain, rtol=1e-12, atol=1e-15)


_UNARY = ("abs", "sqrt", "exp", "log", "log1p", "expm1", "tanh", "sin", "cos", "arctan", "sinh", "cosh")
_UNARY += ("log_cosh", "softplus", "sigmoid", "neg", "sign", "normal_cdf")
NAMES = st.sampled_from([Name("r"), Name("k")])
NUMBERS = st.floats(0.0, 5.0).map(lambda x: Number(round(x, 3)))


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def of(name: str, *arguments: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.tuples(*arguments).map(lambda given: Apply(name, given))

    comparison = st.sampled_from(["<", "<=", ">", ">=", "!="]).flatmap(lambda name: of(name, inner, inner))
    condition = comparison | st.sampled_from(["and", "or"]).flatmap(
        lambda name: of(name, comparison, comparison)
    )
    condition |= of("not", comparison)
    binary = st.sampled_from(["+", "-", "*", "/", "minimum", "maximum"])
    return (
        st.sampled_from(_UNARY).flatmap(lambda name: of(name, inner))
        | binary.flatmap(lambda name: of(name, inner, inner))
        | of("**", inner, st.sampled_from([Number(2.0), Number(3.0), Number(0.5), Number(-1.0)]))
        | of("where", condition, inner, inner)
        | of("clip", inner, NUMBERS, NUMBERS)
    )


TREES: st.SearchStrategy[Node] = st.recursive(NAMES | NUMBERS, _grown, max_leaves=12)

_EXACT: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "!=": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "abs": abs,
    "sign": mpmath.sign,
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tanh": mpmath.tanh,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "arctan": mpmath.atan,
    "log_cosh": lambda x: mpmath.log(mpmath.cosh(x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "normal_cdf": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "minimum": min,
    "maximum": max,
    "clip": lambda x, low, high: min(max(x, low), high),
}


class _NoFigureError(Exception):
    """Outside of the reals, or too large to be told."""


def exact(tree: Node, names: dict[str, float]) -> Any:
    """The formula in 60 digits by a walk of its own; what is not taken is not computed."""
    match tree:
        case Number(value):
            return mpmath.mpf(value)
        case Name(name):
            return mpmath.mpf(names[name])
        case Apply("where", (test, yes, no)):
            return exact(yes if exact(test, names) else no, names)
        case Apply("**", (base, exponent)):
            a, b = exact(base, names), exact(exponent, names)
            if (a < 0 and b != int(b)) or (a == 0 and b < 0) or abs(a) > 1e40:
                raise _NoFigureError
            return a**b
        case Apply(function, arguments):
            values = [exact(one, names) for one in arguments]
            if any(not isinstance(one, bool) and abs(one) > 300 for one in values):
                raise _NoFigureError
            if (function in ("log", "sqrt") and values[0] < 0) or (function == "log" and values[0] == 0):
                raise _NoFigureError
            if (function == "log1p" and values[0] <= -1) or (function == "/" and values[1] == 0):
                raise _NoFigureError
            return _EXACT[function](*values)
    raise TypeError(tree)


def _text(tree: Node) -> str:
    return text_of(tree)


@given(TREES)
@settings(max_examples=200)
def test_a_formula_reads_back(tree: Node) -> None:
    again = parse(_text(tree), ("r", "k"))
    assert _text(again) == _text(tree)
    np.testing.assert_array_equal(
        evaluate(again, {"r": X, "k": 1.5}), evaluate(tree, {"r": X, "k": 1.5}), err_msg=_text(tree)
    )


@given(TREES, st.floats(-3.0, 3.0), st.floats(0.1, 3.0))
@settings(max_examples=250)
def test_figures_are_those_of_another_evaluator(tree: Node, r: float, k: float) -> None:
    (value,) = evaluate(tree, {"r": np.array([r]), "k": k})
    with mpmath.workdps(60):
        try:
            truth = exact(tree, {"r": r, "k": k})
            beside = [exact(tree, {"r": r * (1 + sign * 1e-13) + sign * 1e-300, "k": k}) for sign in (-1, 1)]
        except (_NoFigureError, ZeroDivisionError, OverflowError, ValueError):
            assume(False)
        assume(abs(truth) < 1e200)
        spread = max(abs(one - truth) for one in beside)  # what the last digits of r make of it
        assume(spread <= 1e-6 * (1 + abs(truth)))
        assert abs(mpmath.mpf(float(value)) - truth) <= 1e-9 * (1 + abs(truth)) + 1e4 * spread, _text(tree)


@given(TREES, st.floats(-3.0, 3.0), st.floats(0.1, 3.0))
@settings(max_examples=250)
def test_the_derivative_is_that_of_differences(tree: Node, r: float, k: float) -> None:
    """In 60 digits, where the formula is smooth: two steps agree and no branch changes between."""
    slope = derivative(tree, "r")
    assert slope is not None
    r += 1.2345e-5  # single points, at which a branch begins, are no one's
    (found,) = evaluate(slope, {"r": np.array([r]), "k": k})
    with mpmath.workdps(60):
        try:
            steps = [mpmath.mpf("1e-12"), mpmath.mpf("1e-14")]
            tried = []
            for step in steps:
                ahead, behind = (exact(tree, {"r": mpmath.mpf(r) + sign * step, "k": k}) for sign in (1, -1))
                tried.append((ahead - behind) / (2 * step))
            one_sided = [
                sign
                * (
                    exact(tree, {"r": mpmath.mpf(r) + sign * steps[1], "k": k})
                    - exact(tree, {"r": r, "k": k})
                )
                / steps[1]
                for sign in (1, -1)
            ]
        except (_NoFigureError, ZeroDivisionError, OverflowError, ValueError):
            assume(False)
        size = 1 + abs(tried[1])
        assume(abs(tried[0] - tried[1]) < 1e-9 * size and abs(one_sided[0] - one_sided[1]) < 1e-6 * size)
        assume(size < 1e8)
        if math.isnan(found):  # at a single point, such as 0 in sqrt(r**2)
            (found,) = evaluate(slope, {"r": np.array([r + 1e-9]), "k": k})
        assert abs(mpmath.mpf(float(found)) - tried[1]) <= 1e-5 * size, (_text(tree), _text(slope))


def test_a_derivative_stays_small() -> None:
    """No formula of 1,000 characters takes long, whatever it nests."""
    rng = random.Random(5)
    start = time.process_time()
    for _ in range(40):
        text = "r"
        while True:
            name = rng.choice(["exp", "tanh", "sqrt", "log1p", "abs"])
            longer = rng.choice([f"{name}({text})", f"({text})**(r/3)", f"r*({text})", f"({text})/(1 + r*r)"])
            if len(longer) > MOST_CHARACTERS:
                break
            try:
                parse(longer, LETTERS)
            except UsageError:  # nested too deeply
                break
            text = longer
        slope = derivative(parse(text, LETTERS), "r")
        assert slope is not None
        evaluate(slope, {"r": np.linspace(-1.0, 1.0, 100)})
    assert time.process_time() - start < 20.0


def test_what_has_no_formula_of_its_slope_has_no_derivative() -> None:
    tree = parse("lgamma(y) + r", LETTERS, also=("lgamma",))
    assert names_in(tree) == {"y", "r"}
    assert derivative(tree, "r") == Number(1.0)
    assert derivative(tree, "y") is None
    assert all(
        FUNCTIONS[name].slope or FUNCTIONS[name].is_condition or name == "lgamma" for name in FUNCTIONS
    )
