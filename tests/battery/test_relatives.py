"""Losses that are functions of one another, libraries that compute the same, classes that rank alike."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from sklearn._loss import loss as sklearn_loss

from battery.cases import BOUND, arguments, bound, figure, label, model
from losscli.domain import Floats, Task
from losscli.loss import Alias, Argument, BoundLoss, Loss
from losscli.loss.catalogue import CATALOGUE
from losscli.spec import Spec

_R = np.concatenate([np.linspace(-9.0, 9.0, 181), [1e-9, -1e-5, 1e4]])
_RELATIVES: tuple[tuple[str, float, str], ...] = (
    ("half_squared_error", 0.5, "mse"),
    ("quantile:tau=0.5", 0.5, "mae"),
    ("expectile:tau=0.5", 0.5, "mse"),
    ("lq:q=1", 1.0, "mae"),
    ("lq:q=2", 1.0, "mse"),
    ("epsilon_insensitive:epsilon=0", 1.0, "mae"),
    ("squared_epsilon_insensitive:epsilon=0", 1.0, "mse"),
    ("huber:delta=1e9", 0.5, "mse"),
    ("smooth_l1:beta=0.7", 1 / 0.7, "huber:delta=0.7"),
    ("smooth_l1:beta=1e-12", 1.0, "mae"),
    ("pseudo_huber:delta=1.3", 1.3**2, "barron:alpha=1,c=1.3"),
    ("cauchy:c=2", 2.0, "barron:alpha=0,c=1.4142135623730951"),
    ("geman_mcclure:c=3", 1.5**2, "barron:alpha=-2,c=1.5"),
    ("welsch:c=2", 2.0, "barron:alpha=-inf,c=1.4142135623730951"),
    ("barron:alpha=2,c=0.5", 2.0, "mse"),
    ("hampel:a=1.3,b=1e8,c=1e9", 1.0, "huber:delta=1.3"),
)


def _close(ours: Floats, theirs: Floats) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("left", "factor", "right"), _RELATIVES, ids=str)
def test_named_relatives(left: str, factor: float, right: str) -> None:
    ours, theirs = bound(Task.REGRESSION, left), bound(Task.REGRESSION, right)
    _close(ours.value(_R), factor * theirs.value(_R))
    _close(ours.slope(_R), factor * theirs.slope(_R))


def test_relatives_among_counts() -> None:
    y, p = np.array([0.0, 1.0, 3.0, 8.0]), np.array([0.2, 1.5, 3.0, 2.0])

    def counts(text: str) -> BoundLoss:
        return bound(Task.COUNTS, text)

    _close(counts("tweedie:power=1").value(y, p), counts("poisson").value(y, p))
    _close(counts("tweedie:power=2").value(y[y > 0], p[y > 0]), counts("gamma").value(y[y > 0], p[y > 0]))
    for deviance, likelihood, some in (
        ("poisson", "poisson_nll", y),
        ("gamma", "gamma_nll", y + 1.0),
        ("tweedie:power=1.3", "tweedie_nll:power=1.3", y),
    ):
        nll = counts(likelihood)
        _close(counts(deviance).value(some, p), 2.0 * (nll.value(some, p) - nll.infimum(some)))
    poisson = counts("poisson_nll").value(y, p) + np.array([math.lgamma(v + 1.0) for v in y])
    np.testing.assert_allclose(counts("negative_binomial:alpha=1e-12").value(y, p), poisson, rtol=1e-9)


def _aliases(library: str) -> list[tuple[Loss, Alias]]:
    return [(loss, alias) for loss in CATALOGUE for alias in loss.aliases if alias.library == library]


SKLEARN_METRICS = [
    (loss, alias)
    for loss, alias in _aliases("sklearn")
    if loss.task in (Task.REGRESSION, Task.COUNTS) and hasattr(sklearn.metrics, alias.name)
]


@pytest.mark.parametrize("case", SKLEARN_METRICS, ids=lambda case: case[1].name)
def test_scikit_learn_has_the_same_figure(case: tuple[Loss, Alias]) -> None:
    loss, alias = case
    sample = model(loss, seed=5)
    ours = bound(_task(loss, alias), alias.spec)
    assert alias.factor is not None
    theirs = getattr(sklearn.metrics, alias.name)(sample.y, loss.link.predict(sample.score))
    given = _given(ours.loss, sample.y, loss.link.predict(sample.score))
    assert theirs == pytest.approx(alias.factor * figure(ours, given), rel=1e-12)


def _task(loss: Loss, alias: Alias) -> Task:
    return loss.task if _exists(loss.task, alias.spec) else Task.REGRESSION


def _exists(task: Task, text: str) -> bool:
    return any(loss.task is task and loss.name == Spec.parse(text).name for loss in CATALOGUE)


def _given(loss: Loss, y: Floats, p: Floats) -> tuple[Floats, ...]:
    return (p - y,) if loss.argument is Argument.RESIDUAL else (y, p)


_SKLEARN_LOSSES: dict[str, tuple[Any, str]] = {
    "HalfSquaredError": (sklearn_loss.HalfSquaredError(), "half_squared_error"),
    "AbsoluteError": (sklearn_loss.AbsoluteError(), "mae"),
    "PinballLoss": (sklearn_loss.PinballLoss(quantile=0.3), "quantile:tau=0.3"),
    "HalfPoissonLoss": (sklearn_loss.HalfPoissonLoss(), "poisson_nll"),
    "HalfGammaLoss": (sklearn_loss.HalfGammaLoss(), "gamma_nll"),
    "HalfTweedieLoss": (sklearn_loss.HalfTweedieLoss(power=1.5), "tweedie_nll"),
}


@pytest.mark.parametrize("name", _SKLEARN_LOSSES)
def test_scikit_learn_has_the_same_rows_and_slopes(name: str) -> None:
    theirs, text = _SKLEARN_LOSSES[name]
    task = Task.REGRESSION if _exists(Task.REGRESSION, text) else Task.COUNTS
    ours = bound(task, text)
    sample = model(ours.loss, seed=6)
    y = np.maximum(sample.y, 0.1) if task is Task.COUNTS else sample.y
    given = _given(ours.loss, y, ours.loss.link.predict(sample.score))
    value, slope = theirs.loss_gradient(y, sample.score)
    np.testing.assert_allclose(ours.value(*given), value, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(ours.slope(*given), slope, rtol=1e-11, atol=1e-12)


def _classes() -> dict[tuple[Task, str], list[BoundLoss]]:
    members: dict[tuple[Task, str], list[BoundLoss]] = {}
    for loss in BOUND:
        members.setdefault((loss.loss.task, loss.kin), []).append(loss)
    return members


CLASSES = _classes()
PAIRS = [
    pair for members in CLASSES.values() for pair in combinations(members, 2) if pair[0].spec != pair[1].spec
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{label(pair[0])}~{pair[1].spec}")
def test_members_of_a_class_order_models_alike(pair: tuple[BoundLoss, BoundLoss]) -> None:
    """Twelve models of one truth, made by the member with the narrower domain."""
    one, other = pair
    narrow = other.loss if _narrow(other.loss) > _narrow(one.loss) else one.loss
    samples = [model(narrow, seed) for seed in range(20, 32)]
    orders = []
    for loss in pair:
        figures = [figure(loss, _carried(loss.loss, narrow, sample)) for sample in samples]
        orders.append(list(np.argsort(figures)))
    assert orders[0] == orders[1]


def _narrow(loss: Loss) -> int:
    return sum(
        (loss.target.low > -math.inf, loss.target.without is not None, loss.prediction.low > -math.inf)
    )


def _carried(loss: Loss, narrow: Loss, sample: Any) -> tuple[Any, ...]:
    if loss.task not in (Task.REGRESSION, Task.COUNTS):
        return arguments(loss, sample)
    return _given(loss, sample.y, narrow.link.predict(sample.score))


def test_the_contract_names_these_classes() -> None:
    def kin(text: str) -> str:
        return bound(Task.REGRESSION, text).kin

    assert {kin(x) for x in ("mse", "rmse", "half_squared_error", "expectile:tau=0.5")} == {"mse"}
    assert {kin(x) for x in ("mae", "wmape", "quantile:tau=0.5")} == {"mae"}
    assert {kin(x) for x in ("msle", "rmsle")} == {"msle"}
    assert kin("smooth_l1:beta=0.3") == kin("huber:delta=0.3") == "huber:delta=0.3"
    assert kin("pseudo_huber:delta=2") == kin("barron:alpha=1,c=2")
    assert kin("cauchy:c=2") == kin(f"barron:alpha=0,c={2 / math.sqrt(2)!r}")
    assert kin("geman_mcclure:c=3") == kin("barron:alpha=-2,c=1.5")
    assert kin("welsch:c=2") == kin(f"barron:alpha=-inf,c={2 / math.sqrt(2)!r}")
    assert kin("expectile:tau=0.4") != "mse" != kin("quantile:tau=0.4")


@pytest.mark.parametrize("loss", BOUND, ids=label)
def test_a_kin_is_a_spec_of_its_own_class(loss: BoundLoss) -> None:
    """The member that names the class can be typed, and names itself (but for the 12 digits kept)."""
    assert bound(loss.loss.task, loss.kin).kin == loss.kin
