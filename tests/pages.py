"""What the README and the pages of docs/ show: files, commands, screens and sessions of Python."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_SCREEN = re.compile(r"^```console\n\$ (.*)\n((?:.*\n)*?)```", re.M)


@dataclass(frozen=True)
class Page:
    """A page of the documentation."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def files(self) -> dict[str, str]:
        """{name: text}, of blocks such as ```csv title="churn.csv"."""
        return dict(re.findall(r'^```\w+ title="([^"]*)"\n(.*?)^```', self.text, flags=re.S | re.M))

    @cached_property
    def lines(self) -> list[str]:
        """The command lines of ```sh blocks."""
        blocks = re.findall(r"^```sh\n(.*?)^```", self.text, flags=re.S | re.M)
        return [line for block in blocks for line in block.splitlines() if line.startswith("losscli ")]

    @cached_property
    def screens(self) -> list[tuple[str, str]]:
        """(command, what it shows) of ```console blocks."""
        return _SCREEN.findall(self.text)

    @cached_property
    def sessions(self) -> list[str]:
        return re.findall(r"^```python\n(>>> (?:.*\n)*?)```", self.text, flags=re.M)

    def record(self, command: str, shown: str) -> None:
        """Write what a command shows into the page."""
        text = self.path.read_text(encoding="utf-8")
        start = text.index(f"```console\n$ {command}\n") + len(f"```console\n$ {command}\n")
        end = text.index("```", start)
        self.path.write_text(f"{text[:start]}{shown.rstrip()}\n{text[end:]}", encoding="utf-8")


def on_a_terminal(command: str, columns: int, folder: Path, *, lines: int = 60, colour: bool = False) -> str:
    """What a person sees of a command."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")
    }
    environment |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", "PAGER": "cat"}
    process = subprocess.Popen(
        ["bash", "-c", command.replace("losscli", f"{sys.executable} -m losscli", 1)],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
        cwd=folder,
        env=environment if colour else environment | {"NO_COLOR": "1"},
    )
    os.close(child)
    shown = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not piece:
            break
        shown += piece
    process.wait(timeout=60)
    os.close(parent)
    text = shown.decode().replace("\r\n", "\n")
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))  # progress is overwritten


def as_picture(command: str, folder: Path, *, columns: int = 80) -> str:
    """SVG of the screen of a command."""
    from rich.console import Console
    from rich.text import Text

    shown = on_a_terminal(command, columns, folder, colour=True)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=columns, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(f"$ {command}\n{shown}".rstrip()))
        return console.export_svg(title="losscli", unique_id="losscli")
