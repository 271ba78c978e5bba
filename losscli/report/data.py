"""What the first lines of every report say of the data: files, rows, and how they were read."""

import os
from collections.abc import Mapping, Sequence
from typing import Protocol

from losscli.report.names import cell_width, visible
from losscli.report.numbers import count
from losscli.result import RowCounts
from losscli.spec import number_text

_PATH_CELLS = 28
_DECISIONS = 3
_CLASSES = 5


class Screen(Protocol):
    """Whether everything is asked for, the terminal's width (None in a pipe), and how names are cut."""

    @property
    def all(self) -> bool: ...
    @property
    def width(self) -> int | None: ...
    def clip(self, text: str, limit: int) -> str: ...


def file_text(screen: Screen, path: str) -> str:
    """The path, or on a terminal, where it is long, its last part."""
    whole = screen.width is None or cell_width(visible(path)) <= _PATH_CELLS
    return screen.clip(path if whole else os.path.basename(path), _PATH_CELLS)


def rows_text(screen: Screen, rows: RowCounts) -> str:
    if not rows.dropped:
        return count(rows.used, "row")
    why = ", ".join(f"{number:,} {screen.clip(reason, 24)}" for reason, number in rows.dropped.items())
    return f"{rows.used:,} of {rows.read:,} rows ({why} dropped)"


def class_weight_text(screen: Screen, weights: Mapping[str, float]) -> str:
    """`class weights 0 0.797, 1 1.34`"""
    most = len(weights) if screen.all else _CLASSES
    shown = [f"{screen.clip(label, 12)} {weight:.3g}" for label, weight in weights.items()][:most]
    rest = f" and {len(weights) - most} more" if len(weights) > most else ""
    return f"class weights {', '.join(shown)}{rest}"


def cost_text(costs: Mapping[str, float]) -> str:
    """`cost fp=5, fn=1`: what is not 0, and both mistakes."""
    shown = [(key, value) for key, value in costs.items() if value or key in ("fp", "fn")]
    return f"cost {', '.join(f'{key}={number_text(value)}' for key, value in shown)}"


def decision_texts(screen: Screen, decisions: Sequence[str], plain: tuple[str, ...]) -> list[str]:
    """How the file was read, where that is not the plain case; everything with `--all`.

    plain: how decisions begin that the data line says anyway.
    """
    texts = [text for text in decisions if screen.all or not text.startswith(plain)]
    if screen.width is None or screen.all:
        return [visible(text) for text in texts]
    rest = [f"+{len(texts) - _DECISIONS} more: --all"] if texts[_DECISIONS:] else []
    return [*(screen.clip(text, screen.width) for text in texts[:_DECISIONS]), *rest]
