"""Multilayer perceptrons: their shape, the forward and the backward pass, of many networks at a time.

The parameters of a network are one vector: of each layer the weights, row by row, then the biases. Leading
axes (…) count networks: a product over all of them is one batched matrix product. Passes: Rumelhart, Hinton
and Williams 1986, doi:10.1038/323533a0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from losscli.domain import Floats, Mask
from losscli.errors import UsageError, unknown
from losscli.spec import Spec

MOST_WIDE, MOST_DEEP = 4_096, 16
_HIDDEN = (16,)
_PART = 1 << 16
_EXAMPLE = "mlp:hidden=16-16,activation=relu"


@dataclass(frozen=True, slots=True)
class Activation:
    """A function between layers, elementwise and in place; slope: its derivative, from its value, into an
    array; gain: by which the weights before it are larger at the start."""

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats, Floats], object]
    gain: float


def _relu_slope(h: Floats, out: Floats) -> None:
    flat, found = h.reshape(-1), out.reshape(-1)
    for first in range(0, h.size, _PART):  # by parts, whose comparisons stay in the cache
        part = slice(first, first + _PART)
        np.copyto(found[part], flat[part] > 0.0)


def _tanh_slope(h: Floats, out: Floats) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1.0, out, out=out)


# Gains: He et al. 2015, doi:10.1109/ICCV.2015.123; Glorot and Bengio 2010, PMLR 9:249.
ACTIVATIONS = {
    "relu": Activation(lambda a: np.maximum(a, 0.0, out=a), _relu_slope, 2.0**0.5),
    "tanh": Activation(lambda a: np.tanh(a, out=a), _tanh_slope, 1.0),
}


class Store:
    """Arrays that passes write into, from one to the next: fresh memory costs more than a product does."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Floats] = {}

    def array(self, what: str, depth: int, shape: tuple[int, ...], like: Floats) -> Floats:
        """The array of a name and a layer; whatever it holds is lost. like: of the same precision."""
        kept = self._kept.get((what, depth))
        if kept is None or kept.shape != shape or kept.dtype != like.dtype:
            kept = self._kept[what, depth] = np.empty(shape, like.dtype)
        return kept


@dataclass(frozen=True, slots=True)
class Architecture:
    """Hidden layers, by how many units each has, and the activation behind each; without any, the model
    is linear."""

    hidden: tuple[int, ...] = ()
    activation: str = "relu"

    @classmethod
    def parse(cls, spec: Spec) -> "Architecture":
        """`linear`, or `mlp:hidden=16-16,activation=tanh`. Raises UsageError for any other model."""
        if spec.name == "linear" and not spec.params:
            return cls()
        if spec.name not in ("mlp", "linear"):
            what, offer = f"--model {spec}: there is no such model", f"Use linear or {_EXAMPLE}"
            raise unknown(what, spec.name, ("linear", "mlp"), offer)
        takes = ("hidden", "activation") if spec.name == "mlp" else ()
        for key, _ in spec.params:
            if key not in takes:
                offer = f"{spec.name} takes {' and '.join(takes) or 'no parameter'}"
                raise unknown(f"--model {spec}: {spec.name} has no parameter {key!r}", key, takes, offer)
        given = dict(spec.params)
        activation = str(given.get("activation", "relu"))
        if activation not in ACTIVATIONS:
            what, offer = f"there is no activation {activation!r}", f"Use {' or '.join(ACTIVATIONS)}"
            raise unknown(f"--model {spec}: {what}", activation, ACTIVATIONS, offer)
        return cls(_sizes(given["hidden"], spec) if "hidden" in given else _HIDDEN, activation)


def _sizes(written: float | str, spec: Spec) -> tuple[int, ...]:
    """16-16, or one number."""
    text = written if isinstance(written, str) else f"{written:g}"
    sizes = text.split("-")
    known = all(size.isdecimal() and 1 <= int(size) <= MOST_WIDE for size in sizes)
    if not known or len(sizes) > MOST_DEEP:
        raise UsageError(
            f"--model {spec}: hidden={text} is no list of layers",
            advice=f"Write the units of each hidden layer, 1 to {MOST_WIDE:,}: {_EXAMPLE}",
        )
    return tuple(map(int, sizes))


