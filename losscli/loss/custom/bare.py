"""What a record needs beyond what is measured: what is told of any loss whose arguments are letters."""

from collections.abc import Mapping

from losscli.domain import IDENTITY, REALS, Floats, Kind, Task, Unit
from losscli.loss import Argument, Loss, Param

LETTERS = ("y", "p", "r", "m", "s")

# The letters of a formula: its argument, the letters of that in their order, what the slope is taken in.
READS: tuple[tuple[frozenset[str], Argument, tuple[str, ...], str], ...] = (
    (frozenset({"r"}), Argument.RESIDUAL, ("r",), "r"),
    (frozenset({"y", "p", "r"}), Argument.PREDICTION, ("y", "p"), "p"),
    (frozenset({"m"}), Argument.MARGIN, ("m",), "m"),
    (frozenset({"y", "s", "m"}), Argument.SCORE, ("y", "s"), "s"),
)


def bare_record(name: str, argument: Argument, defaults: Mapping[str, float]) -> Loss:
    """A record that has no value yet, with parameters of these defaults."""
    numbers = argument in (Argument.RESIDUAL, Argument.PREDICTION)
    return Loss(
        name=name,
        title=name,
        task=Task.REGRESSION if numbers else Task.BINARY,
        formula="",
        argument=argument,
        value=_no_value,
        needs=frozenset({Kind.VALUE} if numbers else {Kind.SCORE, Kind.LOGIT}),
        link=IDENTITY,
        unit=Unit.OWN,
        elicits="a centre of its own" if numbers else "a score of its own",
        asks="its own",
        params=tuple(Param(key, value, REALS, "as it is defined") for key, value in defaults.items()),
        choose="You have defined it.",
        avoid="A loss of the catalogue asks the same: others know that one.",
        reference="",
    )


def _no_value(*arguments: Floats) -> Floats:
    raise NotImplementedError
