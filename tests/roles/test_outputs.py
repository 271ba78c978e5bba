"""Targets of several columns: outputs, labels, shares and boxes, found by their names and set by flags."""

import pytest

from losscli.domain import Kind, Task
from losscli.errors import DataError, UsageError

MULTIOUTPUT, MULTILABEL, DISTRIBUTION, BOXES = (
    Task.MULTIOUTPUT,
    Task.MULTILABEL,
    Task.DISTRIBUTION,
    Task.BOXES,
)
ONES = {"target_a": [0, 1, 1], "target_b": [1, 0, 1]}
NUMBERS = {"target_a": [0.5, 1, 7], "target_b": [1, 20, 3]}
SHARES = {"target_a": [0.25, 1, 0.5], "target_b": [0.75, 0, 0.5]}
CORNERS = {"x1": [0, 1], "y1": [0, 1], "x2": [2, 3], "y2": [2, 4]}


def preds(prefix, *, a=(0.2, 0.9, 0.4), b=(0.8, 0.1, 0.6)):
    return {f"{prefix}a": list(a), f"{prefix}b": list(b)}


def boxes(prefix):
    return {f"{prefix}{corner}": values for corner, values in CORNERS.items()}


@pytest.mark.parametrize(
    ("named", "asked", "task"),
    [
        (NUMBERS | preds("pred_"), {}, MULTIOUTPUT),
        (NUMBERS | preds("prob_"), {}, MULTIOUTPUT),
        (ONES | preds("prob_"), {}, MULTILABEL),
        (ONES | preds("pred_"), {}, MULTILABEL),
        (ONES | preds("score_"), {}, MULTILABEL),
        (SHARES | preds("prob_"), {}, DISTRIBUTION),
        (SHARES | preds("logit_"), {}, DISTRIBUTION),
        (SHARES | preds("pred_"), {}, DISTRIBUTION),
        (SHARES | preds("pred_", a=(1, 2, 3)), {}, MULTIOUTPUT),
        # one label in every row: shares, if the probabilities of a row add up to 1
        (
            {"target_a": [0, 1], "target_b": [1, 0]} | preds("prob_", a=[0.1, 0.7], b=[0.9, 0.3]),
            {},
            Task.MULTICLASS,
        ),
        (
            {"target_a": [0, 1], "target_b": [1, 0]} | preds("prob_", a=[0.1, 0.7], b=[0.5, 0.3]),
            {},
            MULTILABEL,
        ),
        # printed shares add up to 1 but for rounding
        (
            {"target_a": [0.333, 0.5], "target_b": [0.666, 0.5]} | preds("prob_", a=[0.1, 0.7], b=[0.9, 0.3]),
            {},
            DISTRIBUTION,
        ),
        # --task before everything, then the losses
        (ONES | preds("prob_"), {"task": MULTIOUTPUT}, MULTIOUTPUT),
        (ONES | preds("prob_"), {"task": DISTRIBUTION}, DISTRIBUTION),
        (ONES | preds("prob_"), {"loss": ("mse",)}, MULTIOUTPUT),
        (ONES | preds("pred_"), {"loss": ("hamming",)}, MULTILABEL),
        (ONES | preds("prob_"), {"loss": ("brier",)}, MULTILABEL),
        (SHARES | preds("prob_"), {"loss": ("generalized_kl",)}, DISTRIBUTION),
        (SHARES | preds("prob_"), {"loss": ("mse", "generalized_kl")}, MULTIOUTPUT),
        (CORNERS | boxes("pred_"), {}, BOXES),
        (boxes("true_") | boxes("rf_"), {}, BOXES),
        (boxes("gt_") | boxes("yolo."), {}, BOXES),
        (CORNERS | boxes("pred_") | {"label": ["cat", "dog"]}, {}, BOXES),
    ],
)
def test_the_task(pose, columns, named, asked, task):
    assert pose(columns(named), **asked).task is task


@pytest.mark.parametrize("word", ["target", "y_true", "truth", "actual", "TRUE", "gt", "ground_truth", "y"])
def test_any_word_for_the_target(pose, columns, word):
    named = {f"{word}_a": [0, 1, 1], f"{word}.b": [1, 0, 1]} | preds("prob_")
    found = pose(columns(named))
    assert found.task is MULTILABEL
    assert found.targets == (f"{word}_a", f"{word}.b")


