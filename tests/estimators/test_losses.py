"""`losscli.losses`: the figures that `losscli compare` gives, and what it refuses to guess."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.metrics import make_scorer
from sklearn.model_selection import cross_val_score

import losscli
from losscli.comparison.compare import Request, compare
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.domain import Kind, Task
from losscli.loss import Reduction
from losscli.loss.catalogue import CATALOGUE
from losscli.result import Comparison

losses = losscli.losses
SAMPLES = Path(__file__).parents[2] / "sample_data"


def compared(path: Path, **asked: Any) -> Comparison:
    table, problem, inputs = open_files([str(path)], ReadOptions(), Asked(**asked))
    return compare(table, problem, Request(resamples=100), inputs)


def same(found: Comparison, frame: pd.DataFrame, task: str) -> int:
    """Every figure of every model against the function of its columns, to the last bit; how many."""
    columns = {model.name: (list(model.columns), model.kind) for model in found.models}
    labels = list(found.labels) or None
    y = frame[found.target]
    checked = 0
    for table in found.losses:
        for one in table.results:
            names, kind = columns[one.model]
            p = frame[names[0]] if len(names) == 1 else frame[names]
            if one.value is None:
                continue
            figure = losses[table.spec, task](
                y.astype(str) if labels else y,
                p.astype(str) if kind == "label" else p,
                kind=kind,
                labels=labels,
            )
            assert figure == one.value, (table.spec, one.model)
            checked += 1
    return checked


@pytest.mark.parametrize(
    ("name", "task", "least"),
    [("area", "regression", 90), ("tumour", "binary", 40), ("wine", "multiclass", 20)],
)
def test_the_figures_of_compare(name: str, task: str, least: int) -> None:
    path = SAMPLES / f"{name}_predictions.csv"
    found = compared(path)
    assert found.task == task
    frame = pd.read_csv(path)
    counts = {loss.name for loss in CATALOGUE if loss.task is Task.COUNTS}  # these answer for numbers as well
    own, others = (
        replace(found, losses=tuple(one for one in found.losses if (one.name in counts) is among))
        for among in (False, True)
    )
    checked = same(own, frame, task) + same(others, frame, "counts")
    assert checked >= least


def test_weighted_figures_of_many_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=40_000)
    frame = pd.DataFrame({"y": y, "pred": y + rng.normal(size=len(y)), "w": rng.integers(0, 3, len(y))})
    frame.to_csv(tmp_path / "data.csv", index=False)
    found = compared(tmp_path / "data.csv", weights="w")
    kept = [
        one for one in found.losses if one.name in ("mae", "medae", "rmse", "huber", "max_error", "tukey")
    ]
    assert len(kept) == 6
    for table in kept:
        value = losses[table.spec, "regression"](frame.y, frame.pred, sample_weight=frame.w)
        assert value == table.results[0].value, table.spec


def test_it_is_a_mapping() -> None:
    assert len(losses) == len(list(losses)) == len({loss.name for loss in CATALOGUE})
    assert "huber:delta=1.5" in losses
    assert "log_loss" in losses
    assert "hubr" not in losses
    assert losses.get("hubr") is None
    assert all(losses[name].records for name in losses)
    assert repr(losses["brier", "binary"]) == "losscli.losses['brier', 'binary']"


def test_they_are_scorers_and_pickle() -> None:
    x, y = load_diabetes(return_X_y=True)
    scorer = make_scorer(losses["huber:delta=10"], greater_is_better=False)
    scores = cross_val_score(losscli.LossRegressor("mae"), x, y, scoring=pickle.loads(pickle.dumps(scorer)))
    assert (scores < 0).all()
    for key in ("brier", ("brier", "binary"), "0.5*mae + 0.5*huber:delta=1"):
        assert pickle.loads(pickle.dumps(losses[key])) == losses[key]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("hubr", "Did you mean huber"),
        ("huber:", "ends after the colon"),
        (("brier", "regression"), "not for 'regression'"),
        ("gini", "gini"),
        (3, "3"),
    ],
)
def test_unknown_names(key: Any, why: str) -> None:
    with pytest.raises(KeyError, match=why):
        losses[key]


def test_the_task_is_that_of_the_arrays() -> None:
    y, p = np.array([0, 1, 1, 0]), np.array([0.1, 0.8, 0.6, 0.3])
    both = np.column_stack([1 - p, p])
    three = np.eye(3) * 0.7 + 0.1
    assert losses["brier"](y, p) == losses["brier"](y, both) == pytest.approx(np.mean((y - p) ** 2))
    assert losses["brier", "multiclass"](y, both) == pytest.approx(2 * np.mean((y - p) ** 2))
    assert losses["brier"]([0, 1, 2], three) == pytest.approx(0.06)
    assert losses["brier"](np.eye(3), three) == pytest.approx(0.02)
    assert losses["log_loss"](["a", "b", "c"], three) == pytest.approx(-np.log(0.8))
    assert losses["mse"]([[1, 2]], [[2, 2]]) == 0.5
    assert losses["mse"]([1, 2], [2, 2]) == 0.5


def test_classes_that_y_lacks() -> None:
    assert losses["bce"]([1, 1], [0.5, 0.5]) == pytest.approx(np.log(2))
    assert losses["hinge"]([-1, -1], [0.5, 0.5]) == 1.5
    assert losses["cross_entropy"]([0, 2], np.full((2, 3), 1 / 3)) == pytest.approx(np.log(3))
    assert losses["bce"](["b"], [0.25], labels=["b", "a"]) == pytest.approx(-np.log(0.75))
    assert losses["zero_one"](["a", "b", "c"], ["a", "c", "d"]) == pytest.approx(2 / 3)


def test_forecasts_and_boxes() -> None:
    assert losses["multi_quantile_pinball"]([1, 2], [[0, 1], [1, 3]], levels=[0.1, 0.9]) == pytest.approx(
        0.075
    )
    assert losses["crps_gaussian"]([0.0], [[0.0, 1.0]]) == pytest.approx(0.2336949772551092)
    assert losses["iou"]([[0, 0, 1, 1]], [[0, 0, 2, 1]]) == 0.5


def test_labels_before_probabilities_before_scores() -> None:
    zero_one = losses["zero_one"]
    assert zero_one([0, 1], [0, 0]) == 0.5
    assert zero_one([0, 1], [0.2, 0.7]) == zero_one([0, 1], [-2.5, 0.1]) == 0
    assert zero_one([0, 1], [0.2, 0.4], threshold=0.3) == 0
    assert zero_one([0, 1], [0.2, 0.4], kind="score") == 0.5


def test_scores_of_parts_that_differ() -> None:
    s = np.array([-1.0, 3.0])
    found = losses["0.5*bce + 0.5*hinge"]([0, 1], s, kind="logit")
    assert found == pytest.approx(np.mean([np.log1p(np.exp(-1)), np.log1p(np.exp(-3))]) / 2)


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: losses["huber"]([1, 2], [1, 3]), r"huber:delta is 1.345 × s by default; .*, or give scale="),
    (lambda: losses["mase"]([1, 2], [1, 3]), "write it in the spec$"),
    (lambda: losses["huber:delta=-1"]([1], [1]), "is not > 0"),
    (lambda: losses["bce"]([0, 1], [-1, 3]), "say kind='logit'"),
    (lambda: losses["bce"]([0, 1], [0, 1], kind="value"), "reads a probability or a logit"),
    (lambda: losses["bce"]([0, 1], [0.5, 1.5], kind="probability"), r"a probability must be in \[0, 1\]"),
    (lambda: losses["poisson"]([1, -1], [1, 1]), "y under poisson must be ≥ 0; .* -1 in row 1"),
    (lambda: losses["poisson"]([1, 1], [1, 0]), "p under poisson must be > 0"),
    (lambda: losses["mae"]([1, 2], [1]), "as many rows"),
    (lambda: losses["mae"]([], []), "a row and a column or more"),
    (lambda: losses["mae"](["a"], [1]), "y must hold numbers"),
    (lambda: losses["mae"]([np.nan], [1]), "missing or not finite"),
    (lambda: losses["mae"]([1], [1], sample_weight=[0]), "not all of them 0"),
    (lambda: losses["mae"]([1], [1], sample_weight=[-1]), "0 or more"),
    (lambda: losses["giou"]([1], [1]), "giou is a loss for boxes"),
    (lambda: losses["generalized_kl"](np.eye(2), np.eye(2)), "could be either: say losses"),
    (lambda: losses["zero_one"]([5, 7], [1, 2], labels=[5, 7]), r"p holds 1, and the classes are \[5, 7\]"),
    (lambda: losses["zero_one"](np.array(["a", None], dtype=object), ["a", "b"]), "have no order"),
    (lambda: losses["bce"]([2, 2], [0.2, 0.3]), "y has one class, 2: name both"),
    (lambda: losses["bce"]([0, 1], [0.2, 0.3], labels=[0, 0]), "must name each class once"),
    (lambda: losses["cross_entropy"]([0, 1, 2], np.eye(3) * 0.5, kind="probability"), "add up to 1"),
    (lambda: losses["multi_quantile_pinball"]([1], [[1, 2]]), "say the level of each column"),
    (lambda: losses["dice"].rows([0, 1], [0.2, 0.3]), "a row has none"),
    (lambda: losses["zero_one"].slope([0, 1], [0.2, 0.3]), "has no slope"),
]


@pytest.mark.parametrize(("call", "why"), REFUSED)
def test_refused(call: Callable[[], Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        call()


def test_rows_make_the_figure() -> None:
    y, p = np.arange(5.0), np.array([0.5, 2.0, 1.0, 3.0, 9.0])
    for name in losses:
        records = [
            one for one in losses[name].records if one.needs == {Kind.VALUE} and one.task is Task.REGRESSION
        ]
        if (
            not records
            or records[0].reduction is not Reduction.MEAN
            or records[0].target.contains(y).sum() < 5
        ):
            continue
        spec = f"{name}:naive=1" if name == "mase" else name
        rows = losses[spec, "regression"].rows(y, p, scale=1.0)
        assert rows.shape == (5,)
        assert losses[spec, "regression"](y, p, scale=1.0) == pytest.approx(rows.mean(), rel=1e-14), name


@pytest.mark.parametrize(
    ("spec", "y", "p", "kind"),
    [
        ("huber:delta=1", [1.0, 2.0], [1.5, 9.0], "value"),
        ("poisson", [1.0, 2.0], [1.5, 9.0], "value"),
        ("bce", [0, 1], [0.2, 0.7], "probability"),
        ("focal", [0, 1], [-2.0, 0.5], "logit"),
        ("exponential", [0, 1], [-2.0, 0.5], "score"),
        ("cross_entropy", [0, 1, 2], [[1.0, 2.0, 0.0], [0.0, 0.5, 1.0], [1.0, 0.0, 2.0]], "logit"),
        ("ova_log_loss", [0, 1, 2], [[1.0, 2.0, 0.0], [0.0, 0.5, 1.0], [1.0, 0.0, 2.0]], "score"),
    ],
)
def test_slopes_are_those_of_the_rows(spec: str, y: Any, p: Any, kind: str) -> None:
    loss, h, p = losses[spec], 1e-6, np.array(p)
    score, back = p, lambda s: s
    if kind == "probability":
        score, back = np.log(p / (1 - p)), lambda s: 1 / (1 + np.exp(-s))
    elif spec == "poisson":
        score, back = np.log(p), np.exp
    slope = loss.slope(y, p, kind=kind)
    assert slope.shape == p.shape
    for at in np.ndindex(*p.shape[1:]):
        step = np.zeros(p.shape)
        step[(slice(None), *at)] = h
        ahead = loss.rows(y, back(score + step), kind=kind)
        behind = loss.rows(y, back(score - step), kind=kind)
        np.testing.assert_allclose(slope[(slice(None), *at)], (ahead - behind) / (2 * h), atol=1e-7)
