"""The answer in words: which loss to use, and whether the data can tell.

A loss leads where no other is shown better on the data as they are; of those that lead, the ones that
lose least when data go bad are the answer.
"""

from losscli.domain import NUMBERS
from losscli.report.blocks import Paragraph
from losscli.report.fits.screen import FitScreen, Standing, contamination, either, when_bad, words
from losscli.report.names import joined, visible
from losscli.report.numbers import percent
from losscli.result import Fit

_LISTED = 4


def verdict(screen: FitScreen) -> list[Paragraph]:
    """The answer; what it costs to train the usual loss instead."""
    fits = (*screen.ranked, *screen.unranked)
    if not fits:
        return [Paragraph(f"No loss could be fitted: {_why_none(screen)}.")]
    if len(fits) == 1:
        return [Paragraph(_one(screen, fits[0].fit))]
    if not screen.ranked:
        return [Paragraph(f"Cannot rank these losses: {_why_unranked(screen)}.")]
    if len(screen.ranked) == 1:
        return [Paragraph(f"Only one loss is ranked. {_one(screen, screen.ranked[0].fit)}")]
    answer, chosen = _advice(screen)
    return [Paragraph(" ".join([answer, *_reference(screen, chosen)]))]


def _why_none(screen: FitScreen) -> str:
    records = [(one.spec, one.reason) for one in screen.found.unranked]
    records += [(one.spec, one.reason) for one in screen.found.refused]
    reasons = [f"{screen.loss(spec)}: {visible(reason)}" for spec, reason in records]
    return "; ".join(reasons[:2]) or "none is asked for"


def _why_unranked(screen: FitScreen) -> str:
    texts = [f"{screen.loss(one.spec)}: {visible(one.reason)}" for one in screen.found.unranked]
    more = [f"{len(texts) - 2} more"] if texts[2:] else []
    return "; ".join([*texts[:2], *more]) or "there is no ranking"


def _one(screen: FitScreen, fit: Fit) -> str:
    """Its headline metric, against the best constant, and what bad data cost."""
    metric = screen.found.headline
    name, score = screen.loss(fit.spec), fit.scores.get(metric)
    if score is None or score.value is None:
        why = score.reason if score is not None and score.reason else fit.reason
        return f"{name}: no {words(metric)}: {visible(why or 'no reason is given')}."
    text = f"{name}: {words(metric)} {screen.text(fit, metric)} out of fold"
    interval = screen.digits(metric).interval(score.low, score.high)
    text += f" ({screen.confidence} interval {interval})" if interval else ""
    return f"{text}{_against(screen, score.value)}.{_bad_sentence(screen, fit)}"


def _against(screen: FitScreen, value: float) -> str:
    constant = screen.found.constant.get(screen.found.headline)
    if not constant:
        return ""
    share = (value - constant) / constant
    side = "above" if share > 0 else "below"
    shown = screen.constant(screen.found.headline)
    return (
        f", {percent(abs(share))} {side} the best constant ({shown})" if share else ", as the best constant"
    )


def _bad_sentence(screen: FitScreen, fit: Fit) -> str:
    record = next((one for one in screen.bad if one.spec == fit.spec), None)
    if record is None or record.excess[-1] is None:
        return ""
    level, how = f"{100 * record.levels[-1]:g} %", contamination(record.scheme, record.size)
    lost = percent(max(record.excess[-1], 0.0))
    return f" With {level} bad rows ({how}) it loses {lost} of its lead over the best constant."


def _advice(screen: FitScreen) -> tuple[str, list[Standing]]:
    """(the first sentence, the losses that it names)."""
    leaders = [one for one in screen.ranked if one.leads]
    if exact := [one for one in leaders if _is_exact(screen, one)]:
        names = joined([_name(screen, one) for one in exact[:_LISTED]])
        names += f" and {len(exact) - _LISTED} more" if exact[_LISTED:] else ""
        told = f"{_metric(screen)} 0 out of fold, for what is missed is rounding"
        return f"The fit is exact under {names}: {told}. Any of them will do.", exact
    if not leaders:
        return _untested(screen)
    chosen = _least_lost(leaders)
    if not chosen:
        return _clean(screen, leaders), leaders
    return _both(screen, leaders, chosen), chosen


def _is_exact(screen: FitScreen, one: Standing) -> bool:
    """Whether numbers are predicted to the last digit."""
    score = one.fit.scores.get(screen.found.headline)
    return screen.found.task in NUMBERS and score is not None and score.value == 0.0


