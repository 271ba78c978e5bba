"""Which columns are predictions, alone or in blocks of a column per class: names propose, values decide."""

from collections.abc import Collection, Sequence

from losscli.data.roles.asked import Asked
from losscli.data.roles.blocks import numbered_blocks
from losscli.data.roles.candidates import SHOWN, Candidates, Predicted, fix_of_models, name_of, preds
from losscli.data.roles.ids import is_index, named_like_id
from losscli.data.roles.pred_flag import named_predictions
from losscli.data.roles.target import fixes_of_targets
from losscli.data.roles.words import is_prediction_name, speaks_of, stated_kind, words
from losscli.data.table import Table
from losscli.domain import Kind
from losscli.errors import DataError, Fix, UsageError

_ENOUGH = 20  # rows, from which on logits do not lie between 0 and 1 by chance


def find_predictions(
    table: Table, asked: Asked, target: str, labels: Sequence[str], beside: Collection[str] = ()
) -> Predicted:
    """The predictions of a table.

    labels: the classes that the target may have, () where it is no class; beside: columns of another target.
    Raises UsageError, with lines to paste, where no name says which columns are predictions, and where names
    and values of a block disagree.
    """
    taken = {target, *asked.named, *beside}
    free = [name for name, column in table.columns.items() if name not in taken and not is_index(column)]
    candidates = Candidates(table, asked, target, tuple(labels), free)
    if asked.pred:
        return named_predictions(candidates)
    return _proposed(candidates)


def _proposed(candidates: Candidates) -> Predicted:
    """What the names propose, where --pred does not say it."""
    blocks = [one for block in candidates.blocks() if (one := candidates.settled(block)) is not None]
    inside = {name for one in blocks for name in one.block.names}
    if candidates.labels and not candidates.asked.kind:
        _check_counted(candidates, [name for name in candidates.numbers if name not in inside])
    spoken = [name for name in candidates.free if name not in inside and is_prediction_name(name)]
    _check_logits(candidates, spoken)
    if spoken or blocks:
        return Predicted(dict.fromkeys(spoken), tuple(blocks))
    numbers = [name for name in candidates.numbers if not named_like_id(name)]
    if len(numbers) == 1:
        return Predicted(dict.fromkeys(numbers))
    raise _unnamed(candidates, numbers)


def _check_logits(candidates: Candidates, spoken: Sequence[str]) -> None:
    """Raises UsageError for a column named after logits whose values have the range of probabilities: logit
    is the name of a model too, as others beside it are called after theirs."""
    if len(candidates.labels) != 2 or candidates.asked.kind is not None or candidates.table.rows < _ENOUGH:
        return
    for name in spoken:
        if stated_kind(name) is not Kind.LOGIT or not _in_unit(candidates, name):
            continue
        alike = [other for other in candidates.numbers if _is_alike(candidates, name, other)]
        every = [own for own in candidates.free if own == name or own in alike]
        probability = "--kind", "probability"
        fixes = [Fix((*preds(every), *probability), f"{len(every)} models")] if alike else []
        raise UsageError(
            f"{name!r} is named after logits, and all its values lie between 0 and 1",
            where=candidates.where,
            advice="Say what it holds:",
            fixes=[
                *fixes,
                Fix((*preds([name]), *probability), f"probabilities of {name} alone"),
                Fix((*preds([name]), "--kind", "logit"), f"logits of {name} alone"),
            ],
        )


def _is_alike(candidates: Candidates, name: str, other: str) -> bool:
    """Whether another column of probabilities differs from the name in the word for logits alone."""
    own, told = words(name), words(other)
    changed = [word for word, instead in zip(own, told, strict=False) if word != instead]
    return len(own) == len(told) and len(changed) == 1 and _in_unit(candidates, other)


def _in_unit(candidates: Candidates, name: str) -> bool:
    """Whether values differ, are not all whole, and lie between 0 and 1."""
    column = candidates.table.columns[name]
    if column.low is None or column.high is None or column.whole:
        return False
    return 0.0 <= column.low < column.high <= 1.0


def _unnamed(candidates: Candidates, numbers: Sequence[str]) -> DataError | UsageError:
    if not candidates.free:
        return DataError(
            f"no prediction column beside the target {candidates.target!r}",
            where=candidates.where,
            advice="Add a column of predictions to the file, with pred, prob, score or logit in its name",
            fixes=fixes_of_targets(candidates.table, {candidates.target, *candidates.asked.named}),
        )
    left = numbers or candidates.free
    what = (
        f"which of {len(numbers)} numeric columns are predictions? No name says so"
        if numbers
        else "no name says which column holds predictions, and beside the target "
        f"{candidates.target!r} none is numeric"
    )
    few = left[:SHOWN]
    speaking = [name for name in left if speaks_of(name, candidates.target)][:SHOWN]
    every = dict.fromkeys((tuple(speaking or few), tuple(few)))
    alone = "{} alone" if len(few) > 1 else "{} is the model"
    fixes = [
        fix_of_models(one, f"{len(one)} models" if len(one) > 1 else alone.format(one[0])) for one in every
    ]
    if len(few) > 1 and not speaking:
        fixes += [fix_of_models([name], f"{name} alone") for name in few[:2]]
    return UsageError(what, where=candidates.where, advice="Say which:", fixes=fixes)


def _check_counted(candidates: Candidates, names: Sequence[str]) -> None:
    """Raises UsageError for a block whose columns count classes that the target calls otherwise."""
    for block in numbered_blocks(names):
        if len(block.columns) < len(candidates.labels) or not candidates.shares(block.names).sum_to_one:
            continue
        name = name_of(block, candidates.target)
        columns = tuple(block.columns.values())
        fixes = [candidates.in_order(name, columns)] if len(columns) == len(candidates.labels) else []
        classes = [
            *candidates.labels,
            *(f"class{place}" for place in range(len(candidates.labels), len(columns))),
        ]
        fixes += [] if fixes else [Fix(("--classes", ",".join(classes)), "these classes, in this order")]
        raise UsageError(
            f"{', '.join(columns[:SHOWN])} count their classes, and the target {candidates.target!r} has "
            f"{', '.join(candidates.labels[:SHOWN])}",
            where=candidates.where,
            advice="Say which column is of which class:",
            fixes=fixes,
        )
