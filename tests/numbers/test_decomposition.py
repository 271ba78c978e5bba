"""Losses in their parts: against another program, and by what the parts must be."""

import numpy as np
import pytest
from scipy.special import expit

from losscli import render
from losscli.comparison.verdicts import decompositions

# model-diagnostics 1.5.0 (numpy 2.4.6, scikit-learn 1.9.1): model_diagnostics.scoring.decompose(y_obs=y,
# y_pred=x, weights=w, scoring_function=…, functional=…, level=…), columns miscalibration, discrimination,
# uncertainty. Its expectile score is twice ours. It has no weighted quantiles.
W = [1, 2, 1, 1, 3, 1, 2, 1, 1, 1, 2, 1]
PROBABILITY = [0.1, 0.4, 0.35, 0.8, 0.35, 0.6, 0.9, 0.05, 0.7, 0.55, 0.2, 0.65]
LABEL = [0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1]
NUMBER = [2.1, 3.4, 0.7, 5.2, 4.4, 1.9, 6.3, 3.3, 2.8, 5.0, 4.1, 7.7]
PREDICTED = [2.5, 3.0, 1.1, 4.6, 4.9, 2.5, 5.5, 3.9, 2.0, 4.6, 5.1, 6.6]
CLASSES, NUMBERS = {"y": LABEL, "prob": PROBABILITY}, {"y": NUMBER, "pred": PREDICTED}
BY_ANOTHER = [
    # SquaredError(), "mean"
    (CLASSES, "brier", False, 0.056874999999999995, 0.14999999999999997, 0.25),
    (CLASSES, "brier", True, 0.07426470588235295, 0.13192041522491352, 0.24221453287197234),
    # LogLoss(), "mean"
    (CLASSES, "bce", False, 0.18686626282281177, 0.4127256526394218, 0.6931471805599453),
    (CLASSES, "bce", True, 0.215258037147042, 0.3661705276684805, 0.6774944044487073),
    # SquaredError(), "mean"
    (NUMBERS, "mse", False, 0.35173611111111114, 3.454166666666667, 3.557430555555556),
    (NUMBERS, "mse", True, 0.36577030812324934, 2.7703377821716924, 2.861038062283737),
    # PinballLoss(level=0.8), "quantile", level=0.8
    (NUMBERS, "quantile:tau=0.8", False, 0.2683333333333334, 0.4949999999999999, 0.5583333333333332),
    # 2 PinballLoss(level=0.5), "quantile", level=0.5
    (NUMBERS, "mae", False, 2 * 0.20416666666666672, 2 * 0.6583333333333333, 2 * 0.7708333333333334),
    # HomogeneousExpectileScore(degree=2, level=0.8) / 2, "expectile", level=0.8
    (
        NUMBERS,
        "expectile:tau=0.8",
        False,
        0.4269222222222225 / 2,
        2.729241666666667 / 2,
        2.8013194444444447 / 2,
    ),
    (
        NUMBERS,
        "expectile:tau=0.8",
        True,
        0.38896128707893424 / 2,
        2.1582675751113882 / 2,
        2.232129817444219 / 2,
    ),
]


def reliability(found):
    """The reliability curves of a comparison."""
    return tuple(one for one in found.curves if one.name == "reliability")


def parts(found, spec=None):
    """The parts of a loss of each model, by its name."""
    return {
        one.model: (one.miscalibration.value, one.discrimination.value, one.uncertainty.value)
        for one in found.decompositions
        if one.spec == (spec or found.primary)
    }


@pytest.mark.parametrize(("columns", "spec", "weighted", "mcb", "dsc", "unc"), BY_ANOTHER)
def test_by_another_program(compared, columns, spec, weighted, mcb, dsc, unc):
    more = {"weights": "w"} if weighted else {}
    found = compared(
        columns | ({"w": W} if weighted else {}), losses=[spec], decompose=True, resamples=199, **more
    )
    ((own,),) = (parts(found).values(),)
    np.testing.assert_allclose(own, (mcb, dsc, unc), rtol=1e-9)


def two_classes(n=400, seed=2):
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, n)
    return {
        "y": (rng.random(n) < expit(z)).astype(int),
        "prob_true": expit(z),
        "prob_steep": expit(3 * z),
        "prob_same": np.full(n, 0.3),
    }


def numbers(n=300, seed=4):
    rng = np.random.default_rng(seed)
    x = np.exp(0.5 * rng.normal(size=n))
    y = rng.poisson(x)
    return {"y": y, "pred_true": x, "pred_low": 0.4 * x, "pred_tied": np.ceil(x)}


@pytest.mark.parametrize(
    ("columns", "more"),
    [
        (two_classes(), {"losses": ["bce", "brier", "spherical"]}),
        (numbers(), {"losses": ["mse", "mae", "quantile:tau=0.9", "expectile:tau=0.1", "mase:naive=2"]}),
        (numbers(), {"task": "counts", "losses": ["poisson", "poisson_nll", "tweedie"]}),
    ],
)
def test_parts_add_up_to_the_loss(compared, columns, more):
    found = compared(columns, decompose=True, resamples=199, **more)
    assert len(found.decompositions) >= 9
    for one in found.decompositions:
        value = found.loss(one.spec).of(one.model).value
        mcb, dsc, unc = parts(found, one.spec)[one.model]
        assert min(mcb, dsc, unc) >= 0
        assert mcb - dsc + unc == pytest.approx(value, rel=1e-12)
        reference = found.loss(one.spec).reference
        assert reference is None or unc == pytest.approx(reference, rel=1e-9)


