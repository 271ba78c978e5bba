"""The functions of the verbs, made of the records of their flags, and what their results are read by."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from losscli.api.alike import alike
from losscli.api.calls import LEARNER, Call, Held, arguments_of, call_of, signature_of
from losscli.api.mended import in_python, worded
from losscli.errors import DataError, Where
from losscli.verbs.options import AdviseFlags, CompareFlags, DiffFlags, FitFlags, RolesFlags


def _compare(call: Call) -> Any:
    from losscli.api.results import Compared
    from losscli.verbs.compare import compare
    from losscli.verbs.custom import own_losses

    with own_losses(call.flags) as plain:
        found = compare(plain, call.given, call.command, whole=True, later=True)
    return Compared(found, partial(_again, call))


def _fit(call: Call) -> Any:
    from losscli.api.results import Fitted
    from losscli.verbs.custom import own_losses
    from losscli.verbs.fit import fit

    with own_losses(call.flags, trained=True) as plain:
        found = fit(plain, call.given, call.command)
    return Fitted(found.fits, found.model_json, found.predictions_csv)


def _advise(call: Call) -> Any:
    from losscli.api.results import Advised
    from losscli.verbs.advise import advise

    return Advised(advise(call.flags, call.given, call.command).advice)


def _roles(call: Call) -> Any:
    from losscli.api.results import RolesFound
    from losscli.verbs.roles import roles

    return RolesFound(roles(call.flags, call.given, call.command))


def _diff(call: Call) -> Any:
    from losscli.api.results import Changed
    from losscli.verbs.diff import diff

    return Changed(diff(call.flags, call.given, call.command))


@dataclass(frozen=True, slots=True)
class Verb:
    """What a function is made of. gives: the name of the class of its result; told: what it does; held: the
    arguments that no flag is."""

    flags: type
    work: Callable[[Call], Any]
    gives: str
    told: str
    held: tuple[Held, ...] = ()


VERBS = {
    "compare": Verb(
        CompareFlags, _compare, "Compared", "How good are these predictions, and which model is better?"
    ),
    "fit": Verb(
        FitFlags,
        _fit,
        "Fitted",
        "Which loss to train with: each one fitted, judged out of fold.",
        (LEARNER,),
    ),
    "advise": Verb(AdviseFlags, _advise, "Advised", "Which losses suit these data, and why."),
    "roles": Verb(
        RolesFlags, _roles, "RolesFound", "What each column is, why, and the argument that says otherwise."
    ),
    "diff": Verb(
        DiffFlags, _diff, "Changed", "What changed between two results of compare on the same rows."
    ),
}
_GIVES = """

Tables are data frames of pandas or polars, tables of Arrow, mappings of names to arrays, or paths of files.
Raises losscli.UsageError for what an argument cannot be, losscli.DataError for data that cannot be read so.
"""


@contextmanager
def _alike(names: list[str]) -> Iterator[None]:
    """Errors speak of arguments; the bits are those of the command line."""
    with in_python(names), alike():
        yield


def function_of(verb: str) -> Callable[..., Any]:
    """The function of a verb: its arguments are the flags, its result is that of the command."""
    facts = VERBS[verb]
    signature = signature_of(facts.flags, facts.held)
    own = arguments_of(facts.flags)
    names = [*(one.name for one in own), *(one.name for one in facts.held)]
    places = [one.name for one in own if one.positional]

    def called(*data: Any, **options: Any) -> Any:
        bound = signature.bind(*data, **options).arguments
        tables = {name: bound.get(name, ()) for name in places}
        with _alike(names):
            options = {name: value for name, value in bound.items() if name not in places}
            return facts.work(call_of(verb, facts.flags, tables, options))

    called.__name__ = called.__qualname__ = verb
    helps = [(one.name, one.flag.help) for one in own] + [(one.name, one.help) for one in facts.held]
    listed = "\n".join(
        f"{name}: {worded(text, names).replace('repeat it', 'or a list of them')}" for name, text in helps
    )
    called.__doc__ = f"{facts.told}{_GIVES}\n{listed}"
    vars(called)["__signature__"] = signature
    return called


def _again(call: Call, options: Mapping[str, Any]) -> Any:
    """The same tables compared with other options."""
    with _alike([own.name for own in arguments_of(CompareFlags)]):
        return _compare(call_of("compare", CompareFlags, call.data, {**call.options, **options}))


def load(source: str | Path) -> Any:
    """The result in a file of JSON, or in its text, as the command or `to_json` wrote it.

    Raises DataError where there is none.
    """
    import json

    from losscli.api.results import RESULTS
    from losscli.result.reading import loaded
    from losscli.verbs.files import read_text

    advice = "Give the JSON of a result of losscli"
    text = str(source) if str(source).lstrip().startswith("{") else read_text(str(source), "result", advice)
    place = "text" if text is source else str(source)
    try:
        schema = json.loads(text).get("schema")
    except (ValueError, AttributeError, RecursionError):
        raise DataError("this is no JSON of a result", where=Where(place), advice=advice) from None
    for kind in RESULTS:
        if schema == kind.kind.SCHEMA:
            return kind(loaded(kind.kind, text, place, what="result of losscli", advice=advice))
    raise DataError(
        f"this is no result: its schema is {str(schema)[:60]!r}", where=Where(place), advice=advice
    )
