"""Text inside HTML and XML."""

from losscli.report import visible


def marked(text: str) -> str:
    """The text as it reads between tags and in a quoted attribute: visible, escaped, and in ASCII, which is
    the same in every encoding."""
    from html import escape

    return escape(visible(text)).encode("ascii", "xmlcharrefreplace").decode("ascii")
