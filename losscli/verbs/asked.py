"""What flags say: words, specs of losses, sections, and what the columns are."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from losscli.domain import Kind, Task
from losscli.errors import UsageError, did_you_mean
from losscli.loss.catalogue import known_names, named, spelled_advice, tasks_of
from losscli.sections import SectionFacts, openable
from losscli.spec import Spec
from losscli.verbs.options import FeatureRoles, PredictionRoles, check_word

if TYPE_CHECKING:
    from losscli.data.roles import Asked, features

Word = TypeVar("Word", bound=StrEnum)


def word(words: type[Word], text: str | None, flag: str) -> Word | None:
    """The word that a flag gives. Raises UsageError, with near ones, for one that it does not know."""
    if text is None:
        return None
    check_word(text, list(words), flag)
    return words(text)


def losses_of(texts: Iterable[str]) -> tuple[Spec, ...]:
    """Losses by their specs. Raises UsageError for an unknown name, with what to type where it is known in
    another spelling, or is that of a metric."""
    return tuple(map(_loss, texts))


def _loss(text: str) -> Spec:
    try:
        spec = Spec.parse(text)
    except UsageError as error:
        name = text.partition(":")[0]
        advice = None if name in known_names() else spelled_advice(name)
        raise UsageError(error.what, advice=advice or error.advice) from None
    try:
        named(spec.name)
    except UsageError as error:
        from losscli.metrics import METRICS

        if spec.name not in {metric.name for metric in METRICS}:
            raise
        advice = "It is a metric: computed without being asked, gated by --fail-if; see losscli explain"
        raise UsageError(error.what, advice=advice) from None
    return spec


def sections_of(texts: Iterable[str], facts: Sequence[SectionFacts]) -> frozenset[str]:
    """The names of sections to open. Raises UsageError, with near ones, for a name that is none."""
    names = [name.strip() for text in texts for name in text.split(",")]
    known = openable(facts)
    for name in names:
        if name not in known:
            advice = did_you_mean(name, known) or f"Sections: {', '.join(known)}"
            raise UsageError(f"--show {name}: there is no such section", advice=advice)
    return frozenset(names)


def tasks_asked(texts: Iterable[str]) -> tuple[frozenset[Task], ...]:
    """The tasks of each loss that is asked for."""
    return tuple(tasks_of(spec) for spec in losses_of(texts))


def asked_of_predictions(flags: PredictionRoles) -> "Asked":
    """What is said of the columns of files of predictions. Raises UsageError for a word that is unknown."""
    from losscli.data.roles import Asked

    confidence = flags.kind == "confidence"
    return Asked(
        target=flags.target,
        truth=flags.truth,
        common=flags.match == "common",
        pred=flags.pred,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        by=flags.by,
        model_column=flags.model_column,
        task=word(Task, flags.task, "--task"),
        kind=None if confidence else word(Kind, flags.kind, "--kind"),
        of_predicted=confidence,
        positive=flags.positive,
        classes=tuple(part.strip() for part in (flags.classes or "").split(",") if part.strip()),
        order=flags.order,
        normalize=flags.normalize,
        level=flags.level,
    )


def asked_of_features(flags: FeatureRoles) -> "features.Asked":
    """What is said of the columns of a file to learn from. Raises UsageError for a task that is unknown."""
    from losscli.data.roles.features import Asked

    return Asked(
        target=flags.target,
        id=flags.id,
        weights=flags.weights,
        group=flags.group,
        time=flags.time,
        task=word(Task, flags.task, "--task"),
        positive=flags.positive,
        features=flags.features,
        drop=flags.drop,
    )
