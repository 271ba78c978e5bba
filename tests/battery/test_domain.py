"""Where a loss lives: its intervals to the last digit, its least value, and the parameters it refuses."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battery import vectors
from battery.cases import BOUND, Model, arguments, bound, figure, filled, label, model, record
from battery.lines import lines
from losscli.domain import CLASSES, IDENTITY, LOG, LOGIT, NUMBERS, Interval, Task
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, Loss, Param, Scaled
from losscli.loss.catalogue import CATALOGUE

PARAMS = [(loss, param) for loss in CATALOGUE for param in loss.params]
INTERVALS = sorted(
    {
        interval
        for loss in CATALOGUE
        for interval in (loss.target, loss.prediction, *(param.domain for param in loss.params))
    },
    key=str,
)


@pytest.mark.parametrize("interval", INTERVALS, ids=str)
def test_intervals_end_where_they_say(interval: Interval) -> None:
    ends = ((interval.low, interval.low_closed, -1.0), (interval.high, interval.high_closed, 1.0))
    for end, closed, outwards in ends:
        if math.isinf(end):
            assert interval.contains(np.array(end)) == closed
            continue
        assert interval.contains(np.array(end)) == closed
        assert not interval.contains(np.array(np.nextafter(end, outwards * math.inf)))
        inside = end - outwards if interval.whole else np.nextafter(end, -outwards * math.inf)
        assert interval.contains(np.array(inside))
    if interval.without is not None:
        assert not interval.contains(np.array(interval.without))
        assert interval.contains(np.array(np.nextafter(interval.without, math.inf)))
    if interval.whole:
        assert not interval.contains(np.array(interval.low + 0.5))
    assert not interval.contains(np.array(math.nan))


def _id(case: tuple[Loss, Param]) -> str:
    loss, param = case
    return f"{loss.task.value}-{loss.name}:{param.name}"


def _others(loss: Loss, param: Param) -> dict[str, float]:
    """Fitting values of the other parameters, for losses whose parameters are ordered."""
    return {"a": 1.0, "b": 2.0, "c": 3.0} if loss.name == "hampel" else {}


@pytest.mark.parametrize("case", PARAMS, ids=_id)
def test_parameters_outside_their_domain_are_refused(case: tuple[Loss, Param]) -> None:
    loss, param = case
    domain = param.domain
    outside = [math.nan]
    outside += [] if math.isinf(domain.low) else [np.nextafter(domain.low, -math.inf)]
    outside += [] if math.isinf(domain.high) else [np.nextafter(domain.high, math.inf)]
    outside += [] if domain.low_closed else [domain.low]
    outside += [] if domain.high_closed else [domain.high]
    outside += [] if domain.without is None else [domain.without]
    for value in outside:
        with pytest.raises(UsageError, match=param.name):
            filled(loss, **{param.name: float(value)})


@pytest.mark.parametrize("case", PARAMS, ids=_id)
def test_closed_ends_of_a_parameter_compute(case: tuple[Loss, Param]) -> None:
    loss, param = case
    ends = ((param.domain.low, param.domain.low_closed), (param.domain.high, param.domain.high_closed))
    for end, closed in ends:
        if closed and math.isfinite(end):
            one = filled(loss, **_others(loss, param) | {param.name: end})
            assert np.isfinite(one.value(*arguments(loss, model(loss, seed=4)))).all()


@pytest.mark.parametrize("loss", [x for x in BOUND if not x.loss.parts], ids=label)
def test_no_value_lies_below_the_infimum(loss: BoundLoss) -> None:
    """And it is approached, to a hundredth of what the loss spans; without end where it is -inf."""
    reached = _is_reached(loss)
    for line in lines(loss):
        t = np.concatenate([line.near(), [line.centre], line.far()[10:-10]])
        values, least = line.value(t), loss.infimum(line.targets(t))
        assert (values >= least - 1e-12 * (1.0 + np.abs(least))).all(), line.name
        above = np.min(np.where(np.isinf(least), values + 10.0, values - least))
        reached |= bool(above <= 1e-2 * np.ptp(line.value(line.near())))
    assert reached or loss.loss.argument is Argument.LABEL


def _is_reached(loss: BoundLoss) -> bool:
    """Whether a prediction that is right and sure has the infimum; of one column, the lines show it."""
    if loss.loss.task is Task.MULTICLASS:
        sure = Model(np.arange(3), 60.0 * (2.0 * np.eye(3) - 1.0))
        return bool(figure(loss, arguments(loss.loss, sure)) < np.mean(loss.infimum(np.arange(3.0))) + 1e-2)
    if loss.loss.task in CLASSES | NUMBERS or (exact := vectors.perfect(loss.loss)) is None:
        return False
    y, s = exact
    least = np.broadcast_to(loss.infimum(y), len(y))
    np.testing.assert_allclose(loss.value(*vectors.arguments(loss.loss, y, s)), least, rtol=1e-12, atol=1e-12)
    return True


SINGLE = [x for x in BOUND if x.loss.task in (Task.REGRESSION, Task.COUNTS) and not x.loss.parts]


@pytest.mark.parametrize("loss", SINGLE, ids=label)
def test_a_perfect_prediction_attains_the_infimum(loss: BoundLoss) -> None:
    for line in lines(loss):
        y = line.targets(np.zeros(1))
        if loss.loss.link is LOG and y[0] <= 0.0:
            continue  # no prediction equals it
        least = np.broadcast_to(loss.infimum(y), y.shape)
        np.testing.assert_allclose(line.value(np.array([line.centre])), least, rtol=1e-13, atol=1e-30)


@given(st.floats(-30.0, 30.0))
@settings(max_examples=60)
def test_links_are_inverse_both_ways(score: float) -> None:
    s = np.array([score])
    for link in (IDENTITY, LOG):
        np.testing.assert_allclose(link.score(link.predict(s)), s, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(link.predict(link.score(link.predict(s))), link.predict(s), rtol=1e-12)
    p = LOGIT.predict(s)
    np.testing.assert_allclose(LOGIT.predict(LOGIT.score(p)), p, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["hampel:a=3,b=2,c=8", "hampel:a=1,b=2,c=2", "hampel:a=100"],
    ids=["a>b", "b=c", "a beyond defaults"],
)
def test_hampel_asks_for_order(text: str) -> None:
    with pytest.raises(UsageError, match="a ≤ b < c"):
        bound(Task.REGRESSION, text)


@pytest.mark.parametrize(
    ("alpha", "constant"),
    [(-2.0, 1.894), (1.0, 1.287), (0.0, 1.686), (-1.0, 1.824), (1.5, 0.471), (-math.inf, 2.110)],
)
def test_constant_of_barron(alpha: float, constant: float) -> None:
    """By independent quadrature: 1.89371, 1.28710, 1.68641, 1.82376, 0.47112; Welsch 2.984637/√2."""
    loss = record(Task.REGRESSION, "barron")
    assert dict(loss.bind({"alpha": alpha}, scale=2.0).params)["c"] == pytest.approx(
        2.0 * constant, abs=1e-12
    )


@pytest.mark.parametrize("alpha", [1.9, 2.0, 4.0])
def test_barron_without_a_constant_asks_for_c(alpha: float) -> None:
    loss = record(Task.REGRESSION, "barron")
    with pytest.raises(UsageError, match="no 95 % constant"):
        loss.bind({"alpha": alpha}, scale=1.0)
    assert loss.bind({"alpha": alpha, "c": 1.0}, scale=None).spec == f"barron:alpha={alpha:g},c=1"


EFFICIENT = [
    loss
    for loss in CATALOGUE
    if any(isinstance(param.default, Scaled) for param in loss.params)
    and loss.name not in ("linex", "num_errors", "epsilon_insensitive")
]


@pytest.mark.parametrize("loss", EFFICIENT, ids=lambda loss: loss.name)
def test_scaled_defaults_are_95_percent_efficient(loss: Loss) -> None:
    """(E Zψ(Z))² / E ψ(Z)² for a standard normal Z, by the trapezium rule; constants have four digits."""
    z = np.linspace(-12.0, 12.0, 48_001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    psi = loss.bind({}, scale=1.0).slope(z)
    efficiency = (weight * z * psi).sum() ** 2 / (weight * psi * psi).sum()
    assert efficiency == pytest.approx(0.95, abs=2e-4)


def test_the_best_band_of_epsilon_insensitive() -> None:
    """Its default is the most efficient one: 0.612 s, 81 %."""
    z = np.linspace(-12.0, 12.0, 480_001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    loss = record(Task.REGRESSION, "epsilon_insensitive")

    def efficiency(epsilon: float) -> float:
        psi = loss.bind({"epsilon": epsilon}).slope(z)
        return float((weight * z * psi).sum() ** 2 / (weight * psi * psi).sum())

    (default,) = (param.default for param in loss.params)
    assert isinstance(default, Scaled)
    assert not callable(default.constant)
    best = efficiency(default.constant)
    assert best == pytest.approx(0.81, abs=5e-3)
    assert best > efficiency(default.constant + 0.02)
    assert best > efficiency(default.constant - 0.02)


def test_a_scale_of_another_unit_changes_nothing_else() -> None:
    """Residuals and thresholds in another unit: a loss in y² changes by the square, one in 1 not at all."""
    r = np.array([-3.0, 0.2, 1.7, 40.0])
    for loss in CATALOGUE:
        if not any(isinstance(param.default, Scaled) for param in loss.params):
            continue
        power = {"y": 1.0, "y²": 2.0, "1": 0.0}[loss.unit.value]
        small = loss.bind({}, scale=1.0).value(r)
        np.testing.assert_allclose(
            loss.bind({}, scale=1000.0).value(1000.0 * r), 1000.0**power * small, rtol=1e-12
        )


def test_without_a_scale_a_scaled_default_is_refused() -> None:
    with pytest.raises(UsageError, match="no scale"):
        record(Task.REGRESSION, "huber").bind({})
    written = record(Task.REGRESSION, "huber").bind({"delta": 2.0})
    assert written.spec == "huber:delta=2"
