"""A path → the files that it names: one, or those of a folder or a pattern, which are parts of one table."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import PurePath
from urllib.parse import unquote

from losscli.data.table.remote import is_remote, listed, without_secrets
from losscli.errors import DataError, Where

_NULL = "__HIVE_DEFAULT_PARTITION__"  # a folder of rows whose key is missing is called so
_LEFT_OUT = (".", "_")  # hidden files, and those that Spark and its kin write beside the data


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a path names. below: its path below the folder; keys: column → value, as the folders
    `column=value` in that path say, "" where it is missing."""

    path: str
    below: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


def is_several(path: str) -> bool:
    """Whether a path is a folder, or a pattern and no file of that name."""
    if is_remote(path):
        return _has_magic(path) or path.endswith("/")
    return os.path.isdir(path) or (_has_magic(path) and not os.path.exists(path))


def files_of(path: str) -> tuple[Named, ...]:
    """The files of a path, sorted by their paths: those of a folder and of all folders in it, or those that a
    pattern matches; what begins with a dot or `_` is left out.

    A file by itself is what it is, whatever its name. Raises DataError where a folder or a pattern has none.
    """
    if is_remote(path):
        found = listed(path, _has_magic(path))
        if found is None:
            return (Named(path),)
        folder = _folder(path.rstrip("/"))
        pairs = {name: _behind(without_secrets(name), without_secrets(folder)) for name in found}
    elif is_several(path):
        folder = _folder(path)
        pairs = {name: os.path.relpath(name, folder) for name in _local(path, folder)}
    else:
        return (Named(path),)
    named = [
        Named(name, below, _keys(below))
        for name, below in sorted(pairs.items(), key=lambda pair: pair[1])
        if not _is_left_out(below)
    ]
    if not named:
        raise _none(path)
    _check_keys(path, named)
    return tuple(named)


def path_stem(path: str) -> str:
    """What a path is called: a file's name without its suffixes, the folder's of several files."""
    return PurePath(_folder(path) if is_several(path) else path).name.partition(".")[0] or path


def size_on_disk(path: str) -> int | None:
    """The bytes of its files; None where that is not known: of a stream, and of what cannot be listed."""
    if path == "-" or is_remote(path):
        return None
    try:
        return sum(os.path.getsize(one.path) for one in files_of(path) if os.path.isfile(one.path))
    except DataError:
        return None


def _has_magic(path: str) -> bool:
    return "*" in path if path.lower().startswith("http") else has_magic(path)


def _folder(path: str) -> str:
    """What stands before the first part of a path that is a pattern; the path itself where none is."""
    parts = path.split("/")
    fixed = next((i for i, part in enumerate(parts) if _has_magic(part)), len(parts))
    if fixed == len(parts) or os.path.isdir(path):
        return path
    return "/".join(parts[:fixed]) or ("/" if path.startswith("/") else ".")


def _behind(name: str, folder: str) -> str:
    """The path of a URL below a folder's."""
    whole, start = (url.partition("://")[2].strip("/") for url in (name, folder))
    return whole.removeprefix(start).strip("/") or whole


def _local(path: str, folder: str) -> Iterator[str]:
    """The files on disk, each once, hidden ones and all."""
    found = [path] if folder == path else sorted(glob(path, recursive=True))
    files = [name for name in found if _is_file(name)]
    if not files:  # a folder, or a pattern of folders such as preds/date=*
        files = [name for one in found for name in _walked(one, {os.path.realpath(one)})]
    yield from {os.path.realpath(name): name for name in reversed(files)}.values()


def _is_file(name: str) -> bool:
    """Whether it is no folder, and no link in a circle, which `**` follows until it may no longer."""
    try:
        return not stat.S_ISDIR(os.stat(name).st_mode)
    except OSError as error:  # of a link to nothing it is said that there is no such file
        return error.errno != errno.ELOOP


def _walked(folder: str, seen: set[str]) -> Iterator[str]:
    """The files in a folder and below; links are followed, in a circle once."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"cannot be listed: {error.strerror}", where=Where(folder)) from None
    for entry in entries:
        if not entry.is_dir():
            yield entry.path
        elif (real := os.path.realpath(entry.path)) not in seen:
            yield from _walked(entry.path, seen | {real})


def _is_left_out(below: str) -> bool:
    return any(part.startswith(_LEFT_OUT) and "=" not in part for part in below.split("/"))


def _keys(below: str) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in below.split("/")[:-1] if part.find("=") > 0)
    return {unquote(name): "" if value == _NULL else unquote(value) for name, value in pairs}


def _check_keys(path: str, named: list[Named]) -> None:
    first = named[0]
    other = next((one for one in named if list(one.keys) != list(first.keys)), None)
    if other is not None:
        names = [", ".join(one.keys) or "no column" for one in (first, other)]
        raise DataError(
            f"the folders of {first.below} name {names[0]}, those of {other.below} {names[1]}",
            where=Where(without_secrets(path)),
            advice="Name the files that belong together by a pattern, 'FOLDER/column=*/*.parquet'",
        )


def _none(path: str) -> DataError:
    where = Where(without_secrets(path))
    if _has_magic(path) and not os.path.isdir(path):
        return DataError(
            "no file matches this pattern",
            where=where,
            advice="* stands for any part of a name, ** for folders within one another; "
            "what begins with . or _ is left out",
        )
    return DataError(
        "the folder has no files",
        where=where,
        advice="What begins with . or _ is left out; name a file, or a pattern such as 'FOLDER/*.csv'",
    )
