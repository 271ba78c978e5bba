"""The distribution of a number column in bounded memory: bins that are fine near the middle and
relatively fine far from it."""

from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats

_FRACTION_BITS = 11  # a bin is 1/2048 of (distance from the centre + spread) wide


def weight_at(place: Codes, w: Floats, size: int) -> Floats:
    """Σw of the rows at each of `size` places: (size,). place, w: (n,)."""
    return np.asarray(np.bincount(place, weights=w, minlength=size), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class BinGrid:
    """Where the bins are: around `centre`, on the scale of `spread` > 0, as far as `reach` on either side."""

    centre: float
    spread: float
    reach: float

    @property
    def half(self) -> int:
        """Bins on either side."""
        return int(self._level(np.array([self.reach]))[0]) + 1

    def _level(self, distance: Floats) -> Codes:
        """The bin by distance: the leading bits of distance + spread, a cheap logarithm."""
        bits = (distance + self.spread).view(np.int64)
        bits >>= 52 - _FRACTION_BITS
        bits -= np.array([self.spread]).view(np.int64) >> (52 - _FRACTION_BITS)
        return np.asarray(bits)

    def place(self, u: Floats) -> Codes:
        """The bin of y = centre + u: (n,) below 2·half."""
        place = self._level(np.abs(u))
        place ^= (u + 0.0).view(np.int64) >> 63  # -1 - level below the centre; -0.0 is not below it
        place += self.half
        return place


@dataclass(frozen=True, slots=True)
class Bins:
    """Weight and mean of a column by bin. Merges by addition."""

    grid: BinGrid
    w: Floats
    wu: Floats  # Σ w (y - centre)

    @classmethod
    def of(cls, grid: BinGrid, y: Floats, w: Floats) -> "Bins":
        """y, w: (n,), y within the reach of the grid."""
        u = y - grid.centre
        place = grid.place(u)
        size = 2 * grid.half
        return cls(grid, weight_at(place, w, size), weight_at(place, w * u, size))

    def merge(self, other: "Bins") -> "Bins":
        return Bins(self.grid, self.w + other.w, self.wu + other.wu)

    def points(self) -> tuple[Floats, Floats]:
        """(mean, weight) of the bins that have any, ascending."""
        filled = self.w > 0
        return self.grid.centre + self.wu[filled] / self.w[filled], self.w[filled]
