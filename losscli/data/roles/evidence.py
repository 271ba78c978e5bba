"""What every column of the files is, why, and the flag that says otherwise."""

from collections.abc import Iterator, Mapping

from losscli.data.roles.asked import Asked
from losscli.data.roles.features import Training
from losscli.data.roles.ids import is_id, is_index, named_like_id
from losscli.data.roles.left_out import Files
from losscli.data.roles.models import ModelColumns, Predictions
from losscli.data.roles.outputs import CORNERS
from losscli.data.roles.problem import Problem
from losscli.data.roles.target import BY_NAME, BY_TARGET, is_numeric, shell_word
from losscli.data.roles.times import is_time
from losscli.data.roles.words import TARGET_NAMES, folded, is_prediction_name, role_spans
from losscli.data.table import Table
from losscli.domain import Kind
from losscli.result import ColumnRole

_MEANT = {  # flag → the role that it gives
    "--id": "id",
    "--weights": "weights",
    "--group": "group",
    "--time": "time",
    "--by": "by",
    "--model-column": "model",
    "--fold-column": "fold",
}


def roles_of(files: Files, problem: Problem, asked: Asked) -> Iterator[ColumnRole]:
    """The role of every column of files of predictions, in their order."""
    for table, before in files:
        for name in table.columns:
            yield _role(table, name, before + name, problem, asked)


def _role(table: Table, name: str, shown: str, problem: Problem, asked: Asked) -> ColumnRole:
    for model in problem.models:
        for part in model.parts:
            if shown in part.columns:
                return _prediction(table, name, shown, model, part, problem, asked)
    named = asked.named.get(name)
    if named is not None:
        return ColumnRole(table.path, name, _MEANT[named], f"{named} names it", f"{named} COL")
    if name == problem.model_column:
        why = "its name: each value is a model"
        return ColumnRole(table.path, name, "model", why, f"--by {shell_word(name)}")
    if name == problem.id:
        why = "its name: pairs the rows of the models"
        return ColumnRole(table.path, name, "id", why, "--id COL")
    if {name, shown} & {*problem.targets, *problem.target_sources}:
        why = _why_target(table, name, problem, asked)
        return ColumnRole(table.path, name, "target", why, "--target COL")
    said = _said(shown, problem)
    why, flag = (said, f"--pred {shell_word(name)}") if said else _left_out(table, name)
    return ColumnRole(table.path, name, "none", why, flag)


def _why_target(table: Table, name: str, problem: Problem, asked: Asked) -> str:
    if asked.target is not None:
        return BY_TARGET
    if table.path == asked.truth:
        return "--truth names its file"
    if name in problem.target_sources and len(problem.targets) == 1:
        return f"one-hot: {problem.target} is the column with the 1"
    if folded(name.strip()) in {folded(word) for word in TARGET_NAMES}:
        return BY_NAME
    if len(problem.targets) > 1:
        return "the names beside it say the same"
    return "what is predicted is named after it"


def _prediction(
    table: Table,
    name: str,
    shown: str,
    model: ModelColumns,
    part: Predictions,
    problem: Problem,
    asked: Asked,
) -> ColumnRole:
    place = part.columns.index(shown)
    return ColumnRole(
        table.path,
        name,
        "prediction",
        why=_why_prediction(table, name, part, problem, asked),
        flag="--pred MODEL=COL" if len(part.columns) == 1 else "--pred 'MODEL=LABEL:COL,…'",
        model=None if problem.model_column else model.name,
        kind=str(part.kind),
        of=_speaks_of(part, place, problem),
    )


def _speaks_of(part: Predictions, place: int, problem: Problem) -> str | None:
    if part.levels:
        return f"{part.levels[place]:g}"
    if part.labels:
        return part.labels[place]
    if part.kind is Kind.BOX:
        return CORNERS[place]
    if part.kind is Kind.INTERVAL:
        return ("lower end", "upper end")[place]
    if part.kind is Kind.MOMENTS:
        return ("mean", "variance" if part.is_variance else "standard deviation")[place]
    if part.of_label is not None:
        return part.of_label
    return problem.positive if part.kind is Kind.PROBABILITY else None


def _why_prediction(table: Table, name: str, part: Predictions, problem: Problem, asked: Asked) -> str:
    words = [word for *_, word in role_spans(name)]
    said = "--pred names it" if asked.pred else ""
    if not said and name in problem.targets:
        said = "named as the target is in another file"
    if not said and words:
        said = f"{words[-1]!r} in its name"
    if not said and len(part.columns) > 1:
        said = (
            "its name and those beside it are the classes" if part.labels else "its name and those beside it"
        )
    column = table.columns[name]
    values = ""
    if part.kind is Kind.PROBABILITY and len(part.columns) > 1:
        values = "rows add up to 1"
    elif part.kind is Kind.LABEL:
        values = "values are classes"
    elif is_numeric(table, name) and column.low is not None and column.high is not None:
        values = f"values {column.low:.4g} to {column.high:.4g}"
    return "; ".join(filter(None, [said or "the only number column left", values]))


def _said(shown: str, problem: Problem) -> str | None:
    """Why a column is no model, where a decision says it."""
    if shown in problem.alone:
        return f"its model has no {problem.alone[shown]}"
    return "the end of an interval is no model" if shown in problem.bounds else None


def _left_out(table: Table, name: str) -> tuple[str, str]:
    """(why a column has no role, the flag that gives it one)."""
    column = table.columns[name]
    if is_index(column):
        return "an index that a data frame wrote out", f"--id {shell_word(name)}"
    if is_id(table, name):
        return "names rows: its name, and no two values are the same", f"--id {shell_word(name)}"
    if named_like_id(name):
        return "named like an id, but values repeat", f"--group {shell_word(name)}"
    if is_time(table, name):
        return "a date or time", f"--time {shell_word(name)}"
    if not is_numeric(table, name):
        return "text, and its name is no prediction's", f"--by {shell_word(name)}"
    if is_prediction_name(name):
        return "--pred names others", f"--pred {shell_word(name)}"
    return "no word of a prediction in its name", f"--pred {shell_word(name)}"


def roles_of_training(table: Table, training: Training) -> Iterator[ColumnRole]:
    """The role of every column of a file to learn from."""
    named: Mapping[str | None, tuple[str, str]] = {
        training.id: ("id", "--id"),
        training.weights: ("weights", "--weights"),
        training.group: ("group", "--group"),
        training.time: ("time", "--time"),
        training.fold: ("fold", "--fold-column"),
        training.offset: ("offset", "--offset"),
        training.exposure: ("exposure", "--exposure"),
    }
    for name in table.columns:
        role, kind, why, flag = "none", None, "", f"--features {shell_word(name)}"
        if name in training.target_columns:
            why, role, flag = training.why_target, "target", "--target COL"
        elif name in named:
            role, flag = named[name]
            why, flag = f"{flag} names it", f"{flag} COL"
        elif name in training.features:
            role, flag = "feature", f"--drop {shell_word(name)}"
            kind = "number" if name in training.numbers else "text, a column per value"
            why = "a column without another role"
        else:
            why = training.unfit.get(name, "--drop names it")
        yield ColumnRole(table.path, name, role, why, flag, kind=kind)
