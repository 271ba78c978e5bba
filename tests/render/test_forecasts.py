"""Forecasts on the default screen: two tables of losses, coverage and width, and no scrolling."""

import contextlib
import itertools
from pathlib import Path

import numpy as np
import pytest

from losscli import render
from losscli.comparison.compare import Request, compare
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.spec import Spec

N = 80
RNG = np.random.default_rng(3)
Y = RNG.gamma(3.0, 4.0, N)
LEVELS = {"three": (0.1, 0.5, 0.9), "nine": (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)}


def _of_model(name: str, parts: tuple[str, ...]) -> dict[str, np.ndarray]:
    spread = 1.0 + RNG.uniform(size=N)
    mean = Y + RNG.normal(size=N) * spread
    found = {}
    for part in parts:
        if part == "point":
            found[name] = mean
        elif part == "interval":
            found |= {f"{name}_lower": mean - 1.3 * spread, f"{name}_upper": mean + 1.3 * spread}
        elif part == "moments":
            found |= {f"{name}_mean": mean, f"{name}_sd": spread}
        else:
            found |= {f"{name}_q{q}": mean + spread * (4 * q - 2) for q in LEVELS[part]}
    return found


def screen(tmp_path: Path, parts: tuple[str, ...], width: int = 80, losses: tuple[str, ...] = ()) -> str:
    columns = {"y": Y, **_of_model("gbm", parts), **_of_model("linear", parts)}
    rows = (",".join(f"{value:.4f}" for value in row) for row in zip(*columns.values(), strict=True))
    (tmp_path / "forecasts.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    with contextlib.chdir(tmp_path):
        table, problem, inputs = open_files(["forecasts.csv"], ReadOptions(), Asked(level=0.8))
        request = Request(resamples=200, losses=tuple(map(Spec.parse, losses)))
        found = compare(table, problem, request, inputs)
    return render.written(found, "text", width=width)


KINDS = [
    ("point", *more)
    for count in range(4)
    for more in itertools.combinations(("interval", "moments", "three", "nine"), count)
    if not {"three", "nine"} <= set(more)
]


@pytest.mark.parametrize("parts", [*KINDS[1:], *(kind[1:] for kind in KINDS[1:])], ids="-".join)
def test_what_a_forecast_shows(tmp_path: Path, parts: tuple[str, ...]) -> None:
    """The losses of the point in a table of their own; every interval's coverage and width; 40 lines."""
    text = screen(tmp_path, parts)
    assert len(text.splitlines()) <= 40
    pointed = "point" in parts
    assert ("LOSSES OF THE POINT" in text) == ("LOSSES OF THE DISTRIBUTION" in text) == pointed
    if pointed:
        of_distribution, of_point = text.split("LOSSES OF THE POINT")
        assert "\nmae" in of_point
        assert "\nmae" not in of_distribution and "\nrmse" not in of_distribution
    if "interval" in parts:
        assert "Coverage  Width" in text
    if {"three", "nine"} & set(parts):
        assert "Coverage 80 %" in text or "Coverage 95 %" in text
        assert "Width 80 %" in text or "Width 95 %" in text


def test_the_table_of_the_primary_stands_first(tmp_path: Path) -> None:
    text = screen(tmp_path, ("point", "interval"), losses=("mae", "interval_score:alpha=0.2"))
    assert text.index("LOSSES OF THE POINT") < text.index("LOSSES OF THE DISTRIBUTION")
    assert text.index("PRIMARY") < text.index("LOSSES OF THE DISTRIBUTION")
    only = screen(tmp_path, ("point", "interval"), losses=("mae",))
    assert "LOSSES (lower is better)" in only
