"""Arrow arrays ↔ numpy by their buffers: pyarrow's own conversions import pandas, half a second."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Floats, Mask


def fixed(array: Any, dtype: type[np.generic]) -> NDArray[Any]:
    """The values of a fixed-width array, whatever stands where one is null; read-only, (n,)."""
    if not len(array):
        return np.zeros(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * np.dtype(dtype).itemsize)


def bits(array: Any, buffer: int) -> Mask:
    """The validity (buffer 0) or the values of a boolean array (buffer 1): (n,)."""
    stored = array.buffers()[buffer]
    if stored is None:
        return np.ones(len(array), np.bool_)
    packed = np.frombuffer(stored, np.uint8)
    return np.unpackbits(packed, count=array.offset + len(array), bitorder="little")[array.offset :].astype(
        np.bool_
    )


def doubles(array: Any) -> Floats:
    """A float64 array; null is NaN: (n,)."""
    values = fixed(array, np.float64)
    return values if not array.null_count else np.where(bits(array, 0), values, np.nan)


def is_whole(numbers: Floats) -> bool:
    """Whether no finite number has a fraction: (n,)."""
    parts = (numbers[:64], numbers)  # most that have one show it early
    return all(bool(((part == np.floor(part)) | np.isnan(part)).all()) for part in parts)


def strings(words: Sequence[str]) -> Any:
    """An Arrow array of these words."""
    import pyarrow as pa

    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def arrow_array(values: NDArray[Any]) -> Any:
    """An Arrow array of numpy's (n,), numbers without a copy where they lie one behind another."""
    import pyarrow as pa

    kind = values.dtype.kind
    if kind in "UO":
        texts = values.tolist()
        return strings(texts) if kind == "U" else pa.array(texts)
    if kind in "iuf":
        native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
        buffers = [None, pa.py_buffer(native)]
        return pa.Array.from_buffers(pa.from_numpy_dtype(native.dtype), len(native), buffers)
    return pa.array(values)


def text_bytes(array: Any) -> int:
    """The bytes that an array of texts has, or will have where it is a dictionary's."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.DictionaryArray):
        words = array.dictionary
        if not (pa.types.is_string(words.type) or pa.types.is_large_string(words.type)):
            return 0
        lengths = pc.binary_length(words).take(array.indices)
        return 4 * len(array) + int(pc.sum(lengths, min_count=0).as_py() or 0)
    return int(array.nbytes)
