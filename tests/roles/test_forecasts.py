"""Forecasts of a distribution, found by the endings of their columns, and set by flags."""

import pytest

from losscli.domain import Kind, Task
from losscli.errors import UsageError

FORECAST, REGRESSION = Task.FORECAST, Task.REGRESSION
Y = {"y": [1.5, 2, 7]}


def named(*names):
    return Y | {name: [0.5 + i, 1.5 + i, 2.5 + i] for i, name in enumerate(names)}


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["q0.1", "q0.5", "q0.9"], {"quantiles": [Kind.QUANTILES]}),
        (["q.1", "q.9"], {"quantiles": [Kind.QUANTILES]}),
        (["p10", "p50", "p90"], {"quantiles": [Kind.QUANTILES]}),
        (["quantile_0.25", "quantile_0.75"], {"quantiles": [Kind.QUANTILES]}),
        (["lower", "upper"], {"interval": [Kind.INTERVAL]}),
        (["lo", "hi"], {"interval": [Kind.INTERVAL]}),
        (["lwr", "upr"], {"interval": [Kind.INTERVAL]}),
        (["mean", "sd"], {"moments": [Kind.MOMENTS]}),
        (["mu", "sigma"], {"moments": [Kind.MOMENTS]}),
        (["mean", "variance"], {"moments": [Kind.MOMENTS]}),
        (["member_1", "member_2"], {"ensemble": [Kind.ENSEMBLE]}),
        (["rf_q0.1", "rf_q0.9", "xgb_q0.1", "xgb_q0.9"], {"rf": [Kind.QUANTILES], "xgb": [Kind.QUANTILES]}),
        (["rf_lower", "rf_upper", "rf_mean", "rf_sd"], {"rf": [Kind.INTERVAL, Kind.MOMENTS]}),
        (["rf_member_1", "rf_member_2", "gp_mean", "gp_var"], {"rf": [Kind.ENSEMBLE], "gp": [Kind.MOMENTS]}),
        # role words that belong to parts of a forecast alone
        (["pred_q0.1", "pred_q0.9"], {"quantiles": [Kind.QUANTILES]}),
        (["rf_pred_lower", "rf_pred_upper"], {"rf": [Kind.INTERVAL]}),
        (["yhat_lower", "yhat_upper"], {"interval": [Kind.INTERVAL]}),
        # parts that make nothing whole are left alone
        (["rf_lower", "rf_upper", "xgb_lower"], {"rf": [Kind.INTERVAL]}),
        # the point of a model
        (["q0.1", "q0.9", "mean"], {"mean": [Kind.QUANTILES, Kind.VALUE]}),
        (["yhat", "yhat_lower", "yhat_upper"], {"yhat": [Kind.INTERVAL, Kind.VALUE]}),
        (["fit", "lwr", "upr"], {"fit": [Kind.INTERVAL, Kind.VALUE]}),
        (["ARIMA", "ARIMA-lo-90", "ARIMA-hi-90"], {"ARIMA": [Kind.INTERVAL, Kind.VALUE]}),
        (
            ["ARIMA", "ARIMA-lo-90", "ARIMA-hi-90", "ARIMA-lo-80", "ARIMA-hi-80"],
            {"ARIMA": [Kind.QUANTILES, Kind.VALUE]},
        ),
        (["pred_0.1", "pred_0.9"], {"quantiles": [Kind.QUANTILES]}),
        (["0.1", "0.5", "0.9"], {"quantiles": [Kind.QUANTILES]}),
    ],
)
def test_what_the_names_say(pose, columns, names, kinds):
    found = pose(columns(named(*names)))
    assert found.task is FORECAST
    assert found.target == "y"
    assert {model.name: [part.kind for part in model.parts] for model in found.models} == kinds


def test_quantiles_stand_in_the_order_of_their_levels(pose, columns):
    (model,) = pose(columns(named("p90", "p5", "p50", "p2.5"))).models
    assert model.columns == ("p2.5", "p5", "p50", "p90")
    assert model.parts[0].levels == (0.025, 0.05, 0.5, 0.9)


@pytest.mark.parametrize(
    ("names", "asked", "task"),
    [
        # a plain prediction beside them is the point of the model
        (["pred", "q0.1", "q0.9"], {}, FORECAST),
        (["yhat", "yhat_lower", "yhat_upper"], {}, FORECAST),
        (["pred", "q0.1", "q0.9"], {"task": FORECAST}, FORECAST),
        (["yhat", "yhat_lower", "yhat_upper"], {"loss": ("interval_score",)}, FORECAST),
        (["pred", "mean", "sd"], {"loss": ("gaussian_nll", "crps_gaussian")}, FORECAST),
        (["pred", "mean", "sd"], {"loss": ("mae",)}, REGRESSION),
        # named one by one they are predictions
        (["q0.1", "q0.9"], {"pred": ("q0.1",)}, REGRESSION),
        (["pred_q0.1", "pred_q0.9"], {"pred": ("pred_q0.9",)}, REGRESSION),
        (["pred_q0.1", "pred_q0.9"], {"task": REGRESSION}, REGRESSION),
        (["rf_q0.1", "rf_q0.9", "xgb_q0.1", "xgb_q0.9"], {"pred": ("rf",)}, FORECAST),
    ],
)
def test_the_task(pose, columns, names, asked, task):
    assert pose(columns(named(*names)), **asked).task is task


