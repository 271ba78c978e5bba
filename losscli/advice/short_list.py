"""Rules that fired → three to five losses to train, each with who asks for it."""

from collections.abc import Sequence
from itertools import zip_longest

from losscli.domain import TASKS, Floats, Task
from losscli.errors import UsageError
from losscli.fitting.choice import refusal
from losscli.loss.catalogue import find
from losscli.result import FiredRule, Listed
from losscli.spec import Spec

_LEAST, _MOST = 3, 5
_NELDER = "McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6"
_GNEITING = "Gneiting & Raftery 2007, doi:10.1198/016214506000001437"
_BESIDE: dict[Task, tuple[Listed, ...]] = {  # where the rules ask for few
    Task.REGRESSION: (
        Listed("huber", (), "bounds the pull of any row", "Huber 1964, doi:10.1214/aoms/1177703732"),
        Listed(
            "mae", (), "its optimal prediction is the median", "Koenker & Bassett 1978, doi:10.2307/1913643"
        ),
    ),
    Task.COUNTS: (
        Listed("negative_binomial", (), "gives large counts less weight", _NELDER),
        Listed("tweedie", (), "lets the variance grow faster than the mean", _NELDER),
        Listed("gamma", (), "judges errors in proportion to the prediction", _NELDER),
    ),
    Task.BINARY: (
        Listed("brier", (), "rewards true probabilities too, and bounds what one row may weigh", _GNEITING),
        Listed(
            "squared_hinge",
            (),
            "cares most for rows near the border",
            "Zhang 2004, doi:10.1214/aos/1079120130",
        ),
    ),
    Task.MULTICLASS: (
        Listed("brier", (), "rewards true probabilities too, and bounds what one row may weigh", _GNEITING),
        Listed(
            "focal",
            (),
            "cares less for rows that are right already",
            "Lin et al. 2017, doi:10.1109/ICCV.2017.324",
        ),
    ),
}
_BASE: dict[Task, tuple[str, str]] = {
    Task.REGRESSION: (
        "the baseline: its optimal prediction is the mean",
        "Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    ),
    Task.COUNTS: ("the baseline: its optimal prediction is the mean of counts", _NELDER),
    Task.BINARY: ("the baseline: its optimal prediction is the probability", _GNEITING),
    Task.MULTICLASS: ("the baseline: its optimal prediction is the probability", _GNEITING),
}


def short_list(task: Task, rules: Sequence[FiredRule], y: Floats) -> tuple[Listed, ...]:
    """The baseline, then what the rules ask for: the first loss of each, then their second ones, and where
    that is not enough losses that stand beside any. Those that these targets rule out are passed over.

    y: numbers or class codes (n,). Raises UsageError where they rule out the baseline.
    """
    baseline = TASKS[task].usual
    loss = find(Spec(baseline), task)
    why = refusal(loss, task, y) if loss is not None else None
    if why is not None:
        raise UsageError(
            f"--task {task}: {why[0]}", advice="Leave --task out, or name another target with --target"
        )
    rounds = zip_longest(*(rule.losses for rule in rules))
    wanted = [name for names in rounds for name in names if name is not None and name != baseline]
    names = [name for name in dict.fromkeys(wanted) if _can(name, task, y)][: _MOST - 1]
    found = [_listed(name, rules) for name in (baseline, *names)]
    for one in _BESIDE[task]:
        if len(found) < _LEAST and one.spec not in names and _can(one.spec, task, y):
            found.append(one)
    if not found[0].rules:
        found[0] = Listed(baseline, (), *_BASE[task])
    return tuple(found)


def _can(name: str, task: Task, y: Floats) -> bool:
    loss = find(Spec(name), task)
    if loss is None or task not in (loss.task, Task.REGRESSION):
        return False
    return refusal(loss, task, y) is None


def _listed(name: str, rules: Sequence[FiredRule]) -> Listed:
    asking = [rule for rule in rules if name in rule.losses]
    first = asking[0] if asking else None
    return Listed(
        spec=name,
        rules=tuple(rule.name for rule in asking),
        reason=f"{first.seen}: {first.so}" if first else "",
        reference=first.reference if first else "",
    )
