"""How the loss fell: learning curves by iteration, on the rows learned from and on those held out."""

from collections.abc import Sequence

from losscli.report.blocks import Cell, Column, Grid, Note
from losscli.report.fits.screen import FitScreen, words
from losscli.report.numbers import significant
from losscli.result import LearningCurve

_LOSSES, _PLACES = 5, 6
_WORDS = {"objective": "objective", "training": "training", "held_out": "held out"}


def training_grids(screen: FitScreen) -> list[Grid]:
    """The curves at a few iterations; those of all losses with `--all`."""
    specs = [one.fit.spec for one in (screen.shown if screen.all else screen.shown[:_LOSSES])]
    known = [curve for curve in screen.fits.curves if isinstance(curve, LearningCurve)]
    curves = [curve for spec in specs for curve in known if curve.spec == spec and curve.name in _WORDS]
    if not curves:
        return []
    last = max(curve.x[-1] for curve in curves)
    places = _places(last)
    best = {fit.spec: fit.iterations for fit in screen.fits.fits}
    columns = (
        Column("loss"),
        Column("rows"),
        *(Column(f"{place:,}", right=True) for place in places),
        Column("best at", right=True),
    )
    rows = []
    for curve in curves:
        first = curve.name != "held_out"
        name = screen.clip(screen.loss(curve.spec), 24) if first else ""
        end = f"{best[curve.spec]:,}" if curve.name == "held_out" else ""
        cells = (name, _WORDS[curve.name], *(_at(curve, place) for place in places), end)
        rows.append(tuple(map(Cell, cells)))
    early = any(curve.name == "held_out" for curve in curves)
    kept = columns if early else columns[:-1]
    of = "OBJECTIVE" if curves[0].name == "objective" else "LOSS"
    unit = "iteration" if curves[0].name == "objective" else "epoch"
    return [Grid(f"{of} BY {unit.upper()}, fit on all rows", kept, tuple(r[: len(kept)] for r in rows))]


def _places(last: int) -> Sequence[int]:
    """A few iterations from 0 to the last, at even ratios."""
    inner = [round(last ** (number / (_PLACES - 2))) for number in range(_PLACES - 1)]
    return list(dict.fromkeys([0, *inner]))


def _at(curve: LearningCurve, place: int) -> str:
    """The value at the last iteration recorded up to a place; empty behind the end of the curve."""
    if place > curve.x[-1]:
        return ""
    number = max(i for i, x in enumerate(curve.x) if x <= place)
    value = curve.y[number]
    return "n/a" if value is None else significant(value)


def seed_notes(screen: FitScreen) -> list[Note]:
    """How far other starts of the networks move the headline metric, beside how far losses do."""
    spreads = [fit.seeds for fit in screen.fits.fits if fit.seeds is not None]
    sds = sorted(one.sd for one in spreads if one.sd is not None)
    if not sds:
        return []
    middle, count = sds[len(sds) // 2], len(spreads[0].values)
    title = words(screen.fits.headline)
    text = f"another start moves {title} by {middle:.2g} (sd over {count} starts"
    text += ", the median loss)" if len(sds) > 1 else ")"
    values = [one.values[0] for one in spreads if one.values[0] is not None]
    if len(values) > 1:
        mean = sum(values) / len(values)
        sd = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
        text += f"; another loss by {sd:.2g} (sd over {len(values)} losses)"
    return [Note("!", text)]
