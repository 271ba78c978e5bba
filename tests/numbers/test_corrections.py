"""Verdicts corrected for the number of pairs, and for the number of gates."""

import math
from typing import Any

import numpy as np
import pytest
from comparisons import Compare
from hypothesis import given
from hypothesis import strategies as st

from losscli.comparison.gates import parse_allowances
from losscli.comparison.reasons import FEW_RESAMPLES
from losscli.comparison.verdicts.weighing import HOLM, corrected
from losscli.domain import Floats
from losscli.inference import (
    Correction,
    Studentised,
    Tolerance,
    benjamini_hochberg,
    bootstrap_t_intervals,
    holm,
    judge,
    percentile_interval,
    plain,
    regression,
)
from losscli.inference.corrections import corrected as levels
from losscli.result import Comparison, Difference, Gate

ROWS = 1_000
STEPWISE = [Correction.HOLM, Correction.BH, Correction.NONE]
P = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.05, 0.1, 0.2]), min_size=1, max_size=20).map(np.array)


def family(values: list[float], count: int, seed: int) -> Studentised:
    """Differences with a standard error of 1, their replicates on a grid, so that ties occur."""
    value = np.array(values)
    moved = np.round(np.random.default_rng(seed).normal(size=(count, len(value))), 1)
    return Studentised(value, np.ones(len(value)), value + moved, np.ones((count, len(value))))


def test_adjusted_p_of_statsmodels() -> None:
    """statsmodels 0.15.0, multipletests(p, 0.05, "holm") and "fdr_bh"."""
    p = np.array([0.021, 0.0004, 0.31, 0.0121, 0.0121, 0.88, 0.049, 0.0008, 0.033, 1.0])
    by_holm = [0.126, 0.004, 0.93, 0.0968, 0.0968, 1.0, 0.196, 0.0072, 0.165, 1.0]
    by_share = [0.042, 0.004, 0.3875, 0.03025, 0.03025, 0.977778, 0.07, 0.004, 0.055, 1.0]
    np.testing.assert_allclose(holm(p), by_holm, atol=5e-7)
    np.testing.assert_allclose(benjamini_hochberg(p), by_share, atol=5e-7)


@given(P, st.sampled_from([0.8, 0.9, 0.95, 0.99]), st.sampled_from(STEPWISE))
def test_a_level_leaves_out_what_its_adjusted_p_rejects(
    p: Floats, confidence: float, correction: Correction
) -> None:
    """Also where 1 - confidence is a hair below the p it stands for: 1 - 0.9 < 0.1."""
    adjusted, level = levels(p, 1 - confidence, correction)
    alpha = round(1 - confidence, 2)
    np.testing.assert_array_equal(adjusted <= alpha + 1e-12, p <= level + 1e-12)
    assert (level <= alpha + 1e-12).all() and (level >= alpha / len(p) - 1e-12).all()


def test_levels_of_each_correction() -> None:
    p = np.array([0.2, 0.01, 0.03, 0.002])
    assert levels(p, 0.05, Correction.NONE)[1].tolist() == [0.05] * 4
    # Holm: the steps 0.05/4 and 0.05/3 are passed, the rest is held against 0.05/2.
    np.testing.assert_allclose(levels(p, 0.05, Correction.HOLM)[1], [0.025, 0.05 / 3, 0.025, 0.0125])
    # Benjamini and Hochberg: three of four shown.
    np.testing.assert_allclose(levels(p, 0.05, Correction.BH)[1], [0.05, 0.0375, 0.0375, 0.0375])


# --- pairs -----------------------------------------------------------------------------------------------


@given(
    values=st.lists(st.integers(-40, 40).map(lambda tenths: tenths / 10), min_size=1, max_size=8),
    count=st.sampled_from([19, 99, 199, 999]),
    confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
    correction=st.sampled_from(list(Correction)),
    seed=st.integers(0, 10**6),
)
def test_interval_p_and_verdict_are_one(
    values: list[float], count: int, confidence: float, correction: Correction, seed: int
) -> None:
    found = family(values, count, seed)
    judged = judge(found, confidence, ROWS, correction)
    shown = np.array(judged.verdicts) != "~"
    np.testing.assert_array_equal(shown, judged.p <= 1 - confidence + 1e-12)
    np.testing.assert_array_equal(shown, (judged.low > 0) | (judged.high < 0))
    assert (judged.low <= found.value).all() and (found.value <= judged.high).all()
    signs = np.where(shown, np.where(found.value < 0, "a", "b"), "~")
    assert judged.verdicts == tuple(signs)


