"""What the ranks of the models over the slices show, in a line for each test."""

from losscli.report.compare_screen import CompareScreen
from losscli.report.names import some
from losscli.report.numbers import p_text, percent
from losscli.report.screen import NO_DIFFERENCE
from losscli.result import AgainstBaseline, RankTests

_NAMED = 3  # models or groups of them; all with --all


def rank_notes(screen: CompareScreen, found: RankTests, slices: int) -> list[str]:
    """Whether the models rank apart, which do, and which do from the baseline; nothing where all tie."""
    if found.friedman.p is None:
        return []
    notes = [_differently(screen, found, slices), _apart(screen, found)]
    if found.against_baseline:
        notes.append(_against(screen, found))
    return notes


def _differently(screen: CompareScreen, found: RankTests, slices: int) -> str:
    """`the models rank differently over the 14 slices, p 0.02 (…)`"""
    one, other = found.iman_davenport, found.friedman
    assert one.p is not None and other.p is not None and other.chi2 is not None
    what = f"the models rank differently over the {slices} slices"
    if one.p >= 1 - screen.found.confidence:
        what = f"{NO_DIFFERENCE} of the models' ranks over the {slices} slices"
    f = "infinite" if one.f is None else f"{one.f:.2f}"
    return (
        f"{what}, p {p_text(one.p)} (Iman-Davenport F {f}, df {one.df_between} and {one.df_within}), "
        f"p {p_text(other.p)} (Friedman chi-squared {other.chi2:.2f}, df {other.df})"
    )


def _apart(screen: CompareScreen, found: RankTests) -> str:
    """`mean ranks 1.25 or more apart differ (Nemenyi, 95 %): gbm before rf and ridge`"""
    behind: dict[str, list[str]] = {}
    for one in found.nemenyi.pairs:
        if one.differs:
            first, second = (one.a, one.b) if one.difference < 0 else (one.b, one.a)
            behind.setdefault(first, []).append(screen.model(second))
    most = len(found.nemenyi.pairs) if screen.all else _NAMED
    groups = sorted(behind.items(), key=lambda item: -len(item[1]))
    shown = [f"{screen.model(first)} before {some(others, most)}" for first, others in groups[:most]]
    more = len(groups) - len(shown)
    shown += [f"{more:,} more models before others"] if more else []
    critical = found.nemenyi.critical_difference
    rule = f"mean ranks {critical:.2f} or more apart differ (Nemenyi, {percent(found.nemenyi.level)})"
    return f"{rule}: {'; '.join(shown) or 'no two are'}"


def _against(screen: CompareScreen, found: RankTests) -> str:
    """`ranks against ridge, corrected (Holm): gbm better, p 0.02; rf no clear difference, p 0.4`; the surest
    first."""
    ordered = sorted(found.against_baseline, key=lambda one: one.p)
    shown = ordered if screen.all else ordered[:_NAMED]
    more = len(ordered) - len(shown)
    said = [f"{screen.model(one.model)} {_how(screen, one)}, p {p_text(one.p_holm)}" for one in shown]
    said += [f"{more:,} more"] if more else []
    return f"ranks against {screen.model(found.baseline or '')}, corrected (Holm): {'; '.join(said)}"


def _how(screen: CompareScreen, one: AgainstBaseline) -> str:
    if one.p_holm >= 1 - screen.found.confidence:
        return NO_DIFFERENCE
    return "better" if one.z < 0 else "worse"
