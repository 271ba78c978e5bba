"""What the user said about the roles of columns in files of predictions."""

from dataclasses import dataclass, replace

from losscli.data.roles.class_weight import ClassWeight
from losscli.domain import CLASSES, Kind, Task

BY_FLAG = "--task"  # why a task is what it is, where the flag says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said about roles; empty or None where nothing was said.

    target: a column, or a pattern of several
    truth: the file that the target comes from; common: whether only ids that all files have are paired
    pred: models, columns, patterns, NAME=…, as typed
    id, weights, group, time, by: columns
    model_column: whose values are models, in a file of one prediction a line
    classes: all of them, in order
    order, cost: as typed
    normalize: divide the columns of each row of a block by their sum
    of_predicted: whether probabilities are of the predicted class (--kind confidence)
    level: of intervals, between 0 and 1
    losses: the tasks that each given loss belongs to, one set per loss
    """

    target: str | None = None
    truth: str | None = None
    common: bool = False
    pred: tuple[str, ...] = ()
    id: str | None = None
    weights: str | None = None
    group: str | None = None
    time: str | None = None
    by: str | None = None
    model_column: str | None = None
    task: Task | None = None
    kind: Kind | None = None
    of_predicted: bool = False
    positive: str | None = None
    classes: tuple[str, ...] = ()
    order: str | None = None
    normalize: bool = False
    level: float | None = None
    threshold: float | None = None
    class_weight: ClassWeight | None = None
    cost: str | None = None
    losses: tuple[frozenset[Task], ...] = ()

    @property
    def of_class(self) -> "Asked":
        """What was said of a class that has a box beside it."""
        losses = (own & CLASSES for own in self.losses)
        return replace(self, task=None, losses=tuple(own for own in losses if own))

    @property
    def named(self) -> dict[str, str]:
        """Column → the flag that gives it another role than target or prediction."""
        flags = {
            "--id": self.id,
            "--weights": self.weights,
            "--group": self.group,
            "--time": self.time,
            "--by": self.by,
            "--model-column": self.model_column,
        }
        return {name: flag for flag, name in flags.items() if name is not None}