def test_a_loss_with_a_limit_at_its_end(compared):
    """Counts of 0 recalibrate to 0, where poisson is 0 in the limit; another program refuses them."""
    found = compared(
        {"y": [0, 0, 0, 1, 2, 5], "pred": [0.1, 0.2, 0.3, 1.0, 2.0, 4.0]},
        losses=["poisson"],
        decompose=True,
        resamples=199,
    )
    value = found.losses[0].results[0].value
    mcb, dsc, unc = parts(found)["pred"]
    assert mcb == pytest.approx(value) and dsc == pytest.approx(unc) and unc > 0


def test_recalibrated_predictions_have_no_miscalibration_and_constants_no_discrimination(compared):
    columns = two_classes()
    curve = reliability(compared(columns, losses=["bce"], decompose=True, resamples=199))[1]
    steps = np.interp(columns["prob_steep"], curve.x, curve.y)
    found = compared(columns | {"prob_mended": steps}, losses=["brier"], decompose=True, resamples=199)
    assert curve.model == "prob_steep" and parts(found)["prob_mended"][0] < 1e-12
    assert parts(found)["prob_steep"][1] == pytest.approx(parts(found)["prob_mended"][1], rel=1e-12)
    assert parts(found)["prob_same"][1] == 0


@pytest.mark.parametrize("spec", ["mse", "mae", "expectile:tau=0.2"])
def test_discrimination_is_of_the_order_alone(compared, spec):
    columns = numbers(150)
    columns |= {"pred_other": np.exp(columns["pred_tied"]) - 5}
    found = compared(columns, losses=[spec], decompose=True, resamples=199)
    assert parts(found)["pred_other"][1:] == parts(found)["pred_tied"][1:]
    turned = compared(
        {name: np.asarray(x)[::-1] for name, x in columns.items()},
        losses=[spec],
        decompose=True,
        resamples=199,
    )
    for model, own in parts(turned).items():
        np.testing.assert_allclose(own, parts(found)[model], rtol=1e-11)


def test_what_is_clear_is_said(compared):
    found = compared(two_classes(), losses=["bce"])
    by_model = {one.model: one for one in found.decompositions}
    assert by_model["prob_steep"].clear and not by_model["prob_true"].clear
    (said,) = [one.message for one in found.warnings if one.code == "miscalibrated"]
    assert "prob_steep would save up to" in said and "prob_true" not in said


def test_intervals_and_their_reasons(compared):
    columns = two_classes()
    found = compared(columns, losses=["brier"], decompose=True, resamples=199)
    *rising, same = found.decompositions
    for one in rising:
        for part in (one.miscalibration, one.discrimination, one.uncertainty):
            assert one.reason is None and part.low <= part.value <= part.high
        assert (one.miscalibration.low > 0) <= one.clear
    assert same.clear and same.miscalibration.low > 0
    assert same.discrimination.low is None and same.reason is not None
    clusters = columns | {"g": np.arange(400) // 8}
    for one in compared(clusters, losses=["brier"], decompose=True, resamples=199, group="g").decompositions:
        assert one.calibrated_limit is None and "not by g" in one.reason
        assert one.miscalibration.low is None and one.uncertainty.low < one.uncertainty.high
    few = compared(
        {name: x[:40] for name, x in columns.items()}, losses=["brier"], decompose=True, resamples=199
    )
    assert all(one.calibrated_limit is None and "rows" in one.reason for one in few.decompositions)


def test_what_has_no_parts_is_not_listed(compared):
    found = compared(
        numbers(), losses=["mse", "rmse", "huber:delta=1", "mse + mae"], decompose=True, resamples=199
    )
    assert {one.spec for one in found.decompositions} == {"mse"}
    assert not reliability(compared(numbers(), losses=["huber:delta=1"], decompose=True, resamples=199))


def test_an_infinite_loss_has_its_reason(compared):
    found = compared(
        {"y": [0, 1, 1, 0], "prob": [0.2, 0.0, 0.9, 0.4]}, losses=["bce"], decompose=True, resamples=199
    )
    (one,) = found.decompositions
    assert one.uncertainty.value is None and one.reason == found.losses[0].results[0].reason


def test_beyond_a_million_rows(compared, monkeypatch):
    monkeypatch.setattr(decompositions, "MOST", 100)
    assert compared(two_classes(), losses=["bce"]).decompositions == ()
    found = compared(two_classes(), losses=["bce"], decompose=True, resamples=199)
    assert len(found.decompositions) == 3 and reliability(found) == ()
    assert all(one.uncertainty.value is None and "up to" in one.reason for one in found.decompositions)


def test_curves_and_their_bands(compared):
    found = compared(two_classes(1_000), losses=["bce"], decompose=True, resamples=199)
    inside = {}
    for one in reliability(found):
        x, y, low, high = map(np.array, (one.x, one.y, one.low, one.high))
        assert (np.diff(x) >= 0).all() and (np.diff(y) >= 0).all() and len(x) <= 200
        assert (np.diff(low) >= 0).all() and (low <= high).all()
        inside[one.model] = ((low <= y) & (y <= high)).mean()
    assert inside["prob_true"] > 0.8
    assert inside["prob_steep"] < 0.6


def test_the_screen(compared):
    found = compared(two_classes(), losses=["bce", "brier"], decompose=True, resamples=199)
    text = render.written(found, "text", all=True, strict=False, colour=False, width=None)
    assert "WHAT THE LOSS IS MADE OF" in text and "by chance" in text
    text = render.written(found, "text", all=False, strict=False, colour=False, width=80)
    assert "MADE OF" not in text and "recalibrating prob_steep" in text
