"""What a loss is made of, and the curve it is read from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """loss = miscalibration - discrimination + uncertainty, for one model.

    miscalibration: what the best non-decreasing function of the predictions would save; discrimination: what
    it gains on the best constant; uncertainty: the loss of that constant. calibrated_limit: what the
    miscalibration of a calibrated model exceeds by chance with probability 1 - confidence at most. reason:
    why a figure is missing.
    """

    spec: str
    model: str
    miscalibration: Estimate
    discrimination: Estimate
    uncertainty: Estimate
    calibrated_limit: float | None
    reason: str | None

    @property
    def clear(self) -> bool:
        """Whether a calibrated model would not show as much."""
        value = self.miscalibration.value
        return value is not None and self.calibrated_limit is not None and value > self.calibrated_limit


@dataclass(frozen=True, slots=True)
class ReliabilityCurve:
    """Recalibrated predictions, y, against predictions, x: both ends of every step, or of some 100 of them.

    low, high: between which y would lie, each by itself, for a calibrated model; None where that is not
    known, and reason says why.
    """

    name: str
    model: str
    elicits: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    reason: str | None
