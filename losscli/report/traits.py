"""The traits of a loss in words."""

from losscli.domain import Task
from losscli.loss import BoundLoss, Loss, Param, Reduction, Trait

IMBALANCE = 2.0  # n-/n+ where a record is shown without data
_SHAPE = (
    (Trait.STRONGLY_CONVEX, "strongly convex"),
    (Trait.STRICTLY_CONVEX, "strictly convex"),
    (Trait.CONVEX, "convex"),
)
_REST = (
    (Trait.BOUNDED, "bounded"),
    (Trait.SYMMETRIC, "symmetric: over and under cost the same"),
    (Trait.PROPER, "proper: least, on average, at what it asks for"),
    (Trait.CALIBRATED, "calibrated: its best score has the right sign"),
)

# The first words of what a loss asks for, and the word that stands for it where room is short.
_ASKS = (
    ("a centre of its own", "its own"),
    ("a score of its own", "its own"),
    ("a centre between mean", "~median"),
    ("a centre of the bulk", "~mode"),
    ("the middle of the shortest", "shortest half"),
    ("the middle between", "midrange"),
    ("median, rows weighted", "median by 1/|y|"),
    ("mean, rows weighted", "mean by 1/y²"),
    ("exp(mean(log(1 + y)", "~log mean"),
    ("no simple functional", "none simple"),
    ("half the logit", "half logit"),
    ("(2P - 1)", "margin"),
    ("2P(y=1)", "margin"),
    ("tan(P", "margin"),
    ("nothing:", "nothing"),
    ("w*P", "~probability"),
    ("P**", "~probability"),
    ("positive iff", "a threshold"),
    ("rows with P", "a threshold"),
    ("probit of P", "probit"),
    ("log(-log", "cloglog"),
    ("the middle of a band", "band middle"),
    ("the L", "power centre"),
    ("-log(mean(exp", "tilted mean"),
    ("a centre near the mean", "~mean"),
    ("a centre near the mode", "~mode"),
    ("a centre, the nearer to the mode", "~mode"),
    ("a probability", "~probability"),
    ("class probabilities ", "~probability"),
    ("class probabilities,", "~probability"),
    ("class probabilities", "probability"),
    ("P(y=1)*", "~probability"),
    ("P(y=1)", "probability"),
    ("sign of", "the side"),
    ("most probable class", "class"),
    ("the least probable", "least probable"),
    ("the k most probable", "top k"),
    ("an order of", "an order"),
    ("the logit of every", "logits"),
    ("the tau-quantile", "tau-quantile"),
    ("the tau-expectile", "tau-expectile"),
    ("mean of every", "means"),
    ("median of every", "medians"),
    ("medians of", "medians"),
    ("the direction", "direction"),
    ("a centre of every", "~medians"),
    ("P of every", "probabilities"),
    ("every label with", "the side"),
    ("scores of the labels", "margin"),
    ("the most probable set", "label set"),
    ("geometric mean", "geometric mean"),
    ("root of the mean", "quadratic mean"),
    ("the quantile", "quantiles"),
    ("the ends of", "quantiles"),
    ("the distribution", "distribution"),
    ("mean and", "mean and sd"),
    ("median, and", "median, spread"),
    ("centre and", "centre, spread"),
)


def bound_at_one(loss: Loss) -> BoundLoss:
    """The loss with its defaults, where these follow the data at scale 1 and two negatives per positive."""
    return loss.bind({}, scale=1.0, imbalance=IMBALANCE, naive=1.0)


def shape(bound: BoundLoss) -> str:
    """`convex` or `not convex`; empty where the loss has no value per row."""
    if bound.loss.slope is None and bound.loss.reduction is not Reduction.MEAN:
        return ""
    return "convex" if Trait.CONVEX in bound.traits else "not convex"


def outliers(bound: BoundLoss) -> str:
    """What one far row does to a mean of this loss."""
    traits = bound.traits
    if Trait.BOUNDED in traits:
        return "robust: a far row costs a constant"
    if Trait.REDESCENDING in traits:
        return "robust: a far row hardly pulls"
    if Trait.LIPSCHITZ in traits:
        return "robust: a far row pulls with limited force"
    return "a far row pulls without limit"


def robust(bound: BoundLoss) -> str:
    """`robust` in one word, for a list."""
    return "robust" if bound.traits & (Trait.BOUNDED | Trait.REDESCENDING | Trait.LIPSCHITZ) else ""


def words(bound: BoundLoss) -> str:
    """All traits, the strongest of each kind, in words."""
    traits = bound.traits
    if not shape(bound):
        return "no value per row: a figure of all rows"
    found = [text for trait, text in _SHAPE if trait in traits][:1] or ["not convex"]
    if bound.loss.task in (Task.BINARY, Task.MULTICLASS, Task.MULTILABEL, Task.DISTRIBUTION):
        found = [f"{found[0]} in the score"]
    if Trait.SMOOTH in traits:
        found.append("smooth")
    elif Trait.DIFFERENTIABLE in traits:
        found.append("differentiable")
    else:
        found.append("with kinks or jumps")
    return "; ".join([*found, *(text for trait, text in _REST if trait in traits), outliers(bound)])


def signature(loss: Loss) -> str:
    """`huber:delta=1.345 × s`, `focal:gamma=2[,alpha]`: the parameters with their defaults."""
    written = ",".join(f"{p.name}={default_text(p)}" for p in loss.params if p.default is not None)
    off = "".join(f"[,{p.name}]" for p in loss.params if p.default is None)
    return f"{loss.name}:{written}{off}" if written or off else loss.name


def elicits_text(loss: Loss) -> str:
    """What the loss asks for, its parameters by name."""
    return loss.elicits.format(**{param.name: param.name for param in loss.params})


def short_elicits(text: str) -> str:
    """What a loss asks for in a word, where there is one."""
    return next((word for start, word in _ASKS if text.startswith(start)), text)


def formula_text(loss: Loss) -> str:
    """The formula of the reduced figure, where it is not the mean of the rows."""
    functions = {Reduction.ROOT: "sqrt(mean(%s))", Reduction.MEDIAN: "median(%s)", Reduction.MAX: "max(%s)"}
    return functions.get(loss.reduction, "%s").replace("%s", loss.formula)


def default_text(param: Param) -> str:
    """The default in at most 4 significant digits."""
    return f"{param.default:.4g}" if isinstance(param.default, float | int) else param.default_text


def unit_text(loss: Loss) -> str:
    """The unit in words where it is a plain number."""
    return "no unit" if loss.unit.value == "1" else loss.unit.value
