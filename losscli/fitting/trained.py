"""Trained models as plain data: a linear model, a network, and what they predict of columns."""

from dataclasses import dataclass

import numpy as np

from losscli.descent.perceptron import ACTIVATIONS
from losscli.domain import IDENTITY, LOG, LOGIT, SOFTMAX, Floats, Kind
from losscli.fitting.judge import kind_of
from losscli.fitting.networks import Network
from losscli.result.common import Name

LINKS = {link.name: link for link in (IDENTITY, LOG, LOGIT, SOFTMAX)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """One loss' model: scores are intercept + slopes · columns, on the raw columns of the encoder.

    intercept: (k,), slopes: (k, p), k = 1 but for several classes, outputs or labels.
    """

    spec: Name
    kind: Kind
    link: str
    intercept: Floats
    slopes: Floats

    def predict(self, x: Floats, offset: Floats | None = None) -> Floats:
        """x: (n, p) -> (n,), for several classes (n, k). offset: of scores (n,)."""
        scores = x @ self.slopes.T + self.intercept
        return _linked(self.link, scores if offset is None else scores + offset[:, None])


@dataclass(frozen=True, slots=True)
class Layer:
    """weights: (inputs, outputs), biases: (outputs,)."""

    weights: Floats
    biases: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkModel:
    """One loss' network on the raw columns of the encoder; activation: behind all layers but the last."""

    spec: Name
    kind: Kind
    link: str
    activation: str
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, network: Network, spec: str) -> "NetworkModel":
        """A network that was trained, by the spec of its loss."""
        loss, layers = network.bound.loss, tuple(Layer(*layer) for layer in network.layers)
        return cls(
            spec=spec,
            kind=kind_of(loss),
            link=loss.link.name,
            activation=network.activation,
            layers=layers,
        )

    def scores(self, x: Floats) -> Floats:
        """x: (n, p) -> (n, k), k = 1 but for several classes, outputs or labels."""
        *hidden, last = self.layers
        for layer in hidden:
            x = ACTIVATIONS[self.activation].value(x @ layer.weights + layer.biases)
        return np.asarray(x @ last.weights + last.biases)

    def predict(self, x: Floats, offset: Floats | None = None) -> Floats:
        """x: (n, p) -> (n,), for several classes (n, k). offset: None, as none is trained with one."""
        return _linked(self.link, self.scores(x))


def _linked(link: str, scores: Floats) -> Floats:
    """scores: (n, k) -> predictions (n,) of one, (n, k) of several."""
    return LINKS[link].predict(scores if scores.shape[1] > 1 else scores[:, 0])


TrainedModel = LinearModel | NetworkModel