def test_y_pred_is_no_target_of_y(pose, columns):
    named = {"y_a": [0, 1, 1], "y_b": [1, 0, 1]} | preds("y_pred_") | preds("y_hat_", a=(0, 1, 0))
    found = pose(columns(named))
    assert found.targets == ("y_a", "y_b")
    assert len(found.models) == 2


@pytest.mark.parametrize(
    ("named", "models"),
    [
        (preds("prob_"), {"prob": [Kind.PROBABILITY]}),
        (preds("rf_prob_") | preds("xgb_prob_"), {"rf": [Kind.PROBABILITY], "xgb": [Kind.PROBABILITY]}),
        (preds("rf:prob_"), {"rf": [Kind.PROBABILITY]}),
        (preds("rf_score_", a=(-3, 2, 1)), {"rf": [Kind.SCORE]}),
        (preds("rf_logit_", a=(-3, 2, 1)), {"rf": [Kind.LOGIT]}),
        # without a word that says it: by the values
        (preds("rf_pred_"), {"rf": [Kind.PROBABILITY]}),
        (preds("rf_pred_", a=(0, 1, 1), b=(1, 1, 0)), {"rf": [Kind.LABEL]}),
        (preds("rf_pred_", a=(-3, 2, 1)), {"rf": [Kind.SCORE]}),
        # different kinds of one prefix are one model
        (
            preds("rf_prob_") | preds("rf_pred_", a=(0, 1, 1), b=(1, 1, 0)),
            {"rf": [Kind.PROBABILITY, Kind.LABEL]},
        ),
        (preds("prob_") | preds("pred_", a=(0, 1, 1), b=(1, 1, 0)), {"prob": [Kind.PROBABILITY, Kind.LABEL]}),
        # of one kind they are two
        (
            preds("rf_prob_") | preds("rf_proba_"),
            {"rf_prob": [Kind.PROBABILITY], "rf_proba": [Kind.PROBABILITY]},
        ),
    ],
)
def test_models_and_kinds(pose, columns, named, models):
    found = pose(columns(ONES | named))
    assert {model.name: [part.kind for part in model.parts] for model in found.models} == models


def test_columns_are_in_the_order_of_the_targets(pose, columns):
    named = {
        "prob_b": [0.1, 0.2, 0.3],
        "target_b": [0, 1, 1],
        "target_a": [1, 1, 0],
        "prob_a": [0.5, 0.5, 0.5],
    }
    found = pose(columns(named))
    assert found.targets == ("target_b", "target_a")
    assert found.models[0].columns == ("prob_b", "prob_a")


def test_labels_that_are_numbers(pose, columns):
    named = {"target_0": [0, 1], "target_1": [1, 1], "target_10": [1, 0]}
    named |= {"rf_prob_0.0": [0.5, 0.5], "rf_prob_1": [0.5, 0.5], "rf_prob_10.0": [0.5, 0.1]}
    found = pose(columns(named))
    assert found.models[0].columns == ("rf_prob_0.0", "rf_prob_1", "rf_prob_10.0")


def test_labels_of_several_words(pose, columns):
    named = {"target_new york": [0, 1], "target_score_high": [1, 1]}
    named |= {"rf_prob_new york": [0.5, 0.5], "rf_prob_score_high": [0.5, 0.5]}
    found = pose(columns(named))
    assert [model.name for model in found.models] == ["rf"]


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ({"pred": ("rf",)}, ["rf"]),
        ({"pred": ("rf_prob_b",)}, ["rf"]),
        ({"pred": ("rf_*",)}, ["rf"]),
        ({"pred": ("mine=xgb_prob_*", "rf")}, ["mine", "rf"]),
        ({"pred": ("*",)}, ["rf", "xgb"]),
    ],
)
def test_pred_names_models(pose, columns, asked, models):
    named = ONES | preds("rf_prob_") | preds("xgb_prob_")
    assert [model.name for model in pose(columns(named), **asked).models] == models


def test_patterns_set_targets_and_predictions_of_any_name(pose, columns):
    named = {"was_a": [0, 1, 1], "was_b": [1, 0, 1]} | preds("rf_") | preds("xgb_")
    found = pose(columns(named), target="was_*", pred=("rf_*", "two=xgb_*"))
    assert found.targets == ("was_a", "was_b")
    assert [(model.name, model.columns) for model in found.models] == [
        ("rf", ("rf_a", "rf_b")),
        ("two", ("xgb_a", "xgb_b")),
    ]


