"""Networks: gradients against finite differences, lockstep against one by one, ends against scikit-learn."""

import csv
import json
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Lasso

import losscli.cli
from losscli.descent.networks import (
    AUTO,
    EarlyStopping,
    TrainingPlan,
    TrainingSet,
    held_out,
    outputs,
    train_networks,
)
from losscli.descent.perceptron import ACTIVATIONS, Architecture, Shape
from losscli.descent.textbook import Optimizer
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.fitting.choice import refusal
from losscli.loss import BoundLoss
from losscli.loss.catalogue import losses_for, named
from losscli.loss.score import terms
from losscli.spec import Spec

DRAW = np.random.default_rng(11)
N, P, CLASSES = 40, 3, 3
X = DRAW.normal(size=(N, P))
TARGETS = {
    Task.REGRESSION: 1.0 + X @ [1.0, -0.5, 0.2] + 0.3 * DRAW.normal(size=N),
    Task.COUNTS: DRAW.poisson(np.exp(0.5 * X[:, 0]), N).astype(float),
    Task.BINARY: (X[:, 0] + DRAW.normal(size=N) > 0).astype(float),
    Task.MULTICLASS: DRAW.integers(0, CLASSES, N).astype(float),
}


def trainable(task: Task) -> list[BoundLoss]:
    y = TARGETS[task] + (0.5 if task is Task.COUNTS else 0.0)
    return [
        loss.bind({}, scale=1.0, imbalance=2.0, naive=1.0)
        for loss in losses_for(task)
        if loss.task is task and refusal(loss, task, y) is None
    ]


def bound(text: str, task: Task) -> BoundLoss:
    spec = Spec.parse(text)
    return next(loss for loss in named(spec.name) if loss.task is task).bind(spec.numbers(), scale=1.0)


def data(
    *texts: str, task: Task = Task.REGRESSION, rows=slice(None), key=(0,), held=None, l1=0.0, l2=0.0
) -> TrainingSet:
    y = TARGETS[task][rows]
    count = len(texts)
    return TrainingSet(
        x=X[rows],
        y=y,
        w=np.full(len(y), 1.0 / len(y)),
        losses=tuple(bound(text, task) for text in texts),
        l1=np.full(count, l1),
        l2=np.full(count, l2),
        offset=np.zeros(count),
        unit=np.ones(count),
        level=np.ones(count),
        key=key,
        held=held,
    )


# --- gradients


@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_the_gradient_is_that_of_finite_differences(task, activation):
    k = CLASSES if task is Task.MULTICLASS else 1
    shape = Shape(P, Architecture((4, 3), activation), k)
    rng = np.random.default_rng(3)
    v = rng.normal(size=shape.size)
    y = TARGETS[task] + (0.5 if task is Task.COUNTS else 0.0)
    losses = trainable(task)
    assert len(losses) >= 4
    h = 1e-5
    ends = v + h * np.concatenate([np.eye(shape.size), -np.eye(shape.size)])

    def value_and_slope(own: BoundLoss, output):
        s = output[..., 0] if k == 1 else np.swapaxes(output, -1, -2)
        value, slope = terms(own.loss, dict(own.params), np.broadcast_to(y, (len(s), N)), s)
        return value, slope[..., None] if k == 1 else np.swapaxes(slope, -1, -2)

    given = shape.forward(v[None], X)
    moved = shape.forward(ends, X)[-1]
    for own in losses:
        _, slope = value_and_slope(own, given[-1])
        gradient = shape.backward(v[None], given, slope)[0]
        sums = value_and_slope(own, moved)[0].sum(axis=-1)
        expected = (sums[: shape.size] - sums[shape.size :]) / (2 * h)
        scale = np.abs(expected).max() + 1.0
        np.testing.assert_allclose(gradient, expected, atol=2e-6 * scale, err_msg=own.spec)


# --- lockstep


