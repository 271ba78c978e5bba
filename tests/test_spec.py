"""One grammar for losses and all else that has parameters: what is printed can be typed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import UsageError
from losscli.spec import Spec, number_text

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False)
WORDS = st.from_regex(r"[a-z][a-z0-9_.\-]{0,9}", fullmatch=True).filter(lambda word: word != "inf")
SPECS = st.builds(
    lambda name, params: Spec(name, tuple(params.items())),
    NAMES,
    st.dictionaries(NAMES, NUMBERS | WORDS, max_size=4),
)


@given(SPECS)
def test_a_spec_reads_back(spec):
    assert Spec.parse(str(spec)) == spec
    assert str(Spec.parse(str(spec))) == str(spec)


WEIGHTS = st.floats(min_value=0, exclude_min=True, allow_nan=False, allow_infinity=False)
SUMS = st.lists(st.tuples(WEIGHTS | st.just(1.0), SPECS), min_size=1, max_size=4)


@given(SUMS)
def test_a_sum_reads_back(terms):
    """The parts keep their parameters, also where a name comes twice or a word ends in an e."""
    spec = Spec.sum_of(terms)
    assert list(spec.terms) == terms
    assert Spec.parse(str(spec)) == spec
    assert str(Spec.parse(str(spec))) == str(spec)


@pytest.mark.parametrize(
    ("text", "canonical", "name", "params"),
    [
        (
            "0.7*huber:delta=1 + 0.3*mae",
            "0.7*huber:delta=1 + 0.3*mae",
            "0.7*huber + 0.3*mae",
            {"huber.delta": 1.0},
        ),
        (" .5 * mae+1.*mse ", "0.5*mae + mse", "0.5*mae + mse", {}),
        ("mae+mse", "mae + mse", "mae + mse", {}),
        ("huber:delta=1e+5+2*mae", "huber:delta=100000 + 2*mae", "huber + 2*mae", {"huber.delta": 1e5}),
        (
            "huber:delta=+1+huber:delta=3",
            "huber:delta=1 + huber:delta=3",
            "huber + huber",
            {"huber.delta": 1.0, "huber#2.delta": 3.0},
        ),
        ("1*mae", "mae", "mae", {}),
        ("2*mae", "2*mae", "2*mae", {}),
    ],
)
def test_sums(text, canonical, name, params):
    spec = Spec.parse(text)
    assert (str(spec), spec.name, spec.numbers()) == (canonical, name, params)
    assert spec.is_sum == ("*" in canonical or "+" in canonical)


@given(NUMBERS)
def test_a_number_reads_back(value):
    text = number_text(value)
    assert float(text) == value
    assert math.copysign(1, float(text)) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("+1.", 1.0),
        (".5", 0.5),
        ("-2e-3", -0.002),
        ("1E5", 1e5),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("nan", "nan"),
        ("0x10", "0x10"),
        ("16-16", "16-16"),
        ("cosine", "cosine"),
        ("a=b", "a=b"),
    ],
)
def test_numbers_and_words(text, value):
    assert Spec.parse(f"x:a={text}").params == (("a", value),)


def test_blanks_around_are_nothing():
    assert Spec.parse(" huber:delta=1, c=2 ") == Spec("huber", (("delta", 1.0), ("c", 2.0)))


@pytest.mark.parametrize("value", [1.0, -0.0, 1e-300, 1e300, 0.1, 123456789.0, math.inf])
def test_no_trailing_zero(value):
    assert not number_text(value).endswith(".0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a spec"),
        ("1x", "is not a spec"),
        ("hu ber", "is not a spec"),
        (":a=1", "is not a spec"),
        ("0.5*", "'' is not a spec"),
        ("0.5**mae", "'*mae' is not a spec"),
        ("mae +", "'mae +' is not a spec"),
        ("+ mae", "'' is not a spec"),
        ("mae + + mse", "'mae +' is not a spec"),
        ("mae - 0.5*mse", "'mae - 0.5*mse' is not a spec"),
        ("0*mae + mse", "a weight of 0 is not above 0"),
        ("mae + -0.5*mse", "is not a spec"),
        ("-1*mae", "a weight of -1 is not above 0"),
        ("1e999*mae", "a weight of inf is not above 0 and finite"),
        ("inf*mae", "'inf*mae' is not a spec"),
        ("0.5*(mae + mse)", "'(mae' is not a spec"),
        ("mae + huber:delta", "'delta' in 'huber:delta' is not param=value"),
        ("huber:", "ends after the colon"),
        ("huber:1.5", "'1.5' in 'huber:1.5' is not param=value"),
        ("huber:delta=", "is not param=value"),
        ("huber:=1", "is not param=value"),
        ("huber:delta=1,", "'' in 'huber:delta=1,' is not param=value"),
        ("huber:delta=1,delta=2", "gives delta twice"),
    ],
)
def test_errors_name_the_part(text, message):
    with pytest.raises(UsageError) as error:
        Spec.parse(text)
    assert message in error.value.what
