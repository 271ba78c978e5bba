"""The row quantities that metrics are resampled by: what their means say, and how a row moves them."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.stats
from comparisons import Compare
from scipy.special import expit

from losscli.domain import Floats, Task
from losscli.inference.resample import UnitSums, draws, replicate, row_keys
from losscli.inference.two_models import delong
from losscli.metrics import comoments, distribution, metrics_for
from losscli.metrics.comoments import Comoments
from losscli.metrics.distribution import Distribution, average_precision, roc_auc
from losscli.metrics.metric import Metric, Undefined
from losscli.metrics.tallies import Confusion

SEEDS = range(6)


def weighted(terms: Iterator[Floats], w: Floats) -> Floats:
    """The means of terms as one replicate: (1, C)."""
    return np.array([[w @ x / w.sum() for x in terms]])


def sample(seed: int, *, classes: int = 2, n: int = 80) -> tuple[Any, ...]:
    """Targets, tied predictions, labels and counts as weights, 0 among them: (n,) each."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    p = np.round(expit(rng.normal(size=n) + (y == 1)), 1 if seed % 2 else 3)
    label = np.where(rng.random(n) < 0.6, y, rng.integers(0, classes, n))
    return y, p, label, rng.integers(0, 4, n).astype(float)


def assert_same(metric: Metric, summary: Any, means: Floats, expected: Any) -> None:
    assert metric.replicated is not None
    (found,) = metric.replicated(summary.at(means))
    if isinstance(expected, Undefined):
        assert math.isnan(found), metric.name
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), metric.name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replicate_of_values_is_the_metric_of_the_rows_drawn(seed: int) -> None:
    y, p, _, w = sample(seed)
    y = y + 100.0 + np.round(np.random.default_rng(seed).normal(size=80), 1)
    whole, drawn = Comoments.of(y, p, np.ones(80)), Comoments.of(y, p, w)
    for metric in comoments.METRICS:
        assert_same(metric, whole, weighted(whole.terms(y, p), w), metric.value(drawn))


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_replicate_of_labels_is_the_metric_of_the_rows_drawn(seed: int, classes: int) -> None:
    """One class is never predicted, and in odd seeds no row of another is drawn."""
    y, _, label, w = sample(seed, classes=classes)
    label = np.where(label == classes - 1, 0, label)
    w = np.where(y == 1, 0.0, w) if seed % 2 else w
    places = np.argsort([3.0, 0.0, 4.0, 1.0, 2.0]).astype(float) if classes == 5 else None
    whole, drawn = (Confusion.of(y, label, weight, classes, places) for weight in (np.ones(80), w))
    for metric in metrics_for(Task.BINARY if classes == 2 else Task.MULTICLASS):
        if metric.source is Confusion and metric.replicated is not None:
            assert_same(metric, whole, weighted(whole.terms(y, label), w), metric.value(drawn))


