"""The losses, by family. One list; everything that names a loss reads it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from losscli.domain import Task, sides
from losscli.errors import UsageError, did_you_mean
from losscli.loss import Alias, Loss
from losscli.loss.catalogue import (
    asymmetric,
    barron,
    binary,
    binary_link,
    binary_logit,
    binary_margin,
    binary_scores,
    binary_sets,
    boxes,
    counts,
    distances,
    distributions,
    fenchel_young,
    forecast,
    forecast_moments,
    likelihood,
    multiclass,
    multiclass_counts,
    multiclass_ordered,
    multiclass_score,
    multilabel,
    multioutput,
    redescending,
    regression,
    relative,
    robust,
)
from losscli.loss.catalogue.composed import composed
from losscli.loss.catalogue.refused import REFUSED_LOSSES, refused_loss
from losscli.spec import Spec, meant

CATALOGUE: tuple[Loss, ...] = (
    *regression.LOSSES,
    *asymmetric.LOSSES,
    *relative.LOSSES,
    *robust.LOSSES,
    *redescending.LOSSES,
    *barron.LOSSES,
    *counts.LOSSES,
    *likelihood.LOSSES,
    *binary.LOSSES,
    *binary_logit.LOSSES,
    *binary_margin.LOSSES,
    *binary_link.LOSSES,
    *binary_sets.LOSSES,
    *binary_scores.LOSSES,
    *multiclass.LOSSES,
    *multiclass_score.LOSSES,
    *fenchel_young.LOSSES,
    *multiclass_ordered.LOSSES,
    *multiclass_counts.LOSSES,
    *forecast.LOSSES,
    *forecast_moments.LOSSES,
    *multioutput.LOSSES,
    *multilabel.LOSSES,
    *distributions.LOSSES,
    *distances.LOSSES,
    *boxes.LOSSES,
)

# A regression file with positive targets answers under the count losses too, and the reverse.
_ALSO = {
    Task.REGRESSION: (Task.REGRESSION, Task.COUNTS),
    Task.COUNTS: (Task.COUNTS, Task.REGRESSION),
    Task.DETECTION: (Task.BINARY, Task.MULTICLASS, Task.BOXES),
}

_added: list[Loss] = []


@contextmanager
def extended(losses: Iterable[Loss]) -> Iterator[None]:
    """Within it, these losses are known beside those of the catalogue; of one name those of several tasks.

    Raises UsageError for a name that is taken.
    """
    before, taken = list(_added), set(known_names())
    try:
        for loss in losses:
            if loss.name in taken or any((one.name, one.task) == (loss.name, loss.task) for one in _added):
                raise UsageError(f"there is a loss {loss.name} already", advice="Give yours another name")
            _added.append(loss)
        yield
    finally:
        _added[:] = before


def every_loss() -> tuple[Loss, ...]:
    """Those of the catalogue, then those it is extended by."""
    return (*CATALOGUE, *_added)


def losses_for(*tasks: Task) -> tuple[Loss, ...]:
    """The losses that can be asked of a task, or of the sides of one, those of its own family first."""
    own = [also for task in tasks for also in _ALSO.get(task, (task,))]
    return tuple(loss for task in own for loss in every_loss() if loss.task is task)


def named(name: str) -> tuple[Loss, ...]:
    """All records of that name, and of that alias in other tasks: brier, for one, is binary and multiclass,
    cross_entropy is multiclass and what soft_cross_entropy is called there. The name of a sum tells
    its parts, `0.7*huber + 0.3*mae`.

    Raises UsageError for an unknown name, with near ones, for an alias whose default differs from ours,
    with the factor and the spec to type, for one that no table can hold, and for a sum that cannot be.
    """
    spec = Spec(name)
    if spec.is_sum and not any(part.is_sum for _, part in spec.terms):
        return _sums(spec)
    exact = tuple(loss for loss in every_loss() if loss.name == name)
    tasks = {loss.task for loss in exact}
    aliases = [(loss, alias) for loss in CATALOGUE for alias in loss.aliases if alias.name == name]
    same = tuple(dict.fromkeys(loss for loss, alias in aliases if is_same(loss, alias)))
    known = exact + tuple(loss for loss in same if loss.task not in tasks)
    if known:
        return known
    if aliases:
        _, alias = aliases[0]
        raise UsageError(told(alias), advice=f"Type {alias.spec}")
    known_by_name = refused_loss(name)
    if known_by_name is not None:
        raise known_by_name.error(name)
    raise UsageError(
        f"there is no loss {name!r}",
        advice=spelled_advice(name)
        or did_you_mean(name, known_names())
        or did_you_mean(name, [one.name for one in REFUSED_LOSSES])
        or "See losscli losses",
    )


def spelled(name: str) -> tuple[tuple[str, Alias | None], ...]:
    """What a name of a loss may mean in any spelling: what to type, and of a name in another library, as what
    it is known there."""
    own = [loss.name for loss in every_loss()]
    aliases = [alias for loss in CATALOGUE for alias in loss.aliases]
    found = meant(name, own, [alias.name for alias in aliases])
    if not found or found[0] in own:
        return tuple((one, None) for one in found)
    last = name.rpartition(".")[2].removeprefix("neg_")
    exact = [alias for alias in aliases if alias.name == last]  # as it is spelled there
    each = {(alias.spec, alias.factor): alias for alias in exact or aliases if alias.name in found}
    return tuple((alias.spec, alias) for alias in each.values())


def spelled_advice(name: str) -> str | None:
    """`Type mape`, where a name is known in another spelling."""
    found = spelled(name)
    each = (
        text if alias is None or alias.factor == 1 else f"{text} ({told(alias)})" for text, alias in found
    )
    return f"Type {' or '.join(dict.fromkeys(each))}" if found else None


def told(alias: Alias) -> str:
    """What a loss of another library is here: `HuberLoss of torch is huber:delta=1`."""
    note = f" ({alias.note})" if alias.note else ""
    is_ = "is" if alias.factor == 1 else "is kin to" if alias.factor is None else f"is {alias.factor:g} ×"
    return f"{alias.name} of {alias.library} {is_} {alias.spec}{note}"


def _sums(spec: Spec) -> tuple[Loss, ...]:
    """The sum in every task that all its parts have, or of a class and a box."""
    each = [(part.name, named(part.name)) for _, part in spec.terms]
    for name, losses in each:
        if name not in {loss.name for loss in losses}:
            raise UsageError(f"{name} has another name here", advice=f"In a sum, type {losses[0].name}")
    every = dict.fromkeys(sides(task, binary=binary) for task in Task for binary in (True, False))
    found = [find(spec, *tasks) for tasks in every]
    known = tuple(dict.fromkeys(loss for loss in found if loss is not None))
    if not known:
        told = (
            f"{name} for {' and '.join(sorted({str(loss.task) for loss in losses}))}" for name, losses in each
        )
        raise UsageError(
            f"{spec} has no task in common: {', '.join(dict.fromkeys(told))}",
            advice="The parts of a sum are losses of one target, or of a class and a box; compare the others "
            "by themselves",
        )
    return known


def tasks_of(spec: Spec) -> frozenset[Task]:
    """The tasks a loss belongs to; the count losses serve regression too."""
    tasks = {loss.task for loss in named(spec.name)}
    return frozenset(tasks | ({Task.REGRESSION} if Task.COUNTS in tasks else set()))


def is_same(loss: Loss, alias: Alias) -> bool:
    """Whether the alias computes, by default, exactly what our plain name does."""
    return alias.factor == 1 and alias.spec == loss.name


def known_names() -> list[str]:
    """Every name `named` accepts, canonical ones first."""
    names = [loss.name for loss in every_loss()]
    names += [alias.name for loss in CATALOGUE for alias in loss.aliases if is_same(loss, alias)]
    return list(dict.fromkeys(names))


def find(spec: Spec, *tasks: Task) -> Loss | None:
    """The record that a spec names in this task, or in the sides of one; None if the loss belongs to other
    tasks only."""
    if spec.is_sum:
        parts = [find(part, *tasks) for _, part in spec.terms]
        found = tuple(part for part in parts if part is not None)
        return composed(spec.name, found) if len(found) == len(parts) else None
    candidates = named(spec.name)
    return next((loss for loss in losses_for(*tasks) if loss in candidates), None)
