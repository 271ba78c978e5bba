"""Which columns are one model, and what kind of prediction each is."""

import pytest

from losscli.data.rows import Reading
from losscli.data.table import read
from losscli.domain import Kind, Task
from losscli.errors import DataError, UsageError

TARGETS = {"binary": [0, 1, 1, 0], "several": ["ash", "oak", "elm", "oak"], "numbers": [0.5, 1.5, 2.5, 3.5]}
LABEL = {"binary": [0, 1, 0, 1], "several": ["ash", "oak", "oak", "elm"], "numbers": [1, 2, 3, 4]}
UNIT, REAL = [0.1, 0.9, 0.5, 0.2], [-2.5, 3.5, 0.25, -1]


def parts(problem):
    return {
        model.name: {part.kind.value: ",".join(part.columns) for part in model.parts}
        for model in problem.models
    }


@pytest.mark.parametrize(
    ("named", "models"),
    [
        ({"rf_pred": LABEL, "rf_prob": UNIT}, {"rf": {"label": "rf_pred", "probability": "rf_prob"}}),
        ({"pred": LABEL, "prob": UNIT}, {"pred": {"label": "pred", "probability": "prob"}}),
        ({"y_pred": LABEL, "y_prob": UNIT}, {"y_pred": {"label": "y_pred", "probability": "y_prob"}}),
        ({"y_prob": UNIT, "y_pred": LABEL}, {"y_prob": {"probability": "y_prob", "label": "y_pred"}}),
        (
            {"rf_pred": LABEL, "rf_score": REAL, "rf_prob": UNIT},
            {"rf": {"label": "rf_pred", "score": "rf_score", "probability": "rf_prob"}},
        ),
        (
            {"rf_prob": UNIT, "rf_proba": UNIT},
            {"rf_prob": {"probability": "rf_prob"}, "rf_proba": {"probability": "rf_proba"}},
        ),
        (
            {"rf_pred": LABEL, "RF_prob": UNIT},
            {"rf_pred": {"label": "rf_pred"}, "RF_prob": {"probability": "RF_prob"}},
        ),
        (
            {"rf_pred": LABEL, "xgb_prob": UNIT},
            {"rf_pred": {"label": "rf_pred"}, "xgb_prob": {"probability": "xgb_prob"}},
        ),
        ({"prob_0": UNIT, "prob_1": UNIT}, {"prob": {"probability": "prob_0,prob_1"}}),
        ({"prob_1": UNIT, "prob_0": UNIT}, {"prob": {"probability": "prob_0,prob_1"}}),
        ({"rf_proba_0.0": UNIT, "rf_proba_1.0": UNIT}, {"rf": {"probability": "rf_proba_0.0,rf_proba_1.0"}}),
        ({"svm:score_0": REAL, "svm:score_1": REAL}, {"svm": {"score": "svm:score_0,svm:score_1"}}),
        (
            {"a_logit_0": REAL, "a_logit_1": REAL, "a_prob_1": UNIT},
            {"a": {"logit": "a_logit_0,a_logit_1", "probability": "a_prob_1"}},
        ),
        ({"prob_1": UNIT}, {"prob": {"probability": "prob_1"}}),
        (
            {"prob_bce": UNIT, "prob_mse": UNIT},
            {"prob_bce": {"probability": "prob_bce"}, "prob_mse": {"probability": "prob_mse"}},
        ),
        (
            {"a_prob_1": UNIT, "b_prob_1": UNIT},
            {"a": {"probability": "a_prob_1"}, "b": {"probability": "b_prob_1"}},
        ),
    ],
)
def test_models_of_a_binary_target(pose, columns, named, models):
    values = {name: value if isinstance(value, list) else value["binary"] for name, value in named.items()}
    found = pose(columns({"y": TARGETS["binary"], **values}))
    assert found.task is Task.BINARY
    assert parts(found) == models


