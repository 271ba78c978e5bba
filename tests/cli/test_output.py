"""--output: the format by the extension, the whole file or the old one, and stdout as ever."""

import json
import os
import stat

import pytest

from losscli.cli.output import write_whole
from losscli.errors import DataError


def test_several_files_by_their_extensions(inside, data, files):
    names = ["a.txt", "a.json", "a.csv", "a.md", "a.MARKDOWN"]
    outputs = [word for name in names for word in ("--output", name)]
    done = inside("compare", data, *outputs)
    assert (done.returncode, done.stderr) == (0, "")
    found = {name: text.decode() for name, text in files().items()}
    assert sorted(found) == sorted([data, *names])  # and no temporary file
    assert found["a.txt"] == done.stdout
    assert json.loads(found["a.json"])["schema"] == "losscli/compare/1"
    assert found["a.md"] == found["a.MARKDOWN"]
    assert found["a.csv"] == inside("compare", data, "--format", "csv").stdout


def test_quiet_silences_stdout_only(inside, data, files):
    done = inside("compare", data, "--output", "a.json", "--quiet")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(files()["a.json"])["task"] == "regression"
    assert inside("compare", data, "-q").stdout == ""


def test_a_failed_gate_still_writes(inside, data, files):
    assert inside("compare", data, "--output", "a.json", "--fail-if", "mae > 1").returncode == 1
    assert [gate["verdict"] for gate in json.loads(files()["a.json"])["gates"]] == ["pass", "fail"]


def test_the_old_file_is_replaced_with_its_permissions(inside, data, tmp_path):
    old = tmp_path / "a.json"
    old.write_text("old")
    old.chmod(0o640)
    (tmp_path / "again.json").hardlink_to(old)
    assert inside("compare", data, "--output", "a.json").returncode == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert (tmp_path / "again.json").read_text() == "old"  # replaced, not written into


def test_a_target_that_is_a_folder(inside, data, tmp_path):
    (tmp_path / "a.json").mkdir()
    done = inside("compare", data, "--output", "b.json", "--output", "a.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--output a.json: that is a folder" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", data]


def test_the_old_file_stays_where_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        write_whole(path, "new")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_file(inside, data, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    done = inside("compare", data, "--output", "locked/a.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "locked/a.json" in done.stderr
