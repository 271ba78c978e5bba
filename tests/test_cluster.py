"""A Dask cluster does the work without a trace in the result: a scheduler and two workers on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import progress
from losscli.cli import run
from losscli.engine import Blocks, cluster, connect, fold, on_cluster
from losscli.engine.shipped import Work
from losscli.errors import ExitCode, UsageError

distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
ROWS = 13 * 32_768 - 5  # of a file in more blocks than are done in one process


@dataclass(frozen=True)
class Dask:
    """A scheduler and its workers; the others are killed as tests please."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "tuple[subprocess.Popen[bytes], ...]"


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"

    def started(kind: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(file)]
        return subprocess.Popen(
            [*command, "--no-dashboard", *words],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    scheduler = started("scheduler", "--host", "127.0.0.1", "--port", "0")
    alone = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    workers = tuple(started("worker", *alone) for _ in range(2))
    try:
        for _ in range(600):
            if file.exists() and (text := file.read_text(encoding="utf-8")):
                break
            time.sleep(0.1)
        address = json.loads(text)["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield Dask(address, scheduler, workers)
    finally:
        for one in (*workers, scheduler):
            one.kill()
            one.wait()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pyarrow as pa
    from pyarrow import csv

    rng = np.random.default_rng(0)
    y = rng.normal(size=ROWS)
    columns = {"y": y, **{f"pred_{s}": y + s * rng.standard_t(3, size=ROWS) for s in (1, 2)}}
    path = tmp_path_factory.mktemp("cluster") / "predictions.csv"
    csv.write_csv(pa.table({**columns, "who": [f"n{i % 3}" for i in range(ROWS)], "unused": y}), path)
    return path


def compared(data: Path, output: Path, *words: str) -> Any:
    """The JSON of a comparison, without the command line that asked for it."""
    losses = ("--loss", "mse", "--loss", "medae", "--by", "who", "--resamples", "200")
    command = ["compare", str(data), *losses, "--rows", "flagged", "--quiet", "--output", str(output)]
    assert run([*command, *words]) == ExitCode.OK
    found = json.loads(output.read_text(encoding="utf-8"))
    del found["command"]
    return found


@pytest.fixture(scope="module")
def local(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return compared(data, tmp_path_factory.mktemp("local") / "local.json")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tasks that the cluster has given, pass by pass."""
    real, counts = cluster._Pass.results, []

    def counted(self: cluster._Pass) -> Iterator[tuple[int, Any]]:
        counts.append(0)
        for one in real(self):
            counts[-1] += 1
            yield one

    monkeypatch.setattr(cluster._Pass, "results", counted)
    return counts


def test_a_comparison_is_that_of_this_machine(
    dask: Dask, data: Path, local: Any, tmp_path: Path, given: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert compared(data, tmp_path / "found.json", "--scheduler", dask.address) == local
    assert capfd.readouterr() == ("", "")
    assert len(given) >= 4  # passes over the rows
    assert set(given) == {13}


def test_fits_are_those_of_this_machine(dask: Dask, given: list[int]) -> None:
    rng = np.random.default_rng(1)
    table = {f"x{i}": rng.normal(size=150) for i in range(3)}
    table["y"] = table["x0"] - table["x1"] + rng.standard_t(2, size=150)
    asked: Any = {"loss": ["huber", "mae", "own"], "define": "own = abs(r)**1.5", "repeats": 2}
    here = losscli.fit(table, target="y", **asked)
    with distributed.Client(dask.address, set_as_default=False) as client:
        there = losscli.fit(table, target="y", scheduler=client, **asked)
        assert client.status == "running"
    same = [json.loads(one.to_json()) for one in (here, there)]
    assert same[1].pop("command") == [*same[0].pop("command"), "--scheduler", dask.address]
    assert same[0] == same[1]
    assert given == [10]


def test_an_error_of_the_work_is_that_of_this_machine(dask: Dask) -> None:
    def work(block: int) -> int:
        if block == 7:
            raise UsageError(f"block {block}", advice="Do without it")
        return block

    with on_cluster(dask.address), pytest.raises(UsageError, match="block 7") as found:
        fold(20, work, int.__add__, 1)
    assert found.value.advice == "Do without it"


def test_other_versions_are_refused(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()

    def facts(names: tuple[str, ...]) -> dict[str, str]:
        return {"losscli": "2.0" if os.getpid() == here else "1.9"}

    monkeypatch.setattr(connect, "own_facts", facts)
    with pytest.raises(UsageError, match=r"losscli is 1\.9 on the worker tcp.*, and 2\.0 here") as found:
        losscli.compare({"y": [1.0, 2.0], "pred": [1.0, 1.0]}, target="y", scheduler=dask.address)
    assert str(found.value).endswith("Install the same there: pip install losscli==2.0")


@pytest.mark.parametrize(
    ("address", "why", "advice"),
    [
        ("tcp://127.0.0.1:1", "no scheduler of Dask answers there", "dask scheduler"),
        ("here", "that is no address", "for example --scheduler tcp://127.0.0.1:8786"),
        ("", "that is no address", "for example"),
    ],
)
def test_where_no_scheduler_is_it_says_what_to_type(
    address: str,
    why: str,
    advice: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(connect, "_ANSWER", 0.5)
    path = tmp_path / "two.csv"
    path.write_text("y,pred\n1,2\n2,2\n", encoding="utf-8")
    assert run(["compare", str(path), "--scheduler", address]) == ExitCode.USAGE
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"error: --scheduler {address}: {why}")
    assert advice in err


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="distributed is not installed") as found:
        losscli.advise({"x": [1.0, 2.0], "y": [1.0, 2.0]}, scheduler="tcp://127.0.0.1:1")
    assert "losscli[dask]" in str(found.value)


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(UsageError, match="that is a int, and no client"):
        losscli.compare({"y": [1.0, 2.0], "pred": [1.0, 1.0]}, target="y", scheduler=8786)


class Squares(Blocks):
    def get(self, column: int, block: int) -> Any:
        return np.array([column, block]) ** 2


def test_of_blocks_work_has_those_that_are_sent() -> None:
    kept: list[Blocks] = []
    squares = Squares()

    @lru_cache
    def twice(x: int) -> int:
        return 2 * x

    sent = Work.of(lambda block: twice(int(squares.get(3, block).sum())), kept)
    assert sent.columns_read(2, kept) == {(0, 3)}
    assert kept == [squares]
    assert sent(5, [{(0, 3, 5): np.array([9, 25])}, {(0, 3, 6): np.array([9, 36])}]) == 68
    with pytest.raises(KeyError):
        sent(7, [{(0, 3, 5): np.array([9, 25])}])


# The cluster does not outlive this one, which is the last of the file.
@pytest.mark.parametrize(("which", "said"), [("worker", cluster.SENT_AGAIN), ("scheduler", cluster.HERE)])
def test_what_dies_in_a_run_changes_no_figure(
    which: str,
    said: str,
    dask: Dask,
    data: Path,
    local: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    dying = dask.workers[0] if which == "worker" else dask.scheduler
    real: Callable[[cluster._Pass], Iterator[tuple[int, Any]]] = cluster._Pass.results
    passes: list[int] = []

    def cut_short(self: cluster._Pass) -> Iterator[tuple[int, Any]]:
        passes.append(0)
        for one in real(self):
            passes[-1] += 1
            if (len(passes), passes[-1]) == (2, 3):
                dying.send_signal(signal.SIGKILL)
                dying.wait()
            yield one

    monkeypatch.setattr(cluster._Pass, "results", cut_short)
    assert compared(data, tmp_path / "found.json", "--scheduler", dask.address) == local
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("note: ") and line.endswith(said)
    assert progress.current() is None
