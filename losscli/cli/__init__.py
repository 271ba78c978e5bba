"""The command line: parse → call → render → exit. Every exit code is decided here."""

import os
import sys
import traceback
from collections.abc import Sequence

from typer.exceptions import Abort, Exit, TyperException

from losscli.errors import ExitCode, LosscliError

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; only errors are printed here."""
    from losscli.cli.app import app

    try:
        code = app(args=list(arguments), prog_name="losscli", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except LosscliError as error:
        return _fail(str(error), ExitCode.USAGE)
    except TyperException as error:
        return _fail(_usage(error, arguments), ExitCode.USAGE)
    except Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:
        if os.environ.get("LOSSCLI_DEBUG") == "1":
            traceback.print_exc()
        return _fail(
            f"internal error: {type(error).__name__}: {error}\nThis is a bug in losscli; "
            "LOSSCLI_DEBUG=1 shows where.",
            ExitCode.INTERNAL,
        )


def _usage(error: TyperException, arguments: Sequence[str]) -> str:
    command = next((f" {word}" for word in arguments if not word.startswith("-")), "")
    known = command.strip() in ("compare", "losses", "explain")
    return f"{error.format_message()}\nSee losscli{command if known else ''} --help"


def _fail(message: str, code: ExitCode) -> ExitCode:
    """Say it on stderr in plain lines, whatever names the message holds."""
    from losscli.report.names import visible

    first, *rest = message.split("\n")
    lines = [visible(f"error: {first}"), *map(visible, rest)]
    print("\n".join(lines), file=sys.stderr)
    return code
