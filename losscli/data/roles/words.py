"""The words of column names, and the roles they speak of."""

import re
from collections.abc import Collection

from losscli.data.table.grammar import DOT
from losscli.domain import Kind
from losscli.spec import number_text

TARGET_NAMES = ("target", "y_true", "y", "label", "actual", "truth", "observed", "ground_truth")
POSITIVE_NAMES = ("1", "true", "yes", "y", "pos", "positive")
NEGATIVE_NAMES = ("0", "false", "no", "n", "neg", "negative")

# The kind that a role word states; None where the values decide.
ROLE_WORDS: dict[str, Kind | None] = {
    **dict.fromkeys(("pred", "preds", "predicted", "prediction", "predictions", "yhat", "forecast"), None),
    **dict.fromkeys(("prob", "proba", "probability"), Kind.PROBABILITY),
    "score": Kind.SCORE,
    "logit": Kind.LOGIT,
}
_SMALL = r"(?:(?![A-Z])[^\W\d_])"  # every letter but A to Z
_WORD = re.compile(rf"[A-Z]+(?!{_SMALL})|[A-Z]?{_SMALL}+")
SEPARATORS = "_:. -"


def words(name: str) -> list[str]:
    """The words of a name in lower case: split at non-letters, digits and camelCase."""
    return [word.lower() for word in _WORD.findall(name)]


def role_spans(name: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of each role word in a name; `y_hat` is read as yhat."""
    found = [(match.start(), match.end(), match.group().lower()) for match in _WORD.finditer(name)]
    spans = []
    for index, (start, end, word) in enumerate(found):
        if word in ROLE_WORDS:
            spans.append((start, end, word))
        elif word == "hat" and index and found[index - 1][2] == "y":
            spans.append((found[index - 1][0], end, "yhat"))
    return spans


def is_prediction_name(name: str) -> bool:
    return bool(role_spans(name))


def stated_kind(name: str) -> Kind | None:
    """The kind that a name's role words state, the last one deciding; None if they leave it open."""
    kinds = [kind for *_, word in role_spans(name) if (kind := ROLE_WORDS[word]) is not None]
    return kinds[-1] if kinds else None


def without_role_words(name: str) -> str:
    """What is left of a name when its role words and the separators around them are taken out."""
    rest, last = "", 0
    for start, end, _ in role_spans(name):
        rest += name[last:start].rstrip(SEPARATORS)
        last = end
    tail = name[last:].lstrip(SEPARATORS) if last and not rest else name[last:]
    return (rest + tail).strip(SEPARATORS)


def per_label(name: str, labels: Collection[str]) -> tuple[str, str, str] | None:
    """(prefix, role word, label) of `rf_prob_oak` or `prob_0`; None unless it is one of the labels.

    A number may be spelled otherwise: `prob_1.0` is of the label 1.
    """
    for start, end, word in role_spans(name):
        if ROLE_WORDS[word] is None or name[end : end + 1] not in tuple(SEPARATORS):
            continue
        label = name[end + 1 :]
        if label not in labels and (value := DOT.number(label)) is not None:
            label = number_text(value)
        if label in labels:
            return name[:start].rstrip(SEPARATORS), word, label
    return None
