"""Few positives: what losses, weights, repeats and thresholds do to recall and precision, as theory has
it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imbalanced import Task, fitted, logistic, run, score, tumours, write
from sklearn.metrics import average_precision_score, precision_recall_curve

from losscli.descent.networks import EarlyStopping
from losscli.errors import UsageError
from losscli.result import Curve, Fit, Fits
from losscli.spec import Spec


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("imbalance"), tumours())


@pytest.fixture(scope="module")
def plain(path: str) -> Fits:
    weights = (f"weighted_bce:positive_weight={w}" for w in (1, 3, 10, 30))
    return fitted(path, "bce", *weights, "focal:gamma=2", "focal:gamma=2,alpha=0.9", repeats=2)


def pair(one: Fit) -> tuple[float, float]:
    return score(one, "recall"), score(one, "precision")


def test_positive_weight_buys_recall_with_precision(plain: Fits) -> None:
    pairs = [pair(plain.fit(f"weighted_bce:positive_weight={w}")) for w in (1, 3, 10, 30)]
    recalls, precisions = zip(*pairs, strict=True)
    assert list(recalls) == sorted(recalls) and list(precisions) == sorted(precisions)[::-1]
    assert recalls[-1] >= recalls[0] + 0.1 and precisions[-1] <= precisions[0] - 0.3
    assert pairs[0] == pair(plain.fit("bce"))


def test_focal_is_timid_and_alpha_moves_it(path: str, plain: Fits) -> None:
    """Its probabilities lie nearer to 1/2, on the same side: labels hardly move; alpha weighs the
    positives."""
    focal, bce, weighed = (plain.fit(s) for s in ("focal:gamma=2", "bce", "focal:gamma=2,alpha=0.9"))
    assert abs(score(focal, "recall") - score(bce, "recall")) <= 0.05
    assert score(weighed, "recall") > score(focal, "recall")
    assert score(weighed, "precision") < score(focal, "precision")
    rows = list(csv.DictReader(io.StringIO(run(path, "bce", "focal:gamma=2").predictions_csv)))
    of_bce, of_focal = (
        np.array([float(row[f"prob_{name}"]) for row in rows]) for name in ("bce", "focal:gamma=2")
    )
    assert np.abs(of_focal - 0.5).mean() < np.abs(of_bce - 0.5).mean() - 0.02


def test_balance_by_weights_and_by_repeats(path: str, plain: Fits) -> None:
    before = pair(plain.fit("bce"))
    weighed = fitted(path, "bce", class_weight="balanced", repeats=2).fits[0]
    repeated = fitted(path, "bce", oversample=1.0, repeats=2).fits[0]
    for one in (weighed, repeated):
        assert score(one, "recall") > before[0] and score(one, "precision") < before[1]
    np.testing.assert_allclose(pair(repeated), pair(weighed), atol=0.03)
    assert score(repeated, "average_precision") == pytest.approx(
        score(weighed, "average_precision"), abs=0.01
    )
    # half of the way lies between
    half = fitted(path, "bce", oversample=0.3, repeats=2).fits[0]
    assert before[0] <= score(half, "recall") <= score(repeated, "recall")
    assert before[1] >= score(half, "precision") >= score(repeated, "precision")


def costs(**given: float) -> Any:
    from losscli.verbs.cost import parse_cost

    return parse_cost(",".join(f"{key}={value}" for key, value in given.items()))


def test_dear_misses_buy_recall(path: str, plain: Fits) -> None:
    usual = fitted(path, "bce", cost=costs(fp=1, fn=10), repeats=2).fits[0]
    chosen = fitted(path, "bce", cost=costs(fp=1, fn=10), threshold_rule="cost", repeats=2)
    one = chosen.fits[0]
    assert pair(usual) == pair(plain.fit("bce"))
    assert score(one, "recall") > score(usual, "recall")
    assert score(one, "cost") < score(usual, "cost")
    assert score(one, "average_precision") == score(usual, "average_precision")
    assert one.threshold is not None and one.threshold.rule == "cost" and len(one.threshold.folds) == 10
    assert 0.0 < one.threshold.low <= one.threshold.mean <= one.threshold.high < 0.5
    assert chosen.constant["cost"] == pytest.approx(357 / 397, abs=0.01)  # all positive, at 1 each
    # the cost of the first repeat, from its own figures
    positives, rows = 40, 397
    missed = positives * (1 - score(one, "recall"))
    alarms = score(one, "predicted_positive") - (positives - missed)
    assert score(one, "cost") == pytest.approx((10 * missed + alarms) / rows, rel=1e-9)


@pytest.mark.parametrize("fn", [1.0, 4.0, 10.0])
def test_the_threshold_of_a_cost_is_that_of_elkan(tmp_path: Path, fn: float) -> None:
    """fp/(fp + fn) of probabilities that are calibrated."""
    path = write(tmp_path, logistic(4000))
    one = fitted(path, "bce", cost=costs(fp=1, fn=fn), threshold_rule="cost").fits[0].threshold
    assert one is not None
    assert one.mean == pytest.approx(1 / (1 + fn), rel=0.25)


def test_the_threshold_of_f1_is_half_of_it(tmp_path: Path) -> None:
    """Lipton, Elkan and Naryanaswamy 2014, for probabilities that are calibrated."""
    found = fitted(write(tmp_path, logistic(4000)), "bce", threshold_rule="f1")
    one = found.fits[0]
    assert one.threshold is not None
    assert one.threshold.mean == pytest.approx(score(one, "f1") / 2, abs=0.05)
    usual = fitted(write(tmp_path, logistic(4000)), "bce")
    assert score(one, "f1") > score(usual.fits[0], "f1") + 0.02


def test_youden_is_for_balanced_accuracy(tmp_path: Path) -> None:
    path = write(tmp_path, logistic(4000))
    by_index, usual = fitted(path, "bce", "hinge", threshold_rule="youden"), fitted(path, "bce", "hinge")
    for one, other in zip(by_index.fits, usual.fits, strict=True):
        assert score(one, "balanced_accuracy") > score(other, "balanced_accuracy") + 0.1
    assert by_index.fits[0].threshold is not None
    assert by_index.fits[0].threshold.mean == pytest.approx(np.mean(logistic(4000)["target"]), abs=0.05)


RECIPES: dict[str, dict[str, Any]] = {
    "oversample": {"oversample": 1.0},
    "smoothing": {"label_smoothing": 0.1},
    "jitter": {"augment": ("jitter:size=0.2",)},
    "mixup": {"augment": ("mixup:alpha=0.5",)},
    "all": {
        "oversample": 0.6,
        "label_smoothing": 0.05,
        "augment": ("jitter:size=0.1", "mixup:alpha=0.2"),
        "class_weight": "balanced",
        "threshold_rule": "f1",
    },
}


NETWORKS: dict[str, dict[str, Any]] = {
    "network": {"model": Spec.parse("mlp:hidden=3"), "max_iter": 5, **RECIPES["all"]},
    "early": {
        "model": Spec.parse("mlp:hidden=3"),
        "max_iter": 8,
        "early": EarlyStopping(0.2, 3),
        **RECIPES["all"],
    },
}
MODELS = RECIPES | NETWORKS


@pytest.mark.parametrize("options", MODELS.values(), ids=MODELS)
def test_a_fold_learns_nothing_from_the_rows_that_it_judges(tmp_path: Path, options: dict[str, Any]) -> None:
    """The labels of one fold are turned round: what is predicted for its rows stays the same to the last bit,
    and so do its thresholds."""
    data = logistic(120, intercept=-1.0) | {"fold": np.arange(120) % 4}
    turned = data | {"target": np.where(data["fold"] == 2, 1 - data["target"], data["target"])}
    found = [
        run(write(tmp_path, columns), "bce", "hinge", fold="fold", **options) for columns in (data, turned)
    ]
    tables = [list(csv.DictReader(io.StringIO(one.predictions_csv))) for one in found]
    inside = data["fold"] == 2
    for name in tables[0][0]:
        one, other = (np.array([row[name] for row in table]) for table in tables)
        if name == "target":
            continue
        assert (one == other)[inside].all()
        assert (one != other)[~inside].any()
    if "threshold_rule" in options:
        for one_fit, other_fit in zip(found[0].fits.fits, found[1].fits.fits, strict=True):
            assert one_fit.threshold is not None and other_fit.threshold is not None
            assert one_fit.threshold.folds[2] == other_fit.threshold.folds[2]
            assert one_fit.threshold.folds != other_fit.threshold.folds


def test_no_copy_of_a_judged_row_is_learned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row stands twice, both in one group: neither folds nor the folds within them part a pair."""
    from losscli.fitting import crossval

    single = logistic(90, intercept=-1.0)
    data = {name: np.tile(values, 2) for name, values in single.items()} | {"pair": np.tile(np.arange(90), 2)}
    seen: list[tuple[set[float], set[float], set[float]]] = []
    made = crossval.Fold.prepared

    def watched(self: Any, x: Any, y: Any) -> Any:
        found = made(self, x, y)
        seen.append((set(found.rows.x[:, 0]), set(self.x[:, 0]), set(self.x_test[:, 0])))
        return found

    monkeypatch.setattr(crossval.Fold, "prepared", watched)
    fitted(
        write(tmp_path, data), "bce", group="pair", features=("a", "b"), oversample=1.0, threshold_rule="f1"
    )
    assert len(seen) == 5 * (1 + 3)
    for learned, given, judged in seen:
        assert learned == given
        assert not learned & judged


