"""What the tests of charts share: results, made once."""

import contextlib
from pathlib import Path

import pytest

from charts.results import folder_of, found_in


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inputs, and every result as JSON."""
    return folder_of(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="session")
def found(desk: Path) -> dict[str, object]:
    with contextlib.chdir(desk):
        return found_in(desk)
