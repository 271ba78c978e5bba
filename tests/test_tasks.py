"""What holds of a task stands in a few tables, each by the task: none lacks one."""

import numpy as np
import pytest

from losscli.advice.short_list import short_list
from losscli.domain import CLASSES, SEVERAL, TASKS, Task, sides
from losscli.fitting.judge import judging
from losscli.loss import Loss
from losscli.loss.catalogue import find, losses_for
from losscli.report.telling import telling
from losscli.spec import Spec
from losscli.verbs.options import CompareFlags, flag_fields

FITTED = [task for task in Task if TASKS[task].usual]


def loss_of(name: str, task: Task) -> Loss | None:
    """The loss of that name in the task, whether it has two classes or several."""
    found = (find(Spec.parse(name), *sides(task, binary=binary, points=True)) for binary in (True, False))
    return next((loss for loss in found if loss is not None), None)


def test_every_task_has_its_facts():
    assert list(TASKS) == list(Task)


@pytest.mark.parametrize("task", Task)
def test_a_verdict_speaks_of_losses_of_the_task(task):
    assert TASKS[task].primaries
    for name in TASKS[task].primaries:
        assert loss_of(name, task) is not None, name


@pytest.mark.parametrize("task", Task)
def test_the_screen_shows_losses_of_the_task_first(task):
    for name in telling(task).losses.split():
        assert loss_of(name, task) is not None, name


@pytest.mark.parametrize("task", Task)
def test_the_flag_names_it(task):
    (flag,) = (own.flag for own in flag_fields(CompareFlags) if own.name == "task")
    assert task in flag.help


@pytest.mark.parametrize("task", FITTED)
def test_fit_has_losses_and_metrics_of_the_task(task):
    usual = loss_of(TASKS[task].usual, task)
    assert usual is not None and usual.task is task
    assert usual in losses_for(task)
    assert len(judging(task)) > 2


@pytest.mark.parametrize("task", [task for task in FITTED if task not in SEVERAL])
def test_advice_has_losses_of_the_task(task):
    y = np.arange(30.0) % 3 + (task not in CLASSES)
    found = short_list(task, [], y)
    assert found[0].spec == TASKS[task].usual
    assert len(found) > 1 and all(one.reason and one.reference for one in found)
