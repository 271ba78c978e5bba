"""Predictions of classes as losses read them: labels in the target's words, shares that add up to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.candidates import Predicted, Settled
from losscli.data.roles.labels import Match, match_labels
from losscli.data.roles.models import is_label_column
from losscli.data.roles.target import is_mostly_distinct, is_numeric, target_labels
from losscli.data.roles.tasks import no_classes
from losscli.data.roles.values import check_number, numbers_of
from losscli.data.roles.views import recoded, with_numbers
from losscli.data.roles.words import stated_kind, without_role_words
from losscli.data.table import Table, block_count
from losscli.domain import Floats, Kind
from losscli.errors import Fix, UsageError, Where

_CONTRADICTED = 0.25  # share of rows where a label and its probability disagree
_MOSTLY = 0.5  # of the values above 1: percentages


@dataclass(frozen=True, slots=True)
class Recoded:
    """A table whose predictions are in the words and units of the target, and what was done, in words.

    unknown: labels that are predicted and that the target lacks.
    """

    table: Table
    predicted: Predicted
    said: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def recoded_predictions(
    table: Table, target: str, predicted: Predicted, own: tuple[str, ...], asked: Asked
) -> Recoded:
    """The predictions of a target of classes.

    own: the classes of the target; of two (negative, positive).
    Raises UsageError where labels are of other classes, and where a label and its probability contradict each
    other; DataError for a word where a number is needed.
    """
    said: list[str] = []
    unknown: list[str] = []
    for settled in predicted.blocks:
        table = _block_of(table, settled, said)
    labels: list[str] = []
    for name in predicted.single:
        if _holds_labels(table, name, own, asked):
            match = _matched(table, target, name, own, asked)
            labels.append(name)
            unknown += match.unknown
            if any(label != other for label, other in match.of.items()):
                table = recoded(table, name, match.of)
                said.append(f"labels of {name} matched {match.how}")
        elif is_numeric(table, name):
            check_number(table, name)
            table = _percentages(table, name, said)
    if len(own) == 2:
        before = len(said)
        table = _confidences(table, predicted, labels, own, asked, said)
        if asked.of_predicted and len(said) == before:
            raise UsageError(
                "--kind confidence: no column of labels says which class is predicted",
                where=Where(table.path),
                advice="A confidence stands beside a label, pred beside prob; without labels:",
                fixes=[Fix(("--kind", "probability"), f"probabilities of {own[1]}")],
            )
    return Recoded(table, predicted, tuple(said), tuple(dict.fromkeys(unknown)))


def _holds_labels(table: Table, name: str, own: Sequence[str], asked: Asked) -> bool:
    if asked.kind is Kind.LABEL:
        return True
    if stated_kind(name) is not None or (asked.kind is not None and is_numeric(table, name)):
        return False
    return not (is_numeric(table, name) and table.columns[name].first_word) and is_label_column(
        table.columns[name], tuple(own)
    )


def _matched(table: Table, target: str, name: str, own: tuple[str, ...], asked: Asked) -> Match:
    """Its labels in the target's words. Raises UsageError where less than half of them are."""
    if is_mostly_distinct(table, name):
        raise no_classes(table, name, "prediction")
    found = target_labels(table.columns, name)
    if found is None:
        raise no_classes(table, name, "prediction")
    match = match_labels(own, found)
    if 2 * match.known < len(found) and asked.task is None and asked.kind is not Kind.LABEL:
        raise _strangers(table, target, name, own, found)
    return match


def _strangers(table: Table, target: str, name: str, own: Sequence[str], found: Sequence[str]) -> UsageError:
    fixes = [Fix(("--task", "multiclass"), "labels as they are: those that the target lacks count as wrong")]
    if is_numeric(table, target) and is_numeric(table, name):
        fixes.insert(0, Fix(("--task", "regression"), "both are numbers"))
    return UsageError(
        f"{name} predicts {_few(found)}, and the target {target!r} has {_few(own)}: most are not the same",
        where=Where(table.path),
        advice="Write both alike, or say what they are:",
        fixes=fixes,
    )


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels[:6]) + (" …" if len(labels) > 6 else "")


