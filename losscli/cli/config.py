"""Flags from a file: `[tool.losscli]` of a pyproject.toml, or a losscli.toml. The command line wins.

A file that is named may set every flag. One that is only found, upward from the working folder, sets none
that runs code or writes a file: whoever put it there is not known.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import join
from typing import Any

from losscli.cli.output import say
from losscli.errors import DataError, UsageError, Where, did_you_mean
from losscli.spec import number_text
from losscli.verbs.options import FlagField, flag_fields

NAMES = ("losscli.toml", "pyproject.toml")
_OWN = ("config", "no_config")  # not to be set by the file they are about
_used: list[str] = []  # what the file of this command line has set, as it would be typed


@dataclass(frozen=True, slots=True)
class Config:
    """A file of settings. named: whether the command line names it."""

    path: Path
    named: bool
    tables: Mapping[str, Any]

    def error(self, what: str, advice: str | None) -> DataError:
        return DataError(what, where=Where(str(self.path)), advice=advice)


def used() -> tuple[str, ...]:
    """What the file has set of this command line, as flags."""
    return tuple(_used)


def settings(
    record: type, command: str, commands: Mapping[str, type], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """The values that a file sets, by field, of a command that takes them; one line on stderr says them.

    record, command: what is run; commands: the record of each; typed: what the command line has, by field.
    Raises DataError for a key or a value that is none of the command's, UsageError for two flags that differ.
    """
    _used.clear()
    if not hasattr(record, "config"):
        return {}
    if typed.get("config") and typed.get("no_config"):
        raise UsageError("--config and --no-config exclude each other", advice="Leave one of them out")
    config = None if typed.get("no_config") else _config(typed.get("config"))
    if config is None:
        return {}
    found: dict[str, Any] = {}
    for own, value in _set(config, record, command, commands):
        found[own.name] = _value(config, own, value)
    for own in flag_fields(record):
        if own.name in found and typed.get(own.name) in (None, (), [], False):
            _used.extend(_flags(own, found[own.name]))
    if _used:
        say(f"settings of {config.path}: {join(_used)}")
    return found


def _config(named: str | None) -> Config | None:
    """The file that is named, else the nearest one upward from the working folder that has settings."""
    if named is not None:
        path = Path(named)
        return Config(path, True, _tables(path, _text(path)))
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return None
    for folder in (here, *here.parents):
        for name in NAMES:
            path = folder / name
            if not path.is_file() or not os.access(path, os.R_OK):
                continue
            text = _text(path)
            if name == "losscli.toml" or b"tool.losscli" in text:
                return Config(path, False, _tables(path, text))
    return None


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot be read: {error.strerror}", where=Where(str(path)), advice="Name a file with --config"
        ) from None


def _tables(path: Path, text: bytes) -> Mapping[str, Any]:
    """The settings in a file: of [tool.losscli], of a file without [tool] all."""
    import tomllib

    try:
        found = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"this is no TOML: {error}", where=Where(str(path)), advice="Fix it, or leave it out: --no-config"
        ) from None
    inner = found.get("tool", {}) if path.name == "pyproject.toml" or "tool" in found else {"losscli": found}
    own = inner.get("losscli", {}) if isinstance(inner, dict) else {}
    return own if isinstance(own, dict) else {}


def _set(
    config: Config, record: type, command: str, commands: Mapping[str, type]
) -> Iterator[tuple[FlagField, Any]]:
    """The flags of the command with what the file says of them: of all commands first, then of this one."""
    own = _fields(record)
    every = {name for other in commands.values() for name in _fields(other)}
    for key, value in config.tables.items():
        if isinstance(value, dict):
            _check_key(config, key, commands, "command with settings")
        else:
            _check_key(config, key, every, "flag")
            if (name := _plain(key)) in own:
                yield own[name], value
    table = config.tables.get(command, {})
    for key, value in table.items():
        _check_key(config, key, own, f"flag of losscli {command}")
        yield own[_plain(key)], value


def _fields(record: type) -> dict[str, FlagField]:
    known = (one for one in flag_fields(record) if not one.positional and one.name not in _OWN)
    return {one.typed.removeprefix("--"): one for one in known}


def _plain(key: str) -> str:
    return key.replace("_", "-")


def _check_key(config: Config, key: str, known: Mapping[str, Any] | set[str], what: str) -> None:
    if _plain(key) not in known:
        advice = did_you_mean(_plain(key), sorted(known)) or "Leave it out"
        raise config.error(f"{key}: there is no such {what}", advice)


def _value(config: Config, own: FlagField, value: Any) -> Any:
    """The value as the command line would give it. Raises DataError for one of another type, and for one that
    a file which is only found may not set."""
    values = value if isinstance(value, list) else [value]
    wrong = not own.several and isinstance(value, list)
    if wrong or not all(_fits(own, one) for one in values):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}.get(own.kind, "a text")
        raise config.error(f"{own.typed.removeprefix('--')} = {value!r}: that is not {wanted}", None)
    texts = [
        number_text(one) if own.kind in (str, Path) and not isinstance(one, str) else one for one in values
    ]
    if not config.named and _acts(own, texts):
        raise config.error(
            f"{own.typed.removeprefix('--')}: a file that is only found runs no code and writes no file",
            f"Type {own.typed}, or name the file: --config {config.path}",
        )
    return texts if own.several else texts[0]


def _fits(own: FlagField, value: Any) -> bool:
    if own.kind is bool:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if own.kind is int:
        return isinstance(value, int)
    if own.kind is float:
        return isinstance(value, int | float)
    return isinstance(value, str | int | float)


def _acts(own: FlagField, texts: list[Any]) -> bool:
    """Whether a flag writes a file, defines a loss, or loads one, or takes results from elsewhere, which are
    read as code."""
    if own.kind is Path or own.name in ("define", "scheduler"):
        return True
    if not own.flag.specs:
        return False
    from losscli.verbs.custom import unknown_names

    return any(".py" in text for text in texts) or bool(unknown_names(texts))


def _flags(own: FlagField, value: Any) -> list[str]:
    if own.kind is bool:
        return [own.typed] if value else []
    values = value if own.several else [value]
    return [word for one in values for word in (own.typed, one if isinstance(one, str) else number_text(one))]
