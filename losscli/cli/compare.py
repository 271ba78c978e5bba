"""`losscli compare`: flags → request, result → formats and exit code."""

import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING

from losscli import progress
from losscli.cli.cost import at_cost, parse_cost, spec_at
from losscli.cli.custom import own_losses
from losscli.cli.files import is_result, read_result
from losscli.cli.flags import command_line, losses_of, reading, sections_of, word
from losscli.cli.options import CompareFlags
from losscli.cli.output import print_result, say, show_chart
from losscli.cli.places import asked_formats, check_places, format_of, write_files
from losscli.cli.roles import asked_of_predictions
from losscli.comparison.gates import (
    Allowance,
    GateRule,
    fails,
    judged,
    parse_allowances,
    parse_rule,
)
from losscli.errors import ExitCode, Fix, UsageError
from losscli.loss import BoundLoss
from losscli.loss.catalogue import tasks_of
from losscli.report.gates import gate_line
from losscli.result import Comparison, Recorded
from losscli.sections import ALL, COMPARE
from losscli.spec import Spec

if TYPE_CHECKING:
    from losscli.data.roles import Asked


_WHOLE = frozenset({"json", "html"})  # formats that hold it, as figures or as a chart
_DECOMPOSED = frozenset({"decomposition", ALL})  # sections that say what a loss is made of


def run(flags: CompareFlags) -> int:
    """The command, with the user's own losses known to it."""
    with own_losses(flags) as plain:
        return _run(plain)


def _run(flags: CompareFlags) -> int:
    """Compare, print, write the files, judge the gates."""
    from losscli import render

    formats, show = asked_formats(flags, Comparison), sections_of(flags.show, COMPARE)
    check_places(flags, [*flags.predictions, *filter(None, [flags.baseline, flags.truth])])
    cost = parse_cost(flags.cost)
    rules = [at_cost(parse_rule(text), cost) for text in flags.fail_if]
    allowances = [at_cost(one, cost) for one in parse_allowances(flags.max_regression)]
    strict = flags.inconclusive == "fail"
    found = judged(_compare(flags, rules, allowances, cost, whole=_in_full(flags, show)), rules)
    written = partial(render.written, found, all=flags.all, show=show, explain=flags.explain, strict=strict)
    cut_short = next((one.message for one in found.warnings if one.code == "interrupted"), None)
    if cut_short is not None:  # files keep what they hold
        print_result(written, flags.format, quiet=flags.quiet)
        say(cut_short)
        return ExitCode.INTERRUPTED
    write_files(formats, written)
    for gate in found.gates:
        say(gate_line(gate))
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    if flags.plot and flags.format == "text" and not flags.quiet:
        show_chart(found)
    failed = any(fails(gate, strict=strict) for gate in found.gates)
    return ExitCode.GATE_FAILED if failed else ExitCode.OK


def _in_full(flags: CompareFlags, show: Collection[str]) -> bool:
    """Whether what the loss is made of is written somewhere."""
    return (
        flags.all
        or not _DECOMPOSED.isdisjoint(show)
        or not _WHOLE.isdisjoint((flags.format, *map(format_of, flags.output)))
    )


def _lists_rows(rows: str | None) -> bool:
    if rows not in (None, "flagged"):
        raise UsageError(
            f"--rows {rows}: rows are listed that are flagged or decide, and no others",
            advice="There is one word for it:",
            fixes=[Fix(("--rows", "flagged"), "outliers, and the rows that decide")],
        )
    return rows is not None


def _baseline(flags: CompareFlags) -> tuple[tuple[str, ...], Recorded | None]:
    """(the files to read, the earlier result): a baseline that is a file of predictions is one of the files,
    and its rows are found by their ids."""
    if flags.baseline is None:
        return flags.predictions, None
    path, model = _model_in(flags.baseline)
    if not os.path.isfile(path) or path in flags.predictions:
        return flags.predictions, None
    if flags.id is None:
        raise _no_id(flags, path)
    if not is_result(path):
        return (*flags.predictions, path), None
    recorded = replace(read_result(path), model=model)
    if model is not None and model not in recorded.models:
        raise UsageError(
            f"--baseline {flags.baseline}: {path} has no model {model!r}",
            advice="Name one that it has:",
            fixes=[Fix(("--baseline", f"{path}:{name}"), f"against {name}") for name in recorded.models],
        )
    if not flags.max_regression and not flags.fail_if:
        loss = recorded.result.primary
        raise UsageError(
            f"--baseline {path}: how much worse may a loss be?",
            advice=f"losscli diff {quote(path)} NEW.json shows what changed; to judge it, say how much:",
            fixes=[Fix(("--max-regression", f"{loss}=2%"), f"{loss} at most 2 % worse")],
        )
    return flags.predictions, recorded


