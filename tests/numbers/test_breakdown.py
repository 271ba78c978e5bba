"""What an average hides: classes, labels and outputs one by one, and the order of classes."""

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from comparisons import Compare

from losscli.domain import Task
from losscli.result import rests_on_few

WORDS = np.array(["ash", "elm", "oak"])


def trees(n: int = 200, seed: int = 0) -> dict[str, Any]:
    """Three classes and labels of two models, the second of which never says oak; weights."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    guess = np.where(rng.random(n) < 0.7, y, rng.integers(0, 3, n))
    return {
        "y": WORDS[y],
        "pred_a": WORDS[guess],
        "pred_b": WORDS[np.minimum(guess, 1)],
        "w": rng.choice([0.5, 1.0, 2.25], n),
    }


@pytest.mark.parametrize("weighted", [False, True])
def test_each_class_is_scikit_learns(compared: Compare, weighted: bool) -> None:
    made = trees()
    found = compared(made, resamples=300, **({"weights": "w"} if weighted else {}))
    w = made["w"] if weighted else None
    assert [(one.model, one.name) for one in found.classes] == [
        (model, name) for model in ("pred_a", "pred_b") for name in WORDS
    ]
    for model in ("pred_a", "pred_b"):
        theirs = sk.precision_recall_fscore_support(
            made["y"], made[model], sample_weight=w, zero_division=np.nan
        )
        own = [one for one in found.classes if one.model == model]
        for name, column in zip(("precision", "recall", "f1", "support"), theirs, strict=True):
            values = [getattr(one, name) for one in own]
            assert [np.nan if v is None else v for v in values] == pytest.approx(column, nan_ok=True)
        (matrix,) = (one for one in found.confusion if one.model == model)
        counts = sk.confusion_matrix(made["y"], made[model], sample_weight=w)
        np.testing.assert_allclose(matrix.counts, counts, rtol=1e-12)
        assert [one.predicted for one in own] == pytest.approx(counts.sum(axis=0))
    for one in found.classes[:3]:
        for name in ("precision", "recall", "f1"):
            low, value, high = (getattr(one, f"{name}{end}") for end in ("_low", "", "_high"))
            assert low < value < high
    oak = found.classes[5]
    assert oak.precision is None and oak.precision_low is None and oak.predicted == 0
    assert oak.reason and "never predicted" in oak.reason


def test_each_label_is_scikit_learns(compared: Compare) -> None:
    rng = np.random.default_rng(1)
    there = rng.random((150, 3)) < np.array([0.5, 0.3, 0.2])
    p = np.round(1 / (1 + np.exp(-rng.normal(2.0 * there - 1, 1.0))), 4)
    made = {f"target_{c}": there[:, i].astype(int) for i, c in enumerate("abc")}
    made |= {f"prob_{c}": p[:, i] for i, c in enumerate("abc")}
    found = compared(made, resamples=300)
    theirs = sk.precision_recall_fscore_support(there, p > 0.5)
    assert [one.name for one in found.classes] == ["target_a", "target_b", "target_c"]
    for name, column in zip(("precision", "recall", "f1", "support"), theirs, strict=True):
        assert [getattr(one, name) for one in found.classes] == pytest.approx(column)
    for average in ("macro", "micro"):
        for name, score in (("roc_auc", sk.roc_auc_score), ("average_precision", sk.average_precision_score)):
            table = found.metric(f"{name}_{average}")
            assert table is not None
            (one,) = table.results
            assert one.value == pytest.approx(score(there, p, average=average))
            assert one.low is not None and one.high is not None and one.low < one.value < one.high
    assert found.confusion == ()


def outputs(spread: float, n: int = 200, seed: int = 2) -> dict[str, Any]:
    """Two outputs, the errors of the second `spread` times as large."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, 2)) * [1.0, spread]
    p = y + rng.normal(size=(n, 2)) * [0.3, 0.3 * spread]
    return {"target_a": y[:, 0], "target_b": y[:, 1], "rf_pred_a": p[:, 0], "rf_pred_b": p[:, 1]}


def test_each_output_is_scikit_learns(compared: Compare) -> None:
    made = outputs(1.0)
    y, p = (np.column_stack([made[f"{name}_{c}"] for c in "ab"]) for name in ("target", "rf_pred"))
    found = compared(made, resamples=300)
    theirs = {
        "mae": sk.mean_absolute_error(y, p, multioutput="raw_values"),
        "rmse": np.sqrt(sk.mean_squared_error(y, p, multioutput="raw_values")),
        "r2": sk.r2_score(y, p, multioutput="raw_values"),
    }
    assert [one.output for one in found.outputs] == ["target_a", "target_b"]
    for name, column in theirs.items():
        assert [getattr(one, name) for one in found.outputs] == pytest.approx(column)
        for one in found.outputs:
            low, value, high = (getattr(one, f"{name}{end}") for end in ("_low", "", "_high"))
            assert low < value < high
    assert "outputs_differ" not in {one.code for one in found.warnings}


def test_outputs_of_other_spreads_are_said_to_be_averaged(compared: Compare) -> None:
    found = compared(outputs(100.0), resamples=200)
    (warning,) = (one for one in found.warnings if one.code == "outputs_differ")
    assert "target_b" in warning.message and "averaged" in warning.message


def test_an_output_that_few_rows_decide_has_no_interval_of_its_square(compared: Compare) -> None:
    made = outputs(1.0)
    made["rf_pred_b"] = made["rf_pred_b"] + np.where(np.arange(200) == 7, 80.0, 0.0)
    a, b = compared(made, resamples=200).outputs
    assert a.rmse_low is not None and b.mae_low is not None
    assert b.rmse is not None and b.rmse_low is None and b.r2_low is None
    assert b.reason and rests_on_few(b.reason.removeprefix("rmse, r2: "))


def kappa(found: Any) -> Any:
    return found.metric("quadratic_kappa").results[0]


def test_numbers_are_in_the_order_of_their_values(compared: Compare) -> None:
    """10 is behind 9, and a class that is only predicted stands at its place."""
    rng = np.random.default_rng(3)
    y = rng.choice([1, 2, 9, 10], 200)
    guess = np.where(rng.random(200) < 0.5, y, rng.choice([1, 2, 3, 9, 10], 200))
    found = compared({"y": y, "pred": guess}, task=Task.MULTICLASS, resamples=300)
    theirs = sk.cohen_kappa_score(y, guess, weights="quadratic")
    one = kappa(found)
    assert one.value == pytest.approx(theirs, rel=1e-12)
    assert one.low < one.value < one.high


def test_words_are_in_the_order_that_is_said(compared: Compare) -> None:
    made = trees()
    unknown = kappa(compared(made, resamples=200))
    assert unknown.value is None and "--order" in unknown.reason
    places = {"elm": 0, "oak": 1, "ash": 2}
    y, guess = ([places[word] for word in made[name]] for name in ("y", "pred_a"))
    found = compared(made, order="elm,oak,ash", resamples=200)
    assert kappa(found).value == pytest.approx(sk.cohen_kappa_score(y, guess, weights="quadratic"), rel=1e-12)
