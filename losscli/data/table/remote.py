"""Files that are elsewhere, s3://, gs://, https:// and so on, through fsspec where it is installed.

Names and passwords in a URL, and what follows its question mark, open it and are never shown.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from losscli.errors import DataError, Where

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_USER, _QUERY = re.compile(r"(?<=://)[^/@\s]*@"), re.compile(r"(https?://[^\s?]*\?)\S+", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_EXTRA = "pip install 'losscli[remote]'"


def is_remote(path: str) -> bool:
    """Whether a path is a URL, and no file that is called so."""
    return bool(_REMOTE.match(path)) and not os.path.exists(path)


def without_secrets(text: str) -> str:
    """A path, or words with URLs, as they may be shown: without user and password, and without what follows
    the question mark of an address of the web."""
    return _QUERY.sub(r"\1…", _USER.sub("", text)) if "://" in text else text


def open_remote(url: str) -> IO[bytes]:
    """The bytes of a file that is elsewhere. Raises DataError where it cannot be opened."""
    with told(url):
        system, path = _system(url)
        file: IO[bytes] = system.open(path, "rb")
        return file


def listed(url: str, pattern: bool) -> list[str] | None:
    """The files that a pattern matches, or that lie in a folder; None where the URL is a file's.

    Raises DataError where they cannot be listed.
    """
    if not pattern and _WEB.match(url):  # a page is a file
        return None
    with told(url):
        system, path = _system(url)
        if pattern:
            found = system.glob(path, detail=True)
            names = [name for name, facts in found.items() if facts.get("type") != "directory"]
        elif system.isdir(path):
            names = list(system.find(path))
        else:
            return None
        return [str(system.unstrip_protocol(name)) for name in names]


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise DataError(
            "files that are elsewhere are read by fsspec, which is not installed",
            where=Where(without_secrets(url)),
            advice=f"Install it: {_EXTRA}",
        ) from None
    system, path = url_to_fs(url)
    return system, path


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turns what fsspec and the packages of protocols raise, of whatever type, into a DataError."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise _error(url, error) from None


def _error(url: str, error: Exception) -> DataError:
    where = Where(without_secrets(url))
    reason = without_secrets(" ".join(str(error).split())) or type(error).__name__
    if isinstance(error, ImportError):
        protocol = url.partition("://")[0]
        return DataError(
            f"the package that reads {protocol}:// is not installed",
            where=where,
            advice=f"{reason}; fsspec itself: {_EXTRA}",
        )
    if isinstance(error, FileNotFoundError):
        return DataError("there is no such file", where=where)
    advice = None
    if isinstance(error, PermissionError):
        advice = "Credentials are taken from where the protocol's package finds them, such as the environment"
    return DataError(f"cannot be read: {reason}", where=where, advice=advice)
