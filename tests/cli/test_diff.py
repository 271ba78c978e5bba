"""losscli diff: real results of compare, every format, every error, and files that are hostile."""

import csv
import io
import json

import pytest
from recordings import document

from losscli import render
from losscli.result import Changes
from losscli.verbs import files as reading

FORMATS = tuple(name for name, format in render.FORMATS.items() if Changes in format.holds)
HOSTILE = set("\x1b\x9b\u202e\u200b\x07\r\x00")
EVIL = "a\x1b[31m\x9b2J\u202e\u200b\x07\n::error::x[/red]<b>|=cmd"
ROWS = [0.5 + (i * 7 % 11) / 10 for i in range(60)]


@pytest.fixture
def save(write):
    """save(document, name) → name"""
    return lambda made, name: write(json.dumps(made), name)


@pytest.fixture
def two(save):
    """A result and a worse one, with replicates."""
    worse = [1.5 * loss + (i % 5) / 50 for i, loss in enumerate(ROWS)]
    save(document({"mae": {"rf": ROWS}, "mse": {"rf": ROWS}}), "old.json")
    save(document({"mae": {"rf": worse}, "mse": {"rf": ROWS}}), "new.json")
    return "old.json", "new.json"


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


# ── real results ─────────────────────────────────────────────────────────────────────────────────────


