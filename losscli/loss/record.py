"""What a loss is: one frozen record, which everything else reads.

Conventions, here and nowhere contradicted:
r = p - y (prediction minus target) · m = (2y-1)·s (margin, y in {0, 1}) · l = log of the probability
given to the true class. `value` and `slope` are pointwise and unreduced, and know no X and no weights.
`slope` is the derivative with respect to the score, which is what descent moves; for losses of m and l
it is the derivative with respect to m and l, and the chain rule does the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, Flag, auto
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import IDENTITY, REALS, Floats, Interval, Kind, Link, Task, Unit
from losscli.errors import NoDefault, UsageError, did_you_mean
from losscli.spec import Spec, number_text

Pointwise = Callable[..., Floats]
Params = Mapping[str, float]


class Argument(Enum):
    """What `value` and `slope` take, positionally; k is the number of classes."""

    RESIDUAL = "r"  # r: (n,)
    PREDICTION = (
        "y, p"  # target and prediction (a value, or the probability of the positive class): (n,) each
    )
    MARGIN = "m"  # m: (n,)
    LOG_PROBABILITY = "l"  # l: (n,), binary and multiclass alike
    SCORE = "y, s"  # binary: (n,) each; multiclass: class codes (n,) and scores (n, k)
    LOG_PROBABILITIES = "y, l_k"  # multiclass: class codes (n,) and log-probabilities (n, k)
    LABEL = "y, label"  # class codes, true and predicted: (n,) each
    COUNTS = "y, s, n_k"  # multiclass: class codes (n,), scores (n, k) and the weights of the classes (k,)
    TARGETS = "Y, P"  # several targets and their predictions: (n, L) each
    SCORES = "Y, S"  # several labels, 0 or 1, and their scores: (n, L) each
    QUANTILES = "y, q, tau"  # targets (n,), quantiles (n, K) and their levels (K,)
    INTERVAL = "y, lower, upper"  # (n,) each
    ENSEMBLE = "y, x"  # targets (n,) and members (n, M)
    MOMENTS = "y, mean, sd"  # (n,) each
    PARTS = "of each part"  # a sum whose parts differ: the arguments of each, a tuple a part


class Reduction(Enum):
    """How row values become one figure."""

    MEAN = "mean"
    ROOT = "root of the mean"
    MEDIAN = "median"
    MAX = "maximum"
    RATIO = "function of means"  # of the row quantities in `parts`, by `combine`
    RELATIVE = "mean, over that of the best constant"
    WHOLE = "function of all rows together"  # `whole`; of so many rows as fit into memory

    @property
    def is_mean(self) -> bool:
        return self is Reduction.MEAN

    @property
    def is_mean_or_root(self) -> bool:
        """Whether it orders models as the mean of the row values does."""
        return self in (Reduction.MEAN, Reduction.ROOT)

    @property
    def power(self) -> int:
        """The power of the figure that is a mean: 2 of a root."""
        return 2 if self is Reduction.ROOT else 1

    @property
    def from_means(self) -> bool:
        """Whether the figure follows from the means of row quantities alone."""
        return self in (Reduction.MEAN, Reduction.ROOT, Reduction.RATIO)

    @property
    def has_rows(self) -> bool:
        """Whether a row has a value that the figure is made of."""
        return self not in (Reduction.RATIO, Reduction.WHOLE)


class Trait(Flag):
    """Facts about the function of the score. State the strongest; `closure` adds what they imply."""

    CONVEX = auto()
    STRICTLY_CONVEX = auto()
    STRONGLY_CONVEX = auto()
    DIFFERENTIABLE = auto()
    SMOOTH = auto()  # the slope is Lipschitz
    LIPSCHITZ = auto()  # the slope is bounded: bounded influence of the residual
    BOUNDED = auto()
    REDESCENDING = auto()  # the slope goes to 0 far away
    SYMMETRIC = auto()  # over- and under-prediction cost the same
    PROPER = auto()  # strictly proper or strictly consistent for what it elicits
    CALIBRATED = auto()  # its best score has the sign of 2P(y=1) - 1

    def closure(self) -> "Trait":
        """This set and everything it implies."""
        traits = self
        for strong, weak in _IMPLIED:
            if strong in traits:
                traits |= weak
        return traits


NO_TRAITS = Trait(0)
_IMPLIED = (
    (Trait.STRONGLY_CONVEX, Trait.STRICTLY_CONVEX),
    (Trait.STRICTLY_CONVEX, Trait.CONVEX),
    (Trait.SMOOTH, Trait.DIFFERENTIABLE),
)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A default of `constant` × s ** power, where s is the residual scale."""

    constant: float | Callable[[Params], float]
    power: int = 1


