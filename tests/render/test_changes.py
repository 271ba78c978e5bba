"""What a screen, a pipe, a spreadsheet and a pull request get of what changed."""

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace

import pytest

from losscli import render
from losscli.report import cell_width
from losscli.result import Changes, LossChange, MetricChange, Side, Unmatched, Warning_
from render.samples import HOSTILE

ON_FEW = "dominated by a few large errors: 2.1 effective differing rows of 90"
FORMATS = tuple(name for name, format in render.FORMATS.items() if Changes in format.holds)
LONG = ("a_model_of_24_cells_long", "another_of_24_cells_long", "the_third_of_24_cells_wow")


def loss(
    spec: str,
    model: str,
    old: float | None,
    new: float | None,
    half: float | None = None,
    verdict: str | None = None,
    reason: str | None = None,
    old_model: str | None = None,
) -> LossChange:
    """A change with an interval of its relative size ± half."""
    both = old is not None and new is not None
    relative = new / old - 1 if both and old > 0 and new > 0 else None
    known = relative is not None and half is not None
    return LossChange(
        spec=spec,
        members=("mse", "rmse") if spec in ("mse", "rmse") else (spec,),
        old_model=old_model or model,
        new_model=model,
        old=old,
        new=new,
        change=new - old if both else None,
        relative=relative,
        low=relative - half if known else None,
        high=relative + half if known else None,
        p=0.0001 if verdict in ("better", "worse") else 0.4 if known else None,
        verdict=verdict,
        rows_needed=12_712 if verdict == "~" else None,
        reason=reason,
    )


def metric(name: str, model: str, old: float | None, new: float | None) -> MetricChange:
    return MetricChange(
        name=name,
        title=name.upper(),
        greater_is_better={"r2": True, "trimmed_mae": False}.get(name),
        model=model,
        old=old,
        new=new,
        change=None if old is None or new is None else new - old,
        reason="no value in old.json: no variance" if old is None else None,
    )


def made(models=("rf",), *, verdicts=("better",), paired: bool = True) -> Changes:
    """An answer on mae for every model, then losses of all kinds."""
    losses = []
    sizes = {"better": 0.982, "worse": 1.031, "~": 1.004, None: 1.01}
    for i, model in enumerate(models):
        verdict = verdicts[i % len(verdicts)] if paired else None
        half = 0.012 if paired else None
        reason = None if paired else "no replicates in old.json"
        losses += [
            loss("mse", model, 5431.0, 5565.0, reason=ON_FEW),
            loss("rmse", model, 73.7, 74.6, reason=ON_FEW),
            loss("mae", model, 23.12 + i, (23.12 + i) * sizes[verdict], half, verdict, reason),
            loss("huber:delta=29.65342", model, 403.4, 397.1, half, None, reason),
            loss("hampel:a=12.9,b=25.8,c=51.7", model, 40.0, 41.0, half, None, reason),
            loss("poisson_nll", model, -120.0, -121.5, reason="a loss of 0 or below has no ratio"),
            loss("mape", model, None, 0.4, reason="no value in old.json: infinite: a target of 0, row 17"),
        ]
        losses += [loss(f"linex:a={n}.5", model, 3.5 + n, 3.6 + n, half, None, reason) for n in range(1, 11)]
    specs = list(dict.fromkeys(one.spec for one in losses))
    return Changes(
        version="0.1.0",
        command=("losscli", "diff", "old.json", "new.json"),
        confidence=0.95,
        old=Side("old.json", "0.1.0"),
        new=Side("new.json", "0.1.0"),
        task="regression",
        target="y_true",
        positive=None,
        primary="mae",
        rows=1200,
        paired=paired,
        reason=None if paired else "no replicates in old.json, which show that: losscli compare ... --id COL",
        losses=tuple(sorted(losses, key=lambda one: specs.index(one.spec))),
        metrics=tuple(
            metric(name, model, old, new)
            for name, old, new in (("r2", 0.725, 0.731), ("bias", None, -0.2), ("trimmed_mae", 8.0, 7.9))
            for model in models
        ),
        unmatched=(
            Unmatched("model", "xgb", "new", "not in old.json"),
            *(
                Unmatched("loss", f"{name}:c={c}", side, "other parameters; pin them with --scale 22")
                for side, c in (("old", 20), ("new", 30))
                for name in ("tukey", "cauchy", "welsch", "fair")
            ),
        ),
        warnings=(Warning_("primary", "the primary loss differs: mse and mae", "The verdict is on mae"),),
    )


def renamed() -> Changes:
    one = loss("mae", "xgb", 2.0, 1.9, 0.01, "better", old_model="rf")
    return replace(made(("xgb",)), losses=(one,))


