"""`losscli compare`: flags → result → formats and exit code."""

from collections.abc import Collection
from functools import partial

from losscli.cli.flags import command_line, wait_for
from losscli.cli.output import print_result, say, show_chart
from losscli.cli.places import asked_formats, check_places, format_of, write_files
from losscli.comparison.gates import fails
from losscli.errors import ExitCode
from losscli.report.gates import gate_line
from losscli.result import Comparison
from losscli.sections import COMPARE, DECOMPOSED
from losscli.verbs.asked import sections_of
from losscli.verbs.compare import compare
from losscli.verbs.custom import own_losses
from losscli.verbs.given import FILES
from losscli.verbs.options import CompareFlags

_WHOLE = frozenset({"json", "html"})  # formats that hold it, as figures or as a chart


def run(flags: CompareFlags) -> int:
    """The command, with the user's own losses known to it."""
    with own_losses(flags) as plain:
        return _run(plain)


def _run(flags: CompareFlags) -> int:
    """Compare, print, write the files, judge the gates."""
    from losscli import render

    formats, show = asked_formats(flags, Comparison), sections_of(flags.show, COMPARE)
    check_places(flags, [*flags.predictions, *filter(None, [flags.baseline, flags.truth])])
    wait_for(flags.predictions)
    strict = flags.inconclusive == "fail"
    found = compare(flags, FILES, command_line(), whole=_in_full(flags, show))
    written = partial(render.written, found, all=flags.all, show=show, explain=flags.explain, strict=strict)
    cut_short = next((one.message for one in found.warnings if one.code == "interrupted"), None)
    if cut_short is not None:  # files keep what they hold
        print_result(written, flags.format, quiet=flags.quiet)
        say(cut_short)
        return ExitCode.INTERRUPTED
    write_files(formats, written)
    for gate in found.gates:
        say(gate_line(gate))
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    if flags.plot and flags.format == "text" and not flags.quiet:
        show_chart(found)
    failed = any(fails(gate, strict=strict) for gate in found.gates)
    return ExitCode.GATE_FAILED if failed else ExitCode.OK


def _in_full(flags: CompareFlags, show: Collection[str]) -> bool:
    """Whether what the loss is made of is written somewhere."""
    return (
        flags.all
        or not DECOMPOSED.isdisjoint(show)
        or not _WHOLE.isdisjoint((flags.format, *map(format_of, flags.output)))
    )
