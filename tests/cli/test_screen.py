"""Escape sequences are a terminal's only; names never reach a stream raw; no line is wider than it."""

import fcntl
import json
import os
import pty
import struct
import termios
import unicodedata

import pytest

from losscli import render

from .conftest import ENVIRONMENT, spawn

EVIL = "a\x1b[31m\x9b2J\u202e\u200b\x07\n::error::x[/red]<b>|=cmd"
FORMATS = tuple(render.FORMATS)
HOSTILE = set("\x1b\x9b\u202e\u200b\x07\r\x00")


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"GITHUB_ACTIONS": "true", "CI": "true"},
        {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TTY_COMPATIBLE": "1", "TERM": "xterm-256color"},
    ],
)
def test_no_escape_in_a_pipe(losscli, data, env):
    done = losscli("compare", data, "--fail-if", "mae > 1", **env)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


def test_hostile_names_in_every_format(inside, write, tmp_path):
    quoted = '"' + EVIL.replace('"', '""') + '"'
    rows = "".join(f"{i + 0.25},{i + 0.5},{i + 1.75 + i % 3}\n" for i in range(9))
    name = write(f'y,{quoted},"pred\x1b]0;x\x07"\n{rows}', "we\x1b[2Jird\u202e.csv")
    for form in FORMATS:
        done = inside("compare", name, "--pred", "*", "--format", form, "--fail-if", "mae > 1")
        assert done.returncode == 1, done.stderr
        assert not HOSTILE & set((done.stdout + done.stderr).replace("\r\n", "\n"))
        assert "\n::error" not in done.stdout + done.stderr
        if form == "json":
            assert json.loads(done.stdout)["models"][0]["columns"] == [EVIL]
        if form == "markdown":
            assert "<b>" not in done.stdout
        if form == "csv":
            assert not any(line.startswith(("=", "+", "@")) for line in done.stdout.splitlines())


def on_terminal(arguments, folder, columns, **env):
    """(exit code, what a terminal of that width gets)."""
    main, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = spawn(
        arguments, folder, stdin=child, stdout=child, stderr=child, terminal={"COLUMNS": str(columns), **env}
    )
    os.close(child)
    found = b""
    try:
        while piece := os.read(main, 65536):
            found += piece
    except OSError:  # the child has closed its end
        pass
    os.close(main)
    return process.wait(timeout=60), found.decode().replace("\r\n", "\n")


def cells(line):
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal(tmp_path, write, columns):
    import re

    names = ",".join(f"a_rather_long_name_of_a_model_{i}_pred" for i in range(6))
    rows = "".join(
        f"{i}," + ",".join(str(i + (i * k) % 7 / 3) for k in range(1, 7)) + "\n" for i in range(50)
    )
    write(f"y,{names}\n{rows}")
    narrow = [["explain", "huber"], ["losses"]] if columns == 80 else []
    for arguments in (["compare", "data.csv"], *narrow):
        code, screen = on_terminal(arguments, tmp_path, columns, TERM="xterm")
        assert code == 0
        assert "\x1b[" in screen
        plain = re.sub(r"\x1b\[[0-9;]*m", "", screen)
        assert "\x1b" not in plain
        assert max(map(cells, plain.splitlines())) <= columns


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_a_terminal_that_wants_no_colour(tmp_path, data, env):
    code, screen = on_terminal(["compare", data], tmp_path, 80, **env)
    assert code == 0
    assert "\x1b" not in screen
    assert max(map(cells, screen.splitlines())) <= 80


def test_an_error_on_a_terminal_is_plain(tmp_path):
    code, screen = on_terminal(["compare", "nope.csv"], tmp_path, 80, TERM="xterm")
    assert (code, screen) == (2, "error: nope.csv: there is no such file\n")


def test_ascii_streams_take_every_name(losscli, write):
    name = write("y,préd\n1,2.5\n2,3\n3,3.5\n")
    done = losscli("compare", name, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert ENVIRONMENT.get("PYTHONIOENCODING") != "ascii"
