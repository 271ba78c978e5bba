"""`losscli compare`: flags → request, result → formats and exit code."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from losscli.catalogue import tasks_of
from losscli.cli.flags import Missing, jobs_of, large, losses_of, within, word
from losscli.cli.output import check_place, format_of, say, screen_width, show, write_whole
from losscli.domain import Kind, Task
from losscli.errors import ExitCode
from losscli.gate import Rule, gate_line, judged, parse_rule
from losscli.result import Comparison


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


def run(flags: Flags) -> int:
    """Compare, print, write the files, judge the gates."""
    from losscli import render

    formats = [(path, format_of(path)) for path in flags.output]
    render.named_format(flags.format)  # an unknown one is said before any work
    for path in flags.output:
        check_place("--output", path, flags.paths)
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
    from losscli.comparison import Request, compare
    from losscli.comparison.files import open_files
    from losscli.table import ReadOptions
    from losscli.task import Asked

    losses = losses_of(flags.loss)
    asked = Asked(
        target=flags.target,
        pred=flags.pred,
        id=flags.id,
        weights=flags.weights,
        task=word(Task, flags.task, "--task"),
        kind=word(Kind, flags.kind, "--kind"),
        positive=flags.positive,
        threshold=flags.threshold,
        losses=tuple(tasks_of(spec) for spec in losses),
    )
    request = Request(
        losses=losses,
        gated=tuple(rule.spec for rule in rules if rule.is_loss),
        exclude=losses_of(flags.exclude),
        scale=within(flags.scale, "--scale", low=0.0),
        clip=within(flags.clip, "--clip", low=0.0, high=0.5),
        drop=word(Missing, flags.missing, "--missing") is Missing.DROP,
        exact=flags.exact,
        confidence=within(flags.confidence, "--confidence", low=0.0, high=1.0) or 0.95,
        jobs=jobs_of(flags.jobs),
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
    with large(flags.paths, "reading"):
        table, problem, inputs = open_files(flags.paths, options, asked)
    with large(flags.paths, "comparing"):
        return compare(table, problem, request, inputs)
