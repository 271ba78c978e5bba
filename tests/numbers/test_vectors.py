"""Outputs, labels, shares and boxes from file to figure: against arrays, in every form; what is refused."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from comparisons import Columns, Compare, delimited
from scipy import special
from scipy.spatial import distance

from losscli import render
from losscli.data.table import BLOCK
from losscli.domain import Floats, Task
from losscli.errors import DataError, UsageError
from losscli.report import cell_width
from losscli.result import Comparison

N = 240
MODELS = ("rf", "xgb")
CORNERS = ("x1", "y1", "x2", "y2")


def table(names: tuple[str, ...], y: Floats, said: dict[str, Floats], word: str, **more: Any) -> Columns:
    """`target_a` … and `rf_prob_a` …; of boxes the corners alone, `x1` and `rf_x1`."""
    first = {f"target_{name}" if word else name: y[:, j] for j, name in enumerate(names)}
    for model, p in said.items():
        first |= {f"{model}_{word}{name}": p[:, j] for j, name in enumerate(names)}
    return first | more


def outputs(n: int = N, seed: int = 1) -> tuple[Floats, dict[str, Floats]]:
    """All above 0."""
    rng = np.random.default_rng(seed)
    units = np.array([1.0, 2.0, 0.5])
    y = rng.uniform(0.5, 3.0, (n, 3)) * units
    spreads = zip(MODELS, (0.05, 0.08), strict=True)
    return y, {model: y + units * spread * rng.normal(size=y.shape) for model, spread in spreads}


def labels(n: int = N, seed: int = 1) -> tuple[Floats, dict[str, Floats]]:
    """Targets and probabilities."""
    rng = np.random.default_rng(seed)
    y = (rng.random((n, 4)) < [0.5, 0.3, 0.2, 0.6]).astype(float)
    return y, {
        m: special.expit((2 * y - 1) * a + 1.2 * rng.normal(size=y.shape))
        for m, a in zip(MODELS, (1.5, 0.8), strict=True)
    }


def shares(n: int = N, seed: int = 1) -> tuple[Floats, dict[str, Floats]]:
    rng = np.random.default_rng(seed)
    y = rng.dirichlet([1.0, 2.0, 0.7], n)
    said = {}
    for model, spread in zip(MODELS, (0.3, 0.8), strict=True):
        q = (y + 0.02) * np.exp(spread * rng.normal(size=y.shape))
        said[model] = q / q.sum(axis=1, keepdims=True)
    return y, said


def boxes(n: int = N, seed: int = 1) -> tuple[Floats, dict[str, Floats]]:
    rng = np.random.default_rng(seed)
    low, size = rng.uniform(0, 50, (n, 2)), rng.uniform(5, 20, (n, 2))
    said = {}
    for model, spread in zip(MODELS, (2.0, 5.0), strict=True):
        near = low + spread * rng.normal(size=low.shape)
        said[model] = np.hstack([near, near + size * np.exp(0.05 * spread * rng.normal(size=low.shape))])
    return np.hstack([low, low + size]), said


OF_OUTPUTS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "mse": lambda y, p: ((p - y) ** 2).mean(axis=1),
    "mae": lambda y, p: np.abs(p - y).mean(axis=1),
    "cosine_distance": lambda y, p: np.array([distance.cosine(a, b) for a, b in zip(y, p, strict=True)]),
    "generalized_kl": lambda y, p: special.kl_div(y, p).sum(axis=1),
}
OF_LABELS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "multilabel_soft_margin": lambda y, p: -(special.xlogy(y, p) + special.xlog1py(1 - y, -p)).mean(axis=1),
    "brier": lambda y, p: ((p - y) ** 2).mean(axis=1),
    "asymmetric:positive_gamma=1,negative_gamma=4,shift=0.05": lambda y, p: np.where(
        y == 1,
        -(1 - p) * np.log(p),
        -(np.maximum(p - 0.05, 0) ** 4) * np.log1p(-np.maximum(p - 0.05, 0)),
    ).sum(axis=1),
    "label_ranking_loss": lambda y, p: np.array(
        [sklearn.metrics.label_ranking_loss(a[None], b[None]) for a, b in zip(y, p, strict=True)]
    ),
    "coverage_error": lambda y, p: np.array(
        [sklearn.metrics.coverage_error(a[None], b[None]) for a, b in zip(y, p, strict=True)]
    ),
    "hamming": lambda y, p: ((p > 0.5) != y).mean(axis=1),
    "subset_zero_one": lambda y, p: ((p > 0.5) != y).any(axis=1).astype(float),
}
OF_SHARES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "kl_divergence": lambda y, q: special.rel_entr(y, q).sum(axis=1),
    "reverse_kl": lambda y, q: special.rel_entr(q, y).sum(axis=1),
    "jeffreys": lambda y, q: (special.rel_entr(q, y) + special.rel_entr(y, q)).sum(axis=1),
    "generalized_kl": lambda y, q: special.kl_div(y, q).sum(axis=1),
    "soft_cross_entropy": lambda y, q: -special.xlogy(y, q).sum(axis=1),
    "js_divergence": lambda y, q: np.array(
        [distance.jensenshannon(a, b) ** 2 for a, b in zip(y, q, strict=True)]
    ),
    "total_variation": lambda y, q: np.abs(y - q).sum(axis=1) / 2,
    "hellinger": lambda y, q: np.sqrt(((np.sqrt(y) - np.sqrt(q)) ** 2).sum(axis=1) / 2),
    "bhattacharyya": lambda y, q: -np.log(np.sqrt(y * q).sum(axis=1)),
    "chi2_divergence": lambda y, q: ((y - q) ** 2 / q).sum(axis=1),
    "wasserstein1_1d:width=1": lambda y, q: np.abs(np.cumsum(q - y, axis=1)[:, :-1]).sum(axis=1),
    "renyi:alpha=2": lambda y, q: np.log((y**2 / q).sum(axis=1)),
}


def overlap(y: Floats, p: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(IoU, union, area of the hull, its squared diagonal)."""
    both = [
        np.clip(np.minimum(y[:, j + 2], p[:, j + 2]) - np.maximum(y[:, j], p[:, j]), 0, None) for j in (0, 1)
    ]
    hull = [np.maximum(y[:, j + 2], p[:, j + 2]) - np.minimum(y[:, j], p[:, j]) for j in (0, 1)]
    area = [(b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (y, p)]
    union = area[0] + area[1] - both[0] * both[1]
    return both[0] * both[1] / union, union, hull[0] * hull[1], hull[0] ** 2 + hull[1] ** 2


def giou(y: Floats, p: Floats) -> Floats:
    iou, union, hull, _ = overlap(y, p)
    return 1 - iou + (hull - union) / hull


def diou(y: Floats, p: Floats) -> Floats:
    iou, _, _, diagonal = overlap(y, p)
    centres = [(b[:, :2] + b[:, 2:]) / 2 for b in (y, p)]
    return 1 - iou + ((centres[0] - centres[1]) ** 2).sum(axis=1) / diagonal


def ciou(y: Floats, p: Floats) -> Floats:
    angle = [np.arctan((b[:, 2] - b[:, 0]) / (b[:, 3] - b[:, 1])) for b in (y, p)]
    v = 4 / np.pi**2 * (angle[0] - angle[1]) ** 2
    return diou(y, p) + v * v / (1 - overlap(y, p)[0] + v)


OF_BOXES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "giou": giou,
    "iou": lambda y, p: 1 - overlap(y, p)[0],
    "diou": diou,
    "ciou": ciou,
    "smooth_l1:beta=1": lambda y, p: np.where(np.abs(p - y) < 1, (p - y) ** 2 / 2, np.abs(p - y) - 0.5).sum(
        axis=1
    ),
}
CASES = {
    Task.MULTIOUTPUT: (outputs, ("a", "b", "c"), "pred_", OF_OUTPUTS),
    Task.MULTILABEL: (labels, ("cat", "dog", "4", "new york"), "prob_", OF_LABELS),
    Task.DISTRIBUTION: (shares, ("1", "2", "3"), "prob_", OF_SHARES),
    Task.BOXES: (boxes, CORNERS, "", OF_BOXES),
}


