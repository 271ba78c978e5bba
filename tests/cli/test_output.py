"""--output: the format by the extension, the whole file or the old one, and stdout as ever."""

import json
import os
import resource
import stat

import pytest

from losscli.cli.places import SUMMARY_BYTES, write_whole
from losscli.errors import DataError

from .conftest import spawn


def test_several_files_by_their_extensions(inside, data, files):
    names = ["a.txt", "a.json", "a.csv", "a.md", "a.MARKDOWN", "a.xml", "a.html", "a.HTM"]
    outputs = [word for name in names for word in ("--output", name)]
    done = inside("compare", data, *outputs)
    assert (done.returncode, done.stderr) == (0, "")
    found = {name: text.decode() for name, text in files().items()}
    assert sorted(found) == sorted([data, *names])  # and no temporary file
    assert found["a.txt"] == done.stdout
    assert json.loads(found["a.json"])["schema"] == "losscli/compare/1"
    assert found["a.md"] == found["a.MARKDOWN"]
    assert found["a.html"] == found["a.HTM"]
    for name, form in (("a.csv", "csv"), ("a.xml", "junit")):
        assert found[name] == inside("compare", data, "--format", form).stdout


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


@pytest.mark.parametrize(
    ("locked", "words"),
    [("locked", "the folder locked takes no file"), ("locked/a.json", "may not be written")],
)
def test_a_place_that_takes_no_file(inside, write, tmp_path, monkeypatch, locked, words):
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked/a.json").write_text("old")
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (str(path) == locked and mode & os.W_OK) and real(path, mode)
    )
    done = inside("compare", write("no table"), "--output", "locked/a.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--output locked/a.json: " in done.stderr and words in done.stderr
    assert (tmp_path / "locked/a.json").read_text() == "old"


def test_a_link_stays_and_its_file_is_replaced(inside, data, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "a.json").symlink_to("runs/1.json")
    (tmp_path / "b.json").symlink_to("runs/2.json")
    (tmp_path / "runs/1.json").write_text("old")
    done = inside("compare", data, "--output", "a.json", "--output", "b.json", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.json").is_symlink() and (tmp_path / "b.json").is_symlink()
    for name in ("1.json", "2.json"):
        assert json.loads((tmp_path / "runs" / name).read_text())["task"] == "regression"
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["1.json", "2.json"]


def test_links_that_lead_nowhere_good(inside, data, tmp_path, files):
    for name, goal in (("in.csv", data), ("gone.json", "no/x.json"), ("loop.json", "loop.json")):
        (tmp_path / name).symlink_to(goal)
        before = files()
        done = inside("compare", data, "--output", name)
        assert (done.returncode, done.stdout, files()) == (2, "", before)
        assert f"--output {name}: " in done.stderr


@pytest.mark.parametrize("other", ["a.json", "./a.json", "b.json"])
def test_one_place_named_twice(inside, write, tmp_path, other):
    (tmp_path / "b.json").symlink_to("a.json")
    done = inside("compare", write("no table"), "--output", "a.json", "--output", other)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--output {other.removeprefix('./')}: it is named twice" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_is_full_in_the_middle(tmp_path, data, unbuffered):
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    (tmp_path / "a.json").write_text("old")
    for words, said in (
        (["-q", "--output", "a.json"], "a.json: cannot be written: File too large"),
        (["--format", "json"], "standard output cannot be written: File too large"),
    ):
        with (
            (tmp_path / "out").open("wb") as out,
            spawn(
                ["compare", data, *words],
                tmp_path,
                terminal={"PYTHONUNBUFFERED": unbuffered},
                stdout=out,
                stderr=-1,
                preexec_fn=little,
            ) as process,
        ):
            errors = process.stderr.read().decode()
            assert process.wait(timeout=60) == 2
        assert said in errors and "Traceback" not in errors
    assert (tmp_path / "a.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", data, "out"]


# ── the summary of a step of GitHub's ────────────────────────────────────────────────────────────────


@pytest.fixture
def summary(tmp_path, monkeypatch):
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def test_github_gets_a_summary_too(inside, data, summary):
    done = inside("compare", data, "--format", "github", "--fail-if", "mae > 1")
    assert (done.returncode, done.stdout[:8]) == (1, "::error ")
    first = summary.read_text()
    assert first == inside("compare", data, "--format", "markdown", "--fail-if", "mae > 1").stdout.replace(
        "--format markdown", "--format github"
    )
    assert inside("compare", data, "--format", "github", "--fail-if", "mae > 1", "-q").stdout == ""
    assert summary.read_text().startswith(f"{first}\n") and len(summary.read_text()) > 2 * len(first)


def test_no_other_format_writes_the_summary(inside, data, summary):
    for name in ("text", "markdown", "json", "junit"):
        assert inside("compare", data, "--format", name).returncode == 0
    assert not summary.exists()


@pytest.mark.parametrize(
    "held", [SUMMARY_BYTES - 3000, SUMMARY_BYTES - 100, SUMMARY_BYTES - 3, SUMMARY_BYTES]
)
def test_the_summary_stays_below_what_github_takes(inside, data, summary, held):
    summary.write_text("x" * held)
    assert inside("compare", data, "--format", "github", "--all").returncode == 0
    text = summary.read_text()
    assert held <= len(text.encode()) <= SUMMARY_BYTES < 1 << 20
    assert "the rest is left out" in text or held > SUMMARY_BYTES - 70


def test_a_summary_that_cannot_be_written_changes_no_verdict(inside, data, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/no/summary.md")
    done = inside("compare", data, "--format", "github", "--fail-if", "mae > 1")
    assert done.returncode == 1 and done.stdout.startswith("::error ")
    assert "warning: /no/summary.md: the summary is not written: No such file" in done.stderr
