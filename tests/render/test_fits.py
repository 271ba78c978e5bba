"""What a screen, a pipe, a spreadsheet and a pull request get of fitted losses."""

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace

import pytest
from comments import without_frame

from losscli import render
from losscli.report import cell_width
from losscli.result import Fits
from render import fits as samples
from render.fits import ALL, degradation, fit, ranking, score

FORMATS = tuple(name for name, format in render.FORMATS.items() if Fits in format.holds)
ANSWERS = {
    "regression": "Use tukey, welsch or geman_mcclure: ",
    "without contamination": "Use mae: no other is clearly better on MAE",
    "cannot tell": "Use mae: no other is clearly better on MAE",
    "one loss": "huber: MAE 1.120 out of fold ",
    "unconverged": "Use welsch or geman_mcclure: ",
    "textbook": "Use tukey, welsch or geman_mcclure: ",
    "binary": "Use hinge: ",
    "multiclass": "Use hinge: ",
    "nothing": "No loss could be fitted: ",
    "hostile": "Use tukey, welsch or geman_mcclure: ",
    "warned": "Use tukey, welsch or geman_mcclure: ",
}


def text(fits, *, all=False, coefficients=False, colour=False, width=None, format="text") -> str:
    return render.written(fits, format, all=all, coefficients=coefficients, colour=colour, width=width)


def table(screen: str, first: str) -> list[str]:
    """The lines of the table whose head begins so, head first."""
    lines = screen.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    length = next((i for i, line in enumerate(lines[start:]) if not line), len(lines))
    return lines[start : start + length]


def line(screen: str, word: str) -> list[str]:
    """The words of the first table row that holds a word."""
    return next(found.split() for found in table(screen, "rank") if word in found.split())


def flat(screen: str) -> str:
    return " ".join(screen.split())


# ── every state, every stream ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [80, 120])
def test_the_answer_comes_first_in_at_most_four_lines(name, width):
    lines = text(ALL[name], width=width).splitlines()
    assert lines[0].startswith(ANSWERS[name][:width]), lines[:2]
    assert "" in lines[:5]


@pytest.mark.parametrize("name", [name for name in ALL if name != "hostile"])
def test_a_screen_has_at_most_forty_lines(name):
    assert len(text(ALL[name], width=80).splitlines()) <= 40


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(name, all, width):
    for line in text(ALL[name], all=all, coefficients=True, width=width).splitlines():
        assert cell_width(line) <= width, line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("all", [False, True])
def test_nothing_hidden_reaches_a_stream(name, format, all):
    for width in (None, 80):
        output = text(ALL[name], all=all, coefficients=True, format=format, width=width)
        assert output.endswith("\n")
        for character in set(output.replace("\r\n", "\n")) - {"\n"}:
            assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), repr(character)


@pytest.mark.parametrize("name", [name for name in ALL if name != "hostile"])
@pytest.mark.parametrize("width", [80, 120])
def test_all_loses_no_cell_to_a_narrow_terminal(name, width):
    narrow, pipe = text(ALL[name], all=True, width=width), text(ALL[name], all=True)
    assert set(narrow.split()) == set(pipe.split())


def test_a_pipe_is_never_cut():
    found = samples.regression()
    long = "m" * 60
    fits = (replace(found.fits[0], coefficients={long: 1.0}), *found.fits[1:])
    assert long in text(replace(found, fits=fits), coefficients=True)
    assert long not in text(replace(found, fits=fits), coefficients=True, width=80)