@pytest.mark.parametrize("exact", [True, False], ids=["", "rounded"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_means_of_ranking_terms_are_the_metrics(seed: int, exact: bool) -> None:
    y, p, _, w = sample(seed)
    d = Distribution.of(p, y == 1, w, exact=exact)
    for metric in distribution.METRICS:
        if metric.replicated is not None and (exact or metric.name != "mean_bias"):
            assert_same(metric, d, weighted(d.terms(p, y == 1, p), w), metric.value(d))


@pytest.mark.parametrize("figure", [average_precision, roc_auc])
@pytest.mark.parametrize("seed", SEEDS)
def test_ranking_terms_are_the_slopes_in_the_weight_of_each_row(seed: int, figure: Any) -> None:
    y, p, _, w = sample(seed)
    w = w + 0.5
    own = list(Distribution.of(p, y == 1, w, exact=True).terms(p, y == 1, p))[figure is roc_auc]
    step = 1e-5
    for row in range(80):
        moved = [w + sign * step * (np.arange(80) == row) for sign in (1, -1)]
        up, down = (figure(Distribution.of(p, y == 1, weight, exact=True)) for weight in moved)
        theirs = (math.log(up / (1 - up)) - math.log(down / (1 - down))) / (2 * step)
        assert (own[row] - w @ own / w.sum()) / w.sum() == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_ranking_replicates_need_the_classes() -> None:
    y, p, _, _ = sample(0)
    d = Distribution.of(p, y == 1, np.ones(80), exact=True)
    for w in (1.0 * (y == 0), 1.0 * (y == 1)):
        found = d.at(weighted(d.terms(p, y == 1, p), w))
        assert np.isnan(found.roc_auc).all()
        assert np.isnan(found.average_precision).all() == (w @ y == 0)
        assert np.isfinite(found.mean_bias).all()


def test_a_class_that_is_not_drawn_has_no_share_at_all() -> None:
    """Sums in single precision leave no trace of it: 0/0 stays undefined."""
    n, count = 3_000, 400
    keys, rare = row_keys(np.arange(n)), (np.arange(n) < 3).astype(float)
    drawn = draws(keys, count, seed=0)[:3].sum(axis=0)
    assert 0 < (drawn == 0).sum() < count
    for precise in (False, True):
        found = replicate(UnitSums.of([rare], np.ones(n), keys), count, 0, precise=precise)
        np.testing.assert_array_equal(found.means[:, 0] == 0.0, drawn == 0)


@pytest.mark.parametrize("ties", [False, True])
def test_spread_of_areas_and_their_difference_is_delongs(ties: bool) -> None:
    rng = np.random.default_rng(1)
    y = rng.random(1_500) < 0.3
    shared = rng.normal(size=1_500) + 1.2 * y
    scores = [np.round(shared + noise * rng.normal(size=1_500), 1 if ties else 9) for noise in (0.5, 1.0)]
    each = [Distribution.of(s, y, np.ones(1_500), exact=True) for s in scores]
    terms = [list(d.terms(s, y, s))[1] for d, s in zip(each, scores, strict=True)]
    units = UnitSums.of(terms, np.ones(1_500), row_keys(np.arange(1_500)))
    found = replicate(units, 20_000, 0, precise=False)
    a, b = expit(found.means.T)
    theirs = delong(scores[0], scores[1], y, np.ones(1_500), 0.95)
    assert a.std() == pytest.approx(theirs.a.standard_error, rel=0.02)
    assert (a - b).std() == pytest.approx(theirs.standard_error, rel=0.02)


def positives_found(y: Any, label: Any, axis: int = -1) -> Any:
    return 2 * (y * label).sum(axis=axis) / (y.sum(axis=axis) + label.sum(axis=axis))


def explained(y: Any, p: Any, axis: int = -1) -> Any:
    return 1 - ((y - p) ** 2).sum(axis=axis) / y.var(axis=axis) / y.shape[axis]


def mean_precision(y: Any, z: Any, axis: int = -1) -> Any:
    """Rows drawn again are ties: each distinct score, falling, is one step."""
    found = []
    for own, scores in zip(np.atleast_2d(y), np.atleast_2d(z), strict=True):
        _, place = np.unique(-scores, return_inverse=True)
        hits, drawn = np.bincount(place, weights=own), np.bincount(place)
        found.append((hits * np.cumsum(hits) / np.cumsum(drawn)).sum() / hits.sum())
    return np.array(found) if np.ndim(y) > 1 else found[0]


@pytest.mark.parametrize("name", ["f1", "r2", "average_precision"])
def test_intervals_agree_with_scipys_bootstrap(compared: Compare, name: str) -> None:
    """To within 4 Monte-Carlo errors: of an end √(0.025·0.975/4000)/φ(1.96) = 0.042 standard errors, on each
    side. The average precision is linearised, which costs less than that."""
    rng = np.random.default_rng(4)
    y = (rng.random(1_500) < 0.3).astype(float)
    z = 1.5 * y - 1 + rng.normal(size=1_500)
    made, figure, second = {"y": y.astype(int), "logit": z}, mean_precision, z
    if name == "f1":
        figure, second = positives_found, (z > 0).astype(float)
    elif name == "r2":
        y = rng.gamma(3.0, size=1_500)
        second = y + rng.normal(size=1_500)
        made, figure = {"y": y, "pred": second}, explained
    table = compared(made, resamples=4_000).metric(name)
    assert table is not None
    (one,) = table.results
    theirs = scipy.stats.bootstrap(
        (y, second), figure, n_resamples=4_000, paired=True, method="percentile", batch=500, rng=5
    )
    near = 4 * math.sqrt(2) * 0.042 * theirs.standard_error
    assert (one.low, one.high) == pytest.approx(tuple(theirs.confidence_interval), abs=near)
