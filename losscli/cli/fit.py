"""`losscli fit`: flags → request, result → formats, model, predictions and exit code."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from losscli.cli.cost import parse_cost
from losscli.cli.custom import own_losses_of
from losscli.cli.flags import at_least, jobs_of, large, losses_of, within, word
from losscli.cli.interrupt import heard
from losscli.cli.output import print_result, progress, say
from losscli.cli.places import asked_formats, check_places, write_files, write_whole
from losscli.domain import Task
from losscli.errors import ExitCode, UsageError, did_you_mean
from losscli.loss.catalogue import tasks_of
from losscli.spec import Spec

if TYPE_CHECKING:
    from losscli.data.roles.features import Asked
    from losscli.fitting.fit import Fitted
    from losscli.fitting.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    path: str
    target: str | None
    id: str | None
    weights: str | None
    class_weight: str | None
    group: str | None
    time: str | None
    fold_column: str | None
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
    loss: tuple[str, ...]
    define: tuple[str, ...]
    exclude: tuple[str, ...]
    scale: float | None
    model: str
    l1: float
    l2: str
    penalty_scale: str
    path_of: str | None
    optimizer: str
    max_iter: int | None
    tol: float | None
    early_stopping: float | None
    patience: int | None
    seeds: int | None
    oversample: str | None
    label_smoothing: float | None
    augment: tuple[str, ...]
    folds: int
    repeats: int | None
    contaminate: tuple[str, ...]
    no_contaminate: bool
    threshold: str | None
    cost: str | None
    seed: int
    confidence: float
    format: str
    output: tuple[Path, ...]
    all: bool
    coefficients: bool
    save: Path | None
    predictions: Path | None
    quiet: bool
    jobs: int | None


_WHERE_USED = {
    "--seeds": "Leave it out, or add --model mlp:hidden=16",
    "--patience": "Leave it out, or add --early-stopping 0.1",
}


class Missing(StrEnum):
    """What happens to missing or infinite values."""

    ERROR = "error"
    DROP = "drop"
    IMPUTE = "impute"


class PenaltyScale(StrEnum):
    """What the strengths of a penalty are multiples of: 1, or the loss' curvature."""

    RAW = "raw"
    CURVATURE = "curvature"


def run(flags: Flags) -> int:
    """The command, with the user's own losses known to it."""
    with own_losses_of(flags, "loss", "exclude", trained=True) as plain:
        return _run(plain)


def _run(flags: Flags) -> int:
    """Fit, write the files, print."""
    from losscli import render
    from losscli.result import Fits

    formats = asked_formats(flags.output, flags.format, Fits)
    check_places(_places(flags), [flags.path])
    found = _fit(flags)
    written = partial(render.written, found.fits, all=flags.all, coefficients=flags.coefficients)
    write_files(formats, written)
    _write(flags, found)
    print_result(written, flags.format, quiet=flags.quiet)
    if not found.interrupted:
        return ExitCode.OK
    say(f"interrupted: {found.fits.repeats} of {found.repeats} repeats are in the result")
    return ExitCode.INTERRUPTED


def _places(flags: Flags) -> Iterator[tuple[str, Path]]:
    for path in flags.output:
        yield "--output", path
    for flag, place in (("--save", flags.save), ("--predictions", flags.predictions)):
        if place is not None:
            yield flag, place


def _write(flags: Flags, found: "Fitted") -> None:
    """The model and the predictions, where they are asked for."""
    if flags.save is not None:
        write_whole(flags.save, found.model_json)
    if flags.predictions is not None and found.predictions_csv:  # none where not one repeat is finished
        write_whole(flags.predictions, found.predictions_csv)


def _fit(flags: Flags) -> "Fitted":
    from losscli.data.table import ReadOptions

    request, asked = (
        _request(flags),
        _asked(flags),
    )  # what they refuse is said before anything heavy is loaded
    from losscli.fitting.files import open_file
    from losscli.fitting.fit import fit

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
        return fit(table, training, request, inputs, report)


def _asked(flags: Flags) -> "Asked":
    from losscli.data.roles.class_weight import ClassWeight
    from losscli.data.roles.features import Asked

    return Asked(
        target=flags.target,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        fold=flags.fold_column,
        task=word(Task, flags.task, "--task"),
        positive=flags.positive,
        features=flags.features,
        drop=flags.drop,
        losses=tuple(tasks_of(spec) for spec in losses_of(flags.loss)),
        class_weight=ClassWeight.parse(flags.class_weight) if flags.class_weight is not None else None,
        missing=word(Missing, flags.missing, "--missing") or Missing.ERROR,
    )


