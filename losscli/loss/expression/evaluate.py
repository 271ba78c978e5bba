"""A formula at arrays: a walk over its tree, each part of it once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.domain import Floats
from losscli.loss.expression.functions import FUNCTIONS
from losscli.loss.expression.tree import Apply, Name, Node, Number


def evaluate(tree: Node, names: Mapping[str, Any]) -> Floats:
    """The figures, of the shape that the names have together; what is no number is NaN, without a warning."""
    with np.errstate(all="ignore"):
        value = _value(tree, names, {})
    shape = np.broadcast_shapes(*(np.shape(one) for one in names.values()))
    return np.array(np.broadcast_to(value, shape), dtype=np.float64)


def _value(tree: Node, names: Mapping[str, Any], done: dict[int, Any]) -> Any:
    match tree:
        case Number(value):
            return np.float64(value)
        case Name(name):
            return np.asarray(names[name], dtype=np.float64)
        case Apply(function, arguments):
            key = id(tree)
            if key not in done:
                done[key] = FUNCTIONS[function].value(*(_value(one, names, done) for one in arguments))
            return done[key]
