"""A record among the metrics is all that a new one takes: compare and fit, screens and JSON have it."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

import losscli.cli
import losscli.metrics
from losscli.domain import LABELS, Floats, Task
from losscli.metrics.metric import Metric, outcome, over
from losscli.metrics.tallies import Confusion, Tallies

Command = Callable[..., str]


def _csi(t: Tallies) -> Floats:
    return over(t.hits[..., 1], t.true[..., 1] + t.predicted[..., 1] - t.hits[..., 1])


CSI = Metric(
    name="critical_success_index",
    title="Critical success index",
    word="CSI",
    narrow="CSI",
    formula="tp / (tp + fp + fn)",
    tasks=frozenset({Task.BINARY}),
    needs=LABELS,
    greater_is_better=True,
    best=1.0,
    source=Confusion,
    value=lambda c: outcome(_csi(c.tallies), "no row is positive or predicted positive"),
    replicated=_csi,
)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """What losscli prints, in this process, where the metric is one of those there are."""
    monkeypatch.setattr(losscli.metrics, "METRICS", (*losscli.metrics.METRICS, CSI))
    rng = np.random.default_rng(2)
    x = rng.normal(size=(120, 2))
    y = (x[:, 0] + rng.logistic(size=120) > 0.8).astype(int)
    p = 1 / (1 + np.exp(-x.T - 0.3))
    (tmp_path / "train.csv").write_text("y,a,b\n" + _lines(y, *x.T), encoding="utf-8")
    (tmp_path / "preds.csv").write_text("y,prob_a,prob_b\n" + _lines(y, *p), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["losscli", *words])
        capfd.readouterr()
        assert losscli.cli.run(list(words)) == 0
        return capfd.readouterr().out

    return run


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def _lines(*columns: Floats) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in np.column_stack(columns).tolist())


def test_compare_has_it(command: Command) -> None:
    found = json.loads(command("compare", "preds.csv", "--format", "json"))
    own = next(one for one in found["metrics"] if one["name"] == CSI.name)
    assert own["greater_is_better"] is True
    rows = np.loadtxt("preds.csv", delimiter=",", skiprows=1)
    for result, p in zip(own["results"], rows[:, 1:].T, strict=True):
        assert result["value"] == pytest.approx(jaccard_score(rows[:, 0], p > 0.5), rel=1e-12)
        assert result["low"] < result["value"] < result["high"]
        assert result["rank_low"] <= result["rank"] <= result["rank_high"]
    assert "Critical success index" in command("compare", "preds.csv", "--all")
    assert "Critical success index" in command("compare", "preds.csv", "--all", "--format", "markdown")
    lines = [
        row for row in _rows(command("compare", "preds.csv", "--format", "csv")) if row["name"] == CSI.name
    ]
    assert [(row["kind"], row["model"], float(row["value"])) for row in lines] == [
        ("metric", one["model"], one["value"]) for one in own["results"]
    ]


def test_fit_has_it(command: Command) -> None:
    words = ("fit", "train.csv", "--loss", "bce", "--loss", "hinge", "--repeats", "1", "--folds", "3")
    found = json.loads(command(*words, "--no-contaminate", "--format", "json"))
    names = list(found["fits"][0]["scores"])
    assert names[0] == found["headline"] == "average_precision" and names[-1] == CSI.name
    for one in found["fits"]:
        value, p, r = (one["scores"][name]["value"] for name in (CSI.name, "precision", "recall"))
        assert value == pytest.approx(p * r / (p + r - p * r), rel=1e-12)
    assert found["constant"][CSI.name] == 0
    assert next(one for one in found["ranking"] if one["metric"] == CSI.name)["greater_is_better"] is True
    assert " CSI" in command(*words, "--no-contaminate", "--all")
    assert " CSI" in command(*words, "--no-contaminate", "--all", "--format", "markdown")
    shown = _rows(command(*words, "--no-contaminate", "--format", "csv"))
    lines = [row for row in shown if row["metric"] == CSI.name and row["kind"] == "metric"]
    assert [(row["spec"], float(row["value"])) for row in lines] == [
        (one["spec"], one["scores"][CSI.name]["value"]) for one in found["fits"]
    ]
