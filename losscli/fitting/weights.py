"""`--class-weight` in fit: training rows count by their class, judged ones do not."""

import numpy as np

from losscli.domain import Floats
from losscli.task.features import Training


def training_weights(training: Training, y: Floats, w: Floats) -> Floats:
    """(n,) Row weights times those of the classes, counted among these rows. y: codes (n,); w: (n,)."""
    if training.class_weight is None:
        return w
    return w * class_factors(training, y, w)[y.astype(np.intp)]


def class_factors(training: Training, y: Floats, w: Floats) -> Floats:
    """(k,) What a row of each class counts where these rows are trained on; empty without class weights."""
    if training.class_weight is None:
        return np.zeros(0)
    counts = np.bincount(y.astype(np.intp), weights=w, minlength=len(training.labels))
    return training.class_weight.factors(training.labels, np.asarray(counts, dtype=np.float64))
