"""What a loss is: one frozen record, which everything else reads.

Conventions, here and nowhere contradicted:
r = p - y (prediction minus target) · m = (2y-1)·s (margin, y in {0, 1}) · l = log of the probability
given to the true class. `value` and `slope` are pointwise and unreduced, and know no X and no weights.
`slope` is the derivative with respect to the score, which is what descent moves; for losses of m and l
it is the derivative with respect to m and l, and the chain rule does the rest.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import IDENTITY, NUMBERS, REALS, Floats, Interval, Kind, Link, Task, Unit
from losscli.loss.once import once
from losscli.loss.params import Facts, Param, Params, resolved
from losscli.loss.vocabulary import NO_TRAITS, Argument, Reduction, Trait
from losscli.spec import Spec, number_text

Pointwise = Callable[..., Floats]


@dataclass(frozen=True, slots=True)
class OfResidual:
    """A function of the residual, of target and prediction, (n,) each: it gives the same numbers as where a
    loss takes the residual."""

    of: Pointwise

    def __call__(self, y: Floats, p: Floats, **params: float) -> Floats:
        return self.of(once(np.subtract, p, y), **params)


@dataclass(frozen=True, slots=True)
class OfTarget:
    """A function of the target, of target and prediction, (n,) each: the same for every model."""

    of: Pointwise

    def __call__(self, y: Floats, p: Floats) -> Floats:
        return self.of(y)


_SIGNS = ((r"--(?=\d)", ""), (r"- -(?=\d)", "+ "), (r"\+ -(?=\d)", "- "))  # before a parameter below 0
_TARGETS = np.geomspace(1e-3, 1e3, 13)  # at which a loss that hangs on the target may be below 0


@dataclass(frozen=True, slots=True)
class Alias:
    """The name of a loss in another library: accepted as a name of ours only where its default equals ours,
    factor 1 and `spec` our plain name.

    library: as it is imported or called: sklearn, torch, Keras.
    name: what the loss is called there.
    spec: what to type here for the same figure.
    factor: theirs over ours; None where that is no constant.
    note: what theirs is, where the factor does not say it.
    """

    library: str
    name: str
    spec: str
    factor: float | None = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One loss, told once: see the head of this file for r, m, l and what a slope is.

    What lists, help and JSON say of it; texts are plain sentences, optional ones empty where there is none:

    name: to be typed; letters, digits and _, a letter first; of one task only.
    title: the usual name in words.
    task: the task whose targets it is of.
    formula: of a row, in y, p, r, m, s, p_y, label and the params; explain prints it, tests evaluate it.
    slope_formula: that of `slope`, or BY_DIFFERENCES.
    argument: what `value` and `slope` take.
    reduction: how row values become the figure.
    unit: that of the figure.
    elicits: the functional whose prediction is best; may name params in braces: "the {tau}-quantile".
    asks: the same in a word or two, where room is short; empty where `elicits` is as short.
    needs: the kinds of prediction of which one must be there.
    ordered: of several classes in an order: the codes ascend in it.
    link: of the score that a linear model gives, to the prediction.
    target, prediction: the values that each may have, the target's at the defaults of the params.
    traits: what holds of the function of the score, or a function of the params that gives it.
    params: the parameters, in the order in which they are written.
    choose, avoid, trap: when to take it, when not, and what surprises in it.
    reference: where it is published.
    aliases: its names in other libraries.
    inventory: ids of the published inventory of losses that this record computes.
    named_only: why it is computed only where it is named; empty: it is one of the usual ones.

    What it computes; functions take the params by name and write to no argument:

    value: (*arguments, **params) -> (n,), the row values.
    slope: the same; None where it is 0 almost everywhere or the loss has no row value.
    kinks: (params) -> the places in r or m where the slope jumps.
    check: (params), raises UsageError where they contradict one another, or one may not be what it is.
    target_by: (params) -> `target`, where it hangs on those written.
    parts: row quantities (*arguments, **params) -> (n,) each, of whose means the figure is made.
    by_class: the parts are taken for every class, (*arguments, code=…, **params).
    combine: (*means of the parts, **params) -> the figure; elementwise: whether it takes arrays too.
    whole: (*arguments, weights, **params) -> the figure of all rows together.
    kin: (params) -> spec of the loss that orders models alike.
    infimum: the least value over predictions; a function (y, **params) -> (n,) where it varies.
    least_at: where a row's loss is least, in words, if that is not p = y, or why it falls without end; empty
      where it is least at p = y.
    terms: of a weighted sum, whose params are `key.name` and whose parts are their values.
    each: of several outputs or labels that do not depend on one another, the loss of one.
    """

    name: str
    title: str
    task: Task
    formula: str
    slope_formula: str = ""
    argument: Argument
    reduction: Reduction = Reduction.MEAN
    unit: Unit = Unit.Y
    elicits: str
    asks: str = ""
    needs: frozenset[Kind] = frozenset({Kind.VALUE})
    ordered: bool = False
    link: Link = IDENTITY
    target: Interval = REALS
    prediction: Interval = REALS
    traits: Trait | Callable[[Params], Trait] = NO_TRAITS
    params: tuple[Param, ...] = ()
    choose: str
    avoid: str
    trap: str = ""
    reference: str
    aliases: tuple[Alias, ...] = ()
    inventory: tuple[str, ...] = ()
    named_only: str = ""

    value: Pointwise
    slope: Pointwise | None = None
    kinks: Callable[[Params], tuple[float, ...]] = lambda params: ()
    check: Callable[[Params], None] | None = None
    target_by: Callable[[Params], Interval] | None = None
    parts: tuple[Pointwise, ...] = ()
    by_class: bool = False
    combine: Callable[..., Any] | None = None
    elementwise: bool = False
    whole: Callable[..., float] | None = None
    kin: Callable[[Params], str] | None = None
    infimum: float | Pointwise = 0.0
    least_at: str = ""
    terms: "tuple[Term, ...]" = ()
    each: "Each | None" = None

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

    def target_at(self, params: Params) -> Interval:
        """The values that the target may have at these parameters; those that are not written are the
        defaults."""
        return self.target if self.target_by is None else self.target_by(params)

    def bind(
        self,
        written: Params,
        *,
        scale: float | None = None,
        imbalance: float | None = None,
        naive: float | None = None,
    ) -> "BoundLoss":
        """This loss with every parameter resolved: the written ones, else the defaults.

        written: by name; of a sum by `key.name`.
        scale: the residual scale s, in units of y.
        imbalance: n-/n+.
        naive: the mean absolute error of the last target as forecast of the next, in units of y.

        Raises UsageError for an unknown parameter or one outside its domain, NoDefault where a default
        needs a scale, class counts or an order in time that are not there, or is outside its domain with
        those that are.
        """
        facts = Facts(scale=scale, imbalance=imbalance, naive=naive)
        if self.terms:
            own = [(one.key, one.loss._resolved(one.own(written), facts)) for one in self.terms]
            return BoundLoss(self, tuple((f"{key}.{k}", v) for key, found in own for k, v in found.items()))
        return BoundLoss(self, tuple(self._resolved(written, facts).items()))

    def _resolved(self, written: Params, facts: Facts) -> dict[str, float]:
        params = resolved(self.name, self.params, written, facts)
        if self.check is not None:
            self.check(params)
        return params


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a weighted sum.

    weight: above 0.
    key: what its parameters are known by in the sum's: `huber` of `huber.delta`.
    loss: the record of the part.
    """

    weight: float
    key: str
    loss: Loss

    def own(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of this part, of all those of the sum."""
        start = f"{self.key}."
        return {k.removeprefix(start): value for k, value in params.items() if k.startswith(start)}


