"""What losses are judged by: metrics against scikit-learn, paired tests over folds, rank intervals, areas of
degradation, efficiencies."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from losscli.domain import Kind, Task
from losscli.fitting.contaminate import Contamination
from losscli.fitting.efficiency import efficiency
from losscli.fitting.judge import Judged, bulk, judging
from losscli.fitting.ranking import Pairing, pairing, proven, rank_interval, rankings
from losscli.fitting.robustness import degradations
from losscli.inference import corrected_t, ranks
from losscli.loss import BoundLoss
from losscli.loss.catalogue import find
from losscli.metrics import metrics_for
from losscli.metrics.metric import Undefined
from losscli.result import Score
from losscli.spec import Spec

RNG = np.random.default_rng(8)
N = 200
W = RNG.integers(1, 5, N) * 0.5
WEIGHTS = {"equal": np.ones(N), "weighted": W}
every_weights = pytest.mark.parametrize("w", WEIGHTS.values(), ids=WEIGHTS)


def figures(task: Task, **rows) -> dict[str, float]:
    judged = Judged(task=task, **{"bulk": np.ones(N, dtype=bool), **rows})
    return {metric.name: judged.value(metric) for metric in judging(task)}


# --- metrics


@every_weights
def test_metrics_of_numbers(w):
    import sklearn.metrics as theirs

    y = RNG.normal(3, 2, N)
    p = y + RNG.standard_t(3, N)
    own = figures(Task.REGRESSION, kind=Kind.VALUE, y=y, w=w, score=p, prediction=p)
    assert own["mae"] == pytest.approx(theirs.mean_absolute_error(y, p, sample_weight=w), rel=1e-12)
    assert own["rmse"] == pytest.approx(theirs.root_mean_squared_error(y, p, sample_weight=w), rel=1e-12)
    assert own["r2"] == pytest.approx(theirs.r2_score(y, p, sample_weight=w), rel=1e-12)
    assert own["bias"] == pytest.approx(np.average(p - y, weights=w), rel=1e-12)
    assert own["medae"] == pytest.approx(np.median(np.repeat(np.abs(p - y), (2 * w).astype(int))), rel=1e-12)


@every_weights
@pytest.mark.parametrize("kind", [Kind.PROBABILITY, Kind.SCORE])
@pytest.mark.parametrize("decimals", [1, 12], ids=["ties", "distinct"])
def test_metrics_of_two_classes(w, kind, decimals):
    import sklearn.metrics as theirs

    y = (RNG.random(N) < 0.3).astype(float)
    score = np.round(RNG.logistic(size=N) + 1.5 * y - 0.5, decimals)
    p = 1 / (1 + np.exp(-score)) if kind is Kind.PROBABILITY else score
    labels = p > (0.5 if kind is Kind.PROBABILITY else 0)
    own = figures(Task.BINARY, kind=kind, y=y, w=w, score=score, prediction=p)
    for name in ("precision", "recall", "f1", "accuracy", "balanced_accuracy"):
        oracle = getattr(theirs, f"{name}_score")
        assert own[name] == pytest.approx(oracle(y, labels, sample_weight=w), rel=1e-12), name
    for name in ("average_precision", "roc_auc"):
        oracle = getattr(theirs, f"{name}_score")
        assert own[name] == pytest.approx(oracle(y, score, sample_weight=w), rel=1e-12), name
    if kind is Kind.PROBABILITY:
        assert own["brier"] == pytest.approx(theirs.brier_score_loss(y, p, sample_weight=w), rel=1e-12)
    else:
        assert math.isnan(own["brier"])


def test_metrics_of_probabilities_read_no_scores():
    y = (RNG.random(N) < 0.3).astype(float)
    score = RNG.logistic(size=N) + y
    p = 1 / (1 + np.exp(-score))
    kept = {"bulk": np.ones(N, dtype=bool), "w": np.ones(N)}
    own = Judged(task=Task.BINARY, kind=Kind.PROBABILITY, y=y, score=score, prediction=p, **kept)
    known = {metric.name: metric for metric in metrics_for(Task.BINARY)}
    assert own.value(known["mean_bias"]) == pytest.approx(p.mean() - y.mean(), rel=1e-12)
    bare = Judged(task=Task.BINARY, kind=Kind.SCORE, y=y, score=score, prediction=score, **kept)
    assert bare.outcome(known["mean_bias"]) == Undefined("its scores are no probabilities")
    missing = replace(own, score=np.full(N, np.nan), prediction=np.full(N, np.nan))
    assert missing.outcome(known["accuracy"]) == Undefined("the loss was not trained in every fold")


@every_weights
def test_metrics_of_several_classes(w):
    import sklearn.metrics as theirs

    y = RNG.integers(0, 3, N)
    score = RNG.normal(size=(N, 3)) + 1.2 * np.eye(3)[y]
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    own = figures(Task.MULTICLASS, kind=Kind.PROBABILITY, y=y.astype(float), w=w, score=score, prediction=p)
    labels = p.argmax(axis=1)
    for name in ("precision", "recall", "f1"):
        oracle = getattr(theirs, f"{name}_score")(y, labels, sample_weight=w, average="macro")
        assert own[name] == pytest.approx(oracle, rel=1e-12), name
    for name in ("accuracy", "balanced_accuracy"):
        oracle = getattr(theirs, f"{name}_score")(y, labels, sample_weight=w)
        assert own[name] == pytest.approx(oracle, rel=1e-12), name
    area = theirs.roc_auc_score(y, p, sample_weight=w, average="macro", multi_class="ovr")
    assert own["roc_auc"] == pytest.approx(area, rel=1e-12)
    each = [theirs.average_precision_score(y == k, p[:, k], sample_weight=w) for k in range(3)]
    assert own["average_precision"] == pytest.approx(np.mean(each), rel=1e-12)
    brier = np.average(((p - np.eye(3)[y]) ** 2).sum(axis=1), weights=w)
    assert own["brier"] == pytest.approx(brier, rel=1e-12)


@pytest.mark.parametrize(
    ("y", "labels", "undefined"),
    [
        ([1, 0, 0], [0, 0, 0], {"precision"}),
        ([0, 0, 0], [1, 0, 0], {"recall"}),
        ([0, 0, 0], [0, 0, 0], {"precision", "recall", "f1"}),
        ([1, 0, 0], [0, 1, 0], set()),
    ],
)
def test_metrics_that_nothing_defines_are_missing(y, labels, undefined):
    score = np.array(labels) - 0.5
    rows = {"y": np.array(y, float), "w": np.ones(3), "score": score, "prediction": score}
    own = figures(Task.BINARY, kind=Kind.SCORE, bulk=np.ones(3, dtype=bool), **rows)
    missing = {name for name in ("precision", "recall", "f1") if math.isnan(own[name])}
    assert missing == undefined
    if not undefined:
        assert (own["precision"], own["recall"], own["f1"]) == (0, 0, 0)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_the_threshold_is_passed_by_what_is_above_it(threshold):
    p = np.array([0.1, 0.2, 0.5, 0.9, 0.95])
    rows = {"y": np.array([0, 1, 0, 1, 1.0]), "w": np.ones(5), "score": p, "prediction": p}
    own = figures(
        Task.BINARY, kind=Kind.PROBABILITY, bulk=np.ones(5, dtype=bool), threshold=threshold, **rows
    )
    above = p > threshold
    assert own["recall"] == pytest.approx((above & (rows["y"] > 0)).sum() / 3)
    assert own["precision"] == pytest.approx((above & (rows["y"] > 0)).sum() / above.sum())


# --- trimmed_mae


def test_trimmed_mae_leaves_out_the_same_rows_for_every_loss():
    y = np.zeros(20)
    wild = np.ones((3, 20))
    wild[:, 4] = 50  # what all miss
    wild[1:, 9] = 40  # what most miss
    wild[0, 2] = 1000  # what one alone misses stays
    keep = bulk(y, wild)
    assert np.flatnonzero(~keep).tolist() == [4, 9]
    rows = {"kind": Kind.VALUE, "y": y, "w": np.ones(20), "bulk": keep}
    own = [figures(Task.REGRESSION, score=p, prediction=p, **rows)["trimmed_mae"] for p in wild]
    assert own == pytest.approx([(1000 + 17) / 18, 1, 1])


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_trimmed_mae_leaves_out_a_tenth(rows, losses, seed):
    drawn = np.random.default_rng(seed).standard_cauchy((losses, rows))
    keep = bulk(np.zeros(rows), drawn)
    assert (~keep).sum() == rows // 10
    size = np.median(np.abs(drawn), axis=0)
    assert (size[~keep].min(initial=np.inf) >= size[keep]).all()


# --- the paired test over folds that share rows


def test_the_corrected_t_by_hand():
    """Differences 1, 2, 3, 6: mean 3, variance 14/3; (1/4 + 1/2) · 14/3 = 3.5. Nadeau and Bengio 2003."""
    assert corrected_t([1, 2, 3, 6], 0.5) == pytest.approx((3, math.sqrt(3.5)), rel=1e-15)
    naive = np.std([1, 2, 3, 6], ddof=1) / 2
    assert corrected_t([1, 2, 3, 6], 0)[1] == pytest.approx(naive, rel=1e-15)
    assert math.isnan(corrected_t([1], 0.25)[1])


def test_the_corrected_t_of_scikit_learns_example():
    """Statistical comparison of models using grid search, scikit-learn 1.9: rbf against linear, 10 x 10 folds
    of 100 rows of two moons; t 0.750, one-sided p 0.227, and 2.611 without the correction."""
    from sklearn.datasets import make_moons
    from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
    from sklearn.svm import SVC

    x, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel, random_state=0), x, y, scoring="roc_auc", cv=folds)
        for kernel in ("rbf", "linear")
    )
    mean, error = corrected_t((rbf - linear).tolist(), 1 / 9)
    assert mean / error == pytest.approx(0.7503126954, rel=1e-9)
    assert stats.t.sf(mean / error, 99) == pytest.approx(0.2274229710, rel=1e-8)
    assert mean / corrected_t((rbf - linear).tolist(), 0)[1] == pytest.approx(2.6111648, rel=1e-7)


def test_two_losses_are_told_apart_where_the_corrected_t_says_so():
    own = pairing(0.25, 4, in_time=False, confidence=0.95)
    d = np.array([1, 2, 3, 6.0])
    t = 3 / math.sqrt((1 / 4 + 0.25) * 14 / 3)
    p = 2 * stats.t.sf(t, 3)
    assert 0.05 < p < 0.2
    figures = np.array([d, np.zeros(4)])
    assert not proven(figures, own).any()
    looser = pairing(0.25, 4, in_time=False, confidence=1 - p - 1e-6)
    assert proven(figures, looser).tolist() == [[False, False], [True, False]]
    stricter = pairing(0.25, 4, in_time=False, confidence=1 - p + 1e-6)
    assert not proven(figures, stricter).any()


@pytest.mark.parametrize(
    ("ratio", "folds", "in_time"), [(0.25, 1, False), (0.01, 50, False), (1.5, 10, False), (0.25, 50, True)]
)
def test_folds_that_no_test_compares(ratio, folds, in_time):
    own = pairing(ratio, folds, in_time=in_time, confidence=0.95)
    assert own.refusal
    assert not proven(np.array([np.zeros(folds), np.ones(folds)]), own).any()


def cross_validated(seed: int) -> np.ndarray:
    """Errors (2, 50) of two models that are equally good: each sees one of two features that are alike."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 60))
    y = x.sum(axis=0) + rng.normal(size=60)
    errors = []
    for _ in range(10):
        order = rng.permutation(60)
        for test in np.split(order, 5):
            train = np.setdiff1d(order, test)
            fits = [np.polyfit(one[train], y[train], 1) for one in x]
            errors.append(
                [np.abs(np.polyval(b, one[test]) - y[test]).mean() for b, one in zip(fits, x, strict=True)]
            )
    return np.array(errors).T