def values(found: Comparison) -> dict[tuple[str, str], float | None]:
    return {(t.spec, result.model): result.value for t in found.losses for result in t.results}


def made(task: Task, n: int = N, **more: Any) -> tuple[Columns, Floats, dict[str, Floats]]:
    sample, names, word, _ = CASES[task]
    y, said = sample(n)
    return table(names, y, said, word, **more), y, said


@pytest.mark.parametrize("task", CASES)
def test_every_loss_is_that_of_the_whole_arrays(compared: Compare, task: Task) -> None:
    columns, y, said = made(task)
    found = compared(columns)
    assert found.task == task
    assert [model.name for model in found.models] == list(MODELS)
    seen = values(found)
    for spec, rows in CASES[task][3].items():
        for model, p in said.items():
            assert seen[spec, model] == pytest.approx(math.fsum(rows(y, p)) / N, rel=1e-11), (spec, model)
    others = {spec for spec, _ in seen} - CASES[task][3].keys()
    assert others == ({"multi_rmse"} if task is Task.MULTIOUTPUT else set())


def test_multi_rmse(compared: Compare) -> None:
    columns, y, said = made(Task.MULTIOUTPUT)
    seen = values(compared(columns, losses=["multi_rmse"]))
    for model, p in said.items():
        assert seen["multi_rmse", model] == pytest.approx(((p - y) ** 2).sum(axis=1).mean() ** 0.5, rel=1e-12)


