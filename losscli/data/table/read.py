"""A path to a Table: its files, whose format is chosen by the extension, else by the first bytes."""

import re
from collections.abc import Callable
from pathlib import PurePath

from losscli.data.table.facts import Limits, ReadOptions, Table
from losscli.data.table.files import Files, with_keys
from losscli.data.table.listing import files_of
from losscli.data.table.open import Source
from losscli.data.table.packing import ARROW_SIGN, PARQUET_SIGN, STREAM_SIGN, SUFFIXES, sniffed
from losscli.data.table.store import StoredTable
from losscli.errors import DataError, UsageError, Where

_FORMATS = {
    suffix: kind
    for kind, suffixes in (
        ("delimited", ".csv .tsv .tab .psv"),
        ("parquet", ".parquet .pq"),
        ("arrow", ".arrow .arrows .feather .ipc"),
        ("json", ".jsonl .ndjson .json"),
    )
    for suffix in suffixes.split()
}
_TITLES = {
    "delimited": "a text file",
    "parquet": "a Parquet file",
    "arrow": "an Arrow file",
    "json": "a JSON file",
}
_OPTIONS, _LIMITS = ReadOptions(), Limits()
_ARCHIVE = "an archive of several files"
_NOT_READ = {
    suffix: what
    for what, suffixes in (
        ("a spreadsheet", ".xlsx .xlsm .xls .ods"),
        ("a pickle", ".pkl .pickle .joblib"),
        ("a NumPy file", ".npy .npz"),
        (_ARCHIVE, ".tar .tgz .7z .rar"),
        ("an HDF5 file", ".h5 .hdf5"),
        ("a database", ".sqlite .db"),
        ("an HTML page", ".html"),
        ("an XML document", ".xml"),
    )
    for suffix in suffixes.split()
}
_SIGNS = {  # of files under any name; none can begin a table
    (b"\xd0\xcf\x11\xe0",): "an Office document",
    (b"SQLite format 3\0",): "a database",
    (b"\x89HDF\r\n",): "an HDF5 file",
    (b"\x93NUMPY",): "a NumPy file",
    (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"): "a pickle",
    (b"%PDF-",): "a PDF document",
    (b"7z\xbc\xaf", b"Rar!\x1a"): _ARCHIVE,
    (b"Obj\x01",): "an Avro file",
}
_PAGE = re.compile(rb"\s*<(?:!doctype html|html|\?xml)\b", re.IGNORECASE)
_OBJECT = re.compile(rb'\s*(?:\{\s*"|\[\s*\{\s*")')  # as CSV it would break the rules of quotes
_POINTER = b"version https://git-lfs.github.com/"


def read(path: str, options: ReadOptions = _OPTIONS, *, limits: Limits = _LIMITS) -> Table:
    """The table in a file, or in the files of a folder or a pattern, one below the other: exact, or an error
    that says where and what.

    path: of a CSV, TSV, Parquet, Arrow or JSON file, plain or compressed; "-" is standard input; a folder, a
        pattern such as `preds/*.parquet`, or a URL that fsspec reads.
    options: what the file does not say of itself.
    limits: sizes that bound memory; figures do not depend on them.

    Raises DataError with file, line, column and value for what cannot be read, UsageError for options that
    cannot be used on a file of its format.
    """
    named = files_of(path)
    files = Files(path, [Source(one.path, options.max_unpacked, one.below) for one in named])
    try:
        table = _table(files, options, limits)
    except DataError:
        files.check_unchanged()  # then this is what is wrong
        raise
    files.check_unchanged()
    return with_keys(table, [one.keys for one in named], [one.rows for one in files.sources], limits)


def _table(files: Files, options: ReadOptions, limits: Limits) -> StoredTable:
    first, *others = files.sources
    kind = _kind(first)
    for other in others:
        if (here := _kind(other)) != kind:
            raise files.differ(other, f"it is {_TITLES[here]}, and {first.shown} is {_TITLES[kind]}")
    for asked, flag, has in (
        (options.skip_lines, f"--skip-lines {options.skip_lines}", "no lines before its header"),
        (options.columns, "--columns", "names of its own"),
    ):
        if asked and kind != "delimited":
            what = f"{flag}: {_TITLES[kind]} has {has}"
            raise UsageError(what, where=Where(first.shown), advice="Leave it out.")
    return _readers()[kind](files, options, limits)


def _kind(source: Source) -> str:
    """The format of a file. Raises DataError for one that is not read."""
    if source.suffix in _NOT_READ:
        raise _not_read(source, _NOT_READ[source.suffix])
    head = source.open().read(512)
    suffix = _suffix(source)
    if suffix in SUFFIXES or (source.packed is not None and sniffed(head) is not None):
        inner = f": {source.member!r}" if source.member else ""
        raise source.error(f"what is packed in it is packed again{inner}", advice="Unpack it once.")
    if suffix in _NOT_READ:
        raise _not_read(source, _NOT_READ[suffix])
    _check_signs(source, head)
    return _format(suffix, head)


def _suffix(source: Source) -> str:
    """The extension that says the format: of the member of an archive, else of the file."""
    inner = PurePath(source.member.lower()).suffix
    return inner if inner in _FORMATS | _NOT_READ | SUFFIXES else source.suffix


def _not_read(source: Source, what: str) -> DataError:
    return source.error(f"{what} is not read", advice="Save the table as CSV, Parquet or JSON.")


def _check_signs(source: Source, head: bytes) -> None:
    """Raises DataError for a file whose first bytes say that it holds no table."""
    found = next((what for signs, what in _SIGNS.items() if head.startswith(signs)), None)
    if found is None and (head[257:262] == b"ustar"):
        found = _ARCHIVE
    if found is not None:
        raise _not_read(source, found)
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise source.error(
            "an HTML page or XML document is not read",
            advice="If you have downloaded it, look at it in a browser: it may say why there is no table.",
        )
    if head.startswith(_POINTER):
        raise source.error("this is a pointer of Git LFS, not the file", advice="Fetch it: git lfs pull")


def _readers() -> dict[str, Callable[[Files, ReadOptions, Limits], StoredTable]]:
    from losscli.data.table.arrow import read_arrow
    from losscli.data.table.delimited import read_delimited
    from losscli.data.table.json_text import read_json
    from losscli.data.table.parquet import read_parquet

    return {
        "delimited": read_delimited,
        "parquet": read_parquet,
        "arrow": read_arrow,
        "json": read_json,
    }


def _format(suffix: str, head: bytes) -> str:
    """What the first bytes say beyond doubt, else the extension, else what they look like."""
    if head.startswith(PARQUET_SIGN):
        return "parquet"
    if head.startswith(ARROW_SIGN):
        return "arrow"
    named = _FORMATS.get(suffix)
    if named in (None, "delimited") and _OBJECT.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "json"
    return named or ("arrow" if head.startswith(STREAM_SIGN) else "delimited")
