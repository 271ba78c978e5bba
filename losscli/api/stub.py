"""`python -m losscli.api.stub` writes verbs.pyi: the types of the functions, from the records of flags."""

from dataclasses import MISSING
from inspect import Parameter
from pathlib import Path

from losscli.api.arrays import COLUMNS
from losscli.api.calling import VERBS
from losscli.api.calls import LISTS, NUMBERS, SCHEDULER, arguments_of
from losscli.verbs.options import FlagField

PLACE = Path(__file__).with_name("verbs.pyi")
_HEAD = '''"""The verbs as functions. Written by `python -m losscli.api.stub`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from losscli.api.results import Advised, Changed, Compared, Fitted, Result, RolesFound

_Table = Any  # a data frame, a table of Arrow, a mapping of names to arrays, or the path of a file
_Column = Any  # the name of a column, or its values
_Scheduler = Any  # the address of a scheduler of Dask, or a client of `distributed`

'''
_TAIL = """def load(source: str | Path) -> Result[Any]: ...
"""


def stub() -> str:
    """The text of the file."""
    return _HEAD + "".join(_function(verb) for verb in VERBS) + _TAIL


def _function(verb: str) -> str:
    own = arguments_of(VERBS[verb].flags)
    places = [
        f"*{one.name}: _Table" if one.several else f"{one.name}: _Table" for one in own if one.positional
    ]
    named = [f"{one.name}: {_type(one)} = {_default(one)}" for one in own if not one.positional]
    bare = [] if any(place.startswith("*") for place in places) or not named else ["*"]
    lines = "".join(f"    {one},\n" for one in [*places, *bare, *named])
    return f"def {verb}(\n{lines}) -> {VERBS[verb].gives}: ...\n"


def _type(own: FlagField) -> str:
    """As the function takes it, which is more than the record does."""
    if own.name in COLUMNS:
        return "_Column | None"
    if own.name == SCHEDULER:
        return "_Scheduler | None"
    if own.name == "pred":
        return "str | Iterable[str] | Mapping[str, Any] | _Column"
    if own.name in ("truth", "baseline"):
        return "str | _Table | Compared | None"
    if own.words:
        return f"Literal[{', '.join(map(_quoted, own.words))}]"
    kind = {bool: "bool", int: "int", float: "float", str: "str"}[own.kind]
    if own.name in NUMBERS:
        kind = "str | float" + (" | bool" if own.flag.alone is not None else "")
    if own.several:
        return "str | Iterable[str]"
    if own.name in LISTS:
        kind = "str | Iterable[str]"
    return f"{kind} | None" if own.default is None else kind


def _quoted(word: str) -> str:
    return f'"{word}"'


def _default(own: FlagField) -> str:
    return Parameter.empty.__name__ if own.default is MISSING else repr(own.default).replace("'", '"')


if __name__ == "__main__":
    PLACE.write_text(stub(), encoding="utf-8")