def _untested(screen: FitScreen) -> tuple[str, list[Standing]]:
    best = screen.best or screen.ranked[0]
    reason = best.clean.reason if best.clean is not None else None
    why = f" ({visible(reason)})" if reason else ""
    text = f"{_name(screen, best)} is best on {_metric(screen)}, {_value(screen, best)}."
    return f"{text} Noise has not been tested{why}: the differences may be chance.", [best]


def _least_lost(leaders: list[Standing]) -> list[Standing]:
    """Of those that lead, the ones that are not shown to lose more than another when data go bad."""
    measured = [one for one in leaders if one.bad is not None and one.bad.rank is not None]
    least = min((one.bad_rank for one in measured), default=0)
    return [one for one in measured if one.bad_rank == least]


def _clean(screen: FitScreen, leaders: list[Standing]) -> str:
    metric = _metric(screen)
    if len(leaders) == len(screen.ranked):
        return f"Cannot tell which loss to use: {_all_tie(screen)}."
    if len(leaders) == 1:
        return f"Use {_name(screen, leaders[0])}: it is shown best of {len(screen.ranked)} on {metric}."
    use, _ = _use(screen, leaders)
    return f"{use}: no loss is shown better on {metric} ({_tie(screen, leaders)})."


def _all_tie(screen: FitScreen, nor: str = "") -> str:
    best = f"; {_name(screen, screen.best)} comes first, {_value(screen, screen.best)}" if screen.best else ""
    return f"none of {len(screen.ranked)} is shown better than another on {_metric(screen)}{nor}{best}"


def _use(screen: FitScreen, chosen: list[Standing]) -> tuple[str, str]:
    """(`Use tukey or welsch`, what else that is called in the sentence); many are told by the others."""
    others = [one for one in screen.ranked if one not in chosen]
    if len(chosen) > _LISTED >= len(others) > 0:
        return f"Use any but {joined([_name(screen, one) for one in others])}", "the rest lose"
    names = either([_name(screen, one) for one in chosen], _LISTED)
    return f"Use {names}", "this one loses" if len(chosen) == 1 else "these lose"


def _both(screen: FitScreen, leaders: list[Standing], chosen: list[Standing]) -> str:
    metric, bad = f"clean {_metric(screen)}", when_bad(screen)
    ahead = [one for one in screen.ranked if one.bad_rank < chosen[0].bad_rank]
    if len(leaders) == 1:
        use = f"Use {_name(screen, chosen[0])}: it is shown best of {len(screen.ranked)} on {metric}"
        return f"{use}, {_but(screen, ahead) or 'and none is shown to lose less ' + bad}."
    if len(chosen) == len(leaders) == len(screen.ranked):
        return f"Cannot tell which loss to use: {_all_tie(screen, f', nor {bad}')}."
    use, lose = _use(screen, chosen)
    use += f": no loss is shown better on {metric} ({_tie(screen, leaders)})"
    if len(chosen) == len(leaders):
        return f"{use}, and {bad} they tie as well."
    if ahead:
        return f"{use}, and of them {lose} least {bad}, {_but(screen, ahead)}."
    return f"{use}, and {lose} least {bad}."


def _but(screen: FitScreen, ahead: list[Standing]) -> str:
    """Those that lose less when data go bad, and are shown worse as the data are."""
    if not ahead:
        return ""
    lose = "loses" if len(ahead) == 1 else "lose"
    return f"but {joined([_name(screen, one) for one in ahead[:_LISTED]])} {lose} less {when_bad(screen)}"


def _reference(screen: FitScreen, chosen: list[Standing]) -> list[str]:
    """`mse costs +1.5 % MAE as is.`, `bce costs 0.4 % of the average precision as is.`"""
    usual = screen.reference
    size = screen.gap_of(usual) if usual is not None else None
    if usual is None or usual in chosen or not size:
        return []
    shown = " (not shown)" if usual.leads else ""
    cost = percent(size, sign=True) if size > 0 else f"{percent(-size)} of the"
    return [f"{_name(screen, usual)} costs {cost} {_metric(screen)} as is{shown}."]


def _tie(screen: FitScreen, leaders: list[Standing]) -> str:
    if len(leaders) == len(screen.ranked):
        return f"all {len(leaders)} tie"
    return f"top {len(leaders)} of {len(screen.ranked)} tie"


def _name(screen: FitScreen, one: Standing) -> str:
    return screen.loss(one.fit.spec)


def _metric(screen: FitScreen) -> str:
    return words(screen.found.headline)


def _value(screen: FitScreen, one: Standing) -> str:
    return screen.text(one.fit, screen.found.headline)
