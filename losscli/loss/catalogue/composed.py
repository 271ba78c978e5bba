"""Weighted sums of losses as one loss: `0.7*huber:delta=1 + 0.3*mae`.

Everything about a sum follows from its parts; what does not follow is not claimed.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, reduce
from typing import Any

from losscli.domain import CLASSES, IDENTITY, NUMBERS, Floats, Interval, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, Each, Loss, Param, Params, Term, Trait
from losscli.spec import Spec, part_keys

COMPROMISE = "a compromise"
_MIXED = (
    "Parts in different units are added as they are: in another unit of the target the same weights mean "
    "another compromise."
)
_OF_EVERY_PART = (
    Trait.CONVEX,
    Trait.DIFFERENTIABLE,
    Trait.SMOOTH,
    Trait.LIPSCHITZ,
    Trait.BOUNDED,
    Trait.REDESCENDING,
    Trait.SYMMETRIC,
)
_OF_ANY_CONVEX_PART = (Trait.STRICTLY_CONVEX, Trait.STRONGLY_CONVEX)


@cache
def composed(name: str, parts: tuple[Loss, ...]) -> Loss:
    """The sum of that name (`0.7*huber + 0.3*mae`) of these records of one task, or of a class and a box.

    Raises UsageError for a part that is no mean of row losses, and where no row suits all parts.
    """
    told = Spec(name).terms
    keys = part_keys([spec.name for _, spec in told])
    terms = tuple(Term(w, key, loss) for (w, _), key, loss in zip(told, keys, parts, strict=True))
    for loss in parts:
        _check_part(loss)
    argument = _argument(parts)
    links, tasks, units = ({getattr(loss, what) for loss in parts} for what in ("link", "task", "unit"))
    return Loss(
        name=name,
        title="Weighted sum",
        task=_task(tasks),
        formula=name,
        argument=argument,
        value=_summed(terms, argument, "value"),
        slope=_slope(terms, argument) if _is_of_one_score(parts) else None,
        needs=frozenset.intersection(*(loss.needs for loss in parts)),
        link=parts[0].link if len(links) == 1 else IDENTITY,
        target=_shared([loss.target for loss in parts], name, "target"),
        prediction=_shared([loss.prediction for loss in parts], name, "prediction"),
        unit=parts[0].unit if len(units) == 1 else Unit.MIXED,
        elicits=parts[0].elicits if _is_plain(parts) else COMPROMISE,
        asks=parts[0].asks if _is_plain(parts) else "",
        traits=lambda params: _traits(terms, params),
        kinks=lambda params: _kinks(terms, params) if argument is not Argument.PARTS else (),
        params=tuple(_param(term, param) for term in terms for param in term.loss.params),
        parts=tuple(_value_of(place, term, argument) for place, term in enumerate(terms)),
        target_by=_target_by(terms),
        kin=lambda params: _kin(name, terms, params),
        infimum=_infimum(terms),
        least_at="; ".join(dict.fromkeys(term.loss.least_at for term in terms if term.loss.least_at)),
        choose="You want what each part gives, at prices that you set.",
        avoid="You cannot say what a weight is worth: it is chosen, not found.",
        trap=_MIXED if len(units) > 1 and tasks <= NUMBERS else "",
        reference="; ".join(dict.fromkeys(f"{loss.name}: {loss.reference}" for loss in parts)),
        terms=terms,
        each=_each(name, parts),
    )


def _task(tasks: set[Task]) -> Task:
    """Of one task its own; counts are numbers, and a class and a box are detected together."""
    if len(tasks) == 1:
        return next(iter(tasks))
    return Task.REGRESSION if tasks <= NUMBERS else Task.DETECTION


def _each(name: str, parts: Sequence[Loss]) -> Each | None:
    """Of several outputs: the same sum for one of them, where all parts are means over them, or all sums."""
    own = [loss.each for loss in parts if loss.each is not None]
    if len(own) < len(parts) or len({one.mean for one in own}) > 1:
        return None
    return Each(composed(name, tuple(one.loss for one in own)), own[0].mean)


def _check_part(loss: Loss) -> None:
    if not loss.reduction.is_mean:
        raise UsageError(
            f"{loss.name} cannot be part of a sum: it is a {loss.reduction.value}, not a mean of row losses",
            advice="Parts of a sum are losses of single rows, for example mse in the place of rmse",
        )


def _argument(parts: Sequence[Loss]) -> Argument:
    """That of all parts; a residual is also a function of target and prediction; else each has its own."""
    arguments, needs = {loss.argument for loss in parts}, {loss.needs for loss in parts}
    if len(arguments) == len(needs) == 1:
        return parts[0].argument
    numbers = all(loss.task in NUMBERS for loss in parts)
    return Argument.PREDICTION if numbers else Argument.PARTS


def _is_of_one_score(parts: Sequence[Loss]) -> bool:
    """Whether all speak of the same score: that of classes is one for all, whatever they make of it."""
    return len({loss.link for loss in parts}) == 1 or all(loss.task in CLASSES for loss in parts)


def _given(place: int, term: Term, argument: Argument, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What one part takes, of the arguments of the sum."""
    if argument is Argument.PARTS:
        own: tuple[Any, ...] = arguments[place]
        return own
    if argument is Argument.PREDICTION and term.loss.argument is Argument.RESIDUAL:
        y, p = arguments
        return (p - y,)
    return arguments


