"""What every part of the compare report needs: which models and losses are shown, and how names are."""

from dataclasses import dataclass
from functools import cached_property

from losscli.report.names import display_names, display_specs, lookup
from losscli.report.numbers import Digits, Figure, digits_of
from losscli.report.screen import Screen
from losscli.result import Comparison, Difference, LossTable, LossValue, is_infinite, rests_on_few

MODELS_PER_BLOCK = 4
_BESIDE = 34  # cells of a table of losses beside those of its models


class CompareScreen(Screen[Comparison]):
    """A comparison."""

    @cached_property
    def models(self) -> dict[str, str]:
        names = [model.name for model in self.found.models]
        if self.width is None:
            return display_names(names, None)
        room = max(self.width - _BESIDE, 24) // max(min(len(names), MODELS_PER_BLOCK), 1) - 2
        return display_names(names, max(8, min(room, 24)))

    @cached_property
    def specs(self) -> dict[str, str]:
        tables = self.found.losses
        robust = [record.spec for record in self.found.robustness]
        refused = [record.spec for record in self.found.refused]
        members = [member for table in tables for member in table.members]
        parts = [part.spec for table in tables for part in table.parts]
        return display_specs([*(table.spec for table in tables), *members, *parts, *robust, *refused])

    def model(self, name: str) -> str:
        return lookup(self.models, name)

    def spec(self, spec: str) -> str:
        return lookup(self.specs, spec)

    @cached_property
    def primary(self) -> LossTable | None:
        return next((table for table in self.found.losses if table.spec == self.found.primary), None)

    def blocks(self) -> list[list[str]]:
        """The models in groups that fit beside each other."""
        names = [model.name for model in self.found.models]
        return [names[i : i + MODELS_PER_BLOCK] for i in range(0, len(names), MODELS_PER_BLOCK)] or [[]]

    @property
    def has_verdicts(self) -> bool:
        """Whether any pair on the primary loss was judged."""
        return any(pair.verdict is not None for pair in self.pairs(self.found.primary))

    @property
    def units(self) -> str:
        """What is resampled."""
        resampling = self.found.resampling
        if resampling.column is None:
            return "rows"
        return "clusters" if resampling.length is None else "blocks"

    def pairs(self, spec: str) -> list[Difference]:
        return list(self._pairs.get(spec, {}).values())

    def pair(self, spec: str, better: str, worse: str) -> "Gap | None":
        """The difference of two models in a loss, seen from the better one."""
        known = self._pairs.get(spec, {})
        if (pair := known.get((better, worse))) is not None:
            return Gap(pair, "a", _negative(pair.high), _negative(pair.low))
        if (pair := known.get((worse, better))) is not None:
            return Gap(pair, "b", pair.low, pair.high)
        return None

    @cached_property
    def _pairs(self) -> dict[str, dict[tuple[str, str], Difference]]:
        """By the spec of the loss and the names of the two models."""
        found: dict[str, dict[tuple[str, str], Difference]] = {}
        for pair in self.found.comparisons:
            found.setdefault(pair.spec, {})[pair.a, pair.b] = pair
        return found


@dataclass(frozen=True, slots=True)
class Gap:
    """How much worse one model is than another: `low` to `high`, in the unit of the loss."""

    pair: Difference
    better: str  # the verdict that proves it
    low: float | None
    high: float | None

    @property
    def proven(self) -> bool:
        return self.pair.verdict == self.better

    @property
    def equal(self) -> bool:
        """Equal but for rounding."""
        return self.pair.difference == 0

    @property
    def carried(self) -> bool:
        """Whether a few rows carry the difference, so that it has no verdict."""
        return rests_on_few(self.pair.reason)

    @property
    def open(self) -> bool:
        """Within noise: no clear difference, or 0 lies in the interval where no verdict is given."""
        if self.pair.verdict is not None:
            return self.pair.verdict == "~"
        return self.low is not None and self.high is not None and self.low <= 0 <= self.high


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def ordered(table: LossTable) -> list[LossValue]:
    """The models that have a value, best first; the order of the file where values are equal."""
    return sorted(
        (result for result in table.results if result.value is not None),
        key=lambda result: result.value or 0.0,
    )


def trustless(result: LossValue) -> bool:
    """Whether a value rests on too few effective rows for an interval."""
    return result.value is not None and rests_on_few(result.reason)


def figure(result: LossValue) -> Figure:
    return Figure(result.value, result.low, result.high)


def row_digits(table: LossTable) -> Digits:
    """The digits of one loss, its leader first."""
    return digits_of([figure(result) for result in ordered(table)])


def value_text(result: LossValue, digits: Digits) -> str:
    """The value, with `?` where it rests on too few rows; `inf` or `n/a` where there is none."""
    if result.value is None:
        return "inf" if is_infinite(result.reason) else "n/a"
    return digits.text(result.value, figure(result).decimals) + ("?" if trustless(result) else "")
