"""Networks under five losses × five folds, against as many cross-validations of scikit-learn's MLPClassifier.

Digits: 1,797 rows × 64 columns, ten classes, 64 hidden units (relu), adam at a constant rate of 0.001,
batches of 200, no penalty, equal epochs, on z-scored columns; whole trainings with predictions out of fold,
timed A B A B … inside one process, BLAS with one thread on both sides. scikit-learn trains cross-entropy
alone, so B is five times the same cross-validation; its accuracy stands beside that of cross_entropy.
"""

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from losscli.descent.design import whitened
from losscli.descent.networks import TrainingPlan
from losscli.descent.perceptron import Architecture
from losscli.descent.textbook import Optimizer
from losscli.descent.train import Settings, Wanted
from losscli.domain import Task
from losscli.fitting.learner import LearnerRows
from losscli.fitting.networks import NetworkLearner
from losscli.loss.catalogue import find
from losscli.spec import Spec

LOSSES = ("cross_entropy", "focal", "gce", "brier", "crammer_singer_hinge")
RATE, BATCH, UNITS = 0.001, 200, 64


def ours(x, y, folds, epochs: int):
    """Accuracy out of fold of every loss."""
    wanted = [Wanted(find(Spec(name), Task.MULTICLASS), {}) for name in LOSSES]
    settings = Settings(task=Task.MULTICLASS, classes=10, l2=0.0)
    plan = TrainingPlan(Optimizer("adam", rate=RATE, batch=BATCH, schedule="constant"), epochs)
    networks = NetworkLearner(Architecture((UNITS,), "relu"), plan, 1)
    largest = max(len(train) for train, _ in folds)
    rows = [
        LearnerRows(whitened(x[train], np.ones(len(train))), x[train], y[train].astype(float), (0, f))
        for f, (train, _) in enumerate(folds)
    ]
    found = networks.fit(rows, wanted, settings, [(0,)], largest)
    right = np.zeros(len(LOSSES))
    for one, (_, test) in zip(found, folds, strict=True):
        right += (one.scores(x[test])[0].argmax(axis=1) == y[test]).sum(axis=1)
    return right / len(y)


def theirs(x, y, folds, epochs: int) -> float:
    """Accuracy out of fold; five times the same."""
    model = MLPClassifier(
        (UNITS,), learning_rate_init=RATE, max_iter=epochs, alpha=0.0, tol=0.0, random_state=0
    )
    for _ in LOSSES:
        predicted = cross_val_predict(make_pipeline(StandardScaler(), model), x, y, cv=folds)
    return float((predicted == y).mean())


def timed(run: Callable[..., object], *arguments: object) -> tuple[float, float, object]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = run(*arguments)
    return time.perf_counter() - wall, time.process_time() - cpu, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=100)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    x, y = load_digits(return_X_y=True)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, y))
    pairs = []
    for _ in range(options.rounds):
        a, b = timed(ours, x, y, folds, options.epochs), timed(theirs, x, y, folds, options.epochs)
        pairs.append((a[:2], b[:2]))
    accuracy = ", ".join(f"{name} {value:.4f}" for name, value in zip(LOSSES, a[2], strict=True))
    print(f"{options.epochs} epochs; accuracy out of fold: {accuracy}; MLPClassifier {b[2]:.4f}")
    for title, at in (("wall s", 0), ("CPU s", 1)):
        own, other = ([pair[side][at] for pair in pairs] for side in (0, 1))
        ratio = [theirs_ / ours_ for ours_, theirs_ in zip(own, other, strict=True)]
        for name, values in (("A losscli", own), ("B scikit-learn", other), ("B / A, pair by pair", ratio)):
            figures = " / ".join(f"{f(values):.2f}" for f in (np.min, np.median, np.max))
            print(f"{title:7}  {name:20}  {figures}")


if __name__ == "__main__":
    main()
