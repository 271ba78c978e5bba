"""What an average hides: each class or label, the confusion matrix, each output."""

from collections.abc import Callable, Sequence

from losscli.report.blocks import Grid, GridColumn, Line, Role, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import visible
from losscli.report.numbers import Digits, Figure, digits_of, significant
from losscli.result import ClassScores, ConfusionMatrix, OutputScores

_ROWS = 8  # of outputs on the default screen
_CLASSES = 12  # of a matrix that is drawn
_CELLS = 20
_TOGETHER = "losses above take all outputs together, as if they were of one unit"
Scores = ClassScores | OutputScores


def class_grids(screen: CompareScreen) -> list[Grid]:
    """With `--all`, the figures of each class or label and model, and which class is taken for which."""
    if not screen.all:
        return []
    title = "CLASSES" if screen.found.labels else "LABELS"
    names = ("precision", "recall", "f1")
    heads = [GridColumn(title), GridColumn("model"), *_heads(screen, names)]
    heads += [GridColumn(name, right=True) for name in ("support", "predicted")]
    scores = sorted(screen.found.classes, key=_places([one.name for one in screen.found.classes]))
    rows = [
        (
            screen.clip(one.name, _CELLS),
            screen.model(one.model),
            *_figures(one, names, _by_name(screen.found.classes, names)),
            _count(one.support),
            _count(one.predicted),
        )
        for one in scores
    ]
    grids = tabulate("", heads, rows, _reasons(screen.found.classes), complete=False, keys=2)
    return [*grids, *(grid for one in screen.found.confusion for grid in _confusion(screen, one))]


def output_grids(screen: CompareScreen) -> Sequence[Grid | Line]:
    """The figures of each output and model: where they are few, or with `--all`."""
    scores = screen.found.outputs
    if not scores:
        return []
    if outputs_folded(screen):
        return [Line((f"{_TOGETHER}; each by itself: --show outputs",), Role.DIM)]
    names = ("mae", "rmse", "r2")
    ordered = sorted(scores, key=_places([one.output for one in scores]))
    rows = [
        (
            screen.clip(one.output, _CELLS),
            screen.model(one.model),
            *_figures(one, names, _by_name([two for two in scores if two.output == one.output], names)),
        )
        for one in ordered
    ]
    heads = [GridColumn("OUTPUTS"), GridColumn("model"), *_heads(screen, names)]
    return tabulate("", heads, rows, (_TOGETHER, *_reasons(scores)), complete=False, keys=2)


def outputs_folded(screen: CompareScreen) -> bool:
    """Whether there are more outputs than the short form has room for."""
    return not screen.all and (len(screen.found.outputs) > _ROWS or screen.view.tight > 0)


def _places(names: Sequence[str]) -> Callable[[Scores], int]:
    """Sorts by class, label or output, in the order of the first model."""
    place = {name: at for at, name in reversed(list(enumerate(names)))}
    return lambda one: place[one.name if isinstance(one, ClassScores) else one.output]


def _heads(screen: CompareScreen, names: Sequence[str]) -> list[GridColumn]:
    """Each figure with its interval; on a narrow terminal those of the last go first."""
    found = []
    for place, name in enumerate(names):
        found += [
            GridColumn({"r2": "R²"}.get(name, name), right=True),
            GridColumn(screen.confidence, right=True, drop=place + 1),
        ]
    return found


def _by_name(scores: Sequence[Scores], names: Sequence[str]) -> dict[str, Digits]:
    """The digits of each figure."""
    return {name: digits_of([_figure(one, name) for one in scores]) for name in names}


def _figure(one: Scores, name: str) -> Figure:
    return Figure(*(getattr(one, f"{name}{end}") for end in ("", "_low", "_high")))


def _figures(one: Scores, names: Sequence[str], digits: dict[str, Digits]) -> list[str]:
    found = []
    for name in names:
        own = _figure(one, name)
        value = "n/a" if own.value is None else digits[name].text(own.value, own.decimals)
        found += [value, digits[name].interval(own.low, own.high)]
    return found


def _reasons(scores: Sequence[Scores]) -> tuple[str, ...]:
    """Why figures and intervals are missing, each reason once, with the first that lacks it."""
    found: dict[str, str] = {}
    for one in scores:
        name = one.name if isinstance(one, ClassScores) else one.output
        for reason in (one.reason or "").split("; "):
            if reason:
                found.setdefault(visible(reason), f"{visible(name)} of {visible(one.model)}")
    return tuple(f"{reason} ({first})" for reason, first in found.items())


def _count(weight: float) -> str:
    return f"{weight:,.0f}" if weight.is_integer() else significant(weight)


def _confusion(screen: CompareScreen, one: ConfusionMatrix) -> list[Grid]:
    """Rows are true, columns predicted."""
    title = f"CONFUSION of {screen.model(one.model)}"
    if len(one.labels) > _CLASSES:
        note = (f"{len(one.labels)} classes: the matrix stands in --format json",)
        return tabulate("", (title,), (note,))
    names = [screen.clip(label, _CELLS) for label in one.labels]
    heads = (f"{title}: true", *right(*(f"as {name}" for name in names)))
    rows = [(name, *map(_count, row)) for name, row in zip(names, one.counts, strict=True)]
    return tabulate("", heads, rows, complete=False)
