"""What fit and advise say to use: never a loss behind the best constant, the standard loss among ties, by a
judge that is told; and the lines that they print work when they are pasted.

inputs/stackloss.csv: Brownlee 1965, as in R (datasets). inputs/anes96.csv: seven columns of a subset of the
American National Election Studies of 1996, public domain, as in statsmodels (datasets.anes96).
"""

import csv
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli.cli
from losscli import losses as functions
from losscli.report.fits.command import ADVISED
from losscli.verbs.options import AdviseFlags
from losscli.verbs.options.flag import flag_fields

HERE = Path(__file__).parent
FEW = ("--repeats", "1", "--no-contaminate", "--jobs", "1")
FOUR = ("--loss", "mse", "--loss", "mae", "--loss", "huber", "--loss", "tukey")
CLASSIFIERS = {
    "binary": ("--loss", "bce", "--loss", "brier", "--loss", "hinge"),
    "multiclass": ("--loss", "cross_entropy", "--loss", "brier", "--loss", "focal"),
}
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def run(tmp_path, monkeypatch, capfd) -> Callable[..., Done]:
    """Run a command line in a folder of its own."""

    def run(*words: str) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["losscli", *words])
        capfd.readouterr()
        code = losscli.cli.run(words)
        return subprocess.CompletedProcess(words, int(code), *capfd.readouterr())

    return run


def write(folder: Path, columns: dict[str, object]) -> str:
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(np.asarray(own).tolist() for own in columns.values()), strict=True))
    return str(folder / "data.csv")


def next_of(screen: str) -> list[str]:
    """The words of the first command that a screen ends with."""
    return shlex.split(screen.partition("\nNext: ")[2].partition("\n")[0])


def named_by(screen: str) -> set[str]:
    """The losses that the answer and the next command say to use."""
    words = next_of(screen)
    said = re.match(r"(?:Use|Keep|Train with) ([\w, ]+?)(?::| \()", screen)
    names = re.split(r", | or ", said[1]) if said else []
    after = [word for before, word in pairwise(words) if before == "--loss"]
    return {name for name in (*names, *after) if not name.endswith(("other", "others"))}


def ahead_of_constant(found: dict[str, Any]) -> set[str]:
    """The losses whose headline is ahead of the constant's, pooled and over folds, by the JSON alone."""
    (ranking,) = [one for one in found["ranking"] if one["metric"] == found["headline"]]
    sign = -1 if ranking["greater_is_better"] else 1
    constant, folds = sign * found["constant"][found["headline"]], np.array(found["constant_folds"], float)
    kept = set()
    for one in found["fits"]:
        score = one["scores"][found["headline"]]
        gap = sign * (np.array(score["folds"], float) - folds)
        if score["value"] is not None and sign * score["value"] < constant and np.nanmean(gap) < 0:
            kept.add(one["name"])
    return kept


