"""What other libraries say of our fixtures: one row of libraries.tsv per library and loss, the call as text.

Rows of scikit-learn and scipy are called by the tests. The values of the others were given once, by the
version in the row: make_libraries.py, run where they are installed, makes them anew.
"""

import csv
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TABLE = Path(__file__).with_name("libraries.tsv")

# Relative; of float32 libraries, and CatBoost's fast approximations, what their arithmetic leaves.
TOLERANCE = {
    "scikit-learn": 1e-12,
    "scipy": 1e-12,
    "torch": 1e-9,
    "optax": 1e-9,
    "torchmetrics": 2e-6,
    "Keras": 1e-6,
    "LightGBM": 1e-6,
    "XGBoost": 1e-6,
    "CatBoost": 1e-3,
}

_Z_C = np.array([-2.0, 1.5, -0.8, 0.4])
_Z_D = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.2, 0.4, 0.1]])

_Z_4 = np.vstack([_Z_D, [1.0, -0.5, 0.7]])


def _softmax(z: Any) -> Any:
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


# Names that the calls use. y: targets; p: predictions; z: scores.
FIXTURES: dict[str, dict[str, Any]] = {
    "A": {"y": np.array([3.0, -0.5, 2.0, 7.0]), "p": np.array([2.5, 0.0, 2.0, 10.0])},
    "A+": {"y": np.array([3.0, 0.5, 2.0, 7.0]), "p": np.array([2.5, 1.0, 2.0, 10.0])},
    "A1": {"y": np.array([3.0, -1.5, 2.0, 7.0]), "p": np.array([2.5, 0.0, 2.0, 10.0])},  # |y| ≥ 1
    "B": {"y": np.array([0.0, 1.0, 2.0, 4.0]), "p": np.array([0.5, 1.0, 3.0, 2.0])},
    "B+": {"y": np.array([1.0, 2.0, 4.0]), "p": np.array([1.0, 3.0, 2.0])},
    "C": {"y": np.array([0, 1, 1, 0]), "z": _Z_C, "p": 1 / (1 + np.exp(-_Z_C))},
    "D": {"y": np.array([0, 1, 2]), "z": _Z_D, "p": _softmax(_Z_D)},
    "C01": {"y": np.array([0, 1, 1, 0]), "z": np.array([0.2, 0.9, 0.4, 0.7])},  # scores within [0, 1]
    "CH": {"y": np.array([0, 1, 1, 0]), "z": _Z_C, "p": (_Z_C > 0).astype(float)},  # labels
    "CR": {"y": np.array([0, 1, 1, 0]), "z": _Z_C, "p": np.log1p(np.exp(_Z_C))},  # rates
    "D4": {"y": np.array([0, 1, 2, 0]), "z": _Z_4, "p": _softmax(_Z_4)},
    "DH": {"y": np.array([0, 1, 2, 0]), "z": 90.0 * np.eye(3)[_Z_4.argmax(axis=1)]},  # labels
    "D01": {"y": np.array([0, 1, 2]), "z": _softmax(_Z_D)},
    "E": {
        "y": np.array([[1, 0, 1], [0, 1, 0]]),
        "z": np.array([[1.0, -2.0, 0.5], [-0.5, 0.3, 0.2]]),
    },
    "F": {
        "y": np.array([[0.5, 0.4, 0.1], [0.2, 0.3, 0.5]]),
        "z": np.log(np.array([[0.4, 0.4, 0.2], [0.3, 0.3, 0.4]])),
        "p": np.array([[0.4, 0.4, 0.2], [0.3, 0.3, 0.4]]),
    },
    "M": {
        "y": np.array([[1.0, 2.0, 0.5], [0.5, 1.0, 3.0]]),
        "p": np.array([[1.5, 1.0, 0.7], [0.4, 2.0, 2.5]]),
    },
    "G": {
        "y": np.array([[0.0, 0, 2, 2], [0, 0, 1, 1], [0, 0, 4, 2]]),
        "p": np.array([[1.0, 1, 3, 3], [2, 0, 4, 1], [1, 0, 3, 4]]),
    },
    "V": {
        "y": np.array([3.0, -0.5, 2.0, 7.0]),
        "p": np.array([2.5, 0.0, 2.0, 10.0]),
        "v": np.array([1.0, 2.0, 0.5, 1.5]),
    },
    "X": {
        "y": np.array([0.5, 2.0]),
        "p": np.array([[0.0, 1.0, 2.0], [1.5, 2.0, 4.0]]),
    },
    "Q": {
        "y": np.array([3.0, -0.5, 2.0, 7.0]),
        "p": np.array([[1.0, 2.5, 4.0], [-1.0, 0.0, 1.0], [1.0, 2.0, 4.0], [6.0, 10.0, 12.0]]),
    },
}


class Call(NamedTuple):
    """theirs = factor × ours. ids: of the inventory, that it is a figure of; value: None where it is called
    by the tests."""

    library: str
    version: str
    ids: tuple[str, ...]
    task: str
    spec: str
    fixture: str
    call: str
    factor: float
    rtol: float
    value: float | None


def calls() -> tuple[Call, ...]:
    """The rows of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_call(row) for row in csv.DictReader(file, delimiter="\t"))


def _call(row: dict[str, str]) -> Call:
    above, _, below = (row["factor"] or "1").partition("/")
    return Call(
        library=row["library"],
        version=row["version"],
        ids=tuple(row["ids"].split()),
        task=row["task"],
        spec=row["spec"],
        fixture=row["fixture"],
        call=row["call"],
        factor=float(above) / float(below or 1),
        rtol=float(row["rtol"] or TOLERANCE[row["library"]]),
        value=float(row["value"]) if row["value"] else None,
    )


def said(call: Call) -> float:
    """The value of a row, asked of scikit-learn or scipy where it has none."""
    if call.value is not None:
        return call.value
    from scipy import special, stats
    from scipy.spatial import distance
    from sklearn import metrics
    from sklearn._loss import loss as sk
    from sklearn.linear_model import _sgd_fast as sgd

    def mean_of(loss: Any, p: Any, y: Any) -> float:
        return float(np.mean([loss.py_loss(float(a), float(b)) for a, b in zip(p, y, strict=True)]))

    names = {"np": np, "metrics": metrics, "sk": sk, "sgd": sgd, "mean_of": mean_of}
    names |= {"special": special, "stats": stats, "distance": distance}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(eval(call.call, names | FIXTURES[call.fixture]))
