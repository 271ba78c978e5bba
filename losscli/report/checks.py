"""`losscli check-loss SPEC`: what a loss says of itself, held against what it does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscli.report.blocks import Block, Cell, GridColumn, Heading, Paragraph, Report, Role, tabulate
from losscli.report.found import Checks, View
from losscli.report.names import visible
from losscli.report.numbers import count

if TYPE_CHECKING:
    from losscli.loss.battery import Checked

_WORDS = {True: ("holds", Role.PLAIN), False: ("FAILS", Role.BAD), None: ("--", Role.DIM)}


def checks_report(checks: Checks, view: View) -> Report:
    """A table per record of the name; a check that does not apply says why."""
    blocks: list[Block] = []
    for one in checks.losses:
        loss = one.bound.loss
        rows = [
            (check.name, Cell(*_WORDS[check.holds]), Cell(visible(check.detail), Role.DIM))
            for check in one.checks
        ]
        heads = ("CHECK", "result", GridColumn("found", flow=True))
        blocks.append(Heading(f"{loss.title} ({visible(one.bound.spec)}, {loss.task})"))
        blocks += tabulate("", heads, rows)
    return Report.of(checks=blocks, answer=[Paragraph(_verdict(checks.losses))])


def _verdict(found: "Sequence[Checked]") -> str:
    made = [check.holds for one in found for check in one.checks if check.holds is not None]
    failed = made.count(False)
    if failed:
        return f"{failed} of {count(len(made), 'check')} fail{'s' if failed == 1 else ''}."
    return f"All {count(len(made), 'check')} hold." if len(made) > 1 else "The check holds."
