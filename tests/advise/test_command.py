"""`losscli advise` as it is typed: screens, formats, refusals, and the command that it says to type next."""

import csv
import io
import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from generated import Asked, advice_of, advice_on, classes, linear, write

import losscli.cli
from losscli import render
from losscli.advice import advise, sample
from losscli.advice.sample import rows_of, sampled
from losscli.data.frame import load
from losscli.data.table import ReadOptions
from losscli.fitting.files import open_file
from losscli.fitting.fit import FitRequest

SAMPLES = Path(__file__).parents[2] / "sample_data"
TABLES = ("area", "tumours", "wine")


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Run a command line in tmp_path."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["losscli", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(arguments)
        return subprocess.CompletedProcess(arguments, int(code), *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def found():
    """The advice on each of the sample files."""
    return {
        name: advice_of(
            SAMPLES / f"{name}.csv", command=("losscli", "advise", str(SAMPLES / f"{name}.csv"), "--seed=0")
        )
        for name in TABLES
    }


def next_of(text: str) -> list[str]:
    return shlex.split(text[text.index("\nNext: ") :].replace("\n", " ").removeprefix(" Next: "))


# --- screens


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("width", [80, 120])
def test_the_first_line_answers(found, name, width):
    lines = render.written(found[name], "text", colour=False, width=width).splitlines()
    assert lines[0].startswith("Train with ")
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line.isupper()] == [
        f"{'MAE' if name == 'area' else 'AVERAGE PRECISION'}, OUT OF FOLD",
    ]
    assert width > 80 or len(lines) <= 40


@pytest.mark.parametrize("name", TABLES)
def test_every_reason_and_reference_is_on_the_screen(found, name):
    text = render.written(found[name], "text", all=True, colour=False, width=None)
    assert "WHAT THIS DOES NOT KNOW" in text
    for rule in found[name].rules:
        assert f"{rule.seen}: {rule.so} ({rule.reference})" in text
    for one in found[name].profile:
        assert one.title in text
        assert one.reason is None or one.reason in text
    assert 2 <= len(found[name].unknown) <= 4
    assert text.count("\n? ") == len(found[name].unknown)


@pytest.mark.parametrize("name", TABLES)
def test_sections_are_opened_by_name(found, name):
    advice = found[name]
    assert not any(one.reference in render.written(advice, "text", width=None) for one in advice.short_list)
    opened = render.written(advice, "text", width=None, show=frozenset({"losses", "unknown"}))
    alone = [one.reference for one in advice.short_list if not one.rules]
    assert alone and all(reference in opened for reference in alone)
    assert "WHAT THIS DOES NOT KNOW" in opened and all(text in opened for text in advice.unknown)
    assert "More by --show NAME: profile (" in opened and "losses (" not in opened.split("More by")[1]


def test_what_is_no_section_is_refused(run):
    done = run("advise", str(SAMPLES / "wine.csv"), "--show", "profil")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --show profil: there is no such section\nDid you mean profile?\n"


def test_a_leak_is_the_first_thing_said(tmp_path):
    columns = linear(lambda rng, n: rng.normal(size=n), seed=1, n=60)
    advice = advice_on(tmp_path, {"a b": columns["y"]} | columns)
    first = render.written(advice, "text", colour=False, width=None).splitlines()[0]
    assert first.startswith("Look at the feature a b before any loss: it gives the target y away")
    assert first.endswith("leave it out: --drop 'a b'.")


def test_folds_in_time_have_no_test(tmp_path):
    columns = linear(lambda rng, n: rng.normal(size=n), seed=2, n=90)
    advice = advice_on(tmp_path, {"day": list(range(90))} | columns, Asked(time="day"))
    assert advice.check.verdict == "untested"
    assert all(row.low is None for row in advice.check.losses)
    text = render.written(advice, "text", colour=False, width=None)
    assert "noise has not been tested (folds in time" in text.splitlines()[0]
    assert not any("--group or --time" in line for line in advice.unknown)


def test_an_interruption_leaves_the_profile(tmp_path, monkeypatch):
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("losscli.fitting.fit.judge_splits", stop)
    path = write(tmp_path, linear(lambda rng, n: rng.normal(size=n), seed=8, n=60))
    table, training, inputs = open_file(str(path), ReadOptions(), Asked())
    found = advise(table, training, FitRequest(jobs=1), inputs)
    assert found.cut_short and found.advice.profile
    assert found.advice.check.verdict == "untested"
    text = render.written(found.advice, "text", colour=False, width=80)
    assert text.startswith("No loss could be judged: it was interrupted before one fold was judged.")
    assert json.loads(found.advice.to_json())["check"]["repeats"] == 0


# --- formats


@pytest.mark.parametrize("format", ["markdown", "html", "github"])
@pytest.mark.parametrize("name", TABLES)
def test_other_formats_have_the_answer(found, name, format):
    text = render.written(found[name], format, colour=False, width=None)
    best = found[name].check.best
    assert best in text and ("is clearly better" in text or "no clear difference (huber against" in text)


@pytest.mark.parametrize("name", TABLES)
def test_json(found, name):
    plain = json.loads(render.written(found[name], "json", colour=False, width=None))
    assert plain["schema"] == "losscli/advise/1"
    assert set(plain) >= {"profile", "rules", "short_list", "check", "unknown", "leaks", "rows", "warnings"}
    assert plain["sampled"] is None
    for finding in plain["profile"]:
        assert (finding["value"] is None) == (finding["reason"] is not None)
        assert finding["unit"] in ("share", "count", "number", "answer")
    assert plain["short_list"][0]["spec"] == plain["check"]["baseline"]
    assert {one["spec"] for one in plain["short_list"]} == {row["spec"] for row in plain["check"]["losses"]}
    assert 3 <= len(plain["short_list"]) <= 5
    assert all(one["reference"] for one in plain["short_list"])


