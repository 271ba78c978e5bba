"""The user's own losses, as long as a command runs: `--define`, `--loss FILE.py:NAME`, installed packages."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from losscli.cli.options import Compare, Explain, Fit, Losses, flag_fields
from losscli.loss import Loss
from losscli.loss.catalogue import extended, known_names, named

Flags = TypeVar("Flags", bound=Compare | Fit | Losses | Explain)
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
    files = _files_in(texts)
    losses = [*_defined(flags.define), *_of_files(files)]
    plain = _without_paths if files else str
    unknown = {name for text in texts for name in _NAME.findall(plain(text))}
    unknown -= {*known_names(), *(loss.name for loss in losses)}
    if every or unknown:
        losses += _installed(unknown, every)
    with extended(losses):
        if sound and files:
            _check_sound(files, trained=trained)
        yield replace(flags, **{own.name: own.each(plain, getattr(flags, own.name)) for own in specs})


def _without_paths(text: str) -> str:
    from losscli.loss.custom import without_paths

    return without_paths(text)


def _defined(texts: Iterable[str]) -> list[Loss]:
    if not texts:
        return []
    from losscli.loss.custom import define

    return [define(text) for text in texts]


def _files_in(texts: Iterable[str]) -> dict[str, list[str]]:
    """The files named, and which of their losses."""
    found: dict[str, list[str]] = {}
    if any(".py" in text for text in texts):
        from losscli.loss.custom import paths_in

        for path, name in dict.fromkeys(one for text in texts for one in paths_in(text)):
            found.setdefault(path, []).append(name)
    return found


def _of_files(files: Mapping[str, list[str]]) -> list[Loss]:
    """Each file is run once, however many of its losses are named."""
    if not files:
        return []
    from losscli.loss.custom import from_file

    return [loss for path, names in files.items() for loss in from_file(path, names)]


def _check_sound(files: Mapping[str, list[str]], *, trained: bool) -> None:
    from losscli.loss.custom import check_sound

    for path, names in files.items():
        for loss in (loss for name in names for loss in named(name)):
            check_sound(path, loss, trained=trained)


def _installed(names: set[str], every: bool) -> list[Loss]:
    from losscli.loss.custom import installed

    return [loss for loss in installed() if every or loss.name in names]
