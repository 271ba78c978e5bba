"""Rankings and calibration of several classes and labels, and partial areas, against scikit-learn."""

import math
from functools import reduce
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.domain import Codes, Floats, Mask, Task
from losscli.errors import UsageError
from losscli.metrics import known_as, metrics_for
from losscli.metrics.distribution import Distribution, roc_auc
from losscli.metrics.metric import Undefined
from losscli.metrics.partial_area import partial_auc, partial_auc_interval
from losscli.metrics.several import METRICS, OneVsOne, Pooled, TopLabel

N = 120


def metric(name: str) -> Any:
    return next(one for one in METRICS if one.name == name)


def several(seed: int, k: int, digits: int) -> tuple[Codes, Floats]:
    """Codes of which each occurs, and probabilities, with ties where they have few digits."""
    rng = np.random.default_rng(seed)
    true = np.concatenate([np.arange(k), rng.integers(0, k, N - k)])
    z = np.round(rng.normal(size=(N, k)) + np.eye(k)[true], digits)
    p = np.exp(z)
    return true, p / p.sum(axis=1, keepdims=True)


def labelled(seed: int, labels: int = 4) -> tuple[Mask, Floats]:
    rng = np.random.default_rng(seed)
    there = rng.random((N, labels)) < 0.35
    there[0], there[1] = True, False
    return there, np.round(rng.normal(size=(N, labels)) + there, 1)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), k=st.integers(3, 5), digits=st.sampled_from([0, 1, 9]))
def test_one_vs_one(seed: int, k: int, digits: int) -> None:
    true, p = several(seed, k, digits)
    pieces = [OneVsOne.of(true[b], p[b], np.ones(40), k, exact=True) for b in np.split(np.arange(N), 3)]
    theirs = sk.roc_auc_score(true, p, multi_class="ovo", average="macro")
    assert metric("roc_auc_ovo").value(reduce(OneVsOne.merge, pieces)) == pytest.approx(theirs, rel=1e-12)


def test_one_vs_one_of_absent_classes_and_weights() -> None:
    """A weight is a row repeated; pairs of a class that never occurs are left out."""
    true, p = several(1, 3, 1)
    times = np.random.default_rng(1).integers(0, 4, N)
    own = OneVsOne.of(true, p, times.astype(float), 3, exact=True)
    rows = np.repeat(np.arange(N), times)
    repeated = OneVsOne.of(true[rows], p[rows], np.ones(len(rows)), 3, exact=True)
    assert own.value == pytest.approx(repeated.value, rel=1e-12)
    wider = np.column_stack([p, np.zeros(N)])
    assert OneVsOne.of(true, wider, np.ones(N), 4, exact=True).value == pytest.approx(
        OneVsOne.of(true, p, np.ones(N), 3, exact=True).value, rel=1e-12
    )
    alone = OneVsOne.of(np.zeros(N, dtype=np.intp), p, np.ones(N), 3, exact=True)
    assert isinstance(metric("roc_auc_ovo").value(alone), Undefined)


@pytest.mark.parametrize("seed", range(3))
def test_terms_are_the_slopes_in_the_weight_of_each_row(seed: int) -> None:
    """Of the areas of pairs of classes, and of all labels together."""
    true, p = several(seed, 3, 1)
    there, score = labelled(seed)
    w = np.random.default_rng(seed).integers(1, 4, N).astype(float)

    def one_vs_one(w: Floats) -> float:
        return float(OneVsOne.of(true, p, w, 3, exact=True).value or math.nan)

    def pooled(w: Floats) -> Pooled:
        columns = zip(score.T, there.T, strict=True)
        return Pooled.of([Distribution.of(s, y, w, exact=True) for s, y in columns])

    def micro(w: Floats) -> float:
        return float(metric("roc_auc_micro").value(pooled(w)))

    pairs = OneVsOne.of(true, p, w, 3, exact=True)
    checked = (
        (one_vs_one, list(pairs.terms(true, p)), pairs.at),
        (micro, list(pooled(w).terms(score, there)), lambda means: pooled(w).at(means).roc_auc),
    )
    for figure, terms, at in checked:
        means = np.array([[w @ x / w.sum() for x in terms]])
        assert at(means)[0] == pytest.approx(figure(w), rel=1e-10)
        own = terms[0] if figure is one_vs_one else terms[1]
        for row in range(0, N, 7):
            step = 1e-5 * (np.arange(N) == row)
            up, down = figure(w + step), figure(w - step)
            theirs = (math.log(up / (1 - up)) - math.log(down / (1 - down))) / 2e-5
            assert (own[row] - w @ own / w.sum()) / w.sum() == pytest.approx(theirs, rel=1e-5, abs=1e-8)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), weighted=st.booleans())