def test_models_are_chosen_by_name(pose, columns):
    found = pose(columns(named("rf_q0.1", "rf_q0.9", "xgb_q0.1", "xgb_q0.9")), pred=("x*",))
    assert [model.name for model in found.models] == ["xgb"]


@pytest.mark.parametrize(
    ("names", "asked", "said"),
    [
        (["pred"], {"task": FORECAST}, "--task forecast: no columns are named as it needs them"),
        (["pred"], {"loss": ("crps_gaussian",)}, "the given losses are forecast: no columns are named"),
        (["lower", "width"], {}, "which of 2 numeric columns are predictions"),
        (
            ["rf_q0.1", "rf_q0.9", "xgb_p20", "xgb_p80"],
            {},
            "rf and xgb have no quantile of one level in common",
        ),
        (["lower", "upper"], {"kind": Kind.SCORE}, "tells what predictions are by the names"),
        (["lower", "upper"], {"threshold": 0.5}, "has no threshold"),
        (["q0.1", "q10", "q0.9"], {}, "q0.1 and q10 are quantiles of one level"),
        # numbered models or classes are no percents
        (["p0", "p1"], {}, "which of 2 numeric columns are predictions"),
        (["p1", "p2", "p3"], {}, "which of 3 numeric columns are predictions"),
        (["lower", "upper"], {"order": "a,b"}, "has no classes to order"),
    ],
)
def test_what_cannot_be(pose, columns, names, asked, said):
    with pytest.raises(UsageError, match=said):
        pose(columns(named(*names)), **asked)


CLASSES = {"y": ["mid", "low", "high", "low"]} | {
    f"prob_{name}": [share] * 4 for name, share in (("high", 0.2), ("low", 0.2), ("mid", 0.6))
}


def test_classes_stand_in_the_order_given(pose, columns):
    plain, ordered = pose(columns(CLASSES)), pose(columns(CLASSES), order="low, mid,high")
    assert (plain.labels, plain.ordered) == (("high", "low", "mid"), False)
    assert (ordered.labels, ordered.ordered) == (("low", "mid", "high"), True)
    assert ordered.models[0].columns == ("prob_low", "prob_mid", "prob_high")


def test_numbers_have_an_order_of_their_own(pose, columns):
    named = {"y": [10, 2, 1]} | {f"prob_{n}": [p] * 3 for n, p in ((1, 0.2), (10, 0.3), (2, 0.5))}
    found = pose(columns(named))
    assert (found.labels, found.ordered) == (("1", "2", "10"), True)
    assert pose(columns(named), order="10,2.0,1").labels == ("10", "2", "1")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("low,mid", "'high' is missing"),
        ("low,mid,high,low", "a class is named twice"),
        ("low,mid,tall", "the target has no class 'tall'"),
        ("", "--order '': 'high' is missing"),
    ],
)
def test_an_order_names_every_class_once(pose, columns, order, said):
    with pytest.raises(UsageError, match=said) as error:
        pose(columns(CLASSES), order=order)
    (fix,) = error.value.fixes
    assert pose(columns(CLASSES), order=fix.flags[1]).task is Task.MULTICLASS


def test_bounds_are_no_models(pose, columns):
    found = pose(columns(named("yhat", "yhat_lower", "yhat_upper")), loss=("mae",))
    assert [model.name for model in found.models] == ["yhat"]
    assert "yhat_lower: a bound, no model" in found.decisions


@pytest.mark.parametrize(
    ("names", "asked", "level"),
    [
        (["lower", "upper"], {}, None),
        (["lower", "upper"], {"level": 0.8}, 0.8),
        (["m-lo-90", "m-hi-90"], {}, 0.9),
        (["m_lower_95%", "m_upper_95%"], {}, 0.95),
    ],
)
def test_the_level_of_an_interval(pose, columns, names, asked, level):
    assert pose(columns(named(*names)), **asked).level == level


def test_intervals_of_two_levels_ask(pose, columns):
    with pytest.raises(UsageError, match=r"different levels: 0\.8 and 0\.9") as error:
        pose(columns(named("a-lo-90", "a-hi-90", "b-lo-80", "b-hi-80")))
    assert {fix.flags for fix in error.value.fixes} == {("--level", "0.8"), ("--level", "0.9")}
