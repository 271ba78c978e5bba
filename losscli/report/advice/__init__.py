"""`losscli advise` as a screen: the answer, the data, their profile, what it asks for, how the losses did,
what is not known, what to type next."""

from losscli.report.advice.answer import answer
from losscli.report.advice.check import check_grids
from losscli.report.advice.command import next_command
from losscli.report.advice.profile import profile_grids, rule_grids, rule_notes
from losscli.report.advice.screen import AdviceScreen
from losscli.report.blocks import Block, Heading, Line, Note, Paragraph, Report, Role
from losscli.report.data import decision_texts, file_text, rows_text
from losscli.report.names import visible
from losscli.report.numbers import count
from losscli.result import Advice

__all__ = ["advice_report"]

_PLAIN = ("target ", "task ", "positive class ")  # decisions that the data line says anyway


def advice_report(advice: Advice, *, width: int | None) -> Report:
    """The report of an advice; `width` None is a pipe, where no name is shortened."""
    screen = AdviceScreen(advice, width)
    blocks: list[Block] = [Paragraph(answer(screen)), Line(tuple(_data(screen)), Role.DIM)]
    blocks += profile_grids(screen)
    blocks += rule_grids(screen)
    blocks += check_grids(screen)
    blocks += rule_notes(screen)
    blocks.append(Heading("WHAT THIS DOES NOT KNOW"))
    blocks += [Note("?", visible(text)) for text in advice.unknown]
    blocks += [
        Note("!", visible(" ".join(filter(None, (f"{one.message}.", one.advice))))) for one in advice.warnings
    ]
    blocks.append(Line((f"Next: {next_command(advice)}",), Role.DIM))
    return Report(tuple(blocks))


def _data(screen: AdviceScreen) -> list[str]:
    """File, rows, roles, and how the check was made."""
    advice = screen.advice
    said = next((text for text in advice.decisions if text.startswith(f"target {advice.target}")), None)
    fields = [*(file_text(screen, item.path) for item in advice.inputs), rows_text(screen, advice.rows)]
    fields += [count(len(advice.features), "feature"), screen.clip(said or f"target {advice.target}", 40)]
    classes = f" ({len(advice.classes)} classes)" if len(advice.classes) > 2 else ""
    positive = "" if advice.positive is None else f" (positive {screen.clip(advice.positive, 16)})"
    fields.append(f"{advice.task}{positive}{classes}")
    if advice.sampled is not None:
        fields.append(f"{advice.sampled:,} rows drawn for fits")
    return [*fields, *decision_texts(screen, advice.decisions, _PLAIN)]
