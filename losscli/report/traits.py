"""The traits of a loss in words."""

from contextlib import suppress
from types import MappingProxyType

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss import BoundLoss, Loss, Param, Params, Reduction, Trait
from losscli.loss.catalogue import named
from losscli.spec import Spec

_SHAPE = (
    (Trait.STRONGLY_CONVEX, "strongly convex"),
    (Trait.STRICTLY_CONVEX, "strictly convex"),
    (Trait.CONVEX, "convex"),
)
_REST = (
    (Trait.BOUNDED, "bounded"),
    (Trait.SYMMETRIC, "symmetric: over and under cost the same"),
    (Trait.PROPER, "proper: least, on average, at its optimal prediction"),
    (Trait.CALIBRATED, "calibrated: its best score has the right sign"),
)


_PLAIN = {
    "the side": "class",
    "none simple": "no simple one",
    "nothing": "none",
    "shortest half": "middle of shortest half",
}


def bound_at_one(loss: Loss, written: Params = MappingProxyType({})) -> BoundLoss:
    """The loss with the parameters that were typed and its defaults, where these follow the data at scale 1
    and two negatives per positive. Raises UsageError for a parameter that it does not take."""
    return loss.bind(written, scale=1.0, imbalance=2.0, naive=1.0)


def shape(bound: BoundLoss) -> str:
    """`convex` or `not convex`; empty where the loss has no value per row."""
    if bound.loss.slope is None and not bound.loss.reduction.is_mean:
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


def elicits_text(loss: Loss, *, short: bool = False) -> str:
    """Its optimal prediction, the parameters by name; short: in a word or two, where the record has them."""
    text = _plain(loss.asks) or loss.elicits if short else loss.elicits
    return text.format(**{param.name: param.name for param in loss.params})


def asks(spec: str, elicits: str) -> str:
    """The optimal prediction of the loss of a table, in a word or two where its record has them; else as it
    is told."""
    own = Spec.parse(spec)
    with suppress(UsageError):  # of a name that no record has, as of a loss of another's own
        for loss in named(own.name):
            one = BoundLoss(loss, tuple(own.numbers().items()))
            if one.elicits == elicits:
                return _plain(one.asks)
    return elicits


def _plain(asks: str) -> str:
    """The words of a record as they are read without knowing it: `near median` for `~median`."""
    return _PLAIN.get(asks) or (f"near {asks[1:]}" if asks.startswith("~") else asks)


def is_of_point(name: str) -> bool:
    """Whether a loss of a forecast judges its point alone: no record of its name is one of a distribution."""
    with suppress(UsageError):
        return all(loss.task is not Task.FORECAST for loss in named(name))
    return True  # one of another's own, of residuals


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
