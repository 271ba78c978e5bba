"""The drawing in docs/architecture.md is the import order."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "losscli"


def drawn() -> dict[str, int]:
    """Room → floor, from the drawing."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    floors = {}
    for line in re.findall(r"^[├└]── (.*)$", text, flags=re.M):
        floor = int(line.split()[-1])
        floors |= {room.rstrip("/").removesuffix(".py"): floor for room in re.findall(r"\w+(?:\.py|/)", line)}
    return floors


@cache
def imported(path: Path) -> frozenset[str]:
    """What a file imports of the package, at its top or later: modules, and names within modules."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            within = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            names |= {within + alias.name for alias in node.names}
    return frozenset(name for name in names if name.startswith("losscli."))


def imports() -> Iterator[tuple[Path, str, str]]:
    """(file, its room, the room it imports) for every import within the package."""
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name in imported(path):
            _, *parts = name.split(".")
            if parts and not parts[0].startswith("__"):
                yield path, room, parts[0]


def test_every_room_is_drawn() -> None:
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("__py")}
    assert rooms - {"__init__", "py.typed"} == set(drawn())


def test_no_import_climbs() -> None:
    floors = drawn()
    found = list(imports())
    assert len(found) > 100
    climbing = [
        f"{path.relative_to(ROOT)}: {room} ({floors[room]}) imports {other} ({floors[other]})"
        for path, room, other in found
        if room not in (other, "__init__") and floors[other] >= floors[room]
    ]
    assert not climbing, "\n".join(climbing)


def test_rooms_are_few_and_so_are_the_arrows_between_them() -> None:
    assert sum((PACKAGE / room).is_dir() for room in drawn()) <= 17
    arrows = {(room, other) for _, room, other in imports() if room not in (other, "__init__")}
    assert len(arrows) <= 145


def test_no_circle_of_modules() -> None:
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }
    uses = {
        name: {one if one in paths else one.rpartition(".")[0] for one in imported(path)}
        for name, path in paths.items()
        if name != "losscli"  # what it imports is there where it is first used
    }
    TopologicalSorter(uses).prepare()  # raises CycleError, which names them


def test_no_file_is_too_long() -> None:
    long = {
        path.name: count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert not long
