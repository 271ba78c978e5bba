"""Several targets in fit: what folds do to labels, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.data.roles.features import Training
from losscli.data.roles.flags import useless_flag
from losscli.domain import SEVERAL, Floats, Task
from losscli.errors import UsageError
from losscli.fitting.folds import Folds, rare
from losscli.fitting.request import Request
from losscli.result import Warning_


def check_request(request: Request, task: Task) -> None:
    """Raises UsageError for a flag that several targets have no use for."""
    if task not in SEVERAL:
        return
    spoiled = request.contaminate[0] if request.contaminate else None
    scale = request.penalty_scale if task is Task.MULTIOUTPUT and request.penalty_scale != "raw" else None
    of_one = (  # flag, its value where it is in the way, and why it is
        ("--contaminate", spoiled, "rows are spoiled in one target"),
        ("--path", request.path, "a path is of the losses of one target"),
        ("--penalty-scale", scale, "outputs have a unit each"),
    )
    for flag, value, why in of_one:
        if value is not None:
            raise UsageError(
                f"{flag} {value}: the task is {task}, and {why}",
                advice=f"Leave {flag} out, or train one target at a time: --target COL",
            )
    if request.scale is not None:
        raise useless_flag(f"--scale {request.scale:g}", task, "has no residual scale")


def told(folds: Folds, training: Training, y: Floats) -> Folds:
    """The folds, with a word on labels: rows are not spread by them, and a training fold may know one value
    of a label alone. y: (n, L) for labels."""
    if training.task is not Task.MULTILABEL:
        return folds
    shuffled = training.time is None and training.fold is None
    words = f"{folds.splitter}, not by label" if shuffled else folds.splitter
    found = (*folds.warnings, *_one_valued(folds, training.outputs, y))
    return replace(folds, splitter=words, warnings=found)


def _one_valued(folds: Folds, names: Sequence[str], y: Floats) -> tuple[Warning_, ...]:
    counts = np.zeros(len(names), np.intp)
    for split in folds.splits:
        own = y[split.train]
        counts += own.min(axis=0) == own.max(axis=0)
    return rare(
        "rare_label",
        "training folds have one value of a label",
        [f"{names[i]} in {counts[i]}" for i in np.flatnonzero(counts).tolist()],
        len(folds.splits),
        "There is nothing to learn of it there: use fewer --folds, or leave the label out with --drop",
    )
