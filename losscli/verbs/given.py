"""What flags name: files, or tables and results in memory."""

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from losscli import progress
from losscli.engine import on_cluster
from losscli.errors import DataError, Where
from losscli.verbs import files

if TYPE_CHECKING:
    from losscli.data.table import ReadOptions, Table
    from losscli.result import Comparison, Recorded


@dataclass(frozen=True, slots=True)
class Given:
    """What is in memory, by the names that the flags have for it; any other name is the path of a file.

    tables: what `data.table.read_frame` reads.
    results: of compare.
    clients: of Dask clusters, by the addresses of their schedulers.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    results: "Mapping[str, Comparison]" = field(default_factory=dict)
    clients: Mapping[str, Any] = field(default_factory=dict)

    def read(self, name: str, options: "ReadOptions") -> "Table":
        """The table of that name; raises as the readers of files and of frames do."""
        from losscli.data.table import read, read_frame

        if name in self.tables:
            return read_frame(self.tables[name], name, options)
        return read(name, options)

    def has(self, name: str) -> bool:
        """Whether something is there under that name."""
        return name in self.tables or name in self.results or os.path.isfile(name)

    def is_result(self, name: str) -> bool:
        """Whether that is an earlier result."""
        return name in self.results or (name not in self.tables and files.is_result(name))

    def result(self, name: str) -> "Recorded":
        """The earlier result of that name. Raises DataError where it cannot be read, or is none."""
        from losscli.result import Recorded

        if name in self.tables:
            raise DataError("that is a table, and no result of compare", where=Where(name))
        return Recorded(name, self.results[name]) if name in self.results else files.read_result(name)

    def workers(self, scheduler: str | None) -> AbstractContextManager[None]:
        """Within it the workers of the cluster at that address do the work, if one is named. Raises
        UsageError where they cannot."""
        return on_cluster(None if scheduler is None else self.clients.get(scheduler, scheduler))

    def reading(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """The stage in which they are read; how many bytes of standard input there are is not known."""
        paths = [name for name in names if name not in self.tables and name not in self.results]
        size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
        return progress.stage("reading", None if "-" in paths else size, of="bytes")


FILES = Given()
