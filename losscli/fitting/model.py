"""A trained model as a file of plain data, and what it predicts."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from losscli import __version__
from losscli.data.frame import Encoder, load_features, load_new_offset
from losscli.data.roles.ids import id_columns
from losscli.data.table import Table, block_count
from losscli.descent.perceptron import ACTIVATIONS
from losscli.domain import SEVERAL, SOFTMAX, Task
from losscli.errors import DataError, Where
from losscli.fitting.predictions import WORDS, Column, prediction_columns, table_csv
from losscli.fitting.trained import LINKS, LinearModel, TrainedModel
from losscli.result.json import Document, Key
from losscli.result.reading import distinct, loaded, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedModel(Document):
    """What `--save` writes: the encoder of the features, a model per loss, and the columns that are added to
    scores: the offset, and the logarithm of the exposure."""

    SCHEMA = "losscli/model/1"

    version: str = __version__
    task: Task
    target: str
    labels: Annotated[tuple[str, ...], Key("classes")]
    outputs: tuple[str, ...] = ()
    encoder: Annotated[Encoder, Key("features")]
    models: tuple[TrainedModel, ...]
    offset: str | None = None
    exposure: str | None = None

    def verify(self) -> None:
        distinct(self.labels, "the classes")
        if len(self.labels) < {Task.BINARY: 2, Task.MULTICLASS: 2}.get(self.task, 0):
            raise ValueError(f"classes is too short for the task {self.task}")
        _check_encoder(self.encoder)
        distinct(self.outputs, "the outputs")
        if (self.task in SEVERAL) != (len(self.outputs) > 1):
            raise ValueError(f"outputs is of {len(self.outputs)}, which does not suit the task {self.task}")
        if not self.models:
            raise ValueError("it holds no model")
        distinct([model.spec for model in self.models], "the models")
        outputs = len(self.labels) if self.task is Task.MULTICLASS else max(len(self.outputs), 1)
        for number, model in enumerate(self.models):
            why = _unfit(model, len(self.encoder.columns), outputs)
            if why is not None:
                raise ValueError(f"models[{number}]{why}")


def _words(table: Table, name: str) -> list[str]:
    """A column as it stands in the file."""
    blocks = range(block_count(table))
    return [word or "" for block in blocks for word in table.text(block, name)]


def read_model(text: str, path: str) -> SavedModel:
    """The model in a file's text. Raises DataError where it is none."""
    return loaded(
        SavedModel,
        text,
        path,
        what="model that losscli fit --save has written",
        advice="Write one: losscli fit DATA --loss huber --save model.json",
    )


def _check_encoder(encoder: Encoder) -> None:
    distinct((*encoder.numbers, *(one.column for one in encoder.texts)), "the features")
    for number, one in enumerate(encoder.texts):
        distinct(one.levels, f"features.texts[{number}].levels")
    if not encoder.impute:
        return
    if (len(encoder.medians), len(encoder.usual)) != (len(encoder.numbers), len(encoder.texts)):
        raise ValueError("features is without a value to fill in for every feature")
    for usual, one in zip(encoder.usual, encoder.texts, strict=True):
        if usual and usual not in one.levels:
            raise ValueError(f"features.usual is {quoted(usual)}, which is no level")


def _unfit(model: TrainedModel, columns: int, outputs: int) -> str | None:
    """What is wrong with a model of so many columns that must give so many scores, behind its place."""
    if model.kind not in WORDS:
        return f".kind is {quoted(str(model.kind))}, which it cannot be"
    if model.link not in LINKS or (model.link == SOFTMAX.name and outputs == 1):
        return f".link is {quoted(model.link)}, which is no link of such a model"
    if isinstance(model, LinearModel):
        fits = (model.intercept.shape, model.slopes.shape) == ((outputs,), (outputs, columns))
        return None if fits else " is of another size than its columns and classes ask for"
    if model.activation not in ACTIVATIONS:
        return f".activation is {quoted(model.activation)}, which is no activation"
    width = columns
    for number, layer in enumerate(model.layers):
        if not layer.biases.size or layer.weights.shape != (width, *layer.biases.shape):
            return f".layers[{number}] is of another size than the layer before it asks for"
        width = len(layer.biases)
    fits = bool(model.layers) and width == outputs
    return None if fits else " is of another size than its classes ask for"


def predicted_csv(model: SavedModel, table: Table) -> str:
    """The predictions of every model for every row of a table, as CSV, behind the columns that name rows.
    Raises DataError for one that no number holds."""
    x = load_features(table, model.encoder)
    offset = load_new_offset(table, model.offset, model.exposure)
    columns: list[Column] = [(name, _words(table, name)) for name in id_columns(table)]
    for one in model.models:
        with np.errstate(all="ignore"):
            prediction = one.predict(x, offset)
        finite = np.isfinite(prediction.reshape(len(x), -1)).all(axis=1)
        if not finite.all():
            raise DataError(
                f"row {int(finite.argmin()) + 1:,}: what {one.spec} predicts is beyond any number",
                where=Where(table.path),
                advice="Look at the features of that row: they are far from those that the model has learned",
            )
        columns += prediction_columns(one.spec, one.kind, prediction, model.outputs or model.labels)
    return table_csv(columns)
