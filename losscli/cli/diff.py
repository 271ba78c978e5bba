"""`losscli diff`: two results of compare → what changed."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from losscli.cli.files import read_result
from losscli.cli.flags import large
from losscli.cli.output import print_result
from losscli.cli.places import asked_formats, check_places, write_files
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
    from losscli.comparison.diff import changes
    from losscli.result import Changes

    paths = (flags.old, flags.new)
    formats = asked_formats(flags.output, flags.format, Changes)
    check_places((("--output", path) for path in flags.output), paths)
    with large(paths, "reading"):
        old, new = map(read_result, paths)
    found = changes(old, new, ("losscli", *sys.argv[1:]))
    written = partial(render.written, found, all=flags.all)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet)
    return ExitCode.OK
