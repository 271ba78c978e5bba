"""Every loss of a comparison is what its row values add up to, weighted or not, for every kind."""

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from comparisons import Compare, Truth, bound, figure
from scipy.special import expit, softmax

from losscli.domain import Kind, Task
from losscli.loss.catalogue import losses_for
from losscli.result import Comparison


def check(found: Comparison, task: Task, models: dict[str, Truth], *, rel: float = 1e-12) -> None:
    """Each value against whole arrays; none is skipped, and every loss of the task is there or refused."""
    assert found.task == task
    assert {table.name for table in found.losses} | {one.spec.partition(":")[0] for one in found.refused} == {
        loss.name for loss in losses_for(task)
    }
    checked = 0
    for table in found.losses:
        one = bound(table, task)
        for result in table.results:
            direct = figure(one, models[result.model])
            if direct is None:
                assert result.value is None and result.reason
                continue
            assert result.value == pytest.approx(direct, rel=rel), (table.spec, result.model)
            checked += 1
    assert checked >= 2


def weights(rng: Any, n: int, weighted: bool) -> Any:
    return rng.integers(0, 5, n).astype(float) if weighted else np.ones(n)


def roles(columns: dict[str, Any], w: Any, weighted: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    return (columns | {"w": w}, {"weights": "w"}) if weighted else (columns, {})


# L₀, and with it this loss, is told from bins above 2,048 rows: 1e-8.
BINNED = "relative_squared_error"


@pytest.mark.parametrize(("n", "weighted"), [(2_000, False), (2_000, True), (33_000, True)])
def test_positive_numbers(compared: Compare, n: int, weighted: bool) -> None:
    """All losses of numbers and counts at once: two models, one of them wild."""
    rng = np.random.default_rng(n)
    y = rng.lognormal(1.0, 0.8, n)
    a, b = y * np.exp(0.3 * rng.normal(size=n)), y * np.exp(0.5 * rng.standard_t(3, n))
    w = weights(rng, n, weighted)
    columns, asked = roles({"y": y, "pred_a": a, "pred_b": np.clip(b, 1e-2, 60.0)}, w, weighted)
    found = compared(columns, resamples=100, **asked)
    models = {
        name: Truth(Task.REGRESSION, y, w, {Kind.VALUE: columns[name]}) for name in ("pred_a", "pred_b")
    }
    kept = [table for table in found.losses if n <= 2_048 or table.name != BINNED]
    for table in kept:
        one = bound(table, Task.REGRESSION)
        for result in table.results:
            direct = figure(one, models[result.model])
            assert result.value == pytest.approx(direct, rel=1e-12), (table.spec, result.model)
    refused = {one.spec.partition(":")[0] for one in found.refused}
    # whole targets; an order in time; a range of thresholds
    assert refused == {"negative_binomial", "mase", "threshold_weighted_score"}
    assert refused | {table.name for table in found.losses} == {
        loss.name for loss in losses_for(Task.REGRESSION)
    }


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_counts(compared: Compare, weighted: bool) -> None:
    rng = np.random.default_rng(1)
    rate = rng.gamma(2.0, 2.0, 1_500)
    y, w = rng.poisson(rate).astype(float), weights(rng, 1_500, weighted)
    columns, asked = roles({"y": y, "pred_a": rate, "pred_b": np.full(1_500, 4.5)}, w, weighted)
    found = compared(columns, task=Task.COUNTS, resamples=100, **asked)
    models = {name: Truth(Task.COUNTS, y, w, {Kind.VALUE: columns[name]}) for name in ("pred_a", "pred_b")}
    check(found, Task.COUNTS, models)
    assert {one.spec for one in found.refused} >= {"gamma", "mape", "rmspe"}  # some counts are 0


KINDS = {Kind.PROBABILITY: "prob", Kind.LOGIT: "logit", Kind.SCORE: "score", Kind.LABEL: "pred"}


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_classes(compared: Compare, kind: Kind, weighted: bool) -> None:
    rng = np.random.default_rng(2)
    n = 1_200
    y = (rng.random(n) < 0.3).astype(float)
    columns, models, w = {"y": y.astype(int)}, {}, weights(rng, n, weighted)
    for model in "ab":
        z = rng.normal(size=n) + 1.5 * y - 0.5
        own = {Kind.PROBABILITY: expit(z), Kind.LABEL: (z > 0.2).astype(int)}.get(kind, z)
        columns[f"{KINDS[kind]}_{model}"] = own
        models[f"{KINDS[kind]}_{model}"] = Truth(Task.BINARY, y, w, {kind: own})
    columns, asked = roles(columns, w, weighted)
    check(compared(columns, resamples=100, **asked), Task.BINARY, models)


def test_a_model_with_labels_probabilities_and_scores(compared: Compare) -> None:
    """Each loss takes the kind it needs; another model has labels only."""
    rng = np.random.default_rng(3)
    n = 900
    y = (rng.random(n) < 0.4).astype(float)
    z = rng.normal(size=n) + y
    said = {Kind.LABEL: (z > 0.9).astype(int), Kind.PROBABILITY: expit(z - 0.4), Kind.SCORE: 3 * z - 1.0}
    other = {Kind.LABEL: (rng.random(n) < 0.5).astype(int)}
    found = compared(
        {
            "y": y.astype(int),
            "rf_pred": said[Kind.LABEL],
            "rf_prob": said[Kind.PROBABILITY],
            "rf_score": said[Kind.SCORE],
            "coin_pred": other[Kind.LABEL],
        }
    )
    models = {
        "rf": Truth(Task.BINARY, y, np.ones(n), said),
        "coin_pred": Truth(Task.BINARY, y, np.ones(n), other),
    }
    check(found, Task.BINARY, models)


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("kind", KINDS)
def test_several_classes(compared: Compare, kind: Kind, weighted: bool) -> None:
    rng = np.random.default_rng(4)
    n, labels = 1_000, ["ash", "elm", "fir", "oak"]
    y = rng.integers(0, 4, n)
    columns: dict[str, Any] = {"label": [labels[code] for code in y]}
    models, w = {}, weights(rng, n, weighted)
    for model in "ab":
        z = rng.normal(size=(n, 4)) + 1.5 * np.eye(4)[y]
        if kind is Kind.LABEL:
            columns[f"pred_{model}"] = [labels[code] for code in z.argmax(axis=1)]
            models[f"pred_{model}"] = Truth(Task.MULTICLASS, y, w, {kind: z.argmax(axis=1)})
            continue
        own = softmax(z, axis=1) if kind is Kind.PROBABILITY else z
        columns |= {f"{model}_{KINDS[kind]}_{label}": own[:, code] for code, label in enumerate(labels)}
        models[model] = Truth(Task.MULTICLASS, y, w, {kind: own})
    columns, asked = roles(columns, w, weighted)
    found = compared(columns, resamples=100, **asked)
    assert found.labels == tuple(labels)
    check(found, Task.MULTICLASS, models)


def test_ranking_metrics_of_several_classes(compared: Compare) -> None:
    """Each class against the rest, the mean over classes; logits rank like their own columns."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, 800)
    w = rng.integers(1, 4, 800).astype(float)
    p = softmax(rng.normal(size=(800, 3)) + np.eye(3)[y], axis=1)
    columns = {"y": y} | {f"prob_{code}": p[:, code] for code in range(3)} | {"w": w}
    found = compared(columns, weights="w")
    auc, precision = found.metric("roc_auc"), found.metric("average_precision")
    if auc is None or precision is None:
        pytest.fail("several classes have no ranking metrics")
    own = sk.roc_auc_score(y, p, sample_weight=w, multi_class="ovr")
    assert auc.results[0].value == pytest.approx(own, rel=1e-12)
    mean = sk.average_precision_score(np.eye(3)[y], p, sample_weight=w)
    assert precision.results[0].value == pytest.approx(mean, rel=1e-12)


def test_metrics_of_logits_are_those_of_their_probabilities(compared: Compare) -> None:
    rng = np.random.default_rng(7)
    y = (rng.random(900) < 0.3).astype(int)
    z = rng.normal(size=900) + 1.2 * y
    one, other = compared({"y": y, "m_logit": z}), compared({"y": y, "m_prob": expit(z)})
    assert [metric.name for metric in one.metrics] == [metric.name for metric in other.metrics]
    assert len(one.metrics) > 15
    for a, b in zip(one.metrics, other.metrics, strict=True):
        assert a.results[0].value == pytest.approx(b.results[0].value, rel=1e-9), a.name


def test_relative_squared_error_is_exact_at_any_size(compared: Compare) -> None:
    rng = np.random.default_rng(6)
    y = rng.lognormal(1.0, 0.8, 5_000)
    p = y + rng.normal(size=5_000)
    found = compared({"y": y, "pred": p}, losses=["relative_squared_error"])
    r2 = found.metric("r2")
    assert r2 is not None and r2.results[0].value is not None
    value = found.losses[0].results[0].value
    assert value == pytest.approx(((p - y) ** 2).mean() / y.var(), rel=1e-12)
    assert value == pytest.approx(1.0 - r2.results[0].value, rel=1e-12)
