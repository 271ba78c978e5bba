"""Losses of libraries that differentiate by themselves: PyTorch, JAX and Keras."""

from dataclasses import dataclass

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.export.rows import before, shared
from losscli.export.scored import Scored
from losscli.export.spelling import JAX, KERAS, TORCH, Dialect, code_of, functions_in, helpers_of
from losscli.export.words import head


@dataclass(frozen=True, slots=True)
class _Library:
    """name: as it is written; dialect: how it is spelled; imports, module: code, where {value} is the loss of
    every row; own: of the true class's log-probability; usage, traps: for the head."""

    name: str
    dialect: Dialect
    imports: str
    code: str
    own: str
    usage: tuple[tuple[str, str], ...]
    traps: tuple[str, ...]


def torch(found: Scored) -> str:
    """The module of a torch.nn.Module."""
    return _module(found, _TORCH)


def jax(found: Scored) -> str:
    """The module of a function for jax.grad."""
    return _module(found, _JAX)


def keras(found: Scored) -> str:
    """The module of a keras.losses.Loss. Raises UsageError for a formula that Keras has no function for."""
    return _module(found, _KERAS)


def _module(found: Scored, library: _Library) -> str:
    lacking = library.dialect.lacks & functions_in(found.value)
    if lacking:
        raise UsageError(
            f"{found.bound.spec}: {library.name} has no {', '.join(sorted(lacking))}",
            advice="Use --to torch or --to jax",
        )
    classes = found.bound.loss.task is Task.MULTICLASS
    lines = (
        [library.own] if classes else [_spelled(line, library.dialect) for line in before(found, found.value)]
    )
    body = (
        "".join(f"    {line}\n" for line in lines)
        + f"    return {code_of(shared(found, found.value), library.dialect)}"
    )
    name = "".join(word.capitalize() for word in found.bound.loss.name.split("_"))
    name = name if name.isidentifier() else "WeightedSum"
    helpers = "".join(f"{code}\n\n" for code in helpers_of(library.dialect, found.value))
    math = "import math\n\n" if "math." in helpers + body else ""
    scores = "y_pred" if classes else "ops.reshape(y_pred, (-1,))"  # of Keras
    code = library.code.format(name=name, body=body, score="z" if classes else "s", scores=scores)
    text = head(found, library.name, tuple((a, b.format(name=name)) for a, b in library.usage), library.traps)
    return f"{text}\n{math}{library.imports}\n\n{helpers}{code.rstrip()}\n"


def _spelled(line: str, dialect: Dialect) -> str:
    """A line of numpy as the library says it."""
    return line.replace("np.exp", f"{dialect.module}.exp").replace(
        "sigmoid(", f"{dialect.own['sigmoid'].partition('(')[0]}("
    )


_TORCH = _Library(
    "PyTorch",
    TORCH,
    "import torch\n",
    '''def row_loss({score}, y):
    """The loss of every row, of scores and targets."""
{body}


class {name}(torch.nn.Module):
    """The mean loss of scores (n,), or (n, classes), and targets (n,), weighed where weights are given."""

    def forward(self, score, target, weight=None):
        loss = row_loss(score, target)
        return loss.mean() if weight is None else (weight*loss).sum()/weight.sum()
''',
    "l = torch.log_softmax(z, dim=1).gather(1, y.long()[:, None])[:, 0]",
    (("use", "criterion = {name}()"), ("", "criterion(model(X).squeeze(-1), y).backward()")),
    (
        "The last layer gives scores, with no sigmoid, softmax or exponential behind it.",
        "A target of shape (n,) beside scores of shape (n, 1) is broadcast to (n, n): squeeze the scores.",
    ),
)
_JAX = _Library(
    "JAX",
    JAX,
    "import jax\nimport jax.numpy as jnp\n",
    '''def row_loss({score}, y):
    """The loss of every row, of scores and targets."""
{body}


def loss(score, target, weight=None):
    """The mean loss of scores (n,), or (n, classes), and targets (n,); for jax.grad."""
    return jnp.average(row_loss(score, target), weights=weight)
''',
    "l = jnp.take_along_axis(jax.nn.log_softmax(z), y.astype(int)[:, None], axis=1)[:, 0]",
    (("use", "jax.grad(lambda params: loss(model(params, X), y))(params)"),),
    (
        "The model gives scores, with no sigmoid, softmax or exponential behind them.",
        'JAX counts in single precision unless jax.config.update("jax_enable_x64", True) is said first.',
    ),
)
_KERAS = _Library(
    "Keras",
    KERAS,
    "import keras\nfrom keras import ops\n",
    '''def row_loss({score}, y):
    """The loss of every row, of scores and targets."""
{body}


@keras.saving.register_keras_serializable("losscli")
class {name}(keras.losses.Loss):
    """The mean loss of scores (n,), (n, 1) or (n, classes) and targets."""

    def call(self, y_true, y_pred):
        y = ops.reshape(ops.cast(y_true, y_pred.dtype), (-1,))
        return row_loss({scores}, y)
''',
    'l = ops.take_along_axis(ops.log_softmax(z), ops.cast(y, "int32")[:, None], axis=1)[:, 0]',
    (("use", 'model.compile(optimizer="adam", loss={name}())'),),
    (
        "The last layer gives scores, with no sigmoid, softmax or exponential behind it.",
        "Keras divides a weighted loss by the number of rows, not by the sum of their weights.",
    ),
)
