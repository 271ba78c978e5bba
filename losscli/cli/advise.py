"""`losscli advise`: flags → advice → formats and exit code."""

from functools import partial

from losscli.cli.flags import command_line, wait_for
from losscli.cli.output import print_result, say
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.errors import ExitCode
from losscli.sections import ADVISE
from losscli.verbs.advise import advise
from losscli.verbs.asked import sections_of
from losscli.verbs.given import FILES
from losscli.verbs.options import AdviseFlags


def run(flags: AdviseFlags) -> int:
    """Advise, write the files, print."""
    from losscli import render
    from losscli.result import Advice

    formats, show = asked_formats(flags, Advice), sections_of(flags.show, ADVISE)
    check_places(flags, [flags.data])
    wait_for([flags.data])
    found = advise(flags, FILES, command_line())
    written = partial(render.written, found.advice, all=flags.all, show=show, explain=flags.explain)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    return ending(found.cut_short)


def ending(cut_short: str | None) -> ExitCode:
    """The exit code; of a run that was interrupted, how much of it is in the result is said."""
    if cut_short is None:
        return ExitCode.OK
    say(cut_short)
    return ExitCode.INTERRUPTED
