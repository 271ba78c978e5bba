"""`losscli compare`: flags → request, result → formats and exit code."""

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from losscli.catalogue import named
from losscli.cli.output import check_place, format_of, say, screen_width, show, status, write_whole
from losscli.domain import Kind, Task
from losscli.engine import default_jobs
from losscli.errors import ExitCode, UsageError, did_you_mean
from losscli.gate import Rule, gate_line, judged, parse_rule
from losscli.result import Comparison
from losscli.spec import Spec

LARGE = 32 << 20  # bytes of input that take a noticeable time
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    paths: tuple[str, ...]
    target: str | None
    pred: tuple[str, ...]
    id: str | None
    weights: str | None
    task: str | None
    kind: str | None
    positive: str | None
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    missing: str
    loss: tuple[str, ...]
    exclude: tuple[str, ...]
    scale: float | None
    clip: float | None
    threshold: float | None
    all: bool
    fail_if: tuple[str, ...]
    confidence: float
    format: str
    output: tuple[Path, ...]
    exact: bool
    quiet: bool
    jobs: int | None


class Missing(StrEnum):
    ERROR = "error"
    DROP = "drop"


def run(flags: Flags) -> int:
    """Compare, print, write the files, judge the gates."""
    from losscli import render

    formats = [(path, format_of(path)) for path in flags.output]
    render.named_format(flags.format)  # an unknown one is said before any work
    for path in flags.output:
        check_place(path, flags.paths)
    rules = [parse_rule(text) for text in flags.fail_if]
    found = judged(_compare(flags, rules), rules)
    for path, name in formats:
        write_whole(path, render.comparison(found, name, all=flags.all, colour=False, width=None))
    for gate in found.gates:
        say(gate_line(gate))
    code = ExitCode.GATE_FAILED if any(gate.verdict == "fail" for gate in found.gates) else ExitCode.OK
    if not flags.quiet:
        colour = render.use_colour(sys.stdout, os.environ)
        show(render.comparison(found, flags.format, all=flags.all, colour=colour, width=screen_width()))
    return code


def _compare(flags: Flags, rules: Iterable[Rule]) -> Comparison:
    from losscli.comparison import Request, compare, tasks_of
    from losscli.comparison.files import open_files
    from losscli.table import ReadOptions
    from losscli.task import Asked

    losses = tuple(Spec.parse(text) for text in flags.loss)
    exclude = tuple(Spec.parse(text) for text in flags.exclude)
    for spec in exclude:
        named(spec.name)  # refuses an unknown one
    asked = Asked(
        target=flags.target,
        pred=flags.pred,
        id=flags.id,
        weights=flags.weights,
        task=_word(Task, flags.task, "--task"),
        kind=_word(Kind, flags.kind, "--kind"),
        positive=flags.positive,
        threshold=flags.threshold,
        losses=tuple(tasks_of(spec) for spec in losses),
    )
    jobs = flags.jobs if flags.jobs is not None else default_jobs()
    request = Request(
        losses=losses,
        gated=tuple(rule.spec for rule in rules if rule.is_loss),
        exclude=exclude,
        scale=_within(flags.scale, "--scale", low=0.0),
        clip=_within(flags.clip, "--clip", low=0.0, high=0.5),
        drop=_word(Missing, flags.missing, "--missing") is Missing.DROP,
        exact=flags.exact,
        confidence=_within(flags.confidence, "--confidence", low=0.0, high=1.0) or 0.95,
        jobs=int(_within(float(jobs), "--jobs", low=0.0) or 1),
        command=("losscli", *sys.argv[1:]),
    )
    options = ReadOptions(
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        decimal=flags.decimal,
        thousands=flags.thousands,
        text=frozenset({flags.id} if flags.id else ()),
        jobs=request.jobs,
    )
    with _status(flags.paths, "reading"):
        table, problem, inputs = open_files(flags.paths, options, asked)
    with _status(flags.paths, "comparing"):
        return compare(table, problem, request, inputs)


def _status(paths: Sequence[str], doing: str) -> AbstractContextManager[None]:
    """A line while large files are worked on."""
    size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    return status(f"{doing} {size >> 20:,} MB …") if size >= LARGE else nullcontext()


def _word(words: type[Word], text: str | None, flag: str) -> Word | None:
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        known = [str(word) for word in words]
        advice = did_you_mean(text, known) or f"It is one of {', '.join(known)}"
        raise UsageError(
            f"{flag} {text}: there is no such {flag.removeprefix('--')}", advice=advice
        ) from None


def _within(value: float | None, flag: str, *, low: float, high: float = float("inf")) -> float | None:
    if value is not None and not low < value < high:
        bound = f"between {low:g} and {high:g}" if high < float("inf") else f"above {low:g}"
        raise UsageError(f"{flag} {value:g} is not {bound}")
    return value