def test_models_of_numbers_are_columns(pose, columns):
    found = pose(columns({"y": TARGETS["numbers"], "rf_pred": REAL, "rf_score": REAL, "prob_1": UNIT}))
    assert parts(found) == {name: {"value": name} for name in ("rf_pred", "rf_score", "prob_1")}


def several(prefix, values, labels=("ash", "elm", "oak")):
    return {prefix + label: values for label in labels}


@pytest.mark.parametrize(
    ("prefix", "name", "kind"),
    [
        ("prob_", "prob", "probability"),
        ("rf_prob_", "rf", "probability"),
        ("rf:proba_", "rf", "probability"),
        ("rfScore_", "rf", "score"),
        ("net v2 logit_", "net v2", "logit"),
    ],
)
def test_a_column_per_label(pose, columns, prefix, name, kind):
    order = several(prefix, REAL, ("oak", "ash", "elm"))
    found = pose(columns({"y": TARGETS["several"], **order}))
    assert found.task is Task.MULTICLASS
    assert parts(found) == {name: {kind: f"{prefix}ash,{prefix}elm,{prefix}oak"}}


def test_kinds_of_one_prefix_are_one_model(pose, columns):
    found = pose(
        columns({"y": TARGETS["several"], **several("rf_prob_", UNIT), **several("rf_score_", REAL)})
    )
    assert [sorted(kinds) for kinds in parts(found).values()] == [["probability", "score"]]


def test_a_class_without_a_column(pose, columns):
    named = several("rf_prob_", UNIT, ("ash", "oak"))
    with pytest.raises(UsageError, match="model rf has no prob column for the class 'elm'") as error:
        pose(columns({"y": TARGETS["several"], **named}))
    assert error.value.advice == "Every class needs one: rf_prob_elm"


def test_one_column_for_several_classes(pose, columns):
    with pytest.raises(UsageError, match="rf_prob is one column of probability, but there are more"):
        pose(columns({"y": TARGETS["several"], "rf_prob": UNIT}))


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("pred", [0, 1, 1, 0], "label"),
        ("pred", [1, 1, 1, 1], "label"),
        ("pred", UNIT, "probability"),
        ("pred", [0, 1, 0.5, 0], "probability"),
        ("pred", REAL, "score"),
        ("pred", [0, 1, 2, 0], "score"),
        ("prob", [0, 1, 1, 0], "probability"),
        ("score", UNIT, "score"),
        ("logit", UNIT, "logit"),
    ],
)
def test_the_kind_by_word_then_by_values(pose, columns, column, values, kind):
    assert list(parts(pose(columns({"y": TARGETS["binary"], column: values})))[column]) == [kind]


@pytest.mark.parametrize(
    ("named", "asked", "kinds"),
    [
        ({"score": REAL}, "logit", ["logit"]),
        ({"prob": REAL}, "score", ["score"]),
        ({"rf": UNIT}, "score", ["score"]),
        ({"pred": LABEL}, "probability", ["probability"]),
        ({"rf_pred": LABEL, "rf_score": REAL}, "logit", ["label", "logit"]),
        ({"rf_pred": LABEL, "svm_score": REAL}, "logit", ["label", "logit"]),
        ({"score_0": REAL, "score_1": REAL}, "logit", ["logit"]),
    ],
)
def test_the_kind_by_flag(pose, columns, named, asked, kinds):
    values = {name: value if isinstance(value, list) else value["binary"] for name, value in named.items()}
    found = parts(pose(columns({"y": TARGETS["binary"], **values}), kind=Kind(asked)))
    assert [kind for kinds in found.values() for kind in kinds] == kinds


def test_a_kind_that_the_task_has_not(pose, columns):
    numbers = columns({"y": TARGETS["numbers"], "pred": REAL})
    with pytest.raises(UsageError, match="--kind logit: the task is regression"):
        pose(numbers, kind=Kind.LOGIT)
    assert pose(numbers, kind=Kind.VALUE).task is Task.REGRESSION
    with pytest.raises(UsageError, match="--kind value: the task is binary"):
        pose(columns({"y": TARGETS["binary"], "pred": REAL}), kind=Kind.VALUE)


