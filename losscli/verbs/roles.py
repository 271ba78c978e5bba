"""`roles`: flags and what they name → what every column is."""

from dataclasses import replace
from typing import TYPE_CHECKING

from losscli.errors import UsageError
from losscli.verbs.asked import asked_of_features, asked_of_predictions, tasks_asked
from losscli.verbs.given import Given
from losscli.verbs.options import CompareFlags, FitFlags, RolesFlags, flag_fields

if TYPE_CHECKING:
    from losscli.data.roles import Problem, features
    from losscli.data.table import Table
    from losscli.result import ColumnRole, Input, Roles

_READS = {"compare": CompareFlags, "fit": FitFlags}


def roles(flags: RolesFlags, given: Given, command: tuple[str, ...]) -> "Roles":
    """The role of every column.

    given: what is in memory of what the flags name.
    command: the command line, for the record.

    Raises UsageError and DataError.
    """
    _check_flags(flags)
    find = _of_training if flags.for_ == "fit" else _of_predictions
    return find(flags, given, command)


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


def _of_predictions(flags: RolesFlags, given: Given, command: tuple[str, ...]) -> "Roles":
    from losscli.data.roles.files import roles_of_files

    with given.reading(flags.predictions):
        options = flags.read_options(flags.id, flags.group, flags.by)
        asked = replace(asked_of_predictions(flags), losses=tasks_asked(flags.loss))
        table, problem, inputs, columns = roles_of_files(flags.predictions, options, asked, given.read)
    return _roles(flags, command, table, problem, inputs, columns)


def _of_training(flags: RolesFlags, given: Given, command: tuple[str, ...]) -> "Roles":
    from losscli.data.roles.evidence import roles_of_training
    from losscli.fitting.files import open_file

    (path,) = flags.predictions
    asked = replace(asked_of_features(flags), fold=flags.fold_column, losses=tasks_asked(flags.loss))
    with given.reading(flags.predictions):
        table, training, inputs = open_file(path, flags.read_options(flags.id), asked, given.read)
    return _roles(flags, command, table, training, inputs, tuple(roles_of_training(table, training)))


def _roles(
    flags: RolesFlags,
    command: tuple[str, ...],
    table: "Table",
    found: "Problem | features.Training",
    inputs: "tuple[Input, ...]",
    columns: "tuple[ColumnRole, ...]",
) -> "Roles":
    from losscli import __version__
    from losscli.result import Roles

    return Roles(
        version=__version__,
        command=command,
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
