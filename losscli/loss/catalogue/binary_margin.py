"""Binary losses of the margin m = (2y-1)·s."""

import math

import numpy as np

from losscli.domain import Floats, Task, Unit, sigmoid
from losscli.loss import Alias, Argument, Loss, Trait
from losscli.loss.catalogue.true_class import BOUNDED_BELL, SCORES, SIGN


def _short(m: Floats) -> Floats:
    """How much the margin falls short of 1."""
    return np.asarray(np.maximum(0.0, 1.0 - m))


def _quadratic_then_linear(m: Floats, reach: float) -> Floats:
    """h² for a shortfall h up to reach, its tangent beyond."""
    h = _short(m)
    t = np.minimum(h, reach)
    return np.asarray(t * (2.0 * h - t))


HINGE = Loss(
    name="hinge",
    title="Hinge",
    task=Task.BINARY,
    formula="maximum(0, 1 - m)",
    argument=Argument.MARGIN,
    value=_short,
    slope=lambda m: -np.where(m < 1.0, 1.0, 0.0),
    slope_formula="where(m < 1, -1, 0)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=Trait.CONVEX | Trait.LIPSCHITZ | Trait.CALIBRATED,
    kinks=lambda params: (1.0,),
    choose="You want the side of the boundary, with a margin, and few rows to decide it (a linear SVM).",
    avoid="You need probabilities: its best score tells the side and nothing else.",
    trap="Labels are ±1 inside the formula: optax.hinge_loss with 0/1 labels is silently wrong; Keras turns "
    "0/1 into ±1 only where the whole batch is 0/1. torchmetrics sends scores outside [0, 1] through a "
    "sigmoid first; sklearn.hinge_loss is sign-wrong where one class is absent; XGBoost's binary:hinge "
    "predicts 0 and 1, no scores; Vowpal Wabbit clips scores to the labels' range. torch HingeEmbeddingLoss "
    "is another function.",
    reference="Cortes and Vapnik 1995, doi:10.1007/BF00994018",
    aliases=(
        Alias("sklearn", "hinge_loss", "hinge"),
        Alias("Keras", "Hinge", "hinge"),
        Alias("XGBoost", "binary:hinge", "hinge"),
        Alias("CatBoost", "HingeLoss", "hinge"),
        Alias("optax", "hinge_loss", "hinge", note="with ±1 labels"),
    ),
    inventory=("hinge",),
)

SQUARED_HINGE = Loss(
    name="squared_hinge",
    title="Squared hinge",
    task=Task.BINARY,
    formula="maximum(0, 1 - m)**2",
    argument=Argument.MARGIN,
    value=lambda m: _short(m) ** 2,
    slope=lambda m: -2.0 * _short(m),
    slope_formula="-2*maximum(0, 1 - m)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="2P(y=1) - 1",
    asks="margin",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.PROPER | Trait.CALIBRATED,
    choose="You want the hinge with a slope that has no jump (sklearn's LinearSVC).",
    avoid="Labels may be wrong: a far wrong score costs its square.",
    trap="Labels and scores as in hinge: torchmetrics' hinge_loss(squared=True) too takes a sigmoid of "
    "scores outside [0, 1].",
    reference="Zhang 2004, doi:10.1214/aos/1079120130",
    aliases=(Alias("Keras", "SquaredHinge", "squared_hinge"),),
    inventory=("squared_hinge",),
)

SMOOTH_HINGE = Loss(
    name="smooth_hinge",
    title="Smooth hinge",
    task=Task.BINARY,
    formula="where(m >= 1, 0, where(m <= 0, 1/2 - m, (1 - m)**2/2))",
    argument=Argument.MARGIN,
    value=lambda m: _quadratic_then_linear(m, 1.0) / 2.0,
    slope=lambda m: -np.minimum(_short(m), 1.0),
    slope_formula="-minimum(1, maximum(0, 1 - m))",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="(2P - 1)/max(P, 1 - P), P = P(y=1)",
    asks="margin",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="You want the hinge's bounded slope without its kink.",
    avoid="Readers expect a probability or a plain hinge: its score is neither.",
    reference="Rennie and Srebro 2005, Loss functions for preference levels (IJCAI workshop)",
    inventory=("smooth_hinge",),
)

