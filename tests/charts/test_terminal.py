"""`--plot`: the main chart in characters, to scale, within the width."""

import pytest
from roles.pasted import run

from losscli.charts import chosen
from losscli.charts.terminal import lines


@pytest.mark.parametrize("name", ["numbers", "area", "classes", "two", "advice", "diff"])
@pytest.mark.parametrize("unicode", [False, True])
def test_a_line_a_name_within_the_width(name, unicode, found):
    chart, plot = chosen(found[name])
    drawn = lines(chart, plot, 80, unicode=unicode)
    assert len(drawn) >= 3 and all(len(line) <= 80 for line in drawn)
    assert unicode or all(line.isascii() for line in drawn[1:])
    assert sum("●" in line or "o" in line.split("  ", 1)[1] for line in drawn[1:-1]) == len(drawn) - 2


def test_points_are_to_scale(found):
    """The least value of the axis is at its left end, the greatest at its right."""
    chart, plot = chosen(found["area"])
    first = plot.rows[0]["loss"]
    own = [row for row in plot.rows if row["loss"] == first]
    low, high = min(row["low"] for row in own), max(row["high"] for row in own)
    _, *bars, _ = lines(chart, plot, 80, unicode=True)
    across = 80 - max(len(row["model"]) for row in own) - 14
    for row, line in zip(own, bars, strict=True):
        bar = line[-across - 2 - len(f"{row['value']:.4g}") :][:across]
        assert bar.index("●") == round((row["value"] - low) / (high - low) * (across - 1))


def test_curves_have_none(found):
    chart, plot = chosen(found["numbers"], "reliability")
    assert lines(chart, plot, 80, unicode=True) == ()


def test_the_flag(desk, monkeypatch):
    monkeypatch.chdir(desk)
    words = ["compare", "numbers.csv", "--loss", "mae", "--resamples", "200"]
    plain, drawn = run(words), run([*words, "--plot"])
    assert "Losses of the models" not in plain.out and "\nLosses of the models: mae (y)\n" in drawn.out
    assert run([*words, "--plot", "--format", "json"]).out.endswith("}\n")
