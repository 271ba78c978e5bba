"""Comparisons made by hand: every state that a screen must tell."""

from collections.abc import Sequence
from dataclasses import replace

from losscli.result import (
    Comparison,
    Input,
    Refused,
    RowCounts,
    Warning_,
)
from render.builders import FEW, empty, loss, metric, outliers, pair

HOSTILE = ("\x1b[31m[/]pred\u202e</script>", "=1+1", "a|b`<script>@team*x*", "模型" * 15)


def values_of(models: Sequence[str], *values: float) -> dict[str, float | None]:
    return dict(zip(models, values, strict=True))


MSE_CLASS = ("mse", "rmse", "expectile:tau=0.5")
MAE_CLASS = ("mae", "wmape", "quantile:tau=0.5")


def regression(models: Sequence[str] = ("ridge", "huber", "gbm"), *, half: float | None = 1.2) -> Comparison:
    """Three models (or more), intervals of the values, no verdicts."""
    steps = range(len(models))

    def row(*first: float) -> dict[str, float | None]:
        more = [first[0] * (1 + 0.03 * step) for step in steps]
        return values_of(models, *(first[step] if step < len(first) else more[step] for step in steps))

    mae = row(24.14, 23.56, 23.12)
    losses = [
        loss("mse", row(5431.0, 5387.0, 5565.0), reason=FEW, members=MSE_CLASS, unit="y²", elicits="mean"),
        loss("rmse", row(73.7, 73.4, 74.6), reason=FEW, members=MSE_CLASS, elicits="mean"),
        loss("mae", mae, half=half, members=MAE_CLASS, reference=66.2),
        loss("wmape", row(0.2414, 0.2356, 0.2312), half=half and half / 100, members=MAE_CLASS, unit="1"),
        loss(
            "huber:delta=29.65342",
            row(410.2, 397.1, 403.4),
            half=half and 30.0,
            unit="y²",
            elicits="a centre between mean and median",
        ),
        loss("tukey:c=103.12345", row(278.4, 266.0, 257.3), half=half and 12.0, unit="y²", elicits="mode"),
    ]
    losses += [
        loss(f"linex:a={n}.5", row(3.5 + n, 3.6 + n, 3.4 + n), half=half and 0.2, elicits="centre")
        for n in range(1, 11)
    ]
    return replace(
        empty(models),
        losses=tuple(losses),
        refused=(
            Refused("mape", "a target of 0", (17, 23)),
            Refused("msle", "a target of -1 or less", (3, 4, 5, 6, 7, 8)),
        ),
        metrics=(
            metric("r2", row(0.611, 0.615, 0.602), title="R²"),
            metric(
                "bias", row(0.12, -3.04, -0.81), title="Bias (mean p - y)", better=None, best=0.0, half=0.9
            ),
        ),
        robustness=(
            outliers("tukey:c=103.12345", 1, 0.09, (models[-1], models[-1])),
            outliers("mae", 2, 0.20, (models[-1], models[-1])),
            outliers("huber:delta=29.65342", 3, 0.34, (models[0], models[-1])),
            outliers("rmse", 4, 0.89, (models[0], models[0])),
        ),
    )


def judged(ridge: float = 24.14, huber: float = 23.56, gbm: float = 23.12) -> Comparison:
    """Three models with verdicts on mae: gbm leads huber within noise, ridge is worse."""
    comparison = regression()
    values = {"ridge": ridge, "huber": huber, "gbm": gbm}
    order = sorted(values, key=lambda name: values[name])
    mae = loss("mae", values, half=1.2, members=MAE_CLASS, reference=66.2, best_set=order[:2])
    best, next_, last = order
    comparisons = (
        pair("mae", best, next_, values[best] - values[next_], -1.34, 0.6, "~"),
        pair("mae", last, best, values[last] - values[best], 0.05, 1.8, "b"),
        pair("mae", next_, last, values[next_] - values[last], -1.0, 0.2, "~"),
        pair("tukey:c=103.12345", "gbm", "huber", -8.7, -20.0, 3.0, None),
        *(
            replace(pair("rmse", a, b, d, 0.0, 0.0, None), low=None, high=None, p=None, reason=FEW)
            for a, b, d in (("gbm", "huber", 1.2), ("huber", "ridge", -0.3), ("gbm", "ridge", 0.9))
        ),
    )
    losses = tuple(mae if table.spec == "mae" else table for table in comparison.losses)
    return replace(comparison, losses=losses, comparisons=comparisons)


