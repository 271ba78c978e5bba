"""What one would write by hand: twelve losses of every model with pandas and sklearn.metrics, as JSON."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from sklearn import metrics

LOSSES: dict[str, Callable[[pd.Series, pd.Series], float]] = {
    "mse": metrics.mean_squared_error,
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
    "medae": metrics.median_absolute_error,
    "max_error": metrics.max_error,
    "mape": metrics.mean_absolute_percentage_error,
    "msle": metrics.mean_squared_log_error,
    "rmsle": metrics.root_mean_squared_log_error,
    "quantile:tau=0.9": lambda y, p: metrics.mean_pinball_loss(y, p, alpha=0.9),
    "poisson": metrics.mean_poisson_deviance,
    "gamma": metrics.mean_gamma_deviance,
    "tweedie:power=1.5": lambda y, p: metrics.mean_tweedie_deviance(y, p, power=1.5),
}


def main() -> None:
    """Read the file, compute every figure, write {loss: {model: value}}."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("output", type=Path)
    parser.add_argument("--engine", choices=["c", "pyarrow"], default="c", help="of pandas.read_csv")
    arguments = parser.parse_args()
    if arguments.path.endswith(".parquet"):
        frame = pd.read_parquet(arguments.path)
    else:
        frame = pd.read_csv(arguments.path, engine=arguments.engine)
    y = frame.pop("y_true")
    values = {spec: {name: float(loss(y, frame[name])) for name in frame} for spec, loss in LOSSES.items()}
    arguments.output.write_text(json.dumps(values))


if __name__ == "__main__":
    main()
