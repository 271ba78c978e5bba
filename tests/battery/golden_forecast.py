"""Figures for the losses of forecasts: quantiles, intervals, ensembles, means with their sd."""

import math

from battery.golden import Golden
from losscli.domain import Task

_Y = (3.0, -0.5, 2.0, 7.0)
_MEAN = (2.5, 0.0, 2.0, 10.0)
_SD = (0.5, 1.0, 2.0, 4.0)
_ROOTS = tuple(math.sqrt(v) for v in (1.0, 2.0, 0.5, 1.5))
_QUANTILES = ((1.0, 2.5, 4.0), (-1.0, 0.0, 0.5), (2.5, 2.0, 4.0), (3.0, 10.0, 12.0))
_LEVELS = (0.1, 0.5, 0.9)
_LOWER, _UPPER = (2.0, -1.0, 2.5, 3.0), (4.0, -0.75, 4.0, 6.5)
_TARGETS = (0.5, -0.5, 2.0, 7.0)
_MEMBERS = ((0.0, 1.0, 2.0), (-1.0, -1.0, 3.0), (2.0, 5.0, 4.0), (6.0, 6.5, 11.0))

_SCIPY = "scipy 1.17.1, minus scipy.stats."


def _row(
    spec: str, arguments: tuple[object, ...], expected: float | tuple[float, ...], source: str, rtol: float
) -> Golden:
    return Golden(Task.FORECAST, spec, arguments, expected, source, rtol)


def _quantiles(spec: str, expected: float | tuple[float, ...], source: str, rtol: float = 1e-12) -> Golden:
    return _row(spec, (_Y, _QUANTILES, _LEVELS), expected, source, rtol)


def _moments(
    spec: str,
    expected: float | tuple[float, ...],
    source: str,
    rtol: float = 1e-12,
    sd: tuple[float, ...] = _SD,
) -> Golden:
    return _row(spec, (_Y, _MEAN, sd), expected, source, rtol)


GOLDEN: tuple[Golden, ...] = (
    _quantiles(
        "multi_quantile_pinball",
        0.33333307,
        "CatBoost 1.2.10, eval_metric MultiQuantile:alpha=0.1,0.5,0.9; its medians miss 1e-6",
        1e-6,
    ),
    _quantiles(
        "multi_quantile_pinball",
        (0.55 / 3, 0.4 / 3, 0.65 / 3, 2.4 / 3),
        "by hand: (0.2 + 0.25 + 0.1)/3, (0.05 + 0.25 + 0.1)/3, (0.45 + 0 + 0.2)/3, (0.4 + 1.5 + 0.5)/3",
    ),
    _quantiles(
        "weighted_interval_score",
        2 / 3,
        "by hand: twice the mean quantile loss, as yardstick's source has it",
    ),
    _quantiles(
        "weighted_interval_score",
        (0.55 / 1.5, 0.4 / 1.5, 0.65 / 1.5, 2.4 / 1.5),
        "by hand, Bracher et al. 2021, eq. 1, alpha = 0.2: (|y - median|/2 + 0.1·interval score)/1.5",
    ),
    *(
        _row(
            spec,
            (_Y, _LOWER, _UPPER),
            expected,
            f"scores 2.7.0, continuous.interval_score, interval_range={covered}",
            1e-12,
        )
        for spec, covered, expected in (
            ("interval_score", 0.9, (2.0, 5.25, 11.5, 13.5)),
            ("interval_score:alpha=0.5", 0.5, (2.0, 1.25, 3.5, 5.5)),
        )
    ),
    _row(
        "crps_ensemble",
        (_TARGETS, _MEMBERS),
        (0.3888888888888889, 0.6111111111111112, 1.0, 0.7222222222222221),
        "properscoring 0.1, crps_ensemble; scores 2.7.0, crps_for_ensemble, method='ecdf'",
        1e-12,
    ),
    _row(
        "crps_ensemble:fair=1",
        (_TARGETS, _MEMBERS),
        (0.16666666666666674, 0.16666666666666674, 0.6666666666666667, 0.16666666666666652),
        "scores 2.7.0, crps_for_ensemble, method='fair'",
        1e-12,
    ),
    _moments("gaussian_nll", 1.49207462348, "CatBoost 1.2.10, eval_metric RMSEWithUncertainty", 1e-9),
    _moments("gaussian_nll:full=0", 0.8475581, "torch 2.13.0, F.gaussian_nll_loss", 1e-7, _ROOTS),
    _moments("gaussian_nll", 1.7664967, "torch 2.13.0, F.gaussian_nll_loss, full=True", 1e-7, _ROOTS),
    _moments(
        "gaussian_nll",
        (0.7257913526447274, 1.0439385332046727, 1.612085713764618, 2.586482894324563),
        _SCIPY + "norm.logpdf(y, mean, sd)",
    ),
    _moments(
        "laplace_nll",
        (1.0676399720931222, 1.0536803714665202, 1.0397207708399179, 2.7935281231796845),
        _SCIPY + "laplace.logpdf(y, mean, sd/sqrt(2))",
    ),
    _moments(
        "student_t_nll",
        (0.9547712524422192, 0.9287132518727121, 1.3274028432916989, 2.640140433613097),
        _SCIPY + "t.logpdf(y, 4, mean, sd/sqrt(2))",
    ),
    _moments(
        "crps_gaussian",
        (0.30122067881380815, 0.3314035312548558, 0.46738995451021825, 1.7925770087862012),
        "properscoring 0.1, crps_gaussian(y, mean, sd)",
    ),
)
