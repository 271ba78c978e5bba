"""Write the sample files of this folder from data sets that come with scikit-learn.

Every prediction is out of fold (10 folds, fixed seeds): the model that made it has not seen its row.
Run `python sample_data/make.py` to write the files here again, or give another folder.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import HuberRegressor, LogisticRegression, QuantileRegressor, RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDS = 10
SEED = 0
TUMOUR_FEATURES = ["mean_radius", "mean_texture", "mean_smoothness"]
WINE_FEATURES = ["alcohol", "malic_acid", "ash", "magnesium"]
LEVELS = [0.1, 0.5, 0.9]
CULTIVARS = ["barolo", "grignolino", "barbera"]


def regressors() -> dict[str, BaseEstimator]:
    """Squared loss and a line, Huber loss and a line, squared loss and trees."""
    return {
        "ridge": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13))),
        "huber": make_pipeline(StandardScaler(), HuberRegressor(max_iter=1000)),
        "gbm": GradientBoostingRegressor(random_state=SEED),
    }


def quantile_regressors(level: float) -> dict[str, BaseEstimator]:
    """The same loss, a line and trees."""
    return {
        "linear": make_pipeline(StandardScaler(), QuantileRegressor(quantile=level, alpha=0)),
        "gbm": GradientBoostingRegressor(loss="quantile", alpha=level, n_estimators=40, random_state=SEED),
    }


def classifiers() -> dict[str, BaseEstimator]:
    """A linear, a tree and a generative model of class probabilities."""
    return {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "forest": RandomForestClassifier(random_state=SEED),
        "bayes": GaussianNB(),
    }


def breast_cancer() -> pd.DataFrame:
    """The breast cancer data with names without blanks; its target is 1 for benign."""
    frame: pd.DataFrame = load_breast_cancer(as_frame=True).frame
    return frame.rename(columns=lambda name: name.replace(" ", "_"))


def area() -> pd.DataFrame:
    """The ten means of a tumour's nuclei, and the standard error of their area as the target."""
    frame = breast_cancer()
    return frame.filter(regex="^mean_").assign(area_error=frame["area_error"])


def tumours() -> pd.DataFrame:
    """The ten means of a tumour's nuclei, and whether the tumour is malignant (1) or benign (0)."""
    frame = breast_cancer()
    return frame.filter(regex="^mean_").assign(malignant=1 - frame["target"])


def wine() -> pd.DataFrame:
    """Thirteen measurements of a wine, and its cultivar as text."""
    frame: pd.DataFrame = load_wine(as_frame=True).frame
    cultivar = frame["target"].map(dict(enumerate(CULTIVARS)))
    short = {"od280/od315_of_diluted_wines": "od280_od315"}
    return frame.drop(columns="target").rename(columns=short).assign(cultivar=cultivar)


def area_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """The area error predicted from the ten means."""
    x, y = table.drop(columns="area_error").to_numpy(), table["area_error"].to_numpy()
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    columns = {
        f"pred_{name}": cross_val_predict(model, x, y, cv=folds) for name, model in regressors().items()
    }
    return pd.DataFrame({"y_true": y, **columns}).round(3)


def area_forecasts(table: pd.DataFrame) -> pd.DataFrame:
    """Three quantiles of the area error, each from a model of its own, so that they may cross."""
    x, y = table.drop(columns="area_error").to_numpy(), table["area_error"].to_numpy()
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    columns = {
        f"{name}_q{level}": cross_val_predict(model, x, y, cv=folds)
        for level in LEVELS
        for name, model in quantile_regressors(level).items()
    }
    return pd.DataFrame({"y_true": y, **dict(sorted(columns.items()))}).round(3)


def tumour_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """The probability of malignant, from three of the ten means."""
    x, y = table[TUMOUR_FEATURES].to_numpy(), table["malignant"].to_numpy()
    columns = {f"{name}_prob": p[:, 1] for name, p in class_probabilities(x, y).items()}
    return pd.DataFrame({"label": y, **columns}).round(6)


def wine_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """The probability of each cultivar, from four of the thirteen measurements."""
    x, y = table[WINE_FEATURES].to_numpy(), table["cultivar"].map(CULTIVARS.index).to_numpy()
    columns = {
        f"{name}_prob_{cultivar}": p[:, k]
        for name, p in class_probabilities(x, y).items()
        for k, cultivar in enumerate(CULTIVARS)
    }
    return pd.DataFrame({"truth": table["cultivar"], **columns}).round(6)


def class_probabilities(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Out-of-fold probabilities of every classifier, one column per class."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    return {
        name: cross_val_predict(model, x, y, cv=folds, method="predict_proba")
        for name, model in classifiers().items()
    }


def main() -> None:
    """Write the seven files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(__file__).parent, help="default: this folder"
    )
    folder = parser.parse_args().folder
    tables = {"area": area(), "tumours": tumours(), "wine": wine()}
    tables["area_predictions"] = area_predictions(tables["area"])
    tables["area_forecasts"] = area_forecasts(tables["area"])
    tables["tumour_predictions"] = tumour_predictions(tables["tumours"])
    tables["wine_predictions"] = wine_predictions(tables["wine"])
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
