"""`losscli advise` as a screen: the answer, the data, their profile, what it asks for, how the losses did,
what is not known, what to type next."""

from dataclasses import replace

from losscli.report.advice.answer import answer
from losscli.report.advice.check import check_grids
from losscli.report.advice.profile import profile_grids, rule_grids, rule_notes
from losscli.report.blocks import Heading, Line, Note, Paragraph, Report, Role
from losscli.report.data import decision_texts, file_text, rows_text
from losscli.report.found import View
from losscli.report.leaks import dropping
from losscli.report.names import visible
from losscli.report.numbers import count
from losscli.report.screen import Screen, following
from losscli.report.typed import again, typed, without
from losscli.result import Advice

__all__ = ["advice_report"]

_UNKNOWN, _RULES = 2, 1  # notes on a screen
_SHOWN = ("--format", "--output")  # flags that say how advice is shown, each with a value


def advice_report(advice: Advice, view: View) -> Report:
    """The report of an advice: on a screen its gist, elsewhere and with `--all` all of it."""
    screen = Screen(advice, replace(view, all=view.all or view.paged))
    unknown = [Note("?", visible(text)) for text in advice.unknown]
    return Report.of(
        answer=[Paragraph(answer(screen))],
        data=[Line(tuple(_data(screen)), Role.DIM)],
        profile=profile_grids(screen),
        short_list=rule_grids(screen),
        check=check_grids(screen),
        rules=rule_notes(screen) if screen.all else rule_notes(screen)[:_RULES],
        unknown=[Heading("WHAT THIS DOES NOT KNOW"), *unknown] if screen.all else unknown[:_UNKNOWN],
        notes=screen.warnings(),
        next=following(_next_command(advice)),
    )


def _data(screen: Screen[Advice]) -> list[str]:
    """File, rows, roles, and how the check was made."""
    advice = screen.found
    said = next((text for text in advice.decisions if text.startswith(f"target {advice.target}")), None)
    fields = [*(file_text(screen, item.path) for item in advice.inputs), rows_text(screen, advice.rows)]
    fields += [count(len(advice.features), "feature"), screen.clip(said or f"target {advice.target}", 40)]
    classes = f" ({len(advice.classes)} classes)" if len(advice.classes) > 2 else ""
    positive = "" if advice.positive is None else f" (positive {screen.clip(advice.positive, 16)})"
    fields.append(f"{advice.task}{positive}{classes}")
    if advice.sampled is not None:
        fields.append(f"{advice.sampled:,} rows drawn for fits")
    return [*fields, *decision_texts(screen, advice.decisions)]


def _next_command(advice: Advice) -> str:
    """`losscli fit` with the words of this command and the losses of the short list that are ahead of the
    best constant; without a feature that gives the target away."""
    program, _, *words = typed(advice.command, "advise", *(item.path for item in advice.inputs))
    ahead = {row.spec for row in advice.check.losses if row.beats_constant or row.value is None}
    if advice.leaks:
        return again((program, "advise", *words, *dropping(advice.leaks)))
    chosen = [word for one in advice.short_list if one.spec in ahead for word in ("--loss", one.spec)]
    return again((program, "fit", *without(words, _SHOWN, ("--quiet", "-q", "--all")), *chosen))
