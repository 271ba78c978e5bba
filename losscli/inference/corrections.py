"""Several tests at once: adjusted p-values, and the level of the interval that says the same."""

from enum import StrEnum

import numpy as np

from losscli.domain import Floats

_HAIR = 1e-12  # 1 - 0.9 is less than 0.1


class Correction(StrEnum):
    """For the number of comparisons: by the largest |t| of all, Holm's, of the share of wrong ones among
    those shown (Benjamini and Hochberg), none."""

    MAX_T = "max-t"
    HOLM = "holm"
    BH = "bh"
    NONE = "none"


def holm(p: Floats) -> Floats:
    """Adjusted p-values, in the order given: those ≤ α are rejected with at most α chance of any error.

    p: (m,), each in [0, 1], without NaN. Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    m, order = len(p), np.argsort(p)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(m, 0, -1)), 1.0)
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted p-values, in the order given: of those ≤ α, a share of at most α is expected to be wrong,
    where the p-values are independent or positively dependent.

    p: (m,), each in [0, 1], without NaN. Benjamini and Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    m, falling = len(p), np.argsort(-p)
    adjusted = np.empty(m)
    scaled = p[falling] * (m / np.arange(m, 0, -1))
    adjusted[falling] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def corrected(p: Floats, alpha: float, correction: Correction) -> tuple[Floats, Floats]:
    """(adjusted p-values, level of each interval), (m,) each: the interval of level 1 - level leaves 0 out
    just where the adjusted p is at most alpha. correction: HOLM, BH or NONE.

    The level is that of the step at which a test was decided; for BH the share of those shown, after
    Benjamini and Yekutieli 2005, doi:10.1198/016214504000001907.
    """
    m = len(p)
    if correction is Correction.NONE or m == 0:
        return p, np.full(m, alpha)
    if correction is Correction.BH:
        adjusted = benjamini_hochberg(p)
        rejected = adjusted <= alpha + _HAIR
        shown = int(rejected.sum())
        return adjusted, np.where(rejected, alpha * shown / m, alpha * min(shown + 1, m) / m)
    adjusted = holm(p)
    shown = int((adjusted <= alpha + _HAIR).sum())
    step = np.empty(m)
    step[np.argsort(p)] = np.arange(m)
    return adjusted, alpha / (m - np.minimum(step, min(shown, m - 1)))
