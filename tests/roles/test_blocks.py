"""Columns that are one model: what their names share, and what their rows add up to."""

import pytest

from losscli.data.roles.blocks import find_blocks, label_in, numbered_blocks


@pytest.mark.parametrize(
    ("names", "labels", "found"),
    [
        (["pred_0", "pred_1"], ["0", "1"], {("pred_", ""): ["pred_0", "pred_1"]}),
        ([".pred_yes", ".pred_no"], ["no", "yes"], {(".pred_", ""): [".pred_no", ".pred_yes"]}),
        (["no_prob", "yes_prob"], ["no", "yes"], {("", "_prob"): ["no_prob", "yes_prob"]}),
        (["p0", "p1"], ["0", "1"], {("p", ""): ["p0", "p1"]}),
        (["class_0.0", "class_1.0"], ["0", "1"], {("class_", ""): ["class_0.0", "class_1.0"]}),
        (["C", "CL", "D"], ["C", "CL", "D"], {("", ""): ["C", "CL", "D"]}),
        (["c", "cl"], ["C", "CL"], {("", ""): ["c", "cl"]}),
        (
            [f'Scored Probabilities for Class "{c}"' for c in "CD"],
            ["C", "D"],
            {
                ('Scored Probabilities for Class "', '"'): [
                    f'Scored Probabilities for Class "{c}"' for c in "CD"
                ]
            },
        ),
        (
            ["m1_0", "m1_1", "m2_0", "m2_1"],
            ["0", "1"],
            {("m1_", ""): ["m1_0", "m1_1"], ("m2_", ""): ["m2_0", "m2_1"]},
        ),
        (["prob_-1", "prob_1"], ["-1", "1"], {("prob_", ""): ["prob_-1", "prob_1"]}),
        (["p_New York", "p_Rome"], ["New York", "Rome"], {("p_", ""): ["p_New York", "p_Rome"]}),
        (["p_New_York", "p_Rome"], ["New York", "Rome"], {("p_", ""): ["p_New_York", "p_Rome"]}),
        (["rfYes", "rfNo"], ["No", "Yes"], {}),  # no boundary but a capital within letters
        (["pred_a"], ["a", "b"], {}),
        (["rf_pred", "gb_pred"], ["0", "1"], {}),
    ],
)
def test_blocks_of_names(names, labels, found):
    assert {(b.start, b.end): list(b.columns.values()) for b in find_blocks(names, labels)} == found


def test_columns_of_labels_that_the_target_lacks():
    (block,) = find_blocks(["prob_a", "prob_b", "prob_c", "age"], ["a", "b"])
    assert block.columns == {"a": "prob_a", "b": "prob_b"}
    assert block.others == {"c": "prob_c"}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("prob_spam", "spam"),
        ("spam_prob", "spam"),
        ("p_spam", "spam"),
        ("P(spam)", "spam"),
        ("rf_prob_spam", "spam"),
        ("proba_1.0", "1"),
        ("model_1_prob", None),
        ("run_1", None),
        ("prob_other", None),
    ],
)
def test_a_single_column_that_names_its_class(name, label):
    found = label_in(name, ["spam", "ham", "1", "0"])
    assert (found and found[1]) == label


def test_counted_columns():
    found = numbered_blocks(["x_0", "x_1", "x_2", "y_1", "y_2", "z_3", "z_4"])
    assert sorted(list(block.columns.values()) for block in found) == [["x_0", "x_1", "x_2"], ["y_1", "y_2"]]
