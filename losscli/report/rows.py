"""The flagged rows and those that decide between two models, one by one, for `--rows flagged`."""

from losscli.report.blocks import Grid, GridColumn, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import display_names, visible
from losscli.report.numbers import significant
from losscli.result import RowRecord

MOST = 50
_REASONS = 3
_DIGITS = 4
_KEY_CELLS = 24


def row_grids(screen: CompareScreen) -> list[Grid]:
    """The first rows with what each model says of them and its primary loss; the rest is counted."""
    records = screen.found.row_table
    if not records:
        return []
    names = [model.name for model in screen.found.models]
    loss = screen.primary.name if screen.primary else ""
    models = [screen.model(name) for name in names]
    figures = right("target", *models, *(f"{loss} of {model}" for model in models))
    keys = [str(record.row) for record in records[:MOST]]
    shown = display_names(keys, screen.limit(_KEY_CELLS))
    rows = [(shown[key], *_texts(screen, record, names)) for key, record in zip(keys, records, strict=False)]
    left = len(records) - MOST
    notes = (f"{left:,} more: --format json",) if left > 0 else ()
    return tabulate("", ("ROWS", GridColumn("why", flow=True), *figures), rows, notes)


def _texts(screen: CompareScreen, record: RowRecord, names: list[str]) -> list[str]:
    return [
        _why(record),
        _text(screen, record.target),
        *(_text(screen, record.predictions[name]) for name in names),
        *(_text(screen, record.losses[name]) for name in names),
    ]


def _why(record: RowRecord) -> str:
    """The first reasons; the rest is counted."""
    more = len(record.why) - _REASONS
    said = [*record.why[:_REASONS], *([f"{more:,} more"] if more > 0 else [])]
    return visible(", ".join(said))


def _text(screen: CompareScreen, value: float | str | None) -> str:
    match value:
        case None:
            return "n/a"
        case str():
            return screen.clip(value, 18)
        case _:
            return significant(value, _DIGITS)
