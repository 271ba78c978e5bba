"""Targets and predictions of several columns: outputs, labels, shares, boxes, forecasts of a distribution."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.forecasts import chosen_models, find_forecasts, speaks_of_distribution
from losscli.data.roles.ids import is_index
from losscli.data.roles.models import ModelColumns, Vectors, check_names
from losscli.data.roles.outputs import OUTPUTS, find_boxes, find_outputs, is_corner, only
from losscli.data.roles.target import is_numeric, shell_word
from losscli.data.roles.values import is_truth, numbers_of
from losscli.data.roles.words import without_role_words
from losscli.data.table import Table
from losscli.domain import Floats, Task
from losscli.errors import Fix, UsageError, Where


def find_vectors(table: Table, asked: Asked, *, plain: bool = False) -> Vectors | None:
    """The roles of a table whose target or predictions take several columns; None where no names say so.

    plain: the table also reads as one of a single target, which the names of several targets do not overrule.
    """
    taken = set(asked.named)
    named = {
        name: column for name, column in table.columns.items() if name not in taken and not is_index(column)
    }
    if (plain or asked.task not in (None, *OUTPUTS)) and not any(
        is_corner(name) or speaks_of_distribution(name) for name in named
    ):
        return None  # without reading texts to know whether they are numbers
    free = [name for name, column in named.items() if is_numeric(table, name) or is_truth(column)]
    found = None
    if asked.task in (None, Task.BOXES):
        try:
            found = find_boxes(table, free, asked)
        except UsageError:
            if not plain:
                raise
    if found is None and not plain and asked.task in (None, *OUTPUTS):
        found = find_outputs(table, free, asked)
    if found is None and asked.task in (None, Task.FORECAST):
        found = find_forecasts(table, free, asked, plain=plain)
    return found


def with_boxes(
    classes: Sequence[ModelColumns], boxes: Sequence[ModelColumns], asked: Asked, table: Table
) -> tuple[tuple[ModelColumns, ...], tuple[tuple[ModelColumns, str], ...]]:
    """The models that predict a class and a box, of these those that --pred names; without --pred each other
    model, and which it lacks: `box` or `class`. What is left of both names without role words is the same:
    rf_prob, rf_x1.

    Raises UsageError where no model has both, and for a --pred that names none.
    """
    own = {without_role_words(model.name): model for model in boxes}
    rests = [without_role_words(model.name) for model in classes]
    both = [
        ModelColumns(rest or model.name, (*model.parts, *own[rest].parts))
        for model, rest in zip(classes, rests, strict=True)
        if rest in own
    ]
    check_names(both)
    alone = [(model, "box") for model, rest in zip(classes, rests, strict=True) if rest not in own]
    alone += [(model, "class") for rest, model in own.items() if rest not in rests]
    if not both:
        lacking = ", ".join(f"{model.name} has no {lacks}" for model, lacks in alone)
        raise UsageError(
            f"no model has both a class and a box: {lacking}",
            where=Where(table.path),
            advice="Name its columns alike, rf_prob and rf_x1 …; or judge one side alone:",
            fixes=[
                Fix(("--task", "boxes"), "the boxes alone"),
                Fix(("--task", "multiclass"), "the classes alone"),
            ],
        )
    for text in asked.pred:
        if not chosen_models(both, replace(asked, pred=(text,))):
            raise UsageError(
                f"--pred {shell_word(text)}: no model with a class and a box is called so",
                where=Where(table.path),
                advice=f"The models found: {', '.join(model.name for model in both)}",
                fixes=[only([model], f"{model.name} alone") for model in both[:2]],
            )
    return chosen_models(both, asked), () if asked.pred else tuple(alone)


def stacked(table: Table, block: int, names: Sequence[str]) -> Floats:
    """(n, L) The numbers of these columns, true and false as 1 and 0."""
    return np.column_stack([numbers_of(table, block, name) for name in names])