@pytest.mark.parametrize("task", CASES)
def test_weights(compared: Compare, task: Task) -> None:
    w = np.random.default_rng(3).integers(0, 4, N).astype(float)
    columns, y, said = made(task, w=w)
    seen = values(compared(columns, weights="w"))
    for spec, rows in CASES[task][3].items():
        for model, p in said.items():
            assert seen[spec, model] == pytest.approx((w @ rows(y, p)) / w.sum(), rel=1e-11), spec


@pytest.mark.parametrize("task", CASES)
def test_blocks_add_up(
    compared: Compare, save: Callable[[bytes, str], str], forks: list[int], task: Task
) -> None:
    """A file of several blocks, by one worker and by two, to the last bit."""
    n = BLOCK + 500
    columns, y, said = made(task, n)
    spec, rows = next(iter(CASES[task][3].items()))
    path = save(delimited(columns), "data.csv")
    found = [values(compared([path], losses=[spec], jobs=jobs, resamples=100)) for jobs in (1, 2)]
    assert forks
    assert found[0] == found[1]
    for model, p in said.items():
        assert found[0][spec, model] == pytest.approx(math.fsum(rows(y, p)) / n, rel=1e-12)


def test_scikit_learn_on_labels(compared: Compare) -> None:
    columns, y, said = made(Task.MULTILABEL)
    seen = values(compared(columns))
    for model, p in said.items():
        decided = (p > 0.5).astype(int)
        for spec, theirs in (
            ("hamming", sklearn.metrics.hamming_loss(y, decided)),
            ("subset_zero_one", sklearn.metrics.zero_one_loss(y, decided)),
            ("label_ranking_loss", sklearn.metrics.label_ranking_loss(y, p)),
            ("coverage_error", sklearn.metrics.coverage_error(y, p)),
        ):
            assert seen[spec, model] == pytest.approx(theirs, rel=1e-12)


def test_the_figures_of_the_published_fixture(compared: Compare) -> None:
    """torch 2.13.0 MultiLabelSoftMarginLoss, MultiLabelMarginLoss; scikit-learn 1.9.1 coverage_error."""
    z = np.array([[1.0, -2.0, 0.5], [-0.5, 0.3, 0.2]])
    y = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    seen = values(compared(table(("a", "b", "c"), y, {"m": z}, "logit_")))
    assert seen["multilabel_soft_margin", "m"] == pytest.approx(0.4568063, rel=2e-7)
    assert seen["multilabel_margin", "m"] == pytest.approx(0.1833333, rel=5e-7)
    assert seen["coverage_error", "m"] == 1.5
    assert seen["label_ranking_loss", "m"] == 0.0