@given(st.lists(st.floats(-4, 4), min_size=2, max_size=8), st.integers(0, 10**6))
def test_corrections_by_their_strictness(values: list[float], seed: int) -> None:
    found = family(values, 199, seed)
    max_t, by_holm, bh, none = (judge(found, 0.95, ROWS, one) for one in Correction)
    alone = [judge(found.take([k]), 0.95, ROWS) for k in range(len(values))]
    np.testing.assert_array_equal(none.p, [float(one.p[0]) for one in alone])
    np.testing.assert_array_equal(none.low, [float(one.low[0]) for one in alone])
    assert (none.p <= bh.p).all() and (bh.p <= by_holm.p * (1 + 1e-12)).all() and (none.p <= max_t.p).all()
    np.testing.assert_allclose(by_holm.p, holm(none.p))
    np.testing.assert_allclose(bh.p, benjamini_hochberg(none.p))


@pytest.mark.parametrize("correction", STEPWISE[:2])
def test_too_few_replicates_for_a_level_show_nothing(correction: Correction) -> None:
    """Of 4 pairs the first step asks for 1/80 of 39 replicates; 79 have one."""
    values = [50.0, 0.0, 0.1, -0.1]
    few, enough = (judge(family(values, count, 0), 0.95, ROWS, correction) for count in (39, 79))
    assert few.verdicts == ("~",) * 4 and few.p[0] == 4 / 40
    assert (few.low[0], few.high[0]) == (-math.inf, math.inf)
    assert enough.verdicts == ("b", "~", "~", "~") and enough.p[0] == 4 / 80
    assert 0 < enough.low[0] < 50.0 < enough.high[0] < math.inf


def test_too_few_replicates_for_a_level_give_no_interval() -> None:
    """Of 2.5 % in a tail, 38 replicates have none, 39 one."""
    for count, known in ((38, False), (39, True)):
        found = family([1.0], count, 0)
        for ends in (bootstrap_t_intervals(found, 0.95), percentile_interval(found.values[:, 0], 0.95)):
            assert np.isfinite(ends).all() == known
    for count, verdict in ((18, "inconclusive"), (19, "fail")):
        gate = regression(family([50.0], count, 0), tolerated(0.02), 0.95)
        assert gate.verdict == verdict and math.isnan(gate.p) == (verdict != "fail")


@pytest.mark.parametrize("correction", list(Correction))
def test_units_of_each_difference(correction: Correction) -> None:
    """Of slices of few rows no interval is fair, and they cost the others nothing."""
    found = family([2.3, -2.5, 2.1, 0.0], 999, 3)
    judged = judge(found, 0.95, np.array([1_000, 4, 50, 2_000]), correction)
    others = judge(found.take([0, 2, 3]), 0.95, ROWS, correction)
    assert math.isnan(judged.p[1]) and np.isnan([judged.low[1], judged.high[1]]).all()
    assert judged.verdicts[1] == "~"
    for name in ("low", "high", "p"):
        np.testing.assert_array_equal(getattr(judged, name)[[0, 2, 3]], getattr(others, name))


def made(models: int = 4, n: int = 200) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    y = rng.normal(size=n)
    return {"y": y} | {f"pred_{m}": y + (1 + 0.12 * m) * rng.normal(size=n) for m in range(models)}


def pairs(found: Comparison) -> list[Difference]:
    return [one for one in found.comparisons if one.spec == found.primary]


@pytest.mark.parametrize("correction", list(Correction))
def test_pairs_and_ranks_follow_the_correction(compared: Compare, correction: Correction) -> None:
    found = compared(made(), losses=("mae", "mse"), correction=correction)
    assert found.correction == correction
    own = pairs(found)
    for one in own:
        assert one.p is not None and one.low is not None and one.high is not None
        assert (one.verdict != "~") == (one.p <= 0.05) == (one.low > 0 or one.high < 0)
    raw = np.array([one.p for one in pairs(compared(made(), losses=("mae",), correction=Correction.NONE))])
    adjust = {Correction.HOLM: holm, Correction.BH: benjamini_hochberg, Correction.NONE: np.array}
    if correction in adjust:
        np.testing.assert_allclose([one.p for one in own], adjust[correction](raw))
    assert {one.verdict for one in found.comparisons if one.spec == "mse"} == {None}  # an effect alone


def test_too_few_resamples_for_the_pairs_are_said(compared: Compare) -> None:
    """Of 15 pairs the first step asks for 1/300 of 200."""
    asked = {"losses": ("mae",), "resamples": 200}
    columns = made(6) | {"pred_5": 9.0 + made(6)["y"]}
    found = pairs(compared(columns, correction=Correction.HOLM, **asked))
    assert {(one.verdict, one.low, one.p, one.reason) for one in found} == {("~", None, None, FEW_RESAMPLES)}
    judged = pairs(compared(columns, **asked))
    assert {one.verdict for one in judged if one.b == "pred_5"} == {"a"}


