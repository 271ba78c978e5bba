"""What one would write by hand: twelve losses of every model in one SQL statement of DuckDB, as JSON."""

import json
import sys
from pathlib import Path

import duckdb

LOSSES = {  # y: the target, p: the prediction
    "mse": "avg((y - p) * (y - p))",
    "rmse": "sqrt(avg((y - p) * (y - p)))",
    "mae": "avg(abs(y - p))",
    "medae": "median(abs(y - p))",
    "max_error": "max(abs(y - p))",
    "mape": "avg(abs(y - p) / abs(y))",
    "msle": "avg((ln(1 + y) - ln(1 + p)) * (ln(1 + y) - ln(1 + p)))",
    "rmsle": "sqrt(avg((ln(1 + y) - ln(1 + p)) * (ln(1 + y) - ln(1 + p))))",
    "quantile:tau=0.9": "avg(greatest(0.9 * (y - p), 0.1 * (p - y)))",
    "poisson": "2 * avg(y * ln(y / p) - y + p)",
    "gamma": "2 * avg(ln(p / y) + y / p - 1)",
    "tweedie:power=1.5": "2 * avg(2 * (sqrt(p) + y / sqrt(p)) - 4 * sqrt(y))",
}


def main() -> None:
    """Read the file, compute every figure, write {loss: {model: value}}."""
    path, output = sys.argv[1:]
    source = f"'{path}'"  # a name made by the benchmark
    names = [row[0] for row in duckdb.sql(f"describe select * from {source}").fetchall()]
    models = [name for name in names if name != "y_true"]
    columns = [_with(text, model) for text in LOSSES.values() for model in models]
    found = iter(duckdb.sql(f"select {', '.join(columns)} from {source}").fetchall()[0])
    values = {spec: {model: next(found) for model in models} for spec in LOSSES}
    Path(output).write_text(json.dumps(values))


def _with(text: str, model: str) -> str:
    """The expression with the columns in it."""
    words = {"y": "y_true", "p": model}
    return " ".join(words.get(word, word) for word in text.replace("(", " ( ").replace(")", " ) ").split())


if __name__ == "__main__":
    main()