def test_hostile_names_are_made_visible():
    for all in (False, True):
        screen = text(ALL["hostile"], all=all, coefficients=True)
        assert r"\x1b[31m[/]\u202e" in screen
        assert "\n::error" not in screen
    markdown = text(ALL["hostile"], format="markdown", coefficients=True, all=True)
    assert "<" not in without_frame(markdown) and "@team" not in markdown
    rows = csv.reader(io.StringIO(text(ALL["hostile"], format="csv"), newline=""))
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_colour_is_only_colour():
    plain, coloured = (text(samples.regression(), width=80, colour=colour) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b" not in plain and "\x1b[1mtukey" in coloured


def test_markdown_tables_are_whole():
    for name in ALL:
        output = text(ALL[name], format="markdown", all=True, coefficients=True)
        heads = re.findall(r"^\|.*\|\n\|( -+:? \|)+$", output, re.M)
        assert bool(heads) is (name != "nothing") or "does not apply" in output.lower()


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────


def test_the_answer_weighs_clean_and_bad_data():
    answer = flat(text(samples.regression()))
    assert "no clear difference from the best on MAE, and most robust to corrupted targets." in answer
    assert "On clean data mse has 2.1 % higher MAE than the best." in answer


def test_the_answer_follows_the_ranks():
    found = samples.regression()
    swapped = tuple(
        replace(one, rank_low=1 if one.spec == "mae" else 2, rank_high=12) for one in found.robustness
    )
    assert "Use mae: no other is clearly better" in flat(text(replace(found, robustness=swapped)))
    first = tuple(ranking(found.fits, one.metric, 1) for one in found.ranking)
    alone = flat(text(replace(found, ranking=first)))
    assert "Use tukey: clearly the best of 12 on MAE, 1.119." in alone
    clean = flat(text(replace(found, ranking=first, robustness=())))
    assert "Use tukey: clearly the best of 12 on MAE, 1.119. mse has 2.1 % higher MAE" in clean
    bad = tuple(replace(one, rank_low=1 if one.spec == "huber:delta=1.38535" else 5) for one in swapped)
    but = flat(text(replace(found, ranking=first, robustness=bad)))
    assert "clearly the best of 12 on MAE, 1.119, but huber is more robust to corrupted targets." in but


def test_the_reference_says_whether_its_cost_is_shown():
    assert "mse has 2.1 % higher MAE than the best (no clear difference)" in flat(
        text(replace(samples.regression(), ranking=samples.cannot_tell().ranking))
    )
    assert "bce has 0.4 % lower average precision than the best (no clear" in flat(text(samples.binary()))


def test_of_all_that_tie_the_standard_loss_is_kept():
    found = replace(samples.cannot_tell(), robustness=samples.regression().robustness)
    level = tuple(replace(one, rank=1, rank_low=1, rank_high=12) for one in found.robustness)
    answer = flat(text(replace(found, robustness=level)))
    assert "Use mae: no other is clearly better on MAE (1.130), nor clearly more robust" in answer
    assert answer.endswith("--loss mae --save model.json")
    by_rmse = replace(found, robustness=(), headline="rmse", favoured=(found.fits[-1].spec,))
    answer = flat(text(by_rmse))
    assert "Keep mse: no other is clearly better on RMSE" in answer and "--loss mse --save" in answer
    assert "judged by RMSE, which favours mse, trained for it (another judge: --metric NAME)" in answer


def behind(found: Fits, level: float) -> Fits:
    """The same where a constant has that headline."""
    return replace(found, constant={**found.constant, found.headline: level})


@pytest.mark.parametrize("format", FORMATS)
def test_where_no_loss_beats_a_constant_none_is_named(format):
    found = behind(samples.regression(), 1.1)
    written = text(found, format=format)
    if format in ("text", "markdown", "github"):
        said = flat(written.replace("\\", ""))
        assert "No loss beats predicting the median: the best of 12 has MAE 1.119 out of fold" in said
        assert "Use " not in said and "Keep " not in said
    if format == "text":
        assert written.startswith("No loss beats predicting the median")
        assert written.endswith("\nNext: losscli advise train.csv\n")


def test_a_loss_behind_the_constant_is_never_to_be_used():
    found = behind(samples.without_contamination(), 1.1203)
    answer = flat(text(found)).split("train.csv 400 rows")[0]
    assert answer.startswith("Use huber, tukey, welsch or 1 other: no clear difference from the best on MAE")
    assert "--loss huber --save model.json" in text(found)
    ahead = replace(found, ahead_of_constant=())
    assert "But none is clearly better than predicting the median (1.120)." in flat(text(ahead))


def test_folds_decide_where_the_first_repeat_flatters():
    found = samples.without_contamination()
    late = replace(found, constant_folds=(1.0,) * 10)
    assert text(late).startswith("No loss beats predicting the median")


def test_ranks_without_a_test_claim_nothing():
    found = samples.without_contamination()
    untested = tuple(
        replace(
            one,
            rows=tuple(
                replace(row, rank_low=None, rank_high=None, reason="splits in time have no test")
                for row in one.rows
            ),
        )
        for one in found.ranking
    )
    answer = flat(text(replace(found, ranking=untested)))
    assert answer.startswith("tukey has the best MAE, 1.119. Noise has not been tested (splits in time have")
    mae = found.fits[3].scores["mae"]  # ahead in one fold
    once = {**found.fits[3].scores, "mae": replace(mae, folds=(1.0, *mae.folds[1:]))}
    fits = (*found.fits[:3], replace(found.fits[3], scores=once), *found.fits[4:])
    answer = flat(text(replace(found, ranking=untested, fits=fits)))
    assert answer.startswith("Use mae: tukey has the best MAE, 1.119, but noise has not been tested (splits")
    assert "the difference may be chance." in answer


def test_one_loss_is_described():
    answer = flat(text(samples.one_loss()))
    assert "43 % below the best constant (1.963)" in answer
    assert "(95 % interval 1.060-1.180)" in answer
    assert "With targets off by 10 s in 20 % of the training rows it loses 8.4 % of its lead" in answer
    assert "of its lead" not in flat(text(replace(samples.one_loss(), robustness=())))


def test_nothing_to_rank_says_why():
    found = samples.regression()
    fits = tuple(
        replace(one, spec=f"quantile:tau=0.{n}", name="quantile")
        for n, one in ((1, found.fits[0]), (9, found.fits[1]))
    )
    fits = tuple(replace(one, members=(one.spec,)) for one in fits)
    why = tuple(samples.Unranked(one.spec, f"asks for the {one.spec[-3:]}-quantile") for one in fits)
    screen = text(replace(found, fits=fits, ranking=(), robustness=(), unranked=why), width=80)
    assert "Cannot rank these losses: quantile:tau=0.1: asks for the 0.1-quantile" in screen
    assert [row.split()[:2] for row in table(screen, "rank")[1:3]] == [
        ["--", "quantile:tau=0.1"],
        ["--", "quantile:tau=0.9"],
    ]


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────


def test_ties_are_ranks_with_two_ends():
    screen = text(samples.regression(), width=80)
    assert line(screen, "tukey")[:5] == ["1-9", "tukey", "1.119", "best", "1.67"]
    assert line(screen, "mse")[0] == "10-12" and "+2.1" in line(screen, "mse")
    assert "~+0.1" in line(screen, "huber") and "~ no clear difference from the best" in screen
    robust = [row.split() for row in table(screen, "ROBUSTNESS")]
    assert robust[1] == ["tukey", "1-3", "0.1", "0.3", "0.6", "0.3"]
    assert robust[5] == ["mse", "11-12", "18", "35", "70", "35"]


def test_seven_losses_one_of_them_the_reference():
    screen = text(samples.regression(), width=80)
    rows = [row for row in table(screen, "rank")[1:] if re.match(r"\d|--", row)]
    assert len(rows) == 7 + 1
    assert rows[-2].split()[1] == "mse" and rows[-1].startswith("--     best constant  1.963")
    assert "More by --show NAME: losses (all 12)" in screen
    assert "lq" in text(samples.regression(), all=True)


def test_a_class_is_shown_once():
    found = samples.regression()
    twin = replace(found.fits[-1], spec="rmse", name="rmse", members=found.fits[-1].members)
    fits = (*found.fits, twin)
    both = replace(found, fits=fits, ranking=tuple(ranking(fits, one.metric, 9) for one in found.ranking))
    names = [row.split()[1] for row in table(text(both), "rank") if row[0].isdigit()]
    assert "mse" in names and "rmse" not in names
    assert "12 losses fitted" in text(both)


def test_the_larger_size_is_shown_and_the_others_can_be_opened():
    screen = text(samples.regression(), width=120)
    assert "bad: the share of training rows with targets off by 10 s" in screen
    assert "  robustness (every level)  " in screen
    every = render.written(samples.regression(), "text", show=frozenset({"robustness"})).split(
        "EXCESS BY SHARE OF BAD ROWS: "
    )
    assert [part.splitlines()[0] for part in every[1:]] == [
        "targets off by 3 s",
        "targets off by 10 s",
        "features off by 10 sd",
    ]


def test_what_is_unknown_has_its_reason():
    found = samples.regression()
    broken = replace(
        degradation("tukey:c=4.825549", 0.1, None), area=None, excess=(None,) * 5, reason="no fold"
    )
    rest = tuple(one for one in found.robustness if one.spec != broken.spec)
    screen = text(replace(found, robustness=(broken, *rest)), all=True)
    assert "n/a" in screen and "no fold" in screen
    assert "n/a: nothing is predicted positive" in text(samples.binary(), all=True)
    assert "not ranked: andrews (no start converged)" in text(samples.regression(), width=80)
    everything = text(samples.regression(), all=True)
    assert "no start converged" in everything and "a target of 0 (rows 17, 23)" in everything


def test_what_has_not_converged_is_marked():
    screen = text(samples.unconverged(), width=80)
    assert line(screen, "tukey")[:3] == ["--", "tukey", "1.119?"]
    assert "? tukey has not converged (gradient 0.03 after 1000 iterations)" in screen
    assert "4 losses fitted, 3 ranked" in screen
    assert "?" not in text(samples.regression())


def test_precision_carries_recall_and_what_is_predicted():
    rows = table(text(samples.binary(), width=80), "PRECISION")
    assert rows[0].split()[1:] == ["rank", "precision", "recall", "predicted+", "avg", "prec"]
    assert rows[1].split() == ["hinge", "1-3", "0.957", "0.939", "205", "0.991"]
    assert len(rows) == 4
    every = table(text(samples.binary(), all=True), "PRECISION")
    assert every[4].split()[:5] == ["perceptron", "4", "n/a", "0.000", "0"]
    assert every[5].startswith("best constant")
    assert table(text(samples.binary(), width=80), "RECALL")[1].split()[:3] == ["focal", "1-3", "0.949"]
    assert "PRECISION (macro)" in text(samples.multiclass())
    assert "PRECISION" not in text(samples.regression())


def test_the_matrix_marks_the_best_and_its_ties():
    screen = text(samples.binary(), all=True)
    rows = screen[screen.index("MATRIX") :].splitlines()
    heads, hinge, last = rows[1], rows[2], next(row for row in rows if row.startswith("perceptron"))
    assert [word for word in ("avg prec", "precision", "recall", "brier") if word not in heads] == []
    assert hinge.split()[:4] == ["hinge", "0.991*", "0.957*", "0.939*"]
    assert "0.962*" not in last and "0.962" in last


def test_a_textbook_optimizer_is_held_against_the_optimum():
    rows = table(text(samples.textbook(), width=80), "OPTIMIZER sgd:batch=64,rate=0.1")
    assert rows[2].split() == ["tukey", "23", "0.412", "0.0042", "yes"]
    assert "OPTIMIZER" not in text(samples.regression())


def test_coefficients_flag_a_sign_that_differs():
    screen = text(samples.regression(), coefficients=True)
    rows = {row.split()[0]: row.split()[1:] for row in table(screen, "COEFFICIENTS")[2:]}
    assert rows["income"][:2] == ["differs", "-0.0123"]
    assert rows["age"][0] == "0.750" and rows["(intercept)"][0] == "1.25"
    assert "COEFFICIENTS" not in text(samples.regression())
    several = text(samples.multiclass(), coefficients=True)
    assert all(f"COEFFICIENTS of the class {label}" in several for label in ("ash", "elm", "oak"))


def test_notes():
    screen = text(samples.regression(), width=80)
    assert "! tukey all but ignores 6 rows (weight below 0.1): 17, 88, 204, 205, 311, 399" in screen
    notes = [row for row in text(samples.warned()).splitlines() if row.startswith(("! ", "? "))]
    assert len(notes) == 3 and "notes (7 more)" in flat(text(samples.warned()))
    assert text(samples.warned(), all=True).count(" is odd. Do ") == 9


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("losscli", "fit", "a b.csv"), "losscli fit 'a b.csv' --loss tukey --save model.json"),
        (
            (
                "losscli",
                "fit",
                "a.csv",
                "--loss",
                "tukey:c=4.825549",
                "--loss=mae",
                "--all",
                "--exclude",
                "mse",
            ),
            "losscli fit a.csv --loss tukey:c=4.825549 --save model.json",
        ),
        (("losscli", "fit", "a.csv", "--save", "m"), "losscli fit a.csv --save m --coefficients"),
    ],
)
def test_the_next_command_can_be_typed(words, expected):
    screen = text(replace(samples.regression(), command=words))
    assert screen.endswith(f"\nNext: {expected}\n")


