"""Flat figures: one name each, which DVC and MLflow take as it is."""

import json
import posixpath
import re
from dataclasses import replace

import pytest

from losscli import render
from render import fits
from render.samples import ALL, HOSTILE, judged

# What MLflow says that a name of a metric may be: "alphanumerics, underscores, dashes, periods, spaces and
# slashes", 250 signs at most, and no path that could be written shorter.
TAKEN = re.compile(r"[/\w.\- ]{1,250}")


def flat(found) -> dict[str, float]:
    return json.loads(render.written(found, "metrics"))


@pytest.mark.parametrize("name", ALL)
def test_every_figure_that_there_is_has_a_name(name):
    found = ALL[name]
    values = [one.value for table in (*found.losses, *found.metrics) for one in table.results]
    assert list(flat(found).values()) == [value for value in values if value is not None]


def test_names_of_compare_and_of_fit():
    found = judged()
    assert flat(found)["gbm.mae"] == found.loss("mae").of("gbm").value
    of = fits.ALL["regression"]
    first = of.fits[0]
    metric, score = next(iter(first.scores.items()))
    assert flat(of)[f"{first.name}.{metric}"] == score.value


def test_a_loss_has_its_parameters_only_where_there_are_several_of_its_name():
    found = judged()
    (mae, *_) = found.losses
    own = replace(mae, name="huber", spec="huber:delta=1.5")
    other = replace(own, spec="huber:delta=-2,x=1e-05")
    alone = flat(replace(found, losses=(own,), metrics=()))
    assert list(alone) == [f"{one.model}.huber" for one in own.results]
    both = flat(replace(found, losses=(own, other), metrics=()))
    ends = {name.removeprefix(f"{mae.results[0].model}.") for name in both}
    assert {"huber_delta_1.5", "huber_delta_-2_x_1e-05"} <= ends


def test_undefined_figures_are_left_out():
    found = judged()
    table = found.losses[0]
    results = tuple(replace(one, value=None, reason="undefined") for one in table.results)
    assert flat(replace(found, losses=(replace(table, results=results),), metrics=())) == {}


def test_any_name_becomes_one_that_is_taken_and_no_two_are_one():
    found = judged()
    table = found.losses[0]
    names = (*HOSTILE, "..", ".", "../x", "/etc", "a b", "a:b", "a\udcff", "é", "x" * 999, "")
    results = tuple(replace(table.results[0], model=name, value=float(i)) for i, name in enumerate(names))
    made = flat(replace(found, losses=(replace(table, results=results),), metrics=()))
    assert list(made.values()) == [float(i) for i in range(len(names))]
    for name in made:
        assert TAKEN.fullmatch(name) and posixpath.normpath(name) == name
        assert not name.startswith((".", "/"))
    assert {"a_b.mse", "a_b.mse_2", "é.mse", "etc.mse"} <= set(made)
