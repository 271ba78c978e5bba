"""`losscli fit` and `losscli predict` as commands: streams, exit codes, files, JSON, the effect of flags."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli.cli

SAMPLES = Path(__file__).parents[2] / "sample_data"
COMMAND = [sys.executable, "-m", "losscli"]
TOLD = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "GITHUB_ACTIONS", "LOSSCLI_DEBUG", "PYTHONWARNINGS")
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in TOLD}
QUICK = ("--repeats", "1", "--no-contaminate", "--jobs", "1")
Done = subprocess.CompletedProcess[str]
Columns = dict[str, Sequence[Any]]
# What the contract promises, level by level; keys may be added.
KEYS = {
    "": "schema version command seed inputs task target positive features classes rows folds repeats model "
    "optimizer l1 l2 scale fits ranking robustness unranked curves refused warnings",
    "inputs": "path sha256 rows",
    "rows": "read used dropped flagged",
    "fits": "spec name params converged iterations gradient_norm certificate efficiency mean_loss penalty "
    "objective intercept coefficients downweighted scores reason",
    "fits.downweighted": "row weight",
    "fits.scores.*": "value low high mean folds reason",
    "ranking": "metric greater_is_better rows",
    "ranking.rows": "spec value low high rank rank_low rank_high reason",
    "robustness": "spec scheme size levels error excess area premium rank rank_low rank_high reason",
    "unranked": "spec reason",
    "refused": "spec reason rows",
    "warnings": "code message advice",
}
OF_NUMBERS = {"mae", "rmse", "medae", "trimmed_mae", "r2", "bias"}
OF_CLASSES = {
    "precision",
    "recall",
    "f1",
    "average_precision",
    "roc_auc",
    "accuracy",
    "balanced_accuracy",
    "brier",
}
# Sends itself an interrupt once so many folds are judged.
INTERRUPTED = """
import os, signal, sys
import losscli.fitting.fit as fitting
real, at = fitting.each, int(sys.argv.pop(1))
def each(*arguments):
    for done, found in enumerate(real(*arguments), 1):
        yield found
        if done == at:
            os.kill(os.getpid(), signal.SIGINT)
fitting.each = each
from losscli.__main__ import main
main()
"""
# Sends itself an interrupt once so many groups of losses are trained on all rows.
TRAINING = """
import os, signal, sys
import losscli.descent.train as train
real, at = train.solved, int(sys.argv.pop(1))
def solved(*arguments):
    for done, found in enumerate(real(*arguments)):
        if done == at:
            os.kill(os.getpid(), signal.SIGINT)
        yield found
train.solved = solved
from losscli.__main__ import main
main()
"""
# Writes a file once so many folds are judged.
UNDER_WAY = """
import sys
import losscli.fitting.fit as fitting
real, at = fitting.each, int(sys.argv.pop(1))
def each(*arguments):
    for done, found in enumerate(real(*arguments), 1):
        yield found
        if done == at:
            open("under way", "w").close()
fitting.each = each
from losscli.__main__ import main
main()
"""


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Done]:
    """Run a command line as a process in tmp_path."""

    def run(*arguments: str, command: Sequence[str] = COMMAND) -> Done:
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            env=ENVIRONMENT,
            check=False,
        )

    return run


@pytest.fixture
def inside(tmp_path, monkeypatch, capfd) -> Callable[..., Done]:
    """The same within this process, where a warning of numpy is an error."""

    def run(*arguments: str) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["losscli", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(arguments)
        return subprocess.CompletedProcess(arguments, int(code), *capfd.readouterr())

    return run


@pytest.fixture
def result(inside) -> Callable[..., Any]:
    """The JSON of a command line that must work."""

    def run(*arguments: str) -> Any:
        done = inside(*arguments, "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        return strict(done.stdout)

    return run


def strict(text: str) -> Any:
    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def table(tmp_path) -> Callable[..., str]:
    """Write columns as CSV: table({"x": […], "y": […]})."""

    def made(columns: Columns, name: str = "data.csv") -> str:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return name

    return made


def columns_of(text: str) -> dict[str, list[str]]:
    head, *rows = csv.reader(text.splitlines())
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))


def numbers(n: int = 60, seed: int = 0, **more: Sequence[Any]) -> Columns:
    """Two number features, other columns, and a number target, the last column."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(50, 10, size=n)
    y = 3 * a - 0.2 * b + rng.standard_t(3, size=n)
    return {"a": a.tolist(), "b": b.tolist(), **more, "y": y.tolist()}


