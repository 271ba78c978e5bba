"""The help as data: `losscli --help --format json`, of the records that the help itself is made of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING
from math import isfinite
from pathlib import Path
from typing import Any

from losscli import __version__
from losscli.domain import SEVERAL, TASKS, Kind, Task
from losscli.errors import ExitCode
from losscli.inference.corrections import Correction
from losscli.result.help import CommandHelp, FlagHelp, Help
from losscli.verbs.options import FlagField, flag_fields

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", Path: "path"}


def show_help(name: str) -> int:
    """Print the help of a command, or of all where it has no name."""
    from losscli.cli.app import app
    from losscli.cli.output import show

    asked = [own for own in app.registered_commands if name in ("", own.name)]
    show(help_of(asked).to_json() + "\n")
    return ExitCode.OK


def help_of(commands: Iterable[Any]) -> Help:
    """The help of commands as typer has them registered."""
    return Help(__version__, tuple(_command(own) for own in commands))


def _command(own: Any) -> CommandHelp:
    said, *typed = [line.strip() for line in _paragraphs(own.help)]
    examples = tuple(line for line in typed if line.startswith("losscli "))
    flags = tuple(_flag(own.name, field) for field in flag_fields(own.cls.record))
    return CommandHelp(own.name, own.short_help or said, said, examples, flags)


def _paragraphs(text: str) -> list[str]:
    """The first paragraph as one line, then every other line."""
    first, _, rest = text.partition("\n\n")
    return [" ".join(first.split()), *rest.splitlines()]


def _flag(command: str, own: FlagField) -> FlagHelp:
    flag = own.flag
    choices = own.words or tuple(_CHOICES[own.name](command) if own.name in _CHOICES else ())
    return FlagHelp(
        name=own.typed,
        short=flag.short or None,
        metavar=flag.metavar or None,
        type=_TYPES[own.kind],
        choices=tuple(map(str, choices)) or None,
        required=own.default is MISSING,
        repeatable=own.several,
        default=None if own.default is MISSING else own.default,
        alone=flag.alone,
        least=flag.least,
        above=flag.above,
        below=flag.below if isfinite(flag.below) else None,
        panel=flag.panel,
        help=flag.help,
    )


def _formats(command: str) -> list[str]:
    from losscli.render import FORMATS
    from losscli.report import VERBS

    kind = next(kind for kind, verb in VERBS.items() if verb.name == command)
    return [name for name, format in FORMATS.items() if kind in format.holds]


def _schemas(command: str) -> Sequence[str]:
    from losscli.render.schemas import SCHEMAS

    return [*SCHEMAS]


def _tasks(command: str) -> list[Task]:
    """All, or those that are learned; of one target, where advice is asked for."""
    if command not in ("fit", "advise"):
        return [*Task]
    learned = [task for task, facts in TASKS.items() if facts.usual]
    return [task for task in learned if command == "fit" or task not in SEVERAL]


# The words of flags whose records do not list them, by the name of the field: (command) -> them.
_CHOICES: dict[str, Callable[[str], Sequence[str]]] = {
    "format": _formats,
    "result": _schemas,
    "task": _tasks,
    "kind": lambda command: (*Kind, "confidence"),
    "correction": lambda command: (*Correction,),
}
