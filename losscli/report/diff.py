"""`losscli diff` as a screen: answer, data, changes of losses and metrics, notes, what to type next."""

from collections.abc import Iterable, Sequence

from losscli.domain import DOMINATED
from losscli.report.blocks import Cell, Grid, GridColumn, Line, Note, Report, Role, right, tabulate
from losscli.report.change_answer import answer
from losscli.report.change_screen import (
    ChangeScreen,
    change_text,
    is_same,
    pair_texts,
    per_model,
    signed,
    value_texts,
)
from losscli.report.found import View
from losscli.report.names import cell_width, some, spec_name, visible
from losscli.report.numbers import count, p_text
from losscli.report.screen import NOTES, ROLES, following, more
from losscli.report.telling import telling
from losscli.report.typed import again, explaining, typed, without
from losscli.result import Changes, LossChange, MetricChange, rests_on_few
from losscli.sections import DIFF

_NAMED_MODELS, _NAMED = 4, 3
_METRICS, _METRIC_ROWS = 6, 10


def diff_report(changes: Changes, view: View) -> Report:
    """The report of what changed."""
    screen = ChangeScreen(changes, view)
    found = [*_unpaired(screen), *screen.warnings(), *_few(screen), *_missing(screen), *_alone(screen)]
    shown = len(found) if screen.all else NOTES
    return Report.of(
        answer=answer(screen),
        data=[Line(_data_fields(screen), Role.DIM)],
        losses=_loss_grids(screen),
        metrics=_metric_grids(screen),
        notes=found[:shown],
        more=[] if screen.all else more(DIFF, _sizes(screen, len(found) - shown), view),
        next=following(_next_command(screen)),
    )


def _sizes(screen: ChangeScreen, notes: int) -> dict[str, int]:
    """The sections that have more than the short form shows, each with how much. notes: those left out."""
    losses = {one.spec for one in screen.found.losses}
    metrics = {one.name for one in screen.found.metrics}
    sizes = {"losses": len(losses), "metrics": len(metrics), "notes": notes}
    return {name: size for name, size in sizes.items() if size > 0}


def _data_fields(screen: ChangeScreen) -> tuple[str, ...]:
    changes = screen.found
    target = f"target {screen.clip(changes.target, 18)}"
    if changes.positive is not None:
        target += f": positive {screen.clip(changes.positive, 16)}"
    files = " -> ".join(screen.files)
    return files, count(changes.rows, "row"), visible(changes.task), target, _models(screen)


def _models(screen: ChangeScreen) -> str:
    pairs = screen.models
    if len(pairs) == 1:
        return f"model {' -> '.join(dict.fromkeys(screen.model(name) for name in pairs[0]))}"
    names = [screen.model(new) for _, new in pairs]
    text = f"models {' '.join(names)}"
    short = screen.width is None or (len(names) <= _NAMED_MODELS and cell_width(text) <= screen.width)
    return text if short or screen.all else f"{len(names)} models"


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────


def _loss_grids(screen: ChangeScreen) -> list[Grid]:
    """One table, with a column of models where there are several; with `--all` a table for each."""
    specs = screen.shown_losses()
    found = {(one.spec, one.new_model): one for one in screen.found.losses}
    grids: list[Grid] = []
    for title, models in _tables(screen, "CHANGES"):
        rows = (_loss_row(screen, found[spec, model]) for spec in specs for model in models)
        grids += _grid(screen, title, screen.confidence, rows, several=len(models) > 1)
    return grids


def _tables(screen: ChangeScreen, title: str) -> list[tuple[str, list[str]]]:
    """The tables of the screen by their titles, with the models of each."""
    models = [new for _, new in screen.models]
    if screen.all and len(models) > 1:
        return [(f"{title} of {screen.model(model)}", [model]) for model in models]
    return [(title, models)]


def _grid(
    screen: ChangeScreen,
    title: str,
    extra: str,
    rows: Iterable[tuple[str | Cell, ...]],
    *,
    several: bool,
) -> list[Grid]:
    """A table of changes without its empty columns; rows: label, model, old, new, change, extra, verdict, p,
    reason."""
    figures = (GridColumn("old", right=True, drop=1), *right("new", "change", extra))
    heads = (
        title,
        "model",
        *figures,
        GridColumn("verdict", drop=2),
        *right("p"),
        GridColumn("reason", flow=True),
    )
    keep = [i for i in range(len(heads)) if (i != 1 or several) and (i < 7 or screen.all)]
    kept = ([row[i] for i in keep] for row in rows)
    return tabulate(
        "", [heads[i] for i in keep], kept, always=4 + several, complete=screen.all, keys=1 + several
    )


