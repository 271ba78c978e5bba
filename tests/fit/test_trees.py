"""Boosted trees of other libraries under every loss, judged out of fold like other models.

What needs a library is skipped where it is not installed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from losscli.cli import run
from losscli.domain import TREE_LIBRARIES
from losscli.errors import UsageError
from losscli.fitting.boosters import LIBRARIES
from losscli.fitting.learners import is_linear, learner_of
from losscli.fitting.request import FitRequest
from losscli.spec import Spec

ROWS = 160


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bend and a step, outliers, a column of words."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, ROWS))
    word = rng.choice(["red", "green"], ROWS)
    y = np.abs(a) + (b > 0) + (word == "red") + 0.1 * rng.normal(size=ROWS) + 20 * (rng.random(ROWS) < 0.05)
    lines = [f"{p:.6f},{q:.6f},{w},{v:.6f}" for p, q, w, v in zip(a, b, word, y, strict=True)]
    made = tmp_path_factory.mktemp("trees") / "bend.csv"
    made.write_text("\n".join(["a,b,word,y", *lines]) + "\n")
    return made


def fitted(capfd: pytest.CaptureFixture[str], *words: object) -> dict:
    """The result; a library prints nothing beside it."""
    assert run(["fit", *map(str, words), "--format", "json"]) == 0
    found = capfd.readouterr()
    assert found.err == ""
    return json.loads(found.out)


def test_the_names_stand_once() -> None:
    assert tuple(LIBRARIES) == TREE_LIBRARIES


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_the_page_has_every_parameter(library: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "fit.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {library} \| (.*) \|$", page, re.M)
    shared = {"rounds": 100, "learning_rate": 0.1}
    told = {key: float(value) for key, value in re.findall(r"`(\w+)=([-\d.]+)`", row)}
    assert shared | told == dict(LIBRARIES[library].params)


def test_what_is_linear() -> None:
    assert is_linear(Spec("linear"))
    assert not is_linear(Spec.parse("mlp:hidden=4"))
    assert not is_linear(Spec("lightgbm"))
    with pytest.raises(UsageError, match="no such model") as error:
        is_linear(Spec("lightgb"))
    assert error.value.advice == "Did you mean lightgbm?"


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_without_the_library_the_error_says_how_to_get_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(UsageError, match="is not installed") as error:
        learner_of(FitRequest(model=Spec(library)))
    assert error.value.advice == f"pip install 'losscli[{library}]'"


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("lightgbm:leaves=3", "has no parameter 'leaves'"),
        ("xgboost:rounds=2.5", "rounds is a whole number"),
        ("catboost:rounds=0", "rounds is above 0"),
        ("xgboost:learning_rate=fast", "learning_rate is a number"),
    ],
)
def test_a_parameter_that_cannot_be(model: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        learner_of(FitRequest(model=Spec.parse(model)))


@pytest.mark.parametrize(
    "flags",
    [
        ("--l1", "0.1"),
        ("--l2", "1"),
        ("--optimizer", "adam"),
        ("--max-iter", "5"),
        ("--tune", "huber:delta=1-2"),
        ("--path", "l2"),
        ("--save", "m.json"),
        ("--seeds", "2"),
        ("--loss", "rmse"),
        ("--offset", "a"),
    ],
    ids=lambda flags: flags[0],
)
def test_flags_that_trees_have_no_use_for(
    flags: tuple[str, str], data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["fit", str(data), "--model", "lightgbm", *flags]) == 2
    found = capfd.readouterr()
    assert found.out == ""
    assert flags[1 if flags[0] == "--loss" else 0] in found.err


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_judged_out_of_fold(
    library: str, data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(library)
    predictions = tmp_path / "out.csv"
    own = fitted(
        capfd,
        data,
        *("--model", f"{library}:rounds=20", "--loss", "mae", "--loss", "mse", "--predictions", predictions),
    )
    (mae, mse) = own["fits"]
    assert (own["model"], own["repeats"], own["l2"]) == (f"{library}:rounds=20", 1, None)
    assert (mae["iterations"], mae["coefficients"], mae["intercept"]) == (20, {}, None)
    assert "no optimum is claimed" in mae["certificate"]
    assert own["robustness"] == []
    assert mae["scores"]["mae"]["value"] < mse["scores"]["mae"]["value"]
    assert mae["scores"]["mae"]["value"] < 0.9 * own["constant"]["mae"]
    assert run(["compare", str(predictions), "--format", "json"]) == 0
    compared = json.loads(capfd.readouterr().out)
    first = next(one for one in compared["losses"] if one["spec"] == "mae")["results"]
    (value,) = (one["value"] for one in first if one["model"] == "pred_mae")
    assert value == pytest.approx(mae["scores"]["mae"]["value"], rel=1e-12)


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_figures_do_not_depend_on_workers(
    library: str, data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(library)
    words = (data, "--model", f"{library}:rounds=5", "--loss", "huber", "--folds", "3")
    one, two = (fitted(capfd, *words, "--jobs", jobs) for jobs in (1, 2))
    assert one["fits"] == two["fits"]


@pytest.mark.parametrize("library", TREE_LIBRARIES)
@pytest.mark.parametrize(
    ("task", "losses"), [("binary", ("bce", "hinge")), ("multiclass", ("cross_entropy",))]
)
def test_classes(
    library: str, task: str, losses: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(library)
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, ROWS))
    y = (np.abs(a) > 1).astype(int) + (2 * (b > 1) if task == "multiclass" else 0)
    data = tmp_path / "classes.csv"
    lines = [f"{p:.6f},{q:.6f},{'klmn'[v]}" for p, q, v in zip(a, b, y, strict=True)]
    data.write_text("\n".join(["a,b,y", *lines]) + "\n")
    asked = [word for loss in losses for word in ("--loss", loss)]
    extra = ("--positive", "l") if task == "binary" else ()
    own = fitted(capfd, data, "--model", f"{library}:rounds=8", *asked, *extra)
    assert own["task"] == task
    for fit in own["fits"]:
        assert fit["scores"]["average_precision"]["value"] > own["constant"]["average_precision"] + 0.2


def test_lightgbm_under_mse_is_its_own(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The gradient is twice that of L2, and so is the Hessian: no leaf differs."""
    lightgbm = pytest.importorskip("lightgbm")
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 2))
    y = np.abs(x[:, 0]) + x[:, 1] + 0.1 * rng.normal(size=200)
    rows = "\n".join(f"{p:.17g},{q:.17g},{v:.17g}" for (p, q), v in zip(x, y, strict=True))
    made = data.parent / "plain.csv"
    made.write_text("p,q,y\n" + rows + "\n")
    own = fitted(capfd, made, "--model", "lightgbm:rounds=30", "--loss", "mse")
    settings = {"objective": "regression", "verbosity": -1, "num_threads": 1, "deterministic": True}
    trees = lightgbm.train(settings, lightgbm.Dataset(x, y), 30)
    built_in = float(np.mean((trees.predict(x) - y) ** 2))
    assert own["fits"][0]["mean_loss"] == pytest.approx(built_in, rel=0.01)


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_targets_far_from_zero(library: str, data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Libraries keep targets in single precision, in which these are all one."""
    pytest.importorskip(library)
    far = data.parent / "far.csv"
    head, *lines = data.read_text().splitlines()
    apart = [line.rpartition(",") for line in lines]
    moved = [f"{rest},{1e9 + float(y):.6f}" for rest, _, y in apart]
    far.write_text("\n".join([head, *moved]) + "\n")
    words = ("--model", f"{library}:rounds=5", "--loss", "mae", "--folds", "2")
    near, away = (fitted(capfd, path, *words)["fits"][0]["scores"]["mae"]["value"] for path in (data, far))
    assert away == pytest.approx(near, rel=1e-4)
