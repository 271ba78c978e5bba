"""Names that would be obeyed, hidden or forged where they are shown raw, and what each format owes them."""

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

from comments import without_frame

NAMES = {
    "colour": "\x1b[31mred",
    "c1 escape": "\x9b31mx",
    "hyperlink": "\x1b]8;;http://x\x07l\x1b]8;;\x07",
    "rich markup": "[red]x",
    "rich end": "[/]",
    "rich link": "[link=http://x]y[/link]",
    "emoji": ":smile:",
    "bidi": "a\u202eb",
    "isolate": "\u2066x\u2069",
    "zero width": "a\u200bb\u00adc",
    "byte order mark": "a\ufeffx",
    "line ends": "a\u2028b\u2029c\x85d",
    "tag characters": "a\U000e0041b",
    "blanks": "a\u2800\u115f\u3164\u00a0b",
    "newline": "a\nb",
    "return": "a\r\nb",
    "tab": "a\tb",
    "control": "a\x01\x0b\x1fb",
    "noncharacter": "a\ufffe\uffff",
    "script": "</script><script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "attribute": "\"><b a='",
    "end of head": "</title></style><body>",
    "comment": "--><!-- ]]>",
    "entity": "&lt;&#0;&nbsp;",
    "formula": "=1+1",
    "plus": "+x",
    "minus": "-1+x",
    "at": "@SUM(1)",
    "program": "=cmd|' /C calc'!A0",
    "github": "::error::x",
    "github in a line": "x\n::error::x",
    "github escape": "%0A::error::x%25",
    "older github": "##[error]x",
    "azure": "x ##vso[task.complete]",
    "pipe": "a|b`c`d",
    "backslash": "\\|\\",
    "markdown": "*x* _y_ ~~z~~ # - ![x](http://y)",
    "link": "http://x.y www.z.q",
    "mention": "@team #1 $x$",
    "quotes": "'\"x",
    "separators": "a,b;c",
    "format string": "{x}{0}%s%n",
    "escape already": "a\\nb\\x1b",
    "long": "n" * 1000,
    "wide": "模" * 200,
}
TAGS = frozenset(
    [
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "script",
            "body",
            "main",
            "h1",
            "h2",
            "h3",
            "p",
            "ul",
            "li",
            "pre",
        ),
        *("div", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "strong", "code"),
    ]
)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANK = "\u2800\u115f\u3164\u00a0"
_ANNOTATION = re.compile(r"::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*")
_ORDER = re.compile(r"##\w*\[|^ *::", re.MULTILINE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def hidden(text: str) -> set[str]:
    """The characters that a reader cannot see, or that a terminal obeys; line ends are none."""
    return {c for c in text if c != "\n" and (unicodedata.category(c) in _HIDDEN or c in _BLANK)}


def check_lines(text: str) -> None:
    """What every text owes to a terminal and to the log of a job."""
    assert not hidden(text)
    assert not _ORDER.search(text)


def check_json(text: str) -> None:
    assert text.isascii()
    check_lines(text)
    json.loads(text)


def check_csv(text: str) -> None:
    check_lines(text.replace("\r\n", "\n"))
    for row in csv.DictReader(io.StringIO(text, newline="")):
        assert None not in row and None not in row.values()
        for value in row.values():
            if value.startswith(_FORMULA):
                float(value)


def check_markdown(text: str) -> None:
    check_lines(text)
    assert "<" not in re.sub(r"`[^`\n]*`", "", without_frame(text))
    assert not re.search(r"(?<![\\!])\]\(|@(?!&#8203;)", text)
    widths: set[int] = set()
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        widths = widths | {cells} if cells else set()
        assert len(widths) < 2


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def check_html(text: str) -> None:
    assert text.isascii()
    page = _Page()
    page.feed(text)
    page.close()
    assert page.tags <= TAGS and text.count("<script") == 1  # our own
    assert not {name for name in page.attributes if name.startswith("on")} | page.attributes & {"href", "src"}
    check_lines(page.text)
    check_lines(text)


def check_junit(text: str) -> None:
    assert text.isascii()
    check_lines(text)
    for element in ET.fromstring(text).iter():
        check_lines("\n".join([element.text or "", *element.attrib.values()]))


def check_github(text: str) -> None:
    assert not hidden(text)
    assert not re.search(r"##\w*\[|%(?!25|0D|0A|3A|2C)", text)
    for line in text.splitlines():
        assert _ANNOTATION.fullmatch(line), line


CHECKS = {
    "txt": check_lines,
    "json": check_json,
    "csv": check_csv,
    "md": check_markdown,
    "html": check_html,
    "xml": check_junit,
}
