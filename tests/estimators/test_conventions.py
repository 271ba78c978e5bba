"""scikit-learn's own checks of estimators: in full, and none is expected to fail."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import check_estimator

from losscli import LossClassifier, LossRegressor

REGRESSORS = (
    "huber",
    "mse",
    "quantile:tau=0.9",
    "tukey",
    "poisson",
    "0.7*huber:delta=1 + 0.3*mae",
)
CLASSIFIERS = ("log_loss", "bce", "hinge", "focal", "crammer_singer_hinge")
MODELS = [*map(LossRegressor, REGRESSORS), *map(LossClassifier, CLASSIFIERS)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # of targets without noise
@pytest.mark.parametrize("estimator", MODELS, ids=lambda model: model.loss)
def test_every_check(estimator: Any) -> None:
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    assert len(results) > 40
    failed = {one["check_name"]: repr(one["exception"]) for one in results if one["status"] == "failed"}
    assert not failed


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "estimator",
    [
        LossRegressor("mse", model="mlp:hidden=4", max_iter=50),
        LossClassifier("hinge", model="mlp:hidden=2", max_iter=30),
    ],
    ids=lambda model: model.loss,
)
def test_every_check_of_networks(estimator: Any) -> None:
    """But that whole weights are repeats: a network sees a row once an epoch, whatever its weight."""
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = {one["check_name"] for one in results if one["status"] == "failed"}
    assert failed <= {"check_sample_weight_equivalence_on_dense_data"}
