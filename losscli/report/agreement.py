"""Do the losses agree? Who leads under how many kinds of loss, and under every loss for a functional."""

from losscli.report.blocks import Grid, GridColumn, Note, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import joined, some
from losscli.report.numbers import significant
from losscli.report.screen import NO_DIFFERENCE
from losscli.report.traits import asks
from losscli.result import Agreement, Dominance, Order

_MOST = 3  # models or pairs that are named
_TITLE = "DO THE LOSSES AGREE?"
_OPPOSED = "clearly the other way"


def agreement(screen: CompareScreen) -> list[Grid | Note]:
    """One line; where all is open, also the order under every kind of loss."""
    found = screen.found.agreement
    if found is None or len(found.orders) < 2:
        return []
    return [_line(screen, found), *(_everything(screen, found) if screen.all else [])]


def _line(screen: CompareScreen, found: Agreement) -> Note:
    """`the losses disagree: of 28 kinds of loss gbm leads 14 and ridge 4`"""
    kinds = f"{len(found.orders)} kinds of loss"
    if not found.leaders:
        return Note("=", f"of {kinds} none has a leader")
    names = [screen.model(model) for model in found.leaders]
    if len(names) == 1:
        (number,) = found.leaders.values()
        whole = f"both {kinds[2:]}" if len(found.orders) == 2 else f"all {kinds}"
        which = whole if number == len(found.orders) else f"{number} of {kinds}, no other under any"
        return Note("=", f"the losses agree: {names[0]} leads under {which}")
    said = [f"{name} leads {number}" for name, number in zip(names, found.leaders.values(), strict=True)]
    return Note("!", f"the losses disagree: of {kinds}, {some(said, _MOST)}")


def _of_functionals(screen: CompareScreen, found: Agreement) -> list[Grid]:
    """What Murphy's diagrams say, and how near the orders are to that of the primary loss."""
    rows = []
    for functional in dict.fromkeys(one.functional for one in found.dominance):
        pairs = [one for one in found.dominance if one.functional == functional]
        title = f"better under every loss for the {functional} (Murphy)"
        rows.append((title, _dominance(screen, pairs)))
    if found.tau is not None:
        alike = f"{found.tau:.2f} on average (1: the same order, -1: the reverse)"
        rows.append((f"Kendall's tau with {screen.spec(found.primary)}", alike))
    return tabulate(_TITLE, ("", GridColumn("", flow=True)), rows)


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
            return (
                "{leader} and {others} are the same"
                if same
                else f"{{leader}} and {{others}}: {NO_DIFFERENCE}"
            )


def _everything(screen: CompareScreen, found: Agreement) -> list[Grid]:
    best = GridColumn("best first", flow=True)
    heads = ("ORDERS", "optimal prediction", *right("Kendall's tau"), screen.confidence, best, _OPPOSED)
    orders = tabulate("", heads, (_order(screen, one) for one in found.orders), always=3)
    return [*_of_functionals(screen, found), *orders]


def curve_grids(screen: CompareScreen) -> list[Grid]:
    """Where either of two models is furthest ahead, if all is open."""
    found = screen.found.agreement
    if found is None or not screen.all:
        return []
    heads = ("MURPHY CURVES", "a", "b", *right("a ahead by", "at", "b ahead by", "at"))
    return tabulate("", heads, (_curve(screen, one) for one in found.dominance), keys=3)


def _order(screen: CompareScreen, one: Order) -> tuple[str, ...]:
    return (
        screen.spec(one.spec),
        screen.clip(asks(one.spec, one.elicits), 24),
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
