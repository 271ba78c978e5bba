"""Data whose classes are not balanced, and a run of fit on them, for the tests of this folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.domain import Task
from losscli.fitting.fit import FitRequest, Fitted, fit
from losscli.result import Fit, Fits
from losscli.spec import Spec


def tumours() -> dict[str, Any]:
    """40 of the 212 malignant tumours beside the 357 benign ones: ten means of Wolberg's breast cancer
    data."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    malignant = np.flatnonzero(data.target == 0)
    kept = np.random.default_rng(0).choice(malignant, 40, replace=False)
    rows = np.sort(np.concatenate([kept, np.flatnonzero(data.target == 1)]))
    names = [name.replace(" ", "_") for name in data.feature_names[:10]]
    columns = dict(zip(names, data.data[rows, :10].T, strict=True))
    return {**columns, "malignant": 1 - data.target[rows]}


def logistic(n: int, seed: int = 3, intercept: float = -2.0) -> dict[str, Any]:
    """Two classes of which the log loss' model is true."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    p = 1 / (1 + np.exp(-(intercept + x @ [1.0, -0.7])))
    return {"a": x[:, 0], "b": x[:, 1], "target": (rng.random(n) < p).astype(int)}


def write(folder: Path, columns: Mapping[str, Any], name: str = "data.csv") -> str:
    rows = zip(*(np.asarray(values).tolist() for values in columns.values()), strict=True)
    path = folder / name
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


ASKED = ("group", "fold", "time", "weights", "missing", "features", "task")


def run(path: str, *losses: str, class_weight: str | None = None, **options: Any) -> Fitted:
    asked = {key: options.pop(key) for key in ASKED if key in options}
    rule = ClassWeight.parse(class_weight) if class_weight else None
    specs = [Spec.parse(spec) for spec in options.pop("augment", ())]
    settings: dict[str, Any] = {"repeats": 1, "contaminate": (), "augment": tuple(specs)} | options
    settings["losses"] = tuple(map(Spec.parse, losses))
    table = read(path, ReadOptions())
    training = training_problem(table, Asked(class_weight=rule, **asked))
    return fit(table, training, FitRequest(**settings), ())


def fitted(path: str, *losses: str, **options: Any) -> Fits:
    return run(path, *losses, **options).fits


def slopes(one: Fit) -> Any:
    """Intercept and coefficients (p + 1,)."""
    return np.array([one.intercept, *one.coefficients.values()])


def score(one: Fit, metric: str) -> float:
    value = one.scores[metric].value
    assert value is not None
    return value


__all__ = ["Task", "fitted", "logistic", "run", "score", "slopes", "tumours", "write"]
