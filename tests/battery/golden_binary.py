"""Figures for the binary losses. One fixture throughout: four labels and probabilities, and their logits."""

import numpy as np

from battery.golden import Golden
from losscli.domain import Task

Y = np.array([0, 1, 1, 0])
P = np.array([0.1, 0.9, 0.3, 0.6])
S = np.log(P / (1 - P))
M = (2 * Y - 1) * S
LOG_P_Y = np.log(np.where(Y == 1, P, 1 - P))

MARGINS = ((-2.0, -1.0, 0.0, 0.5, 1.0, 2.0),)
QUARTERS = (np.log([0.25, 0.5, 0.75]),)  # as log p_y
LOGIT_QUARTERS = (-np.log(3.0), 0.0, np.log(3.0))
LABELS = np.array([0, 1, 0, 1])  # P > 1/2

_MP = "mpmath 1.4.1, 50 digits: "


def _row(
    spec: str, arguments: tuple[object, ...], expected: float | tuple[float, ...], source: str, rtol: float
) -> Golden:
    return Golden(Task.BINARY, spec, arguments, expected, source, rtol)


GOLDEN: tuple[Golden, ...] = (
    _row("bce", (LOG_P_Y,), 0.5827461418789359, "scikit-learn 1.9.1 log_loss", 1e-12),
    _row("bce", (LOG_P_Y,), 0.5827461419, "torch 2.13.0 BCEWithLogitsLoss()", 1e-9),
    _row(
        "bce",
        (-np.log1p(np.exp(-np.array(MARGINS[0]))),),
        (
            2.1269280110429727,
            1.3132616875182228,
            0.6931471805599453,
            0.4740769841801067,
            0.3132616875182228,
            0.1269280110429725,
        ),
        _MP + "log(1 + exp(-m)) at m = -2, -1, 0, 1/2, 1, 2",
        1e-12,
    ),
    _row(
        "weighted_bce:positive_weight=3",
        (Y, S),
        1.2374128,
        "torch 2.13.0 BCEWithLogitsLoss(pos_weight=3)",
        5e-8,
    ),
    _row(
        "label_smoothing_bce:epsilon=0.1",
        (Y, S),
        0.6220172,
        "Keras 3.15.1 BinaryCrossentropy(label_smoothing=0.1), float32",
        1e-6,
    ),
    _row("focal:gamma=2", (Y, S), 0.2304796, "optax 0.2.8 sigmoid_focal_loss(gamma=2)", 3e-7),
    _row(
        "focal:gamma=2,alpha=0.25",
        (Y, S),
        0.0989847,
        "torchvision 0.29.2 sigmoid_focal_loss, defaults, mean",
        5e-7,
    ),
    _row(
        "asymmetric:positive_gamma=1,negative_gamma=4,shift=0.05",
        (np.ones(3, int), LOGIT_QUARTERS),
        (1.0397207708399179, 0.34657359027997264, 0.07192051811294523),
        _MP + "-(1-p) log p at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row(
        "asymmetric:positive_gamma=1,negative_gamma=4,shift=0.05",
        (np.zeros(3, int), LOGIT_QUARTERS),
        (0.0003570296821027356, 0.024515053512235162, 0.2890738703186572),
        _MP + "-(p-1/20)^4 log(1-p+1/20) at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row(
        "bootstrap_bce:beta=0.95",
        (np.ones(3, int), LOGIT_QUARTERS),
        (1.3450964002948365, 0.6931471805599453, 0.3014147260601323),
        _MP + "-(0.95 + 0.05p) log p - 0.05(1-p) log(1-p) at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row("brier", (LOG_P_Y,), 0.21749999999999997, "scikit-learn 1.9.1 brier_score_loss", 1e-12),
    _row(
        "spherical",
        (np.log([3 / 7, 4 / 7, 12 / 17]),),
        (0.4, 0.2, 1 / 13),
        "by hand: norms 5/7, 5/7, 13/17 make p_y over the norm 3/5, 4/5, 12/13",
        1e-12,
    ),
    _row(
        "gce:q=0.7",
        QUARTERS,
        (0.8872440833891435, 0.5491825618964884, 0.2605660454614096),
        _MP + "(1 - p^0.7)/0.7 at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row(
        "sce:alpha=0.1,beta=1,A=-4",
        QUARTERS,
        (3.138629436111989, 2.0693147180559945, 1.028768207245178),
        _MP + "-0.1 log p + 4(1-p) at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row("mae_prob", QUARTERS, (1.5, 1.0, 0.5), "by hand: twice 3/4, 1/2, 1/4", 1e-12),
    _row(
        "classification_cost:false_positive=1,false_negative=3",
        (Y, S),
        (0.1, 0.3, 2.1, 0.6),
        "by hand: 0.1·1, (1-0.9)·3, (1-0.3)·3, 0.6·1",
        1e-12,
    ),
    _row("hinge", (M,), 0.8131907421238419, "scikit-learn 1.9.1 hinge_loss", 1e-12),
    _row("squared_hinge", (M,), 1.3469604, "Keras 3.15.1 SquaredHinge(), float32", 1e-6),
    _row(
        "squared_hinge",
        MARGINS,
        (9.0, 4.0, 1.0, 0.25, 0.0, 0.0),
        "by hand: the squares of 3, 2, 1, ½, 0, 0",
        0.0,
    ),
    _row(
        "smooth_hinge",
        MARGINS,
        (2.5, 1.5, 0.5, 0.125, 0.0, 0.0),
        "by hand: ½ - m up to 0, (1-m)²/2 up to 1",
        0.0,
    ),
    _row(
        "modified_huber",
        MARGINS,
        (8.0, 4.0, 1.0, 0.25, 0.0, 0.0),
        "by hand: -4m up to -1, (1-m)² up to 1",
        0.0,
    ),
    _row(
        "sparsemax",
        MARGINS,
        (2.0, 1.0, 0.25, 0.0625, 0.0, 0.0),
        "by hand: -m up to -1, (1-m)²/4 up to 1",
        0.0,
    ),
    _row("perceptron", MARGINS, (2.0, 1.0, 0.0, 0.0, 0.0, 0.0), "by hand: max(0, -m)", 0.0),
    _row(
        "ramp", MARGINS, (2.0, 2.0, 1.0, 0.5, 0.0, 0.0), "by hand: the hinge 3, 2, 1, ½, 0, 0 cut at 2", 0.0
    ),
    _row("unhinged", MARGINS, (3.0, 2.0, 1.0, 0.5, 0.0, -1.0), "by hand: 1 - m", 0.0),
    _row("squared_margin", MARGINS, (9.0, 4.0, 1.0, 0.25, 0.0, 1.0), "by hand: (1-m)²", 0.0),
    _row(
        "exponential",
        (M,),
        (0.11111111111111115, 0.11111111111111109, 2.333333333333333, 1.4999999999999998),
        "scikit-learn 1.9.1 sklearn._loss.loss.ExponentialLoss().loss",
        1e-12,
    ),
    _row(
        "savage",
        MARGINS,
        (
            0.9643510838246173,
            0.775803492574376,
            0.25,
            0.07232948812851327,
            0.014209336618611039,
            0.0003235037488004416,
        ),
        _MP + "1/(1 + exp(2m))²",
        1e-12,
    ),
    _row(
        "tangent",
        MARGINS,
        (
            10.331708004428757,
            6.608993753862133,
            1.0,
            0.00528598532543309,
            0.32580844668254644,
            1.4745182620760326,
        ),
        _MP + "(2 atan(m) - 1)²",
        1e-12,
    ),
    _row(
        "sigmoid",
        MARGINS,
        (
            0.8807970779778824,
            0.7310585786300049,
            0.5,
            0.37754066879814546,
            0.2689414213699951,
            0.11920292202211756,
        ),
        _MP + "1/(1 + exp(m))",
        1e-12,
    ),
    _row(
        "probit_nll",
        ((-40.0, -10.0, -1.0, 0.0, 3.0),),
        (
            804.6084420137538,
            53.23128515051247,
            1.8410216450092636,
            0.6931471805599453,
            0.0013508099647481938,
        ),
        _MP + "-log(ncdf(m))",
        1e-12,
    ),
    _row(
        "cloglog_nll",
        (np.array([1, 1, 1, 1, 1, 0, 0]), np.array([-40.0, -1.0, 0.0, 0.5, 2.0, -1.0, 2.0])),
        (
            40.0,
            1.1783070964207178,
            0.4586751453870819,
            0.21355918537343416,
            0.0006181700170515202,
            0.36787944117144233,
            7.38905609893065,
        ),
        _MP + "-log(1 - exp(-exp(s))) for y = 1, exp(s) for y = 0",
        1e-12,
    ),
    _row("zero_one", (Y, LABELS), 0.5, "scikit-learn 1.9.1 zero_one_loss", 0.0),
    _row("zero_one", (Y, LABELS), (0.0, 0.0, 1.0, 1.0), "by hand: rows 3 and 4 are wrong", 0.0),
    _row(
        "cost:fp=5,fn=2,tp=-1,tn=0.5",
        (Y, LABELS),
        (0.5, -1.0, 2.0, 5.0),
        "by hand: a right negative, a right positive, a miss and a false alarm",
        0.0,
    ),
    _row(
        "balanced_error",
        (np.array([0, 0, 0, 1, 1]), np.array([0, 1, 0, 1, 0])),
        0.41666666666666674,
        "scikit-learn 1.9.1 1 - balanced_accuracy_score",
        1e-12,
    ),
    _row("dice", (Y, P), 0.3846154, "Keras 3.15.1 Dice(), float32", 5e-7),
    _row("dice", (Y, P), 5 / 13, "by hand: 1 - 2·1.2/(2 + 1.9)", 1e-12),
    _row("soft_f1", (Y, P), 5 / 13, "by hand: tp 1.2, fp 0.7, fn 0.8, 1 - 2.4/3.9", 1e-12),
    _row("jaccard", (Y, P), 5 / 9, "by hand: 1 - 1.2/(2 + 1.9 - 1.2)", 1e-12),
    _row("tversky:alpha=0.3,beta=0.7", (Y, P), 77 / 197, "by hand: 1 - 1.2/(1.2 + 0.3·0.7 + 0.7·0.8)", 1e-12),
    _row(
        "tversky:alpha=0.7,beta=0.3",
        (Y, P),
        0.37824,
        "Keras 3.15.1 Tversky(alpha=0.3, beta=0.7), which has the two weights swapped",
        1e-5,
    ),
    _row(
        "focal_tversky:alpha=0.3,beta=0.7,gamma=1.3333333333333333",
        (Y, P),
        0.49433160087060074,
        _MP + "(77/197)^(3/4), the Tversky loss above under the root",
        1e-12,
    ),
    _row("hinge_embedding", (Y, S), 1.2854215, "torch 2.13.0 HingeEmbeddingLoss(), labels 1 and -1", 1e-7),
    _row(
        "hinge_embedding:margin=2",
        (Y, (0.5, 0.5, 3.0, 3.0)),
        (1.5, 0.5, 3.0, 0.0),
        "by hand: 2 - 0.5, 0.5, 3, 0",
        1e-12,
    ),
    _row(
        "xent_lambda",
        (Y, np.array([0.1, 2.3, 0.35, 0.9])),
        0.5813428298468596,
        "LightGBM 4.7.0, metric cross_entropy_lambda of rates given as init_score",
        1e-12,
    ),
    _row(
        "lovasz_hinge",
        (np.array([1, 1, 0]), np.array([-1.0, 0.5, 3.0])),
        4 / 3 + 2 / 3 + 0.5 / 3,
        "by hand: errors 4, 2, 0.5 in the order of rows 3, 1, 2; wrong over sought or wrong 1/3, 2/3, 1",
        1e-12,
    ),
    _row(
        "lovasz_hinge",
        (np.array([1, 0, 0, 1]), np.array([-9.0, 9.0, -9.0, 9.0])),
        20 / 3,
        "by hand: two errors of 10, wrong over sought or wrong 2/3, whichever comes first",
        1e-12,
    ),
)
