"""Flags that would do nothing for the task are errors."""

from losscli.data.roles.asked import Asked
from losscli.domain import CLASSES, NUMBERS, Kind, Task
from losscli.errors import Fix, UsageError

_OF_CLASSES = frozenset({Kind.LABEL, Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE})
_KINDS = {  # that --kind may give
    **dict.fromkeys((*NUMBERS, Task.MULTIOUTPUT), frozenset({Kind.VALUE})),
    **dict.fromkeys((*CLASSES, Task.MULTILABEL), _OF_CLASSES),
    Task.DISTRIBUTION: frozenset({Kind.PROBABILITY, Kind.LOGIT}),
}


def useless_flag(given: str, task: Task, why: str) -> UsageError:
    """A flag that would do nothing is an error. given: as typed, `--positive spam`; why: `has no …`."""
    flag = given.partition(" ")[0]
    return UsageError(
        f"{given}: the task is {task}, which {why}",
        advice=f"Leave {flag} out, or use --task",
        fixes=[Fix((flag,), f"the same without {flag}", without=True)],
    )


def check_asked(asked: Asked, task: Task) -> None:
    """Raises UsageError for a flag that would do nothing."""
    classes = task in CLASSES
    useless = [
        ("--positive", asked.positive, task is Task.BINARY, "has no positive class"),
        ("--threshold", asked.threshold, task in (Task.BINARY, Task.MULTILABEL), "has no threshold"),
        (
            "--class-weight",
            asked.class_weight and asked.class_weight.text,
            classes,
            "has no classes to weigh",
        ),
        ("--classes", ",".join(asked.classes) or None, classes, "has no classes"),
        ("--order", asked.order, task is Task.MULTICLASS, "has no classes to order"),
        ("--cost", asked.cost, task is Task.BINARY, _no_cost(task)),
        ("--level", asked.level, task is Task.FORECAST, "has no intervals"),
        (
            "--kind",
            "confidence" if asked.of_predicted else asked.kind,
            task is Task.BINARY if asked.of_predicted else asked.kind in _KINDS.get(task, ()),
            "has no predictions of that kind"
            if task in _KINDS
            else "tells what predictions are by the names of their columns",
        ),
    ]
    for flag, value, used, why in useless:
        if value is not None and not used:
            text = value if isinstance(value, str) else f"{value:g}"
            raise useless_flag(f"{flag} {text}", task, why)
    if asked.normalize and task not in CLASSES:
        raise useless_flag("--normalize", task, "has no columns of classes")


def _no_cost(task: Task) -> str:
    if task is Task.MULTICLASS:
        return "has more than two kinds of mistakes; a matrix of costs is not read"
    return "has no false positives and false negatives"
