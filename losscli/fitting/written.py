"""The texts that a run writes beside its result: the models, and the predictions of untouched rows."""

from collections.abc import Sequence

import numpy as np

from losscli.fitting.entries import Entry, Run
from losscli.fitting.foreign import Foreign
from losscli.fitting.judge import kind_of
from losscli.fitting.model import SavedModel
from losscli.fitting.networks import Network
from losscli.fitting.predictions import prediction_columns, table_csv, target_columns
from losscli.fitting.scores import Pooled
from losscli.fitting.trained import LinearModel, NetworkModel, TrainedModel


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


def predictions_text(run: Run, entries: Sequence[Entry], found: Pooled) -> str:
    """The text of --predictions: of the losses that were trained in every fold."""
    columns = target_columns(run.training.task, run.cv.frame.y[found.rows], run.training.names)
    for entry in entries:
        own = found.judged[entry.at]
        if np.isfinite(own.prediction).all():
            columns += prediction_columns(entry.spec, own.kind, own.prediction, run.training.names)
    return table_csv(columns)
