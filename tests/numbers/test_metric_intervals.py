"""Intervals of metrics and of the ranks of models by them, from the resampling that losses have."""

import math
from typing import Any

import numpy as np
import pytest
from comparisons import Compare
from scipy.special import expit
from sklearn import metrics as sk

from losscli.comparison.metrics import NO_INTERVAL
from losscli.comparison.reasons import NO_SPREAD
from losscli.comparison.verdicts.intervals import UNDEFINED
from losscli.domain import Floats, Task
from losscli.inference.resample import draws, row_keys
from losscli.metrics import comoments, metrics_for
from losscli.metrics.tallies import Confusion
from losscli.result import Comparison, MetricValue, rests_on_few

SIGNED = {"mcc", "cohen_kappa", "quadratic_kappa", "pearson", "concordance"}  # from -1 to 1
BELOW_ONE = {"r2", "explained_variance"}
ANY = {"bias", "calibration_slope", "calibration_intercept"}


def end_to_end(name: str) -> tuple[float, float]:
    """The range of a metric."""
    low = -math.inf if name in BELOW_ONE | ANY else -1.0 if name in SIGNED | {"mean_bias"} else 0.0
    return low, math.inf if name in ANY else 1.0


def numbers(n: int = 300, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y = np.round(rng.lognormal(1.0, 0.5, n), 1)
    return {"y": y} | {f"pred_{m}": np.round(y * np.exp(0.2 * m * rng.normal(size=n)), 1) for m in (1, 2, 3)}


def binary(n: int = 300, seed: int = 0, *, kind: str = "prob", rate: float = 0.3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rate).astype(int)
    scores = {f"m{m}_{kind}": np.round(1.5 * y - 1 + (0.6 + m) * rng.normal(size=n), 1) for m in range(3)}
    return {"y": y} | {name: expit(z) if kind == "prob" else z for name, z in scores.items()}


def labels(n: int = 300, seed: int = 0) -> dict[str, Any]:
    """Four classes, of which the first model never predicts one."""
    rng = np.random.default_rng(seed)
    y = rng.choice(["oak", "elm", "ash", "fir"], n, p=[0.4, 0.3, 0.2, 0.1])
    wrong = rng.choice(["oak", "elm", "ash"], n)
    made = {f"pred_{m}": np.where(rng.random(n) < 0.5 + 0.1 * m, y, wrong) for m in (1, 2)}
    return {"y": y} | made | {"pred_1": np.where(made["pred_1"] == "fir", "oak", made["pred_1"])}


def several(n: int = 300, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    made: dict[str, Any] = {"y": np.array(["ash", "elm", "oak"])[y]}
    for m in range(2):
        z = rng.normal(size=(n, 3)) + (1 + m) * np.eye(3)[y]
        p = np.round(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), 6)
        p[:, 2] = 1 - p[:, :2].sum(axis=1)
        made |= {f"m{m}_prob_{name}": p[:, c] for c, name in enumerate(("ash", "elm", "oak"))}
    return made


CERTAIN = (np.arange(300) % 150 < 60).astype(int)  # shifted by a row, two of each class are wrong
FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "numbers": (numbers(), {}),
    "counts": (numbers() | {"y": np.round(numbers()["y"])}, {"task": Task.COUNTS}),
    "prob": (binary(), {}),
    "logit": (binary(kind="logit"), {}),
    "score": (binary(kind="score"), {}),
    "labels": (labels(), {}),
    "several": (several(), {}),
    "rare errors": ({"y": CERTAIN} | {f"m{m}_prob": np.roll(0.1 + 0.8 * CERTAIN, m) for m in (0, 1)}, {}),
    "nearly perfect": (numbers() | {"pred_1": numbers()["y"] * (1 + 1e-7 * np.arange(300))}, {}),
}
OF_CLASSES = {"prob", "logit", "score", "labels", "several", "rare errors"}


def figures(found: Comparison) -> dict[tuple[str, str], MetricValue]:
    return {(table.name, one.model): one for table in found.metrics for one in table.results}


def ends(found: Comparison) -> tuple[Floats, list[Any]]:
    """(low and high of every metric and model, NaN for none; the intervals of their ranks)."""
    every = figures(found).values()
    known = [[math.nan if end is None else end for end in (one.low, one.high)] for one in every]
    return np.array(known), [(one.rank_low, one.rank_high) for one in every]


def assert_alike(one: Comparison, other: Comparison) -> None:
    """To what single precision keeps."""
    assert figures(one).keys() == figures(other).keys()
    assert np.isfinite(ends(one)[0]).all(axis=1).sum() >= 10
    np.testing.assert_allclose(ends(other)[0], ends(one)[0], rtol=1e-5, atol=1e-6)
    assert ends(other)[1] == ends(one)[1]