MODIFIED_HUBER = Loss(
    name="modified_huber",
    title="Modified Huber",
    task=Task.BINARY,
    formula="where(m >= -1, maximum(0, 1 - m)**2, -4*m)",
    argument=Argument.MARGIN,
    value=lambda m: _quadratic_then_linear(m, 2.0),
    slope=lambda m: -2.0 * np.minimum(_short(m), 2.0),
    slope_formula="where(m >= -1, -2*maximum(0, 1 - m), -4)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="2P(y=1) - 1",
    asks="margin",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="You want the squared hinge with far wrong scores costing in proportion, not squared.",
    avoid="You need probabilities that are never exactly 0 or 1: P = (clip(s, -1, 1) + 1)/2 often is.",
    reference="Zhang 2004, doi:10.1145/1015330.1015332",
    inventory=("modified_huber",),
)

SPARSEMAX = Loss(
    name="sparsemax",
    title="Sparsemax",
    task=Task.BINARY,
    formula="where(m >= 1, 0, where(m <= -1, -m, (1 - m)**2/4))",
    argument=Argument.MARGIN,
    value=lambda m: _quadratic_then_linear(m, 2.0) / 4.0,
    slope=lambda m: -np.minimum(_short(m), 2.0) / 2.0,
    slope_formula="-minimum(1, maximum(0, (1 - m)/2))",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="2P(y=1) - 1",
    asks="margin",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    kin=lambda params: "modified_huber",
    choose="You want probabilities that may be exactly 0 or 1, P = (clip(s, -1, 1) + 1)/2.",
    avoid="A wrong certain answer must cost more than in proportion to its score.",
    trap="For two classes it is modified_huber / 4. optax takes 0/1 labels here and ±1 in its hinge.",
    reference="Martins and Astudillo 2016, arXiv:1602.02068",
    aliases=(Alias("optax", "sparsemax_loss", "sparsemax"),),
    inventory=("sparsemax_binary",),
)

PERCEPTRON = Loss(
    name="perceptron",
    title="Perceptron",
    task=Task.BINARY,
    formula="maximum(0, -m)",
    argument=Argument.MARGIN,
    value=lambda m: np.maximum(0.0, -m),
    slope=lambda m: -np.where(m < 0.0, 1.0, 0.0),
    slope_formula="where(m < 0, -1, 0)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="nothing: a score of 0 is best for every P(y=1)",
    asks="nothing",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    kinks=lambda params: (0.0,),
    choose="You want to see how far wrong scores lie behind the boundary.",
    avoid="You compare models: halving all scores halves it, and a model of zeros has loss 0.",
    reference="Rosenblatt 1958, doi:10.1037/h0042519",
    aliases=(Alias("optax", "perceptron_loss", "perceptron", note="with ±1 labels"),),
    inventory=("perceptron",),
)

EXPONENTIAL = Loss(
    name="exponential",
    title="Exponential",
    task=Task.BINARY,
    formula="exp(-m)",
    argument=Argument.MARGIN,
    value=lambda m: np.exp(-m),
    slope=lambda m: -np.exp(-m),
    slope_formula="-exp(-m)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="half the logit of P(y=1)",
    asks="half logit",
    traits=Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER | Trait.CALIBRATED,
    choose="You study AdaBoost, which minimises it.",
    avoid="Labels may be wrong: one far wrong score outweighs all other rows.",
    trap="Its link is the half-logit, P = sigmoid(2s): scores fitted to bce are twice as large.",
    reference="Friedman, Hastie and Tibshirani 2000, doi:10.1214/aos/1016218223",
    aliases=(Alias("sklearn", "ExponentialLoss", "exponential"),),
    inventory=("exponential",),
)

SAVAGE = Loss(
    name="savage",
    title="Savage",
    task=Task.BINARY,
    formula="sigmoid(-2*m)**2",
    argument=Argument.MARGIN,
    value=lambda m: sigmoid(-2.0 * m) ** 2,
    slope=lambda m: -4.0 * sigmoid(2.0 * m) * sigmoid(-2.0 * m) ** 2,
    slope_formula="-4*sigmoid(2*m)*sigmoid(-2*m)**2",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="half the logit of P(y=1)",
    asks="half logit",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="Labels may be wrong and you still want probabilities, P = sigmoid(2s).",
    avoid="You fit from scratch: far wrong rows have no slope left to bring them back.",
    trap="Also written 4·sigmoid(-m)², which is four times this at half the margin.",
    reference="Masnadi-Shirazi and Vasconcelos 2008 (NIPS), On the design of loss functions for "
    "classification: theory, robustness to outliers, and SavageBoost",
    inventory=("savage",),
)

