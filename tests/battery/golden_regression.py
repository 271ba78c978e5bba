"""Figures of other programs for regression, counts and positive targets.

The numbers were read off the programs named; the digits given are those they printed.
"""

from battery.golden import Golden
from losscli.domain import Task

_Y = (3.0, -0.5, 2.0, 7.0)
_P = (2.5, 0.0, 2.0, 10.0)
_R = (-0.5, 0.5, 0.0, 3.0)
_COUNTS = (0.0, 1.0, 2.0, 4.0)
_RATES = (0.5, 1.0, 3.0, 2.0)
_POSITIVE = (_COUNTS[1:], _RATES[1:])
_SIZES = (3.0, 1.0, 0.5, 0.0, -3.0)

_SKLEARN = "scikit-learn 1.9.1, sklearn.metrics."
_BY_HAND = "by hand: "
_SCORES = "scores 2.7.0, continuous.tw_squared_error, "


def _of_residuals(spec: str, expected: float, source: str, rtol: float = 1e-12) -> Golden:
    return Golden(Task.REGRESSION, spec, (_R,), expected, source, rtol)


def _of_predictions(spec: str, expected: float, source: str, rtol: float = 1e-12) -> Golden:
    return Golden(Task.REGRESSION, spec, (_Y, _P), expected, source, rtol)


def _of_counts(spec: str, expected: float, source: str, rtol: float = 1e-12) -> Golden:
    return Golden(Task.COUNTS, spec, (_COUNTS, _RATES), expected, source, rtol)


def _of_positive(spec: str, expected: float, source: str, rtol: float = 1e-12) -> Golden:
    return Golden(Task.COUNTS, spec, _POSITIVE, expected, source, rtol)


def _row_by_row(spec: str, three: float, one: float, half: float, source: str) -> Golden:
    """At |r| = 3, 1 and ½; 0 costs nothing and the sign does not matter. Eight digits were printed."""
    return Golden(Task.REGRESSION, spec, (_SIZES,), (three, one, half, 0.0, three), source, 1e-7)


_TABLE = "the formula of the reference, evaluated in Python floats to eight digits"