def test_results_of_compare(inside, data, write, tmp_path):
    """A model that moved, without replicates: the changes alone, and what to type for more."""
    assert inside("compare", data, "-q", "--output", "old.json", "--scale", "1").returncode == 0
    lines = (tmp_path / data).read_text().replace("rf_pred", "rf_pred").splitlines()
    moved = [lines[0], *(f"{y},{float(y) + 1},{gb}" for y, _, gb in (line.split(",") for line in lines[1:]))]
    write("\n".join(moved) + "\n", "moved.csv")
    assert inside("compare", "moved.csv", "-q", "--output", "new.json", "--scale", "1").returncode == 0
    done = inside("diff", "old.json", "new.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nold.json -> new.json  12 rows  regression  target y  models rf_pred gb_pred\n" in done.stdout
    assert (
        "mae: no interval: rf_pred +100 %, gb_pred 0 % (no replicates in old.json and new.json)."
        in " ".join(done.stdout.split())
    )
    assert "losscli compare ... --id COL --replicates --output old.json" in " ".join(done.stdout.split())
    found = json.loads(inside("diff", "old.json", "new.json", "--format", "json").stdout)
    (rf, gb) = (one for one in found["losses"] if one["spec"] == "mae")
    assert (rf["old"], rf["new"], rf["change"], rf["relative"], rf["verdict"]) == (0.5, 1.0, 0.5, 1.0, None)
    assert (gb["change"], found["paired"], found["unmatched"]) == (0.0, False, [])
    assert any(one["name"] == "r2" and one["change"] < 0 for one in found["metrics"])


def test_a_result_of_compare_and_itself(inside, data):
    assert inside("compare", data, "-q", "--output", "a.json").returncode == 0
    found = json.loads(inside("diff", "a.json", "a.json", "--format", "json").stdout)
    assert len(found["losses"]) > 40
    assert {one["change"] for one in found["losses"]} <= {0.0, None}
    assert all(one["reason"] for one in found["losses"] if one["low"] is None)


def test_other_scales_are_to_be_pinned(inside, data):
    for scale, name in (("1", "a.json"), ("2", "b.json")):
        assert inside("compare", data, "-q", "--scale", scale, "--output", name).returncode == 0
    done = inside("diff", "a.json", "b.json")
    assert "other parameters; pin them with --scale 1\n" in done.stdout.replace("\n  ", " ")


# ── with replicates ──────────────────────────────────────────────────────────────────────────────────


def test_a_worse_model_is_worse(inside, two):
    done = inside("diff", *two)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mae: rf is worse than in old.json: +5" in done.stdout
    loss = json.loads(inside("diff", *two, "--format", "json").stdout)["losses"][0]
    assert loss["verdict"] == "worse" and 0.4 < loss["low"] < loss["relative"] < loss["high"] < 0.7
    assert inside("diff", *reversed(two)).stdout.count("rf is better than in new.json: -3") == 1


def test_every_format(inside, two):
    outputs = {name: inside("diff", *two, "--format", name).stdout for name in FORMATS}
    assert json.loads(outputs["json"])["schema"] == "losscli/diff/1"
    assert json.loads(outputs["json"])["command"] == ["losscli", "diff", *two, "--format", "json"]
    rows = csv_rows(outputs["csv"])
    assert [(row["kind"], row["spec"] or row["name"], row["verdict"]) for row in rows] == [
        ("loss", "mae", "worse"),
        ("loss", "mse", ""),
        ("metric", "r2", ""),
    ]
    assert "| mae  PRIMARY |" in outputs["markdown"]


def test_files_by_their_extensions(inside, two, files):
    names = ["a.txt", "a.json", "a.csv", "a.md"]
    done = inside("diff", *two, *(word for name in names for word in ("--output", name)))
    assert (done.returncode, done.stderr) == (0, "")
    found = {name: text.decode() for name, text in files().items()}
    assert sorted(found) == sorted([*two, *names])
    assert found["a.txt"] == done.stdout
    assert found["a.csv"] == inside("diff", *two, "--format", "csv").stdout
    assert inside("diff", *two, "-q", "--output", "b.md").stdout == ""


def test_the_next_command_works(inside, two):
    line = inside("diff", *two).stdout.splitlines()[-1]
    assert line == "Next: losscli diff old.json new.json --all"
    everything = inside(*line.split()[2:])
    assert everything.returncode == 0
    assert everything.stdout.splitlines()[-1] == "Next: losscli explain mae"


def test_a_byte_order_mark_is_no_harm(inside, two, tmp_path):
    for name in two:
        path = tmp_path / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert inside("diff", *two).returncode == 0


# ── replicates of real runs ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def runs(inside, write):
    """Results of one file, of its rows in another order, of a worse model, and of other rows."""
    rows = [
        (f"r{i}", i % 17, i % 17 + ROWS[i % 60] * (-1) ** i, i % 17 + 0.9 - (i % 7) / 4) for i in range(240)
    ]
    worse = [(key, y, y + (p - y) * (1.2 + i % 5 / 10), q) for i, (key, y, p, q) in enumerate(rows)]
    made = {
        "old": rows,
        "shuffled": sorted(rows, key=lambda row: row[0][::-1]),
        "worse": worse,
        "other": [(f"{key}x", *rest) for key, *rest in rows],
        "moved": [(key, y + (key == "r7"), p, q) for key, y, p, q in rows],
    }
    for name, lines in made.items():
        write(
            "id,y,rf_pred,gb_pred\n" + "".join(f"{k},{y},{p!r},{q!r}\n" for k, y, p, q in lines),
            f"{name}.csv",
        )
        words = ("--id", "id", "--replicates", "--scale", "1", "-q", "--output", f"{name}.json")
        done = inside("compare", f"{name}.csv", *words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def found(inside, old, new):
    done = inside("diff", f"{old}.json", f"{new}.json", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_replicates_pair_two_runs(inside, runs):
    for other in ("old", "shuffled"):
        same = found(inside, "old", other)
        assert same["paired"] and not same["unmatched"]
        primary = [one for one in same["losses"] if one["spec"] == same["primary"]]
        assert [(one["verdict"], one["p"]) for one in primary] == [("~", 1), ("~", 1)]
        for one in same["losses"]:
            assert one["relative"] is None or abs(one["relative"]) < 1e-9
            assert one["low"] is None or one["low"] <= 0 <= one["high"]
    assert inside("diff", "old.json", "shuffled.json").stdout.count("mae: as before: rf_pred, gb_pred.") == 1
    worse = found(inside, "old", "worse")
    rf, gb = (one for one in worse["losses"] if one["spec"] == "mae")
    assert (rf["verdict"], gb["verdict"]) == ("worse", "~")
    assert 0.2 < rf["low"] < rf["relative"] < rf["high"] < 0.6 and (gb["low"], gb["high"]) == (0, 0)
    assert "worse than in old.json: rf_pred +" in inside("diff", "old.json", "worse.json").stdout


def test_replicates_of_other_rows_are_refused(inside, runs):
    for name, words in (("other", "their ids differ"), ("moved", "their targets differ")):
        done = inside("diff", "old.json", f"{name}.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────

GOOD = json.dumps(document({"mae": {"rf": ROWS}}))
BAD = {  # text of bad.json, what the message must hold
    "empty": ("", ["bad.json, line 1", "no JSON"]),
    "no json": ("y,pred\n1,2\n", ["bad.json", "no JSON"]),
    "cut off": (GOOD[:-100], ["bad.json", "no JSON"]),
    "a list": ("[1, 2]", ["no object"]),
    "nan": ('{"schema": "losscli/compare/1", "scale": NaN}', ["NaN"]),
    "infinity": ('{"schema": "losscli/compare/1", "scale": -Infinity}', ["-Infinity"]),
    "overflow": ('{"schema": "losscli/compare/1", "scale": 1e400}', ["1e400"]),
    "deep": ("[" * 200_000, ["nested too deeply"]),
    "deep objects": ('{"a":' * 200_000, ["nested too deeply"]),
    "a key twice": (GOOD.replace('"task"', '"task": "x", "task"', 1), ["'task' stands twice"]),
    "of fit": ('{"schema": "losscli/fit/1"}', ["no result of losscli compare", "losscli/fit/1"]),
    "of diff": ('{"schema": "losscli/diff/1"}', ["no result of losscli compare", "losscli/diff/1"]),
    "another schema": ('{"schema": "x"}', ["its schema is 'x'"]),
    "a wrong type": (GOOD.replace('"used": 60', '"used": "60"'), ["rows.used is no whole number"]),
    "other rows": (
        json.dumps(document({"mae": {"rf": ROWS[:-1]}})),
        ["number of rows differs: 60 and 59", "losscli compare"],
    ),
    "other task": (json.dumps(document({"mae": {"rf": ROWS}}, task="counts")), ["the task differs"]),
    "other seed": (json.dumps(document({"mae": {"rf": ROWS}}, seed=1)), ["the seed differs: 0 and 1"]),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(inside, write, files, case):
    text, holds = BAD[case]
    write(GOOD, "good.json")
    write(text, "bad.json")
    done = inside("diff", "good.json", "bad.json", "--output", "out.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 2
    for part in holds:
        assert part in done.stderr
    assert "Traceback" not in done.stderr and "internal" not in done.stderr
    assert sorted(files()) == ["bad.json", "good.json"]


FLAGS = {
    "unknown format": (["--format", "jsno"], ["--format jsno", "Did you mean json?"]),
    "unknown extension": (["--output", "a.xyz"], ["--output a.xyz", ".json"]),
    "onto an input": (["--output", "./new.json"], ["--output new.json", "a file to read"]),
    "no folder": (["--output", "no/a.json"], ["no folder no"]),
    "a third file": (["more.json"], ["unexpected extra argument", "losscli diff --help"]),
    "unknown flag": (["--al"], ["--al", "losscli diff --help"]),
}


@pytest.mark.parametrize("case", FLAGS)
def test_wrong_flags(inside, two, files, case):
    arguments, holds = FLAGS[case]
    before = files()
    done = inside("diff", *two, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    for part in holds:
        assert part in done.stderr
    assert files() == before


def test_a_folder_or_bytes_are_no_text(inside, two, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{\x00}\x00")
    for name, words in (("folder", "Is a directory"), ("bytes.json", "it is no UTF-8 text")):
        done = inside("diff", two[0], name)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{name}: cannot be read: {words}" in done.stderr


def test_a_file_that_is_too_large(inside, two, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 10)
    done = inside("diff", *two)
    assert (done.returncode, done.stdout) == (2, "")
    assert "old.json: it is larger than 0 MB: too large for a result of losscli compare" in done.stderr


def test_hostile_names_in_every_format(inside, save):
    rows = {EVIL: ROWS, "=1+1": [2 * loss for loss in ROWS]}
    made = document({"mae": rows, "huber:delta=1": rows}, target=EVIL, primary="mae")
    made["metrics"][0]["title"] = EVIL
    made["losses"][1]["results"][0] |= {"value": None, "reason": EVIL}
    save(made, "old.json")
    for name in FORMATS:
        for words in ((), ("--all",)):
            done = inside("diff", "old.json", "old.json", "--format", name, *words)
            assert (done.returncode, done.stderr) == (0, "")
            assert not HOSTILE & set(done.stdout.replace("\r\n", "\n"))
            assert "\n::error" not in done.stdout
            if name == "markdown":
                assert "<b>" not in done.stdout
            if name == "csv":
                assert {row["old_model"] for row in csv_rows(done.stdout)} >= {"'=1+1"}


def test_a_hostile_text_in_an_error(inside, save):
    save(document({"mae": {"rf": ROWS}}), "old.json")
    save(document({"mae": {"rf": ROWS}}, target=EVIL), "new.json")
    done = inside("diff", "old.json", "new.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert not HOSTILE & set(done.stderr) and "\n::error" not in done.stderr


def test_the_process(losscli, two):
    done = losscli("diff", *two)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mae: rf is worse than in old.json" in done.stdout
    bad = losscli("diff", two[0], "nope.json")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == (
        "error: nope.json: there is no such file\n"
        "Give a file that losscli compare --format json has written\n"
    )
