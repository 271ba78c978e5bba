"""How much of each loss the flagged rows carry, least first."""

from losscli.domain import CLASSES, NUMBERS
from losscli.report.blocks import Grid, GridColumn, right, tabulate
from losscli.report.choice import Choice
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import spec_name, visible
from losscli.report.numbers import count, percent, ranks, significant
from losscli.result import Robustness

_SCORES = ("score", "logit", "label")
_HEAD = "ROBUST TO OUTLIERS"
NO_OUTLIER = "no row is an outlier; one that is made would count for so many rows"
_NOTE = GridColumn("note", flow=True)
MOST, _LEAST = 5, 3  # rows of the short form
_CAVEAT = "this ranks losses on these predictions, not what training with them would do"


def robustness_grids(screen: CompareScreen, choice: Choice) -> list[Grid]:
    """The losses of the screen in rank order; none if nothing was measured."""
    records = _records(screen, choice)
    if not records or not has_robustness(screen):
        return []
    flagged = any(record.basis == "flagged" for record in records)
    grids = _shares(screen, records) if flagged else _weights(screen, records)
    return grids + _without(screen, records) if screen.all and flagged else grids


def has_robustness(screen: CompareScreen) -> bool:
    """Whether a row of the task has one residual, or one class, by which it is an outlier."""
    return screen.found.task in CLASSES | NUMBERS


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
    present.sort(key=lambda record: (record.rank is None, record.rank or 0, _figure(record) or 0.0))
    return present if screen.all else _few(screen, present)


def _few(screen: CompareScreen, ordered: list[Robustness]) -> list[Robustness]:
    """The most robust, the last, and the primary loss."""
    most = screen.most(MOST, _LEAST)
    primary = screen.primary
    own = () if primary is None else (primary.spec, *primary.members)
    kept = [record for record in ordered if record.spec in own][:1] + ordered[-1:]
    kept += [record for record in ordered if record not in kept][: most - len(kept)]
    return [record for record in ordered if record in kept]


def _figure(record: Robustness) -> float | None:
    return record.outlier_share if record.basis == "flagged" else record.probe_weight


def _shares(screen: CompareScreen, records: list[Robustness]) -> list[Grid]:
    figures = right("rank", "share of loss", screen.confidence)
    heads = (_HEAD, *figures, GridColumn("leader → leader without outliers", drop=1), _NOTE)
    rows = [
        (
            _loss(screen, record),
            ranks(record.rank, record.rank_low, record.rank_high),
            "n/a" if record.outlier_share is None else _whole(record.outlier_share) + " %",
            _range(record),
            _leaders(screen, record),
            visible(record.reason or "") if record.outlier_share is None else "",
        )
        for record in records
    ]
    notes = (_flagged(screen), *_caveat(screen))
    return tabulate("", heads, rows, notes, always=3, complete=screen.all, keys=2)


def _weights(screen: CompareScreen, records: list[Robustness]) -> list[Grid]:
    heads = (_HEAD, *right("rank", "weight of one outlier, in ordinary rows"), _NOTE)
    rows = [
        (
            _loss(screen, record),
            ranks(record.rank, record.rank_low, record.rank_high),
            "n/a" if record.probe_weight is None else significant(record.probe_weight, 2),
            visible(record.reason or "") if record.probe_weight is None else "",
        )
        for record in records
    ]
    return tabulate("", heads, rows, (NO_OUTLIER, *_caveat(screen)), always=3, complete=screen.all, keys=2)


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
    return before if before == after else f"{before} → {after}"


def _flagged(screen: CompareScreen) -> str:
    """Which rows are outliers, and how many there are."""
    comparison = screen.found
    number = comparison.rows.flagged_count
    if comparison.task in ("regression", "counts"):
        s = "" if comparison.scale is None else f"; s, the usual error, is {significant(comparison.scale)}"
        rule = f"off by more than 5 s{s}"
    elif comparison.models and all(model.kind in _SCORES for model in comparison.models):
        rule = "the 1 % with the lowest margins"
    else:
        rule = "the true class is given less than 0.05"
    return f"{count(number, 'row is an outlier', 'rows are outliers')}: {rule}"


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
    heads = ("WITHOUT OUTLIERS", "model", *right("loss without", "share of largest row"))
    return tabulate("", heads, rows, keys=2)
