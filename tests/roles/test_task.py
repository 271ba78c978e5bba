"""The task, in the contract's order of rules; the positive class; several files."""

import pytest

from losscli.domain import Task
from losscli.errors import DataError, UsageError

BINARY, MULTICLASS, REGRESSION, COUNTS = Task.BINARY, Task.MULTICLASS, Task.REGRESSION, Task.COUNTS
WHOLE = list(range(51))


@pytest.mark.parametrize(
    ("named", "asked", "task"),
    [
        # --task before everything
        ({"y": [0, 1], "pred": [0, 1]}, {"task": REGRESSION, "loss": ("bce",)}, REGRESSION),
        ({"y": [1, 2], "pred": [1, 2.5]}, {"task": COUNTS}, COUNTS),
        ({"y": [0, 1], "pred": [0, 1]}, {"task": MULTICLASS}, MULTICLASS),
        # then the losses
        ({"y": [0, 1], "pred": [0, 1]}, {"loss": ("mae",)}, REGRESSION),
        ({"y": [1, 2], "pred": [1, 2.5]}, {"loss": ("poisson",)}, COUNTS),
        ({"y": [1, 2], "pred": [1, 2.5]}, {"loss": ("poisson", "gamma")}, COUNTS),
        ({"y": [1, 2], "pred": [1, 2.5]}, {"loss": ("poisson", "mae")}, REGRESSION),
        ({"y": [1, 2], "prob": [0.5, 0.2]}, {"loss": ("bce",), "positive": "2"}, BINARY),
        (
            {"y": ["a", "b"], "prob_a": [0.5, 0.2], "prob_b": [0.5, 0.8]},
            {"loss": ("cross_entropy",)},
            MULTICLASS,
        ),
        ({"y": [0, 1], "prob": [0.5, 0.2]}, {"loss": ("brier",)}, BINARY),
        # then --positive
        ({"y": [1, 2], "pred": [1, 2]}, {"positive": "2"}, BINARY),
        # then the data
        ({"y": [0, 1], "pred": [0.5, 7]}, {}, BINARY),
        ({"y": ["0.0", "1.0"], "pred": [0.5, 7]}, {}, BINARY),
        ({"y": [-1, 1], "pred": [0.5, 7]}, {}, BINARY),
        ({"y": [-1, 0], "pred": [0.5, 7]}, {}, REGRESSION),
        ({"y": [1, 1], "pred": [0.5, 0.7]}, {}, REGRESSION),
        ({"y": [1, 1], "prob": [0.5, 0.7]}, {}, BINARY),
        ({"y": [0, 0], "prob": [0.5, 0.7]}, {}, BINARY),
        ({"y": [2, 2], "prob": [0.5, 0.7]}, {"task": REGRESSION}, REGRESSION),
        ({"y": ["true", "false"], "pred": ["true", "true"]}, {}, BINARY),
        ({"y": ["True", "True"], "prob": [0.5, 0.7]}, {}, BINARY),
        ({"y": ["yes", "no"], "pred": ["no", "no"]}, {}, BINARY),
        ({"y": ["a", "b", "c"], "pred": ["a", "a", "a"]}, {}, MULTICLASS),
        ({"y": [1, 2], "prob_1": [0.5, 0.7], "prob_2": [0.5, 0.3]}, {}, MULTICLASS),
        ({"y": [1.5, 2], "score_1.5": [0.5, 7], "score_2": [0.5, 0.3]}, {}, MULTICLASS),
        ({"y": [1, 2, 3], "pred": [1, 1, 3]}, {}, MULTICLASS),
        ({"y": [1, 2, 3], "pred": [1, 1, 4]}, {}, MULTICLASS),
        ({"y": [1, 2, 3], "pred": [1, 1, 2.5]}, {}, REGRESSION),
        ({"y": [1, 2, 3], "pred": [1, 1, 2], "b_pred": [1, 2, 2.5]}, {}, REGRESSION),
        ({"y": WHOLE[:50], "pred": WHOLE[:50]}, {}, MULTICLASS),
        ({"y": WHOLE, "pred": WHOLE}, {}, REGRESSION),
        ({"y": [1.5, 2], "pred": [1.5, 2]}, {}, REGRESSION),
        ({"y": [0.5, 2.5], "prob": [0.5, 0.2]}, {"task": REGRESSION}, REGRESSION),
        ({"y": ["a", "b"], "prob_a": [0.5, 0.2], "prob_b": [0.3, 0.2], "prob_c": [0.2, 0.6]}, {}, MULTICLASS),
        ({"y": [0, 1, 1], "pred": [0, 1, 2]}, {}, MULTICLASS),
    ],
)
def test_the_task(pose, columns, named, asked, task):
    found = pose(columns(named), **asked)
    assert found.task is task
    assert any(line.startswith(f"task {task}: ") for line in found.decisions)


