"""What is exported to PyTorch, JAX and Keras is the loss of the catalogue, to what their precision allows."""

import os
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from losscli.errors import UsageError
from losscli.export import module, objective
from losscli.loss import BoundLoss

from .cases import bound_losses, known, rows

os.environ.setdefault("KERAS_BACKEND", "jax")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, about each other

LOSSES = bound_losses()
NAMES = [f"{bound.loss.task}-{bound.loss.name}" for bound in LOSSES]
PRECISIONS = {"float32": 1e-6, "float64": 1e-12}  # of a value, relative
SLOPE = 1e-5  # of a gradient, of its greatest entry

Found = tuple[float, np.ndarray]  # the mean loss; its gradient, times the number of rows


@cache
def library(name: str) -> ModuleType:
    found: ModuleType = pytest.importorskip(name, reason=f"{name} is not installed")
    if name == "jax":
        found.config.update("jax_enable_x64", True)
    return found


def in_torch(bound: BoundLoss, y: np.ndarray, s: np.ndarray) -> Found:
    torch = library("torch")
    score = torch.tensor(s, requires_grad=True)
    mean = objective(bound, "torch")(score, torch.tensor(y))
    mean.backward()
    return mean.item(), score.grad.numpy() * len(y)


def in_jax(bound: BoundLoss, y: np.ndarray, s: np.ndarray) -> Found:
    jax = library("jax")
    mean, slope = jax.value_and_grad(objective(bound, "jax"))(jax.numpy.asarray(s), jax.numpy.asarray(y))
    assert mean.dtype == s.dtype
    return float(mean), np.asarray(slope) * len(y)


def in_keras(bound: BoundLoss, y: np.ndarray, s: np.ndarray) -> Found:
    jax = library("jax")
    if library("keras").backend.backend() != "jax":
        pytest.skip("the backend of Keras is not JAX")
    loss = objective(bound, "keras")
    mean, slope = jax.value_and_grad(lambda score: loss(jax.numpy.asarray(y), score))(jax.numpy.asarray(s))
    return float(mean), np.asarray(slope) * len(y)


def in_numpy(bound: BoundLoss, y: np.ndarray, s: np.ndarray) -> Found:
    made = module(bound, "numpy")
    return made.value(s, y).mean(), made.slope(s, y)


def check(found: Callable[..., Found], bound: BoundLoss, precision: str) -> None:
    """Hold what a library makes of a loss to the catalogue, at numbers that its precision has.

    A value is told against the mean size of the rows' losses: that is the loss, where none is below 0.
    """
    y, s = (one.astype(precision) for one in rows(bound))
    value, slope = known(bound, y.astype(float), s.astype(float))
    mean, gradient = found(bound, y, s)
    assert abs(mean - value.mean()) <= PRECISIONS[precision] * np.abs(value).mean()
    np.testing.assert_allclose(gradient, slope, rtol=SLOPE, atol=SLOPE * np.abs(slope).max())


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("bound", LOSSES, ids=NAMES)
@pytest.mark.parametrize("found", [in_torch, in_jax, in_numpy], ids=lambda found: found.__name__)
def test_value_and_gradient(found: Callable[..., Found], bound: BoundLoss, precision: str) -> None:
    check(found, bound, precision)


@pytest.mark.parametrize("bound", LOSSES, ids=NAMES)
def test_keras(bound: BoundLoss) -> None:
    library("keras")
    try:
        check(in_keras, bound, "float32")
    except UsageError as error:
        assert error.what.endswith(("has no lgamma", "has no normal_cdf"))
        assert bound.loss.name in ("negative_binomial", "probit_nll")


@pytest.mark.parametrize("name", ["torch", "jax", "keras"])
def test_far_out_it_stays_finite(name: str) -> None:
    """In single precision, where exponentials overflow from 89 on."""
    library(name)
    found: Callable[..., Found] = {"torch": in_torch, "jax": in_jax, "keras": in_keras}[name]
    for bound in LOSSES:
        if bound.loss.name in ("bce", "focal", "logistic", "squared_hinge", "log_cosh", "huber", "savage"):
            y, s = np.array([0, 1, 0, 1], "float32"), np.array([500, -500, -500, 500], "float32")
            if bound.loss.task == "multiclass":
                s = np.stack([s, -s], axis=1)
            mean, slope = found(bound, y, s)
            assert np.isfinite(mean), bound.spec
            assert np.isfinite(slope).all(), bound.spec


def test_weights() -> None:
    torch, jax = library("torch"), library("jax")
    bound = next(one for one in LOSSES if one.loss.name == "mae")
    y, s, w = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.5]), np.array([1.0, 0.0, 3.0])
    assert objective(bound, "torch")(*map(torch.tensor, (s, y, w))).item() == pytest.approx(0.625)
    assert float(objective(bound, "jax")(*map(jax.numpy.asarray, (s, y, w)))) == pytest.approx(0.625)


def test_keras_trains_and_reads_it_back(tmp_path: Any) -> None:
    keras = library("keras")
    bound = next(one for one in LOSSES if one.loss.name == "huber")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(256, 3))
    y = X @ [1.0, -2.0, 0.5] + rng.standard_t(2, 256)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    made = module(bound, "keras")
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=made.Huber())
    model.fit(X, y, epochs=40, verbose=0)
    assert np.ravel(model.layers[-1].kernel) == pytest.approx([1.0, -2.0, 0.5], abs=0.25)
    model.save(tmp_path / "own.keras")
    again = keras.models.load_model(tmp_path / "own.keras")
    assert type(again.loss) is made.Huber
