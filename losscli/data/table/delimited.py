"""CSV and its kin → Table: chunks on threads, in order; all rows of all files decide what a column is."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

from losscli.data.table.chunks import Chunk, Text, chunks, decoded
from losscli.data.table.columns import Columns
from losscli.data.table.facts import ColumnType, Limits, ReadOptions
from losscli.data.table.files import Files
from losscli.data.table.header import Header, guessed, read_header, tell_preamble
from losscli.data.table.open import Source
from losscli.data.table.parse import WIDE, Piece, Plan, parse_exact, parse_fast
from losscli.data.table.scanner import Fault, Ragged, records
from losscli.data.table.store import Inexact, Part, StoredTable
from losscli.engine import default_jobs
from losscli.errors import DataError

_MOST_CHUNK = 8 << 20


def read_delimited(files: Files, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in delimited files; DataError where one breaks the rules."""
    first = _open(files, files.sources[0], None, options, limits)
    others = [_open(files, source, first, options, limits) for source in files.sources[1:]]
    reader = _Reader(files, [first, *others], options, limits)
    plan = guessed(first.text, first.header, options)
    while True:  # each round takes at least one column a rung further, so there are few
        found = reader.run(plan)
        if not isinstance(found, Plan):
            return found
        plan = found


@dataclass(frozen=True, slots=True)
class _File:
    """One of the files. places: where the columns of the first stand in it, None where they do as there."""

    text: Text
    header: Header
    places: list[int] | None


def _open(files: Files, source: Source, first: _File | None, options: ReadOptions, limits: Limits) -> _File:
    """A file up to its header. Raises DataError where it is no part of one table with the first."""
    text = Text(source, options.encoding, limits)
    header = read_header(text, options)
    if len(header.names) > WIDE:  # a chunk costs something for every column
        text.chunk = max(text.chunk, min(len(header.names) << 10, _MOST_CHUNK))
    if first is None:
        return _File(text, header, None)
    if header.delimiter != first.header.delimiter:
        what = f"its delimiter is {header.delimiter!r}, that of {first.text.source.shown}"
        raise files.differ(source, f"{what} {first.header.delimiter!r}")
    return _File(text, header, files.places(source, header.names, first.header.names))


@dataclass
class _Asked:
    """The plan that the pieces so far ask for."""

    plan: Plan


