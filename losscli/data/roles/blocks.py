"""Blocks: number columns whose names are the class labels once a common beginning and ending are taken off.

Names propose, values decide: a block is probabilities where every row adds up to 1 within the digits printed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan

import numpy as np

from losscli.data.roles.values import numbers_of
from losscli.data.roles.words import role_spans
from losscli.data.table import Table, block_count
from losscli.data.table.grammar import DOT, number_text
from losscli.domain import Floats

SHARES = 0.02  # by which the shares of a row may miss 1 and be judged
_PIECES = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
_MOST_PIECES = 40  # of a name that is looked at
_RELATIVE = 1e-6  # by which sums of single-precision shares miss 1
_MOST_DIGITS = 12  # after the decimal sign


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of one model, one per class.

    start, end: what all their names begin and end with; columns: label of the target → column; others: what
    stands where a label would, and is none of the target → column; given: the model's name by --pred.
    """

    start: str
    end: str
    columns: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=dict)
    given: str | None = None

    @property
    def common(self) -> str:
        """What their names share."""
        return (
            f"{self.start} {self.end}".strip()
            if self.start.strip() and self.end.strip()
            else (self.start or self.end)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the target's classes, then the others."""
        return (*self.columns.values(), *self.others.values())

    @property
    def counts_models(self) -> bool:
        """Whether numbers in the names may as well count models: model_0_prob, m1_prob."""
        before = self.start.rstrip(" _.:-(")
        spoken = bool(role_spans(before)) or before.lower() in ("p", "class")
        return bool(before) and not spoken and all(label.isdigit() for label in self.columns)

    def without_others(self) -> "Block":
        return replace(self, others={})


def find_blocks(names: Sequence[str], labels: Collection[str]) -> list[Block]:
    """The blocks that the names propose, each with two or more of the labels, in the order of the names.

    names: number columns without another role; labels: of the target.
    """
    places = _by_affixes(names, _spellings(labels))
    free, found = dict.fromkeys(names), []
    while places:
        key = max(places, key=lambda one: (len(places[one]), len(one[0]) - len(one[1])))
        columns = places.pop(key)
        if len(columns) < 2:
            break
        for name in columns.values():
            del free[name]
        found.append(Block(*key, {label: columns[label] for label in labels if label in columns}))
        places = {
            other: left
            for other, own in places.items()
            if (left := {label: name for label, name in own.items() if name in free})
        }
    blocks = [_with_others(block, free) for block in found]
    order = {name: place for place, name in enumerate(names)}
    return sorted(blocks, key=lambda block: min(order[name] for name in block.names))


def label_in(name: str, labels: Collection[str]) -> tuple[str, str, str] | None:
    """(start, label, end) of a name that speaks of one label beside a word of a prediction: `prob_spam`,
    `spam_prob`, `p_spam`; None where there is none."""
    spoken = role_spans(name)
    own = _spellings(labels)
    for start, middle, end in _splits(name):
        label = own.get(middle) or own.get(middle.lower())
        if label is None:
            continue
        before, after = start.rstrip(" _.:-("), end.lstrip(" _.:-)")
        led = before.lower() == "p" or any(stop == len(before) for _, stop, _ in spoken)
        counted = middle[0].isdigit() and start  # model_1_prob: a model, not a class
        followed = after and any(begin == len(name) - len(after) for begin, *_ in spoken)
        if led or (followed and not counted):
            return start, label, end
    return None


def _spellings(labels: Collection[str]) -> dict[str, str]:
    """How a name may spell a label → the label; a spelling that two labels share is none."""
    found = {label: label for label in labels}
    for label in labels:
        for other in {label.lower(), label.strip(), label.replace(" ", "_"), label.replace(" ", ".")}:
            found[other] = label if found.get(other, label) == label else ""
    return {spelling: label for spelling, label in found.items() if label}


def _splits(name: str) -> Iterator[tuple[str, str, str]]:
    """(start, middle, end) at every boundary between letters, digits and signs, long middles first."""
    cuts = [0]
    for piece in _PIECES.findall(name):
        cuts.append(cuts[-1] + len(piece))
    if len(cuts) > _MOST_PIECES:
        cuts = [*cuts[: _MOST_PIECES // 2], *cuts[-_MOST_PIECES // 2 :]]
    pairs = ((i, j) for i in range(len(cuts)) for j in range(i + 1, len(cuts)))
    for i, j in sorted(pairs, key=lambda pair: cuts[pair[0]] - cuts[pair[1]]):
        yield name[: cuts[i]], name[cuts[i] : cuts[j]], name[cuts[j] :]


def _by_affixes(names: Iterable[str], own: Mapping[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    """(start, end) → label → column, for every way to see a label in a name."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in names:
        for start, middle, end in _splits(name):
            label = own.get(middle) or own.get(middle.lower()) or own.get(_plain(middle))
            if label is not None:
                found.setdefault((start, end), {}).setdefault(label, name)
    return found


def _plain(text: str) -> str:
    """A number in its shortest spelling: `1.0` is 1."""
    value = DOT.number(text) if text[:1].isdigit() or text[:1] in "+-" else None
    return text if value is None or isnan(value) else number_text(value)


def _with_others(block: Block, free: Iterable[str]) -> Block:
    """The block with the columns whose names fit it but for a label that the target lacks."""
    if not block.start and not block.end:
        return block
    others = {}
    for name in free:
        middle = name[len(block.start) : len(name) - len(block.end)]
        if middle and name.startswith(block.start) and name.endswith(block.end):
            others[_plain(middle)] = name
    return replace(block, others=others)


@dataclass(frozen=True, slots=True)
class Shares:
    """What the rows of some columns add up to.

    low, high: the least and greatest value; off: the largest |sum - whole| of a row for whole = 1 and 100;
    digits: after the decimal sign.
    """

    low: float
    high: float
    off_one: float
    off_hundred: float
    digits: int
    columns: int

    @property
    def sum_to_one(self) -> bool:
        return self.low >= 0.0 and self.high <= 1.0 + _RELATIVE and self.off_one <= self._allowed(1.0)

    @property
    def sum_to_hundred(self) -> bool:
        return self.low >= 0.0 and self.high > 1.0 and self.off_hundred <= self._allowed(100.0)

    @property
    def in_unit(self) -> bool:
        return self.low >= 0.0 and self.high <= 1.0 + _RELATIVE

    def _allowed(self, whole: float) -> float:
        """K/2 units of the last place, and what single precision leaves."""
        printed = 0.5 * self.columns * 10.0**-self.digits * (1 + 1e-9) if self.digits <= _MOST_DIGITS else 0.0
        return max(printed, whole * _RELATIVE * max(1.0, self.columns / 10))


@np.errstate(over="ignore", invalid="ignore")  # scores near 1e308: sums that are no 1 in any case
def shares_of(table: Table, names: Sequence[str]) -> Shares:
    """What every whole row of these number columns adds up to; one pass over them."""
    low, high, one, hundred = np.inf, -np.inf, 0.0, 0.0
    for rows in _whole_rows(table, names):
        sums = rows.sum(axis=1)
        low, high = min(low, float(rows.min())), max(high, float(rows.max()))
        one = max(one, float(np.abs(sums - 1.0).max()))
        hundred = max(hundred, float(np.abs(sums - 100.0).max()))
    if low > high:  # no row is whole
        low, high, one, hundred = -np.inf, np.inf, np.inf, np.inf
    near = min(one, hundred)
    digits = _digits(table, names) if _RELATIVE < near < 0.5 * len(names) else _MOST_DIGITS + 1
    return Shares(low, high, one, hundred, digits, len(names))


def _whole_rows(table: Table, names: Sequence[str]) -> Iterator[Floats]:
    for block in range(block_count(table)):
        rows = np.column_stack([numbers_of(table, block, name) for name in names])
        rows = rows[np.isfinite(rows).all(axis=1)]
        if len(rows):
            yield rows


def _digits(table: Table, names: Sequence[str]) -> int:
    """The most digits after the decimal sign that a value of these columns was printed with."""
    digits = 0
    for rows in _whole_rows(table, names):
        while digits <= _MOST_DIGITS and not (np.round(rows, digits) == rows).all():
            digits += 1
    return digits


def numbered_blocks(names: Sequence[str]) -> list[Block]:
    """The columns that count their classes, 0 … K-1 or 1 … K: the labels are the counts."""
    places = _by_affixes(names, {str(count): str(count) for count in range(len(names) + 1)})
    found = []
    for (start, end), columns in places.items():
        counts = sorted(map(int, columns))
        if len(counts) > 1 and counts[0] in (0, 1) and counts == list(range(counts[0], counts[-1] + 1)):
            found.append(Block(start, end, {str(count): columns[str(count)] for count in counts}))
    return found


def spelled(block: Block) -> str:
    """`yes:rf_yes,no:rf_no`, as --pred NAME=… reads it."""
    return ",".join(f"{label}:{name}" for label, name in {**block.columns, **block.others}.items())
