"""Help in plain text, its options in panels, without the cost of rich."""

from typing import Any

from typer.core import TyperCommand


class PanelCommand(TyperCommand):
    """A command whose help lists its options under the headings given as `rich_help_panel`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                own = "Arguments" if param.param_type_name == "argument" else "Options"
                panels.setdefault(getattr(param, "rich_help_panel", None) or own, []).append(record)
        for title, records in panels.items():
            with formatter.section(title):
                formatter.write_dl(records)
