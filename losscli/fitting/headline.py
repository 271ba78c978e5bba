"""`--metric`: what losses are ranked by, a metric of the task or a loss; and which losses that speaks for."""

from collections.abc import Sequence

import numpy as np

from losscli.descent.train import Wanted
from losscli.domain import CLASSES, Floats, Task
from losscli.errors import UsageError, unknown
from losscli.fitting.judge import kind_of, of_loss
from losscli.loss import BoundLoss, Loss
from losscli.loss.catalogue import find, known_names, losses_for, named
from losscli.metrics import FAMILIES, known_as
from losscli.metrics.metric import Metric
from losscli.spec import Spec

_AS_LOSSES = {"r2": "mse"}  # metrics that order models as a loss of another name does
_NAMED = 12  # metrics in an error


def chosen_judge(text: str, task: Task, usual: Sequence[Metric], y: Floats) -> Metric | Wanted:
    """The judge of that name: one of the usual metrics of a task, one with a parameter, or a loss with the
    parameters that were written.

    y: numbers or class codes (n,), of several targets (n, L). Raises UsageError for a name that is none, a
    figure of which neither side is better, and a loss that these targets rule out.
    """
    spec = Spec.parse(text)
    own = next((one for one in usual if text in (one.name, *one.aliases)), None)
    if own is None and spec.name in {family.name for family in FAMILIES}:
        own = known_as(text, "", task)
    if own is None and spec.name not in known_names() and not spec.is_sum:
        raise _none_such(text, task, usual)
    if own is not None:
        if own.greater_is_better is None:
            raise UsageError(
                f"--metric {text}: neither more nor less of it is better, so that it ranks nothing",
                advice=_offer(usual),
            )
        return own
    loss = find(spec, task)
    if loss is None:
        others = " and ".join(sorted({str(one.task) for one in named(spec.name)}))
        raise UsageError(
            f"--metric {text}: a loss for {others} targets, and the task is {task}", advice=_offer(usual)
        )
    _check(text, loss, task, y)
    return Wanted(loss, spec.numbers())


def _check(text: str, loss: Loss, task: Task, y: Floats) -> None:
    """Raises UsageError for a loss that judges nothing on these targets."""
    if loss.infimum == -np.inf:
        raise UsageError(f"--metric {text}: it has no lower bound", advice="Name another")
    if task in CLASSES:
        return
    outside = np.flatnonzero(~loss.target.contains(y).reshape(len(y), -1).all(axis=1))
    if len(outside):
        raise UsageError(
            f"--metric {text}: the target must be {loss.target}; {len(outside):,} rows are not, "
            f"first {outside[0] + 1:,}",
            advice="Name another, such as mae",
        )


def _none_such(text: str, task: Task, usual: Sequence[Metric]) -> UsageError:
    known = [*_rankable(usual), *(loss.name for loss in losses_for(task))]
    return unknown(f"--metric {text}: there is no such metric or loss", text.lower(), known, _offer(usual))


def _offer(usual: Sequence[Metric]) -> str:
    return f"For example {', '.join(_rankable(usual)[:_NAMED])}; or a loss, as huber:delta=2"


def _rankable(usual: Sequence[Metric]) -> list[str]:
    return [one.name for one in usual if one.greater_is_better is not None]


def settled(judge: Metric | Wanted, scale: float | None, y: Floats, w: Floats) -> Metric:
    """The judge with what a loss takes from the data where it is not written.

    scale: s of all rows; y: (n,); w: (n,). Raises NoDefault where the data have no such thing.
    """
    if isinstance(judge, Metric):
        return judge
    loss, imbalance = judge.loss, None
    if loss.task is Task.BINARY and 0.0 < float(y @ w) < float(w.sum()):
        imbalance = float(w.sum()) / float(y @ w) - 1.0
    bound = loss.bind(judge.written, scale=scale, imbalance=imbalance)
    return of_loss(bound, name=bound.spec)


def unjudged(judge: Metric, loss: Loss) -> str | None:
    """Why a judge has nothing to say of what a loss predicts, or None."""
    kind = kind_of(loss)
    if kind in judge.needs:
        return None
    return f"{judge.name} does not judge what it predicts: a {kind}"


def ordered_alike(judge: Metric, task: Task) -> BoundLoss | None:
    """The loss that orders models as the judge does; None where none does."""
    spec = Spec.parse(_AS_LOSSES.get(judge.name, judge.name))
    loss = find(spec, task) if spec.is_sum or spec.name in known_names() else None
    return None if loss is None else loss.bind(spec.numbers(), scale=1.0, imbalance=1.0, naive=1.0)
