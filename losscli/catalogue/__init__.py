"""The losses, by family. One list; everything that names a loss reads it."""

from losscli.catalogue import (
    asymmetric,
    barron,
    binary,
    binary_link,
    binary_logit,
    binary_margin,
    binary_sets,
    boxes,
    counts,
    likelihood,
    multiclass,
    multiclass_score,
    redescending,
    regression,
    relative,
    robust,
)
from losscli.domain import Task
from losscli.errors import UsageError, did_you_mean
from losscli.loss import Alias, Loss
from losscli.spec import Spec

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
    *multiclass.LOSSES,
    *multiclass_score.LOSSES,
    *boxes.LOSSES,
)

# A regression file with positive targets answers under the count losses too, and the reverse.
_ALSO = {Task.REGRESSION: (Task.REGRESSION, Task.COUNTS), Task.COUNTS: (Task.COUNTS, Task.REGRESSION)}


def losses_for(task: Task) -> tuple[Loss, ...]:
    """The losses that can be asked of a task, those of its own family first."""
    return tuple(loss for own in _ALSO.get(task, (task,)) for loss in CATALOGUE if loss.task is own)


def named(name: str) -> tuple[Loss, ...]:
    """All records of that name or alias: brier, for one, is binary and multiclass.

    Raises UsageError for an unknown name, with near ones, and for an alias whose default differs
    from ours, with the factor and the spec to type.
    """
    exact = tuple(loss for loss in CATALOGUE if loss.name == name)
    if exact:
        return exact
    aliases = [(loss, alias) for loss in CATALOGUE for alias in loss.aliases if alias.name == name]
    same = tuple(dict.fromkeys(loss for loss, alias in aliases if is_same(loss, alias)))
    if same:
        return same
    if aliases:
        _, alias = aliases[0]
        times = "" if alias.factor == 1 else f"{alias.factor:g} × "
        raise UsageError(
            f"{name} of {alias.library} is {times}{alias.spec}" + (f" ({alias.note})" if alias.note else ""),
            advice=f"Type {alias.spec}",
        )
    raise UsageError(
        f"there is no loss {name!r}", advice=did_you_mean(name, known_names()) or "See losscli losses"
    )


def tasks_of(spec: Spec) -> frozenset[Task]:
    """The tasks a loss belongs to; the count losses serve regression too."""
    tasks = {loss.task for loss in named(spec.name)}
    return frozenset(tasks | ({Task.REGRESSION} if Task.COUNTS in tasks else set()))


def is_same(loss: Loss, alias: Alias) -> bool:
    """Whether the alias computes, by default, exactly what our plain name does."""
    return alias.factor == 1 and alias.spec == loss.name


def known_names() -> list[str]:
    """Every name `named` accepts, canonical ones first."""
    names = [loss.name for loss in CATALOGUE]
    names += [alias.name for loss in CATALOGUE for alias in loss.aliases if is_same(loss, alias)]
    return list(dict.fromkeys(names))


def find(spec: Spec, task: Task) -> Loss | None:
    """The record that a spec names in this task, or None if the loss belongs to other tasks only."""
    candidates = named(spec.name)
    return next((loss for loss in losses_for(task) if loss in candidates), None)
