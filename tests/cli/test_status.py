"""What is said while work lasts: on a terminal, in a line without escapes, and gone afterwards."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from losscli import progress
from losscli.cli.output import shown_progress
from losscli.engine import each

from .conftest import ENVIRONMENT

# The first line of progress comes at once, and work takes a moment.
HASTY = """
import time
import losscli.cli.output as output
output._PATIENCE = output._PAUSE = 0.01
import losscli.comparison.compare as _
import sys
compare = sys.modules["losscli.comparison.compare"]
real = compare.screen
def slow(*arguments):
    time.sleep(0.3)
    return real(*arguments)
compare.screen = slow
from losscli.__main__ import main
main()
"""


class Stream(io.TextIOWrapper):
    def __init__(self, terminal: bool):
        super().__init__(io.BytesIO(), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def hasty(monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True) -> Stream:
    """What stands on stderr, where the first line comes at once."""
    stream = Stream(terminal)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("losscli.cli.output._PATIENCE", 0.01)
    monkeypatch.setattr("losscli.cli.output._PAUSE", 0.01)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def text(stream: Stream) -> str:
    return stream.buffer.getvalue().decode()


def wait_for(stream: Stream, words: str) -> None:
    late = time.monotonic() + 20.0
    while not re.search(words, text(stream)):
        assert time.monotonic() < late, text(stream)
        time.sleep(0.005)


def test_a_terminal_sees_it_and_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = hasty(monkeypatch)
    with shown_progress(), progress.stage("reading", 200, of="bytes"):
        wait_for(stderr, "reading …")
        progress.advance("bytes", 68)
        wait_for(stderr, r"reading  34 %  about \d+ (s|min|h) left")
    last = text(stderr).rpartition("left")[2]
    assert re.fullmatch(r"\r +\r", last), "the line is blank at the end"
    assert "\x1b" not in text(stderr)


def test_what_workers_do_is_seen_before_it_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = hasty(monkeypatch)

    def work(i: int) -> int:
        with progress.stage("within", 7, of="parts"):  # of one task alone: not shown
            progress.advance("parts", 5)
            progress.advance("networks", 0.25)
        time.sleep(0.3)
        return i

    with shown_progress(), progress.stage("judging folds", 2, of="networks"):
        found = sorted(each(2, work, 2))
        wait_for(stderr, r"judging folds  25 %")
    assert found == [(0, 0), (1, 1)]
    assert "within" not in text(stderr)


@pytest.mark.parametrize(("terminal", "term"), [(False, "xterm"), (True, "dumb")])
def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str) -> None:
    stderr = hasty(monkeypatch, terminal=terminal)
    monkeypatch.setenv("TERM", term)
    with shown_progress(), progress.stage("reading"):
        time.sleep(0.05)
    assert text(stderr) == ""


def test_nobody_sees_it_in_the_first_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = hasty(monkeypatch)
    monkeypatch.setattr("losscli.cli.output._PATIENCE", 2.0)
    with shown_progress(), progress.stage("reading"):
        time.sleep(0.05)
    assert text(stderr) == ""


@pytest.mark.parametrize(("flags", "seen"), [((), True), (("--quiet",), False)])
def test_a_command_shows_it(tmp_path: Path, data: str, flags: tuple[str, ...], seen: bool) -> None:
    """On a terminal of its own, without an escape on stderr."""
    reading, writing = pty.openpty()
    line = [sys.executable, "-c", HASTY, "compare", data, "--format", "json", *flags]
    environment = {**ENVIRONMENT, "TERM": "xterm", "NO_COLOR": "1"}
    done = subprocess.run(
        line, cwd=tmp_path, stdout=-1, stderr=writing, env=environment, timeout=60, check=False
    )
    os.close(writing)
    said = b""
    try:
        while part := os.read(reading, 65536):
            said += part
    except OSError:  # the terminal is gone
        pass
    os.close(reading)
    assert done.returncode == 0
    assert (b"comparing" in said, b"\x1b" in said) == (seen, False)
    assert not seen or re.search(rb"\r +\r$", said)
