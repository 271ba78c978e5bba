"""What each verb of the command line gives: its report, and how that is called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from losscli import sections
from losscli.report.blocks import Note, Report
from losscli.report.found import Checks, Explanation, Found, Listing, View
from losscli.result import Advice, Changes, Comparison, Fits, Roles


@dataclass(frozen=True, slots=True)
class Verb:
    """What of a verb is told, for one type of what is found.

    name: as it is typed.
    gives: what it gives, within a sentence.
    about: what follows the verb in a title.
    report: what there is to say.
    """

    name: str
    gives: str
    about: Callable[[Any], Iterable[str]]
    report: Callable[[Any, View], Report]


def _paths(found: Comparison | Fits | Advice | Roles) -> Iterable[str]:
    return (item.path for item in found.inputs)


def _task(found: Listing) -> Iterable[str]:
    return () if found.task is None else ("--task", found.task)


def _late(name: str) -> Callable[[Any, View], Report]:
    """The report of a module of this package, imported where it is made."""

    def report(found: Any, view: View) -> Report:
        made: Report = getattr(import_module(f"losscli.report.{name}"), f"{name}_report")(found, view)
        return made

    return report


VERBS: dict[type, Verb] = {
    Comparison: Verb("compare", "a comparison", _paths, _late("comparison")),
    Fits: Verb("fit", "fitted losses", _paths, _late("fits")),
    Advice: Verb("advise", "advice on losses", _paths, _late("advice")),
    Changes: Verb(
        "diff",
        "what changed between two results",
        lambda found: (found.old.path, found.new.path),
        _late("diff"),
    ),
    Roles: Verb("roles", "the roles of columns", _paths, _late("roles")),
    Listing: Verb("losses", "a list of losses", _task, _late("catalogue")),
    Explanation: Verb(
        "explain",
        "an explanation",
        lambda found: ((*found.losses, *found.metrics)[0].name,),
        _late("explain"),
    ),
    Checks: Verb("check-loss", "checks of losses", lambda found: (), _late("checks")),
}


def report_of(found: Found, view: View) -> Report:
    """What there is to say of what was found, in plain data.

    Raises UsageError for an explanation at a parameter that the loss does not take.
    """
    verb = VERBS[type(found)]
    report = verb.report(found, view) if view.typed else verb.report(found, view).without("next")
    facts = sections.VERBS.get(verb.name, ())
    if view.show and not view.all:
        full = verb.report(found, view.full())
        report = report.opened(full, view.show)
        absent = [one.name for one in facts if one.name in view.show and not full.has(one.name)]
        report = report.noted([Note("!", f"--show {name}: there is nothing of it here") for name in absent])
    return report.explained({one.name: one.reading for one in facts}) if view.explain else report


def title_of(found: Found) -> str:
    """`losscli compare preds.csv`"""
    verb = VERBS[type(found)]
    return " ".join(("losscli", verb.name, *verb.about(found)))
