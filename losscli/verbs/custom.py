"""The user's own losses, as long as a command runs: `--define`, `--loss FILE.py:NAME`, installed packages."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from losscli.loss.catalogue import extended, known_names, named
from losscli.verbs.options import (
    CheckFlags,
    CompareFlags,
    ExplainFlags,
    ExportFlags,
    FitFlags,
    LossesFlags,
    PlotFlags,
    flag_fields,
)

Flags = TypeVar(
    "Flags",
    bound=CompareFlags | FitFlags | LossesFlags | ExplainFlags | CheckFlags | ExportFlags | PlotFlags,
)
_NAME = re.compile(r"(?:^|\*|\+)\s*([A-Za-z]\w*)", re.ASCII)  # where a spec begins


@contextmanager
def own_losses(
    flags: Flags, *, every: bool = False, sound: bool = True, trained: bool = False
) -> Iterator[Flags]:
    """Within it the losses defined, those of the files that the specs name, and those of installed packages
    whose names stand in the specs (all of them if `every`) are known; gives the flags without paths in their
    specs. sound: refuse a loss of a file that gives no figure per row; trained: and one whose slope is not
    its derivative.

    Only what is typed on the command line is ever loaded, never what a file of data says.
    """
    specs = [own for own in flag_fields(type(flags)) if own.flag.specs]
    texts = [text for own in specs for text in own.values(flags)]
    if not (every or flags.define or any(".py" in text for text in texts) or unknown_names(texts)):
        yield flags  # what makes losses is not imported where there are none
        return
    from losscli.loss import custom

    files: dict[str, list[str]] = {}  # with which of their losses; each is run once
    for path, name in dict.fromkeys(one for text in texts for one in custom.paths_in(text)):
        files.setdefault(path, []).append(name)
    losses = [custom.define(text) for text in flags.define]
    losses += [loss for path, names in files.items() for loss in custom.from_file(path, names)]
    unknown = unknown_names(map(custom.without_paths, texts)) - {loss.name for loss in losses}
    if every or unknown:
        losses += [loss for loss in custom.installed() if every or loss.name in unknown]
    with extended(losses):
        for path, names in files.items() if sound else ():
            for loss in (loss for name in names for loss in named(name)):
                custom.check_sound(path, loss, trained=trained)
        plain = {own.name: own.each(custom.without_paths, getattr(flags, own.name)) for own in specs}
        yield replace(flags, **plain)


def unknown_names(texts: Iterable[str]) -> set[str]:
    """The names in specs that no loss of the catalogue has."""
    return {name for text in texts for name in _NAME.findall(text)} - {*known_names()}
