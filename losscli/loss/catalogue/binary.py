"""Binary losses of the probability given to the true class."""

from losscli.domain import LOGIT, POSITIVE, Interval, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue import true_class as of
from losscli.loss.catalogue.true_class import (
    BOUNDED_BELL,
    LOGARITHMIC,
    PROBABILITIES,
    SIGN,
    UNIT_ABOVE_0,
    own_unless,
)

BCE = Loss(
    name="bce",
    title="Binary cross-entropy (log loss)",
    task=Task.BINARY,
    formula="-log(p_y)",
    argument=Argument.LOG_PROBABILITY,
    value=of.log_value,
    slope=of.log_slope,
    slope_formula="-1",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="P(y=1)",
    asks="probability",
    traits=Trait.STRICTLY_CONVEX | LOGARITHMIC | Trait.PROPER,
    choose="You want probabilities that are right, and certainty that is wrong to cost without bound.",
    avoid="Labels may be wrong: a flipped label of a sure row can outweigh the rest.",
    trap="No clipping: a wrong 0 or 1 is infinite. Libraries clip, each at its own place: for y=1, p=0 "
    "scikit-learn says 36.04 (float64) or 15.94 (float32; its eps is gone since 1.5), torch 100, Keras "
    "16.12, LightGBM 34.54, XGBoost 36.84, yardstick 36.04. scikit-learn refuses a target of one class "
    "without labels=, and takes one column for the larger label. d2_log_loss_score measures from the class "
    "shares of the rows judged.",
    reference="Good 1952, doi:10.1111/j.2517-6161.1952.tb00104.x",
    aliases=(
        Alias("sklearn", "log_loss", "bce", note="clips at 2.2e-16"),
        Alias("sklearn", "HalfBinomialLoss", "bce"),
        Alias("torch", "BCELoss", "bce", note="clamps each log at -100"),
        Alias("torch", "BCEWithLogitsLoss", "bce"),
        Alias("torch", "SoftMarginLoss", "bce"),
        Alias("Keras", "BinaryCrossentropy", "bce", note="clips at 1e-7"),
        Alias("LightGBM", "binary_logloss", "bce"),
        Alias("LightGBM", "kullback_leibler", "bce"),
        Alias("XGBoost", "logloss", "bce"),
        Alias("XGBoost", "binary:logistic", "bce"),
        Alias("CatBoost", "Logloss", "bce"),
        Alias("optax", "sigmoid_binary_cross_entropy", "bce"),
    ),
    inventory=("log_loss", "logistic", "kullback_leibler_bernoulli"),
)

BRIER = Loss(
    name="brier",
    title="Brier score",
    task=Task.BINARY,
    formula="(1 - p_y)**2",
    argument=Argument.LOG_PROBABILITY,
    value=of.brier_value,
    slope=of.brier_slope,
    slope_formula="-2*(1 - p_y)*p_y",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits="P(y=1)",
    asks="probability",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="You want right probabilities and no row to cost more than 1.",
    avoid="Rare events matter: 0.001 and 0.0001 are the same to it.",
    trap="(y - p)²; the sum over both classes, as for several classes and with scikit-learn's "
    "scale_by_half=False, is twice this. d2_brier_score measures from the class shares of the rows judged.",
    reference="Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    aliases=(
        Alias("sklearn", "brier_score_loss", "brier"),
        Alias("CatBoost", "BrierScore", "brier"),
    ),
    inventory=("brier",),
)

SPHERICAL = Loss(
    name="spherical",
    title="Spherical score",
    task=Task.BINARY,
    formula="1 - p_y/sqrt(p_y**2 + (1 - p_y)**2)",
    argument=Argument.LOG_PROBABILITY,
    value=of.spherical_value,
    slope=of.spherical_slope,
    slope_formula="-p_y*(1 - p_y)/(p_y**2 + (1 - p_y)**2)**(3/2)",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits="P(y=1)",
    asks="probability",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="You want a bounded proper score that is sharper than brier around 1/2.",
    avoid="Readers do not know it: brier says nearly the same.",
    trap="Often printed as a gain, p_y over the norm.",
    reference="Gneiting and Raftery 2007, doi:10.1198/016214506000001437",
    inventory=("spherical",),
)

GCE = Loss(
    name="gce",
    title="Generalised cross-entropy",
    task=Task.BINARY,
    formula="(1 - p_y**q)/q",
    argument=Argument.LOG_PROBABILITY,
    value=of.gce_value,
    slope=of.gce_slope,
    slope_formula="-p_y**q",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits="P**(1/(1 - {q})) over its sum for both classes, P = P(y=1); at q = 1 the likelier class",
    asks="~probability",
    traits=BOUNDED_BELL,
    params=(Param("q", 0.7, UNIT_ABOVE_0, "towards 0 it is the log loss, 1 is half of mae_prob"),),
    kin=lambda params: own_unless(params["q"] == 1, "gce", params, "mae_prob"),
    choose="Some labels are wrong and the log loss would chase them.",
    avoid="You read the predictions as probabilities: it asks for bolder ones.",
    trap="Keras' default is q=0.5.",
    reference="Zhang and Sabuncu 2018, arXiv:1805.07836",
    inventory=("gce",),
)

SCE = Loss(
    name="sce",
    title="Symmetric cross-entropy",
    task=Task.BINARY,
    formula="-alpha*log(p_y) - beta*A*(1 - p_y)",
    argument=Argument.LOG_PROBABILITY,
    value=of.sce_value,
    slope=of.sce_slope,
    slope_formula="-alpha + beta*A*p_y",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="a probability farther from 1/2 than P(y=1), on the same side",
    asks="~probability",
    traits=lambda params: Trait.STRICTLY_CONVEX | LOGARITHMIC if of.is_sce_convex(params) else LOGARITHMIC,
    params=(
        Param("alpha", 0.1, POSITIVE, "weight of the cross-entropy"),
        Param("beta", 1.0, POSITIVE, "weight of the reverse cross-entropy"),
        Param("A", -4.0, Interval(high=0.0), "what log 0 counts as in the reverse one"),
    ),
    choose="Some labels are wrong, and a little of the log loss is wanted to keep learning hard rows.",
    avoid="You read the predictions as probabilities, or cannot tune three numbers.",
    trap="The reverse part is -A·(1 - p_y): A and beta only enter as a product.",
    reference="Wang et al. 2019, arXiv:1908.06112",
    inventory=("sce",),
)

MAE_PROB = Loss(
    name="mae_prob",
    title="Absolute error of the probabilities",
    task=Task.BINARY,
    formula="2*(1 - p_y)",
    argument=Argument.LOG_PROBABILITY,
    value=of.mae_value,
    slope=of.mae_slope,
    slope_formula="-2*p_y",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=BOUNDED_BELL,
    choose="Labels are flipped at random at one rate: flips add a constant and shrink the rest.",
    avoid="You want probabilities: it asks for 0 or 1, whichever is more likely.",
    trap="Summed over both classes, |y - p| + |(1-y) - (1-p)|; the mean over classes is half of it. "
    "brier beside it is (y - p)², not doubled.",
    reference="Ghosh, Kumar and Sastry 2017, arXiv:1712.09482",
    inventory=("mae_prob",),
)

LOSSES: tuple[Loss, ...] = (BCE, BRIER, SPHERICAL, GCE, SCE, MAE_PROB)
