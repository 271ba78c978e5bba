"""The answer in words: which model has the lowest primary loss, by how much, and whether that is clear.

Relative differences are relative to the best model's value, everywhere on the screen.
"""

from losscli.domain import DOMINATED
from losscli.report.blocks import Paragraph
from losscli.report.compare_screen import (
    CompareScreen,
    Gap,
    figure,
    ordered,
    row_digits,
    trustless,
    value_text,
)
from losscli.report.losses import missing_values, relative
from losscli.report.names import joined, some, visible
from losscli.report.numbers import Figure, digits_of, p_text, percent
from losscli.report.screen import NO_DIFFERENCE
from losscli.result import LossTable, LossValue, would_decide

_LISTED = 3
_CORRECTIONS = {
    "holm": "all {pairs} pairs of models corrected (Holm)",
    "bh": "false discoveries among all {pairs} pairs of models controlled",
    "none": "no correction for {pairs} pairs of models",
}


def verdict(screen: CompareScreen) -> list[Paragraph]:
    """The answer in one paragraph."""
    table = screen.primary
    if table is None:
        primary = screen.spec(screen.found.primary)
        return [Paragraph(f"{primary} could not be computed: {_refusal(screen)}")]
    best = ordered(table)
    name = screen.spec(table.spec)
    if not best:
        reasons = "; ".join(missing_values(screen, [table])) or "there are no models"
        return [Paragraph(f"{name}: no model has a value. {reasons}")]
    if len(screen.found.models) == 1:
        return [Paragraph(_one_model(screen, table, best[0]))]
    said = _judged if screen.has_verdicts else _unjudged
    return [Paragraph(" ".join([*said(screen, table, best), *_without_value(screen, table)]))]


def method(screen: CompareScreen) -> list[str]:
    """How the figures of the answer are made, and what more was asked of them."""
    if len(screen.found.models) == 1:
        return [f"{screen.confidence} intervals, {_units(screen)}"] if _together(screen) else []
    if not screen.has_verdicts:
        return []
    return [_method(screen), *_in_time(screen), *_self_check(screen)]


def _without_value(screen: CompareScreen, table: LossTable) -> list[str]:
    """`forest: inf.`: the models that cannot be ordered."""
    missing = [result for result in table.results if result.value is None]
    texts = {value_text(result, row_digits(table)) for result in missing}
    names = some([screen.model(result.model) for result in missing], _LISTED)
    return [f"{names}: {' or '.join(sorted(texts))}."] if missing else []


def _refusal(screen: CompareScreen) -> str:
    primary = screen.found.primary
    reasons = [refused.reason for refused in screen.found.refused if refused.spec == primary]
    return visible(reasons[0]) if reasons else "no reason is given"


def _one_model(screen: CompareScreen, table: LossTable, result: LossValue) -> str:
    digits = row_digits(table)
    text = f"{screen.spec(table.spec)} of {screen.model(result.model)} is {value_text(result, digits)}"
    interval = digits.interval(result.low, result.high)
    if interval:
        text += f" ({screen.confidence} interval {interval})"
    if result.skill is not None and table.reference is not None:
        side = "below" if result.skill >= 0 else "above"
        text += (
            f", {percent(abs(result.skill))} {side} the best constant ({digits.text(table.reference)})"
            if result.skill
            else ", as the best constant"
        )
    return text + "."


def _unjudged(screen: CompareScreen, table: LossTable, best: list[LossValue]) -> list[str]:
    name, leader = screen.spec(table.spec), best[0]
    digits = row_digits(table)
    equal = [result for result in best if result.value == leader.value]
    value = value_text(leader, digits)
    if len(equal) > 1:
        first = f"{name}: {joined([screen.model(r.model) for r in equal])} are equal, {value}."
    else:
        first = f"{name}: {screen.model(leader.model)} is lowest, {value}."
    if len(best) == 1:
        return [f"{name}: only {screen.model(leader.model)} has a value, {value}."]
    rest = best[len(equal) :]
    listed = [f"{screen.model(r.model)} {_excess(table, leader, r)}" for r in rest[:_LISTED]]
    if rest[_LISTED:]:
        listed.append(f"{len(rest) - _LISTED} more up to {_excess(table, leader, best[-1])}")
    behind = [f"Behind it: {', '.join(listed)}."] if listed else []
    gaps = [screen.pair(table.spec, leader.model, other.model) for other in rest]
    if any(gap is not None and gap.carried for gap in gaps):
        differ = "The difference is" if len(gaps) == 1 else "Differences with ? are"
        return [first, *behind, f"{differ} {DOMINATED}, and may be chance."]
    return [first, *behind, "Noise has not been tested: these differences may be chance."]


def _excess(table: LossTable, leader: LossValue, other: LossValue) -> str:
    """`+2.2 %` over the leader, or the value where a percentage has no meaning."""
    assert leader.value is not None and other.value is not None
    size = relative(leader.value, other.value)
    return value_text(other, row_digits(table)) if size is None else percent(size, sign=True)


def _judged(screen: CompareScreen, table: LossTable, best: list[LossValue]) -> list[str]:
    name, leader = screen.spec(table.spec), best[0]
    gaps = [(other, screen.pair(table.spec, leader.model, other.model)) for other in best[1:]]
    members = [r.model for r in best if table.best_set and r.model in table.best_set]
    sentences = [_lead(screen, table, leader, *gaps[0])] if gaps else []
    if len(members) > 1:
        names = some([screen.model(m) for m in members], 6)
        sentences.insert(0, f"{names} may be the best.")
    worse = [(other, gap) for other, gap in gaps[1:] if gap is not None and gap.proven]
    unclear = [other for other, gap in gaps[1:] if gap is None or not gap.proven]
    if unclear:
        names = some([screen.model(other.model) for other in unclear], _LISTED)
        sentences.append(f"No clear difference from {screen.model(leader.model)}: {names}.")
    most = screen.most(_LISTED)
    sentences += [_worse(screen, table, leader, other, gap) for other, gap in worse[:most]]
    if worse[most:]:
        verb = "So are" if len(worse) > most + 1 else "So is"
        sentences.append(f"{verb} {some([screen.model(r.model) for r, _ in worse[most:]], _LISTED)}.")
    return [f"{name}: {' '.join(sentences)}"]


