"""What is said while work lasts: on a terminal, and gone afterwards."""

import io

import pytest

from losscli.cli.output import status


class Stream(io.TextIOWrapper):
    def __init__(self, terminal: bool):
        super().__init__(io.BytesIO(), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def shown(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, term: str = "xterm") -> list[bytes]:
    """What stands on stderr during the work and after it."""
    stream = Stream(terminal)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", term)
    found = []
    with status("reading 183 MB …"):
        found.append(stream.buffer.getvalue())
    return [*found, stream.buffer.getvalue()]


def test_a_terminal_sees_it_and_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    during, after = shown(monkeypatch, terminal=True)
    assert during.decode() == "reading 183 MB …"
    assert after.decode().endswith("\r\x1b[K")


@pytest.mark.parametrize(("terminal", "term"), [(False, "xterm"), (True, "dumb")])
def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str) -> None:
    assert shown(monkeypatch, terminal=terminal, term=term) == [b"", b""]
