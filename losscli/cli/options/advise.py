"""The flags of `losscli advise` that are not those of `fit` word by word."""

from typing import Annotated

import typer

from losscli.cli.options.fit import JUDGING

L2 = Annotated[
    str,
    typer.Option(
        "--l2", metavar="X", help="Penalty: auto, or its strength, 0 or more.", rich_help_panel=JUDGING
    ),
]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Seed of splits, and of rows drawn.", rich_help_panel=JUDGING)
]
