"""Files that losscli has written, opened to be read again."""

from pathlib import Path

from losscli.errors import DataError, Where
from losscli.result import Recorded, recorded

MOST_BYTES = 256 << 20
_HEAD = 256  # bytes within which a result says what it is
_ADVICE = "Give a file that losscli compare --format json has written"


def is_result(path: str) -> bool:
    """Whether a file is a result in JSON, and not predictions."""
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
    return head.lstrip().startswith(b"{") and b'"schema"' in head


def read_result(path: str) -> Recorded:
    """The earlier result in a file. Raises DataError where it cannot be read, is too large or is none."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise DataError(
                f"it is larger than {MOST_BYTES >> 20} MB: too large for a result of losscli compare",
                where=Where(path),
                advice=_ADVICE,
            )
        return recorded(data.decode("utf-8-sig"), path)
    except FileNotFoundError:
        raise DataError("there is no such file", where=Where(path), advice=_ADVICE) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise DataError(f"cannot be read: {why}", where=Where(path), advice=_ADVICE) from None
