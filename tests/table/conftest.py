import os
import shlex
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from losscli.data.table import BLOCK, Limits, ReadOptions, Table, read

Read = Callable[..., Table]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    def file(data: bytes, name: str = "data.csv") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return file


@pytest.fixture
def table(write: Callable[..., str]) -> Read:
    """Read bytes as a file: table(b"…", "name.csv", options…, limits=…)."""

    def made(data: bytes, name: str = "data.csv", *, limits: Limits | None = None, **options: Any) -> Table:
        return read(write(data, name), ReadOptions(**options), limits=limits or Limits())

    return made


@pytest.fixture
def python_line(tmp_path: Path) -> Callable[[str], None]:
    """Do what `python -c …`, a line for the shell, does in tmp_path: here, for an interpreter that imports
    pandas takes a second to start."""

    def run(line: str) -> None:
        python, flag, program = shlex.split(line)
        assert (python, flag) == ("python", "-c")
        before = os.getcwd()
        os.chdir(tmp_path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # as in a shell
                exec(program, {})
        finally:
            os.chdir(before)

    return run


@pytest.fixture
def whole() -> Callable[[Table], Mapping[str, Sequence[str | None]]]:
    """Every column of a table as text."""

    def texts(found: Table) -> Mapping[str, Sequence[str | None]]:
        blocks = range(-(-found.rows // BLOCK))
        return {name: [word for i in blocks for word in found.text(i, name)] for name in found.columns}

    return texts
