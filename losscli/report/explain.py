"""`losscli explain SPEC`: all that a record says, and the loss and its slope drawn from their functions."""

from collections.abc import Sequence

from losscli.catalogue import losses_for
from losscli.domain import Kind, Task
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, FromData, Loss, Params, Reduction, Scaled
from losscli.report.blocks import Block, Cell, Column, Drawing, Grid, Heading, Paragraph, Report, Role
from losscli.report.catalogue import alias_text
from losscli.report.names import visible
from losscli.report.plot import draw
from losscli.report.traits import IMBALANCE, bound_at_one, unit_text, words
from losscli.spec import number_text

_CLASSES = {Task.BINARY: "one of two classes", Task.MULTICLASS: "one of several classes"}
_ARGUMENTS = {
    "r": "r = p - y",
    "m": "m = (2y - 1)·s",
    "l": "l = log of the probability given to the true class",
}


def explain_report(losses: Sequence[Loss], written: Params, *, unicode: bool) -> Report:
    """One section per record of that name; `written` are the parameters typed in the spec.

    Parameters that follow the scale are drawn at s = 1. Raises UsageError for a parameter that no
    record takes.
    """
    blocks: list[Block] = []
    for bound in bind_records(losses, written):
        blocks += _section(bound, written, unicode)
    return Report(tuple(blocks))


def bind_records(losses: Sequence[Loss], written: Params) -> list[BoundLoss]:
    """The records that take the written parameters, the others resolved at s = 1 and n-/n+ = 2."""
    bound: list[BoundLoss] = []
    errors: list[UsageError] = []
    for loss in losses:
        try:
            bound.append(loss.bind(written, scale=1.0, imbalance=IMBALANCE))
        except UsageError as error:
            errors.append(error)
    if errors and not bound:
        raise errors[0]
    return bound


def _section(bound: BoundLoss, written: Params, unicode: bool) -> list[Block]:
    loss = bound.loss
    rows = [(name, text) for name, text in _facts(bound) if text]
    cells = tuple((Cell(name, Role.DIM), Cell(visible(text), _role(name))) for name, text in rows)
    facts = Grid("", (Column(""), Column("", flow=True)), cells, complete=True)
    blocks: list[Block] = [Heading(f"{loss.title} ({loss.name}, {loss.task})"), facts]
    drawing = draw(bound, unicode=unicode)
    if drawing:
        blocks.append(Drawing(drawing))
    if drawing and bound.params:
        blocks.append(Paragraph(_drawn_at(bound, written), Role.DIM))
    return blocks


def _role(name: str) -> Role:
    return Role.CODE if name.startswith(("formula", "slope")) else Role.PLAIN


def _facts(bound: BoundLoss) -> list[tuple[str, str]]:
    loss = bound.loss
    argument = _ARGUMENTS.get(loss.argument.value, "")
    return [
        ("formula", loss.formula),
        (_slope_name(loss), loss.slope_formula),
        ("where", argument),
        ("reduced by", "" if loss.reduction is Reduction.MEAN else loss.reduction.value),
        *(("parameter", _param(param_index, bound)) for param_index in range(len(loss.params))),
        ("unit", unit_text(loss)),
        ("target", _target(loss)),
        ("prediction", _prediction(loss)),
        ("asks for", bound.elicits),
        ("traits", words(bound)),
        ("choose it if", loss.choose),
        ("not if", loss.avoid),
        ("trap", loss.trap),
        ("elsewhere", "; ".join(dict.fromkeys(alias_text(loss, alias) for alias in loss.aliases))),
        ("orders like", ", ".join(relatives(bound))),
        ("reference", loss.reference),
    ]


def _slope_name(loss: Loss) -> str:
    """`slope in l` where it is not the slope in the score."""
    own = loss.argument in (Argument.MARGIN, Argument.LOG_PROBABILITY)
    return f"slope in {loss.argument.value}" if own else "slope"


def _param(index: int, bound: BoundLoss) -> str:
    param = bound.loss.params[index]
    value = dict(bound.params).get(param.name)
    used = "" if value is None else f"; here {number_text(float(f'{value:.6g}'))}"
    return f"{param.name} = {param.default_text} ({param.domain}): {param.meaning}{used}"


def _prediction(loss: Loss) -> str:
    kinds = " or ".join(kind.value for kind in Kind if kind in loss.needs)
    if loss.task in _CLASSES:
        return kinds
    return f"{kinds}, {loss.prediction}; link {loss.link}"


def _target(loss: Loss) -> str:
    return _CLASSES.get(loss.task) or str(loss.target)


def relatives(bound: BoundLoss) -> list[str]:
    """The other losses of the task that order models alike, at the same parameters."""
    found = []
    for other in losses_for(bound.loss.task):
        if other.name == bound.loss.name:
            continue
        try:
            candidate = bound_at_one(other)
        except UsageError:
            continue
        if candidate.kin == bound.kin:
            found.append(other.name)
    return found


def _drawn_at(bound: BoundLoss, written: Params) -> str:
    omitted = [param for param in bound.loss.params if param.name not in written]
    scaled = ", ".join(param.name for param in omitted if isinstance(param.default, Scaled))
    counted = ", ".join(param.name for param in omitted if isinstance(param.default, FromData))
    text = f"Drawn for {visible(bound.spec)}"
    if scaled:
        return f"{text}: {scaled} omitted, so taken at s = 1; in a run s is the residual scale."
    if counted:
        return f"{text}: {counted} omitted, so taken at n-/n+ = 2; in a run it follows the rows."
    return f"{text}."
