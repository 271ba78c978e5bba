"""Losses that read more than their row: an order of classes or of time, class counts, sets of all rows."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from comparisons import Compare
from scipy.special import log_softmax

from losscli.comparison import whole_sample
from losscli.domain import Floats
from losscli.errors import UsageError
from losscli.result import Comparison

N = 300
NAMES = np.array(["low", "mid", "high"])


def value(found: Comparison, spec: str, model: str) -> float:
    (table,) = (table for table in found.losses if table.spec == spec)
    (result,) = (result for result in table.results if result.model == model)
    assert result.value is not None, result.reason
    return result.value


def classes(seed: int = 0) -> tuple[dict[str, Any], Floats, Floats, Floats]:
    """Columns of one model; codes in the order low, mid, high; probabilities; weights."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, N, p=[0.6, 0.3, 0.1])
    p = np.exp(log_softmax(rng.normal(size=(N, 3)) + 1.5 * np.eye(3)[y], axis=1))
    columns = {"target": NAMES[y]} | {f"prob_{name}": p[:, k] for k, name in enumerate(NAMES)}
    return columns, y, p, rng.choice([0.5, 1.0, 2.0], N)


ORDER = {"order": "low,mid,high"}


@pytest.mark.parametrize("weighted", [False, True])
def test_the_ranked_probability_score(compared: Compare, weighted: bool) -> None:
    columns, y, p, w = classes()
    asked = ORDER | ({"weights": "w"} if weighted else {})
    found = compared(columns | {"w": w}, losses=["ranked_probability_score", "emd_squared"], **asked)
    truth = np.eye(3)[y]
    each = sum((p[:, : k + 1].sum(axis=1) - truth[:, : k + 1].sum(axis=1)) ** 2 for k in range(2))
    theirs = np.average(each, weights=w if weighted else None)
    assert value(found, "emd_squared", "prob") == pytest.approx(theirs, rel=1e-12)
    assert value(found, "ranked_probability_score", "prob") == pytest.approx(theirs / 2, rel=1e-12)
    assert found.labels == ("low", "mid", "high")


def test_words_have_no_order(compared: Compare) -> None:
    columns, *_ = classes()
    with pytest.raises(UsageError, match="--order high,low,mid"):
        compared(columns, losses=["ranked_probability_score"])
    refused = {one.spec: one.reason for one in compared(columns).refused}
    assert "words do not tell" in refused["ranked_probability_score"]
    assert "words do not tell" in refused["emd_squared"]


def test_numbers_are_ordered_by_value(compared: Compare) -> None:
    """2 lies between 1 and 10, which as words come first."""
    columns, y, p, _ = classes()
    numbers = np.array([1, 2, 10])
    named = {"target": numbers[y]} | {f"prob_{n}": p[:, k] for k, n in enumerate(numbers)}
    spec = "ranked_probability_score"
    by_word = compared(columns, losses=[spec], **ORDER)
    assert value(compared(named, losses=[spec]), spec, "prob") == value(by_word, spec, "prob")


@pytest.mark.parametrize("weighted", [False, True])
def test_class_counts_come_from_the_rows(compared: Compare, weighted: bool) -> None:
    columns, y, p, w = classes()
    own = w if weighted else np.ones(N)
    n = np.bincount(y, weights=own)
    specs = ["class_balanced_ce:beta=0.99", "logit_adjusted_ce", "logit_adjusted_ce:tau=0.5"]
    found = compared(columns | {"w": w}, losses=specs, **({"weights": "w"} if weighted else {}))
    each = -np.log(p[np.arange(N), y])
    weight = (1 - 0.99) / (1 - 0.99**n)
    weight *= 3 / weight.sum()
    theirs = {"class_balanced_ce:beta=0.99": np.average(weight[y] * each, weights=own)}
    for tau in (1, 0.5):
        adjusted = p * (n / n.sum()) ** tau
        share = adjusted[np.arange(N), y] / adjusted.sum(axis=1)
        theirs[f"logit_adjusted_ce:tau={tau}"] = np.average(-np.log(share), weights=own)
    for spec, figure in theirs.items():
        assert value(found, spec, "prob") == pytest.approx(figure, rel=1e-12), spec


def test_ldam_reads_scores(compared: Compare) -> None:
    columns, y, p, _ = classes()
    named = {"target": columns["target"]} | {f"score_{name}": np.log(p[:, k]) for k, name in enumerate(NAMES)}
    found = compared(named, losses=["ldam:max_margin=0.5,s=3"])
    n = np.bincount(y)
    margin = n**-0.25 / (n**-0.25).max() * 0.5
    z = 3 * (np.log(p) - margin[y][:, None] * np.eye(3)[y])
    theirs = -log_softmax(z, axis=1)[np.arange(N), y].mean()
    assert value(found, "ldam:max_margin=0.5,s=3", "score") == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_generalised_dice_is_of_the_whole_file_and_resampled(compared: Compare, weighted: bool) -> None:
    columns, y, p, w = classes()
    own = w if weighted else np.ones(N)
    found = compared(
        columns | {"w": w},
        losses=["generalized_dice", "generalized_dice:pooled=0"],
        **({"weights": "w"} if weighted else {}),
    )
    truth = np.eye(3)[y]
    hits, sizes, n = own @ (truth * p), own @ (truth + p), own @ truth
    pooled = 1 - 2 * (hits / n**2).sum() / (sizes / n**2).sum()
    mean = ((1 - 2 * hits / sizes) / n**2).sum() / (1 / n**2).sum()
    assert value(found, "generalized_dice:pooled=1", "prob") == pytest.approx(pooled, rel=1e-12)
    assert value(found, "generalized_dice:pooled=0", "prob") == pytest.approx(mean, rel=1e-12)
    low, high = found.losses[0].results[0].low, found.losses[0].results[0].high
    assert low is not None
    assert high is not None
    assert low < pooled < high


