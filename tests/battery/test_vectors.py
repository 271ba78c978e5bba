"""Losses of several columns: against other programs, at the edges, and what they ask for."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sklearn.metrics
from scipy import special, stats
from scipy.spatial import distance

from battery import vectors
from battery.cases import BOUND, bound, figure, label, model
from losscli.domain import Floats, Task, log_softmax, sigmoid
from losscli.errors import UsageError
from losscli.loss import BoundLoss
from losscli.loss.catalogue import CATALOGUE, named

INF = np.inf
EXACT = 1e-12


def outputs(text: str) -> BoundLoss:
    return bound(Task.MULTIOUTPUT, text)


def labels(text: str) -> BoundLoss:
    return bound(Task.MULTILABEL, text)


def shares(text: str) -> BoundLoss:
    return bound(Task.DISTRIBUTION, text)


def boxes(text: str) -> BoundLoss:
    return bound(Task.BOXES, text)


def sample(loss: BoundLoss, seed: int = 3) -> tuple[Any, Floats]:
    y, s = model(loss.loss, seed)
    return y, s


class TestOutputs:
    @pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error"])
    def test_scikit_learn(self, name: str) -> None:
        (loss,) = (one for one in named(name) if one.task is Task.MULTIOUTPUT)
        y, p = sample(loss.bind({}))
        theirs = getattr(sklearn.metrics, name)(y, p)
        assert float(loss.value(y, p).mean()) == pytest.approx(theirs, rel=EXACT)

    def test_multi_rmse_is_the_root_of_the_sum(self) -> None:
        y, p = sample(outputs("multi_rmse"))
        mse = float(outputs("mse").value(y, p).mean())
        assert figure(outputs("multi_rmse"), (y, p)) == pytest.approx((3.0 * mse) ** 0.5, rel=EXACT)

    def test_scipy(self) -> None:
        y, p = sample(outputs("cosine_distance"))
        theirs = [distance.cosine(*pair) for pair in zip(y, p, strict=True)]
        np.testing.assert_allclose(outputs("cosine_distance").value(y, p), theirs, rtol=1e-9, atol=1e-15)
        y, p = sample(outputs("generalized_kl"))
        theirs = special.kl_div(y, p).sum(axis=1)
        np.testing.assert_allclose(outputs("generalized_kl").value(y, p), theirs, rtol=1e-11)

    def test_only_the_direction_counts(self) -> None:
        loss = outputs("cosine_distance")
        y = np.array([[1.0, 2.0, 2.0], [1e-200, 1e-200, 0.0], [1e200, -1e200, 0.0]])
        np.testing.assert_allclose(loss.value(y, 7.0 * y), 0.0, atol=1e-15)
        np.testing.assert_allclose(loss.value(y, -3.0 * y), 2.0, rtol=1e-15)
        near = y[:1] + np.array([[1e-9, 0.0, 0.0]])
        assert loss.value(y[:1], near)[0] == pytest.approx(0.5 * 8.0 / 9.0 * 1e-18 / 9.0, rel=1e-5)

    def test_a_vector_of_zeros_costs_1(self) -> None:
        loss = outputs("cosine_distance")
        zero, one = np.zeros((1, 2)), np.ones((1, 2))
        for pair in ((zero, one), (one, zero), (zero, zero)):
            assert loss.value(*pair)[0] == 1.0
            np.testing.assert_array_equal(loss.slope(*pair), 0.0)

    def test_poisson_deviance_is_twice_the_generalised_divergence(self) -> None:
        y, p = sample(outputs("generalized_kl"))
        poisson = bound(Task.COUNTS, "poisson")
        deviance = poisson.value(y.ravel(), p.ravel()).reshape(y.shape).sum(axis=1)
        np.testing.assert_allclose(outputs("generalized_kl").value(y, p), 0.5 * deviance, rtol=1e-12)


class TestLabels:
    @pytest.mark.parametrize("name", ["label_ranking_loss", "coverage_error"])
    def test_scikit_learn_of_scores(self, name: str) -> None:
        y, s = sample(labels(name))
        tied = np.round(s)  # with ties, rows without a label and rows with all
        assert {0.0, 4.0} <= set(y.sum(axis=1))
        for scores in (s, tied):
            theirs = getattr(sklearn.metrics, name)(y, scores)
            assert figure(labels(name), (y, scores)) == pytest.approx(theirs, rel=EXACT)

    @pytest.mark.parametrize(
        ("ours", "theirs"), [("hamming", "hamming_loss"), ("subset_zero_one", "zero_one_loss")]
    )
    def test_scikit_learn_of_labels(self, ours: str, theirs: str) -> None:
        y, s = sample(labels(ours))
        decided = (s > 0).astype(float)
        expected = getattr(sklearn.metrics, theirs)(y, decided)
        assert figure(labels(ours), (y, decided)) == pytest.approx(expected, rel=EXACT)

    @pytest.mark.parametrize(
        ("ours", "binary", "times"),
        [("multilabel_soft_margin", "log_loss", 1.0), ("brier", "brier_score_loss", 1.0)],
    )
    def test_means_over_labels_are_those_of_the_binary_losses(
        self, ours: str, binary: str, times: float
    ) -> None:
        y, s = sample(labels(ours))
        theirs = np.mean([getattr(sklearn.metrics, binary)(y[:, j], sigmoid(s[:, j])) for j in range(4)])
        assert figure(labels(ours), (y, s)) == pytest.approx(times * theirs, rel=1e-11)

    def test_asymmetric_is_the_sum_over_labels(self) -> None:
        y, s = sample(labels("asymmetric"))
        one = bound(Task.BINARY, "asymmetric")
        each = np.column_stack([one.value(y[:, j], s[:, j]) for j in range(4)])
        np.testing.assert_allclose(labels("asymmetric").value(y, s), each.sum(axis=1), rtol=EXACT)

    def test_asymmetric_without_exponents_is_the_sum_of_cross_entropies(self) -> None:
        y, s = sample(labels("asymmetric"))
        plain = labels("asymmetric:positive_gamma=0,negative_gamma=1e-9,shift=0")
        soft = 4.0 * labels("multilabel_soft_margin").value(y, s)
        np.testing.assert_allclose(plain.value(y, s), soft, rtol=1e-7)

    def test_a_sure_label(self) -> None:
        """Scores of probabilities 0 and 1 are infinite: right costs nothing, wrong is inf."""
        y = np.array([[1.0, 0.0], [1.0, 0.0]])
        s = np.array([[INF, -INF], [-INF, -INF]])
        np.testing.assert_array_equal(labels("multilabel_soft_margin").value(y, s), [0.0, INF])
        np.testing.assert_array_equal(labels("brier").value(y, s), [0.0, 0.5])
        np.testing.assert_array_equal(labels("asymmetric").value(y, s), [0.0, INF])

    def test_far_scores_keep_their_digits(self) -> None:
        y, s = np.array([[1.0, 0.0]]), np.array([[-1000.0, -40.0]])
        value = labels("multilabel_soft_margin").value(y, s)[0]
        assert value == pytest.approx(0.5 * (1000.0 + 4.248354255291589e-18), rel=1e-15)
        (near,) = labels("multilabel_soft_margin").value(y, np.array([[40.0, -40.0]]))
        assert near == pytest.approx(4.248354255291589e-18, rel=1e-12)

    def test_pairs_of_many_labels_take_no_square_of_memory(self) -> None:
        rng = np.random.default_rng(1)
        y, s = (rng.random((50, 300)) < 0.1).astype(float), rng.normal(size=(50, 300))
        theirs = sklearn.metrics.label_ranking_loss(y, s)
        assert figure(labels("label_ranking_loss"), (y, s)) == pytest.approx(theirs, rel=EXACT)

    def test_zero_one_per_label_is_hamming(self) -> None:
        assert {one.name for one in named("zero_one") if one.task is Task.MULTILABEL} == {"hamming"}
        assert {one.name for one in named("zero_one_loss") if one.task is Task.MULTILABEL} == {
            "subset_zero_one"
        }


DIVERGENCES = [x for x in BOUND if x.loss.task is Task.DISTRIBUTION]


class TestShares:
    def test_scipy(self) -> None:
        y, s = sample(shares("kl_divergence"))
        log_q = log_softmax(s)
        q = np.exp(log_q)
        pairs = {
            "kl_divergence": special.rel_entr(y, q).sum(axis=1),
            "generalized_kl": special.kl_div(y, q).sum(axis=1),
            "soft_cross_entropy": (special.rel_entr(y, q) + special.entr(y)).sum(axis=1),
            "js_divergence": np.array([distance.jensenshannon(*both) for both in zip(y, q, strict=True)])
            ** 2,
            "wasserstein1_1d": [
                stats.wasserstein_distance(range(4), range(4), *both) for both in zip(y, q, strict=True)
            ],
            "total_variation": 0.5 * np.array([distance.cityblock(*b) for b in zip(y, q, strict=True)]),
        }
        for name, theirs in pairs.items():
            ours = shares(name).value(y, log_q)
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-14, err_msg=name)

    def test_reverse_is_the_other_way_round(self) -> None:
        y, s = sample(shares("reverse_kl"))
        log_q = log_softmax(s)
        turned = shares("kl_divergence").value(np.exp(log_q), np.log(y))
        np.testing.assert_allclose(shares("reverse_kl").value(y, log_q), turned, rtol=1e-11, atol=1e-15)
        both = shares("kl_divergence").value(y, log_q) + turned
        np.testing.assert_allclose(shares("jeffreys").value(y, log_q), both, rtol=1e-10)

    def test_relatives(self) -> None:
        y, s = sample(shares("kl_divergence"))
        log_q = log_softmax(s)
        kl, half = shares("kl_divergence").value(y, log_q), shares("bhattacharyya").value(y, log_q)
        np.testing.assert_allclose(shares("renyi:alpha=0.5").value(y, log_q), 2.0 * half, rtol=1e-10)
        hellinger = shares("hellinger").value(y, log_q)
        np.testing.assert_allclose(half, -np.log1p(-(hellinger**2)), rtol=1e-10)
        chi2 = shares("chi2_divergence").value(y, log_q)
        np.testing.assert_allclose(shares("renyi:alpha=2").value(y, log_q), np.log1p(chi2), rtol=1e-10)
        for alpha in ("0.9999999", "1.0000001"):
            np.testing.assert_allclose(shares(f"renyi:alpha={alpha}").value(y, log_q), kl, rtol=1e-5)
        assert (shares("js_divergence").value(y, log_q) <= np.log(2.0)).all()
        assert (shares("total_variation").value(y, log_q) <= 1.0).all()

    def test_of_one_hot_targets_it_is_the_cross_entropy(self) -> None:
        codes, z = np.array([0, 1, 2, 0]), np.random.default_rng(1).normal(size=(4, 3))
        log_q = log_softmax(z)
        multiclass = bound(Task.MULTICLASS, "cross_entropy").value(log_q[np.arange(4), codes])
        for name in ("soft_cross_entropy", "kl_divergence"):
            np.testing.assert_allclose(shares(name).value(np.eye(3)[codes], log_q), multiclass, rtol=1e-12)

    @pytest.mark.parametrize(
        ("name", "both_zero", "missed", "invented"),
        [
            # target (1, 0), (½, ½), (1, 0) against (1, 0), (1, 0), (½, ½)
            ("kl_divergence", 0.0, INF, np.log(2.0)),
            ("generalized_kl", 0.0, INF, np.log(2.0)),
            ("soft_cross_entropy", 0.0, INF, np.log(2.0)),
            ("reverse_kl", 0.0, np.log(2.0), INF),
            ("jeffreys", 0.0, INF, INF),
            ("js_divergence", 0.0, 0.21576155433883548, 0.21576155433883548),
            ("total_variation", 0.0, 0.5, 0.5),
            ("hellinger", 0.0, (1 - 0.5**0.5) ** 0.5, (1 - 0.5**0.5) ** 0.5),
            ("bhattacharyya", 0.0, 0.5 * np.log(2.0), 0.5 * np.log(2.0)),
            ("chi2_divergence", 0.0, INF, 1.0),
            ("wasserstein1_1d", 0.0, 0.5, 0.5),
            ("renyi:alpha=2", 0.0, INF, np.log(2.0)),
            ("renyi:alpha=0.5", 0.0, np.log(2.0), np.log(2.0)),
        ],
    )
    def test_zeros(self, name: str, both_zero: float, missed: float, invented: float) -> None:
        y = np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]])
        with np.errstate(divide="ignore"):
            log_q = np.log(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]))
        found = shares(name).value(y, log_q)
        np.testing.assert_allclose(found, [both_zero, missed, invented], rtol=1e-14, atol=0.0)

    @pytest.mark.parametrize(
        ("name", "apart"),
        [
            ("js_divergence", np.log(2.0)),
            ("total_variation", 1.0),
            ("hellinger", 1.0),
            ("bhattacharyya", INF),
            ("wasserstein1_1d", 1.0),
            ("renyi:alpha=0.5", INF),
        ],
    )
    def test_nothing_in_common(self, name: str, apart: float) -> None:
        with np.errstate(divide="ignore"):
            found = shares(name).value(np.array([[1.0, 0.0]]), np.log(np.array([[0.0, 1.0]])))
        assert found[0] == pytest.approx(apart, rel=1e-15)

    @pytest.mark.parametrize("loss", DIVERGENCES, ids=label)
    def test_near_a_match_no_digit_is_lost(self, loss: BoundLoss) -> None:
        """Predictions off by down to 1e-7: as many digits as their distance from the target has."""
        y = np.array([[0.2, 0.5, 0.3], [0.25, 0.25, 0.5]])
        for step in (1e-3, 1e-5, 1e-7):
            log_q = log_softmax(np.log(y) + step * np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]]))
            ours, theirs = loss.value(y, log_q), _exactly(loss, y, log_q)
            np.testing.assert_allclose(ours, theirs, rtol=1e-14 / step)

    @pytest.mark.parametrize("loss", DIVERGENCES, ids=label)
    def test_far_logits(self, loss: BoundLoss) -> None:
        """Logits apart by hundreds: the prediction is no double, its logarithm is."""
        z = np.array([[0.0, 400.0, -300.0], [-200.0, 0.0, 100.0]])
        y = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1]])
        ours, theirs = loss.value(y, log_softmax(z)), _exactly(loss, y, log_softmax(z))
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)

    def test_sums_that_miss_1_by_rounding_are_used_as_they_are(self) -> None:
        y, q = np.array([[0.333, 0.667]]), np.array([[0.5, 0.499]])
        theirs = special.rel_entr(y, q).sum(axis=1)
        np.testing.assert_allclose(shares("kl_divergence").value(y, np.log(q)), theirs, rtol=1e-12)
        assert shares("kl_divergence").value(q, np.log(q))[0] == pytest.approx(0.0, abs=1e-16)
        assert (shares("generalized_kl").value(y, np.log(q)) >= 0).all()

    def test_cross_entropy_is_known_by_that_name(self) -> None:
        tasks = {one.task: one.name for one in named("cross_entropy")}
        assert tasks == {Task.MULTICLASS: "cross_entropy", Task.DISTRIBUTION: "soft_cross_entropy"}

    def test_an_alias_that_is_no_multiple_says_what_theirs_is(self) -> None:
        for name, said in (
            ("jensenshannon", "its square root"),
            ("KLDivLoss", "batchmean"),
            ("CosineSimilarity", "ours less 1"),
        ):
            with pytest.raises(UsageError, match=said):
                named(name)


def _exactly(loss: BoundLoss, y: Floats, log_q: Floats) -> Floats:
    """The divergence of normalised shares in 60 digits."""
    params = dict(loss.params)
    found = []
    with mpmath.workdps(60):
        for row, logs in zip(y, log_q, strict=True):
            p, lq = [mpmath.mpf(float(x)) for x in row], [mpmath.mpf(float(x)) for x in logs]
            p = [x / sum(p) for x in p]
            total = mpmath.log(sum(mpmath.exp(x) for x in lq))
            q = [mpmath.exp(x - total) for x in lq]
            found.append(float(mpmath.re(_DIVERGENCES[loss.loss.name](p, q, **params))))
    return np.array(found)


def _kl(p: Any, q: Any) -> Any:
    return sum(a * mpmath.log(a / b) for a, b in zip(p, q, strict=True))


def _root(p: Any, q: Any) -> Any:
    return sum(mpmath.sqrt(a * b) for a, b in zip(p, q, strict=True))


def _js(p: Any, q: Any) -> Any:
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return (_kl(p, middle) + _kl(q, middle)) / 2


def _renyi(p: Any, q: Any, alpha: float) -> Any:
    a = mpmath.mpf(alpha)
    return mpmath.log(sum(x**a * z ** (1 - a) for x, z in zip(p, q, strict=True))) / (a - 1)


def _steps(p: Any, q: Any, width: float) -> Any:
    ahead = [sum(q[: k + 1]) - sum(p[: k + 1]) for k in range(len(p) - 1)]
    return width * sum(abs(x) for x in ahead)


_DIVERGENCES: dict[str, Callable[..., Any]] = {
    "kl_divergence": _kl,
    "generalized_kl": _kl,
    "reverse_kl": lambda p, q: _kl(q, p),
    "jeffreys": lambda p, q: _kl(p, q) + _kl(q, p),
    "soft_cross_entropy": lambda p, q: -sum(a * mpmath.log(b) for a, b in zip(p, q, strict=True)),
    "js_divergence": _js,
    "total_variation": lambda p, q: sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2,
    "hellinger": lambda p, q: mpmath.sqrt(1 - _root(p, q)),
    "bhattacharyya": lambda p, q: -mpmath.log(_root(p, q)),
    "chi2_divergence": lambda p, q: sum((a - b) ** 2 / b for a, b in zip(p, q, strict=True)),
    "wasserstein1_1d": _steps,
    "renyi": _renyi,
}


class TestBoxes:
    def test_against_a_grid_of_cells(self) -> None:
        """Overlap counted cell by cell, of boxes with whole corners."""
        rng = np.random.default_rng(2)
        low = rng.integers(0, 12, (200, 4))
        boxes_ = np.hstack([low, low + rng.integers(1, 9, (200, 4))])[:, [0, 1, 4, 5, 2, 3, 6, 7]]
        y, p = boxes_[:, :4].astype(float), boxes_[:, 4:].astype(float)
        iou, giou = boxes("iou").value(y, p), boxes("giou").value(y, p)
        for i in range(200):
            one, other = _cells(y[i]), _cells(p[i])
            both, either = np.sum(one & other), np.sum(one | other)
            assert iou[i] == pytest.approx(1.0 - both / either, rel=EXACT, abs=1e-15)
            rows, columns = np.where(one | other)
            hull = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
            assert giou[i] == pytest.approx(
                1.0 - both / either + (hull - either) / hull, rel=EXACT, abs=1e-15
            )

    @pytest.mark.parametrize("name", ["iou", "giou", "diou", "ciou"])
    def test_moving_and_scaling_both_changes_nothing(self, name: str) -> None:
        loss = boxes(name)
        y, p = sample(loss)
        expected = loss.value(y, p)
        shift = np.array([3.0, -7.0, 3.0, -7.0])
        np.testing.assert_allclose(loss.value(100.0 * y + shift, 100.0 * p + shift), expected, rtol=1e-9)
        np.testing.assert_allclose(loss.value(p, y), expected, rtol=1e-12)

    def test_ranges(self) -> None:
        y, p = sample(boxes("iou"))
        iou, giou, diou, ciou = (boxes(name).value(y, p) for name in ("iou", "giou", "diou", "ciou"))
        assert (iou <= 1.0).all()
        assert (giou >= iou - 1e-15).all() and (giou <= 2.0).all()
        assert (diou >= iou).all() and (diou <= 2.0).all()
        assert (ciou >= diou).all()
        assert (iou == 1.0).any() and (giou > 1.0).any()

    @pytest.mark.parametrize("name", ["iou", "giou", "diou", "ciou"])
    def test_boxes_too_small_for_a_double(self, name: str) -> None:
        """Their areas underflow: a loss, not a division by 0."""
        tiny = np.array([[0.0, 0.0, 1e-200, 1e-200]])
        for pair in ((tiny, 2.0 * tiny), (tiny, tiny)):
            assert np.isfinite(boxes(name).value(*pair)).all()
            assert np.isfinite(boxes(name).slope(*pair)).all()

    def test_smooth_l1_is_the_sum_of_four(self) -> None:
        y, p = sample(boxes("smooth_l1"))
        one = bound(Task.REGRESSION, "smooth_l1:beta=1")
        np.testing.assert_allclose(
            boxes("smooth_l1").value(y, p),
            one.value((p - y).ravel()).reshape(y.shape).sum(axis=1),
            rtol=EXACT,
        )

    def test_the_scale_of_other_tasks_is_not_asked_for(self) -> None:
        assert boxes("smooth_l1").spec == "smooth_l1:beta=1"
        (loss,) = (one for one in CATALOGUE if one.task is Task.BOXES and one.name == "smooth_l1")
        assert loss.bind({}, scale=None).spec == "smooth_l1:beta=1"


def _cells(box: Floats) -> Any:
    grid = np.zeros((24, 24), dtype=bool)
    x1, y1, x2, y2 = box.astype(int)
    grid[x1:x2, y1:y2] = True
    return grid


def _geometric(y: Floats) -> Floats:
    logs = np.log(y).mean(axis=0)
    return np.exp(logs) / np.exp(logs).sum()


def _quadratic(y: Floats) -> Floats:
    root = np.sqrt(np.square(y).mean(axis=0))
    return np.asarray(root / root.sum())


def _of_steps(y: Floats) -> Floats:
    cumulated = np.median(np.cumsum(y, axis=1), axis=0)
    cumulated[-1] = 1.0
    return np.diff(cumulated, prepend=0.0)


def _direction(y: Floats) -> Floats:
    return np.asarray((y / np.sqrt(np.square(y).sum(axis=1, keepdims=True))).mean(axis=0))


def _half(y: Floats) -> Floats:
    return np.where(y.mean(axis=0) > 0.5, 1.0, -1.0)


def _most_frequent(y: Floats) -> Floats:
    rows, counts = np.unique(y, axis=0, return_counts=True)
    return np.asarray(2.0 * rows[counts.argmax()] - 1.0)


# What a record says it asks for → the prediction, in the space of the scores.
FUNCTIONALS: dict[str, Callable[[Floats], Floats]] = {
    "mean of every output": lambda y: y.mean(axis=0),
    "median of every output": lambda y: np.median(y, axis=0),
    "the direction of the mean of the targets' directions": _direction,
    "P of every label": lambda y: special.logit(y.mean(axis=0)),
    "every label with P > 1/2": _half,
    "the most probable set of labels": _most_frequent,
    "mean shares": lambda y: np.log(y.mean(axis=0)),
    "geometric mean of the shares, normalised": lambda y: np.log(_geometric(y)),
    "root of the mean square of the shares, normalised": lambda y: np.log(_quadratic(y)),
    "medians of the cumulated shares": lambda y: np.log(_of_steps(y)),
}
UNNAMED = {
    "a probability distorted by both exponents and the shift",
    "scores of the labels there 1 above all others",
    "an order of the labels",
    "no simple functional of the shares",
    "the box",
    "a centre of every corner between mean and median",
}
OF_COLUMNS = [
    x for x in BOUND if x.loss.task in (Task.MULTIOUTPUT, Task.MULTILABEL, Task.DISTRIBUTION, Task.BOXES)
]


@pytest.mark.parametrize("loss", [x for x in OF_COLUMNS if x.elicits in FUNCTIONALS], ids=label)
def test_the_best_constant_is_what_the_loss_elicits(loss: BoundLoss) -> None:
    """No prediction around it, near or far, costs less on a skewed sample."""
    y, _ = vectors.random(loss.loss, np.random.default_rng(5), np.random.default_rng(6), 201)
    best = FUNCTIONALS[loss.elicits](y)
    least = _cost(loss, y, best)
    rng = np.random.default_rng(7)
    for size in (1e-4, 1e-3, 1e-2, 0.1, 0.5):
        for _ in range(60):
            other = best + size * rng.normal(size=best.shape)
            if loss.loss.prediction.low == 0.0 and (other <= 0.0).any():
                continue
            assert _cost(loss, y, other) >= least - 1e-12 * abs(least), size


def _cost(loss: BoundLoss, y: Floats, s: Floats) -> float:
    rows = np.broadcast_to(s, y.shape)
    return figure(loss, vectors.arguments(loss.loss, y, rows))


def test_no_functional_is_left_unchecked() -> None:
    assert {x.elicits for x in OF_COLUMNS} == FUNCTIONALS.keys() | UNNAMED
