"""What every part of a profile reads: the rows, their design, and how figures are written."""

from dataclasses import dataclass

import numpy as np

from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.descent.design import Design, whitened
from losscli.descent.train import Settings
from losscli.domain import Floats, Task
from losscli.fitting.fit import FitRequest
from losscli.result import Finding, RowKey

NAMED = 5  # rows or columns that a figure names


@dataclass(frozen=True, eq=False)
class Study:
    """The n rows that are profiled. whole: all rows of the file that are learned from; design: their
    features as columns of a model."""

    frame: Frame
    whole: Frame
    training: Training
    design: Design
    request: FitRequest

    @classmethod
    def of(cls, frame: Frame, whole: Frame, training: Training, request: FitRequest) -> "Study":
        """frame: the rows to profile, of those in `whole`."""
        rows = np.arange(len(frame.y))
        x = Encoder.of(frame, rows, frame.w).matrix(frame, rows)
        return cls(frame, whole, training, whitened(x, frame.w), request)

    @property
    def classes(self) -> int:
        """How many classes the target has; 0 for numbers."""
        return len(self.training.labels)

    def settings(self, task: Task, l2: float | None) -> Settings:
        scores = self.classes if task is Task.MULTICLASS else 1
        return Settings(task=task, classes=scores, l2=l2, seed=self.request.seed, careful=False)


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What a finding says whatever its value; missing: why there is none, where that is one reason."""

    name: str
    title: str
    unit: str
    meaning: str
    missing: str | None = None

    def of(self, value: float | None, reason: str | None = None, rows: tuple[RowKey, ...] = ()) -> Finding:
        """reason: why there is no value, where `missing` does not tell."""
        why = reason or self.missing if value is None else None
        return Finding(self.name, self.title, value, self.unit, self.meaning, why, rows)

    def beyond(self, study: Study, far: Floats | None, cut: float) -> Finding:
        """The share of rows beyond a cut, the farthest of them named. far: (n,)."""
        if far is None:
            return self.of(None)
        rows = np.flatnonzero(far > cut)
        first = rows[np.argsort(-far[rows], kind="stable")][:NAMED]
        return self.of(len(rows) / len(far), rows=tuple(study.frame.keys[i] for i in first.tolist()))


def by_name(*figures: FigureWords) -> dict[str, FigureWords]:
    return {one.name: one for one in figures}


def percent(value: float) -> str:
    """`4.2 %`: two significant digits, whole from 10 on."""
    size = 100 * value
    return f"{size:.0f} %" if abs(size) >= 9.95 else f"{size:.2g} %"
