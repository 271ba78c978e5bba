"""`losscli diff`: two results of compare → what changed."""

from functools import partial

from losscli.cli.flags import command_line, wait_for
from losscli.cli.output import print_result
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.errors import ExitCode
from losscli.sections import DIFF
from losscli.verbs.asked import sections_of
from losscli.verbs.diff import diff
from losscli.verbs.given import FILES
from losscli.verbs.options import DiffFlags


def run(flags: DiffFlags) -> int:
    """Compare two results, print and write the files."""
    from losscli import render
    from losscli.result import Changes

    paths = (flags.old, flags.new)
    formats, show = asked_formats(flags, Changes), sections_of(flags.show, DIFF)
    check_places(flags, paths)
    wait_for(paths)
    found = diff(flags, FILES, command_line())
    written = partial(render.written, found, all=flags.all, show=show, explain=flags.explain)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    return ExitCode.OK
