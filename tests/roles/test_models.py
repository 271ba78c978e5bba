"""Which columns are one model, and what kind of prediction each is."""

import pytest

from losscli.data.rows import Reading
from losscli.data.table import read
from losscli.domain import Kind, Task
from losscli.errors import DataError, UsageError

TARGETS = {"binary": [0, 1, 1, 0], "several": ["ash", "oak", "elm", "oak"], "numbers": [0.5, 1.5, 2.5, 3.5]}
LABEL = {"binary": [0, 1, 0, 1], "several": ["ash", "oak", "oak", "elm"], "numbers": [1, 2, 3, 4]}
UNIT, REAL = [0.1, 0.9, 0.5, 0.8], [-2.5, 3.5, 0.25, -1]
REST = [0.9, 0.1, 0.5, 0.2]  # 1 - UNIT
THIRD = [0.25, 0.5, 0.125, 0.75]
SHARES = {"ash": THIRD, "elm": [0.25, 0.25, 0.125, 0.25], "oak": [0.5, 0.25, 0.75, 0.0]}


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
        ({"prob_0": REST, "prob_1": UNIT}, {"prob": {"probability": "prob_0,prob_1"}}),
        ({"prob_1": UNIT, "prob_0": REST}, {"prob": {"probability": "prob_0,prob_1"}}),
        ({"rf_proba_0.0": REST, "rf_proba_1.0": UNIT}, {"rf": {"probability": "rf_proba_0.0,rf_proba_1.0"}}),
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
    text = columns({"y": TARGETS["numbers"], "rf_pred": REAL, "rf_score": REAL, "prob_1": UNIT})
    found = pose(text, task=Task.REGRESSION)
    assert parts(found) == {name: {"value": name} for name in ("rf_pred", "rf_score", "prob_1")}
    with pytest.raises(UsageError, match="prob_1 is named as a probability, and the target 'y' is a number"):
        pose(text)


def several(prefix, values, labels=("ash", "elm", "oak")):
    """Scores, the same for each label, or shares of 1."""
    return {prefix + label: SHARES[label] if values is SHARES else values for label in labels}


@pytest.mark.parametrize(
    ("prefix", "name", "kind"),
    [
        ("prob_", "prob", "probability"),
        ("rf_prob_", "rf", "probability"),
        ("rf:proba_", "rf", "probability"),
        ("rfScore_", "rf", "score"),
        ("net v2 logit_", "net v2", "logit"),
        ("margin ", "margin", "score"),
        ("", "probabilities", "probability"),
    ],
)
def test_a_column_per_label(pose, columns, prefix, name, kind):
    order = several(prefix, SHARES if kind == "probability" else REAL, ("oak", "ash", "elm"))
    found = pose(columns({"y": TARGETS["several"], **order}))
    assert found.task is Task.MULTICLASS
    assert parts(found) == {name: {kind: f"{prefix}ash,{prefix}elm,{prefix}oak"}}


def test_kinds_of_one_prefix_are_one_model(pose, columns):
    found = pose(
        columns({"y": TARGETS["several"], **several("rf_prob_", SHARES), **several("rf_score_", REAL)})
    )
    assert [sorted(kinds) for kinds in parts(found).values()] == [["probability", "score"]]


def test_a_class_without_a_column(pose, columns):
    named = several("rf_prob_", SHARES, ("ash", "oak"))
    with pytest.raises(UsageError, match="model rf has no column for the class 'elm'") as error:
        pose(columns({"y": TARGETS["several"], **named}))
    assert error.value.advice == "Every class needs one, here rf_prob_elm"


def test_columns_of_classes_that_do_not_add_up(pose, columns):
    """One model to be normalised, or scores: nothing is guessed, and each flag gives what it says."""
    text = columns({"y": TARGETS["several"], **several("rf_prob_", UNIT)})
    with pytest.raises(UsageError, match="their sum is not 1 in every row") as error:
        pose(text)
    assert [fix.flags[-1] for fix in error.value.fixes] == ["--normalize", "score"]
    (model,) = pose(text, normalize=True).models
    assert model.kind is Kind.PROBABILITY
    (model,) = pose(text, kind=Kind.SCORE).models
    assert model.kind is Kind.SCORE


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_sums_are_1_within_the_digits_printed(pose, columns, digits):
    third = round(1 / 3, digits)
    named = {f"p_{label}": [third] * 4 for label in ("ash", "elm", "oak")}
    assert pose(columns({"y": TARGETS["several"], **named})).models[0].kind is Kind.PROBABILITY
    off = {**named, "p_oak": [round(third + 4 * 10**-digits, digits)] * 4}
    with pytest.raises(UsageError, match="not 1 in every row"):
        pose(columns({"y": TARGETS["several"], **off}))


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
        ("pred", [0, 2, 5, 7], "score"),
        ("pred", [0, 1, 2.5, 0], "score"),
        ("prob", [0, 1, 1, 0], "probability"),
        ("score", UNIT, "probability"),
        ("y_score", UNIT, "probability"),
        ("score", REAL, "score"),
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
        ([1, 0], "rf_score_0", "1", [0.25, 0.75]),
        ([1, 0], "rf_logit_0", "1", [-0.75, -0.25]),
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


