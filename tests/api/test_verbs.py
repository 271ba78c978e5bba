"""The verbs as functions answer as the commands do of files of the same values, to the last bit."""

import json
import pickle
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from roles.pasted import run

import losscli
from losscli.api.calling import VERBS
from losscli.api.calls import arguments_of
from losscli.api.stub import PLACE, stub
from losscli.domain import TASKS, Task

INPUTS = Path(__file__).parents[1] / "golden/inputs"
FEW = {"resamples": 200}
QUICK = {"folds": 2, "repeats": 1, "jobs": 1, "max_iter": 3, "no_contaminate": True}
COMPARED = [  # by the task that follows
    (
        "regression",
        "numbers",
        {"id": "id", "weights": "weight", "by": "region", "loss": ["huber:delta=1.5", "mae"]},
    ),
    (
        "regression",
        "numbers",
        {"time": "day", "loss": "mse", "scale": 2, "correction": "holm", "rows": "flagged"},
    ),
    (
        "regression",
        "numbers",
        {"define": "own = abs(r)", "loss": ["own"], "fail_if": "mae > 1", "confidence": 0.9},
    ),
    ("counts", "counts", {"task": "counts", "loss": "poisson"}),
    ("binary", "two", {"loss": "bce", "positive": 1, "class_weight": "balanced", "baseline": "lr_prob"}),
    ("binary", "words", {"cost": "fp=1,fn=5", "loss": "zero_one"}),
    ("multiclass", "three", {"loss": "cross_entropy", "order": ["cat", "dog", "emu"]}),
    ("multilabel", "tags", {"loss": "hamming"}),
    ("multioutput", "outputs", {"loss": "mse"}),
    ("distribution", "shares", {"loss": "kl_divergence"}),
    ("forecast", "quantiles", {}),
    ("boxes", "boxes", {"loss": "iou"}),
    ("detection", "detection", {}),
    ("regression", "holed", {"missing": "drop", "loss": "mae"}),
]
FITTED = [
    ("regression", "train", {"loss": ["mse", "huber"], "l2": 0.01, "metric": "rmse"}),
    ("regression", "train", {"loss": "mse", "target": "y", "group": "customer", "tune": "huber:delta=1-2-4"}),
    (
        "regression",
        "train",
        {"loss": "mae", "target": "y", "time": "day", "drop": "customer", "path": "l1:points=2"},
    ),
    ("regression", "train", {"loss": "mse", "target": "y", "drop": "customer", "model": "mlp:hidden=2"}),
    ("binary", "train_two", {"loss": "bce", "threshold": "f1"}),
    ("binary", "train_two", {"loss": "hinge", "class_weight": "balanced", "oversample": True}),
    ("multiclass", "train_three", {"loss": "cross_entropy"}),
    ("counts", "train_counts", {"loss": "poisson", "task": "counts"}),
    ("multioutput", "train_outputs", {"loss": "mse"}),
    ("multilabel", "train_tags", {"loss": "bce"}),
]


def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(INPUTS / f"{name}.csv")


def plain(text: str) -> dict[str, Any]:
    """What does not say where the rows come from."""
    return {key: value for key, value in json.loads(text).items() if key not in ("inputs", "command")}


def command(result: Any, name: str) -> list[str]:
    """The command line that the result names, of a file."""
    verb, data, *flags = result.record.command[1:]
    assert data == "data"
    return [verb, str(INPUTS / f"{name}.csv"), *flags, "--format", "json"]


FORECASTS = {  # beside the quantiles
    "interval": {"lower": [0.5, 1.0, 2.5], "upper": [2.0, 2.5, 4.0]},
    "moments": {"mean": [1.5, 2.0, 2.5], "sd": [0.5, 1.0, 0.75]},
    "ensemble": {"member_1": [0.5, 1.5, 3.0], "member_2": [1.0, 2.0, 3.5], "member_3": [1.5, 1.0, 2.0]},
}


def test_every_task_is_tried():
    assert {task for task, *_ in COMPARED} == set(Task)
    assert {task for task, *_ in FITTED} == {task for task, facts in TASKS.items() if facts.usual}


@pytest.mark.parametrize(("task", "name", "options"), COMPARED)
def test_compare_is_the_command(task, name, options):
    found = losscli.compare(frame(name), **FEW, **options)
    assert found.record.task == task
    answer = run(command(found, name))
    assert plain(found.to_json()) == plain(answer.out), answer.err


@pytest.mark.parametrize("kind", FORECASTS)
def test_compare_of_forecasts_is_the_command(kind, tmp_path):
    rng = np.random.default_rng(2)
    rows = {name: np.tile(own, 8) + 0.1 * rng.normal(size=24) for name, own in FORECASTS[kind].items()}
    made = pd.DataFrame({"y": rng.normal(2.0, 1.0, 24), **{f"a_{name}": own for name, own in rows.items()}})
    made.to_csv(tmp_path / "made.csv", index=False)
    found = losscli.compare(made, **({"level": 0.8} if kind == "interval" else {}), **FEW)
    assert found.record.task == "forecast"
    verb, _, *flags = found.record.command[1:]
    answer = run([verb, str(tmp_path / "made.csv"), *flags, "--format", "json"])
    assert plain(found.to_json()) == plain(answer.out), answer.err


