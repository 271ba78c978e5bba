"""What the first lines of every report say of the data: files, rows, and how they were read."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from losscli.report.names import cell_width, visible
from losscli.report.numbers import count
from losscli.report.screen import Screen
from losscli.result import RowCounts
from losscli.spec import number_text

_PATH_CELLS = 28
_DECISIONS = 3
_CLASSES = 5
_LINES = 3
_PLAIN = ("target ", "task ", "positive class ")  # decisions that the data line says anyway
AnyScreen = Screen[Any]


def file_text(screen: AnyScreen, path: str) -> str:
    """The path, or on a terminal, where it is long, its last part."""
    whole = screen.width is None or cell_width(visible(path)) <= _PATH_CELLS
    return screen.clip(path if whole else os.path.basename(path), _PATH_CELLS)


def rows_text(screen: AnyScreen, rows: RowCounts) -> str:
    if not rows.dropped:
        return count(rows.used, "row")
    why = ", ".join(f"{number:,} {screen.clip(reason, 24)}" for reason, number in rows.dropped.items())
    return f"{rows.used:,} of {rows.read:,} rows ({why} dropped)"


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


def decision_texts(screen: AnyScreen, decisions: Sequence[str], *said: str) -> list[str]:
    """How the file was read, where that is not the plain case; everything with `--all`.

    said: how more decisions begin that the data line says anyway.
    """
    texts = [text for text in decisions if screen.all or not text.startswith(_PLAIN + said)]
    if screen.width is None or screen.all:
        return [visible(text) for text in texts]
    rest = [f"+{len(texts) - _DECISIONS} more: --all"] if texts[_DECISIONS:] else []
    return [*(screen.clip(text, screen.width) for text in texts[:_DECISIONS]), *rest]


def fitting(fields: Sequence[str], width: int | None) -> int:
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