def test_logits_of_shares_are_read_by_the_softmax(compared: Compare) -> None:
    y, said = shares()
    by_share = values(compared(table(("a", "b", "c"), y, said, "prob_")))
    logits = {model: np.log(q) + 3.0 for model, q in said.items()}
    by_logit = values(compared(table(("a", "b", "c"), y, logits, "logit_")))
    for key, value in by_share.items():
        assert by_logit[key] == pytest.approx(value, rel=1e-9), key


def test_scores_and_labels_serve_their_losses(compared: Compare) -> None:
    y, said = labels()
    names = ("a", "b", "c", "d")
    scores = {model: special.logit(p) for model, p in said.items()}
    of_scores = compared(table(names, y, scores, "score_"))
    assert {t.spec for t in of_scores.losses} == {
        "multilabel_margin",
        "label_ranking_loss",
        "coverage_error",
        "hamming",
        "subset_zero_one",
    }
    assert of_scores.primary == "hamming"
    decided = {model: (p > 0.5).astype(int) for model, p in said.items()}
    of_labels = compared(table(names, y, decided, "pred_"))
    assert {t.spec for t in of_labels.losses} == {"hamming", "subset_zero_one"}
    assert values(of_labels)["hamming", "rf"] == values(of_scores)["hamming", "rf"]


def test_threshold(compared: Compare) -> None:
    y, said = labels()
    found = values(compared(table(("a", "b", "c", "d"), y, said, "prob_"), threshold=0.3))
    assert found["hamming", "rf"] == pytest.approx(((said["rf"] > 0.3) != y).mean(), rel=1e-12)


class TestMetrics:
    def test_labels(self, compared: Compare) -> None:
        columns, y, said = made(Task.MULTILABEL)
        found = compared(columns)
        decided = {model: (p > 0.5).astype(int) for model, p in said.items()}
        for name, theirs in (
            ("f1_micro", lambda p: sklearn.metrics.f1_score(y, p, average="micro")),
            ("f1_macro", lambda p: sklearn.metrics.f1_score(y, p, average="macro")),
            ("subset_accuracy", lambda p: sklearn.metrics.accuracy_score(y, p)),
        ):
            metric = found.metric(name)
            assert metric is not None
            for result in metric.results:
                assert result.value == pytest.approx(theirs(decided[result.model]), rel=1e-12)
                assert result.low < result.value < result.high

    def test_boxes(self, compared: Compare) -> None:
        columns, y, said = made(Task.BOXES)
        found = compared(columns)
        for model, p in said.items():
            iou = overlap(y, p)[0]
            for name, figure in (("mean_iou", iou.mean()), ("iou_50", (iou >= 0.5).mean())):
                metric = found.metric(name)
                assert metric is not None
                (value,) = (result.value for result in metric.results if result.model == model)
                assert value == pytest.approx(figure, rel=1e-12)

    def test_outputs(self, compared: Compare) -> None:
        columns, y, said = made(Task.MULTIOUTPUT)
        metric = compared(columns).metric("r2_mean")
        assert metric is not None
        for result in metric.results:
            assert result.value == pytest.approx(sklearn.metrics.r2_score(y, said[result.model]), rel=1e-11)
            assert result.low < result.value < result.high

    def test_weights_and_blocks(self, compared: Compare) -> None:
        n = BLOCK + 100
        w = np.random.default_rng(4).integers(1, 4, n).astype(float)
        columns, y, said = made(Task.MULTILABEL, n, w=w)
        metric = compared(columns, weights="w", losses=["hamming"], resamples=100).metric("f1_macro")
        assert metric is not None
        theirs = sklearn.metrics.f1_score(y, said["rf"] > 0.5, average="macro", sample_weight=w)
        assert metric.results[0].value == pytest.approx(theirs, rel=1e-12)

    def test_a_constant_target_leaves_the_mean(self, compared: Compare) -> None:
        y, said = outputs()
        y[:, 1] = 2.0
        metric = compared(table(("a", "b", "c"), y, said, "pred_")).metric("r2_mean")
        assert metric is not None
        each = [sklearn.metrics.r2_score(y[:, j], said["rf"][:, j]) for j in (0, 2)]
        assert metric.results[0].value == pytest.approx(np.mean(each), rel=1e-11)

    def test_no_skill_is_shown(self, compared: Compare) -> None:
        """The best constant of several columns is not sought."""
        for task in CASES:
            found = compared(made(task)[0])
            assert not [metric.name for metric in found.metrics if metric.name.startswith("d2")]
            assert {result.skill for t in found.losses for result in t.results} == {None}


