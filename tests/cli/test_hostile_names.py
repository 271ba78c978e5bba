"""Names are data, in every place and format: shown, never obeyed; in JSON as they are."""

import json
import os
import random
import sys
import unicodedata
from collections.abc import Sequence

import pytest

from losscli import render
from losscli.report import cell_width

from .hostile import CHECKS, NAMES, check_github, check_lines, hidden

ALL = list(NAMES.values())
MANY = [ALL[i::9] for i in range(9)]
FEW = [NAMES[key] for key in ("colour", "return", "script", "formula", "github in a line", "pipe")]
QUICK = ("--resamples", "200")


def path_of(name: str, end: str = ".csv") -> str:
    return f"./{name.replace('/', '_')[:60]}{end}"


def lines(*rows: Sequence[object]) -> str:
    """Rows as CSV, every field in quotes."""
    quoted = ([str(field).replace('"', '""') for field in row] for row in rows)
    return "".join(",".join(f'"{field}"' for field in row) + "\n" for row in quoted)


@pytest.fixture
def told(inside, tmp_path):
    """Run a command with every file that it can write; the exit code and stderr, and the JSON."""

    def run(*arguments: str, formats: Sequence[str]) -> tuple[int, object]:
        files = [word for end in formats for word in ("--output", f"found.{end}")]
        every = () if arguments[0] == "advise" else ("--all",)
        done = inside(*arguments, *every, "--format", "github", *files)
        check_lines(done.stderr)
        check_github(done.stdout)
        assert done.returncode < 2, done.stderr
        texts = {end: (tmp_path / f"found.{end}").read_bytes().decode() for end in formats}
        for end, text in texts.items():
            CHECKS[end](text)
        return done.returncode, json.loads(texts["json"])

    return run


def numbers(names: Sequence[str]) -> str:
    """A model per name with an outlier, and every column, id, slice and group named so."""
    rng = random.Random(0)
    rows = []
    for i in range(60):
        y, name = rng.gauss(0, 1), names[i % len(names)]
        values = [y + rng.gauss(0, 0.3 + 0.1 * k) + 90 * (i < len(names)) for k in range(len(names))]
        rows.append((y, *values, f"{name}{i}", name, f"{name}{i % 20}"))
    head = [f"{names[0]} y", *names, *(f"{names[0]} {column}" for column in ("id", "by", "g"))]
    return lines(head, *rows)


@pytest.mark.parametrize("names", MANY, ids=range(len(MANY)))
def test_columns_ids_slices_and_groups(told, write, monkeypatch, names):
    first, *_, last = names
    path = write(numbers(names), path_of(last))
    shown, real = [], render.written
    monkeypatch.setattr(render, "written", lambda *a, **k: shown.append(a[0]) or real(*a, **k))
    code, found = told(
        *("compare", path, "--target", f"{first} y", *(word for name in names for word in ("--pred", name))),
        *("--id", f"{first} id", "--by", f"{first} by", "--group", f"{first} g", "--rows", "flagged"),
        *(word for name in names for word in ("--fail-if", f"mae[{name}] > 0.001")),
        *("--loss", "mae", "--loss", "mse", "--baseline", first, "--max-regression", "mse=2%", *QUICK),
        *("--inconclusive", "fail"),
        formats=tuple(CHECKS),
    )
    assert code == 1
    assert [model["name"] for model in found["models"]] == names
    assert {gate["model"] for gate in found["gates"]} == set(names)
    assert (found["target"], found["inputs"][0]["path"]) == (f"{first} y", path)
    assert {one["value"] for one in found["slices"]["slices"]} == set(names)
    assert {f"{name}{i}" for i, name in enumerate(names)} <= {row["row"] for row in found["row_table"]}
    for width in (60, 120):
        text = real(shown[0], "text", all=True, colour=False, width=width)
        assert not {c for c in text if c != "\n" and unicodedata.category(c)[0] == "C"}
        assert max(map(cell_width, text.splitlines())) <= width


