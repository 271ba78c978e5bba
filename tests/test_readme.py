"""The README's commands do what it shows, on a terminal of 80 columns; the generated pages are fresh."""

import os
import re
import subprocess
import sys
from doctest import DocTestParser, DocTestRunner
from pathlib import Path

import pytest

from losscli.metrics import METRICS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", README)
SESSIONS = re.findall(r"```python\n(>>> (?:.*\n)*?)```", README)

pty = pytest.importorskip("pty", reason="terminals need POSIX")


def on_a_terminal(command: str, columns: int) -> str:
    """What a person sees of a command, without colour."""
    import fcntl
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    arguments = command.replace("losscli", f"{sys.executable} -m losscli", 1)
    process = subprocess.Popen(
        ["bash", "-c", arguments],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
        cwd=ROOT,
        env=environment | {"NO_COLOR": "1", "TERM": "xterm", "PYTHONIOENCODING": "utf-8"},
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
    lines = shown.decode().replace("\r\n", "\n")
    return re.sub(r"[^\n]*\r?\x1b\[K", "", lines)  # a line of progress, taken away again


def test_the_readme_has_commands() -> None:
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_command_shows_this(command: str, shown: str) -> None:
    assert on_a_terminal(command, 80).rstrip() == shown.rstrip()


def test_python_answers_this(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert SESSIONS
    for session in SESSIONS:
        test = DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
        assert not DocTestRunner().run(test).failed


def test_the_first_line_answers() -> None:
    for name, answer in (
        ("area", "mae: pred_huber and pred_gbm may be the best"),
        ("tumour", "bce: logistic_prob and forest_prob may be the best"),
        ("wine", "cross_entropy: forest, logistic and bayes may be the best"),
    ):
        for columns in (80, 120) if name == "wine" else (80,):
            lines = on_a_terminal(f"losscli compare sample_data/{name}_predictions.csv", columns).splitlines()
            assert lines[0].startswith(answer), lines[:5]
            assert all(len(line) <= columns for line in lines)


def test_the_list_of_losses_is_fresh() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "losscli", "losses", "--format", "markdown"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    ).stdout.decode()
    assert made == (ROOT / "docs/losses.md").read_text(encoding="utf-8"), (
        "run: losscli losses --format markdown > docs/losses.md"
    )


def test_the_page_of_metrics_names_every_one() -> None:
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    known = {name for code in re.findall(r"`([^`]*)`", page) for name in code.split()}
    assert {metric.name for metric in METRICS if metric.only != "fit"} <= known
