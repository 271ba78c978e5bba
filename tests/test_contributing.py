"""What the documents for contributors point at is there: paths, and the lines that diffs change."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DIFFS = [
    (name, lines.splitlines())
    for block in re.findall(r"^```diff\n(.*?)^```", TEXT, flags=re.M | re.S)
    for name, lines in re.findall(r"^--- (\S+)\n((?:[ +-].*\n|\+\n)+?)(?=^--- |\Z)", block, flags=re.M)
]


def test_every_section_has_its_diff():
    assert TEXT.count("\n## A new ") == 6 <= TEXT.count("```diff")
    assert sum(len(lines) for _, lines in DIFFS) + len(DIFFS) == sum(
        block.count("\n") for block in re.findall(r"^```diff\n(.*?)^```", TEXT, flags=re.M | re.S)
    )


@pytest.mark.parametrize(("name", "lines"), DIFFS, ids=[name for name, _ in DIFFS])
def test_a_diff_fits_the_file(name, lines):
    path = ROOT / name
    if not path.exists():
        assert path.parent.is_dir() and all(line.startswith("+") for line in lines)
        return
    rest = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("+"):
            assert line[1:] in rest, line
            rest = rest[rest.index(line[1:]) + 1 :]


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md", "docs/custom.md"])
def test_the_paths_that_are_named_are_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:losscli|tests|docs|benchmarks|\.ci)/[\w./]*)`", text):
        assert (ROOT / name).exists(), name
    for room, rest in re.findall(r"`(\w+)/([\w./]*)`", text):
        assert (ROOT / room).is_dir() or (ROOT / "losscli" / room / rest).exists(), f"{room}/{rest}"


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_finds_what_it_imports(path, monkeypatch):
    monkeypatch.syspath_prepend(path.parent)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # that some of them set
        monkeypatch.setenv(name, "1")
    importlib.import_module(path.stem)
