"""`losscli compare`: flags → request, result → formats and exit code."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from losscli.cli.cost import at_cost, parse_cost, spec_at
from losscli.cli.custom import own_losses_of
from losscli.cli.files import is_result, read_result
from losscli.cli.flags import Missing, at_least, jobs_of, large, losses_of, within, word
from losscli.cli.output import print_result, say
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.comparison.gate import Allowance, Rule, fails, gate_line, judged, parse_allowance, parse_rule
from losscli.domain import Kind, Task
from losscli.errors import ExitCode, UsageError
from losscli.loss import BoundLoss
from losscli.loss.catalogue import tasks_of
from losscli.result import Comparison, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    paths: tuple[str, ...]
    target: str | None
    pred: tuple[str, ...]
    id: str | None
    weights: str | None
    class_weight: str | None
    group: str | None
    time: str | None
    by: str | None
    task: str | None
    kind: str | None
    positive: str | None
    order: str | None
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    skip_lines: int
    max_unpacked: float | None
    missing: str
    loss: tuple[str, ...]
    define: tuple[str, ...]
    exclude: tuple[str, ...]
    scale: float | None
    clip: float | None
    threshold: float | None
    cost: str | None
    all: bool
    fail_if: tuple[str, ...]
    baseline: str | None
    max_regression: tuple[str, ...]
    inconclusive: str
    resamples: int | None
    correction: str
    seed: int
    self_check: bool
    confidence: float
    format: str
    output: tuple[Path, ...]
    rows: str | None
    replicates: bool
    exact: bool
    quiet: bool
    jobs: int | None


class Inconclusive(StrEnum):
    """What a gate means that cannot tell."""

    WARN = "warn"
    PASS = "pass"
    FAIL = "fail"


def run(flags: Flags) -> int:
    """The command, with the user's own losses known to it."""
    with own_losses_of(flags, "loss", "exclude", "fail_if", "max_regression") as plain:
        return _run(plain)


def _run(flags: Flags) -> int:
    """Compare, print, write the files, judge the gates."""
    from losscli import render

    formats = asked_formats(flags.output, flags.format, "comparison")
    inputs = (*flags.paths, *filter(None, (flags.baseline,)))
    check_places((("--output", path) for path in flags.output), inputs)
    cost = parse_cost(flags.cost)
    rules = [at_cost(parse_rule(text), cost) for text in flags.fail_if]
    allowances = [at_cost(one, cost) for one in _allowances(flags)]
    strict = word(Inconclusive, flags.inconclusive, "--inconclusive") is Inconclusive.FAIL
    found = judged(_compare(flags, rules, allowances, cost), rules, allowances)
    written = partial(render.comparison, found, all=flags.all, strict=strict)
    write_files(formats, written)
    for gate in found.gates:
        say(gate_line(gate))
    print_result(written, flags.format, quiet=flags.quiet)
    failed = any(fails(gate, strict=strict) for gate in found.gates)
    return ExitCode.GATE_FAILED if failed else ExitCode.OK


def _allowances(flags: Flags) -> list[Allowance]:
    if flags.max_regression and flags.baseline is None:
        raise UsageError(
            f"--max-regression {flags.max_regression[0]}: worse than which model?",
            advice="Name it: --baseline MODEL",
        )
    return [parse_allowance(text) for text in flags.max_regression]


def _lists_rows(rows: str | None) -> bool:
    if rows not in (None, "flagged"):
        raise UsageError(
            f"--rows {rows}: rows are listed that are flagged or decide, and no others",
            advice="Type --rows flagged",
        )
    return rows is not None


def _baseline(flags: Flags) -> tuple[tuple[str, ...], Recorded | None]:
    """(the files to read, the earlier result): a baseline that is a file of predictions is one of the files,
    and its rows are found by their ids."""
    path = flags.baseline
    if path is None or not os.path.isfile(path) or path in flags.paths:
        return flags.paths, None
    if flags.id is None:
        raise UsageError(
            f"--baseline {path}: a file is paired row by row by an id, or a reordered one would pair wrongly",
            advice="Name the column: --id COL",
        )
    if not is_result(path):
        return (*flags.paths, path), None
    if not flags.max_regression:
        raise UsageError(
            f"--baseline {path}: how much worse may a loss be?",
            advice=f"Say it: --max-regression LOSS=2%; or see what changed: losscli diff {path} NEW.json",
        )
    return flags.paths, read_result(path)


def _resamples(flags: Flags) -> int | None:
    return None if flags.resamples is None else at_least(flags.resamples, "--resamples", 200)


def _compare(
    flags: Flags, rules: Iterable[Rule], allowances: Iterable[Allowance], cost: BoundLoss | None
) -> Comparison:
    from losscli.comparison.compare import Request, compare
    from losscli.comparison.files import open_files
    from losscli.data.roles import Asked, ClassWeight
    from losscli.data.table import ReadOptions
    from losscli.inference import Correction

    losses = tuple(spec_at(spec, cost) for spec in losses_of(flags.loss))
    paths, recorded = _baseline(flags)
    pinned = recorded.result.replicates if recorded is not None else None
    asked = Asked(
        target=flags.target,
        pred=flags.pred,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        by=flags.by,
        task=word(Task, flags.task, "--task"),
        kind=word(Kind, flags.kind, "--kind"),
        positive=flags.positive,
        order=flags.order,
        threshold=flags.threshold,
        class_weight=ClassWeight.parse(flags.class_weight) if flags.class_weight is not None else None,
        cost=flags.cost,
        losses=tuple(tasks_of(spec) for spec in losses),
    )
    request = Request(
        losses=losses,
        cost=cost,
        gated=(*(rule.spec for rule in rules if rule.is_loss), *(one.spec for one in allowances)),
        baseline=None if recorded is not None else flags.baseline,
        recorded=recorded,
        replicates=flags.replicates,
        allowed=tuple((one.spec, one.tolerance) for one in allowances),
        resamples=_resamples(flags) or (pinned.count if pinned is not None else None),
        list_rows=_lists_rows(flags.rows),
        correction=word(Correction, flags.correction, "--correction") or Correction.MAX_T,
        seed=at_least(flags.seed, "--seed", 0),
        self_check=flags.self_check,
        exclude=tuple(spec_at(spec, cost) for spec in losses_of(flags.exclude)),
        scale=within(flags.scale, "--scale", low=0.0)
        or (recorded.result.scale if recorded is not None else None),
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
        skip_lines=flags.skip_lines,
        max_unpacked=flags.max_unpacked,
        text=frozenset(filter(None, (flags.id, flags.group, flags.by))),
        jobs=request.jobs,
    )
    with large(paths, "reading"):
        table, problem, inputs = open_files(paths, options, asked)
    with large(paths, "comparing"):
        return compare(table, problem, request, inputs)
