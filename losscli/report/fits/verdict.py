"""The answer in words: which loss to use, whether the data can tell, and whether any loss beats a constant.

A loss leads where no other is shown better on the data as they are; of those that lead and are ahead of the
best constant, the most robust ones are the answer, the standard loss of the task first.
"""

from losscli.domain import NUMBERS, TASKS, Task
from losscli.report.blocks import Paragraph
from losscli.report.fits.pick import candidates, is_standard, leaders
from losscli.report.fits.screen import (
    FitScreen,
    Standing,
    constant_words,
    contamination,
    corrupted,
    either,
    words,
)
from losscli.report.leaks import leak_sentence
from losscli.report.names import joined, spec_name, visible
from losscli.report.numbers import percent
from losscli.result import Fit

_LISTED = 3
_CLIP = 60
_EXACT = 4  # losses named of those that fit exactly


def verdict(screen: FitScreen) -> list[Paragraph]:
    """What makes the ranking worthless, then the answer."""
    fits = screen.found
    leak = [leak_sentence(screen, fits.leaks, fits.target, classes=bool(fits.classes))] if fits.leaks else []
    return [*map(Paragraph, leak), Paragraph(_answer(screen))]


def _answer(screen: FitScreen) -> str:
    fits = (*screen.ranked, *screen.unranked)
    if not fits:
        return f"No loss could be fitted: {_why_none(screen)}."
    if not screen.ranked and len(fits) > 1:
        return f"Cannot rank these losses: {_why_unranked(screen)}."
    if screen.ranked and not screen.ahead:
        return _nothing(screen)
    if len(fits) == 1:
        return _one(screen, fits[0].fit)
    if len(screen.ranked) == 1:
        return f"Only one loss is ranked. {_one(screen, screen.ranked[0].fit)}"
    return " ".join([_advice(screen), *(_hardly(screen) or _reference(screen))])


def _why_none(screen: FitScreen) -> str:
    records = [(one.spec, one.reason) for one in screen.found.unranked]
    records += [(one.spec, one.reason) for one in screen.found.refused]
    reasons = [f"{screen.loss(spec)}: {visible(reason)}" for spec, reason in records]
    return "; ".join(reasons[:2]) or "none is asked for"


def _why_unranked(screen: FitScreen) -> str:
    clip = screen.clip
    texts = [f"{screen.loss(one.spec)}: {clip(one.reason, _CLIP)}" for one in screen.found.unranked]
    more = [f"{len(texts) - 2} more"] if texts[2:] else []
    return "; ".join([*texts[:2], *more]) or "there is no ranking"


def _nothing(screen: FitScreen) -> str:
    """No loss is named: none is better than doing without a model."""
    metric, constant = _metric(screen), screen.constant(screen.found.headline)
    best = next((one for one in screen.ranked if screen.text(one.fit, screen.found.headline) != "n/a"), None)
    own = "" if best is None else screen.text(best.fit, screen.found.headline)
    among = f"the best of {len(screen.ranked)} has" if len(screen.ranked) > 1 else "the loss has"
    figures = f": {among} {metric} {own} out of fold, a constant {constant}" if own and constant else ""
    text = f"No loss beats predicting {_constant(screen)}{figures}."
    return f"{text} As far as these rows show, the features tell this model nothing of the target."


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
    share = (value - constant) / abs(constant)
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
    where = f"in {level} of the training rows"
    return f" With {how} {where} it loses {lost} of its lead over the best constant."