def test_a_network_is_what_it_would_be_alone():
    shape = Shape(P, Architecture((5,), "tanh"), 1)
    texts, seeds = ["mse", "huber:delta=0.5"], [(1,), (2,)]
    sets = [data(*texts, rows=slice(0, 31), key=(0,)), data(*texts, rows=slice(8, 40), key=(1,))]
    plan = TrainingPlan(replace(AUTO, batch=8), epochs=7)
    together = train_networks(sets, shape, seeds, plan, rows=32)
    for t, own in enumerate(sets):
        for i, text in enumerate(texts):
            for s, seed in enumerate(seeds):
                single = replace(
                    own,
                    losses=own.losses[i : i + 1],
                    l2=own.l2[:1],
                    offset=own.offset[:1],
                    unit=own.unit[:1],
                    level=own.level[:1],
                )
                (alone,) = train_networks([single], shape, [seed], plan, rows=32)
                np.testing.assert_array_equal(alone.v[0, 0], together[t].v[i, s], err_msg=text)


def test_gradient_descent_is_what_a_textbook_writes():
    """Two layers by hand, all rows, three steps."""
    shape = Shape(P, Architecture((2,), "tanh"), 1)
    plan = TrainingPlan(Optimizer("gd", rate=0.05, schedule="constant"), epochs=3)
    (end,) = train_networks([data("mse", l2=0.1)], shape, [(4,)], plan, rows=N)
    v = shape.start(np.random.default_rng([4]))
    w1, b1, w2, b2 = v[:6].reshape(3, 2).copy(), v[6:8].copy(), v[8:10].reshape(2, 1).copy(), v[10:].copy()
    y = TARGETS[Task.REGRESSION][:, None]
    for _ in range(3):
        h = np.tanh(X @ w1 + b1)
        slope = 2.0 * (h @ w2 + b2 - y) / N
        back = slope @ w2.T * (1.0 - h**2)
        w1, b1, w2, b2 = (
            w1 - 0.05 * (X.T @ back + 0.1 * w1),
            b1 - 0.05 * back.sum(axis=0),
            w2 - 0.05 * (h.T @ slope + 0.1 * w2),
            b2 - 0.05 * slope.sum(axis=0),
        )
    expected = np.concatenate([w1.ravel(), b1, w2.ravel(), b2])
    np.testing.assert_allclose(end.v[0, 0], expected, rtol=1e-12)
    prediction = np.tanh(X @ w1 + b1) @ w2 + b2
    np.testing.assert_allclose(outputs(shape, end.v[0, 0], X), prediction, rtol=1e-12)
    loss = float(((prediction - y) ** 2).mean())
    assert end.loss[0, 0] == pytest.approx(loss, rel=1e-12)
    penalty = 0.05 * float((w1**2).sum() + (w2**2).sum())
    assert end.objective[0, 0] == pytest.approx(loss + penalty, rel=1e-12)


def test_without_hidden_layers_it_is_least_squares():
    plan = TrainingPlan(Optimizer("adam", rate=0.05, batch=N), epochs=2_000)
    (end,) = train_networks([data("mse")], Shape(P, Architecture(), 1), [(0,)], plan, rows=N)
    z = np.column_stack([X, np.ones(N)])
    best = np.linalg.lstsq(z, TARGETS[Task.REGRESSION], rcond=None)[0]
    np.testing.assert_allclose(end.v[0, 0], best, atol=1e-4)


def test_a_strong_l1_leaves_exact_zeros_of_the_weights_alone():
    plan = TrainingPlan(Optimizer("gd", rate=0.1), epochs=300)
    (end,) = train_networks(
        [data("mse", l1=10.0)], Shape(P, Architecture((4,), "relu"), 1), [(0,)], plan, rows=N
    )
    shape = Shape(P, Architecture((4,), "relu"), 1)
    assert (end.v[0, 0][shape.is_weight] == 0.0).all()
    assert end.v[0, 0][-1] == pytest.approx(TARGETS[Task.REGRESSION].mean(), rel=1e-3)


