"""Signals at moments spread over a run: exit code 130, files whole or as they were, nobody left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from .conftest import ENVIRONMENT

COMPARE = ("compare", "data.csv", "--jobs", "2", "--output", "a.json", "--output", "b.html")
ONCE = (
    *("fit", "fit.csv", "--loss", "mse", "--loss", "huber", "--folds", "3", "--jobs", "2"),
    *("--output", "a.json", "--output", "b.html", "--save", "m.json"),
)
FIT, LONG = (*ONCE, "--repeats", "2"), (*ONCE, "--repeats", "400")
ENDS = {"a.json": "}\n", "b.html": "</html>\n", "m.json": "}\n"}
CUT_SHORT = "interrupted while resampling: intervals, verdicts and gates against a baseline are missing\n"
# Says when signals are no longer the interpreter's; forks workers from two blocks on, as else from twelve.
# A bare one draws no charts, which takes longer than all else.
STARTED = """
import os, sys
import losscli.__main__ as entry
import losscli.engine
losscli.engine._FORK_BLOCKS = 2
if sys.argv.pop(1) == "bare":
    sys.modules["vl_convert"] = None
hear = entry.hear
def said():
    hear()
    os.write(1, b"go\\n")
entry.hear = said
entry.main()
"""

# Is interrupted between the new file and its name.
WRITING = """
import os, sys
number, real = int(sys.argv.pop(1)), os.fsync
def fsync(handle):
    assert len(os.listdir(".")) == 2
    os.kill(os.getpid(), number)
    real(handle)
