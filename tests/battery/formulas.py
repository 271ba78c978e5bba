"""Reads a printed formula: once with numpy, once with mpmath at any precision."""

import ast
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from scipy import special

from battery import vectors
from battery.cases import Model, arguments
from losscli.domain import CLASSES, LOGIT, NUMBERS, SOFTMAX, Task, sigmoid, softplus
from losscli.loss import Argument, BoundLoss

Namespace = dict[str, Any]


def _row_sum(x: Any) -> Any:
    return np.sum(x, axis=1, keepdims=True)


def _sparsemax(z: Any) -> Any:
    """Projection of each row on the simplex, by bisection of the threshold: Σ max(z - t, 0) = 1."""
    low, high = z.min(axis=1, keepdims=True) - 1.0, z.max(axis=1, keepdims=True)
    for _ in range(80):
        middle = 0.5 * (low + high)
        over = np.maximum(z - middle, 0.0).sum(axis=1, keepdims=True) > 1.0
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.maximum(z - 0.5 * (low + high), 0.0)


def _tempered_softmax(z: Any, t: float) -> Any:
    """p = (1 + (t - 1)(c - z))^(-1/(t - 1)), t > 1, with c by bisection such that each row sums to 1."""
    top = z.max(axis=1, keepdims=True)
    low, high = top, top + (z.shape[1] ** (t - 1.0) - 1.0) / (t - 1.0)
    for _ in range(80):
        middle = 0.5 * (low + high)
        over = _row_sum((1.0 + (t - 1.0) * (middle - z)) ** (-1.0 / (t - 1.0))) > 1.0
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return (1.0 + (t - 1.0) * (0.5 * (low + high) - z)) ** (-1.0 / (t - 1.0))


def _entmax(z: Any, alpha: float) -> Any:
    """max(0, (alpha - 1)z - t)^(1/(alpha - 1)) with t by bisection such that each row sums to 1."""
    a = alpha - 1.0
    if a == 0:
        return SOFTMAX.predict(z)
    low, high = a * z.max(axis=1, keepdims=True) - 1.0, a * z.max(axis=1, keepdims=True)
    for _ in range(80):
        middle = 0.5 * (low + high)
        over = _row_sum(np.maximum(a * z - middle, 0.0) ** (1.0 / a)) > 1.0
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.maximum(a * z - 0.5 * (low + high), 0.0) ** (1.0 / a)


def _tsallis_entropy(p: Any, alpha: float) -> Any:
    if alpha == 1:
        return -_row_sum(p * np.log(p))
    return (1.0 - _row_sum(p**alpha)) / (alpha * (alpha - 1.0))


def _lovasz_jaccard(errors: Any, y: Any) -> Any:
    """Σ error·(J(the worst i rows wrong) - J(the worst i - 1 wrong)), J = wrong/(sought or wrong)."""
    total, before, wrong = 0.0, 0.0, np.zeros(len(y), dtype=bool)
    for row in np.argsort(-errors):
        wrong[row] = True
        jaccard = wrong.sum() / (wrong | (y == 1)).sum()
        total, before = total + errors[row] * (jaccard - before), jaccard
    return total


_NUMPY: Namespace = {
    "where": np.where,
    "abs": np.abs,
    "lgamma": special.gammaln,
    "normal_cdf": special.ndtr,
    "sigmoid": special.expit,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "sum": _row_sum,
    "sparsemax": _sparsemax,
    "tempered_softmax": _tempered_softmax,
    "pi": np.pi,
    "inf": np.inf,
} | {
    name: getattr(np, name)
    for name in (
        [
            "minimum",
            "maximum",
            "sqrt",
            "exp",
            "log",
            "log1p",
            "expm1",
            "cos",
            "sin",
            "arctan",
            "cosh",
            "tanh",
            "sign",
            "mean",
        ]
    )
}


def evaluate(formula: str, loss: BoundLoss, model: Model) -> Any:
    """The formula at every row: (n,) or (n, k), or one number where it speaks of means."""
    names = _NUMPY | _rows(loss, model) | {name: np.float64(value) for name, value in loss.params}
    with np.errstate(all="ignore"):
        result = np.asarray(eval(formula, {"__builtins__": {}}, names))
    result = result[:, 0] if result.ndim == 2 and result.shape[1] == 1 else result
    return result[0] if loss.loss.by_class else result


def _rows(loss: BoundLoss, model: Model) -> Namespace:
    """The letters a formula may use, at this model; for several classes columns, so that rows broadcast."""
    y, s = model
    if loss.loss.task not in CLASSES | NUMBERS:
        return vectors.letters(loss.loss, y, s)
    given = arguments(loss.loss, model)
    if loss.loss.task is Task.MULTICLASS:
        classes = s.shape[1]
        true = (np.arange(len(y)), y)
        p = SOFTMAX.predict(s)
        others = s.copy()
        others[true] = -np.inf
        label = s.argmax(axis=1)
        names = {
            "z": s,
            "p": p,
            "e": np.eye(classes)[y],
            "k": classes,
            "y": y[:, None],
            "label": label[:, None],
            "n": np.bincount(y, minlength=classes)[None, :],
            "cumsum": lambda x: np.cumsum(x, axis=1),
            "least": lambda x: x.min(axis=1, keepdims=True),
            "by_class": lambda x: x.mean(axis=0, keepdims=True),
            "entmax": _entmax,
            "tsallis_entropy": _tsallis_entropy,
        }
        names |= {"z_y": s[true][:, None], "p_y": p[true][:, None]}
        return names | {"max_other": lambda z: others.max(axis=1, keepdims=True)}
    if loss.loss.task is Task.BINARY:
        m = (2.0 * y - 1.0) * s
        label = (s > 0.0).astype(np.intp)
        return {
            "y": y,
            "s": s,
            "m": m,
            "p": (loss.loss.link if loss.loss.argument is Argument.PREDICTION else LOGIT).predict(s),
            "p_y": sigmoid(m),
            "l": -softplus(-m),
            "label": label,
            "lovasz_jaccard": lambda errors: _lovasz_jaccard(errors, y),
        }
    if loss.loss.argument is Argument.RESIDUAL:
        return {"r": given[0]}
    return {"y": given[0], "p": given[1]}


class _Lazy(ast.NodeTransformer):
    """where(c, a, b) becomes `a if c else b`: the branch not taken may divide by 0; numbers become mpf."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            test, yes, no = node.args
            return ast.IfExp(test=test, body=yes, orelse=no)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Call(func=ast.Name("mpf", ast.Load()), args=[node], keywords=[])


_EXACT: Namespace = {
    name: getattr(mpmath, name)
    for name in (["sqrt", "exp", "log", "cos", "sin", "cosh", "tanh", "sign", "mpf", "inf"])
} | {
    "abs": abs,
    "minimum": min,
    "maximum": max,
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "lgamma": mpmath.loggamma,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "arctan": mpmath.atan,
    "normal_cdf": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
}


def exactly(formula: str, params: dict[str, float]) -> Callable[..., Any]:
    """The formula of one row as a function of its letters, in mpmath at the precision in force."""
    tree = ast.fix_missing_locations(_Lazy().visit(ast.parse(formula, mode="eval")))
    code = compile(tree, "formula", "eval")
    fixed = _EXACT | {"pi": mpmath.pi} | {name: mpmath.mpf(value) for name, value in params.items()}

    def at(**letters: float) -> Any:
        return eval(code, fixed | {name: mpmath.mpf(value) for name, value in letters.items()})

    return at
