"""`losscli losses`: one line per loss, by task; and the reference table of the documentation."""

from collections.abc import Iterator, Sequence

from losscli.domain import Task
from losscli.loss import Alias, Loss
from losscli.report.blocks import Block, Cell, Column, Grid, Heading, Paragraph, Report, Role
from losscli.report.numbers import count
from losscli.report.traits import (
    bound_at_one,
    default_text,
    elicits_text,
    formula_text,
    robust,
    shape,
    short_elicits,
    signature,
    unit_text,
)

_OPEN = "A default of c × s follows the residual scale s."


def catalogue_report(losses: Sequence[Loss], task: Task | None) -> Report:
    """One line per loss, grouped by task; `task` None means that all tasks are listed."""
    titles = ("task", "unit", "asks for", "shape", "title")
    drops = (5, 3, 0, 2, 4)
    blocks: list[Block] = []
    for own, group in by_task(losses):
        columns = (
            Column(own.upper()),
            *(
                Column(title, drop=drop, flow=title in ("asks for", "title"))
                for title, drop in zip(titles, drops, strict=True)
            ),
        )
        blocks.append(Grid("", columns, tuple(_line(loss) for loss in group)))
    if any("× s" in signature(loss) for loss in losses):
        blocks.append(Paragraph(_OPEN, Role.DIM))
    where = "" if task is None else f" for {task}"
    blocks.append(
        Paragraph(
            f"{count(len(losses), 'loss').replace('losss', 'losses')}{where}. Next: losscli explain NAME",
            Role.DIM,
        )
    )
    return Report(tuple(blocks))


def by_task(losses: Sequence[Loss]) -> Iterator[tuple[Task, list[Loss]]]:
    """The losses of each task, in the order of the tasks and of the catalogue."""
    for task in Task:
        group = [loss for loss in losses if loss.task is task]
        if group:
            yield task, group


def _line(loss: Loss) -> tuple[Cell, ...]:
    bound = bound_at_one(loss)
    words = ", ".join(word for word in (shape(bound), robust(bound)) if word)
    return (
        Cell(signature(loss), Role.STRONG),
        Cell(loss.task),
        Cell(loss.unit),
        Cell(short_elicits(elicits_text(loss)), Role.DIM),
        Cell(words, Role.DIM),
        Cell(loss.title),
    )


def reference_report(losses: Sequence[Loss]) -> Report:
    """Every loss by task with formula, unit, what it asks for, parameters and its names elsewhere."""
    blocks: list[Block] = [
        Heading("Losses", 1),
        Paragraph(
            "r = p - y (prediction minus target); m = (2y - 1)·s (margin of the score s); l = log p_y, "
            "p_y the probability given to the true class; l_k the log-probability of class k. Values are "
            "per row; s as a factor of a default is the residual scale."
        ),
    ]
    for task, group in by_task(losses):
        titles = ("loss", "title", "formula", "unit", "asks for", "parameters", "traits", "elsewhere")
        rows = tuple(_reference(loss) for loss in group)
        blocks += [
            Heading(task.capitalize()),
            Grid("", tuple(Column(title) for title in titles), rows, complete=True),
        ]
    return Report(tuple(blocks))


def _reference(loss: Loss) -> tuple[Cell, ...]:
    bound = bound_at_one(loss)
    traits = ", ".join(word for word in (shape(bound), robust(bound)) if word)
    formula = formula_text(loss)
    params = "; ".join(f"{p.name} = {default_text(p)}, {p.domain}: {p.meaning}" for p in loss.params)
    elsewhere = "; ".join(dict.fromkeys(alias_text(loss, alias) for alias in loss.aliases))
    return (
        Cell(loss.name, Role.CODE),
        Cell(loss.title),
        Cell(formula, Role.CODE),
        Cell(unit_text(loss)),
        Cell(elicits_text(loss)),
        Cell(params),
        Cell(traits),
        Cell(elsewhere),
    )


def alias_text(loss: Loss, alias: Alias) -> str:
    """`torch MSELoss`, and what to type where its default differs from ours."""
    text = f"{alias.library} {alias.name}"
    if alias.factor != 1:
        text += f" = {alias.factor:g} × {alias.spec}"
    elif alias.spec != loss.name:
        text += f" = {alias.spec}"
    return f"{text} ({alias.note})" if alias.note else text