@dataclass(frozen=True, slots=True)
class Shape:
    """A network of so many inputs and outputs (the scores of a row), d parameters in all."""

    inputs: int
    architecture: Architecture
    outputs: int

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of each layer."""
        return tuple(pairwise((self.inputs, *self.architecture.hidden, self.outputs)))

    @property
    def size(self) -> int:
        """d"""
        return sum((a + 1) * b for a, b in self.layers)

    @property
    def is_weight(self) -> Mask:
        """(d,) Whether a parameter is a weight, which is penalised, and no bias."""
        parts = [np.repeat([True, False], [a * b, b]) for a, b in self.layers]
        return np.concatenate(parts)

    def split(self, v: Floats) -> list[tuple[Floats, Floats]]:
        """The weights (…, inputs, outputs) and biases (…, 1, outputs) of each layer, views of v (…, d)."""
        found, at = [], 0
        for a, b in self.layers:
            weights = v[..., at : at + a * b].reshape(*v.shape[:-1], a, b)
            found.append((weights, v[..., None, at + a * b : at + (a + 1) * b]))
            at += (a + 1) * b
        return found

    def start(self, rng: Generator) -> Floats:
        """(d,) Weights drawn evenly within ±gain·√(6/(inputs + outputs)) of their layer; biases 0, and the
        outputs so small that descent begins at the best constant."""
        v = np.zeros(self.size)
        *hidden, (last, _) = self.split(v)
        gain = ACTIVATIONS[self.architecture.activation].gain
        for weights, _ in hidden:
            limit = gain * np.sqrt(6.0 / sum(weights.shape))
            weights[:] = rng.uniform(-limit, limit, weights.shape)
        if hidden:
            last[:] = 0.1 * rng.uniform(-1.0, 1.0, last.shape) * np.sqrt(6.0 / sum(last.shape))
        return v

    def _whole(self, v: Floats) -> Floats:
        """The weights of the first layer, and its biases as one more row (…, inputs + 1, outputs)."""
        a, b = self.layers[0]
        return v[..., : (a + 1) * b].reshape(*v.shape[:-1], a + 1, b)

    def forward(self, v: Floats, x: Floats, store: Store | None = None) -> list[Floats]:
        """What every layer gives, from the rows themselves, with a 1 behind each, to the outputs
        (…, n, outputs).

        v: (…, d); x: (…, n, inputs); store: keeps what hidden layers give until the next pass.
        """
        store = store or Store()
        activation = ACTIVATIONS[self.architecture.activation].value
        given = [np.concatenate([x, np.ones((*x.shape[:-1], 1), x.dtype)], axis=-1)]
        for depth, (weights, biases) in enumerate(self.split(v)):
            last = depth == len(self.architecture.hidden)
            whole = weights if depth else self._whole(v)
            if last:
                sums = given[-1] @ whole
            else:
                leading = np.broadcast_shapes(given[-1].shape[:-2], whole.shape[:-2])
                shape = (*leading, x.shape[-2], whole.shape[-1])
                sums = np.matmul(given[-1], whole, out=store.array("given", depth, shape, v))
            if depth:
                sums += biases
            given.append(sums if last else activation(sums))
        return given

    def backward(self, v: Floats, given: list[Floats], slope: Floats, store: Store | None = None) -> Floats:
        """(…, d) The gradient of a sum over rows, from its slopes in the outputs (…, n, outputs).

        given: as `forward` gives it; with a store it is used up, and the gradient kept until the next pass.
        """
        used_up, store = store is not None, store or Store()
        derivative = ACTIVATIONS[self.architecture.activation].slope
        gradient = store.array("gradient", 0, (*slope.shape[:-2], self.size), slope)
        layers, found = self.split(v), self.split(gradient)
        for depth in range(len(layers) - 1, 0, -1):
            weights, biases = found[depth]
            np.matmul(_turned(given[depth]), slope, out=weights)
            np.sum(slope, axis=-2, keepdims=True, out=biases)
            behind = _turned(layers[depth][0])
            bend = given[depth] if used_up else np.empty_like(given[depth])
            derivative(given[depth], bend)
            if depth == 1 and slope.shape[-1] == 1:  # what a row weighs is one number: it goes to the inputs
                rows = np.ascontiguousarray(_turned(given[0]))
                np.matmul(rows * _turned(slope), bend, out=self._whole(gradient))
                self._whole(gradient)[...] *= behind
                return gradient
            product = np.matmul if slope.shape[-1] > 1 else np.multiply
            slope = product(slope, behind, out=store.array("slope", depth, bend.shape, slope))
            slope *= bend
        np.matmul(_turned(given[0]), slope, out=self._whole(gradient))
        return gradient


def _turned(x: Floats) -> Floats:
    """Rows as columns."""
    return np.swapaxes(x, -1, -2)
