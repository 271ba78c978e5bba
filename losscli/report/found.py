"""What a report is of, beside the results of `losscli.result`, and what is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss import BoundLoss, Loss, Params
from losscli.metrics.metric import Metric
from losscli.report.traits import bound_at_one
from losscli.result import Advice, Changes, Comparison, Fits, Roles

if TYPE_CHECKING:
    from losscli.loss.battery import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is asked of a result.

    all, coefficients: whether everything, and the coefficients of fits, are asked for.
    show: the names of sections that are to be open.
    explain: whether a line under each section says how to read it.
    tight: how much the default screen leaves out so that it stays short; 0 is least.
    width, height: the columns to lay text out in, None for as many as it takes; the lines of a terminal.
    piped: whether no name is shortened.
    paged: whether it is to be read elsewhere, where a list of losses is a reference.
    unicode: whether the stream takes more than ASCII.
    colour: whether it takes colour; strict: whether a gate that cannot tell fails. Both are for formats.
    typed: whether what to type next is said; in Python nothing is.
    """

    all: bool = False
    coefficients: bool = False
    show: frozenset[str] = frozenset()
    explain: bool = False
    tight: int = 0
    width: int | None = None
    height: int | None = None
    piped: bool = False
    paged: bool = False
    unicode: bool = True
    colour: bool = False
    strict: bool = False
    typed: bool = True

    @property
    def folded(self) -> bool:
        """Whether it is the short form: no section is opened."""
        return not (self.all or self.show or self.coefficients)

    def full(self) -> "View":
        """The same with everything open."""
        return replace(self, all=True, coefficients=self.coefficients or "coefficients" in self.show)

    def page(self) -> "View":
        """The same of what is read elsewhere, as wide as it is."""
        return replace(self, width=None, piped=True, paged=True)


@dataclass(frozen=True, slots=True)
class Listing:
    """The losses of a task, or of all."""

    losses: Sequence[Loss]
    task: Task | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The records of one name, and the parameters that were typed; of a name that is a metric's, those of the
    metric. said: what the name is, where it was spelled in another way."""

    losses: Sequence[Loss]
    written: Params
    metrics: Sequence[Metric] = ()
    said: str = ""

    def bound(self) -> list[BoundLoss]:
        """The records that take the written parameters; see `bind_records`."""
        return bind_records(self.losses, self.written)


@dataclass(frozen=True, slots=True)
class Checks:
    """What a loss says of itself, held against what it does, in every task that has it."""

    losses: "Sequence[Checked]"


Found = Comparison | Fits | Advice | Changes | Roles | Listing | Explanation | Checks


def bind_records(losses: Sequence[Loss], written: Params) -> list[BoundLoss]:
    """The records that take the written parameters, the others resolved at s = 1 and n-/n+ = 2.

    Raises UsageError for a parameter that no record takes.
    """
    bound: list[BoundLoss] = []
    errors: list[UsageError] = []
    for loss in losses:
        try:
            bound.append(bound_at_one(loss, written))
        except UsageError as error:
            errors.append(error)
    if errors and not bound:
        raise errors[0]
    return bound
