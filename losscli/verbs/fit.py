"""`fit`: flags and what they name → the fits, the models and their predictions."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli.errors import UsageError, did_you_mean
from losscli.spec import Spec
from losscli.usual import REPEATS
from losscli.verbs.advise import request_of, strength, work
from losscli.verbs.asked import asked_of_features, losses_of, tasks_asked
from losscli.verbs.cost import parse_cost
from losscli.verbs.given import Given
from losscli.verbs.options import FitFlags

if TYPE_CHECKING:
    from losscli.data.roles.features import Asked
    from losscli.fitting.fit import Fitted
    from losscli.fitting.request import FitRequest


def fit(flags: FitFlags, given: Given, command: tuple[str, ...]) -> "Fitted":
    """The fits that the flags ask for.

    flags: the user's own losses are known, their paths taken out of the specs (`own_losses`).
    given: what is in memory of what they name.
    command: the command line, for the record.

    Raises UsageError and DataError.
    """
    request, asked = (
        _request(flags, given.learner, command),
        _asked(flags),
    )  # what they refuse is said before any work
    from losscli.fitting.fit import fit

    return work(fit, flags, given, request, asked)


def _asked(flags: FitFlags) -> "Asked":
    from losscli.data.roles.class_weight import ClassWeight

    return replace(
        asked_of_features(flags),
        missing=flags.missing,
        fold=flags.fold_column,
        offset=flags.offset,
        exposure=flags.exposure,
        intercept=not flags.no_intercept,
        no_features=flags.no_features,
        losses=tasks_asked((*flags.loss, *flags.tune)),
        class_weight=ClassWeight.parse(flags.class_weight) if flags.class_weight is not None else None,
    )


def _request(flags: FitFlags, learner: Any, command: tuple[str, ...]) -> "FitRequest":
    from losscli.descent.networks import EarlyStopping
    from losscli.fitting.estimator import EstimatorLearner
    from losscli.fitting.learners import is_linear, is_of_trees

    model = Spec.parse(flags.model)
    trees = is_of_trees(model)
    deep = learner is None and not trees and not is_linear(model)
    stops = flags.early_stopping is not None
    for flag, value, used, why, instead in (
        ("--seeds", flags.seeds, deep, "only networks have several starts", "--model mlp:hidden=16"),
        ("--patience", flags.patience, stops, "nothing stops early", "--early-stopping 0.1"),
    ):
        if value is not None and not used:
            raise UsageError(f"{flag} {value}: {why}", advice=f"Leave it out, or add {instead}")
    share, patience = flags.early_stopping, 10 if flags.patience is None else flags.patience
    if trees and flags.save is not None:
        raise UsageError(
            f"--save {flags.save}: boosted trees are saved by their library, not here",
            advice=f"Leave it out; losscli export SPEC --to {model.name} writes what they are trained by",
        )
    once = deep or trees or learner is not None
    seeds, repeats = 3 if deep else 1, 1 if once else REPEATS
    threshold, rule = _threshold(flags.threshold)
    return replace(
        request_of(flags, command),
        losses=losses_of(flags.loss),
        exclude=losses_of(flags.exclude),
        scale=flags.scale,
        model=model,
        estimator=None if learner is None else EstimatorLearner.of(learner),
        optimizer=Spec.parse(flags.optimizer),
        max_iter=flags.max_iter,
        tol=flags.tol,
        l1=strength(flags.l1, "--l1", "Write a number"),
        penalty_scale=flags.penalty_scale,
        path=None if flags.path is None else Spec.parse(flags.path),
        tune=losses_of(flags.tune),
        repeats=flags.repeats or repeats,
        early=None if share is None else EarlyStopping(share, patience),
        seeds=flags.seeds or seeds,
        contaminate=_contaminations(flags),
        threshold=threshold,
        threshold_rule=rule,
        cost=parse_cost(flags.cost),
        oversample=_share(flags.oversample),
        label_smoothing=flags.label_smoothing,
        augment=tuple(Spec.parse(text) for text in flags.augment),
    )


def _threshold(text: str | None) -> tuple[float | None, str | None]:
    """(the threshold as a number, what it is chosen by), one or none. Raises UsageError for other words."""
    if text is None:
        return None, None
    value = _number(text)
    if math.isfinite(value):
        return value, None
    from losscli.fitting.threshold import RULES

    if text.strip() in RULES:
        return None, text.strip()
    advice = did_you_mean(text.strip(), RULES) or f"Write a number, {', '.join(RULES[:-1])} or {RULES[-1]}"
    raise UsageError(f"--threshold {text}: that is neither a number nor a rule", advice=advice)


def _share(text: str | None) -> float | None:
    """The share of the largest class that every class is repeated to."""
    if text is None:
        return None
    value = _number(text)
    if not 0.0 < value <= 1.0:
        raise UsageError(
            f"--oversample {text}: that is not a share", advice="Write a number above 0, 1 at most"
        )
    return value


def _number(text: str) -> float:
    """The number, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _contaminations(flags: FitFlags) -> tuple[Spec, ...] | None:
    """What to spoil training folds with; None is what is usual for the task."""
    if flags.no_contaminate and flags.contaminate:
        raise UsageError(
            f"--contaminate {flags.contaminate[0]} and --no-contaminate exclude each other",
            advice="Leave one of them out",
        )
    if flags.no_contaminate:
        return ()
    return tuple(Spec.parse(text) for text in flags.contaminate) or None
