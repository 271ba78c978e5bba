"""Which columns are predictions, alone or in blocks of a column per class: names propose, values decide."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

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
from losscli.data.roles.ids import is_index, named_like_id
from losscli.data.roles.labels import match_labels
from losscli.data.roles.target import fixes_of_targets, is_numeric, shell_word
from losscli.data.roles.values import check_number
from losscli.data.roles.words import (
    is_prediction_name,
    is_score_name,
    stated_kind,
    without_role_words,
)
from losscli.data.table import Table
from losscli.domain import Kind
from losscli.errors import DataError, Fix, UsageError, Where, did_you_mean

_SHOWN = 8  # columns that a line to paste names


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


def find_predictions(
    table: Table, asked: Asked, target: str, labels: Sequence[str], beside: Collection[str] = ()
) -> Predicted:
    """The predictions of a table.

    labels: the classes that the target may have, () where it is no class; beside: columns of another target.
    Raises UsageError, with lines to paste, where no name says which columns are predictions, and where names
    and values of a block disagree.
    """
    taken = {target, *asked.named, *beside}
    free = [name for name, column in table.columns.items() if name not in taken and not is_index(column)]
    finder = _Finder(table, asked, target, tuple(labels), free)
    if asked.pred:
        return finder.asked_for()
    return finder.proposed()


class _Finder:
    """The columns that are free for predictions, and the blocks that their names propose."""

    def __init__(
        self, table: Table, asked: Asked, target: str, labels: tuple[str, ...], free: Sequence[str]
    ) -> None:
        self.table, self.asked, self.target, self.labels, self.free = table, asked, target, labels, free
        self.numbers = [name for name in free if is_numeric(table, name)]
        self.where = Where(table.path)

    def proposed(self) -> Predicted:
        """What the names propose, where --pred does not say it."""
        blocks = [one for block in self._blocks() if (one := self._settled(block)) is not None]
        inside = {name for one in blocks for name in one.block.names}
        self._check_counted([name for name in self.numbers if name not in inside])
        spoken = [name for name in self.free if name not in inside and is_prediction_name(name)]
        if spoken or blocks:
            return Predicted(dict.fromkeys(spoken), tuple(blocks))
        numbers = [name for name in self.numbers if not named_like_id(name)]
        if len(numbers) == 1:
            return Predicted(dict.fromkeys(numbers))
        raise self._unnamed(numbers)

    def _unnamed(self, numbers: Sequence[str]) -> Exception:
        if not self.free:
            return DataError(
                f"no prediction column beside the target {self.target!r}",
                where=self.where,
                advice="Add a column of predictions to the file, with pred, prob, score or logit in its name",
                fixes=fixes_of_targets(self.table, {self.target, *self.asked.named}),
            )
        left = numbers or self.free
        what = (
            f"which of {len(numbers)} numeric columns are predictions? No name says so"
            if numbers
            else "no name says which column holds predictions, and beside the target "
            f"{self.target!r} none is numeric"
        )
        few = left[:_SHOWN]
        fixes = [fix_of_models(few, f"{len(few)} models" if len(few) > 1 else f"{few[0]} is the model")]
        if len(few) > 1:
            fixes += [fix_of_models([name], f"{name} alone") for name in few[:2]]
        return UsageError(what, where=self.where, advice="Say which:", fixes=fixes)

    def _blocks(self) -> list[Block]:
        if not self.labels:
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

    def _settled(self, block: Block) -> Settled | None:
        """What the values make of a block; None where it is none.

        Raises UsageError where its names fit and its values do not.
        """
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
            raise self._without(block, absent[0])
        if scores:
            return Settled(own.without_others(), self._score_kind(block), "by name")
        return summed or self._as_they_are(own.without_others(), block.names)

    def _summed(self, block: Block) -> Settled | None:
        """A block whose rows add up to 1 or to 100, with the columns of other classes or not; else None."""
        for one in (block.without_others(), block):
            shares = shares_of(self.table, one.names)
            if shares.sum_to_one:
                return Settled(one, Kind.PROBABILITY, "every row adds up to 1")
            if shares.sum_to_hundred:
                why = "every row adds up to 100: divided by it"
                return Settled(one, Kind.PROBABILITY, why, divisor=100.0)
            if not block.others:
                break
        return None

    def _as_they_are(self, block: Block, every: Sequence[str]) -> Settled:
        """A block whose rows do not add up: normalised where that is asked for, scores by their values.

        every: its columns, and those named after classes that the target lacks.
        """
        shares = shares_of(self.table, block.names)
        if self.asked.normalize and shares.low >= 0.0:
            return Settled(block, Kind.PROBABILITY, "each row divided by its sum", normalized=True)
        if not shares.in_unit and stated_kind(block.common) is None and not self._may_be_numbers():
            return Settled(block, Kind.SCORE, "values outside 0 to 1")
        raise self._off(block, shares, every)

    def _score_kind(self, block: Block) -> Kind:
        if self.asked.kind in (Kind.SCORE, Kind.LOGIT):
            return self.asked.kind
        return stated_kind(block.common) or Kind.SCORE

    def _may_be_numbers(self) -> bool:
        """Whether each column of a block may as well predict the target as a number."""
        return is_numeric(self.table, self.target)

    def _check_counted(self, names: Sequence[str]) -> None:
        """Raises UsageError for a block whose columns count classes that the target calls otherwise."""
        for block in numbered_blocks(names) if self.labels and not self.asked.kind else ():
            if len(block.columns) < len(self.labels) or not shares_of(self.table, block.names).sum_to_one:
                continue
            name = name_of(block, self.target)
            columns = tuple(block.columns.values())
            fixes = [self._in_order(name, columns)] if len(columns) == len(self.labels) else []
            classes = [*self.labels, *(f"class{place}" for place in range(len(self.labels), len(columns)))]
            fixes += [] if fixes else [Fix(("--classes", ",".join(classes)), "these classes, in this order")]
            raise UsageError(
                f"{', '.join(columns[:_SHOWN])} count their classes, and the target {self.target!r} has "
                f"{', '.join(self.labels[:_SHOWN])}",
                where=self.where,
                advice="Say which column is of which class:",
                fixes=fixes,
            )

    def _in_order(self, name: str, columns: Sequence[str]) -> Fix:
        pairs = zip(self.labels, columns, strict=True)
        said = ",".join(f"{label}:{column}" for label, column in pairs)
        return Fix(("--pred", f"{name}={said}"), f"{columns[0]} is of {self.labels[0]}, and so on in order")

    def _without(self, block: Block, label: str) -> UsageError:
        """A class of the target has no column."""
        name, model = f"{block.start}{label}{block.end}", name_of(block, self.target)
        columns = sorted(block.names, key=self.free.index)
        fixes = [self._in_order(model, columns)] if len(columns) == len(self.labels) else []
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
            fixes.append(Fix((*_preds(every), *task), f"{len(every)} models"))
        return UsageError(
            f"the columns {', '.join(names[:_SHOWN])} are named after the classes of {self.target!r}, but "
            f"their sum is not 1 in every row (off by up to {shares.off_one:.2g})",
            where=self.where,
            advice="Say what they are:",
            fixes=fixes,
        )

    def asked_for(self) -> Predicted:
        """What --pred says."""
        single: dict[str, str | None] = {}
        blocks: dict[tuple[str, ...], Settled] = {}
        proposed = self._blocks()
        for text in self.asked.pred:
            block = self._block_of(text, proposed)
            if block is not None:
                settled = self._settled_as_said(block)
                blocks[settled.block.names] = settled
                continue
            given, columns = self._single_of(text, proposed)
            for name in columns:
                if given is not None and single.get(name) not in (None, given):
                    raise UsageError(
                        f"--pred {shell_word(text)}: {name!r} already is the model {single[name]!r}",
                        where=self.where,
                        advice="A column is one model:",
                        fixes=[self._with(text, None, f"{name} is {single[name]}")],
                    )
                single[name] = given or single.get(name)
        return Predicted(single, tuple(blocks.values()))

    def _settled_as_said(self, block: Block) -> Settled:
        found = self._settled(block)
        return found or Settled(block.without_others(), Kind.SCORE, "by --pred")

    def _block_of(self, text: str, proposed: Sequence[Block]) -> Block | None:
        """The block that --pred names: by its model, a column of it, NAME=pattern, NAME=label:column,…"""
        for block in proposed:
            if text == name_of(block, self.target) or (text in block.names and self._is_one(block)):
                return block
        given, equals, said = text.partition("=")
        if equals and ":" in said and text not in self.table.columns and self.labels:
            return self._spelled_out(text, given, said)
        if not equals:
            given, said = "", text
        inside = [block for block in proposed if equals and said in block.names and self._is_one(block)]
        if inside:
            return replace(inside[0], given=given or None)
        if not self.labels or "*" not in said:
            return None
        for block in find_blocks([name for name in self.numbers if fnmatchcase(name, said)], self.labels):
            start, _, end = said.partition("*")
            if (start, end) == (block.start, block.end) or fnmatchcase(block.start + "*" + block.end, said):
                return replace(block, given=given or None)
        return None

    def _is_one(self, block: Block) -> bool:
        """Whether the values agree that its columns are one model."""
        try:
            return self._settled(block) is not None
        except UsageError:
            return False

    def _spelled_out(self, text: str, given: str, said: str) -> Block | None:
        """`rf=yes:p1,no:p0`; None where the parts are no columns."""
        pairs = [part.rpartition(":")[::2] for part in _parts(said, self.free)]
        if not all(label and name in self.free for label, name in pairs):
            return None
        columns = dict(pairs)
        known = {label: columns[label] for label in self.labels if label in columns}
        others = {label: name for label, name in columns.items() if label not in known}
        absent = [label for label in self.labels if label not in known]
        if absent:
            meant = match_labels(self.labels, tuple(columns)).of
            spelled_out = ",".join(f"{meant[label]}:{name}" for label, name in columns.items())
            alike = set(self.labels) <= set(meant.values()) and len(set(meant.values())) == len(columns)
            raise UsageError(
                f"--pred {shell_word(text)}: no column for the class {absent[0]!r}",
                where=self.where,
                advice=f"The target has {', '.join(self.labels)}: write {given}=LABEL:COLUMN for each",
                fixes=[self._with(text, f"{given}={spelled_out}", "labels as the target spells them")] * alike
                or [self._with(text, None, "what the names say")],
            )
        return Block("", "", known, others, given or None)

    def _single_of(self, text: str, proposed: Sequence[Block]) -> tuple[str | None, list[str]]:
        """(the model's name, its columns) of a column, a model's name, NAME=COL or a pattern."""
        name, equals, column = text.partition("=")
        found = self._columns_of(text)
        given = None
        if not found and equals and column in self.table.columns:
            given, found = name or None, self._columns_of(column)
        elif not found:
            found = [one for one in self.free if fnmatchcase(one, text)]
        if not found:
            raise self._none_of(text, proposed)
        return given, found

    def _columns_of(self, name: str) -> list[str]:
        """A column, or all those of the model of that name."""
        if name in self.table.columns:
            return [name] if name in self.free or is_index(self.table.columns[name]) else []
        return [
            column
            for column in self.free
            if is_prediction_name(column) and without_role_words(column) == name
        ]

    def _none_of(self, text: str, proposed: Sequence[Block]) -> UsageError:
        column = text if text in self.table.columns else text.partition("=")[2]
        if column in self.table.columns:
            flag = self.asked.named.get(column, "--target")
            is_what = "the target" if column == self.target else f"what {flag} names"
            return UsageError(
                f"--pred {shell_word(text)}: {column!r} is {is_what}",
                where=self.where,
                advice="A column has one role:",
                fixes=[self._with(text, None, f"without {text}")],
            )
        known = [*(name_of(block, self.target) for block in proposed), *self.free]
        near = get_close_matches(text, known, n=2)
        return UsageError(
            f"--pred {shell_word(text)}: no model, column or pattern of that name",
            where=self.where,
            advice=did_you_mean(text, known)
            or f"The columns left for predictions: {', '.join(self.free[:12])}",
            fixes=[self._with(text, one, f"{one} in place of {text}") for one in near]
            or [self._with(text, None, f"without {text}")],
        )

    def _with(self, text: str, new: str | None, gives: str) -> Fix:
        """Every --pred as given but one, which is another or none."""
        others = [new if one == text else one for one in self.asked.pred]
        return Fix(_preds([one for one in others if one is not None]) or ("--pred",), gives)


def _parts(said: str, free: Iterable[str]) -> list[str]:
    """The parts of `yes:p1,no:p0`, though a column or label may hold a comma."""
    parts: list[str] = []
    known, open_ = set(free), ""
    for piece in said.split(","):
        open_ = f"{open_},{piece}" if open_ else piece
        if open_.rpartition(":")[2] in known:
            parts.append(open_)
            open_ = ""
    return [*parts, open_] if open_ else parts


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
    return Fix(_preds(names), gives)


def _preds(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--pred", name))
