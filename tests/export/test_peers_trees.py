"""Boosted trees under an exported objective train as well as under the library's own, and always train."""

from typing import Any

import numpy as np
import pytest

from losscli.domain import NUMBERS, Task
from losscli.export import module
from losscli.export.scored import scored
from losscli.loss import BoundLoss
from losscli.loss.catalogue import CATALOGUE

from .boosters import LIBRARIES, LIGHTGBM, ROUNDS, Data, classes_of, data_of, out_of_fold, signal
from .cases import bound_losses

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, about each other

LOSSES = bound_losses()
NAMES = [f"{bound.loss.task}-{bound.loss.name}" for bound in LOSSES]

OWN: dict[str, dict[str, Any]] = {  # loss: parameters of the library, of its own parameter where it has one
    "lightgbm": {
        "mse": {"objective": "l2"},
        "mae": {"objective": "l1"},
        "huber": lambda delta: {"objective": "huber", "alpha": delta},
        "fair": lambda c: {"objective": "fair", "fair_c": c},
        "quantile": lambda tau: {"objective": "quantile", "alpha": tau},
        "mape": {"objective": "mape"},
        "poisson": {"objective": "poisson"},
        "gamma": {"objective": "gamma"},
        "tweedie": lambda power: {"objective": "tweedie", "tweedie_variance_power": power},
        "bce": {"objective": "binary"},
        "cross_entropy": lambda classes: {"objective": "multiclass", "num_class": classes},
    },
    "xgboost": {
        "mse": {"objective": "reg:squarederror"},
        "mae": {"objective": "reg:absoluteerror"},
        "pseudo_huber": lambda delta: {"objective": "reg:pseudohubererror", "huber_slope": delta},
        "quantile": lambda tau: {"objective": "reg:quantileerror", "quantile_alpha": tau},
        "poisson": {"objective": "count:poisson"},
        "gamma": {"objective": "reg:gamma"},
        "tweedie": lambda power: {"objective": "reg:tweedie", "tweedie_variance_power": power},
        "bce": {"objective": "binary:logistic"},
        "cross_entropy": lambda classes: {"objective": "multi:softprob", "num_class": classes},
    },
    "catboost": {
        "mse": {"loss_function": "RMSE"},
        "mae": {"loss_function": "MAE"},
        "huber": lambda delta: {"loss_function": f"Huber:delta={delta}"},
        "quantile": lambda tau: {"loss_function": f"Quantile:alpha={tau}"},
        "poisson": {"loss_function": "Poisson"},
        "tweedie": lambda power: {"loss_function": f"Tweedie:variance_power={power}"},
        "bce": {"loss_function": "Logloss"},
        "cross_entropy": {"loss_function": "MultiClass"},
    },
}
GIVEN = {"quantile": {"tau": 0.9}, "tweedie": {"power": 1.5}}
MORE = 0.02  # of the loss, than the library's own


def rounds_of(name: str, bound: BoundLoss) -> int:
    """CatBoost calls Python for every row of several classes."""
    return 15 if name == "catboost" and bound.loss.task is Task.MULTICLASS else ROUNDS


def bound_to(name: str, y: np.ndarray) -> BoundLoss:
    """A loss; what is in units of y is 0.3 of its deviation."""
    loss = next(one for one in CATALOGUE if one.name == name)
    units = {"huber": "delta", "pseudo_huber": "delta", "fair": "c"}
    given = {units[name]: 0.3 * float(np.std(y))} if name in units else GIVEN.get(name, {})
    return loss.bind(given)


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize(("name", "loss"), [(name, loss) for name in OWN for loss in OWN[name]])
def test_at_most_two_percent_more_than_its_own(name: str, loss: str, at: int) -> None:
    data = data_of(next(one for one in CATALOGUE if one.name == loss))[at]
    bound, own = bound_to(loss, data[1]), OWN[name][loss]
    if callable(own):
        own = own(classes_of(bound, data[1]) or bound.params[0][1])
    rounds = rounds_of(name, bound)
    ours, theirs = (out_of_fold(name, bound, given, data, rounds) for given in (None, own))
    print(f"{name:8} {bound.spec:30} {at} {ours:9.4g} {theirs:9.4g} {ours / theirs - 1:+.1%}")
    assert ours <= theirs * (1 + MORE)


