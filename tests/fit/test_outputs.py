"""Several targets in fit: against scikit-learn, fits of one target, and compare; what is refused."""

import csv
import json
import sys
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    hamming_loss,
    mean_absolute_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)
from threadpoolctl import threadpool_limits

import losscli.cli
from losscli.descent.design import whitened
from losscli.descent.networks import TrainingPlan, TrainingSet, train_networks
from losscli.descent.objective import Objective, Trainee
from losscli.descent.perceptron import ACTIVATIONS, Architecture, Shape
from losscli.descent.textbook import Optimizer
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Kind, Task
from losscli.fitting.choice import refusal
from losscli.fitting.judge import Judged, judging
from losscli.loss.catalogue import losses_for, named
from losscli.loss.score import terms
from losscli.spec import Spec

DRAW = np.random.default_rng(5)
N, P, L = 90, 3, 3
X = DRAW.normal(size=(N, P)) * [1.0, 10.0, 0.1] + [0.0, 5.0, 0.0]
NUMBERS = X @ DRAW.normal(size=(P, L)) * [1.0, 2.0, 0.5] + [0.0, 40.0, -7.0] + DRAW.normal(size=(N, L))
SIGNAL = NUMBERS / NUMBERS.std(axis=0) + DRAW.normal(size=(N, L))
LABELS = (np.diagonal(np.quantile(SIGNAL, [0.3, 0.5, 0.7], axis=0)) < SIGNAL) * 1.0
TARGETS = {Task.MULTIOUTPUT: NUMBERS, Task.MULTILABEL: LABELS}
WEIGHTS = DRAW.integers(1, 4, N).astype(float)
NAMES = ("rain", "wind", "fog")


def wanted(text, task):
    spec = Spec.parse(text)
    return Wanted(next(loss for loss in named(spec.name) if loss.task is task), spec.numbers())


def trained(text, task, targets, **settings):
    """The solution on all rows, and its coefficients: intercepts (L,), slopes (L, P)."""
    design = whitened(X, WEIGHTS)
    several = targets.ndim == 2
    own = Settings(task, classes=targets.shape[1] if several else 1, **settings)
    ((end,),) = train(design, targets.T[None], [wanted(text, task)], own).by_loss
    return end, *design.raw(end.v.reshape(-1, design.rank))


def trainable(task):
    return [
        loss.bind({})
        for loss in losses_for(task)
        if loss.task is task and refusal(loss, task, TARGETS[task]) is None
    ]


# --- optima


