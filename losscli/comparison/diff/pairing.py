"""Whether two results are paired row by row, by their replicates."""

import shlex

from losscli.result import Recorded


def no_replicates(old: Recorded, new: Recorded) -> str:
    """`no replicates in old.json`"""
    return f"no replicates in {' and '.join(_without(old, new))}"


def unpaired(old: Recorded, new: Recorded) -> str | None:
    """Why the changes have no intervals, and what to type; None where they have."""
    files = _without(old, new)
    if not files:
        return None
    command = f"losscli compare ... --id COL --replicates --output {shlex.quote(files[0])}"
    alike = f", and alike for {files[1]}" if files[1:] else ""
    return (
        f"{no_replicates(old, new)}, which show that the rows are the same, and pair them: {command}{alike}"
    )


def _without(old: Recorded, new: Recorded) -> list[str]:
    return list(dict.fromkeys(one.path for one in (old, new) if one.result.replicates is None))
