"""Metrics of the confusion matrix against scikit-learn, and where they are undefined."""

import warnings
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.domain import Codes, Floats, Task
from losscli.metrics import metrics_for
from losscli.metrics.confusion import of_class
from losscli.metrics.metric import Metric, Outcome, Undefined
from losscli.metrics.tallies import Confusion


def of_labels(task: Task) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics_for(task) if metric.source is Confusion}


def found(name: str, task: Task, c: Confusion) -> Outcome:
    return of_labels(task)[name].value(c)


def names(task: Task) -> set[str]:
    return set(of_labels(task))


def sample(seed: int, k: int, n: int = 120) -> tuple[Codes, Codes, Floats]:
    """Every class occurs, true and predicted."""
    rng = np.random.default_rng(seed)
    true = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    guess = np.where(rng.random(n) < 0.6, true, rng.integers(0, k, n))
    guess[:k] = np.arange(k)[::-1]
    return true, guess, rng.choice([0.5, 1.0, 2.25], n)


def merged(true: Codes, guess: Codes, w: Floats, k: int, cut: int) -> Confusion:
    ends = [0, cut, min(cut + 13, len(true)), len(true)]
    places = np.arange(float(k))
    pieces = [
        Confusion.of(true[low:high], guess[low:high], w[low:high], k, places) for low, high in pairwise(ends)
    ]
    return reduce(Confusion.merge, pieces)


SCORES = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}


def averaged(true: Codes, guess: Codes, w: Floats, average: str) -> dict[str, Any]:
    return {
        f"{name}_{average}": score(true, guess, sample_weight=w, average=average, zero_division=0)
        for name, score in SCORES.items()
    }


def fbeta(true: Codes, guess: Codes, w: Floats, average: str) -> dict[str, Any]:
    return {
        f"fbeta:beta={beta:g}": sk.fbeta_score(
            true, guess, beta=beta, sample_weight=w, average=average, zero_division=0
        )
        for beta in (0.5, 2)
    }


def shared(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    return (
        averaged(true, guess, w, "weighted")
        | averaged(true, guess, w, "micro")
        | {
            "accuracy": sk.accuracy_score(true, guess, sample_weight=w),
            "balanced_accuracy": sk.balanced_accuracy_score(true, guess, sample_weight=w),
            "mcc": sk.matthews_corrcoef(true, guess, sample_weight=w),
            "cohen_kappa": sk.cohen_kappa_score(true, guess, sample_weight=w),
        }
    )


def binary(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    _, fp, fn, tp = sk.confusion_matrix(true, guess, sample_weight=w).ravel()
    return (
        shared(true, guess, w)
        | fbeta(true, guess, w, "binary")
        | averaged(true, guess, w, "macro")
        | {
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
    )


def several(true: Codes, guess: Codes, w: Floats) -> dict[str, Any]:
    macro = averaged(true, guess, w, "macro")
    return (
        shared(true, guess, w)
        | fbeta(true, guess, w, "macro")
        | {
            **{name: macro[f"{name}_macro"] for name in SCORES},
            "quadratic_kappa": sk.cohen_kappa_score(true, guess, weights="quadratic", sample_weight=w),
        }
    )


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


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), weighted=st.booleans())
def test_classes_that_are_missing(seed: int, weighted: bool) -> None:
    """Class 3 is never true, class 4 never predicted, class 5 neither; 0/0 counts as 0 in averages."""
    rng = np.random.default_rng(seed)
    true, guess = rng.choice([0, 1, 2, 4], 60), rng.choice([0, 1, 2, 3], 60)
    w = rng.choice([0.5, 1.0, 2.25], 60) if weighted else np.ones(60)
    c = Confusion.of(true, guess, w, 6, np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = several(true, guess, w)
    theirs["balanced_accuracy"] = np.mean(
        [np.average(guess[true == k] == k, weights=w[true == k]) for k in (0, 1, 2, 4)]
    )
    for name, value in theirs.items():
        assert found(name, Task.MULTICLASS, c) == pytest.approx(value, rel=1e-12, abs=1e-14), name


@pytest.mark.parametrize("weighted", [False, True])
def test_one_class_by_itself(weighted: bool) -> None:
    true, guess, w = sample(3, 4)
    w = w if weighted else np.ones(len(w))
    theirs = sk.precision_recall_fscore_support(true, guess, sample_weight=w)[:3]
    for code in range(4):
        ours = [metric.value(merged(true, guess, w, 4, 40)) for metric in of_class(code)]
        assert ours == pytest.approx([column[code] for column in theirs], rel=1e-12)
    absent = [metric.value(Confusion.of(true, guess, w, 5)) for metric in of_class(4)]
    assert all(isinstance(one, Undefined) and one.reason for one in absent)


def test_quadratic_kappa_takes_the_places_of_the_order() -> None:
    true, guess, w = sample(5, 4)
    places = np.array([2.0, 0.0, 3.0, 1.0])
    theirs = sk.cohen_kappa_score(places[true], places[guess], weights="quadratic", sample_weight=w)
    c = Confusion.of(true, guess, w, 4, places)
    assert found("quadratic_kappa", Task.MULTICLASS, c) == pytest.approx(theirs, rel=1e-12)
    unknown = found("quadratic_kappa", Task.MULTICLASS, Confusion.of(true, guess, w, 4))
    assert isinstance(unknown, Undefined) and "--order" in unknown.reason


def test_quadratic_kappa_of_one_class_is_undefined() -> None:
    for n in range(3, 30):
        ones = np.ones(n, dtype=np.intp)
        c = Confusion.of(ones, ones, np.full(n, 0.3), 3, np.arange(3.0))
        assert isinstance(found("quadratic_kappa", Task.MULTICLASS, c), Undefined), n


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
            {"precision", "recall", "f1", "balanced_accuracy", "mcc", "cohen_kappa"}
            | {"fbeta:beta=0.5", "fbeta:beta=2"},
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
    shares = [metric for metric in of_labels(Task.BINARY).values() if metric.proportion is not None]
    assert len(shares) == 9
    for metric in shares:
        assert metric.proportion is not None
        successes, trials = metric.proportion(c)
        assert successes / trials == metric.value(c), metric.name
        assert successes == int(successes) and trials == int(trials)
