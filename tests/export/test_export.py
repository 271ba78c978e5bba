"""A loss taken along is the loss of the catalogue; what cannot be is refused by name."""

import ast
import subprocess
import sys

import numpy as np
import pytest

import losscli
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.export import LIBRARIES, export, module, resolved
from losscli.loss import BoundLoss
from losscli.spec import Spec

from .cases import bound_losses, known, rows

LOSSES = bound_losses()
NAMES = [f"{bound.loss.task}-{bound.loss.name}" for bound in LOSSES]


def test_most_losses_can_be_taken_along() -> None:
    assert len(LOSSES) >= 60


@pytest.mark.parametrize("bound", LOSSES, ids=NAMES)
def test_value_slope_and_curvature(bound: BoundLoss) -> None:
    made, (y, s) = module(bound, "numpy"), rows(bound)
    value, slope = known(bound, y, s)
    np.testing.assert_allclose(made.value(s, y).mean(), value.mean(), rtol=1e-12)
    np.testing.assert_allclose(made.slope(s, y), slope, rtol=1e-9, atol=1e-12)
    curvature = made.curvature(s, y)
    assert curvature.shape == s.shape
    assert np.isfinite(curvature).all()
    assert (curvature > 0).all()


@pytest.mark.parametrize("bound", LOSSES, ids=NAMES)
def test_the_start_is_about_the_best_constant(bound: BoundLoss) -> None:
    made, (y, _) = module(bound, "numpy"), rows(bound)
    if bound.loss.task is Task.MULTICLASS:
        start = made.start(y, 3)
        np.testing.assert_allclose(np.exp(start) / np.exp(start).sum(), np.bincount(y.astype(int)) / 10)
        return
    constants = np.linspace(-4, 25, 2_901)
    with np.errstate(all="ignore"):
        costs = [made.value(np.full(len(y), c), y).mean() for c in constants]
    own = made.value(np.full(len(y), made.start(y)), y).mean()
    assert own <= np.nanmin(costs) + 0.02 * (np.nanmedian(costs) - np.nanmin(costs)) or made.start(y) == 0.0


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("spec", ["huber:delta=1.5", "poisson", "focal:gamma=2", "0.7*mse + 0.3*mae"])
def test_code_is_whole(library: str, spec: str) -> None:
    parsed = Spec.parse(spec)
    code = export(resolved(parsed, Task.BINARY if parsed.name == "focal" else None), library)
    ast.parse(code)
    assert "losscli." not in code.replace("losscli.Loss", "")
    assert spec.partition(" ")[0].partition("*")[2] in code
    assert all(len(line) <= 120 for line in code.splitlines()), code


def test_what_is_printed_runs_without_losscli(tmp_path) -> None:
    target = tmp_path / "own.py"
    done = subprocess.run(
        [sys.executable, "-m", "losscli", "export", "tukey:c=4", "--to", "numpy", "--output", target],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    check = "import own, numpy as np; print(own.slope(np.array([1.0, 9.0]), np.zeros(2)).round(4))"
    shown = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert shown.stdout == "[0.8789 0.    ]\n", shown.stderr


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("rmse", "root of the mean"),
        ("zero_one", "no slope"),
        ("unhinged", "falls without end"),
        ("perceptron", "nothing to train"),
        ("crammer_singer_hinge", "more than the target and the score"),
        ("iou", "several columns"),
        ("huber", "there is no scale"),
    ],
)
def test_what_cannot_be_is_refused(spec: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        task = Task.BINARY if spec in ("zero_one", "perceptron") else None
        export(resolved(Spec.parse(spec), task), "torch")


def test_from_python() -> None:
    slope = losscli.objective("huber:delta=1.5", "numpy")
    assert slope(np.array([1.0, 9.0]), np.zeros(2)).tolist() == [1.0, 1.5]
    with pytest.raises(UsageError, match="Did you mean lightgbm"):
        losscli.objective("mae", "lightgm")
    with pytest.raises(UsageError, match="task='binary'"):
        losscli.objective("focal", "numpy")
    with pytest.raises(UsageError, match="Did you mean binary"):
        losscli.objective("focal", "numpy", task="binry")
    with pytest.raises(ValueError, match="as in huber:delta"):  # what callers of Python catch
        losscli.objective("0.7*mse + 0.3*huber", "numpy")
