"""The command line: parse → call → render → exit. Every exit code is decided here."""

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from errno import ENOMEM
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from losscli import progress
from losscli.errors import ExitCode, LosscliError

if TYPE_CHECKING:
    from typer.exceptions import TyperException

__all__ = ["run"]

NO_MEMORY = (
    "there is not enough memory for this",
    "Ask for less at a time: --jobs 1, the losses you need with --loss, fewer models or columns",
)
_WITHOUT_MEMORY = ("failed to map segment", os.strerror(ENOMEM), "can't start new thread")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; only errors are printed here."""
    from typer.exceptions import Abort, Exit, TyperException

    _open_streams()
    progress.told_by(lambda line: _say([f"note: {line}"]))
    try:
        return _obeyed(arguments)
    except LosscliError as error:
        place = str(error.where)
        lines = (*filter(None, [error.advice]), *_mended(error, arguments))
        return _fail(ExitCode.USAGE, f"{place}: {error.what}" if place else error.what, *lines)
    except TyperException as error:
        return _fail(ExitCode.USAGE, _usage(error), f"See losscli{_command(arguments)} --help")
    except Exit as stop:
        return stop.exit_code
    except SystemExit:  # typer's answer where nobody reads the help
        return ExitCode.OK
    except (KeyboardInterrupt, Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:
        if _wants_memory(error):
            return _fail(ExitCode.USAGE, *NO_MEMORY)
        return _of_the_machine(error) if isinstance(error, OSError) else _unexpected(error)


def _wants_memory(error: Exception) -> bool:
    """Whether that is what an error comes from: of numbers, of a library to load, of a thread or process."""
    said = str(error)
    return isinstance(error, MemoryError) or any(words in said for words in _WITHOUT_MEMORY)


def _of_the_machine(error: OSError) -> ExitCode:
    """The code of no space, no permission and their like."""
    where = [] if error.filename is None else [error.filename]
    return _fail(ExitCode.USAGE, ": ".join(map(str, [*where, error.strerror or error])))


def _obeyed(arguments: Sequence[str]) -> int:
    if _asks_for_data(arguments):
        from losscli.cli.describe import show_help

        return show_help(_command(arguments).strip())
    parser = _parser(_command(arguments).strip())
    return int(parser(args=list(arguments), prog_name="losscli", standalone_mode=False) or 0)


def _asks_for_data(arguments: Sequence[str]) -> bool:
    """Whether the help of all, or of a command that there is, is asked for as JSON."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if not {"-h", "--help"}.intersection(words):
        return False
    json = "--format=json" in words or ("--format", "json") in pairwise(words)
    return json and (words[0].startswith("-") or bool(_command(words)))


@cache
def _parser(name: str) -> Callable[..., Any]:
    """The command of that name, or all, as typer parses them: made of its flags once, for every line of a
    process."""
    from typer.main import get_command

    from losscli.cli.app import app

    own = copy(app)
    own.registered_commands = [one for one in app.registered_commands if name in ("", one.name)]
    return get_command(own)


def _mended(error: LosscliError, arguments: Sequence[str]) -> list[str]:
    """The lines to paste that settle what was refused."""
    if not error.fixes:
        return []
    from losscli.cli.app import app
    from losscli.cli.fixes import lines_of
    from losscli.verbs.options import flag_fields

    typed = _command(arguments).strip()
    records = [getattr(own.cls, "record", None) for own in app.registered_commands if own.name == typed]
    known = [own for record in records if record is not None for own in flag_fields(record)]
    flags = {own.typed: own.kind is not bool for own in known}
    return list(lines_of(error.fixes, arguments, flags))


def _open_streams() -> None:
    """A stream that the caller has closed is one that nobody reads."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def _unexpected(error: Exception) -> ExitCode:
    """The code of an error that nobody has thought of, or that an interruption has become on its way."""
    from losscli.cli.interrupt import was_raised

    if was_raised():
        return ExitCode.INTERRUPTED
    if os.environ.get("LOSSCLI_DEBUG") == "1":
        _say("".join(traceback.format_exception(error)).splitlines())
    return _fail(
        ExitCode.INTERNAL,
        f"internal error: {type(error).__name__}: {error}",
        "This is a bug in losscli; LOSSCLI_DEBUG=1 shows where.",
    )


def _usage(error: "TyperException") -> str:
    """What typer says, with the flag and the value where a number cannot be read."""
    details = getattr(error.__cause__, "errors", None)
    option = getattr(error, "param", None)
    if details is None or option is None:
        return error.format_message()
    (found,) = details()
    wanted = "a whole number" if found["type"].startswith("int") else "a number"
    return f"{option.opts[0]} {found['input']}: that is not {wanted}"


def _command(arguments: Sequence[str]) -> str:
    from losscli.cli.app import app

    word = next((word for word in arguments if not word.startswith("-")), None)
    return f" {word}" if word in {own.name for own in app.registered_commands} else ""


def _fail(code: ExitCode, first: str, *rest: str) -> ExitCode:
    """Say it on stderr in plain lines, whatever names the message holds."""
    _say((f"error: {first}", *rest))
    return code


def _say(lines: Iterable[str]) -> None:
    from losscli.cli.output import say

    for line in lines:
        say(line)
