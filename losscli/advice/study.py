"""What every part of a profile reads: the rows, their design, and how figures are written."""

from dataclasses import dataclass

import numpy as np

from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.descent.design import Design, whitened
from losscli.descent.train import Settings
from losscli.domain import Floats, Task
from losscli.result import Finding

NAMED = 5  # rows or columns that a figure names


@dataclass(frozen=True, eq=False)
class Study:
    """The n rows that are profiled. whole: all rows of the file that are learned from; design: their
    features as columns of a model."""

    frame: Frame
    whole: Frame
    training: Training
    design: Design
    seed: int
    folds: int
    jobs: int

    @classmethod
    def of(
        cls, frame: Frame, whole: Frame, training: Training, *, seed: int, folds: int, jobs: int
    ) -> "Study":
        """frame: the rows to profile, of those in `whole`."""
        rows = np.arange(len(frame.y))
        x = Encoder.of(frame, rows, frame.w).matrix(frame, rows)
        return cls(frame, whole, training, whitened(x, frame.w), seed, folds, jobs)

    @property
    def classes(self) -> int:
        """How many classes the target has; 0 for numbers."""
        return len(self.training.labels)

    def settings(self, task: Task, l2: float | None) -> Settings:
        scores = self.classes if task is Task.MULTICLASS else 1
        return Settings(task=task, classes=scores, l2=l2, seed=self.seed, careful=False)


def share(name: str, title: str, rows: float, of: int, meaning: str) -> Finding:
    """So many rows out of `of`."""
    return Finding(name, title, rows / of, "share", meaning)


def beyond(study: Study, name: str, title: str, meaning: str, far: Floats, cut: float) -> Finding:
    """The share of rows beyond a cut, the farthest of them named. far: (n,)."""
    rows = np.flatnonzero(far > cut)
    first = rows[np.argsort(-far[rows], kind="stable")][:NAMED]
    keys = tuple(study.frame.keys[i] for i in first.tolist())
    return Finding(name, title, len(rows) / len(far), "share", meaning, None, keys)


def percent(value: float) -> str:
    """`4.2 %`: two significant digits, whole from 10 on."""
    size = 100 * value
    return f"{size:.0f} %" if abs(size) >= 9.95 else f"{size:.2g} %"
