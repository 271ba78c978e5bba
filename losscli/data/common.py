"""Columns that those of every training set are linear maps of, so that one reading serves all sets.

What an encoder learns, the fill of missing numbers and the levels of text, differs from set to set. A number
feature is its value less a shift, in a unit, 0 where missing, and a column that says where it is missing if
that is filled; a text feature one column for each of its values, and one where it is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.blocks import FeatureBlocks
from losscli.data.frame import Encoder, Frame, TextFeature
from losscli.domain import Codes, Floats, Mask
from losscli.inference.order import weighted_medians


@dataclass(frozen=True, eq=False, slots=True)
class CommonColumns:
    """C columns of the rows of a frame whose features are stored, the first ones.

    shift, unit: of the number features (a,); filled: which of them have missing values that are filled;
    first: the place of the first level of each text feature; fills: the place of the column that says that a
    text is missing, 0 where it has none.
    """

    stored: FeatureBlocks
    shift: Floats
    unit: Floats
    filled: tuple[int, ...]
    first: tuple[int, ...]
    fills: tuple[int, ...]
    count: int

    @classmethod
    def of(cls, frame: Frame, sample: Codes) -> "CommonColumns":
        """sample: rows that say where and how wide number features are (m,)."""
        stored = frame.stored
        assert stored is not None
        table = stored.table
        a = len(stored.numbers)
        filled = [i for i, name in enumerate(stored.numbers) if frame.impute and _has_missing(stored, name)]
        at, first, fills = 1 + a + len(filled), [], []
        for name, known in zip(stored.texts, stored.levels, strict=True):
            first.append(at)
            at += len(known)
            gaps = frame.impute and table.columns[name].first_missing is not None
            fills.append(at if gaps else 0)
            at += gaps
        shift, unit = _position(gathered(stored, sample)[0])
        return cls(stored, shift, unit, tuple(filled), tuple(first), tuple(fills), at)

    def block(self, i: int) -> Floats:
        """(C, k) The columns of the rows of a block."""
        part = self.stored.part(i)
        return self._columns(self.stored.number_block(i, part), self.stored.text_block(i, part))

    def rows(self, rows: Codes) -> Floats:
        """(C, m) The columns of some rows, ascending."""
        return self._columns(*gathered(self.stored, rows))

    def _columns(self, numbers: Floats, texts: Codes) -> Floats:
        """numbers: (a, k); texts: (b, k)."""
        a, k = numbers.shape
        found = np.zeros((self.count, k))
        found[0] = 1.0
        own = found[1 : a + 1]
        np.subtract(numbers, self.shift[:, None], out=own)
        own /= self.unit[:, None]
        for at, i in enumerate(self.filled, a + 1):
            missing = np.isnan(own[i])
            own[i, missing] = 0.0
            found[at] = missing
        for codes, first, fill in zip(texts, self.first, self.fills, strict=True):
            there = np.flatnonzero(codes >= 0)
            found[first + codes[there], there] = 1.0
            if fill:
                found[fill] = codes < 0
        return found

    def encoder(self, weights: Floats, medians: Sequence[float], *, impute: bool) -> Encoder:
        """What a set of rows teaches. weights: of its rows, by common column (C,); medians: of the number
        features (a,)."""
        texts, usual = [], []
        for name, known, first in zip(self.stored.texts, self.stored.levels, self.first, strict=True):
            own = weights[first : first + len(known)]
            texts.append(TextFeature(name, tuple(np.array(known, object)[own > 0].tolist())))
            usual.append(known[int(own.argmax())] if (own > 0).any() else "")
        return Encoder(
            numbers=self.stored.numbers,
            texts=tuple(texts),
            medians=tuple(medians) if impute else (),
            usual=tuple(usual) if impute else (),
        )

    def matrix(self, encoder: Encoder) -> Floats:
        """(p, C) What the p columns of an encoder, numbers less the shift, are in common columns."""
        a = len(self.stored.numbers)
        found = np.zeros((len(encoder.columns), self.count))
        found[np.arange(a), 1 + np.arange(a)] = self.unit
        for at, i in enumerate(self.filled, a + 1):
            found[i, at] = encoder.medians[i] - self.shift[i]
        row = a
        for j, (own, known) in enumerate(zip(encoder.texts, self.stored.levels, strict=True)):
            for level in own.levels:
                found[row, self.first[j] + known.index(level)] = 1.0
                if self.fills[j] and encoder.usual[j] == level:
                    found[row, self.fills[j]] = 1.0
                row += 1
        return found

    def shifts(self, encoder: Encoder) -> Floats:
        """(p,) What the columns are less in `matrix`."""
        return np.concatenate([self.shift, np.zeros(len(encoder.columns) - len(self.shift))])

    def medians(self, w: Floats, rows: Mask, *, every: bool) -> list[float]:
        """(a,) The weighted medians of the number features in some rows, as `Encoder.of` finds them. w, rows:
        (n,); every: else 0 of those without a missing value."""
        found = [0.0] * len(self.stored.numbers)
        for i in range(len(found)) if every else self.filled:
            x = self.stored.number_column(self.stored.numbers[i])
            used = ~np.isnan(x) & rows
            found[i] = sum(weighted_medians(x[used], w[used])) / 2 if used.any() else 0.0
        return found


def gathered(stored: FeatureBlocks, rows: Codes) -> tuple[Floats, Codes]:
    """(number features (a, m), text features (b, m)) of some rows, ascending."""
    numbers = np.empty((len(stored.numbers), len(rows)))
    texts = np.empty((len(stored.texts), len(rows)), np.intp)
    for i in range(stored.count):
        part = stored.part(i)
        own = slice(*np.searchsorted(rows, (part.start, part.stop)))
        if own.stop > own.start:
            at = rows[own] - part.start
            numbers[:, own] = stored.number_block(i, part)[:, at]
            texts[:, own] = stored.text_block(i, part)[:, at]
    return numbers, texts


def _has_missing(stored: FeatureBlocks, name: str) -> bool:
    return stored.table.columns[name].first_missing is not None


def _position(x: Floats) -> tuple[Floats, Floats]:
    """(the median, the width of the bulk) of each row of x (a, m), NaN where missing; 0 and 1 where it has
    none."""
    shift, unit = np.zeros(len(x)), np.ones(len(x))
    for i, own in enumerate(x):
        there = own[np.isfinite(own)]
        if len(there):
            shift[i] = np.median(there)
            size = float(np.sqrt(np.mean((there - shift[i]) ** 2)))
            unit[i] = size if 0.0 < size < np.inf else 1.0
    return shift, unit
