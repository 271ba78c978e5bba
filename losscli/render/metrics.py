"""Every figure under one name, `rf.mae` of compare and `huber.rmse` of fit: flat JSON, for DVC and MLflow.

A name is the model (of fit the loss that was trained), a dot, and the loss or metric. A loss goes by its name
alone, and with its parameters where the result has several of that name, since a default may depend on the
data. Of other signs than letters, digits, `_`, `-` and `.` a run is one `_`; a name that is taken gets `_2`.
A figure that is undefined or infinite has no entry.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from losscli.render.format import Format
from losscli.report import Found, View
from losscli.result import Comparison, Fit, Fits, LossTable

_OTHER = re.compile(r"[^\w.-]+")
_MOST = 100  # signs of either half: MLflow takes 250 in all

Figure = tuple[str, str, float | None]  # model, loss or metric, value


def _write(found: Found, view: View) -> str:
    assert isinstance(found, Comparison | Fits)
    figures = _comparison(found) if isinstance(found, Comparison) else _fits(found)
    named: dict[str, float] = {}
    for model, figure, value in figures:
        if value is not None:
            named[_free(f"{_safe(model)}.{_safe(figure)}", named)] = value
    return json.dumps(named, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def _comparison(found: Comparison) -> Iterator[Figure]:
    """Losses, then metrics, each model by model."""
    for table, name in zip(found.losses, _names(found.losses), strict=True):
        for one in table.results:
            yield one.model, name, one.value
    for metric in found.metrics:
        for value in metric.results:
            yield value.model, metric.name, value.value


def _fits(found: Fits) -> Iterator[Figure]:
    """The metrics of each loss out of fold."""
    for fit, name in zip(found.fits, _names(found.fits), strict=True):
        for metric, score in fit.scores.items():
            yield name, metric, score.value


def _names(losses: Sequence[LossTable | Fit]) -> list[str]:
    often = Counter(loss.name for loss in losses)
    return [loss.name if often[loss.name] == 1 else loss.spec for loss in losses]


def _safe(text: str) -> str:
    return _OTHER.sub("_", text)[:_MOST].strip("_.") or "_"


def _free(name: str, taken: dict[str, float]) -> str:
    """The name, or where it is taken the first of `name_2`, `name_3` … that is not."""
    if name not in taken:
        return name
    return next(other for number in count(2) if (other := f"{name}_{number}") not in taken)


FORMAT = Format(_write, holds=(Comparison, Fits), names=("metrics.json",))
