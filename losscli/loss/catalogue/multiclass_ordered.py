"""Losses for several classes in an order: a miss by two classes costs more than one by one.

y: class codes (n,), ascending in the order; log_p: log-probabilities (n, k), in the same order. Slopes (n, k)
with respect to the scores whose softmax the probabilities are.
"""

import numpy as np

from losscli.domain import SOFTMAX, Codes, Floats, Task, Unit
from losscli.loss import Alias, Argument, Loss, Trait
from losscli.loss.catalogue.true_class import BOUNDED_BELL, PROBABILITIES


def _gaps(y: Codes, log_p: Floats) -> Floats:
    """(n, k - 1) P(class ≤ j) less 1 from the true class on; summed from the side where it is small."""
    p = np.exp(log_p)
    below = np.cumsum(p, axis=1)[:, :-1]
    above = np.cumsum(p[:, ::-1], axis=1)[:, -2::-1]
    return np.where(np.arange(p.shape[1] - 1) >= y[:, None], -above, below)


def _emd(y: Codes, log_p: Floats) -> Floats:
    gaps = _gaps(y, log_p)
    return np.asarray((gaps * gaps).sum(axis=1))


def _emd_slope(y: Codes, log_p: Floats) -> Floats:
    p, gaps = np.exp(log_p), _gaps(y, log_p)
    g = np.zeros_like(p)  # d value / d p_j: 2 Σ of the gaps from class j on
    g[:, :-1] = 2.0 * np.cumsum(gaps[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(p * (g - (p * g).sum(axis=1, keepdims=True)))


RANKED_PROBABILITY_SCORE = Loss(
    name="ranked_probability_score",
    title="Ranked probability score",
    task=Task.MULTICLASS,
    formula="sum((cumsum(p) - cumsum(e))**2)/(k - 1)",
    argument=Argument.LOG_PROBABILITIES,
    value=lambda y, log_p: _emd(y, log_p) / (log_p.shape[1] - 1),
    slope=lambda y, log_p: _emd_slope(y, log_p) / (log_p.shape[1] - 1),
    needs=PROBABILITIES,
    ordered=True,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="class probabilities",
    asks="probability",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="Classes have an order, such as grades, and a near miss is better than a far one.",
    avoid="The order is one of names only: brier treats all misses alike.",
    trap="Divided by k - 1, so from 0 to 1, as in yardstick; the sum without it is emd_squared. Numbers are "
    "ordered by value, words only by --order.",
    reference="Epstein 1969, doi:10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2",
    aliases=(Alias("yardstick", "ranked_prob_score", "ranked_probability_score"),),
    inventory=("ranked_probability_score",),
)

EMD_SQUARED = Loss(
    name="emd_squared",
    title="Squared earth mover's distance",
    task=Task.MULTICLASS,
    formula="sum((cumsum(p) - cumsum(e))**2)",
    argument=Argument.LOG_PROBABILITIES,
    value=_emd,
    slope=_emd_slope,
    needs=PROBABILITIES,
    ordered=True,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="class probabilities",
    asks="probability",
    traits=BOUNDED_BELL | Trait.PROPER,
    kin=lambda params: "ranked_probability_score",
    choose="You compare with a training log that uses it.",
    avoid="You want a figure from 0 to 1: ranked_probability_score is this over k - 1.",
    trap="A sum over classes; the publication takes the mean over them, with its root in some code.",
    reference="Hou, Yu and Samaras 2016, arXiv:1611.05916",
    inventory=("emd_squared",),
)

LOSSES: tuple[Loss, ...] = (RANKED_PROBABILITY_SCORE, EMD_SQUARED)
