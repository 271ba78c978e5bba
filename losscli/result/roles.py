"""What `losscli roles` found: what each column of a file is, and why."""

from dataclasses import dataclass, field

from losscli.result.common import Input, Warning_
from losscli.result.json import Document


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What one column is.

    file: the file it stands in
    column: its name there
    role: target, prediction, id, weights, group, time, by, model, fold, feature or none
    model: whose prediction it is
    kind: of a prediction: value, label, probability …
    of: the class, quantile or part that it speaks of
    why: what says so, in words
    flag: what to type to say otherwise
    """

    file: str
    column: str
    role: str
    model: str | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: str | None = field(default=None, kw_only=True)
    why: str
    flag: str


@dataclass(frozen=True, slots=True)
class Roles(Document):
    """The roles of all columns.

    reads_for: the command that reads the files so: compare or fit
    """

    SCHEMA = "losscli/roles/1"

    version: str
    command: tuple[str, ...]
    inputs: tuple[Input, ...]
    reads_for: str
    task: str
    target: str
    positive: str | None
    classes: tuple[str, ...]
    decisions: tuple[str, ...]
    columns: tuple[ColumnRole, ...]
    warnings: tuple[Warning_, ...]
