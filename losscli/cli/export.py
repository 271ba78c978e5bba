"""`losscli export`: a loss → the module that trains under it in another library."""

from losscli.cli.output import show
from losscli.cli.places import check_places, write_whole
from losscli.domain import Task
from losscli.errors import ExitCode, Fix, UsageError
from losscli.export import export, resolved
from losscli.spec import Spec
from losscli.verbs.asked import word
from losscli.verbs.custom import own_losses
from losscli.verbs.options import ExportFlags


def run(flags: ExportFlags) -> int:
    """Print the module, or write it."""
    check_places(flags, [])
    if flags.to is None:
        raise UsageError(
            "--to: for which library?",
            advice="Say which, for example:",
            fixes=[Fix(("--to", name), f"code for {name}") for name in ("lightgbm", "torch", "numpy")],
        )
    with own_losses(flags) as plain:
        bound = resolved(Spec.parse(plain.spec), word(Task, flags.task, "--task"))
        code = export(bound, flags.to)
    if flags.output is None:
        show(code)
    else:
        write_whole(flags.output, code)
    return ExitCode.OK
