"""`losscli losses`: one line per loss, by task; and the reference table of the documentation."""

from collections.abc import Iterator, Sequence

from losscli.domain import Task
from losscli.loss import Alias, Loss
from losscli.loss.catalogue.inventory import coverage
from losscli.report.blocks import Block, Cell, Column, Grid, Heading, Paragraph, Report, Role, compact
from losscli.report.numbers import count
from losscli.report.traits import (
    bound_at_one,
    default_text,
    elicits_text,
    formula_text,
    robust,
    shape,
    signature,
    unit_text,
)

_OPEN = "A default of c × s follows the residual scale s."
_SHAPES = "convex: in the score. robust: a far row cannot pull without limit. both: both."
_ADDED = "A loss of the class and one of the boxes are added up, such as bce + giou."
_INDENTED = "Indented: of the class of losses above, whose members order models alike."


def catalogue_report(losses: Sequence[Loss], task: Task | None) -> Report:
    """One line per loss, grouped by task and class; `task` None means that all tasks are listed."""
    blocks: list[Block] = []
    indented = False
    for own, group in by_task(losses):
        columns = (
            Column(own.upper()),
            Column("unit", drop=3),
            Column("asks for", flow=True),
            Column("shape", drop=2),
            Column("parameters", drop=1, flow=True),
            Column("title", drop=4),
        )
        lines = [_line(loss, member) for loss, member in by_class(group)]
        indented = indented or any(member for _, member in by_class(group))
        blocks += compact(Grid("", columns, tuple(lines)), 4)
    notes = [_SHAPES]
    notes += [_OPEN] if any("× s" in signature(loss) for loss in losses) else []
    notes += [_INDENTED] if indented else []
    notes += [_ADDED] if task is Task.DETECTION else []
    blocks += [Paragraph(note, Role.DIM) for note in notes]
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


def by_class(losses: Sequence[Loss]) -> Iterator[tuple[Loss, bool]]:
    """The losses of one task class by class, each with whether it is a member below its head: the one that
    names the class, else the first. In the order of the catalogue otherwise."""
    classes: dict[str, list[Loss]] = {}
    for loss in losses:
        bound = bound_at_one(loss)
        own = classes.setdefault(bound.kin, [])
        own.insert(0 if bound.spec == bound.kin else len(own), loss)
    for members in classes.values():
        yield from ((loss, place > 0) for place, loss in enumerate(members))


def _line(loss: Loss, member: bool) -> tuple[Cell, ...]:
    bound = bound_at_one(loss)
    words = [word for word in (shape(bound), robust(bound)) if word in ("convex", "robust")]
    return (
        Cell(f"  {loss.name}" if member else loss.name, Role.STRONG),
        Cell(loss.unit),
        Cell(elicits_text(loss, short=True), Role.DIM),
        Cell("both" if len(words) == 2 else "".join(words), Role.DIM),
        Cell(signature(loss).partition(":")[2], Role.DIM),
        Cell(loss.title),
    )


def reference_report(losses: Sequence[Loss], task: Task | None) -> Report:
    """Every loss by task with formula, unit, what it asks for, parameters and its names elsewhere; of all
    tasks, also how much of the published inventory that is."""
    blocks: list[Block] = [
        Heading("Losses", 1),
        *(_inventory(losses) if task is None else ()),
        Paragraph(
            "r = p - y (prediction minus target); m = (2y - 1)·s (margin of the score s); l = log p_y, p_y "
            "the probability given to the true class; l_k the log-probability of class k. Where a row has "
            "several columns, these are of one of them, and sum, mean and max run over them. Values are per "
            "row; s as a factor of a default is the residual scale."
        ),
    ]
    for own, group in by_task(losses):
        titles = ("loss", "title", "formula", "unit", "asks for", "parameters", "traits", "elsewhere")
        rows = tuple(_reference(loss) for loss in group)
        blocks += [
            Heading(own.capitalize()),
            Grid("", tuple(Column(title) for title in titles), rows, complete=True),
        ]
    return Report(tuple(blocks))


def _inventory(losses: Sequence[Loss]) -> list[Block]:
    """How many of the published losses are computed, family by family."""
    found = coverage(losses)
    whole = sum(len(one.family.ids) for one in found)
    computed, refused = sum(one.computed for one in found), sum(one.refused for one in found)
    left = whole - computed - refused
    said = f"Libraries and the literature name {whole} losses (a loss of several names counted once). "
    said += f"{computed} are computed, in {len(losses)} records by task; "
    said += f"{refused} are refused by name: no table of targets and predictions holds the pairs, groups or "
    said += f"censored times that they need{f'; {left} are not there yet' if left else ''}."
    columns = (
        Column("family"),
        Column("losses of"),
        Column("computed", right=True),
        Column("refused", right=True),
    )
    rows = tuple(
        (
            Cell(one.family.letter),
            Cell(one.family.title),
            Cell(f"{one.computed} of {len(one.family.ids)}"),
            Cell(f"{one.refused}" if one.refused else ""),
        )
        for one in found
    )
    total = (Cell("all"), Cell(""), Cell(f"{computed} of {whole - refused}"), Cell(f"{refused}"))
    return [Paragraph(said), Grid("", columns, (*rows, total), complete=True)]


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
    if alias.factor is None:
        text += f" ~ {alias.spec}"
    elif alias.factor != 1:
        text += f" = {alias.factor:g} × {alias.spec}"
    elif alias.spec != loss.name:
        text += f" = {alias.spec}"
    return f"{text} ({alias.note})" if alias.note else text