def _advice(screen: FitScreen) -> str:
    own, chosen = leaders(screen), candidates(screen)
    if exact := [one for one in own if _is_exact(screen, one)]:
        told = [_name(screen, one) for one in exact]
        names = joined(told if len(told) <= _EXACT else [*told[:_EXACT], f"{len(told) - _EXACT} more"])
        why = f"{_metric(screen)} 0 out of fold, for what is missed is rounding"
        return f"The fit is exact under {names}: {why}. Any of them will do."
    if not own:
        return _untested(screen, chosen[0])
    more = _more_robust(screen, chosen)
    if len(own) == 1 and len([one for one in screen.ranked if one.leads]) == 1:
        found = f"Use {_name(screen, own[0])}: clearly the best of {len(screen.ranked)} on {_metric(screen)}"
        return f"{found}, {_value(screen, own[0])}{more}."
    if is_standard(screen, chosen[0]):
        use = "Keep" if _is_usual(screen, chosen[0]) else "Use"
        found = f"{use} {_name(screen, chosen[0])}: no other is clearly better on {_metric(screen)}"
        nor = f", nor clearly more robust to {corrupted(screen)}" if _is_measured(chosen[0]) else ""
        return f"{found} ({_value(screen, chosen[0])}){more or nor}."
    found = f"Use {either([_name(screen, one) for one in chosen], _LISTED)}"
    if chosen == [screen.best]:
        found += f": first on {_metric(screen)} ({_value(screen, chosen[0])}), if not clearly"
    else:
        found += f": no clear difference from the best on {_metric(screen)}"
    robust = f", and most robust to {corrupted(screen)}" if _is_measured(chosen[0]) else ""
    return f"{found}{robust if len(chosen) < len(own) else ''}{more}."


def _is_exact(screen: FitScreen, one: Standing) -> bool:
    """Whether numbers are predicted to the last digit."""
    score = one.fit.scores.get(screen.found.headline)
    return screen.found.task in NUMBERS and score is not None and score.value == 0.0


def _hardly(screen: FitScreen) -> list[str]:
    """Where no loss is shown better than no model at all."""
    fits, own = screen.found, leaders(screen)
    if (
        not own
        or fits.ahead_of_constant is None
        or any(one.fit.spec in fits.ahead_of_constant for one in own)
    ):
        return []
    constant = screen.constant(fits.headline)
    return [f"But none is clearly better than predicting {_constant(screen)} ({constant})."]


def _untested(screen: FitScreen, pick: Standing) -> str:
    best = screen.ahead[0]
    reason = best.clean.reason if best.clean is not None else None
    why = f" ({visible(reason)})" if reason else ""
    first = f"{_name(screen, best)} has the best {_metric(screen)}, {_value(screen, best)}"
    if pick == best:
        return f"{first}. Noise has not been tested{why}: the differences may be chance."
    use = "Keep" if _is_usual(screen, pick) else "Use"
    but = f"but noise has not been tested{why}: the difference may be chance"
    return f"{use} {_name(screen, pick)}: {first}, {but}."


def _is_measured(one: Standing) -> bool:
    return one.bad is not None and one.bad.rank is not None


def _is_usual(screen: FitScreen, one: Standing) -> bool:
    usual = TASKS[Task(screen.found.task)].usual
    return usual in {spec_name(member) for member in one.fit.members}


def _more_robust(screen: FitScreen, chosen: list[Standing]) -> str:
    """Those that lose less when data go bad, and are shown worse as the data are."""
    if not _is_measured(chosen[0]):
        return ""
    ahead = [one for one in screen.ahead if one.bad_rank < chosen[0].bad_rank and one not in chosen]
    if not ahead:
        return ""
    verb = "is" if len(ahead) == 1 else "are"
    names = [_name(screen, one) for one in ahead]
    shown = joined(names) if len(names) <= _LISTED else f"{len(names)} others"
    return f", but {shown} {verb} more robust to {corrupted(screen)}"


def _reference(screen: FitScreen) -> list[str]:
    """`On clean data mse has 7.3 % higher MAE than the best (no clear difference).`"""
    usual, chosen = screen.reference, candidates(screen)
    size = screen.gap_of(usual) if usual is not None else None
    named = chosen[:1] if is_standard(screen, chosen[0]) else chosen
    if usual is None or usual in named or not size:
        return []
    shown = " (no clear difference)" if usual.leads else ""
    side = "higher" if size > 0 else "lower"
    clean = "On clean data " if screen.bad else ""
    than = f"{side} {_metric(screen)} than the best{shown}"
    return [f"{clean}{_name(screen, usual)} has {percent(abs(size))} {than}."]


def _constant(screen: FitScreen) -> str:
    return constant_words(screen.found.headline, bool(screen.found.classes))


def _name(screen: FitScreen, one: Standing) -> str:
    return screen.loss(one.fit.spec)


def _metric(screen: FitScreen) -> str:
    return words(screen.found.headline)


def _value(screen: FitScreen, one: Standing) -> str:
    return screen.text(one.fit, screen.found.headline)
