"""`--max-regression`: how much worse than the baseline a loss or a metric may be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from losscli.comparison.gates.names import measure_of
from losscli.data.table.grammar import DOT
from losscli.errors import Fix, UsageError
from losscli.inference import Tolerance
from losscli.loss import BoundLoss
from losscli.spec import Spec

_FLAG = "--max-regression"
_EXAMPLE = f"For example {_FLAG} mae=2% or {_FLAG} recall=+0.01"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much worse than the baseline a loss or a metric may be.

    text: as typed.
    others: the other gates of the flag, which a line to paste repeats.
    """

    text: str
    spec: Spec
    is_loss: bool
    tolerance: Tolerance
    others: tuple[str, ...]

    @property
    def flag(self) -> str:
        """For errors: `--max-regression 'mae=2%'`."""
        return f"{_FLAG} {self.text!r}"

    def instead(self, amount: str, gives: str) -> Fix:
        """The flags with another tolerance of this gate."""
        return _instead(self.others, f"{self.spec}={amount}", gives)


def parse_allowances(texts: Sequence[str]) -> tuple[Allowance, ...]:
    """Read `mae=2%`, `huber:delta=1=2%`, `recall=+0.01`.

    Raises UsageError for anything else: for a bare number, for a metric that has no better side, and for a
    share of one that can be below 0."""
    return tuple(
        _parsed(text.strip(), tuple(one for k, one in enumerate(texts) if k != at))
        for at, text in enumerate(texts)
    )


def _parsed(text: str, others: tuple[str, ...]) -> Allowance:
    name, equals, limit = (part.strip() for part in text.rpartition("="))
    bare = limit.removesuffix("%").removeprefix("+").strip()
    amount = DOT.number(bare)
    if not equals or amount is None or not 0 <= amount < math.inf:
        raise UsageError(f"{_FLAG} {text!r} is no allowance", advice=_EXAMPLE)
    measure = measure_of(Spec.parse(name), f"{_FLAG} {text!r}")
    relative = limit.endswith("%")
    if not relative and not limit.startswith("+"):
        raise UsageError(
            f"{_FLAG} {text!r}: a share of the baseline, or in the unit of {measure.spec}?",
            advice="Say which:",
            fixes=[
                _instead(
                    others, f"{name}={100 * amount if amount < 1 else amount:g}%", "worse by a share at most"
                ),
                _instead(others, f"{name}=+{bare}", "worse by so much at most, in its own unit"),
            ],
        )
    if measure.greater_is_better is None:
        raise UsageError(
            f"{_FLAG} {text!r}: no side of {measure.spec} is worse",
            advice=f"Set a limit: --fail-if '{measure.spec} > LIMIT'",
        )
    found = Allowance(
        text,
        measure.spec,
        measure.is_loss,
        Tolerance(amount / 100 if relative else amount, relative, measure.greater_is_better),
        others,
    )
    if relative and measure.signed:
        raise no_share(found)
    return found


def _instead(others: Sequence[str], text: str, gives: str) -> Fix:
    return Fix(tuple(word for one in (*others, text) for word in (_FLAG, one)), gives)


def no_share(allowance: Allowance) -> UsageError:
    """That a figure which can be below 0 has no share by which it is worse."""
    return UsageError(
        f"{allowance.flag}: {allowance.spec} can be 0 or below, and a share of that says nothing",
        advice="Say how much worse it may be in its own unit:",
        fixes=[allowance.instead("+0.01", "worse by 0.01 at most")],
    )


def check_share(allowance: Allowance, bound: BoundLoss) -> None:
    """Raises UsageError where a share is tolerated of a loss that can be negative."""
    if allowance.tolerance.relative and bound.can_be_negative:
        raise no_share(allowance)
