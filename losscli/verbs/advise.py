"""`advise`: flags and what they name → the advice; the parts that `fit` shares."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from losscli import progress
from losscli.errors import UsageError
from losscli.verbs.asked import asked_of_features
from losscli.verbs.given import Given
from losscli.verbs.options import AdviseFlags

if TYPE_CHECKING:
    from losscli.advice import Advised
    from losscli.data.roles.features import Asked
    from losscli.fitting.request import FitRequest

Found = TypeVar("Found")


def advise(flags: AdviseFlags, given: Given, command: tuple[str, ...]) -> "Advised":
    """The advice that the flags ask for.

    given: what is in memory of what they name.
    command: the command line, for the record.

    Raises UsageError and DataError.
    """
    request = request_of(flags, command)  # what both refuse is said before any work
    asked = replace(asked_of_features(flags), missing=flags.missing)
    from losscli.advice import advise

    return work(advise, flags, given, request, asked)


def request_of(flags: AdviseFlags, command: tuple[str, ...]) -> "FitRequest":
    """How a model is trained and judged. Raises UsageError."""
    from losscli.fitting.request import FitRequest

    return FitRequest(
        l2=_penalty(flags.l2),
        metric=flags.metric,
        folds=flags.folds,
        seed=flags.seed,
        confidence=flags.confidence,
        jobs=flags.workers,
        command=command,
    )


def work(
    do: Callable[..., Found], flags: AdviseFlags, given: Given, request: "FitRequest", asked: "Asked"
) -> Found:
    """What `fit` or `advise` makes of the rows."""
    from losscli.fitting.files import open_file

    with given.workers(flags.scheduler):
        with given.reading([flags.data]):
            options = flags.read_options(flags.id, jobs=request.jobs)
            table, training, inputs = open_file(flags.data, options, asked, given.read)
        with progress.stage("fitting"):
            return do(table, training, request, inputs)


def _penalty(text: str) -> float | None:
    """The strength of l2, or None where it is chosen for the loss."""
    if text == "auto":
        return None
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"--l2 {text}: that is not a number", advice="Write auto or a number") from None
    return strength(value, "--l2", "Write auto or a number")


def strength(value: float, flag: str, advice: str) -> float:
    """The strength of a penalty. Raises UsageError where it is none."""
    if not 0 <= value < float("inf"):
        raise UsageError(f"{flag} {value:g} is not 0 or more", advice=advice)
    return value
