"""Scores without an intercept, and with an offset: the optimum of the raw problem, by other solvers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.linear_model import Lasso, LogisticRegression, PoissonRegressor, TweedieRegressor
from sklearn.metrics import mean_tweedie_deviance

from losscli.cli import run
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.domain import Floats, Task
from losscli.errors import DataError, UsageError
from losscli.fitting.fit import FitRequest, Fitted, fit
from losscli.fitting.model import predicted_csv, read_model
from losscli.result import Fit
from losscli.spec import Spec

DRAW = np.random.default_rng(16)
N = 90
X = DRAW.normal(size=(N, 3)) * [1.0, 30.0, 0.01] + [2.0, 100.0, 0.0]
OFFSET = DRAW.normal(size=N)
Y = X @ [1.5, 0.02, 90.0] + 4.0 + DRAW.standard_t(3, size=N)
LABELS = (DRAW.random(N) < 1.0 / (1.0 + np.exp(2.0 - X[:, 0] - OFFSET))).astype(float)
EXPOSURE = DRAW.uniform(0.5, 20.0, N)
COUNTS = DRAW.poisson(EXPOSURE * np.exp(0.4 * X[:, 0] - 1.0)).astype(float)
CLASSES = np.digitize(X[:, 0] + DRAW.normal(size=N), [1.5, 2.5]).astype(float)


def write(folder: Path, y: Floats, x: Floats = X, **others: Floats) -> str:
    """A file of the features a, b, c, other columns and the target."""
    columns = {**{name: x[:, j] for j, name in enumerate("abc"[: x.shape[1]])}, **others, "y": y}
    rows = zip(*columns.values(), strict=True)
    path = folder / "data.csv"
    path.write_text("\n".join([",".join(columns), *(",".join(map(repr, map(float, row))) for row in rows)]))
    return str(path)


def fitted(data: str, *losses: str, asked: dict[str, Any] | None = None, **request: Any) -> Fitted:
    table = read(data, ReadOptions())
    training = training_problem(table, Asked(**(asked or {})))
    settings: dict[str, Any] = {"contaminate": (), "repeats": 1, "folds": 3, **request}
    specs = tuple(map(Spec.parse, losses))
    return fit(table, training, FitRequest(losses=specs, **settings), ())


def slopes(own: Fit) -> Floats:
    return np.array([own.coefficients[name] for name in "abc"], dtype=np.float64)


def pinball(y: Floats, tau: float, x: Floats = X) -> Floats:
    """The quantile regression of y on x, by linear programming (HiGHS)."""
    n, p = x.shape
    cost = np.concatenate([np.zeros(p), np.full(n, tau), np.full(n, 1.0 - tau)])
    parts = np.hstack([x, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * p + [(0, None)] * (2 * n)
    return np.asarray(linprog(cost, A_eq=parts, b_eq=y, bounds=bounds).x[:p])


def newton(x: Floats, slope: Any, bend: Any, start: Floats) -> Floats:
    """Where Σ x·slope(x·b) is 0; slope, bend: of the rows, first and second derivatives at scores."""
    b = start
    for _ in range(100):
        s = x @ b
        b = b - np.linalg.solve(x.T @ (bend(s)[:, None] * x), x.T @ slope(s))
    return np.asarray(b)


@pytest.mark.parametrize("y", [Y, Y + 1e6], ids=["", "far"])
def test_numbers_through_the_origin(tmp_path: Path, y: Floats):
    found = fitted(write(tmp_path, y), "mse", "mae", "quantile:tau=0.2", asked={"intercept": False}).fits
    assert [one.intercept for one in found.fits] == [0.0] * 3 and not found.intercept
    assert all(one.converged for one in found.fits)
    mse, mae, low = map(slopes, found.fits)
    np.testing.assert_allclose(mse, np.linalg.lstsq(X, y)[0], rtol=1e-9)
    np.testing.assert_allclose(mae, pinball(y, 0.5), rtol=1e-6)
    np.testing.assert_allclose(low, pinball(y, 0.2), rtol=1e-6)


def test_losses_that_bend_through_the_origin(tmp_path: Path):
    found = fitted(write(tmp_path, Y), "huber:delta=1", "tukey:c=6", asked={"intercept": False}).fits
    start = np.linalg.lstsq(X, Y)[0]
    huber = newton(
        X, lambda s: np.clip(s - Y, -1, 1), lambda s: (np.abs(s - Y) < 1.0).astype(float) + 1e-9, start
    )
    np.testing.assert_allclose(slopes(found.fits[0]), huber, rtol=1e-7)
    assert all(one.converged for one in found.fits)
    s = X @ slopes(found.fits[1]) - Y
    psi = np.where(np.abs(s) < 6.0, s * (1.0 - (s / 6.0) ** 2) ** 2, 0.0)
    assert np.abs(X.T @ psi / np.linalg.norm(X, axis=0)).max() < 1e-6


def test_classes_through_the_origin(tmp_path: Path):
    """Logistic regression by scikit-learn, the hinge's least value by linear programming."""
    x = X / np.sqrt((X**2).mean(axis=0))
    found = fitted(write(tmp_path, LABELS, x), "bce", "hinge", asked={"intercept": False}, l2=0.0).fits
    theirs = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(x, LABELS)
    np.testing.assert_allclose(slopes(found.fits[0]), theirs.coef_[0], rtol=1e-5)
    side = 2.0 * LABELS - 1.0
    cost = np.concatenate([np.zeros(3), np.full(N, 1.0 / N)])
    bounds = [(None, None)] * 3 + [(0, None)] * N
    rows = np.hstack([-side[:, None] * x, -np.eye(N)])
    least = linprog(cost, A_ub=rows, b_ub=-np.ones(N), bounds=bounds).fun
    assert found.fits[1].objective == pytest.approx(least, rel=1e-8)


