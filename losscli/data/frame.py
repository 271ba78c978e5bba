"""Table × roles → arrays of the rows that are learned from, and the features of new rows."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.blocks import FeatureBlocks
from losscli.data.roles.features import Training
from losscli.data.roles.target import shell_word
from losscli.data.roles.values import (
    DROP,
    check_finite,
    check_number,
    check_present,
    check_range,
    check_weights,
)
from losscli.data.table import Table
from losscli.data.whole import codes_in, distinct_in, feature_bytes, numbers_in, present_in, text_in
from losscli.domain import POSITIVE, Codes, Floats, Mask
from losscli.errors import DataError, Fix, Where, did_you_mean
from losscli.inference.order import weighted_medians
from losscli.result import RowKey

IMPUTE = Fix(("--missing", "impute"), "missing features are filled with a usual value")
_EXPOSURE = "Fix it, or leave the row out: nothing is counted where nothing is exposed"
_STEEPEST = 1e304  # slope, of the largest target over the largest value of a feature
_TINY = 1e-140  # a target below it, or above its inverse, has squares that overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The n rows that are learned from, in the order of the file.

    row: their 1-based data rows (n,); y: numbers, or codes of the classes, binary 1 the positive (n,), of
    several targets (n, L), labels as 0 and 1;
    w: weights, all above 0 (n,); numbers: number features, NaN where missing (n, a); texts: text features
    as codes of `levels`, -1 where missing (n, b). group, fold, time: codes of the sorted distinct values
    (n,), None where the flag is not given. keys: what the rows are called, id or row number. stored: where
    features are that memory does not hold; row, numbers, texts and keys have no row then.
    """

    row: Codes
    y: Floats
    w: Floats
    number_names: tuple[str, ...]
    numbers: Floats
    text_names: tuple[str, ...]
    texts: Codes
    levels: tuple[tuple[str, ...], ...]
    impute: bool  # whether missing features are filled
    group: Codes | None
    fold: Codes | None
    fold_names: tuple[str, ...]  # what the codes of `fold` stand for
    time: Codes | None
    keys: tuple[RowKey, ...]
    dropped: Mapping[str, int]  # rows left out, by reason
    offset: Floats | None = None  # added to scores (n,)
    stored: FeatureBlocks | None = None

    def number_columns(self) -> Iterator[Floats]:
        """Each number feature (n,), one after the other."""
        if self.stored is None:
            return iter(self.numbers.T)
        return map(self.stored.number_column, self.number_names)

    def text_columns(self) -> Iterator[Codes]:
        """Each text feature as codes (n,), one after the other."""
        if self.stored is None:
            return iter(self.texts.T)
        return map(self.stored.text_column, self.text_names)

    def named(self, rows: Codes) -> Sequence[RowKey]:
        """What some rows are called. rows: indices (m,)."""
        return [self.keys[i] for i in rows.tolist()] if self.stored is None else self.stored.named(rows)


def load(table: Table, training: Training, held: float = math.inf) -> Frame:
    """The rows of a table that are learned from: none of weight 0, and under --missing drop none with a
    missing or infinite value in a used column. held: bytes of features, beyond which they stay in the table.

    Raises DataError for any other such value, for a negative weight, and where the target has one value
    in all rows that are left.
    """
    _check_values(table, training)
    w = np.ones(table.rows) if training.weights is None else numbers_in(table, training.weights)
    usable = np.ones(table.rows, np.bool_)
    if training.missing == "drop":
        for name in training.columns:
            usable &= present_in(table, name)
    row = np.flatnonzero(usable & (w != 0.0))
    y = _target(table, training)[row]
    _check_target(table, training, y)
    _check_slopes(table, training, 1.0 if training.labels else float(np.abs(y).max()))
    levels = tuple(tuple(map(str, table.columns[name].values or ())) for name in training.texts)
    stored = None
    if feature_bytes(table, training) > held:
        stored = FeatureBlocks(
            table=table,
            row=row.astype(np.int32 if table.rows < 1 << 31 else np.intp),
            numbers=training.numbers,
            texts=training.texts,
            levels=levels,
            id=training.id,
        )
    here = row if stored is None else row[:0]
    numbers = [numbers_in(table, name)[here] for name in training.numbers]
    texts = [codes_in(table, name, known)[here] for name, known in zip(training.texts, levels, strict=True)]
    fold, fold_names = distinct_in(table, training.fold, row)
    return Frame(
        row=here + 1,
        y=y,
        w=np.broadcast_to(1.0, len(row)) if stored and training.weights is None else w[row],
        number_names=training.numbers,
        numbers=_columns(numbers, len(here)),
        text_names=training.texts,
        texts=_columns(texts, len(here)).astype(np.intp),
        levels=levels,
        impute=training.missing == "impute",
        group=distinct_in(table, training.group, row)[0],
        fold=fold,
        fold_names=fold_names,
        time=distinct_in(table, training.time, row)[0],
        keys=_keys(table, training.id, here),
        dropped=_dropped(usable, w),
        offset=_at(load_offset(table, training.offset, training.exposure), row),
        stored=stored,
    )