# --- gates -----------------------------------------------------------------------------------------------


@given(
    value=st.integers(-30, 30),
    tolerance=st.sampled_from([0.0, 0.02, 0.5]),
    count=st.sampled_from([9, 19, 99, 199, 999]),
    confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
    seed=st.integers(0, 10**6),
)
def test_one_gate_fails_just_where_its_p_says_so(
    value: int, tolerance: float, count: int, confidence: float, seed: int
) -> None:
    found = family([value / 10], count, seed)
    gate = regression(found, tolerated(tolerance), confidence)
    assert (gate.verdict == "fail") == (gate.p <= 1 - confidence + 1e-12)
    assert math.isnan(gate.p) == math.isnan(gate.low)
    if not math.isnan(gate.p):
        assert corrected([(record(gate.verdict), gate.p)], confidence)[0].verdict == gate.verdict


def tolerated(share: float) -> Tolerance:
    return Tolerance(share, relative=True, greater_is_better=False)


def record(verdict: str) -> Gate:
    empty = dict.fromkeys(("value", "low", "high", "reason", "rows_needed"))
    return Gate(text="mae=2%", spec="mae", model="b", threshold=0.02, verdict=verdict, **empty)


def test_gates_without_spread(compared: Compare) -> None:
    """A residual that is so many times the other in every row, to rounding."""
    for value, p, verdict in ((0.5, 0.0, "fail"), (0.0, 1.0, "pass")):
        gate = regression(plain(value, np.full(99, value)), tolerated(0.02), 0.95)
        assert (gate.p, gate.verdict) == (p, verdict)
    y, r = made()["y"], np.random.default_rng(9).normal(size=200)
    columns = {"y": y, "pred_old": y + r}
    columns |= {f"pred_{times}": y + times * r for times in (0.9, 1.05, 1.3, 1.7)}
    allowed = parse_allowances(("mae=2%", "mse=2%"))
    found = compared(columns, losses=("mae", "mse"), baseline="pred_old", allowances=allowed)
    assert [one.verdict for one in found.gates] == ["pass", "fail", "fail", "fail"] * 2
    for one in found.gates:
        assert one.low == pytest.approx(one.value) == one.high


@given(st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=12))
def test_many_gates_step_by_step(gates: list[tuple[float, bool]]) -> None:
    """The smallest p has to be at most α/(all gates that have one), the next α/(those left), …"""
    found = [
        (record("fail" if p <= 0.05 and known else "inconclusive"), p if known else math.nan)
        for p, known in gates
    ]
    left, failing = sum(known for _, known in gates), set()
    for k in sorted((k for k, (_, known) in enumerate(gates) if known), key=lambda k: gates[k][0]):
        if gates[k][0] * left > 0.05 + 1e-12:
            break
        failing.add(k)
        left -= 1
    for k, (one, before) in enumerate(zip(corrected(found, 0.95), found, strict=True)):
        assert (one.verdict == "fail") == (k in failing)
        dropped = before[0].verdict == "fail" and k not in failing
        assert one.reason == (HOLM if dropped else None)


def test_more_gates_ask_for_more(compared: Compare) -> None:
    """By Holm's rule: hardly worse than tolerated fails one gate, not one of eight; much worse any."""
    rng = np.random.default_rng(8)
    y = rng.normal(size=400)
    columns = {"y": y, "pred_old": y + rng.normal(size=400)}
    columns |= {"pred_new": y + 1.12 * (columns["pred_old"] - y) + 0.3 * rng.normal(size=400)}
    texts = ["mae=12.5%", *(f"huber:delta={delta}=90%" for delta in range(3, 10))]
    allowed = parse_allowances(texts)
    specs = tuple(text.rpartition("=")[0] for text in texts)
    asked = {"losses": specs, "baseline": "pred_old", "correction": Correction.HOLM}
    alone = compared(columns, allowances=allowed[:1], **asked).gates
    eight = compared(columns, allowances=allowed, **asked).gates
    assert [one.verdict for one in alone] == ["fail"]
    assert [one.verdict for one in eight] == ["inconclusive"] + ["pass"] * 7
    assert eight[0].reason == HOLM
    assert (eight[0].low, eight[0].high) == (alone[0].low, alone[0].high)
    columns["pred_new"] = columns["pred_new"] + 3.0 * rng.normal(size=400)
    assert {one.verdict for one in compared(columns, allowances=allowed, **asked).gates} == {"fail"}
