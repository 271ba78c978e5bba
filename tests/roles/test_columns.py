"""Which column is the target, which are predictions, and what --pred may say."""

import pytest

from losscli.errors import DataError, UsageError

TARGETS = ["target", "y_true", "y", "label", "actual", "truth", "observed", "ground_truth"]


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_name(pose, columns, name):
    for spelled in (name, name.upper(), f" {name.title()} "):
        assert pose(columns({"pred": [1, 2.5], spelled: [1, 2.5]})).target == spelled.strip()


def test_the_first_of_the_list_is_the_target(pose, columns):
    for i in range(len(TARGETS) - 1):
        names = list(reversed(TARGETS[i:]))
        found = pose(columns({"pred": [1, 2.5], **{name: [1, 2.5] for name in names}}))
        assert found.target == TARGETS[i]


@pytest.mark.parametrize("name", ["targets", "the label", "truth1", "y_pred_true"])
def test_a_target_name_is_the_whole_name(pose, columns, name):
    with pytest.raises(UsageError, match="no column is called target, y_true") as error:
        pose(columns({name: [1, 2.5], "pred": [1, 2.5]}))
    assert error.value.fixes[0].flags[0] == "--target"


def test_the_target_by_flag(pose, columns):
    text = columns({"y": [1, 2.5], "sales": [1, 2.5], "pred": [1, 2.5]})
    assert pose(text, target="sales").target == "sales"
    with pytest.raises(UsageError, match=r"no column 'sale'") as error:
        pose(text, target="sale")
    assert "Did you mean sales?" in error.value.advice


def test_the_id_and_the_weights_are_no_target(pose, columns):
    text = columns({"label": ["a", "b"], "y": [1, 2], "truth": [1, 2.5], "pred": [1, 2.5]})
    found = pose(text, id="label", weights="y")
    assert (found.target, found.id, found.weights) == ("truth", "label", "y")


@pytest.mark.parametrize(
    ("name", "counts", "skipped"),
    [
        ("", [0, 1, 2], True),
        ("", [1, 2, 3], True),
        ("Unnamed: 0", [0, 1, 2], True),
        ("Unnamed: 0", [2, 3, 4], False),
        ("", [0, 2, 1], False),
        ("n", [0, 1, 2], False),
    ],
)
def test_an_index_is_no_prediction(pose, columns, name, counts, skipped):
    text = columns({name: counts, "y": [1, 2, 3.5], "rf": [1, 2, 3.5]})
    if skipped:
        assert [model.name for model in pose(text).models] == ["rf"]
        assert [model.name for model in pose(text, pred=("*",)).models] == ["rf"]
    else:
        with pytest.raises(UsageError, match="which of 2 numeric columns"):
            pose(text)


def names(problem):
    return [model.name for model in problem.models]


def test_the_single_other_numeric_column(pose, columns):
    base = {"note": ["a", "b", "c"], "y": [1, 2, 3.5], "rf": [1, 2, 3]}
    assert names(pose(columns(base))) == ["rf"]
    assert names(pose(columns({**base, "w": [1, 1, 1]}), weights="w")) == ["rf"]
    assert names(pose(columns({**base, "n": [7, 8, 9]}), id="n")) == ["rf"]


def test_the_line_to_paste(pose, columns):
    with pytest.raises(UsageError, match="which of 2 numeric columns") as error:
        pose(columns({"y": [1, 2.5], "rf": [1, 2], "my xgb": [1, 2]}))
    assert error.value.fixes[0].flags == ("--pred", "rf", "--pred", "my xgb")
    with pytest.raises(UsageError, match="none is numeric") as error:
        pose(columns({"y": ["a", "b"], "guess": ["a", "b"]}))
    assert error.value.fixes[0].flags == ("--pred", "guess", "--positive", "b")
    with pytest.raises(DataError, match="no prediction column beside the target 'y'"):
        pose(columns({"y": [1, 2.5]}))


def test_a_word_in_the_single_numeric_column_is_named(pose, columns):
    values = [*range(100), "oops", *range(100)]
    with pytest.raises(DataError, match=r"'oops' \(row 101\) is not a number") as error:
        pose(columns({"y": [i + 0.5 for i in range(201)], "rf": values}))
    assert (error.value.where.line, error.value.where.column) == (102, "rf")


def test_named_columns_win_over_others(pose, columns):
    found = pose(columns({"y": [1, 2.5], "age": [1, 2], "rf_pred": [1, 2], "xgbPred": [1, 2]}))
    assert names(found) == ["rf_pred", "xgbPred"]


REGRESSION = {"y": [1, 2.5], "rf": [1, 2], "xgb": [1, 2], "a=b": [1, 2], "model_1": [1, 2], "model_2": [1, 2]}


@pytest.mark.parametrize(
    ("pred", "models"),
    [
        (("rf",), ["rf"]),
        (("xgb", "rf"), ["xgb", "rf"]),
        (("new=rf",), ["new"]),
        (("a=b",), ["a=b"]),
        (("new=a=b",), ["new"]),
        (("model_*",), ["model_1", "model_2"]),
        (("model_?", "rf"), ["model_1", "model_2", "rf"]),
        (("first=model_1", "model_*"), ["first", "model_2"]),
        (("model_*", "last=model_2"), ["model_1", "last"]),
    ],
)
def test_pred_names_columns(pose, columns, pred, models):
    assert names(pose(columns(REGRESSION), pred=pred)) == models


@pytest.mark.parametrize(
    ("pred", "message", "advice"),
    [
        (("xgbb",), "--pred xgbb: no model, column or pattern", "Did you mean xgb?"),
        (("zzz*",), "no model, column or pattern", "The columns left for predictions: rf, xgb"),
        (("new=zzz",), "no model, column or pattern", ""),
        (("y",), "'y' is the target", "without y"),
        (("new=y",), "'y' is the target", "without new=y"),
        (("a=rf", "b=rf"), "'rf' already is the model 'a'", None),
        (("m=rf", "m=xgb"), "two models are called 'm'", "--pred"),
    ],
)
def test_pred_that_names_nothing(pose, columns, pred, message, advice):
    with pytest.raises(UsageError) as error:
        pose(columns(REGRESSION), pred=pred)
    assert message in error.value.what
    assert (advice or "") in str(error.value)


CLASSES = {
    "y": ["oak", "ash", "elm"],
    "rf_prob_ash": [0.1, 0.8, 0.1],
    "rf_prob_elm": [0.1, 0.1, 0.8],
    "rf_prob_oak": [0.8, 0.1, 0.1],
    "svm_pred": ["oak", "ash", "elm"],
    "svm_prob_bce": [0.1, 0.1, 0.1],
}


@pytest.mark.parametrize(
    ("pred", "model", "used"),
    [
        ("rf", "rf", 3),
        ("rf_prob_elm", "rf", 3),
        ("forest=rf_prob_elm", "forest", 3),
        ("rf_*", "rf", 3),
        ("svm_pred", "svm_pred", 1),
        ("svm", "svm_pred", 1),
    ],
)
def test_pred_names_models(pose, columns, pred, model, used):
    (found,) = pose(columns(CLASSES), pred=(pred,)).models
    assert (found.name, len(found.columns)) == (model, used)


def test_pred_of_a_model_that_two_columns_make(pose, columns):
    text = columns({"y": [0, 1], "rf_pred": [0, 1], "rf_prob": [0.2, 0.7], "xgb_prob": [0.2, 0.7]})
    (found,) = pose(text, pred=("rf",)).models
    assert (found.name, found.columns) == ("rf", ("rf_pred", "rf_prob"))
