"""`losscli losses`, `losscli explain` and `losscli check-loss`."""

import os
import sys
from collections.abc import Sequence

from losscli import render
from losscli.cli.custom import own_losses
from losscli.cli.output import screen_width, show
from losscli.domain import Task
from losscli.errors import ExitCode, UsageError, did_you_mean
from losscli.loss.catalogue import every_loss, losses_for, named
from losscli.report import Checks, Explanation, Listing, bind_records
from losscli.spec import Spec


def list_losses(task: str | None, format: str, defined: Sequence[str]) -> int:
    """Print the catalogue and the user's own losses, or the losses of one task."""
    if task is not None and task not in list(Task):
        advice = did_you_mean(task, Task) or f"Tasks: {', '.join(Task)}"
        raise UsageError(f"--task {task}: there is no such task", advice=advice)
    own = Task(task) if task is not None else None
    with own_losses(defined, (), every=True):
        losses = losses_for(own) if own is not None else every_loss()
        colour = render.use_colour(sys.stdout, os.environ)
        show(render.written(Listing(losses, own), format, colour=colour, width=screen_width()))
    return ExitCode.OK


def explain(text: str, format: str, defined: Sequence[str]) -> int:
    """Print what a loss is, in every task that has it."""
    with own_losses(defined, [text]) as plain:
        spec = Spec.parse(plain(text))
        colour = render.use_colour(sys.stdout, os.environ)
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        found = Explanation(named(spec.name), spec.numbers())
        show(render.written(found, format, colour=colour, width=screen_width(), unicode=unicode))
    return ExitCode.OK


def check_loss(text: str, format: str, defined: Sequence[str]) -> int:
    """Print what holds of a loss, in every task that has it; 1 where a check fails."""
    from losscli.loss.battery import checked

    render.check_format(format, Checks)  # before any work
    with own_losses(defined, [text], sound=False) as plain:
        spec = Spec.parse(plain(text))
        found = [checked(bound) for bound in bind_records(named(spec.name), spec.numbers())]
        colour = render.use_colour(sys.stdout, os.environ)
        show(render.written(Checks(found), format, colour=colour, width=screen_width()))
    return ExitCode.OK if all(one.holds for one in found) else ExitCode.GATE_FAILED