class FromData(Enum):
    """A default taken from the rows."""

    IMBALANCE = "n-/n+"  # the class counts
    NAIVE = "mean |y_t - y_(t-1)|"  # the targets in time order


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a loss: where it may live and what it is when it is not written.

    `default` None means "off": the parameter is passed only when written.
    """

    name: str
    default: float | Scaled | FromData | None
    domain: Interval
    meaning: str

    @property
    def default_text(self) -> str:
        match self.default:
            case None:
                return "off"
            case Scaled(constant, power):
                factor = "its 95 % constant" if callable(constant) else number_text(constant)
                return f"{factor} × s" if power == 1 else f"{factor} / s"
            case FromData() as rule:
                return rule.value
            case number:
                return number_text(number)


@dataclass(frozen=True, slots=True)
class Alias:
    """The name of a loss in another library; `spec` is what to type for the same figure.

    Accepted as a name only where its default equals ours: factor 1 and `spec` our plain name.
    `factor` is theirs over ours; None where that is no constant, and then `note` says what theirs is.
    """

    library: str
    name: str
    spec: str
    factor: float | None = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One loss, told once: see the head of this file for the conventions."""

    name: str
    title: str
    task: Task
    formula: str  # in y, p, r, m, s, p_y, label and the params; printed by explain, evaluated by the tests
    argument: Argument
    value: Pointwise  # (*arguments, **params) -> (n,)
    slope: Pointwise | None = None  # None where it is 0 almost everywhere or the loss has no row value
    slope_formula: str = ""
    needs: frozenset[Kind] = frozenset({Kind.VALUE})
    ordered: bool = False  # several classes, in an order: the codes ascend in it
    link: Link = IDENTITY
    target: Interval = REALS
    prediction: Interval = REALS
    unit: Unit = Unit.Y
    elicits: str  # may name params in braces: "the {tau}-quantile"
    traits: Trait | Callable[[Params], Trait] = NO_TRAITS
    kinks: Callable[[Params], tuple[float, ...]] = lambda params: ()  # places in r, m where the slope jumps
    params: tuple[Param, ...] = ()
    check: Callable[[Params], None] | None = None  # raises UsageError where params contradict one another
    reduction: Reduction = Reduction.MEAN
    parts: tuple[Pointwise, ...] = ()  # (*arguments, **params) -> (n,) each
    by_class: bool = False  # the parts are taken for every class, (*arguments, code=…, **params)
    combine: Callable[..., float] | None = None  # (*means of the parts, **params) -> the figure
    whole: Callable[..., float] | None = None  # (*arguments, weights, **params) -> the figure
    kin: Callable[[Params], str] | None = None  # spec of the loss that orders models alike
    infimum: float | Pointwise = 0.0  # least value over predictions; a function of y where it varies
    choose: str
    avoid: str
    trap: str = ""
    reference: str
    aliases: tuple[Alias, ...] = ()
    inventory: tuple[str, ...] = ()  # ids of the published inventory of losses that this record computes
    named_only: str = ""  # why it is computed only where it is named; empty: it is one of the usual ones
    terms: "tuple[Term, ...]" = ()  # of a weighted sum, whose parameters are `key.name`; parts: their values
    each: "Each | None" = None  # of several outputs or labels that do not depend on one another

    def __deepcopy__(self, memo: dict[int, Any]) -> "Loss":
        """Itself: a copy's links and functions would be others, and it cannot change."""
        return self

    @property
    def reads(self) -> tuple[frozenset[Kind], ...]:
        """The kinds of prediction that serve it; of a sum whose parts differ those of each part, which must
        all be there."""
        if self.argument is Argument.PARTS:
            return tuple(needs for term in self.terms for needs in term.loss.reads)
        return (self.needs,)

    def parts_for(self, classes: int) -> tuple[Pointwise, ...]:
        """The parts; class by class, for so many, where they are taken of every class."""
        if not self.by_class:
            return self.parts
        return tuple(partial(part, code=code) for code in range(classes) for part in self.parts)

    def traits_at(self, params: Params) -> Trait:
        """All traits at these parameters, the implied ones included."""
        traits = self.traits(params) if callable(self.traits) else self.traits
        return traits.closure()

    def bind(
        self,
        written: Params,
        *,
        scale: float | None = None,
        imbalance: float | None = None,
        naive: float | None = None,
    ) -> "BoundLoss":
        """This loss with every parameter resolved: the written ones, else the defaults.

        scale: the residual scale s, in units of y; imbalance: n-/n+; naive: the mean absolute error of the
        last target as forecast of the next, in units of y.
        Raises UsageError for an unknown parameter or one outside its domain, NoDefault where a default
        needs a scale, class counts or an order in time that are not there, or is outside its domain with
        those that are.
        """
        if self.terms:
            each = [
                term.loss.bind(term.own(written), scale=scale, imbalance=imbalance, naive=naive)
                for term in self.terms
            ]
            own = zip(self.terms, each, strict=True)
            return BoundLoss(self, tuple((f"{term.key}.{k}", v) for term, one in own for k, v in one.params))
        self._check_names(written)
        params: dict[str, float] = {}
        for param in self.params:
            value = written.get(param.name)
            if value is None:
                value = self._default(param, params | dict(written), scale, imbalance, naive)
            if value is None:
                continue
            _check_domain(self.name, param, value)
            params[param.name] = float(value)
        if self.check is not None:
            self.check(params)
        return BoundLoss(self, tuple(params.items()))

    def _check_names(self, written: Params) -> None:
        names = [param.name for param in self.params]
        for name in written:
            if name not in names:
                offer = (
                    f"{self.name} takes {', '.join(names)}" if names else f"{self.name} takes no parameter"
                )
                raise UsageError(
                    f"{self.name} has no parameter {name!r}", advice=did_you_mean(name, names) or offer
                )

    def _no_default(self, param: Param, why: str) -> NoDefault:
        return NoDefault(
            f"{self.name}:{param.name} is {param.default_text} by default; {why}",
            advice=f"Write it ({self.name}:{param.name}=1) or give --scale",
        )

    def _default(
        self,
        param: Param,
        params: Params,
        scale: float | None,
        imbalance: float | None,
        naive: float | None,
    ) -> float | None:
        match param.default:
            case Scaled(constant, power):
                if scale is None:
                    raise self._no_default(param, "there is no scale s")
                value = (constant(params) if callable(constant) else constant) * _power(scale, power)
                if not _contains(param, value):
                    raise self._no_default(param, f"with s = {scale:.3g} that is {value:.3g}")
                return value
            case FromData.IMBALANCE:
                if imbalance is None:
                    raise NoDefault(
                        f"{self.name}:{param.name} is {param.default_text} by default, and a class is absent",
                        advice=f"Write it: {self.name}:{param.name}=1",
                    )
                return imbalance
            case FromData.NAIVE:
                if naive is None:
                    raise NoDefault(
                        f"{self.name}:{param.name} is {param.default_text} by default; "
                        "no column says the time",
                        advice=f"Write it ({self.name}:{param.name}=1), or compare with --time COLUMN",
                    )
                return naive
            case default:
                return default