def test_verdicts_and_slices(compared: Compare) -> None:
    group = np.arange(N) // 6
    part = np.where(np.arange(N) % 2, "left", "right")
    for task in CASES:
        columns, y, said = made(task, g=group, part=part)
        found = compared(columns, group="g", by="part")
        assert found.resampling.units == 40
        verdict = {pair.verdict for pair in found.comparisons if pair.spec == found.primary}
        assert verdict == {"a"}
        assert found.slices is not None
        spec, rows = found.primary, CASES[task][3][found.primary]
        for one in found.slices.slices:
            inside = part == one.value
            for result in one.results:
                expected = rows(y[inside], said[result.model][inside]).mean()
                assert result.value == pytest.approx(expected, rel=1e-11), (task, spec)


class TestInfinite:
    def _file(self) -> Columns:
        y, said = shares()
        said["xgb"][4] = [0.0, 0.5, 0.5]
        y[4] = [0.2, 0.3, 0.5]
        return table(("a", "b", "c"), y, said, "prob_")

    def test_a_share_predicted_as_0_is_named(self, compared: Compare) -> None:
        found = compared(self._file())
        (kl,) = (t for t in found.losses if t.spec == "kl_divergence")
        result = {one.model: one for one in kl.results}["xgb"]
        assert result.value is None
        assert result.rank == 2
        assert "row 5" in result.reason
        assert "--clip" in result.reason
        assert found.primary == "js_divergence"

    def test_clip_bounds_it(self, compared: Compare) -> None:
        y, said = shares()
        found = compared(self._file(), clip=1e-7)
        q = said["xgb"].copy()
        q[4] = [1e-7, 0.5, 0.5]
        y[4] = [0.2, 0.3, 0.5]
        assert values(found)["kl_divergence", "xgb"] == pytest.approx(
            special.rel_entr(y, q).sum(axis=1).mean(), rel=1e-12
        )
        assert found.losses[0].results[1].clipped_rows == 1

    def test_a_label_predicted_as_impossible(self, compared: Compare) -> None:
        y, said = labels()
        y[7, 2], said["rf"][7, 2] = 1.0, 0.0
        found = compared(table(("a", "b", "c", "d"), y, said, "prob_"))
        result = found.losses[0].results[0]
        assert (found.losses[0].spec, result.value) == ("multilabel_soft_margin", None)
        assert "row 8" in result.reason
        assert found.primary == "hamming"

    def test_targets_of_0_rule_out_what_divides_by_them(self, compared: Compare) -> None:
        y, said = shares()
        y[3] = [0.0, 0.4, 0.6]
        found = compared(table(("a", "b", "c"), y, said, "prob_"))
        refused = {one.spec: one for one in found.refused}
        assert refused.keys() == {"reverse_kl", "jeffreys"}
        assert refused["jeffreys"].rows == (4,)

    def test_outputs_below_0_rule_out_the_divergence(self, compared: Compare) -> None:
        y, said = outputs()
        said["xgb"][2, 1] = -0.5
        found = compared(table(("a", "b", "c"), y, said, "pred_"))
        (kl,) = (t for t in found.losses if t.spec == "generalized_kl")
        by_model = {one.model: one for one in kl.results}
        assert by_model["rf"].value is not None
        assert by_model["xgb"].value is None
        assert "must be > 0; 1 row is not, first 3" in by_model["xgb"].reason
        y[5, 0] = -1.0
        found = compared(table(("a", "b", "c"), y, said, "pred_"))
        (refused,) = found.refused
        assert (refused.spec, refused.rows) == ("generalized_kl", (6,))


