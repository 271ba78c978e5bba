"""`losscli advise` as a screen: the answer, the data, their profile, what it asks for, how the losses did,
what is not known, what to type next."""

from dataclasses import replace

from losscli.report.advice.answer import answer
from losscli.report.advice.check import check_grids
from losscli.report.advice.profile import profile_grids, rule_grids, rule_notes
from losscli.report.blocks import Heading, Line, Note, Paragraph, Report, Role
from losscli.report.data import data_fields, file_text, rows_text
from losscli.report.found import View
from losscli.report.leaks import dropping
from losscli.report.names import visible
from losscli.report.numbers import count
from losscli.report.screen import NOTES, Screen, following, more
from losscli.report.typed import again, typed, without
from losscli.result import Advice
from losscli.sections import ADVISE

__all__ = ["advice_report"]

_UNKNOWN, _RULES = 2, 1  # notes on a screen
_SHOWN = ("--format", "--output", "--show")  # flags that say how advice is shown, each with a value
_SHOWN_ALONE = ("--quiet", "-q", "--all", "--explain")  # and those without one


def advice_report(advice: Advice, view: View) -> Report:
    """The report of an advice: on a screen its gist, elsewhere and with `--all` all of it."""
    screen = Screen(advice, replace(view, all=view.all or view.paged))
    rules, warnings = rule_notes(screen), screen.warnings()
    unknown = [Note("?", visible(text)) for text in advice.unknown]
    first = rules if screen.all else rules[:_RULES]
    open_ = unknown if screen.all else unknown[: min(_UNKNOWN, screen.most(_UNKNOWN + 1))]
    shown = warnings if screen.all else warnings[: min(NOTES, screen.most(NOTES + 1))]
    left = {
        "profile": len(advice.profile),
        "losses": len(advice.short_list),
        "rules": len(rules) - len(first),
        "unknown": len(unknown) - len(open_),
        "notes": len(warnings) - len(shown),
    }
    folded = {name: number for name, number in left.items() if number}
    return Report.of(
        answer=[Paragraph(answer(screen))],
        data=[Line(_data(screen), Role.DIM)],
        profile=profile_grids(screen),
        losses=rule_grids(screen),
        check=check_grids(screen),
        rules=first,
        unknown=[Heading("WHAT THIS DOES NOT KNOW"), *open_] if screen.all else open_,
        notes=shown,
        more=[] if screen.all else more(ADVISE, folded, view),
        next=following(_next_command(advice)),
    )


def _data(screen: Screen[Advice]) -> tuple[str, ...]:
    """File, rows, roles, and how the check was made."""
    advice = screen.found
    said = next((text for text in advice.decisions if text.startswith(f"target {advice.target}")), None)
    fields = [*(file_text(screen, item) for item in advice.inputs), rows_text(screen, advice.rows)]
    fields += [count(len(advice.features), "feature"), screen.clip(said or f"target {advice.target}", 40)]
    classes = f" ({len(advice.classes)} classes)" if len(advice.classes) > 2 else ""
    positive = "" if advice.positive is None else f" (positive {screen.clip(advice.positive, 16)})"
    fields.append(f"{advice.task}{positive}{classes}")
    if advice.sampled is not None:
        fields.append(f"{advice.sampled:,} rows drawn for fits")
    return data_fields(screen, fields, advice.decisions)


def _next_command(advice: Advice) -> str:
    """`losscli fit` with the words of this command and the losses of the short list that are ahead of the
    best constant; without a feature that gives the target away."""
    program, _, *words = typed(advice.command, "advise", *(item.path for item in advice.inputs))
    ahead = {row.spec for row in advice.check.losses if row.beats_constant or row.value is None}
    if advice.leaks:
        return again((program, "advise", *words, *dropping(advice.leaks)))
    chosen = [word for one in advice.short_list if one.spec in ahead for word in ("--loss", one.spec)]
    return again((program, "fit", *without(words, _SHOWN, _SHOWN_ALONE), *chosen))