def test_a_word_among_the_numbers_of_the_target(pose, columns):
    with pytest.raises(DataError, match=r"'oops' \(row 9\) is not a number") as error:
        pose(columns({"y": [*range(8), "oops"], "pred": range(9)}))
    assert (error.value.where.line, error.value.where.column) == (10, "y")


@pytest.mark.parametrize(
    ("target", "positive"),
    [
        ([0, 1], "1"),
        ([-1, 1], "1"),
        (["true", "false"], "true"),
        (["False", "True"], "True"),
        (["yes", "no"], "yes"),
        (["NO", "YES"], "YES"),
        (["y", "n"], "y"),
        (["pos", "neg"], "pos"),
        (["Negative", "Positive"], "Positive"),
    ],
)
def test_the_usual_positive_class(pose, columns, target, positive):
    found = pose(columns({"y": target, "pred": [0.5, 0.6]}))
    assert found.positive == positive
    assert f"positive class {positive}" in found.decisions


@pytest.mark.parametrize(("target", "negative"), [([0, 0], "0"), ([1, 1], "0"), (["True", "True"], "False")])
def test_a_target_of_one_class(pose, columns, target, negative):
    found = pose(columns({"y": target, "prob": [0.5, 0.6]}))
    assert found.labels == (negative, "True" if negative == "False" else "1")


@pytest.mark.parametrize("target", [["spam", "ham"], ["yes", "neg"], ["Yes", "yes"], ["true", "no"]])
def test_other_pairs_ask(pose, columns, target):
    with pytest.raises(UsageError, match="which class is the positive one") as error:
        pose(columns({"y": target, "prob": [0.5, 0.6]}))
    assert {fix.flags for fix in error.value.fixes} == {("--positive", label) for label in target}


def test_positive_by_flag(pose, columns):
    text = columns({"y": ["spam", "ham"], "prob": [0.5, 0.6]})
    assert pose(text, positive="ham").labels == ("spam", "ham")
    assert pose(columns({"y": [0, 1], "prob": [0.5, 0.6]}), positive="0.0").labels == ("1", "0")
    with pytest.raises(UsageError, match="--positive spm: the target has no such value") as error:
        pose(text, positive="spm")
    assert error.value.advice == "Did you mean spam?"
    with pytest.raises(DataError, match="the target has 3 values"):
        pose(columns({"y": ["a", "b", "c"], "prob": [0.5, 0.6, 0.7]}), positive="a")


@pytest.mark.parametrize(("flag", "value"), [("positive", "1"), ("threshold", 0.5)])
def test_a_flag_that_does_nothing_is_refused(pose, columns, flag, value):
    with pytest.raises(UsageError, match=f"--{flag} .*: the task is regression"):
        pose(columns({"y": [1, 2.5], "pred": [1, 2.5]}), task=REGRESSION, **{flag: value})


def test_too_many_values_for_classes(pose, columns):
    values = [i / 7 for i in range(100)]
    with pytest.raises(DataError, match="too many different values"):
        pose(columns({"y": values, "pred": values}), task=MULTICLASS)


def names(problem):
    return [model.name for model in problem.models]


def test_several_files_name_their_models(pose, columns):
    a = columns({"y": [1, 2.5], "pred": [1, 2]})
    b = columns({"target": [1, 2.5], "rf_pred": [1, 2], "xgb_pred": [1, 3]})
    found = pose({"old": a, "new": b})
    assert names(found) == ["old", "new:rf_pred", "new:xgb_pred"]
    assert found.target == "y"
    assert found.models[0].columns == ("old:pred",)


