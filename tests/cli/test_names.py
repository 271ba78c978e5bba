"""Names as they are typed: any spelling found by `explain`, completed by the shell, hinted at by errors."""

import json
import re

import pytest

from losscli.cli.completion import loss_names, metric_names
from losscli.loss.catalogue import CATALOGUE
from losscli.metrics import METRICS, known_as


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("MAPE", "(mape, regression)"),
        ("WAPE", "(wmape, regression)"),
        ("CRPS", "(crps_ensemble, forecast)"),
        ("L1", "(mae, regression)"),
        ("crossentropy", "(cross_entropy, multiclass)"),
        ("neg_mean_squared_error", "(mse, regression)"),
        ("nn.HuberLoss", "(huber, regression)"),
        ("SmoothL1Loss", "(smooth_l1, regression)"),
        ("qwk", "(metric quadratic_kappa, multiclass)"),
        ("roc_auc_score", "(metric roc_auc, binary, multiclass)"),
        ("AUC", "(metric roc_auc, binary, multiclass)"),
        ("fbeta", "(metric fbeta:beta=0.5, binary)"),
        ("fbeta:beta=3", "(metric fbeta:beta=3, binary)"),
    ],
)
def test_explain_finds_any_spelling(inside, typed, first):
    done = inside("explain", typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"\([^()]*\)$", done.stdout.partition("\nformula")[0], re.M)[-1] == first


def test_what_another_library_means_is_said(inside):
    text = inside("explain", "nn.HuberLoss").stdout
    assert text.startswith("HuberLoss of torch is huber:delta=1\n")
    assert "; here 1\n" in text, "the parameter is that of the other library"
    assert inside("explain", "MeanAbsolutePercentageError").stdout.startswith(
        "MeanAbsolutePercentageError of Keras is 100 × mape\n"
    )


@pytest.mark.parametrize("name", sorted({one.name for one in METRICS} - {loss.name for loss in CATALOGUE}))
def test_every_metric_is_explained(inside, name):
    records = [one for one in METRICS if name in (one.name, *one.aliases)]
    found = json.loads(inside("explain", name, "--format", "json").stdout)["metrics"]
    assert [(one["title"], one["best"]) for one in found] == [(one.title, one.best) for one in records]
    text = " ".join(inside("explain", name).stdout.split())
    for metric in records:
        names = (name.removeprefix("also ") for name in metric.elsewhere)
        told = (metric.formula, metric.convention, metric.undefined, *names)
        assert [one for one in told if one not in text] == []


@pytest.mark.parametrize(
    ("flag", "typed", "advice"),
    [
        ("--loss", "MAPE", "Type mape"),
        ("--loss", "nn.HuberLoss", "Type huber:delta=1"),
        ("--loss", "mean_absolute_percentage_errors", "Did you mean"),
        ("--loss", "pearson", "It is a metric"),
        ("--fail-if", "PearsonR > 1", "Type pearson"),
    ],
)
def test_errors_say_what_to_type(inside, data, flag, typed, advice):
    done = inside("compare", data, flag, typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert advice in done.stderr


def test_only_names_that_there_are_are_completed():
    assert loss_names() == sorted({loss.name for loss in CATALOGUE})
    losses = {*loss_names()}
    assert all(name in losses or known_as(name) is not None for name in metric_names())
    left_out = {one.name for one in METRICS if ":" not in one.name} - {*metric_names()}
    assert len(left_out) < 4


@pytest.mark.parametrize(
    ("typed", "found"),
    [("compare --loss hub", "huber"), ("explain quadratic", "quadratic_kappa"), ("comp", "compare")],
)
def test_a_shell_completes(losscli, typed, found):
    words = typed.split()
    env = {
        "COMP_WORDS": f"losscli {typed}",
        "COMP_CWORD": f"{len(words)}",
        "_LOSSCLI_COMPLETE": "complete_bash",
    }
    done = losscli(**env)
    assert (done.stdout.split(), done.stderr) == ([found], "")


def test_help_is_a_command_too(inside):
    assert inside("help", "compare").stdout == inside("compare", "--help").stdout
    assert inside("help").stdout == inside("--help").stdout
    done = inside("help", "comparee")
    assert (done.returncode, "Did you mean compare?" in done.stderr) == (2, True)


def test_an_explanation_is_written_into_files(inside, tmp_path):
    assert inside("explain", "huber", "--output", "huber.html", "--output", "huber.json").returncode == 0
    assert "<!doctype html>" in (tmp_path / "huber.html").read_text()
    assert json.loads((tmp_path / "huber.json").read_text())["losses"][0]["name"] == "huber"
    assert "names no format" in inside("explain", "huber", "--output", "huber.gif").stderr
