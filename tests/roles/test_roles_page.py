"""The files and the commands of docs/roles.md do what it says."""

import re
import shlex
from pathlib import Path

import pytest

from .pasted import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/roles.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```csv (\S+)\n(.*?)```", PAGE, flags=re.S))
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.S) for line in block.splitlines()]


def test_the_page_has_commands() -> None:
    assert len(LINES) >= 8


@pytest.mark.parametrize("line", LINES)
def test_command(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    program, *words = shlex.split(line)
    answer = run(words)
    assert (program, answer.code) == ("losscli", 0), answer.err
    if line == "losscli roles churn.csv --target churned":
        assert "labels of gb_pred matched as opposites" in answer.out
        assert "left out: customer_id (an id by its name), month" in answer.out
        assert "--time month" in answer.out
