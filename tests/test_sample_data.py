"""The sample files are what their script writes, and have the columns that need no flag."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "sample_data"
TARGETS = {
    "area": "area_error",
    "tumours": "malignant",
    "wine": "cultivar",
    "area_predictions": "y_true",
    "tumour_predictions": "label",
    "wine_predictions": "truth",
    "area_forecasts": "y_true",
}
PREDICTIONS = [name for name in TARGETS if name.endswith("_predictions")]
MADE = [*PREDICTIONS, "area_forecasts"]
TABLES = [name for name in TARGETS if name not in MADE]
TARGET_WORDS = ["target", "y_true", "y", "label", "actual", "truth", "observed", "ground_truth"]
# Other releases of scikit-learn, or another BLAS, may give other digits and split trees differently.
TOLERANCE = 0.02  # mean |difference| of a column of predictions, in units of its standard deviation


def read(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


def test_there_are_no_other_files() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(TARGETS)


def test_files_are_remade(tmp_path: Path) -> None:
    """Tables to the byte, predictions within the tolerance. One test, as the script takes seconds."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # small arrays: others would only wait
    line = [sys.executable, str(FOLDER / "make.py"), str(tmp_path)]
    subprocess.run(line, check=True, env=os.environ | one_thread)
    for name in TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes(), name
    for name in MADE:
        old, new, target = read(name), read(name, tmp_path), TARGETS[name]
        assert list(new) == list(old), name
        assert new[target].tolist() == old[target].tolist(), name
        before, after = old.drop(columns=target), new.drop(columns=target)
        assert ((after - before).abs().mean() <= TOLERANCE * before.std()).all(), name


@pytest.mark.parametrize("name", MADE)
def test_predictions_belong_to_the_rows_of_their_table(name: str) -> None:
    table = {"area": "area", "tumour": "tumours", "wine": "wine"}[name.partition("_")[0]]
    assert read(name)[TARGETS[name]].tolist() == read(table)[TARGETS[table]].tolist()


@pytest.mark.parametrize("name", TARGETS)
def test_files_are_small_and_whole(name: str) -> None:
    assert (FOLDER / f"{name}.csv").stat().st_size <= 150_000
    frame = read(name)
    assert 150 <= len(frame) <= 1_800
    assert frame.columns.is_unique
    assert not frame.isna().any().any()
    features = frame.drop(columns=TARGETS[name])
    assert np.isfinite(features.to_numpy(dtype=float)).all()


@pytest.mark.parametrize("name", TABLES)
def test_the_target_of_a_table_is_its_last_column(name: str) -> None:
    columns = list(read(name))
    assert columns[-1] == TARGETS[name]
    assert not set(columns) & set(TARGET_WORDS)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_one_column_is_the_target_and_the_others_are_predictions(name: str) -> None:
    columns = list(read(name))
    assert [column for column in columns if column in TARGET_WORDS] == [TARGETS[name]]
    words = [set(re.findall("[a-z]+", column)) for column in columns if column != TARGETS[name]]
    assert all(len(tokens & {"pred", "prob"}) == 1 for tokens in words)
    assert not any(tokens & {"score", "logit"} for tokens in words)


def test_the_area_has_outliers_and_the_leader_depends_on_the_loss() -> None:
    frame = read("area_predictions")
    residual = frame.filter(regex="^pred_").sub(frame["y_true"], axis=0)
    of_median = frame.filter(regex="^pred_").median(axis=1).sub(frame["y_true"]).abs()
    flagged = of_median > 5 * of_median.median() / 0.67449
    assert flagged.sum() == 21
    assert (frame > 0).all().all()  # so that the losses of positive targets apply
    assert residual.abs().mean().idxmin() == "pred_huber"
    assert (residual**2).mean().idxmin() == "pred_gbm"
    assert (residual[~flagged] ** 2).mean().idxmax() == "pred_gbm"


def test_precision_and_recall_rank_the_tumour_models_in_opposite_order() -> None:
    frame = read("tumour_predictions")
    prob, label = frame.filter(regex="_prob$"), frame["label"] == 1
    positive = prob > 0.5
    hits = positive[label].sum()
    precision, recall = hits / positive.sum(), hits / label.sum()
    assert label.sum() == 212
    assert list(precision.sort_values().index) == list(recall.sort_values().index[::-1])
    assert precision.nunique() == recall.nunique() == 3
    of_the_truth = np.where(label.to_numpy()[:, None], prob, 1 - prob)
    assert (of_the_truth > 0).all()  # so that bce is finite


def test_the_wine_has_a_probability_per_model_and_cultivar() -> None:
    frame = read("wine_predictions")
    cultivars = set(frame["truth"])
    models = ["logistic", "forest", "bayes"]
    assert set(frame) == {"truth"} | {f"{model}_prob_{name}" for model in models for name in cultivars}
    errors, loss = {}, {}
    for model in models:
        prob = frame.filter(regex=f"^{model}_prob_").rename(columns=lambda column: column.split("_")[-1])
        assert np.allclose(prob.sum(axis=1), 1, rtol=0, atol=2e-6)
        errors[model] = (prob.idxmax(axis=1) != frame["truth"]).sum()
        loss[model] = -np.log([prob.at[row, name] for row, name in frame["truth"].items()]).mean()
    assert errors["forest"] < errors["bayes"] < errors["logistic"]
    assert loss["forest"] < loss["logistic"] < loss["bayes"] < np.inf


def test_the_quantiles_of_trees_are_too_narrow_and_cross() -> None:
    frame = read("area_forecasts")
    levels = (0.1, 0.5, 0.9)
    assert set(frame) == {"y_true", *(f"{model}_q{p}" for model in ("gbm", "linear") for p in levels)}
    inside, crossing = {}, {}
    for model in ("gbm", "linear"):
        low, middle, high = (frame[f"{model}_q{p}"] for p in levels)
        inside[model] = frame["y_true"].between(low, high).mean()
        crossing[model] = ((low > middle) | (middle > high)).sum()
    assert inside["gbm"] < inside["linear"] < 0.8
    assert crossing["gbm"] > crossing["linear"] == 0


def test_the_readme_names_every_file_and_its_rows() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in TARGETS:
        assert f"| `{name}.csv` | {len(read(name))} |" in text
    assert "make.py" in text and "CC BY 4.0" in text
