"""Replicates kept in a result, so that a later run on the same rows is paired with it."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from losscli.domain import Floats
from losscli.errors import DataError
from losscli.result.common import Name, Natural, Positive
from losscli.result.json import Limit

Digits = Annotated[str, Limit("pattern", "^[0-9a-f]{16}$", "not 16 hex digits")]
_SAME = 1e-9  # relative: sums of the same weights in another order
SINGLE, DOUBLE = np.dtype("<f4"), np.dtype("<f8")


@dataclass(frozen=True, slots=True)
class StoredLoss:
    """One loss of one model in every replicate; values: `pack` of (B,)."""

    spec: Name
    model: str
    values: str


@dataclass(frozen=True, slots=True)
class StoredReplicates:
    """The resampling of one run, and what it gave.

    id: the column of ids; by, column: what is resampled together, length: times in a block; rows: that were
    used; count: B; ids, targets: Σ of hashes of the ids and of (id, target), mod 2⁶⁴, as 16 hex digits; w:
    `pack` in doubles of the weight of every replicate, (B,).
    """

    id: str
    by: Literal["rows", "group", "time"]
    column: str | None
    rows: Positive
    count: Annotated[Positive, Limit("minimum", 2, "below 2")]
    seed: Natural
    ids: Digits
    targets: Digits
    w: str
    losses: tuple[StoredLoss, ...]
    length: Positive | None = None

    def values(self, spec: str, model: str) -> Floats | None:
        """(B,) A loss of a model in every replicate, None where it was not resampled. Raises DataError."""
        found = next((one for one in self.losses if (one.spec, one.model) == (spec, model)), None)
        return None if found is None else unpack(found.values, self.count)

    def check(self) -> None:
        """Raises DataError where an array does not hold B values."""
        if not np.isfinite(unpack(self.w, self.count, DOUBLE)).all():
            raise DataError("a replicate has no finite weight")
        for one in self.losses:
            unpack(one.values, self.count)


def pack(values: Floats, kind: np.dtype = SINGLE) -> str:
    """(B,) as base64 of little-endian floats; what single ones cannot hold to seven digits becomes NaN."""
    size, limits = np.abs(values), np.finfo(kind)
    held = (kind == DOUBLE) | (values == 0) | ((size >= limits.tiny) & (size <= limits.max))
    return base64.b64encode(np.where(held, values, np.nan).astype(kind).tobytes()).decode("ascii")


def unpack(text: str, count: int, kind: np.dtype = SINGLE) -> Floats:
    """The (count,) values of `pack`; not finite: NaN. Raises DataError where there are not so many."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise DataError("replicates are not in base64") from None
    if len(data) != count * kind.itemsize:
        raise DataError(f"{len(data) // kind.itemsize:,} replicates where there must be {count:,}")
    found = np.frombuffer(data, dtype=kind).astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def mismatch(old: StoredReplicates, new: StoredReplicates) -> str | None:
    """The first thing for which two runs cannot be paired row by row, in words; None where they can.

    Raises DataError for weights that cannot be read.
    """
    facts = (
        (old.ids == new.ids, "the rows are not the same: their ids differ"),
        (old.targets == new.targets, "the ids are the same, but their targets differ"),
        (old.rows == new.rows, f"the number of rows differs: {old.rows:,} and {new.rows:,}"),
        (old.seed == new.seed, f"the seed differs: {old.seed} and {new.seed}"),
        (old.count == new.count, f"the number of resamples differs: {old.count:,} and {new.count:,}"),
        (
            (old.by, old.column, old.length) == (new.by, new.column, new.length),
            f"what is resampled together differs: {_unit(old)} and {_unit(new)}",
        ),
    )
    differing = next((words for same, words in facts if not same), None)
    if differing is not None or _same_weights(old, new):
        return differing
    return "the rows are the same, but their weights differ"


def _unit(one: StoredReplicates) -> str:
    if one.by == "time":
        return f"blocks in {one.column}" + ("" if one.length is None else f" of {one.length:,}")
    return "single rows" if one.by == "rows" else f"groups by {one.column}"


def _same_weights(old: StoredReplicates, new: StoredReplicates) -> bool:
    a, b = unpack(old.w, old.count, DOUBLE), unpack(new.w, new.count, DOUBLE)
    return bool((np.abs(a - b) <= _SAME * np.maximum(np.abs(a), np.abs(b))).all())
