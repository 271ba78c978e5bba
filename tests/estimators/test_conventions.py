"""scikit-learn's own checks of estimators: in full, and none is expected to fail."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from losscli import LossClassifier, LossRegressor

REGRESSORS = (
    "huber",
    "mse",
    "mae",
    "quantile:tau=0.9",
    "tukey",
    "poisson",
    "0.7*huber:delta=1 + 0.3*mae",
)
CLASSIFIERS = ("log_loss", "bce", "hinge", "focal", "cross_entropy", "crammer_singer_hinge")
MODELS = [*map(LossRegressor, REGRESSORS), *map(LossClassifier, CLASSIFIERS)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # of targets without noise
@parametrize_with_checks(MODELS)
def test_check(estimator: Any, check: Any) -> None:
    check(estimator)
