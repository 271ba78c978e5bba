"""Names are data: made visible, measured in terminal cells, shortened without becoming equal."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from losscli.errors import UsageError
from losscli.spec import Spec

ELLIPSIS = "…"
_LETTERS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")  # letters and marks that show nothing
_ORDER = re.compile(r"\A *:(?=:)|#(?=#\w*\[)")  # ::error::, ##[error], ##vso[…]: obeyed by those who run jobs


def visible(text: str) -> str:
    """The text with every character written as an escape that a terminal would obey or hide, or with which
    a line of a job's log would begin an order."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_escape(c) if _hides(c) else c for c in text)
    if "::" not in text and "##" not in text:
        return text
    return _ORDER.sub(lambda match: match[0][:-1] + _escape(match[0][-1]), text)


def _hides(character: str) -> bool:
    return character in _BLANK or not character.isprintable()  # controls, bidi, zero width, odd blanks …


def _escape(character: str) -> str:
    code = ord(character)
    if character in _LETTERS:
        return _LETTERS[character]
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def cell_width(text: str) -> int:
    """How many terminal cells the text takes: two for wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, limit: int) -> str:
    """The text in at most `limit` cells, its middle left out: names differ at their ends."""
    if cell_width(text) <= limit:
        return text
    tail = _take(reversed(text), (limit - 1) // 2)[::-1]
    head = _take(text, limit - 1 - cell_width(tail))
    return head + ELLIPSIS + tail


def _take(characters: Iterable[str], limit: int) -> str:
    taken, room = "", limit
    for character in characters:
        room -= _width(character)
        if room < 0:
            break
        taken += character
    return taken


def display_names(names: Sequence[str], limit: int | None) -> dict[str, str]:
    """Each name as it is shown: visible, an empty one as two quotes, at most `limit` cells, and different
    names stay different: by the middle in which they differ, else by a number."""
    shown: dict[str, str] = {}
    taken: set[str] = set()
    every = {name: visible(name) or "''" for name in names}
    short = every if limit is None else _shortened(every, limit)
    for name, first in short.items():
        full, text = every[name], first
        number = 1
        while text in taken:
            number += 1
            mark = f"~{number}"
            text = full + mark if limit is None else shorten(full, limit - len(mark)) + mark
        taken.add(text)
        shown[name] = text
    return shown


def _shortened(names: Mapping[str, str], limit: int) -> dict[str, str]:
    """Texts in at most `limit` cells; those that would look alike keep what tells them apart, if it fits."""
    found = {name: shorten(text, limit) for name, text in names.items()}
    alike: dict[str, list[str]] = {}
    for name, text in found.items():
        alike.setdefault(text, []).append(name)
    for group in alike.values():
        if len(group) > 1:
            texts = _told_apart([names[name] for name in group], limit)
            found |= dict(zip(group, texts, strict=True))
    return found


def _told_apart(texts: Sequence[str], limit: int) -> list[str]:
    """Texts with their middles, from where they differ to where they do not; before and behind as much as
    there is room for."""
    start = _shared(texts)
    end = min(_shared([text[::-1] for text in texts]), min(map(len, texts)) - start)
    middles = [text[start : len(text) - end] for text in texts]
    room = limit - 2 - max(map(cell_width, middles))  # for what stands before and behind, an ellipsis each
    if room < 2:
        return [shorten(text, limit) for text in texts]
    head, tail = texts[0][:start], texts[0][len(texts[0]) - end :] if end else ""
    before = head if cell_width(head) <= room - room // 2 + 1 else _take(head, room - room // 2) + ELLIPSIS
    behind = tail if cell_width(tail) <= room // 2 + 1 else ELLIPSIS + _take(reversed(tail), room // 2)[::-1]
    return [before + middle + behind for middle in middles]


def _shared(texts: Sequence[str]) -> int:
    """How many characters all texts begin with."""
    first, last = min(texts), max(texts)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))


def display_specs(specs: Iterable[str]) -> dict[str, str]:
    """Each spec with parameters of 3 significant digits, or more where two would look the same."""
    unique = list(dict.fromkeys(specs))
    shown: dict[str, str] = {}
    for digits in range(3, 18):
        texts = {spec: _short_spec(spec, digits) for spec in unique if spec not in shown}
        counts = Counter(texts.values())
        shown |= {spec: text for spec, text in texts.items() if counts[text] == 1}
    return {spec: visible(shown.get(spec, spec)) for spec in unique}


def _short_spec(text: str, digits: int) -> str:
    try:
        spec = Spec.parse(text)
    except UsageError:  # of another version
        return text
    return str(Spec(spec.name, tuple((key, _short(value, digits)) for key, value in spec.params)))


def _short(value: float | str, digits: int) -> str:
    """In so many significant digits; next to 1 those of what is missing, 0.9999."""
    if isinstance(value, str):
        return value
    text = f"{value:.{digits}g}"
    if text == "1" and value < 1:
        return f"{value:.{digits - 1 - math.floor(math.log10(1 - value))}f}".rstrip("0").rstrip(".")
    return text


def joined(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def some(names: Sequence[str], most: int) -> str:
    """The names joined, those beyond `most` as a count."""
    if len(names) <= most:
        return joined(names)
    left = len(names) - most
    return f"{', '.join(names[:most])} and {left:,} other{'s' * (left > 1)}"


def spec_name(spec: str) -> str:
    """A spec without its parameters."""
    if "+" not in spec:
        return spec.partition(":")[0]
    try:
        return Spec.parse(spec).name
    except UsageError:  # cut short
        return spec


def lookup(names: Mapping[str, str], name: str) -> str:
    """How a name is shown; one that is not in the table is made visible."""
    return names.get(name) or visible(name)
