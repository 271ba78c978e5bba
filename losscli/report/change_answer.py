"""The answer of diff in words: which models are better or worse than they were, and whether that is clear."""

from collections.abc import Sequence

from losscli.report.blocks import Paragraph, Role
from losscli.report.change_screen import ChangeScreen, change_text, without_noise
from losscli.report.names import visible
from losscli.report.screen import NO_DIFFERENCE
from losscli.result import LossChange, would_decide

_LISTED = 3


def answer(screen: ChangeScreen) -> list[Paragraph]:
    """The answer on the primary loss, then in a second paragraph what its figures are."""
    name, rows = screen.spec(screen.found.primary), screen.primary
    if not rows:
        return [Paragraph(f"{name} is not in both results: {_why_unmatched(screen)}.")]
    text = _one(screen, rows[0]) if len(rows) == 1 else _several(screen, rows)
    judged = sum(one.low is not None for one in rows)
    if not judged:
        return [Paragraph(f"{name}: {text}")]
    corrected = f", all {judged:,} models corrected" if judged > 1 else ""
    method = f"{screen.confidence} intervals of new/old - 1, paired by row{corrected}"
    return [Paragraph(f"{name}: {text}"), Paragraph(method, Role.DIM)]


def _why_unmatched(screen: ChangeScreen) -> str:
    changes = screen.found
    reasons = [one.reason for one in changes.unmatched if (one.what, one.name) == ("loss", changes.primary)]
    return visible(reasons[0]) if reasons else "no reason is given"


def _one(screen: ChangeScreen, one: LossChange) -> str:
    new, old_file = screen.model(one.new_model), screen.files[0]
    same = one.old_model == one.new_model
    before = f"in {old_file}" if same else f"{screen.model(one.old_model)} in {old_file}"
    size = _size(one)
    if one.verdict in ("better", "worse"):
        return f"{new} is {one.verdict} than {before}: {size}."
    if _is_equal(one):
        return f"{new} is as {before}." if same else f"{new} is equal to {before}."
    against = old_file if same else before
    if one.relative is None:
        return f"no ratio: {new} against {against} ({visible(one.reason or '')})."
    if one.low is None:
        return f"no interval: {new} {size} against {against} ({visible(one.reason or '')})."
    decide = f"; {would_decide(one.rows_needed)}" if one.rows_needed is not None else ""
    return f"{NO_DIFFERENCE}: {new} {size} against {against}{decide}."


def _is_equal(one: LossChange) -> bool:
    """Whether nothing of the change is left at the precision of replicates."""
    ends = (one.relative, one.low, one.high)
    return all(end is not None and not without_noise(end) for end in ends)


def _size(one: LossChange) -> str:
    return " ".join(filter(None, change_text(one)))


def _several(screen: ChangeScreen, rows: Sequence[LossChange]) -> str:
    """`better than in old.json: rf -1.8 % [-3.0, -0.6]; no clear difference: gbm +0.4 % [-1.1, +1.9].`"""
    shown = [one for one in rows if one.low is not None]
    groups = (
        (f"better than in {screen.files[0]}", [one for one in shown if one.verdict == "better"]),
        (f"worse than in {screen.files[0]}", [one for one in shown if one.verdict == "worse"]),
        ("as before", [one for one in shown if _is_equal(one)]),
        (NO_DIFFERENCE, [one for one in shown if one.verdict == "~" and not _is_equal(one)]),
        ("no interval", [one for one in rows if one.low is None]),
    )
    return "; ".join(f"{words}: {_listed(screen, ones)}" for words, ones in groups if ones) + "."


def _listed(screen: ChangeScreen, rows: Sequence[LossChange]) -> str:
    """The largest changes with their sizes, the others as a count; one reason where all have the same."""
    largest = sorted(rows, key=lambda one: -abs(one.relative or 0.0))
    texts = [
        screen.model(one.new_model) + ("" if _is_equal(one) else f" {_size(one)}".rstrip())
        for one in largest[:_LISTED]
    ]
    if largest[_LISTED:]:
        texts.append(f"{len(largest) - _LISTED:,} more")
    reasons = {one.reason for one in rows}
    why = f" ({visible(reasons.pop() or '')})" if len(reasons) == 1 and rows[0].low is None else ""
    return ", ".join(texts) + why
