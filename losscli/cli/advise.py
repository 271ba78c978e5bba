"""`losscli advise`: flags → request, advice → formats and exit code; the parts that `losscli fit` shares."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from losscli import progress
from losscli.cli.flags import command_line, reading, sections_of
from losscli.cli.options import AdviseFlags
from losscli.cli.output import print_result, say
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.cli.roles import asked_of_features
from losscli.errors import ExitCode, UsageError
from losscli.sections import ADVISE

if TYPE_CHECKING:
    from losscli.data.roles.features import Asked
    from losscli.fitting.request import FitRequest

Found = TypeVar("Found")


def run(flags: AdviseFlags) -> int:
    """Advise, write the files, print."""
    from losscli import render
    from losscli.result import Advice

    formats, show = asked_formats(flags, Advice), sections_of(flags.show, ADVISE)
    check_places(flags, [flags.data])
    request = request_of(flags)  # what it refuses is said before any work, and what is said of columns
    asked = replace(asked_of_features(flags), missing=flags.missing)
    from losscli.advice import advise

    found = work(advise, flags, request, asked)
    written = partial(render.written, found.advice, all=flags.all, show=show, explain=flags.explain)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    return ending(found.cut_short)


def request_of(flags: AdviseFlags) -> "FitRequest":
    """How a model is trained and judged. Raises UsageError."""
    from losscli.fitting.request import FitRequest

    return FitRequest(
        l2=_penalty(flags.l2),
        metric=flags.metric,
        folds=flags.folds,
        seed=flags.seed,
        confidence=flags.confidence,
        jobs=flags.workers,
        command=command_line(),
    )


def work(do: Callable[..., Found], flags: AdviseFlags, request: "FitRequest", asked: "Asked") -> Found:
    """What `fit` or `advise` makes of the file."""
    from losscli.fitting.files import open_file

    with reading([flags.data]):
        options = flags.read_options(flags.id, jobs=request.jobs)
        table, training, inputs = open_file(flags.data, options, asked)
    with progress.stage("fitting"):
        return do(table, training, request, inputs)


def ending(cut_short: str | None) -> ExitCode:
    """The exit code; of a run that was interrupted, how much of it is in the result is said."""
    if cut_short is None:
        return ExitCode.OK
    say(cut_short)
    return ExitCode.INTERRUPTED


def _penalty(text: str) -> float | None:
    """The strength of l2, or None where it is chosen for the loss."""
    if text == "auto":
        return None
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"--l2 {text}: that is not a number", advice="Write auto or a number") from None
    return strength(value, "--l2", "Write auto or a number")


def strength(value: float, flag: str, advice: str) -> float:
    """The strength of a penalty. Raises UsageError where it is none."""
    if not 0 <= value < float("inf"):
        raise UsageError(f"{flag} {value:g} is not 0 or more", advice=advice)
    return value
