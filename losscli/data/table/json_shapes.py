"""Which shape a JSON text has by its beginning, and a line for the shell that makes a table of it."""

import re
from pathlib import PurePath
from shlex import quote

from losscli.data.table.packing import made_from

_SPLIT = re.compile(rb'\s*\{\s*"(?:columns|index|data|dataframe_split)"\s*:\s*[\[{]')
_HEAD = re.compile(r'\{\s*"((?:[^"\\]|\\.)*+)"\s*:\s*(.)\s*(.?)', re.DOTALL)
_INNER = re.compile(r'\{\s*"((?:[^"\\]|\\.)*+)"\s*:\s*(.)', re.DOTALL)
_OPENERS = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}
_WAYS = 1 << 16  # characters that are looked at


def may_be_split(head: bytes) -> bool:
    """Whether a file that begins so may hold columns and data."""
    return _SPLIT.match(head) is not None


def shape_advice(text: str, start: int, path: str) -> str | None:
    """What to type for a document of another shape that begins at a position of a text; None for one
    object of single values."""
    head = text[start : start + _WAYS]
    key = _HEAD.match(head)
    if key is None:
        return _of_array(head, path)
    if key[2] == "{":
        return _python(path, _of_objects(head[key.start(2) :], key[1]))
    if key[2] == "[":
        return _python(path, f"pd.DataFrame(@[{key[1]!r}])" if key[3] in "[{" else "pd.DataFrame(@)")
    return None


def _of_array(head: str, path: str) -> str:
    row = re.match(r"\[\s*\[([^][{}]*)\]", head)
    if row is None:
        return 'Write it as an array of objects: [{"y": 1, "p": 1.5}, …]'
    names = ["y", *(f"pred_{i}" for i in range(1, row[1].count(",") + 1))]
    return f"{_python(path, f'pd.DataFrame(@, columns={names!r})')}; name the columns as they are"


def _of_objects(inner: str, key: str) -> str:
    """For {"y": {"0": 1}}, {"0": {"y": 1}}, {"schema": {…}, "data": […]} and {"run": {"y": […]}}."""
    if key == "schema":
        return "pd.DataFrame(@['data'])"
    found = _INNER.match(inner)
    if found is not None and found[2] == "[":
        return f"pd.DataFrame(@[{key!r}])"
    if key.isdigit() and not (found is not None and found[1].isdigit()):
        return "pd.DataFrame.from_dict(@, orient='index')"
    return "pd.DataFrame(@)"


def _python(path: str, frame: str) -> str:
    """A line that makes a CSV file of the document; frame: the call of pandas, the first @ the document."""
    if path == "standard input":
        frame = frame.replace("@", "json.load(sys.stdin)", 1)
        program = f"import json, sys, pandas as pd; {frame}.to_csv(sys.stdout, index=False)"
        return f"Put before losscli in the pipe: python -c {quote(program)}"
    opener = _OPENERS.get(PurePath(path).suffix.lower())
    opened = f"{opener}.open({path!r})" if opener else f"open({path!r})"
    frame = frame.replace("@", f"json.load({opened})", 1)
    modules = f"json, {opener}" if opener else "json"
    program = f"import {modules}, pandas as pd; {frame}.to_csv({made_from(path, '.csv')!r}, index=False)"
    return f"Make a table of it: python -c {quote(program)}"


def lines_advice(path: str, head: bytes) -> str:
    """What to type where a document is too long to be held."""
    if may_be_split(head):
        return _python(path, "(lambda t: pd.DataFrame(t['data'], columns=t['columns']))(@)")
    if path == "standard input":
        return "Make each record a line of its own: jq -c '.[]' (before losscli, in the pipe)"
    return (
        f"Make each record a line of its own: jq -c '.[]' {quote(path)} > {quote(made_from(path, '.jsonl'))}"
    )
