"""Redescending losses: quadratic near a match, and far away the pull of a row fades or ends.

Their thresholds are set as in losscli.loss.catalogue.robust.
"""

import math

import numpy as np

from losscli.domain import POSITIVE, Floats, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Alias, Argument, Loss, Param, Params, Scaled, Trait
from losscli.loss.catalogue.robust import spec_of, threshold
from losscli.loss.catalogue.stable import log1p_square
from losscli.spec import number_text

_UNBOUNDED = Trait.SMOOTH | Trait.LIPSCHITZ | Trait.REDESCENDING | Trait.SYMMETRIC
_BOUNDED = _UNBOUNDED | Trait.BOUNDED
_BULK = "a centre of the bulk, towards the mode as the threshold shrinks"
_FAR = 1e300  # a square beyond it changes no quotient u/(1 + u)


def _capped_square(x: Floats, most: float) -> Floats:
    """x² up to `most`, written over x."""
    x *= x
    return np.asarray(np.minimum(x, most, out=x))


def _cauchy(r: Floats, *, c: float) -> Floats:
    values = log1p_square(r / c)
    values *= 0.5 * c * c
    return np.asarray(values)


CAUCHY = Loss(
    name="cauchy",
    title="Cauchy (Lorentzian)",
    task=Task.REGRESSION,
    formula="c**2/2*log1p((r/c)**2)",
    argument=Argument.RESIDUAL,
    value=_cauchy,
    slope=lambda r, *, c: r / (1.0 + (r / c) ** 2),
    slope_formula="r/(1 + (r/c)**2)",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_UNBOUNDED,
    params=threshold("c", 2.385, "residual with the strongest pull"),
    kin=lambda params: spec_of("cauchy", **params),
    choose="Tails are very heavy: the pull of an outlier fades, yet never to nothing.",
    avoid="You need one minimum: descent may stop at a local one.",
    trap="scipy's cauchy is log1p(r²), twice this at c=1; barron:alpha=0 has (r/c)²/2 inside the logarithm.",
    reference="Holland & Welsch 1977, doi:10.1080/03610927708827533",
    aliases=(Alias("scipy", "cauchy", "cauchy:c=1", factor=2.0, note="its cost has ½ in front again"),),
    inventory=("cauchy",),
)


def _welsch(r: Floats, *, c: float) -> Floats:
    values = r / c
    values *= values
    np.expm1(np.negative(values, out=values), out=values)
    values *= -0.5 * c * c
    return np.asarray(values)


WELSCH = Loss(
    name="welsch",
    title="Welsch (Leclerc, correntropy)",
    task=Task.REGRESSION,
    formula="-c**2/2*expm1(-(r/c)**2)",
    argument=Argument.RESIDUAL,
    value=_welsch,
    slope=lambda r, *, c: r * np.exp(-((r / c) ** 2)),
    slope_formula="r*exp(-(r/c)**2)",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_BOUNDED,
    params=threshold("c", 2.985, "residual at which the pull has fallen to 37 % of the square's"),
    kin=lambda params: spec_of("welsch", **params),
    choose="Gross outliers must have no say at all, and the loss must be smooth.",
    avoid="The start is poor: far from the data the slope is 0 and nothing moves.",
    trap="Also written with exp(-(r/c)²/2): its c is smaller by the root of 2, as in barron:alpha=-inf.",
    reference="Holland & Welsch 1977, doi:10.1080/03610927708827533",
    inventory=("welsch",),
)


def _geman_mcclure(r: Floats, *, c: float) -> Floats:
    u = _capped_square(r / c, _FAR)
    u /= 1.0 + u
    u *= 0.5 * c * c
    return np.asarray(u)


GEMAN_MCCLURE = Loss(
    name="geman_mcclure",
    title="Geman-McClure",
    task=Task.REGRESSION,
    formula="r**2/2/(1 + (r/c)**2)",
    argument=Argument.RESIDUAL,
    value=_geman_mcclure,
    slope=lambda r, *, c: r / (1.0 + (r / c) ** 2) ** 2,
    slope_formula="r/(1 + (r/c)**2)**2",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_BOUNDED,
    params=threshold("c", 3.787, "residual at which the loss is half of its bound"),
    kin=lambda params: spec_of("geman_mcclure", **params),
    choose="Gross outliers must have no say, and moderate ones a little.",
    avoid="The start is poor: far from the data the slope is almost 0.",
    trap="Also written r²/(1 + r²) and c²r²/(c² + r²): twice this. barron:alpha=-2 has half this c.",
    reference="Geman & McClure 1987, Bulletin of the International Statistical Institute 52: 5-21",
    inventory=("geman_mcclure",),
)


def _tukey(r: Floats, *, c: float) -> Floats:
    u = _capped_square(r / c, 1.0)
    cubic = u - 3.0
    cubic *= u
    cubic += 3.0
    cubic *= u
    cubic *= c * c / 6.0
    return np.asarray(cubic)


