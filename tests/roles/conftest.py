from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from losscli.data.roles import Asked, Problem
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.loss.catalogue import tasks_of
from losscli.spec import Spec


@pytest.fixture
def pose(tmp_path: Path) -> Callable[..., Problem]:
    """The problem that CSV texts pose: pose("y,p\\n1,2\\n", task=Task.BINARY), pose({"a": …, "b": …})."""

    def made(files: str | dict[str, str], *, loss: tuple[str, ...] = (), **asked: Any) -> Problem:
        named = files if isinstance(files, dict) else {"data": files}
        for stem, text in named.items():
            (tmp_path / f"{stem}.csv").write_text(text, encoding="utf-8")
        paths = [str(tmp_path / f"{stem}.csv") for stem in named]
        key = asked.get("id")
        options = ReadOptions(text=frozenset({key} if key else ()))
        losses = tuple(tasks_of(Spec.parse(text)) for text in loss)
        return open_files(paths, options, Asked(losses=losses, **asked))[1]

    return made


@pytest.fixture
def columns() -> Callable[..., str]:
    """CSV text of columns: columns(y=[1, 2], p=[1, 3]); the keys may be any names."""

    def made(named: dict[str, list[Any]]) -> str:
        lines = [",".join(named), *(",".join(map(str, row)) for row in zip(*named.values(), strict=True))]
        return "\n".join(lines) + "\n"

    return made
