"""Whole command lines over every task, format and family of flags: what they answer stays as recorded.

`pytest tests/golden --record` records anew; a commit that does so says why. Figures may differ in the last
bits between processors; `--to-the-bit` compares them as text.
"""

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from math import isclose
from pathlib import Path

import pytest

import losscli.cli
from losscli import __version__

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
ASSET = re.compile(r"(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|(?<='sha256-)[^']*", re.S)
NUMBER = re.compile(r"-?\d+\.\d{7,}(?:e[+-]?\d+)?|-?\d+(?:\.\d+)?e[+-]?\d+")  # a figure that is not rounded


def cases() -> Iterator[tuple[str, list[list[str]]]]:
    for line in (HERE / "commands.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, commands = line.partition(":")
            yield name, [shlex.split(command) for command in commands.split(";;")]


CASES = dict(cases())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("golden") / "inputs"
    shutil.copytree(HERE / "inputs", made)
    return made


def test_there_are_many() -> None:
    assert sum(map(len, CASES.values())) >= 60
    assert {path.stem for path in RECORDED.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_recorded(
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(folder)
    for variable in (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "LOSSCLI_DEBUG",
    ):
        monkeypatch.delenv(variable, raising=False)
    said = "".join(answer(words, monkeypatch, capfd) for words in CASES[name])
    said = said.replace(f'"{__version__}"', '"…"').replace(f"losscli {__version__}", "losscli …")
    said = ASSET.sub("…", said)
    place = RECORDED / f"{name}.txt"
    if request.config.getoption("--record"):
        place.write_bytes(said.encode())
    expected = place.read_bytes().decode()
    if request.config.getoption("--to-the-bit"):
        assert said == expected
    assert NUMBER.sub("#", said) == NUMBER.sub("#", expected)
    for found, known in zip(NUMBER.findall(said), NUMBER.findall(expected), strict=True):
        assert isclose(float(found), float(known), rel_tol=1e-9, abs_tol=1e-12), (found, known)


def answer(words: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> str:
    """The command line, its exit code, and what it prints."""
    monkeypatch.setattr(sys, "argv", ["losscli", *words])
    capfd.readouterr()
    code = int(losscli.cli.run(words))
    out, err = capfd.readouterr()
    said = f"$ {shlex.join(['losscli', *words])}\n[exit {code}]\n{out}"
    if err:
        said += f"[stderr]\n{err}"
    return said if said.endswith("\n") else f"{said}\n[no end of line]\n"
