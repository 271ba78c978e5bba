"""Figures for the losses of several outputs, labels, shares and boxes."""

import numpy as np

from battery.golden import Golden
from losscli.domain import Task

# Two rows of two outputs.
TWO = ([[3.0, -0.5], [2.0, 7.0]], [[2.5, 0.0], [0.0, 8.0]])
AMOUNTS = ([[1.0, 0.0], [2.0, 4.0]], [[0.5, 0.25], [2.0, 5.0]])

LABELS = [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
SCORES = [[1.0, -2.0, 0.5], [-0.5, 0.3, 0.2]]
DECIDED = [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]
HALVES = [[0.0, 0.0, 0.0]]  # logits of 1/2 each

SHARES = [[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]
LOG_Q = np.log([[0.4, 0.4, 0.2], [0.3, 0.3, 0.4]])
LAST = [[0.2, 0.3, 0.5]]
LOG_LAST = LOG_Q[1:]

OVERLAP = ([[0.0, 0.0, 2.0, 2.0]], [[1.0, 1.0, 3.0, 3.0]])
APART = ([[0.0, 0.0, 1.0, 1.0]], [[2.0, 0.0, 4.0, 1.0]])

_MP = "mpmath 1.4.1, 50 digits: "
_SK = "scikit-learn 1.9.1 "


def _outputs(spec: str, arguments: tuple[object, ...], expected: float, source: str) -> Golden:
    return Golden(Task.MULTIOUTPUT, spec, arguments, expected, source)


def _labels(spec: str, given: object, expected: float, source: str, rtol: float = 1e-12) -> Golden:
    return Golden(Task.MULTILABEL, spec, (LABELS, given), expected, source, rtol)


def _shares(
    spec: str, expected: float | tuple[float, ...], source: str, rtol: float = 1e-12, *, last: bool = False
) -> Golden:
    given = (LAST, LOG_LAST) if last else (SHARES, LOG_Q)
    return Golden(Task.DISTRIBUTION, spec, given, expected, source, rtol)


def _boxes(spec: str, arguments: tuple[object, ...], expected: float, source: str) -> Golden:
    return Golden(Task.BOXES, spec, arguments, expected, source)


GOLDEN: tuple[Golden, ...] = (
    _outputs("mse", TWO, 1.375, _SK + "mean_squared_error"),
    _outputs("mae", TWO, 1.0, _SK + "mean_absolute_error"),
    _outputs("multi_rmse", TWO, 2.75**0.5, "by hand: the root of (0.5 + 5)/2"),
    _outputs(
        "cosine_distance", TWO, 0.026041064263516545, "scipy 1.17.1 spatial.distance.cosine, mean of rows"
    ),
    _outputs(
        "generalized_kl", AMOUNTS, 0.2752864876515532, "scipy 1.17.1 special.kl_div, row sums, their mean"
    ),
    _labels("multilabel_soft_margin", SCORES, 0.4568063, "torch 2.13.0 MultiLabelSoftMarginLoss()", 1e-7),
    _labels("multilabel_margin", SCORES, 0.1833333, "torch 2.13.0 MultiLabelMarginLoss()", 5e-7),
    _labels("hamming", DECIDED, 1 / 6, _SK + "hamming_loss"),
    _labels("subset_zero_one", DECIDED, 0.5, _SK + "zero_one_loss"),
    _labels("label_ranking_loss", SCORES, 0.0, _SK + "label_ranking_loss"),
    _labels("coverage_error", SCORES, 1.5, _SK + "coverage_error"),
    Golden(Task.MULTILABEL, "brier", ([[1.0, 0.0, 1.0]], HALVES), 0.25, "by hand: (1/2)² three times over 3"),
    Golden(
        Task.MULTILABEL,
        "asymmetric:positive_gamma=1,negative_gamma=4,shift=0",
        ([[1.0, 0.0, 1.0]], HALVES),
        (1.0 + 1 / 16) * float(np.log(2.0)),
        "by hand: twice log(2)/2 and once log(2)/16, summed",
    ),
    _shares("kl_divergence", 0.1268112, "torch 2.13.0 F.kl_div(log Q, P, reduction='batchmean')", 5e-7),
    _shares("kl_divergence", 0.1268112, "optax 0.2.8 kl_divergence(log Q, P)", 5e-7),
    _shares("kl_divergence", 0.1268104, "Keras 3.15.1 kl_divergence(P, Q), clips at 1e-7", 1e-5),
    _shares("js_divergence", 0.0413496, "torchmetrics 1.9.0 jensen_shannon_divergence(P, Q)", 1e-6),
    _shares("kl_divergence", (0.22314355131420976, 0.030478754035472001), _MP + "sum(p log(p/q))"),
    _shares("reverse_kl", (0.032382111906765412,), _MP + "sum(q log(q/p))", last=True),
    _shares("jeffreys", (0.062860865942237414,), _MP + "both divergences", last=True),
    _shares("js_divergence", (0.0748817616223543, 0.0078174001708521028), _MP + "by the mixture"),
    _shares("js_divergence", 0.04134958089660319, "scipy 1.17.1 spatial.distance.jensenshannon, squared"),
    _shares("generalized_kl", 0.12681115267484086, "scipy 1.17.1 special.kl_div, row sums, their mean"),
    _shares("soft_cross_entropy", (0.91629073187415507, 1.0601317681000455), _MP + "-sum(p log(q))"),
    _shares("total_variation", (0.2, 0.1), "by hand: (0.1 + 0.1 + 0.2)/2, (0.1 + 0 + 0.1)/2"),
    _shares("hellinger", (0.32491969623290633, 0.08852926195176514), _MP + "by the roots"),
    _shares("bhattacharyya", (0.11157177565710488, 0.0078683042993849614), _MP + "-log(sum(sqrt(p q)))"),
    _shares("chi2_divergence", (0.25, 0.058333333333333333), "by hand: 1/40 twice and 1/5; 1/30 and 1/40"),
    _shares("wasserstein1_1d", (0.3, 0.2), "scipy 1.17.1 stats.wasserstein_distance of classes 0, 1, 2"),
    _shares("wasserstein1_1d:width=2", (0.6, 0.4), "by hand: twice that"),
    _shares("renyi:alpha=2", (0.22314355131420976, 0.056695343676545279), _MP + "log(sum(p²/q))"),
    _shares("renyi:alpha=0.5", (0.22314355131420976, 0.015736608598769923), _MP + "twice bhattacharyya"),
    _boxes("iou", OVERLAP, 6 / 7, "by hand: 1 - 1/(4 + 4 - 1)"),
    _boxes("giou", OVERLAP, 6 / 7 + 2 / 9, "by hand: 1.0793651, the hull is 9 and the union 7"),
    _boxes("diou", OVERLAP, 6 / 7 + 1 / 9, "by hand: 0.9682540, the centres are √2 apart, the diagonal √18"),
    _boxes("ciou", OVERLAP, 6 / 7 + 1 / 9, "by hand: diou, both boxes are squares"),
    _boxes(
        "smooth_l1:beta=1", OVERLAP, 2.0, "by hand: 1/2 for each of 4 coordinates; torch's mean is a quarter"
    ),
    _boxes("smooth_l1:beta=2", OVERLAP, 1.0, "by hand: 1/4 for each of 4 coordinates"),
    _boxes("iou", APART, 1.0, "by hand: they do not meet"),
    _boxes("giou", APART, 1.25, "by hand: the hull is 4, the union 3"),
    _boxes("diou", APART, 1.0 + 6.25 / 17.0, "by hand: centres 2.5 apart, the hull is 4 by 1"),
    _boxes("ciou", APART, 1.369336519685068, _MP + "diou + v²/(1 + v), v = 4/π² (π/4 - arctan 2)²"),
)
