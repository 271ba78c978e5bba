"""Do the losses agree? Who leads under how many classes of losses, and under every loss for a functional."""

from losscli.report.blocks import Grid, GridColumn, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import joined, some
from losscli.report.numbers import significant
from losscli.report.traits import asks
from losscli.result import Agreement, Dominance, Order

_MOST = 3  # models or pairs that are named
_TITLE = "DO THE LOSSES AGREE?"


def agreement_grids(screen: CompareScreen) -> list[Grid]:
    """Two or three lines; the order under every class of losses with `--all`."""
    found = screen.found.agreement
    if found is None or len(found.orders) < 2:
        return []
    rows = [(f"{len(found.orders)} classes of losses", _leaders(screen, found))]
    for functional in dict.fromkeys(one.functional for one in found.dominance):
        pairs = [one for one in found.dominance if one.functional == functional]
        rows.append((f"every loss for the {functional}", _dominance(screen, pairs)))
    grids = tabulate(_TITLE, ("", GridColumn("", flow=True)), rows)
    return [*grids, *(_everything(screen, found) if screen.all else [])]


def _leaders(screen: CompareScreen, found: Agreement) -> str:
    """`gbm leads 14, ridge 4; Kendall's tau with mae 0.71 on average`"""
    names = [f"{screen.model(model)} leads {count}" for model, count in found.leaders.items()]
    if not names:
        return "none has a leader"
    text = some(names, _MOST)
    if found.tau is None:
        return text
    return f"{text}; Kendall's tau with {screen.spec(found.primary)} {found.tau:.2f} on average"


def _dominance(screen: CompareScreen, pairs: list[Dominance]) -> str:
    """What Murphy's diagram says of the leader and each other model."""
    leader = screen.model(pairs[0].a)
    groups: dict[str, list[str]] = {}
    for one in pairs:
        groups.setdefault(_saying(one), []).append(screen.model(one.b))
    return "; ".join(
        saying.format(leader=leader, others=some(names, _MOST)) for saying, names in groups.items()
    )


def _saying(one: Dominance) -> str:
    match one.verdict:
        case "a":
            nowhere = "and worse at none here" if one.on_rows == "a" else "and worse at none beyond noise"
            return f"{{leader}} is better than {{others}} at some thresholds, {nowhere}"
        case "b":
            return "at some thresholds {leader} is worse than {others}, and better at none beyond noise"
        case "crosses":
            return "{leader} and {others} cross: such losses differ on who is better"
        case _:
            same = one.on_rows == "equal"
            return "{leader} and {others} are the same" if same else "{leader} against {others}: not shown"


def _everything(screen: CompareScreen, found: Agreement) -> list[Grid]:
    best = GridColumn("best first", flow=True)
    heads = ("ORDERS", "asks for", *right("tau"), screen.confidence, best, "shown the other way")
    curves = ("MURPHY CURVES", "a", "b", *right("a ahead by", "at", "b ahead by", "at"))
    return [
        *tabulate("", heads, (_order(screen, one) for one in found.orders), always=3),
        *tabulate("", curves, (_curve(screen, one) for one in found.dominance)),
    ]


def _order(screen: CompareScreen, one: Order) -> tuple[str, ...]:
    return (
        screen.spec(one.spec),
        screen.clip(asks(one.spec, one.elicits), 15),
        f"{one.tau:.2f}",
        "" if one.low is None or one.low == one.high else f"{one.low:.2f} to {one.high:.2f}",
        " ".join(screen.model(model) for model in one.order),
        joined([f"{screen.model(b)} before {screen.model(a)}" for a, b in one.opposed]),
    )


def _curve(screen: CompareScreen, one: Dominance) -> tuple[str, ...]:
    ends = [
        "" if threshold is None else significant(figure)
        for ahead, threshold in ((one.a_ahead, one.a_threshold), (one.b_ahead, one.b_threshold))
        for figure in (ahead, threshold or 0.0)
    ]
    return (f"for the {one.functional}", screen.model(one.a), screen.model(one.b), *ends)
