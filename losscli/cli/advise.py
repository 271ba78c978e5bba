"""`losscli advise`: flags → request, advice → formats and exit code."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from losscli.cli.fit import Missing, penalty
from losscli.cli.flags import at_least, jobs_of, large, within, word
from losscli.cli.interrupt import heard
from losscli.cli.output import print_result, progress, say
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.domain import Task
from losscli.errors import ExitCode

if TYPE_CHECKING:
    from losscli.advice import Advised


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    path: str
    target: str | None
    id: str | None
    weights: str | None
    group: str | None
    time: str | None
    task: str | None
    positive: str | None
    features: tuple[str, ...]
    drop: tuple[str, ...]
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    skip_lines: int
    max_unpacked: float | None
    missing: str
    l2: str
    folds: int
    seed: int
    confidence: float
    format: str
    output: tuple[Path, ...]
    quiet: bool
    jobs: int | None


def run(flags: Flags) -> int:
    """Advise, write the files, print."""
    from losscli import render
    from losscli.result import Advice

    formats = asked_formats(flags.output, flags.format, Advice)
    check_places((("--output", path) for path in flags.output), [flags.path])
    found = _advise(flags)
    written = partial(render.written, found.advice)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet)
    if not found.interrupted:
        return ExitCode.OK
    say(f"interrupted: {found.advice.check.repeats} of 2 repeats are in the result")
    return ExitCode.INTERRUPTED


def _advise(flags: Flags) -> "Advised":
    from losscli.data.roles.features import Asked
    from losscli.data.table import ReadOptions
    from losscli.fitting.request import Request

    # What these refuse is said before anything heavy is loaded.
    request = Request(
        l2=penalty(flags.l2),
        folds=at_least(flags.folds, "--folds", 2),
        seed=at_least(flags.seed, "--seed", 0),
        confidence=within(flags.confidence, "--confidence", low=0.0, high=1.0) or 0.95,
        jobs=jobs_of(flags.jobs),
        command=("losscli", *sys.argv[1:]),
    )
    asked = Asked(
        target=flags.target,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        task=word(Task, flags.task, "--task"),
        positive=flags.positive,
        features=flags.features,
        drop=flags.drop,
        missing=word(Missing, flags.missing, "--missing") or Missing.ERROR,
    )
    from losscli.advice import advise
    from losscli.fitting.files import open_file

    options = ReadOptions(
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        decimal=flags.decimal,
        thousands=flags.thousands,
        skip_lines=flags.skip_lines,
        max_unpacked=flags.max_unpacked,
        text=frozenset({flags.id} if flags.id else ()),
        jobs=request.jobs,
    )
    with large([flags.path], "reading"):
        table, training, inputs = open_file(flags.path, options, asked)
    with progress("fitting") as shown, heard(shown) as report:
        return advise(table, training, request, inputs, report)
