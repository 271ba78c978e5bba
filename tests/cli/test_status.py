"""What is said while work lasts: on a terminal, and gone afterwards."""

import io

import pytest

from losscli.cli.output import progress, status


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


def worked(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, seconds: float, term: str = "xterm") -> str:
    """What work of 100 steps writes on stderr, each step of the same length."""
    stream = Stream(terminal)
    clock = iter(range(10**6))
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("losscli.cli.output.time.monotonic", lambda: next(clock) * seconds / 100)
    monkeypatch.setenv("TERM", term)
    with progress("fitting") as report:
        for step in range(1, 101):
            report(step, 100)
    return stream.buffer.getvalue().decode()


def test_progress_says_how_long_the_rest_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = worked(monkeypatch, terminal=True, seconds=10.0).split("\r\x1b[K")
    assert "fitting  34 %  about 7 s left" in lines
    assert lines[0] == "" and lines[1].startswith("fitting  10 %")  # not within the first second
    assert lines[-1] == ""  # and gone at the end
    assert len(lines) < 60  # no more often than an eye can read


def test_progress_in_minutes_and_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "fitting  50 %  about 5 min left" in worked(monkeypatch, terminal=True, seconds=600.0)
    assert "fitting  50 %  about 5 h left" in worked(monkeypatch, terminal=True, seconds=36_000.0)


@pytest.mark.parametrize(
    ("terminal", "term", "seconds"), [(False, "xterm", 10.0), (True, "dumb", 10.0), (True, "xterm", 0.5)]
)
def test_nobody_sees_progress(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str, seconds: float
) -> None:
    assert worked(monkeypatch, terminal=terminal, term=term, seconds=seconds) == ""
