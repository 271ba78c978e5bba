"""Rows → folds: which are learned from and which are judged on, repeat after repeat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.roles.features import Training
from losscli.domain import Codes, Floats, Mask, Task
from losscli.errors import Fix, UsageError
from losscli.fitting import splitters
from losscli.result import Warning_

NAMED_CLASSES = 5  # so many are named in a warning
LEARNED, ABSENT = -1, -2  # in place of a fold: of rows that are learned from alone, and of those of no fold


@dataclass(frozen=True, slots=True)
class Split:
    """One fold of one repeat, both from 0.

    folds: the fold that judges each row, LEARNED or ABSENT (n,); judged: which of these is this one; past:
    whether it learns from the folds before alone.
    """

    repeat: int
    fold: int
    folds: NDArray[Any]
    judged: int
    past: bool = False

    @property
    def train(self) -> Codes:
        """Indices of the rows learned from, ascending."""
        return np.flatnonzero(self.learned(self.folds))

    @property
    def test(self) -> Codes:
        """Indices of the rows judged on, ascending."""
        return np.flatnonzero(self.folds == self.judged)

    def learned(self, folds: NDArray[Any]) -> Mask:
        """Which rows of these folds are learned from: (k,)."""
        own = folds < self.judged if self.past else folds != self.judged
        return np.asarray(own & (folds != ABSENT))


@dataclass(frozen=True, slots=True)
class Folds:
    """Every split, repeat after repeat and fold after fold."""

    splits: tuple[Split, ...]
    splitter: str  # in words
    folds: int  # of each repeat
    repeats: int
    warnings: tuple[Warning_, ...]


def splits(
    y: Floats,
    *,
    labels: Sequence[str],
    group: Codes | None,
    fold: Codes | None,
    time: Codes | None,
    folds: int,
    repeats: int,
    seed: int,
) -> Folds:
    """Split n rows; the same seed gives the same folds.

    y: numbers, or codes of the labels (n,); labels: the classes, () for numbers. group, fold, time: codes
    of the sorted distinct values (n,), at most one of them given: rows of one group or one time stay
    together; `fold` is one repeat whose f-th fold is judged on the rows of code f; `time` is one repeat
    that learns from the past only. Raises UsageError where there are too few rows, groups, times or
    members of a class.
    """
    asked = _Asked(labels, group, fold, time, folds, repeats, seed)
    try:
        return _splits(y, asked)
    except UsageError as error:
        fixes = list(_fixes(y, asked))
        raise UsageError(error.what, advice=_advice(error.advice, fixes), fixes=fixes) from None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `splits` is given beside y."""

    labels: Sequence[str]
    group: Codes | None
    fold: Codes | None
    time: Codes | None
    folds: int
    repeats: int
    seed: int


def _splits(y: Floats, asked: _Asked) -> Folds:
    labels, group, folds, repeats = asked.labels, asked.group, asked.folds, asked.repeats
    if folds < 2:
        raise UsageError(f"--folds {folds} leaves nothing to judge on", advice="Give --folds 2 or more")
    if repeats < 1:
        raise UsageError(f"--repeats {repeats}: nothing would be judged", advice="Give --repeats 1 or more")
    if asked.fold is not None:
        every, splitter = [_given(asked.fold)], "as given"
    elif asked.time is not None:
        every, splitter = [_in_time(asked.time, folds)], "in time"
    else:
        _check_enough(y, labels, group, folds)
        every = [_shuffled(y, labels, group, folds, asked.seed + repeat) for repeat in range(repeats)]
        ways = ["by group"] * (group is not None) + ["stratified"] * bool(labels)
        splitter = ", ".join(ways) or "shuffled"
    count = folds if asked.fold is None else int(asked.fold.max()) + 1
    small = np.int16 if count < 1 << 15 else np.intp  # many rows have one such place each, repeat by repeat
    past = asked.time is not None and asked.fold is None
    found = tuple(
        Split(repeat, i, own, i, past)
        for repeat, own in enumerate(own.astype(small) for own in every)
        for i in range(count)
    )
    if not all(len(split.test) for split in found):
        raise UsageError(f"--folds {folds}: the groups are too few or too uneven to fill so many folds")
    lacking = _check_classes(found, y.astype(np.intp), labels) if labels else ()
    return Folds(found, splitter, count, len(every), lacking)


def _advice(otherwise: str | None, fixes: Sequence[Fix]) -> str | None:
    """Fewer folds where so many can be made; what else there is to do."""
    if any(fix.flags[0] == "--folds" for fix in fixes):
        return (
            f"Use fewer --folds, or {otherwise[0].lower()}{otherwise[1:]}"
            if otherwise
            else "Use fewer --folds"
        )
    return otherwise or ("Split rows in another way:" if fixes else "More data is needed to judge a loss")


