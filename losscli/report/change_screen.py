"""What every part of the diff report needs: the changes, which of them are shown, and how names are."""

import math
import os
from collections.abc import Sequence
from functools import cached_property

from losscli.report.choice import MOST
from losscli.report.names import ELLIPSIS, cell_width, display_names, display_specs, lookup, spec_name
from losscli.report.numbers import Digits, Figure, digits_of, magnitude, percent, significant
from losscli.report.screen import Screen
from losscli.report.telling import telling
from losscli.result import Changes, LossChange

_ROWS = 20  # of the table of losses at most, unless one loss of every model takes more
_NAME_CELLS, _PATH_CELLS = 24, 28
_LABEL_CELLS = {True: 24, False: 16}  # whether models have no column of their own
_DIGITS = 6
_NOISE = 1e-9  # relative; what is smaller is of rounding, and of the precision of replicates


class ChangeScreen(Screen[Changes]):
    """What changed."""

    @cached_property
    def models(self) -> tuple[tuple[str, str], ...]:
        """(old, new) names of the matched models, in the order of the new result."""
        return tuple(dict.fromkeys((one.old_model, one.new_model) for one in self.found.losses))

    @cached_property
    def _names(self) -> dict[str, str]:
        names = [name for pair in self.models for name in pair]
        return display_names(list(dict.fromkeys(names)), self.limit(_NAME_CELLS))

    @cached_property
    def _specs(self) -> dict[str, str]:
        losses = [one.spec for one in self.found.losses]
        alone = [one.name for one in self.found.unmatched if one.what == "loss"]
        return display_specs([*losses, *alone, self.found.primary])

    @cached_property
    def files(self) -> tuple[str, str]:
        """The two paths; on a terminal, where they are long, their last parts or what tells them apart."""
        paths = self.found.old.path, self.found.new.path
        narrow = self.width is not None
        ends = [
            os.path.basename(path) if narrow and cell_width(path) > _PATH_CELLS else path for path in paths
        ]
        if ends[0] == ends[1]:
            ends = list(paths)
        shown = display_names(list(dict.fromkeys(ends)), self.limit(_PATH_CELLS))
        return shown[ends[0]], shown[ends[1]]

    def model(self, name: str) -> str:
        return lookup(self._names, name)

    def spec(self, spec: str) -> str:
        return lookup(self._specs, spec)

    def label(self, spec: str) -> str:
        """`mae  PRIMARY`; on a terminal, parameters that do not fit are an ellipsis."""
        text, room = self.spec(spec), _LABEL_CELLS[len(self.models) == 1]
        cut = self.width is not None and not self.all
        if cut and cell_width(text) > room:
            text = self.clip(f"{spec_name(text)}:{ELLIPSIS}", room)
        marked = f"{text}  PRIMARY" if spec == self.found.primary else text
        return text if cut and cell_width(marked) > room else marked

    @cached_property
    def primary(self) -> tuple[LossChange, ...]:
        """The changes of the primary loss, a model each."""
        return tuple(one for one in self.found.losses if one.spec == self.found.primary)

    def shown_losses(self) -> list[str]:
        """The specs to show: the primary loss first, then as on the screen of compare, one loss per class;
        with `--all` every one in the order of the file."""
        members = {one.spec: one.members for one in self.found.losses}
        places = {spec: place for place, spec in enumerate(members)}
        first = telling(self.found.task).losses.split()

        def place(spec: str) -> tuple[bool, int, int]:
            name = spec_name(spec)
            known = first.index(name) if name in first and not self.all else len(first)
            return spec != self.found.primary, known, places[spec]

        ordered = sorted(members, key=place)
        if self.all:
            return ordered
        shown: list[str] = []
        for spec in ordered:
            if not any(spec in members[other] for other in shown):
                shown.append(spec)
        most = per_model(MOST, _ROWS, self.models)
        return shown[:most]


def per_model(most: int, rows: int, models: Sequence[object]) -> int:
    """How many losses or metrics a table of so many rows shows of every model: at least one."""
    return max(1, min(most, rows // max(len(models), 1)))


def change_text(one: LossChange) -> tuple[str, str]:
    """`-1.8 %` and `[-3.0, -0.6]`; the change itself where it has no ratio."""
    if one.relative is None:
        return "0" if is_same(one.old, one.new) else signed(one.change), ""
    alone = percent(without_noise(one.relative), sign=True)
    if one.low is None or one.high is None:
        return alone, ""
    if one.high - one.low <= _NOISE:
        number = alone.removesuffix(" %")
        return alone, f"[{number}, {number}]"
    share, low, high = map(without_noise, (one.relative, one.low, one.high))
    value, _, ends = percent(share, low, high, sign=True).partition(" [")
    return value, f"[{ends}"


def without_noise(share: float) -> float:
    """The share, or 0 where it is of rounding."""
    return 0.0 if abs(share) <= _NOISE else share


def signed(change: float | None) -> str:
    """`+0.006`, two significant digits; empty for none."""
    if change is None:
        return ""
    return ("+" if change > 0 else "") + significant(change, 2)


def value_texts(one: LossChange) -> tuple[str, str]:
    """The old value and the new, in the digits that the interval of the change justifies."""
    low = high = None
    if one.old is not None and one.low is not None and one.high is not None and one.high - one.low > _NOISE:
        low, high = one.old * (1 + one.low), one.old * (1 + one.high)
    return pair_texts(one.old, one.new, low, high)


def pair_texts(
    old: float | None, new: float | None, low: float | None = None, high: float | None = None
) -> tuple[str, str]:
    """Two values in the digits that an interval of the new one justifies; those that are equal but for the
    order of their sums look it."""
    other = new if is_same(old, new) else old
    digits = digits_of([Figure(new, low, high), Figure(other)])
    largest = max(abs(old or 0.0), abs(new or 0.0))
    most = _DIGITS - 1 - magnitude(largest) if largest else 0
    digits = Digits(min(digits.decimals, most), digits.scientific)
    first, second = ("n/a" if value is None else digits.text(value) for value in (old, new))
    return first, second


def is_same(old: float | None, new: float | None) -> bool:
    """Whether two values are equal but for rounding."""
    return old is not None and new is not None and math.isclose(old, new, rel_tol=_NOISE)
