"""How much an input may become, and the errors that name the flag which allows more."""

from losscli.errors import DataError, Where

GB = 1 << 30
UNPACKED, RATIO = 1 * GB, 200  # what is packed may unpack to the larger of this and so many times its size
STREAM = 4 * GB  # standard input, pipes and devices: they are copied to a temporary file


def most_unpacked(packed: int, asked: float | None) -> int:
    """The bytes that so many packed ones may unpack to; asked: gigabytes."""
    return max(UNPACKED, RATIO * packed) if asked is None else int(asked * GB)


def longest_stream(asked: float | None) -> int:
    """The bytes that are copied of a stream; asked: gigabytes."""
    return STREAM if asked is None else int(asked * GB)


def too_much_unpacked(shown: str, packed: int, most: int) -> DataError:
    """The error for an input that unpacks to more than it may."""
    return DataError(
        f"its {size_text(packed)} unpack to more than {size_text(most)}",
        where=Where(shown),
        advice=f"If that is meant, allow more gigabytes: {_more(most)}",
    )


def stream_too_long(shown: str, most: int) -> DataError:
    """The error for a stream that does not end within its bound."""
    return DataError(
        f"it does not end within {size_text(most)}",
        where=Where(shown),
        advice=f"Save it as a file, or allow more gigabytes: {_more(most)}",
    )


def _more(most: int) -> str:
    return f"--max-unpacked {2 * most / GB:.3g}"


def size_text(size: int) -> str:
    """A size in the largest unit of which it is at least one: "102 KB", "1.5 GB"."""
    for power, unit in ((30, "GB"), (20, "MB"), (10, "KB")):
        if size >= 1 << power:
            value = size / (1 << power)
            return f"{value:,.0f} {unit}" if value >= 10 else f"{value:.2g} {unit}"
    return f"{size} byte{'' if size == 1 else 's'}"