def test_equally_good_losses_are_seldom_told_apart():
    """5 × 10 folds of 60 rows: in at most 5 % of files, up to what chance gives 400 trials; a plain t does so
    in half of them."""
    own = pairing(12 / 48, 50, in_time=False, confidence=0.95)
    found = [cross_validated(seed) for seed in range(400)]
    told = sum(bool(proven(errors, own).any()) for errors in found)
    naive = sum(bool(proven(errors, Pairing(0.0, 0.95, None)).any()) for errors in found)
    assert told <= stats.binom.ppf(0.999, 400, 0.05)
    assert naive > 120


def test_many_comparisons_are_paid_for():
    """One loss against nine others that are as good: rarely is any of them shown worse than it."""
    rng = np.random.default_rng(12)
    own = Pairing(0.0, 0.95, None)  # independent figures: the plain t is exact
    told = sum(bool(proven(rng.normal(size=(10, 12)), own)[0].any()) for _ in range(400))
    assert told <= stats.binom.ppf(0.999, 400, 0.05)


def test_a_loss_that_is_worse_in_every_fold_is_told():
    rng = np.random.default_rng(3)
    own = pairing(0.25, 50, in_time=False, confidence=0.95)
    noise = rng.normal(size=50)
    better = proven(np.array([noise, noise + 1 + 0.1 * rng.normal(size=50), noise + 0.01]), own)
    assert better[0, 1] and better[2, 1] and not better[1].any()


