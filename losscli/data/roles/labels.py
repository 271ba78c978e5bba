"""Predicted labels matched to those of the target: by text, ignoring case, as numbers, as opposites."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from losscli.data.roles.words import NEGATIVE_NAMES, POSITIVE_NAMES
from losscli.data.table.grammar import DOT
from losscli.spec import number_text

Key = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Match:
    """Which label of the target each predicted one is.

    of: predicted label → the target's, or itself where the target has none like it; how: in words, "" where
    the texts are the same; unknown: the predicted labels that are none of the target's.
    """

    of: dict[str, str]
    how: str
    unknown: tuple[str, ...]

    @property
    def known(self) -> int:
        return len(self.of) - len(self.unknown)


def match_labels(own: Sequence[str], predicted: Sequence[str]) -> Match:
    """The match by the first way that knows most of the predicted labels; own: the target's."""
    best = Match({label: label for label in predicted}, "", _beyond(predicted, own))
    for how, key in _WAYS:
        if not best.unknown:
            break
        by_key: dict[str, str | None] = {}
        for label in own:
            found = key(label)
            if found is not None:
                by_key[found] = None if found in by_key else label  # of two alike, neither
        of = {label: label if label in own else by_key.get(key(label) or "") or label for label in predicted}
        one = Match(of, how, _beyond(of.values(), own))
        if one.known > best.known and len(set(of.values())) == len(of):
            best = one
    return best


def _beyond(labels: Iterable[str], own: Sequence[str]) -> tuple[str, ...]:
    return tuple(label for label in labels if label not in own)


def _number(label: str) -> str | None:
    value = DOT.number(label.strip())
    return None if value is None or isnan(value) else number_text(value)


def _polarity(label: str) -> str | None:
    """Which side of the usual opposites it is: yes, true, 1 against no, false, 0 or -1."""
    word = (_number(label) or label).strip().lower()
    if word in POSITIVE_NAMES:
        return "positive"
    return "negative" if word in NEGATIVE_NAMES or word == "-1" else None


def opposites(label: str) -> list[str]:
    """The usual opposite of a class label, in the same capitals; none where it has none."""
    pairs = dict(zip(POSITIVE_NAMES, NEGATIVE_NAMES, strict=True))
    pairs |= {negative: positive for positive, negative in pairs.items()}
    other = pairs.get(label.lower())
    return [] if other is None else [other.title() if label.istitle() else other]


_WAYS: tuple[tuple[str, Key], ...] = (
    ("ignoring capitals and outer blanks", lambda label: label.strip().lower()),
    ("as numbers", _number),
    ("as opposites", _polarity),
)
