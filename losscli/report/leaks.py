"""Features that give the target away, in words, for `fit` and `advise`."""

from collections.abc import Sequence

from losscli.report.names import joined
from losscli.report.screen import Screen
from losscli.report.typed import again
from losscli.result import Advice, Fits

NAMED = 3


def leak_sentence(
    screen: Screen[Fits] | Screen[Advice], leaks: Sequence[str], target: str, *, classes: bool
) -> str:
    """What to look at before any loss; leaks: the features, one at least; classes: whether the target has."""
    names = joined([screen.clip(name, 30) for name in leaks[:NAMED]])
    alone = "tells the classes apart alone" if classes else "equals it or orders the rows exactly as it does"
    what, it = (
        (f"the feature {names}", "it gives") if len(leaks) == 1 else (f"the features {names}", "they give")
    )
    each = f"it {alone}" if len(leaks) == 1 else f"each {alone}"
    return (
        f"Look at {what} before any loss: {it} the target {screen.clip(target, 30)} away ({each}). "
        f"Unless that is known when you predict, leave it out: {again(dropping(leaks))}."
    )


def dropping(leaks: Sequence[str]) -> list[str]:
    """The words that leave them out."""
    return [word for name in leaks[:NAMED] for word in ("--drop", name)]