TUKEY = Loss(
    name="tukey",
    title="Tukey's biweight (bisquare)",
    task=Task.REGRESSION,
    formula="c**2/6*(1 - (1 - minimum(1, (r/c)**2))**3)",
    argument=Argument.RESIDUAL,
    value=_tukey,
    slope=lambda r, *, c: r * (1.0 - _capped_square(r / c, 1.0)) ** 2,
    slope_formula="where(abs(r) <= c, r*(1 - (r/c)**2)**2, 0)",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_BOUNDED,
    params=threshold("c", 4.685, "residual from which a row has no pull"),
    choose="Rows beyond a threshold are to be ignored altogether.",
    avoid="The start is poor: rows beyond c have slope exactly 0, so nothing may ever move.",
    trap="4.685 is meant for residuals over their scale; a bare 4.685 in units of y is another loss.",
    reference="Beaton & Tukey 1974, doi:10.1080/00401706.1974.10489171",
    inventory=("tukey_biweight",),
)


def _andrews(r: Floats, *, c: float) -> Floats:
    half = r / c
    np.abs(half, out=half)
    np.minimum(half, math.pi, out=half)
    half *= 0.5
    np.sin(half, out=half)
    half *= half
    half *= 2.0 * c * c
    return np.asarray(half)


def _andrews_slope(r: Floats, *, c: float) -> Floats:
    x = r / c
    inside = np.abs(x) < math.pi
    return np.asarray(np.where(inside, c * np.sin(np.where(inside, x, 0.0)), 0.0))


ANDREWS = Loss(
    name="andrews",
    title="Andrews' sine wave",
    task=Task.REGRESSION,
    formula="c**2*(1 - cos(minimum(abs(r)/c, pi)))",
    argument=Argument.RESIDUAL,
    value=_andrews,
    slope=_andrews_slope,
    slope_formula="where(abs(r) <= pi*c, c*sin(r/c), 0)",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_BOUNDED,
    params=threshold("c", 1.339, "residual over π from which a row has no pull"),
    choose="As tukey, when a study prescribes the sine.",
    avoid="The start is poor: rows beyond πc have slope exactly 0. It is also the slowest to compute.",
    trap="The cut lies at π·c = 4.207 s by default, not at c.",
    reference="Andrews 1974, doi:10.1080/00401706.1974.10489233",
    inventory=("andrews_sine",),
)


def _hampel(r: Floats, *, a: float, b: float, c: float) -> Floats:
    size = np.minimum(np.abs(r), c)
    inner = np.minimum(size, a)
    fall = np.maximum(size, b)
    fall -= b
    fall *= fall
    fall *= 0.5 * a / (c - b)
    size -= 0.5 * inner
    size *= inner
    size -= fall
    return np.asarray(size)


def _hampel_slope(r: Floats, *, a: float, b: float, c: float) -> Floats:
    size = np.minimum(np.abs(r), c)
    pull = np.minimum(np.minimum(size, a), (a / (c - b)) * (c - size))
    return np.asarray(np.copysign(pull, r))


def _hampel_in_order(params: Params) -> None:
    a, b, c = params["a"], params["b"], params["c"]
    if not a <= b < c:
        written = ", ".join(f"{key}={number_text(params[key])}" for key in "abc")
        raise UsageError(f"hampel needs a ≤ b < c, not {written}", advice="For example hampel:a=2,b=4,c=8")


HAMPEL = Loss(
    name="hampel",
    title="Hampel's three parts",
    task=Task.REGRESSION,
    formula="minimum(abs(r), a)*(minimum(abs(r), c) - minimum(abs(r), a)/2)"
    " - a/(c - b)/2*maximum(0, minimum(abs(r), c) - b)**2",
    argument=Argument.RESIDUAL,
    value=_hampel,
    slope=_hampel_slope,
    slope_formula="sign(r)*maximum(0, minimum(minimum(abs(r), a), a*(c - abs(r))/(c - b)))",
    unit=Unit.Y2,
    elicits=_BULK,
    asks="~mode",
    traits=_BOUNDED,
    params=(
        Param("a", Scaled(1.382), POSITIVE, "residual at which the pull stops growing, in units of y"),
        Param("b", Scaled(2.764), POSITIVE, "residual at which the pull starts to fall, in units of y"),
        Param("c", Scaled(5.528), POSITIVE, "residual from which a row has no pull, in units of y"),
    ),
    check=_hampel_in_order,
    choose="You can name three sizes of a miss: ordinary, doubtful, impossible.",
    avoid="The start is poor: rows beyond c have slope exactly 0.",
    trap="(2, 4, 8) × the scale, the default of MASS and statsmodels, is 99 % efficient; the default here is "
    "0.691 times that, 95 % efficient like the others.",
    reference="Hampel 1974, doi:10.1080/01621459.1974.10482962",
    inventory=("hampel",),
)

LOSSES: tuple[Loss, ...] = (CAUCHY, WELSCH, GEMAN_MCCLURE, TUKEY, ANDREWS, HAMPEL)
