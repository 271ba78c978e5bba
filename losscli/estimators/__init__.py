"""Linear models under any trainable loss of the catalogue, as scikit-learn estimators."""

from losscli.estimators.classifier import LossClassifier
from losscli.estimators.regressor import LossRegressor

__all__ = ["LossClassifier", "LossRegressor"]
