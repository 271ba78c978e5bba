"""Parameters chosen on folds within the training rows."""

from collections import Counter

from losscli.report.blocks import Grid, GridColumn, right, tabulate
from losscli.report.fits.screen import FitScreen, words
from losscli.report.numbers import significant
from losscli.result import Tuned

TUNED = 5  # losses of the short form
_SHOWN = 4  # values of folds


def tuned_grids(screen: FitScreen) -> list[Grid]:
    """A row for every loss that has one: what all rows choose, and what the folds did."""
    own = [(one.fit.spec, one.fit.tuned) for one in (*screen.ranked, *screen.unranked) if one.fit.tuned]
    if not own:
        return []
    metric = words(own[0][1].metric)
    own = own if screen.all else own[: screen.most(TUNED, 2)]
    rows = [(screen.loss(spec), _all_rows(one), _tried(one), _folds(one)) for spec, one in own]
    heads = ("loss", *right("on all rows"), GridColumn("tried", drop=1), "chosen in folds")
    notes = [f"chosen by {metric} on folds within the training rows"]
    if any(_at_end(one) for _, one in own):
        notes.append("* an end of the range: the best may lie beyond")
    title = "TUNED WITHIN TRAINING ROWS (nested)"
    return tabulate(title, heads, rows, tuple(notes), always=2, complete=screen.all)


def _at_end(one: Tuned) -> bool:
    return one.value in (one.tried[0], one.tried[-1])


def _all_rows(one: Tuned) -> str:
    return f"{one.param} {significant(one.value)}{'*' if _at_end(one) else ''}"


def _tried(one: Tuned) -> str:
    return f"{len(one.tried)} from {significant(one.tried[0])} to {significant(one.tried[-1])}"


def _folds(one: Tuned) -> str:
    """`1.35 in 31, 0.967 in 12 …`: the commonest first."""
    counts = Counter(one.folds).most_common()
    texts = [f"{significant(value)} in {count:,}" for value, count in counts[:_SHOWN]]
    return ", ".join(texts) + (" …" if len(counts) > _SHOWN else "")