def _lead(
    screen: CompareScreen, table: LossTable, leader: LossValue, other: LossValue, gap: Gap | None
) -> str:
    ahead, behind = screen.model(leader.model), screen.model(other.model)
    if leader.value == other.value or (gap is not None and gap.equal):
        return f"{ahead} and {behind} are equal."
    size = _size(table, leader, other, gap)
    if gap is not None and gap.proven:
        return f"{ahead} is better than {behind} {size}."
    sentence = f"{ahead} leads {behind} {size}: {NO_DIFFERENCE}"
    if gap is not None and gap.carried:
        return f"{sentence}, {DOMINATED}."
    if gap is not None and gap.pair.rows_needed is not None:
        sentence += f"; {would_decide(gap.pair.rows_needed)}"
    elif gap is not None and gap.pair.reason:
        sentence += f" ({visible(gap.pair.reason)})"
    return sentence + "."


def _worse(screen: CompareScreen, table: LossTable, leader: LossValue, other: LossValue, gap: Gap) -> str:
    size = _size(table, leader, other, gap, sign=True).removeprefix("by ")
    return f"{screen.model(other.model)} is worse than {screen.model(leader.model)}: {size}."


def _size(table: LossTable, leader: LossValue, other: LossValue, gap: Gap | None, sign: bool = False) -> str:
    """`by 1.8 % [-2.6, +5.8]`; in the unit of the loss for small or signed values such as brier."""
    assert leader.value is not None and other.value is not None
    low, high = (gap.low, gap.high) if gap is not None else (None, None)
    size = relative(leader.value, other.value)
    if size is not None and table.unit not in ("1", "nats"):
        scaled = [None if end is None else end / leader.value for end in (low, high)]
        return f"by {percent(size, scaled[0], scaled[1], sign)}"
    digits = digits_of([Figure(other.value - leader.value, low, high)])
    values = row_digits(table)
    pair = " vs ".join(value_text(r, values) for r in (leader, other))
    difference = digits.text(other.value - leader.value)
    interval = "" if low is None or high is None else f" [{digits.text(low)}, {digits.text(high)}]"
    return f"by {difference}{interval} ({pair})"


def _self_check(screen: CompareScreen) -> list[str]:
    """How often the procedure errs on rows like these, in one line, if asked for."""
    records = screen.found.self_check
    if not records:
        return []
    first = records[0]
    if first.any_alarm is None:
        return [f"self-check: not done, {visible(first.reason or '')}"]
    which = "a pair" if len(records) == 1 else f"any of the {len(records)} pairs"
    text = (
        f"self-check: on rows like these this procedure would call {which} different "
        f"{percent(first.any_alarm)} of the time when it is not"
    )
    passes = [record.false_pass for record in records if record.false_pass is not None]
    if passes:
        text += f", and pass a model that is worse by the tolerance {percent(max(passes))} of the time"
    return [f"{text} ({first.trials:,} trials)"]


def _in_time(screen: CompareScreen) -> list[str]:
    """Diebold and Mariano's test beside the blocks, where rows have a time."""
    tests = screen.found.forecasts
    known = [one for one in tests if one.p is not None]
    horizon = f", {tests[0].horizon} ahead" if tests and tests[0].horizon is not None else ""
    if not known:
        why = visible(tests[0].reason or "") if horizon else ""
        return [f"Diebold-Mariano{horizon}: not done, {why}"] if why else []
    pairs = [
        f"{screen.model(one.a)} and {screen.model(one.b)} {'' if one.p is None else p_text(one.p)}"
        for one in known[:_LISTED]
    ]
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    lags = f"{known[0].lags} lag{'s' * (known[0].lags != 1)}"
    return [f"Diebold-Mariano{horizon}, {lags}, uncorrected p: {', '.join(pairs)}{more}"]


def _units(screen: CompareScreen) -> str:
    """`paired by row`, and what is resampled together."""
    paired = "paired by row" if len(screen.found.models) > 1 else ""
    return ", ".join(filter(None, (paired, _together(screen))))


def _together(screen: CompareScreen) -> str:
    """`resampled by shop, 60 clusters`; nothing where rows are resampled one by one."""
    resampling = screen.found.resampling
    if resampling.column is None:
        return ""
    text = f"resampled by {screen.clip(resampling.column, 20)}, {resampling.units:,}"
    if resampling.length is None:
        return f"{text} cluster{'s' * (resampling.units != 1)}"
    return f"{text} blocks of {resampling.length:,} time{'s' * (resampling.length != 1)}"


def _method(screen: CompareScreen) -> str:
    pairs = len(screen.pairs(screen.found.primary))
    rule = _CORRECTIONS.get(screen.found.correction, "all {pairs} pairs of models corrected")
    corrected = rule.format(pairs=pairs) if pairs > 1 else "one pair of models"
    text = f"{screen.confidence} intervals, {_units(screen)}, {corrected}"
    table = screen.primary
    if table is not None and any(
        trustless(result) or figure(result).value is None for result in table.results
    ):
        text += "; a value with ? or inf has none"
    return text