@pytest.mark.parametrize(("task", "name", "options"), FITTED)
def test_fit_is_the_command(task, name, options, tmp_path):
    found = losscli.fit(frame(name), **{**QUICK, **options})
    assert found.record.task == task
    files = [tmp_path / "model.json", tmp_path / "out.csv"]
    answer = run([*command(found, name), "--save", str(files[0]), "--predictions", str(files[1])])
    assert plain(found.to_json()) == plain(answer.out), answer.err
    found.save(str(tmp_path / "own.json"))
    assert (tmp_path / "own.json").read_bytes() == files[0].read_bytes()
    assert losscli.compare(found.predictions, **FEW).losses == losscli.compare(str(files[1]), **FEW).losses


def test_advise_and_roles_are_the_commands():
    data = frame("train_two")
    for verb, options in (("advise", {"folds": 2, "jobs": 1}), ("roles", {"for_": "fit"})):
        found = getattr(losscli, verb)(data, **options)
        answer = run(command(found, "train_two"))
        made, known = plain(found.to_json()), plain(answer.out)
        for column in known.get("columns", []):
            column["file"] = "data"
        assert made == known


def test_what_is_in_memory_is_one_table_however_it_lies():
    data = frame("numbers")
    rows = data.to_dict("list")
    given = [data, pa.table(rows), rows, {key: data[key] for key in data}, data.to_records(index=False)]
    every = [plain(losscli.compare(one, loss="mae", **FEW).to_json()) for one in given]
    assert all(one == every[0] for one in every[1:])


def test_polars_is_read_and_given():
    polars = pytest.importorskip("polars", reason="polars is not installed")
    found = losscli.compare(polars.DataFrame(frame("numbers").to_dict("list")), loss="mae", **FEW)
    assert found.losses == losscli.compare(frame("numbers"), loss="mae", **FEW).losses
    assert found.losses.to_polars().columns == found.losses.columns


def test_arrays_stand_for_columns():
    data = frame("numbers")
    models = {"rf": data["rf_pred"].to_numpy(), "gb": list(data["gb_pred"])}
    found = losscli.compare(target=data["y"], pred=models, weights=data["weight"], loss="mae", **FEW)
    known = losscli.compare(data, pred=["rf=rf_pred", "gb=gb_pred"], weights="weight", loss="mae", **FEW)
    assert found.record.target == "y"
    assert [row["model"] for row in found.losses] == ["rf", "gb"]
    assert found.losses == known.losses


def test_probabilities_of_classes_are_those_of_predict_proba():
    rng = np.random.default_rng(1)
    classes, y = np.array(["b", "a", "c"]), rng.integers(0, 3, 60)
    p = rng.dirichlet([1.0, 1.0, 1.0], 60)
    found = losscli.compare(target=classes[y], pred={"rf": p}, classes=classes, loss="cross_entropy", **FEW)
    assert found.losses["value"][0] == pytest.approx(-np.log(p[np.arange(60), y]).mean(), rel=1e-12)
    (model,) = found.record.models
    assert model.columns == ("rf_prob_b", "rf_prob_a", "rf_prob_c")
    told = losscli.compare(target=classes[y], pred={"rf": p[:, [1, 0, 2]]}, loss="cross_entropy", **FEW)
    assert told.losses["value"][0] == pytest.approx(found.losses["value"][0], rel=1e-12)
    with pytest.raises(losscli.UsageError, match="3 columns for 2 classes"):
        losscli.compare(target=y > 1, pred={"rf": p})


def test_features_may_be_an_array_and_the_target_another():
    data = frame("train_counts")
    x, y = data[["x0", "x1"]].to_numpy(), data.iloc[:, -1].to_numpy()
    found = losscli.fit(x, target=y, loss="mse", task="regression", **QUICK)
    assert found.record.features == ("x1", "x2")
    columns = {"x1": x[:, 0], "x2": x[:, 1], "y_true": y}
    assert found.fits == losscli.fit(columns, loss="mse", task="regression", **QUICK).fits


def test_tables_are_files_of_a_model_each():
    old, new = frame("old"), frame("worse")
    found = losscli.compare({"old": old, "worse": new}, id="id", loss="mae", **FEW)
    answer = run(
        [
            "compare",
            str(INPUTS / "old.csv"),
            str(INPUTS / "worse.csv"),
            *found.record.command[4:],
            "--format",
            "json",
        ]
    )
    assert [item.path for item in found.record.inputs] == ["old", "worse"]
    assert plain(found.to_json()) == plain(answer.out), answer.err
    mixed = losscli.compare(str(INPUTS / "old.csv"), {"worse": new}, id="id", loss="mae", **FEW)
    assert mixed.losses == found.losses


