"""Help in plain text, its options in panels, without the cost of rich."""

from itertools import zip_longest
from typing import Any

from typer.core import TyperCommand

_ALONE = {"--oversample": "1"}  # flags that may stand alone, and what they then say


class PanelCommand(TyperCommand):
    """A command whose help lists its options under the headings given as `rich_help_panel`."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", *(_argument(param) for param in self.get_params(ctx) if _is_argument(param))]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            own = "Arguments" if _is_argument(param) else "Options"
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


class FitCommand(PanelCommand):
    """A command with flags whose value may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The flags that stand alone get their usual value, so that they take no file for it."""
        given = []
        for word, following in zip_longest(args, args[1:]):
            given.append(word)
            if word in _ALONE and not _is_number(following):
                given.append(_ALONE[word])
        return super().parse_args(ctx, given)


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
