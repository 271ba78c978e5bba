"""Numbers as people and programs write them, and what to type so that they are read."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from shlex import quote, split

from losscli.data.table.facts import Column
from losscli.data.table.grammar import BLANKS, COMMA, DOT, GROUPING, NumberStyle, has_leading_zero
from losscli.data.table.packing import SUFFIXES, made_from, unpacked_name
from losscli.errors import Fix

_LONGEST = 200  # characters of a field that are looked at
_SIGNS = {ord(sign): "-" for sign in "\u2010\u2011\u2012\u2013\u2014\u2212"}
_SPACES = "".join({*BLANKS, *GROUPING[" "]})
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|BRL|MXN|ZAR|US[$]|R[$]|A[$]|C[$]|Fr[.]|kr|Rs[.]?|zł"
)
_MONEY = re.compile(
    rf"(?P<sign>[-+]?)[{_SPACES}]*(?P<mark>{_CODES}|\W)[{_SPACES}]*(?P<number>[-+]?[0-9.,].*)"
)
_MONEY_BEHIND = re.compile(rf"(?P<number>.*[0-9.,])(?P<mark>[{_SPACES}]*(?:{_CODES}|\W))")
_CALL = re.compile(
    r"(?P<name>(?:[A-Za-z_]+\.)*(?:[Tt]ensor|[Aa]rray|DeviceArray|float\d*|u?int\d*|Decimal))"
    r"\(\s*[\['\"]*(?P<number>[^][,()'\"]+)[\]'\"]*\s*(?P<rest>,.*)?\)"
)
_BRACKETS = re.compile(r"\[+(?P<number>[^][,]+),?\s*\]+")
_LIST = re.compile(r"[\[(]\s*(?P<inner>[^][()]+)[\])]")


@dataclass(frozen=True, slots=True)
class PeopleNumber:
    """What a field needs to be read as a number.

    flags: those that read it, two where it can be read in two ways, none where it is a number once stripped.
    strip: what to take out first, in words; "" where flags are enough.
    pattern, kept: what to strip as a regular expression, the same to sed -E and Python, and what remains.
    of_column: the pattern may mean something in other columns.
    plain: the same number in plain digits and signs, where it has other ones.
    """

    flags: tuple[str, ...] = ()
    strip: str = ""
    pattern: str = ""
    kept: str = ""
    of_column: bool = False
    plain: str = ""

    def advice(self, path: str, column: str) -> str:
        """What to type, complete. path: of the file that the field stands in; column: its name."""
        if self.plain:
            return f"Write it in plain digits and signs: {self.plain}"
        if not self.strip:
            return "Say how its numbers are written:"
        line, made = _line(path, column, self)
        then = f"; then read {made} with {' or '.join(self.flags)}" if self.flags else ""
        return f"Strip {self.strip}: {line}{then}"

    @property
    def fixes(self) -> list[Fix]:
        """The flags that read it as it stands."""
        flags = () if self.strip or self.plain else self.flags
        return [Fix(tuple(split(flag)), _ROLES[flag]) for flag in flags]


_STYLES = (
    ("--decimal ,", COMMA),
    ("--thousands ,", NumberStyle(".", ",")),
    ("--decimal , --thousands .", NumberStyle(",", ".")),
    ("--thousands ' '", NumberStyle(".", " ")),
    ("--decimal , --thousands ' '", NumberStyle(",", " ")),
    ('--thousands "\'"', NumberStyle(".", "'")),
    ('--decimal , --thousands "\'"', NumberStyle(",", "'")),
)
_NAMES = {",": "comma", ".": "dot", " ": "space", "'": "apostrophe"}
_ROLES = {
    flag: f"the {_NAMES[style.thousands]} groups digits"
    if style.thousands
    else "the comma is the decimal sign"
    for flag, style in _STYLES
}


@lru_cache(4096)
def people_number(text: str) -> PeopleNumber | None:
    """How to read a field that is no number as it stands as one; None for a number, a word and missing."""
    text = text[: _LONGEST + 1].strip(BLANKS)
    if len(text) > _LONGEST or not any(sign.isdigit() for sign in text) or DOT.number(text) is not None:
        return None
    return next((found for family in _FAMILIES if (found := family(text)) is not None), None)


def _flags(text: str) -> tuple[str, ...] | None:
    """The flags under which it is a number: none for a plain one; None where it is none under any."""
    if DOT.number(text) is not None:
        return ()
    values: dict[float, str] = {}
    for flag, style in _STYLES:
        value = style.number(text)
        if value is not None:
            values.setdefault(value, flag)
    return tuple(values.values()) or None


def _grouped(text: str) -> PeopleNumber | None:
    flags = _flags(text)
    return None if flags is None else PeopleNumber(flags)


def _called(text: str) -> PeopleNumber | None:
    """tensor(1.0), np.float64(1.0), tensor([1.0], device='cuda:0')"""
    found = _CALL.fullmatch(text)
    if found is None or _flags(found["number"].strip()) != ():
        return None
    rest = '[^";\t|]*' if found["rest"] else "[^][,()]*"
    name = found["name"].replace(".", "[.]")
    pattern = rf"""{name}\( *\[*['"]*([^][,()'"]*)['"]*\]*{rest}\)"""
    return PeopleNumber((), f"{found['name']}(…)", pattern, r"\1")


def _bracketed(text: str) -> PeopleNumber | None:
    """[1.0], [[1.0]]"""
    found = _BRACKETS.fullmatch(text)
    flags = None if found is None else _flags(found["number"].strip())
    return None if flags is None else PeopleNumber(flags, "the brackets", "[][]")


def _per_cent(text: str) -> PeopleNumber | None:
    """12 %, 12,5%"""
    for sign in "%‰":
        if text.endswith(sign):
            number = text[: -len(sign)].rstrip(_SPACES)
            flags = _flags(number)
            if flags is not None:
                return PeopleNumber(flags, f"the {sign} sign", _literal(text[len(number) :]))
    return None


def _money(text: str) -> PeopleNumber | None:
    """$12, € 1.234,50, -$3, 12 €, CHF 1'234.50"""
    before, behind = _MONEY.fullmatch(text), _MONEY_BEHIND.fullmatch(text)
    for found, sign in ((before, before and before["sign"]), (behind, "")):
        if found is None or not _is_money(found["mark"].strip(_SPACES)):
            continue
        number, mark = found["number"], found["mark"]
        flags = _flags(f"{sign}{number}")
        if flags is not None:
            blanks = text[len(f"{sign}") : found.start("number")] if found is before else mark
            return PeopleNumber(flags, f"the {mark.strip(_SPACES)} sign", _literal(blanks))
    return None