def best_constant(bound: BoundLoss, y: np.ndarray) -> float:
    """The least mean loss of one score for all rows."""
    made, k = module(bound, "numpy"), classes_of(bound, y)
    if k:
        return made.value(np.tile(made.start(y, k), (len(y), 1)), y).mean()
    points = np.linspace(-8, 8, 321)
    if bound.loss.task in NUMBERS:
        points = np.quantile(y, np.linspace(0, 1, 101))
        points = np.log(np.maximum(points, 1e-3)) if scored(bound).is_log else points
    with np.errstate(all="ignore"):
        return np.nanmin([made.value(np.full(len(y), point), y).mean() for point in points])


@pytest.mark.parametrize("bound", LOSSES, ids=NAMES)
@pytest.mark.parametrize("name", LIBRARIES)
def test_every_loss_trains(name: str, bound: BoundLoss) -> None:
    """Out of sample below the best constant of the very rows that are held out."""
    X, y = data_of(bound.loss)[0]
    scale = float(np.median(np.abs(y - np.median(y)))) / 0.6745
    bound = bound.loss.bind({}, scale=scale, imbalance=2.0, naive=1.0)
    held = np.arange(len(y)) % 3 == 0
    rounds = 15 if bound.loss.name == "exponential" else rounds_of(name, bound)  # wrong labels cost e**m
    scores = LIBRARIES[name](bound, None, (X[~held], y[~held]), X[held], rounds)
    found = module(bound, "numpy").value(np.asarray(scores, dtype=float), y[held]).mean()
    constant = best_constant(bound, y[held])
    print(f"{name:8} {bound.spec:40} {found:9.4g} {constant:9.4g}")
    assert found < constant


def outliers(seed: int) -> Data:
    """Every twelfth row or so is far off."""
    X, y = signal(seed)
    rng = np.random.default_rng(seed)
    far = np.where(rng.random(len(y)) < 0.08, rng.normal(0, 40, len(y)), 0.0)
    return X, 100 * (y + rng.normal(size=len(y)) + far)


def curve(bound: BoundLoss, own: dict[str, Any] | None, train: Data, held: Data) -> np.ndarray:
    """The loss of held-out rows after each of 200 trees of LightGBM."""
    lgb = pytest.importorskip("lightgbm", reason="lightgbm is not installed")
    made, found = module(bound, "lightgbm"), {}
    start = None if own else made.start(train[1])
    first = [None if start is None else np.full(len(y), start) for _, y in (train, held)]
    data = lgb.Dataset(*train, init_score=first[0])
    lgb.train(
        LIGHTGBM | (own or {"objective": made.objective}) | {"metric": "None"},
        data,
        200,
        valid_sets=[lgb.Dataset(*held, init_score=first[1], reference=data)],
        feval=made.metric,
        callbacks=[lgb.record_evaluation(found)],
    )
    return np.array(found["valid_0"][bound.loss.name])


@pytest.mark.parametrize(("loss", "value"), [("huber", 150.0), ("mae", None), ("quantile", 0.9)])
def test_outliers_take_no_more_trees(loss: str, value: float | None) -> None:
    """LightGBM reaches the least loss of its own objective, within half a percent, in as many trees and a
    fifth: of the mean of three data sets."""
    record = next(one for one in CATALOGUE if one.name == loss)
    bound = record.bind({} if value is None else {record.params[0].name: value})
    own = OWN["lightgbm"][loss]
    own = own if value is None else own(value)
    ours, theirs = (
        np.mean([curve(bound, given, outliers(seed), outliers(seed + 10)) for seed in range(3)], axis=0)
        for given in (None, own)
    )
    reached = np.flatnonzero(ours <= theirs.min() * 1.005)
    print(f"{bound.spec}: {theirs.min():.4g} at {theirs.argmin() + 1}, ours {reached[:1] + 1}")
    assert reached.size
    assert reached[0] + 1 <= 1.2 * (theirs.argmin() + 1)


def test_tukey_sees_past_outliers() -> None:
    """LightGBM has none of its own: by the mean distance from the truth, beside its squares and absolute
    errors."""
    bound = next(one for one in CATALOGUE if one.name == "tukey").bind({"c": 600.0})
    own = {"tukey": None, "mae": {"objective": "l1"}, "mse": {"objective": "l2"}}
    far = dict.fromkeys(own, 0.0)
    for seed in range(3):
        Z, truth = signal(seed + 10)
        for name, given in own.items():
            scores = LIBRARIES["lightgbm"](bound, given, outliers(seed), Z, 200)
            far[name] += np.abs(scores - 100 * truth).mean() / 3
    print({name: round(value, 1) for name, value in far.items()})
    assert far["tukey"] < far["mae"] < far["mse"]
