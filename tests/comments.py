"""Markdown of a result: its own markup, and the text without it."""

from losscli.render.markdown import FOLD, MARK


def without_frame(text: str) -> str:
    """The text without the mark and the fold, which stand on a line each, once."""
    lines = text.splitlines()
    for own in (MARK, *FOLD):
        assert lines.count(own) == 1, own
        lines.remove(own)
    return "\n".join(lines)
