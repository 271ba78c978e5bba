"""`losscli diff`: two results of compare → what changed."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from losscli.cli.files import read_result
from losscli.cli.flags import large
from losscli.cli.output import check_place, format_of, screen_width, show, write_whole
from losscli.errors import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    old: str
    new: str
    all: bool
    format: str
    output: tuple[Path, ...]
    quiet: bool


def run(flags: Flags) -> int:
    """Compare two results, print and write the files."""
    from losscli import render
    from losscli.diff import changes

    paths = (flags.old, flags.new)
    formats = [(path, format_of(path)) for path in flags.output]
    render.named_format(flags.format)  # an unknown one is said before any work
    for path in flags.output:
        check_place("--output", path, paths)
    with large(paths, "reading"):
        old, new = map(read_result, paths)
    found = changes(old, new, ("losscli", *sys.argv[1:]))
    for path, name in formats:
        write_whole(path, render.changes(found, name, all=flags.all, colour=False, width=None))
    if not flags.quiet:
        colour = render.use_colour(sys.stdout, os.environ)
        show(render.changes(found, flags.format, all=flags.all, colour=colour, width=screen_width()))
    return ExitCode.OK