def _power(scale: float, power: int) -> float:
    """scale ** power; inf where that is too large."""
    try:
        return float(scale**power)
    except OverflowError:
        return np.inf


def _contains(param: Param, value: float) -> bool:
    return bool(param.domain.contains(np.float64(value)))  # type: ignore[arg-type]


def _check_domain(name: str, param: Param, value: float) -> None:
    if isinstance(value, str) or not _contains(param, value):
        without = param.domain.without
        raise UsageError(
            f"{name}:{param.name}={value} is not {param.domain}"
            if without is None
            else f"{name}: {param.name} is {param.domain}; {value} is not",
            advice=f"{param.name}: {param.meaning}",
        )


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a weighted sum. key: what its parameters are known by in the sum's."""

    weight: float
    key: str
    loss: Loss

    def own(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of this part, of all those of the sum."""
        start = f"{self.key}."
        return {k.removeprefix(start): value for k, value in params.items() if k.startswith(start)}


@dataclass(frozen=True, slots=True)
class Each:
    """The loss of one output, of the same parameters, of which a loss of L outputs is the mean or the sum."""

    loss: Loss
    mean: bool = True

    def share(self, outputs: int) -> float:
        """What one output counts."""
        return 1.0 / outputs if self.mean else 1.0


@dataclass(frozen=True, slots=True)
class BoundLoss:
    """A loss with its parameters resolved; what is evaluated, printed and ranked."""

    loss: Loss
    params: tuple[tuple[str, float], ...]

    @property
    def spec(self) -> str:
        return str(Spec(self.loss.name, self.params))

    @property
    def kin(self) -> str:
        """The class of losses this one belongs to: the spec of the member that names it."""
        return self.loss.kin(dict(self.params)) if self.loss.kin else self.spec

    @property
    def elicits(self) -> str:
        return self.loss.elicits.format(**{key: number_text(value) for key, value in self.params})

    @property
    def traits(self) -> Trait:
        return self.loss.traits_at(dict(self.params))

    @property
    def terms(self) -> "tuple[tuple[float, BoundLoss], ...]":
        """The weighted parts of a sum, their parameters resolved."""
        params = dict(self.params)
        return tuple(
            (term.weight, BoundLoss(term.loss, tuple(term.own(params).items()))) for term in self.loss.terms
        )

    @property
    def from_zero(self) -> bool:
        """Whether the least value over predictions is 0, whatever the target."""
        if callable(self.loss.infimum):
            return self.loss.task is Task.BINARY and not np.any(self.infimum(np.array([0.0, 1.0])))
        return self.loss.infimum == 0.0

    def value(self, *arguments: Any) -> Floats:
        """Row values; arguments as `loss.argument` says. Too large for a double is inf, silently."""
        with np.errstate(over="ignore"):
            return self.loss.value(*arguments, **dict(self.params))

    def slope(self, *arguments: Any) -> Floats:
        """Row slopes; the loss must have one."""
        assert self.loss.slope is not None, f"{self.loss.name} has no slope"
        with np.errstate(over="ignore"):
            return self.loss.slope(*arguments, **dict(self.params))

    def infimum(self, y: Floats) -> Floats | float:
        """The least value over all predictions, row by row or one number."""
        least = self.loss.infimum
        return least(y, **dict(self.params)) if callable(least) else least
