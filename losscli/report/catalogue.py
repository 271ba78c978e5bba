"""`losscli losses`: one line per loss, by task; and the reference table of the documentation."""

from collections.abc import Iterator, Sequence

from losscli.domain import Task
from losscli.loss import Alias, Loss
from losscli.loss.catalogue.inventory import coverage
from losscli.report.blocks import Block, Cell, GridColumn, Heading, Paragraph, Report, Role, right, tabulate
from losscli.report.found import Listing, View
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

_REFERENCE = ("loss", "title", "formula", "unit", "optimal prediction", "parameters", "traits", "elsewhere")
_OPEN = "A default of c × s follows the residual scale s."
_SHAPES = "convex: in the score. robust: a far row cannot pull without limit. both: both."
_ADDED = "A loss of the class and one of the boxes are added up, such as bce + giou."
_INDENTED = "Indented: of the class of losses above, whose members order models alike."


def catalogue_report(listing: Listing, view: View) -> Report:
    """One line per loss, grouped by task and class; of what is read elsewhere, all that is known of each."""
    losses, task = listing.losses, listing.task
    if view.paged:
        return _reference_report(losses, task)
    blocks: list[Block] = []
    indented = False
    for own, group in by_task(losses):
        heads = (
            own.upper(),
            GridColumn("unit", drop=3),
            GridColumn("optimal prediction", flow=True),
            GridColumn("shape", drop=2),
            GridColumn("parameters", drop=1, flow=True),
            GridColumn("title", drop=4),
        )
        classes = list(by_class(group))
        indented = indented or any(member for _, member in classes)
        lines = (_line(loss, member) for loss, member in classes)
        blocks += tabulate("", heads, lines, always=4, complete=False, wide=True)
    notes = [_SHAPES]
    notes += [_OPEN] if any("× s" in signature(loss) for loss in losses) else []
    notes += [_INDENTED] if indented else []
    notes += [_ADDED] if task is Task.DETECTION else []
    where = "" if task is None else f" for {task}"
    notes.append(f"{count(len(losses), 'loss', 'losses')}{where}. Next: losscli explain NAME")
    return Report.of(losses=blocks, notes=[Paragraph(note, Role.DIM) for note in notes])


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


def _line(loss: Loss, member: bool) -> tuple[str | Cell, ...]:
    bound = bound_at_one(loss)
    words = [word for word in (shape(bound), robust(bound)) if word in ("convex", "robust")]
    return (
        Cell(f"  {loss.name}" if member else loss.name, Role.STRONG),
        loss.unit.value,
        Cell(elicits_text(loss, short=True), Role.DIM),
        Cell("both" if len(words) == 2 else "".join(words), Role.DIM),
        Cell(signature(loss).partition(":")[2], Role.DIM),
        loss.title,
    )


def _reference_report(losses: Sequence[Loss], task: Task | None) -> Report:
    """Every loss by task with formula, unit, optimal prediction, parameters and its names elsewhere; of all
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
        blocks += [Heading(own.capitalize()), *tabulate("", _REFERENCE, map(_reference, group))]
    return Report.of(losses=blocks)


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
    rows = [
        (
            one.family.letter,
            one.family.title,
            f"{one.computed} of {len(one.family.ids)}",
            f"{one.refused}" if one.refused else "",
        )
        for one in found
    ]
    total = ("all", "", f"{computed} of {whole - refused}", f"{refused}")
    heads = ("family", "losses of", *right("computed", "refused"))
    return [Paragraph(said), *tabulate("", heads, (*rows, total))]


def _reference(loss: Loss) -> tuple[str | Cell, ...]:
    bound = bound_at_one(loss)
    return (
        Cell(loss.name, Role.CODE),
        loss.title,
        Cell(formula_text(loss), Role.CODE),
        unit_text(loss),
        elicits_text(loss),
        "; ".join(f"{p.name} = {default_text(p)}, {p.domain}: {p.meaning}" for p in loss.params),
        ", ".join(word for word in (shape(bound), robust(bound)) if word),
        "; ".join(dict.fromkeys(alias_text(loss, alias) for alias in loss.aliases)),
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
