"""The words of column names, and the roles they speak of."""

import re

from losscli.domain import Kind

# In the order in which they are looked for; blanks, underscores and capitals do not matter.
TARGET_NAMES = (
    *("target", "y_true", "y", "label", "actual", "truth", "observed", "ground_truth", "y_test", "y_val"),
    *("y_valid", "labels", "true_label", "gold", "gt", "reference", "references", "obs", "response"),
    *("outcome", "class", "status"),
)
TARGET_PREFIXES = ("target", "y_true", "y", "label", "actual", "truth", "observed", "ground_truth")
POSITIVE_NAMES = ("1", "true", "yes", "y", "pos", "positive")
NEGATIVE_NAMES = ("0", "false", "no", "n", "neg", "negative")

# The kind that a role word states; None where the values decide.
ROLE_WORDS: dict[str, Kind | None] = {
    **dict.fromkeys(("pred", "preds", "predict", "predicted", "prediction", "predictions", "scored"), None),
    **dict.fromkeys(("yhat", "hat", "forecast", "forecasts"), None),
    **dict.fromkeys(("prob", "probs", "proba", "probas", "probability", "probabilities"), Kind.PROBABILITY),
    **dict.fromkeys(("likelihood", "confidence"), Kind.PROBABILITY),
    **dict.fromkeys(("score", "scores"), Kind.SCORE),
    **dict.fromkeys(("logit", "logits"), Kind.LOGIT),
}
SCORE_WORDS = frozenset({"raw", "margin", "decision"})  # of a block, beside those that are roles
_BESIDE = frozenset({"class", "label", "labels"})  # speak of a prediction beside a role word: pred_class
_SMALL = r"(?:(?![A-Z])[^\W\d_])"  # every letter but A to Z
_WORD = re.compile(rf"[A-Z]+(?!{_SMALL})|[A-Z]?{_SMALL}+")
SEPARATORS = "_:. -"


def words(name: str) -> list[str]:
    """The words of a name in lower case: split at non-letters, digits and camelCase."""
    return [word.lower() for word in _WORD.findall(name)]


def role_spans(name: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of each role word in a name; `y_hat` is read as yhat."""
    found = [(match.start(), match.end(), match.group().lower()) for match in _WORD.finditer(name)]
    spoken = [word in ROLE_WORDS for *_, word in found]
    spans = []
    for index, (start, end, word) in enumerate(found):
        before = found[index - 1] if index else (0, 0, "")
        if word == "hat" and before[2] == "y":
            spans.append((before[0], end, "yhat"))
        elif word == "hat" and not 0 < index == len(found) - 1:  # X_hat alone
            continue
        elif spoken[index] or (word in _BESIDE and any(spoken[max(index - 1, 0) : index + 2])):
            spans.append((start, end, word))
    return spans


def is_prediction_name(name: str) -> bool:
    return bool(role_spans(name))


def stated_kind(name: str) -> Kind | None:
    """The kind that a name's role words state, the last one deciding; None if they leave it open."""
    kinds = [kind for *_, word in role_spans(name) if (kind := ROLE_WORDS.get(word)) is not None]
    return kinds[-1] if kinds else None


def without_role_words(name: str) -> str:
    """What is left of a name when its role words and the separators around them are taken out."""
    rest, last = "", 0
    for start, end, _ in role_spans(name):
        rest += name[last:start].rstrip(SEPARATORS)
        last = end
    tail = name[last:].lstrip(SEPARATORS) if last and not rest else name[last:]
    return (rest + tail).strip(SEPARATORS)


def speaks_of(name: str, other: str) -> bool:
    """Whether a name is another's with more words before or behind it, as price_rf is of price."""
    own, told = words(name), words(other)
    return 0 < len(told) < len(own) and told in (own[: len(told)], own[-len(told) :])


def folded(name: str) -> str:
    """A name without what does not matter in a target's: capitals, blanks, underscores."""
    return name.lower().replace("_", "").replace(" ", "").replace("\t", "")


def is_score_name(name: str) -> bool:
    """Whether a name says that its numbers are scores or logits."""
    return stated_kind(name) in (Kind.SCORE, Kind.LOGIT) or bool(SCORE_WORDS & set(words(name)))
