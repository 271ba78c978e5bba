"""Columns to a file to a comparison."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from comparisons import Columns, Compare, delimited

from losscli import engine
from losscli.comparison.compare import Request, compare
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.result import Comparison
from losscli.spec import Spec


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes, str], str]:
    def file(data: bytes, name: str) -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return file


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From two blocks on workers are forked, as else from twelve; the processes that were."""
    made: list[int] = []
    fork = engine.forked._fork

    def seen() -> int:
        child = fork()
        made.append(child)
        return child

    monkeypatch.setattr(engine, "_FORK_BLOCKS", 2)
    monkeypatch.setattr(engine.forked, "_fork", seen)
    return made


@pytest.fixture
def compared(save: Callable[[bytes, str], str]) -> Compare:
    """compared(columns or paths, losses=…, jobs=…, weights=…, id=…, task=… and so on)."""

    def made(
        source: Columns | Sequence[str], *, losses: Sequence[str] = (), jobs: int = 1, **options: Any
    ) -> Comparison:
        paths = [save(delimited(source), "data.csv")] if isinstance(source, Mapping) else source
        roles = {key: options.pop(key) for key in list(options) if key in Asked.__slots__}
        text = frozenset({roles["id"]} if roles.get("id") else ())
        table, problem, inputs = open_files(paths, ReadOptions(text=text, jobs=jobs), Asked(**roles))
        specs = tuple(Spec.parse(spec) for spec in losses)
        return compare(table, problem, Request(losses=specs, jobs=jobs, **options), inputs)

    return made
