"""`--l1`, `--penalty-scale` and `--path` as flags: JSON, screen, files, and what is refused."""

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli.cli

SAMPLES = Path(__file__).parents[2] / "sample_data"
AREA, WINE = str(SAMPLES / "area.csv"), str(SAMPLES / "wine.csv")
QUICK = ("--repeats", "1", "--no-contaminate", "--jobs", "1")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path, monkeypatch, capfd) -> Run:
    """(exit code, standard output, standard error) of `losscli fit` within this process."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["losscli", "fit", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(("fit", *arguments))
        return int(code), *capfd.readouterr()

    return run


def result(run: Run, *arguments: str) -> Any:
    code, out, error = run(*arguments, *QUICK, "--format", "json")
    assert (code, error) == (0, "")
    return json.loads(out)


def columns(path: str) -> tuple[np.ndarray, list[str]]:
    """(z-scored features (n, p), targets)."""
    with open(path, encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    x = np.array([[float(cell) for cell in line[:-1]] for line in lines])
    return (x - x.mean(axis=0)) / x.std(axis=0), [line[-1] for line in lines]


def of_losses(*specs: str) -> list[str]:
    return [word for spec in specs for word in ("--loss", spec)]


def test_json_has_the_penalty_and_exact_zeros(run):
    found = result(run, AREA, "--l1", "0.5", "--l2", "0.1", *of_losses("mse", "mae", "huber", "tukey"))
    assert (found["l1"], found["l2"], found["penalty_scale"]) == (0.5, 0.1, "raw")
    _, y = columns(AREA)
    spread = np.array([np.std(column) for column in np.loadtxt(AREA, delimiter=",", skiprows=1).T[:-1]])
    for one in found["fits"]:
        raw = np.array(list(one["coefficients"].values()))
        b = raw * spread
        assert 0 < (raw == 0.0).sum() < len(raw)
        assert (one["l1"], one["l2"]) == (0.5, 0.1)
        assert one["penalty"] == pytest.approx(0.5 * np.abs(b).sum() + 0.05 * b @ b, rel=1e-9)
        assert one["objective"] == pytest.approx(one["mean_loss"] + one["penalty"], rel=1e-12)
        assert one["converged"]
        if one["spec"] in ("mse", "mae"):
            x = np.loadtxt(AREA, delimiter=",", skiprows=1)[:, :-1]
            r = one["intercept"] + x @ raw - np.array(y, float)
            mean = (r * r).mean() if one["spec"] == "mse" else np.abs(r).mean()
            assert one["mean_loss"] == pytest.approx(mean, rel=1e-9)


def test_several_classes_keep_their_zeros(run):
    found = result(run, WINE, "--l1", "0.05", *of_losses("cross_entropy", "crammer_singer_hinge"))
    for one in found["fits"]:
        values = [value for own in one["coefficients"].values() for value in own.values()]
        assert 0 < sum(value == 0.0 for value in values) < len(values)
        assert sum(one["intercept"].values()) == pytest.approx(0.0, abs=1e-9)


def test_the_screen_counts_the_zeros(run):
    _, out, _ = run(AREA, "--l1", "0.5", *QUICK, *of_losses("mse", "mae"), "--coefficients")
    assert "slopes 0" in out and "(slopes that are 0)" in out and " of 10" in out
    _, out, _ = run(AREA, *QUICK, *of_losses("mse", "mae"), "--coefficients")
    assert "slopes" not in out


def test_a_saved_model_predicts_with_its_zeros(run, tmp_path):
    result(run, AREA, "--l1", "1", *of_losses("mse"), "--save", "m.json", "--predictions", "p.csv")
    (model,) = json.loads((tmp_path / "m.json").read_text())["models"]
    assert 0.0 in np.ravel(model["slopes"])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text(), newline="")))
    assert len(rows) == 569 and np.isfinite([float(row["pred_mse"]) for row in rows]).all()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--l1", "-1"), "--l1 -1 is not 0 or more"),
        (("--l1", "nan"), "--l1 nan is not 0 or more"),
        (("--l1", "1", "--optimizer", "lbfgs"), "--optimizer auto"),
        (("--penalty-scale", "curved"), "curvature"),
        (("--path", "l3"), "l1"),
        (("--path", "l1:points=1"), "--path l1:points=20"),
        (("--path", "l1:steps=5"), "points"),
        (("--path", "l1", "--model", "mlp:hidden=4"), "--path"),
    ],
)
def test_what_is_refused(run, arguments, named):
    code, out, error = run(AREA, *QUICK, *arguments)
    assert (code, out) == (2, "")
    assert named in error


def test_an_optimizer_takes_the_penalty(run):
    found = result(run, AREA, "--l1", "5", *of_losses("mse"), "--optimizer", "nesterov")
    (one,) = found["fits"]
    assert one["converged"] and one["distance"] < 1e-8
    assert 0.0 in one["coefficients"].values()
    assert found["curves"][0]["y"][-1] == pytest.approx(one["objective"])


def test_strengths_in_units_of_the_curvature(run):
    asked = ("--l1", "0.1", "--l2", "0.3", "--penalty-scale", "curvature", "--scale", "8")
    found = result(run, AREA, *asked, *of_losses("mse", "half_squared_error", "mae"))
    assert (found["l1"], found["l2"], found["penalty_scale"]) == (0.1, 0.3, "curvature")
    mse, half, mae = found["fits"]
    assert (mse["l1"], mse["l2"]) == pytest.approx((1.6, 0.6))
    assert (half["l1"], half["l2"]) == pytest.approx((0.8, 0.3))
    assert (mae["l1"], mae["l2"]) == pytest.approx((0.1, 0.3 / 8))
    for name, value in mse["coefficients"].items():
        assert half["coefficients"][name] == pytest.approx(value, rel=1e-6)


def test_the_path_of_l1(run):
    found = result(run, AREA, "--path", "l1:points=7", *of_losses("mse", "mae", "huber"))
    assert [one["name"] for one in found["curves"]] == ["path:l1"] * 3
    assert [one["spec"] for one in found["curves"]] == [one["spec"] for one in found["fits"]]
    for one in found["curves"]:
        assert len(one["x"]) == len(one["y"]) == len(one["nonzero"]) == 7
        assert one["x"] == sorted(one["x"], reverse=True)
        assert one["x"][0] / one["x"][-1] == pytest.approx(1000)
        assert one["nonzero"][0] == 0 and one["nonzero"][-1] > 5
        assert one["mean_error"][one["x"].index(one["best"])] == min(one["mean_error"])
        assert one["one_standard_error"] >= one["best"]
        least = one["mean_error"].index(min(one["mean_error"]))
        limit = one["mean_error"][least] + one["standard_error"][least]
        assert one["mean_error"][one["x"].index(one["one_standard_error"])] <= limit
    again = result(run, AREA, "--l1", repr(found["curves"][0]["x"][3]), *of_losses("mse"))
    assert again["fits"][0]["scores"]["mae"]["value"] == pytest.approx(found["curves"][0]["y"][3], rel=1e-9)


def test_the_greatest_strength_of_a_path_is_the_least_that_leaves_no_slope(run):
    found = result(run, AREA, "--path", "l1:points=2", *of_losses("mse"))
    z, y = columns(AREA)
    target = np.array(y, float)
    top = 2 * np.abs((target - target.mean()) @ z).max() / len(target)
    assert found["curves"][0]["x"][0] == pytest.approx(top, rel=0.051)
    assert found["curves"][0]["x"][0] >= top * (1 - 1e-9)


def test_auto_is_along_the_penalty_there_is(run):
    found = result(run, WINE, "--path", "auto:points=3", *of_losses("cross_entropy"))
    assert found["curves"][0]["name"] == "path:l2"
    assert found["curves"][0]["nonzero"] == [None] * 3
    found = result(run, WINE, "--path", "auto:points=3", "--l1", "0.01", *of_losses("cross_entropy"))
    assert found["curves"][0]["name"] == "path:l1"
    assert found["curves"][0]["metric"] == "average_precision"


def test_the_path_on_screen_and_in_files(run):
    asked = (AREA, *QUICK, "--path", "l1:points=4", *of_losses("mse", "huber"))
    _, out, _ = run(*asked)
    assert "PATH OF L1: MAE OUT OF FOLD AT 4 STRENGTHS" in out and "within 1 se" in out
    _, out, _ = run(*asked, "--format", "markdown")
    assert "PATH OF L1" in out
    _, out, _ = run(*asked, "--format", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(out, newline="")) if row["kind"] == "path"]
    assert len(rows) == 8
    assert all(float(row["level"]) > 0 and float(row["value"]) > 0 for row in rows)


def test_paths_do_not_depend_on_the_jobs(run):
    asked = (AREA, "--path", "l1:points=3", *of_losses("mse"), "--repeats", "1", "--no-contaminate")
    one, two = (json.loads(run(*asked, "--jobs", jobs, "--format", "json")[1]) for jobs in ("1", "2"))
    assert one["curves"] == two["curves"]


def test_an_l1_penalty_makes_up_for_rows(run, tmp_path):
    """More columns than rows need no l2 then; without either it is refused."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 50))
    rows = np.column_stack([x, x[:, 0] - x[:, 1] + 0.1 * rng.normal(size=30)])
    names = ",".join([*(f"x{i}" for i in range(50)), "y"])
    np.savetxt(tmp_path / "wide.csv", rows, delimiter=",", header=names, comments="")
    code, _, error = run("wide.csv", *QUICK, *of_losses("mse"))
    assert code == 2 and "--l2" in error
    found = result(run, "wide.csv", "--l1", "0.2", *of_losses("mse", "mae"))
    for one in found["fits"]:
        kept = [name for name, value in one["coefficients"].items() if value != 0.0]
        assert {"x0", "x1"} <= set(kept) and len(kept) < 25
        assert one["scores"]["r2"]["value"] > 0.9  # rows that were not trained on, by slopes that were
