"""Metrics of the confusion matrix against scikit-learn, and where they are undefined."""

from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.domain import Codes, Floats, Task
from losscli.metrics.confusion import METRICS, Confusion
from losscli.metrics.metric import Outcome, Undefined


def found(name: str, task: Task, c: Confusion) -> Outcome:
    return next(metric.value(c) for metric in METRICS if metric.name == name and task in metric.tasks)


def names(task: Task) -> set[str]:
    return {metric.name for metric in METRICS if task in metric.tasks}


def sample(seed: int, k: int, n: int = 120) -> tuple[Codes, Codes, Floats]:
    """Every class occurs, true and predicted."""
    rng = np.random.default_rng(seed)
    true = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    guess = np.where(rng.random(n) < 0.6, true, rng.integers(0, k, n))
    guess[:k] = np.arange(k)[::-1]
    return true, guess, rng.choice([0.5, 1.0, 2.25], n)


def merged(true: Codes, guess: Codes, w: Floats, k: int, cut: int) -> Confusion:
    ends = [0, cut, min(cut + 13, len(true)), len(true)]
    pieces = [Confusion.of(true[low:high], guess[low:high], w[low:high], k) for low, high in pairwise(ends)]
    return reduce(Confusion.merge, pieces)


def shared(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    return {
        "accuracy": sk.accuracy_score(true, guess, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(true, guess, sample_weight=w),
        "mcc": sk.matthews_corrcoef(true, guess, sample_weight=w),
        "cohen_kappa": sk.cohen_kappa_score(true, guess, sample_weight=w),
    }


def binary(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    _, fp, fn, tp = sk.confusion_matrix(true, guess, sample_weight=w).ravel()
    return shared(true, guess, w) | {
        "precision": sk.precision_score(true, guess, sample_weight=w),
        "recall": sk.recall_score(true, guess, sample_weight=w),
        "f1": sk.f1_score(true, guess, sample_weight=w),
        "specificity": sk.recall_score(true, guess, pos_label=0, sample_weight=w),
        "negative_predictive_value": sk.precision_score(true, guess, pos_label=0, sample_weight=w),
        "predicted_positive": tp + fp,
        "true_positives": tp,
        "false_positives": fp,
        "false_negatives": fn,
    }


def several(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    return shared(true, guess, w) | {
        name: score(true, guess, sample_weight=w, average="macro")
        for name, score in (
            ("precision", sk.precision_score),
            ("recall", sk.recall_score),
            ("f1", sk.f1_score),
        )
    }


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 120), weighted=st.booleans())
def test_two_classes(seed: int, cut: int, weighted: bool) -> None:
    true, guess, w = sample(seed, 2)
    w = w if weighted else np.ones(len(w))
    theirs = binary(true, guess, w)
    assert set(theirs) == names(Task.BINARY)
    for name, value in theirs.items():
        ours = found(name, Task.BINARY, merged(true, guess, w, 2, cut))
        assert ours == pytest.approx(value, rel=1e-12, abs=1e-14), name


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), k=st.integers(3, 7), cut=st.integers(0, 120), weighted=st.booleans())
def test_several_classes(seed: int, k: int, cut: int, weighted: bool) -> None:
    true, guess, w = sample(seed, k)
    w = w if weighted else np.ones(len(w))
    theirs = several(true, guess, w)
    assert set(theirs) == names(Task.MULTICLASS)
    for name, value in theirs.items():
        ours = found(name, Task.MULTICLASS, merged(true, guess, w, k, cut))
        assert ours == pytest.approx(value, rel=1e-12, abs=1e-14), name


def test_macro_averages_leave_out_classes_that_never_occur() -> None:
    """Class 2 is only predicted, class 3 never occurs: the mean is over three."""
    true, guess, w = np.array([0, 0, 1, 1, 1]), np.array([0, 2, 1, 1, 0]), np.ones(5)
    c = Confusion.of(true, guess, w, 4)
    assert found("precision", Task.MULTICLASS, c) == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found("recall", Task.MULTICLASS, c) == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
    assert found("f1", Task.MULTICLASS, c) == pytest.approx((2 / 4 + 4 / 5 + 0) / 3)
    assert found("balanced_accuracy", Task.MULTICLASS, c) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("true", "guess", "undefined"),
    [
        ([1, 1, 0], [0, 0, 0], {"precision", "mcc"}),
        ([0, 0, 0], [1, 0, 1], {"recall", "balanced_accuracy", "mcc"}),
        ([1, 1, 1], [1, 0, 1], {"specificity", "balanced_accuracy", "mcc"}),
        ([1, 1, 0], [1, 1, 1], {"negative_predictive_value", "mcc"}),
        (
            [0, 0, 0],
            [0, 0, 0],
            {"precision", "recall", "f1", "balanced_accuracy", "mcc", "cohen_kappa"},
        ),
        (
            [1, 1, 1],
            [1, 1, 1],
            {"specificity", "negative_predictive_value", "balanced_accuracy", "mcc", "cohen_kappa"},
        ),
    ],
)
@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_undefined_is_no_zero(true: list[int], guess: list[int], undefined: set[str], weight: float) -> None:
    c = Confusion.of(np.array(true), np.array(guess), np.full(3, weight), 2)
    outcomes = {name: found(name, Task.BINARY, c) for name in names(Task.BINARY)}
    assert {name for name, outcome in outcomes.items() if isinstance(outcome, Undefined)} == undefined
    assert all(outcome.reason for outcome in outcomes.values() if isinstance(outcome, Undefined))


def test_one_class_with_weights_that_round_is_undefined() -> None:
    for weight in (0.1, 0.3, 1 / 3, 0.7):
        for n in range(3, 40):
            w, ones = np.full(n, weight), np.ones(n, dtype=np.intp)
            for true in (np.arange(n) % 2, ones):
                c = merged(true, ones, w, 2, n // 3)
                assert isinstance(found("mcc", Task.BINARY, c), Undefined), (weight, n)
            assert isinstance(found("cohen_kappa", Task.BINARY, c), Undefined), (weight, n)


def test_no_weight_at_all() -> None:
    c = Confusion(np.zeros((2, 2)))
    known = {name for name in names(Task.BINARY) if not isinstance(found(name, Task.BINARY, c), Undefined)}
    assert known == {"predicted_positive", "true_positives", "false_positives", "false_negatives"}
    nothing = Confusion(np.zeros((3, 3)))
    assert all(
        isinstance(found(name, Task.MULTICLASS, nothing), Undefined) for name in names(Task.MULTICLASS)
    )


def test_proportions_are_their_metrics() -> None:
    true, guess, w = sample(1, 2)
    c = merged(true, guess, np.ones(len(w)), 2, 30)
    shares = [metric for metric in METRICS if metric.proportion is not None and Task.BINARY in metric.tasks]
    assert len(shares) == 5
    for metric in shares:
        assert metric.proportion is not None
        successes, trials = metric.proportion(c)
        assert successes / trials == metric.value(c), metric.name
        assert successes == int(successes) and trials == int(trials)