def _block_of(table: Table, settled: Settled, said: list[str]) -> Table:
    """The table with the shares of a block made to add up to 1: of percentages, or where it is asked for."""
    names = settled.block.names
    if settled.divisor == 1.0 and not settled.normalized:
        return table
    said.append(f"{names[0]} … {names[-1]}: {settled.why}")
    source = table

    def made(block: int) -> Mapping[str, Floats]:
        rows = np.column_stack([numbers_of(source, block, name) for name in names])
        whole = rows.sum(axis=1, keepdims=True) if settled.normalized else settled.divisor
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = rows / whole
        return dict(zip(names, rows.T, strict=True))

    return with_numbers(table, {name: name for name in names}, made)


def _percentages(table: Table, name: str, said: list[str]) -> Table:
    """The table with a probability of 0 to 100 divided by 100; most of its values are above 1."""
    column = table.columns[name]
    high = column.high or 0.0
    if stated_kind(name) is not Kind.PROBABILITY or not 1.0 < high <= 100.0 or (column.low or 0.0) < 0.0:
        return table
    above = sum(int((table.numbers(block, name) > 1.0).sum()) for block in range(block_count(table)))
    if above <= _MOSTLY * (table.rows - column.missing):
        return table
    said.append(f"{name}: percentages, divided by 100")
    source = table
    return with_numbers(table, {name: name}, lambda block: {name: source.numbers(block, name) / 100.0})


def _confidences(
    table: Table,
    predicted: Predicted,
    labels: Sequence[str],
    own: tuple[str, ...],
    asked: Asked,
    said: list[str],
) -> Table:
    """The table with probabilities of the predicted class turned into those of the positive one.

    Raises UsageError where a probability and the label beside it contradict each other, unless a flag says
    what it is of.
    """
    for name in predicted.single:
        if asked.kind not in (None, Kind.PROBABILITY) or stated_kind(name) is not Kind.PROBABILITY:
            continue
        rest = without_role_words(name)
        label = next((one for one in labels if without_role_words(one) == rest), None)
        if label is None:
            continue
        if asked.of_predicted:
            table = _of_positive(table, name, label, own[1])
            said.append(f"{name}: confidence in the class of {label}")
        elif asked.kind is None and _contradicted(table, name, label, own[1]) > _CONTRADICTED:
            raise _contradiction(table, name, label, own)
    return table


def _contradicted(table: Table, name: str, label: str, positive: str) -> float:
    """The share of rows where a probability above or below one half and the label say opposite things."""
    against = count = 0
    for block in range(block_count(table)):
        p, is_positive = table.numbers(block, name), table.codes(block, label, (positive,)) == 0
        decided = np.isfinite(p) & (p != 0.5)
        count += int(decided.sum())
        against += int((decided & ((p > 0.5) != is_positive)).sum())
    return against / count if count else 0.0


def _of_positive(table: Table, name: str, label: str, positive: str) -> Table:
    source = table

    def made(block: int) -> Mapping[str, Floats]:
        p, is_positive = source.numbers(block, name), source.codes(block, label, (positive,)) == 0
        return {name: np.where(is_positive, p, 1.0 - p)}

    return with_numbers(table, {name: name}, made)


def _contradiction(table: Table, name: str, label: str, own: tuple[str, ...]) -> UsageError:
    return UsageError(
        f"{name} and {label} contradict each other in more than a quarter of the rows: {name} is no "
        f"probability of {own[1]}",
        where=Where(table.path),
        advice="Say what it is the probability of:",
        fixes=[
            Fix(("--kind", "confidence"), f"{name} is the confidence in the class of {label}"),
            Fix(("--positive", own[0]), f"{name} is the probability of {own[0]}"),
            Fix(("--pred", name), f"{name} alone, as the probability of {own[1]}"),
        ],
    )
