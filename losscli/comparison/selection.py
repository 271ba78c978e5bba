"""Which losses answer a request, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from losscli.comparison.gates.allowances import Allowance, check_share
from losscli.comparison.request import Request
from losscli.comparison.screening import Domains, Screening, ranged_kind
from losscli.data.roles import Problem
from losscli.domain import CLASSES, NUMBERS, TASKS, Interval, Kind, Task, any_of
from losscli.errors import Fix, NoDefault, UsageError
from losscli.loss import BoundLoss, FromData, Loss
from losscli.loss.catalogue import find, losses_for, named, tasks_of
from losscli.result import Refused
from losscli.spec import Spec

# The losses to compute, and those that do not apply, with their reasons.
Selection = tuple[tuple[BoundLoss, ...], tuple[Refused, ...]]
_PLURAL = {kind: f"{kind}s" for kind in Kind} | {
    Kind.PROBABILITY: "probabilities",
    Kind.QUANTILES: "quantiles",
    Kind.MOMENTS: "moments",
    Kind.BOX: "boxes",
}


def needed_kinds(loss: Loss, problem: Problem) -> str | None:
    """Why no model of the problem has the kind of prediction that a loss needs, or None."""
    if any(all(model.serves(needs) for needs in loss.reads) for model in problem.models):
        return None
    have = " and ".join(sorted({_PLURAL[part.kind] for model in problem.models for part in model.parts}))
    return f"it needs {needed(loss)}; the models have {have}"


def _unordered(loss: Loss, problem: Problem) -> str | None:
    """Why the classes have no order that a loss needs, or None."""
    if problem.ordered or not any(part.ordered for part in (loss, *(term.loss for term in loss.terms))):
        return None
    shown = ",".join(problem.labels[: problem.true_labels])
    return f"its classes have an order, which words do not tell: use --order {shown} (in yours)"


def needed(loss: Loss) -> str:
    """The kinds of prediction that a loss reads, in words."""
    return " and ".join(dict.fromkeys(any_of(needs) for needs in loss.reads))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the defaults of parameters are taken from: s, n-/n+ and the error of the naive forecast, with why
    there is no s or no such error.

    intervals: whether any are predicted; level: of these, where it is known.
    """

    scale: float | None
    scale_reason: str | None
    imbalance: float | None
    naive: float | None
    naive_reason: str | None
    intervals: bool = False
    level: float | None = None

    def bind(self, loss: Loss, spec: Spec) -> BoundLoss:
        """Raises NoDefault, with the reason, where a default is missing; UsageError for a wrong parameter."""
        written = self._of_level(loss, spec.numbers())
        try:
            return loss.bind(written, scale=self.scale, imbalance=self.imbalance, naive=self.naive)
        except NoDefault as error:
            parts = (loss, *(term.loss for term in loss.terms))
            of_naive = any(param.default is FromData.NAIVE for part in parts for param in part.params)
            why = self.naive_reason if of_naive else None if loss.task in CLASSES else self.scale_reason
            raise NoDefault(why or error.what, advice=error.advice) from None

    def _of_level(self, loss: Loss, written: dict[str, float]) -> dict[str, float]:
        """The written parameters, and those of an interval that its level gives. Raises NoDefault where
        that is not known."""
        open_ = [param.name for param in loss.params if param.of_level and param.name not in written]
        if not open_ or not self.intervals:
            return written
        if self.level is None:
            raise NoDefault(
                "no name says the level of the intervals",
                advice=f"Use --level 0.9, or --loss {loss.name}:{open_[0]}=0.1",
            )
        return written | dict.fromkeys(open_, round(1 - self.level, 12))


def select(problem: Problem, request: Request, measured: Measured) -> Selection:
    """Bind the losses asked for, or all of the task.

    Raises UsageError for a loss of another task, a spec that cannot be bound, or where every loss is refused.
    """
    cost = () if request.cost is None else (Spec.parse(request.cost.spec),)
    wanted = [(_found(spec, problem), spec) for spec in (*request.losses, *cost, *request.gated)]
    by_name = {loss for loss, _ in wanted}
    if not request.losses:
        own = {spec.name: spec for spec in cost}
        wanted = [(loss, own.get(loss.name, Spec(loss.name))) for loss in _usual(problem)] + wanted
    bound: dict[str, BoundLoss] = {}
    refused: list[Refused] = []
    for loss, spec in wanted:
        reason = (
            _unordered(loss, problem)
            or needed_kinds(loss, problem)
            or (None if loss in by_name else loss.named_only or None)
        )
        if reason is None:
            try:
                one = measured.bind(loss, spec)
            except NoDefault as error:
                reason = error.what
            else:
                if not _is_excluded(one, request.exclude):
                    bound.setdefault(one.spec, one)
                continue
        refused.append(Refused(str(spec), reason, ()))
    if not bound:
        raise _none_left(refused, request, measured)
    return tuple(bound.values()), tuple(refused)


