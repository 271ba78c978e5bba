"""`losscli roles` as a screen: what was read, every column with its reason, the flags that say otherwise."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from losscli.report.blocks import Cell, Grid, GridColumn, Line, Report, Role, tabulate
from losscli.report.data import AnyScreen, decision_texts, file_text, folded_columns, models_text, target_text
from losscli.report.found import View
from losscli.report.names import visible
from losscli.report.numbers import count
from losscli.report.screen import Screen, following
from losscli.report.typed import again, typed, without
from losscli.result import ColumnRole, Model, Roles

_FOLDED = 3  # columns of one role from which on they share a line


def roles_report(roles: Roles, view: View) -> Report:
    """The report of the roles of columns."""
    screen: AnyScreen = Screen(roles, view)
    decisions = decision_texts(screen, roles.decisions, "model ")
    grids = [grid for item in roles.inputs for grid in _grids(screen, roles, item.path)]
    return Report.of(
        data=[Line(tuple(_fields(screen, roles)))],
        decisions=[Line(tuple(decisions), Role.DIM)] if decisions else [],
        columns=grids,
        notes=screen.capped(screen.warnings()),
        next=following(_next_command(roles)),
    )


def _fields(screen: AnyScreen, roles: Roles) -> Iterator[str]:
    for item in roles.inputs:
        yield file_text(screen, item)
        yield count(item.rows, "row")
    yield roles.task
    yield target_text(screen, roles.target, roles.positive, roles.classes)
    if roles.reads_for == "fit":
        yield count(sum(one.role == "feature" for one in roles.columns), "feature")
    else:
        yield models_text(screen, _models(roles))


def _models(roles: Roles) -> list[Model]:
    """The models, each with its columns; of a long file its column of predictions."""
    found: dict[str, list[ColumnRole]] = {}
    for one in roles.columns:
        if one.role == "prediction":
            found.setdefault(one.model or one.column, []).append(one)
    return [
        Model(name, tuple(one.column for one in own), own[0].kind or "value") for name, own in found.items()
    ]


def _runs(columns: Sequence[ColumnRole], *, fold: bool) -> Iterator[list[ColumnRole]]:
    """The columns that share a line: those beside each other of one role, model, kind and reason."""
    for _, same in groupby(columns, lambda one: (one.role, one.model, one.kind, _reason(one))):
        run = list(same)
        yield from [run] if fold and len(run) >= _FOLDED else ([one] for one in run)


def _reason(one: ColumnRole) -> str:
    """Why, without what is said of the values of this column."""
    return one.why.partition("; values")[0]


def _grids(screen: AnyScreen, roles: Roles, path: str) -> list[Grid]:
    """The columns of one file; its name where there are several."""
    own = [one for one in roles.columns if one.file == path]
    rows = [_row(screen, run) for run in _runs(own, fold=not screen.all)]
    title = visible(path) if len(roles.inputs) > 1 else ""
    heads = ("COLUMN", "is", "model", "otherwise", GridColumn("why", flow=True))
    return tabulate(title, heads, rows, always=2, wide=True)


def _row(screen: AnyScreen, run: Sequence[ColumnRole]) -> tuple[Cell, ...]:
    one = run[0]
    name = folded_columns([own.column for own in run])
    model = "" if one.model is None or one.model in one.column else screen.clip(one.model, 16)
    why, flag = (one.why, one.flag) if len(run) == 1 else (_reason(one), f"{one.flag.partition(' ')[0]} …")
    if "LABEL:COL" in flag:
        flag = "--pred MODEL=…"
    role = Role.DIM if one.role == "none" else Role.PLAIN
    texts = (screen.clip(name, 28), _is(screen, run), model)
    return (*(Cell(text, role) for text in texts), Cell(visible(flag), Role.CODE), Cell(visible(why), role))


def _is(screen: AnyScreen, run: Sequence[ColumnRole]) -> str:
    """`probability of yes`, `feature (number)`, `target`; `left out` of a column without a role."""
    one, number = run[0], f", {len(run)}" if len(run) > 1 else ""
    if one.role != "prediction":
        role = "left out" if one.role == "none" else one.role
        return f"{role}{f' ({one.kind})' if one.kind else ''}{number}"
    kind = one.kind or "value"
    return f"{kind}: {screen.clip(one.of, 16)}" if one.of and not number else f"{kind}{number}"


def _next_command(roles: Roles) -> str:
    """The command that reads the files so."""
    program, _, *words = typed(roles.command, "roles", *(item.path for item in roles.inputs))
    kept = without(words, ("--for", "--format", "--output"), ("--quiet", "-q", "--all"))
    return again((program, roles.reads_for, *kept))