def _is_money(mark: str) -> bool:
    return len(mark) > 1 or (len(mark) == 1 and unicodedata.category(mark) == "Sc")


def _odd_signs(text: str) -> PeopleNumber | None:
    """１２, −3, 1_000, and blanks that are no blanks around a number."""
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain).replace("_", "")
    return PeopleNumber(plain=plain) if plain != text and DOT.number(plain) is not None else None


def _indian(text: str) -> PeopleNumber | None:
    """12,34,567.50"""
    if not re.fullmatch(r"[+-]?[0-9]{1,2}(,[0-9]{2})*,[0-9]{3}(\.[0-9]*)?", text):
        return None
    return PeopleNumber((), "the commas", ",", of_column=True)


_FAMILIES: tuple[Callable[[str], PeopleNumber | None], ...] = (
    _grouped,
    _called,
    _bracketed,
    _per_cent,
    _money,
    _indian,
    _odd_signs,
)


def _literal(text: str) -> str:
    """A regular expression for this text, without classes of signs that sed might read as bytes."""
    return "".join(f"[{sign}]" if sign in "$.*+?()|{}/" else sign for sign in text)


def list_places(text: str) -> int | None:
    """How many numbers a field lists: "[0.1, 0.9]" or "[0.1 0.9]"; None where it does not list several."""
    found = _LIST.fullmatch(text[:10_000].strip())
    if found is None:
        return None
    parts = re.split(r"\s*,\s*|\s+", found["inner"].strip(" \t\r\n,"))
    return len(parts) if len(parts) > 1 and DOT.numbers(parts) is not None else None


def list_advice(path: str, column: str) -> str:
    """What to type where a column of text holds lists of numbers: a line that gives each place a column."""
    made = made_from(path, ".csv")
    parts = f"p = t.pop({column!r}).str.strip('[]() ').str.split(r'[,\\s]+', regex=True, expand=True)"
    line = _python(path, parts, f"t.join(p.add_prefix({column + '_'!r}))", made)
    return f"Give each place of the list a column: {line}"


def number_advice(column: Column, path: str) -> str:
    """What to type, or to write in the file, where a text column should hold numbers."""
    _, field = column.first_word or (0, "")
    people = people_number(field)
    if people is not None:
        return people.advice(path, column.name)
    if list_places(field) is not None:
        return list_advice(path, column.name)
    if has_leading_zero(field):
        return "Whole numbers with a leading zero are read as text; if these count something, say so:"
    advice = "Correct the field, or empty it and use --missing drop"
    word = column.only_word
    return advice if word is None else f"{advice}; or if {word!r} means missing, say so:"


def number_fixes(column: Column) -> list[Fix]:
    """The flags that make numbers of a text column: how they are written, or a word for missing."""
    _, field = column.first_word or (0, "")
    people = people_number(field)
    if people is not None:
        return people.fixes
    if has_leading_zero(field):
        return [Fix(("--zero-padded",), f"{field.strip()} is a number")]
    word = None if list_places(field) is not None else column.only_word
    return [] if word is None else [Fix(("--missing-word", word), f"{word!r} means missing")]


def _line(path: str, column: str, number: PeopleNumber) -> tuple[str, str]:
    """A line for the shell that strips a file, and the file that it makes."""
    suffix, pattern, kept = PurePath(path).suffix.lower(), number.pattern, number.kept
    if number.of_column or suffix in {".parquet", ".pq", ".arrow", ".arrows", ".feather", ".ipc", *SUFFIXES}:
        made = made_from(path, ".csv")
        stripped = f"t[{column!r}] = t[{column!r}].str.replace({pattern!r}, {kept!r}, regex=True)"
        return _python(path, stripped, "t", made), made
    script = quote(f"s/{pattern}/{kept}/g")
    if path in ("-", "standard input"):
        return f"sed -E {script} (before losscli, in the pipe)", "it"
    made = made_from(path, suffix)
    return f"sed -E {script} {quote(path)} > {quote(made)}", made


def _python(path: str, change: str, table: str, made: str) -> str:
    """A line that reads a file as `t`, changes it and writes what it then has as CSV."""
    program = f"import pandas as pd; t = {_reader(path)}; {change}; {table}.to_csv({made!r}, index=False)"
    return f"python -c {quote(program)}"


def _reader(path: str) -> str:
    """The call of pandas that reads a file with its fields as they stand."""
    suffix = unpacked_name(path).suffix.lower()
    if suffix in (".parquet", ".pq"):
        return f"pd.read_parquet({path!r})"
    if suffix in (".arrow", ".feather", ".ipc"):
        return f"pd.read_feather({path!r})"
    if suffix in (".jsonl", ".ndjson", ".json"):
        return f"pd.read_json({path!r}, lines=True, dtype=False)"
    return f"pd.read_csv({path!r}, sep=None, engine='python', dtype=str, keep_default_na=False)"