def hostile() -> Changes:
    changes = made(HOSTILE, verdicts=("better", "worse", "~"))
    evil = "evil\x1b[2J\n::error::" + "n" * 60 + ".json"
    return replace(
        changes,
        old=Side(evil, "0.1.0"),
        new=Side(f"x/{evil}", "0.1.0"),
        command=("losscli", "diff", evil, "\x1b]0;x\x07.json"),
        target="y\x1b]0;pwn\x07\r\n\u200b\x9b31m" + "t" * 60,
        warnings=(Warning_("odd", "column \x1b[31mx\u2066 <b>@all</b> | `code`", "Look"),),
        unmatched=(Unmatched("model", "\x1b[0m@team", "new", "not in \u202e"),),
    )


ALL = {
    "one model": made(),
    "renamed": renamed(),
    "no clear difference": made(verdicts=("~",)),
    "three": made(("rf", "gbm", "ridge"), verdicts=("better", "worse", "~")),
    "long names": made(LONG, verdicts=("better", "worse", "~")),
    "twelve": made(tuple(f"model_{i}" for i in range(12)), verdicts=("better", "worse", "~")),
    "unpaired": made(("rf", "gbm"), paired=False),
    "no primary": replace(made(verdicts=(None,)), primary="tukey:c=30"),
    "hostile": hostile(),
}


def text(changes: Changes, *, all=False, colour=False, width=None, format="text") -> str:
    return render.written(changes, format, all=all, colour=colour, width=width)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("all", [False, True])
def test_nothing_hidden_reaches_a_stream(name, format, all):
    for width in (None, 80):
        output = text(ALL[name], all=all, format=format, width=width)
        assert output.endswith("\n")
        for character in set(output) - {"\n", "\r"}:
            assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), repr(character)
        assert "\r" not in output.replace("\r\n", "") and (format == "csv" or "\r" not in output)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(name, all, width):
    for line in text(ALL[name], all=all, width=width).splitlines():
        assert cell_width(line) <= width, line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("hostile", "twelve", "long names")])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_all_loses_no_cell_to_a_narrow_terminal(name, width):
    narrow, pipe = text(ALL[name], all=True, width=width), text(ALL[name], all=True)
    assert set(narrow.split()) == set(pipe.split())


@pytest.mark.parametrize("name", ["one model", "three", "long names"])
def test_a_row_stays_on_its_line_at_80_columns(name):
    """Models, old or new, change and interval beside each other: no table is taken apart."""
    lines = text(ALL[name], width=80).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("CHANGES"))
    assert {"new", "change", "95"} <= set(lines[start].split())
    assert "old" in lines[start].split() or name == "long names"
    assert sum(line.startswith("CHANGES") for line in lines) == 1


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [None, 80])
def test_the_first_five_lines_hold_the_answer(name, width):
    head = "\n".join(text(ALL[name], width=width).splitlines()[:5])
    primary = ALL[name].primary
    assert f"{primary}: " in head or f"{primary} is not in both results" in head


def test_a_pipe_is_never_cut():
    long = "m" * 60
    output = text(made((long, "b")))
    assert long in output and "…" not in output
    assert long not in text(made((long, "b")), width=80)


def test_at_most_seven_losses_and_one_of_a_class():
    output = text(ALL["one model"])
    names = [row.split()[0] for row in rows_of(output)]
    assert names[:3] == ["mae", "rmse", "huber:delta=29.7"]
    assert len(names) == 7 and "mse" not in names
    assert "More by --show NAME: losses (all 17)  metrics (all 3)  notes (2 more)  all\n" in output


def rows_of(output: str) -> list[str]:
    lines = output.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("CHANGES"))
    return lines[start + 1 : lines.index("", start)]


def test_all_has_every_loss_in_the_order_of_the_file():
    found = [line.split()[0].partition(":")[0] for line in rows_of(text(ALL["one model"], all=True))]
    order = [one.spec.partition(":")[0] for one in ALL["one model"].losses]
    assert found == ["mae", *(name for name in order if name != "mae")]


def test_colour_is_only_colour():
    plain, coloured = (text(ALL["three"], width=80, colour=colour) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b" not in plain
    assert coloured.count("\x1b[1;32m") == 2  # the change and the verdict of the better model
    assert "\x1b[1;32m-1.8 %" in coloured and "\x1b[1;32mbetter" in coloured
    assert "\x1b[31m+3.1 %" in coloured and "\x1b[31mworse" in coloured
    assert len(re.findall(r"\x1b\[31m", coloured)) == 2


@pytest.mark.parametrize("name", ["no clear difference", "unpaired", "no primary"])
def test_what_is_not_shown_has_no_colour(name):
    coloured = text(ALL[name], colour=True, all=True)
    assert "\x1b[1;32m" not in coloured and "\x1b[31m" not in coloured


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("one model", "mae: rf is better than in old.json: -1.8 % [-3.0, -0.6]."),
        ("renamed", "mae: xgb is better than rf in old.json: -5.0 % [-6.0, -4.0]."),
        (
            "no clear difference",
            "mae: no clear difference: rf +0.4 % [-0.8, +1.6] against old.json; about 12,700 rows would "
            "decide.",
        ),
        (
            "three",
            "mae: better than in old.json: rf -1.8 % [-3.0, -0.6]; worse than in old.json: gbm +3.1 % "
            "[+1.9, +4.3]; no clear difference: ridge +0.4 % [-0.8, +1.6].",
        ),
        ("unpaired", "mae: no interval: rf +1.0 %, gbm +1.0 % (no replicates in old.json)."),
        ("no primary", "tukey:c=30 is not in both results: other parameters; pin them with --scale 22."),
    ],
)
def test_the_answer(name, sentence):
    assert text(ALL[name]).startswith(f"{sentence}\n")


