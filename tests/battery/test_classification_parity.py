"""The losses of classes against scikit-learn and mpmath, and against one another where theory says so."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import _sgd_fast as sgd

from battery.cases import bound, record
from losscli.domain import LOGIT, Floats, Task, log_softmax, sigmoid, softplus
from losscli.loss import Argument, BoundLoss, Loss, Reduction, Trait
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.catalogue.multiclass_score import tempered_log_softmax

INF = np.inf
CLASSES = [loss for loss in CATALOGUE if loss.task in (Task.BINARY, Task.MULTICLASS)]
EXACT = 1e-12
_OF_LOGITS = (Argument.LOG_PROBABILITY, Argument.SCORE)


def binary(spec: str) -> BoundLoss:
    return bound(Task.BINARY, spec)


def several(spec: str) -> BoundLoss:
    return bound(Task.MULTICLASS, spec)


def _id(loss: Loss) -> str:
    return f"{loss.task}-{loss.name}"


def log_p_y(y: Any, s: Floats) -> Floats:
    """(n,) of logits (n,) or of scores (n, k)."""
    if s.ndim == 1:
        return -softplus(-(2 * y - 1) * s)
    return np.asarray(log_softmax(s)[np.arange(len(y)), y])


def rows(loss: Loss, y: Any, s: Floats, **params: float) -> Floats:
    """Row values of logits, whatever the loss takes."""
    match loss.argument:
        case Argument.MARGIN:
            given: tuple[Any, ...] = ((2 * y - 1) * s,)
        case Argument.LOG_PROBABILITY:
            given = (log_p_y(y, s),)
        case Argument.LOG_PROBABILITIES:
            given = (y, log_softmax(s))
        case Argument.PREDICTION:
            given = (y, sigmoid(s))
        case Argument.LABEL:
            given = (y, (s > 0).astype(int) if s.ndim == 1 else s.argmax(axis=1))
        case Argument.COUNTS:
            given = (y, s, np.bincount(y, minlength=s.shape[1]).astype(np.float64))
        case _:
            given = (y, s)
    return loss.bind(params, imbalance=1.0).value(*given)


@pytest.fixture
def two() -> tuple[Any, Floats]:
    rng = np.random.default_rng(1)
    return rng.integers(0, 2, 300), rng.normal(0, 2, 300)


@pytest.fixture
def five() -> tuple[Any, Floats]:
    rng = np.random.default_rng(2)
    return rng.integers(0, 5, 300), rng.normal(0, 1.5, (300, 5))


class TestScikitLearn:
    def test_binary(self, two: tuple[Any, Floats]) -> None:
        y, s = two
        p, label = sigmoid(s), (s > 0).astype(int)
        pairs = {
            "bce": metrics.log_loss(y, p),
            "brier": metrics.brier_score_loss(y, p),
            "hinge": metrics.hinge_loss(y, s),
            "zero_one": metrics.zero_one_loss(y, label),
        }
        for name, theirs in pairs.items():
            ours = rows(record(Task.BINARY, name), y, s).mean()
            np.testing.assert_allclose(ours, theirs, rtol=EXACT, err_msg=name)

    def test_balanced_error(self, two: tuple[Any, Floats]) -> None:
        y, s = two
        label = (s > 0.5).astype(int)
        loss = record(Task.BINARY, "balanced_error")
        assert loss.combine is not None
        ours = loss.combine(*[part(y, label).mean() for part in loss.parts])
        np.testing.assert_allclose(ours, 1 - metrics.balanced_accuracy_score(y, label), rtol=EXACT)

    @pytest.mark.parametrize(
        ("name", "theirs"), [("dice", metrics.f1_score), ("jaccard", metrics.jaccard_score)]
    )
    def test_overlaps_of_labels_are_the_metrics(
        self, two: tuple[Any, Floats], name: str, theirs: Callable[..., float]
    ) -> None:
        y, s = two
        label = (s > 0.5).astype(float)
        loss = record(Task.BINARY, name)
        assert loss.combine is not None
        ours = loss.combine(*[part(y, label).mean() for part in loss.parts])
        np.testing.assert_allclose(1 - ours, theirs(y, label), rtol=EXACT)

    def test_several_classes(self, five: tuple[Any, Floats]) -> None:
        y, z = five
        p = np.exp(log_softmax(z))
        p /= p.sum(axis=1, keepdims=True)
        pairs = {
            "cross_entropy": metrics.log_loss(y, p),
            "brier": metrics.brier_score_loss(y, p),
            "crammer_singer_hinge": metrics.hinge_loss(y, z),
            "zero_one": metrics.zero_one_loss(y, z.argmax(axis=1)),
        }
        for name, theirs in pairs.items():
            ours = rows(record(Task.MULTICLASS, name), y, z).mean()
            np.testing.assert_allclose(ours, theirs, rtol=EXACT, err_msg=name)

    @pytest.mark.parametrize("k", [1, 2, 3, 4])
    def test_top_k(self, five: tuple[Any, Floats], k: int) -> None:
        y, z = five
        ours = several(f"topk_error:k={k}").value(y, z).mean()
        np.testing.assert_allclose(ours, 1 - metrics.top_k_accuracy_score(y, z, k=k), rtol=EXACT)

    @pytest.mark.parametrize(
        ("name", "theirs"),
        [
            ("hinge", sgd.Hinge(1.0)),
            ("perceptron", sgd.Hinge(0.0)),
            ("squared_hinge", sgd.SquaredHinge(1.0)),
            ("modified_huber", sgd.ModifiedHuber()),
        ],
    )
    def test_losses_of_the_sgd_classifier(self, two: tuple[Any, Floats], name: str, theirs: Any) -> None:
        y, s = two
        expected = [theirs.py_loss(score, 2.0 * code - 1.0) for code, score in zip(y, s, strict=True)]
        np.testing.assert_allclose(rows(record(Task.BINARY, name), y, s), expected, rtol=EXACT)


MARGINS = np.array([-700.0, -60.0, -30.5, -29.5, -5.0, -1e-3, 0.0, 1e-9, 0.3, 5.0, 36.0, 60.0, 700.0])


def _p(m: Any) -> Any:
    return 1 / (1 + mpmath.exp(-m))


def _q(m: Any) -> Any:
    return 1 / (1 + mpmath.exp(m))


def _log_p(m: Any) -> Any:
    return -mpmath.log(1 + mpmath.exp(-m))


def _entropy(m: Any) -> Any:
    return -_p(m) * _log_p(m) - _q(m) * _log_p(-m)


REFERENCES: dict[str, Callable[[Any], Any]] = {
    "bce": lambda m: -_log_p(m),
    "brier": lambda m: _q(m) ** 2,
    "spherical": lambda m: 1 - _p(m) / mpmath.sqrt(_p(m) ** 2 + _q(m) ** 2),
    "gce:q=0.7": lambda m: (1 - _p(m) ** mpmath.mpf(0.7)) / mpmath.mpf(0.7),
    "gce:q=1e-12": lambda m: (1 - _p(m) ** mpmath.mpf(1e-12)) / mpmath.mpf(1e-12),
    "sce": lambda m: -mpmath.mpf(0.1) * _log_p(m) + 4 * _q(m),
    "mae_prob": lambda m: 2 * _q(m),
    "focal:gamma=2": lambda m: -(_q(m) ** 2) * _log_p(m),
    "focal:gamma=0.3": lambda m: -(_q(m) ** mpmath.mpf(0.3)) * _log_p(m),
    "label_smoothing_bce:epsilon=0.1": lambda m: (
        -(1 - mpmath.mpf(0.1) / 2) * _log_p(m) - mpmath.mpf(0.1) / 2 * _log_p(-m)
    ),
    "bootstrap_bce:beta=0.9": lambda m: -mpmath.mpf(0.9) * _log_p(m) + (1 - mpmath.mpf(0.9)) * _entropy(m),
    "savage": lambda m: _q(2 * m) ** 2,
    "sigmoid": _q,
    "probit_nll": lambda m: -mpmath.log(mpmath.erfc(-m / mpmath.sqrt(2)) / 2),
}


class TestExtremes:
    @pytest.mark.parametrize("spec", REFERENCES)
    def test_values_keep_their_digits(self, spec: str) -> None:
        """Relative to the value itself, which next to certainty is tiny; below 1e-300 nothing is asked."""
        loss = binary(spec)
        with mpmath.workdps(700):
            expected = np.array([float(REFERENCES[spec](mpmath.mpf(m))) for m in MARGINS])
        ours = rows(loss.loss, np.ones(len(MARGINS), int), MARGINS, **dict(loss.params))
        np.testing.assert_allclose(ours, expected, rtol=EXACT, atol=1e-300)

    @pytest.mark.parametrize("spec", REFERENCES)
    def test_slopes_keep_their_digits(self, spec: str) -> None:
        loss = binary(spec)
        with mpmath.workdps(700):
            inner = MARGINS[np.abs(MARGINS) <= 40]
            expected = np.array([float(mpmath.diff(REFERENCES[spec], mpmath.mpf(m))) for m in inner])
        if loss.loss.argument is Argument.LOG_PROBABILITY:
            ours = loss.slope(-softplus(-inner)) * sigmoid(-inner)
        elif loss.loss.argument is Argument.MARGIN:
            ours = loss.slope(inner)
        else:
            ours = loss.slope(np.ones(len(inner), int), inner)
        np.testing.assert_allclose(ours, expected, rtol=EXACT, atol=1e-300)

    def test_cloglog(self) -> None:
        s = np.array([-700.0, -40.0, -1.0, -0.36, -0.35, 0.0, 2.0, 6.0])
        with mpmath.workdps(700):
            one = [float(-mpmath.log(1 - mpmath.exp(-mpmath.exp(mpmath.mpf(x))))) for x in s]
        loss = binary("cloglog_nll")
        np.testing.assert_allclose(loss.value(np.ones(len(s), int), s), one, rtol=EXACT)
        np.testing.assert_allclose(loss.value(np.zeros(len(s), int), s), np.exp(s), rtol=EXACT)

    @pytest.mark.parametrize("gamma", [0.0, 0.3, 0.5, 1.0, 2.0])
    def test_focal_slope_is_finite_at_certainty(self, gamma: float) -> None:
        loss = binary(f"focal:gamma={gamma}")
        s = np.array([-INF, -800.0, -60.0, 60.0, 800.0, INF])
        for code in (0, 1):
            assert np.all(np.isfinite(loss.slope(np.full(len(s), code), s)))

    @pytest.mark.parametrize("code", [0, 1])
    @pytest.mark.parametrize(
        "loss",
        [x for x in CLASSES if x.task is Task.BINARY and x.argument in _OF_LOGITS and x.link is LOGIT],
        ids=_id,
    )
    def test_certain_predictions_have_their_limits(self, loss: Loss, code: int) -> None:
        """A probability of 0 or 1 gives what one of 1e-290 away from it gives, or infinity above 20."""
        y, certain = np.full(2, code), np.array([-INF, INF])
        value = rows(loss, y, certain)
        near = rows(loss, y, np.array([-667.0, 667.0]))
        for at, close in zip(value, near, strict=True):
            assert (at == INF and close > 20) or abs(at - close) < 1e-100

    def test_the_log_loss_is_infinite_for_a_wrong_certainty_and_0_for_a_right_one(self) -> None:
        for loss in (binary("bce"), several("cross_entropy")):
            np.testing.assert_array_equal(loss.value(np.array([-INF, 0.0])), [INF, 0.0])

    def test_certain_rows_of_several_classes(self) -> None:
        p = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
        with np.errstate(divide="ignore"):
            log_p = np.log(p)
        expected = {
            "brier": (0.0, 0.5, 0.375, 2.0),
            "spherical": (0.0, 1 - 0.5**0.5, 1 - (2 / 3) ** 0.5, 1.0),
            "nce": (0.0, 0.0, 0.2, 0.5),
            "label_smoothing": (INF, INF, -0.9 * np.log(0.5) - 0.1 / 3 * np.log(1 / 32), INF),
        }
        for name, values in expected.items():
            loss = several(name)
            np.testing.assert_allclose(loss.value(np.zeros(4, int), log_p), values, rtol=EXACT, err_msg=name)
            assert np.all(np.isfinite(loss.slope(np.zeros(4, int), log_p)))

    @pytest.mark.parametrize("t2", [1.0, 1.0001, 1.2, 2.0, 5.0])
    def test_tempered_probabilities_add_up_to_1(self, t2: float) -> None:
        rng = np.random.default_rng(4)
        for size in (0.1, 3.0, 1e4):
            p = np.exp(tempered_log_softmax(size * rng.normal(size=(50, 40)), t2))
            np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=EXACT)

    def test_empty_sets(self) -> None:
        """Nothing sought and nothing found costs nothing; anything else costs all."""
        nothing, something = np.zeros(3), np.array([0.0, 0.2, 0.0])
        for name in ("dice", "soft_f1", "jaccard", "tversky", "focal_tversky"):
            assert overlap(binary(name), nothing, nothing) == 0.0
            assert overlap(binary(name), nothing, something) == 1.0
            assert overlap(binary(name), np.ones(3), nothing) == 1.0

    def test_balanced_error_of_one_class_is_undefined(self) -> None:
        assert np.isnan(overlap(binary("balanced_error"), np.ones(3), np.ones(3)))


def overlap(loss: BoundLoss, y: Any, p: Any) -> float:
    params = dict(loss.params)
    assert loss.loss.reduction is Reduction.RATIO
    assert loss.loss.combine is not None
    return loss.loss.combine(*[part(y, p, **params).mean() for part in loss.loss.parts], **params)


class TestRelations:
    @pytest.mark.parametrize(
        ("many", "two_", "factor"),
        [
            ("cross_entropy", "bce", 1.0),
            ("label_smoothing:epsilon=0.1", "label_smoothing_bce:epsilon=0.1", 1.0),
            ("focal:gamma=2", "focal:gamma=2", 1.0),
            ("gce:q=0.7", "gce:q=0.7", 1.0),
            ("sce", "sce", 1.0),
            ("mae_prob", "mae_prob", 1.0),
            ("spherical", "spherical", 1.0),
            ("brier", "brier", 2.0),
            ("crammer_singer_hinge", "hinge", 1.0),
            ("perceptron", "perceptron", 1.0),
            ("sparsemax", "sparsemax", 1.0),
            ("multi_margin:power=2", "squared_hinge", 0.5),
            ("bi_tempered:t1=0,t2=1", "brier", 1.0),
            ("zero_one", "zero_one", 1.0),
        ],
    )
    def test_two_classes_are_binary(
        self, two: tuple[Any, Floats], many: str, two_: str, factor: float
    ) -> None:
        """Scores (0, s) of two classes are the score s of the second."""
        y, s = two
        z = np.column_stack([np.zeros(len(s)), s])
        a, b = several(many), binary(two_)
        ours, expected = rows(a.loss, y, z, **dict(a.params)), rows(b.loss, y, s, **dict(b.params))
        np.testing.assert_allclose(ours, factor * expected, rtol=1e-11, atol=1e-15)

    @pytest.mark.parametrize(
        ("spec", "same", "factor"),
        [
            ("gce:q=1", "mae_prob", 0.5),
            ("classification_cost", "mae_prob", 0.5),
            ("sigmoid", "mae_prob", 0.5),
            ("focal:gamma=0", "bce", 1.0),
            ("focal:gamma=0,alpha=0.5", "bce", 0.5),
            ("weighted_bce:positive_weight=1", "bce", 1.0),
            ("label_smoothing_bce:epsilon=0", "bce", 1.0),
            ("bootstrap_bce:beta=1", "bce", 1.0),
            ("sparsemax", "modified_huber", 0.25),
        ],
    )
    def test_a_class_of_losses_is_one_up_to_a_factor(
        self, two: tuple[Any, Floats], spec: str, same: str, factor: float
    ) -> None:
        y, s = two
        loss = binary(spec)
        assert loss.kin == binary(same).kin
        ours, expected = rows(loss.loss, y, s, **dict(loss.params)), rows(record(Task.BINARY, same), y, s)
        np.testing.assert_allclose(ours, factor * expected, rtol=EXACT)

    def test_overlaps_of_one_class_are_increasing_functions_of_dice(self, two: tuple[Any, Floats]) -> None:
        y, s = two
        d = overlap(binary("dice"), y, sigmoid(s))
        same = {
            "soft_f1": d,
            "jaccard": 2 * d / (1 + d),
            "tversky:alpha=0.5,beta=0.5": d,
            "tversky:alpha=1,beta=1": 2 * d / (1 + d),
            "focal_tversky:alpha=0.5,beta=0.5,gamma=2": d**0.5,
        }
        for spec, expected in same.items():
            assert binary(spec).kin == "dice"
            np.testing.assert_allclose(overlap(binary(spec), y, sigmoid(s)), expected, rtol=EXACT)
        assert binary("focal_tversky").kin == "tversky:alpha=0.3,beta=0.7"

    @pytest.mark.parametrize(
        ("name", "total"),
        [("sigmoid", 1.0), ("mae_prob", 2.0), ("ramp", 2.0), ("unhinged", 2.0), ("zero_one", 1.0)],
    )
    def test_symmetric_losses_add_up_over_both_labels(self, name: str, total: float) -> None:
        """ℓ(1, s) + ℓ(0, s) is one number: labels flipped at random then add a constant to the risk."""
        s = np.random.default_rng(3).normal(0, 3, 100)
        loss = record(Task.BINARY, name)
        both = rows(loss, np.ones(100, int), s) + rows(loss, np.zeros(100, int), s)
        np.testing.assert_allclose(both, total, rtol=EXACT)

    @pytest.mark.parametrize("name", ["bce", "hinge", "brier", "savage", "exponential"])
    def test_other_losses_do_not(self, name: str) -> None:
        s = np.linspace(0, 3, 20)
        loss = record(Task.BINARY, name)
        assert np.ptp(rows(loss, np.ones(20, int), s) + rows(loss, np.zeros(20, int), s)) > 0.1

    @pytest.mark.parametrize(("name", "total"), [("mae_prob", 8.0), ("nce", 1.0), ("zero_one", 4.0)])
    def test_symmetric_losses_add_up_over_five_labels(
        self, five: tuple[Any, Floats], name: str, total: float
    ) -> None:
        _, z = five
        loss = record(Task.MULTICLASS, name)
        over_labels = sum(rows(loss, np.full(len(z), code), z) for code in range(5))
        np.testing.assert_allclose(over_labels, total, rtol=EXACT)


ORDERLESS = [loss for loss in CLASSES if loss.task is Task.MULTICLASS and not loss.ordered]
ONE_SIDED = ("weighted_bce", "asymmetric", "cloglog_nll", "hinge_embedding", "xent_lambda")
TWO_SIDED = [
    loss
    for loss in CLASSES
    if loss.task is Task.BINARY and loss.name not in ONE_SIDED and loss.reduction is Reduction.MEAN
]


class TestLabels:
    @pytest.mark.parametrize("loss", ORDERLESS, ids=_id)
    def test_the_order_of_the_classes_is_no_matter(self, five: tuple[Any, Floats], loss: Loss) -> None:
        y, z = five
        order = np.array([3, 0, 4, 1, 2])  # the new column j is the old column order[j]
        moved = rows(loss, np.argsort(order)[y], z[:, order])
        np.testing.assert_allclose(moved, rows(loss, y, z), rtol=1e-11, atol=1e-15)

    @pytest.mark.parametrize("loss", TWO_SIDED, ids=_id)
    def test_swapping_the_two_classes_is_no_matter(self, two: tuple[Any, Floats], loss: Loss) -> None:
        y, s = two
        np.testing.assert_allclose(rows(loss, 1 - y, -s), rows(loss, y, s), rtol=EXACT)

    @pytest.mark.parametrize("name", ONE_SIDED)
    def test_one_sided_losses_say_which_class_is_positive(self, two: tuple[Any, Floats], name: str) -> None:
        y, s = two
        loss = record(Task.BINARY, name)
        params = {"positive_weight": 2.0} if name == "weighted_bce" else {}
        assert not np.allclose(rows(loss, 1 - y, -s, **params), rows(loss, y, s, **params), rtol=0.1)

    def test_alpha_weighs_the_positive_class(self) -> None:
        plain, weighted = binary("focal:gamma=2"), binary("focal:gamma=2,alpha=0.25")
        y, s = np.array([1, 0]), np.array([0.3, 0.3])
        np.testing.assert_allclose(weighted.value(y, s) / plain.value(y, s), [0.25, 0.75], rtol=EXACT)


CHANCES = np.array([0.45, 0.35, 0.2])
ROWS = np.array([70.0, 20.0, 9.0])  # of the classes


def _scores_of(name: str) -> Floats:
    """The scores at which the loss says CHANCES, through its own link."""
    match name:
        case "ova_log_loss":
            return np.asarray(np.log(CHANCES / (1 - CHANCES)))
        case "sparsemax":
            return CHANCES + 0.7
        case "bi_tempered":
            return np.asarray((CHANCES ** (1 - 1.2) - 1) / (1 - 1.2))
        case "fenchel_young":
            return np.asarray(np.sqrt(CHANCES) / 0.5)
        case "class_balanced_ce":
            return np.asarray(np.log(CHANCES / (1 - 0.9999**ROWS)))
        case "logit_adjusted_ce":
            return np.asarray(np.log(CHANCES / ROWS))
        case _:
            return np.asarray(np.log(CHANCES))


def _risk_slope(loss: BoundLoss, z: Floats) -> Floats:
    """Expected slope of the scores z: (k,) where the classes have CHANCES."""
    k = len(z)
    y, every = np.arange(k), np.tile(z, (k, 1))
    match loss.loss.argument:
        case Argument.LOG_PROBABILITY:
            log_p = log_softmax(every)
            slopes = loss.slope(log_p[y, y])[:, None] * (np.eye(k) - np.exp(log_p))
        case Argument.LOG_PROBABILITIES:
            slopes = loss.slope(y, log_softmax(every))
        case Argument.COUNTS:
            slopes = loss.slope(y, every, ROWS)
        case _:
            slopes = loss.slope(y, every)
    return np.asarray(CHANCES @ slopes)


SLOPED = [loss for loss in CLASSES if loss.task is Task.MULTICLASS and loss.slope is not None]
PROPER = [loss for loss in SLOPED if Trait.PROPER in loss.bind({}).traits]


class TestProper:
    @pytest.mark.parametrize("loss", PROPER, ids=_id)
    def test_the_risk_is_level_at_the_chances(self, loss: Loss) -> None:
        np.testing.assert_allclose(_risk_slope(loss.bind({}), _scores_of(loss.name)), 0.0, atol=1e-14)

    @pytest.mark.parametrize("name", ["focal", "gce", "sce", "poly1_ce", "mae_prob", "label_smoothing"])
    def test_the_risk_of_others_is_not(self, name: str) -> None:
        assert np.abs(_risk_slope(several(name), np.log(CHANCES))).max() > 1e-3

    @pytest.mark.parametrize(
        "loss", [loss for loss in SLOPED if Trait.CALIBRATED in loss.bind({}).traits], ids=_id
    )
    def test_calibrated_means_descent_ends_with_the_most_probable_class_first(self, loss: Loss) -> None:
        """By plain gradient steps from equal scores, where no class has an advantage."""
        z = np.zeros(3)
        for _ in range(2000):
            z = z - 0.2 * _risk_slope(loss.bind({}), z)
        assert z[0] > z[1] + 1e-3 > z[2] + 2e-3

    def test_where_no_class_has_most_of_the_chance_the_hinge_wants_equal_scores(self) -> None:
        loss = several("crammer_singer_hinge")

        def risk(z: Floats) -> float:
            return float(CHANCES @ loss.value(np.arange(3), np.tile(z, (3, 1))))

        rng = np.random.default_rng(5)
        assert all(risk(rng.normal(size=3)) > risk(np.zeros(3)) for _ in range(200))


BEST = np.linspace(-12, 12, 48_001)


def _best(spec: str, chance: float) -> float:
    """The probability that the loss asks for where the positive class has this chance."""
    loss = binary(spec)
    one = rows(loss.loss, np.ones(len(BEST), int), BEST, **dict(loss.params))
    zero = rows(loss.loss, np.zeros(len(BEST), int), BEST, **dict(loss.params))
    return float(sigmoid(BEST[[np.argmin(chance * one + (1 - chance) * zero)]])[0])


class TestElicits:
    """The sentences in `elicits` that are no plain P(y=1)."""

    @pytest.mark.parametrize("chance", [0.05, 0.3, 0.6, 0.9])
    def test_weighted(self, chance: float) -> None:
        asked = 3 * chance / (3 * chance + 1 - chance)
        assert _best("weighted_bce:positive_weight=3", chance) == pytest.approx(asked, abs=2e-4)

    @pytest.mark.parametrize("chance", [0.05, 0.3, 0.6, 0.9])
    def test_smoothed(self, chance: float) -> None:
        assert _best("label_smoothing_bce", chance) == pytest.approx(0.9 * chance + 0.05, abs=2e-4)

    @pytest.mark.parametrize("chance", [0.1, 0.3, 0.6, 0.9])
    def test_gce(self, chance: float) -> None:
        power = np.array([chance, 1 - chance]) ** 2.0
        assert _best("gce:q=0.5", chance) == pytest.approx(power[0] / power.sum(), abs=2e-4)

    def test_timid_and_bold(self) -> None:
        for chance, further in pairwise([0.55, 0.65, 0.75, 0.85, 0.95]):
            assert 0.5 < _best("focal", chance) < chance
            for spec in ("sce", "bootstrap_bce", "gce"):
                assert chance < _best(spec, chance) < _best(spec, further)

    def test_cost(self) -> None:
        loss = "classification_cost:false_positive=3,false_negative=1"
        assert _best(loss, 0.74) < 1e-4
        assert _best(loss, 0.76) > 1 - 1e-4

    @pytest.mark.parametrize(
        ("spec", "link"),
        [
            ("squared_hinge", lambda p: 2 * p - 1),
            ("modified_huber", lambda p: 2 * p - 1),
            ("sparsemax", lambda p: 2 * p - 1),
            ("squared_margin", lambda p: 2 * p - 1),
            ("smooth_hinge", lambda p: (2 * p - 1) / max(p, 1 - p)),
            ("exponential", lambda p: 0.5 * np.log(p / (1 - p))),
            ("savage", lambda p: 0.5 * np.log(p / (1 - p))),
            ("tangent", lambda p: np.tan(p - 0.5)),
            ("probit_nll", lambda p: float(mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1))),
            ("cloglog_nll", lambda p: np.log(-np.log(1 - p))),
        ],
    )
    def test_best_scores(self, spec: str, link: Callable[[float], float]) -> None:
        for chance in (0.1, 0.35, 0.6, 0.9):
            asked = float(sigmoid(np.array([link(chance)]))[0])
            assert _best(spec, chance) == pytest.approx(asked, abs=2e-4)


class TestLeastValues:
    @pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.7])
    def test_of_smoothed_labels_is_reached_and_not_passed(self, epsilon: float) -> None:
        y = np.array([1, 0, 1])
        loss = binary(f"label_smoothing_bce:epsilon={epsilon}")
        best = np.log((1 - epsilon / 2) / (epsilon / 2)) if epsilon else 40.0
        s = (2 * y - 1) * best
        np.testing.assert_allclose(loss.value(y, s), loss.infimum(y), rtol=EXACT, atol=1e-15)
        assert np.all(loss.value(y, s + 0.1) > loss.infimum(y)) or not epsilon

    @pytest.mark.parametrize("epsilon", [0.1, 0.7])
    def test_of_several_smoothed_labels(self, epsilon: float) -> None:
        y = np.array([0, 1, 2, 3])
        p = np.full((4, 4), epsilon / 4) + (1 - epsilon) * np.eye(4)
        loss = several(f"label_smoothing:epsilon={epsilon}")
        np.testing.assert_allclose(loss.value(y, np.log(p)), loss.infimum(y), rtol=EXACT)
        p = 0.9 * p + 0.025
        assert np.all(loss.value(y, np.log(p)) > loss.infimum(y))
