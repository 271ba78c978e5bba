"""Files that a run writes: checked before any work, and written whole or not at all."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from losscli.errors import DataError, UsageError, Where
from losscli.verbs.options import ExplainFlags, PrintingFlags, flag_fields

SUMMARY_BYTES = (1 << 20) - 1  # that GitHub takes of one step
_CUT = b"\n*GitHub takes no more of a summary; the rest is left out.*\n"
_COLUMNS, _FEWEST_COLUMNS = 100, 40
_unfinished: set[str] = set()  # temporary files beside their places

Formats = list[tuple[Path, str]]  # files, each with its format


class Written(Protocol):
    """A result in a format."""

    def __call__(
        self, format: str, *, colour: bool, width: int | None, height: int | None, piped: bool
    ) -> str: ...


def asked_formats(flags: PrintingFlags | ExplainFlags, what: type) -> Formats:
    """The format of every file by its name.

    Raises UsageError, before any work, for an extension that names none, an unknown format of stdout, and
    one that does not hold a type of result.
    """
    from losscli.render import check_format

    check_format(flags.format, what)
    found = [(path, format_of(path)) for path in flags.output]
    for path, name in found:
        try:
            check_format(name, what)
        except UsageError as error:
            raise UsageError(f"--output {path}: {error.what}", advice=error.advice) from None
    return found


def format_of(path: Path) -> str:
    """The format a file name asks for: by the whole of it, else by its extension. Raises UsageError for an
    extension that names none."""
    from losscli.render import FORMATS

    whole = {known: name for name, format in FORMATS.items() for known in format.names}
    if path.name.lower() in whole:
        return whole[path.name.lower()]
    known = {extension: name for name, format in FORMATS.items() for extension in format.extensions}
    found = known.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"--output {path}: the extension {path.suffix or '(none)'} names no format",
            advice=f"Use one of {' '.join(known)}",
        )
    return found


def check_places(flags: object, inputs: Sequence[str]) -> None:
    """Raises UsageError, before any work, where the path of a flag cannot take a file, holds an input, or is
    named twice."""
    taken: dict[str, str] = {}
    written = [own for own in flag_fields(type(flags)) if own.kind is Path]
    for flag, path in ((own.typed, path) for own in written for path in own.values(flags)):
        why, real = _obstacle(path, inputs), os.path.realpath(path)
        if why is None and real in taken and not _is_device(path):
            why = "it is named twice" if taken[real] == flag else f"{taken[real]} writes there too"
        if why is not None:
            raise UsageError(f"{flag} {path}: {why}", advice="Name another file")
        taken[real] = flag


def _obstacle(path: Path, inputs: Iterable[str]) -> str | None:
    """Why a place cannot take a file."""
    folder = path.parent if not path.is_symlink() else Path(os.path.realpath(path)).parent
    if path.is_dir():
        return "that is a folder"
    if not folder.is_dir():
        return f"there is no folder {folder}"
    if os.path.islink(os.path.realpath(path)):
        return "that link leads to itself"
    if path.exists():
        if any(os.path.exists(name) and path.samefile(name) for name in _on_disk(inputs)):
            return "that is a file to read"
        if not os.access(path, os.W_OK):
            return "that file may not be written"
    if not _is_device(path) and not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} takes no file"
    return None


def _on_disk(inputs: Iterable[str]) -> Iterator[str]:
    """The files that are read, but those that are elsewhere."""
    from losscli.data.table import files_of, is_remote

    return (one.path for name in inputs if not is_remote(name) for one in files_of(name))


def _is_device(path: Path) -> bool:
    """Whether it is something like /dev/null or a pipe, which cannot be replaced."""
    return path.exists() and not path.is_file()


def write_files(formats: Formats, written: Written) -> None:
    """Write a result to every file. Raises DataError where one cannot be written."""
    for path, name in formats:
        write_whole(path, written(name, colour=False, width=page_width(), height=None, piped=True))


def page_width() -> int:
    """The columns of text that no terminal shows: those that COLUMNS says, else 100."""
    try:
        return max(int(os.environ.get("COLUMNS", _COLUMNS)), _FEWEST_COLUMNS)
    except ValueError:
        return _COLUMNS


def write_whole(path: Path, text: str | bytes | Iterable[str]) -> None:
    """Replace the file at once: a reader sees the old content or the new, never a part. text: whole, or what
    follows one after the other.

    Of a link, the file that it names is replaced, and the link stays; of a file with several names (hard
    links), this one is. Raises DataError where it cannot be written.
    """
    parts = [text] if isinstance(text, str | bytes) else text
    data = (
        part if isinstance(part, bytes) else part.encode("utf-8", errors="backslashreplace") for part in parts
    )
    try:
        if _is_device(path):
            with path.open("wb") as file:
                file.writelines(data)
        else:
            _replace(os.path.realpath(path), data)
    except OSError as error:
        raise DataError(
            f"cannot be written: {error.strerror or error}",
            where=Where(str(path)),
            advice="Its old content, if any, is as it was.",
        ) from None


def _replace(place: str, data: Iterable[bytes]) -> None:
    temporary = os.path.join(os.path.dirname(place), f".losscli-{os.urandom(8).hex()}")
    mode = _mode(place)
    _unfinished.add(temporary)  # before it is there: an interruption may come in between
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, place)
    finally:
        remove_unfinished()


def _mode(place: str) -> int:
    """The permissions the file has, or those a new one would get."""
    with suppress(FileNotFoundError):
        return os.stat(place).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def remove_unfinished() -> None:
    """Remove what is written in part."""
    for temporary in tuple(_unfinished):
        with suppress(OSError):
            os.unlink(temporary)
        _unfinished.discard(temporary)


def append_summary(text: str) -> None:
    """Append Markdown to the summary of a step of GitHub's, if this is one; what is too much is left out.

    Raises OSError where it cannot be written.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    with open(path, "ab") as file:
        held = file.tell()
        file.write(_cut(b"\n" * bool(held) + text.encode("utf-8"), SUMMARY_BYTES - held))


def _cut(data: bytes, room: int) -> bytes:
    """The data, or as many of its lines as there is room for."""
    if len(data) <= room:
        return data
    head = data[: max(room - len(_CUT), 0)]
    return head[: head.rfind(b"\n") + 1] + _CUT if room > len(_CUT) else b""
