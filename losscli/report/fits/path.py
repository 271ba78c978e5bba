"""What each loss gains by its penalty: the best strength out of fold, and the strongest that is as good."""

from losscli.report.blocks import Grid, right, tabulate
from losscli.report.fits.screen import FitScreen, words
from losscli.report.numbers import significant
from losscli.result import PenaltyPath


def path_grids(screen: FitScreen) -> list[Grid]:
    """A row for every loss of the screen; none where no path was asked for."""
    own = {one.spec: one for one in screen.found.curves if isinstance(one, PenaltyPath)}
    shown = [(one.fit.spec, own[one.fit.spec]) for one in screen.shown if one.fit.spec in own]
    if not shown:
        return []
    first = shown[0][1]
    penalty, metric = first.name.removeprefix("path:"), words(first.metric)
    zeros = ("slopes",) if penalty == "l1" else ()
    heads = ("loss", *right(f"best {penalty}", metric, *zeros, "within 1 se", metric, *zeros))
    rows = [
        (
            screen.clip(screen.loss(spec), 28),
            *_at(one, one.best, bool(zeros)),
            *_at(one, one.one_standard_error, bool(zeros)),
        )
        for spec, one in shown
    ]
    title = f"path of {penalty}: {metric} out of fold at {len(first.x)} strengths"
    note = "within 1 se: the strongest penalty whose error is within one standard error of the least"
    return tabulate(title.upper(), heads, rows, (note,), always=1, complete=screen.all)


def _at(one: PenaltyPath, strength: float | None, counted: bool) -> tuple[str, ...]:
    """(strength, metric there, and how many slopes are not 0)."""
    if strength is None:
        return ("n/a",) * (2 + counted)
    k = one.x.index(strength)
    value, slopes = one.y[k], one.nonzero[k]
    texts = (significant(strength), "n/a" if value is None else significant(value))
    return (*texts, "" if slopes is None else f"{slopes:,}") if counted else texts
