"""`compare`: flags and what they name → the comparison, its gates judged."""

from collections.abc import Iterable
from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from losscli import progress
from losscli.comparison.gates import Allowance, GateRule, judged, parse_allowances, parse_rule
from losscli.errors import Fix, UsageError
from losscli.loss import BoundLoss
from losscli.result import Comparison, Recorded
from losscli.verbs.asked import asked_of_predictions, losses_of, tasks_asked, word
from losscli.verbs.cost import at_cost, parse_cost, spec_at
from losscli.verbs.given import Given
from losscli.verbs.options import CompareFlags

if TYPE_CHECKING:
    from losscli.data.roles import Asked


def compare(flags: CompareFlags, given: Given, command: tuple[str, ...], *, whole: bool) -> Comparison:
    """The comparison that the flags ask for.

    flags: the user's own losses are known, their paths taken out of the specs (`own_losses`).
    given: what is in memory of what they name.
    command: the command line, for the record.
    whole: whether what every loss is made of is found, as JSON has it.

    Raises UsageError and DataError.
    """
    cost = parse_cost(flags.cost)
    rules = [at_cost(parse_rule(text), cost) for text in flags.fail_if]
    allowances = [at_cost(one, cost) for one in parse_allowances(flags.max_regression)]
    with given.workers(flags.scheduler):
        return judged(_compared(flags, given, command, rules, allowances, cost, whole=whole), rules)


def _lists_rows(rows: str | None) -> bool:
    if rows not in (None, "flagged"):
        raise UsageError(
            f"--rows {rows}: rows are listed that are flagged or decide, and no others",
            advice="There is one word for it:",
            fixes=[Fix(("--rows", "flagged"), "outliers, and the rows that decide")],
        )
    return rows is not None


def _baseline(flags: CompareFlags, given: Given) -> tuple[tuple[str, ...], Recorded | None]:
    """(the files to read, the earlier result): a baseline that is a file of predictions is one of the files,
    and its rows are found by their ids."""
    if flags.baseline is None:
        return flags.predictions, None
    path, model = _model_in(flags.baseline, given)
    if not given.has(path) or path in flags.predictions:
        return flags.predictions, None
    if flags.id is None:
        raise _no_id(flags, given, path)
    if not given.is_result(path):
        return (*flags.predictions, path), None
    recorded = replace(given.result(path), model=model)
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


def _model_in(baseline: str, given: Given) -> tuple[str, str | None]:
    """`old.json:rf`: a result, and which of its models; the name of a file may have a colon too."""
    path, colon, model = baseline.rpartition(":")
    if not given.has(baseline) and colon and given.has(path) and given.is_result(path):
        return path, model
    return baseline, None


def _no_id(flags: CompareFlags, given: Given, path: str) -> UsageError:
    from losscli.data.roles.files import fixes_of_ids

    options = flags.read_options()
    files = flags.predictions[:1] if given.is_result(path) else (flags.predictions[0], path)
    fixes = fixes_of_ids([given.read(file, options) for file in files])
    return UsageError(
        f"--baseline {path}: a file is paired row by row by an id, or a reordered one would pair wrongly",
        advice="Name the column:" if fixes else "Give both files a column of ids, and name it with --id",
        fixes=fixes,
    )


def _compared(
    flags: CompareFlags,
    given: Given,
    command: tuple[str, ...],
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
    paths, recorded = _baseline(flags, given)
    pinned = recorded.result.replicates if recorded is not None else None
    asked = _asked(flags)
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
        command=command,
    )
    options = flags.read_options(flags.id, flags.group, flags.by, jobs=request.jobs)
    with given.reading(paths):
        table, problem, inputs = open_files(paths, options, asked, given.read)
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


def _asked(flags: CompareFlags) -> "Asked":
    """What the flags say of the columns."""
    from losscli.data.roles import ClassWeight

    return replace(
        asked_of_predictions(flags),
        threshold=flags.threshold,
        class_weight=ClassWeight.parse(flags.class_weight) if flags.class_weight is not None else None,
        cost=flags.cost,
        losses=tasks_asked(flags.loss),
    )