def _fixes(y: Floats, asked: _Asked) -> Iterator[Fix]:
    """As many folds as can be made, and rows split as if nothing joined them, where that can be."""
    if asked.fold is None:
        fewer = (replace(asked, folds=folds) for folds in range(min(asked.folds - 1, len(y)), 1, -1))
        most = next((one.folds for one in fewer if _can_be(y, one)), None)
        if most is not None:
            yield Fix(("--folds", str(most)), f"{most} folds")
    alone = replace(asked, group=None, time=None, fold=None)
    for flag, codes in (("--group", asked.group), ("--time", asked.time), ("--fold-column", asked.fold)):
        if codes is not None and _can_be(y, alone):
            yield Fix((flag,), f"{asked.folds} folds of rows, each by itself")


def _can_be(y: Floats, asked: _Asked) -> bool:
    try:
        _splits(y, asked)
    except UsageError:
        return False
    return True


def _given(fold: Codes) -> Codes:
    if not fold.max():
        raise UsageError(
            "--fold-column: that column has one value, which leaves nothing to learn from",
            advice="Name a column with a value per fold, or leave --fold-column out",
        )
    return fold


def _in_time(time: Codes, folds: int) -> Codes:
    """Folds of whole times, each learned from all times before it."""
    count = int(time.max()) + 1
    if count < folds + 1:
        raise UsageError(
            f"--folds {folds}: the time has {count} values, and the first fold must have a past",
            advice=None if count > 2 else "Name another column with --time",
        )
    return splitters.in_time(count, folds)[time]


def _shuffled(y: Floats, labels: Sequence[str], group: Codes | None, folds: int, seed: int) -> Codes:
    if group is None:
        if labels:
            return splitters.stratified(y.astype(np.intp), folds, seed)
        return splitters.shuffled(len(y), folds, seed)
    if labels:
        return splitters.stratified_by_group(y.astype(np.intp), group, folds, seed)
    return splitters.by_group(group, folds, seed)


def _check_enough(y: Floats, labels: Sequence[str], group: Codes | None, folds: int) -> None:
    """Raises UsageError for fewer rows or groups than folds, or members of every class."""
    counts = [(len(y), "1 row", "rows")]
    if group is not None:
        counts.append((int(group.max()) + 1, "1 group", "groups"))
    if labels:
        largest = int(np.bincount(y.astype(np.intp)).max())
        counts.append((largest, "1 row of the largest class", "rows of the largest class"))
    for count, one, several in counts:
        if count < folds:
            raise UsageError(
                f"--folds {folds}: there {f'is {one}' if count == 1 else f'are {count:,} {several}'}, "
                "and each fold needs one"
            )


def _check_classes(found: Sequence[Split], codes: Codes, labels: Sequence[str]) -> tuple[Warning_, ...]:
    """A warning for classes that some fold is not judged on. codes: (n,).

    Raises UsageError where a fold would be learned without a class.
    """
    totals = np.bincount(codes, minlength=len(labels))
    lacking = np.zeros(len(labels), np.intp)
    for split in found:
        learned = np.bincount(codes[split.train], minlength=len(labels))
        if not learned.all():
            missing = int(learned.argmin())
            raise UsageError(
                f"fold {split.fold + 1} would be learned without class {labels[missing]!r} "
                f"({totals[missing]:,} of {len(codes):,} rows)",
                advice="Merge the class with another, or take its rows out",
            )
        lacking += np.bincount(codes[split.test], minlength=len(labels)) == 0
    rarest = int(totals[lacking > 0].min(initial=len(codes)))
    fewer = ", or use fewer --folds" if rarest > 1 and len({split.fold for split in found}) > 2 else ""
    return rare(
        "rare_class",
        "classes are missing from test folds",
        [f"{labels[i]!r} from {lacking[i]}" for i in np.flatnonzero(lacking).tolist()],
        len(found),
        f"Figures of such a class rest on few rows: merge it with another{fewer}",
    )


def rare(code: str, what: str, names: Sequence[str], folds: int, advice: str) -> tuple[Warning_, ...]:
    """A warning that names the first of those that are rare in so many folds; none where nothing is."""
    shown = ", ".join(names[:NAMED_CLASSES]) + (" …" if len(names) > NAMED_CLASSES else "")
    return (Warning_(code, f"{what}: {shown} of {folds}", advice),) if names else ()


def told(folds: Folds, training: Training, y: Floats) -> Folds:
    """The folds, with a word on labels: rows are not spread by them, and a training fold may know one value
    of a label alone. y: (n, L) for labels."""
    if training.task is not Task.MULTILABEL:
        return folds
    shuffled = training.time is None and training.fold is None
    words = f"{folds.splitter}, not by label" if shuffled else folds.splitter
    found = (*folds.warnings, *_one_valued(folds, training.outputs, y))
    return replace(folds, splitter=words, warnings=found)


def _one_valued(folds: Folds, names: Sequence[str], y: Floats) -> tuple[Warning_, ...]:
    counts = np.zeros(len(names), np.intp)
    for split in folds.splits:
        own = y[split.train]
        counts += own.min(axis=0) == own.max(axis=0)
    return rare(
        "rare_label",
        "training folds have one value of a label",
        [f"{names[i]} in {counts[i]}" for i in np.flatnonzero(counts).tolist()],
        len(folds.splits),
        "There is nothing to learn of it there: leave the label out with --drop",
    )