def test_mse_is_the_linear_regression_of_every_output():
    end, intercept, slopes = trained("mse", Task.MULTIOUTPUT, NUMBERS)
    own = LinearRegression().fit(X, NUMBERS, WEIGHTS)
    assert end.converged
    np.testing.assert_allclose(slopes, own.coef_, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(intercept, own.intercept_, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("l2", [None, 0.3])
def test_the_log_loss_of_labels_is_a_logistic_regression_each(l2):
    end, intercept, slopes = trained("multilabel_soft_margin", Task.MULTILABEL, LABELS, l2=l2)
    centre = np.average(X, axis=0, weights=WEIGHTS)
    sd = np.sqrt(np.average((X - centre) ** 2, axis=0, weights=WEIGHTS))
    inverse = 1.0 if l2 is None else 1.0 / (L * l2 * WEIGHTS.sum())  # a mean over L labels
    for place in range(L):
        own = LogisticRegression(C=inverse, tol=1e-12, max_iter=10_000)
        own.fit((X - centre) / sd, LABELS[:, place], WEIGHTS)
        np.testing.assert_allclose(slopes[place], own.coef_[0] / sd, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(
            intercept[place], own.intercept_[0] - own.coef_[0] @ (centre / sd), rtol=1e-5, atol=1e-7
        )
    assert end.converged


@pytest.mark.parametrize(
    ("text", "single", "task", "one"),
    [
        ("mae", "mae", Task.MULTIOUTPUT, Task.REGRESSION),
        ("0.5*mse + 0.5*mae", "0.5*mse + 0.5*mae", Task.MULTIOUTPUT, Task.REGRESSION),
        ("brier", "brier", Task.MULTILABEL, Task.BINARY),
        ("multilabel_soft_margin", "bce", Task.MULTILABEL, Task.BINARY),
    ],
)
def test_outputs_are_what_they_are_alone(text, single, task, one):
    from losscli.loss.catalogue import find

    def own(spec, of, targets, **more):
        design = whitened(X, WEIGHTS)
        several = targets.ndim == 2
        settings = Settings(of, classes=L if several else 1, **more)
        loss = Wanted(find(Spec.parse(spec), of), {})
        ((end,),) = train(design, targets.T[None], [loss], settings).by_loss
        return end

    whole = own(text, task, TARGETS[task])
    each = [own(single, one, y) for y in TARGETS[task].T]
    assert whole.converged
    assert whole.objective == pytest.approx(np.mean([end.objective for end in each]), rel=1e-9)
    np.testing.assert_allclose(whole.v, np.concatenate([end.v for end in each]), rtol=1e-5, atol=1e-6)


def test_asymmetric_labels_share_one_penalty():
    end, *_ = trained("asymmetric", Task.MULTILABEL, LABELS, l2=0.02)
    ends = [trained("asymmetric", Task.BINARY, y, l2=0.02)[0] for y in LABELS.T]  # a sum over labels
    assert end.objective == pytest.approx(sum(one.objective for one in ends), rel=1e-9)
    assert end.l2 == 0.02


@pytest.mark.parametrize(
    ("text", "task", "single", "one"),
    [
        ("mse", Task.MULTIOUTPUT, "mse", Task.REGRESSION),
        ("mae", Task.MULTIOUTPUT, "mae", Task.REGRESSION),
        ("multilabel_soft_margin", Task.MULTILABEL, "bce", Task.BINARY),
    ],
)
def test_an_l1_penalty_is_one_for_all_outputs(text, task, single, one):
    l1 = 0.1 if task is Task.MULTIOUTPUT else 0.02
    end, *_ = trained(text, task, TARGETS[task], l1=l1, l2=0.01)
    ends = [trained(single, one, y, l1=L * l1, l2=L * 0.01)[0] for y in TARGETS[task].T]
    assert end.converged
    assert end.objective == pytest.approx(np.mean([own.objective for own in ends]), rel=1e-7)
    np.testing.assert_allclose(end.plain, np.concatenate([own.plain for own in ends]), rtol=1e-4, atol=1e-5)
    assert (end.plain[:, 1:] == 0.0).any()


@pytest.mark.parametrize("task", list(TARGETS))
def test_the_objective_of_all_outputs_is_level_at_the_optimum(task):
    design = whitened(X, WEIGHTS)
    for bound in trainable(task):
        if bound.loss.name in ("mae", "multilabel_margin"):
            continue  # no gradient at a kink
        end, *_ = trained(bound.loss.name, task, TARGETS[task])
        objective = Objective(
            design, TARGETS[task].T[None], [Trainee(end.bound, 0, end.l2)], TARGETS[task].shape[1]
        )
        (value,), (gradient,) = objective.evaluate(end.v[None], np.zeros(1, np.intp))
        assert value == pytest.approx(end.objective, rel=1e-9), bound.spec
        assert np.linalg.norm(gradient) < 1e-6, bound.spec
        sampled = objective.gradient_on(end.v[None], np.zeros(1, np.intp), np.arange(N))
        np.testing.assert_allclose(sampled[0], gradient, atol=1e-9)


def test_the_direction_of_several_numbers_is_found_from_least_squares():
    end, *_ = trained("cosine_distance", Task.MULTIOUTPUT, NUMBERS)
    least, *_ = trained("mse", Task.MULTIOUTPUT, NUMBERS)
    objective = Objective(whitened(X, WEIGHTS), NUMBERS.T[None], [Trainee(end.bound, 0)], L)
    (at_least_squares,), _ = objective.evaluate(least.v[None], np.zeros(1, np.intp))
    assert end.converged
    assert 0 < end.objective < at_least_squares


@pytest.mark.parametrize("name", ["gd", "adam", "lbfgs"])
def test_textbook_optimizers_come_near_the_optimum(name):
    end, *_ = trained("multilabel_soft_margin", Task.MULTILABEL, LABELS, optimizer=Optimizer(name))
    assert end.distance is not None
    assert 0 <= end.distance < 1e-4
    assert len(end.curve) > 3


# --- networks


@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_the_gradient_of_a_network_is_that_of_finite_differences(task, activation):
    shape = Shape(P, Architecture((4, 3), activation), L)
    rng = np.random.default_rng(3)
    v, x, y = rng.normal(size=shape.size), rng.normal(size=(40, P)), TARGETS[task][:40].T[None]
    h = 1e-5
    ends = v + h * np.concatenate([np.eye(shape.size), -np.eye(shape.size)])
    moved = np.swapaxes(shape.forward(ends, x)[-1], -1, -2)
    losses = trainable(task)
    assert len(losses) >= 3
    for own in losses:
        given = shape.forward(v[None], x)
        _, slope = terms(own.loss, dict(own.params), y, np.swapaxes(given[-1], -1, -2))
        gradient = shape.backward(v[None], given, np.swapaxes(slope, -1, -2))[0]
        sums = terms(own.loss, dict(own.params), y, moved)[0].sum(axis=-1)
        expected = (sums[: shape.size] - sums[shape.size :]) / (2 * h)
        scale = np.abs(expected).max() + 1.0
        np.testing.assert_allclose(gradient, expected, atol=2e-6 * scale, err_msg=own.spec)


# --- judging


def test_metrics_of_numbers_are_those_of_scikit_learn():
    p = NUMBERS + DRAW.normal(size=NUMBERS.shape)
    rows = {"kind": Kind.VALUE, "y": NUMBERS, "w": WEIGHTS, "score": p, "prediction": p}
    own = Judged(task=Task.MULTIOUTPUT, bulk=np.ones(N, bool), **rows)
    found = {metric.name: own.value(metric) for metric in judging(Task.MULTIOUTPUT)}
    theirs = {"mae": mean_absolute_error, "rmse": root_mean_squared_error, "r2": r2_score}
    expected = {k: f(NUMBERS, p, sample_weight=WEIGHTS) for k, f in theirs.items()}
    assert found == pytest.approx(expected, rel=1e-12)


def test_metrics_of_labels_are_those_of_scikit_learn():
    p = 1.0 / (1.0 + np.exp(-(LABELS - 0.5) - DRAW.normal(size=LABELS.shape)))
    own = Judged(
        task=Task.MULTILABEL,
        kind=Kind.PROBABILITY,
        y=LABELS,
        w=WEIGHTS,
        score=p,
        prediction=p,
        bulk=np.ones(N, bool),
        threshold=0.4,
    )
    found = {metric.name: own.value(metric) for metric in judging(Task.MULTILABEL)}
    told = (LABELS, (p > 0.4) * 1.0)
    w = {"sample_weight": WEIGHTS}
    assert found == pytest.approx(
        {
            "f1_macro": f1_score(*told, average="macro", **w),
            "f1_micro": f1_score(*told, average="micro", **w),
            "precision_macro": precision_score(*told, average="macro", **w),
            "recall_macro": recall_score(*told, average="macro", **w),
            "subset_accuracy": np.average((told[0] == told[1]).all(axis=1), weights=WEIGHTS),
            "hamming": hamming_loss(*told, **w),
            "average_precision_macro": average_precision_score(LABELS, p, average="macro", **w),
            "roc_auc_macro": roc_auc_score(LABELS, p, average="macro", **w),
        },
        rel=1e-12,
    )


# --- the command


@pytest.fixture
def command(capfd, monkeypatch):
    """(exit code, stdout, stderr) of losscli with these arguments, in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["losscli", *map(str, arguments)])
        capfd.readouterr()
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            code = losscli.cli.run([*map(str, arguments)])
        return int(code), *capfd.readouterr()

    return run


@pytest.fixture
def table(tmp_path):
    """Writes targets (n, L) beside the features, in an order of the rows; the path."""

    def write(targets, name="data.csv", order=None, words="target_{}", names=NAMES):
        order = np.arange(len(targets)) if order is None else order
        path = tmp_path / name
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "a", "b", "c", *(words.format(one) for one in names)])
            rows = zip(order.tolist(), X[order].tolist(), targets[order].tolist(), strict=True)
            writer.writerows([f"r{i}", *x, *y] for i, x, y in rows)
        return path

    return write


@pytest.fixture
def fit(command):
    def run(path, *arguments):
        code, out, err = command(
            "fit", path, "--id", "id", "--repeats", 1, "--jobs", 1, "--format", "json", *arguments
        )
        assert code == 0, err
        return json.loads(out)

    return run


def by_name(result):
    return {one["name"]: one for one in result["fits"]}


def test_targets_are_found_by_their_names_and_told(table, fit):
    result = fit(table(NUMBERS))
    assert (result["task"], result["target"]) == ("multioutput", "target_rain, target_wind, target_fog")
    assert (result["outputs"], result["classes"], result["features"]) == ([*NAMES], [], ["a", "b", "c"])
    assert result["scale"] is None
    assert result["scale_reason"]
    assert result["splitter"] == "shuffled"
    assert set(by_name(result)) == {"mse", "mae"}
    one = by_name(result)["mse"]
    own = LinearRegression().fit(X, NUMBERS)
    assert one["intercept"] == pytest.approx(dict(zip(NAMES, own.intercept_.tolist(), strict=True)))
    for column, coefficients in zip("abc", own.coef_.T.tolist(), strict=True):
        assert one["coefficients"][column] == pytest.approx(dict(zip(NAMES, coefficients, strict=True)))
    assert [rank["metric"] for rank in result["ranking"]] == ["mae", "rmse", "r2"]
    assert result["robustness"] == []
    score = one["scores"]["mae"]
    assert (score["low"], score["reason"][:10]) == (None, "fewer than")
    assert all(one["rank_low"] is not None for one in result["ranking"][0]["rows"])


def test_labels_are_true_and_false_too_and_found_by_a_pattern(table, fit):
    words = np.where(LABELS > 0, "true", "false")
    result = fit(table(words, words="{}_seen"), "--target", "*_seen", "--threshold", "0.4")
    plain = fit(table(LABELS), "--threshold", "0.4")
    assert (result["task"], result["outputs"]) == ("multilabel", [*NAMES])
    assert result["splitter"] == "shuffled, not by label"
    assert [one["scores"] for one in result["fits"]] == [one["scores"] for one in plain["fits"]]
    assert result["headline"] == "f1_macro"
    share = by_name(plain)["brier"]["scores"]["subset_accuracy"]
    assert share["low"] < share["value"] < share["high"]


@pytest.mark.parametrize(
    ("targets", "loss", "metric"), [(NUMBERS, "mse", "mae"), (LABELS, "brier", "hamming")]
)
def test_means_over_many_rows_have_an_interval(table, fit, targets, loss, metric):
    order = np.resize(np.arange(N), 1_200)
    score = fit(table(targets, order=order), "--loss", loss)["fits"][0]["scores"][metric]
    assert score["low"] < score["value"] < score["high"]


def test_the_order_of_rows_changes_no_fit(table, fit):
    order = np.random.default_rng(2).permutation(N)
    for targets in (NUMBERS, LABELS):
        one, other = fit(table(targets)), fit(table(targets, order=order))
        for fitted, moved in zip(one["fits"], other["fits"], strict=True):
            assert fitted["objective"] == pytest.approx(moved["objective"], rel=1e-7)
            assert fitted["intercept"] == pytest.approx(moved["intercept"], rel=1e-4, abs=1e-5)


def test_predictions_are_read_by_compare_and_judged_alike(table, fit, command, tmp_path):
    alike = {
        Task.MULTIOUTPUT: {"r2": "r2_mean", "mae": "mae"},
        Task.MULTILABEL: {one: one for one in ("f1_macro", "f1_micro", "subset_accuracy", "hamming")},
    }
    for task, targets in TARGETS.items():
        out = tmp_path / f"{task}.csv"
        result = fit(table(targets), "--predictions", out)
        code, text, err = command("compare", out, "--format", "json")
        assert code == 0, err
        compared = json.loads(text)
        assert compared["task"] == task
        models = [fitted["spec"] for fitted in result["fits"]]
        assert [model["name"] for model in compared["models"]] == models
        tables = {one["name"]: one["results"] for one in (*compared["losses"], *compared["metrics"])}
        for ours, theirs in alike[task].items():
            values = [fitted["scores"][ours]["value"] for fitted in result["fits"]]
            assert values == pytest.approx([one["value"] for one in tables[theirs]], rel=1e-9), ours


@pytest.mark.parametrize("model", ["linear", "mlp:hidden=4"])
def test_a_saved_model_predicts_every_output(table, fit, command, tmp_path, model):
    for targets in TARGETS.values():
        saved = tmp_path / "model.json"
        path = table(targets)
        result = fit(path, "--save", saved, "--model", model, "--max-iter", "5")
        code, text, err = command("predict", saved, path)
        assert code == 0, err
        head, *rows = csv.reader(text.splitlines())
        assert len(rows) == N
        assert head[0] == "id"
        rows = [row[1:] for row in rows]
        assert len(head) == 1 + L * len(result["fits"])
        if model == "linear":
            fitted, found = result["fits"][0], np.array(rows[0][:L], float)
            scores = [
                fitted["intercept"][name]
                + X[0] @ [fitted["coefficients"][column][name] for column in fitted["coefficients"]]
                for name in NAMES
            ]
            expected = scores if targets is NUMBERS else 1.0 / (1.0 + np.exp(-np.array(scores)))
            np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_label_that_a_training_fold_lacks_is_told(table, fit):
    labels = LABELS.copy()
    labels[:, 2] = np.arange(N) == 4
    result = fit(table(labels))
    (told,) = [one for one in result["warnings"] if one["code"] == "rare_label"]
    assert "fog in 1 of 5" in told["message"]
    assert all(one["converged"] for one in result["fits"])


def test_networks_learn_losses_whose_kinks_couple_labels(table, fit):
    result = fit(table(LABELS), "--model", "mlp:hidden=4", "--max-iter", "20", "--loss", "multilabel_margin")
    (one,) = result["fits"]
    assert one["scores"]["f1_macro"]["value"] > result["constant"]["f1_macro"]
    assert one["coefficients"] == {}


def test_a_network_without_layers_is_the_linear_model_in_units_of_its_outputs():
    y = NUMBERS * [0.1, 0.2, 1.0]
    end, *_ = trained("mse", Task.MULTIOUTPUT, y, l2=0.2)
    design, unit = whitened(X, WEIGHTS), y.std(axis=0)
    data = TrainingSet(
        x=design.z_scores(X),
        y=y,
        w=WEIGHTS / WEIGHTS.sum(),
        losses=(end.bound,),
        l1=np.zeros(1),
        l2=np.array([0.2]),
        offset=y.mean(axis=0)[None],
        unit=unit[None],
        level=np.ones(1),
        key=(0,),
    )
    plan = TrainingPlan(Optimizer("gd", rate=0.1), epochs=800)
    shape = Shape(P, Architecture(()), L)
    (found,) = train_networks([data], shape, [(1,)], plan, rows=N)
    ((weights, _),) = shape.split(found.v[0, 0])
    np.testing.assert_allclose((weights * unit).T, (end.v.reshape(L, -1) @ design.back.T)[:, 1:], rtol=1e-6)
    assert found.objective[0, 0] == pytest.approx(end.objective, rel=1e-9)


@pytest.mark.parametrize("targets", [NUMBERS, LABELS], ids=["numbers", "labels"])
def test_rows_are_made_of_several_targets(table, fit, targets):
    path = table(targets)
    for way in ("jitter:size=0.1", "mixup:alpha=0.2"):
        result = fit(path, "--augment", way)
        scores = [one["scores"][result["headline"]]["value"] for one in result["fits"]]
        bare = [one["scores"][result["headline"]]["value"] for one in fit(path)["fits"]]
        assert scores == pytest.approx(bare, rel=0.3)
        assert scores != bare


@pytest.mark.parametrize("targets", [NUMBERS, LABELS], ids=["numbers", "labels"])
def test_screens_fit_a_terminal(table, command, targets):
    path = table(targets)
    code, out, _ = command("fit", path, "--repeats", "1", "--jobs", "1", "--coefficients")
    assert code == 0
    for name in NAMES:
        assert f"COEFFICIENTS of the {'output' if targets is NUMBERS else 'label'} {name}" in out
    for form in ("markdown", "html", "csv"):
        code, text, _ = command("fit", path, "--repeats", "1", "--jobs", "1", "--format", form)
        assert code == 0
        assert "mse" in text or "multilabel_soft_margin" in text


# --- refusals


@pytest.mark.parametrize(
    ("targets", "flags", "words"),
    [
        (NUMBERS, ["--contaminate", "shift"], "rows are spoiled in one target"),
        (NUMBERS, ["--scale", "2"], "has no residual scale"),
        (NUMBERS, ["--path", "l1"], "a path is of the losses of one target"),
        (NUMBERS, ["--penalty-scale", "curvature"], "outputs have a unit each"),
        (LABELS, ["--oversample", "1"], "has no classes to repeat"),
        (LABELS, ["--label-smoothing", "0.1"], "has no labels to smooth"),
        (LABELS, ["--threshold", "f1"], "has no threshold"),
        (LABELS, ["--cost", "fp=5,fn=1"], "has no false positives"),
        (NUMBERS, ["--threshold", "0.4"], "has no threshold"),
        (NUMBERS, ["--positive", "1"], "has no positive class"),
        (LABELS, ["--class-weight", "balanced"], "has no classes to weigh"),
        (NUMBERS, ["--loss", "huber"], "--target target_rain --drop target_wind --drop target_fog"),
        (NUMBERS, ["--task", "multilabel"], "a label is 0 or 1"),
        (NUMBERS, ["--target", "target_r*"], "--target target_rain"),
        (NUMBERS, ["--target", "truth_*"], "it matches no column of numbers"),
        (NUMBERS, ["--drop", "target_*", "--task", "multioutput"], "no two columns have names of targets"),
        (NUMBERS, ["--group", "target_rain", "--target", "target_[rw]*"], "it matches one column"),
        (NUMBERS, ["--features", "target_rain"], "that column is a target, and no feature"),
        (LABELS, ["--loss", "multilabel_margin"], "it has kinks where outputs meet"),
        (LABELS, ["--loss", "hamming"], "it has no slope to descend on"),
        (NUMBERS, ["--loss", "multi_rmse"], "it is a root of the mean"),
        (NUMBERS, ["--loss", "generalized_kl"], "its predictions must be > 0"),
        (NUMBERS * [1, 0, 1], [], "There is nothing to learn: leave it out: --drop target_wind"),
    ],
)
def test_what_several_targets_refuse(table, command, targets, flags, words):
    code, out, err = command("fit", table(targets), *flags)
    assert (code, out) == (2, "")
    assert words in err


def test_advise_takes_one_target_at_a_time(table, command):
    code, out, err = command("advise", table(NUMBERS), "--id", "id")
    assert (code, out) == (2, "")
    assert "the profile is of one target, and there are 3" in err
    assert "--target target_rain --drop target_wind --drop target_fog" in err


def test_a_target_that_is_left_out_is_no_target(table, fit):
    result = fit(table(NUMBERS), "--drop", "target_fog")
    assert result["outputs"] == ["rain", "wind"]
    assert result["features"] == ["a", "b", "c"]
    alone = fit(table(NUMBERS), "--target", "target_fog", "--no-contaminate", "--loss", "mse")
    assert (alone["task"], alone["outputs"]) == ("regression", [])
    assert set(alone["features"]) == {"a", "b", "c", "target_rain", "target_wind"}


def test_one_plain_target_goes_before_several(table, fit):
    path = table(np.column_stack([LABELS[:, :2], NUMBERS[:, :1]]), words="{}", names=("y_a", "y_b", "target"))
    result = fit(path, "--no-contaminate", "--loss", "mse")
    assert (result["task"], result["target"]) == ("regression", "target")
    result = fit(path, "--task", "multioutput")
    assert result["outputs"] == ["a", "b"]
