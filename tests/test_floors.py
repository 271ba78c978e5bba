"""The drawing in docs/architecture.md is the import order."""

import ast
import re
from collections.abc import Iterator
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


def imports() -> Iterator[tuple[Path, str, str]]:
    """(file, its room, the room it imports) for every import within the package."""
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                parts = name.split(".")
                if parts[0] == "losscli" and len(parts) > 1 and not parts[1].startswith("__"):
                    yield path, room, parts[1]


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


def test_no_file_is_too_long() -> None:
    long = {
        path.name: count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert not long
