"""A trained model as a file of plain data, and what it predicts."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

from losscli import __version__
from losscli.data.frame import Encoder, load_features
from losscli.data.table import Table
from losscli.descent.perceptron import ACTIVATIONS
from losscli.domain import IDENTITY, LOG, LOGIT, SEVERAL, SOFTMAX, Floats, Kind, Task
from losscli.errors import DataError, Where
from losscli.fitting.predictions import WORDS, prediction_columns, table_csv
from losscli.result.reading import Node, distinct, parsed, quoted

SCHEMA = "losscli/model/1"
Word = TypeVar("Word", bound=StrEnum)
_LINKS = {link.name: link for link in (IDENTITY, LOG, LOGIT, SOFTMAX)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """One loss' model: scores are intercept + slopes · columns, on the raw columns of the encoder.

    intercept: (k,), slopes: (k, p), k = 1 but for several classes, outputs or labels.
    """

    spec: str
    kind: Kind
    link: str
    intercept: Floats
    slopes: Floats

    def predict(self, x: Floats) -> Floats:
        """x: (n, p) -> (n,), for several classes (n, k)."""
        scores = x @ self.slopes.T + self.intercept
        return _LINKS[self.link].predict(scores if len(self.intercept) > 1 else scores[:, 0])

    def to_plain(self) -> dict[str, Any]:
        """Lists for JSON."""
        return {"intercept": self.intercept.tolist(), "slopes": self.slopes.tolist()}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkModel:
    """One loss' network on the raw columns of the encoder: of each layer the weights (inputs, outputs) and
    biases (outputs,), the activation behind all but the last."""

    spec: str
    kind: Kind
    link: str
    activation: str
    layers: tuple[tuple[Floats, Floats], ...]

    def predict(self, x: Floats) -> Floats:
        """x: (n, p) -> (n,), for several classes (n, k)."""
        *hidden, (last, bias) = self.layers
        for weights, biases in hidden:
            x = ACTIVATIONS[self.activation].value(x @ weights + biases)
        scores = x @ last + bias
        return _LINKS[self.link].predict(scores if len(bias) > 1 else scores[:, 0])

    def to_plain(self) -> dict[str, Any]:
        """Lists for JSON."""
        layers = [{"weights": w.tolist(), "biases": b.tolist()} for w, b in self.layers]
        return {"activation": self.activation, "layers": layers}


TrainedModel = LinearModel | NetworkModel


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedModel:
    """What `--save` writes: the encoder of the features, and a model per loss."""

    task: Task
    target: str
    labels: tuple[str, ...]
    encoder: Encoder
    models: tuple[TrainedModel, ...]
    outputs: tuple[str, ...] = ()

    def to_json(self) -> str:
        document = {
            "schema": SCHEMA,
            "version": __version__,
            "task": str(self.task),
            "target": self.target,
            "classes": list(self.labels),
            **({"outputs": list(self.outputs)} if self.outputs else {}),
            "features": self.encoder.to_plain(),
            "models": [
                {"spec": model.spec, "kind": str(model.kind), "link": model.link, **model.to_plain()}
                for model in self.models
            ],
        }
        return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def read_model(text: str, path: str) -> SavedModel:
    """The model in a file's text. Raises DataError where it is none."""
    return parsed(
        text,
        path,
        _saved,
        what="model that losscli fit --save has written",
        advice="Write one: losscli fit DATA --loss huber --save model.json",
    )


