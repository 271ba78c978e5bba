"""Files that losscli has written, opened to be read again."""

import re
from pathlib import Path

from losscli.errors import DataError, Where
from losscli.result import Advice, Changes, Comparison, Fits, Recorded, recorded
from losscli.result.reading import loaded

MOST_BYTES = 256 << 20
_MARK = b"\xef\xbb\xbf"
_HEAD = 1000  # characters of a document, the schema among them
_SAID = re.compile(r'"schema"\s*:\s*"(losscli/[^"]*)"')
_SCHEMA = re.compile(rb'"schema"\s*:\s*"losscli/')
_ADVICE = "Give a file that losscli compare --format json has written"
_ANY = "Give a file that losscli compare, fit, advise or diff --format json has written"


def is_result(path: str) -> bool:
    """Whether a file is a result in JSON, and not predictions: of JSON Lines, a line is a row."""
    with Path(path).open("rb") as file:
        first = file.readline(MOST_BYTES).removeprefix(_MARK).strip()
    return first == b"{" or (first.startswith(b"{") and _SCHEMA.search(first) is not None)


def read_result(path: str) -> Recorded:
    """The earlier result in a file. Raises DataError where it cannot be read, is too large or is none."""
    return recorded(read_text(path, "result of losscli compare", _ADVICE), path)


def read_found(path: str) -> Comparison | Fits | Advice | Changes:
    """What compare, fit, advise or diff found, from its file; raises as `read_result`."""
    text = read_text(path, "result", _ANY)
    said = _SAID.search(text[:_HEAD])
    kinds: dict[str, type[Comparison | Fits | Advice | Changes]] = {
        one.SCHEMA: one for one in (Comparison, Fits, Advice, Changes)
    }
    kind = kinds.get(said[1] if said else "", Comparison)
    return loaded(kind, text, path, what="result of losscli", advice=_ANY)


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