def binary() -> Comparison:
    """Two models of probabilities; bce is infinite for one, brier is primary."""
    models = ("logit", "forest")

    def row(first: float, second: float) -> dict[str, float | None]:
        return values_of(models, first, second)

    losses = (
        loss("bce", {"logit": 0.0812, "forest": None}, half=0.01, unit="nats", elicits="probability"),
        loss("brier", row(0.0211, 0.0312), half=0.006, unit="1", elicits="probability", reference=0.2337),
        loss("zero_one", row(0.0264, 0.0387), half=0.012, unit="1", elicits="class", reference=0.3726),
    )
    metrics = (
        metric("precision", row(0.971, 0.957), half=0.024, title="Precision"),
        metric("recall", row(0.953, 0.939), half=0.03, title="Recall"),
        metric("predicted_positive", row(208.0, 208.0), better=None, best=None),
        metric("false_negatives", row(10.0, 13.0), better=None, best=None),
        metric("average_precision", row(0.993, 0.988), half=0.005),
        metric("roc_auc", row(0.994, 0.990), half=0.004, title="ROC AUC"),
        metric("f1", row(0.962, 0.948), half=0.02, title="F1"),
        metric("mean_bias", row(-0.0011, -0.0012), better=None, best=0.0),
        metric("calibration_slope", row(1.02, 0.81), better=None, half=0.1),
        metric("ece", row(0.021, 0.043), better=False, best=0.0),
    )
    comparison = empty(models, "binary", "probability")
    return replace(
        comparison,
        inputs=(Input("clf.csv", "0" * 64, 569),),
        command=("losscli", "compare", "clf.csv"),
        rows=RowCounts(571, 569, {"missing prediction": 2}, (), 0),
        decisions=("target label", "task binary: two values", "delimiter ;"),
        target="label",
        positive="1",
        prevalence=212 / 569,
        labels=("0", "1"),
        threshold=0.5,
        scale=None,
        primary="brier",
        losses=losses,
        metrics=metrics,
        comparisons=(pair("brier", "logit", "forest", -0.0101, -0.0224, 0.0012, "~"),),
        robustness=tuple(
            replace(
                outliers(spec, rank, 0.1, ("logit", "logit")),
                basis="probe",
                outlier_share=None,
                low=None,
                high=None,
                probe_weight=weight,
                leader_without=None,
            )
            for rank, (spec, weight) in enumerate((("brier", 12.3), ("zero_one", 38.0)), 1)
        ),
    )


def multiclass() -> Comparison:
    models = ("softmax", "knn")
    values = values_of(models, 0.312, 0.401)
    losses = (
        loss("cross_entropy", values, half=0.03, unit="nats", elicits="probability", reference=1.0986),
        loss("zero_one", values_of(models, 0.1, 0.14), half=0.04, unit="1", elicits="most probable class"),
    )
    names = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "mcc", "cohen_kappa")
    metrics = tuple(metric(name, values_of(models, 0.9, 0.86), half=0.03) for name in names)
    comparison = empty(models, "multiclass", "probability")
    return replace(
        comparison,
        target="species",
        labels=("ash", "elm", "oak"),
        scale=None,
        primary="cross_entropy",
        losses=losses,
        metrics=metrics,
        rows=RowCounts(150, 150, {}, (), 0),
    )


def warned(count: int) -> Comparison:
    """A comparison with so many warnings of its own."""
    warnings = tuple(Warning_(f"code_{n}", f"Something {n} is odd", f"Do {n}") for n in range(1, count + 1))
    return replace(regression(), warnings=warnings)


def hostile() -> Comparison:
    """Names that would colour, end, forge or widen what they are printed in."""
    comparison = regression(HOSTILE)
    return replace(
        comparison,
        target="y\x1b]0;pwn\x07\r\n\u200b\x9b31m" + "t" * 60,
        inputs=(Input("/tmp/evil\x1b[2J\n::error::" + "n" * 60 + ".csv", "0" * 64, 9),),
        command=("losscli", "compare", "evil\x1b[2J;rm.csv"),
        decisions=("delimiter ;", "index column \x1b[1m left out " + "w" * 70),
        refused=(Refused("mape", "target \x1b[31m0\u202e", ("id\x1b[0m", "=2")),),
        warnings=(Warning_("odd", "column \x1b[31mx\u2066 <b>@all</b> | `code`", "Look"),),
        rows=RowCounts(1201, 1200, {"missing \x07": 1}, (1, 2), 2),
    )


ALL = {
    "regression": regression(),
    "no intervals": regression(half=None),
    "judged": judged(),
    "binary": binary(),
    "multiclass": multiclass(),
    "one model": regression(("only",)),
    "six models": regression(("ridge", "lasso", "huber", "gbm", "forest", "a_rather_long_model_name")),
    "warned": warned(9),
    "hostile": hostile(),
}