def check_fit(run, *words: str) -> bool:
    """That fit names no loss behind the constant; whether it names one without a word on chance."""
    done = run("fit", *words, "--output", "found.json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(Path("found.json").read_text())
    ahead, named = ahead_of_constant(found), named_by(done.stdout)
    assert named <= ahead
    assert done.stdout.startswith("No loss beats predicting ") is (not ahead)
    assert bool(named) is bool(ahead)
    return bool(ahead) and "But none is clearly better than predicting" not in " ".join(done.stdout.split())


def check_advise(run, *words: str) -> None:
    done = run("advise", *words, "--output", "said.json", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    check = json.loads(Path("said.json").read_text())["check"]
    sign = -1 if check["greater_is_better"] else 1
    behind = {row["spec"] for row in check["losses"] if sign * row["value"] >= sign * check["constant"]}
    assert not behind & {*named_by(done.stdout), check["best"], *check["tied"]}
    if len(behind) == len(check["losses"]):
        assert check["verdict"] == "constant" and check["best"] is None
        assert done.stdout.startswith("No loss beats predicting ")


NOISE: dict[str, Callable[..., object]] = {
    "gaussian": lambda rng, n: rng.normal(size=n),
    "counts": lambda rng, n: rng.poisson(2.0, n),
    "binary": lambda rng, n: np.resize(["no", "yes"], n),
    "multiclass": lambda rng, n: np.resize(["ash", "elm", "oak"], n),
}


@pytest.mark.parametrize("kind", NOISE)
def test_noise_names_no_loss_behind_a_constant(run, tmp_path, kind):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        x, z = rng.normal(size=(2, 24))
        path = write(tmp_path, {"x": x, "z": z, "y": NOISE[kind](rng, 24)})
        task = ("--task", "counts") if kind == "counts" else ()
        wanted = FOUR if kind == "gaussian" else CLASSIFIERS.get(kind, ())
        assert not check_fit(run, path, *task, *wanted, *FEW)
        check_advise(run, path, *task)


@pytest.mark.parametrize(
    ("file", "flags"),
    [
        ("stackloss.csv", ()),
        ("stackloss.csv", ("--target", "Acid_Conc")),
        ("anes96.csv", ("--target", "popul", "--drop", "PID")),
        ("anes96.csv", ("--target", "popul", "--metric", "rmse")),
        ("anes96.csv", ("--target", "TVnews")),
    ],
)
def test_real_data_name_no_loss_behind_a_constant(run, file, flags):
    path = str(HERE / "inputs" / file)
    named = check_fit(run, path, *flags, *FOUR, *FEW)
    check_advise(run, path, *flags)
    if "Acid_Conc" in flags:
        assert not named


# --- the judge


@pytest.mark.parametrize(
    "metric", ["rmse", "huber:delta=2", "quantile:tau=0.9", "0.5*mae + 0.5*mse", "wmape"]
)
def test_any_metric_or_loss_judges(run, metric):
    path = str(HERE / "inputs" / "stackloss.csv")
    every = (*FOUR, "--loss", "quantile:tau=0.9")
    done = run("fit", path, *every, *FEW, "--metric", metric, "--output", "f.json", "--predictions", "p.csv")
    assert done.returncode == 0 and f"LOSSES BY {metric.upper()}, OUT OF FOLD" in done.stdout
    found = json.loads(Path("f.json").read_text())
    assert found["headline"] == found["ranking"][0]["metric"] == metric
    with Path("p.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    for one in found["fits"]:
        value = functions[metric](columns["target"], columns[f"pred_{one['spec']}"])
        assert one["scores"][metric]["value"] == pytest.approx(value, rel=1e-12)
    ranked = {row["spec"] for row in found["ranking"][0]["rows"]}
    assert ("quantile:tau=0.9" in ranked) is (metric == "quantile:tau=0.9")


@pytest.mark.parametrize(
    ("metric", "favoured"),
    [(None, "mae"), ("rmse", "mse"), ("r2", "mse"), ("medae", None), ("huber:delta=2", None)],
)
def test_whom_the_judge_favours_is_told(run, metric, favoured):
    path = str(HERE / "inputs" / "stackloss.csv")
    flags = () if metric is None else ("--metric", metric)
    done = run("fit", path, *FOUR, *FEW, *flags)
    said = re.search(r"judged by .*, which favours (\w+), trained for it", done.stdout)
    assert (said and said[1]) == favoured


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("rmsee", "Did you mean rmse"),
        ("nothing_like_it", "For example mae, rmse"),
        ("bias", "neither more nor less of it is better"),
        ("bce", "a loss for binary and multilabel targets"),
        ("huber:c=2", "huber"),
        ("msle:x=1", "msle"),
        ("", "is not a spec"),
    ],
)
@pytest.mark.parametrize("verb", ["fit", "advise"])
def test_what_judges_nothing_is_refused(run, verb, metric, message):
    done = run(verb, str(HERE / "inputs" / "stackloss.csv"), "--metric", metric)
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""


def test_what_a_judge_cannot_read_is_not_ranked(run, tmp_path):
    rng = np.random.default_rng(1)
    x = rng.normal(size=60)
    path = write(tmp_path, {"x": x, "y": np.where(x + rng.normal(size=60) > 0, "yes", "no")})
    losses = ("--loss", "bce", "--loss", "hinge", "--loss", "brier")
    done = run("fit", path, *losses, *FEW, "--metric", "bce", "--format", "json")
    found = json.loads(done.stdout)
    assert [one["spec"] for one in found["unranked"]] == ["hinge"]
    assert {row["spec"] for row in found["ranking"][0]["rows"]} == {"bce", "brier"}
    assert found["favoured"] == ["bce"] and found["constant"]["bce"] == pytest.approx(np.log(2), rel=0.05)


# --- what fit, advise and compare say alike

RNG = np.random.default_rng(7)
TARGET = RNG.normal(size=60)
GIVEN_AWAY = {
    "copy": (TARGET, TARGET),
    "rising": (np.exp(TARGET), TARGET),
    "falling": (-(TARGET**3), TARGET),
    "separating": (TARGET, np.where(TARGET > 0, "yes", "no")),
    "renamed": (np.where(TARGET > 0, "right", "left"), np.where(TARGET > 0, "yes", "no")),
}


@pytest.mark.parametrize("kind", [*GIVEN_AWAY, "good"])
def test_fit_and_advise_say_the_same_leaks(run, tmp_path, kind):
    leak, y = GIVEN_AWAY.get(kind, (TARGET + 0.3 * RNG.normal(size=60), TARGET))
    path = write(tmp_path, {"x": RNG.normal(size=60), "seen": leak, "y": y})
    wanted = ("--loss", "mse", "--loss", "mae") if np.asarray(y).dtype.kind == "f" else ("--loss", "bce")
    fitted, advised = run("fit", path, *FEW, *wanted), run("advise", path, "--jobs", "1")
    told = [done.stdout.startswith("Look at the feature seen before any loss") for done in (fitted, advised)]
    assert told == [kind != "good"] * 2
    if kind != "good":
        for done in (fitted, advised):
            assert next_of(done.stdout)[-2:] == ["--drop", "seen"]
        assert not run(*next_of(fitted.stdout)[1:]).stdout.startswith("Look at")


def test_compare_says_that_a_prediction_is_the_target(run, tmp_path):
    columns = {"y": TARGET, "pred_a": TARGET, "pred_b": TARGET + 0.1}
    done = run("compare", write(tmp_path, columns))
    assert "equals the target in every row" in done.stdout and "whether the target itself" in done.stdout
    few = run("compare", write(tmp_path, {name: values[:12] for name, values in columns.items()}))
    assert "equals the target" not in few.stdout


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("few", RNG.poisson(2.0, 300)),
        ("more", RNG.poisson(30.0, 300)),
        ("ages", RNG.integers(18, 90, 300)),
        ("ends", RNG.choice([0, 0, 1, 2, 3, 4, 5, 6, 6], 300)),
    ],
)
def test_counts_are_seen_by_one_rule(run, tmp_path, name, values):
    path = write(tmp_path, {"x": RNG.normal(size=300), "pred": values + 0.5, "y": values})
    hints = [
        "--task counts if it is counts" in run(*words).stdout
        for words in (
            ("compare", path, "--target", "y", "--pred", "pred", "--all", "--jobs", "1"),
            ("roles", path, "--for", "fit"),
        )
    ]
    done = run("advise", path, "--drop", "pred", "--format", "json", "--jobs", "1")
    said = json.loads(done.stdout)
    (counts,) = [one["value"] for one in said["profile"] if one["name"] == "counts"]
    fires = {one["name"] for one in said["rules"]} & {"counts", "overdispersed_counts"}
    assert [*hints, counts == 1.0, bool(fires)] == [name == "few"] * 4


