"""Sets of columns that share their endings: `target_a`, `target_b` and `rf_pred_a`, `rf_pred_b`; corners."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from losscli.data.roles.asked import BY_FLAG, Asked
from losscli.data.roles.blocks import SHARES, shares_of
from losscli.data.roles.models import ModelColumns, Predictions, Vectors, check_names
from losscli.data.roles.target import shell_word, targets_beside
from losscli.data.roles.values import is_truth
from losscli.data.roles.words import ROLE_WORDS, SEPARATORS, TARGET_PREFIXES, role_spans, without_role_words
from losscli.data.table import Table
from losscli.data.table.grammar import DOT
from losscli.domain import Kind, Task
from losscli.errors import Fix, UsageError, Where, did_you_mean
from losscli.spec import number_text

OUTPUTS = frozenset({Task.MULTIOUTPUT, Task.MULTILABEL, Task.DISTRIBUTION})
CORNERS = ("x1", "y1", "x2", "y2")
TRUE_WORDS = (*TARGET_PREFIXES, "true", "gt")
WILD = re.compile(r"\*|\?|\[[^\]]*\]")
_BINARY = ((0.0, 1.0), (0.0,), (1.0,))


@dataclass(frozen=True, slots=True)
class _Set:
    """Columns of one prefix and role word, by their endings; `given` is the name that --pred NAME=… gives."""

    prefix: str
    word: str
    columns: dict[str, str]
    given: str | None = None

    @property
    def name(self) -> str:
        return self.given or self.prefix or self.word

    def column(self, ending: str) -> str:
        """What the column of that ending would be called."""
        return "_".join(filter(None, (self.prefix, self.word, ending)))


def find_outputs(table: Table, free: Sequence[str], asked: Asked) -> Vectors | None:
    """Several targets of a row, `target_a` and so on, and the predictions with the same endings; None where
    there are none. free: the number columns without another role.

    Raises UsageError for a model that lacks an ending, or has one that no target has.
    """
    targets = target_columns(free, asked.target)
    beside = targets_beside(table, asked.named) if asked.target is None and len(targets) < 2 else ()
    if len(beside) > 1 and set(beside) <= set(free):
        targets = {name: name for name in beside}
    if len(targets) < 2:
        return None
    others = [name for name in free if name not in targets.values()]
    spoken = _of_names(others) if beside else _spoken(others, targets)
    sets = _chosen(table, spoken, others, tuple(targets), asked)
    if not sets:
        return None
    sets = _whole(table, sets, tuple(targets), extra=bool(asked.pred or asked.target))
    names = tuple(targets.values())
    task, why = _task(table, names, sets, asked)
    parts = [
        Predictions(tuple(one.columns[label] for label in targets), kind, tuple(targets))
        for one, kind in zip(sets, _kinds(table, task, sets, asked), strict=True)
    ]
    return Vectors(task, why, names, _models(sets, parts))


def target_columns(
    free: Sequence[str], pattern: str | None, words: Sequence[str] = TRUE_WORDS
) -> dict[str, str]:
    """Ending → column of those that match the pattern of --target, if one is given, else of the first of the
    words that at least two columns begin with."""
    if pattern is not None:
        return _by_pattern(pattern, free) if WILD.search(pattern) else {}
    for word in words:
        found = {_label(name[len(word) + 1 :]): name for name in free if _begins(name, word)}
        if len(found) > 1:
            return found
    return {}


def _begins(name: str, word: str) -> bool:
    """Whether a name is `target_a`; `y_pred_a` is none of y."""
    head, sign, rest = name[: len(word)].lower(), name[len(word) : len(word) + 1], name[len(word) + 1 :]
    predicted = word == "y" and any(start <= len(word) + 1 for start, *_ in role_spans(name))
    return head == word and sign in tuple(SEPARATORS) and bool(rest) and not predicted


def _label(ending: str) -> str:
    """Numbers in one spelling: `1.0` is 1."""
    value = DOT.number(ending)
    return ending if value is None else number_text(value)


def _by_pattern(pattern: str, names: Iterable[str]) -> dict[str, str]:
    """What the pattern leaves open → column: `a` → `truth_a` for `truth_*`."""
    pieces = WILD.split(pattern)
    start, tail = len(pieces[0]), len(pieces[-1])
    return {_label(name[start : len(name) - tail]): name for name in names if fnmatchcase(name, pattern)}


def _spoken(names: Sequence[str], targets: Mapping[str, str]) -> list[_Set]:
    """The columns with a role word before an ending, `rf_prob_a`, in sets that share one with the target."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in names:
        endings = [
            (name[:start].rstrip(SEPARATORS), word, _label(name[end + 1 :]))
            for start, end, word in role_spans(name)
            if name[end : end + 1] in tuple(SEPARATORS) and name[end + 1 :]
        ]
        if endings:
            prefix, word, label = next((one for one in endings if one[2] in targets), endings[0])
            found.setdefault((prefix, word), {})[label] = name
    return [_Set(*key, columns) for key, columns in found.items() if targets.keys() & columns.keys()]


