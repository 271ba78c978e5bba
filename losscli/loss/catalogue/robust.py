"""Convex robust losses: quadratic near a match, linear far away.

A threshold that is not written is its 95 % constant × s: with it the loss needs 5 % more rows than mse
when the noise is Gaussian, so that losses are compared at an equal price. The constants are solutions of
(E ψ'(Z))² / E ψ(Z)² = 0.95 by quadrature; where a rounded constant is in common use, it is taken.
"""

import numpy as np

from losscli.domain import POSITIVE, Floats, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Scaled, Trait
from losscli.loss.catalogue.stable import hypot1, log1p_gap
from losscli.spec import number_text

_CONVEX = Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.SYMMETRIC
_STRICTLY_CONVEX = _CONVEX | Trait.STRICTLY_CONVEX


def spec_of(name: str, **params: float) -> str:
    """The spec that names a class; 12 digits, so that parameters equal up to rounding match."""
    return f"{name}:" + ",".join(f"{key}={number_text(float(f'{v:.12g}'))}" for key, v in params.items())


def threshold(name: str, constant: float, meaning: str) -> tuple[Param, ...]:
    return (Param(name, Scaled(constant), POSITIVE, f"{meaning}, in units of y"),)


def _huber(r: Floats, delta: float) -> Floats:
    size = np.abs(r)
    inner = np.minimum(size, delta)
    size -= 0.5 * inner
    size *= inner
    return np.asarray(size)


HUBER = Loss(
    name="huber",
    title="Huber",
    task=Task.REGRESSION,
    formula="where(abs(r) <= delta, r**2/2, delta*(abs(r) - delta/2))",
    argument=Argument.RESIDUAL,
    value=lambda r, *, delta: _huber(r, delta),
    slope=lambda r, *, delta: np.clip(r, -delta, delta),
    slope_formula="maximum(-delta, minimum(r, delta))",
    unit=Unit.Y2,
    elicits="a centre between mean and median",
    asks="~median",
    traits=_CONVEX,
    params=threshold("delta", 1.345, "residual at which the parabola turns into a line"),
    kin=lambda params: spec_of("huber", **params),
    choose="A few targets may be off and you still want one minimum and nearly the mean's precision.",
    avoid="Outliers lie far away on one side: each still pulls with the full force delta.",
    trap="Half the square inside. delta is an absolute residual in torch, Keras, optax and LightGBM (alpha), "
    "but a quantile of |r| in sklearn's GradientBoostingRegressor and _loss.HuberLoss, and a multiple of a "
    "fitted scale, without the ½, in its HuberRegressor. torch's weights divide by the number of rows.",
    reference="Huber 1964, doi:10.1214/aoms/1177703732",
    aliases=(
        Alias("torch", "HuberLoss", "huber:delta=1"),
        Alias("Keras", "Huber", "huber:delta=1"),
        Alias("optax", "huber_loss", "huber:delta=1"),
        Alias("LightGBM", "huber", "huber:delta=0.9"),
        Alias("sklearn", "huber", "huber:delta=0.1", note="SGDRegressor, epsilon=0.1"),
        Alias("CatBoost", "Huber", "huber:delta=1", note="delta has no default there"),
    ),
    inventory=("huber",),
)

SMOOTH_L1 = Loss(
    name="smooth_l1",
    title="Smooth L1",
    task=Task.REGRESSION,
    formula="where(abs(r) <= beta, r**2/(2*beta), abs(r) - beta/2)",
    argument=Argument.RESIDUAL,
    value=lambda r, *, beta: _huber(r, beta) / beta,
    slope=lambda r, *, beta: np.clip(r / beta, -1.0, 1.0),
    slope_formula="maximum(-1, minimum(r/beta, 1))",
    elicits="a centre between mean and median",
    asks="~median",
    traits=_CONVEX,
    params=threshold("beta", 1.345, "residual at which the parabola turns into a line"),
    kin=lambda params: spec_of("huber", delta=params["beta"]),
    choose="You want huber in the unit of the target, or compare with a detection network.",
    avoid="You already look at huber: it is huber divided by its threshold and ranks alike.",
    trap="smooth_l1 with beta is huber with delta=beta, divided by beta. Fast R-CNN writes beta as 1/σ²; "
    "torch takes beta=0 to mean mae.",
    reference="Girshick 2015, doi:10.1109/ICCV.2015.169",
    aliases=(Alias("torch", "SmoothL1Loss", "smooth_l1:beta=1"),),
    inventory=("smooth_l1",),
)


def _pseudo_huber(r: Floats, *, delta: float) -> Floats:
    x = r / delta
    root = hypot1(x)
    root += 1.0
    x /= root
    x *= r
    x *= delta
    return np.asarray(x)