def test_a_pattern_takes_some_of_the_targets(pose, columns):
    named = ONES | {"target_c": [1, 1, 0]} | preds("prob_") | {"prob_c": [0.5, 0.1, 0.1]}
    found = pose(columns(named), target="target_[ab]")
    assert found.targets == ("target_a", "target_b")
    assert found.models[0].columns == ("prob_a", "prob_b")


def test_patterns_set_boxes(pose, columns):
    found = pose(columns(boxes("was_") | boxes("rf_") | boxes("xgb_")), target="was_*", pred=("rf_*",))
    assert found.targets == ("was_x1", "was_y1", "was_x2", "was_y2")
    assert [model.name for model in found.models] == ["rf"]


@pytest.mark.parametrize(
    ("named", "said", "typed"),
    [
        (ONES | {"target_c": [1, 1, 0]} | preds("rf_prob_"), "rf has no column for 'c'", "rf_prob_c"),
        (
            ONES | preds("rf_prob_") | {"xgb_prob_a": [0.5, 0.5, 0.5]},
            "xgb has no column for 'b'",
            "--pred rf",
        ),
        (
            ONES | preds("rf_prob_") | {"rf_prob_c": [0.5, 0.5, 0.5]},
            "rf_prob_c of model rf has no target",
            "--pred rf",
        ),
        (
            CORNERS | boxes("rf_") | {"xgb_x1": [1, 2], "xgb_y1": [1, 2], "xgb_x2": [3, 4]},
            "xgb has no column for 'y2'",
            "--pred rf",
        ),
    ],
)
def test_an_odd_set_is_an_error_with_the_line_to_type(pose, columns, named, said, typed):
    with pytest.raises(UsageError) as refused:
        pose(columns(named))
    assert said in str(refused.value)
    assert typed in str(refused.value)


def test_the_line_to_type_helps(pose, columns):
    for named in (
        ONES | preds("rf_prob_") | {"xgb_prob_a": [0.5, 0.5, 0.5]},
        ONES | preds("rf_prob_") | {"rf_prob_c": [0.5, 0.5, 0.5]},
    ):
        found = pose(columns(named), pred=("rf",))
        assert [model.columns for model in found.models] == [("rf_prob_a", "rf_prob_b")]


@pytest.mark.parametrize("flag", [{"pred": ("forest",)}, {"target": "target_a*", "pred": ("rf",)}])
def test_what_names_nothing_is_refused(pose, columns, flag):
    with pytest.raises(UsageError):
        pose(columns(ONES | preds("rf_prob_")), **flag)


def test_a_target_that_is_not_there_is_not_passed_over(pose, columns):
    with pytest.raises(UsageError, match="no column 'nope'"):
        pose(columns(ONES | preds("rf_prob_")), target="nope")


def test_one_target_among_several_is_read_alone(pose, columns):
    found = pose(columns(NUMBERS | preds("pred_")), target="target_a", pred=("pred_a",))
    assert found.task is Task.REGRESSION
    assert found.targets == ("target_a",)


def test_a_plain_target_wins_over_several(pose, columns):
    found = pose(columns({"target": [1.5, 2, 3]} | NUMBERS | preds("pred_")))
    assert found.task is Task.REGRESSION
    assert [model.name for model in found.models] == ["pred_a", "pred_b"]


def test_a_loss_that_several_tasks_have_decides_as_before(pose, columns):
    assert pose(columns({"y": [0, 1], "pred": [0, 1]}), loss=("mse",)).task is Task.REGRESSION
    assert pose(columns({"y": [1, 2], "p": [1, 2.5]}), loss=("smooth_l1:beta=1",)).task is Task.REGRESSION


@pytest.mark.parametrize(
    ("kind", "named", "task"),
    [
        (Kind.LOGIT, ONES | preds("rf_prob_"), MULTILABEL),
        (Kind.SCORE, ONES | preds("rf_pred_"), MULTILABEL),
        (Kind.LOGIT, SHARES | preds("rf_prob_"), DISTRIBUTION),
        (Kind.VALUE, NUMBERS | preds("rf_pred_"), MULTIOUTPUT),
    ],
)
def test_kind_is_what_the_flag_says(pose, columns, kind, named, task):
    found = pose(columns(named), kind=kind)
    assert found.task is task
    assert found.models[0].kind is kind


@pytest.mark.parametrize(
    ("flag", "named"),
    [
        ({"kind": Kind.LABEL}, SHARES | preds("prob_")),
        ({"kind": Kind.PROBABILITY}, NUMBERS | preds("pred_")),
        ({"positive": "1"}, ONES | preds("prob_")),
        ({"threshold": 0.5}, SHARES | preds("prob_")),
    ],
)
def test_a_flag_that_would_do_nothing_is_refused(pose, columns, flag, named):
    with pytest.raises(UsageError):
        pose(columns(named), **flag)


