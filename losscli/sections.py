"""The sections of each verb's report, by the names that --show takes: what each holds, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass

ALL = "all"  # every section
DECOMPOSED = frozenset({"decomposition", ALL})  # those that say what a loss is made of


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A section of a report.

    name: as it is typed.
    holds: what it holds when it is open, where its name does not say it, `{}` being how many; None where
    there is nothing to open.
    reading: how to read it, in one sentence.
    """

    name: str
    holds: str | None
    reading: str


_ANSWER = SectionFacts(
    "answer",
    None,
    "an interval is where the true figure may lie; a model is called better only where the whole interval of "
    "the difference is on one side of 0.",
)
_DATA = SectionFacts("data", "", "what was read, and how the intervals are made.")
_NOTES = SectionFacts("notes", "{} more", "? is a figure not to rely on, ! is something to know or do.")
_PRECISION = (
    "precision: of the rows predicted positive, how many are; recall: of the positive rows, how many are "
    "found; a model of rank 1-2 may be first or second."
)

COMPARE: tuple[SectionFacts, ...] = (
    _ANSWER,
    SectionFacts(
        "gates",
        None,
        "a gate passes or fails where the whole interval of the change is on one side of its limit; else it "
        "is inconclusive, which more rows would settle.",
    ),
    _DATA,
    SectionFacts(
        "losses",
        "all {}",
        "read along a row: the smaller value is the better model; values of different rows are in different "
        "units and do not compare.",
    ),
    SectionFacts(
        "pairs", "", "below 0 the first model is better; with a p below 0.05 that is rarely chance."
    ),
    SectionFacts(
        "costs", None, "what a row costs on average at the threshold in use, and at the cheapest one."
    ),
    SectionFacts("precision", "", _PRECISION),
    SectionFacts(
        "recall", "McNemar", "of the positive rows, how many a model finds, and how many it misses."
    ),
    SectionFacts(
        "ranking",
        "AUC, F1",
        "how well scores order rows: 1 puts every positive row above every negative one; 0.5 of roc auc is "
        "chance.",
    ),
    SectionFacts(
        "calibration",
        "ECE",
        "whether 70 % comes true in 70 % of such rows: the line `perfect` is what to be near.",
    ),
    SectionFacts("metrics", "all {}", "the line `perfect`, or the column `better`, says which way is good."),
    SectionFacts(
        "decomposition",
        "",
        "miscalibration is what recalibrating would save, discrimination what is known beyond a constant.",
    ),
    SectionFacts("outputs", "", "the losses above take all outputs together; here each stands alone."),
    SectionFacts(
        "classes",
        "confusion",
        "each class against all others; in a confusion matrix the diagonal is right.",
    ),
    SectionFacts(
        "robustness",
        "all {}",
        "outliers move a loss of rank 1 least; this ranks losses on these predictions, not what training "
        "with them would do.",
    ),
    SectionFacts("slices", None, "the primary loss in each part of the rows, and who leads there."),
    SectionFacts("rows", None, "outlying rows, and those without which the order of two models would turn."),
    SectionFacts(
        "agreement",
        "Murphy",
        "where the losses disagree, the best model depends on what errors cost you: choose the loss first.",
    ),
    SectionFacts(
        "curves",
        "",
        "how far either model is ahead at its best threshold, under the elementary losses that make up all.",
    ),
    SectionFacts("refused", "{}", "losses that cannot be computed from these columns, and why."),
    _NOTES,
)
DIFF: tuple[SectionFacts, ...] = (
    _ANSWER,
    SectionFacts("losses", "all {}", "below 0 is better; [low, high] is where the true change may lie."),
    SectionFacts("metrics", "all {}", "`better if` says which way is good; metrics have no verdict here."),
    _NOTES,
)
_OF_LOSSES = SectionFacts(
    "answer",
    None,
    "a loss is clearly better only where it leads by more than folds differ by chance; among the others the "
    "standard one is named first.",
)
_TRAINED = SectionFacts("data", "", "what was read, what is trained on it, and how that is judged.")
FIT: tuple[SectionFacts, ...] = (
    _OF_LOSSES,
    _TRAINED,
    SectionFacts(
        "losses",
        "all {}",
        "each row is a model trained with that loss, judged on rows it has not seen; losses whose ranks "
        "overlap may change places on other rows.",
    ),
    SectionFacts(
        "tuned",
        "all {}",
        "a value that most folds choose is sure; its choice is part of the training, so that the figures "
        "above do not flatter it.",
    ),
    SectionFacts("precision", "all {}", _PRECISION.replace("a model of", "a loss of")),
    SectionFacts("recall", "all {}", "of the positive rows, how many the model trained with a loss finds."),
    SectionFacts(
        "robustness",
        "every level",
        "0 is the best loss on clean training rows, 100 no better than a constant; a robust loss stays near "
        "0 as more rows are spoiled.",
    ),
    SectionFacts(
        "metrics",
        "all {}",
        "what a loss gains on one metric it may lose on another: * is the best and its ties.",
    ),
    SectionFacts(
        "fits", "convergence", "do not rely on a fit that has not converged; more iterations may help."
    ),
    SectionFacts("refused", "{}", "losses that cannot be trained or ranked here, and why."),
    SectionFacts(
        "curves",
        "",
        "training that still falls at its end needs more iterations; a loss that rises on rows held out is "
        "learning by heart.",
    ),
    SectionFacts(
        "coefficients", "", "what one unit more of a column adds to the prediction, under each loss."
    ),
    _NOTES,
)
ADVISE: tuple[SectionFacts, ...] = (
    _OF_LOSSES,
    _TRAINED,
    SectionFacts(
        "profile",
        "all {}",
        "figures of the rows that speak for one loss or another; none of them is a verdict.",
    ),
    SectionFacts("losses", "sources", "the losses worth training here, each with what speaks for it."),
    SectionFacts(
        "check",
        None,
        "each loss is trained and judged on rows it has not seen; where the interval spans 0, it may be no "
        "better than the baseline.",
    ),
    SectionFacts("rules", "{} more", "what was seen in the rows that no choice of the loss helps."),
    SectionFacts("unknown", "{} more", "what you know and the file does not say: it may decide."),
    _NOTES,
)
VERBS: dict[str, tuple[SectionFacts, ...]] = {"compare": COMPARE, "diff": DIFF, "fit": FIT, "advise": ADVISE}


def openable(facts: Sequence[SectionFacts]) -> tuple[str, ...]:
    """The names of the sections that may be opened, and the word for all."""
    return (*(one.name for one in facts if one.holds is not None), ALL)
