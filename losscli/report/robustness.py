"""How much of each loss the flagged rows carry, least first."""

from losscli.domain import CLASSES, NUMBERS
from losscli.report.blocks import Grid, GridColumn, right, tabulate
from losscli.report.choice import Choice
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import spec_name, visible
from losscli.report.numbers import count, percent, ranks, significant
from losscli.result import Robustness

_SCORES = ("score", "logit", "label")
_NOTE = GridColumn("note", flow=True)
_CAVEAT = "this ranks losses on these predictions, not what training with them would do"


def robustness_grids(screen: CompareScreen, choice: Choice) -> list[Grid]:
    """The losses of the screen in rank order; none if nothing was measured, as where a row of the task has
    no one residual."""
    records = _records(screen, choice)
    if not records or screen.found.task not in CLASSES | NUMBERS:
        return []
    flagged = any(record.basis == "flagged" for record in records)
    grids = _shares(screen, records) if flagged else _weights(screen, records)
    return grids + _without(screen, records) if screen.all and flagged else grids


def _records(screen: CompareScreen, choice: Choice) -> list[Robustness]:
    """The shown losses by rank, each with the record of its class; all records with `--all`."""
    shown = [(table.spec, table.members) for table in choice.tables]
    found: dict[str, Robustness] = {}
    for spec, members in shown:
        candidates = (spec,) if screen.all else (spec, *members)
        records = [record for own in candidates for record in screen.found.robustness if record.spec == own]
        if records:
            found.setdefault(records[0].spec, records[0])
    if screen.all:
        found |= {record.spec: record for record in screen.found.robustness}
    present = [record for record in found.values() if screen.all or _figure(record) is not None]
    return sorted(present, key=lambda record: (record.rank is None, record.rank or 0, _figure(record) or 0.0))


def _figure(record: Robustness) -> float | None:
    return record.outlier_share if record.basis == "flagged" else record.probe_weight


def _shares(screen: CompareScreen, records: list[Robustness]) -> list[Grid]:
    figures = right("share of loss", screen.confidence)
    heads = ("rank", "loss", *figures, GridColumn("leader, and without them", drop=1), _NOTE)
    rows = [
        (
            ranks(record.rank, record.rank_low, record.rank_high),
            _loss(screen, record),
            "n/a" if record.outlier_share is None else _whole(record.outlier_share) + " %",
            _range(record),
            _leaders(screen, record),
            visible(record.reason or "") if record.outlier_share is None else "",
        )
        for record in records
    ]
    return tabulate(_title(screen), heads, rows, _caveat(screen), always=2, complete=screen.all)


def _weights(screen: CompareScreen, records: list[Robustness]) -> list[Grid]:
    title = "ROBUSTNESS TO OUTLIERS: no row is flagged; what one would weigh"
    heads = ("rank", "loss", *right("rows an outlier counts for"), _NOTE)
    rows = [
        (
            ranks(record.rank, record.rank_low, record.rank_high),
            _loss(screen, record),
            "n/a" if record.probe_weight is None else significant(record.probe_weight, 2),
            visible(record.reason or "") if record.probe_weight is None else "",
        )
        for record in records
    ]
    return tabulate(title, heads, rows, _caveat(screen), always=2, complete=screen.all)


def _caveat(screen: CompareScreen) -> tuple[str, ...]:
    return (_CAVEAT,) if screen.all else ()


def _loss(screen: CompareScreen, record: Robustness) -> str:
    """The loss's name alone where no other loss on screen has it."""
    names = [spec_name(other.spec) for other in screen.found.robustness]
    name = spec_name(record.spec)
    return visible(name) if names.count(name) == 1 and not screen.all else screen.spec(record.spec)


def _range(record: Robustness) -> str:
    if record.low is None or record.high is None:
        return ""
    return f"{_whole(record.low)}-{_whole(record.high)} %"


def _whole(share: float) -> str:
    """In whole per cent; below 1 in one digit."""
    return f"{100 * share:.0f}" if share >= 0.0095 or not share else percent(share).removesuffix(" %")


def _leaders(screen: CompareScreen, record: Robustness) -> str:
    if record.leader_all is None or record.leader_without is None or len(screen.found.models) < 2:
        return ""
    before, after = screen.model(record.leader_all), screen.model(record.leader_without)
    return before if before == after else f"{before} -> {after}"


def _title(screen: CompareScreen) -> str:
    comparison = screen.found
    flagged = count(comparison.rows.flagged_count, "row")
    if comparison.task in ("regression", "counts"):
        s = "" if comparison.scale is None else f" (s = {significant(comparison.scale)})"
        rule = f"off by > 5 s{s}"
    elif comparison.models and all(model.kind in _SCORES for model in comparison.models):
        rule = "the 1 % with the lowest margins"
    else:
        rule = "the true class given less than 0.05"
    return f"ROBUSTNESS TO OUTLIERS: {flagged} flagged, {rule}"


def _without(screen: CompareScreen, records: list[Robustness]) -> list[Grid]:
    """Every loss without the flagged rows, and the share of its largest row."""
    rows = [
        (
            screen.spec(record.spec),
            screen.model(share.model),
            "" if share.bulk_value is None else significant(share.bulk_value),
            "" if share.top_share is None else percent(share.top_share),
        )
        for record in records
        for share in record.models
    ]
    return tabulate("", ("WITHOUT THEM", "model", *right("loss without", "share of largest row")), rows)