def test_clipped_gradients_are_no_longer_than_asked():
    state = Optimizer("gd").init(np.zeros((2, 2)), np.ones(2))
    moved = Optimizer("gd", clip=1.0).update(state, np.array([[3.0, 4.0], [0.3, 0.4]])).v
    np.testing.assert_allclose(moved, [[-0.6, -0.8], [-0.3, -0.4]])


# --- when to stop


def test_the_best_epoch_on_held_out_rows_counts():
    out = held_out(N, 0.25, (5,), None)
    assert out.sum() == 10
    y = TARGETS[Task.REGRESSION]
    held = X[out], y[out], np.full(10, 0.1)
    own = data("mse", "mae", rows=np.flatnonzero(~out), held=held)
    shape = Shape(P, Architecture((30,), "relu"), 1)
    plan = TrainingPlan(
        Optimizer("adam", rate=0.05, batch=8, schedule="constant"), epochs=400, early=EarlyStopping(0.25, 15)
    )
    (end,) = train_networks([own], shape, [(0,), (1,)], plan, rows=30)
    assert len(end.held) < 400
    for i, text in enumerate(("mse", "mae")):
        for s in range(2):
            assert end.epochs[i, s] == end.held[:, i, s].argmin()
            r = outputs(shape, end.v[i, s], X[out])[:, 0] - y[out]
            loss = float((r**2 if text == "mse" else np.abs(r)).mean())
            assert loss == pytest.approx(end.held[:, i, s].min(), rel=1e-12)
    assert len(end.held) - 1 - end.epochs.max() >= 15


def test_groups_are_held_out_whole():
    group = np.repeat(np.arange(10), 4)
    out = held_out(40, 0.3, (1,), group)
    assert sorted({group[out].tolist().count(one) for one in np.unique(group[out])}) == [4]
    assert out.sum() == 12


def test_a_step_too_long_is_said():
    plan = TrainingPlan(Optimizer("gd", rate=1e6), epochs=200)
    (end,) = train_networks(
        [data("mse", "mae")], Shape(P, Architecture((3,), "relu"), 1), [(0,)], plan, rows=N
    )
    assert end.diverged[0, 0]
    assert np.isfinite(end.v).all()


# --- as a command


@pytest.fixture
def inside(tmp_path, monkeypatch, capfd):
    def run(*arguments: str):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["losscli", *arguments])
        capfd.readouterr()
        code = losscli.cli.run(arguments)
        out, err = capfd.readouterr()
        return int(code), out, err

    return run


@pytest.fixture
def numbers(tmp_path):
    rows = np.column_stack([X[:, :2], np.abs(X[:, 2]), TARGETS[Task.REGRESSION]])
    text = "a,b,kind,y\n" + "".join(
        f"{a!r},{b!r},{'hi' if c > 0.7 else 'lo'},{y!r}\n" for a, b, c, y in rows.tolist()
    )
    (tmp_path / "data.csv").write_text(text)
    return "data.csv"


QUICK = ("--max-iter", "30", "--loss", "mse", "--loss", "huber", "--jobs", "1")
DEEP = ("--model", "mlp:hidden=6-4,activation=tanh")


