"""The columns that may be predictions, and what the values make of a block of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from losscli.data.roles.asked import Asked
from losscli.data.roles.blocks import (
    Block,
    Shares,
    find_blocks,
    label_in,
    numbered_blocks,
    shares_of,
    spelled,
)
from losscli.data.roles.target import is_numeric
from losscli.data.roles.values import check_number
from losscli.data.roles.words import (
    is_prediction_name,
    is_score_name,
    stated_kind,
    without_role_words,
)
from losscli.data.table import Table
from losscli.domain import Kind
from losscli.errors import Fix, UsageError, Where

SHOWN = 8  # columns that a line to paste names


@dataclass(frozen=True, slots=True)
class Settled:
    """A block whose values have decided what it is.

    kind: of its columns; divisor: 100 of percentages, else 1; normalized: whether each row is divided by its
    sum; why: in words.
    """

    block: Block
    kind: Kind
    why: str
    divisor: float = 1.0
    normalized: bool = False


@dataclass(frozen=True, slots=True)
class Predicted:
    """The columns of predictions: those of one a row, each with the name that --pred gives it, or None; and
    the blocks."""

    single: Mapping[str, str | None] = field(default_factory=dict)
    blocks: tuple[Settled, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.single, *(name for one in self.blocks for name in one.block.names))

    def one_by_one(self) -> "Predicted":
        """Every column a prediction of its own."""
        return Predicted({**self.single, **dict.fromkeys(self.columns[len(self.single) :])})

    def named_positive(self, labels: Collection[str]) -> str | None:
        """The class that single columns name, if they name one alone: prob_spam."""
        spoken = {found[1] for name in self.single if (found := label_in(name, labels)) is not None}
        spoken |= {name for name in self.single if name in labels}
        return spoken.pop() if len(spoken) == 1 else None


class Candidates:
    """The columns that are free for predictions, and the blocks that their names propose.

    target: the target column; labels: the classes that it may have, () where it is no class; free: columns
    without another role.
    """

    def __init__(
        self, table: Table, asked: Asked, target: str, labels: tuple[str, ...], free: Sequence[str]
    ) -> None:
        self.table, self.asked, self.target, self.labels, self.free = table, asked, target, labels, free
        self.where = Where(table.path)
        self._known: dict[tuple[str, ...], Shares] = {}

    @cached_property
    def numbers(self) -> list[str]:
        """The free columns of numbers: texts are read to know whether they hold some."""
        return [name for name in self.free if is_numeric(self.table, name)]

    def shares(self, names: tuple[str, ...]) -> Shares:
        """What the rows of these columns add up to, read once."""
        if names not in self._known:
            self._known[names] = shares_of(self.table, names)
        return self._known[names]

    def blocks(self) -> list[Block]:
        """The blocks that the names propose."""
        if not self.labels or not (self.asked.classes or find_blocks(self.free, self.labels)):
            return []
        found = find_blocks(self.numbers, self.labels)
        if self.asked.classes:
            inside = {name for block in found for name in block.names}
            left = [name for name in self.numbers if name not in inside]
            found += [
                Block(one.start, one.end, dict(zip(self.labels, one.columns.values(), strict=True)))
                for one in numbered_blocks(left)
                if len(one.columns) == len(self.labels)
            ]
        return found

    def settled(self, block: Block) -> Settled | None:
        """What the values make of a block; None where it is none.

        Raises UsageError where its names fit and its values do not.
        """
        found = self._judged(block)
        if isinstance(found, UsageError):
            raise found
        return found

    def is_one(self, block: Block) -> bool:
        """Whether the values agree that its columns are one model."""
        return isinstance(self._judged(block), Settled)

    def _judged(self, block: Block) -> Settled | UsageError | None:
        """As `settled`, the error in place of raising it."""
        for name in block.names:
            check_number(self.table, name)
        absent = [label for label in self.labels if label not in block.columns]
        scores = is_score_name(block.common) or self.asked.kind in (Kind.SCORE, Kind.LOGIT)
        spoken = stated_kind(block.common) is not None or scores
        own = block.without_others() if self.asked.classes else block
        summed = self._summed(own)
        if summed is None and (block.counts_models or (absent and not spoken)):
            return None
        if absent:
            return self._without(block, absent[0])
        if scores:
            return Settled(own.without_others(), self._score_kind(block), "by name")
        return summed or self._as_they_are(own.without_others(), block.names)

    def _summed(self, block: Block) -> Settled | None:
        """A block whose rows add up to 1 or to 100, with the columns of other classes or not; else None."""
        for one in (block.without_others(), block):
            shares = self.shares(one.names)
            if shares.sum_to_one:
                return Settled(one, Kind.PROBABILITY, "every row adds up to 1")
            if shares.sum_to_hundred:
                why = "every row adds up to 100: divided by it"
                return Settled(one, Kind.PROBABILITY, why, divisor=100.0)
            if not block.others:
                break
        return None

    def _as_they_are(self, block: Block, every: Sequence[str]) -> Settled | UsageError:
        """A block whose rows do not add up: normalised where that is asked for, scores by their values.

        every: its columns, and those named after classes that the target lacks.
        """
        shares = self.shares(block.names)
        if self.asked.normalize and shares.low >= 0.0:
            return Settled(block, Kind.PROBABILITY, "each row divided by its sum", normalized=True)
        if not shares.in_unit and stated_kind(block.common) is None and not self._may_be_numbers():
            return Settled(block, Kind.SCORE, "values outside 0 to 1")
        return self._off(block, shares, every)

    def _score_kind(self, block: Block) -> Kind:
        if self.asked.kind in (Kind.SCORE, Kind.LOGIT):
            return self.asked.kind
        return stated_kind(block.common) or Kind.SCORE

    def _may_be_numbers(self) -> bool:
        """Whether each column of a block may as well predict the target as a number."""
        return is_numeric(self.table, self.target)

    def in_order(self, name: str, columns: Sequence[str]) -> Fix:
        pairs = zip(self.labels, columns, strict=True)
        said = ",".join(f"{label}:{column}" for label, column in pairs)
        return Fix(("--pred", f"{name}={said}"), f"{columns[0]} is of {self.labels[0]}, and so on in order")

    def _without(self, block: Block, label: str) -> UsageError:
        """A class of the target has no column."""
        name, model = f"{block.start}{label}{block.end}", name_of(block, self.target)
        columns = sorted(block.names, key=self.free.index)
        fixes = [self.in_order(model, columns)] if len(columns) == len(self.labels) else []
        others = [one for one in self.free if one not in block.names and is_prediction_name(one)]
        fixes += [fix_of_models([one], f"{one} alone") for one in others[:1]]
        return UsageError(
            f"model {model} has no column for the class {label!r}, which the target has",
            where=self.where,
            advice=f"Every class needs one, here {name}",
            fixes=fixes,
        )

    def _off(self, block: Block, shares: Shares, every: Sequence[str]) -> UsageError:
        """The names are those of classes, and the values no probabilities: one model, or one a column."""
        names = block.names
        one = f"{name_of(block, self.target)}={spelled(block)}"
        fixes = []
        if shares.low >= 0.0:
            fixes.append(Fix(("--pred", one, "--normalize"), "one model, each row divided by its sum"))
        fixes.append(Fix(("--pred", one, "--kind", "score"), "one model, a score per class"))
        is_probability = stated_kind(block.common) is Kind.PROBABILITY  # and never the target as a number
        if len(self.labels) == 2 or (self._may_be_numbers() and not is_probability):
            task = () if len(self.labels) == 2 else ("--task", "regression")
            fixes.append(Fix((*preds(every), *task), f"{len(every)} models"))
        return UsageError(
            f"the columns {', '.join(names[:SHOWN])} are named after the classes of {self.target!r}, but "
            f"their sum is not 1 in every row (off by up to {shares.off_one:.2g})",
            where=self.where,
            advice="Say what they are:",
            fixes=fixes,
        )


def name_of(block: Block, target: str) -> str:
    """The model's name: as given, else what is common to the names, else `probabilities`."""
    if block.given:
        return block.given
    common = block.common.strip(" _:.-\"'()[]")
    rest = without_role_words(common)
    name = rest or common
    return "probabilities" if not name or name.lower() == target.lower() else name


def fix_of_models(names: Sequence[str], gives: str) -> Fix:
    """Each column is a model."""
    return Fix(preds(names), gives)


def preds(names: Sequence[str]) -> tuple[str, ...]:
    """`--pred NAME` for each."""
    return tuple(word for name in names for word in ("--pred", name))