def test_a_label_that_the_target_lacks_is_a_class(pose, columns):
    found = pose(columns({"y": ["no", "yes", "no"], "pred": ["no", "yes", "maybe"]}))
    assert (found.task, found.labels, found.true_labels) == (Task.MULTICLASS, ("no", "yes", "maybe"), 2)
    with pytest.raises(UsageError, match="predicts cat, dog, emu, and the target 'y' has 0, 1, 2") as error:
        pose(columns({"y": [0, 1, 2], "pred": ["cat", "dog", "emu"]}))
    assert error.value.fixes[0].flags == ("--task", "multiclass")


@pytest.mark.parametrize(
    ("target", "predicted", "positive"),
    [
        ([1, 0, 1], ["yes", "no", "no"], "1"),
        (["TRUE", "FALSE", "TRUE"], ["True", "False", "False"], "TRUE"),
        (["yes", "no", "yes"], [1, 0, 0], "yes"),
        ([1, 0, 1], ["1.0 ", "0.0", "0.0"], "1"),
        ([1, -1, 1], [1, 0, 0], "1"),
        (["Yes", "No", "Yes"], [" yes", "no", "no"], "Yes"),
    ],
)
def test_labels_are_matched(pose, columns, target, predicted, positive):
    """By text, then without capitals and blanks, as numbers, as opposites."""
    found = pose(columns({"y": target, "pred": predicted}))
    assert (found.task, found.positive, len(found.labels)) == (Task.BINARY, positive, 2)
    assert found.models[0].kind is Kind.LABEL


def test_a_label_and_a_probability_that_contradict(pose, columns):
    text = columns({"label": [1, 0, 1, 0], "prediction": [1, 0, 0, 0], "probability": [0.9, 0.8, 0.6, 0.7]})
    with pytest.raises(UsageError, match="contradict each other") as error:
        pose(text)
    assert [fix.flags[0] for fix in error.value.fixes] == ["--kind", "--positive", "--pred"]
    assert "probability: confidence in the class of prediction" in pose(text, of_predicted=True).decisions


def test_percentages(pose, columns):
    text = columns({"y": ["a", "b", "a"], "p_a": [60, 20, 80], "p_b": [40, 80, 20]})
    assert "p_a … p_b: every row adds up to 100: divided by it" in pose(text, positive="a").decisions
    text = columns({"y": [1, 0, 1], "prob": [60, 20, 80.5]})
    assert "prob: percentages, divided by 100" in pose(text).decisions


def test_several_classes_may_be_predicted_that_never_occur(pose, columns):
    found = pose(columns({"y": ["a", "b", "c"], "pred": ["a", "b", "d"]}))
    assert found.labels == ("a", "b", "c", "d")


def test_a_name_twice(pose, columns):
    named = {"rf_pred_1": UNIT[:2], "gb_pred_1": UNIT[:2]}
    with pytest.raises(UsageError, match="two models are called 'm'") as error:
        pose(columns({"y": [0.5, 1], **named}), pred=("m=rf_pred_1", "m=gb_pred_1"))
    assert error.value.fixes[0].flags == ("--pred", "model1=rf_pred_1", "--pred", "model2=gb_pred_1")


def test_what_is_done_to_every_file_is_said(pose):
    first = "id,label,pred\n1,yes,yes\n2,no,no\n3,yes,no\n"
    second = "id,label,pred\n1,yes,YES\n2,no,NO\n3,yes,NO\n"
    said = "labels of pred matched ignoring capitals and outer blanks"
    assert f"b: {said}" in pose({"a": first, "b": second}).decisions
    assert said in pose({"a": second, "b": first}).decisions
    assert sum(said in line for line in pose({"a": second, "b": second}).decisions) == 1
