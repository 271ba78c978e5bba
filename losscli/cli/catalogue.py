"""`losscli losses`, `losscli explain` and `losscli check-loss`."""

import sys
from functools import partial

from losscli import progress, render
from losscli.cli.custom import own_losses
from losscli.cli.flags import word
from losscli.cli.options import ExplainFlags, LossesFlags
from losscli.cli.output import print_text
from losscli.domain import Task
from losscli.errors import ExitCode
from losscli.loss.catalogue import every_loss, losses_for, named
from losscli.report import Checks, Explanation, Listing, bind_records
from losscli.spec import Spec


def list_losses(flags: LossesFlags) -> int:
    """Print the catalogue and the user's own losses, or the losses of one task."""
    task = word(Task, flags.task, "--task")
    with own_losses(flags, every=True):
        losses = every_loss() if task is None else losses_for(task)
        print_text(partial(render.written, Listing(losses, task)), flags.format)
    return ExitCode.OK


def explain(flags: ExplainFlags) -> int:
    """Print what a loss is, in every task that has it."""
    with own_losses(flags) as plain:
        spec = Spec.parse(plain.spec)
        numbers = spec.numbers()
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        written = partial(render.written, Explanation(named(spec.name), numbers), unicode=unicode)
        print_text(written, flags.format)
    return ExitCode.OK


def check_loss(flags: ExplainFlags) -> int:
    """Print what holds of a loss, in every task that has it; 1 where a check fails."""
    from losscli.loss.battery import checked

    render.check_format(flags.format, Checks)  # before any work
    with own_losses(flags, sound=False) as plain:
        spec = Spec.parse(plain.spec)
        with progress.stage("checking"):
            found = [checked(bound) for bound in bind_records(named(spec.name), spec.numbers())]
        print_text(partial(render.written, Checks(found)), flags.format)
    return ExitCode.OK if all(one.holds for one in found) else ExitCode.GATE_FAILED
