"""Arrays of every wrong shape, for every loss: a ValueError, never a figure, a warning or another error."""

import itertools
from typing import Any

import numpy as np
import pytest

from losscli import losses
from losscli.domain import Kind, Task
from losscli.errors import UsageError
from losscli.loss.catalogue import every_loss

from .test_losses import compared

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(0)
WORDS = ["a", "b", "c", "d"]
LOSSES = [(loss.name, str(loss.task)) for loss in every_loss()]
KINDS = (None, *(str(kind) for kind in (Kind.PROBABILITY, Kind.SCORE, Kind.LOGIT, Kind.LABEL)))


def shares(columns: int) -> np.ndarray:
    return RNG.dirichlet(np.ones(columns), len(WORDS))


def of(*tasks: Task) -> list[tuple[str, str]]:
    return [key for key in LOSSES if key[1] in tasks]


@pytest.mark.parametrize("y, p", [([], []), ([[]], [[]]), (np.zeros((0, 3)),) * 2, ([0.0], [[]])])
def test_nothing(y: Any, p: Any) -> None:
    for key in LOSSES:
        with pytest.raises(ValueError, match="a row and a column"):
            losses[key](y, p, scale=1.0)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_columns_for_other_classes(columns: int) -> None:
    p = shares(columns)
    for key, labels, kind in itertools.product(of(Task.MULTICLASS), (None, WORDS), KINDS):
        with pytest.raises(ValueError):
            losses[key](WORDS, p, labels=labels, kind=kind)
    with pytest.raises(ValueError, match=f"p has {columns} columns for 4 labels"):
        losses["brier", "multiclass"](WORDS, p, labels=WORDS)


def test_one_column_for_several_classes() -> None:
    for key, kind in itertools.product(of(Task.MULTICLASS), KINDS):
        with pytest.raises(ValueError):
            losses[key](WORDS, [0.1, 0.2, 0.3, 0.4], labels=WORDS, kind=kind)


@pytest.mark.parametrize("labels", [["a"], ["a", "b", "c"]])
def test_other_than_two_labels_of_two_classes(labels: list[str]) -> None:
    for key, p in itertools.product(of(Task.BINARY), (shares(1)[:, 0], shares(2), shares(3))):
        with pytest.raises(ValueError):
            losses[key](["a"] * 4, p, labels=labels)


def test_several_labels_and_shares() -> None:
    y = np.eye(3)[[0, 1, 2, 0]]
    for key in of(Task.MULTILABEL, Task.DISTRIBUTION):
        for p, labels in ((shares(2), None), (shares(4), None), (shares(3), ["a"]), (shares(3), WORDS)):
            with pytest.raises(ValueError):
                losses[key](y, p, labels=labels)


def test_rows_that_do_not_add_up() -> None:
    """0.02 is what a row may miss; scores are taken as what they are said to be."""
    four, two = np.full((4, 4), 0.2), np.array([[0.2, 0.3], [0.4, 0.9], [0.1, 0.2], [0.5, 0.5]])
    for key in of(Task.MULTICLASS, Task.BINARY, Task.DISTRIBUTION):
        reads = frozenset.intersection(*losses[key].records[0].reads)
        y: Any = {"multiclass": WORDS, "binary": [0, 1, 1, 0], "distribution": np.eye(4)}[key[1]]
        p = two if key[1] == "binary" else four
        for kind in (None, "probability"):
            if Kind.PROBABILITY in reads:
                with pytest.raises(ValueError):
                    losses[key](y, p, kind=kind)
    assert losses["zero_one"]([0, 1, 1, 0], two, kind="score") == 0.25
    assert losses["brier"]([0, 1], [[0.5, 0.51], [0.3, 0.7]]) == pytest.approx((0.51**2 + 0.3**2) / 2)


@pytest.mark.parametrize("columns", [1, 3])
def test_two_columns_of_an_interval_or_of_moments(columns: int) -> None:
    for key in of(Task.FORECAST):
        if losses[key].records[0].needs & {Kind.INTERVAL, Kind.MOMENTS}:
            with pytest.raises(ValueError, match=f"is 2 columns, and p has {columns}"):
                losses[key]([1.0, 2.0, 3.0, 4.0], shares(columns), scale=1.0)


PAIRS = [
    *(("0", "1"), ("-1", "1"), ("no", "yes"), ("False", "True"), ("n", "y"), ("neg", "pos"), ("NO", "Yes")),
    *(("cat", "dog"), ("1", "2"), ("0", "2"), ("3", "5"), ("no", "true"), ("yes", "yess")),
]


def typed(word: str) -> Any:
    return {"True": True, "False": False}.get(word, int(word) if word.lstrip("-").isdigit() else word)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_positive_class_is_that_of_compare(pair: tuple[str, str], tmp_path: Any) -> None:
    """Both refuse the same pairs, whole or one class alone, and of others read the same class."""
    for words in (pair, pair[::-1], pair[:1], pair[1:]):
        p = [0.2, 0.7][: len(words)]
        rows = "".join(f"{word},{value}\n" for word, value in zip(words, p, strict=True))
        (tmp_path / "two.csv").write_text("y,prob\n" + rows)
        y = [typed(word) for word in words]
        try:
            found = compared(tmp_path / "two.csv", task=Task.BINARY)
        except UsageError:
            with pytest.raises(ValueError, match="labels="):
                losses["bce"](y, p)
        else:
            assert (
                losses["bce"](y, p) == next(one for one in found.losses if one.spec == "bce").results[0].value
            )


def test_columns_of_two_stand_in_sorted_order() -> None:
    with pytest.raises(ValueError, match="labels="):
        losses["bce"](["Yes", "no"], [[0.8, 0.2], [0.1, 0.9]])
    assert losses["bce"](["no", "yes"], [[0.8, 0.2], [0.1, 0.9]]) == pytest.approx(-np.log([0.8, 0.9]).mean())
