"""CSV and its kin → Table: chunks on threads, in order; the whole file decides what a column is."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

from losscli.data.table.chunks import Chunk, Text, chunks, decoded
from losscli.data.table.columns import Columns
from losscli.data.table.facts import ColumnType, Limits, ReadOptions
from losscli.data.table.header import Header, guessed, read_header, tell_preamble
from losscli.data.table.open import Source
from losscli.data.table.parse import WIDE, Piece, Plan, parse_exact, parse_fast
from losscli.data.table.scanner import Fault, Ragged, records
from losscli.data.table.store import Inexact, StoredTable
from losscli.engine import default_jobs
from losscli.errors import DataError

_MOST_CHUNK = 8 << 20


def read_delimited(source: Source, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in a delimited file; DataError where it breaks the rules."""
    text = Text(source, options.encoding, limits)
    header = read_header(text, options)
    if len(header.names) > WIDE:  # a chunk costs something for every column
        text.chunk = max(text.chunk, min(len(header.names) << 10, _MOST_CHUNK))
    reader = _Reader(text, header, options)
    plan = guessed(text, header, options)
    while True:  # each round takes at least one column a rung further, so there are few
        found = reader.run(plan)
        if not isinstance(found, Plan):
            return found
        plan = found


@dataclass
class _Asked:
    """The plan that the pieces so far ask for."""

    plan: Plan


class _Reader:
    def __init__(self, text: Text, header: Header, options: ReadOptions) -> None:
        self.text, self.header, self.options = text, header, options
        self.limits, self.source = text.limits, text.source

    def run(self, plan: Plan) -> StoredTable | Plan:
        """One pass over the file: the table, or the plan that its columns ask for instead."""
        types = [ColumnType.TEXT if style is None else ColumnType.NUMBER for style in plan.styles]
        columns: Columns | None = Columns(
            self.source.shown, self.header.names, types, self.limits, plan.rungs[0], plan.zeros
        )
        asked, rows = _Asked(plan), 0
        starts: list[int] = []
        first_rows: list[int] = []
        inexact: dict[int, Inexact] = {}
        zeros: set[int] = set()
        for start, piece in self._pieces(asked):
            if piece.other:
                asked.plan = asked.plan.revised(piece)
                columns = None if asked.plan != plan else columns
            if columns is None:
                continue  # the rest only shows what other columns ask for
            columns.add(piece.arrays)
            zeros |= piece.zeros
            for i, (row, field, why) in piece.faults.items():
                inexact.setdefault(i, (rows + row + 1, field, why))
            starts.append(start)
            first_rows.append(rows)
            rows += piece.rows
        if columns is None:
            return asked.plan
        if not rows:
            raise self.source.error(
                "the file has a header and no rows", advice="There is nothing to compute."
            )
        found = columns.finish(inexact)
        whole = [i for i, column in enumerate(found.values()) if i in zeros and column.whole]
        if whole and not self.options.padded:
            return plan.with_zeros(whole)
        lines = _Lines(self.text, plan.delimiter, starts, first_rows)
        return StoredTable(
            path=self.source.path,
            sha256=self.source.sha256,
            rows=rows,
            columns=found,
            notes=self._notes(plan),
            store=columns.store,
            line=lines.line,
        )

    def _pieces(self, asked: "_Asked") -> Iterator[tuple[int, Piece]]:
        """The parsed chunks in order with their positions, each parsed under the plan of its time."""
        cut = chunks(self.text, self.header.end, self.header.delimiter, len(self.header.names))
        head = list(islice(cut, 2))
        jobs = self.options.jobs or default_jobs()
        if jobs == 1 or len(head) < 2:
            for chunk in chain(head, cut):
                yield chunk.start, self._parse(chunk, asked.plan)
            return
        queue: deque[tuple[int, Future[Piece]]] = deque()
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="losscli-read")
        try:
            for chunk in chain(head, cut):
                queue.append((chunk.start, pool.submit(self._parse, chunk, asked.plan)))
                if len(queue) > 2 * jobs:
                    start, future = queue.popleft()
                    yield start, future.result()
            while queue:
                start, future = queue.popleft()
                yield start, future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _parse(self, chunk: Chunk, plan: Plan) -> Piece:
        piece = parse_fast(chunk.data, plan)
        if piece is not None:
            return piece
        try:
            return parse_exact(decoded(chunk, self.text, plan.delimiter, len(plan.styles)), plan)
        except Fault as fault:
            if isinstance(fault, Ragged):
                tell_preamble(fault, self.text, self.options)
            raise self.text.fault_at(chunk.start, fault) from None

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
