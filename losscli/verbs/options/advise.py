"""The flags of `losscli advise`, which `losscli fit` takes too."""

from dataclasses import dataclass
from typing import Annotated, Literal

from losscli.sections import ADVISE
from losscli.usual import CONFIDENCE, FOLDS
from losscli.verbs.options.flag import ARGUMENTS, Flag
from losscli.verbs.options.roles import FeatureRoles
from losscli.verbs.options.shared import (
    ALL,
    CONFIDENCE_FLAG,
    DATA,
    EXPLAIN,
    OUTPUT,
    TABLE,
    TableFlags,
    show_flag,
)

JUDGING = "Judging"  # a panel of the help
L2 = Flag("X", "Penalty: auto, or its strength, 0 or more.")


@dataclass(frozen=True, kw_only=True)
class AdviseFlags(TableFlags, FeatureRoles):
    """Features and a target, and how a model is judged."""

    data: Annotated[str, Flag("DATA", TABLE, ARGUMENTS)]
    missing: Annotated[
        Literal["error", "drop", "impute"],
        Flag("RULE", "error; drop: leave such rows out; impute: fill in.", DATA, after="max_unpacked"),
    ] = "error"
    l2: Annotated[str, L2.on(JUDGING)] = "auto"
    metric: Annotated[
        str | None,
        Flag("NAME", "What losses are ranked by: a metric or a loss, e.g. rmse or huber:delta=2.", JUDGING),
    ] = None
    folds: Annotated[int, Flag("N", "Folds.", JUDGING, least=2)] = FOLDS
    seed: Annotated[int, Flag("N", "Seed of splits, and of rows drawn.", JUDGING, least=0)] = 0
    confidence: Annotated[float, CONFIDENCE_FLAG.on(JUDGING)] = CONFIDENCE
    all: Annotated[bool, ALL.on(OUTPUT, after="output")] = False
    show: Annotated[tuple[str, ...], show_flag(ADVISE)] = ()
    explain: Annotated[bool, EXPLAIN] = False