def test_csv_has_a_line_per_figure_rule_and_loss(found):
    text = render.written(found["area"], "csv", colour=False, width=None)
    rows = list(csv.DictReader(io.StringIO(text)))
    kinds = [row["kind"] for row in rows]
    advice = found["area"]
    assert kinds.count("figure") == len(advice.profile)
    assert kinds.count("rule") == len(advice.rules)
    assert kinds.count("loss") == len(advice.short_list)


# --- the command


def test_the_next_command_runs(run, tmp_path):
    columns = linear(lambda rng, n: rng.standard_t(2, n), seed=3, n=120)
    columns["it's"] = ["u", "v"] * 60
    (tmp_path / "a b.csv").write_bytes(write(tmp_path, columns).read_bytes())
    flags = ("--target", "y", "--drop", "x2", "--folds", "4", "--jobs", "1")
    done = run("advise", "a b.csv", *flags, "--output", "found.json", "--format", "text")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "found.json").read_text())["schema"] == "losscli/advise/1"
    words = next_of(done.stdout)
    assert words[:3] == ["losscli", "fit", "a b.csv"]
    assert "--output" not in words and "--format" not in words and "4" in words
    again = run(*words[1:], "--repeats", "1", "--no-contaminate")
    assert (again.returncode, again.stderr) == (0, "")
    assert f"{words.count('--loss')} losses fitted" in again.stdout


@pytest.mark.parametrize("name", TABLES)
def test_the_next_command_of_the_samples_runs(run, found, name):
    words = next_of(render.written(found[name], "text", colour=False, width=80))
    done = run(*words[1:], "--repeats", "1", "--no-contaminate", "--quiet", "--jobs", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_quiet_and_the_same_twice(run, tmp_path):
    write(tmp_path, classes(seed=4, n=150))
    one = run("advise", "data.csv", "--format", "json", "--jobs", "1")
    two = run("advise", "data.csv", "--format", "json", "--jobs", "2")
    first, second = json.loads(one.stdout), json.loads(two.stdout)
    assert first.pop("command") != second.pop("command")
    assert first == second
    quiet = run("advise", "data.csv", "--quiet", "--jobs", "1")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "there is no such file"),
        (["data.csv", "--format", "junit"], "the format junit cannot hold advice on losses"),
        (["data.csv", "--target", "z"], "there is no column 'z'"),
        (["data.csv", "--task", "counts"], "the target must be ≥ 0"),
        (["data.csv", "--task", "boxes"], "no loss is trained for such targets"),
        (["data.csv", "--folds", "1"], "--folds 1 is not 2 or more"),
        (["data.csv", "--l2", "-1"], "--l2 -1 is not 0 or more"),
        (["data.csv", "--task", "regression", "--positive", "1"], "--positive 1"),
        (["wide.csv"], "fewer than two per coefficient"),
        (["data.csv", "--output", "data.csv"], "that is a file to read"),
    ],
)
def test_refusals(run, tmp_path, arguments, said):
    write(tmp_path, linear(lambda rng, n: rng.normal(size=n), seed=5, n=8)).rename(tmp_path / "wide.csv")
    write(tmp_path, linear(lambda rng, n: rng.normal(size=n), seed=5, n=40))
    done = run("advise", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


# --- large files


def frame_of(path: Path, asked: Asked):
    table, training, _ = open_file(str(path), ReadOptions(), asked)
    return load(table, training)


def test_large_files_are_sampled_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "MOST_ROWS", 100)
    advice = advice_on(tmp_path, linear(lambda rng, n: rng.normal(size=n), seed=6, n=300))
    assert (advice.sampled, advice.check.rows, advice.rows.used) == (100, 100, 300)
    text = render.written(advice, "text", colour=False, width=None)
    assert "300 rows" in text and "100 rows drawn for fits" in text


def test_a_sample_keeps_rare_classes_and_whole_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "MOST_ROWS", 100)
    monkeypatch.setattr(sample, "LEAST_OF_CLASS", 8)
    columns = classes(seed=7, n=400, rare=0.03)
    frame = frame_of(write(tmp_path, columns), Asked())
    drawn = sampled(frame, classes=True, seed=0)
    assert np.bincount(drawn.y.astype(int))[1] == 8
    columns = {"who": [i // 7 for i in range(400)]} | columns
    frame = frame_of(write(tmp_path, columns), Asked(group="who"))
    drawn = sampled(frame, classes=True, seed=0)
    assert drawn.group is not None and len(drawn.y) <= 100
    sizes = np.bincount(drawn.group)
    assert sizes.min() >= 1 and set(sizes) <= {7, 400 % 7}


def test_rows_of_a_frame(tmp_path):
    columns = {"when": [5, 5, 1, 3, 3, 1]} | {name: [1.0, 2, 3, 4, 5, 6] for name in ("a", "y")}
    frame = frame_of(write(tmp_path, columns), Asked(time="when"))
    part = rows_of(frame, np.array([0, 2, 5]))
    assert part.time is not None
    assert part.time.tolist() == [1, 0, 0]
    assert (part.keys, part.y.tolist()) == ((1, 3, 6), [1, 3, 6])