class _Reader:
    def __init__(self, files: Files, parts: Sequence[_File], options: ReadOptions, limits: Limits) -> None:
        self.files, self.parts, self.options, self.limits = files, parts, options, limits
        self.header = parts[0].header

    def run(self, plan: Plan) -> StoredTable | Plan:
        """One pass over the files: the table, or the plan that its columns ask for instead."""
        types = [ColumnType.TEXT if style is None else ColumnType.NUMBER for style in plan.styles]
        columns: Columns | None = Columns(
            self.files.shown, self.header.names, types, self.limits, plan.rungs[0], plan.zeros
        )
        asked, rows = _Asked(plan), 0
        places: list[_Places] = [_Places() for _ in self.parts]
        inexact: dict[int, Inexact] = {}
        zeros: set[int] = set()
        for number, start, piece in self._pieces(asked):
            if piece.other:
                asked.plan = asked.plan.revised(piece)
                columns = None if asked.plan != plan else columns
            if columns is None:
                continue  # the rest only shows what other columns ask for
            columns.add(piece.arrays)
            zeros |= piece.zeros
            for i, (row, field, why) in piece.faults.items():
                inexact.setdefault(i, (rows + row + 1, field, why))
            places[number].add(start, piece.rows)
            rows += piece.rows
        if columns is None:
            return asked.plan
        if not rows:
            several = len(self.parts) > 1
            raise self.files.error(
                "the files have headers and no rows" if several else "the file has a header and no rows",
                advice="There is nothing to compute.",
            )
        found = columns.finish(inexact)
        whole = [i for i, column in enumerate(found.values()) if i in zeros and column.whole]
        if whole and not self.options.padded:
            return plan.with_zeros(whole)
        return StoredTable(
            origin=self.files,
            rows=rows,
            columns=found,
            notes=self._notes(plan),
            store=columns.store,
            parts=self._parts(plan, places),
        )

    def _parts(self, plan: Plan, places: "Sequence[_Places]") -> tuple[Part, ...]:
        found, before = [], 0
        for own, part in zip(places, self.parts, strict=True):
            lines = _Lines(part.text, plan.delimiter, own.starts, own.first_rows)
            found.append(Part(part.text.source.shown, before, lines.line))
            part.text.source.rows = own.rows
            before += own.rows
        return tuple(found)

    def _chunks(self) -> Iterator[tuple[int, Chunk]]:
        """The chunks of all files in order, each with the number of its file."""
        for number, part in enumerate(self.parts):
            with part.text.source.held():
                cut = chunks(part.text, part.header.end, part.header.delimiter, len(part.header.names))
                for chunk in cut:
                    yield number, chunk

    def _pieces(self, asked: "_Asked") -> Iterator[tuple[int, int, Piece]]:
        """The parsed chunks in order with the numbers of their files and their positions, each parsed under
        the plan of its time."""
        cut = self._chunks()
        head = list(islice(cut, 2))
        jobs = self.options.jobs or default_jobs()
        if jobs == 1 or len(head) < 2:
            for number, chunk in chain(head, cut):
                yield number, chunk.start, self._parse(number, chunk, asked.plan)
            return
        queue: deque[tuple[int, int, Future[Piece]]] = deque()
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="losscli-read")
        try:
            for number, chunk in chain(head, cut):
                queue.append((number, chunk.start, pool.submit(self._parse, number, chunk, asked.plan)))
                if len(queue) > 2 * jobs:
                    before, start, future = queue.popleft()
                    yield before, start, future.result()
            while queue:
                before, start, future = queue.popleft()
                yield before, start, future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _parse(self, number: int, chunk: Chunk, plan: Plan) -> Piece:
        places = self.parts[number].places
        if places is None:
            return self._parsed(self.parts[number].text, chunk, plan)
        return self._parsed(self.parts[number].text, chunk, plan.placed(places)).placed(places, plan)

    def _parsed(self, text: Text, chunk: Chunk, plan: Plan) -> Piece:
        piece = parse_fast(chunk.data, plan)
        if piece is not None:
            return piece
        try:
            return parse_exact(decoded(chunk, text, plan.delimiter, len(plan.styles)), plan)
        except Fault as fault:
            if isinstance(fault, Ragged):
                tell_preamble(fault, text, self.options)
            raise text.fault_at(chunk.start, fault) from None

    def _notes(self, plan: Plan) -> tuple[str, ...]:
        notes = [] if plan.delimiter == "," else [f"delimiter {plan.delimiter!r}"]
        commas = [
            name
            for name, style in zip(self.header.names, plan.styles, strict=True)
            if style is not None and style.decimal == ","
        ]
        if commas and self.options.decimal is None:
            notes.append(f"decimal comma in {', '.join(commas)}")
        return tuple(notes)


class _Places:
    """Where the chunks of a file begin, and the rows before each."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.first_rows: list[int] = []
        self.rows = 0

    def add(self, start: int, rows: int) -> None:
        self.starts.append(start)
        self.first_rows.append(self.rows)
        self.rows += rows


class _Lines:
    """Row → line, found by scanning again the chunk that the row is in."""

    def __init__(self, text: Text, delimiter: str, starts: list[int], first_rows: list[int]) -> None:
        self._text, self._delimiter = text, delimiter
        self._starts, self._first_rows = starts, first_rows

    def line(self, row: int) -> int | None:
        """The 1-based line on which a 1-based row begins; None where the file can no longer tell."""
        k = bisect_right(self._first_rows, row - 1) - 1
        start = self._starts[k]
        end = self._starts[k + 1] if k + 1 < len(self._starts) else None
        try:
            self._text.source.check_unchanged()
            data = self._text.part(start, end).decode()
            before = self._text.line_of(start) - 1
            found = islice(records(data, self._delimiter), row - 1 - self._first_rows[k], None)
            return next((before + line for line, _ in found), None)
        except (DataError, Fault, UnicodeError):
            return None
