"""The flags of `losscli diff` alone."""

from typing import Annotated

import typer

from losscli.cli.options import OUTPUT

Old = Annotated[str, typer.Argument(metavar="OLD", help="A file of losscli compare --format json.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="A later one, on the same rows.")]
All = Annotated[
    bool, typer.Option("--all", help="Every loss, metric and reason on screen.", rich_help_panel=OUTPUT)
]
