"""More rows to learn from, made of those there are: pure functions of training rows and a seed.

In this order: rarer classes repeated, then what counts for its class is weighed (by the caller), then noise
and mixing as they were asked for, then labels smoothed. Weights keep their sum, so that a mean stays a mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.errors import UsageError, unknown
from losscli.fitting.augment.examples import Examples
from losscli.fitting.augment.jitter import jittered
from losscli.fitting.augment.mixup import mixed
from losscli.fitting.augment.oversample import oversampled
from losscli.fitting.augment.smoothing import smoothed
from losscli.spec import Spec

__all__ = ["NONE", "Augmentation", "Examples", "Recipe", "parse"]

MOST_COPIES = 100  # of each row
_EXAMPLES = {"jitter": "jitter:size=0.1,copies=1", "mixup": "mixup:alpha=0.2,copies=1"}
_STRENGTH = {"jitter": ("size", 0.1), "mixup": ("alpha", 0.2)}  # the parameter of each, and its default
_STREAM = 0x617567  # keeps the draws apart from those of contamination, which has the same seed and fold


@dataclass(frozen=True, slots=True)
class Augmentation:
    """A way to make rows. name: jitter or mixup; strength: the size of the noise in sds, or alpha; copies: of
    each row."""

    name: str
    strength: float
    copies: int

    @property
    def spec(self) -> str:
        """The spec that `parse` reads back, every parameter written."""
        key = _STRENGTH[self.name][0]
        return str(Spec(self.name, ((key, self.strength), ("copies", float(self.copies)))))

    def apply(self, rows: Examples, numbers: int, classes: int, rng: np.random.Generator) -> Examples:
        """numbers: how many number features there are; classes: 0 for numbers."""
        if self.name == "jitter":
            return jittered(rows, self.strength, self.copies, numbers, rng)
        return mixed(rows, self.strength, self.copies, classes, rng)


def parse(spec: Spec) -> Augmentation:
    """The augmentation that a spec describes. Raises UsageError for an unknown name or parameter, and for a
    value out of range."""
    if spec.name not in _STRENGTH:
        what = f"--augment {spec}: {spec.name!r} is no augmentation"
        raise unknown(what, spec.name, _STRENGTH, f"Use one of: {', '.join(_STRENGTH)}")
    key, usual = _STRENGTH[spec.name]
    example = f"For example {_EXAMPLES[spec.name]}"
    params = dict(spec.params)
    strength, copies = params.pop(key, usual), params.pop("copies", 1.0)
    if params:
        raise UsageError(f"--augment {spec}: {spec.name} has no {min(params)}", advice=example)
    if isinstance(strength, str) or not 0.0 < strength < np.inf:
        raise UsageError(f"--augment {spec}: {key} is a number above 0", advice=example)
    if isinstance(copies, str) or copies not in range(1, MOST_COPIES + 1):
        raise UsageError(f"--augment {spec}: copies is a whole number, 1 to {MOST_COPIES}", advice=example)
    return Augmentation(spec.name, strength, int(copies))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is made of training rows.

    oversample: the share of the heaviest class that every class weighs at least, None to repeat none;
    steps: in their order; smoothing: epsilon, 0 for none.
    """

    oversample: float | None = None
    steps: tuple[Augmentation, ...] = ()
    smoothing: float = 0.0

    @property
    def follows_labels(self) -> bool:
        """Whether features and weights of the rows made depend on the targets, and not on the features and
        weights of the rows there were alone."""
        return self.oversample is not None

    @staticmethod
    def draws(key: Sequence[int]) -> np.random.Generator:
        """What the rows are drawn with; key: numbers from 0 on, equal ones give equal rows."""
        return np.random.default_rng([_STREAM, *key])

    def repeated(self, rows: Examples, rng: np.random.Generator) -> Examples:
        """The rows with those of rarer classes repeated."""
        return rows if self.oversample is None else oversampled(rows, self.oversample, rng)

    def extended(self, rows: Examples, rng: np.random.Generator, *, numbers: int, classes: int) -> Examples:
        """The rows with noise, mixed, their labels smoothed. numbers: how many number features there are;
        classes: 0 for numbers."""
        for step in self.steps:
            rows = step.apply(rows, numbers, classes, rng)
        return smoothed(rows, self.smoothing, classes) if self.smoothing else rows


NONE = Recipe()
