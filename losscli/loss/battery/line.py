"""One line of the score: the one-dimensional function that the laws are measured on."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from losscli.domain import Floats

_ZOOMS = 40
Curve = Callable[[Floats], Floats]


class ScoreLine(NamedTuple):
    """value and slope: functions of t, (n,) -> (n,); t is the score, shifted by nothing.

    centre: where the loss is least, or its middle; width: one natural step of t; reach: how far t may go
    from the centre; kinks: where the slope jumps; low: the end of the domain of t; target: that of the row;
    noise: of a slope, relative.
    """

    name: str
    value: Curve
    slope: Curve | None
    centre: float
    width: float
    reach: float
    kinks: tuple[float, ...]
    low: float = -math.inf
    target: Any = 0.0
    noise: float = 1e-12

    def near(self, widths: float = 12.0, points: int = 481) -> Floats:
        """An even grid around the centre that hits neither the centre nor a kink."""
        t = self.centre + self.width * np.linspace(-widths, widths + 0.0137, points)
        return t[t > self.low + 1e-3 * self.width]

    def far(self) -> Floats:
        """Points on both sides, from the edge of `near` out to the reach or the end of the domain."""
        out = self.width * np.geomspace(12.5, self.reach, 60)
        left = self.centre - out[::-1]
        if self.low > -math.inf:
            left = self.low + self.width * np.geomspace(1e-12, 1e-3, 20)
        return np.concatenate([left, self.centre + out])

    def targets(self, t: Floats) -> Any:
        """The target at every t."""
        return np.broadcast_to(self.target, (len(t), *np.shape(self.target)))

    def zoomed(self) -> float:
        """The least value near the centre, by ever finer grids."""
        grid = np.append(self.near(), self.centre)
        least = math.inf
        for _ in range(_ZOOMS):
            grid = np.unique(grid)
            values = np.where(np.isnan(found := self.value(grid)), np.inf, found)
            at = int(np.argmin(values))
            least = min(least, float(values[at]))
            inner = np.linspace(grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)], 33)
            grid = np.append(inner, grid[at])
        return least