@pytest.mark.parametrize("names", MANY, ids=range(len(MANY)))
def test_class_labels(told, write, names):
    count = len(names)
    rows = []
    for i in range(30 * count):
        k, wrong = i % count, (i + 1) % count
        p = [0.8 if j == (k if i % 4 else wrong) else 0.2 / (count - 1) for j in range(count)]
        rows.append((names[k], names[k if i % 7 else wrong], *p))
    path = write(lines(("y", f"{names[0]} a", *(f"m:prob_{label}" for label in names)), *rows))
    code, found = told(
        *("compare", path, "--target", "y", "--pred", f"{names[0]} a", "--pred", "m", "--rows", "flagged"),
        *("--loss", "zero_one", "--fail-if", "zero_one > 0.001", *QUICK),
        formats=tuple(CHECKS),
    )
    assert (code, sorted(found["labels"])) == (1, sorted(names))


@pytest.mark.parametrize("name", FEW, ids=range(len(FEW)))
def test_features_levels_and_classes_of_a_fit(told, inside, write, name):
    rows = [(i % 7 - 3, f"{name} {i % 2}", f"{name} {'pq'[i % 7 + i % 2 > 3]}") for i in range(60)]
    path = write(lines((f"{name} x", f"{name} t", f"{name} y"), *rows), path_of(name))
    words = ("--target", f"{name} y", "--positive", f"{name} q", "--loss", "bce", "--loss", "brier")
    few = ("--repeats", "1", "--folds", "2", "--no-contaminate", "--jobs", "1", "--coefficients")
    kept = ("--save", "m.json", "--predictions", "oof.csv")
    code, found = told("fit", path, *words, *few, *kept, formats=[end for end in CHECKS if end != "xml"])
    assert (code, found["features"]) == (0, [f"{name} x", f"{name} t"])
    assert set(found["classes"]) == {f"{name} p", f"{name} q"}
    done = inside("predict", "m.json", path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", FEW, ids=range(len(FEW)))
def test_features_and_classes_of_an_advice(told, write, name):
    rows = [(i % 7 - 3, f"{name} {i % 2}", f"{name} {'pq'[i % 7 + i % 2 > 3]}") for i in range(60)]
    leak = [(f"{name} x", f"{name} t", f"{name} y"), *((x, f"{name} {y}", y) for x, _, y in rows)]
    few = ("--target", f"{name} y", "--positive", f"{name} q", "--folds", "2", "--jobs", "1")
    plain = (lines((f"{name} x", f"{name} t", f"{name} y"), *rows), [])
    for table, leaks in ([plain] if name == FEW[0] else []) + [(lines(*leak), [f"{name} t"])]:
        path = write(table, path_of(name))
        code, found = told("advise", path, *few, formats=[end for end in CHECKS if end != "xml"])
        assert (code, found["features"], found["leaks"]) == (0, [f"{name} x", f"{name} t"], leaks)
        assert set(found["classes"]) == {f"{name} p", f"{name} q"}


def test_names_in_two_results(told, inside, write):
    paths = [path_of("\n::error::\x1b<b>", end) for end in (".old.json", ".new.json")]
    models = [word for name in FEW for word in ("--pred", name)]
    for path, shift in zip(paths, (0.2, 0.3), strict=True):
        rows = [(i / 7, *(i / 7 + shift * ((i + k) % 5 - 2) for k in range(len(FEW))), i) for i in range(40)]
        write(lines(("=y", *FEW, "@id"), *rows), "data.csv")
        words = ("--target", "=y", "--id", "@id", "--loss", "mae", "--replicates", *QUICK, "--output", path)
        done = inside("compare", "data.csv", *models, *words, "-q")
        assert done.returncode == 0, done.stderr
    code, found = told("diff", *paths, formats=[end for end in CHECKS if end != "xml"])
    assert (code, {one["old_model"] for one in found["losses"]}) == (0, set(FEW))
    assert (found["target"], found["old"]["path"]) == ("=y", paths[0])


UNSEEN = [name for name in ALL if hidden(name) or "::" in name or "##" in name or "\n" in name]
ERRORS = (
    ("nope.csv", "--pred", "{}"),
    ("data.csv", "--target", "{}"),
    ("data.csv", "--pred", "{}"),
    ("data.csv", "--by", "{}"),
    ("data.csv", "--loss", "{}"),
    ("data.csv", "--loss", "huber:delta={}"),
    ("data.csv", "--loss", "mae", "--fail-if", "mae[{}] > 1"),
    ("data.csv", "--fail-if", "{}"),
    ("data.csv", "--loss", "mae", "--baseline", "{}", "--max-regression", "mae=1%"),
    ("data.csv", "--format", "{}"),
    ("data.csv", "--output", "{}"),
    ("data.csv", "--encoding", "{}"),
    ("data.csv", "--{}"),
    ("./{}", "--loss", "mae"),
)


@pytest.mark.parametrize("words", ERRORS, ids=" ".join)
def test_error_lines(inside, write, words):
    """Every name in four or five of the places, every place with a third of the names."""
    write("y,pred\n1,2.5\n2,3\n")
    for name in UNSEEN[ERRORS.index(words) % 3 :: 3]:
        done = inside("compare", *(word.replace("{}", name.replace("/", "_")) for word in words))
        assert (done.returncode, done.stdout) == (2, ""), name
        check_lines(done.stderr)
        assert done.stderr.startswith("error: ") and "internal" not in done.stderr


@pytest.mark.parametrize("name", [name for name in ALL if name != ALL[-1]], ids=list(NAMES)[:-1])
def test_file_names(told, write, name):
    path = write("y,pred\n1,2.5\n2,3\n3,3.5\n", path_of(name))
    code, found = told("compare", path, "--loss", "mae", formats=tuple(CHECKS))
    assert (code, found["inputs"][0]["path"]) == (0, path)


def test_file_names_that_are_no_text(told, inside, write):
    path = os.fsdecode(b"./\xff\xfe\x80.csv")
    write("y,pred_a,pred_b\n" + "".join(f"{i},{i + 0.5},{i + i % 3}\n" for i in range(30)), path)
    code, found = told("compare", path, "--pred", "\udcff=pred_a", formats=tuple(CHECKS))
    assert (code, found["inputs"][0]["path"], found["models"][0]["name"]) == (0, path, "\udcff")
    assert inside("compare", path, "--target", "\udcff").stderr.startswith(r"error: ./\udcff\udcfe\udc80.csv")


def test_an_empty_name_is_seen(told, inside, write):
    write("y,,pred\n" + "".join(f"{i},{i + 0.5},{i + i % 3}\n" for i in range(30)))
    words = ("compare", "data.csv", "--pred", "", "--pred", "pred", "--fail-if", "mae[] > 0.1")
    code, found = told(*words, formats=tuple(CHECKS))
    assert (code, found["models"][0]["name"]) == (1, "")
    done = inside(*words)
    assert "models '' pred" in done.stdout and "mae of '' is 0.5" in done.stderr


def test_a_traceback_shows_names_too(losscli, write):
    write("y,pred\n1,2.5\n2,3\n")
    broken = (
        "import sys, losscli.comparison.compare\n"
        "def broken(*arguments): raise RuntimeError('\\x1b[31m\\n::error::x')\n"
        "losscli.comparison.compare.compare = broken\n"
        "sys.argv = ['losscli', 'compare', 'data.csv']\n"
        "from losscli.__main__ import main\n"
        "main()\n"
    )
    done = losscli(command=[sys.executable, "-c", broken], LOSSCLI_DEBUG="1")
    assert done.returncode == 3
    assert "Traceback" in done.stderr
    check_lines(done.stderr)
