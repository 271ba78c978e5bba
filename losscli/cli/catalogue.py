"""`losscli losses`, `losscli explain` and `losscli check-loss`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from losscli import progress, render
from losscli.cli.output import print_text
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.domain import Task
from losscli.errors import ExitCode, UsageError, did_you_mean
from losscli.loss import BoundLoss
from losscli.loss.catalogue import every_loss, extended, known_names, losses_for, named, spelled, told
from losscli.report import Checks, Explanation, Listing, bind_records
from losscli.spec import Spec
from losscli.verbs.asked import word
from losscli.verbs.custom import own_losses
from losscli.verbs.options import CheckFlags, ExplainFlags, LossesFlags


def list_losses(flags: LossesFlags) -> int:
    """Print the catalogue and the user's own losses, or the losses of one task."""
    task = word(Task, flags.task, "--task")
    with own_losses(flags, every=True):
        losses = every_loss() if task is None else losses_for(task)
        print_text(partial(render.written, Listing(losses, task)), flags.format)
    return ExitCode.OK


def explain(flags: ExplainFlags) -> int:
    """Print what a loss or a metric is, in every task that has it, by its name in any spelling."""
    formats = asked_formats(flags, Explanation)
    check_places(flags, [])
    with own_losses(flags) as plain:
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        found = _explained(plain.spec)
        write_files(formats, partial(render.written, found))
        print_text(partial(render.written, found, unicode=unicode), flags.format)
    return ExitCode.OK


def _explained(text: str) -> Explanation:
    """The records that a text names. Raises UsageError where it names none."""
    try:
        spec = Spec.parse(text)
        return Explanation(named(spec.name), spec.numbers())
    except UsageError as error:
        from losscli.metrics import METRICS

        found = _metrics(text, spelled=False) or _losses(text) or _metrics(text, spelled=True)
        if found is None:
            near = did_you_mean(text, {*known_names(), *(metric.name for metric in METRICS)})
            raise UsageError(error.what, advice=near or error.advice) from None
        return found


def _losses(text: str) -> Explanation | None:
    """Those that a text means in another spelling; what they are called elsewhere is said."""
    name, colon, written = text.partition(":")
    found = spelled(name)
    if not found:
        return None
    specs = [Spec.parse(spec) for spec, _ in found]
    losses = tuple(dict.fromkeys(loss for spec in specs for loss in named(spec.name)))
    own = Spec.parse(f"{specs[0].name}:{written}") if colon else specs[0]
    said = [told(alias) for _, alias in found if alias is not None] or _other(name, specs)
    return Explanation(losses, own.numbers() if len({*specs}) == 1 else {}, (), "; ".join(said))


def _metrics(text: str, *, spelled: bool) -> Explanation | None:
    """Those of a name, or that a text means in another spelling."""
    from losscli.metrics import known_as, metrics_meant

    found = metrics_meant(text)
    names = {name for one in found for name in (one.name, one.name.partition(":")[0], *one.aliases)}
    if ":" in text and not found:
        one = known_as(text)
        return None if one is None else Explanation((), {}, (one,))
    if not found or (text not in names and not spelled):
        return None
    return Explanation((), {}, found, "; ".join(_other(text, [one.name for one in found])))


def _other(text: str, names: Iterable[object]) -> list[str]:
    """What a name is here, where more than the case differs."""
    known = dict.fromkeys(map(str, names))
    near = any(name.lower().startswith(text.lower()) for name in known)
    return [] if near else [f"{text} is {' or '.join(known)}"]


def check_loss(flags: CheckFlags) -> int:
    """Print what holds of a loss, in every task that has it; 1 where a check fails."""
    from losscli.loss.battery import checked

    render.check_format(flags.format, Checks)  # before any work
    with _bound(flags) as losses:
        with progress.stage("checking"):
            found = [checked(bound) for bound in losses]
        print_text(partial(render.written, Checks(found)), flags.format)
    return ExitCode.OK if all(one.holds for one in found) else ExitCode.GATE_FAILED


@contextmanager
def _bound(flags: CheckFlags) -> Iterator[list[BoundLoss]]:
    """The loss of a spec in every task that has it, or all losses of a Python file."""
    if flags.spec.strip().endswith(".py"):
        from losscli.loss import custom

        losses = custom.from_file(flags.spec.strip())
        with extended(losses):
            yield [bound for loss in losses for bound in bind_records((loss,), {})]
        return
    with own_losses(flags, sound=False) as plain:
        spec = Spec.parse(plain.spec)
        yield bind_records(named(spec.name), spec.numbers())
