"""Predictions as a table that `losscli compare` reads without a flag."""

import csv
import io
from collections.abc import Iterable, Sequence

from losscli.domain import Floats, Kind, Task
from losscli.spec import number_text

WORDS = {Kind.VALUE: "pred", Kind.PROBABILITY: "prob", Kind.SCORE: "score"}
Column = tuple[str, Sequence[object]]


def prediction_columns(spec: str, kind: Kind, prediction: Floats, labels: Sequence[str]) -> list[Column]:
    """The columns of one model: `pred_<spec>`, `prob_<spec>` or `score_<spec>`; of several classes or labels
    `<spec>:prob_<label>`, of outputs `<spec>:pred_<output>`. prediction: (n,), of several (n, k), one per
    label."""
    word = WORDS[kind]
    if prediction.ndim == 1:
        return [(f"{word}_{spec}", prediction.tolist())]
    return [(f"{spec}:{word}_{label}", prediction[:, i].tolist()) for i, label in enumerate(labels)]


def target_columns(task: Task, y: Floats, names: Sequence[str]) -> list[Column]:
    """The target: numbers, 1 for the positive class, or the label; several as `target_<output>`.

    y: numbers or codes (n,), of several (n, L); names: of the classes or outputs.
    """
    if task is Task.MULTICLASS:
        return [("target", [names[int(code)] for code in y])]
    if y.ndim == 2:
        pairs = zip(names, y.T.tolist(), strict=True)
        return [(f"target_{name}", list(map(number_text, values))) for name, values in pairs]
    return [("target", [number_text(value) for value in y.tolist()])]


def table_csv(columns: Iterable[Column], *, header: bool = True) -> str:
    """Columns of equal length as CSV (RFC 4180), with their names or without; a number as the shortest text
    that reads back the same."""
    names, values = zip(*columns, strict=True)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(names)
    writer.writerows(zip(*values, strict=True))
    return stream.getvalue()
