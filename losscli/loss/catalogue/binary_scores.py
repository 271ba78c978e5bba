"""Binary losses of a score that is no margin: a distance, a rate; and one of all margins together.

y: 0 or 1 (n,); x: distances ≥ 0, h: rates ≥ 0, s: scores (n,).
"""

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE, SOFTPLUS, Floats, Kind, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Reduction, Trait
from losscli.loss.catalogue.true_class import SCORES, SIGN

_SCORE = frozenset({Kind.SCORE})

HINGE_EMBEDDING = Loss(
    name="hinge_embedding",
    title="Hinge embedding (of a distance)",
    task=Task.BINARY,
    formula="where(y == 1, s, maximum(0, margin - s))",
    argument=Argument.SCORE,
    value=lambda y, s, *, margin: np.where(y > 0, s, np.maximum(0.0, margin - s)),
    slope=lambda y, s, *, margin: np.where(y > 0, 1.0, np.where(s < margin, -1.0, 0.0)),
    slope_formula="where(y == 1, 1, where(s < margin, -1, 0))",
    needs=_SCORE,
    prediction=NONNEGATIVE,
    unit=Unit.ONE,
    elicits="a distance: 0 where P(y=1) > 1/2, else {margin}",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    kinks=lambda params: (-params["margin"],),
    params=(Param("margin", 1.0, POSITIVE, "how far apart unlike pairs should be"),),
    choose="Rows are pairs, the score is a distance, and 1 means that the two are alike.",
    avoid="The score is one of a classifier, where larger means class 1: that is hinge.",
    trap="Not the hinge of support vector machines: here a small score is right for class 1. torch takes the "
    "labels 1 and -1.",
    reference="Hadsell, Chopra and LeCun 2006, doi:10.1109/CVPR.2006.100",
    aliases=(Alias("torch", "HingeEmbeddingLoss", "hinge_embedding"),),
    inventory=("hinge_embedding",),
    named_only="it reads a score as a distance, small where the class is 1: name it for such scores",
)


def _xent_lambda(y: Floats, h: Floats) -> Floats:
    """-log P(y) where P(y=1) = 1 - exp(-h); inf at h = 0 for y = 1."""
    chance = -np.expm1(-h)
    with np.errstate(divide="ignore"):
        return np.where(y > 0, -np.log(chance), h)


XENT_LAMBDA = Loss(
    name="xent_lambda",
    title="Log loss of a rate",
    task=Task.BINARY,
    formula="where(y == 1, -log(1 - exp(-p)), p)",
    argument=Argument.PREDICTION,
    value=_xent_lambda,
    slope=lambda y, h: np.where(y > 0, -np.exp(-h), -np.expm1(-h)),
    slope_formula="where(y == 1, -exp(-p), 1 - exp(-p))",
    needs=_SCORE,
    link=SOFTPLUS,
    prediction=NONNEGATIVE,
    unit=Unit.NATS,
    elicits="the rate -log(1 - P(y=1))",
    traits=Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="The prediction is a rate h: of events in one unit of time, of which at least one makes a 1.",
    avoid="You have a probability: bce is the same at p = 1 - exp(-h).",
    trap="The rate is of a whole row. LightGBM puts the weight of a row into the link, 1 - exp(-w·h); here "
    "it weighs the loss, as everywhere. Labels need --threshold 0.693, the rate at which P(y=1) is 1/2.",
    reference="LightGBM 4.7.0, src/objective/xentropy_objective.hpp, CrossEntropyLambda",
    aliases=(Alias("LightGBM", "cross_entropy_lambda", "xent_lambda", note="with weights of 1"),),
    inventory=("xent_lambda",),
    named_only="it reads a score as a rate: name it for such scores",
)


def _errors(y: Floats, s: Floats) -> Floats:
    return np.asarray(np.maximum(0.0, 1.0 - (2.0 * y - 1.0) * s))


def _lovasz_hinge(y: Floats, s: Floats, w: Floats) -> float:
    """The errors, worst first, each times the rise of the Jaccard loss as its row joins the wrong ones."""
    errors = _errors(y, s)
    order = np.argsort(-errors, kind="stable")
    sought = (w * y)[order]
    missed, added = np.cumsum(sought), np.cumsum(w[order] - sought)
    total = float(sought.sum())
    loss = (missed + added) / np.where(total + added > 0, total + added, 1.0)
    return float(errors[order] @ np.diff(loss, prepend=0.0))


LOVASZ_HINGE = Loss(
    name="lovasz_hinge",
    title="Lovász hinge",
    task=Task.BINARY,
    formula="lovasz_jaccard(maximum(0, 1 - m))",
    argument=Argument.SCORE,
    value=_errors,
    needs=SCORES,
    unit=Unit.ONE,
    elicits=SIGN + ", rows weighed as the Jaccard index of the file has it",
    asks="the side",
    reduction=Reduction.WHOLE,
    whole=_lovasz_hinge,
    choose="The rows sought are few, as pixels of an organ, the scores are margins, and jaccard decides.",
    avoid="Files differ in rows or are judged in parts: it is one figure of all rows and sorts them all.",
    trap="One figure of all rows, of a million at most; code for images takes it per image and averages. No "
    "mean of row losses: the figures of files or folds cannot be averaged.",
    reference="Berman, Triki and Blaschko 2018, arXiv:1705.08790",
    inventory=("lovasz_hinge",),
)

LOSSES: tuple[Loss, ...] = (HINGE_EMBEDDING, XENT_LAMBDA, LOVASZ_HINGE)