def _saved(top: Node) -> SavedModel:
    schema = top.find("schema").maybe(Node.text)
    if schema != SCHEMA:
        raise ValueError("it has no schema" if schema is None else f"its schema is {quoted(schema)}")
    task = _one_of(Task, top.find("task"))
    labels = tuple(label.text() for label in top.find("classes").items())
    distinct(labels, "the classes")
    if len(labels) < {Task.BINARY: 2, Task.MULTICLASS: 2}.get(task, 0):
        top.find("classes").fail(f"too short for the task {task}")
    encoder = Encoder.read(top.find("features"))
    several = top.find("outputs")
    names = () if several.value is None else tuple(name.text() for name in several.items())
    distinct(names, "the outputs")
    if (task in SEVERAL) != (len(names) > 1):
        several.fail(f"of {len(names)}, which does not suit the task {task}")
    outputs = len(labels) if task is Task.MULTICLASS else max(len(names), 1)
    models = tuple(_model(one, outputs, len(encoder.columns)) for one in top.find("models").items())
    if not models:
        raise ValueError("it holds no model")
    distinct([model.spec for model in models], "the models")
    return SavedModel(
        task=task,
        target=top.find("target").text(),
        labels=labels,
        encoder=encoder,
        models=models,
        outputs=names,
    )


def _model(plain: Node, outputs: int, columns: int) -> TrainedModel:
    """outputs, columns: how many scores it must give, and of how many columns."""
    link = plain.find("link")
    if link.text() not in _LINKS or (link.text() == SOFTMAX.name and outputs == 1):
        link.fail(f"{quoted(link.text())}, which is no link of such a model")
    if plain.find("layers").value is not None:
        return _network(plain, link.text(), outputs, columns)
    intercept = [one.number() for one in plain.find("intercept").items()]
    slopes = [[one.number() for one in row.items()] for row in plain.find("slopes").items()]
    if len(intercept) != outputs or [len(row) for row in slopes] != [columns] * outputs:
        plain.fail("of another size than its columns and classes ask for")
    return LinearModel(
        spec=plain.find("spec").name(),
        kind=_one_of(Kind, plain.find("kind"), *WORDS),
        link=link.text(),
        intercept=np.array(intercept, dtype=np.float64),
        slopes=np.array(slopes, dtype=np.float64).reshape(outputs, columns),
    )


def _network(plain: Node, link: str, outputs: int, columns: int) -> NetworkModel:
    activation = plain.find("activation")
    if activation.text() not in ACTIVATIONS:
        activation.fail(f"{quoted(activation.text())}, which is no activation")
    layers, width = [], columns
    for layer in plain.find("layers").items():
        weights = [[one.number() for one in row.items()] for row in layer.find("weights").items()]
        biases = [one.number() for one in layer.find("biases").items()]
        if not biases or [len(row) for row in weights] != [len(biases)] * width:
            layer.fail("of another size than the layer before it asks for")
        layers.append(
            (np.array(weights, np.float64).reshape(width, len(biases)), np.array(biases, np.float64))
        )
        width = len(biases)
    if not layers or width != outputs:
        plain.fail("of another size than its classes ask for")
    return NetworkModel(
        spec=plain.find("spec").name(),
        kind=_one_of(Kind, plain.find("kind"), *WORDS),
        link=link,
        activation=activation.text(),
        layers=tuple(layers),
    )


def _one_of(words: type[Word], plain: Node, *known: Word) -> Word:
    """The word of a text; one of those known, if any are given."""
    found = next((word for word in known or words if word == plain.text()), None)
    return found if found is not None else plain.fail(f"{quoted(plain.text())}, which it cannot be")


def predicted_csv(model: SavedModel, table: Table) -> str:
    """The predictions of every model for every row of a table, as CSV. Raises DataError for one that no
    number holds."""
    x = load_features(table, model.encoder)
    columns = []
    for one in model.models:
        with np.errstate(all="ignore"):
            prediction = one.predict(x)
        finite = np.isfinite(prediction.reshape(len(x), -1)).all(axis=1)
        if not finite.all():
            raise DataError(
                f"row {int(finite.argmin()) + 1:,}: what {one.spec} predicts is beyond any number",
                where=Where(table.path),
                advice="Look at the features of that row: they are far from those that the model has learned",
            )
        columns += prediction_columns(one.spec, one.kind, prediction, model.outputs or model.labels)
    return table_csv(columns)
