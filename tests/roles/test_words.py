"""Names into words, and the words that speak of predictions."""

import pytest

from losscli.data.roles.words import is_prediction_name, stated_kind, without_role_words, words
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
    *("prob", "proba", "probability", "score", "logit", "probs", "probabilities", "scores", "logits"),
    *("predict", "Scored Labels", "price_hat", "likelihood", "confidence", ".pred_class", "probé_prob"),
    *("Pred", "rf_PRED", "rfPred", "pred1", "1pred", "yHat", "rf y hat", "y-hat", "rf.yhat2", "scoreRf"),
]
NOT_PREDICTIONS = ["rf", "hat", "top_hat_size", "improb", "underscore", "probé", "class", "label"]


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
        ("price_hat", "price"),
        (".pred_class", ""),
        ("Scored Labels", ""),
        ("rf", "rf"),
    ],
)
def test_what_is_left_without_role_words(name, rest):
    assert without_role_words(name) == rest