def _spoiled(task: Task, column: str, row: int, value: Any) -> Columns:
    columns = {name: list(np.asarray(x).tolist()) for name, x in made(task)[0].items()}
    columns[column][row - 1] = value
    return columns


REFUSED = [
    (
        Task.MULTILABEL,
        "target_dog",
        3,
        0.5,
        "the value in row 3 is 0.5; a label is 0 or 1",
        "--task multioutput",
    ),
    (Task.MULTILABEL, "rf_prob_dog", 9, 1.5, "row 9 is 1.5; a probability lies in [0, 1]", "--kind"),
    (Task.DISTRIBUTION, "target_2", 4, -0.25, "row 4 is -0.25; a share is not negative", "Fix"),
    (Task.DISTRIBUTION, "target_1", 6, 0.999, "the target in row 6 add up to", "--task multioutput"),
    (Task.DISTRIBUTION, "xgb_prob_1", 6, 0.999, "the probabilities of xgb in row 6 do not sum to 1", "logit"),
    (Task.DISTRIBUTION, "xgb_prob_1", 6, -0.1, "row 6 is -0.1; a probability lies in [0, 1]", "logit"),
    (Task.BOXES, "x2", 5, -7.0, "not below x2 -7", "x + width"),
    (Task.BOXES, "xgb_y2", 5, -700.0, "not below xgb_y2 -700", "x + width"),
    (Task.MULTIOUTPUT, "target_b", 8, "", "the value in row 8 is missing", "--missing drop"),
    (Task.BOXES, "rf_x1", 8, "", "the value in row 8 is missing", "--missing drop"),
    (Task.DISTRIBUTION, "rf_prob_2", 8, "inf", "the value in row 8 is infinite", "--missing drop"),
]


@pytest.mark.parametrize(("task", "column", "row", "value", "said", "advice"), REFUSED)
def test_a_value_that_cannot_be_is_named(
    compared: Compare, task: Task, column: str, row: int, value: Any, said: str, advice: str
) -> None:
    with pytest.raises(DataError) as refused:
        compared(_spoiled(task, column, row, value), task=task)
    assert said in str(refused.value)
    assert advice in str(refused.value)
    assert refused.value.where is not None
    assert refused.value.where.line == row + 1
    assert refused.value.where.column is not None


def test_forced_shares_are_checked(compared: Compare) -> None:
    with pytest.raises(DataError, match="add up to"):
        compared(table(("a", "b", "c"), *outputs(), "pred_"), task=Task.DISTRIBUTION)


def test_rounded_shares_are_used_with_a_note(compared: Compare) -> None:
    y, said = shares()
    y[7] = [0.334, 0.334, 0.337]
    found = compared(table(("a", "b", "c"), y, said, "prob_"))
    (note,) = (one for one in found.warnings if one.code == "target_sum")
    assert "row 8: off by 0.005" in note.message
    y[7] /= y[7].sum()
    found = compared(table(("a", "b", "c"), y, said, "prob_"))
    assert not [one for one in found.warnings if one.code == "target_sum"]


@pytest.mark.parametrize("task", CASES)
def test_missing_rows_are_dropped_for_all(compared: Compare, task: Task) -> None:
    columns, y, said = made(task)
    first = next(iter(columns))
    last = list(columns)[-1]
    spoiled = {name: np.array(x, dtype=float) for name, x in columns.items()}
    spoiled[first][[2, 50]], spoiled[last][7] = np.nan, np.nan
    found = compared(spoiled, drop=True)
    assert found.task == task
    assert (found.rows.read, found.rows.used) == (N, N - 3)
    keep = np.delete(np.arange(N), [2, 7, 50])
    spec, rows = next(iter(CASES[task][3].items()))
    for model, p in said.items():
        assert values(found)[spec, model] == pytest.approx(rows(y[keep], p[keep]).mean(), rel=1e-12)