# ── JSON and CSV ─────────────────────────────────────────────────────────────────────────────────────

KEYS = {
    *("schema", "version", "command", "seed", "inputs", "task", "target", "positive", "features", "classes"),
    *("rows", "folds", "repeats", "model", "optimizer", "l1", "l2", "scale", "fits", "ranking", "robustness"),
    *("unranked", "curves", "refused", "warnings"),
}
FIT_KEYS = {
    *("spec", "name", "params", "converged", "iterations", "gradient_norm", "certificate", "efficiency"),
    *("mean_loss", "penalty", "objective", "intercept", "coefficients", "downweighted", "scores", "reason"),
    "class",
}


@pytest.mark.parametrize("name", ALL)
def test_json_has_the_keys_of_the_contract(name):
    document = json.loads(text(ALL[name], format="json"))
    assert document["schema"] == "losscli/fit/1"
    assert set(document) >= KEYS
    for one in document["fits"]:
        assert set(one) >= FIT_KEYS
        assert all(
            {"value", "low", "high", "mean", "folds"} <= set(found) for found in one["scores"].values()
        )
    for one in document["robustness"]:
        assert {"spec", "scheme", "size", "levels", "error", "excess", "area", "premium", "rank"} <= set(one)


@pytest.mark.parametrize("name", ["regression", "binary", "multiclass", "one loss"])
def test_csv_has_a_row_per_loss_and_metric_and_per_level(name):
    found = ALL[name]
    rows = list(csv.DictReader(io.StringIO(text(found, format="csv"), newline="")))
    metrics = [row for row in rows if row["kind"] == "metric"]
    assert len(metrics) == sum(len(one.scores) for one in found.fits)
    for row in metrics:
        own = found.fit(row["spec"]).scores[row["metric"]]
        for key in ("value", "low", "high", "mean"):
            assert (float(row[key]) if row[key] else None) == getattr(own, key)
    levels = [row for row in rows if row["kind"] == "robustness"]
    assert len(levels) == sum(len(one.levels) + 1 for one in found.robustness)
    assert [row["metric"] for row in rows if row["kind"] == "constant"] == list(found.constant)
    areas = [float(row["area"]) for row in levels if row["area"]]
    assert areas == [one.area for one in found.robustness]
    headline = [row for row in metrics if row["metric"] == found.headline]
    assert {row["rank_low"] for row in headline} >= {"1"}


def test_an_infinite_figure_is_no_json():
    bad = replace(samples.regression(), fits=(fit("mae", {"mae": score(float("inf"))}),))
    with pytest.raises(ValueError, match="Out of range float"):
        text(bad, format="json")