# --- every sample file, no flag


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.stem)
def test_a_sample_file_needs_no_flag(inside, tmp_path, path):
    """The flags make it short; none says what the file holds."""
    done = inside("fit", str(path), "--repeats", "1", "--folds", "2", "--output", "found.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    answer = " ".join(lines[: lines.index("")])
    assert lines.index("") <= 4 and lines[lines.index("") + 1].startswith(str(path))
    found = strict((tmp_path / "found.json").read_text())
    names = {fit["name"] for fit in found["fits"]} | {fit["spec"] for fit in found["fits"]}
    assert any(name in answer for name in names), "no loss is named in the answer"
    assert_complete(found)
    assert_consistent(found)


def assert_complete(found: Any) -> None:
    for place, keys in KEYS.items():
        for record in records(found, place):
            assert set(keys.split()) <= record.keys(), place
    assert found["schema"] == "losscli/fit/1"
    metrics = OF_CLASSES if found["classes"] else OF_NUMBERS
    for fit in found["fits"]:
        assert metrics <= fit["scores"].keys()


def records(found: Any, place: str) -> list[Any]:
    """The records at a place such as fits.scores.*, where * is any key."""
    here = [found]
    for step in place.split(".") if place else ():
        inner = [one for record in here for one in (record.values() if step == "*" else [record[step]])]
        here = [one for part in inner for one in (part if isinstance(part, list) else [part])]
    return here


def assert_consistent(found: Any) -> None:
    """A missing figure has its reason; a fit is ranked or said not to be; ranks lie in their intervals."""
    folds = found["folds"] * found["repeats"]
    for score in records(found, "fits.scores.*"):
        assert score["reason"] or None not in (score["value"], score["low"])
        assert len(score["folds"]) == folds
    for row in records(found, "ranking.rows"):
        assert row["reason"] or None not in (row["value"], row["low"], row["rank_low"])
    for row in [*records(found, "ranking.rows"), *found["robustness"]]:
        if row["rank_low"] is not None:
            assert row["rank_low"] <= row["rank"] <= row["rank_high"]
    for row in found["robustness"]:
        for low, excess, high in zip(row["excess_low"], row["excess"], row["excess_high"], strict=True):
            assert low is None or low <= excess <= high <= 1.0
    for record in (*found["robustness"], *found["unranked"], *found["refused"]):
        assert record["reason"] or record.get("rank_low") is not None
    specs = [fit["spec"] for fit in found["fits"]]
    assert len(set(specs)) == len(specs) > 1
    unranked = {one["spec"] for one in found["unranked"]}
    for ranking in found["ranking"]:
        assert {row["spec"] for row in ranking["rows"]} == set(specs) - unranked
        places = [row["rank"] for row in ranking["rows"]]
        assert places == sorted(places)
    for fit in found["fits"]:
        assert fit["converged"] or fit["spec"] in unranked
        assert fit["objective"] == pytest.approx(fit["mean_loss"] + fit["penalty"], rel=1e-9)
    degraded = [(one["spec"], one["scheme"], one["size"]) for one in found["robustness"]]
    assert len(set(degraded)) == len(degraded)
    assert {spec for spec, _, _ in degraded} == set(specs)


# --- the same twice


@pytest.mark.parametrize("name", ["area.csv", "tumours.csv"])
def test_the_same_bits_twice_and_with_two_jobs(process, inside, name):
    """In another process, and with workers."""
    losses = {"area.csv": ["mse", "mae", "tukey"], "tumours.csv": ["bce", "hinge", "savage"]}[name]
    asked = [word for loss in losses for word in ("--loss", loss)]
    few = ("--repeats", "1", "--folds", "4", "--seed", "7")
    line = ["fit", str(SAMPLES / name), *asked, *few, "--format", "json"]
    own, other = strict(inside(*line, "--jobs", "1").stdout), strict(process(*line, "--jobs", "2").stdout)
    assert own.pop("command") != other.pop("command")
    assert json.dumps(own) == json.dumps(other)  # and in the same order
    assert own["fits"][0]["scores"]["rmse" if name == "area.csv" else "f1"]["folds"]


def test_another_seed_gives_other_folds(result, table):
    line = ("fit", table(numbers()), "--loss", "mse", *QUICK)
    one, same, other = (result(*line, "--seed", seed)["fits"][0] for seed in ("1", "1", "2"))
    assert one == same
    assert one["scores"] != other["scores"]
    assert one["coefficients"] == other["coefficients"]


# --- files


def written(inside, tmp_path, path: str, *arguments: str) -> tuple[Any, dict[str, Any]]:
    """(the result of a fit, the values that compare finds in its predictions: {loss: {model: value}})."""
    done = inside("fit", path, *QUICK, *arguments, "--predictions", "oof.csv", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    again = inside("compare", "oof.csv", "--format", "json")
    assert again.returncode == 0, again.stderr
    found = strict(again.stdout)
    values = {
        loss["name"]: {own["model"]: own["value"] for own in loss["results"]}
        for loss in [*found["losses"], *found["metrics"]]
    }
    return strict(done.stdout), {"task": found["task"], "used": found["rows"]["used"], **values}


def test_predictions_of_numbers_are_read_by_compare(inside, tmp_path):
    path = str(SAMPLES / "area.csv")
    fits, compared = written(inside, tmp_path, path, *("--loss", "mse", "--loss", "huber", "--loss", "tukey"))
    assert (compared["task"], compared["used"]) == ("regression", 569)
    for fit in fits["fits"]:
        scores, model = fit["scores"], f"pred_{fit['spec']}"
        assert compared["mae"][model] == pytest.approx(scores["mae"]["value"], rel=1e-12)
        assert compared["rmse"][model] == pytest.approx(scores["rmse"]["value"], rel=1e-12)
        assert compared["medae"][model] == pytest.approx(scores["medae"]["value"], rel=1e-12)


def test_predictions_of_counts_are_read_by_compare(inside, tmp_path, table):
    rng = np.random.default_rng(4)
    x = rng.normal(size=120)
    path = table({"x": x.tolist(), "n": rng.poisson(np.exp(1 + 0.5 * x)).tolist()})
    fits, compared = written(inside, tmp_path, path, "--loss", "poisson", "--loss", "tweedie")
    assert (fits["task"], compared["used"]) == ("counts", 120)
    for fit in fits["fits"]:
        found = compared["mae"][f"pred_{fit['spec']}"]
        assert found == pytest.approx(fit["scores"]["mae"]["value"], rel=1e-12)


def test_predictions_of_two_classes_are_read_by_compare(inside, tmp_path):
    path = str(SAMPLES / "tumours.csv")
    fits, compared = written(inside, tmp_path, path, *("--loss", "bce", "--loss", "hinge", "--loss", "focal"))
    assert (compared["task"], compared["used"]) == ("binary", 569)
    bce, hinge, focal = fits["fits"]
    for fit, model in ((bce, "prob_bce"), (focal, f"prob_{focal['spec']}")):
        for name in ("brier", "precision", "recall", "average_precision", "roc_auc"):
            found = compared[name][model]
            assert found == pytest.approx(fit["scores"][name]["value"], rel=1e-12), name
    assert hinge["scores"]["brier"]["value"] is None
    found = compared["precision"]["score_hinge"]
    assert found == pytest.approx(hinge["scores"]["precision"]["value"], rel=1e-12)


def test_predictions_of_several_classes_are_read_by_compare(inside, tmp_path):
    path = str(SAMPLES / "wine.csv")
    fits, compared = written(inside, tmp_path, path, "--loss", "cross_entropy", "--loss", "focal")
    assert (compared["task"], compared["used"]) == ("multiclass", 178)
    for fit in fits["fits"]:
        assert compared["brier"][fit["spec"]] == pytest.approx(fit["scores"]["brier"]["value"], rel=1e-12)
        accuracy = 1 - compared["zero_one"][fit["spec"]]
        assert accuracy == pytest.approx(fit["scores"]["accuracy"]["value"], rel=1e-12)


def test_text_labels_of_two_classes_are_written_as_numbers(inside, tmp_path, table):
    drawn = numbers()
    drawn["y"] = ["spam" if y > -10 else "ham" for y in drawn["y"]]
    path = table(drawn)
    fits, compared = written(inside, tmp_path, path, "--positive", "ham", "--loss", "bce", "--loss", "brier")
    assert (fits["positive"], compared["task"]) == ("ham", "binary")
    target = columns_of((tmp_path / "oof.csv").read_text())["target"]
    assert target == ["1" if y == "ham" else "0" for y in drawn["y"]]
    assert compared["brier"]["prob_bce"] == pytest.approx(fits["fits"][0]["scores"]["brier"]["value"])


def test_a_saved_model_predicts_what_its_coefficients_say(inside, result, tmp_path, table):
    drawn = numbers(kind=["oak", "elm", "ash"] * 20)
    found = result("fit", table(drawn), *QUICK, "--loss", "huber", "--loss", "mse", "--save", "m.json")
    done = inside("predict", "m.json", "data.csv")
    assert (done.returncode, done.stderr) == (0, "")
    predicted = columns_of(done.stdout)
    assert list(predicted) == [f"pred_{fit['spec']}" for fit in found["fits"]]
    for fit in found["fits"]:
        b = fit["coefficients"]
        assert b.keys() == {"a", "b", "kind=ash", "kind=elm", "kind=oak"}
        rows = zip(drawn["a"], drawn["b"], drawn["kind"], strict=True)
        expected = [fit["intercept"] + b["a"] * x + b["b"] * z + b[f"kind={kind}"] for x, z, kind in rows]
        np.testing.assert_allclose([float(p) for p in predicted[f"pred_{fit['spec']}"]], expected, rtol=1e-9)


def test_columns_in_another_order_and_unseen_levels(inside, result, table):
    found = result(
        "fit", table(numbers(kind=["oak", "elm"] * 30)), *QUICK, "--loss", "mse", "--save", "m.json"
    )
    table({"kind": ["elm", "yew"], "more": [1, 2], "b": [40.0, 60.0], "a": [1.0, -1.0]}, "new.csv")
    done = inside("predict", "m.json", "new.csv", "--output", "out.csv")
    assert (done.returncode, done.stdout) == (0, "")
    own = found["fits"][0]
    b, start = own["coefficients"], own["intercept"]
    expected = [start + b["a"] + 40 * b["b"] + b["kind=elm"], start - b["a"] + 60 * b["b"]]
    predicted = columns_of(Path("out.csv").read_text())["pred_mse"]
    np.testing.assert_allclose([float(p) for p in predicted], expected, rtol=1e-9)


def test_probabilities_of_a_saved_model(inside, result):
    path = str(SAMPLES / "wine.csv")
    found = result("fit", path, *QUICK, "--loss", "cross_entropy", "--save", "m.json")
    predicted = columns_of(inside("predict", "m.json", path).stdout)
    labels = found["classes"]
    assert list(predicted) == [f"cross_entropy:prob_{label}" for label in labels]
    with open(path, encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    own = found["fits"][0]
    scores = np.array(
        [
            own["intercept"][label] + sum(b[label] * float(first[x]) for x, b in own["coefficients"].items())
            for label in labels
        ]
    )
    expected = np.exp(scores - scores.max())
    shown = [float(predicted[f"cross_entropy:prob_{label}"][0]) for label in labels]
    np.testing.assert_allclose(shown, expected / expected.sum(), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("model", "rows", "named"),
    [
        ("no json", None, ["m.json"]),
        ('{"schema": "losscli/fit/1"}', None, ["m.json", "losscli/fit/1"]),
        ("[]", None, ["m.json"]),
        (None, "a\n1\n", ["new.csv", "'b'"]),
        (None, "a,b\n1,two\n", ["new.csv", "'b'", "two"]),
        (None, "a,b\n1,\n", ["new.csv", "'b'", "missing"]),
        (None, "a,b\n1,inf\n", ["new.csv", "'b'"]),
    ],
)
def test_what_cannot_be_predicted(inside, table, tmp_path, model, rows, named):
    assert inside("fit", table(numbers()), *QUICK, "--loss", "mse", "--save", "m.json").returncode == 0
    if model is not None:
        (tmp_path / "m.json").write_text(model)
    (tmp_path / "new.csv").write_text(rows or "a,b\n1,2\n")
    done = inside("predict", "m.json", "new.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in named), done.stderr


def test_a_model_with_a_hole_is_refused(inside, table, tmp_path):
    assert inside("fit", table(numbers()), *QUICK, "--loss", "mse", "--save", "m.json").returncode == 0
    whole = json.loads((tmp_path / "m.json").read_text())
    for key in whole:
        (tmp_path / "m.json").write_text(json.dumps({k: v for k, v in whole.items() if k != key}))
        done = inside("predict", "m.json", "data.csv")
        assert (done.returncode, "m.json" in done.stderr) == (
            (0, False) if key in ("version", "outputs", "offset", "exposure") else (2, True)
        ), key


# --- interrupts


FILES = ("--output", "found.json", "--save", "m.json", "--predictions", "oof.csv")


@pytest.mark.parametrize(
    ("done", "folds", "repeats", "said"),
    [(3, 3, 1, "3 of 5 folds of the first repeat"), (1, 1, 1, "1 of 5 folds"), (11, 5, 2, "2 of 3 repeats")],
)
def test_an_interrupt_leaves_what_is_finished(process, tmp_path, table, done, folds, repeats, said):
    losses = ("--loss", "mse", "--loss", "huber")
    line = ("fit", table(numbers()), *losses, "--repeats", "3", "--jobs", "1", *FILES)
    run = process(str(done), *line, command=[sys.executable, "-c", INTERRUPTED])
    assert run.returncode == 130
    assert said in run.stderr and said in run.stdout
    assert len(run.stderr.splitlines()) == 1
    assert "\ndata.csv  60 rows" in run.stdout
    found = strict((tmp_path / "found.json").read_text())
    assert (found["folds"], found["repeats"], len(found["fits"])) == (folds, repeats, 2)
    assert [warning["code"] for warning in found["warnings"]] == ["interrupted"]
    assert [row["rank"] for row in found["ranking"][0]["rows"]] == [1, 2]
    assert_consistent(found)
    judged = len((tmp_path / "oof.csv").read_text().splitlines()) - 1
    assert judged == (found["rows"]["used"] if folds == 5 else folds * found["rows"]["used"] // 5)


def test_an_interrupt_leaves_the_losses_that_are_trained(process, tmp_path, table):
    line = ("fit", table(numbers()), "--loss", "mse", "--loss", "mae", *FILES)
    run = process("1", *line, command=[sys.executable, "-c", TRAINING])
    assert run.returncode == 130
    assert run.stderr == "interrupted: 1 of 2 losses are trained, and none is judged\n"
    found = strict((tmp_path / "found.json").read_text())
    assert len(found["fits"]) == 1 and found["ranking"] == []
    assert [one["reason"] for one in found["refused"]] == ["interrupted before it was trained"]
    assert not (tmp_path / "oof.csv").exists(), "an empty file is no table of predictions"


def test_an_interrupt_leaves_the_first_start_of_networks(process, tmp_path, table):
    deep = ("--model", "mlp:hidden=2", "--max-iter", "3", "--loss", "mse", "--jobs", "1")
    line = ("fit", table(numbers()), *deep, *FILES)
    run = process("1", *line, command=[sys.executable, "-c", INTERRUPTED])
    assert (run.returncode, "\ndata.csv  60 rows" in run.stdout) == (130, True)
    assert run.stderr == "interrupted: other starts of the networks are not all in the result\n"
    found = strict((tmp_path / "found.json").read_text())
    assert (found["folds"], found["repeats"], found["fits"][0]["seeds"]) == (5, 1, None)


def test_an_interrupt_before_anything_is_finished_leaves_nothing(process, tmp_path, table):
    run = process("0", "fit", table(numbers()), *FILES, command=[sys.executable, "-c", TRAINING])
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize("everyone", [False, True], ids=["process", "terminal"])
def test_control_c_in_a_long_run(tmp_path, everyone):
    """Sent to the process alone, and as a terminal does, to its workers too; no worker outlives it."""
    losses = ["--loss", "mse", "--loss", "huber", "--loss", "tukey"]
    many = ["--folds", "3", "--repeats", "2000", "--no-contaminate", "--jobs", "2"]
    command = [sys.executable, "-c", UNDER_WAY, "20"]
    line = [*command, "fit", str(SAMPLES / "area.csv"), *losses, *many]
    with subprocess.Popen(
        line, cwd=tmp_path, env=ENVIRONMENT, stdout=-1, stderr=-1, start_new_session=True
    ) as own:
        late = time.monotonic() + 60.0
        while not (tmp_path / "under way").exists():
            assert own.poll() is None and time.monotonic() < late
            time.sleep(0.02)
        (os.killpg if everyone else os.kill)(own.pid, signal.SIGINT)
        out, errors = (stream.decode() for stream in own.communicate(timeout=60))
    assert own.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(own.pid, 0)
    assert "of 2000 repeats are in the result" in errors and len(errors.splitlines()) == 1
    assert " 0 of 2000" not in errors
    assert f"\n{SAMPLES / 'area.csv'}" in out
    assert "LOSSES BY MAE" in out and "Traceback" not in out + errors


def test_an_interrupt_while_reading(tmp_path):
    line = [*COMMAND, "fit", "-", "--save", "m.json", "--output", "found.json"]
    with subprocess.Popen(line, cwd=tmp_path, env=ENVIRONMENT, stdin=-1, stdout=-1, stderr=-1) as own:
        assert own.stdin and own.stdout and own.stderr
        own.stdin.write(b"x,y\n" + b"1,2\n" * 20_000)
        own.stdin.flush()  # more than a pipe holds: it is being read
        time.sleep(0.2)
        assert own.poll() is None
        own.send_signal(signal.SIGINT)
        code = own.wait(timeout=30)
        assert (code, own.stdout.read(), own.stderr.read()) == (130, b"", b"")
    assert not list(tmp_path.iterdir())


# --- wrong usage


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ("--folds 1", "--folds 1"),
        ("--folds 1000", "--folds 1000"),
        ("--repeats 0", "--repeats 0"),
        ("--l2 -1", "--l2 -1"),
        ("--l2 much", "--l2 much"),
        ("--optimizer foo", "foo"),
        ("--optimizer gd:rate=-1", "rate"),
        ("--optimizer gd:speed=1", "speed"),
        ("--contaminate nonsense", "nonsense"),
        ("--contaminate shift:size=-1", "size"),
        ("--contaminate shift:levels=0-0.9", "levels"),
        ("--contaminate flip", "flip"),
        ("--contaminate shift --no-contaminate", "--no-contaminate"),
        ("--model forest", "forest"),
        ("--model tree", "tree"),
        ("--loss rmse", "rmse"),
        ("--loss bce", "'y'"),
        ("--loss hubber", "huber"),
        ("--loss huber:delta=-1", "delta"),
        ("--loss huber:width=1", "width"),
        ("--target price", "price"),
        ("--features c", "c"),
        ("--drop a --drop b", "feature"),
        ("--weights y", "y"),
        ("--group a --time b", "--group"),
        ("--scale 0", "--scale"),
        ("--seed -1", "--seed"),
        ("--jobs 0", "--jobs"),
        ("--missing guess", "guess"),
        ("--task classes", "classes"),
        ("--format xml", "xml"),
        ("--output found.pdf", "found.pdf"),
        ("--save data.csv", "data.csv"),
        ("--save same.json --output same.json", "same.json"),
        ("--predictions no_such_folder/oof.csv", "no_such_folder"),
    ],
)
def test_wrong_usage(inside, table, tmp_path, flags, named):
    done = inside("fit", table(numbers()), *flags.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr and done.stderr.startswith("error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


# --- flags


def test_coefficients_flag_changes_of_sign(inside, table):
    """A tenth of the rows, all at one end, turn one slope of least squares round, and none of tukey."""
    x = np.linspace(-1, 1, 80)
    z = np.tile([0.3, -0.1, 0.5, -0.7], 20)
    noise = 0.1 * np.random.default_rng(0).normal(size=80)
    y = 2 * x + 5 * z + noise - 30 * (x > 0.8)
    path = table({"turns": x.tolist(), "stays": z.tolist(), "y": y.tolist()})
    done = inside("fit", path, *QUICK, "--loss", "mse", "--loss", "tukey", "--coefficients")
    assert done.returncode == 0
    lines = done.stdout[done.stdout.index("COEFFICIENTS") :].splitlines()
    flagged = {line.split()[0]: "differs" in line for line in lines if line.startswith(("turns", "stays"))}
    assert flagged == {"turns": True, "stays": False}
    assert "COEFFICIENTS" not in inside("fit", path, *QUICK, "--loss", "mse", "--loss", "tukey").stdout


def test_no_contamination(result, table):
    found = result(
        "fit", table(numbers()), "--repeats", "1", "--jobs", "1", "--loss", "mse", "--no-contaminate"
    )
    assert found["robustness"] == []


def test_a_contamination_of_ones_own(result, table):
    schemes = ("--contaminate", "spread:size=5,levels=0-0.1", "--contaminate", "leverage:size=4,levels=0.05")
    flags = ("--repeats", "1", "--jobs", "1", "--loss", "mse", "--loss", "mae")
    found = result("fit", table(numbers()), *flags, *schemes)
    seen = [(one["spec"], one["scheme"], one["size"], one["levels"]) for one in found["robustness"]]
    assert sorted(seen) == [
        ("mae", "leverage", 4.0, [0.0, 0.05]),
        ("mae", "spread", 5.0, [0.0, 0.1]),
        ("mse", "leverage", 4.0, [0.0, 0.05]),
        ("mse", "spread", 5.0, [0.0, 0.1]),
    ]
    for one in found["robustness"]:
        assert len(one["error"]) == len(one["excess"]) == 2


def test_folds_in_time_are_not_tested(result, table):
    path = table(numbers(day=range(60)))
    found = result("fit", path, "--time", "day", "--jobs", "1", "--loss", "mse", "--loss", "mae")
    assert (found["repeats"], found["splitter"]) == (1, "in time")
    assert "day" not in found["features"]
    rows = [row for ranking in found["ranking"] for row in ranking["rows"]] + found["robustness"]
    assert rows and all((row["rank_low"], row["rank_high"]) == (None, None) for row in rows)
    assert all(row["reason"] for row in rows)
    assert all("time" in row["reason"] for row in found["robustness"] if row["scheme"] == "shift")


@pytest.mark.parametrize("values", [[10, 2, 1], ["south", "east", "north"]], ids=["numbers", "text"])
def test_folds_as_given_come_in_the_order_of_their_values(result, table, values):
    drawn = numbers(part=values * 20)
    found = result("fit", table(drawn), "--fold-column", "part", "--jobs", "1", "--loss", "mse")
    assert (found["folds"], found["repeats"], found["features"]) == (3, 1, ["a", "b"])
    x = np.column_stack([np.ones(60), drawn["a"], drawn["b"]])
    y, part = np.array(drawn["y"]), np.array(drawn["part"])
    expected = []
    for value in sorted(values):
        test = part == value
        b = np.linalg.lstsq(x[~test], y[~test])[0]
        expected.append(np.abs(x[test] @ b - y[test]).mean())
    score = found["fits"][0]["scores"]["mae"]
    np.testing.assert_allclose(score["folds"], expected, rtol=1e-9)
    assert score["mean"] == pytest.approx(np.mean(expected), rel=1e-9)
    assert score["value"] == pytest.approx(np.mean(expected), rel=1e-9)  # folds of one size


def test_rows_of_a_group_stay_together(result, table):
    """A site's own level is learned from its other rows, unless the site is judged as a whole."""
    rng = np.random.default_rng(9)
    site = np.repeat(np.arange(12), 10)
    y = rng.normal(0, 10, 12)[site] + 0.1 * rng.normal(size=120)
    names = [f"site {i}" for i in site]
    columns = {"x": rng.normal(size=120).tolist(), "site": names, "copy": names, "y": y.tolist()}
    line = ("fit", table(columns), *QUICK, "--loss", "mse", "--l2", "0")
    apart = result(*line, "--drop", "copy")
    together = result(*line, "--group", "copy")
    assert (apart["splitter"], together["splitter"]) == ("shuffled", "by group")
    assert apart["fits"][0]["scores"]["mae"]["value"] < 0.2
    assert together["fits"][0]["scores"]["mae"]["value"] > 2


def test_weights_are_no_feature_and_count(result, table):
    rng = np.random.default_rng(2)
    w = rng.integers(1, 4, 60)
    drawn = numbers(w=w.tolist())
    found = result("fit", table(drawn), *QUICK, "--weights", "w", "--loss", "mse")
    assert found["features"] == ["a", "b"]
    x = np.column_stack([np.ones(60), drawn["a"], drawn["b"]])
    root = np.sqrt(w)
    b = np.linalg.lstsq(x * root[:, None], np.array(drawn["y"]) * root)[0]
    own = found["fits"][0]
    shown = [own["intercept"], own["coefficients"]["a"], own["coefficients"]["b"]]
    np.testing.assert_allclose(shown, b, rtol=1e-9)


def test_quiet_and_output(inside, table, tmp_path):
    line = (
        "fit",
        table(numbers()),
        *QUICK,
        "--loss",
        "mse",
        "--output",
        "found.json",
        "--output",
        "found.md",
    )
    done = inside(*line, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert strict((tmp_path / "found.json").read_text())["fits"][0]["spec"] == "mse"
    assert "mse" in (tmp_path / "found.md").read_text()
    assert "mse" in inside(*line).stdout


def test_rows_are_read_from_a_pipe(process, inside, table, tmp_path):
    path = table(numbers())
    with (tmp_path / path).open("rb") as file:
        done = subprocess.run(
            [*COMMAND, "fit", "-", *QUICK, "--loss", "mse", "--format", "json"],
            stdin=file,
            capture_output=True,
            env=ENVIRONMENT,
            check=True,
        )
    named = inside("fit", path, *QUICK, "--loss", "mse", "--format", "json").stdout
    assert strict(done.stdout.decode())["fits"] == strict(named)["fits"]
