"""What --pred says: a model, a column, a pattern, NAME=COL, NAME=LABEL:COL,… for a column per class."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from losscli.data.roles.blocks import Block, find_blocks
from losscli.data.roles.candidates import Candidates, Predicted, Settled, name_of, preds
from losscli.data.roles.ids import is_index
from losscli.data.roles.labels import match_labels
from losscli.data.roles.target import shell_word
from losscli.data.roles.words import is_prediction_name, without_role_words
from losscli.domain import Kind
from losscli.errors import Fix, UsageError, did_you_mean


def named_predictions(candidates: Candidates) -> Predicted:
    """What --pred says."""
    single: dict[str, str | None] = {}
    blocks: dict[tuple[str, ...], Settled] = {}
    proposed = candidates.blocks()
    for text in candidates.asked.pred:
        block = _block_of(candidates, text, proposed)
        if block is not None:
            said = Settled(block.without_others(), Kind.SCORE, "by --pred")
            settled = candidates.settled(block) or said
            blocks[settled.block.names] = settled
            continue
        given, columns = _single_of(candidates, text, proposed)
        for name in columns:
            if given is not None and single.get(name) not in (None, given):
                raise UsageError(
                    f"--pred {shell_word(text)}: {name!r} already is the model {single[name]!r}",
                    where=candidates.where,
                    advice="A column is one model:",
                    fixes=[_with(candidates, text, None, f"{name} is {single[name]}")],
                )
            single[name] = given or single.get(name)
    return Predicted(single, tuple(blocks.values()))


def _block_of(candidates: Candidates, text: str, proposed: Sequence[Block]) -> Block | None:
    """The block that --pred names: by its model, a column of it, NAME=pattern, NAME=label:column,…"""
    for block in proposed:
        if text == name_of(block, candidates.target) or (text in block.names and candidates.is_one(block)):
            return block
    given, equals, said = text.partition("=")
    if equals and ":" in said and text not in candidates.table.columns and candidates.labels:
        return _spelled_out(candidates, text, given, said)
    if not equals:
        given, said = "", text
    inside = [block for block in proposed if equals and said in block.names and candidates.is_one(block)]
    if inside:
        return replace(inside[0], given=given or None)
    if not candidates.labels or "*" not in said:
        return None
    matching = [name for name in candidates.numbers if fnmatchcase(name, said)]
    for block in find_blocks(matching, candidates.labels):
        start, _, end = said.partition("*")
        if (start, end) == (block.start, block.end) or fnmatchcase(block.start + "*" + block.end, said):
            return replace(block, given=given or None)
    return None


def _spelled_out(candidates: Candidates, text: str, given: str, said: str) -> Block | None:
    """`rf=yes:p1,no:p0`; None where the parts are no columns."""
    pairs = [part.rpartition(":")[::2] for part in _parts(said, candidates.free)]
    if not all(label and name in candidates.free for label, name in pairs):
        return None
    columns = dict(pairs)
    known = {label: columns[label] for label in candidates.labels if label in columns}
    others = {label: name for label, name in columns.items() if label not in known}
    absent = [label for label in candidates.labels if label not in known]
    if absent:
        meant = match_labels(candidates.labels, tuple(columns)).of
        fix = _with(candidates, text, None, "what the names say")
        if set(candidates.labels) <= set(meant.values()) and len(set(meant.values())) == len(columns):
            spelled_out = ",".join(f"{meant[label]}:{name}" for label, name in columns.items())
            fix = _with(candidates, text, f"{given}={spelled_out}", "labels as the target spells them")
        raise UsageError(
            f"--pred {shell_word(text)}: no column for the class {absent[0]!r}",
            where=candidates.where,
            advice=f"The target has {', '.join(candidates.labels)}: write {given}=LABEL:COLUMN for each",
            fixes=[fix],
        )
    return Block("", "", known, others, given or None)


def _single_of(candidates: Candidates, text: str, proposed: Sequence[Block]) -> tuple[str | None, list[str]]:
    """(the model's name, its columns) of a column, a model's name, NAME=COL or a pattern."""
    name, equals, column = text.partition("=")
    found = _columns_of(candidates, text)
    given = None
    if not found and equals and column in candidates.table.columns:
        given, found = name or None, _columns_of(candidates, column)
    elif not found:
        found = [one for one in candidates.free if fnmatchcase(one, text)]
    if not found:
        raise _none_of(candidates, text, proposed)
    return given, found


def _columns_of(candidates: Candidates, name: str) -> list[str]:
    """A column, or all those of the model of that name."""
    if name in candidates.table.columns:
        return [name] if name in candidates.free or is_index(candidates.table.columns[name]) else []
    return [
        column
        for column in candidates.free
        if is_prediction_name(column) and without_role_words(column) == name
    ]


def _none_of(candidates: Candidates, text: str, proposed: Sequence[Block]) -> UsageError:
    column = text if text in candidates.table.columns else text.partition("=")[2]
    if column in candidates.table.columns:
        flag = candidates.asked.named.get(column, "--target")
        is_what = "the target" if column == candidates.target else f"what {flag} names"
        return UsageError(
            f"--pred {shell_word(text)}: {column!r} is {is_what}",
            where=candidates.where,
            advice="A column has one role:",
            fixes=[_with(candidates, text, None, f"without {text}")],
        )
    known = [*(name_of(block, candidates.target) for block in proposed), *candidates.free]
    near = get_close_matches(text, known, n=2)
    return UsageError(
        f"--pred {shell_word(text)}: no model, column or pattern of that name",
        where=candidates.where,
        advice=did_you_mean(text, known)
        or f"The columns left for predictions: {', '.join(candidates.free[:12])}",
        fixes=[_with(candidates, text, one, f"{one} in place of {text}") for one in near]
        or [_with(candidates, text, None, f"without {text}")],
    )


def _with(candidates: Candidates, text: str, new: str | None, gives: str) -> Fix:
    """Every --pred as given but one, which is another or none."""
    others = [new if one == text else one for one in candidates.asked.pred]
    return Fix(preds([one for one in others if one is not None]) or ("--pred",), gives)


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
