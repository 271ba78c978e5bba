"""Exit codes and streams of the process: interrupts, closed pipes, internal errors, standard input."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from losscli import render

from .conftest import ENVIRONMENT, spawn

FORMATS = tuple(render.FORMATS)
FAIL = ("--fail-if", "mae > 1")
BROKEN = """
import sys
import losscli.comparison.compare
def broken(*arguments):
    raise RuntimeError("an idea \\x1b[31m\\nof mine")
losscli.comparison.compare.compare = broken
sys.argv = ["losscli", "compare", "data.csv", "--output", "report.json"]
from losscli.__main__ import main
main()
"""


def test_the_same_code_in_every_format(inside, data):
    for name in FORMATS:
        words = ("compare", data, "--loss", "mae", "--format", name)
        assert inside(*words).returncode == 0
        assert inside(*words, *FAIL).returncode == 1
        assert inside(*words, *FAIL, "--quiet").returncode == 1


def test_a_gate_speaks_on_stderr(inside, data):
    done = inside("compare", data, "--fail-if", "mae[rf_pred] > 1", *FAIL)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "gate: PASS mae[rf_pred] > 1: mae of rf_pred is 0.5 (no uncertainty used)",
        "gate: PASS mae > 1: mae of rf_pred is 0.5 (no uncertainty used)",
        "gate: FAIL mae > 1: mae of gb_pred is 1.75 (no uncertainty used)",
    ]
    assert done.stdout.startswith("mae: rf_pred is better than gb_pred") and "\nGATES " in done.stdout


def test_an_inconclusive_gate_is_no_failure(inside, write):
    rows = "".join(f"{i},{i + i % 7 / 7},{i + i % 5 / 5}\n" for i in range(140))
    words = ("compare", write("y,old_pred,new_pred\n" + rows), "--baseline", "old_pred")
    done = inside(*words, "--max-regression", "mae=0%", "-q")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("gate: INCONCLUSIVE mae: ")


@pytest.mark.parametrize("debug", ["0", "1"])
def test_an_internal_error(losscli, data, files, debug):
    done = losscli(command=[sys.executable, "-c", BROKEN], LOSSCLI_DEBUG=debug)
    assert (done.returncode, done.stdout) == (3, "")
    assert r"error: internal error: RuntimeError: an idea \x1b[31m\nof mine" in done.stderr
    assert ("Traceback" in done.stderr) is (debug == "1")
    assert list(files()) == [data]


def test_an_interrupt(tmp_path):
    with spawn(["compare", "-"], tmp_path, stdin=-1, stdout=-1, stderr=-1) as process:
        process.stdin.write(b"y,pred\n" + b"1,2\n" * 20_000)
        process.stdin.flush()  # more than a pipe holds: it is being read
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)
        assert (code, process.stdout.read(), process.stderr.read()) == (130, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["compare", "data.csv"], 0),
        (["compare", "data.csv", "--format", "json", *FAIL], 1),
        (["losses", "--format", "json"], 0),
        (["--help"], 0),
        (["compare", "--help"], 0),
    ],
)
def test_a_closed_pipe_is_quiet(tmp_path, data, arguments, code):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe, spawn(arguments, tmp_path, stdout=pipe, stderr=-1) as process:
        errors = process.stderr.read().decode()
        assert process.wait(timeout=60) == code
    assert [line for line in errors.splitlines() if not line.startswith("gate: ")] == []


def test_both_streams_closed(tmp_path, data):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        for arguments, code in ((["compare", data, *FAIL], 1), (["compare", "nope.csv"], 2)):
            with spawn(arguments, tmp_path, stdout=pipe, stderr=pipe) as process:
                assert process.wait(timeout=60) == code


def test_head_sees_the_first_line(tmp_path, data):
    line = f'"{sys.executable}" -m losscli losses --format json 2>errors | head -1; echo "${{PIPESTATUS[0]}}"'
    shell = ["bash", "-c", line]
    done = subprocess.run(
        shell, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert (tmp_path / "errors").read_text() == ""


def test_streams_that_are_not_there(tmp_path, data):
    for redirect, arguments, code in (
        (">&-", f"compare {data} --fail-if 'mae > 1'", 1),
        ("2>&-", "compare nope.csv", 2),
    ):
        line = f'"{sys.executable}" -m losscli {arguments} {redirect}'
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk(tmp_path, data):
    for arguments in (["compare", data, *FAIL], ["--help"]):
        with open("/dev/full", "wb") as full, spawn(arguments, tmp_path, stdout=full, stderr=-1) as process:
            errors = process.stderr.read().decode()
            assert process.wait(timeout=60) == 2
        assert "No space left on device" in errors
        assert "Traceback" not in errors and "internal" not in errors


def test_standard_input(losscli, inside, data, tmp_path):
    text = (tmp_path / data).read_text()
    done = losscli("compare", "-", "--format", "csv", stdin=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == inside("compare", data, "--format", "csv").stdout.replace("\r\n", "\n")
    empty = losscli("compare", "-", stdin="")
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "empty" in empty.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_is_slow_and_a_pipe_that_does_not_wait(tmp_path, unbuffered):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    env = {"PYTHONUNBUFFERED": unbuffered}
    with spawn(["losses", "--format", "json"], tmp_path, terminal=env, stdout=writing, stderr=-1) as process:
        os.close(writing)
        time.sleep(1.0)
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
        errors = process.communicate(timeout=30)[1]
    assert (process.returncode, errors) == (0, b"")
    assert len(text) > 1 << 16 and json.loads(text)["schema"] == "losscli/losses/1"


def test_a_pipe_that_does_not_wait(tmp_path):
    """Nothing to read yet is not the end."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with spawn(["compare", "-", "--format", "json"], tmp_path, stdin=reading, stdout=-1) as process:
        for part in (b"y,pred\n", b"1,2.5\n" * 3, b"2,3\n"):
            time.sleep(0.3)
            os.write(writing, part)
        os.close(writing)
        out, _ = process.communicate(timeout=30)
    os.close(reading)
    assert json.loads(out)["rows"]["used"] == 4


def test_rows_that_are_typed(tmp_path):
    typed, stdin = pty.openpty()
    with spawn(["compare", "-", "--format", "csv"], tmp_path, stdin=stdin, stdout=-1, stderr=-1) as process:
        assert process.stderr.readline() == b"reading standard input; Ctrl-D ends it\n"
        os.write(typed, b"y,pred\n1,2.5\n2,3\n3,3.5\n\x04")
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")
    assert out.startswith(b"kind,spec,")
    os.close(typed)
    os.close(stdin)


def test_the_version(losscli):
    from losscli import __version__

    done = losscli("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"losscli {__version__}\n", "")