os.fsync = fsync
from losscli.__main__ import main
main()
"""


# Is interrupted while resampling.
RESAMPLING = """
import os, signal, sys
import losscli.comparison.verdicts as verdicts
verdicts.bootstrap = lambda *arguments, **more: os.kill(os.getpid(), signal.SIGINT)
from losscli.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four blocks, and rows to fit."""
    made = tmp_path_factory.mktemp("interrupts")
    rows = "".join(f"{i % 97},{i % 89},{i % 83}\n" for i in range(110_000))
    (made / "data.csv").write_text("y,pred_a,pred_b\n" + rows)
    (made / "small.csv").write_text("y,pred_a,pred_b\n" + rows[:600].rpartition("\n")[0] + "\n")
    rows = "".join(f"{i % 7},{i % 11},{i % 7 - i % 11 + i % 3}\n" for i in range(120))
    (made / "fit.csv").write_text("u,v,y\n" + rows)
    return made


@pytest.fixture(scope="module")
def length(folder: Path) -> Callable[..., float]:
    """How many seconds a run takes that nobody interrupts."""
    return cache(partial(seconds, folder))


def start(
    words: Sequence[str], folder: Path, *, charts: bool = False, **options: Any
) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-c", STARTED, "charts" if charts else "bare", *words]
    own = subprocess.Popen(line, cwd=folder, env=ENVIRONMENT, stdout=-1, stderr=-1, **options)
    assert own.stdout and own.stdout.readline() == b"go\n"
    return own


def seconds(folder: Path, words: Sequence[str], charts: bool = False) -> float:
    """How long a run takes that nobody interrupts."""
    with start(words, folder, charts=charts) as own:
        begin = time.monotonic()
        _, errors = own.communicate(timeout=60)
    assert (own.returncode, errors) == (0, b"")
    return time.monotonic() - begin


def interrupted(
    words: Sequence[str],
    folder: Path,
    number: int,
    *moments: float,
    everyone: bool = False,
    charts: bool = False,
) -> tuple[int, str]:
    """(exit code, stderr) of a run that gets a signal after so many seconds, with its workers or alone."""
    outputs = [name for name in ENDS if name in words]
    for name in outputs:
        (folder / name).write_text("old")
    before = sorted(folder.iterdir())
    with start(words, folder, charts=charts, start_new_session=True) as own:
        for moment in moments:
            try:
                own.wait(moment)
            except subprocess.TimeoutExpired:
                (os.killpg if everyone else os.kill)(own.pid, number)
        errors = own.communicate(timeout=60)[1].decode()
    with pytest.raises(ProcessLookupError):  # its group is empty
        os.killpg(own.pid, 0)
    assert number == signal.SIGKILL or sorted(folder.iterdir()) == before
    for name in outputs:
        text = (folder / name).read_text()
        assert text == "old" or (text.endswith(ENDS[name]) and len(text) > 500)
    assert "Traceback" not in errors and "error" not in errors
    return own.returncode, errors


@pytest.mark.parametrize(
    ("number", "share"),
    [
        *((signal.SIGINT, share) for share in (0.0, 0.25, 0.75, 0.9)),
        (signal.SIGTERM, 0.6),
    ],
)
def test_compare_at_any_moment(folder, length, number, share):
    charts, everyone = share == 0.75, share in (0.6, 0.9)
    moment = length(COMPARE, charts) * share
    code, errors = interrupted(COMPARE, folder, number, moment, everyone=everyone, charts=charts)
    assert (code, errors) in [(130, ""), (130, CUT_SHORT)] or (share and (code, errors) == (0, ""))


@pytest.mark.parametrize(
    ("number", "share"),
    [
        *((signal.SIGINT, share) for share in (0.1, 0.4, 0.8)),
        (signal.SIGTERM, 0.7),
    ],
)
def test_fit_at_any_moment(folder, length, number, share):
    moment, everyone = length(FIT) * share, share > 0.5
    code, errors = interrupted(FIT, folder, number, moment, everyone=everyone)
    assert code == 130 or (share > 0.1 and code == 0)
    assert errors == "" or (errors.startswith("interrupted: ") and errors.count("\n") == 1)


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_one_signal_after_another(folder, length, pause):
    code, _ = interrupted(LONG, folder, signal.SIGINT, 0.5 * length(FIT), pause, everyone=True)
    assert code == 130


@pytest.mark.parametrize("share", [0.0, 0.5, 0.7, 0.9])
def test_kill_leaves_the_old_file_or_the_new(folder, share):
    words = ("compare", "small.csv", *COMPARE[2:])
    code, _ = interrupted(words, folder, signal.SIGKILL, 0.8 * share)
    assert code == -signal.SIGKILL or (share and code == 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["INT", "TERM", "HUP"])
def test_a_signal_while_a_file_is_written(losscli, folder, tmp_path, number):
    """With the new content beside the old file."""
    (tmp_path / "a.json").write_text("old")
    line = [sys.executable, "-c", WRITING, str(int(number))]
    done = losscli("compare", str(folder / "small.csv"), "--output", "a.json", command=line)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "old")]


@pytest.mark.parametrize("format", ["text", "json"])
def test_figures_are_given_without_their_intervals(losscli, folder, tmp_path, format):
    """And files keep what they hold."""
    (tmp_path / "a.json").write_text("old")
    flags = ("--format", format, "--output", "a.json", "--fail-if", "mae > 0")
    line = [sys.executable, "-c", RESAMPLING]
    done = losscli("compare", str(folder / "small.csv"), *flags, command=line)
    assert (done.returncode, done.stderr) == (130, CUT_SHORT)
    assert (tmp_path / "a.json").read_text() == "old"
    if format == "text":
        assert "Noise has not been tested" in done.stdout and CUT_SHORT.strip() in done.stdout
        return
    found = json.loads(done.stdout)
    assert found["comparisons"] == []
    results = [one for table in found["losses"] for one in table["results"]]
    assert any(one["value"] is not None for one in results)
    assert all(one["reason"] for one in results if None in (one["value"], one["low"]))


def test_a_signal_that_is_to_be_ignored_is(folder):
    """As by a command in the background of a script."""

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with start(("compare", "small.csv"), folder, preexec_fn=ignore) as own:
        own.send_signal(signal.SIGINT)
        _, errors = own.communicate(timeout=60)
    assert (own.returncode, errors) == (0, b"")
