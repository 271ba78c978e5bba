"""Descent methods: which of them trains a loss, and how one is added."""

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.methods import METHODS, Method
from losscli.descent.objective import Trainee
from losscli.descent.train import Settings, Wanted, train
from losscli.descent.workspace import Workspace
from losscli.domain import Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

X, Y = load_diabetes(return_X_y=True)
WX, WY = load_wine(return_X_y=True)


def wanted(spec: str, task: Task) -> Wanted:
    parsed = Spec.parse(spec)
    loss = find(parsed, task)
    assert loss is not None
    return Wanted(loss, parsed.numbers())


@pytest.mark.parametrize(
    ("spec", "task", "l1", "name"),
    [
        ("mse", Task.REGRESSION, 0.0, "smooth"),
        ("mae", Task.REGRESSION, 0.0, "piecewise"),
        ("0.7*huber:delta=1 + 0.3*mae", Task.REGRESSION, 0.0, "rounded"),
        ("mse", Task.REGRESSION, 0.1, "l1 smooth"),
        ("mae", Task.REGRESSION, 0.1, "l1 piecewise"),
        ("0.7*huber:delta=1 + 0.3*mae", Task.REGRESSION, 0.1, "l1 rounded"),
        ("crammer_singer_hinge", Task.MULTICLASS, 0.0, "margins"),
        ("crammer_singer_hinge", Task.MULTICLASS, 0.1, "l1 rounded"),
        ("cross_entropy", Task.MULTICLASS, 0.0, "smooth"),
        ("mae", Task.MULTIOUTPUT, 0.0, "outputs"),
    ],
)
def test_the_first_method_that_handles_a_loss(spec: str, task: Task, l1: float, name: str) -> None:
    several = {Task.MULTICLASS: 3, Task.MULTIOUTPUT: 2}.get(task, 1)
    x, y = (WX, WY.astype(float)) if task is Task.MULTICLASS else (X, Y)
    targets = np.array([[y, y]]) if task is Task.MULTIOUTPUT else y[None]
    design = whitened(x, np.ones(len(x)))
    workspace = Workspace(design, targets, Settings(task=task, classes=several, l1=l1, scale=1.0))
    bound = workspace.bound(wanted(spec, task), 0)
    assert not isinstance(bound, str)
    model = workspace.model(bound, 0)
    first = next(method for method in METHODS if method.handles(workspace, model) is not False)
    assert first.name == name


def test_a_method_is_a_record_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Least squares in closed form: what whitened columns make of it."""

    def solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
        fits = workspace.least_squares[[model.target for model in models]]
        values, _ = workspace.objective(models).evaluate(fits, np.arange(len(models)))
        return [
            Solution(model.bound, model.l2, v, float(value), 0.0, 1, True, "closed form")
            for model, v, value in zip(models, fits, values, strict=True)
        ]

    def handles(workspace: Workspace, model: Trainee) -> bool:
        return model.bound.loss.name == "mse" and not model.l2 and not model.l1

    losses, settings = [wanted(name, Task.REGRESSION) for name in ("mse", "mae")], Settings(Task.REGRESSION)
    design = whitened(X, np.ones(len(X)))
    before = train(design, Y[None], losses, settings).by_loss
    own = Method("closed form", handles, solve)
    monkeypatch.setattr("losscli.descent.train.METHODS", (own, *METHODS))
    after = train(design, Y[None], losses, settings).by_loss
    (mse,), (mae,), (old_mse,), (old_mae,) = *after, *before
    assert all(isinstance(end, Solution) for end in (mse, mae, old_mse, old_mae))
    assert mse.certificate == "closed form"
    assert mse.objective == pytest.approx(old_mse.objective)
    np.testing.assert_array_equal(mae.v, old_mae.v)
