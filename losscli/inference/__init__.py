"""Intervals, verdicts and ranks, from arrays of replicates or by formula."""

from losscli.inference.analytic import (
    corrected_t,
    corrected_t_interval,
    t_quantile,
    t_refusal,
    wilson,
)
from losscli.inference.best_set import confidence_set
from losscli.inference.corrections import Correction, benjamini_hochberg, holm
from losscli.inference.intervals import bootstrap_t_intervals, bootstrap_t_limits, percentile_interval
from losscli.inference.order import ranks
from losscli.inference.pairs import (
    POWER,
    Family,
    figure_ranks,
    first_shares,
    judge,
    judge_each,
    judge_pieces,
    pairs_of,
    rank_intervals,
    rows_for,
)
from losscli.inference.regression import (
    RegressionVerdict,
    Tolerance,
    figure_regression,
    regression,
    worsening,
)
from losscli.inference.studentised import Studentised, beside, plain, smooth, without_rounding

__all__ = [
    "POWER",
    "Correction",
    "Family",
    "RegressionVerdict",
    "Studentised",
    "Tolerance",
    "benjamini_hochberg",
    "beside",
    "bootstrap_t_intervals",
    "bootstrap_t_limits",
    "confidence_set",
    "corrected_t",
    "corrected_t_interval",
    "figure_ranks",
    "figure_regression",
    "first_shares",
    "holm",
    "judge",
    "judge_each",
    "judge_pieces",
    "pairs_of",
    "percentile_interval",
    "plain",
    "rank_intervals",
    "ranks",
    "regression",
    "rows_for",
    "smooth",
    "t_quantile",
    "t_refusal",
    "wilson",
    "without_rounding",
    "worsening",
]