PSEUDO_HUBER = Loss(
    name="pseudo_huber",
    title="Pseudo-Huber",
    task=Task.REGRESSION,
    formula="delta**2*(sqrt(1 + (r/delta)**2) - 1)",
    argument=Argument.RESIDUAL,
    value=_pseudo_huber,
    slope=lambda r, *, delta: r / hypot1(r / delta),
    slope_formula="r/sqrt(1 + (r/delta)**2)",
    unit=Unit.Y2,
    elicits="a centre between mean and median",
    asks="~median",
    traits=_STRICTLY_CONVEX,
    params=threshold("delta", 1.287, "residual around which the parabola bends into a line"),
    kin=lambda params: spec_of("pseudo_huber", **params),
    choose="You want huber for an optimizer that uses second derivatives.",
    avoid="Outliers lie far away on one side: each still pulls with the full force delta.",
    trap="scipy's soft_l1 is 2(sqrt(1 + r²) - 1), twice this at delta=1; barron:alpha=1 is this over delta².",
    reference="Charbonnier et al. 1997, doi:10.1109/83.551699",
    aliases=(
        Alias("XGBoost", "reg:pseudohubererror", "pseudo_huber:delta=1"),
        Alias("scipy", "soft_l1", "pseudo_huber:delta=1", factor=2.0, note="its cost has ½ in front again"),
    ),
    inventory=("pseudo_huber",),
)


def _log_cosh(r: Floats, *, c: float) -> Floats:
    size = r / c
    np.abs(size, out=size)
    low = np.minimum(size, 40.0)  # beyond 40 the function is a line to the last digit
    size -= low
    np.expm1(low, out=low)
    np.divide(low * low, 2.0 + 2.0 * low, out=low)  # cosh - 1, of e^x - 1
    size += np.log1p(low, out=low)
    size *= c * c
    return np.asarray(size)


LOG_COSH = Loss(
    name="log_cosh",
    title="Log-cosh",
    task=Task.REGRESSION,
    formula="c**2*log(cosh(r/c))",
    argument=Argument.RESIDUAL,
    value=_log_cosh,
    slope=lambda r, *, c: c * np.tanh(r / c),
    slope_formula="c*tanh(r/c)",
    unit=Unit.Y2,
    elicits="a centre between mean and median",
    asks="~median",
    traits=_STRICTLY_CONVEX,
    params=threshold("c", 1.2047, "residual around which the parabola bends into a line"),
    choose="You want huber with derivatives of every order.",
    avoid="Outliers lie far away on one side: each still pulls with the full force c.",
    trap="Keras, CatBoost and torchmetrics have c=1, whatever the unit of y; torchmetrics 1.9.0 overflows to "
    "inf at |r| > 710. CatBoost's LogCosh is off by 1e-4.",
    reference="Green 1990, doi:10.1109/42.52985",
    aliases=(
        Alias("Keras", "LogCosh", "log_cosh:c=1"),
        Alias("optax", "log_cosh", "log_cosh:c=1"),
        Alias("CatBoost", "LogCosh", "log_cosh:c=1"),
        Alias("torchmetrics", "LogCoshError", "log_cosh:c=1"),
    ),
    inventory=("log_cosh",),
)


def _fair(r: Floats, *, c: float) -> Floats:
    size = r / c
    values = log1p_gap(np.abs(size, out=size))
    values *= c * c
    return np.asarray(values)


FAIR = Loss(
    name="fair",
    title="Fair",
    task=Task.REGRESSION,
    formula="c**2*(abs(r)/c - log1p(abs(r)/c))",
    argument=Argument.RESIDUAL,
    value=_fair,
    slope=lambda r, *, c: r / (1.0 + np.abs(r / c)),
    slope_formula="r/(1 + abs(r)/c)",
    unit=Unit.Y2,
    elicits="a centre between mean and median",
    asks="~median",
    traits=_STRICTLY_CONVEX,
    params=threshold("c", 1.4, "residual at which the pull is half of its limit"),
    choose="You want a convex loss that starts to discount misses early.",
    avoid="Most rows are clean: its pull reaches the limit c only slowly.",
    trap="LightGBM's fair_c and CatBoost's smoothness are 1 by default, whatever the unit of y.",
    reference="Fair 1974, Annals of Economic and Social Measurement 3: 667-677",
    aliases=(Alias("LightGBM", "fair", "fair:c=1"), Alias("CatBoost", "FairLoss", "fair:c=1")),
    inventory=("fair",),
)

LOSSES: tuple[Loss, ...] = (HUBER, SMOOTH_L1, PSEUDO_HUBER, LOG_COSH, FAIR)