def lovasz(y: Floats, s: Floats) -> float:
    """The Lovász extension of 1 - intersection/union, from its definition: the integral over thresholds t of
    the loss of the set of rows whose error is at least t."""
    errors = np.maximum(0.0, 1.0 - (2 * y - 1) * s)
    steps = np.unique(np.append(errors, 0.0))
    total = 0.0
    for low, high in pairwise(steps):
        wrong = errors >= high
        total += (high - low) * wrong.sum() / (wrong | (y == 1)).sum()
    return total


def margins(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    y = (rng.random(N) < 0.2).astype(int)
    return {"target": y, "a_score": 2 * y - 1 + rng.normal(size=N), "b_score": y - 0.5 + rng.normal(size=N)}


def test_the_lovasz_hinge_sorts_all_rows(compared: Compare) -> None:
    columns = margins()
    found = compared(columns, losses=["lovasz_hinge"])
    for model in ("a_score", "b_score"):
        theirs = lovasz(columns["target"], columns[model])
        assert value(found, "lovasz_hinge", model) == pytest.approx(theirs, rel=1e-12)
    assert found.losses[0].reference == pytest.approx(lovasz(columns["target"], np.full(N, 0.0)), abs=0.05)
    assert "all rows" in (found.losses[0].results[0].reason or "")


def test_a_weight_counts_as_so_many_rows_of_a_set(compared: Compare) -> None:
    columns = margins()
    w = np.random.default_rng(1).integers(0, 4, N)
    repeated = {name: np.repeat(column, w) for name, column in columns.items()}
    weighted = compared(columns | {"w": w}, losses=["lovasz_hinge"], weights="w")
    plain = compared(repeated, losses=["lovasz_hinge"])
    one, other = (value(found, "lovasz_hinge", "a_score") for found in (weighted, plain))
    assert one == pytest.approx(other, rel=1e-12)
    assert one == pytest.approx(lovasz(repeated["target"], repeated["a_score"]), rel=1e-12)


def test_too_many_rows_to_sort_are_said(compared: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_sample, "MOST", N - 1)
    found = compared(margins(), losses=["lovasz_hinge", "hinge"])
    (result, _) = found.losses[0].results
    assert result.value is None
    assert "takes all rows together" in (result.reason or "")


SERIES = {"time": [3, 1, 2, 5, 4], "target": [4.0, 1.0, 3.0, 2.0, 8.0], "pred": [4.5, 1.0, 2.0, 3.0, 6.0]}


def test_mase_is_measured_in_the_steps_of_the_targets(compared: Compare) -> None:
    """In time order the targets are 1, 3, 4, 8, 2: steps of 2, 1, 4 and 6."""
    found = compared(SERIES, losses=["mase"], time="time")
    (result,) = found.losses[0].results
    assert found.losses[0].params["naive"] == 13 / 4
    assert result.value == pytest.approx((0.5 + 0 + 1 + 1 + 2) / 5 / (13 / 4), rel=1e-14)
    written = compared(SERIES, losses=["mase:naive=2"])
    assert written.losses[0].results[0].value == pytest.approx(4.5 / 5 / 2, rel=1e-14)


def test_mase_needs_a_time_for_every_row(compared: Compare) -> None:
    with pytest.raises(UsageError, match="no column says the time: give --time COLUMN"):
        compared(SERIES, losses=["mase"])
    with pytest.raises(UsageError, match="rows share a time of 'time'"):
        compared(SERIES | {"time": [3, 1, 2, 3, 1]}, losses=["mase"], time="time")
    with pytest.raises(UsageError, match="the target never changes"):
        compared(SERIES | {"target": [2.0] * 5}, losses=["mase"], time="time")


def test_a_score_that_is_no_distance_is_refused(compared: Compare) -> None:
    columns = margins()
    with pytest.raises(UsageError, match="the prediction of a_score must be ≥ 0"):
        compared(columns, losses=["hinge_embedding"])
    named = {one.spec: one.reason for one in compared(columns).refused}
    assert "name it for such scores" in named["hinge_embedding"]
    assert "name it for such scores" in named["xent_lambda"]
    distances = {name: np.abs(column) for name, column in columns.items()}
    y, x = distances["target"], distances["b_score"]
    found = compared(distances, losses=["hinge_embedding:margin=2", "xent_lambda"])
    theirs = np.where(y == 1, x, np.maximum(0, 2 - x)).mean()
    assert value(found, "hinge_embedding:margin=2", "b_score") == pytest.approx(theirs, rel=1e-12)
    rate = np.where(y == 1, -np.log(1 - np.exp(-x)), x).mean()
    assert value(found, "xent_lambda", "b_score") == pytest.approx(rate, rel=1e-12)


def test_the_threshold_weighted_score_is_computed_where_it_is_named(compared: Compare) -> None:
    refused = {one.spec: one.reason for one in compared(SERIES).refused}
    assert "name it with low and high" in refused["threshold_weighted_score"]
    found = compared(SERIES, losses=["threshold_weighted_score:low=2.5,high=5"])
    # ∫ 2|y - t| over the t between y and p that lie in [2.5, 5]
    each = [0.25, 0.0, 0.25, 0.75, 0.0]
    spec = "threshold_weighted_score:low=2.5,high=5"
    assert value(found, spec, "pred") == pytest.approx(np.mean(each), rel=1e-12)