@pytest.mark.parametrize("units", ["rows", "weights", "group"])
@pytest.mark.parametrize("form", FORMS)
def test_intervals_hold_their_value_in_their_range(compared: Compare, form: str, units: str) -> None:
    made, options = FORMS[form]
    asked = {"weights": {"weights": "w"}, "group": {"group": "g"}}.get(units, {})
    n = len(made["y"])
    w = np.random.default_rng(1).integers(1, 4, n) if units == "weights" else np.ones(n, dtype=int)
    columns = made | {"w": w, "g": np.arange(n) // 2}
    loss = "zero_one" if form in OF_CLASSES else "mae"  # one: metrics are in question
    found = compared(columns, resamples=400, losses=(loss,), **asked, **options)
    resampled = {metric.name for metric in metrics_for(Task(found.task)) if metric.replicated is not None}
    checked = 0
    for (name, _), one in figures(found).items():
        if one.low is None or one.high is None:
            # A figure of 1, or one that few rows define.
            undefined = one.reason == UNDEFINED or rests_on_few(one.reason)
            assert one.value in (None, 1.0) or name not in resampled or undefined
            assert one.reason
            continue
        low, high = end_to_end(name)
        assert one.value is not None
        assert low <= one.low <= one.value <= one.high <= high, name
        assert one.low < one.high
        if one.rank_low is not None and one.rank_high is not None and one.rank is not None:
            assert 1 <= one.rank_low <= one.rank <= one.rank_high <= len(found.models)
        checked += 1
    assert checked >= (6 if form == "labels" else 8)


def test_repeated_rows_narrow_intervals_and_clusters_undo_it(compared: Compare) -> None:
    for made in (numbers(), binary(), several()):
        once = compared(made | {"g": np.arange(300)}, group="g", resamples=4_000)
        twice = {name: np.repeat(column, 2) for name, column in made.items()} | {"g": np.arange(600) // 2}
        single = made | {"g": np.arange(300)}
        assert_alike(*(compared(rows, group="g", resamples=400) for rows in (single, twice)))
        apart = compared(twice | {"g": np.arange(600)}, group="g", resamples=4_000)
        wide, narrow = (np.diff(ends(found)[0]).ravel() for found in (once, apart))
        known = np.isfinite(wide)
        np.testing.assert_allclose(wide[known] / narrow[known], math.sqrt(2), rtol=0.1)


def test_a_weight_is_a_row_repeated_within_its_cluster(compared: Compare) -> None:
    made, w = binary(kind="logit"), np.random.default_rng(2).integers(1, 4, 300)
    heavy = compared(made | {"g": np.arange(300), "w": w}, group="g", weights="w")
    rows = {name: np.repeat(column, w) for name, column in made.items()} | {"g": np.repeat(np.arange(300), w)}
    assert_alike(heavy, compared(rows, group="g"))


@pytest.mark.parametrize("made", [numbers(), binary(), several()], ids=["numbers", "binary", "several"])
def test_the_order_of_rows_does_not_matter_with_ids(compared: Compare, made: dict[str, Any]) -> None:
    made = made | {"key": [f"k{i}" for i in range(300)]}
    order = np.random.default_rng(3).permutation(300)
    moved = {name: np.asarray(column)[order] for name, column in made.items()}
    assert_alike(*(compared(one, id="key", resamples=400) for one in (made, moved)))


# --- against other bootstraps ----------------------------------------------------------------------------


def test_intervals_are_percentiles_over_the_rows_drawn(compared: Compare) -> None:
    """Of scikit-learn's figures, replicate by replicate, with the same draws."""
    made = several()
    found = figures(compared(made, resamples=200))
    drawn = draws(row_keys(np.arange(1, 301)), 200, seed=0).T
    y = np.searchsorted(["ash", "elm", "oak"], made["y"])
    label = np.argmax([made[f"m1_prob_{name}"] for name in ("ash", "elm", "oak")], axis=0)
    theirs = {
        "f1": [sk.f1_score(y, label, sample_weight=w, average="macro", zero_division=0) for w in drawn],
        "mcc": [sk.matthews_corrcoef(y, label, sample_weight=w) for w in drawn],
        "cohen_kappa": [sk.cohen_kappa_score(y, label, sample_weight=w) for w in drawn],
    }
    for name, figure in theirs.items():
        one = found[name, "m1_prob"] if (name, "m1_prob") in found else found[name, "m1"]
        assert (one.low, one.high) == pytest.approx(tuple(np.quantile(figure, [0.025, 0.975])), rel=1e-5)


# --- edges -----------------------------------------------------------------------------------------------


def reasons(found: Comparison) -> dict[str, str | None]:
    """Of the metrics of the first model that have a value and no interval."""
    model = found.models[0].name
    return {
        name: one.reason
        for (name, own), one in figures(found).items()
        if own == model and one.low is None and one.value is not None and one.reason != NO_INTERVAL
    }


def test_figures_without_spread_have_no_interval(compared: Compare) -> None:
    made, w = binary(), np.random.default_rng(6).integers(1, 3, 300)
    certain = made | {"w": w, "m0_prob": 0.2 + 0.6 * made["y"]}
    found = reasons(compared(certain, weights="w"))
    assert found.pop("roc_auc") == found.pop("average_precision") == UNDEFINED
    assert "unweighted" in str(found.pop("partial_auc:max_fpr=0.1"))
    labelled = {one.name for one in metrics_for(Task.BINARY) if one.replicated and one.source is Confusion}
    assert found == dict.fromkeys(labelled, NO_SPREAD)
    constant = reasons(compared(made | {"m0_prob": np.full(300, 0.3)}))
    assert constant.pop("partial_auc:max_fpr=0.1")
    never_positive = {"f1", "fbeta:beta=0.5", "fbeta:beta=2", "recall_macro"}
    assert never_positive | {"balanced_accuracy", "cohen_kappa", "roc_auc"} == constant.keys()
    assert set(constant.values()) == {NO_SPREAD}
    y = numbers()["y"]
    assert reasons(compared({"y": y, "pred": y})).keys() == {one.name for one in comoments.METRICS}
    assert reasons(compared({"y": y, "pred": np.full(300, 2.0)})).keys() == {
        "explained_variance",
        "concordance",
        "r2",  # its squares are those of a few rows
    }


def test_a_class_of_few_rows_has_no_interval(compared: Compare) -> None:
    """One positive says nothing of how positives vary; six are in nearly every resample."""
    made = binary(kind="logit")
    for rows, known in ((1, False), (5, False), (9, True)):
        y = (np.arange(300) < rows).astype(int)
        found = compared(made | {"y": y, "w": 1 + np.arange(300) % 2}, weights="w")
        for name in ("recall", "balanced_accuracy", "roc_auc", "average_precision"):
            one = figures(found)[name, "m0_logit"]
            assert (one.low is not None) == known, name
            assert (one.reason != UNDEFINED) == known


@pytest.mark.parametrize(("rows", "few"), [(29, "30 50"), (30, "50"), (49, "50"), (50, ""), (271, "30")])
def test_ranks_by_a_class_of_few_rows_have_no_interval(compared: Compare, rows: int, few: str) -> None:
    """Two equally good models would be told apart too often; what does not rest on the class is ranked."""
    made = binary() | {"y": np.random.default_rng(2).permutation(np.arange(300) < rows).astype(int)}
    found = figures(compared(made, resamples=200))
    fewest = {"recall": "30", "f1": "30", "mcc": "30", "roc_auc": "30", "average_precision": "50"}
    for name, least in fewest.items():
        one = found[name, "m0_prob"]
        if rows > 270 and name in ("recall", "f1"):
            assert one.rank_low is not None
            continue
        assert (one.rank_low is None) == (least in few.split()), name
        what = "positives" if rows < 150 else "negatives"
        assert one.reason == (
            f"fewer than {least} {what}: ranks have no interval" if not one.rank_low else None
        )
    assert found["accuracy", "m0_prob"].rank_low is not None


def test_one_class_alone(compared: Compare) -> None:
    made = binary() | {"y": np.ones(300, dtype=int)}
    found = figures(compared(made, task=Task.BINARY))
    for name in ("roc_auc", "average_precision", "specificity", "balanced_accuracy", "mcc"):
        one = found[name, "m0_prob"]
        assert one.low is None and one.high is None and one.reason, name
    one = found["recall", "m0_prob"]
    assert one.low is not None and one.high is not None and one.low < one.high


def test_ranks_tell_good_from_bad_and_not_like_from_like(compared: Compare) -> None:
    rng = np.random.default_rng(7)
    y = rng.normal(size=400)
    near = y + 0.5 * rng.normal(size=400)
    made = {
        "y": y,
        "pred_a": near,
        "pred_b": near + 1e-3 * rng.normal(size=400),
        "pred_c": rng.normal(size=400),
    }
    found = figures(compared(made))
    for name in ("r2", "explained_variance", "pearson", "concordance"):
        ends = [(found[name, f"pred_{m}"].rank_low, found[name, f"pred_{m}"].rank_high) for m in "abc"]
        assert ends == [(1, 2), (1, 2), (3, 3)], name
    assert found["bias", "pred_a"].rank_low is None