# --- what is printed can be pasted


@pytest.mark.parametrize(
    ("target", "flags"),
    [
        ("stack_loss", ("--all",)),
        ("stack_loss", ("--save", "m.json")),
        ("stack_loss", ("--save", "m.json", "--coefficients")),
        ("Acid_Conc", ("--metric=rmse", "--folds", "4")),
    ],
)
def test_the_next_command_of_fit_runs(run, target, flags):
    path = str(HERE / "inputs" / "stackloss.csv")
    done = run("fit", path, "--target", target, *FOUR, *FEW, *flags, "--drop=Water_Temp")
    words = next_of(done.stdout)
    again = run(*words[1:])
    assert (again.returncode, again.stderr) == (0, ""), words


@pytest.mark.parametrize(
    ("target", "flags", "ends"),
    [
        ("y", ("--loss", "huber"), "huber:delta=NUMBER --to sklearn"),
        (
            "y",
            ("--tune", "huber:delta=1-3", "--loss", "quantile:tau=0.9"),
            "huber:delta=NUMBER --to sklearn",
        ),
        ("y", ("--loss", "0.5*mse + 0.5*mae"), "'0.5*mse + 0.5*mae' --to sklearn"),
        ("y", ("--define", "own = r**2", "--loss", "own"), "own --define 'own = r**2' --to sklearn"),
        ("y", ("--model", "mlp:hidden=2", "--loss", "mse"), "mse --to torch"),
        ("count", ("--loss", "poisson", "--save", "m.json"), "poisson --to sklearn"),
        ("two", ("--loss", "focal"), "focal:gamma=2 --task binary --to sklearn"),
        ("three", ("--loss", "focal"), "focal:gamma=2 --task multiclass --to torch"),
    ],
)
def test_fit_ends_with_the_code_of_the_loss(run, tmp_path, target, flags, ends):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 60))
    y = x[0] - x[1] + 0.5 * rng.normal(size=60)
    told = {
        "y": y,
        "count": np.round(np.exp(y)),
        "two": np.where(y > 0, "yes", "no"),
        "three": np.digitize(y, [-1, 1]),
    }
    path = write(tmp_path, {"a": x[0], "b": x[1], target: told[target]})
    task = ("--task", {"count": "counts", "two": "binary", "three": "multiclass"}.get(target, "regression"))
    found = run("fit", path, "--folds", "2", *task, *FEW, *flags)
    line = found.stdout.splitlines()[-1]
    pattern = re.escape(f"Next: losscli export {ends}").replace("NUMBER", r"[\d.]+")
    assert re.fullmatch(pattern, line), line
    code = run(*shlex.split(line)[2:])
    assert (code.returncode, code.stderr) == (0, "")
    compile(code.stdout, "exported", "exec")