@pytest.mark.parametrize(
    ("target", "column", "positive", "expected"),
    [
        (["spam", "ham"], "prob_spam", "spam", [0.75, 0.25]),
        (["spam", "ham"], "prob_ham", "ham", [0.75, 0.25]),
        (["yes", "no"], "prob_no", "yes", [0.25, 0.75]),
        ([1, 0], "prob_0", "1", [0.25, 0.75]),
        ([1, 0], "rf_score_0", "1", [-0.75, -0.25]),
    ],
)
def test_a_single_labelled_column(pose, columns, tmp_path, target, column, positive, expected):
    found = pose(columns({"y": target, column: [0.75, 0.25]}))
    assert found.positive == positive
    (model,) = Reading(read(str(tmp_path / "data.csv")), found).rows(0).models
    assert [values.tolist() for values in model.values()] == [expected]


def test_the_flag_outdoes_the_column(pose, columns, tmp_path):
    found = pose(columns({"y": ["spam", "ham"], "prob_spam": [0.75, 0.25]}), positive="ham")
    (model,) = Reading(read(str(tmp_path / "data.csv")), found).rows(0).models
    assert model[Kind.PROBABILITY].tolist() == [0.25, 0.75]


def test_a_column_per_label_of_two(pose, columns, tmp_path):
    text = {"y": [0, 1], "prob_0": [0.7, 0.4], "prob_1": [0.3, 0.6], "score_0": [2, 1], "score_1": [1, 5]}
    (model,) = pose(columns(text)).models
    assert model.name == "prob"
    (values,) = Reading(read(str(tmp_path / "data.csv")), pose(columns(text))).rows(0).models
    assert values[Kind.PROBABILITY].tolist() == [0.3, 0.6]
    assert values[Kind.SCORE].tolist() == [-1, 4]


@pytest.mark.parametrize(
    ("target", "column", "values", "word", "row"),
    [
        ([0.5, 1.5, 2.5, 3.5], "pred", [1, 2, "x", 4], "'x'", 3),
        ([0, 1, 1, 0], "prob", [0.1, 0.2, 0.3, "n.a"], "'n.a'", 4),
        ([0, 1, 1, 0], "pred", [0.1, "half", 0.3, 0.5], "'half'", 2),
        (["oak", "elm", "ash", "oak"], "rf_score_ash", [1, 2, 3, "high"], "'high'", 4),
    ],
)
def test_a_word_in_a_number_column(pose, columns, target, column, values, word, row):
    others = {f"rf_score_{label}": [1, 2, 3, 4] for label in ("oak", "elm")} if "ash" in column else {}
    with pytest.raises(DataError, match=f"{word} .row {row}. is not a number") as error:
        pose(columns({"y": target, column: values, **others}))
    assert (error.value.where.line, error.value.where.column) == (row + 1, column)


def test_a_third_label_is_named_with_its_row(pose, columns):
    text = columns({"y": ["no", "yes", "no"], "pred": ["no", "yes", "maybe"], "b_pred": ["no", "", "no"]})
    with pytest.raises(
        DataError, match=r"'maybe' \(row 3\) is not in the target, which has no and yes"
    ) as error:
        pose(text)
    assert (error.value.where.line, error.value.where.column) == (4, "pred")


def test_several_classes_may_be_predicted_that_never_occur(pose, columns):
    found = pose(columns({"y": ["a", "b", "c"], "pred": ["a", "b", "d"]}))
    assert found.labels == ("a", "b", "c", "d")


def test_a_name_twice(pose, columns):
    text = columns({"y": [0, 1], "rf_prob_1": UNIT[:2], "rf_pred": [0, 1], "rf_score": REAL[:2]})
    with pytest.raises(UsageError, match="two models are called 'rf'") as error:
        pose(text)
    assert "--pred NAME=" in error.value.advice