def _of_names(names: Sequence[str]) -> list[_Set]:
    """The columns whose names are those of a target and a role word, `rain_pred`, in sets of one word."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        spans = role_spans(name)
        if spans:
            found.setdefault(spans[-1][2], {})[without_role_words(name)] = name
    return [_Set("", word, columns) for word, columns in found.items()]


def _chosen(
    table: Table, sets: Sequence[_Set], free: Sequence[str], labels: Sequence[str], asked: Asked
) -> list[_Set]:
    """The sets that --pred names by model, column, NAME=… or pattern; all of them where nothing is said."""
    if not asked.pred:
        return list(sets)
    found: dict[tuple[str, ...], _Set] = {}
    for text in asked.pred:
        given, _, pattern = text.rpartition("=")
        own = [one for one in sets if text == one.name or _matches(one, pattern)]
        if not own and WILD.search(pattern):
            columns = {label: name for label, name in _by_pattern(pattern, free).items() if label in labels}
            head = WILD.split(pattern)[0].rstrip(SEPARATORS)
            own = [_Set(without_role_words(head) or head, "", columns)] if columns else []
        if not own:
            raise UsageError(
                f"--pred {shell_word(text)}: no model, column or pattern of that name",
                where=Where(table.path),
                advice=did_you_mean(text, [one.name for one in sets])
                or f"The models found: {', '.join(one.name for one in sets) or 'none'}",
                fixes=[only([one], f"{one.name} alone") for one in sets[:2]],
            )
        found |= {tuple(one.columns.values()): replace(one, given=given or None) for one in own}
    return list(found.values())


def _matches(one: _Set, pattern: str) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for name in one.columns.values())


def _whole(table: Table, sets: Sequence[_Set], labels: Sequence[str], *, extra: bool) -> list[_Set]:
    """The sets in the order of the labels. extra: whether columns of other endings are left out unsaid."""
    whole = [one for one in sets if one.columns.keys() >= set(labels)]
    for one in sets:
        absent = next((label for label in labels if label not in one.columns), None)
        if absent is not None:
            raise UsageError(
                f"model {one.name} has no column for {absent!r}, which is a target",
                where=Where(table.path),
                advice=f"Add {one.column(absent)}{', or compare the others:' if whole else ''}",
                fixes=[only(whole, f"without {one.name}")] if whole else [],
            )
        beyond = next((label for label in one.columns if label not in labels), None)
        if beyond is not None and not extra:
            raise UsageError(
                f"{one.columns[beyond]} of model {one.name} has no target: they are {', '.join(labels)}",
                where=Where(table.path),
                advice="To leave it out:",
                fixes=[only(sets, f"without {one.columns[beyond]}")],
            )
    return [replace(one, columns={label: one.columns[label] for label in labels}) for one in whole]


def _task(table: Table, targets: Sequence[str], sets: Sequence[_Set], asked: Asked) -> tuple[Task, str]:
    """The task and why: as a flag says, as the losses say, else by the values of the targets."""
    if asked.task is not None:
        return asked.task, BY_FLAG
    shared = frozenset.intersection(*asked.losses) & OUTPUTS if asked.losses else frozenset()
    if len(shared) == 1:
        return next(iter(shared)), "the given losses are for it"
    binary = are_binary(table, targets)
    kinds = {ROLE_WORDS.get(one.word) for one in sets}
    spoken = Kind.LOGIT in kinds or (Kind.PROBABILITY in kinds and not binary)
    if _are_shares(table, targets) and (
        spoken or any(_are_shares(table, one.columns.values()) for one in sets)
    ):
        return Task.DISTRIBUTION, "the targets of every row are shares of 1"
    if binary:
        return Task.MULTILABEL, "the targets are 0 or 1"
    return Task.MULTIOUTPUT, "there are several targets"


def are_binary(table: Table, names: Iterable[str]) -> bool:
    """Whether all are 0 and 1, or true and false."""
    columns = [table.columns[name] for name in names]
    return all(column.values in _BINARY or is_truth(column) for column in columns)


def _are_shares(table: Table, names: Iterable[str]) -> bool:
    """Whether the numbers of every whole row are at least 0 and add up to 1."""
    shares = shares_of(table, tuple(names))
    return shares.low >= 0.0 and shares.off_one <= SHARES


def _kinds(table: Table, task: Task, sets: Sequence[_Set], asked: Asked) -> Iterator[Kind]:
    """By --kind, else by the role word, else by the values. --kind is not meant for labels beside columns
    that state a kind."""
    stated = [ROLE_WORDS.get(one.word) for one in sets]
    for one, kind in zip(sets, stated, strict=True):
        label = kind is None and task is Task.MULTILABEL and are_binary(table, one.columns.values())
        if asked.kind is not None and not (label and any(stated)):
            yield asked.kind
        elif task is Task.MULTIOUTPUT:
            yield Kind.VALUE
        elif kind is not None:
            yield kind
        elif label:
            yield Kind.LABEL
        else:
            facts = [table.columns[name] for name in one.columns.values()]
            in_unit = all((column.low or 0.0) >= 0.0 and (column.high or 0.0) <= 1.0 for column in facts)
            yield Kind.PROBABILITY if in_unit or task is Task.DISTRIBUTION else Kind.SCORE


def _models(sets: Sequence[_Set], parts: Sequence[Predictions]) -> tuple[ModelColumns, ...]:
    """Sets of one prefix and different kinds are one model."""
    groups: dict[str, list[tuple[_Set, Predictions]]] = {}
    for one, part in zip(sets, parts, strict=True):
        groups.setdefault(one.given or one.prefix, []).append((one, part))
    models: list[ModelColumns] = []
    for prefix, members in groups.items():
        if len({part.kind for _, part in members}) == len(members):
            models.append(ModelColumns(prefix or members[0][0].word, tuple(part for _, part in members)))
        else:
            models += [ModelColumns(one.column("") or prefix, (part,)) for one, part in members]
    check_names(models)
    return tuple(models)


def only(models: Sequence[_Set] | Sequence[ModelColumns], gives: str) -> Fix:
    """These models and no others."""
    return Fix(tuple(word for one in models for word in ("--pred", one.name)), gives)


def find_boxes(table: Table, free: Sequence[str], asked: Asked) -> Vectors | None:
    """Corners x1, y1, x2, y2 of the target and, with a prefix, of models; None where there are none.

    Raises UsageError for a model that lacks a corner.
    """
    found = _corners(free)
    target = _true_box(found, asked)
    sets = [
        _Set(without_role_words(prefix) or prefix or "box", "", corners)
        for prefix, corners in found.items()
        if prefix != target
    ]
    if target is None or not sets:
        return None
    sets = _whole(table, _chosen(table, sets, [], CORNERS, asked), CORNERS, extra=True)
    parts = [Predictions(tuple(one.columns.values()), Kind.BOX) for one in sets]
    targets = tuple(found[target][corner] for corner in CORNERS)
    return Vectors(Task.BOXES, "the columns are corners", targets, _models(sets, parts))


def corner_columns(names: Iterable[str], asked: Asked) -> frozenset[str]:
    """The columns of corners; none where there is no true box among them."""
    found = _corners(names)
    if _true_box(found, asked) is None:
        return frozenset()
    return frozenset(name for corners in found.values() for name in corners.values())


def is_corner(name: str) -> bool:
    """Whether a name ends as that of a corner does: x1, rf_y2."""
    return _split(name)[1].lower() in CORNERS


def _corners(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Prefix → corner → column."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        prefix, ending = _split(name)
        if ending.lower() in CORNERS:
            found.setdefault(prefix, {})[ending.lower()] = name
    return found


def _true_box(found: Mapping[str, Mapping[str, str]], asked: Asked) -> str | None:
    """The prefix of the target, whose corners are all there."""
    whole = [prefix for prefix, corners in found.items() if len(corners) == len(CORNERS)]
    return next((prefix for prefix in whole if _is_true_box(prefix, found[prefix], asked)), None)


def _is_true_box(prefix: str, corners: Mapping[str, str], asked: Asked) -> bool:
    if asked.target is not None:
        return all(fnmatchcase(name, asked.target) for name in corners.values())
    return prefix == "" or prefix.lower() in TRUE_WORDS


def _split(name: str) -> tuple[str, str]:
    """`rf_pred` and `x1` of `rf_pred_x1`."""
    at = max(name.rfind(sign) for sign in SEPARATORS)
    return (name[:at].rstrip(SEPARATORS), name[at + 1 :]) if at >= 0 else ("", name)