def test_several_classes_through_the_origin(tmp_path: Path):
    x = X / np.sqrt((X**2).mean(axis=0))
    losses = "cross_entropy", "crammer_singer_hinge"
    asked: dict[str, Any] = {"intercept": False, "task": Task.MULTICLASS}
    found = fitted(write(tmp_path, CLASSES, x), *losses, asked=asked).fits
    theirs = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(x, CLASSES)
    own = found.fits[0]
    mine = np.array([list(own.coefficients[name].values()) for name in "abc"]).T  # type: ignore[union-attr]
    assert set(own.intercept.values()) == {0.0}  # type: ignore[union-attr]
    np.testing.assert_allclose(mine, theirs.coef_ - theirs.coef_.mean(axis=0), rtol=1e-4, atol=1e-6)
    assert found.fits[1].converged


@pytest.mark.parametrize("alpha", [0.05, 0.8])
def test_a_penalty_through_the_origin_is_on_columns_over_their_root_mean_square(tmp_path: Path, alpha: float):
    size = np.sqrt((X**2).mean(axis=0))
    asked = {"intercept": False}
    found = fitted(write(tmp_path, Y), "mse", "mae", asked=asked, l1=2.0 * alpha, l2=0.0).fits
    theirs = Lasso(alpha, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(X / size, Y)
    np.testing.assert_allclose(slopes(found.fits[0]) * size, theirs.coef_, rtol=1e-6, atol=1e-9)
    assert all(one.converged for one in found.fits)
    n, p = X.shape
    cost = np.concatenate([np.full(2 * p, 2.0 * alpha), np.full(2 * n, 1.0 / n)])
    parts = np.hstack([X / size, -X / size, np.eye(n), -np.eye(n)])
    assert found.fits[1].objective == pytest.approx(linprog(cost, A_eq=parts, b_eq=Y).fun, rel=1e-8)


def test_counts_through_the_origin(tmp_path: Path):
    x = X / np.sqrt((X**2).mean(axis=0))
    asked: dict[str, Any] = {"intercept": False, "task": Task.COUNTS}
    own = fitted(write(tmp_path, COUNTS, x), "poisson", asked=asked).fits.fits[0]
    theirs = PoissonRegressor(alpha=0.0, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(x, COUNTS)
    np.testing.assert_allclose(slopes(own), theirs.coef_, rtol=1e-5)


def test_an_offset_is_the_target_less_it(tmp_path: Path):
    """Of losses of the residual, everything: out of fold, and where targets and features are spoiled."""
    losses = "mse", "huber", "mae", "tukey"
    with_it = fitted(
        write(tmp_path, Y + OFFSET, o=OFFSET), *losses, asked={"offset": "o"}, contaminate=None
    ).fits
    without = fitted(write(tmp_path, Y), *losses, contaminate=None).fits
    assert with_it.features == ("a", "b", "c") and with_it.offset == "o"
    for own, plain in zip(with_it.fits, without.fits, strict=True):
        np.testing.assert_allclose(slopes(own), slopes(plain), rtol=1e-6)
        assert own.scores["mae"].folds == pytest.approx(plain.scores["mae"].folds, rel=1e-6)
        assert [row.row for row in own.downweighted] == [row.row for row in plain.downweighted]
    for one, other in zip(with_it.robustness, without.robustness, strict=True):
        assert (one.scheme, one.size) == (other.scheme, other.size)
        assert one.error == pytest.approx(other.error, rel=1e-5)


def test_an_offset_of_a_loss_that_bends_and_has_kinks(tmp_path: Path):
    (own,) = fitted(
        write(tmp_path, Y + OFFSET, o=OFFSET), "0.7*huber:delta=1 + 0.3*mae", asked={"offset": "o"}
    ).fits.fits
    (plain,) = fitted(write(tmp_path, Y), "0.7*huber:delta=1 + 0.3*mae").fits.fits
    assert own.converged and own.objective == pytest.approx(plain.objective, rel=1e-9)
    np.testing.assert_allclose(slopes(own), slopes(plain), rtol=1e-5)


def test_an_offset_of_classes_and_of_an_l1_penalty(tmp_path: Path):
    x = np.hstack([np.ones((N, 1)), X])

    def p(s: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-s - OFFSET)))

    path = write(tmp_path, LABELS, o=OFFSET)
    own = fitted(path, "bce", asked={"offset": "o"}, l2=0.0).fits.fits[0]
    b = newton(x, lambda s: p(s) - LABELS, lambda s: p(s) * (1.0 - p(s)), np.zeros(4))
    np.testing.assert_allclose([own.intercept, *slopes(own)], b, rtol=1e-6)
    shrunk = fitted(path, "bce", "hinge", asked={"offset": "o"}, l2=0.0, l1=0.01).fits
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    bce = shrunk.fits[0]
    s = bce.intercept + X @ slopes(bce)
    pull = z.T @ (p(s) - LABELS) / N  # an optimum: |pull| is l1 where a slope is not 0, else no more
    assert np.where(slopes(bce) != 0.0, np.abs(pull + 0.01 * np.sign(slopes(bce))), 0.0).max() < 1e-6
    assert np.abs(pull).max() < 0.01 + 1e-6 and abs((p(s) - LABELS).mean()) < 1e-6
    assert shrunk.fits[1].converged


