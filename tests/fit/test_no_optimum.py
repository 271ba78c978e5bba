"""Fits whose loss is never at its least: told, with limit and columns; near-misses reach their optimum."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

import losscli
from losscli.descent.design import whitened
from losscli.descent.ends import NO_OPTIMUM, Solution
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

RNG = np.random.default_rng(11)
N = 200
X = RNG.normal(size=N)
SIDE = (X + RNG.logistic(size=N) > 0).astype(np.float64)
RARE = np.zeros(N)
RARE[:3] = 1.0
LEVEL = np.arange(N) % 5
COUNTS = RNG.poisson(np.exp(0.2 * LEVEL)).astype(np.float64)


def trained(name: str, task: Task, x: Floats, y: Floats, **settings: Any) -> Solution:
    spec = Spec.parse(name)
    loss = find(Spec(spec.name), task)
    assert loss is not None
    own = Settings(task=task, **{"l2": 0.0, **settings})
    wanted = [Wanted(loss, dict(spec.params))]
    ((found,),) = train(whitened(x, np.ones(len(x))), y[None].astype(np.float64), wanted, own).by_loss
    assert isinstance(found, Solution)
    return found


def newton(x: Floats, y: Floats, mean: Any, bend: Any) -> Floats:
    """The linear scores (n,) at which the canonical likelihood of y is greatest."""
    z = np.column_stack([np.ones(len(x)), x])
    b = np.zeros(z.shape[1])
    for _ in range(50):
        p = mean(z @ b)
        b += np.linalg.solve((z.T * bend(p)) @ z, z.T @ (y - p))
    return z @ b


def logistic(x: Floats, y: Floats) -> float:
    """The sum of log losses at their least."""
    s = newton(x, y, lambda s: 1 / (1 + np.exp(-s)), lambda p: p * (1 - p))
    return float(np.logaddexp(0.0, -(2 * y - 1) * s).sum())


def levels(codes: Floats) -> Floats:
    return (codes[:, None] == np.unique(codes)).astype(np.float64)


def is_endless(found: Solution) -> bool:
    return not found.converged and found.certificate.startswith(NO_OPTIMUM)


def test_a_class_that_a_plane_parts_from_two_that_overlap():
    iris = load_iris()
    found = trained("cross_entropy", Task.MULTICLASS, iris.data, iris.target, classes=3)
    others = iris.target > 0
    assert is_endless(found) and found.carriers
    limit = logistic(iris.data[others], (iris.target[others] == 2).astype(np.float64)) / len(others)
    assert found.objective == pytest.approx(limit, rel=1e-7)


@pytest.mark.parametrize(
    "name", ["bce", "exponential", "probit_nll", "gce", "savage", "brier", "cloglog_nll"]
)
def test_a_level_whose_rows_are_all_positive(name):
    y = np.where(RARE > 0, 1.0, SIDE)
    found = trained(name, Task.BINARY, np.column_stack([X, RARE]), y)
    rest = trained(name, Task.BINARY, X[3:, None], y[3:])
    assert is_endless(found) and found.carriers == (1,)
    assert rest.converged and found.objective == pytest.approx(rest.objective * (N - 3) / N, rel=1e-7)


def test_one_row_that_overlaps_gives_the_optimum_back():
    y = np.where(RARE > 0, 1.0, SIDE)
    y[2] = 0.0
    x = np.column_stack([X, RARE])
    found = trained("bce", Task.BINARY, x, y)
    assert found.converged and found.objective == pytest.approx(logistic(x, y) / N, rel=1e-9)
    assert trained("bce", Task.BINARY, x, np.where(RARE > 0, 1.0, SIDE), l2=1e-3).converged


def test_every_level_of_one_class_is_named():
    """100 levels of 4 rows, of which some are of one class."""
    codes = np.repeat(np.arange(100), 4)
    y = np.tile([0.0, 1.0, 1.0, 0.0], 100)
    y[codes < 4] = 1.0
    y[codes == 7] = 0.0
    found = trained("bce", Task.BINARY, levels(codes), y)
    assert is_endless(found) and found.carriers == (0, 1, 2, 3, 7)
    assert found.objective == pytest.approx(np.log(2.0) * 95 / 100, rel=1e-7)


@pytest.mark.parametrize("name", ["poisson", "poisson_nll", "tweedie:power=1.5", "negative_binomial:alpha=1"])
def test_a_level_of_zero_counts(name):
    """At the default too, which has no penalty."""
    y = np.where(LEVEL == 3, 0.0, COUNTS)
    found = trained(name, Task.COUNTS, levels(LEVEL), y, l2=None)
    assert is_endless(found) and found.carriers == (3,)
    some = y.copy()
    some[np.flatnonzero(LEVEL == 3)[0]] = 1.0
    assert trained(name, Task.COUNTS, levels(LEVEL), some, l2=None).converged


def test_counts_that_are_0_wherever_a_column_is_above_0():
    x = np.maximum(X, 0.0)
    y = np.where(x > 0, 0.0, COUNTS)
    found = trained("poisson_nll", Task.COUNTS, x[:, None], y, l2=None)
    mean = y[x == 0].mean()  # of the rows that keep their prediction
    limit = (mean - y[x == 0] * np.log(mean)).sum() / N
    assert is_endless(found) and found.carriers == (0,)
    assert found.objective == pytest.approx(limit, rel=2e-2)  # the descent is stopped on its way
    both = np.where(X > 0, 0.0, COUNTS)  # counts of several x hold the line in place
    assert trained("poisson_nll", Task.COUNTS, X[:, None], both, l2=None).converged


def test_scores_that_end_at_the_loss_of_the_labels():
    x = np.arange(20.0) - 9.5
    y = (x > 0).astype(np.float64)
    y[2] = 1.0
    found = trained("savage", Task.BINARY, x[:, None], y)
    assert is_endless(found) and found.objective == pytest.approx(1 / 20, rel=1e-12)
    assert trained("bce", Task.BINARY, x[:, None], y).converged


LINEX = np.array([30.0, -50.0, 400.0, 90.0, 600.0, 200.0, 350.0, 20.0])


# scipy BFGS on log(mean(exp(a·r))) - mean(a·r), to which the loss comes at the best intercept
@pytest.mark.parametrize(("a", "least"), [(1.0, 224.433085057645), (-1.0, 343.48289360293893)])
def test_linex_of_large_residuals_reaches_its_optimum(a, least):
    found = trained(f"linex:a={a:g}", Task.REGRESSION, np.arange(1.0, 9.0)[:, None], LINEX)
    assert found.converged and found.objective == pytest.approx(least, rel=1e-12)
    assert "--" not in found.bound.elicits


@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1e9, 1e150])
def test_no_fit_has_converged_beside_a_certificate_that_says_otherwise(scale):
    """At any size of the target; what cannot be reached is not claimed."""
    y = scale * (X[:20] + 0.3 * RNG.normal(size=20))
    for name in ("mse", "mae", "lq:q=20", "linex:a=1", "linex:a=-1e3", "log_cosh:c=1", "tukey:c=1", "smape"):
        found = trained(name, Task.REGRESSION, X[:20, None], y)
        share = found.certificate.partition(" of the objective")[0].split()[-1]
        if found.certificate.endswith(" of the objective") and found.converged:
            assert float(share) <= 1e-6, (name, found.certificate)
        assert np.isfinite(found.objective) or not found.converged


def test_an_exact_fit_is_called_exact():
    found = trained("mae", Task.REGRESSION, X[:, None], 3.0 * X + 1.0)
    assert found.converged and "the fit is exact" in found.certificate


# ── levels that some training folds see with one target alone ────────────────────────────────────────


def _rare(target: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Three rows of 60 have a level of their own; two of them share a target, in different folds."""
    level = ["rare" if i < 3 else "usual" if i % 2 else "other" for i in range(60)]
    fold = [0 if i == 2 else i % 3 for i in range(60)]
    return {"x": np.linspace(-1, 1, 60).tolist(), "site": level, "part": fold, "y": target}


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ([0, 0, 4, *(i % 4 for i in range(57))], {"task": "counts", "loss": ["poisson", "tweedie"]}),
        (
            ["a", "a", "b", *("ab"[i * i % 7 % 2] for i in range(57))],
            {"loss": ["bce"], "l2": 0, "positive": "b"},
        ),
    ],
    ids=["counts", "classes"],
)
def test_a_level_of_one_target_in_a_fold_is_named_with_what_to_type(target, asked):
    table = _rare(target)
    words = {"target": "y", "fold_column": "part", "no_contaminate": True, **asked}
    found = losscli.fit(table, **words)
    for one in found.record.unranked:
        assert one.reason == "not converged in 1 of 3 folds: no finite optimum along site=rare"
    assert len(found.record.unranked) == len(asked["loss"])
    (told,) = [one for one in found.record.warnings if one.code == "one_target"]
    assert "site=rare" in told.message and "--drop site" in told.advice and "--l2 " in told.advice
    for more in ({"l2": "auto" if "bce" in asked["loss"] else 0.01}, {"drop": ["site"]}):
        again = losscli.fit(table, **words | more).record
        assert not again.unranked and not [one for one in again.warnings if one.code == "one_target"]
