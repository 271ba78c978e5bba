"""What of a task the default screens show, and in which order."""

from dataclasses import dataclass

from losscli.domain import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Names, apart by blanks, the most telling first.

    losses: of predictions that are compared; the others follow in the order of the catalogue.
    metrics: the same, beside precision, recall and calibration of classes; of forecasts those of the point.
    changes: of metrics, where two results are compared; those of one result unless said.
    beside: metrics beside the one that ranks fits; the first stays, the others where there is room.
    columns: what a formula runs over, where a row has several columns.
    """

    losses: str = ""
    metrics: str = ""
    changes: str = ""
    beside: str = ""
    columns: str = ""


def telling(task: str) -> Telling:
    """Those of a task; nothing for one of another version."""
    return _TELLING.get(task) or Telling()


_OF_NUMBERS = (
    "rmse mse mae huber tukey smooth_l1 medae mape rmsle msle quantile max_error smape cauchy "
    "log_cosh welsch linex poisson gamma"
)
_METRICS_OF_NUMBERS = "r2 bias calibration_slope calibration_intercept trimmed_mae"
_TELLING: dict[str, Telling] = {
    Task.REGRESSION: Telling(
        losses=_OF_NUMBERS,
        metrics=_METRICS_OF_NUMBERS,
        changes="r2 bias calibration_slope trimmed_mae",
        beside="rmse mae r2 bias",
    ),
    Task.FORECAST: Telling(losses=_OF_NUMBERS, metrics=_METRICS_OF_NUMBERS),
    Task.COUNTS: Telling(
        losses="poisson rmse mse mae rmsle msle tweedie negative_binomial gamma huber mape medae max_error "
        "tukey",
        metrics=_METRICS_OF_NUMBERS,
        changes="r2 bias calibration_slope trimmed_mae",
        beside="rmse mae r2 bias",
    ),
    Task.BINARY: Telling(
        losses="brier bce zero_one hinge focal spherical weighted_bce mae_prob savage gce squared_hinge "
        "modified_huber exponential",
        changes="precision recall f1 average_precision roc_auc ece",
        beside="roc_auc brier f1",
    ),
    Task.MULTICLASS: Telling(
        losses="cross_entropy brier zero_one focal spherical crammer_singer_hinge multi_margin gce sce",
        metrics="quadratic_kappa accuracy balanced_accuracy f1 mcc roc_auc",
        changes="accuracy balanced_accuracy f1 mcc roc_auc average_precision",
        beside="accuracy balanced_accuracy brier",
    ),
    Task.MULTIOUTPUT: Telling(
        metrics="r2_mean", beside="rmse r2", columns="sum, mean over the L outputs of a row"
    ),
    Task.MULTILABEL: Telling(
        metrics="f1_micro f1_macro subset_accuracy",
        beside="f1_micro precision_macro recall_macro hamming subset_accuracy average_precision_macro",
        columns="s is the score of a label, m = (2y - 1)·s; sum, mean, max over the L labels of a row",
    ),
    Task.DISTRIBUTION: Telling(
        columns="y, p are the shares of a class, true and predicted; sum over those of a row"
    ),
    Task.BOXES: Telling(metrics="mean_iou iou_50"),
    Task.DETECTION: Telling(
        losses="bce cross_entropy giou brier iou zero_one smooth_l1 hinge crammer_singer_hinge focal diou "
        "ciou",
        metrics="accuracy balanced_accuracy f1 roc_auc mean_iou iou_50",
    ),
}
