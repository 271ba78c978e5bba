"""What the first lines of every report say of the data: files, rows, and how they were read."""

import os
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from losscli.report.names import cell_width, visible
from losscli.report.numbers import count
from losscli.report.screen import Screen
from losscli.result import Input, Model, RowCounts
from losscli.spec import number_text

_PATH_CELLS = 28
_DECISIONS = 3
_CLASSES = 5
_LINES = 3
_LEFT_OUT = "left out"  # how the gravest of decisions begin
_NAMED_MODELS = 8
_PLAIN = ("target ", "task ", "positive class ")  # decisions that the data line says anyway
_MISSING = ("a missing or infinite value", "missing or infinite")  # a reason within a sentence, and alone
AnyScreen = Screen[Any]


def file_text(screen: AnyScreen, item: Input) -> str:
    """The path, or on a terminal, where it is long, its last part; of a folder or pattern how many files."""
    path = item.path
    whole = screen.width is None or cell_width(visible(path)) <= _PATH_CELLS
    name = screen.clip(path if whole else os.path.basename(path.rstrip("/")), _PATH_CELLS)
    return f"{name} ({count(len(item.files), 'file')})" if item.files else name


def target_text(screen: AnyScreen, target: str, positive: str | None, classes: Sequence[str]) -> str:
    """`target label: positive yes`, `target species: cat, dog, emu`, `target y`."""
    text = f"target {screen.clip(target, 18)}"
    if positive is not None:
        return f"{text}: positive {screen.clip(positive, 16)}"
    return text + classes_text(screen, classes) if classes else text


def classes_text(screen: AnyScreen, classes: Sequence[str]) -> str:
    """`: cat, dog, emu`, or `: 12 classes`."""
    if len(classes) > _CLASSES:
        return f": {len(classes)} classes"
    return f": {', '.join(screen.clip(label, 12) for label in classes)}"


def models_text(screen: AnyScreen, models: Sequence[Model], names: Mapping[str, str] | None = None) -> str:
    """`models rf gb (probability in …_prob_*)`: their names, what they predict, and their columns where these
    are called otherwise. names: how each is shown."""
    if not models:
        return "no models"
    shown = [names[one.name] if names else screen.clip(one.name, 24) for one in models]
    kinds = {one.kind for one in models}
    most = _NAMED_MODELS if screen.width is None else 4
    listed = " ".join(shown if len(shown) <= most or screen.all else [*shown[: most - 1], "…"])
    number = f"{len(shown)} " if len(shown) > most else ""
    what = kinds.pop() if len(kinds) == 1 and kinds != {"value"} else ""
    places = {_columns_of(one, alone=len(models) == 1) for one in models}
    where = f"in {screen.clip(places.pop(), 40)}" if len(places) == 1 and places != {""} else ""
    said = " ".join(filter(None, (what, where)))
    return f"{number}model{'s' * (len(shown) > 1)} {listed}{f' ({said})' if said else ''}"


def _columns_of(model: Model, *, alone: bool) -> str:
    """The columns of a model; of several its own name in them as an ellipsis; "" where it is named by its
    one column."""
    if model.columns == (model.name,):
        return ""
    called = model.columns if alone else [name.replace(model.name, "…", 1) for name in model.columns]
    return folded_columns(called)


def folded_columns(names: Sequence[str]) -> str:
    """`prob_*`: names by what they begin and end with; else each of a few, or the first and the last."""
    if len(names) < 2:
        return "".join(names)
    start = _shared_start(names)
    end = _shared_start([name[len(start) :][::-1] for name in names])[::-1]
    if len(start) + len(end) > 1:
        return f"{start}*{end}"
    return ", ".join(names) if len(names) <= _CLASSES else f"{names[0]} … {names[-1]} ({len(names)} columns)"


def _shared_start(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def rows_text(screen: AnyScreen, rows: RowCounts) -> str:
    if not rows.dropped:
        return count(rows.used, "row")
    why = ", ".join(
        f"{count(number, 'row')} dropped: {screen.clip(reason.replace(*_MISSING), 40)}"
        for reason, number in rows.dropped.items()
    )
    return f"{rows.used:,} of {rows.read:,} rows ({why})"


def class_weight_text(screen: AnyScreen, weights: Mapping[str, float]) -> str:
    """`class weights 0 0.797, 1 1.34`"""
    most = len(weights) if screen.all else _CLASSES
    shown = [f"{screen.clip(label, 12)} {weight:.3g}" for label, weight in weights.items()][:most]
    rest = f" and {len(weights) - most} more" if len(weights) > most else ""
    return f"class weights {', '.join(shown)}{rest}"


def cost_text(costs: Mapping[str, float]) -> str:
    """`cost fp=5, fn=1`: what is not 0, and both mistakes."""
    shown = [(key, value) for key, value in costs.items() if value or key in ("fp", "fn")]
    return f"cost {', '.join(f'{key}={number_text(value)}' for key, value in shown)}"


def decision_texts(
    screen: AnyScreen, decisions: Sequence[str], *said: str, most: int = _DECISIONS
) -> list[str]:
    """How the file was read, where that is not the plain case; everything with `--all`.

    said: how more decisions begin that the data line says anyway; most: how many a terminal shows.
    """
    texts = [text for text in decisions if screen.all or not text.startswith(_PLAIN + said)]
    if screen.width is None or screen.all:
        return [visible(text) for text in texts]
    rest = [f"+{len(texts) - most} more: --all"] if texts[most:] else []
    return [*(screen.clip(text, screen.width) for text in texts[:most]), *rest]


def data_fields(
    screen: AnyScreen, fields: Sequence[str], decisions: Sequence[str], *said: str
) -> tuple[str, ...]:
    """What was read and how figures are made, in three lines unless what was left out takes more; every
    decision where all is open.

    fields: what stands always; said: how decisions begin that these fields say too.
    """
    if screen.all:
        return (*fields, *decision_texts(screen, decisions))
    first = sorted(decisions, key=lambda text: not text.startswith(_LEFT_OUT))
    texts = decision_texts(screen, first, *said, most=len(first))
    least = sum(text.startswith(_LEFT_OUT) for text in texts)
    for shown in range(len(texts), least - 1, -1):
        left = len(texts) - shown
        found = (*fields, *texts[:shown], *([f"{left:,} more: --show data"] if left else []))
        if _fitting(found, screen.view.width) == len(found):
            break
    return found


def _fitting(fields: Sequence[str], width: int | None) -> int:
    """How many of the fields stand on the lines that the data may take; of a pipe all."""
    lines, used = 1, 0
    for number, field in enumerate(fields):
        longer = used + 2 + cell_width(field) if used else cell_width(field)
        if width is None or longer <= width or not used:
            used = longer
        elif lines < _LINES:
            lines, used = lines + 1, cell_width(field)
        else:
            return number
    return len(fields)
