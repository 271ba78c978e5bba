"""The five rows of `explain`: every record has them, the figure is that of the rows, in every format."""

import json
import math
import re

import numpy as np
import pytest

from losscli import render
from losscli.domain import Kind, Task
from losscli.loss import Reduction
from losscli.loss.catalogue import CATALOGUE, named
from losscli.report import Explanation
from losscli.report.examples import ROWS, example, example_grids
from losscli.report.traits import bound_at_one


def explained(name, format="text", *, width=80, **written):
    return render.written(Explanation(named(name), written), format, colour=False, width=width, unicode=True)


def record(task, name):
    return next(loss for loss in CATALOGUE if (loss.task, loss.name) == (task, name))


def made(task, name, **written):
    return example(record(task, name).bind(written, scale=1.0, imbalance=2.0, naive=1.0))


@pytest.mark.parametrize("loss", CATALOGUE, ids=lambda loss: f"{loss.task}-{loss.name}")
def test_every_record_has_five_rows_and_their_figure(loss):
    found = example(bound_at_one(loss))
    assert len(found.rows) == 5
    assert found.figure is not None
    each = [row.loss for row in found.rows if row.loss is not None]
    if loss.reduction in (Reduction.RATIO, Reduction.WHOLE):
        assert not each
        assert "a row has no value of its own" in found.note
        return
    assert found.note is not None or len(each) == 5
    assert len({f"{x:.6g}" for x in each}) > 1  # the rows tell something
    expected = {
        Reduction.MEAN: lambda x: math.fsum(x) / len(x),
        Reduction.ROOT: lambda x: math.sqrt(math.fsum(x) / len(x)),
        Reduction.MEDIAN: np.median,
        Reduction.MAX: max,
    }.get(loss.reduction)
    if expected is not None:
        assert found.figure == pytest.approx(float(expected(each)), rel=1e-12)


@pytest.mark.parametrize("task", [task for task in Task if task is not Task.DETECTION])
def test_a_task_has_one_set_of_rows(task):
    rows = ROWS[task]
    assert len(rows.words) == len(rows.y) == 5
    assert all(len(p) == 5 for p in rows.predicted.values())
    kinds = {kind for loss in CATALOGUE if loss.task is task for kind in loss.needs}
    assert rows.predicted.keys() <= kinds


def test_a_class_and_a_box_stand_side_by_side():
    (loss,) = named("smooth_l1 + bce")
    found = example(bound_at_one(loss))
    assert [row.word for row in found.rows][:2] == ["right; exact", "right, not sure; overlap"]
    assert found.rows[1].target == (1, 0, 0, 2, 2)
    assert found.rows[1].prediction == (0.6, 1, 1, 3, 3)
    assert found.rows[1].loss == pytest.approx(4 * 0.5 - math.log(0.6))
    _, several = named("focal + giou")
    assert example(bound_at_one(several)).rows[0].prediction == (0.8, 0.1, 0.1, 0, 0, 2, 2)


def test_figures_by_hand():
    assert made(Task.REGRESSION, "mae").figure == pytest.approx((0.5 + 0.5 + 0 + 3 + 20) / 5)
    assert made(Task.REGRESSION, "rmse").figure == pytest.approx(math.sqrt((0.25 + 0.25 + 9 + 400) / 5))
    assert made(Task.REGRESSION, "medae").figure == 0.5
    assert made(Task.REGRESSION, "wmape").figure == pytest.approx(24 / 22)
    assert made(Task.REGRESSION, "mape").figure == pytest.approx((0.5 / 3 + 0 + 3 / 7 + 2) / 4)
    assert made(Task.REGRESSION, "huber", delta=1.0).rows[4].loss == 19.5
    assert made(Task.COUNTS, "poisson_nll").rows[1].loss == 0.5
    assert made(Task.BINARY, "bce").rows[4].loss == pytest.approx(-math.log(0.01))
    assert made(Task.BINARY, "zero_one").figure == 0.4
    assert made(Task.BINARY, "cost", fp=5.0, fn=1.0).figure == pytest.approx(6 / 5)
    assert made(Task.BINARY, "balanced_error").figure == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert made(Task.BINARY, "hinge").rows[4].loss == pytest.approx(1 + math.log(99))
    assert made(Task.MULTICLASS, "cross_entropy").rows[4].loss == pytest.approx(-math.log(0.01))
    assert made(Task.MULTICLASS, "zero_one").figure == 0.4
    assert made(Task.MULTIOUTPUT, "mae").rows[3].loss == 15
    assert made(Task.MULTILABEL, "subset_zero_one").figure == 0.4
    assert made(Task.FORECAST, "interval_score", alpha=0.2).rows[3].loss == pytest.approx(5 + 10 * 0.5)
    assert made(Task.BOXES, "iou").rows[1].loss == pytest.approx(6 / 7)


def test_rows_outside_the_domain_are_said():
    found = made(Task.REGRESSION, "mape")
    assert [row.loss is None for row in found.rows] == [False, True, False, False, False]
    assert "row 2 is outside the domain (target any number but 0)" in found.note
    assert "row 2 is outside the domain" in explained("mape")


def test_exact_rows_cost_least():
    for task, place in ((Task.REGRESSION, 2), (Task.DISTRIBUTION, 1), (Task.MULTIOUTPUT, 1), (Task.BOXES, 0)):
        for loss in (loss for loss in CATALOGUE if loss.task is task and loss.infimum == 0.0):
            row = example(bound_at_one(loss)).rows[place]
            assert row.loss is None or row.loss == pytest.approx(0.0, abs=1e-12), loss.name


def test_the_screen_shows_what_the_loss_reads():
    def head(name):
        return next(line for line in explained(name).splitlines() if line.startswith("FIVE ROWS")).split()

    assert head("mae") == ["FIVE", "ROWS", "y", "p", "r", "loss"]
    assert head("mape") == ["FIVE", "ROWS", "y", "p", "loss"]
    assert head("hinge") == ["FIVE", "ROWS", "y", "s", "m", "loss"]
    assert head("interval_score") == ["FIVE", "ROWS", "y", "lower", "upper", "loss"]
    assert head("cross_entropy") == ["FIVE", "ROWS", "y", "p", "loss"]
    assert "0.8 0.1 0.1" in explained("cross_entropy")
    assert re.search(r"^function of means +0\.4313$", explained("dice"), re.MULTILINE)


def test_markdown_and_json_have_it_too():
    assert "| FIVE ROWS" in explained("tukey", "markdown", width=None)
    (one,) = json.loads(explained("tukey", "json", width=None))["losses"]
    assert one["example"]["figure"] == made(Task.REGRESSION, "tukey").figure
    assert one["example"]["kind"] == Kind.VALUE
    assert [row["word"] for row in one["example"]["rows"]] == list(ROWS[Task.REGRESSION].words)


def test_written_parameters_are_used():
    (huber,) = (loss for loss in CATALOGUE if loss.name == "huber")
    wide = example(huber.bind({"delta": 100.0}))
    assert wide.figure == pytest.approx((0.25 + 0.25 + 9 + 400) / 10)
    assert example_grids(huber.bind({"delta": 100.0}))[0].rows[4][-1].text == "200"