@dataclass(frozen=True, slots=True)
class Each:
    """Of a loss of L outputs that do not depend on one another.

    loss: that of one output, of the same parameters.
    mean: whether the loss is the mean over the outputs, else their sum.
    """

    loss: Loss
    mean: bool = True

    def share(self, outputs: int) -> float:
        """What one output counts."""
        return 1.0 / outputs if self.mean else 1.0


@dataclass(frozen=True, slots=True)
class BoundLoss:
    """A loss with its parameters resolved; what is evaluated, printed and ranked.

    loss: the record.
    params: (name, value) of each that is on, in the order of the record's.
    """

    loss: Loss
    params: tuple[tuple[str, float], ...]

    @property
    def spec(self) -> str:
        """To be typed again: every parameter is in it, to the last digit."""
        return str(Spec(self.loss.name, self.params))

    @property
    def finite_params(self) -> dict[str, float]:
        """The parameters that a figure can tell; the spec has those that are infinite as well."""
        return {key: value for key, value in self.params if math.isfinite(value)}

    @property
    def kin(self) -> str:
        """The class of losses this one belongs to: the spec of the member that names it."""
        return self.loss.kin(dict(self.params)) if self.loss.kin else self.spec

    @property
    def elicits(self) -> str:
        """What it asks for, the parameters put in."""
        return self._told(self.loss.elicits)

    @property
    def asks(self) -> str:
        """The same in a word or two, where the record has them."""
        return self._told(self.loss.asks or self.loss.elicits)

    def _told(self, text: str) -> str:
        told = text.format(**{key: number_text(value) for key, value in self.params})
        for pattern, signs in _SIGNS:
            told = re.sub(pattern, signs, told)
        return told

    @property
    def traits(self) -> Trait:
        """At these parameters, the implied ones included."""
        return self.loss.traits_at(dict(self.params))

    @property
    def target(self) -> Interval:
        """The values that the target may have."""
        return self.loss.target_at(dict(self.params))

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

    @property
    def can_be_negative(self) -> bool:
        """Whether the least value over predictions is below 0 for some target, so that no share of the loss
        says how much worse another is."""
        if callable(self.loss.infimum):
            return self.loss.task in NUMBERS and bool(np.any(self.infimum(_TARGETS) < 0))
        return self.loss.infimum < 0

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
