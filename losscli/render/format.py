"""What a format is, and what a stream can show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscli.domain import Task
from losscli.loss import Loss, Params
from losscli.result import Advice, Changes, Comparison, Fits

if TYPE_CHECKING:
    from losscli.loss.battery import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`width` None is a pipe; `unicode` is whether the stream takes more than ASCII; `strict` is whether a
    gate that cannot tell fails."""

    all: bool = False
    coefficients: bool = False
    colour: bool = False
    width: int | None = None
    unicode: bool = True
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a format writes, each text ending in a newline; None for what it does not write."""

    comparison: Callable[[Comparison, View], str]
    fits: Callable[[Fits, View], str] | None = None
    advice: Callable[[Advice, View], str] | None = None
    changes: Callable[[Changes, View], str] | None = None
    catalogue: Callable[[Sequence[Loss], Task | None, View], str] | None = None
    explanation: Callable[[Sequence[Loss], Params, View], str] | None = None
    checks: Callable[["Sequence[Checked]", View], str] | None = None
