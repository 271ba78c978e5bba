"""`losscli diff`: two results of compare → what changed."""

from functools import partial

from losscli import progress
from losscli.cli.files import read_result
from losscli.cli.flags import command_line, reading, sections_of
from losscli.cli.options import DiffFlags
from losscli.cli.output import print_result
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.errors import ExitCode
from losscli.sections import DIFF


def run(flags: DiffFlags) -> int:
    """Compare two results, print and write the files."""
    from losscli import render
    from losscli.comparison.diff import changes
    from losscli.result import Changes

    paths = (flags.old, flags.new)
    formats, show = asked_formats(flags, Changes), sections_of(flags.show, DIFF)
    check_places(flags, paths)
    with reading(paths):
        old, new = map(read_result, paths)
    with progress.stage("comparing"):
        found = changes(old, new, command_line())
    written = partial(render.written, found, all=flags.all, show=show, explain=flags.explain)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    return ExitCode.OK
