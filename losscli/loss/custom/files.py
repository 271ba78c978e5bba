"""Losses in a Python file named by its path, `./my_losses.py:asym`: its code is trusted, and run."""

import re
import sys
import traceback
from collections.abc import Collection, Iterator
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from losscli.errors import DataError, UsageError, Where, did_you_mean
from losscli.loss import Loss
from losscli.loss.battery import SCALE, row_problem, slope_problem
from losscli.loss.custom.functions import is_loss, of_function
from losscli.loss.custom.guard import guarded

# A path and a name where a spec begins: at the start, behind a weight, or behind the plus of a sum.
_NAMED = re.compile(
    r"(?P<lead>^\s*|\*\s*|\+\s+)(?P<path>[^*\s](?:(?!\s\+\s)[^*])*?\.py):(?P<name>[A-Za-z]\w*)", re.ASCII
)
_ADVICE = (
    "Such a file holds functions, def asym(y, p): …, or records, asym = losscli.loss.Loss(name='asym', …)"
)


def paths_in(text: str) -> list[tuple[str, str]]:
    """(path, name) of every loss in a spec, or in a sum of them, that is named by its file. Raises UsageError
    for a path alone."""
    if text.strip().endswith(".py"):
        raise UsageError(f"{text}: which loss of this file?", advice=f"Name it: {text}:NAME")
    return [(match["path"], match["name"]) for match in _NAMED.finditer(text)]


def without_paths(text: str) -> str:
    """The spec with the names of losses alone."""
    return _NAMED.sub(lambda match: f"{match['lead']}{match['name']}", text)


def from_file(path: str, names: Collection[str] | None = None) -> list[Loss]:
    """The losses of these names among those of a file, which is run; None: its records, and where it has none
    the functions that are defined there, but those that begin with _.

    Raises DataError where there is no such file, it fails or a record is none, UsageError for a name that no
    loss of it has.
    """
    module = _module(path)
    records = dict.fromkeys(_losses(module))
    functions = {name: value for name, value in vars(module).items() if is_loss(value)}
    known = [*dict.fromkeys([*(loss.name for loss in records), *functions])]
    if names is None:
        here = (name for name, one in functions.items() if one.__module__ == module.__name__)
        names = [loss.name for loss in records] or [name for name in here if not name.startswith("_")]
        if not names:
            raise UsageError(f"{path} has no loss", advice=_ADVICE)
    for name in names:
        if name not in known:
            offer = f"It has {', '.join(known)}" if known else _ADVICE
            raise UsageError(f"{path} has no loss {name!r}", advice=did_you_mean(name, known) or offer)
    guard = partial(guarded, blame=partial(broken, path))
    plain = set(names) - {loss.name for loss in records}
    own = [of_function(name, one, path, guard) for name, one in functions.items() if name in plain]
    return [*(guard(loss) for loss in records if loss.name in names), *own]


def check_sound(path: str, loss: Loss, *, trained: bool) -> None:
    """Raises DataError for a loss whose functions do not give a figure per row, and for a slope to train with
    that is not the derivative, which would end elsewhere without a word."""
    bound = loss.bind({}, scale=SCALE, imbalance=2.0, naive=1.0)
    problem = row_problem(bound) or (slope_problem(bound) if trained else "")
    if problem:
        raise DataError(
            f"{loss.name}: {problem}",
            where=Where(path),
            advice=f"losscli check-loss {path}:{loss.name} tells more",
        )


def _losses(module: ModuleType) -> Iterator[Loss]:
    """The records in a module's names, and in its lists of them."""
    for value in list(vars(module).values()):
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, Loss):
                yield one


def _module(path: str) -> ModuleType:
    where = Where(path)
    if not Path(path).is_file():
        raise DataError("there is no such file", where=where, advice="Give the path of a Python file")
    name = f"losscli_custom_{Path(path).stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses in it look themselves up
    keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise broken(path, error) from None
    finally:
        sys.dont_write_bytecode = keep
        del sys.modules[name]
    return module


def broken(path: str, error: BaseException) -> DataError:
    """The user's error, at the line of the user's file."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if _same(frame.filename, path)]
    line = error.lineno if isinstance(error, SyntaxError) and _same(error.filename or "", path) else None
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return DataError(
        f"{type(error).__name__}: {said}" if said else type(error).__name__,
        where=Where(path, line or (lines[-1] if lines else None)),
        advice="Fix the file; losscli check-loss FILE:NAME tells whether a loss of it holds",
    )


def _same(one: str, other: str) -> bool:
    return Path(one).resolve() == Path(other).resolve()
