"""The flags of `losscli compare`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from losscli.sections import COMPARE
from losscli.usual import CONFIDENCE
from losscli.verbs.options.flag import Flag
from losscli.verbs.options.roles import PredictionRoles
from losscli.verbs.options.shared import (
    ALL,
    CLASS_WEIGHT,
    CONFIDENCE_FLAG,
    DATA,
    DEFINE,
    EXCLUDE,
    EXPLAIN,
    OUTPUT,
    PLOT,
    SCALE,
    TableFlags,
    show_flag,
)

LOSSES, VERDICT = "Losses", "Verdict"  # panels of the help


@dataclass(frozen=True, kw_only=True)
class CompareFlags(TableFlags, PredictionRoles):
    """Predictions, and how they are judged."""

    horizon: Annotated[
        int | None, Flag("H", "Steps ahead of the forecasts, with --time.", DATA, after="time", least=1)
    ] = None
    class_weight: Annotated[str | None, CLASS_WEIGHT] = None
    missing: Annotated[
        Literal["error", "drop"],
        Flag("RULE", "error, or drop: leave such rows out.", DATA, after="max_unpacked"),
    ] = "error"
    loss: Annotated[
        tuple[str, ...],
        Flag("SPEC", "A loss, e.g. huber:delta=1.5; repeat it, the first is primary.", LOSSES, specs=True),
    ] = ()
    define: Annotated[tuple[str, ...], DEFINE.on(LOSSES)] = ()
    exclude: Annotated[tuple[str, ...], EXCLUDE.on(LOSSES)] = ()
    scale: Annotated[float | None, SCALE.on(LOSSES)] = None
    clip: Annotated[
        float | None, Flag("EPS", "Keep probabilities in [EPS, 1-EPS].", LOSSES, above=0, below=0.5)
    ] = None
    threshold: Annotated[
        float | None, Flag("T", "Positive above it; default 0.5 for probabilities, 0 for scores.", LOSSES)
    ] = None
    cost: Annotated[
        str | None,
        Flag("fp=5,fn=1", "What decisions cost, also tp= and tn=; seeks the best threshold.", LOSSES),
    ] = None
    all: Annotated[bool, ALL.on(LOSSES)] = False
    baseline: Annotated[
        str | None,
        Flag("MODEL", "A model, or with --id a file of predictions or a result with replicates.", VERDICT),
    ] = None
    max_regression: Annotated[
        tuple[str, ...],
        Flag(
            "NAME=2%",
            "How much worse than the baseline a loss or metric may be, or +0.01.",
            VERDICT,
            specs=True,
            metrics=True,
        ),
    ] = ()
    fail_if: Annotated[
        tuple[str, ...],
        Flag(
            "RULE",
            "Exit 1 if so, e.g. 'huber > 0.5' or 'mae[rf] > 1'; repeat it.",
            VERDICT,
            specs=True,
            metrics=True,
        ),
    ] = ()
    inconclusive: Annotated[
        Literal["warn", "pass", "fail"], Flag("RULE", "A gate that cannot tell: warn, pass or fail.", VERDICT)
    ] = "warn"
    resamples: Annotated[int | None, Flag("N", "Resamples of the rows.", VERDICT, least=200)] = None
    correction: Annotated[
        str,
        Flag(
            "RULE",
            "Multiple-comparison correction of pairs, holm of gates too: max-t, holm, bh, none.",
            VERDICT,
        ),
    ] = "max-t"
    seed: Annotated[int, Flag("N", "Seed of the resampling.", VERDICT, least=0)] = 0
    self_check: Annotated[bool, Flag("", "How often verdicts err on rows like these.", VERDICT)] = False
    confidence: Annotated[float, CONFIDENCE_FLAG.on(VERDICT)] = CONFIDENCE
    show: Annotated[tuple[str, ...], show_flag(COMPARE)] = ()
    explain: Annotated[bool, EXPLAIN] = False
    plot: Annotated[bool, PLOT] = False
    rows: Annotated[
        str | None,
        Flag(
            "WHICH",
            "flagged: list outliers, and the rows that decide between two models.",
            OUTPUT,
            after="output",
        ),
    ] = None
    replicates: Annotated[bool, Flag("", "Keep them in the JSON: a baseline for later runs.", OUTPUT)] = False
    exact: Annotated[bool, Flag("", "No rounding of scores above a million rows.", OUTPUT)] = False
