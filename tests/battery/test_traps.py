"""Where the same name means another figure elsewhere: their value, ours, and what lies between the two.

The table stands in battery.traps: the value that a library printed (version and call beside it), how it
follows from ours, and the words by which `explain` warns. What scikit-learn and scipy say is asked of them.
"""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr
from sklearn import metrics

from battery.cases import bound, figure, record
from battery.traps import (
    CODES,
    COUNTS,
    LOG_P,
    PREDICTED,
    PROB,
    RATES,
    SHARES,
    TRAPS,
    Y01,
    P,
    R,
    Trap,
    Y,
)
from losscli import render
from losscli.domain import REALS, Task
from losscli.loss import BoundLoss
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.constant import Target, best_constant
from losscli.metrics.distribution import Distribution, average_precision, roc_auc
from losscli.metrics.metric import Undefined
from losscli.report import Explanation


def ours_of(trap: Trap) -> float:
    loss = bound(trap.task, trap.spec)
    if trap.weights is None:
        return figure(loss, trap.arguments)
    return float(np.average(loss.value(*trap.arguments), weights=trap.weights))


def explained(loss: BoundLoss) -> str:
    text = render.written(Explanation((loss.loss,), {}), "text", colour=False, width=None)
    return " ".join(text.split())


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.section}-{trap.spec}-{trap.source[:28]}")
def test_their_figure_follows_from_ours(trap: Trap) -> None:
    ours = ours_of(trap)
    theirs = trap.relation(ours) if callable(trap.relation) else trap.relation * ours
    assert theirs == pytest.approx(trap.theirs, rel=trap.rtol, abs=1e-12)
    if trap.relation != 1.0:
        assert ours != pytest.approx(trap.theirs, rel=1e-3) or trap.section == "3.2"


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.section}-{trap.spec}-{trap.said[:28]}")
def test_explain_warns(trap: Trap) -> None:
    assert trap.said in explained(bound(trap.task, trap.where or trap.spec))


@pytest.mark.parametrize(
    "trap", [trap for trap in TRAPS if trap.alias], ids=lambda trap: "-".join(trap.alias)
)
def test_the_alias_has_the_factor_and_the_spec(trap: Trap) -> None:
    loss = record(trap.task, trap.spec.partition(":")[0])
    (alias,) = (one for one in loss.aliases if (one.library, one.name) == trap.alias)
    assert alias.factor == (1.0 if callable(trap.relation) else trap.relation)
    written = bound(trap.task, alias.spec)
    if written.params and trap.spec != loss.name:
        assert written.spec in (bound(trap.task, trap.spec).spec, alias.spec) or alias.spec == loss.name


def test_every_section_has_its_traps() -> None:
    assert {trap.section for trap in TRAPS} == {f"3.{number}" for number in range(1, 10)}
    assert all(trap.source and trap.said for trap in TRAPS)


# --- what scikit-learn and scipy show themselves


def test_a_target_of_zero_has_no_percentage() -> None:
    """scikit-learn divides by 2.2e-16, and says 2.25e15; here such rows rule the loss out."""
    assert metrics.mean_absolute_percentage_error([0, 1], [1, 1]) == pytest.approx(2.25e15, rel=1e-2)
    assert not record(Task.REGRESSION, "mape").target.contains(np.array(0.0))
    assert "scikit-learn divides by 2.2e-16, torchmetrics by 1.2e-6" in record(Task.REGRESSION, "mape").trap


def test_log_loss_of_a_wrong_certainty() -> None:
    two = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert metrics.log_loss([0, 1], two) == pytest.approx(18.0218, abs=1e-4)
    assert metrics.log_loss([0, 1], two.astype(np.float32)) == pytest.approx(7.9712, abs=1e-4)
    assert bound(Task.BINARY, "bce").value(np.array([-np.inf]))[0] == np.inf


