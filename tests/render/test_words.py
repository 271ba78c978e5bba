"""Digits that are justified, names that are visible, fit and stay different."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from losscli.report import shorten, visible
from losscli.report.names import cell_width, display_names, display_specs
from losscli.report.numbers import Figure, digits_of, p_text, percent, significant

# ── figures ──────────────────────────────────────────────────────────────────────────────────────────

finite = st.floats(-1e9, 1e9).filter(lambda value: abs(value) > 1e-9)
halves = st.floats(1e-9, 1e9)


@given(finite, halves)
def test_no_digit_beyond_what_the_interval_justifies(value, half):
    assume(half > 1e-6 * abs(value))
    digits = digits_of([Figure(value, value - half, value + half)])
    shown = float(digits.text(value))
    unit = 10.0 ** (math.floor(math.log10(((value + half) - (value - half)) / 2 or 1)) - 1)
    steps = shown / unit
    assert abs(steps - round(steps)) < 1e-6 * max(1, abs(steps)) or abs(value) >= 1e6 or abs(value) < 1e-3
    assert abs(shown - value) <= 0.51 * unit + 1e-9 * abs(value)


@given(st.floats(1e-6, 1e9), st.floats(1e-6, 1e9))
def test_three_digits_without_an_interval(first, second):
    first, second = sorted((first, second))
    texts = [digits_of([Figure(first), Figure(second)]).text(value) for value in (first, second)]
    assert abs(float(texts[0]) - first) <= 0.00501 * first
    if second > 1.02 * first:
        assert texts[0] != texts[1]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((23.12, 23.14), ["23.12", "23.14"]),  # rounding to 23.1 would make a tie
        ((403.4, 397.1), ["403", "397"]),
        ((12345.6, 20000.0), ["12300", "20000"]),
        ((0.00021, 0.0004), ["2.10e-4", "4.00e-4"]),
        ((3.2e9, 4e9), ["3.20e9", "4.00e9"]),
        ((0.0, 0.0), ["0", "0"]),
        ((0.0, 0.5), ["0.000", "0.500"]),
        ((-0.0004, 1.0), ["-4.00e-4", "1.0000000"]),
    ],
)
def test_digits(values, texts):
    digits = digits_of([Figure(value) for value in values])
    shown = [digits.text(value) for value in values]
    assert shown[0] == texts[0]
    assert float(shown[1]) == float(texts[1])


def test_percent_p_and_significant():
    assert percent(0.018) == "1.8 %"
    assert percent(0.34) == "34 %"
    assert percent(-0.018, sign=True) == "-1.8 %"
    assert percent(0.0003) == "0.03 %"
    assert percent(1e-9) == "< 0.001 %"
    assert percent(0.018, -0.026, 0.058) == "1.8 % [-2.6, +5.8]"
    assert p_text(0.0004) == "< 0.001"
    assert p_text(0.141) == "0.14"
    assert significant(22.0) == "22.0"
    assert significant(0) == "0"


# ── names ────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text())
def test_visible_leaves_nothing_hidden(text):
    assert all(c.isprintable() for c in visible(text))
    assert visible(visible(text)) == visible(text)


def test_visible_spells_what_it_hides():
    assert visible("\x1b[31m\u202e\x9b\x7f\n\t") == "\\x1b[31m\\u202e\\x9b\\x7f\\n\\t"
    assert visible("naïve 模型 é") == "naïve 模型 é"


@given(st.text(max_size=60), st.integers(3, 40))
def test_shortened_names_fit(text, limit):
    assert cell_width(shorten(visible(text), limit)) <= limit


@given(st.lists(st.text(min_size=1, max_size=30), unique=True, max_size=8), st.none() | st.integers(8, 20))
def test_different_names_stay_different(names, limit):
    shown = display_names(names, limit)
    assert len(set(shown.values())) == len(names)
    assert all(limit is None or cell_width(text) <= limit for text in shown.values())


def test_specs_show_three_digits_unless_they_would_be_equal():
    assert display_specs(["huber:delta=29.65342"]) == {"huber:delta=29.65342": "huber:delta=29.7"}
    near = display_specs(["huber:delta=1.0001", "huber:delta=1.0002"])
    assert sorted(near.values()) == ["huber:delta=1.0001", "huber:delta=1.0002"]
    assert display_specs(["0.7*huber:delta=1 + 0.3*mae"]) == {
        "0.7*huber:delta=1 + 0.3*mae": "0.7*huber:delta=1 + 0.3*mae"
    }