def _request(flags: Flags) -> "Request":
    from losscli.descent.networks import Early
    from losscli.descent.perceptron import Architecture
    from losscli.fitting.request import Request

    model = Spec.parse(flags.model)
    deep = bool(Architecture.parse(model).hidden)
    for flag, value, used, why in (
        ("--seeds", flags.seeds, deep, "a linear model has one start"),
        ("--patience", flags.patience, flags.early_stopping is not None, "nothing stops early"),
    ):
        if value is not None and not used:
            raise UsageError(f"{flag} {value}: {why}", advice=_WHERE_USED[flag])
    share = within(flags.early_stopping, "--early-stopping", low=0.0, high=1.0)
    patience = 10 if flags.patience is None else at_least(flags.patience, "--patience", 1)
    repeats = flags.repeats if flags.repeats is not None else 1 if deep else 10
    threshold, rule = _threshold(flags.threshold)
    return Request(
        losses=losses_of(flags.loss),
        exclude=losses_of(flags.exclude),
        scale=within(flags.scale, "--scale", low=0.0),
        model=model,
        optimizer=Spec.parse(flags.optimizer),
        max_iter=None if flags.max_iter is None else at_least(flags.max_iter, "--max-iter", 1),
        tol=within(flags.tol, "--tol", low=0.0),
        l1=_strength(flags.l1, "--l1", "Write a number"),
        l2=penalty(flags.l2),
        penalty_scale=word(PenaltyScale, flags.penalty_scale, "--penalty-scale") or PenaltyScale.RAW,
        path=None if flags.path_of is None else Spec.parse(flags.path_of),
        folds=at_least(flags.folds, "--folds", 2),
        repeats=at_least(repeats, "--repeats", 1),
        early=None if share is None else Early(share, patience),
        seeds=at_least(3 if flags.seeds is None else flags.seeds, "--seeds", 1) if deep else 1,
        contaminate=_contaminations(flags),
        threshold=threshold,
        threshold_rule=rule,
        cost=parse_cost(flags.cost),
        oversample=_share(flags.oversample),
        label_smoothing=within(flags.label_smoothing, "--label-smoothing", low=0.0, high=1.0),
        augment=tuple(Spec.parse(text) for text in flags.augment),
        seed=at_least(flags.seed, "--seed", 0),
        confidence=within(flags.confidence, "--confidence", low=0.0, high=1.0) or 0.95,
        jobs=jobs_of(flags.jobs),
        command=("losscli", *sys.argv[1:]),
    )


class ThresholdRule(StrEnum):
    """What a threshold is chosen by."""

    F1 = "f1"
    YOUDEN = "youden"
    COST = "cost"


def _threshold(text: str | None) -> tuple[float | None, str | None]:
    """(the threshold as a number, what it is chosen by), one or none. Raises UsageError for other words."""
    if text is None:
        return None, None
    value = _number(text)
    if math.isfinite(value):
        return value, None
    known = [str(rule) for rule in ThresholdRule]
    if text.strip() in known:
        return None, text.strip()
    advice = did_you_mean(text.strip(), known) or f"Write a number, {', '.join(known[:-1])} or {known[-1]}"
    raise UsageError(f"--threshold {text}: that is neither a number nor a rule", advice=advice)


def _share(text: str | None) -> float | None:
    """The share of the largest class that every class is repeated to."""
    if text is None:
        return None
    value = _number(text)
    if not 0.0 < value <= 1.0:
        raise UsageError(f"--oversample {text} is no share", advice="Write a number above 0, 1 at most")
    return value


def _number(text: str) -> float:
    """The number, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def penalty(text: str) -> float | None:
    """The strength of l2, or None where it is chosen for the loss."""
    if text == "auto":
        return None
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"--l2 {text}: that is not a number", advice="Write auto or a number") from None
    return _strength(value, "--l2", "Write auto or a number")


def _strength(value: float, flag: str, advice: str) -> float:
    if not 0 <= value < float("inf"):
        raise UsageError(f"{flag} {value:g} is not 0 or more", advice=advice)
    return value


def _contaminations(flags: Flags) -> tuple[Spec, ...] | None:
    """What to spoil training folds with; None is what is usual for the task."""
    if flags.no_contaminate and flags.contaminate:
        raise UsageError(
            f"--contaminate {flags.contaminate[0]} and --no-contaminate exclude each other",
            advice="Leave one of them out",
        )
    if flags.no_contaminate:
        return ()
    return tuple(Spec.parse(text) for text in flags.contaminate) or None
