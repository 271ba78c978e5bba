"""JSON files → Table: JSON Lines, or one document."""

from itertools import islice

from losscli.data.table.chunks import Text
from losscli.data.table.document import JsonDocument
from losscli.data.table.facts import Limits, ReadOptions
from losscli.data.table.files import Files
from losscli.data.table.json_shapes import may_be_split
from losscli.data.table.json_values import Object
from losscli.data.table.jsonl import Lines
from losscli.data.table.open import Source
from losscli.data.table.records import Records, read_records
from losscli.data.table.store import StoredTable
from losscli.errors import DataError

_HEAD = 1 << 12  # bytes that say which


def read_json(files: Files, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in JSON files; DataError where one is none, with a line that makes one of it."""

    def records(source: Source) -> Records:
        return _records(Text(source, options.encoding, limits))

    return read_records(files, records, options, limits)


def _records(text: Text) -> Records:
    head = text.part(0, _HEAD).lstrip()
    named_lines = text.source.suffix in (".jsonl", ".ndjson")
    if head.startswith(b"["):
        return JsonDocument(text)
    if may_be_split(head) and (document := JsonDocument(text)).is_split():
        return document
    lines = Lines(text)
    try:
        first = [fields for _, _, fields in islice(lines.rows(), 2)]
    except DataError:
        if named_lines or not head.startswith(b"{") or _is_whole(lines):
            raise
        refusal = JsonDocument(text).refusal()
        if refusal is None:
            raise
        raise refusal from None
    values = [*first[0].values()] if len(first) == 1 else []
    if values and all(isinstance(value, list | Object) for value in values):
        refusal = JsonDocument(text).refusal()
        if refusal is not None:
            raise refusal
    return lines


def _is_whole(lines: Lines) -> bool:
    """Whether the first line is a record."""
    try:
        return next(lines.rows(), None) is not None
    except DataError:
        return False