# --- ranks


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.tuples(
            st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=n, max_size=n),
            st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=n, max_size=n),
        )
    )
)
def test_a_rank_lies_in_its_interval(drawn):
    values, shown = drawn
    better = np.array(shown) & ~np.array(shown).T
    for i, place in enumerate(ranks(values)):
        low, high = rank_interval(better, i, place)
        assert 1 <= low <= place <= high <= len(values)


def score(folds, value=None) -> Score:
    mean = float(np.mean(folds))
    return Score(mean if value is None else value, None, None, mean, tuple(folds), None)


def test_rankings_are_by_value_and_ties_by_folds():
    rng = np.random.default_rng(5)
    noise = rng.normal(size=50)
    folds = {"good": noise, "same": noise[::-1] + 0.001, "bad": noise + 3 + 0.1 * rng.normal(size=50)}
    mae, *_, r2 = [metric for metric in judging(Task.REGRESSION) if metric.name in ("mae", "r2")]
    scores = [{"mae": score(own.tolist()), "r2": score((-own).tolist())} for own in folds.values()]
    own = pairing(0.25, 50, in_time=False, confidence=0.95)
    tables = rankings(list(folds), [None] * 3, scores, [mae, r2], own)
    assert [one.metric for one in tables] == ["mae", "r2"]
    for one in tables:
        assert [(row.spec, row.rank, row.rank_low, row.rank_high) for row in one.rows] == [
            ("good", 1, 1, 2),
            ("same", 2, 1, 2),
            ("bad", 3, 3, 3),
        ]
    left = rankings(list(folds), ["not converged", None, None], scores, [mae], own)[0]
    assert [row.spec for row in left.rows] == ["same", "bad"]


