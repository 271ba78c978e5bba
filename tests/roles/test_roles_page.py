"""What docs/roles.md says of a file is what the command says."""

import re
from pathlib import Path

import pytest

from .pasted import run

PAGE = (Path(__file__).parents[2] / "docs/roles.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'```csv title="(.*?)"\n(.*?)```', PAGE, flags=re.S))


def test_the_first_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "churn.csv").write_text(FILES["churn.csv"], encoding="utf-8")
    assert "losscli roles churn.csv --target churned" in PAGE
    said = run(["roles", "churn.csv", "--target", "churned"]).out
    assert "labels of gb_pred matched as opposites" in said
    assert "left out: customer_id (an id by its name), month" in said
    assert "--time month" in said
