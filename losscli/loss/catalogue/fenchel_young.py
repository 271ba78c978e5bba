"""The family from softmax to sparsemax: losses of scores whose predictions may be exactly 0.

y: class codes (n,); z: scores (n, k). p: the alpha-entmax of z, which is largest in <p, z> plus Tsallis
entropy. Slopes (n, k).
"""

import numpy as np

from losscli.domain import Codes, Floats, Interval, Task, Unit, log_softmax
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.multiclass import of_class, one_hot
from losscli.loss.catalogue.true_class import SCORES, own_unless


def log_entmax(z: Floats, alpha: float) -> Floats:
    """log p with p_j = max(0, 1 + (alpha - 1)(z_j - max z - t))^(1/(alpha - 1)), t such that p adds up to 1.

    For alpha of 1 to 2 the sum falls and is convex in t, so Newton's steps from the left never pass the root.
    """
    a = alpha - 1.0
    if a == 0:
        return log_softmax(z)
    behind = z - z.max(axis=1, keepdims=True)
    t = np.zeros((len(z), 1))
    for _ in range(200):
        log_p = _log_power(behind - t, a)
        p = np.exp(log_p)
        fall = np.where(p > 0, np.exp((1.0 - a) * np.maximum(log_p, -745.0)), 0.0)
        step = (p.sum(axis=1, keepdims=True) - 1.0) / fall.sum(axis=1, keepdims=True)
        t = t + np.maximum(step, 0.0)
        if np.all(step <= 4e-16 * (1.0 + t)):
            break
    return _log_power(behind - t, a)


def _log_power(x: Floats, a: float) -> Floats:
    """log max(0, 1 + a·x)^(1/a)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log1p(np.maximum(a * x, -1.0)) / a)


def _value(y: Codes, z: Floats, *, alpha: float) -> Floats:
    if alpha == 1:
        return np.asarray(0.0 - of_class(y, log_softmax(z)))
    log_p = log_entmax(z, alpha)
    p = np.exp(log_p)
    entropy = (p * -np.expm1((alpha - 1.0) * log_p)).sum(axis=1) / (alpha * (alpha - 1.0))
    ahead = (p * (z - of_class(y, z)[:, None])).sum(axis=1)
    return np.asarray(np.maximum(0.0, ahead + entropy))


def _slope(y: Codes, z: Floats, *, alpha: float) -> Floats:
    return np.asarray(np.exp(log_entmax(z, alpha)) - one_hot(y, z.shape[1]))


FENCHEL_YOUNG = Loss(
    name="fenchel_young",
    title="Fenchel-Young (alpha-entmax)",
    task=Task.MULTICLASS,
    formula="sum(entmax(z, alpha)*(z - z_y)) + tsallis_entropy(entmax(z, alpha), alpha)",
    argument=Argument.SCORE,
    value=_value,
    slope=_slope,
    slope_formula="entmax(z, alpha) - e",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="class probabilities, up to one number added to all",
    asks="~probability",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    params=(
        Param("alpha", 1.5, Interval(1, 2, True, True), "1: softmax, no zeros; 2: sparsemax, most zeros"),
    ),
    kin=lambda params: own_unless(params["alpha"] == 2, "fenchel_young", params, "sparsemax"),
    choose="You want probabilities that may be exactly 0, with smoother scores than sparsemax has.",
    avoid="The scores are softmax logits: read so, they are those of another model.",
    trap="The entropy of Tsallis with 1/(alpha(alpha - 1)) in front, so that alpha=1 is cross_entropy and "
    "alpha=2 sparsemax. optax's make_fenchel_young_loss takes the function itself and has no default.",
    reference="Blondel, Martins and Niculae 2020, arXiv:1901.02324; Peters, Niculae and Martins 2019, "
    "arXiv:1905.05702",
    aliases=(
        Alias("optax", "make_fenchel_young_loss", "fenchel_young:alpha=1", note="with max_fun=logsumexp"),
    ),
    inventory=("fenchel_young",),
)

LOSSES: tuple[Loss, ...] = (FENCHEL_YOUNG,)
