"""`losscli losses` and `losscli explain`."""

import os
import sys

from losscli import render
from losscli.catalogue import CATALOGUE, losses_for, named
from losscli.cli.output import screen_width, show
from losscli.domain import Task
from losscli.errors import ExitCode, UsageError, did_you_mean
from losscli.spec import Spec


def list_losses(task: str | None, format: str) -> int:
    """Print the catalogue, or the losses of one task."""
    if task is not None and task not in list(Task):
        advice = did_you_mean(task, Task) or f"Tasks: {', '.join(Task)}"
        raise UsageError(f"--task {task}: there is no such task", advice=advice)
    own = Task(task) if task is not None else None
    losses = losses_for(own) if own is not None else CATALOGUE
    colour = render.use_colour(sys.stdout, os.environ)
    show(render.catalogue(losses, own, format, colour=colour, width=screen_width()))
    return ExitCode.OK


def explain(text: str, format: str) -> int:
    """Print what a loss is, in every task that has it."""
    spec = Spec.parse(text)
    written = spec.numbers()
    colour = render.use_colour(sys.stdout, os.environ)
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    show(
        render.explanation(
            named(spec.name), written, format, colour=colour, width=screen_width(), unicode=unicode
        )
    )
    return ExitCode.OK