def _model_in(baseline: str) -> tuple[str, str | None]:
    """`old.json:rf`: a result, and which of its models; the name of a file may have a colon too."""
    path, colon, model = baseline.rpartition(":")
    if not os.path.isfile(baseline) and colon and os.path.isfile(path) and is_result(path):
        return path, model
    return baseline, None


def _no_id(flags: CompareFlags, path: str) -> UsageError:
    from losscli.data.roles.files import fixes_of_ids
    from losscli.data.table import read

    options = flags.read_options()
    files = flags.predictions[:1] if is_result(path) else (flags.predictions[0], path)
    fixes = fixes_of_ids([read(file, options) for file in files])
    return UsageError(
        f"--baseline {path}: a file is paired row by row by an id, or a reordered one would pair wrongly",
        advice="Name the column:" if fixes else "Give both files a column of ids, and name it with --id",
        fixes=fixes,
    )


def _compare(
    flags: CompareFlags,
    rules: Iterable[GateRule],
    allowances: Iterable[Allowance],
    cost: BoundLoss | None,
    *,
    whole: bool,
) -> Comparison:
    from losscli.comparison.compare import Request, compare
    from losscli.comparison.metrics import check_order
    from losscli.comparison.verdicts.regressions import baselines
    from losscli.data.roles.files import open_files
    from losscli.inference import Correction

    losses = tuple(spec_at(spec, cost) for spec in losses_of(flags.loss))
    if flags.horizon is not None and flags.time is None:
        raise UsageError(
            f"--horizon {flags.horizon}: steps ahead in which column of times?",
            advice="Name it with --time COLUMN, or leave --horizon out",
        )
    paths, recorded = _baseline(flags)
    pinned = recorded.result.replicates if recorded is not None else None
    asked = _asked(flags, losses)
    request = Request(
        losses=losses,
        cost=cost,
        gated=(
            *(one.spec for one in rules if one.is_loss),
            *(one.spec for one in allowances if one.is_loss),
        ),
        metrics=(
            *(str(one.spec) for one in rules if not one.is_loss),
            *(str(one.spec) for one in allowances if not one.is_loss),
        ),
        baseline=None if recorded is not None else flags.baseline,
        recorded=recorded,
        replicates=flags.replicates,
        allowances=tuple(allowances),
        match_common=flags.match == "common",
        resamples=flags.resamples or (pinned.count if pinned is not None else None),
        decompose=whole,
        list_rows=_lists_rows(flags.rows),
        correction=word(Correction, flags.correction, "--correction") or Correction.MAX_T,
        horizon=flags.horizon,
        seed=flags.seed,
        self_check=flags.self_check,
        exclude=tuple(spec_at(spec, cost) for spec in losses_of(flags.exclude)),
        scale=flags.scale or (recorded.result.scale if recorded is not None else None),
        clip=flags.clip,
        drop=flags.missing == "drop",
        exact=flags.exact,
        confidence=flags.confidence,
        jobs=flags.workers,
        command=command_line(),
    )
    options = flags.read_options(flags.id, flags.group, flags.by, jobs=request.jobs)
    with reading(paths):
        table, problem, inputs = open_files(paths, options, asked)
    if allowances and flags.baseline is None:
        names = [model.name for model in problem.models]
        raise UsageError(
            f"--max-regression {flags.max_regression[0]}: worse than which model?",
            advice="Say which is the baseline:" if len(names) > 1 else "There is one model, and no baseline",
            fixes=baselines(names) or [Fix(("--max-regression",), "one model, judged by itself")],
        )
    check_order(problem, request.metrics)
    with progress.stage("comparing"):
        return compare(table, problem, request, inputs)


def _asked(flags: CompareFlags, losses: Iterable[Spec]) -> "Asked":
    """What the flags say of the columns; losses: those that are asked for."""
    from losscli.data.roles import ClassWeight

    return replace(
        asked_of_predictions(flags),
        threshold=flags.threshold,
        class_weight=ClassWeight.parse(flags.class_weight) if flags.class_weight is not None else None,
        cost=flags.cost,
        losses=tuple(tasks_of(spec) for spec in losses),
    )