def test_rows_held_out_to_stop_by_have_no_copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And they are as they were, in whole groups."""
    from losscli.fitting import networks

    seen: list[Any] = []
    learned = networks._training_set

    def watched(*arguments: Any) -> Any:
        seen.append(learned(*arguments))
        return seen[-1]

    monkeypatch.setattr(networks, "_training_set", watched)
    single = logistic(60, intercept=-0.5)
    data = {name: np.tile(values, 2) for name, values in single.items()} | {"pair": np.tile(np.arange(60), 2)}
    fitted(
        write(tmp_path, data),
        "bce",
        group="pair",
        features=("a", "b"),
        oversample=1.0,
        label_smoothing=0.1,
        model=Spec.parse("mlp:hidden=2"),
        max_iter=3,
        early=EarlyStopping(0.25, 3),
    )
    assert len(seen) == 6
    for data in seen:
        held = set(data.held[0][:, 0].round(9))
        assert held and len(data.held[0]) == 2 * len(held)
        assert not held & set(data.x[:, 0].round(9))


@pytest.mark.parametrize("options", MODELS.values(), ids=MODELS)
def test_the_same_bits_twice_and_with_two_jobs(tmp_path: Path, options: dict[str, Any]) -> None:
    path = write(tmp_path, logistic(150, intercept=-1.0))
    given = {"folds": 3, "contaminate": (Spec.parse("flip:levels=0-0.1"),), **options}
    texts = [fitted(path, "bce", "hinge", jobs=jobs, **given).to_json() for jobs in (1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != fitted(path, "bce", "hinge", seed=1, **given).to_json()


def test_text_features_gaps_and_several_classes(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    y = rng.choice(["x", "y", "z"], 150, p=[0.6, 0.3, 0.1])
    number = np.where(rng.random(150) < 0.1, "", np.round(rng.normal(size=150) + (y == "y"), 3).astype(str))
    data = {"number": number, "word": rng.choice(["p", "q", "r"], 150), "target": y}
    path = write(tmp_path, data)
    for options in (*RECIPES.values(), {"augment": ("mixup", "jitter:copies=3"), "oversample": 0.5}):
        own = {key: value for key, value in options.items() if key != "threshold_rule"}
        found = fitted(path, "cross_entropy", task=Task.MULTICLASS, missing="impute", l2=0.01, **own)
        assert found.fits[0].converged and 0.0 < score(found.fits[0], "accuracy") < 1.0
        assert not found.curves


def test_precision_and_recall_are_scikit_learns(path: str) -> None:
    done = run(path, "bce", "hinge")
    rows = list(csv.DictReader(io.StringIO(done.predictions_csv)))
    y = np.array([float(row["target"]) for row in rows])
    for spec, column in (("bce", "prob_bce"), ("hinge", "score_hinge")):
        s = np.array([float(row[column]) for row in rows])
        (curve,) = (c for c in done.fits.curves if isinstance(c, Curve) and c.spec == spec)
        assert curve.name == "precision_recall" and len(curve.x) <= 200
        precision, recall, _ = precision_recall_curve(y, s)
        theirs = dict.fromkeys(zip(recall.round(12), precision.round(12), strict=True))
        assert all((round(r, 12), round(p or 0, 12)) in theirs for r, p in zip(curve.x, curve.y, strict=True))
        steps = np.diff([0.0, *curve.x]) @ np.array(curve.y, dtype=float)
        assert steps == pytest.approx(average_precision_score(y, s), rel=1e-9)
        assert score(done.fits.fit(spec), "average_precision") == pytest.approx(steps, rel=1e-9)


def test_long_curves_are_thinned(tmp_path: Path) -> None:
    found = fitted(write(tmp_path, logistic(4000)), "bce")
    (curve,) = found.curves
    assert isinstance(curve, Curve) and len(curve.x) == 200
    assert list(curve.x) == sorted(curve.x) and curve.x[-1] == 1.0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"oversample": 1.0}, "--oversample 1: the task is regression"),
        ({"label_smoothing": 0.1}, "--label-smoothing 0.1: the task is regression"),
        ({"threshold_rule": "f1"}, "--threshold f1: the task is regression"),
        ({"cost": costs(fp=1, fn=2)}, "--cost: the task is regression"),
    ],
)
def test_what_numbers_do_not_have(tmp_path: Path, options: dict[str, Any], what: str) -> None:
    data = logistic(60) | {"target": np.arange(60) * 1.5}
    with pytest.raises(UsageError, match=what):
        fitted(write(tmp_path, data), "mse", **options)


def test_what_cannot_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, logistic(200) | {"day": np.arange(200) // 60})
    with pytest.raises(UsageError, match="nothing says what decisions cost"):
        fitted(path, "bce", threshold_rule="cost")
    with pytest.raises(UsageError, match="3 folds within the training rows of fold 1 cannot be made"):
        fitted(path, "bce", threshold_rule="f1", time="day", folds=3)
    with pytest.raises(UsageError, match="2 folds within the training rows of fold 1 cannot be made"):
        fitted(
            write(tmp_path, logistic(90) | {"fold": np.arange(90) % 2}),
            "bce",
            threshold_rule="f1",
            fold="fold",
        )
    thirds = write(tmp_path, logistic(90, intercept=-0.5) | {"fold": np.arange(90) % 3})
    found = fitted(thirds, "bce", threshold_rule="f1", fold="fold")
    assert found.fits[0].threshold is not None


def test_words_are_not_moved(tmp_path: Path) -> None:
    path = write(tmp_path, {"word": np.tile(["p", "q", "r"], 30), "target": np.tile([0, 1, 1, 0, 1], 18)})
    with pytest.raises(UsageError, match="no feature is a number"):
        fitted(path, "bce", augment=("jitter",))
    assert fitted(path, "bce", augment=("mixup",)).fits[0].converged


def test_time_keeps_its_order_within(tmp_path: Path) -> None:
    found = fitted(
        write(tmp_path, logistic(300, intercept=-0.5) | {"day": np.arange(300)}),
        "bce",
        threshold_rule="f1",
        time="day",
        features=("a", "b"),
        folds=3,
        jobs=2,
    )
    assert found.fits[0].threshold is not None and len(found.fits[0].threshold.folds) == 3


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import losscli.cli

    path = write(tmp_path, logistic(150, intercept=-1.0))
    words = ["--repeats", "1", "--no-contaminate", "--loss", "bce", "--loss", "hinge", "--jobs", "1"]
    more = ["--cost", "fp=1,fn=10", "--threshold", "cost", "--label-smoothing", "0.05", "--augment", "mixup"]
    assert losscli.cli.run(["fit", "--oversample", path, *words, *more]) == 0
    shown = capsys.readouterr().out
    for text in (
        "oversampled to the largest class in training",
        "labels smoothed by 0.05 in training",
        "mixup:alpha=0.2,copies=1 in training",
        "threshold by cost, within training rows",
        "cost fp=1, fn=10",
        "threshold: mean (range) over folds, for the least cost",
        "  cost  ROC AUC",
    ):
        assert text in shown
    assert losscli.cli.run(["fit", path, "--oversample", "0.5", *words, *more, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["oversample"] == 0.5 and found["label_smoothing"] == 0.05
    assert found["augment"] == ["mixup:alpha=0.2,copies=1"] and found["threshold_rule"] == "cost"
    assert found["costs"] == {"fp": 1.0, "fn": 10.0, "tp": 0.0, "tn": 0.0} and found["threshold"] is None
    assert set(found["fits"][0]["threshold"]) == {"rule", "mean", "low", "high", "folds"}
    assert "cost" in found["fits"][0]["scores"]
    assert {one["name"] for one in found["curves"]} == {"precision_recall"}
    assert losscli.cli.run(["fit", path, *words, *more, "--format", "csv"]) == 0
    shown = capsys.readouterr().out
    assert "metric,bce,bce,cost,false," in shown and "threshold,bce,bce,cost,," in shown
    assert losscli.cli.run(["fit", path, *words, "--all", "--format", "html"]) == 0
    assert "PRECISION AT RECALL" in capsys.readouterr().out
    for words, message in (
        (["--oversample", "2"], "--oversample 2: that is not a share"),
        (["--oversample=half"], "--oversample half: that is not a share"),
        (["--threshold", "f2"], "--threshold f2: that is neither a number nor a rule"),
        (["--label-smoothing", "1"], "--label-smoothing 1 is not between 0 and 1"),
        (["--augment", "noise"], "'noise' is no augmentation"),
        (["--cost", "fp=1,miss=3"], "--cost fp=1,miss=3"),
    ):
        assert losscli.cli.run(["fit", path, *words]) == 2
        assert message in capsys.readouterr().err