def _none_left(refused: Sequence[Refused], request: Request, measured: Measured) -> UsageError:
    """No loss applies, and why; of intervals alone, whose level is not known, what says it."""
    if measured.intervals and measured.level is None and not request.losses:
        return UsageError(
            "no name says the level of the intervals, and without it no loss applies",
            advice="Say which share of the targets they are meant to hold:",
            fixes=[Fix(("--level", f"{level:g}"), f"intervals of {level:.0%}") for level in (0.9, 0.8, 0.95)],
        )
    first = refused[0] if refused else None
    return UsageError(
        f"{first.spec} does not apply: {first.reason}" if first else "no loss is left",
        advice="Leave --loss out to see every loss that applies",
    )


def allowances(
    losses: Sequence[BoundLoss],
    problem: Problem,
    request: Request,
    measured: Measured,
) -> tuple[tuple[int, Allowance], ...]:
    """The losses that are planned and may be worse than the baseline's by so much: number and allowance.
    A spec means the loss at its written parameters, and the others at their defaults.

    Raises UsageError where a share is allowed of a loss that can be negative.
    """
    places = {one.spec: place for place, one in enumerate(losses)}
    found = []
    for allowance in request.allowances:
        if not allowance.is_loss:
            continue
        try:
            one = measured.bind(_found(allowance.spec, problem), allowance.spec)
        except NoDefault:
            continue  # refused
        check_share(allowance, one)
        if one.spec in places:
            found.append((places[one.spec], allowance))
    return tuple(found)


def _usual(problem: Problem) -> tuple[Loss, ...]:
    """The losses of a problem where none is asked for: every one, and of the sums the primary ones."""
    sums = [spec for spec in map(Spec, TASKS[problem.task].primaries) if spec.is_sum]
    found = (find(spec, *problem.tasks) for spec in sums)
    return (*losses_for(*problem.tasks), *(loss for loss in found if loss is not None))


def _found(spec: Spec, problem: Problem) -> Loss:
    loss = find(spec, *problem.tasks)
    if loss is None:
        if problem.task in tasks_of(spec):  # a sum with a part for classes of another number
            spec = next(part for _, part in spec.terms if find(part, *problem.tasks) is None)
        others = " and ".join(sorted(str(own) for own in tasks_of(spec)))
        raise UsageError(
            f"{spec.name} is a loss for {others} targets, and the task is {' and '.join(problem.tasks)}",
            advice=_other_task(tasks_of(spec), problem.task),
        )
    return loss


def _other_task(tasks: frozenset[Task], task: Task) -> str:
    """What to type: the task of the loss, where a target of one column may be of either."""
    plain = CLASSES | NUMBERS
    if task in plain and tasks & plain:
        return f"Use --task {min(tasks & plain)} if the target is that; see losscli losses"
    return f"Those for this task: losscli losses --task {task}"


def _is_excluded(bound: BoundLoss, exclude: tuple[Spec, ...]) -> bool:
    for spec in exclude:
        names = {loss.name for loss in named(spec.name)}
        if bound.loss.name in names and set(spec.params) <= set(bound.params):
            return True
    return False


def find_domains(problem: Problem, request: Request) -> Domains:
    """Where the losses asked for, or else the usual ones, need targets and predictions to lie."""
    cost = () if request.cost is None else (Spec.parse(request.cost.spec),)
    specs = (*request.losses, *cost, *request.gated)
    losses = [(loss, spec.numbers()) for spec in specs if (loss := find(spec, *problem.tasks)) is not None]
    if not request.losses:
        losses += [(loss, {}) for loss in _usual(problem)]
    targets = dict.fromkeys(loss.target_at(own) for loss, own in losses)
    return tuple(targets), tuple(dict.fromkeys(loss.prediction for loss, _ in losses))


def ruled_out(
    chosen: Selection, problem: Problem, seen: Screening, domains: Domains, *, asked: bool
) -> tuple[tuple[BoundLoss, ...], tuple[Refused, ...], dict[tuple[int, int], str]]:
    """(losses that apply, those refused, (loss, model) → why that model has no value).

    A loss is refused where the target is outside its domain, or the predictions of every model are.
    Raises UsageError where none is left.
    """
    losses, before = chosen
    kept: list[BoundLoss] = []
    refused = list(before)
    outside: dict[tuple[int, int], str] = {}

    def off(interval: Interval, array: int, what: str) -> tuple[str, tuple[int, ...]] | None:
        """Why an array rules a loss out, and the first rows that do."""
        own = domains[array > 0]
        count, rows = seen.outside.get((own.index(interval), array), (0, ()))
        if not count:
            return None
        are = "s are" if count > 1 else " is"
        return f"{what} must be {interval}; {count:,} row{are} not, first {rows[0]:,}", rows

    for one in losses:
        ranged = any(ranged_kind(problem) in needs for needs in one.loss.reads)
        models = [
            off(one.loss.prediction, m, f"the prediction of {model.name}") if ranged else None
            for m, model in enumerate(problem.models, start=1)
        ]
        served = [
            verdict
            for verdict, model in zip(models, problem.models, strict=True)
            if all(model.serves(needs) for needs in one.loss.reads)
        ]
        verdict = off(one.target, 0, "the target") or (served[0] if served and all(served) else None)
        if verdict:
            refused.append(Refused(one.spec, *verdict))
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
