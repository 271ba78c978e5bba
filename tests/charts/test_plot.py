"""`losscli plot`: what it writes, what it lists, and what it says without the extra."""

import json

import pytest
from roles.pasted import run

SIGNS = {".svg": b"<svg", ".png": b"\x89PNG", ".html": b"<!doctype html>"}


@pytest.mark.charts
@pytest.mark.parametrize("extension", SIGNS)
def test_a_file_of_each_kind(extension, found, desk, tmp_path):
    pytest.importorskip("vl_convert")
    place = tmp_path / f"x{extension}"
    done = run(["plot", str(desk / "numbers.json"), "--chart", "differences", "--output", str(place)])
    assert (done.code, done.out, done.err) == (0, "", "")
    assert place.read_bytes().startswith(SIGNS[extension])


@pytest.mark.charts
def test_a_picture_says_what_it_shows(found, desk, tmp_path):
    pytest.importorskip("vl_convert")
    place = tmp_path / "x.svg"
    assert run(["plot", "mse", "mae", "--output", str(place)]).code == 0
    text = place.read_text(encoding="utf-8")
    assert all(f">{word}<" in text for word in ("Loss and slope", "mse", "mae"))


def test_without_the_extra_a_specification_is_written_all_the_same(found, desk, tmp_path):
    place = tmp_path / "x.json"
    assert run(["plot", str(desk / "two.json"), "--chart", "roc", "--output", str(place)]).code == 0
    assert json.loads(place.read_text(encoding="utf-8"))["title"]["text"] == "ROC curve"


@pytest.mark.parametrize("extension", SIGNS)
def test_without_the_extra_one_line_says_what_to_install(extension, found, desk, tmp_path):
    place = tmp_path / f"x{extension}"
    done = run(["plot", str(desk / "numbers.json"), "--output", str(place)])
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "pip install 'losscli[report]'" in done.err and not place.exists()


def test_the_charts_of_a_result_are_listed(found, desk):
    done = run(["plot", str(desk / "two.json")])
    assert done.code == 0
    names = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
    assert names[0] == "scores" and "path" in names and "losses" not in names


REFUSED = {
    "no such chart": (["numbers.json", "--chart", "losse"], ["--chart losse", "Did you mean losses?"]),
    "not of this": (["numbers.json", "--chart", "roc"], ["two classes", "Charts of this: losses"]),
    "an extension": (["numbers.json", "--output", "x.gif"], [".gif", ".svg .png .json .html"]),
    "no file": (["none.json"], ["none.json: there is no such file", "--format json"]),
    "no result": (["numbers.csv"], ["numbers.csv", "--format json"]),
    "no loss": (["hubr"], ["there is no loss 'hubr'", "Did you mean huber?"]),
    "two results": (["numbers.json", "two.json"], ["a result is drawn by itself"]),
    "its own file": (["numbers.json", "--output", "numbers.json"], ["that is a file to read"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, found, desk, monkeypatch):
    monkeypatch.chdir(desk)
    words, said = REFUSED[name]
    done = run(["plot", *words])
    assert (done.code, done.out) == (2, "")
    assert all(text in done.err for text in said), done.err
