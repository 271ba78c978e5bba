"""What each verb of the command line gives: its report, and how that is called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from losscli import sections
from losscli.report.advice import advice_report
from losscli.report.blocks import Note, Report
from losscli.report.catalogue import catalogue_report
from losscli.report.checks import checks_report
from losscli.report.comparison import comparison_report
from losscli.report.diff import diff_report
from losscli.report.explain import explain_report
from losscli.report.fits import fits_report
from losscli.report.found import Checks, Explanation, Found, Listing, View
from losscli.report.roles import roles_report
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


VERBS: dict[type, Verb] = {
    Comparison: Verb("compare", "a comparison", _paths, comparison_report),
    Fits: Verb("fit", "fitted losses", _paths, fits_report),
    Advice: Verb("advise", "advice on losses", _paths, advice_report),
    Changes: Verb(
        "diff",
        "what changed between two results",
        lambda found: (found.old.path, found.new.path),
        diff_report,
    ),
    Roles: Verb("roles", "the roles of columns", _paths, roles_report),
    Listing: Verb("losses", "a list of losses", _task, catalogue_report),
    Explanation: Verb(
        "explain", "an explanation", lambda found: ((*found.losses, *found.metrics)[0].name,), explain_report
    ),
    Checks: Verb("check-loss", "checks of losses", lambda found: (), checks_report),
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
