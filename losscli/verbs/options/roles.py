"""The flags that say what the columns of files of predictions are, and `losscli roles`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from losscli.verbs.options.flag import ARGUMENTS, Flag
from losscli.verbs.options.shared import (
    DATA,
    FOLD_COLUMN,
    OUTPUT,
    TABLE,
    TASK,
    PrintingFlags,
    ReadingFlags,
    RoleFlags,
)


@dataclass(frozen=True, kw_only=True)
class PredictionRoles(ReadingFlags, RoleFlags):
    """Files of predictions, and what their columns are."""

    predictions: Annotated[tuple[str, ...], Flag("PREDICTIONS", TABLE, ARGUMENTS)]
    target: Annotated[
        str | None, Flag("COL", "Target column; of several targets a pattern, 'truth_*'.", DATA)
    ] = None
    truth: Annotated[
        str | None,
        Flag("FILE", "The file that the target comes from, joined by --id.", DATA, after="target"),
    ] = None
    pred: Annotated[
        tuple[str, ...],
        Flag("MODEL", "A model, a column, NAME=COL, NAME=LABEL:COL,... or a pattern; repeat it.", DATA),
    ] = ()
    id: Annotated[str | None, Flag("COL", "Row id: joins files, names rows.", DATA)] = None
    match: Annotated[
        Literal["all", "common"],
        Flag("RULE", "all: every id is in every file; common: only ids that all have.", DATA, after="id"),
    ] = "all"
    model_column: Annotated[
        str | None,
        Flag("COL", "Each of its values is a model, rows matched by --id.", DATA, after="match"),
    ] = None
    group: Annotated[str | None, Flag("COL", "Rows of one value are resampled together.", DATA)] = None
    time: Annotated[str | None, Flag("COL", "Rows are resampled in blocks of its order.", DATA)] = None
    by: Annotated[str | None, Flag("COL", "Each value of it is a slice, judged by itself.", DATA)] = None
    task: Annotated[str | None, TASK] = None
    kind: Annotated[
        str | None,
        Flag(
            "KIND",
            "What predictions are: value, label, probability, logit, score; confidence: the probability of "
            "the class that is predicted.",
            DATA,
        ),
    ] = None
    normalize: Annotated[bool, Flag("", "Divide the columns of classes by their sum, row by row.", DATA)] = (
        False
    )
    level: Annotated[float | None, Flag("P", "Of the intervals, e.g. 0.8.", DATA, above=0, below=1)] = None
    classes: Annotated[
        str | None, Flag("a,b,c", "Every class, in the order of its column.", DATA, after="positive")
    ] = None
    order: Annotated[
        str | None,
        Flag("low,mid,high", "The classes in their order, for ordinal losses.", DATA, after="classes"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class FeatureRoles(RoleFlags):
    """What the columns of a file to learn from are."""

    features: Annotated[
        tuple[str, ...],
        Flag("COL", "A feature; repeat it. Default: all other columns.", DATA, after="positive"),
    ] = ()
    drop: Annotated[tuple[str, ...], Flag("COL", "A column that is no feature; repeat it.", DATA)] = ()


@dataclass(frozen=True, kw_only=True)
class RolesFlags(PrintingFlags, PredictionRoles, FeatureRoles):
    """Files, for whom they are read, and what is said of their columns."""

    for_: Annotated[
        Literal["compare", "fit"],
        Flag("VERB", "compare; fit: the roles that fit and advise give.", DATA, after="predictions"),
    ] = "compare"
    fold_column: Annotated[str | None, FOLD_COLUMN] = None
    loss: Annotated[
        tuple[str, ...],
        Flag("SPEC", "A loss that is asked for, which may decide the task; repeat it.", DATA, specs=True),
    ] = ()
    all: Annotated[bool, Flag("", "Every column on a line of its own.", OUTPUT, after="output")] = False
