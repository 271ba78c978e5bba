"""Linear models under any trainable loss of the catalogue, as scikit-learn estimators."""

from losscli.api.estimators.classifier import LossClassifier
from losscli.api.estimators.regressor import LossRegressor

__all__ = ["LossClassifier", "LossRegressor"]
