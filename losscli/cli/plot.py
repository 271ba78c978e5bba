"""`losscli plot`: a result or losses → a chart in a file."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from losscli import charts
from losscli.charts import Losses, drawing
from losscli.cli.output import show
from losscli.cli.places import check_places, write_whole
from losscli.errors import ExitCode, UsageError
from losscli.loss.catalogue import named
from losscli.render.html import chart_page
from losscli.report import bind_records, title_of
from losscli.verbs.asked import losses_of
from losscli.verbs.custom import own_losses
from losscli.verbs.files import read_found
from losscli.verbs.options import PlotFlags

_LINE = (100, 24)  # columns and lines, where no terminal says


def run(flags: PlotFlags) -> int:
    """Draw the chart, or list those that there are."""
    if flags.output is not None:
        _check_extension(flags.output)
    files = [text for text in flags.what if _is_file(text)]
    check_places(flags, files)
    if not files:
        with own_losses(flags) as plain:
            return _plot(_losses(plain.what), f"losscli plot {' '.join(plain.what)}", flags)
    if len(flags.what) > 1:
        raise UsageError(
            f"{files[0]}: a result is drawn by itself", advice="Give one result, or losses and no result"
        )
    found = read_found(files[0])
    return _plot(found, title_of(found), flags)


def _is_file(text: str) -> bool:
    return text.lower().endswith(".json") or os.path.isfile(text)


def _losses(texts: Sequence[str]) -> Losses:
    """The records of every spec, in each task that has it. Raises UsageError for an unknown one."""
    specs = losses_of(texts)
    return Losses(tuple(one for spec in specs for one in bind_records(named(spec.name), spec.numbers())))


def _plot(found: object, title: str, flags: PlotFlags) -> int:
    chart, plot = charts.chosen(found, flags.chart)  # also where they are listed: the name is checked
    if flags.output is None:
        show("".join(map(_listed, charts.charts_of(found))))
    else:
        spec = chart.spec(plot)
        write = _WRITERS.get(flags.output.suffix.lower())
        page = chart_page(found, title, chart.name) if write is None else write(spec)
        write_whole(flags.output, page)
    return ExitCode.OK


def _listed(one: tuple[charts.Chart, charts.Plot]) -> str:
    """`losses  Losses of the models: …`, in the width of the terminal."""
    from shutil import get_terminal_size
    from textwrap import fill

    chart, _ = one
    text, width = f"{chart.title}: {chart.reading}", max(get_terminal_size(_LINE).columns, 40)
    return fill(text, width, initial_indent=f"{chart.name:<20}", subsequent_indent=" " * 20) + "\n"


def _as_json(spec: charts.Spec) -> str:
    return json.dumps(spec, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


_WRITERS: Mapping[str, Callable[[charts.Spec], str | bytes]] = {
    ".svg": drawing.svg,
    ".png": drawing.png,
    ".json": _as_json,
}
_PAGES = (".html", ".htm")


def _check_extension(path: Path) -> None:
    """Raises UsageError, before any work, for a file that no chart is drawn into."""
    known = (*_WRITERS, *_PAGES)
    if path.suffix.lower() not in known:
        raise UsageError(
            f"--output {path}: the extension {path.suffix or '(none)'} names no format of charts",
            advice=f"Use one of {' '.join(known)}",
        )