def test_several_files_by_id(pose, columns):
    a = columns({"id": ["a", "b"], "y": [1, 2.5], "pred": [1, 2]})
    b = columns({"id": ["b", "a"], "y": [2.5, 1], "pred": [3, 4]})
    assert names(pose({"old": a, "new": b}, id="id")) == ["old", "new"]
    with pytest.raises(DataError, match=r"the targets differ at row 1: '1', but '2\.5'"):
        pose({"old": a, "new": b})
    with pytest.raises(UsageError, match="no column 'key'"):
        pose({"old": a, "new": b}, id="key")


def test_targets_that_differ_are_named_before_tasks_that_differ(pose, columns):
    a = columns({"y": ["a", "b", "c"], "pred": ["a", "b", "c"]})
    b = columns({"y": ["a", "b", "b"], "pred": ["a", "b", "a"]})
    with pytest.raises(DataError, match="the targets differ at row 3: 'c', but 'b'"):
        pose({"old": a, "new": b})


def test_files_of_different_lengths_or_tasks(pose, columns):
    a = columns({"y": [0, 1], "prob": [0.5, 0.6]})
    with pytest.raises(DataError, match=r"has 2 rows, .* has 1"):
        pose({"old": a, "new": columns({"y": [0], "prob": [0.5]})})
    whole = columns({"y": [1, 2], "pred": [1, 2]})
    with pytest.raises(UsageError, match="different tasks: multiclass and regression") as error:
        pose({"old": whole, "new": columns({"y": [1, 2], "pred": [1, 2.5]})})
    assert [fix.flags for fix in error.value.fixes] == [("--task", "multiclass"), ("--task", "regression")]


def test_files_with_labels_of_their_own(pose, columns):
    a = columns({"y": ["a", "b", "c"], "pred": ["a", "b", "d"]})
    b = columns({"y": ["a", "b", "c"], "pred": ["a", "b", "e"]})
    assert pose({"old": a, "new": b}).labels == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("extra", ["d", "0"])
def test_a_label_only_predicted_needs_no_probability_column(pose, columns, extra):
    found = pose(
        columns(
            {
                "y": ["a", "b", "c", "a"],
                **{f"prob_{label}": [share] * 4 for label, share in zip("abc", (0.2, 0.3, 0.5), strict=True)},
                "pred": ["a", extra, "c", "b"],
            }
        )
    )
    assert found.labels == ("a", "b", "c", extra)
    assert found.true_labels == 3
    assert found.models[0].columns == ("prob_a", "prob_b", "prob_c", "pred")


@pytest.mark.parametrize(
    "pair", [("0", "1"), ("-1", "1"), ("no", "yes"), ("3", "5"), ("cat", "dog"), ("1", "2")]
)
@pytest.mark.parametrize("positive", [0, 1])
@pytest.mark.parametrize("only", [0, 1])
@pytest.mark.parametrize("name", ["prob", "score", "pred", "alike"])
def test_a_slice_of_one_class(pose, columns, pair, positive, only, name):
    """Labels name the other class; without any, the usual opposite or what --positive says."""
    p = {"prob": [0.2, 0.7], "score": [-1.5, 2.5], "pred": list(pair), "alike": [pair[only]] * 2}[name]
    text = columns({"y": [pair[only]] * 2, "pred" if name == "alike" else name: p})
    found = pose(text, task=BINARY, positive=pair[positive])
    assert found.positive == pair[positive]
    assert pair[only] in found.labels
    if pair == ("-1", "1") and only == positive == 1 and name == "pred":
        assert found.labels == ("0", "1")  # -1 is 0 in other words
    elif name == "pred" or only != positive:
        assert set(found.labels) == set(pair)


@pytest.mark.parametrize("label", ["3", "cat"])
def test_one_class_asks_which_it_is(pose, columns, label):
    with pytest.raises(UsageError, match="has one class") as error:
        pose(columns({"y": [label] * 2, "prob": [0.1, 0.7]}), task=BINARY)
    for fix in error.value.fixes:
        assert (
            pose(columns({"y": [label] * 2, "prob": [0.1, 0.7]}), positive=fix.flags[1]).positive
            == fix.flags[1]
        )
