"""`losscli fit`: flags → result → formats, model, predictions and exit code."""

from functools import partial

from losscli.cli.advise import ending
from losscli.cli.flags import command_line, wait_for
from losscli.cli.output import print_result, show_chart
from losscli.cli.places import asked_formats, check_places, write_files, write_whole
from losscli.sections import FIT
from losscli.verbs.asked import sections_of
from losscli.verbs.custom import own_losses
from losscli.verbs.fit import fit
from losscli.verbs.given import FILES
from losscli.verbs.options import FitFlags


def run(flags: FitFlags) -> int:
    """The command, with the user's own losses known to it."""
    with own_losses(flags, trained=True) as plain:
        return _run(plain)


def _run(flags: FitFlags) -> int:
    """Fit, write the files, the model and the predictions, print."""
    from losscli import render
    from losscli.result import Fits

    formats, show = asked_formats(flags, Fits), sections_of(flags.show, FIT)
    check_places(flags, [flags.data])
    wait_for([flags.data])
    found = fit(flags, FILES, command_line())
    written = partial(
        render.written,
        found.fits,
        all=flags.all,
        coefficients=flags.coefficients,
        show=show,
        explain=flags.explain,
    )
    write_files(formats, written)
    if flags.save is not None:
        write_whole(flags.save, found.model_json)
    if flags.predictions is not None and found.predictions is not None:
        write_whole(flags.predictions, found.predictions())
    print_result(written, flags.format, quiet=flags.quiet, paged=flags.all or bool(show))
    if flags.plot and flags.format == "text" and not flags.quiet:
        show_chart(found.fits)
    return ending(found.cut_short)
