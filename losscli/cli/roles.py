"""`losscli roles`, and what the flags of other commands say of columns."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from losscli.cli.flags import command_line, losses_of, reading, word
from losscli.cli.options import CompareFlags, FeatureRoles, FitFlags, PredictionRoles, RolesFlags, flag_fields
from losscli.cli.output import print_result
from losscli.cli.places import asked_formats, check_places, write_files
from losscli.domain import Kind, Task
from losscli.errors import ExitCode, UsageError
from losscli.loss.catalogue import tasks_of

if TYPE_CHECKING:
    from losscli.data.roles import Asked, Problem, features
    from losscli.data.table import Table
    from losscli.result import ColumnRole, Input, Roles

_READS = {"compare": CompareFlags, "fit": FitFlags}


def run(flags: RolesFlags) -> int:
    """Find the roles, write the files, print."""
    from losscli import render
    from losscli.result import Roles

    formats = asked_formats(flags, Roles)
    check_places(flags, [*flags.predictions, *filter(None, [flags.truth])])
    _check_flags(flags)
    found = _of_training(flags) if flags.for_ == "fit" else _of_predictions(flags)
    written = partial(render.written, found, all=flags.all)
    write_files(formats, written)
    print_result(written, flags.format, quiet=flags.quiet)
    return ExitCode.OK


def _check_flags(flags: RolesFlags) -> None:
    """Raises UsageError for a flag that the command which reads the files does not take."""
    taken = {own.name for own in flag_fields(_READS[flags.for_])}
    for own in flag_fields(RolesFlags):
        if own.name not in taken | {"for_", "predictions"} and getattr(flags, own.name) != own.default:
            raise UsageError(
                f"{own.typed}: losscli {flags.for_} takes no such flag",
                advice="Leave it out, or say who reads the files: --for compare or --for fit",
            )
    if flags.for_ == "fit" and len(flags.predictions) > 1:
        raise UsageError("--for fit: losscli fit reads one file", advice="Name one file")


def _of_predictions(flags: RolesFlags) -> "Roles":
    from losscli.data.roles.files import roles_of_files

    with reading(flags.predictions):
        options = flags.read_options(flags.id, flags.group, flags.by)
        asked = replace(asked_of_predictions(flags), losses=_tasks(flags))
        table, problem, inputs, columns = roles_of_files(flags.predictions, options, asked)
    return _roles(flags, table, problem, inputs, columns)


def _of_training(flags: RolesFlags) -> "Roles":
    from losscli.data.roles.evidence import roles_of_training
    from losscli.fitting.files import open_file

    (path,) = flags.predictions
    asked = replace(asked_of_features(flags), fold=flags.fold_column, losses=_tasks(flags))
    with reading(flags.predictions):
        table, training, inputs = open_file(path, flags.read_options(flags.id), asked)
    return _roles(flags, table, training, inputs, tuple(roles_of_training(table, training)))


def _roles(
    flags: RolesFlags,
    table: "Table",
    found: "Problem | features.Training",
    inputs: "tuple[Input, ...]",
    columns: "tuple[ColumnRole, ...]",
) -> "Roles":
    from losscli import __version__
    from losscli.result import Roles

    return Roles(
        version=__version__,
        command=command_line(),
        inputs=inputs,
        reads_for=flags.for_,
        task=str(found.task),
        target=found.target,
        positive=found.positive,
        classes=found.labels,
        decisions=(*table.notes, *found.decisions),
        columns=columns,
        warnings=found.warnings,
    )


def _tasks(flags: RolesFlags) -> tuple[frozenset[Task], ...]:
    """Those of each loss that is asked for."""
    return tuple(tasks_of(spec) for spec in losses_of(flags.loss))


def asked_of_predictions(flags: PredictionRoles) -> "Asked":
    """What is said of the columns of files of predictions. Raises UsageError for a word that is unknown."""
    from losscli.data.roles import Asked

    confidence = flags.kind == "confidence"
    return Asked(
        target=flags.target,
        truth=flags.truth,
        common=flags.match == "common",
        pred=flags.pred,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        by=flags.by,
        model_column=flags.model_column,
        task=word(Task, flags.task, "--task"),
        kind=None if confidence else word(Kind, flags.kind, "--kind"),
        of_predicted=confidence,
        positive=flags.positive,
        classes=tuple(part.strip() for part in (flags.classes or "").split(",") if part.strip()),
        order=flags.order,
        normalize=flags.normalize,
        level=flags.level,
    )


def asked_of_features(flags: FeatureRoles) -> "features.Asked":
    """What is said of the columns of a file to learn from. Raises UsageError for a task that is unknown."""
    from losscli.data.roles.features import Asked

    return Asked(
        target=flags.target,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        task=word(Task, flags.task, "--task"),
        positive=flags.positive,
        features=flags.features,
        drop=flags.drop,
    )