def test_rows_that_do_not_add_up_are_not_renormalised() -> None:
    p = np.array([[0.6, 0.2, 0.1], [0.2, 0.8, 0.1], [0.1, 0.1, 0.7]])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        theirs = metrics.log_loss([0, 1, 2], p)
    assert any("do not sum to one" in str(one.message) for one in said)
    ours = figure(bound(Task.MULTICLASS, "cross_entropy"), (np.log(p[CODES, CODES]),))
    assert ours == pytest.approx(theirs, rel=1e-12)
    assert (
        "Rows that do not add up to 1 are used as they are" in record(Task.MULTICLASS, "cross_entropy").trap
    )


def test_one_class_and_one_column() -> None:
    with pytest.raises(ValueError, match="only one label"):
        metrics.log_loss([1, 1], [0.9, 0.8])
    assert metrics.log_loss(["no", "yes"], [0.2, 0.7]) == pytest.approx(-(math.log(0.8) + math.log(0.7)) / 2)
    trap = record(Task.BINARY, "bce").trap
    assert "refuses a target of one class" in trap
    assert "the larger label" in trap


def test_the_hinge_of_one_class_is_sign_wrong_in_scikit_learn() -> None:
    assert metrics.hinge_loss([1, 1], [0.5, 0.5]) == 1.5
    assert figure(bound(Task.BINARY, "hinge"), (np.array([0.5, 0.5]),)) == 0.5
    assert "sklearn.hinge_loss is sign-wrong where one class is absent" in record(Task.BINARY, "hinge").trap


@pytest.mark.parametrize(("name", "spec"), [("soft_l1", "pseudo_huber:delta=1"), ("cauchy", "cauchy:c=1")])
def test_losses_of_scipy(name: str, spec: str) -> None:
    """rho of z = r² is twice ours; the cost is half the sum of rho."""
    cost = least_squares(lambda x: R + 0.0 * x[0], [0.0], loss=name, max_nfev=1).cost
    assert cost == pytest.approx(float(bound(Task.REGRESSION, spec).value(R).sum()), rel=1e-12)
    loss = record(Task.REGRESSION, spec.partition(":")[0])
    (alias,) = (one for one in loss.aliases if (one.library, one.name) == ("scipy", name))
    assert (alias.spec, alias.factor) == (spec, 2.0)
    assert f"scipy's {name} is" in loss.trap


def test_divergences_of_scipy() -> None:
    kl = bound(Task.DISTRIBUTION, "kl_divergence").value(SHARES, np.log(PREDICTED))
    np.testing.assert_allclose(kl, rel_entr(SHARES, PREDICTED).sum(axis=1), rtol=1e-12)
    js = bound(Task.DISTRIBUTION, "js_divergence").value(SHARES, np.log(PREDICTED))
    np.testing.assert_allclose(js, jensenshannon(SHARES, PREDICTED, axis=1) ** 2, rtol=1e-10)
    assert (
        "scipy's jensenshannon is the distance, its square root"
        in record(Task.DISTRIBUTION, "js_divergence").trap
    )


def test_the_focal_slope_stays_a_number() -> None:
    """torchvision's gradient at logit 60, y = 1, gamma = 0.5 is NaN."""
    slope = bound(Task.BINARY, "focal:gamma=0.5").slope(np.ones(1), np.array([60.0]))
    assert np.isfinite(slope).all()
    assert "gradient of a sure and right row is NaN" in record(Task.BINARY, "focal").trap


def _skill(task: Task, spec: str, given: tuple[Any, ...], target: Target) -> float:
    loss = bound(task, spec)
    return 1.0 - figure(loss, given) / best_constant(loss, target)[1]


