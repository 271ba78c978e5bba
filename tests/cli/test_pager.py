"""A pager shows what is opened and longer than the terminal; never in a pipe, never the short form."""

import fcntl
import os
import pty
import stat
import struct
import termios

import pytest

from losscli.cli import output, places

from .conftest import spawn


@pytest.fixture
def pager(tmp_path):
    """A pager that says that it was there."""
    path = tmp_path / "own-pager"
    path.write_text("#!/bin/sh\necho PAGED $LESS\ncat\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def on_terminal(arguments, folder, lines, **env):
    """What a terminal of so many lines gets."""
    main, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
    terminal = {"TERM": "xterm", "NO_COLOR": "1", **env}
    process = spawn(arguments, folder, stdin=child, stdout=child, stderr=child, terminal=terminal)
    os.close(child)
    found = b""
    try:
        while piece := os.read(main, 65536):
            found += piece
    except OSError:  # the child has closed its end
        pass
    os.close(main)
    assert process.wait(timeout=60) == 0
    return found.decode().replace("\r\n", "\n")


def test_what_is_opened_is_paged(tmp_path, data, pager):
    shown = on_terminal(["compare", data, "--show", "metrics,refused"], tmp_path, 24, PAGER=pager)
    assert shown.startswith("PAGED FRX\n") and shown.count("mae: ") == 1


def test_the_short_form_is_not_paged(tmp_path, data, pager):
    shown = on_terminal(["compare", data], tmp_path, 24, PAGER=pager)
    assert "PAGED" not in shown and shown.count("mae: ") == 2  # where it begins and where it ends


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PAGER": "sh -c more"}, "sh -c more"),
        ({"PAGER": "sh", "LOSSCLI_PAGER": "env"}, "env"),
        ({"PAGER": "sh", "LOSSCLI_PAGER": ""}, None),
        ({"PAGER": "cat"}, None),
        ({"PAGER": "no-such-program"}, None),
        ({"PAGER": "sh", "TERM": "dumb"}, None),
    ],
)
def test_which_pager(monkeypatch, environment, expected):
    for name in ("PAGER", "LOSSCLI_PAGER", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert output.pager() == expected


def test_never_in_a_pipe(losscli, data, pager):
    done = losscli("compare", data, "--all", PAGER=pager)
    assert "PAGED" not in done.stdout and done.returncode == 0


def test_a_section_that_is_none(inside, data):
    done = inside("compare", data, "--show", "metrics,calbration")
    assert done.returncode == 2
    assert done.stderr == "error: --show calbration: there is no such section\nDid you mean calibration?\n"
    assert "Sections: data, losses" in inside("compare", data, "--show", "zzz").stderr
    assert inside("compare", data, "--show", "all").stdout == inside("compare", data, "--all").stdout.replace(
        "--all", "--show all"
    )


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("0", 40), ("x", 100), (None, 100)])
def test_columns_say_how_wide_a_pipe_is(monkeypatch, columns, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert places.page_width() == width