def test_a_word_among_the_numbers_is_named(pose, columns):
    named = ONES | preds("rf_prob_", a=(0.5, "high", 0.1))
    with pytest.raises(DataError) as refused:
        pose(columns(named))
    assert "'high' (row 2) is not a number" in str(refused.value)
    assert refused.value.where.column == "rf_prob_a"


def test_true_and_false_are_labels(pose, columns):
    named = {"target_a": ["True", "False", "True"], "target_b": ["false", "false", ""]}
    found = pose(columns(named | preds("rf_prob_") | preds("xgb_pred_", a=("True",) * 3, b=("False",) * 3)))
    assert found.task is MULTILABEL
    assert [model.kind for model in found.models] == [Kind.PROBABILITY, Kind.LABEL]


def test_of_many_columns_a_few_are_told(pose, columns):
    named = {f"target_{j}": [0, 1] for j in range(12)} | {f"prob_{j}": [0.5, 0.1] for j in range(12)}
    found = pose(columns(named))
    assert found.target == "target_0, target_1, target_2 … target_11 (12 columns)"
    assert found.decisions[-1] == "model prob: probability in prob_0, prob_1, prob_2 … prob_11 (12 columns)"
    assert len(found.targets) == 12


def test_corners_beside_a_plain_target_leave_it_alone(pose, columns):
    """They are features there, whole or not."""
    plain = {"y": [1.5, 2], "rf_pred": [1, 2.5], "xgb_pred": [1, 3]}
    for more in (CORNERS, CORNERS | boxes("was_"), CORNERS | {"was_x1": [1, 2]}):
        for asked in ({}, {"pred": ("rf",)}):
            found = pose(columns(plain | more), **asked)
            assert found.task is Task.REGRESSION
            assert found.models[0].columns == ("rf_pred",)


class TestFiles:
    def test_a_model_is_named_by_its_file(self, pose, columns):
        found = pose({"rf": columns(ONES | preds("prob_")), "xgb": columns(ONES | preds("prob_"))})
        assert [model.name for model in found.models] == ["rf", "xgb"]
        assert found.models[1].columns == ("xgb:prob_a", "xgb:prob_b")
        assert found.targets == ("target_a", "target_b")

    def test_targets_are_matched_by_their_endings(self, pose, columns):
        turned = {"truth_b": ONES["target_b"], "truth_a": ONES["target_a"]} | preds("prob_")
        found = pose({"rf": columns(ONES | preds("prob_")), "xgb": columns(turned)})
        assert found.models[1].columns == ("xgb:prob_a", "xgb:prob_b")

    def test_targets_must_agree(self, pose, columns):
        other = {"target_a": [0, 1, 1], "target_b": [1, 1, 1]}
        with pytest.raises(DataError, match="the targets differ at row 2"):
            pose({"rf": columns(ONES | preds("prob_")), "xgb": columns(other | preds("prob_"))})

    def test_other_targets_are_refused(self, pose, columns):
        other = {"target_a": [0, 1, 1], "target_c": [1, 0, 1]} | {"prob_a": [0.5] * 3, "prob_c": [0.5] * 3}
        with pytest.raises(UsageError, match="of a, c here and of a, b"):
            pose({"rf": columns(ONES | preds("prob_")), "xgb": columns(other)})
        more = ONES | {"target_c": [1, 0, 1]} | preds("prob_") | {"prob_c": [0.5] * 3}
        with pytest.raises(UsageError, match="3 columns here, 2 in"):
            pose({"rf": columns(ONES | preds("prob_")), "xgb": columns(more)})

    def test_boxes_of_several_files_are_joined_by_an_id(self, pose, columns):
        first = {"id": ["p", "q"]} | CORNERS | boxes("pred_")
        second = {name: values[::-1] for name, values in first.items()}
        found = pose({"rf": columns(first), "xgb": columns(second)}, id="id")
        assert found.task is BOXES
        assert [model.name for model in found.models] == ["rf", "xgb"]

    def test_pred_names_a_file(self, pose, columns):
        files = {"rf": columns(ONES | preds("prob_")), "xgb": columns(ONES | preds("prob_"))}
        with pytest.raises(UsageError, match="no --pred names a model of this file"):
            pose(files, pred=("rf",))
        assert len(pose(files, pred=("rf", "xgb")).models) == 2
