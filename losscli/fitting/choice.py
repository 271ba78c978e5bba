"""Which losses are trained, and which of them are ranked."""

from collections.abc import Sequence
from functools import cache, partial
from types import MappingProxyType

import numpy as np

from losscli.descent.methods import outputs
from losscli.descent.train import Wanted
from losscli.domain import CLASSES, NUMBERS, SEVERAL, Floats, Task
from losscli.errors import UsageError
from losscli.fitting.learner import Learner
from losscli.fitting.learners import learner_of
from losscli.fitting.request import FitRequest
from losscli.loss import Argument, BoundLoss, Loss, Params, Trait
from losscli.loss.catalogue import find, losses_for, named, tasks_of
from losscli.loss.score import terms, untrainable
from losscli.result import Refused
from losscli.spec import Spec

_NONE: Params = MappingProxyType({})
_CENTRED = (Task.REGRESSION, Task.MULTIOUTPUT)  # whose losses ask for a centre, or for something else


def choose(request: FitRequest, task: Task, y: Floats) -> tuple[tuple[Wanted, ...], tuple[Refused, ...]]:
    """(the losses asked for, else one of every class that can be trained on these targets; those refused).

    y: numbers or class codes (n,), of several targets (n, L). Raises UsageError for a loss of another task,
    and where none is left.
    """
    if request.losses:
        wanted = [Wanted(found_loss(spec, task), spec.numbers()) for spec in request.losses]
    else:
        wanted = [Wanted(loss, {}) for loss in losses_for(task) if loss.task is task]
    learner = cache(partial(learner_of, request))  # asked for where a loss is not refused anyway
    kept: dict[str, Wanted] = {}
    refused = []
    for one in wanted:
        spec = str(Spec(one.loss.name, tuple(one.written.items())))
        reason = refusal(one.loss, task, y, one.written) or _unsettled(one.loss, task, learner())
        reason = reason or (None if request.losses else _special(one.loss))
        if reason is not None:
            refused.append(Refused(spec, *reason))
        elif not _is_excluded(one, request.exclude):
            kept.setdefault(spec if request.losses else _class_of(one), one)
    if not kept:
        why = f"{refused[0].spec} cannot be trained: {refused[0].reason}" if refused else "no loss is left"
        raise UsageError(why, advice="Leave --loss out to train every loss that can be")
    return tuple(kept.values()), tuple(refused)


def refusal(loss: Loss, task: Task, y: Floats, written: Params = _NONE) -> tuple[str, tuple[int, ...]] | None:
    """(why a loss cannot be trained on these targets, the first rows that rule it out), or None. written: its
    parameters, as far as they are."""
    reason = untrainable(loss)
    if reason is not None:
        return reason, ()
    target = loss.target_at(written)
    inside = target.contains(y).reshape(len(y), -1).all(axis=1)
    outside = np.flatnonzero(~inside) if task not in CLASSES else np.zeros(0, np.intp)
    if len(outside):
        rows = tuple((outside[:5] + 1).tolist())
        return f"the target must be {target}; {len(outside):,} rows are not, first {rows[0]:,}", rows
    if loss.infimum == -np.inf:
        return "it has no lower bound: larger scores are always better", ()
    if task in CLASSES and _is_best_at_zero(loss, y):
        return "scores of 0 in every row are its optimum: there is nothing to learn from it", ()
    return None


def _unsettled(loss: Loss, task: Task, learner: Learner | None) -> tuple[str, tuple[int, ...]] | None:
    """Why no method goes to the optimum of a loss, or a learner trains none under it; one that is trained by
    epochs goes to no optimum."""
    reason = None
    if learner is not None:
        reason = learner.untrainable(loss)
    elif task in SEVERAL:
        reason = outputs.untrainable(loss)
    return None if reason is None else (reason, ())


def unranked(bound: BoundLoss) -> str | None:
    """Why a loss takes no part in the ranking: it asks for another functional than a centre."""
    loss = bound.loss
    if loss.task not in _CENTRED:
        return None
    if loss.argument in (Argument.RESIDUAL, Argument.TARGETS) and Trait.SYMMETRIC in bound.traits:
        return None
    return f"its optimal prediction is no centre: {bound.elicits}"


def _special(loss: Loss) -> tuple[str, tuple[int, ...]] | None:
    """Why a loss is trained only when it is named, as where it asks for another functional than a centre."""
    if loss.named_only:
        return loss.named_only, ()
    if loss.task not in _CENTRED or unranked(loss.bind({}, scale=1.0, naive=1.0)) is None:
        return None
    return "its optimal prediction is no centre of the targets: name it to train it", ()


def _class_of(wanted: Wanted) -> str:
    """The class of losses at the default parameters, told at scale 1 to three digits: constants of equal
    efficiency are rounded when they are published."""
    kin = Spec.parse(wanted.loss.bind(wanted.written, scale=1.0, imbalance=2.0, naive=1.0).kin)
    return str(Spec(kin.name, tuple((key, float(f"{value:.3g}")) for key, value in kin.numbers().items())))


def _is_best_at_zero(loss: Loss, y: Floats) -> bool:
    bound = loss.bind({}, scale=1.0, imbalance=1.0, naive=1.0)
    codes = np.unique(y)
    k = int(codes[-1]) + 1
    shape = (1, k, len(codes)) if loss.task is Task.MULTICLASS else (1, len(codes))
    value, _ = terms(loss, dict(bound.params), codes[None], np.zeros(shape))
    return bool((value <= bound.infimum(codes)).all())


def _is_excluded(one: Wanted, exclude: Sequence[Spec]) -> bool:
    return any(
        one.loss in named(spec.name) and all(one.written.get(key) == value for key, value in spec.params)
        for spec in exclude
    )


def found_loss(spec: Spec, task: Task) -> Loss:
    """The loss of a spec. Raises UsageError for one of another task."""
    loss = find(spec, task)
    if loss is None or (loss.task is not task and task is not Task.REGRESSION):
        others = " and ".join(sorted({str(own.task) for own in named(spec.name)}))
        plain = tasks_of(spec) & (NUMBERS | CLASSES)
        raise UsageError(
            f"{spec.name} is a loss for {others} targets, and the task is {task}",
            advice=f"Use --task {min(plain)} if the target is that; see losscli losses"
            if plain
            else f"Those for this task: losscli losses --task {task}",
        )
    return loss
