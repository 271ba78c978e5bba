"""The lists and explanations that are made from the records of the losses."""

import csv
import io
import json
import re

import pytest

from losscli import render
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss.catalogue import CATALOGUE, losses_for, named
from losscli.loss.catalogue.inventory import coverage
from losscli.report import Explanation, Listing, cell_width
from losscli.report.catalogue import by_class
from losscli.report.traits import bound_at_one


def listed(format="text", *, losses=CATALOGUE, task=None, width=None) -> str:
    return render.written(Listing(losses, task), format, colour=False, width=width)


def explained(name: str, format="text", *, width=None, unicode=True, **written) -> str:
    found = Explanation(named(name), written)
    return render.written(found, format, colour=False, width=width, unicode=unicode)


# A class and a box are detected together, by the losses of either.
OWN = [task for task in Task if task is not Task.DETECTION]


def test_one_line_per_loss():
    lines = listed(width=80).splitlines()
    assert all(cell_width(line) <= 80 for line in lines)
    for task in OWN:
        own = [loss for loss in CATALOGUE if loss.task is task]
        start = next(i for i, line in enumerate(lines) if line.startswith(task.upper()))
        names = [line.split()[0] for line in lines[start + 1 : start + 1 + len(own)]]
        assert names == [loss.name for loss, _ in by_class(own)]
        assert sorted(names) == sorted(loss.name for loss in own)
        assert not any("…" in name for name in names)


def test_classes_stand_together():
    """A head, and its members indented below it."""
    lines = listed(width=80).splitlines()
    start = lines.index(next(line for line in lines if line.startswith("REGRESSION")))
    own = [line[:14].rstrip() for line in lines[start : start + 12]]
    head = own.index("mse")
    assert "  rmse" in own[head + 1 : head + 6]
    for task in Task:
        of_task = [loss for loss in CATALOGUE if loss.task is task]
        heads = [bound_at_one(loss).kin for loss, member in by_class(of_task) if not member]
        assert len(heads) == len(set(heads)) == len({bound_at_one(loss).kin for loss in of_task})


@pytest.mark.parametrize("task", OWN)
def test_a_task_alone_fits_80_columns_and_names_unit_and_functional(task):
    lines = listed(losses=losses_for(task), task=task, width=80).splitlines()
    assert all(cell_width(line) <= 80 for line in lines)
    assert any(re.match(rf"{task.upper()} +unit +optimal prediction +shape", line) for line in lines)


def test_a_detection_lists_the_losses_of_its_sides():
    lines = listed(losses=losses_for(Task.DETECTION), task=Task.DETECTION, width=80).splitlines()
    heads = [line.split()[0] for line in lines if re.match(r"[A-Z]+ +unit", line)]
    assert heads == ["BINARY", "MULTICLASS", "BOXES"]
    assert "A loss of the class and one of the boxes are added up, such as bce + giou." in lines


def test_a_task_lists_its_own():
    losses = losses_for(Task.COUNTS)
    assert "MULTICLASS" not in listed(losses=losses, task=Task.COUNTS)
    assert "for counts" in listed(losses=losses, task=Task.COUNTS)


def test_reference_page_is_deterministic_and_whole():
    page = listed("markdown")
    assert page == listed("markdown")
    assert page.startswith("# Losses\n")
    for loss in CATALOGUE:
        assert f"`{loss.name}`" in page
    for line in page[page.index("## ") :].splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) == 9


def test_the_reference_page_counts_the_inventory():
    page = listed("markdown")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for one in coverage(CATALOGUE):
        assert f" {one.computed} of {len(one.family.ids)} |" in rows[one.family.letter]
        assert rows[one.family.letter].split("|")[4].strip() == f"{one.refused or ''}"
    assert " of 140 |" in rows["all"]
    assert "| all " not in listed("markdown", losses=losses_for(Task.BINARY), task=Task.BINARY)


def test_json_and_csv_hold_every_loss():
    names = [loss.name for loss in CATALOGUE]
    assert [loss["name"] for loss in json.loads(listed("json"))["losses"]] == names
    assert [row["name"] for row in csv.DictReader(io.StringIO(listed("csv"), newline=""))] == names


@pytest.mark.parametrize("name", dict.fromkeys(loss.name for loss in CATALOGUE))
@pytest.mark.parametrize("unicode", [True, False])
def test_every_loss_is_explained_and_drawn(name, unicode):
    screen = explained(name, width=80, unicode=unicode)
    assert all(cell_width(line) <= 80 for line in screen.splitlines())
    assert "optimal prediction" in screen and "reference" in screen
    assert "nan" not in re.findall(r"(?:loss|slope in .): (\S+) to (\S+)", screen)
    drawing = re.findall(r"^(?=.*[\u2800-\u28ff]).*$", screen, re.MULTILINE)
    assert bool(drawing) is (unicode and re.search(r"^(loss|one row.*): ", screen, re.MULTILINE) is not None)


def test_an_omitted_scale_is_said():
    assert "delta omitted, so taken at s = 1" in explained("huber")
    written = explained("huber", delta=2.0)
    assert "Drawn for huber:delta=2." in written
    assert "omitted" not in written


def test_a_curve_has_its_shape():
    lines = explained("mse", width=80, unicode=False).splitlines()
    top = next(i for i, line in enumerate(lines) if line.startswith("loss: 0 to 9")) + 1
    panes = [line[:32] for line in lines[top : top + 8]]
    assert panes[0].startswith("*") and panes[0].rstrip().endswith("*")
    assert panes[-1].strip("* ") == "" and panes[-1].startswith("      ")


def test_kin_are_named():
    assert "smooth_l1" in re.search(r"orders like +(.*)", explained("huber")).group(1)


def test_a_wrong_parameter_is_an_error():
    with pytest.raises(UsageError, match="no parameter"):
        explained("huber", dleta=1.0)


@pytest.mark.parametrize("format", ["json", "csv", "markdown"])
def test_explanations_in_other_formats(format):
    output = explained("tukey", format, c=2.0)
    assert "tukey" in output and output.endswith("\n")