TANGENT = Loss(
    name="tangent",
    title="Tangent",
    task=Task.BINARY,
    formula="(2*arctan(m) - 1)**2",
    argument=Argument.MARGIN,
    value=lambda m: (2.0 * np.arctan(m) - 1.0) ** 2,
    slope=lambda m: 4.0 * (2.0 * np.arctan(m) - 1.0) / (1.0 + m * m),
    slope_formula="4*(2*arctan(m) - 1)/(1 + m**2)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="tan(P(y=1) - 1/2)",
    asks="margin",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="Outliers lie on both sides: a far right score is distrusted as well as a far wrong one.",
    avoid="Scores are logits: every margin beyond tan(1/2) = 0.55 costs again.",
    reference="Masnadi-Shirazi, Mahadevan and Vasconcelos 2010 (CVPR), On the design of robust classifiers "
    "for computer vision",
    inventory=("tangent",),
)

RAMP = Loss(
    name="ramp",
    title="Ramp (truncated hinge)",
    task=Task.BINARY,
    formula="minimum(2, maximum(0, 1 - m))",
    argument=Argument.MARGIN,
    value=lambda m: np.minimum(2.0, _short(m)),
    slope=lambda m: -np.where((m > -1.0) & (m < 1.0), 1.0, 0.0),
    slope_formula="where(abs(m) < 1, -1, 0)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING | Trait.CALIBRATED,
    kinks=lambda params: (-1.0, 1.0),
    choose="You want the hinge, and a row that is far wrong to cost no more than 2.",
    avoid="You fit from scratch: rows beyond -1 have no slope.",
    reference="Collobert, Sinz, Weston and Bottou 2006, doi:10.1145/1143844.1143870",
    inventory=("ramp",),
)

SIGMOID = Loss(
    name="sigmoid",
    title="Sigmoid (smooth zero-one)",
    task=Task.BINARY,
    formula="sigmoid(-m)",
    argument=Argument.MARGIN,
    value=lambda m: sigmoid(-m),
    slope=lambda m: -sigmoid(m) * sigmoid(-m),
    slope_formula="-sigmoid(m)*sigmoid(-m)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=BOUNDED_BELL,
    kin=lambda params: "mae_prob",
    choose="Labels are flipped at random at one rate for both classes: flips add a constant and shrink the "
    "rest.",
    avoid="You need probabilities, or an optimum: the best score is infinite.",
    reference="Ghosh, Manwani and Sastry 2015, doi:10.1016/j.neucom.2014.09.081",
    inventory=("sigmoid_loss",),
)

UNHINGED = Loss(
    name="unhinged",
    title="Unhinged (linear)",
    task=Task.BINARY,
    formula="1 - m",
    argument=Argument.MARGIN,
    value=lambda m: 1.0 - m,
    slope=lambda m: np.full_like(m, -1.0),
    slope_formula="-1",
    needs=SCORES,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.CALIBRATED,
    infimum=-math.inf,
    least_at="no margin: a larger one always costs less",
    choose="Scores are bounded and labels are flipped at random: the flips do not move its optimum.",
    avoid="Scores have no bound: larger ones win without limit, and no skill is defined.",
    reference="van Rooyen, Menon and Williamson 2015, arXiv:1505.07634",
    inventory=("unhinged",),
)

SQUARED_MARGIN = Loss(
    name="squared_margin",
    title="Squared margin (least squares on ±1)",
    task=Task.BINARY,
    formula="(1 - m)**2",
    argument=Argument.MARGIN,
    value=lambda m: (1.0 - m) ** 2,
    slope=lambda m: -2.0 * (1.0 - m),
    slope_formula="-2*(1 - m)",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="2P(y=1) - 1",
    asks="margin",
    traits=Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.PROPER | Trait.CALIBRATED,
    choose="You want a closed form: it is least squares on targets of ±1 (ridge classifier, LS-SVM).",
    avoid="Right answers far from the boundary must not cost: here a margin of 3 costs as much as -1.",
    trap="It is the squared error of the score against targets of ±1.",
    reference="Suykens and Vandewalle 1999, doi:10.1023/A:1018628609742",
)

LOSSES: tuple[Loss, ...] = (
    HINGE,
    SQUARED_HINGE,
    SMOOTH_HINGE,
    MODIFIED_HUBER,
    SPARSEMAX,
    PERCEPTRON,
    EXPONENTIAL,
    SAVAGE,
    TANGENT,
    RAMP,
    SIGMOID,
    UNHINGED,
    SQUARED_MARGIN,
)