def test_a_result_is_a_baseline():
    data = frame("numbers")
    first = losscli.compare(data, id="id", loss="mae", replicates=True, pred="rf_pred", **FEW)
    again = losscli.compare(
        data, id="id", loss="mae", baseline=first, max_regression="mae=2%", pred="rf_pred", **FEW
    )
    assert [row["verdict"] for row in again.gates] == ["pass"]
    changes = losscli.diff(first, losscli.load(first.to_json()))
    assert {row["change"] for row in changes.losses} == {0.0}


def test_masked_values_are_missing():
    y = np.arange(20.0)
    masked = np.ma.masked_array(y, y > 15)
    with pytest.raises(losscli.DataError, match="4 are"):
        losscli.compare({"y": y, "a_pred": masked})
    assert losscli.compare({"y": y, "a_pred": masked}, missing="drop", loss="mae").record.rows.used == 16


def test_columns_may_be_called_by_numbers():
    data = pd.DataFrame(np.arange(40.0).reshape(20, 2))
    assert losscli.compare(data, target=0, pred="1", loss="mae", **FEW).record.target == "0"


def test_a_result_is_given_only_where_one_is_meant():
    data = {"y": np.arange(20.0), "a_pred": np.arange(20.0)}
    roles = losscli.roles(data)
    for wrong in (
        lambda: losscli.compare(roles),
        lambda: losscli.compare(data, baseline=roles),
        lambda: losscli.diff(data, data),
        lambda: losscli.diff(roles, roles),
    ):
        with pytest.raises(losscli.LosscliError, match=r"result of|a table"):
            wrong()


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"loss": "hubber"}, losscli.UsageError, ["hubber", "huber"]),
        ({"target": "nope"}, losscli.UsageError, ["target nope", "target='y'"]),
        ({"max_regression": "mae=2%"}, losscli.UsageError, ["worse than which", "baseline='rf_pred'"]),
        ({"resamples": 3}, losscli.UsageError, ["resamples 3"]),
        ({"resamples": "many"}, losscli.UsageError, ["resamples many", "a whole number"]),
        ({"missing": "maybe"}, losscli.UsageError, ["missing maybe", "error"]),
        ({"fail_if": "tau > 1"}, losscli.UsageError, ["fail_if"]),
        ({"pred": ["region"]}, losscli.LosscliError, ["region"]),
        ({"no_such": 1}, TypeError, ["no_such"]),
    ],
)
def test_errors_speak_of_arguments(options, kind, said):
    with pytest.raises(kind) as raised:
        losscli.compare(frame("numbers"), **options)
    assert all(word in str(raised.value) for word in said)
    assert "--" not in str(raised.value)


def test_an_error_is_that_of_the_command():
    data = frame("numbers").assign(y=["x", *frame("numbers")["y"][1:]])
    with pytest.raises(losscli.LosscliError) as raised:
        losscli.compare(data, task="regression", target="y")
    assert raised.value.what and "data" in str(raised.value)


@pytest.mark.parametrize(
    "data", [3, [1, 2], None, "no_such_file.csv", {}, {"y": [1, 2], "p": [1]}, pd.DataFrame()]
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises((losscli.LosscliError, TypeError)):
        losscli.compare(data)
    with pytest.raises((losscli.LosscliError, TypeError)):
        losscli.fit(data)


def test_nothing_to_read():
    with pytest.raises(TypeError, match="needs a table"):
        losscli.compare()
    with pytest.raises(TypeError):
        losscli.fit()


# ── types and words ──────────────────────────────────────────────────────────────────────────────────


def test_the_types_are_fresh():
    assert PLACE.read_text(encoding="utf-8") == stub(), "run: python -m losscli.api.stub"


@pytest.mark.parametrize("verb", VERBS)
def test_every_flag_is_an_argument_that_the_help_names(verb):
    function = getattr(losscli, verb)
    names = [own.name for own in (*arguments_of(VERBS[verb].flags), *VERBS[verb].held)]
    assert list(function.__signature__.parameters) == names
    assert all(f"\n{name}: " in function.__doc__ for name in names)
    assert not any(f"--{name}" in function.__doc__ for name in names)


def test_the_example_runs(monkeypatch, capsys):
    """Its types are checked with those of the package."""
    root = Path(losscli.__file__).parents[1]
    monkeypatch.chdir(root)
    runpy.run_path(str(root / "examples/python/compare.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert said.startswith("mae: pred_huber and pred_gbm may be the best.")
    assert "gate: PASS mae: 12.7 -> 11.8" in said
    assert (root / "losscli/py.typed").exists()


def test_a_notebook_of_many_threads_gives_the_same_bits():
    script = (
        "import losscli, json, sys, pandas as pd\n"
        f"found = losscli.fit(pd.read_csv({str(INPUTS / 'train_two.csv')!r}), loss='bce', **{QUICK!r})\n"
        "sys.stdout.write(found.to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    known = losscli.fit(frame("train_two"), loss="bce", **QUICK)
    assert plain(done.stdout) == plain(known.to_json())


def test_pickled_results_are_the_same():
    for found in (
        losscli.compare(frame("holed"), missing="drop", loss="mae", **FEW),
        losscli.roles(frame("two")),
    ):
        again = pickle.loads(pickle.dumps(found))
        assert again == found and str(again) == str(found)