# --- robustness


LEVELS = (0.0, 0.02, 0.05, 0.1, 0.2)


def degraded(errors, constant, contaminations=None, reasons=None, folds=50):
    """errors: of each contamination (folds, L, levels)."""
    own = contaminations or [Contamination("shift", 10.0, LEVELS)]
    count = errors[0].shape[1]
    pair = pairing(0.25, folds, in_time=False, confidence=0.95)
    return degradations(
        [f"loss {i}" for i in range(count)],
        own,
        errors,
        np.full(len(errors[0]), constant),
        reasons or [None] * count,
        pair,
    )


def curves(*rows, folds=50, seed=1, noise=0.01):
    """Errors (folds, L, levels) around the curves given, of every loss by level."""
    rng = np.random.default_rng(seed)
    return np.array(rows) + noise * rng.normal(size=(folds, len(rows), 1))


def test_the_best_clean_loss_has_no_excess_and_the_constant_all():
    errors = curves([1, 1, 1.2, 1.5, 2], [1.2, 1.2, 1.2, 1.3, 1.4], [2, 2, 2, 2, 2], noise=0.0)
    best, second, useless = degraded([errors], 2.0)
    assert (best.excess[0], best.premium) == (0, 0)
    assert best.excess[-1] == 1
    assert second.premium == pytest.approx(0.2)
    assert useless.excess == (1,) * 5 and useless.area == 1
    assert best.error == pytest.approx((1, 1, 1.2, 1.5, 2))


@given(
    st.lists(st.floats(0, 5), min_size=4, max_size=4),
    st.floats(1e-6, 1e6),
    st.floats(1.001, 10),
)
def test_the_area_is_that_of_the_capped_excess(more, unit, constant):
    errors = unit * curves([1.0] * 5, [1.0, *(1 + np.array(more))], noise=0.0)
    _, own = degraded([errors], unit * constant)
    excess = np.minimum(np.array([0.0, *more]) / (constant - 1), 1)
    assert own.excess == pytest.approx(excess, abs=1e-6)
    assert own.area == pytest.approx(np.trapezoid(excess, LEVELS) / 0.2, abs=1e-6)


def test_the_worse_of_two_sizes_ranks():
    """The first loss is best under the small shift and worst under the large one."""
    small = curves([1, 1, 1, 1, 1.01], [1, 1.1, 1.1, 1.2, 1.2])
    large = curves([1, 1.5, 1.6, 1.7, 1.9], [1, 1.1, 1.1, 1.2, 1.2])
    kinds = [Contamination("shift", size, LEVELS) for size in (3.0, 10.0)]
    found = degraded([small, large], 2.0, kinds)
    places = {(one.spec, one.size): (one.rank, one.rank_low, one.rank_high) for one in found}
    assert places["loss 1", 3.0] == places["loss 1", 10.0] == (1, 1, 1)
    assert places["loss 0", 3.0] == places["loss 0", 10.0] == (2, 2, 2)


def test_curves_alike_tie():
    rng = np.random.default_rng(2)
    errors = curves([1, 1.1, 1.2, 1.3, 1.4], [1, 1.1, 1.2, 1.3, 1.4]) + 0.1 * rng.normal(size=(50, 2, 1))
    for own in degraded([errors], 2.0):
        assert (own.rank_low, own.rank_high) == (1, 2)