def _summed(terms: Sequence[Term], argument: Argument, what: str) -> Any:
    """Σ weight · value, or slope."""

    def function(*arguments: Any, **params: Any) -> Floats:
        total: Any = 0.0
        for place, term in enumerate(terms):
            own = getattr(term.loss, what)(*_given(place, term, argument, arguments), **term.own(params))
            total = total + term.weight * own
        return total  # type: ignore[no-any-return]

    return function


def _slope(terms: Sequence[Term], argument: Argument) -> Any:
    """Σ weight · slope where all have one; where each part has its own argument, the chain rule is
    `score.terms`' to apply."""
    if any(term.loss.slope is None for term in terms):
        return None
    return _apart if argument is Argument.PARTS else _summed(terms, argument, "slope")


def _apart(*arguments: Any, **params: Any) -> Floats:
    raise TypeError(
        "parts of a sum with arguments of their own have no slope in common but that in the score"
    )


def _value_of(place: int, term: Term, argument: Argument) -> Any:
    def function(*arguments: Any, **params: Any) -> Floats:
        return term.loss.value(*_given(place, term, argument, arguments), **term.own(params))

    return function


def _shared(intervals: Sequence[Interval], name: str, what: str) -> Interval:
    both = reduce(Interval.meet, intervals)
    if both.low > both.high:
        raise UsageError(f"{name}: no {what} suits all parts", advice="Compare its parts one by one")
    return both


def _target_by(terms: Sequence[Term]) -> Callable[[Params], Interval] | None:
    if all(term.loss.target_by is None for term in terms):
        return None
    return lambda params: reduce(Interval.meet, [t.loss.target_at(t.own(params)) for t in terms])


def _is_plain(parts: Sequence[Loss]) -> bool:
    """Whether all ask for the same, whatever their parameters."""
    return len({loss.elicits for loss in parts}) == 1 and not any(loss.params for loss in parts)


def _traits(terms: Sequence[Term], params: Params) -> Trait:
    each = [term.loss.traits_at(term.own(params)) for term in terms]
    traits = Trait(0)
    losses = [term.loss for term in terms]
    # A class and a box are scores apart, and what holds of every part holds of their sum in both.
    apart = _task({loss.task for loss in losses}) is Task.DETECTION
    for trait in _OF_EVERY_PART if apart or _is_of_one_score(losses) else (Trait.BOUNDED,):
        if all(trait in own for own in each):
            traits |= trait
    if Trait.CONVEX in traits:
        enough = all if apart else any
        for trait in _OF_ANY_CONVEX_PART:
            if enough(trait in own for own in each):
                traits |= trait
        if all(Trait.CALIBRATED in own for own in each):
            traits |= Trait.CALIBRATED
    if _is_plain(losses) and all(Trait.PROPER in own for own in each):
        traits |= Trait.PROPER
    return traits


def _kinks(terms: Sequence[Term], params: Params) -> tuple[float, ...]:
    return tuple(sorted({kink for term in terms for kink in term.loss.kinks(term.own(params))}))


def _param(term: Term, param: Param) -> Param:
    return Param(f"{term.key}.{param.name}", param.default, param.domain, param.meaning)


def _kin(name: str, terms: Sequence[Term], params: Params) -> str:
    """That of the parts where they are of one class of losses: a sum of increasing functions of the same
    mean is one."""
    own = {BoundLoss(term.loss, tuple(term.own(params).items())).kin for term in terms}
    return own.pop() if len(own) == 1 else str(Spec(name, tuple(params.items())))


def _infimum(terms: Sequence[Term]) -> Any:
    """The sum of those of the parts, below which it cannot fall; it is reached where they agree."""
    least = [term.loss.infimum for term in terms]
    plain = [one for one in least if not callable(one)]
    if -math.inf in plain:
        return -math.inf
    if len(plain) == len(least):
        return math.fsum(term.weight * one for term, one in zip(terms, plain, strict=True))

    def function(y: Floats, **params: Any) -> Floats:
        total: Any = 0.0
        for term, one in zip(terms, least, strict=True):
            total = total + term.weight * (one(y, **term.own(params)) if callable(one) else one)
        return total  # type: ignore[no-any-return]

    return function
