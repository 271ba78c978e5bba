"""Data that cannot be learned from, or hardly: an error or a warning that says so, never a silent figure.

Commands run within this process, where a warning of numpy is an error, and an error of ours no exit 0 or 2.
"""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import losscli.cli

Done = subprocess.CompletedProcess[str]
Columns = Mapping[str, Sequence[object]]
RNG = np.random.default_rng(0)
N = 60
A, B, NOISE = RNG.normal(size=(3, N))
Y = 2 * A - B + NOISE
SIDE = np.where(A > 0, "right", "left").tolist()
EVERY = ("mse", "mae", "huber", "tukey", "epsilon_insensitive", "quantile:tau=0.9")
NO_OPTIMUM = "no finite optimum"


@pytest.fixture
def fit(tmp_path, monkeypatch, capfd) -> Callable[..., Done]:
    """Fit columns: fit({"x": […], "y": […]}, "--l2", "0")."""

    def run(columns: Columns, *flags: str) -> Done:
        with (tmp_path / "data.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        monkeypatch.chdir(tmp_path)
        once = [] if "--repeats" in flags else ["--repeats", "1"]
        arguments = ["fit", "data.csv", *once, "--jobs", "1", *flags]
        monkeypatch.setattr(sys, "argv", ["losscli", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(arguments)
        return subprocess.CompletedProcess(arguments, int(code), *capfd.readouterr())

    return run


@pytest.fixture
def found(fit) -> Callable[..., Any]:
    """The JSON of a fit that must work and say nothing on stderr."""

    def run(columns: Columns, *flags: str) -> Any:
        done = fit(columns, *flags, "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return run


def losses(*specs: str) -> list[str]:
    return [word for spec in specs for word in ("--loss", spec)]


def codes(result: Any) -> list[str]:
    return [warning["code"] for warning in result["warnings"]]


def by_name(result: Any) -> dict[str, Any]:
    return {own["name"]: own for own in result["fits"]}


# --- refused


@pytest.mark.parametrize(
    ("columns", "flags", "named"),
    [
        ({"k": [3] * N, "y": Y}, "", "'k'"),
        ({"a": A, "label": ["oak"] * N}, "", "one class"),
        ({"a": A, "y": [2] * N}, "", "'y'"),
        ({"a": A, "label": ["oak", "elm"] * 29 + ["oak", "yew"]}, "", "'yew'"),
        ({"a": A[:4], "y": Y[:4]}, "--l2 0", "--folds 4"),
        ({"a": A, "y": [f"word {i}" for i in range(N)]}, "--task regression", "word 0"),
        ({"a": A, "y": [f"word {i}" for i in range(N)]}, "", "class"),
        ({"m": [""] * N, "y": Y}, "", "'m'"),
        ({"m": [""] * N, "y": Y}, "--missing impute", "'m'"),
        ({"a": ["", *A[1:]], "y": Y}, "", "'a'"),
        ({"a": ["inf", *A[1:]], "y": Y}, "", "infinite"),
        ({"a": ["inf", *A[1:]], "y": Y}, "--missing impute", "infinite"),
        ({"a": A, "y": [*Y[:-1], ""]}, "", "'y'"),
        ({"a": A, "y": [*Y[:-1], ""]}, "--missing impute", "'y'"),
        ({"y": Y}, "--no-intercept", "feature"),
        ({"a": A, "w": [-1.0] * N, "y": Y}, "--weights w", "'w'"),
        ({"a": A, "w": [0.0] * N, "y": Y}, "--weights w", "row"),
        ({f"c{i}": RNG.normal(size=20) for i in range(40)} | {"y": Y[:20]}, "", "--l2"),
        ({f"c{i}": RNG.normal(size=N) for i in range(2000)} | {"y": Y}, "", "--l2"),
        ({"a": A, "y": Y}, "--loss poisson", "poisson"),
        ({"a": A, "n": np.abs(Y)}, "--task counts --loss gamma --loss bce", "bce"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(fit, columns, flags, named):
    done = fit(columns, *flags.split())
    assert (done.returncode, done.stdout) == (2, "")
    first, *advice = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert advice, "an error says what to do"
    assert named in done.stderr


RARE = ["rare", *["oak", "elm"] * ((N - 1) // 2), "oak"]


@pytest.mark.parametrize(
    ("columns", "flags", "imputed"),
    [
        ({"a": ["", *A[1:]], "k": RARE}, "", True),
        ({"a": ["inf", *A[1:]], "k": RARE}, "", False),
        ({"a": A, "g": ["", *range(1, N)], "k": RARE}, "--group g", False),
        ({"a": A, "w": [0.0, *[1.0] * (N - 1)], "k": RARE}, "--weights w", False),
    ],
)
def test_a_class_without_a_row_is_imputed_only_where_that_works(fit, columns, flags, imputed):
    done = fit(columns, "--target", "k", "--missing", "drop", *flags.split())
    assert done.returncode == 2 and "no row of class 'rare' is left" in done.stderr
    assert ("--missing impute" in done.stderr) is imputed


def test_dropping_rows_is_no_advice_where_none_would_be_left(fit):
    empty = {"a": A, "y": [""] * N}
    for missing in ("error", "impute"):
        done = fit(empty, "--target", "y", "--missing", missing)
        assert done.returncode == 2 and "--missing drop" not in done.stderr
    done = fit(empty, "--target", "y", "--missing", "drop")
    assert "'y' has no value, name another column" in done.stderr
    done = fit({"a": A, "y": [*Y[:-1], ""]}, "--missing", "impute")
    assert "as only features are imputed" in done.stderr and "--missing drop" in done.stderr


def test_counts_show_each_metric_once(fit):
    counts = {"a": A, "y": RNG.poisson(np.exp(A))}
    lines = fit(counts, "--task", "counts", "--no-contaminate", "--loss", "poisson").stdout.splitlines()
    (heads,) = [re.split(r"  +", line) for line in lines if line.startswith("rank")]
    assert "RMSE" in heads and "MAE" in heads and len(set(heads)) == len(heads)


# --- warned


@pytest.mark.parametrize(("column", "kept"), [([7] * N, {"a", "b", "k"}), ([""] * N, {"a", "b"})])
@pytest.mark.parametrize("missing", ["error", "drop", "impute"])
def test_a_column_that_says_nothing_changes_nothing(found, column, kept, missing):
    flags = ("--no-contaminate", *losses("mse", "mae"))
    result = found({"a": A, "k": column, "b": B, "y": Y}, "--missing", missing, *flags)
    assert set(result["features"]) == kept == result["fits"][0]["coefficients"].keys()
    assert result["rows"]["used"] == N
    (warning,) = result["warnings"]
    assert "'k'" in warning["message"]
    for own in result["fits"]:
        assert own["coefficients"].pop("k", 0.0) == 0.0
    assert result["fits"] == found({"a": A, "b": B, "y": Y}, *flags)["fits"]


def test_a_class_that_a_fold_lacks(found):
    columns = {"a": A, "b": B, "label": ["oak", "elm"] * 29 + ["yew", "yew"]}
    result = found(columns, "--no-contaminate", *losses("cross_entropy", "brier"))
    assert codes(result) == ["rare_class"]
    assert "'yew'" in result["warnings"][0]["message"]
    assert result["classes"] == ["elm", "oak", "yew"]


@pytest.mark.parametrize(
    ("copy", "target", "flags"),
    [
        (Y.tolist(), Y.tolist(), ["mse", "mae"]),
        ([int(a > 0) for a in A], [int(a > 0) for a in A], ["bce", "brier"]),
        (SIDE, SIDE, ["bce", "brier"]),
    ],
    ids=["numbers", "labels", "text"],
)
def test_a_copy_of_the_target_among_the_features(found, copy, target, flags):
    columns = {"a": B, "copy": copy, "b": NOISE, "y": target}
    positive = ["--positive", "left"] if target is SIDE else []
    result = found(columns, "--no-contaminate", *positive, *losses(*flags))
    assert "target_among_features" in codes(result)
    warning = next(one for one in result["warnings"] if one["code"] == "target_among_features")
    assert "copy" in warning["message"] and "--drop copy" in warning["advice"]
    without = found(columns, "--no-contaminate", "--drop", "copy", *positive, *losses(*flags))
    assert "target_among_features" not in codes(without)


def test_a_good_feature_is_no_copy(found):
    result = found({"a": Y + 0.1 * A, "b": B, "y": Y}, "--no-contaminate", *losses("mse", "mae"))
    assert codes(result) == []


# --- more columns than rows


@pytest.mark.parametrize("l2", ["0", "0.1"])
def test_more_columns_than_rows_by_wish(found, l2):
    columns = {f"c{i}": RNG.normal(size=20) for i in range(40)} | {"y": Y[:20]}
    result = found(columns, "--l2", l2, "--no-contaminate", *losses("mse", "mae", "huber:delta=1"))
    assert result["scale"] is None and result["scale_reason"]
    for own in result["fits"]:
        assert own["converged"]
        assert own["mean_loss"] < 1e-12 or l2 != "0"
    assert (by_name(result)["mse"]["mean_loss"] < 1e-12) is (l2 == "0")


def test_two_thousand_columns(found):
    columns = {f"c{i}": RNG.normal(size=N) for i in range(2000)} | {"y": Y}
    result = found(columns, "--l2", "1", "--no-contaminate", *losses("mse", "mae", "huber:delta=1"))
    assert len(result["features"]) == 2000
    x = np.column_stack([columns[name] for name in result["features"]])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    dual = np.linalg.solve(z @ z.T / N + 0.5 * np.eye(N), Y - Y.mean()) / N  # ridge: mean r² + ½ Σ b²
    own = by_name(result)["mse"]
    slopes = np.array([own["coefficients"][name] for name in result["features"]])
    np.testing.assert_allclose(slopes * x.std(axis=0), z.T @ dual, rtol=1e-6, atol=1e-10)


# --- exact fits


def test_an_exact_fit_has_no_scale(found):
    result = found({"a": A, "b": B, "y": 2 * A - B + 1}, "--no-contaminate", *losses(*EVERY, "huber:delta=1"))
    assert result["scale"] is None and "residual" in result["scale_reason"]
    refused = {one["spec"]: one["reason"] for one in result["refused"]}
    assert refused.keys() == {"huber", "tukey", "epsilon_insensitive"}
    assert all("scale" in reason for reason in refused.values())
    for own in result["fits"]:
        assert own["converged"]
        shown = [own["intercept"], own["coefficients"]["a"], own["coefficients"]["b"]]
        np.testing.assert_allclose(shown, [1, 2, -1], rtol=1e-7)


def test_an_exact_fit_cannot_be_spoiled_in_units_of_its_scale(found):
    result = found({"a": A, "b": B, "y": 2 * A - B + 1}, *losses("mse", "mae"))
    assert result["robustness"] == []
    assert {one["spec"].partition(":")[0] for one in result["refused"]} == {"shift", "leverage"}


def test_half_of_the_rows_fitted_exactly(found):
    half = np.arange(N) % 2 == 0
    result = found({"a": A, "b": B, "y": np.where(half, 2 * A - B, Y)}, "--no-contaminate", *losses(*EVERY))
    assert result["scale"] > 0
    mae = by_name(result)["mae"]
    np.testing.assert_allclose([mae["coefficients"]["a"], mae["coefficients"]["b"]], [2, -1], atol=1e-7)
    assert all(own["converged"] for own in result["fits"])


# --- scales


@pytest.mark.parametrize("power", [3, 100])
def test_columns_of_huge_and_tiny_scale(found, power):
    flags = ("--no-contaminate", *losses(*EVERY))
    plain = found({"a": A, "b": B, "y": Y}, *flags)
    scaled = found({"a": A * 10.0**power, "b": B / 10.0**power, "y": Y}, *flags)
    assert scaled["scale"] == pytest.approx(plain["scale"], rel=1e-6)
    for own, other in zip(plain["fits"], scaled["fits"], strict=True):
        assert other["converged"]
        b, c = own["coefficients"], other["coefficients"]
        assert c["a"] * 10.0**power == pytest.approx(b["a"], rel=1e-5)
        assert c["b"] / 10.0**power == pytest.approx(b["b"], rel=1e-5)
        assert other["scores"]["mae"]["value"] == pytest.approx(own["scores"]["mae"]["value"], rel=1e-5)


def test_a_target_of_huge_or_tiny_scale(found):
    flags = ("--repeats", "2", *losses(*EVERY))
    plain = found({"a": A, "b": B, "y": Y}, *flags)
    for power in (-100, -12, 12, 100):
        scaled = found({"a": A, "b": B, "y": Y * 10.0**power}, *flags)
        assert_scaled(plain, scaled, power)


def assert_scaled(plain, scaled, power):
    for own, other in zip(plain["fits"], scaled["fits"], strict=True):
        assert (own["name"], other["converged"]) == (other["name"], True)
        assert other["coefficients"]["a"] / 10.0**power == pytest.approx(own["coefficients"]["a"], rel=1e-5)
    for own, other in zip(plain["robustness"], scaled["robustness"], strict=True):
        # A descent in a fold may leave 1e-9 of its objective, and so move predictions by 3e-5 of their sd.
        np.testing.assert_allclose(other["excess"], own["excess"], rtol=0, atol=1e-4)
    (first, *_), (second, *_) = plain["ranking"], scaled["ranking"]
    places = [{row["spec"].split(":")[0]: row["rank"] for row in one["rows"]} for one in (first, second)]
    assert places[0] == places[1]


@pytest.mark.parametrize(
    "columns",
    [
        {"a": A * 1e200, "b": B, "y": Y},
        {"a": A * 1e-200, "b": B, "y": Y},
        {"a": A, "b": B, "y": Y * 1e200},
        {"a": A, "b": B, "y": Y * 1e-200},
    ],
    ids=["huge column", "tiny column", "huge target", "tiny target"],
)
def test_squares_beyond_all_numbers(fit, columns):
    """Refused, or right: the slopes of the target in plain units."""
    done = fit(columns, *losses("mse", "mae"), "--format", "json")
    assert done.returncode in (0, 2), done.stderr
    if done.returncode == 2:
        assert done.stdout == "" and len(done.stderr.splitlines()) > 1
        return
    unit = np.abs(columns["y"]).max() / np.abs(Y).max()
    for own in json.loads(done.stdout)["fits"]:
        b = own["coefficients"]["b"] / unit
        assert own["converged"] and b == pytest.approx(-1, abs=0.4), (own["spec"], b)


def test_a_target_far_from_0(found):
    flags = ("--no-contaminate", *losses(*EVERY))
    plain, far = (found({"a": A, "b": B, "y": Y + add}, *flags) for add in (0, 1e8))
    assert far["scale"] == pytest.approx(plain["scale"], rel=1e-5)
    for own, other in zip(plain["fits"], far["fits"], strict=True):
        assert other["converged"]
        assert other["coefficients"]["a"] == pytest.approx(own["coefficients"]["a"], abs=1e-5)
        assert other["scores"]["mae"]["value"] == pytest.approx(own["scores"]["mae"]["value"], rel=1e-5)


def test_a_column_far_from_0(found):
    flags = ("--no-contaminate", *losses(*EVERY))
    plain, far = (found({"a": A + add, "b": B, "y": Y}, *flags) for add in (0, 1e8))
    for own, other in zip(plain["fits"], far["fits"], strict=True):
        assert other["converged"]
        assert other["coefficients"]["a"] == pytest.approx(own["coefficients"]["a"], abs=1e-5)


# --- no finite optimum


@pytest.mark.parametrize(
    ("labels", "specs", "finite"),
    [
        ((A > 0).astype(int), ("bce", "focal", "exponential", "squared_margin"), "squared_margin"),
        (np.digitize(A, [-0.5, 0.5]), ("cross_entropy", "focal", "label_smoothing"), "label_smoothing"),
    ],
    ids=["two classes", "three classes"],
)
def test_separable_classes_without_a_penalty(fit, found, labels, specs, finite):
    columns = {"a": A, "b": B, "label": [f"kind {code}" for code in labels]}
    positive = ["--positive", "kind 1"] if max(labels) == 1 else []
    flags = (*positive, "--l2", "0", "--no-contaminate", *losses(*specs))
    result = found(columns, *flags)
    reasons = {one["spec"].partition(":")[0]: one["reason"] for one in result["unranked"]}
    assert reasons.keys() == {spec for spec in specs if not spec.startswith(finite)}
    assert all(NO_OPTIMUM in reason for reason in reasons.values())
    for own in result["fits"]:
        assert own["converged"] is (own["name"] not in reasons)
    ranked = {row["spec"] for ranking in result["ranking"] for row in ranking["rows"]}
    assert {spec.partition(":")[0] for spec in ranked} == {own["name"] for own in result["fits"]} - set(
        reasons
    )
    text = fit(columns, *flags)
    assert text.returncode == 0 and NO_OPTIMUM in text.stdout


def test_margins_that_separable_classes_can_all_reach(found):
    """Losses that are 0 beyond a margin have their optimum there, at 0."""
    columns = {"a": A, "b": B, "label": (A > 0).astype(int)}
    specs = ("hinge", "squared_hinge", "smooth_hinge", "modified_huber")
    result = found(columns, "--l2", "0", "--no-contaminate", *losses(*specs))
    for own in result["fits"]:
        assert own["objective"] == pytest.approx(0, abs=1e-9)
        assert own["converged"], (own["spec"], own["certificate"])
    assert result["unranked"] == []


def test_separable_classes_with_a_penalty(found):
    columns = {"a": A, "b": B, "label": (A > 0).astype(int)}
    result = found(columns, "--no-contaminate", *losses("bce", "focal", "exponential", "hinge"))
    assert result["unranked"] == []
    assert all(own["converged"] for own in result["fits"])


def test_all_losses_without_an_optimum(fit):
    columns = {"a": A, "b": B, "label": (A > 0).astype(int)}
    done = fit(columns, "--l2", "0", *losses("bce", "exponential"))
    assert (done.returncode, done.stderr) == (0, "")
    assert NO_OPTIMUM in done.stdout


def test_no_optimum_in_a_fold_only(found):
    """One row keeps the classes from being separable: the fold that is judged on it has no optimum."""
    labels = (A > 0).astype(int)
    labels[int(A.argmax())] = 0
    result = found(
        {"a": A, "b": B, "y": labels}, "--l2", "0", "--no-contaminate", *losses("bce", "squared_margin")
    )
    bce = by_name(result)["bce"]
    assert bce["converged"]
    assert [one["spec"] for one in result["unranked"]] == ["bce"]
    assert "fold" in result["unranked"][0]["reason"]


@pytest.mark.parametrize("task", ["distribution", "forecast", "boxes"])
def test_tasks_whose_losses_are_not_trained(fit, task):
    done = fit({"x": A, "y": Y}, "--task", task)
    assert done.returncode == 2
    assert f"--task {task}: no loss is trained for such targets" in done.stderr


def test_an_exact_fit_ties_the_losses(fit, found):
    """What is missed is rounding, by which no loss is better than another."""
    columns = {"a": A, "b": B, "y": 3.0 * A - B + 0.5}
    specs = losses("mse", "mae", "huber:delta=1", "log_cosh:c=1")
    result = found(columns, "--no-contaminate", *specs)
    (mae,) = (one for one in result["ranking"] if one["metric"] == "mae")
    assert [(row["value"], row["rank"]) for row in mae["rows"]] == [(0.0, 1)] * 4
    assert all(own["converged"] and "exact" in own["certificate"] for own in result["fits"])
    text = fit(columns, "--no-contaminate", *specs)
    assert "The fit is exact under mse, mae, huber and log_cosh" in text.stdout


@pytest.mark.parametrize("size", [1e-100, 1.0, 1e100])
def test_steep_losses_at_any_size_of_the_target(fit, found, size):
    """No internal error, no warning, and no figure that is not finite."""
    columns = {"a": A[:16], "y": size * Y[:16]}
    specs = losses(
        "linex:a=-1", "linex:a=1e3", "lq:q=20", "barron:alpha=-inf,c=1", "threshold_weighted_score"
    )
    flags = ("--l2", "0", "--folds", "2", "--no-contaminate", *specs)
    for own in found(columns, *flags)["fits"]:
        assert own["objective"] is not None or (not own["converged"] and own["reason"])
    done = fit(columns, *flags, "--all")
    assert (done.returncode, done.stderr) == (0, "") and "--1" not in done.stdout


def test_columns_along_which_there_is_no_optimum_are_named(found):
    columns = {"a": A, "shop": ["pier" if i < 3 else "town" for i in range(N)]}
    columns["bought"] = [1 if i < 3 else int(NOISE[i] > 0) for i in range(N)]
    (own,) = found(columns, "--l2", "0", "--no-contaminate", *losses("bce"))["fits"]
    assert not own["converged"]
    assert own["certificate"].startswith(NO_OPTIMUM) and "along shop=" in own["certificate"]
