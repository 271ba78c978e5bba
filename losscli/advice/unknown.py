"""What no figure here can tell, picked by the data: two to four sentences, what decides most first."""

from losscli.advice.rules import Figures
from losscli.advice.study import percent
from losscli.data.roles.features import Training
from losscli.domain import CLASSES

_MOST = 4


def unknowns(training: Training, figures: Figures) -> tuple[str, ...]:
    """figures: as the rules read them."""
    own = _of_classes(figures) if training.task in CLASSES else _of_numbers(figures)
    return (*own, *_of_rows(training))[:_MOST]


def _of_numbers(f: Figures) -> list[str]:
    found = [
        "What a miss costs. If predicting too low costs more than too high, train quantile:tau=0.9, or the "
        "tau that is the cost of too low over both."
    ]
    if abs(f["skew"]) >= 0.1 or (f["counts"] == 1.0 and f["median"] < 100.0):
        found.append(
            "Whether you need the mean (totals, budgets) or the middle: they differ here. RMSE rewards the "
            "one, MAE the other."
        )
    if f["far"] >= 0.005:
        found.append(
            f"Why {percent(f['far'])} of rows are far off: errors to fix, or rare truths that a robust loss "
            "passes over. Look at them."
        )
    return found


def _of_classes(f: Figures) -> list[str]:
    found = [
        "What each mistake costs. It decides the threshold, not the loss: losscli compare --cost fp=1,fn=5 "
        "finds it on predictions."
    ]
    if f["label_noise"] >= 0.02:
        found.append(
            f"Whether the {percent(f['label_noise'])} of labels in doubt are wrong, or classes overlap, or a "
            "straight border does not suit them. Look at some: the check judges by the same labels."
        )
    return found


def _of_rows(training: Training) -> list[str]:
    found = []
    if training.group is None and training.time is None:
        found.append(
            "Whether rows depend on each other (one customer, one day). If so, intervals are too narrow: use "
            "--group or --time."
        )
    found.append(
        "Whether rows to come are like these, and whether another model than a linear one would order the "
        "losses alike."
    )
    return found
