"""The first line: which loss to train with, and why; or that these rows do not tell."""

from losscli.report.fits.screen import constant_words, words
from losscli.report.leaks import leak_sentence
from losscli.report.names import joined, visible
from losscli.report.numbers import Figure, digits_of, percent
from losscli.report.screen import Screen
from losscli.result import Advice, CheckRow, FiredRule

_NUMBERS = ("mae", "rmse")
_SKEWED = 0.1  # octile skew from which mean and middle differ
_WORSE = 0.02  # relative: what a loss that the profile speaks for may seem worse


def answer(screen: Screen[Advice]) -> str:
    """The verdict in a sentence or a few; what makes it worthless comes first."""
    advice = screen.found
    if advice.leaks:
        return leak_sentence(screen, advice.leaks, advice.target, classes=bool(advice.classes))
    if advice.check.verdict == "constant":
        return _constant(screen)
    best = next((row for row in advice.check.losses if row.spec == advice.check.best), None)
    if best is None or best.value is None:
        return f"No loss could be judged: {visible(advice.check.reason or 'no fold has a value')}."
    match advice.check.verdict:
        case "better":
            return _better(screen, best)
        case "none":
            return _none(screen, best)
        case _:
            return _untested(screen, best)


def _constant(screen: Screen[Advice]) -> str:
    """No loss is named: none is better than doing without a model."""
    check = screen.found.check
    best = check.losses[0].value if check.losses else None
    figures = ""
    if best is not None and check.constant is not None:
        digits = digits_of([Figure(best), Figure(check.constant)])
        metric, own, constant = words(check.metric), digits.text(best), digits.text(check.constant)
        figures = f": the best {metric} out of fold is {own}, that of a constant {constant}"
    what = constant_words(check.metric, bool(screen.found.classes))
    return (
        f"No loss beats predicting {what}{figures}. As far as these rows show, the features tell a linear "
        "model nothing of the target."
    )


def _better(screen: Screen[Advice], best: CheckRow) -> str:
    check = screen.found.check
    below = f"{_size(best)} {_side(best)} {check.baseline}'s"
    seen = _seen(screen, best.spec)
    why = f"{seen}, and its" if seen else "its"
    text = f"Train with {best.spec}: {why} {words(check.metric)} out of fold is {below}."
    if check.tied:
        text += f" No clear difference from it: {joined(check.tied)}."
    return text + _but(screen, best)


def _seen(screen: Screen[Advice], spec: str) -> str:
    """What the first rule that asks for the loss has seen; empty where none does."""
    asking = next((one.rules for one in screen.found.short_list if one.spec == spec), ())
    return next((visible(one.seen) for one in screen.found.rules if one.name in asking), "")


def _but(screen: Screen[Advice], best: CheckRow) -> str:
    """Where the other metric of numbers is shown to say the reverse."""
    check = screen.found.check
    if check.metric not in _NUMBERS:
        return ""
    if best.other_low is None or best.other_low <= 0:
        skew = screen.found.figure("skew") or 0.0
        middle = check.metric == "mae" and best.elicits != "mean" and abs(skew) >= _SKEWED
        return " It answers for the middle of a skewed target, not for the mean." if middle else ""
    size = percent(best.other_relative or 0.0, best.other_low, best.other_high)
    need = "the mean" if check.other == "rmse" else "the middle"
    return f" But its {words(check.other)} is {size} above: take {check.baseline} if you need {need}."


def _none(screen: Screen[Advice], best: CheckRow) -> str:
    """The baseline, and a loss that the profile speaks for and that is not clearly worse."""
    check = screen.found.check
    usual_row = next((row for row in check.losses if row.spec == check.baseline), None)
    if usual_row is not None and not usual_row.beats_constant:
        what = constant_words(check.metric, bool(screen.found.classes))
        return (
            f"Train with {best.spec}: it is ahead of predicting {what}, and {check.baseline} is not; no "
            f"clear difference between the two ({_against(screen, best)})."
        )
    if best.spec == check.baseline and all(row.beats_constant for row in check.losses):
        return f"Train with {check.baseline}: no other loss of the short list could be judged."
    usual = _seen(screen, check.baseline)
    favoured = None if usual else _favoured(screen)
    if favoured is not None:
        chosen, rule = favoured
        return (
            f"Train with {check.baseline} or {chosen.spec}: no clear difference ({chosen.spec} against "
            f"{check.baseline}: {_against(screen, chosen)}). The profile speaks for {chosen.spec}: "
            f"{visible(rule.seen)}."
        )
    worse = all(row.verdict == "worse" for row in check.losses if row.spec != check.baseline)
    how = (
        "every other loss of the short list is clearly worse"
        if worse
        else "no loss of the short list is clearly better"
    )
    seen = f"{usual}, and " if usual else ""
    text = f"Train with {check.baseline}: {seen}{how}"
    if best.spec == check.baseline:
        return f"{text}, and none but it is ahead of the best constant."
    return f"{text}. {best.spec} comes nearest ({_against(screen, best)})."


def _favoured(screen: Screen[Advice]) -> tuple[CheckRow, FiredRule] | None:
    """A loss that is not clearly worse, and hardly seems so, with the rule that speaks for it: the best of
    them, or what that rule names before it and is about as good."""
    open_ = {row.spec: row for row in screen.found.check.losses if row.verdict == "~" and row.beats_constant}
    for row in open_.values():
        rule = next((one for one in screen.found.rules if one.speaks and row.spec in one.losses), None)
        if rule is not None and _excess(screen, row) <= _WORSE:
            near = (open_[name] for name in rule.losses if name in open_)
            least = _excess(screen, row) + _WORSE
            return next(one for one in near if _excess(screen, one) <= least), rule
    return None


def _excess(screen: Screen[Advice], row: CheckRow) -> float:
    """How much worse than the baseline it seems, relative."""
    relative = row.relative or 0.0
    return -relative if screen.found.check.greater_is_better else relative


def _against(screen: Screen[Advice], row: CheckRow) -> str:
    """`MAE out of fold -6 % [-19, +7]`"""
    metric = words(screen.found.check.metric)
    if row.low == row.high == 0.0:
        return f"the same {metric} out of fold"
    return f"{metric} out of fold {percent(row.relative or 0.0, row.low, row.high, sign=True)}"


def _untested(screen: Screen[Advice], best: CheckRow) -> str:
    check = screen.found.check
    against = f", {percent(best.relative, sign=True)} against {check.baseline}" if best.relative else ""
    side = "highest" if check.greater_is_better else "lowest"
    why = visible(check.reason or "no reason is given")
    return (
        f"{best.spec} has the {side} {words(check.metric)} out of fold{against}, which may be chance: "
        f"noise has not been tested ({why})."
    )


def _size(row: CheckRow) -> str:
    """The difference without its sign, whose side the sentence tells: `3.1 % [+1.0, +5.2]`."""
    relative, low, high = row.relative or 0.0, row.low, row.high
    if relative < 0:
        return percent(-relative, None if high is None else -high, None if low is None else -low)
    return percent(relative, low, high)


def _side(row: CheckRow) -> str:
    return "below" if (row.relative or 0.0) < 0 else "above"