GOLDEN: tuple[Golden, ...] = (
    _of_residuals("mse", 2.375, _SKLEARN + "mean_squared_error"),
    _of_residuals("half_squared_error", 1.1875, "scikit-learn 1.9.1, _loss.HalfSquaredError"),
    _of_residuals("rmse", 1.541103500742244, _BY_HAND + "sqrt(2.375)"),
    _of_residuals("mae", 1.0, _SKLEARN + "mean_absolute_error"),
    _of_residuals("medae", 0.5, _SKLEARN + "median_absolute_error"),
    _of_residuals("max_error", 3.0, _SKLEARN + "max_error"),
    _of_residuals("lq:q=3", 6.8125, _BY_HAND + "(0.125 + 0.125 + 0 + 27)/4"),
    _of_residuals("lq", (0.5**1.5 * 2 + 3**1.5) / 4, _BY_HAND + "(2·½^1.5 + 3^1.5)/4"),
    _of_residuals("quantile:tau=0.9", 0.2, _SKLEARN + "mean_pinball_loss, alpha=0.9"),
    _of_residuals("quantile:tau=0.1", 0.8, _SKLEARN + "mean_pinball_loss, alpha=0.1"),
    _of_residuals("expectile:tau=0.9", 0.2875, "catboost 1.2.10, Expectile:alpha=0.9"),
    _of_residuals("expectile", 1.1875, "catboost 1.2.10, Expectile:alpha=0.5"),
    _of_residuals("mase:naive=3.6666666666666665", 3 / 11, _BY_HAND + "1 over the mean of 3.5, 2.5 and 5"),
    _of_predictions("threshold_weighted_score:low=0,high=5", 0.0625, _SCORES + "interval_where_one=(0, 5)"),
    *(
        Golden(
            Task.REGRESSION,
            f"threshold_weighted_score:low={low},high={high}",
            (_Y, _P),
            rows,
            _SCORES + ends,
        )
        for low, high, rows, ends in (
            ("-inf", "2.25", (0.0, 0.25, 0.0, 0.0), "interval_where_one=(-inf, 2.25)"),
            ("2.75", "inf", (0.0625, 0.0, 0.0, 9.0), "interval_where_one=(2.75, inf)"),
            ("1", "9", (0.25, 0.0, 0.0, 4.0), "interval_where_one=(1, 9)"),
        )
    ),
    _of_residuals("epsilon_insensitive:epsilon=0.1", 0.925, _BY_HAND + "(0.4 + 0.4 + 0 + 2.9)/4"),
    _of_residuals("squared_epsilon_insensitive:epsilon=0.1", 2.1825, _BY_HAND + "(0.16 + 0.16 + 0 + 8.41)/4"),
    _of_residuals("num_errors:threshold=0.5", 0.25, _BY_HAND + "3 alone is greater than ½"),
    _of_residuals(
        "huber:delta=0.5", 0.40625, "torch 2.13.0, F.huber_loss; Keras 3.15.1 and optax 0.2.8 agree"
    ),
    _of_residuals("huber:delta=1", 0.6875, "torch 2.13.0, F.huber_loss; LightGBM 4.7.0 huber, alpha=1"),
    _of_residuals("huber:delta=2", 1.0625, "torch 2.13.0, F.huber_loss"),
    _of_residuals("huber:delta=0.9", 0.63625, "LightGBM 4.7.0, huber, alpha=0.9", 1e-9),
    _of_residuals("smooth_l1:beta=0.5", 0.8125, "torch 2.13.0, F.smooth_l1_loss"),
    _of_residuals("smooth_l1:beta=2", 0.53125, "torch 2.13.0, F.smooth_l1_loss"),
    _of_residuals("pseudo_huber:delta=1", 0.5995864, "XGBoost 3.2.0, mphe, huber_slope=1", 1e-6),
    _of_residuals("pseudo_huber:delta=2", 0.8643284, "XGBoost 3.2.0, mphe, huber_slope=2", 1e-6),
    _of_residuals("log_cosh:c=1", 0.6373894, "Keras 3.15.1, LogCosh", 1e-6),
    _of_predictions("mape", 0.3988095, _SKLEARN + "mean_absolute_percentage_error", 1e-6),
    _of_predictions("smape", 0.6336898, "torchmetrics 1.9.0, symmetric_mean_absolute_percentage_error", 1e-6),
    _of_predictions("rmspe", 0.55033, _BY_HAND + "sqrt((1/36 + 1 + 0 + 9/49)/4)", 1e-5),
    _of_predictions("wmape", 0.32, _BY_HAND + "4/12.5"),
    _of_predictions("nrmse", 1.541103500742244 / 2.875, _BY_HAND + "sqrt(2.375)/2.875"),
    _of_predictions(
        "relative_squared_error", 0.3254818, _BY_HAND + "1 - r2_score of scikit-learn, 0.6745182", 1e-6
    ),
    _of_predictions("log_lin_quantile:tau=0.9", 0.2, _SKLEARN + "mean_pinball_loss, alpha=0.9"),
    Golden(
        Task.REGRESSION,
        "msle",
        ((3.0, 5.0, 2.5, 7.0), (2.5, 5.0, 4.0, 8.0)),
        0.03973012298459379,
        "scikit-learn, example in the documentation of mean_squared_log_error",
    ),
    Golden(
        Task.REGRESSION,
        "rmsle",
        ((3.0, 5.0, 2.5, 7.0), (2.5, 5.0, 4.0, 8.0)),
        0.03973012298459379**0.5,
        _BY_HAND + "root of the row above",
    ),
    Golden(
        Task.REGRESSION,
        "linex:a=1",
        ((1.0, -1.0),),
        (0.718281828459045, 0.36787944117144233),
        _BY_HAND + "e - 2 and 1/e",
    ),
    _row_by_row("half_squared_error", 4.5, 0.5, 0.125, _BY_HAND + "r²/2"),
    _row_by_row("huber:delta=1", 2.5, 0.5, 0.125, _TABLE),
    _row_by_row("pseudo_huber:delta=1", 2.16227766, 0.41421356, 0.11803399, _TABLE),
    _row_by_row("log_cosh:c=1", 2.3093285, 0.43378083, 0.12011451, _TABLE),
    _row_by_row("fair:c=1", 1.61370564, 0.30685282, 0.09453489, _TABLE),
    _row_by_row("cauchy:c=1", 1.15129255, 0.34657359, 0.11157178, _TABLE),
    _row_by_row("geman_mcclure:c=1", 0.45, 0.25, 0.1, _TABLE),
    _row_by_row("welsch:c=1", 0.49993829, 0.31606028, 0.11059961, _TABLE),
    _row_by_row("barron:alpha=-2,c=1", 1.38461539, 0.4, 0.11764706, _TABLE),
    _row_by_row("barron:alpha=-inf,c=1", 0.988891, 0.39346934, 0.1175031, _TABLE),
    _row_by_row("tukey:c=4.685", 2.90702817, 0.4775661, 0.12358166, _TABLE),
    _row_by_row("andrews:c=1.339", 2.90585236, 0.47718824, 0.12355426, _TABLE),
    _row_by_row("epsilon_insensitive:epsilon=0.1", 2.9, 0.9, 0.4, _TABLE),
    Golden(
        Task.REGRESSION,
        "hampel:a=2,b=4,c=8",
        ((1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 100.0, -8.0),),
        (0.5, 2.0, 4.0, 6.0, 9.0, 10.0, 10.0, 10.0),
        _BY_HAND + "areas under ψ: triangle, rectangle, trapezium; a(b + c - a)/2 = 10 beyond c",
    ),
    _of_counts("poisson", 0.7308292530, _SKLEARN + "mean_poisson_deviance", 1e-9),
    _of_counts("poisson_nll", 0.3825467, "torch 2.13.0, F.poisson_nll_loss, log_input=False", 2e-7),
    _of_counts("tweedie", 1.0080716895, _SKLEARN + "mean_tweedie_deviance, power=1.5", 1e-9),
    _of_counts("tweedie_nll", 4.9182494977, "XGBoost 3.2.0, tweedie-nloglik@1.5, computed in float32", 1e-7),
    _of_positive("gamma", 0.2526564, _SKLEARN + "mean_gamma_deviance", 3e-7),
    _of_positive("gamma_nll", 1.8194753786, "XGBoost 3.2.0, gamma-nloglik; LightGBM 4.7.0, gamma", 1e-9),
    _of_positive("inverse_gaussian", (0 + 1 / 18 + 4 / 16) / 3, _BY_HAND + "mean of 0, 1/(2·9), 4/(4·4)"),
    Golden(
        Task.COUNTS,
        "negative_binomial:alpha=0.5",
        ((0.0, 1.0, 3.0), (2.0, 2.0, 2.0)),
        (1.3862943611198906, 1.3862943611198906, 2.0794415416798357),
        _BY_HAND + "k = 2, q = ½: (y+1)/2^(y+2) is 1/4, 1/4, 1/8",
    ),
)
