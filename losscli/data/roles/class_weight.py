"""`--class-weight`: what a row counts for the sake of its true class, over and above its own weight."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.table.grammar import DOT, number_text
from losscli.domain import Floats
from losscli.errors import Fix, UsageError, did_you_mean

BALANCED = "balanced"
_ALIKE = (Fix(("--class-weight", BALANCED), "every class counts as much as any other"),)
_EXAMPLE = "For example --class-weight balanced or --class-weight yes=5,no=1"


@dataclass(frozen=True, slots=True)
class ClassWeight:
    """Weights of labels, those not named 1; `by_label` None is balanced: n/(k·n_c) of class c.

    King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868; scikit-learn's class_weight.
    """

    text: str
    by_label: Mapping[str, float] | None

    @classmethod
    def parse(cls, text: str) -> "ClassWeight":
        """Read `balanced` or `LABEL=W,LABEL=W`. Raises UsageError for anything else."""
        if text.strip() == BALANCED:
            return cls(BALANCED, None)
        weights: dict[str, float] = {}
        for part in text.split(","):
            label, equals, number = part.rpartition("=")
            value = DOT.number(number.strip())
            if not equals or value is None:
                advice = did_you_mean(text.strip(), [BALANCED]) or _EXAMPLE
                raise UsageError(
                    f"--class-weight {text}: {part!r} is not LABEL=WEIGHT", advice=advice, fixes=_ALIKE
                )
            if not 0 < value < math.inf:
                raise UsageError(
                    f"--class-weight {text}: {number.strip()} is not above 0", advice=_EXAMPLE, fixes=_ALIKE
                )
            if label.strip() in weights:
                raise UsageError(
                    f"--class-weight {text} gives {label.strip()!r} twice", advice=_EXAMPLE, fixes=_ALIKE
                )
            weights[label.strip()] = value
        return cls(text.strip(), weights)

    def check(self, labels: Sequence[str]) -> None:
        """Raises UsageError for a label that no row has."""
        for label in self.by_label or ():
            if _own(label, labels) is None:
                raise UsageError(
                    f"--class-weight {self.text}: no row is of class {label!r}",
                    advice=did_you_mean(label, labels) or f"The classes: {', '.join(labels[:12])}",
                    fixes=_ALIKE,
                )

    def factors(self, labels: Sequence[str], weights: Floats) -> Floats:
        """(k,) What a row of each class counts; weights: (k,) Σw of the rows of each class.

        A class without rows is no class of these rows: it is not among the k of `balanced`.
        """
        if self.by_label is None:
            present = weights > 0
            whole = float(weights.sum()) / max(int(present.sum()), 1)
            return np.divide(whole, weights, out=np.ones(len(weights)), where=present)
        found = {_own(label, labels): value for label, value in self.by_label.items()}
        return np.array([found.get(label, 1.0) for label in labels])


def _own(label: str, labels: Sequence[str]) -> str | None:
    """The class that a label names; `1.0` is the class 1."""
    if label in labels:
        return label
    value = DOT.number(label)
    return next((own for own in labels if value is not None and own == number_text(value)), None)


def plain(labels: Sequence[str], factors: Sequence[float]) -> dict[str, float] | None:
    """{label: weight}, None where there are no class weights."""
    return dict(zip(labels, map(float, factors), strict=False)) if len(factors) else None
