import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import losscli.cli

COMMAND = [sys.executable, "-m", "losscli"]
QUIET = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "GITHUB_ACTIONS", "LOSSCLI_DEBUG", "PYTHONWARNINGS")
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in QUIET}
Done = subprocess.CompletedProcess[str]


@pytest.fixture(name="losscli")
def _losscli(tmp_path: Path) -> Callable[..., Done]:
    """Run a command line in tmp_path: losscli("compare", "a.csv", stdin="…", NO_COLOR="1")."""

    def run(*arguments: str, stdin: str | None = None, command: Sequence[str] = COMMAND, **env: str) -> Done:
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=60,
            env={**ENVIRONMENT, **env},
            check=False,
        )

    return run


@pytest.fixture
def inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """The same within this process, which is faster; for what does not depend on the process."""

    def run(*arguments: str) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["losscli", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(arguments)
        return subprocess.CompletedProcess(arguments, int(code), *capfd.readouterr())

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write a file into the folder of the command and give its name."""

    def file(text: str, name: str = "data.csv") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return file


@pytest.fixture
def data(write: Callable[..., str]) -> str:
    """A small file of two models: mae 0.5 and 1.75."""
    rows = "".join(f"{i},{i + 0.5},{i + 1.5 + i % 2 / 2}\n" for i in range(12))
    return write("y,rf_pred,gb_pred\n" + rows, "data.csv")


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """The files in the folder and their bytes."""
    return lambda: {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir()) if path.is_file()}


def spawn(
    arguments: Sequence[str], folder: Path, *, terminal: Mapping[str, str] | None = None, **options: Any
) -> "subprocess.Popen[bytes]":
    """Start a command line; `terminal` is what it finds in its environment beside the usual."""
    env = {**ENVIRONMENT, **(terminal or {})}
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=env, **options)
