"""What a flag is. A record of flags is a frozen dataclass: a field's type is `Annotated[type, Flag(…)]`, and
its default is the flag's. Adding a flag is a field of the record of its command, and its use.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, fields, replace
from functools import cache
from inspect import get_annotations
from math import inf
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from losscli.errors import UsageError, did_you_mean

ARGUMENTS = "Arguments"  # the panel of what is typed without a name
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Flag:
    """What the help says of a flag, and which values it takes.

    metavar: the word for its value, empty for a switch; panel: its heading in the help;
    short: another name, as in -q; after: the flag of a base that it stands behind in the help;
    alone: the value that it has where none is typed behind it;
    specs: its texts hold specs of losses; metrics: or names of metrics;
    least: of a whole number; above, below: what a number lies between, or nothing.
    """

    metavar: str
    help: str
    panel: str | None = None
    _: KW_ONLY
    short: str = ""
    after: str | None = None
    alone: str | None = None
    specs: bool = False
    metrics: bool = False
    least: int | None = None
    above: float | None = None
    below: float = inf

    def on(self, panel: str, *, after: str | None = None) -> "Flag":
        """The same under another heading, behind another flag."""
        return replace(self, panel=panel, after=after)


@dataclass(frozen=True, slots=True)
class FlagField:
    """A flag as its record declares it.

    kind: of one value; several: whether it is repeated, and its values are a tuple; words: the only ones
    it takes, if not empty; default: MISSING where it must be given.
    """

    name: str
    kind: Any
    several: bool
    words: tuple[str, ...]
    default: Any
    flag: Flag

    @property
    def positional(self) -> bool:
        """Whether it is typed without a name."""
        return self.flag.panel == ARGUMENTS

    @property
    def typed(self) -> str:
        """How it is named on the command line."""
        return self.flag.metavar if self.positional else f"--{self.name.rstrip('_').replace('_', '-')}"

    def read(self, value: Any) -> Any:
        """The value of the record. Raises UsageError for one that the flag does not take."""
        return self.each(self._checked, value)

    def each(self, do: Callable[[Any], Any], value: Any) -> Any:
        """The value with `do` done to it, or to every one of several."""
        if self.several:
            return tuple(map(do, value or ()))
        return None if value is None else do(value)

    def values(self, record: object) -> tuple[Any, ...]:
        """What the record holds of it: nothing, one value or several."""
        value = getattr(record, self.name)
        return value if self.several else () if value is None else (value,)

    def _checked(self, value: Any) -> Any:
        flag = self.flag
        if self.words:
            check_word(value, self.words, self.typed)
        if flag.least is not None and value < flag.least:
            raise UsageError(f"{self.typed} {value} is not {flag.least} or more")
        if flag.above is not None and not flag.above < value < flag.below:
            finite = flag.below < inf
            bound = f"between {flag.above:g} and {flag.below:g}" if finite else f"above {flag.above:g}"
            raise UsageError(f"{self.typed} {value:g} is not {bound}")
        return value


def flag_fields(record: type) -> tuple[FlagField, ...]:
    """The flags of a record in the order of the help: what has no name first, then each behind the one that
    is declared before it, or behind the one that its `after` names. One declared anew keeps its place.
    """
    found = _declared(record)
    return tuple(found[name] for name in _order(record))


@cache
def _order(record: type) -> tuple[str, ...]:
    """The names of the flags in that order; of a type once in a process, as what it declares."""
    found = _declared(record)
    order: list[str] = []
    for own in reversed(record.__mro__):
        place = len(order)
        for name in get_annotations(own):
            after = name if name in order else found[name].flag.after
            if found[name].positional:
                place = sum(found[other].positional for other in order)
            elif after is not None:
                place = order.index(after) + 1
            if name not in order:
                order.insert(place, name)
                place += 1
    return tuple(order)


@cache
def _declared(record: type) -> Mapping[str, FlagField]:
    """The flags of a record by name."""
    hints = get_type_hints(record, include_extras=True)
    return {own.name: _field(own.name, hints[own.name], own.default) for own in fields(record)}


def _field(name: str, hint: Any, default: Any) -> FlagField:
    kind, flag = get_args(hint)
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
    several = get_origin(kind) is tuple
    if several:
        kind, _ = get_args(kind)
    words = get_args(kind) if get_origin(kind) is Literal else ()
    return FlagField(name, str if words else kind, several, words, default, flag)


def record_of(record: type[Record], values: Mapping[str, Any]) -> Record:
    """The record of values by name, as they are typed; the others are the defaults.

    Raises UsageError for a value that its flag does not take, KeyError for a name that is no flag's.
    """
    known = {own.name: own for own in flag_fields(record)}
    return record(**{name: known[name].read(value) for name, value in values.items()})


def check_word(text: str, known: Collection[str], flag: str) -> None:
    """Raises UsageError, with near ones, for a word that the flag does not know."""
    if text not in known:
        advice = did_you_mean(text, known) or f"It is one of {', '.join(known)}"
        raise UsageError(f"{flag} {text}: there is no such {flag.removeprefix('--')}", advice=advice)
