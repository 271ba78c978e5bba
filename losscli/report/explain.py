"""`losscli explain SPEC`: all that a record says, and the loss and its slope drawn from their functions."""

from losscli.domain import CLASSES, NUMBERS, REALS, TASKS, UNIT, Interval, Kind, Task
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, FromData, Loss, Params, Scaled
from losscli.loss.catalogue import losses_for
from losscli.report.blocks import Block, Cell, Drawing, GridColumn, Heading, Paragraph, Report, Role, tabulate
from losscli.report.catalogue import alias_text
from losscli.report.examples import example_grids
from losscli.report.explain_metric import explained
from losscli.report.found import Explanation, View
from losscli.report.names import visible
from losscli.report.plot import draw
from losscli.report.telling import telling
from losscli.report.traits import bound_at_one, unit_text, words
from losscli.spec import number_text

_ARGUMENTS = {
    Argument.RESIDUAL: "r = p - y",
    Argument.MARGIN: "m = (2y - 1)·s",
    Argument.LOG_PROBABILITY: "l = log of the probability given to the true class",
    Argument.QUANTILES: "q are the K quantiles of a row, tau their levels; sum over them",
    Argument.ENSEMBLE: "x are the M members of a row; sum over them",
}


def explain_report(explanation: Explanation, view: View) -> Report:
    """All that each record says.

    Parameters that follow the scale are drawn at s = 1. Raises UsageError for a parameter that no
    record takes.
    """
    said = [Paragraph(explanation.said)] if explanation.said else []
    blocks = [_record(bound, explanation.written, view.unicode) for bound in explanation.bound()]
    return Report.of(
        losses=[*said, *(block for own in blocks for block in own)],
        metrics=[block for metric in explanation.metrics for block in explained(metric)],
    )


def _record(bound: BoundLoss, written: Params, unicode: bool) -> list[Block]:
    loss = bound.loss
    rows = [(Cell(name, Role.DIM), Cell(visible(text), _role(name))) for name, text in _facts(bound) if text]
    facts = tabulate("", ("", GridColumn("", flow=True)), rows)
    blocks: list[Block] = [Heading(f"{loss.title} ({loss.name}, {loss.task})"), *facts]
    drawing = draw(bound, unicode=unicode)
    if drawing:
        blocks.append(Drawing(drawing))
    if drawing and bound.params:
        blocks.append(Paragraph(_drawn_at(bound, written), Role.DIM))
    return [*blocks, *example_grids(bound)]


def _role(name: str) -> Role:
    return Role.CODE if name.startswith(("formula", "slope")) else Role.PLAIN


def _facts(bound: BoundLoss) -> list[tuple[str, str]]:
    loss = bound.loss
    argument = telling(loss.task).columns or _ARGUMENTS.get(loss.argument, "")
    return [
        ("formula", loss.formula),
        *(("part", _part(weight, part)) for weight, part in bound.terms),
        (_slope_name(loss), loss.slope_formula),
        ("where", argument),
        ("reduced by", "" if loss.reduction.is_mean else loss.reduction.value),
        ("by default", loss.named_only and f"not computed: {loss.named_only}"),
        *(("parameter", _param(param_index, bound)) for param_index in range(len(loss.params))),
        ("unit", unit_text(loss)),
        ("target", _target(loss, bound.target)),
        ("prediction", _prediction(loss)),
        ("optimal prediction", bound.elicits),
        ("traits", words(bound)),
        ("choose it if", loss.choose),
        ("not if", loss.avoid),
        ("trap", loss.trap),
        ("elsewhere", "; ".join(dict.fromkeys(alias_text(loss, alias) for alias in loss.aliases))),
        ("orders like", ", ".join(relatives(bound))),
        ("reference", loss.reference),
    ]


def _part(weight: float, part: BoundLoss) -> str:
    """`0.7 × huber:delta=1 = where(…), in y²`"""
    return f"{number_text(weight)} × {part.spec} = {part.loss.formula}, in {part.loss.unit}"


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
    each = (" or ".join(kind.value for kind in Kind if kind in needs) for needs in loss.reads)
    kinds = ", and ".join(dict.fromkeys(each))
    if loss.task in NUMBERS:
        return f"{kinds}, {loss.prediction}; link {loss.link}"
    return kinds if loss.prediction in (REALS, UNIT) else f"{kinds}, {loss.prediction}"


def _target(loss: Loss, values: Interval) -> str:
    if loss.task is Task.DETECTION:
        return ", and ".join(dict.fromkeys(_target(term.loss, term.loss.target) for term in loss.terms))
    known = TASKS[loss.task].target
    if not known or loss.task in CLASSES:
        return known or str(values)
    return known if values in (REALS, UNIT) else f"{known}, each {values}"


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
    counted = ", ".join(param.name for param in omitted if param.default is FromData.IMBALANCE)
    text = f"Drawn for {visible(bound.spec)}"
    if scaled:
        return f"{text}: {scaled} omitted, so taken at s = 1; in a run s is the residual scale."
    if counted:
        return f"{text}: {counted} omitted, so taken at n-/n+ = 2; in a run it follows the rows."
    if any(param.default is FromData.NAIVE for param in omitted):
        return f"{text}: naive omitted, so taken as 1; in a run it follows the targets in time order."
    return f"{text}."
