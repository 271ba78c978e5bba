"""`losscli check-loss SPEC`: what a loss says of itself, held against what it does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscli.report.blocks import Block, Cell, Column, Grid, Heading, Paragraph, Report, Role
from losscli.report.names import visible
from losscli.report.numbers import count

if TYPE_CHECKING:
    from losscli.loss.battery import Checked

_WORDS = {True: ("holds", Role.PLAIN), False: ("FAILS", Role.BAD), None: ("--", Role.DIM)}


def checks_report(found: "Sequence[Checked]") -> Report:
    """A table per record of the name; a check that does not apply says why."""
    blocks: list[Block] = []
    for one in found:
        loss = one.bound.loss
        rows = []
        for check in one.checks:
            word, role = _WORDS[check.holds]
            rows.append((Cell(check.name), Cell(word, role), Cell(visible(check.detail), Role.DIM)))
        columns = (Column("CHECK"), Column("result"), Column("found", flow=True))
        blocks += [
            Heading(f"{loss.title} ({visible(one.bound.spec)}, {loss.task})"),
            Grid("", columns, tuple(rows), complete=True),
        ]
    return Report((*blocks, Paragraph(_verdict(found))))


def _verdict(found: "Sequence[Checked]") -> str:
    made = [check.holds for one in found for check in one.checks if check.holds is not None]
    failed = made.count(False)
    if failed:
        return f"{failed} of {count(len(made), 'check')} fail{'s' if failed == 1 else ''}."
    return f"All {count(len(made), 'check')} hold." if len(made) > 1 else "The check holds."