def test_no_code_is_offered_of_a_loss_that_has_none(run, tmp_path):
    x = np.arange(40.0)
    path = write(tmp_path, {"x": x, "target_a": x % 7 + x, "target_b": x % 5 - x})
    found = run("fit", path, "--loss", "mae", *FEW)
    assert [line for line in found.stdout.splitlines() if line.startswith("Next: ")] == [
        f"Next: losscli fit {path} {' '.join(FEW)} --loss mae --save model.json"
    ]


def test_the_flags_that_advise_takes_over_are_its_own():
    valued = {
        field.typed for field in flag_fields(AdviseFlags) if field.flag.metavar and not field.positional
    }
    assert set(ADVISED) <= valued


TOO_FEW = {
    "one row": {"x": [1.0], "y": [2.0]},
    "three rows": {"x": [1.0, 2.0, 4.0], "y": [2.0, 3.0, 5.5]},
    "one group": {"g": ["a"] * 12, "x": range(12), "y": [0.5, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12]},
    "two groups": {"g": ["a", "b"] * 6, "x": range(12), "y": [0.5, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12]},
}


@pytest.mark.parametrize("case", TOO_FEW)
def test_advice_on_folds_applies(run, tmp_path, case):
    group = ("--group", "g") if "g" in TOO_FEW[case] else ()
    done = run("fit", write(tmp_path, TOO_FEW[case]), *group, "--l2", "0.1", *FEW, "--loss", "mse")
    assert done.returncode == 2
    lines = [
        line.split("  #")[0].strip() for line in done.stderr.splitlines() if line.startswith("  losscli ")
    ]
    assert ("fewer --folds" in done.stderr) is any("--folds" in line for line in lines)
    assert ("fewer --folds" in done.stderr) is (case in ("three rows", "two groups"))
    for line in lines:
        again = run(*shlex.split(line)[1:])
        assert again.returncode == 0, (line, again.stderr)