@pytest.mark.parametrize("task", CASES)
def test_files_are_joined_by_an_id(compared: Compare, save: Callable[..., str], task: Task) -> None:

    whole, y, said = made(task, id=np.arange(N))
    names = [name for name in whole if not name.startswith(MODELS) and name != "id"]
    turned = np.random.default_rng(5).permutation(N)
    paths = []
    for model, order in zip(MODELS, (np.arange(N), turned), strict=True):
        own = {name: np.asarray(whole[name])[order] for name in whole if name in (*names, "id")}
        own |= {
            name.removeprefix(f"{model}_") if CASES[task][2] else f"pred_{name.removeprefix(f'{model}_')}": x
            for name, x in ((name, np.asarray(x)[order]) for name, x in whole.items())
            if name.startswith(f"{model}_")
        }
        paths.append(save(delimited(own), f"{model}.csv"))
    found = compared(paths, id="id")
    assert found.task == task
    assert [model.name for model in found.models] == list(MODELS)
    spec, rows = next(iter(CASES[task][3].items()))
    for model, p in said.items():
        assert values(found)[spec, model] == pytest.approx(rows(y, p).mean(), rel=1e-12)


@pytest.mark.parametrize("task", CASES)
class TestForms:
    def test_json_has_the_shape_of_the_contract(self, compared: Compare, task: Task) -> None:
        found = compared(made(task)[0])
        told = json.loads(render.written(found, "json", all=False, colour=False, width=None))
        assert told["schema"] == "losscli/compare/1"
        assert (told["task"], told["positive"], told["scale"]) == (str(task), None, None)
        assert [len(model["columns"]) for model in told["models"]] == [len(CASES[task][1])] * 2
        assert {one["rank"] for one in told["robustness"]} <= {None}
        for loss in told["losses"]:
            assert loss.keys() >= {
                "spec",
                "name",
                "params",
                "unit",
                "elicits",
                "class",
                "results",
                "best_set",
            }
            for result in loss["results"]:
                assert result["reason"] is not None or result["value"] is not None
        assert told["comparisons"][0].keys() >= {
            "spec",
            "a",
            "b",
            "difference",
            "low",
            "high",
            "p",
            "verdict",
        }

    @pytest.mark.parametrize("all", [False, True])
    def test_a_screen_of_80_columns(self, compared: Compare, task: Task, all: bool) -> None:
        found = compared(made(task)[0], list_rows=True)
        text = render.written(found, "text", all=all, colour=False, width=80)
        assert max(map(cell_width, text.splitlines())) <= 80
        assert str(task) in text

    def test_csv_and_markdown(self, compared: Compare, task: Task) -> None:
        found = compared(made(task)[0])
        csv = render.written(found, "csv", all=False, colour=False, width=None)
        for spec, model in values(found):
            assert any(spec.partition(":")[0] in line and model in line for line in csv.splitlines())
        markdown = render.written(found, "markdown", all=False, colour=False, width=None)
        assert found.primary in markdown

    def test_rows_that_decide_are_shown_with_all_their_columns(self, compared: Compare, task: Task) -> None:
        y, said = CASES[task][0](30)
        said["xgb"] = said["rf"].copy()
        said["xgb"][:8] = said["rf"][8:16] if task is Task.BOXES else said["rf"][:8, ::-1]
        said["xgb"][9] = 0.5 * (y[9] + said["rf"][9])
        found = compared(table(CASES[task][1], y, said, CASES[task][2]), list_rows=True)
        assert found.row_table
        assert {one.row for one in found.row_table} <= set(range(1, 9))
        spec, rows = found.primary, CASES[task][3][found.primary]
        for one in found.row_table:
            assert len(str(one.target).split()) == len(CASES[task][1])
            assert one.losses["rf"] == pytest.approx(rows(y, said["rf"])[one.row - 1], rel=1e-9), spec


def test_flags_that_need_a_residual_are_refused(compared: Compare) -> None:
    with pytest.raises(UsageError):
        compared(made(Task.BOXES)[0], threshold=0.5)
    with pytest.raises(UsageError, match="task is boxes"):
        compared(made(Task.BOXES)[0], losses=["huber"], task=Task.BOXES)
