"""How the loss fell: learning curves by iteration, on the rows learned from and on those held out."""

from collections.abc import Sequence

from losscli.report.blocks import Grid, Note, right, tabulate
from losscli.report.fits.screen import FitScreen, words
from losscli.report.numbers import significant
from losscli.result import LearningCurve

_LOSSES, _PLACES = 5, 6
_WORDS = {"objective": "objective", "training": "training", "held_out": "held out"}


def training_grids(screen: FitScreen) -> list[Grid]:
    """The curves at a few iterations, where rows were held out; those of all losses with `--all`."""
    if not screen.all and all(one.name != "held_out" for one in screen.found.curves):
        return []
    specs = [one.fit.spec for one in (screen.shown if screen.all else screen.shown[:_LOSSES])]
    known = [one for one in screen.found.curves if isinstance(one, LearningCurve) and one.name in _WORDS]
    curves = [curve for spec in specs for curve in known if curve.spec == spec]
    if not curves:
        return []
    last = max(curve.x[-1] for curve in curves)
    places = _places(last)
    best = {fit.spec: fit.iterations for fit in screen.found.fits}
    rows = []
    for curve in curves:
        first = curve.name != "held_out"
        name = screen.clip(screen.loss(curve.spec), 24) if first else ""
        end = f"{best[curve.spec]:,}" if curve.name == "held_out" else ""
        rows.append((name, _WORDS[curve.name], *(_at(curve, place) for place in places), end))
    heads = ("loss", "rows", *right(*(f"{place:,}" for place in places), "best at"))
    of = "OBJECTIVE" if curves[0].name == "objective" else "LOSS"
    unit = "iteration" if curves[0].name == "objective" else "epoch"
    title = f"{of} BY {unit.upper()}, fit on all rows"
    return tabulate(title, heads, rows, always=len(heads) - 1, complete=False)


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
    spreads = [fit.seeds for fit in screen.found.fits if fit.seeds is not None]
    sds = sorted(one.sd for one in spreads if one.sd is not None)
    if not sds:
        return []
    middle, count = sds[len(sds) // 2], len(spreads[0].values)
    title = words(screen.found.headline)
    text = f"another start moves {title} by {middle:.2g} (sd over {count} starts"
    text += ", the median loss)" if len(sds) > 1 else ")"
    values = [one.values[0] for one in spreads if one.values[0] is not None]
    if len(values) > 1:
        mean = sum(values) / len(values)
        sd = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
        text += f"; another loss by {sd:.2g} (sd over {len(values)} losses)"
    return [Note("!", text)]
