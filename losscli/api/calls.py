"""Arguments of Python → the flags of a verb, what is in memory of what they name, and the command line that
says the same."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any

from losscli.api.arrays import DATA, names_of, table_beside
from losscli.errors import UsageError
from losscli.spec import number_text
from losscli.verbs.given import Given
from losscli.verbs.options import FlagField, PrintingFlags, flag_fields, record_of

_SCREEN = frozenset({"all", "show", "explain", "coefficients", "config", "no_config"})
NUMBERS = frozenset({"positive", "l2", "threshold", "oversample"})  # flags of texts that may be numbers
_EARLIER, _COMPARISON = ("baseline", "old", "new"), "losscli/compare/1"
LISTS = frozenset({"columns", "classes", "order"})  # flags of one text, commas between
SCHEDULER = "scheduler"  # the flag that a client of `distributed` may stand for
COLUMNS = (
    "fold_column",
    "by",
    "time",
    "group",
    "weights",
    "id",
    "target",
)  # flags that an array may stand for


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a verb.

    flags: the record of its flags.
    given: what is in memory of what they name.
    command: the command line that asks the same, of files of those names.
    data, options: what was given, by position and by name.
    """

    flags: Any
    given: Given
    command: tuple[str, ...]
    data: Mapping[str, Any]
    options: Mapping[str, Any]


def arguments_of(record: type) -> tuple[FlagField, ...]:
    """The flags that are arguments in Python: those that say where a result goes and how it looks are not."""
    printing = {own.name for own in flag_fields(PrintingFlags)}
    return tuple(
        own
        for own in flag_fields(record)
        if own.positional or not (own.name in printing | _SCREEN or own.kind is Path)
    )


def signature_of(record: type) -> Signature:
    """What the function of a verb takes: tables by position, flags by name."""
    own = arguments_of(record)
    places = [
        Parameter(one.name, Parameter.VAR_POSITIONAL if one.several else Parameter.POSITIONAL_OR_KEYWORD)
        for one in own
        if one.positional
    ]
    named = [
        Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default) for one in own if not one.positional
    ]
    return Signature([*places, *named])


def call_of(verb: str, record: type, data: Mapping[str, Any], options: Mapping[str, Any]) -> Call:
    """The call. data: what stands by position, by the names of the flags: tables, or paths; options: what is
    given by name.

    Raises UsageError for a value that a flag does not take, TypeError where there is nothing to read.
    """
    known = {own.name: own for own in arguments_of(record)}
    tables: dict[str, Any] = {}
    results: dict[str, Any] = {}
    values: dict[str, Any] = {}
    clients: dict[str, Any] = {}
    told, columns = names_of(options)
    for name, one in data.items():
        if known[name].several:
            every = table_beside(one, columns) if columns else one
            if not every:
                raise TypeError(f"{verb}() needs a table, a path, or arrays as target= and pred=")
            values[name] = tuple(_named(every, tables, results))
        else:
            (table,) = table_beside((one,), columns) if columns else (one,)
            values[name] = _name(table, name, tables, results)
    for name, value in told.items():
        if name == SCHEDULER and value is not None and not isinstance(value, str):
            values[name] = _address(value, clients)
        elif value is not None:
            inner = name in ("truth", "baseline") and not isinstance(value, str)
            values[name] = _name(value, name, tables, results) if inner else _value(known[name], value)
    flags: Any = record_of(record, values)
    command = ("losscli", verb, *_typed(flags, known.values()))
    return Call(flags, Given(tables, results, clients), command, data, options)


def _named(data: tuple[Any, ...], tables: dict[str, Any], results: dict[str, Any]) -> Iterator[str]:
    """The name of every table; of a mapping of names to tables, each of these is one."""
    given: list[tuple[str, Any]] = []
    for one in data:
        inner = one if isinstance(one, Mapping) else {}
        if inner and all(_is_table(value) for value in inner.values()):
            given += [(str(name), value) for name, value in inner.items()]
        else:
            given.append((DATA, one))
    bare = sum(name == DATA and not isinstance(one, str | Path) for name, one in given)
    for number, (name, one) in enumerate(given, start=1):
        yield _name(one, f"{DATA}{number}" if name == DATA and bare > 1 else name, tables, results)


def _is_table(value: Any) -> bool:
    """Whether it has columns, or is the path of a file, and is no column itself."""
    named = hasattr(value, "columns") or hasattr(value, "column_names")
    return named or isinstance(value, Mapping | str | Path)


def _name(value: Any, name: str, tables: dict[str, Any], results: dict[str, Any]) -> str:
    """What the flags call it: a path by itself, what is in memory by this name.

    Raises UsageError for a result where none is meant.
    """
    if isinstance(value, str | Path):
        return str(value)
    record = getattr(value, "record", None)
    if record is None:
        tables[name] = value
    elif name in _EARLIER and getattr(record, "SCHEMA", None) == _COMPARISON:
        results[name] = record
    else:
        wanted = "a result of losscli.compare" if name in _EARLIER else "a table, or the path of one"
        raise UsageError(f"{name}: that is a {type(value).__name__}, and not {wanted}")
    return name


def _address(client: Any, clients: dict[str, Any]) -> str:
    """Of the scheduler of a client of `distributed`, by which flags name it. Raises UsageError for what is
    none."""
    address = getattr(getattr(client, "scheduler", None), "address", None)
    if not isinstance(address, str) or getattr(client, "asynchronous", True):
        raise UsageError(
            f"scheduler: that is a {type(client).__name__}, and no client that waits for its answers",
            advice="Give the address of a scheduler, or distributed.Client(address)",
        )
    clients[address] = client
    return address


def _value(own: FlagField, value: Any) -> Any:
    """The value as the record takes it: texts of numbers, one value as several."""
    if own.several:
        single = isinstance(value, str) or not hasattr(value, "__iter__")
        return tuple(_one(own, one) for one in ([value] if single else value))
    if own.name in LISTS and not isinstance(value, str):
        return ",".join(map(str, value))
    if own.flag.alone is not None and value in (True, False) and isinstance(value, bool):
        return own.flag.alone if value else own.default
    return _one(own, value)


def _one(own: FlagField, value: Any) -> Any:
    """Raises UsageError for a value of another type."""
    value = value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
    text = str | int | float if own.name in NUMBERS else str | int  # columns may be called by numbers
    fits = {bool: bool, int: int, float: int | float, str: text}[own.kind]
    if not isinstance(value, fits) or (
        isinstance(value, bool) and not (own.kind is bool or own.name in NUMBERS)
    ):
        wanted = {bool: "True or False", int: "a whole number", float: "a number", str: "a text"}[own.kind]
        raise UsageError(f"{own.typed} {str(value)[:60]}: that is not {wanted}")
    if own.kind is str and not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number_text(float(value)) if number else str(value)
    return float(value) if own.kind is float else value


def _typed(flags: Any, known: Any) -> Iterator[str]:
    """The words of the command line, defaults left out."""
    for own in known:
        value = getattr(flags, own.name)
        if own.positional:
            yield from own.values(flags)
        elif value != own.default and own.default is not MISSING:
            if own.kind is bool:
                yield own.typed
            for one in () if own.kind is bool else own.values(flags):
                yield from (own.typed, one if isinstance(one, str) else number_text(float(one)))
