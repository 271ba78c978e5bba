"""What a result keeps of its rows, so that a later run on the same rows is paired with it."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Floats
from losscli.errors import DataError
from losscli.result.common import Name, Natural, Positive
from losscli.result.json import Limit

Words = NDArray[np.uint64]
_ORDER = 1e-12  # relative: what the order of the rows makes of one sum
_SAME = 1e-9  # relative: sums of the same weights in another order


@dataclass(frozen=True, slots=True)
class StoredMean:
    """A loss of a model that is a mean, or the root of one; sums: `pack` of Σwℓ of each unit, (U,), of a root
    of what is under it; bounded: no row can carry it."""

    spec: Name
    model: str
    root: bool
    bounded: bool
    sums: str


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """Another figure of a model, a loss by its spec or a metric by its name; values: `pack` of (B,), in every
    replicate, NaN where it has none."""

    name: Name
    model: str
    values: str


@dataclass(frozen=True, slots=True)
class StoredReplicates:
    """The resampled units of one run, and what they sum to.

    id: the column of ids; by, column: what is resampled together, length: times in a block; rows: that were
    used; units: U; count: B; keys: `pack` of the key of each unit (U,), ascending; ids, targets: of Σ of the
    hashes of the ids, and of (id, target), of its rows, mod 2⁶⁴, (U,) each; w: of its weight (U,)."""

    id: str
    by: Literal["rows", "group", "time"]
    column: str | None
    rows: Positive
    units: Positive
    count: Annotated[Positive, Limit("minimum", 2, "below 2")]
    seed: Natural
    keys: str
    ids: str
    targets: str
    w: str
    losses: tuple[StoredMean, ...]
    figures: tuple[StoredFigure, ...]
    length: Positive | None = None

    def mean(self, spec: str, model: str) -> StoredMean | None:
        """A loss of a model that is a mean, None where it is not kept."""
        return next((one for one in self.losses if (one.spec, one.model) == (spec, model)), None)

    def figure(self, name: str, model: str) -> Floats | None:
        """(B,) Another figure in every replicate, None where it is not kept. Raises DataError."""
        found = next((one for one in self.figures if (one.name, one.model) == (name, model)), None)
        return None if found is None else unpack(found.values, self.count)

    def sums(self, one: StoredMean) -> Floats:
        """(U,) Σwℓ of each unit. Raises DataError."""
        return unpack(one.sums, self.units)

    def words(self, text: str) -> Words:
        """(U,) keys or hashes. Raises DataError."""
        return _unpacked(text, self.units, np.dtype("<u8")).astype(np.uint64)

    def weights(self) -> Floats:
        """(U,). Raises DataError."""
        return unpack(self.w, self.units)

    def check(self) -> None:
        """Raises DataError where an array does not hold its values."""
        if not (self.weights() > 0).all():
            raise DataError("a unit has no weight above 0")
        keys = self.words(self.keys)
        if (keys[1:] <= keys[:-1]).any():
            raise DataError("the keys of units are not in order")
        for text in (self.ids, self.targets):
            self.words(text)
        if not all(np.isfinite(self.sums(one)).all() for one in self.losses):
            raise DataError("a sum of losses is not finite")
        for other in self.figures:
            unpack(other.values, self.count)


def pack(values: Floats | Words) -> str:
    """Base64 of little-endian doubles, or words of 64 bits."""
    kind = "<u8" if values.dtype == np.uint64 else "<f8"
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def unpack(text: str, count: int) -> Floats:
    """The (count,) doubles of `pack`; not finite: NaN. Raises DataError where there are not so many."""
    found = _unpacked(text, count, np.dtype("<f8")).astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _unpacked(text: str, count: int, kind: np.dtype) -> np.ndarray:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise DataError("replicates are not in base64") from None
    if len(data) != count * kind.itemsize:
        raise DataError(f"{len(data) // kind.itemsize:,} values where there must be {count:,}")
    return np.frombuffer(data, dtype=kind)


def unless_rounded(new: Floats, old: Floats) -> Floats:
    """The old values, where they are not the new ones but for the order of the rows."""
    return np.where(np.abs(new - old) <= _ORDER * np.abs(new), new, old)


def mismatch(old: StoredReplicates, new: StoredReplicates) -> str | None:
    """The first thing for which two runs cannot be paired row by row, in words; None where they can.

    Raises DataError for arrays that cannot be read.
    """
    return drawn_apart(old, new) or _other_rows(old, new)


def drawn_apart(old: StoredReplicates, new: StoredReplicates) -> str | None:
    """The first thing for which two runs do not resample alike, whatever their rows, in words."""
    facts = (
        (old.seed == new.seed, f"the seed differs: {old.seed} and {new.seed}"),
        (old.count == new.count, f"the number of resamples differs: {old.count:,} and {new.count:,}"),
        (
            (old.by, old.column, old.length) == (new.by, new.column, new.length),
            f"what is resampled together differs: {_unit(old)} and {_unit(new)}",
        ),
    )
    return next((words for same, words in facts if not same), None)


def _other_rows(old: StoredReplicates, new: StoredReplicates) -> str | None:
    if old.rows != new.rows:
        return f"the number of rows differs: {old.rows:,} and {new.rows:,}"
    if any(_differ(old, new, part) for part in ("keys", "ids")):
        return "the rows are not the same: their ids differ"
    if _differ(old, new, "targets"):
        return "the ids are the same, but their targets differ"
    if (np.abs(old.weights() - new.weights()) > _SAME * new.weights()).any():
        return "the rows are the same, but their weights differ"
    return None


def _differ(old: StoredReplicates, new: StoredReplicates, part: str) -> bool:
    a, b = (one.words(getattr(one, part)) for one in (old, new))
    return len(a) != len(b) or bool((a != b).any())


def _unit(one: StoredReplicates) -> str:
    if one.by == "time":
        return f"blocks in {one.column}" + ("" if one.length is None else f" of {one.length:,}")
    return "single rows" if one.by == "rows" else f"groups by {one.column}"
