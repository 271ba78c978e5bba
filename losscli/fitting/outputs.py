"""Several targets in fit: what folds do to labels, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.data.roles.features import Training
from losscli.data.roles.flags import useless_flag
from losscli.domain import SEVERAL, Floats, Task
from losscli.errors import Fix, UsageError
from losscli.fitting.folds import NAMED_CLASSES, Folds
from losscli.fitting.request import Request
from losscli.result import Warning_


def check_request(request: Request, task: Task) -> None:
    """Raises UsageError for a flag that several targets have no use for."""
    if task not in SEVERAL:
        return
    if request.contaminate:
        raise UsageError(
            f"--contaminate {request.contaminate[0]}: the task is {task}, and rows are spoiled in one target",
            advice="Leave it out, or train one target at a time with --target:",
            fixes=[Fix(("--contaminate",), "no row is spoiled")],
        )
    if request.path is not None:
        raise UsageError(
            f"--path {request.path}: the task is {task}, and a path is of the losses of one target",
            advice="Leave it out, or train one target at a time with --target:",
            fixes=[Fix(("--path",), "no path of strengths")],
        )
    if request.penalty_scale != "raw" and task is Task.MULTIOUTPUT:
        raise UsageError(
            f"--penalty-scale {request.penalty_scale}: the task is {task}, and outputs have a unit each",
            advice="Leave it out, or train one target at a time with --target:",
            fixes=[Fix(("--penalty-scale",), "penalties as they are")],
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
    found = [*folds.warnings, *_one_valued(folds, training.outputs, y)]
    return replace(folds, splitter=words, warnings=tuple(found))


def _one_valued(folds: Folds, names: Sequence[str], y: Floats) -> list[Warning_]:
    counts = np.zeros(len(names), np.intp)
    for split in folds.splits:
        own = y[split.train]
        counts += own.min(axis=0) == own.max(axis=0)
    rare = [f"{names[i]} in {counts[i]}" for i in np.flatnonzero(counts).tolist()]
    if not rare:
        return []
    shown = ", ".join(rare[:NAMED_CLASSES]) + (" …" if len(rare) > NAMED_CLASSES else "")
    return [
        Warning_(
            "rare_label",
            f"training folds have one value of a label: {shown} of {len(folds.splits)}",
            "There is nothing to learn of it there: use fewer --folds, or leave the label out with --drop",
        )
    ]
