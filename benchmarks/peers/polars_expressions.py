"""What one would write by hand: twelve losses of every model as one lazy query of Polars, as JSON."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

Loss = Callable[[pl.Expr, pl.Expr], pl.Expr]


def _msle(y: pl.Expr, p: pl.Expr) -> pl.Expr:
    return ((y.log1p() - p.log1p()) ** 2).mean()


LOSSES: dict[str, Loss] = {
    "mse": lambda y, p: ((y - p) ** 2).mean(),
    "rmse": lambda y, p: ((y - p) ** 2).mean().sqrt(),
    "mae": lambda y, p: (y - p).abs().mean(),
    "medae": lambda y, p: (y - p).abs().median(),
    "max_error": lambda y, p: (y - p).abs().max(),
    "mape": lambda y, p: ((y - p).abs() / y.abs()).mean(),
    "msle": _msle,
    "rmsle": lambda y, p: _msle(y, p).sqrt(),
    "quantile:tau=0.9": lambda y, p: pl.max_horizontal(0.9 * (y - p), 0.1 * (p - y)).mean(),
    "poisson": lambda y, p: 2 * (y * (y / p).log() - y + p).mean(),
    "gamma": lambda y, p: 2 * ((p / y).log() + y / p - 1).mean(),
    "tweedie:power=1.5": lambda y, p: 2 * (2 * (p.sqrt() + y / p.sqrt()) - 4 * y.sqrt()).mean(),
}


def main() -> None:
    """Read the file, compute every figure, write {loss: {model: value}}."""
    path, output = sys.argv[1:]
    table = pl.scan_parquet(path) if path.endswith(".parquet") else pl.scan_csv(path)
    models = [name for name in table.collect_schema() if name != "y_true"]
    asked = [
        loss(pl.col("y_true"), pl.col(model)).alias(f"{spec} {model}")
        for spec, loss in LOSSES.items()
        for model in models
    ]
    row = table.select(asked).collect().row(0, named=True)
    values = {spec: {model: row[f"{spec} {model}"] for model in models} for spec in LOSSES}
    Path(output).write_text(json.dumps(values))


if __name__ == "__main__":
    main()