def test_leverage_stands_beside_the_ranking():
    shift, leverage = curves([1, 1, 1, 1, 1.5], [1, 1, 1, 1, 1.2]), curves([1, 3], [1, 3])
    kinds = [Contamination("shift", 10.0, LEVELS), Contamination("leverage", 10.0, (0.0, 0.05))]
    found = {(one.spec, one.scheme): one for one in degraded([shift, leverage], 2.0, kinds)}
    assert found["loss 0", "leverage"].rank is None and found["loss 0", "leverage"].reason
    assert found["loss 0", "leverage"].excess[1] == 1
    assert found["loss 1", "shift"].rank == 1


def test_nothing_to_lose():
    found = degraded([curves([2, 2, 2, 2, 2], [2.1, 3, 3, 3, 3], noise=0.0)], 2.0)
    for own in found:
        assert (own.area, own.rank) == (None, None)
        assert own.reason and set(own.excess) == {None}


def test_a_descent_that_failed_leaves_no_area():
    errors = curves([1, 1, 1, 1, 1.5], [1, 1, 1, 1, 1.2])
    errors[7, 0, 3] = np.nan
    failed, own = degraded([errors], 2.0)
    assert (failed.area, failed.rank, failed.excess[3]) == (None, None, None)
    assert failed.reason
    assert (own.rank, own.rank_low, own.rank_high) == (1, 1, 1)


def test_the_constant_is_trimmed_as_the_losses_are(tmp_path):
    """Beside the losses stands the best constant: the same rows count."""
    from losscli.data.roles.features import Asked, training_problem
    from losscli.data.table import ReadOptions, read
    from losscli.fitting.fit import FitRequest, fit

    rng = np.random.default_rng(6)
    x = rng.normal(size=100)
    y = x + 0.1 * rng.normal(size=100)
    y[::20] += 1000.0
    path = tmp_path / "data.csv"
    path.write_text("x,y\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    table = read(str(path), ReadOptions())
    asked = FitRequest(losses=(Spec("mae"), Spec("tukey")), contaminate=(), repeats=1)
    found: Any = fit(table, training_problem(table, Asked()), asked, ()).fits
    constant = found.constant
    assert constant["mae"] > 40
    for own in found.fits:
        assert own.scores["trimmed_mae"].value < 1
    assert constant["trimmed_mae"] < constant["mae"] / 2


# --- efficiency under Gaussian noise


def bound(name: str, written: dict[str, float], scale: float) -> BoundLoss:
    loss = find(Spec(name), Task.REGRESSION)
    assert loss is not None
    return loss.bind(written, scale=scale)


@pytest.mark.parametrize(
    ("spec", "known"),
    [
        ("mse", 1.0),
        ("mae", 2 / math.pi),
        ("huber:delta=1.345", 0.95),
        ("tukey:c=4.685", 0.95),
        ("cauchy:c=2.385", 0.95),
        ("welsch:c=2.985", 0.95),
        ("fair:c=1.4", 0.95),
        ("andrews:c=1.339", 0.95),
        ("log_cosh:c=1.2047", 0.95),
        ("pseudo_huber:delta=1.287", 0.95),
        ("geman_mcclure:c=3.787", 0.95),
        ("barron:alpha=-2,c=1.894", 0.95),
        ("squared_epsilon_insensitive:epsilon=0.3675", 0.95),
        ("epsilon_insensitive:epsilon=0.612", 0.81),
    ],
)
@pytest.mark.parametrize("unit", [1.0, 1e-3, 40.0])
def test_published_efficiencies(spec, known, unit):
    plain = Spec.parse(spec)
    written = {k: v * (1 if k == "alpha" else unit) for k, v in plain.numbers().items()}
    own = efficiency(bound(plain.name, written, unit), unit)
    assert own == pytest.approx(known, abs=1e-3)


@pytest.mark.parametrize(
    "spec", ["huber", "tukey", "cauchy", "welsch", "fair", "log_cosh", "hampel", "barron"]
)
def test_an_omitted_threshold_is_95_percent_efficient(spec):
    assert efficiency(bound(spec, {}, 7.0), 7.0) == pytest.approx(0.95, abs=1.5e-3)


@pytest.mark.parametrize("spec", ["quantile:tau=0.9", "expectile:tau=0.2", "msle"])
def test_what_asks_for_another_functional_has_no_efficiency(spec):
    plain = Spec.parse(spec)
    assert efficiency(bound(plain.name, plain.numbers(), 1.0), 1.0) is None
