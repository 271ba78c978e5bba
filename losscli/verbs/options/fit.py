"""The flags of `losscli fit`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from losscli.sections import FIT
from losscli.verbs.options.advise import JUDGING, L2, AdviseFlags
from losscli.verbs.options.flag import Flag
from losscli.verbs.options.shared import (
    CLASS_WEIGHT,
    DATA,
    DEFINE,
    EXCLUDE,
    FOLD_COLUMN,
    OUTPUT,
    PLOT,
    SCALE,
    show_flag,
)

TRAINED = "Losses and model"  # a panel of the help


@dataclass(frozen=True, kw_only=True)
class FitFlags(AdviseFlags):
    """Those of `advise`, what is trained and how, and what is kept of it."""

    class_weight: Annotated[str | None, CLASS_WEIGHT] = None
    fold_column: Annotated[str | None, FOLD_COLUMN] = None
    no_features: Annotated[
        bool, Flag("", "One score for all rows, as for a file of the target alone.", DATA, after="drop")
    ] = False
    offset: Annotated[
        str | None,
        Flag("COL", "Added to the score of each row, with no slope of its own.", DATA, after="no_features"),
    ] = None
    exposure: Annotated[
        str | None,
        Flag(
            "COL",
            "Of counts: what each row was exposed to; its logarithm is an offset.",
            DATA,
            after="offset",
        ),
    ] = None
    task: Annotated[
        str | None,
        Flag(
            "TASK",
            "regression, counts, binary or multiclass; of several targets multioutput or multilabel.",
            DATA,
        ),
    ] = None
    loss: Annotated[
        tuple[str, ...],
        Flag(
            "SPEC",
            "A loss, e.g. huber:delta=1.5; repeat it. Default: all that apply.",
            TRAINED,
            after="missing",
            specs=True,
        ),
    ] = ()
    define: Annotated[tuple[str, ...], DEFINE.on(TRAINED)] = ()
    exclude: Annotated[tuple[str, ...], EXCLUDE.on(TRAINED)] = ()
    scale: Annotated[float | None, SCALE.on(TRAINED)] = None
    model: Annotated[
        str,
        Flag(
            "SPEC",
            "linear; a network, mlp:hidden=16-16,activation=relu (or tanh); or boosted trees, "
            "lightgbm:rounds=200, xgboost, catboost.",
            TRAINED,
        ),
    ] = "linear"
    no_intercept: Annotated[
        bool, Flag("", "A score of 0 where all features are: slopes alone, through the origin.", TRAINED)
    ] = False
    l1: Annotated[
        float,
        Flag("X", "Penalty on the size of slopes, which makes some 0: its strength, 0 or more.", TRAINED),
    ] = 0.0
    l2: Annotated[str, L2.on(TRAINED)] = "auto"
    penalty_scale: Annotated[
        Literal["raw", "curvature"],
        Flag("UNIT", "raw; curvature: in units of the loss' own, to shrink alike under all.", TRAINED),
    ] = "raw"
    optimizer: Annotated[
        str,
        Flag(
            "SPEC",
            "auto, gd, momentum, nesterov, adam, lbfgs or sgd, e.g. "
            "sgd:batch=64,rate=0.1,schedule=cosine,clip=1.",
            TRAINED,
        ),
    ] = "auto"
    max_iter: Annotated[
        int | None, Flag("N", "Iterations at most; epochs of a network, default 200.", TRAINED, least=1)
    ] = None
    tol: Annotated[float | None, Flag("TOL", "Gradient at which to stop.", TRAINED, above=0)] = None
    early_stopping: Annotated[
        float | None,
        Flag(
            "SHARE",
            "Share of the training rows held out, by whose loss training by epochs stops.",
            TRAINED,
            above=0,
            below=1,
        ),
    ] = None
    patience: Annotated[
        int | None, Flag("N", "Epochs without a better one before it stops; default 10.", TRAINED, least=1)
    ] = None
    seeds: Annotated[
        int | None,
        Flag(
            "N",
            "Starts of a network in the first repeat, whose spread is shown; default 3.",
            TRAINED,
            least=1,
        ),
    ] = None
    oversample: Annotated[
        str | None,
        Flag(
            "[SHARE]",
            "Repeat training rows of rarer classes up to this share of the largest; default 1.",
            TRAINED,
            alone="1",
        ),
    ] = None
    label_smoothing: Annotated[
        float | None,
        Flag("E", "Share of each label that is spread over all classes.", TRAINED, above=0, below=1),
    ] = None
    augment: Annotated[
        tuple[str, ...],
        Flag(
            "SPEC",
            "More training rows: jitter:size=0.1,copies=1 (noise of 0.1 sd) or mixup:alpha=0.2; repeat it.",
            TRAINED,
        ),
    ] = ()
    tune: Annotated[
        tuple[str, ...],
        Flag(
            "SPEC",
            "A parameter to choose on folds within the training rows, huber:delta=0.5-5,points=8 or a list "
            "of three or more, huber:delta=0.5-1-2; repeat it.",
            JUDGING,
            specs=True,
        ),
    ] = ()
    path: Annotated[
        str | None,
        Flag("SPEC", "Judge many strengths of a penalty: auto, l1 or l2, e.g. l1:points=20.", JUDGING),
    ] = None
    repeats: Annotated[
        int | None,
        Flag(
            "N",
            "Times that rows are split anew; default 10 for linear models, 1 for others.",
            JUDGING,
            after="folds",
            least=1,
        ),
    ] = None
    contaminate: Annotated[
        tuple[str, ...],
        Flag(
            "SPEC",
            "How to spoil training rows: shift, spread, leverage or flip, "
            "e.g. shift:size=10,levels=0-0.1; repeat it.",
            JUDGING,
        ),
    ] = ()
    no_contaminate: Annotated[bool, Flag("", "Spoil no training rows.", JUDGING)] = False
    threshold: Annotated[
        str | None,
        Flag(
            "T",
            "Positive above it; default 0.5 for probabilities, 0 for scores. Or f1, youden or cost: "
            "what to make best on folds within the training rows.",
            JUDGING,
        ),
    ] = None
    cost: Annotated[
        str | None, Flag("fp=5,fn=1", "What decisions cost, also tp= and tn=: a metric.", JUDGING)
    ] = None
    seed: Annotated[int, Flag("N", "Seed of splits, spoiled and made rows.", JUDGING, least=0)] = 0
    show: Annotated[tuple[str, ...], show_flag(FIT)] = ()
    plot: Annotated[bool, PLOT] = False
    coefficients: Annotated[bool, Flag("", "Coefficients, losses side by side.", OUTPUT, after="explain")] = (
        False
    )
    save: Annotated[Path | None, Flag("FILE", "Write the models, for losscli predict.", OUTPUT)] = None
    predictions: Annotated[
        Path | None, Flag("FILE", "Write predictions out of fold, for losscli compare.", OUTPUT)
    ] = None