def test_labels(seed: int, weighted: bool) -> None:
    there, score = labelled(seed)
    w = np.random.default_rng(seed).choice([0.5, 1.0, 2.0], N) if weighted else np.ones(N)
    each = [Distribution.of(s, y, w, exact=True) for s, y in zip(score.T, there.T, strict=True)]
    for average in ("macro", "micro"):
        summary = each if average == "macro" else Pooled.of(each)
        theirs = {"roc_auc": sk.roc_auc_score, "average_precision": sk.average_precision_score}
        for name, score_of in theirs.items():
            expected = score_of(there, score, average=average, sample_weight=w)
            assert metric(f"{name}_{average}").of(summary) == pytest.approx(expected, rel=1e-12), name


@pytest.mark.parametrize("weighted", [False, True])
def test_calibration_of_the_likeliest_class(weighted: bool) -> None:
    true, p = several(2, 4, 9)
    w = np.random.default_rng(2).choice([0.5, 1.0, 2.0], N) if weighted else np.ones(N)
    first, largest = p.argmax(axis=1), p.max(axis=1)
    expected = 0.0
    for b in range(10):
        inside = (largest >= b / 10) & (largest < (b + 1) / 10 + (b == 9))
        expected += abs(w[inside] @ ((first == true)[inside] - largest[inside])) / w.sum()
    assert metric("ece").value(TopLabel.of(true, p, w, exact=True)) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    digits=st.sampled_from([0, 1, 9]),
    end=st.sampled_from([0.01, 0.1, 0.25, 0.9]),
    weighted=st.booleans(),
)
def test_partial_area(seed: int, digits: int, end: float, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    y = rng.random(N) < 0.4
    y[:2] = [True, False]
    s = np.round(rng.normal(size=N) + y, digits)
    w = rng.choice([0.5, 1.0, 2.0], N) if weighted else np.ones(N)
    theirs = sk.roc_auc_score(y, s, max_fpr=end, sample_weight=w)
    assert partial_auc(end, Distribution.of(s, y, w, exact=True)) == pytest.approx(theirs, rel=1e-11)


def test_the_interval_of_a_partial_area_is_its_jackknife() -> None:
    rng = np.random.default_rng(3)
    y = np.arange(240) < 80
    s = np.round(rng.normal(size=240) + 1.2 * y, 2)
    d = Distribution.of(s, y, np.ones(240), exact=True)
    value, ends = partial_auc(0.2, d), partial_auc_interval(0.2, d, 0.95)
    assert isinstance(value, float) and ends is not None
    spread = 0.0
    for own in (y, ~y):
        left = []
        for row in np.flatnonzero(own):
            kept = np.delete(np.arange(240), row)
            left.append(sk.roc_auc_score(y[kept], s[kept], max_fpr=0.2))
        spread += (len(left) - 1) * np.var(left)
    reach = 1.959964 * math.sqrt(spread) / (value * (1 - value))
    centre = math.log(value / (1 - value))
    expected = [1 / (1 + math.exp(-(centre + sign * reach))) for sign in (-1, 1)]
    assert ends == pytest.approx(expected, abs=0.01)


def test_the_whole_area_is_a_partial_one() -> None:
    rng = np.random.default_rng(3)
    y = rng.random(N) < 0.4
    d = Distribution.of(np.round(rng.normal(size=N) + y, 1), y, np.ones(N), exact=True)
    area = roc_auc(d)
    assert isinstance(area, float)
    assert partial_auc(1 - 1e-12, d) == pytest.approx(area, rel=1e-9)


def test_few_rows_where_the_curve_is_read_give_no_interval() -> None:
    rng = np.random.default_rng(3)
    y = np.arange(300) < 100
    d = Distribution.of(rng.normal(size=300) + y, y, np.ones(300), exact=True)
    assert partial_auc_interval(0.2, d, 0.95) is not None
    assert partial_auc_interval(0.01, d, 0.95) is None


# --- by name ---------------------------------------------------------------------------------------------


def test_a_metric_with_a_parameter_is_found_by_its_spec() -> None:
    assert known_as("fbeta:beta=3") and known_as("fbeta:beta=3.0").name == "fbeta:beta=3"  # type: ignore[union-attr]
    for name in ("f2", "f0.5", "fbeta:beta=2.0"):
        found = known_as(name, "", Task.BINARY)
        assert found is not None and found.tasks == {Task.BINARY}
    several = known_as("f1_macro", "", Task.MULTICLASS)
    assert several is not None and several.name == "f1"
    assert known_as("fbeta:beta=3", "", Task.REGRESSION) is None
    assert known_as("no such metric") is None
    asked = metrics_for(Task.BINARY, asked=["partial_auc:max_fpr=0.2", "fbeta:beta=2", "roc_auc"])
    names = [one.name for one in asked]
    assert names.count("fbeta:beta=2") == names.count("partial_auc:max_fpr=0.2") == 1


@pytest.mark.parametrize("name", ["fbeta:beta=0", "fbeta:gamma=1", "fbeta", "partial_auc:max_fpr=1"])
def test_a_parameter_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"beta|max_fpr") as caught:
        known_as(name)
    assert caught.value.advice and "For example" in caught.value.advice