def test_d2_scores_measure_from_the_rows_that_are_judged() -> None:
    a = Target.of_numbers(Task.REGRESSION, Y, np.ones(4))
    assert _skill(Task.REGRESSION, "mae", (R,), a) == pytest.approx(
        metrics.d2_absolute_error_score(Y, P), rel=1e-9
    )
    assert _skill(Task.REGRESSION, "mae", (R,), a) == pytest.approx(0.5294118, rel=1e-6)
    assert _skill(Task.REGRESSION, "quantile:tau=0.9", (R,), a) == pytest.approx(0.5151515, rel=1e-6)
    assert _skill(Task.REGRESSION, "mse", (R,), a) == pytest.approx(0.6745182, rel=1e-6)
    c = Target.of_classes(Task.BINARY, np.array([2.0, 2.0]))
    assert _skill(Task.BINARY, "bce", (LOG_P,), c) == pytest.approx(0.1592750, rel=1e-6)
    assert _skill(Task.BINARY, "brier", (LOG_P,), c) == pytest.approx(0.13, rel=1e-9)
    b = Target.of_numbers(Task.COUNTS, COUNTS, np.ones(4))
    assert _skill(Task.COUNTS, "poisson", (COUNTS, RATES), b) == pytest.approx(0.5150696, rel=1e-6)
    for name, words in (
        ("mae", "d2_absolute_error_score"),
        ("quantile", "d2_pinball_score"),
        ("poisson", "d2_tweedie_score(power=1)"),
        ("bce", "d2_log_loss_score"),
    ):
        assert words in next(loss for loss in CATALOGUE if loss.name == name).trap


def test_average_precision_has_steps_and_no_trapezia() -> None:
    """CatBoost 1.2.10 PRAUC is trapezoidal, 0.7916667 on fixture C; scikit-learn and LightGBM have steps."""
    own = average_precision(Distribution.of(PROB, Y01 == 1, np.ones(4), exact=True))
    assert own == pytest.approx(0.8333333, rel=1e-6)
    precision, recall, _ = metrics.precision_recall_curve(Y01, PROB)
    assert metrics.auc(recall, precision) == pytest.approx(0.7916667, rel=1e-6)


def test_ranking_metrics_of_ties_and_of_one_class() -> None:
    flat = Distribution.of(np.full(4, 0.3), Y01 == 1, np.ones(4), exact=True)
    assert roc_auc(flat) == metrics.roc_auc_score(Y01, np.full(4, 0.3)) == 0.5
    assert average_precision(flat) == metrics.average_precision_score(Y01, np.full(4, 0.3)) == 0.5
    assert isinstance(roc_auc(Distribution.of(PROB, np.ones(4, bool), np.ones(4), exact=True)), Undefined)


def test_negative_weights_are_scikit_learns_alone() -> None:
    assert metrics.mean_squared_error([0, 0], [1, 2], sample_weight=[-1, 2]) == 7.0
    assert "scikit-learn takes negative weights" in record(Task.REGRESSION, "mse").trap
    assert record(Task.REGRESSION, "mse").target == REALS


@pytest.mark.parametrize(
    ("task", "name", "words"),
    [
        (
            Task.REGRESSION,
            "huber",
            "a quantile of |r| in sklearn's GradientBoostingRegressor and _loss.HuberLoss",
        ),
        (Task.REGRESSION, "mse", "torch broadcasts (n,) against (n, 1) to n × n"),
        (Task.REGRESSION, "mse", "Keras and XGBoost give float32"),
        (Task.BINARY, "bce", "its eps is gone since 1.5"),
        (Task.BINARY, "hinge", "Keras turns 0/1 into ±1 only where the whole batch is 0/1"),
        (Task.BINARY, "hinge", "XGBoost's binary:hinge predicts 0 and 1, no scores"),
        (Task.BINARY, "hinge", "Vowpal Wabbit clips scores to the labels' range"),
        (Task.MULTICLASS, "cross_entropy", "CatBoost's eval_metric takes a row per case"),
        (Task.MULTICLASS, "cross_entropy", "Keras renormalises them"),
        (
            Task.COUNTS,
            "poisson",
            "Vowpal Wabbit's poisson is this deviance of e^s, and its step half of the slope",
        ),
        (Task.COUNTS, "poisson_nll", "CatBoost takes log p, LightGBM in its objective alone"),
        (Task.MULTICLASS, "brier", "and transforms its case weights"),
        (Task.REGRESSION, "log_cosh", "overflows to inf at |r| > 710"),
    ],
)
def test_traps_without_a_figure_have_their_words(task: Task, name: str, words: str) -> None:
    assert words in explained(record(task, name).bind({}, scale=1.0, imbalance=1.0))
