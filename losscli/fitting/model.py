"""A trained model as a file of plain data, and what it predicts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli import __version__
from losscli.domain import IDENTITY, LOG, LOGIT, SOFTMAX, Floats, Kind, Task
from losscli.errors import DataError, Where
from losscli.fitting.predictions import prediction_columns, table_csv
from losscli.frame import Encoder, load_features
from losscli.table import Table

SCHEMA = "losscli/model/1"
_LINKS = {link.name: link for link in (IDENTITY, LOG, LOGIT, SOFTMAX)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """One loss' model: scores are intercept + slopes · columns, on the raw columns of the encoder.

    intercept: (k,), slopes: (k, p), k = 1 but for several classes.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedModel:
    """What `--save` writes: the encoder of the features, and a linear model per loss."""

    task: Task
    target: str
    labels: tuple[str, ...]
    encoder: Encoder
    models: tuple[LinearModel, ...]

    def to_json(self) -> str:
        document = {
            "schema": SCHEMA,
            "version": __version__,
            "task": str(self.task),
            "target": self.target,
            "classes": list(self.labels),
            "features": self.encoder.to_plain(),
            "models": [
                {
                    "spec": model.spec,
                    "kind": str(model.kind),
                    "link": model.link,
                    "intercept": model.intercept.tolist(),
                    "slopes": model.slopes.tolist(),
                }
                for model in self.models
            ],
        }
        return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def read_model(text: str, path: str) -> SavedModel:
    """The model in a file's text. Raises DataError where it is none."""
    try:
        document = json.loads(text)
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema!r}" if schema else "it has no schema")
        encoder = Encoder.from_plain(document["features"])
        models = tuple(_model(one, len(encoder.columns)) for one in document["models"])
        if not models:
            raise ValueError("it holds no model")
        return SavedModel(
            task=Task(document["task"]),
            target=str(document["target"]),
            labels=tuple(map(str, document["classes"])),
            encoder=encoder,
            models=models,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(
            f"this is no model that losscli fit --save has written: {what}",
            where=Where(path),
            advice="Write one: losscli fit DATA --loss huber --save model.json",
        ) from None


def _model(plain: Mapping[str, Any], columns: int) -> LinearModel:
    intercept = np.array(plain["intercept"], dtype=np.float64)
    slopes = np.array(plain["slopes"], dtype=np.float64)
    if slopes.shape != (len(intercept), columns) or plain["link"] not in _LINKS:
        raise ValueError("its coefficients do not fit its columns")
    if not (np.isfinite(intercept).all() and np.isfinite(slopes).all()):
        raise ValueError("a coefficient is not a number")
    return LinearModel(
        spec=str(plain["spec"]),
        kind=Kind(plain["kind"]),
        link=str(plain["link"]),
        intercept=intercept,
        slopes=slopes,
    )


def predicted_csv(model: SavedModel, table: Table) -> str:
    """The predictions of every model for every row of a table, as CSV."""
    x = load_features(table, model.encoder)
    columns = [
        column
        for one in model.models
        for column in prediction_columns(one.spec, one.kind, one.predict(x), model.labels)
    ]
    return table_csv(columns)
