"""A parameter chosen within the training rows: what is judged is the whole procedure."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import KFold

from losscli import LossRegressor
from losscli.cli import run
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.domain import Floats, Task
from losscli.fitting.fit import FitRequest, fit
from losscli.result import Fits
from losscli.spec import Spec

DRAW = np.random.default_rng(5)
N = 120
X = DRAW.normal(size=(N, 2))
Y = X @ [1.0, -2.0] + DRAW.standard_t(2, size=N)
FOLD = np.arange(N) % 4


def write(folder: Path, y: Floats, **others: Any) -> str:
    columns = {"a": X[:, 0], "b": X[:, 1], **others, "y": y}
    rows = zip(*columns.values(), strict=True)
    path = folder / "data.csv"
    path.write_text("\n".join([",".join(columns), *(",".join(map(repr, map(float, row))) for row in rows)]))
    return str(path)


def fitted(data: str, *, tune: tuple[str, ...] = (), loss: tuple[str, ...] = (), **others: Any) -> Fits:
    table = read(data, ReadOptions())
    asked = {name: others.pop(name) for name in ("fold", "task", "target") if name in others}
    request = FitRequest(
        losses=tuple(map(Spec.parse, loss)),
        tune=tuple(map(Spec.parse, tune)),
        **{"contaminate": (), "repeats": 1, "folds": 3, **others},
    )
    return fit(table, training_problem(table, Asked(**asked)), request, ()).fits


def test_it_is_chosen_as_by_hand(tmp_path: Path):
    """On all rows: three folds, the mean of their MAE, Huber's loss by the estimator at every value."""
    found = fitted(write(tmp_path, Y), tune=("huber:delta=0.1-6,points=5",), loss=("mse",))
    own = found.fit("huber:delta=tuned")
    assert own.tuned is not None and own.tuned.param == "delta" and own.tuned.metric == "mae"
    grid = np.geomspace(0.1, 6.0, 5)
    assert own.tuned.tried == pytest.approx(grid, rel=1e-3)
    errors = []
    for delta in own.tuned.tried:
        errors.append(0.0)
        for train, test in KFold(3, shuffle=True, random_state=0).split(X):
            model = LossRegressor(f"huber:delta={delta}").fit(X[train], Y[train])
            errors[-1] += np.abs(model.predict(X[test]) - Y[test]).mean()
    assert own.tuned.value == own.tuned.tried[int(np.argmin(errors))] == own.params["delta"]
    plain = LossRegressor(f"huber:delta={own.tuned.value}").fit(X, Y)
    assert list(own.coefficients.values()) == pytest.approx(plain.coef_, rel=1e-9)


def test_figures_are_those_of_what_each_fold_chose(tmp_path: Path):
    path, grid = write(tmp_path, Y), ("0.3", "1", "4")
    found = fitted(path, tune=("huber:delta=0.3-1-4",), loss=("mse",), repeats=2)
    each = fitted(path, loss=tuple(f"huber:delta={value}" for value in grid), repeats=2)
    own = found.fit("huber:delta=tuned")
    assert own.tuned is not None and len(own.tuned.folds) == 6 and own.tuned.tried == (0.3, 1.0, 4.0)
    for at, value in enumerate(own.tuned.folds):
        known = each.fit(f"huber:delta={value:g}").scores["mae"].folds[at]
        assert own.scores["mae"].folds[at] == pytest.approx(known, rel=1e-12)
    assert {row.spec for row in found.ranking[0].rows} == {"mse", "huber:delta=tuned"}


def test_rows_that_are_judged_have_no_say(tmp_path: Path):
    spoiled = np.where(FOLD == 0, 1e3 * Y**2, Y)
    tune = ("huber:delta=0.1-20,points=3", "quantile:tau=0.3-0.5-0.7")
    one, other = (
        fitted(write(tmp_path, y, fold=FOLD), tune=tune, loss=("mse",), fold="fold") for y in (Y, spoiled)
    )
    for name in ("huber:delta=tuned", "quantile:tau=tuned"):
        first, second = one.fit(name).tuned, other.fit(name).tuned
        assert first is not None and second is not None
        assert first.folds[0] == second.folds[0]


@pytest.mark.parametrize(
    "task, tune, y",
    [
        (Task.BINARY, "focal:gamma=0-1-3", (Y > 0).astype(float)),
        (Task.MULTICLASS, "focal:gamma=0-1-3", np.digitize(Y, [-1.0, 1.0]).astype(float)),
        (Task.COUNTS, "tweedie:power=1.1-1.9,points=3", np.floor(np.exp(X[:, 0])) + 1.0),
        (Task.COUNTS, "tweedie:power=-1-0,points=2", np.floor(np.exp(X[:, 0])) + 1.0),
        (Task.REGRESSION, "0.7*huber:delta=0.5-2,points=2 + 0.3*mae", Y),
    ],
)
def test_every_task_can(tmp_path: Path, task: Task, tune: str, y: Floats):
    found = fitted(write(tmp_path, y), tune=(tune,), task=task, loss=(str(Spec.parse(tune).name),))
    own = found.fits[-1]
    assert (own.tuned is not None and own.spec.endswith("tuned")) or "=tuned +" in own.spec
    assert own.tuned is not None and own.tuned.value in own.tuned.tried and len(own.tuned.folds) == 3


@pytest.mark.parametrize(
    "words, said",
    [
        ("--tune huber:delta=1", "nothing is left to choose"),
        ("--tune huber", "nothing is left to choose"),
        ("--tune huber:dleta=1-2", "no parameter 'dleta'"),
        ("--tune mse:delta=1-2", "no parameter 'delta'"),
        ("--tune hubr:delta=1-2", "Did you mean huber"),
        ("--tune huber:delta=2-1", "no range low-high"),
        ("--tune huber:delta=few", "no range low-high"),
        ("--tune huber:delta=-1-2", "huber"),
        ("--tune huber:delta=1-2-3,points=4", "points are of a range"),
        ("--tune huber:delta=1-3,points=1", "points is a whole number"),
        ("--tune hampel:a=1-2,b=3-4,c=9", "cannot be chosen together"),
        ("--tune huber:delta=1-2 --tune huber:delta=2-3", "given twice"),
        ("--tune focal:gamma=1-2 --task regression", "focal"),
        ("--tune huber:delta=1-2 --path l2", "exclude each other"),
        ("--tune huber:delta=1-2 --model mlp:hidden=3", "go to their optimum"),
        ("--tune lq:q=0.5-1.5", "lq"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, said: str):
    assert run(["fit", write(tmp_path, Y), *words.split()]) == 2
    assert said in capsys.readouterr().err


def test_it_is_said_on_screen_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, Y)
    words = ["fit", path, "--loss", "mse", "--tune", "huber:delta=0.1-6,points=4", "--repeats", "1"]
    assert run([*words, "--no-contaminate", "--jobs", "1"]) == 0
    screen = capsys.readouterr().out
    assert "TUNED WITHIN TRAINING ROWS (nested)" in screen and "huber:delta=tuned" in screen
    assert "=tuned" not in screen[screen.index("Next:") :]
    assert run([*words, "--no-contaminate", "--jobs", "1", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    own = next(one for one in found["fits"] if one["spec"] == "huber:delta=tuned")
    assert own["params"]["delta"] == own["tuned"]["value"] and len(own["tuned"]["folds"]) == 5
