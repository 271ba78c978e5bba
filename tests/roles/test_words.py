"""Names into words, and the words that speak of predictions."""

import pytest

from losscli.data.roles.words import is_prediction_name, per_label, stated_kind, without_role_words, words
from losscli.domain import Kind

SPLIT = {
    "rf_pred": ["rf", "pred"],
    "rfPred": ["rf", "pred"],
    "RFPred": ["rf", "pred"],
    "rf2pred": ["rf", "pred"],
    "Pred.Prob-1 score": ["pred", "prob", "score"],
    "probé": ["probé"],
    "éprob": ["éprob"],
    "été_prob": ["été", "prob"],
    "42": [],
}
PREDICTIONS = [
    *("pred", "preds", "predicted", "prediction", "predictions", "yhat", "y_hat", "forecast"),
    *("prob", "proba", "probability", "score", "logit"),
    *("Pred", "rf_PRED", "rfPred", "pred1", "1pred", "yHat", "rf y hat", "y-hat", "rf.yhat2", "scoreRf"),
]
NOT_PREDICTIONS = ["rf", "predict", "hat", "y_top_hat", "improb", "underscore", "scores", "probé"]


@pytest.mark.parametrize("name", SPLIT)
def test_words_are_split_at_non_letters_digits_and_camel_case(name):
    assert words(name) == SPLIT[name]


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_prediction_by_its_word(name):
    assert is_prediction_name(name)


@pytest.mark.parametrize("name", NOT_PREDICTIONS)
def test_no_prediction(name):
    assert not is_prediction_name(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rf_pred", None),
        ("forecast", None),
        ("prob", Kind.PROBABILITY),
        ("rfProba", Kind.PROBABILITY),
        ("pred_probability", Kind.PROBABILITY),
        ("prob_score", Kind.SCORE),
        ("rf_score", Kind.SCORE),
        ("logit", Kind.LOGIT),
    ],
)
def test_the_kind_a_name_states(name, kind):
    assert stated_kind(name) is kind


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("rf_pred", "rf"),
        ("pred_rf", "rf"),
        ("rf_pred_v2", "rf_v2"),
        ("rfProb", "rf"),
        ("y_pred", "y"),
        ("y_hat", ""),
        ("rf_y_hat", "rf"),
        ("pred1", "1"),
        ("rf", "rf"),
    ],
)
def test_what_is_left_without_role_words(name, rest):
    assert without_role_words(name) == rest


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("prob_oak", ("", "prob", "oak")),
        ("rf_prob_oak", ("rf", "prob", "oak")),
        ("rf:prob_oak", ("rf", "prob", "oak")),
        ("rf.proba.oak", ("rf", "proba", "oak")),
        ("rfScore_oak", ("rf", "score", "oak")),
        ("logit_red oak", ("", "logit", "red oak")),
        ("prob_1", ("", "prob", "1")),
        ("prob_1.0", ("", "prob", "1")),
        ("prob_bce", None),
        ("prob_Oak", None),
        ("pred_oak", None),
        ("underscore_oak", None),
        ("proboak", None),
    ],
)
def test_a_column_per_label(name, found):
    assert per_label(name, ("1", "oak", "red oak")) == found
