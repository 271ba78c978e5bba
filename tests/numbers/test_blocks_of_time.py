"""How long the blocks of rows in time order are: by the autocorrelation of the differences of models."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from comparisons import Compare
from hypothesis import given
from hypothesis import strategies as st

from losscli.comparison.verdicts.series import block_length
from losscli.domain import Floats
from losscli.inference import judge
from losscli.inference.resample import UnitSums, optimal_block, replicate, row_keys, squares, time_block


def autoregressive(rho: float, n: int, seed: int) -> Floats:
    x = np.random.default_rng(seed).normal(size=n)
    for i in range(1, n):
        x[i] += rho * x[i - 1]
    return x


def autocovariances(x: Floats) -> Floats:
    e = x - x.mean()
    return np.array([(e[k:] * e[: len(x) - k]).sum() / len(x) for k in range(len(x))])


def last_large(x: Floats) -> int:
    """m̂ of Politis and White: the smallest lag after which K autocorrelations are small."""
    n, r = len(x), autocovariances(x)
    small = np.abs(r / r[0]) < 2 * math.sqrt(math.log10(n) / n)
    run = max(5, math.ceil(math.sqrt(math.log10(n))))
    return next(m for m in range(n) if small[m + 1 : m + 1 + run].all())


def length(x: Floats, width: int) -> float:
    """(2 G²/D)^(1/3) n^(1/3) with D = 4/3 g(0)², under a flat-top window of this width."""
    r = autocovariances(x)
    flat = [1.0 if 2 * k <= width else 2 * (1 - k / width) for k in range(width + 1)]
    slope = math.fsum(2 * flat[k] * k * r[k] for k in range(1, width + 1))
    spectrum = r[0] + math.fsum(2 * flat[k] * r[k] for k in range(1, width + 1))
    return float((2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * len(x) ** (1 / 3))


# --- one series ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rho", "n", "seed", "large", "theirs"),
    [
        (0.5, 343, 2, 2, 3.993622733836916),
        (0.8, 343, 3, 9, 21.903825813807796),
        (0.8, 2_000, 4, 12, 33.124644519139125),
        (0.9, 2_000, 5, 24, 55.26814331869664),
        (-0.4, 343, 6, 1, 6.104130363438513),
    ],
)
def test_the_formula_of_arch_at_the_width_of_the_paper(
    rho: float, n: int, seed: int, large: int, theirs: float
) -> None:
    """arch 8.0.0, optimal_block_length(x)["circular"], takes 2(m̂ + 1) for the width, and the paper 2m̂."""
    x = autoregressive(rho, n, seed)
    assert last_large(x) == large
    assert length(x, 2 * (large + 1)) == pytest.approx(theirs, rel=1e-9)
    assert optimal_block(x) == pytest.approx(length(x, 2 * large), rel=1e-9)


@pytest.mark.parametrize("n", [343, 2_000])
def test_noise_needs_no_block(n: int) -> None:
    found = [optimal_block(autoregressive(0.0, n, seed)) for seed in range(40)]
    assert found.count(1.0) >= 36


@pytest.mark.parametrize("n", [343, 2_000])
def test_length_grows_with_the_autocorrelation(n: int) -> None:
    """Near (1.5 (2ρ/(1 - ρ²))² n)^(1/3), which it falls a little short of with few rows."""
    middle = [
        float(np.median([optimal_block(autoregressive(rho, n, seed)) for seed in range(40)]))
        for rho in (0.0, 0.3, 0.5, 0.8, 0.9)
    ]
    assert middle == sorted(set(middle))
    for rho, own in zip((0.5, 0.8, 0.9), middle[2:], strict=True):
        best = (1.5 * (2 * rho / (1 - rho**2)) ** 2 * n) ** (1 / 3)
        assert 0.65 * best < own < 1.05 * best


@given(
    st.lists(st.integers(-9, 9), min_size=3, max_size=60),
    st.sampled_from([2.0**-900, 0.5, 2.0**900]),
)
def test_length_is_bounded_and_blind_to_direction_and_unit(values: list[int], unit: float) -> None:
    x = np.array(values, dtype=float)
    found = optimal_block(x)
    assert 1.0 <= found <= max(1.0, min(3 * math.sqrt(len(x)), len(x) / 3))
    assert optimal_block(-unit * x) == found
    assert optimal_block(x[::-1]) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 0.7, -1e300, 5e-324])
@pytest.mark.parametrize("n", [1, 2, 9, 50, 343, 1_000])
def test_equal_values_need_no_block(value: float, n: int) -> None:
    """Their mean may round to another number, which would look like a series that never changes."""
    assert optimal_block(np.full(n, value)) == 1.0


def test_few_times_need_no_block() -> None:
    for n in range(1, 9):
        assert optimal_block(np.arange(float(n))) == 1.0
    assert 10.0 < optimal_block(np.arange(60.0)) < 20.0  # a trend


def test_the_most_related_pair_decides() -> None:
    columns = [autoregressive(rho, 343, 3) for rho in (0.0, 0.8, 0.5)]
    own = [optimal_block(x) for x in columns]
    assert own[1] > own[2] > own[0] == 1.0
    assert block_length(np.column_stack(columns), 7) == math.ceil(own[1])
    assert block_length(np.column_stack(columns), 99) == 99
    assert block_length(None, 7) == block_length(np.zeros((343, 0)), 7) == 7


# --- comparisons -----------------------------------------------------------------------------------------


def forecasts(n: int = 343, rows: int = 1, rho: float = 0.9) -> dict[str, Any]:
    """Errors that follow each other in one model, in several rows of each time, the times out of order."""
    rng = np.random.default_rng(7)
    t = np.repeat(np.arange(n), rows)
    y = rng.normal(size=n * rows)
    slow = np.exp(0.5 * autoregressive(rho, n, 8))[t]
    made = {"t": t, "y": y, "w": rng.integers(1, 4, n * rows)}
    made |= {"pred_a": y + rng.normal(size=n * rows), "pred_b": y + slow * rng.normal(size=n * rows)}
    order = rng.permutation(n * rows)
    return {name: column[order] for name, column in made.items()}


def difference(made: dict[str, Any], w: Floats, power: int) -> Floats:
    """What each time adds to the difference of the models."""
    loss = [np.abs(made[name] - made["y"]) ** power for name in ("pred_a", "pred_b")]
    return np.bincount(made["t"], weights=w * (loss[0] - loss[1]))


@pytest.mark.parametrize("spec", ["mae", "mse", "rmse"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_length_of_blocks(compared: Compare, spec: str, rows: int) -> None:
    made = forecasts(rows=rows)
    power = 1 if spec == "mae" else 2
    for asked, w in (({}, np.ones(343 * rows)), ({"weights": "w"}, made["w"].astype(float))):
        found = compared(made, losses=(spec,), time="t", resamples=200, pred=("pred_*",), **asked)
        own = math.ceil(optimal_block(difference(made, w, power)))
        assert own > time_block(343) == 7
        assert (found.resampling.by, found.resampling.length) == ("time", own)
        assert found.resampling.units == math.ceil(343 / own)
        assert [one.lags for one in found.forecasts] == [own - 1]


def test_the_least_length_of_blocks(compared: Compare) -> None:
    """Where nothing follows anything, where the models differ alike in every row, and of huge values."""
    made = forecasts(rho=0.0)
    alike = {"t": made["t"], "y": made["y"], "pred_a": made["y"] + 0.7, "pred_b": made["y"] + 0.6}
    huge = made | {name: 1e160 * made[name] for name in ("y", "pred_a", "pred_b")}
    cases: Sequence[dict[str, Any]] = (made, alike, huge, {k: x for k, x in made.items() if k != "pred_b"})
    for columns in cases:
        found = compared(columns, losses=("mae",), time="t", resamples=200, pred=("pred_*",))
        assert found.resampling.length == 7
        assert found.resampling.units == 49


def test_blocks_as_long_as_asked_for_alarm_less_often() -> None:
    """Of a mean of 0 with ρ = 0.8: longer blocks undo more than half of the false alarms beyond 5 %."""
    alarms = {False: 0, True: 0}
    for seed in range(300):
        x = autoregressive(0.8, 343, seed)
        for long in alarms:
            block = np.arange(343) // block_length(x[:, None] if long else None, time_block(343))
            units = UnitSums.of([x], np.ones(343), row_keys(block))
            found = replicate(units, 199, seed, squares(1), precise=True).studentised
            alarms[long] += judge(found, 0.95, len(units.keys)).verdicts[0] != "~"
    assert alarms[False] / 300 > 0.11
    assert alarms[True] / 300 - 0.05 < (alarms[False] / 300 - 0.05) / 2
