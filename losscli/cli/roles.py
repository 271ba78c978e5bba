"""`losscli roles`: flags → roles → formats."""

from functools import partial

from losscli.cli.flags import command_line, wait_for
from losscli.cli.output import print_result
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.errors import ExitCode
from losscli.verbs.given import FILES
from losscli.verbs.options import RolesFlags
from losscli.verbs.roles import roles


def run(flags: RolesFlags) -> int:
    """Find the roles, write the files, print."""
    from losscli import render
    from losscli.result import Roles

    formats = asked_formats(flags, Roles)
    check_places(flags, [*flags.predictions, *filter(None, [flags.truth])])
    wait_for(flags.predictions)
    written = partial(render.written, roles(flags, FILES, command_line()), all=flags.all)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet)
    return ExitCode.OK
