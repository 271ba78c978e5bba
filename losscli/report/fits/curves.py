"""What stands by the curves of fits: how the loss fell, what a penalty gains, precision at recall."""

from collections.abc import Sequence

from losscli.report.blocks import Grid, Note, right, tabulate
from losscli.report.fits.screen import FitScreen, words
from losscli.report.numbers import fixed, significant
from losscli.result import Curve, LearningCurve, PenaltyPath

_TITLE = "PRECISION AT RECALL, out of fold"
_NOTE = "among the rows of the highest scores, as many as it takes to find such a share of the positives"
_RECALLS = (0.5, 0.8, 0.9, 0.95, 0.99)
_LOSSES, _PLACES = 5, 6
_WORDS = {"objective": "objective", "training": "training", "held_out": "held out"}


def training_grids(screen: FitScreen) -> list[Grid]:
    """The curves at a few iterations, where rows were held out; those of all losses with `--all`."""
    if not screen.all and all(one.name != "held_out" for one in screen.found.curves):
        return []
    specs = [
        one.fit.spec for one in (screen.shown if screen.all else screen.shown[: screen.most(_LOSSES, 1)])
    ]
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
            *_at_strength(one, one.best, bool(zeros)),
            *_at_strength(one, one.one_standard_error, bool(zeros)),
        )
        for spec, one in shown
    ]
    title = f"path of {penalty}: {metric} out of fold at {len(first.x)} strengths"
    note = "within 1 se: the strongest penalty whose error is within one standard error of the least"
    return tabulate(title.upper(), heads, rows, (note,), always=1, complete=screen.all)


def _at_strength(one: PenaltyPath, strength: float | None, counted: bool) -> tuple[str, ...]:
    """(strength, metric there, and how many slopes are not 0)."""
    if strength is None:
        return ("n/a",) * (2 + counted)
    k = one.x.index(strength)
    value, slopes = one.y[k], one.nonzero[k]
    texts = (significant(strength), "n/a" if value is None else significant(value))
    return (*texts, "" if slopes is None else f"{slopes:,}") if counted else texts


def recall_grids(screen: FitScreen) -> list[Grid]:
    """One row per loss, in the order of the screen; none where there are no curves of precision and
    recall."""
    curves = {
        one.spec: one
        for one in screen.found.curves
        if isinstance(one, Curve) and one.name == "precision_recall"
    }
    rows = (
        (screen.loss(one.fit.spec), *(_precision(curves[one.fit.spec], recall) for recall in _RECALLS))
        for one in screen.shown
        if one.fit.spec in curves and screen.all
    )
    heads = ("loss", *right(*(f"at {100 * recall:g} %" for recall in _RECALLS)))
    return tabulate(_TITLE, heads, rows, (_NOTE,), always=1)


def _precision(curve: Curve, recall: float) -> str:
    found = next((y for x, y in zip(curve.x, curve.y, strict=True) if x >= recall - 1e-12), None)
    return "n/a" if found is None else fixed(found, 3)