def test_an_exposure_is_poisson_regression_of_rates(tmp_path: Path):
    """Newton's steps by hand, on all rows and in every fold; a saved model reads the exposure of new rows."""
    path = write(tmp_path, COUNTS, days=EXPOSURE, fold=np.arange(N) % 3.0)
    found = fitted(path, "poisson", asked={"exposure": "days", "fold": "fold"})
    assert found.fits.task == "counts" and found.fits.exposure == "days"
    x = np.hstack([np.ones((N, 1)), X])
    start = np.array([np.log(COUNTS.sum() / EXPOSURE.sum()), 0.0, 0.0, 0.0])

    def rates(rows: Any) -> Floats:
        y, e = COUNTS[rows], EXPOSURE[rows]
        return newton(x[rows], lambda s: e * np.exp(s) - y, lambda s: e * np.exp(s), start)

    own = found.fits.fits[0]
    np.testing.assert_allclose([own.intercept, *slopes(own)], rates(np.arange(N)), rtol=1e-6)
    said = np.array([line.split(",") for line in found.predictions_csv.split()[1:]], dtype=np.float64)
    assert (said[:, 0] == COUNTS).all()
    expected = [np.exp(x[i] @ rates(np.arange(N) % 3 != i % 3)) * EXPOSURE[i] for i in range(N)]
    np.testing.assert_allclose(said[:, 1], expected, rtol=1e-4)  # folds leave 1e-9 of the objective
    new = predicted_csv(read_model(found.model_json, "model.json"), read(path, ReadOptions()))
    expected = np.exp(x @ rates(np.arange(N))) * EXPOSURE
    np.testing.assert_allclose(np.array(new.split()[1:], dtype=np.float64), expected, rtol=1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_an_exposure_that_is_none_is_refused_by_its_row(tmp_path: Path, bad: float):
    days = np.where(np.arange(N) == 6, bad, EXPOSURE)
    with pytest.raises(DataError, match=r"row 7 .*exposure is above 0"):
        fitted(write(tmp_path, COUNTS, days=days), "poisson", asked={"exposure": "days"})


@pytest.mark.parametrize(
    "words, said",
    [
        ("--offset o --features o", "--offset"),
        ("--target y --offset y", "--offset"),
        ("--offset none", "none"),
        ("--exposure o --task regression", "no log link"),
        ("--offset o --task multiclass", "several outputs"),
        ("--no-intercept --model mlp:hidden=4", "go to their optimum"),
        ("--offset o --optimizer adam --early-stopping 0.2", "go to their optimum"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, said: str):
    path = write(tmp_path, CLASSES, o=OFFSET)
    assert run(["fit", path, *words.split()]) == 2
    assert said in capsys.readouterr().err


def test_textbook_optimizers_know_no_intercept_and_an_offset(tmp_path: Path):
    path = write(tmp_path, Y + OFFSET, o=OFFSET)
    asked = {"offset": "o", "intercept": False}
    own = fitted(path, "mse", asked=asked, optimizer=Spec("lbfgs"), max_iter=2_000).fits.fits[0]
    assert own.intercept == 0.0
    np.testing.assert_allclose(slopes(own), np.linalg.lstsq(X, Y)[0], rtol=1e-4)


def test_a_path_without_an_intercept_begins_without_slopes(tmp_path: Path):
    asked = {"offset": "o", "intercept": False}
    path = write(tmp_path, Y + OFFSET, o=OFFSET)
    found = fitted(path, "mse", "mae", asked=asked, path=Spec("l1", (("points", 4.0),))).fits
    assert [curve.nonzero[0] for curve in found.curves] == [0, 0]  # type: ignore[union-attr]


def test_rows_that_are_made_keep_their_offset(tmp_path: Path):
    """Mixed up, an exact line stays one."""
    y = X @ [1.0, 0.1, 20.0] + OFFSET
    steps = (Spec.parse("mixup:alpha=0.4"), Spec.parse("jitter:size=0.1"))[:1]
    own = fitted(write(tmp_path, y, o=OFFSET), "mse", asked={"offset": "o"}, augment=steps).fits.fits[0]
    np.testing.assert_allclose(slopes(own), [1.0, 0.1, 20.0], rtol=1e-9)


def test_offsets_of_several_classes_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="several outputs"):
        fitted(write(tmp_path, CLASSES, o=OFFSET), asked={"offset": "o", "task": Task.MULTICLASS})


def alone(folder: Path, y: Floats) -> str:
    path = folder / "alone.csv"
    path.write_text("\n".join(["y", *map(repr, map(float, y))]))
    return str(path)


# Copper in wholemeal flour, 24 determinations (Analytical Methods Committee 1989, R's MASS::chem)
FIRST, LATER = "2.9 3.1 3.4 3.4 3.7 3.7 2.8 2.5 2.4 2.4 2.7 2.2", "5.28 3.37 3.03 3.03 28.95 3.77 3.4 2.2"
CHEM = np.array(f"{FIRST} {LATER} 3.5 3.6 3.7 3.7".split(), dtype=np.float64)


def test_a_location_without_features(tmp_path: Path):
    """Mean, median, quantile, Huber's M-estimate at a given delta: the root of its slope, by bisection."""
    losses = "mse", "mae", "quantile:tau=0.9", "huber:delta=0.8", "tukey:c=3"
    found = fitted(alone(tmp_path, CHEM), *losses).fits
    mse, mae, high, huber, tukey = (one.intercept for one in found.fits)
    assert found.features == () and all(one.converged and not one.coefficients for one in found.fits)
    assert mse == pytest.approx(CHEM.mean(), rel=1e-12)
    assert np.sort(CHEM)[11] <= mae <= np.sort(CHEM)[12]
    assert high == pytest.approx(np.quantile(CHEM, 0.9, method="inverted_cdf"), rel=1e-9)
    low, top = 0.0, 30.0
    for _ in range(200):
        middle = (low + top) / 2.0
        low, top = (middle, top) if np.clip(middle - CHEM, -0.8, 0.8).sum() < 0.0 else (low, middle)
    assert huber == pytest.approx(low, rel=1e-9)
    r = tukey - CHEM
    assert abs(np.where(np.abs(r) < 3.0, r * (1.0 - (r / 3.0) ** 2) ** 2, 0.0).sum()) < 1e-6
    assert found.fits[0].scores["mae"].value > 0.0


def test_classes_and_counts_without_features(tmp_path: Path):
    path = alone(tmp_path, LABELS)
    own = fitted(path, "bce", "brier", asked={"task": Task.BINARY}).fits
    share = LABELS.mean()
    for one in own.fits:
        assert one.intercept == pytest.approx(np.log(share / (1.0 - share)), rel=1e-6)
    path = alone(tmp_path, CLASSES)
    several = fitted(path, "cross_entropy", asked={"task": Task.MULTICLASS}).fits.fits[0]
    logs = np.log(np.bincount(CLASSES.astype(int)) / N)
    assert list(several.intercept.values()) == pytest.approx(logs - logs.mean(), rel=1e-5)  # type: ignore[union-attr]
    counts = fitted(alone(tmp_path, COUNTS), "poisson", asked={"task": Task.COUNTS}).fits.fits[0]
    assert counts.intercept == pytest.approx(np.log(COUNTS.mean()), rel=1e-7)


def test_a_rate_without_features_is_the_counts_over_the_exposure(tmp_path: Path):
    path = write(tmp_path, COUNTS, np.zeros((N, 0)), days=EXPOSURE)
    own = fitted(path, "poisson", asked={"exposure": "days"}).fits.fits[0]
    assert own.intercept == pytest.approx(np.log(COUNTS.sum() / EXPOSURE.sum()), rel=1e-8)


@pytest.mark.parametrize("words", ["--l1 0.1", "--path l2", "--model mlp:hidden=3"])
def test_without_features_no_slope_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str
):
    assert run(["fit", alone(tmp_path, CHEM), *words.split()]) == 2
    assert "no slope" in capsys.readouterr().err


def test_constant_columns_have_a_coefficient_of_0(tmp_path: Path):
    """Of all rows, and of training folds alone; without an intercept such a column is one."""
    x = np.column_stack([np.full(N, 7.0), X[:, 0], np.where(np.arange(N) < 2, 1.0, 0.0)])
    path = write(tmp_path, Y, x, fold=np.arange(N) // 30)
    found = fitted(path, "mse", "mae", "tukey", asked={"fold": "fold"}).fits
    assert list(found.fits[0].coefficients) == ["a", "b", "c"]
    assert all(one.coefficients["a"] == 0.0 and one.converged for one in found.fits)
    assert all(None not in one.scores["mae"].folds for one in found.fits)
    assert [one.code for one in found.warnings] == ["constant_column"]
    through = fitted(path, "mse", asked={"fold": "fold", "intercept": False}).fits.fits[0]
    plain = found.fits[0]
    assert through.intercept == 0.0
    assert 7.0 * through.coefficients["a"] == pytest.approx(plain.intercept, rel=1e-9)  # type: ignore[operator]
    assert through.objective == pytest.approx(plain.objective, rel=1e-12)


@pytest.mark.parametrize("power", [3.0, 2.5, 0.0, -1.0])
def test_tweedie_beyond_the_powers_from_1_to_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], power: float
):
    """Trained as scikit-learn's TweedieRegressor, compared as its mean_tweedie_deviance, also below 0."""
    spec, x = f"tweedie:power={power:g}", (X - X.mean(axis=0)) / X.std(axis=0)
    y = np.exp(1.0 + x @ [0.3, -0.2, 0.1]) * DRAW.gamma(5.0, 0.2, N)
    if power <= 0.0:
        y[:3] = -0.5
    spoiled = (Spec.parse("shift:levels=0-0.1"), Spec.parse("leverage:levels=0-0.1"))
    own = fitted(write(tmp_path, y, x), spec, asked={"task": Task.COUNTS}, contaminate=spoiled).fits
    theirs = TweedieRegressor(power=power, link="log", alpha=0.0, tol=1e-10, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(slopes(own.fits[0]), theirs.coef_, rtol=1e-4, atol=1e-6)
    assert own.fits[0].intercept == pytest.approx(theirs.intercept_, rel=1e-5)
    assert own.fits[0].converged and own.robustness[0].area is not None
    table = tmp_path / "preds.csv"
    p = theirs.predict(x)
    rows = (f"{a!r},{b!r}" for a, b in zip(y.tolist(), p.tolist(), strict=True))
    table.write_text("\n".join(["y_true,pred_a", *rows]))
    assert run(["compare", str(table), "--loss", spec, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["losses"][0]
    value = mean_tweedie_deviance(y, p, power=power)
    assert found["results"][0]["value"] == pytest.approx(value, rel=1e-12)
    best = mean_tweedie_deviance(y, np.full(N, y.mean()), power=power)
    assert found["results"][0]["skill"] == pytest.approx(1.0 - value / best, rel=1e-6)


@pytest.mark.parametrize("power, y", [(3.0, 0.0), (2.0, -1.0), (1.5, -0.5)])
def test_tweedie_says_which_targets_it_takes(tmp_path: Path, power: float, y: float):
    with pytest.raises(UsageError, match=r"the target must be .*first 1"):
        fitted(write(tmp_path, np.append(y, COUNTS[1:] + 1.0)), f"tweedie:power={power}")


def test_no_tweedie_has_a_power_between_0_and_1(tmp_path: Path):
    with pytest.raises(UsageError, match=r"0\.5 is not"):
        fitted(write(tmp_path, COUNTS), "tweedie:power=0.5")
