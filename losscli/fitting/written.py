"""The texts that a run writes beside its result: the models, and the predictions of untouched rows."""

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.fitting.entries import Entry, Run
from losscli.fitting.foreign import Foreign
from losscli.fitting.judge import kind_of
from losscli.fitting.model import SavedModel
from losscli.fitting.networks import Network
from losscli.fitting.predictions import prediction_columns, table_csv, target_columns
from losscli.fitting.scores import Pooled
from losscli.fitting.trained import LinearModel, NetworkModel, TrainedModel

_ROWS = 1 << 16  # of predictions that are written at a time


def model_text(run: Run, entries: Sequence[Entry]) -> str:
    """The text of --save; empty of models of another library: it saves them."""
    if any(isinstance(entry.solution, Foreign) for entry in entries):
        return ""
    saved = SavedModel(
        task=run.training.task,
        target=run.training.target,
        labels=run.training.labels,
        outputs=run.training.outputs,
        encoder=run.whole.encoder,
        models=tuple(map(_trained, entries)),
        offset=run.training.offset,
        exposure=run.training.exposure,
    )
    return saved.to_json() + "\n"


def _trained(entry: Entry) -> TrainedModel:
    solution, own, loss = entry.solution, entry.coefficients, entry.solution.bound.loss
    kind, link = kind_of(loss), loss.link.name
    if own is not None:
        return LinearModel(spec=entry.spec, kind=kind, link=link, intercept=own.intercept, slopes=own.slopes)
    assert isinstance(solution, Network)
    return NetworkModel.of(solution, entry.spec)


def predictions_text(run: Run, entries: Sequence[Entry], found: Pooled) -> Iterator[str]:
    """The text of --predictions, some rows after others: of the losses that were trained in every fold."""
    task, names = run.training.task, run.training.names
    judged = [(entry.spec, found.judged[entry.at]) for entry in entries]
    whole = [(spec, own) for spec, own in judged if np.isfinite(own.prediction).all()]
    for start in range(0, len(found.rows), _ROWS):
        part = slice(start, start + _ROWS)
        columns = target_columns(task, run.cv.frame.y[found.rows[part]], names)
        for spec, own in whole:
            columns += prediction_columns(spec, own.kind, own.prediction[part], names)
        yield table_csv(columns, header=not start)
