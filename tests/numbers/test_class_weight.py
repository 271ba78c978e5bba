"""`--class-weight` in compare: the same figures as with a column of weights, and as scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from comparisons import Compare
from sklearn import metrics
from sklearn.utils.class_weight import compute_class_weight

from losscli.data.roles.class_weight import ClassWeight
from losscli.errors import UsageError
from losscli.result import Comparison


def two(n: int = 400) -> dict[str, Any]:
    rng = np.random.default_rng(11)
    y = (rng.random(n) < 0.2).astype(int)
    s = rng.normal(1.5 * y - 1.0, 1.0)
    return {
        "y": y,
        "a_prob": 1 / (1 + np.exp(-s)),
        "b_prob": np.clip(rng.normal(0.2 + 0.3 * y, 0.1), 0.01, 0.99),
    }


def three(n: int = 300) -> dict[str, Any]:
    rng = np.random.default_rng(12)
    y = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    p = rng.dirichlet(np.ones(3), n) + 1.0 * np.eye(3)[y]
    p /= p.sum(axis=1, keepdims=True)
    names = np.array(["ash", "elm", "oak"])
    return {"y": names[y]} | {f"prob_{name}": p[:, k] for k, name in enumerate(names)}


def figures(found: Comparison) -> dict[tuple[str, str], Any]:
    losses = {
        (table.name, one.model): (one.value, one.low, one.high, one.skill)
        for table in found.losses
        for one in table.results
    }
    return losses | {(m.name, one.model): one.value for m in found.metrics for one in m.results}


def close(a: dict[Any, Any], b: dict[Any, Any]) -> None:
    assert a.keys() == b.keys()
    for key, one in a.items():
        both = [np.array(x, dtype=np.float64) for x in (one, b[key])]
        np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-12, err_msg=str(key))


@pytest.mark.parametrize("make", [two, three])
def test_balanced_is_a_column_of_weights(compared: Compare, make: Any) -> None:
    columns = make()
    y = np.asarray(columns["y"])
    classes = np.unique(y)
    weights = compute_class_weight("balanced", classes=classes, y=y)
    found = compared(columns, class_weight=ClassWeight.parse("balanced"))
    assert found.class_weight is not None
    np.testing.assert_allclose(list(found.class_weight.values()), weights, rtol=1e-12)
    assert list(found.class_weight) == [str(label) for label in classes]
    w = weights[np.searchsorted(classes, y)]
    close(figures(found), figures(compared(columns | {"w": w}, weights="w")))


def test_balanced_bce_is_that_of_scikit_learn(compared: Compare) -> None:
    columns = two()
    w = compute_class_weight("balanced", classes=np.array([0, 1]), y=columns["y"])[columns["y"]]
    found = compared(columns, class_weight=ClassWeight.parse("balanced"))
    expected = metrics.log_loss(columns["y"], columns["a_prob"], sample_weight=w)
    assert found.loss("bce").results[0].value == pytest.approx(expected, rel=1e-12)
    assert found.prevalence == pytest.approx(0.5)
    brier = metrics.brier_score_loss(columns["y"], columns["b_prob"], sample_weight=w)
    assert found.loss("brier").results[1].value == pytest.approx(brier, rel=1e-12)


def test_they_multiply_the_row_weights(compared: Compare) -> None:
    """And are counted with them, as scikit-learn counts class_weight with sample_weight."""
    columns = two()
    w = np.random.default_rng(5).integers(1, 4, len(columns["y"])).astype(float)
    weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=columns["y"], sample_weight=w)
    found = compared(columns | {"w": w}, weights="w", class_weight=ClassWeight.parse("balanced"))
    other = compared(columns | {"w": w * weights[columns["y"]]}, weights="w")
    close(figures(found), figures(other))


def test_weights_of_labels(compared: Compare) -> None:
    columns = three()
    found = compared(columns, class_weight=ClassWeight.parse("oak=4, elm=0.5"))
    assert found.class_weight == {"ash": 1.0, "elm": 0.5, "oak": 4.0}
    w = np.select([columns["y"] == "oak", columns["y"] == "elm"], [4.0, 0.5], 1.0)
    close(figures(found), figures(compared(columns | {"w": w}, weights="w")))


def test_a_number_names_its_class_however_it_is_written(compared: Compare) -> None:
    found = compared(two(), class_weight=ClassWeight.parse("1.0=3"))
    assert found.class_weight == {"0": 1.0, "1": 3.0}


def test_a_weight_of_1_for_all_changes_nothing(compared: Compare) -> None:
    assert figures(compared(two())) == figures(compared(two(), class_weight=ClassWeight.parse("0=1,1=1")))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("balance", "is not LABEL=WEIGHT\nDid you mean balanced"),
        ("1", "is not LABEL=WEIGHT"),
        ("1=x", "is not LABEL=WEIGHT"),
        ("1=0", "0 is not above 0"),
        ("1=-2", "-2 is not above 0"),
        ("1=inf", "inf is not above 0"),
        ("1=nan", "nan is not above 0"),
        ("1=2,1=3", "gives '1' twice"),
        ("", "is not LABEL=WEIGHT"),
    ],
)
def test_what_is_no_class_weight(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        ClassWeight.parse(text)
    assert why in str(refused.value)


def test_a_class_that_no_row_has(compared: Compare) -> None:
    with pytest.raises(UsageError, match="no row is of class 'oka'"):
        compared(three(), class_weight=ClassWeight.parse("oka=2"))


def test_numbers_have_no_classes(compared: Compare) -> None:
    columns = {"y": [1.5, 2.0, 4.0], "pred_a": [1.0, 2.0, 3.5]}
    with pytest.raises(UsageError, match="--class-weight balanced: the task is regression"):
        compared(columns, class_weight=ClassWeight.parse("balanced"))
    boxes = {
        f"{p}{c}": [0.0 + (c[1] == "2"), 1.0 + (c[1] == "2")]
        for p in ("", "pred_")
        for c in ("x1", "y1", "x2", "y2")
    }
    with pytest.raises(UsageError, match="--class-weight balanced: the task is boxes"):
        compared(boxes, class_weight=ClassWeight.parse("balanced"))
