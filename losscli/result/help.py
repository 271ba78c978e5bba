"""What can be typed: the commands and their flags, as data."""

from dataclasses import dataclass

from losscli.result.json import Document


@dataclass(frozen=True, slots=True)
class FlagHelp:
    """One flag, or an argument, which has no dashes.

    name: as it is typed.
    short: another name.
    metavar: the word for its value; null of a switch.
    type: string, integer, number, boolean (a switch) or path.
    choices: the values that it takes, if they can be listed.
    required: whether it must be given.
    repeatable: whether it may be given several times, or several values.
    default: what it is where it is not given.
    alone: the value that it has where none is typed behind it.
    least: the least value of a whole number.
    above, below: what a number lies between.
    panel: its heading in the help.
    help: what it is, in words.
    """

    name: str
    short: str | None
    metavar: str | None
    type: str
    choices: tuple[str, ...] | None
    required: bool
    repeatable: bool
    default: bool | int | float | str | tuple[str, ...] | None
    alone: str | None
    least: int | None
    above: float | None
    below: float | None
    panel: str | None
    help: str


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command. summary: in the list of commands; help: what it does; examples: lines to type."""

    name: str
    summary: str
    help: str
    examples: tuple[str, ...]
    flags: tuple[FlagHelp, ...]


@dataclass(frozen=True, slots=True)
class Help(Document):
    """Every command that was asked about, and the flags of each."""

    SCHEMA = "losscli/help/1"

    version: str
    commands: tuple[CommandHelp, ...]
