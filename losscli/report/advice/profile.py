"""The profile and what it asks for, as tables."""

from losscli.report.blocks import Cell, Grid, GridColumn, Note, Role, right, tabulate
from losscli.report.names import visible
from losscli.report.numbers import percent, significant
from losscli.report.screen import Screen
from losscli.result import Advice, Finding, FiredRule

_ROWS = 3
_FIGURES = 6  # on a screen


def profile_grids(screen: Screen[Advice]) -> list[Grid]:
    """A row per figure that says something; those that are 0 or missing in a line each."""
    profile = screen.found.profile
    rows = [
        (one.title, _value(one), Cell(_meaning(one), Role.DIM))
        for one in profile
        if one.value is not None and not _is_none(one)
    ]
    notes = []
    none = [one.title for one in profile if _is_none(one)]
    if none:
        notes.append(f"none: {', '.join(none)}")
    notes += [
        f"{one.title} is not known: {visible(one.reason or '')}" for one in profile if one.value is None
    ]
    if not screen.all:
        rows, notes = rows[: screen.most(_FIGURES)], []
    heads = ("FIGURE", *right("value"), GridColumn("how to read it", flow=True))
    return tabulate("", heads, rows, notes)


def _is_none(one: Finding) -> bool:
    return one.value == 0.0 and one.unit in ("share", "answer")


def _value(one: Finding) -> str:
    value = one.value or 0.0
    match one.unit:
        case "share":
            return percent(value)
        case "count":
            return f"{value:,.0f}"
        case "answer":
            return "yes" if value else "no"
        case _:
            return significant(round(value, 6), 2)  # what is less is rounding


def _meaning(one: Finding) -> str:
    """With the first rows that it speaks of."""
    if not one.rows:
        return visible(one.meaning)
    names = ", ".join(visible(str(row)) for row in one.rows[:_ROWS])
    noun = "rows" if len(one.rows) > 1 else "row"
    return f"{visible(one.meaning)}; {noun} {names}{' …' if one.rows[_ROWS:] else ''}"


def rule_grids(screen: Screen[Advice]) -> list[Grid]:
    """The losses of the short list beside what asks for them: a row per rule, then those beside any."""
    advice = screen.found
    listed = [one.spec for one in advice.short_list]
    told = [
        (one, f"{one.reason} ({one.reference})" if screen.all else one.reason) for one in advice.short_list
    ]
    alone = [(one.spec, why) for one, why in told if not one.rules]
    base = [row for row in alone if row[0] == advice.check.baseline]
    rows = [
        (", ".join(own), _sentence(rule) if screen.all else rule.seen)
        for rule in advice.rules
        if (own := _of(rule, listed))
    ]
    rows = [*base, *rows, *(row for row in alone if row not in base)]
    heads = (GridColumn("SHORT LIST", flow=True), GridColumn("why", flow=True))
    return tabulate("", heads, ((loss, visible(why)) for loss, why in rows))


def rule_notes(screen: Screen[Advice]) -> list[Note]:
    """What was seen that no loss of the short list mends."""
    advice = screen.found
    listed = [one.spec for one in advice.short_list]
    alone = [rule for rule in advice.rules if not _of(rule, listed)]
    return [
        Note("!", visible(_sentence(rule) if screen.all else f"{rule.seen}: {rule.so}")) for rule in alone
    ]


def _of(rule: FiredRule, listed: list[str]) -> list[str]:
    return [name for name in rule.losses if name in listed]


def _sentence(rule: FiredRule) -> str:
    return f"{rule.seen}: {rule.so} ({rule.reference})"
