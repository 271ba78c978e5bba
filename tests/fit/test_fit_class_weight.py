"""`--class-weight` in fit: scikit-learn's estimators with class_weight, folds weighed by their own counts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

import losscli.cli
from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.domain import Task
from losscli.fitting.fit import FitRequest, fit
from losscli.result import Fits
from losscli.spec import Spec


def data(seed: int = 5, n: int = 240, classes: int = 2) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    y = rng.choice(classes, n, p=[0.7, 0.3] if classes == 2 else [0.6, 0.3, 0.1])
    x = rng.normal(size=(n, 2)) + np.column_stack([y, -0.5 * y]) * 1.2
    return x, y


def table_of(folder: Path, x: Any, y: Any, **more: Any) -> str:
    columns = {"a": x[:, 0], "b": x[:, 1], **more, "target": y}
    rows = "\n".join(",".join(str(value) for value in row) for row in zip(*columns.values(), strict=True))
    path = folder / "data.csv"
    path.write_text(",".join(columns) + "\n" + rows + "\n")
    return str(path)


def fitted(path: str, class_weight: str | None, **options: Any) -> Fits:
    table = read(path, ReadOptions())
    rule = ClassWeight.parse(class_weight) if class_weight else None
    asked = Asked(
        class_weight=rule,
        task=options.pop("task", None),
        fold=options.pop("fold", None),
        weights=options.pop("weights", None),
    )
    settings: dict[str, Any] = {
        "repeats": 1,
        "contaminate": (),
        "losses": (Spec("bce"),),
        "l2": 0.0,
    } | options
    training = training_problem(table, asked)
    return fit(table, training, FitRequest(**settings), ()).fits


def binary_of(found: Fits) -> Any:
    one = found.fits[0]
    return np.array([one.intercept, one.coefficients["a"], one.coefficients["b"]])


@pytest.mark.parametrize(
    ("text", "theirs"), [("balanced", "balanced"), ("1=3", {0: 1, 1: 3}), ("0=0.25", {0: 0.25, 1: 1})]
)
def test_bce_is_scikit_learns(tmp_path: Path, text: str, theirs: Any) -> None:
    x, y = data()
    found = fitted(table_of(tmp_path, x, y), text)
    reference = LogisticRegression(C=np.inf, class_weight=theirs, tol=1e-12, max_iter=10_000).fit(x, y)
    expected = np.concatenate([reference.intercept_, reference.coef_[0]])
    np.testing.assert_allclose(binary_of(found), expected, rtol=2e-5)


def test_the_default_penalty_is_that_of_c_1(tmp_path: Path) -> None:
    """On columns whose mean and sd count the class weights too."""
    x, y = data()
    w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y)[y]
    scaler = StandardScaler().fit(x, sample_weight=w)
    reference = LogisticRegression(class_weight="balanced", tol=1e-12, max_iter=10_000).fit(
        scaler.transform(x), y
    )
    found = fitted(table_of(tmp_path, x, y), "balanced", l2=None)
    np.testing.assert_allclose(binary_of(found)[1:], reference.coef_[0] / scaler.scale_, rtol=2e-5)


def test_several_classes(tmp_path: Path) -> None:
    x, y = data(classes=3)
    found = fitted(
        table_of(tmp_path, x, y), "balanced", losses=(Spec("cross_entropy"),), task=Task.MULTICLASS
    )
    reference = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-12, max_iter=10_000).fit(x, y)
    a = np.array([found.fits[0].coefficients["a"][label] for label in "012"])  # type: ignore[index]
    np.testing.assert_allclose(a, reference.coef_[:, 0] - reference.coef_[:, 0].mean(), rtol=1e-4, atol=1e-5)


def test_it_is_a_column_of_weights_in_training(tmp_path: Path) -> None:
    x, y = data()
    weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=y)
    found = fitted(table_of(tmp_path, x, y), "balanced", losses=(Spec("bce"), Spec("hinge"), Spec("savage")))
    other = fitted(
        table_of(tmp_path, x, y, w=weights[y]),
        None,
        weights="w",
        losses=(Spec("bce"), Spec("hinge"), Spec("savage")),
    )
    for one, two in zip(found.fits, other.fits, strict=True):
        assert one.mean_loss == pytest.approx(two.mean_loss, rel=1e-9)
    assert found.class_weight == pytest.approx({"0": weights[0], "1": weights[1]})
    assert other.class_weight is None


def test_a_fold_counts_its_own_rows_and_is_judged_without_weights(tmp_path: Path) -> None:
    x, y = data()
    fold = np.arange(len(y)) % 3
    found = fitted(table_of(tmp_path, x, y, fold=fold), "balanced", fold="fold")
    brier, accuracy = [], []
    for out in range(3):
        train, test = fold != out, fold == out
        model = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-12, max_iter=10_000).fit(
            x[train], y[train]
        )
        p = model.predict_proba(x[test])[:, 1]
        brier.append(np.mean((p - y[test]) ** 2))
        accuracy.append(np.mean((p > 0.5) == y[test]))
    scores = found.fits[0].scores
    np.testing.assert_allclose(scores["brier"].folds, brier, rtol=1e-4)
    np.testing.assert_allclose(scores["accuracy"].folds, accuracy, rtol=1e-12)


def test_flipped_labels_are_weighed_as_they_are_seen(tmp_path: Path) -> None:
    """Training sees the flipped labels, and counts them; a separate fit of the same rows says so too."""
    x, y = data()
    found = fitted(table_of(tmp_path, x, y), "balanced", contaminate=(Spec.parse("flip:levels=0-0.2"),))
    (one,) = found.robustness
    assert one.scheme == "flip"
    assert all(error is not None for error in one.error)
    plain = fitted(table_of(tmp_path, x, y), None, contaminate=(Spec.parse("flip:levels=0-0.2"),))
    assert one.error != plain.robustness[0].error


def test_the_screen_and_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = data()
    path = table_of(tmp_path, x, y)
    monkeypatch.chdir(tmp_path)
    arguments = [
        "fit",
        path,
        "--class-weight",
        "balanced",
        "--loss",
        "bce",
        "--repeats",
        "1",
        "--no-contaminate",
    ]
    assert losscli.cli.run(arguments) == 0
    assert "class weights 0 0." in (text := capsys.readouterr().out)
    assert "in training only" in text
    assert losscli.cli.run([*arguments, "--format", "json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["class_weight"]) == {"0", "1"}
