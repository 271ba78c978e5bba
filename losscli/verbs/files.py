"""Files that losscli has written, opened to be read again."""

import re
from pathlib import Path

from losscli.errors import DataError, Where
from losscli.result import Recorded, recorded

MOST_BYTES = 256 << 20
_MARK = b"\xef\xbb\xbf"
_SCHEMA = re.compile(rb'"schema"\s*:\s*"losscli/')
_ADVICE = "Give a file that losscli compare --format json has written"


def is_result(path: str) -> bool:
    """Whether a file is a result in JSON, and not predictions: of JSON Lines, a line is a row."""
    with Path(path).open("rb") as file:
        first = file.readline(MOST_BYTES).removeprefix(_MARK).strip()
    return first == b"{" or (first.startswith(b"{") and _SCHEMA.search(first) is not None)


def read_result(path: str) -> Recorded:
    """The earlier result in a file. Raises DataError where it cannot be read, is too large or is none."""
    return recorded(read_text(path, "result of losscli compare", _ADVICE), path)


def read_text(path: str, what: str, advice: str) -> str:
    """The text of a file that losscli has written. Raises DataError where there is none, or too much."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise DataError(
                f"it is larger than {MOST_BYTES >> 20} MB: too large for a {what}",
                where=Where(path),
                advice=advice,
            )
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError("there is no such file", where=Where(path), advice=advice) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise DataError(f"cannot be read: {why}", where=Where(path), advice=advice) from None
