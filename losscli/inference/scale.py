"""The residual scale s, the unit of the thresholds of robust losses: that of Gaussian noise as wide."""

from collections.abc import Callable

MAD = 0.67449  # the median of |z| of the standard normal
IQR = 1.349  # its interquartile range
MEAN_ABSOLUTE = 1.2533  # times the mean of |z| is its standard deviation


def robust_scale(
    median: float,
    quartiles: Callable[[], tuple[float, float]],
    mean: Callable[[], float],
    floor: float = 0.0,
) -> float | None:
    """s, by the first that is above `floor`: from the median of |r|, the interquartile range of r, the mean
    of |r|; None where none is. median: of |r|, NaN to pass it over; quartiles, mean: called where needed."""
    s = median / MAD
    if s > floor:
        return s
    low, high = quartiles()
    s = (high - low) / IQR
    if s > floor:
        return s
    s = mean() * MEAN_ABSOLUTE
    return s if s > floor else None
