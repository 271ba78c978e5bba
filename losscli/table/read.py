"""A path to a Table: the format is chosen by the extension, else by the first bytes."""

from collections.abc import Callable

from losscli.errors import DataError
from losscli.table.facts import Limits, ReadOptions, Table
from losscli.table.open import Source

_FORMATS = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".psv": "delimited",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_OPTIONS, _LIMITS = ReadOptions(), Limits()
_NOT_READ = {
    ".xlsx": "a spreadsheet",
    ".xls": "a spreadsheet",
    ".ods": "a spreadsheet",
    ".pkl": "a pickle",
    ".pickle": "a pickle",
    ".joblib": "a pickle",
    ".npy": "a NumPy file",
    ".npz": "a NumPy file",
    ".tar": "an archive of several files",
    ".tgz": "an archive of several files",
}


def read(path: str, options: ReadOptions = _OPTIONS, *, limits: Limits = _LIMITS) -> Table:
    """The table in a file, or in standard input for "-": exact, or a DataError that says where and what."""
    source = Source(path)
    if source.suffix in _NOT_READ:
        raise _not_read(source)
    return _reader(source)(source, options, limits)


def _not_read(source: Source) -> DataError:
    return source.error(
        f"{_NOT_READ[source.suffix]} is not read", advice="Save the table as CSV, Parquet or JSON Lines."
    )


def _reader(source: Source) -> Callable[[Source, ReadOptions, Limits], Table]:
    from losscli.table.arrow import read_arrow, read_parquet
    from losscli.table.delimited import read_delimited
    from losscli.table.jsonl import read_jsonl

    readers: dict[str, Callable[[Source, ReadOptions, Limits], Table]] = {
        "delimited": read_delimited,
        "parquet": read_parquet,
        "arrow": read_arrow,
        "jsonl": read_jsonl,
    }
    head = source.open().read(64)  # opening an archive may show the suffix of its member
    return readers[_FORMATS.get(source.suffix) or _sniffed(head)]


def _sniffed(head: bytes) -> str:
    from losscli.table.arrow import ARROW, PARQUET

    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith((ARROW, b"\xff\xff\xff\xff")):
        return "arrow"
    return "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "delimited"
