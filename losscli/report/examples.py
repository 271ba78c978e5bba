"""Five rows per task, the same for every loss, and what a loss makes of them: the example of `explain`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import CLASSES, Floats, Kind, Mask, Task, logit, preferred
from losscli.loss import Argument, BoundLoss, Loss
from losscli.loss.arguments import Arguments, codes
from losscli.loss.reduction import of_rows
from losscli.report.blocks import Cell, Grid, Role, right, tabulate
from losscli.report.numbers import scientific

CLASS_NAMES = ("a", "b", "c")
_LEVELS = np.array([0.1, 0.5, 0.9])


@dataclass(frozen=True, slots=True)
class ExampleRows:
    """words: what each row shows; y: targets, (5,) or (5, L); predicted: by kind."""

    words: tuple[str, ...]
    y: Floats
    predicted: Mapping[Kind, Floats]


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """loss: None where the row has none by itself, or lies outside the domain."""

    word: str
    target: float | str | tuple[float, ...]
    prediction: float | tuple[float, ...]
    loss: float | None


@dataclass(frozen=True, slots=True)
class Example:
    """kind: of the predictions, of several the first; figure: the loss of the rows that have one, reduced;
    note: why a row or the figure has no value."""

    kind: str
    rows: tuple[ExampleRow, ...]
    reduction: str
    figure: float | None
    note: str | None


def _column(*rows: Any) -> Floats:
    return np.array(rows, dtype=np.float64)


_P = _column(0.9, 0.6, 0.1, 0.7, 0.01)
_P_K = _column((0.8, 0.1, 0.1), (0.2, 0.7, 0.1), (0.3, 0.3, 0.4), (0.4, 0.5, 0.1), (0.95, 0.04, 0.01))
_P_L = _column((0.9, 0.2, 0.1), (0.8, 0.6, 0.3), (0.1, 0.2, 0.4), (0.7, 0.6, 0.2), (0.95, 0.1, 0.02))
_SURE = ("right", "right, not sure", "right", "wrong, not sure", "wrong and sure")

ROWS: dict[Task, ExampleRows] = {
    Task.REGRESSION: ExampleRows(
        ("near", "target 0", "exact", "far", "outlier"),
        _column(3, 0, 2, 7, 10),
        {Kind.VALUE: _column(2.5, 0.5, 2, 10, 30)},
    ),
    Task.COUNTS: ExampleRows(
        ("near", "target 0", "exact", "too low", "far too low"),
        _column(3, 0, 2, 4, 30),
        {Kind.VALUE: _column(2.5, 0.5, 2, 2, 5)},
    ),
    Task.BINARY: ExampleRows(_SURE, _column(1, 1, 0, 0, 1), {Kind.PROBABILITY: _P, Kind.SCORE: logit(_P)}),
    Task.MULTICLASS: ExampleRows(
        _SURE, _column(0, 1, 2, 0, 2), {Kind.PROBABILITY: _P_K, Kind.SCORE: np.log(_P_K / _P_K[:, [2]])}
    ),
    Task.MULTIOUTPUT: ExampleRows(
        ("near", "exact", "one off", "outlier", "wrong sign"),
        _column((1, 10), (2, 12), (0.5, 8), (3, 15), (-1, 9)),
        {Kind.VALUE: _column((1.2, 9), (2, 12), (1.5, 8), (3, 45), (1, 9))},
    ),
    Task.MULTILABEL: ExampleRows(
        ("right", "right, not sure", "none there", "one missed", "wrong and sure"),
        _column((1, 0, 0), (1, 1, 0), (0, 0, 0), (0, 1, 1), (0, 0, 1)),
        {Kind.PROBABILITY: _P_L, Kind.SCORE: logit(_P_L)},
    ),
    Task.DISTRIBUTION: ExampleRows(
        ("near", "exact", "too flat", "too sure", "wrong and sure"),
        _column((0.5, 0.4, 0.1), (0.1, 0.8, 0.1), (0.9, 0.05, 0.05), (0.4, 0.3, 0.3), (0.6, 0.3, 0.1)),
        {
            Kind.PROBABILITY: _column(
                (0.4, 0.4, 0.2), (0.1, 0.8, 0.1), (0.4, 0.3, 0.3), (0.9, 0.05, 0.05), (0.02, 0.03, 0.95)
            )
        },
    ),
    Task.FORECAST: ExampleRows(
        ("inside", "inside", "sharp and right", "just outside", "far outside"),
        _column(3, 0, 2, 7, 10),
        {
            Kind.QUANTILES: _column((1, 2.5, 4), (-1, 0.5, 2), (1.9, 2, 2.1), (7.5, 10, 12.5), (24, 30, 36)),
            Kind.INTERVAL: _column((1, 4), (-1, 2), (1.9, 2.1), (7.5, 12.5), (24, 36)),
            Kind.ENSEMBLE: _column(
                (1, 2, 3, 4), (-1, 0, 1, 2), (1.9, 2, 2, 2.1), (7.5, 9, 11, 12.5), (24, 28, 32, 36)
            ),
            Kind.MOMENTS: _column((2.5, 1.2), (0.5, 1.2), (2, 0.1), (10, 2), (30, 5)),
        },
    ),
    Task.BOXES: ExampleRows(
        ("exact", "overlap", "other shape", "apart", "far apart"),
        _column((0, 0, 2, 2), (0, 0, 2, 2), (0, 0, 4, 2), (0, 0, 1, 1), (0, 0, 1, 1)),
        {Kind.BOX: _column((0, 0, 2, 2), (1, 1, 3, 3), (0, 0, 2, 4), (2, 0, 4, 1), (9, 9, 10, 10))},
    ),
}


def example(bound: BoundLoss) -> Example | None:
    """What a loss makes of the five rows of its task; None for one that they do not serve."""
    task, rows = bound.loss.task, _rows(bound.loss)
    if any(not needs & rows.predicted.keys() for needs in bound.loss.reads):
        return None
    read = {preferred(needs & rows.predicted.keys()) for needs in bound.loss.reads}
    kind, *others = (own for own in Kind if own in read)
    shown = rows.predicted[kind]
    if others:
        shown = np.column_stack([shown, *(rows.predicted[other] for other in others)])
    inside = _inside(bound, rows, kind)
    y, predicted = rows.y[inside], {key: p[inside] for key, p in rows.predicted.items()}
    weights = np.bincount(codes(rows.y)) if task in (Task.MULTICLASS, Task.DETECTION) else np.ones(1)
    given = Arguments(task, y, predicted, levels=_LEVELS, class_weights=weights.astype(np.float64)).of(
        bound.loss
    )
    with np.errstate(all="ignore"):
        each = np.full(len(rows.y), np.nan)
        if bound.loss.reduction.has_rows:
            each[inside] = bound.value(*given)
        figure = _figure(bound, given, len(y))
    return Example(
        kind=kind.value,
        rows=tuple(
            ExampleRow(word, _target(task, y_), _plain(p), _finite(loss))
            for word, y_, p, loss in zip(rows.words, rows.y, shown, each, strict=True)
        ),
        reduction=bound.loss.reduction.value,
        figure=_finite(figure),
        note=_note(bound, rows, kind, inside),
    )


def _rows(loss: Loss) -> ExampleRows:
    """Those of its task; of a sum for a class and a box those of both, side by side."""
    if loss.task is not Task.DETECTION:
        return ROWS[loss.task]
    classes = next(ROWS[term.loss.task] for term in loss.terms if term.loss.task in CLASSES)
    boxes = ROWS[Task.BOXES]
    return ExampleRows(
        tuple(f"{one}; {box}" for one, box in zip(classes.words, boxes.words, strict=True)),
        np.column_stack([classes.y, boxes.y]),
        {**classes.predicted, **boxes.predicted},
    )


def _inside(bound: BoundLoss, rows: ExampleRows, kind: Kind) -> Mask:
    """Which rows lie in the domain of the loss: (5,)."""
    inside = np.ones(len(rows.y), dtype=np.bool_)
    if kind in (Kind.VALUE, Kind.SCORE):
        inside = _all(bound.loss.prediction.contains(rows.predicted[kind]))
    if bound.loss.task not in CLASSES:
        inside = inside & _all(bound.target.contains(rows.y))
    return inside


def _all(inside: Mask) -> Mask:
    """(n,), of (n,) or (n, L)."""
    return np.asarray(inside if inside.ndim == 1 else inside.all(axis=1))


def _note(bound: BoundLoss, rows: ExampleRows, kind: Kind, inside: Mask) -> str | None:
    out = [str(place + 1) for place in np.flatnonzero(~inside)]
    if out:
        which = f"row {out[0]} is" if len(out) == 1 else f"rows {' and '.join(out)} are"
        targets = bound.loss.task in CLASSES or bool(bound.target.contains(rows.y).all())
        domain = f"prediction {bound.loss.prediction}" if targets else f"target {bound.target}"
        return f"{which} outside the domain ({domain}), and left out"
    if not bound.loss.reduction.has_rows:
        return f"a {bound.loss.reduction.value}: a row has no value of its own"
    return None


def _figure(bound: BoundLoss, given: Sequence[Any], rows: int) -> float:
    """The rows reduced, unweighted."""

    def of_mean() -> float:
        y = given[0]
        return float(np.mean(bound.value(y, np.full_like(y, y.mean()))))

    return float(of_rows(bound, given, np.ones(rows), len(CLASS_NAMES), of_mean)[0])


def _target(task: Task, y: Any) -> float | str | tuple[float, ...]:
    return CLASS_NAMES[int(y)] if task is Task.MULTICLASS else _plain(y)


def _plain(value: Any) -> float | tuple[float, ...]:
    return tuple(map(float, value)) if np.ndim(value) else float(value)


def _finite(value: float) -> float | None:
    return float(value) + 0.0 if math.isfinite(value) else None  # never -0


_HEADS = {
    Kind.SCORE: "s",
    Kind.QUANTILES: "q0.1 q0.5 q0.9",
    Kind.INTERVAL: "lower upper",
    Kind.ENSEMBLE: "members",
    Kind.MOMENTS: "mean sd",
}


def example_grids(bound: BoundLoss) -> list[Grid]:
    """The rows, what the loss reads of each, its value, and the figure at the foot."""
    found = example(bound)
    if found is None:
        return []
    read = bound.loss.argument.value if _read(bound, found.rows[0]) is not None else ""
    figures = ("y", _HEADS.get(Kind(found.kind), "p"), *filter(None, [read]), "loss")
    rows: list[tuple[str | Cell, ...]] = []
    for row in found.rows:
        own = _read(bound, row)
        texts = [_text(row.target), _text(row.prediction), *([_text(own)] if own is not None else [])]
        rows.append((Cell(row.word, Role.DIM), *texts, _text(row.loss)))
    blanks = ("",) * (len(figures) - 1)
    rows.append((Cell(found.reduction, Role.DIM), *blanks, Cell(_text(found.figure), Role.STRONG)))
    return tabulate("", ("FIVE ROWS", *right(*figures)), rows, filter(None, [found.note]))


def _read(bound: BoundLoss, row: ExampleRow) -> float | None:
    """What the loss reads of a row, where that is neither target nor prediction: its residual or margin."""
    if isinstance(row.prediction, tuple) or not isinstance(row.target, float):
        return None
    if bound.loss.argument is Argument.RESIDUAL:
        return row.prediction - row.target
    if bound.loss.argument is Argument.MARGIN:
        return (2.0 * row.target - 1.0) * row.prediction
    return None


def _text(value: float | str | tuple[float, ...] | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case tuple():
            return " ".join(f"{x:.3g}" for x in value)
        case _:
            text = f"{value:.4g}"
            return scientific(value, 2) if "e" in text else text
