"""What `losscli compare` found of each class, label and output."""

from dataclasses import dataclass
from typing import Annotated

from losscli.result.json import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """One class, or label, of one model. support, predicted: rows, or their weight, that are of it and that
    are predicted as it; reason: which figure or interval is missing, and why."""

    model: str
    name: Annotated[str, Key("class")]
    precision: float | None
    recall: float | None
    f1: float | None
    support: float
    predicted: float
    precision_low: float | None
    precision_high: float | None
    recall_low: float | None
    recall_high: float | None
    f1_low: float | None
    f1_high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Rows, or their weight, of each true class (a row of counts) that are predicted as each (a column)."""

    model: str
    labels: tuple[str, ...]
    counts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputScores:
    """One output of several, of one model; mae and rmse are in its unit. reason: as in `ClassScores`."""

    model: str
    output: str
    mae: float | None
    rmse: float | None
    r2: float | None
    mae_low: float | None
    mae_high: float | None
    rmse_low: float | None
    rmse_high: float | None
    r2_low: float | None
    r2_high: float | None
    reason: str | None
