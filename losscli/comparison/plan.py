"""Which losses answer a request, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from losscli.catalogue import find, losses_for, named, tasks_of
from losscli.comparison.request import Request
from losscli.comparison.survey import Survey
from losscli.domain import Interval, Kind, Task, any_of
from losscli.errors import NoDefault, UsageError
from losscli.loss import BoundLoss, Loss
from losscli.result import Refused
from losscli.spec import Spec
from losscli.task import Problem


@dataclass(frozen=True, slots=True)
class Plan:
    """The losses to compute, and those that do not apply, with their reasons."""

    losses: tuple[BoundLoss, ...]
    refused: tuple[Refused, ...]


_PLURAL = {kind: f"{kind}s" for kind in Kind} | {
    Kind.PROBABILITY: "probabilities",
    Kind.QUANTILES: "quantiles",
    Kind.MOMENTS: "moments",
    Kind.BOX: "boxes",
}


def needed_kinds(loss: Loss, problem: Problem) -> str | None:
    """Why no model of the problem has the kind of prediction that a loss needs, or None."""
    if any(model.serves(loss.needs) for model in problem.models):
        return None
    have = " and ".join(sorted({_PLURAL[part.kind] for model in problem.models for part in model.parts}))
    return f"it needs {any_of(loss.needs)}; the models have {have}"


def plan(
    problem: Problem,
    request: Request,
    *,
    scale: float | None,
    scale_reason: str | None,
    imbalance: float | None,
) -> Plan:
    """Bind the losses asked for, or all of the task.

    scale_reason: why there is no scale. Raises UsageError for a loss of another task, a spec that cannot
    be bound, or where every loss is refused.
    """
    wanted = [(_found(spec, problem.task), spec) for spec in (*request.losses, *request.gated)]
    if not request.losses:
        wanted = [(loss, Spec(loss.name)) for loss in losses_for(problem.task)] + wanted
    bound: dict[str, BoundLoss] = {}
    refused: list[Refused] = []
    for loss, spec in wanted:
        reason = needed_kinds(loss, problem)
        if reason is None:
            try:
                one = loss.bind(spec.numbers(), scale=scale, imbalance=imbalance)
            except NoDefault as error:
                reason = error.what if problem.labels else scale_reason or error.what
            else:
                if not _is_excluded(one, request.exclude):
                    bound.setdefault(one.spec, one)
                continue
        refused.append(Refused(str(spec), reason, ()))
    if not bound:
        first = refused[0] if refused else None
        raise UsageError(
            f"{first.spec} does not apply: {first.reason}" if first else "no loss is left",
            advice="Leave --loss out to see every loss that applies",
        )
    return Plan(tuple(bound.values()), tuple(refused))


def allowances(
    losses: Sequence[BoundLoss],
    problem: Problem,
    request: Request,
    *,
    scale: float | None,
    imbalance: float | None,
) -> tuple[tuple[int, float], ...]:
    """The losses that are planned and may be worse than the baseline's by so much: number and tolerance.
    A spec means the loss at its written parameters, and the others at their defaults."""
    places = {one.spec: place for place, one in enumerate(losses)}
    found: dict[tuple[int, float], None] = {}
    for spec, tolerance in request.allowed:
        try:
            one = _found(spec, problem.task).bind(spec.numbers(), scale=scale, imbalance=imbalance)
        except NoDefault:
            continue  # refused
        if one.spec in places:
            found[places[one.spec], tolerance] = None
    return tuple(found)


def _found(spec: Spec, task: Task) -> Loss:
    loss = find(spec, task)
    if loss is None:
        others = " and ".join(sorted(str(own) for own in tasks_of(spec)))
        raise UsageError(
            f"{spec.name} is a loss for {others} targets, and the task is {task}",
            advice=f"Say --task {min(tasks_of(spec))} if the target is that; see losscli losses",
        )
    return loss


def _is_excluded(bound: BoundLoss, exclude: tuple[Spec, ...]) -> bool:
    for spec in exclude:
        names = {loss.name for loss in named(spec.name)}
        if bound.loss.name in names and set(spec.params) <= set(bound.params):
            return True
    return False


def intervals(task: Task) -> tuple[Interval, ...]:
    """The distinct intervals that losses of a task need targets and predictions to lie in."""
    return tuple(dict.fromkeys(i for loss in losses_for(task) for i in (loss.target, loss.prediction)))


def ruled_out(
    chosen: Plan, problem: Problem, seen: Survey, domains: Sequence[Interval], *, asked: bool
) -> tuple[tuple[BoundLoss, ...], tuple[Refused, ...], dict[tuple[int, int], str]]:
    """(losses that apply, those refused, (loss, model) → why that model has no value).

    A loss is refused where the target is outside its domain, or the predictions of every model are.
    Raises UsageError where none is left.
    """
    kept: list[BoundLoss] = []
    refused = list(chosen.refused)
    outside: dict[tuple[int, int], str] = {}
    for one in chosen.losses:
        verdicts = [
            _outside(one.loss.target, "the target", seen.outside.get((domains.index(one.loss.target), 0)))
        ]
        place = domains.index(one.loss.prediction)
        models = [
            _outside(one.loss.prediction, f"the prediction of {model.name}", seen.outside.get((place, m + 1)))
            for m, model in enumerate(problem.models)
        ]
        if all(models):
            verdicts.append(models[0])
        verdict = next((verdict for verdict in verdicts if verdict), None)
        if verdict:
            refused.append(Refused(one.spec, verdict[0], verdict[1]))
            continue
        outside |= {(len(kept), m): verdict[0] for m, verdict in enumerate(models) if verdict}
        kept.append(one)
    if not kept:
        first = refused[0]
        rows = f" (row {first.rows[0]:,})" if first.rows else ""
        raise UsageError(
            f"{first.spec} does not apply: {first.reason}{rows}",
            advice="Name another loss, or leave --loss out to see every loss that applies"
            if asked
            else "See losscli losses",
        )
    return tuple(kept), tuple(refused), outside


def _outside(
    interval: Interval, what: str, found: tuple[int, tuple[int, ...]] | None
) -> tuple[str, tuple[int, ...]] | None:
    if found is None:
        return None
    count, rows = found
    return (
        f"{what} must be {interval}; {count:,} row{'s are' if count > 1 else ' is'} not, first {rows[0]:,}",
        rows,
    )
