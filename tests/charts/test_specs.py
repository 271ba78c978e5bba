"""Every chart: valid Vega-Lite of finite figures, made of the result alone, with names as data only."""

import json
import math
from itertools import pairwise

import pytest
from render import fits, test_changes
from render.samples import ALL, HOSTILE, hostile

from losscli.charts import CHARTS, chart, charts_of
from losscli.errors import UsageError
from losscli.loss.catalogue import CATALOGUE, named
from losscli.report import Explanation, visible
from losscli.result import Comparison, Fits

MADE = {**ALL, **fits.ALL, **test_changes.ALL}


def check(spec):
    """Whether it keeps to the schema of Vega-Lite, which Altair ships; of the data a few rows."""
    altair = pytest.importorskip("altair")
    few = {"values": spec["data"]["values"][:2]}
    altair.Chart.from_dict({**spec, "data": few})


def drawn(found):
    return {one.name: one.spec(plot) for one, plot in charts_of(found)}


def test_every_chart_has_figures_somewhere(found):
    assert {name for one in found.values() for name in drawn(one)} == {one.name for one in CHARTS}


def test_every_chart_is_valid(found):
    for spec in {name: spec for one in found.values() for name, spec in drawn(one).items()}.values():
        check(spec)


@pytest.mark.parametrize("name", MADE)
def test_figures_are_finite_and_the_same_each_time(name):
    made = drawn(MADE[name])
    assert json.dumps(made, allow_nan=False) == json.dumps(drawn(MADE[name]), allow_nan=False)
    for spec in made.values():
        assert spec["data"]["values"] and spec["description"].endswith(".")


def test_points_are_the_figures_of_the_result(found):
    comparison = found["numbers"]
    assert isinstance(comparison, Comparison)
    values = chart(comparison, "losses")["data"]["values"]
    for table in comparison.losses:
        for one in table.results:
            (row,) = [r for r in values if r["model"] == one.model and r["loss"].startswith(table.spec + " ")]
            assert (row["value"], row["low"], row["high"]) == (one.value, one.low, one.high)
    (pair,) = [one for one in comparison.comparisons if one.spec == comparison.primary]
    (row,) = chart(comparison, "differences")["data"]["values"]
    assert (row["value"], row["low"], row["high"]) == (pair.difference, pair.low, pair.high)


def test_the_main_chart_is_the_first(found):
    assert chart(found["numbers"])["title"]["text"] == "Losses of the models"
    assert chart(found["two"])["title"]["text"] == "Which loss to train with"


def test_roc_has_the_area_that_the_metric_says(found):
    """The trapezoids under a curve through every score are the AUC (Bamber 1975)."""
    fit, classes = found["two"], found["classes"]
    assert isinstance(fit, Fits) and isinstance(classes, Comparison)
    areas = {one.spec: one.scores["roc_auc"].value for one in fit.fits}
    areas |= {one.model: one.value for one in classes.metric("roc_auc").results}
    rows = [row for one in (fit, classes) for row in chart(one, "roc")["data"]["values"]]
    for name, known in areas.items():
        curve = [(r["false"], r["true"]) for r in rows if r["name"] == name and r["at"] == "curve"]
        assert curve[0] == (0.0, 0.0) and curve[-1] == pytest.approx((1.0, 1.0))
        assert all(a[0] <= b[0] + 1e-12 and a[1] <= b[1] for a, b in pairwise(curve))
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
        assert area == pytest.approx(known, abs=0.02)  # of thinned steps


def test_a_slope_is_that_of_its_loss(found):
    rows = chart(found["losses"])["data"]["values"]
    slopes = {r["x"]: r["y"] for r in rows if r["loss"] == "mse" and r["of"].startswith("slope")}
    assert len(slopes) > 200
    for x, y in slopes.items():
        assert math.isclose(y, 2 * x, abs_tol=1e-12)


@pytest.mark.parametrize("name", sorted({loss.name for loss in CATALOGUE}))
def test_every_loss_is_drawn_or_has_no_row(name):
    for _, plot in charts_of(Explanation(named(name), {})):
        assert all(math.isfinite(row["y"]) for row in plot.rows)


def test_names_are_data_and_visible():
    text = json.dumps(drawn(hostile()), ensure_ascii=False)
    for name in HOSTILE:
        assert json.dumps(visible(name), ensure_ascii=False)[1:-1] in text
    for spec in drawn(hostile()).values():
        assert not keys(spec) & {"expr", "calculate", "href", "url", "signal", "test", "labelExpr"}


def keys(node):
    if isinstance(node, dict):
        return {*node, *(key for one in node.values() for key in keys(one))}
    return {key for one in node for key in keys(one)} if isinstance(node, list) else set()


def test_what_is_not_there_is_refused_with_what_is(found):
    with pytest.raises(UsageError) as refused:
        chart(found["numbers"], "lossess")
    assert refused.value.advice == "Did you mean losses?"
    with pytest.raises(UsageError) as refused:
        chart(found["numbers"], "roc")
    assert "two classes" in refused.value.what and "differences" in refused.value.advice
