"""Where memory ends or a worker is killed: the same figures, or one message that says what to lower."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from losscli import engine
from losscli.cli import run
from losscli.data.rows import Reading, Rows
from losscli.errors import ExitCode

HERE = os.getpid()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    y = rng.normal(size=100_000)
    path = tmp_path_factory.mktemp("scarcity") / "predictions.csv"
    columns = np.column_stack([y, *(y + s * rng.normal(size=len(y)) for s in (1.0, 1.1))])
    np.savetxt(path, columns, fmt="%.5g", delimiter=",", header="y,pred_a,pred_b", comments="")
    return path


def test_a_killed_worker_changes_no_figure(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["compare", str(data), "--loss", "mse", "--loss", "medae", "--jobs", "2", "--quiet", "--output"]
    whole, mended = tmp_path / "whole.csv", tmp_path / "mended.csv"
    assert run([*command, str(whole)]) == ExitCode.OK
    assert capfd.readouterr().err == ""
    read = Reading.rows

    def killed(self: Reading, block: int) -> Rows:
        if os.getpid() != HERE and block == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, block)

    monkeypatch.setattr(engine, "_FORK_BLOCKS", 2)
    monkeypatch.setattr(Reading, "rows", killed)
    assert run([*command, str(mended)]) == ExitCode.OK
    assert mended.read_bytes() == whole.read_bytes()
    assert capfd.readouterr().err == f"note: {engine.LOST}\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, os.strerror(12)),
        ImportError("libarrow.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
)
def test_where_memory_ends_what_to_lower_is_said(
    data: Path, error: Exception, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def without(self: Reading, block: int) -> Rows:
        raise error

    monkeypatch.setattr(Reading, "rows", without)
    assert run(["compare", str(data)]) == ExitCode.USAGE
    said = capfd.readouterr().err
    assert "not enough memory" in said and "--jobs 1" in said and "--loss" in said
