"""Tables whose truth is known, and the advice on them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from losscli.advice import advise
from losscli.data.roles.features import Asked
from losscli.data.table import ReadOptions
from losscli.domain import Floats
from losscli.fitting.files import open_file
from losscli.fitting.fit import FitRequest
from losscli.result import Advice

Columns = dict[str, list[object]]
Rng = np.random.Generator


def write(folder: Path, columns: Columns) -> Path:
    """The table as CSV."""
    path = folder / "data.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def advice_on(folder: Path, columns: Columns, asked: Asked | None = None, **request) -> Advice:
    """What is advised on a table; request: fields of Request."""
    return advice_of(write(folder, columns), asked, **request)


def advice_of(path: Path, asked: Asked | None = None, **request) -> Advice:
    table, training, inputs = open_file(str(path), ReadOptions(), asked or Asked())
    return advise(table, training, FitRequest(**request), inputs).advice


def table(x: Floats, y) -> Columns:
    """Features x0, x1 … and the target y."""
    columns: Columns = {f"x{j}": column for j, column in enumerate(x.T.tolist())}
    return columns | {"y": np.asarray(y).tolist()}


def linear(noise: Callable[[Rng, int], Floats], *, seed: int, n: int = 400) -> Columns:
    """A line with noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return table(x, 3 + x @ [1.0, -2.0, 0.5] + noise(rng, n))


def log_linear(
    draw: Callable[[Rng, Floats], Floats], *, seed: int, n: int = 400, level: float = 1.0
) -> Columns:
    """A target drawn around a mean whose log is a line."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return table(x, draw(rng, np.exp(level + x @ [0.5, -0.3, 0.2])))


def classes(
    *,
    seed: int,
    n: int = 600,
    apart: float = 3.0,
    flipped: float = 0.0,
    k: int = 2,
    rare: float | None = None,
) -> Columns:
    """Gaussian classes, apart by so many sd on an axis each; a share of labels made one of the others."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rare).astype(int) if rare is not None else rng.integers(0, k, n)
    x = rng.normal(size=(n, 4))
    x[np.arange(n), y] += apart
    wrong = rng.random(n) < flipped
    y = np.where(wrong, (y + rng.integers(1, k, n)) % k, y)
    return table(x, [f"c{label}" for label in y]) if k > 2 else table(x, y)
