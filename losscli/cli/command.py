"""A record of flags → a command of typer's, its help in plain text under panels, without the cost of rich."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import MISSING
from inspect import Parameter, Signature, getdoc
from itertools import zip_longest
from types import GenericAlias
from typing import Any, ClassVar, TypeVar, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from losscli.cli.completion import completes, loss_names, metric_names
from losscli.errors import UsageError
from losscli.verbs.options import ARGUMENTS, FlagField, flag_fields, record_of

# Numbers that every reader reads alike.
_PLAIN = {
    int: re.compile(r"-?[0-9]{1,15}"),
    float: re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?(e-?[0-9]{1,2})?"),
}
Run = TypeVar("Run", bound=Callable[[Any], int])
_RECORDS: dict[str, type] = {}  # of the commands that take settings from a file


def command(app: typer.Typer, *, short_help: str | None = None) -> Callable[[Run], Run]:
    """A decorator: makes a command of a function of one record of flags, whose docstring is the help."""

    def registered(run: Run) -> Run:
        record = get_type_hints(run)["flags"]

        def called(**values: Any) -> int:
            from losscli.cli.output import shown_progress

            flags = record_of(record, values)
            with nullcontext() if getattr(flags, "quiet", False) else shown_progress():
                return run(flags)

        parameters = [_parameter(own) for own in flag_fields(record)]
        vars(called)["__signature__"] = Signature(parameters)
        name = run.__name__.replace("_", "-")
        if hasattr(record, "config"):
            _RECORDS[name] = record
        own = type(record.__name__, (RecordCommand,), {"record": record})
        app.command(name, cls=own, help=getdoc(run), short_help=short_help)(called)
        return run

    return registered


def _parameter(own: FlagField) -> Parameter:
    """The flag as typer reads it from the signature of a function."""
    flag, kind, default = own.flag, own.kind, own.default
    if own.several:
        kind, default = GenericAlias(list, (kind,)), None if default == () else default
    if default is None:
        kind = kind | None
    default = ... if default is MISSING else default
    shown: dict[str, Any] = {"metavar": flag.metavar or None, "help": flag.help}
    if own.words:
        shown["autocompletion"] = completes(lambda: own.words)
    elif flag.specs:
        shown["autocompletion"] = completes(loss_names, *([metric_names] if flag.metrics else []))
    if own.positional:
        info = typer.Argument(default, **shown)
    else:
        names = filter(None, (own.typed, flag.short))
        info = typer.Option(default, *names, rich_help_panel=flag.panel, **shown)
    return Parameter(own.name, Parameter.KEYWORD_ONLY, default=info, annotation=kind)


class PlainGroup(TyperGroup):
    """The commands; see `_take_plain`."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [_take_plain(param) for param in super().get_params(ctx)]


class RecordCommand(TyperCommand):
    """A command whose help lists its flags under the headings that the record gives."""

    record: ClassVar[type]

    def get_params(self, ctx: Any) -> list[Any]:
        return [_take_plain(param) for param in super().get_params(ctx)]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", *(_argument(param) for param in self.get_params(ctx) if _is_argument(param))]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            own = ARGUMENTS if _is_argument(param) else "Options"
            record = (
                (_argument(param), getattr(param, "help", None) or "")
                if _is_argument(param)
                else param.get_help_record(ctx)
            )
            if record is not None:
                panels.setdefault(getattr(param, "rich_help_panel", None) or own, []).append(record)
        for title, records in panels.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The flags that may stand alone get their value, so that they take no file for it.

        Raises losscli's UsageError for a flag of one value that is given twice: which is meant is not known.
        """
        alone = {own.typed: own.flag.alone for own in flag_fields(self.record) if own.flag.alone is not None}
        given = []
        for word, following in zip_longest(args, args[1:]):
            given.append(word)
            if word in alone and not _is_number(following):
                given.append(alone[word])
        typed, _, order = self.make_parser(ctx).parse_args(args=list(given))
        for param, times in Counter(order).items():
            if times > 1 and not (_is_argument(param) or param.multiple or getattr(param, "is_flag", False)):
                raise UsageError(
                    f"{max(param.opts, key=len)} is given {times} times, and takes one value",
                    advice="Leave out all but the one that is meant",
                )
        if not typed.get("help"):
            from losscli.cli.config import settings

            ctx.default_map = settings(self.record, str(self.name), _RECORDS, typed)
        return super().parse_args(ctx, given)


def _take_plain(param: Any) -> Any:
    """The parameter, which takes a value as it is where nothing is to be read from it: what typer reads
    values with costs more to import than numpy."""
    read, several = type(param).process_value.__get__(param), param.multiple or param.nargs == -1

    def process_value(ctx: Any, value: Any) -> Any:
        kind = param.type_descriptor.annotation
        if value is None and not param.required:
            taken: Any = () if several else None
        elif several and value and kind == list[str] and all(type(one) is str for one in value):
            taken = list(value)
        elif not several and type(value) is kind:
            taken = value
        elif not several and type(value) is str and kind in _PLAIN and _PLAIN[kind].fullmatch(value):
            taken = kind(value)
        else:
            return read(ctx, value)
        return taken if param.callback is None else param.callback(ctx, param, taken)

    param.process_value = process_value
    return param


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _argument(param: Any) -> str:
    """`PREDICTIONS...`: without the type, braces and dots that typer would add."""
    return f"{param.metavar}{'' if param.nargs == 1 else '...'}"