def _loss_row(screen: ChangeScreen, one: LossChange) -> tuple[str | Cell, ...]:
    old, new = value_texts(one)
    change, interval = change_text(one)
    role = ROLES.get(one.verdict or "", Role.PLAIN)
    return (
        screen.label(one.spec),
        screen.model(one.new_model),
        old,
        new,
        Cell(change + ("?" if _is_few(one) else ""), role),
        Cell(interval, Role.DIM),
        Cell(one.verdict or "", role),
        "" if one.p is None else p_text(one.p),
        visible(one.reason or ""),
    )


def _metric_grids(screen: ChangeScreen) -> list[Grid]:
    names = _shown_metrics(screen)
    found = {(one.name, one.model): one for one in screen.found.metrics}
    grids: list[Grid] = []
    for title, models in _tables(screen, "METRICS"):
        rows = (_metric_row(screen, found[name, model]) for name in names for model in models)
        grids += _grid(screen, title, "better if", rows, several=len(models) > 1)
    return grids


def _shown_metrics(screen: ChangeScreen) -> list[str]:
    """The most telling metrics that have a value on either side; every one with `--all`."""
    names = list(dict.fromkeys(one.name for one in screen.found.metrics))
    if screen.all:
        return names
    known = {one.name for one in screen.found.metrics if one.old is not None or one.new is not None}
    told = telling(screen.found.task)
    shown = [name for name in (told.changes or told.metrics).split() if name in known]
    return shown[: per_model(_METRICS, _METRIC_ROWS, screen.models)]


def _metric_row(screen: ChangeScreen, one: MetricChange) -> tuple[str | Cell, ...]:
    old, new = pair_texts(one.old, one.new)
    direction = {True: "higher", False: "lower", None: ""}[one.greater_is_better]
    return (
        visible(one.title),
        screen.model(one.model),
        old,
        new,
        "0" if is_same(one.old, one.new) else signed(one.change),
        direction,
        "",
        "",
        visible(one.reason or ""),
    )


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────


def _unpaired(screen: ChangeScreen) -> list[Note]:
    reason = screen.found.reason
    return [] if reason is None else [Note("!", f"no intervals: {visible(reason)}")]


def _few(screen: ChangeScreen) -> list[Note]:
    names = list(dict.fromkeys(visible(spec_name(one.spec)) for one in _shown(screen) if _is_few(one)))
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    text = f"{_some(screen, names)} {verb} {DOMINATED}: no interval; do not choose on a change with ?"
    return [Note("?", text)]


def _is_few(one: LossChange) -> bool:
    return rests_on_few(one.reason)


def _missing(screen: ChangeScreen) -> list[Note]:
    """The first value that is missing; the others are in the table of `--all`."""
    gone = [one for one in _shown(screen) if one.old is None or one.new is None]
    if not gone or screen.all:
        return []
    more = f"; missing too: {len(gone) - 1:,} more, --show losses" if gone[1:] else ""
    text = (
        f"{screen.spec(gone[0].spec)} of {screen.model(gone[0].new_model)}: {visible(gone[0].reason or '')}"
    )
    return [Note("!", f"{text}{more}")]


def _alone(screen: ChangeScreen) -> list[Note]:
    """What one side has alone, by the reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in screen.found.unmatched:
        name = visible(one.name) if one.what == "model" else visible(spec_name(one.name))
        names = groups.setdefault((one.what, one.reason), [])
        if name not in names:
            names.append(name)
    return [
        Note("!", f"{'' if what == 'loss' else f'{what} '}{_some(screen, names)}: {visible(reason)}")
        for (what, reason), names in groups.items()
    ]


def _shown(screen: ChangeScreen) -> list[LossChange]:
    """The changes that are in the tables."""
    specs = frozenset(screen.shown_losses())
    return [one for one in screen.found.losses if one.spec in specs]


def _some(screen: ChangeScreen, names: Sequence[str]) -> str:
    """The names, those beyond a few as a count of at least two."""
    return some(names, len(names) if screen.all or len(names) == _NAMED + 1 else _NAMED)


def _next_command(screen: ChangeScreen) -> str:
    """What to type next, ready to paste."""
    changes = screen.found
    if screen.all:
        return explaining((), changes.primary)
    words = typed(changes.command, "diff", changes.old.path, changes.new.path)
    return again((*without(words, ("--show",), ()), "--all"))