def test_equal_results_are_said_to_be():
    bare, same = replace(made(), metrics=()), loss("mae", "rf", 2.0, 2.0, 0.0, "~")
    assert "mae: rf is as in old.json." in text(replace(bare, losses=(same,)))
    other = replace(same, old_model="gbm")
    assert "mae: rf is equal to gbm in old.json." in text(replace(bare, losses=(other,)))
    both = (same, replace(same, old_model="gbm", new_model="gbm"))
    assert "mae: as before: rf, gbm." in text(replace(bare, losses=both))


def test_a_change_without_spread_keeps_its_digits():
    one = loss("mae", "rf", 2.0, 2.008, 0.0, "worse")
    assert "+0.4 % [+0.4, +0.4]" in text(replace(made(), metrics=(), losses=(one,)))


def test_rounding_is_not_shown():
    """Sums of the same rows in another order."""
    losses = (
        loss("mae", "rf", 0.3, 0.30000000000000004, 1e-16, "~"),
        replace(loss("poisson_nll", "rf", -0.3, -0.30000000000000004), reason="no ratio"),
    )
    output = text(replace(made(), losses=losses, metrics=(metric("r2", "rf", 0.7, 0.7000000000000001),)))
    table = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line}
    assert table["mae"] == ["PRIMARY", "0.300", "0.300", "0", "%", "[0,", "0]", "~"]
    assert table["poisson_nll"] == ["-0.300", "-0.300", "0"]
    assert table["R2"] == ["0.700", "0.700", "0", "higher"]


def test_many_models_are_counted():
    answer = text(ALL["twelve"]).split("\n\n")[0]
    assert answer.count("and 1 more") == 0 and answer.count("1 more") == 3
    assert "all 12 models corrected" in answer


def test_the_notes():
    output = text(ALL["one model"], all=True)
    few = "is dominated by a few large errors: no interval; do not choose on a change with ?"
    assert f"? rmse {few}" in text(ALL["one model"]) and few.removeprefix("is ") in output
    assert "+1.2 %?" in output
    assert "! mape of rf: no value in old.json: infinite: a target of 0, row 17" in text(ALL["one model"])
    assert "! model xgb: not in old.json" in output
    assert "! tukey, cauchy, welsch and fair: other parameters; pin them with --scale 22" in output
    assert "! the primary loss differs: mse and mae. The verdict is on mae" in output
    assert "! no intervals: no replicates in old.json" in text(ALL["unpaired"])
    many = replace(made(), unmatched=tuple(Unmatched("model", f"m{i}", "new", f"r{i}") for i in range(9)))
    assert sum(line.startswith(("! ", "? ")) for line in text(many).splitlines()) == 3
    assert sum(line.startswith(("! ", "? ")) for line in text(many, all=True).splitlines()) >= 10


def test_one_reason_in_all():
    rows = rows_of(text(ALL["one model"], all=True))
    assert any(row.startswith("poisson_nll") and "no ratio" in row and "-1.5" in row for row in rows)


@pytest.mark.parametrize("name", ALL)
def test_csv_reads_back_the_same_figures(name):
    changes = ALL[name]
    rows = list(csv.DictReader(io.StringIO(text(changes, format="csv"), newline="")))
    values = [*changes.losses, *changes.metrics]
    assert len(rows) == len(values)
    for row, value in zip(rows, values, strict=True):
        assert row["kind"] == ("loss" if isinstance(value, LossChange) else "metric")
        for field in ("old", "new", "change", "relative", "low", "high", "p"):
            assert (None if row[field] == "" else float(row[field])) == getattr(value, field, None)


@pytest.mark.parametrize("name", ALL)
def test_json_is_ascii_and_whole(name):
    plain = json.loads(text(ALL[name], format="json"))
    assert text(ALL[name], format="json").isascii()
    assert [one["new_model"] for one in plain["losses"]] == [one.new_model for one in ALL[name].losses]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
def test_markdown_tables_are_whole(name, all):
    for lines in re.findall(r"(?:^\|.*\n)+", text(ALL[name], format="markdown", all=all), re.M):
        rows = lines.splitlines()
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
        assert len({cell_width(row) for row in rows}) == 1


SCREEN = """\
mae: better than in old.json: rf -1.8 % [-3.0, -0.6]; worse than in old.json:
gbm +3.1 % [+1.9, +4.3]; no clear difference: ridge +0.4 % [-0.8, +1.6].
95 % intervals of new/old - 1, paired by row, all 3 models corrected

old.json -> new.json  1,200 rows  regression  target y_true  models rf gbm ridge

"""


def test_the_screen_as_it_stands():
    assert text(ALL["three"], width=80).startswith(SCREEN)