def test_what_is_saved_predicts_what_was_learned(inside, numbers, tmp_path):
    code, out, err = inside("fit", numbers, *DEEP, *QUICK, "--save", "m.json", "--format", "json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["model"] == "mlp:hidden=6-4,activation=tanh"
    assert (result["repeats"], result["robustness"]) == (1, [])
    code, out, err = inside("predict", "m.json", numbers)
    assert (code, err) == (0, "")
    head, *rows = csv.reader(out.splitlines())
    predicted = np.array(rows, dtype=float)
    r = (
        predicted[:, [i for i, name in enumerate(head) if name.startswith("pred_")]]
        - TARGETS[Task.REGRESSION][:, None]
    )
    mse, huber = result["fits"]
    assert mse["mean_loss"] == pytest.approx(float((r[:, 0] ** 2).mean()), rel=1e-9)
    delta = huber["params"]["delta"]
    size = np.abs(r[:, 1])
    own = np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
    assert huber["mean_loss"] == pytest.approx(float(own.mean()), rel=1e-9)
    for fit in result["fits"]:
        assert (fit["intercept"], fit["coefficients"], fit["efficiency"]) == (None, {}, None)
        assert "a network has no coefficients" in fit["reason"]
        assert len(fit["seeds"]["values"]) == 3
        assert fit["seeds"]["values"][0] == fit["scores"]["mae"]["value"]
        assert fit["seeds"]["sd"] == pytest.approx(np.std(fit["seeds"]["values"], ddof=1))
    curve = result["curves"][0]
    assert (curve["name"], curve["spec"], curve["x"]) == ("training", "mse", list(range(31)))
    assert curve["y"][-1] < curve["y"][0]


@pytest.mark.parametrize("place", ["activation", "layers"])
def test_a_model_file_that_does_not_fit_is_refused(inside, numbers, tmp_path, place):
    inside("fit", numbers, *DEEP, *QUICK, "--save", "m.json", "--quiet")
    document = json.loads((tmp_path / "m.json").read_text())
    if place == "activation":
        document["models"][0]["activation"] = "gelu"
    else:
        document["models"][0]["layers"][1]["weights"].pop()
    (tmp_path / "m.json").write_text(json.dumps(document))
    code, _, err = inside("predict", "m.json", numbers)
    assert code == 2
    assert place in err


@pytest.mark.parametrize("optimizer", ["auto", "sgd", "momentum"])
@pytest.mark.parametrize("unit", [1e-90, 1e-6, 1e90])
def test_the_unit_of_the_target_does_not_matter(inside, numbers, tmp_path, optimizer, unit):
    head, *rows = (line.split(",") for line in (tmp_path / numbers).read_text().splitlines())
    other = [",".join((*row[:-1], repr(unit * float(row[-1])))) for row in rows]
    (tmp_path / "other.csv").write_text("\n".join((",".join(head), *other)) + "\n")
    flags = (*DEEP, *QUICK, "--optimizer", optimizer, "--seeds", "1", "--format", "json")
    one, two = (json.loads(inside("fit", name, *flags)[1]) for name in (numbers, "other.csv"))
    for a, b in zip(one["fits"], two["fits"], strict=True):
        assert b["scores"]["mae"]["value"] / unit == pytest.approx(a["scores"]["mae"]["value"], rel=1e-6)
        assert b["scores"]["r2"]["value"] == pytest.approx(a["scores"]["r2"]["value"], rel=1e-6)


def test_folds_may_miss_levels_of_a_text(inside, tmp_path):
    """A network has a column for each level that its training rows have."""
    rows = [
        f"{'rare' if i in (3, 40) else 'ab'[i % 2]},{x!r},{2 * x!r}" for i, x in enumerate(X[:60, 0].tolist())
    ]
    (tmp_path / "texts.csv").write_text(
        "\n".join(["kind,x,y", *rows[:50], "alone,0.5,1.0", *rows[50:]]) + "\n"
    )
    flags = ("fit", "texts.csv", *DEEP, *QUICK[:-2], "--format", "csv")
    once, twice = (inside(*flags, "--jobs", jobs) for jobs in ("1", "2"))
    assert once == twice
    assert once[0] == 0


def test_the_same_bits_for_any_number_of_jobs(inside, numbers):
    arguments = ("fit", numbers, *DEEP, *QUICK[:-2], "--repeats", "2", "--format", "csv")
    once, twice = (inside(*arguments, "--jobs", jobs) for jobs in ("1", "2"))
    assert once == twice
    assert once[0] == 0


def test_early_stopping_shows_both_curves(inside, numbers):
    code, out, err = inside("fit", numbers, *DEEP, *QUICK, "--early-stopping", "0.25", "--patience", "3")
    assert (code, err) == (0, "")
    assert "LOSS BY EPOCH" in out
    assert "held out" in out
    code, out, _ = inside(
        "fit",
        numbers,
        "--optimizer",
        "adam",
        *QUICK,
        "--early-stopping",
        "0.25",
        "--repeats",
        "1",
        "--no-contaminate",
        "--format",
        "json",
    )
    result = json.loads(out)
    assert code == 0
    assert {curve["name"] for curve in result["curves"]} == {"training", "held_out"}
    assert set(result["fits"][0]["coefficients"]) == {"a", "b", "kind=hi", "kind=lo"}
    assert "best on the rows held out" in result["fits"][0]["certificate"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "mpl"), "Did you mean mlp?"),
        (("--model", "mlp:hidden=0"), "Write the units of each hidden layer"),
        (("--model", "mlp:hidden=4-x"), "Write the units of each hidden layer"),
        (("--model", "mlp:activation=swish"), "Use relu or tanh"),
        (("--model", "mlp:hiden=4"), "Did you mean hidden?"),
        (("--model", "linear:hidden=4"), "linear takes no parameter"),
        ((*DEEP, "--optimizer", "lbfgs"), "Use adam"),
        ((*DEEP, "--tol", "1e-3"), "Use --max-iter EPOCHS"),
        (("--early-stopping", "0.1"), "Add --optimizer adam"),
        ((*DEEP, "--early-stopping", "1.5"), "--early-stopping"),
        ((*DEEP, "--patience", "4"), "add --early-stopping 0.1"),
        (("--seeds", "4"), "add --model mlp:hidden=16"),
        ((*DEEP, "--seeds", "0"), "--seeds"),
    ],
)
def test_what_is_refused_says_what_to_type(inside, numbers, arguments, said):
    code, out, err = inside("fit", numbers, "--loss", "mse", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_model_of_another_name():
    with pytest.raises(UsageError, match="there is no such model"):
        Architecture.parse(Spec("forest"))


def test_digits_as_well_as_scikit_learn(inside, tmp_path):
    """1,797 images of digits, 64 units, cross-entropy, 25 epochs of batches of 200 by adam at rate 0.002."""
    from sklearn.datasets import load_digits
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import cross_val_predict
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_digits(return_X_y=True)
    names = [f"p{i}" for i in range(64)]
    text = "\n".join(",".join(map(str, (*row, f"d{own}"))) for row, own in zip(x.tolist(), y, strict=True))
    (tmp_path / "digits.csv").write_text(",".join((*names, "digit")) + "\n" + text + "\n")
    plan = ("--optimizer", "adam:rate=0.002,batch=200,schedule=constant", "--max-iter", "25", "--l2", "0")
    code, out, err = inside(
        "fit", "digits.csv", "--model", "mlp:hidden=64", "--loss", "cross_entropy", *plan, "--seeds", "1",
        "--format", "json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    (fit,) = json.loads(out)["fits"]
    ours = fit["scores"]["accuracy"]["value"]
    model = MLPClassifier((64,), learning_rate_init=0.002, max_iter=25, alpha=0.0, random_state=0, tol=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = (cross_val_predict(make_pipeline(StandardScaler(), model), x, y, cv=5) == y).mean()
    assert ours >= 0.96
    assert ours >= theirs - 0.01


@pytest.mark.parametrize("name", ["gd", "momentum", "nesterov", "adam"])
def test_a_linear_model_by_epochs_ends_where_its_l1_penalty_says(name):
    """Its slopes that are 0, and the others, as the elastic net has them."""
    l1 = 0.3
    plan = TrainingPlan(Optimizer(name, batch=N, schedule="cosine"), epochs=3_000)
    shape = Shape(P, Architecture(()), 1)
    (end,) = train_networks([data("mse", l1=l1)], shape, [(0,)], plan, rows=N)
    ((weights, _),) = shape.split(end.v[0, 0])
    best = Lasso(alpha=l1 / 2, tol=1e-12).fit(X, TARGETS[Task.REGRESSION]).coef_
    np.testing.assert_allclose(weights[:, 0], best, atol=2e-4)
