"""Is a new model better than the one in use? Run it where `sample_data/` is; mypy --strict passes it."""

import pandas as pd

import losscli


def better(predictions: pd.DataFrame) -> pd.DataFrame:
    """The models by their mean absolute error, best first, with intervals and ranks."""
    found = losscli.compare(predictions, target="y_true", loss=["mae", "huber:delta=12.6"], seed=1)
    print(found.verdict)
    gates = found.check("mae=2%", "r2 < 0.5", baseline="pred_ridge")
    print(gates)
    print("passed" if gates.passed else gates.verdict)
    return found.ranking.to_pandas()[["model", "value", "low", "high", "rank"]]


if __name__ == "__main__":
    print(better(pd.read_csv("sample_data/area_predictions.csv")))