def load_offset(table: Table, offset: str | None, exposure: str | None) -> Floats | None:
    """What is added to the score of every row of a table (rows,): a column, the logarithm of another, or
    both; None where there is none. NaN where it is missing."""
    with np.errstate(divide="ignore"):
        parts = [] if offset is None else [numbers_in(table, offset)]
        parts += [] if exposure is None else [np.log(numbers_in(table, exposure))]
    return sum(parts[1:], parts[0]) if parts else None


def _at(x: Floats | None, row: Codes) -> Floats | None:
    return None if x is None else x[row]


def recoded(codes: Codes | None, rows: Codes) -> Codes | None:
    """Codes of the values that some rows have, from 0 on without gaps: (k,). rows: indices (k,)."""
    return None if codes is None else np.unique(codes[rows], return_inverse=True)[1].astype(np.intp)


@dataclass(frozen=True, slots=True)
class TextFeature:
    """A column of text, and the values that have a column of the matrix."""

    column: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """How features become the columns of a matrix, learned from some rows: number features as they are,
    then text features with one column per level seen, 1 where a row has it.

    medians, usual: what fills a missing number, and a missing text ("" where no level was seen); () where
    nothing is filled.
    """

    numbers: tuple[str, ...]
    texts: tuple[TextFeature, ...]
    medians: tuple[float, ...]
    usual: tuple[str, ...]

    @classmethod
    def of(cls, frame: Frame, rows: Codes, w: Floats) -> "Encoder":
        """What the rows of a frame teach. rows: indices (k,); w: their weights (k,)."""
        texts, usual = [], []
        for name, known, codes in zip(frame.text_names, frame.levels, frame.texts[rows].T, strict=True):
            weights = np.bincount(codes + 1, weights=w, minlength=len(known) + 1)[1:]
            seen = np.bincount(codes + 1, minlength=len(known) + 1)[1:] > 0
            levels = tuple(level for level, was in zip(known, seen, strict=True) if was)
            texts.append(TextFeature(name, levels))
            usual.append(known[int(weights.argmax())] if seen.any() else "")
        medians = [_median(x, w) for x in frame.numbers[rows].T] if frame.impute else []
        return cls(
            numbers=frame.number_names,
            texts=tuple(texts),
            medians=tuple(medians),
            usual=tuple(usual) if frame.impute else (),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the p columns: those of the file, and `column=value`."""
        return self.numbers + tuple(f"{one.column}={level}" for one in self.texts for level in one.levels)

    @property
    def impute(self) -> bool:
        """Whether missing features are filled."""
        return bool(self.medians or self.usual)

    def matrix(self, frame: Frame, rows: Codes) -> Floats:
        """The features of rows of a frame (k, p), C-contiguous; rows: indices (k,)."""
        return self._matrix(frame.numbers[rows], frame.texts[rows], frame.levels)

    def _matrix(self, numbers: Floats, texts: Codes, levels: Sequence[tuple[str, ...]]) -> Floats:
        """numbers: (k, a); texts: codes of the levels, -1 where missing, one past the last where unseen
        (k, b)."""
        a = len(self.numbers)
        x = np.zeros((len(numbers), len(self.columns)))
        x[:, :a] = np.where(np.isnan(numbers), self.medians, numbers) if self.medians else numbers
        for j, (known, own) in enumerate(zip(levels, self.texts, strict=True)):
            place = {level: a + i for i, level in enumerate(own.levels)}
            missing = place.get(self.usual[j], -1) if self.usual else -1
            places = np.array([*(place.get(level, -1) for level in known), -1, missing])[texts[:, j]]
            seen = np.flatnonzero(places >= 0)
            x[seen, places[seen]] = 1.0
            a += len(own.levels)
        return x


def check_new(table: Table, name: str, *, number: bool, filled: bool, filling: str = "") -> None:
    """Raises DataError for a column of a new table that is not there, has a word where a number is needed, or
    a value that is infinite, or missing where none is filled; filling: how else to have it filled."""
    if name not in table.columns:
        raise DataError(
            f"there is no column {name!r}, which the model needs",
            where=Where(table.path),
            advice=did_you_mean(name, table.columns) or f"It has: {', '.join(list(table.columns)[:12])}",
        )
    if number:
        check_number(table, name, "Correct the field: the model needs a number")
    check_finite(table, name, "Fix it: the model needs a finite number")
    if not filled:
        check_present(table, name, f"Fill it in{filling}")


def load_new_offset(table: Table, offset: str | None, exposure: str | None) -> Floats | None:
    """`load_offset` of a new table. Raises DataError as `check_new` does, and for an exposure not above 0."""
    for name in filter(None, (offset, exposure)):
        check_new(table, name, number=True, filled=False)
    if exposure is not None:
        check_range(table, exposure, POSITIVE, "an exposure is above 0", _EXPOSURE)
    return load_offset(table, offset, exposure)


def load_features(table: Table, encoder: Encoder) -> Floats:
    """The features of every row of a new table (rows, p), as the encoder has learned them. Raises DataError
    as `check_new` does."""
    for name in (*encoder.numbers, *(one.column for one in encoder.texts)):
        number = name in encoder.numbers
        filling = ", or train with --missing impute"
        check_new(table, name, number=number, filled=encoder.impute, filling=filling)
    numbers = _columns([numbers_in(table, name) for name in encoder.numbers], table.rows)
    texts = []
    for one in encoder.texts:
        codes = codes_in(table, one.column, one.levels)
        texts.append(np.where((codes < 0) & present_in(table, one.column), len(one.levels), codes))
    levels = [one.levels for one in encoder.texts]
    return encoder._matrix(numbers, _columns(texts, table.rows).astype(np.intp), levels)


def _check_values(table: Table, training: Training) -> None:
    for name in training.columns if training.missing != "drop" else ():
        check_finite(table, name, "Fix it, or do without:", [DROP])
        if name not in training.features:
            only = ", as only features are imputed" if training.missing == "impute" else ""
            check_present(table, name, f"Fill it in, or do without{only}:", [DROP])
        elif training.missing == "error":
            check_present(table, name, "Fill it in, or say what to do:", [DROP, IMPUTE])
    if training.weights is not None:
        check_weights(table, training.weights)
    if training.exposure is not None:
        check_range(table, training.exposure, POSITIVE, "an exposure is above 0", _EXPOSURE)


def _would_be_imputed(table: Table, training: Training, needed: Sequence[str], label: str) -> bool:
    """Whether --missing impute would leave rows of the class: nothing but features is missing, nothing is
    infinite, and a row of it counts. needed: the used columns that are no features."""
    columns = table.columns
    if any(columns[name].first_missing is not None for name in needed):
        return False
    if any(columns[name].first_infinite is not None for name in training.columns):
        return False
    counts = np.ones(table.rows) if training.weights is None else numbers_in(table, training.weights)
    return bool((_target(table, training)[counts != 0.0] == training.labels.index(label)).any())


def _check_target(table: Table, training: Training, y: Floats) -> None:
    """Raises DataError where the rows that are left do not say what to learn. y: (n,) or (n, L)."""
    where = Where(table.path, column=training.target_columns[0])
    needed = [name for name in training.columns if name not in training.features]
    if not len(y):
        empty = next((name for name in needed if table.columns[name].missing == table.rows), None)
        raise DataError(
            "no row is left to learn from",
            where=Where(table.path),
            advice="Every row has a missing or infinite value, or weight 0: "
            + (f"{empty!r} has no value, name another column" if empty else "--drop columns that lack many"),
        )
    counts = np.bincount(y.astype(np.intp), minlength=len(training.labels)) if training.labels else ()
    for label, count in zip(training.labels, counts, strict=True):
        if not count:
            raise DataError(
                f"no row of class {label!r} is left: each has a missing or infinite value, or weight 0",
                where=where,
                advice="Fix these rows, or take the class out of the file",
                fixes=[IMPUTE] * _would_be_imputed(table, training, needed, label),
            )
    for name, own in zip(training.target_columns, y.reshape(len(y), -1).T, strict=True):
        _check_learnable(table, name, own, training)


def _check_learnable(table: Table, name: str, y: Floats, training: Training) -> None:
    """Raises DataError for a target with one value, or beyond what can be squared. y: (n,)."""
    where = Where(table.path, column=name)
    if y.min() == y.max():
        others = [shell_word(other) for other in training.targets if other != name]
        alone = f" --target {others[0]}" if len(others) == 1 else ""
        instead = f"leave it out: --drop {shell_word(name)}{alone}"
        raise DataError(
            f"the target is {y[0]:g} in every row that is used",
            where=where,
            advice=f"There is nothing to learn: {instead if others else 'name another target with --target'}",
        )
    peak = float(np.abs(y).max())
    if not training.labels and not _TINY < peak < 1 / _TINY:
        raise DataError(
            f"the target's largest value is {peak:g}, whose square is no number that a computer has",
            where=where,
            advice="Write the target in another unit",
        )


def _check_slopes(table: Table, training: Training, peak: float) -> None:
    """Raises DataError for a feature of numbers so small that its slope would be too large. peak: of |y|."""
    for name in training.numbers:
        column = table.columns[name]
        size = max(abs(column.low or 0.0), abs(column.high or 0.0))
        if size and max(peak, 1.0) / size > _STEEPEST:
            raise DataError(
                f"the feature's largest value is {size:g}, whose slope is no number that a computer has",
                where=Where(table.path, column=name),
                advice="Write the feature in another unit, or do without:",
                fixes=[Fix(("--drop", name), f"{name} is no feature")] * (len(training.features) > 1),
            )


def _target(table: Table, training: Training) -> Floats:
    """Numbers, or codes of the classes (rows,); of several targets (rows, L)."""
    if training.targets:
        return np.column_stack([numbers_in(table, name) for name in training.targets])
    if not training.labels:
        return numbers_in(table, training.target)
    return codes_in(table, training.target, training.labels).astype(np.float64)


def _columns(parts: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
    return np.column_stack(parts) if parts else np.zeros((rows, 0))


def _median(x: Floats, w: Floats) -> float:
    """The weighted median of the numbers that are there, 0 if there is none; x: (k,); w: (k,)."""
    there = ~np.isnan(x)
    if not there.any():
        return 0.0
    return sum(weighted_medians(x[there], w[there])) / 2


def _keys(table: Table, name: str | None, row: Codes) -> tuple[RowKey, ...]:
    """What the rows are called: their id, else their number; row: indices (n,)."""
    words = [None] * table.rows if name is None or not len(row) else text_in(table, name)
    return tuple(words[i] or i + 1 for i in row.tolist())


def _dropped(usable: Mask, w: Floats) -> dict[str, int]:
    counts = {
        "a missing or infinite value": int((~usable).sum()),
        "weight 0": int((usable & (w == 0.0)).sum()),
    }
    return {reason: count for reason, count in counts.items() if count}
