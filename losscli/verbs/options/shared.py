"""The flags that several commands share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from losscli.engine import default_jobs
from losscli.sections import SectionFacts, openable
from losscli.verbs.options.flag import Flag

if TYPE_CHECKING:
    from losscli.data.table import ReadOptions

DATA, OUTPUT = "Data", "Output"  # panels of the help

TABLE = "CSV, TSV, Parquet, Arrow or JSON Lines; - is stdin."
TASK = Flag(
    "TASK",
    "regression, counts, binary, multiclass, multilabel, multioutput, distribution, forecast, "
    "boxes or detection.",
    DATA,
)
CLASS_WEIGHT = Flag("RULE", "balanced, or LABEL=W,LABEL=W: times the row weights.", DATA, after="weights")
FOLD_COLUMN = Flag("COL", "The fold of each row.", DATA, after="time")
DEFINE = Flag("LOSS", "A loss by its formula, 'asym = where(r > 0, 3*r**2, r**2)'; repeat it.")
EXCLUDE = Flag("SPEC", "A loss to leave out; repeat it.", specs=True)
SCALE = Flag("S", "Residual scale s, in units of y.", above=0)
CONFIDENCE_FLAG = Flag("P", "Confidence of the intervals.", above=0, below=1)
FORMAT = Flag("FORMAT", "text, json, csv, markdown, github, junit, html or metrics (flat JSON).", OUTPUT)
ALL = Flag("", "Every loss, metric and reason on screen.")
PLOT = Flag("", "The main chart too, on screen.", OUTPUT)
EXPLAIN = Flag("", "A line under each section that says how to read it.", OUTPUT)


def show_flag(facts: Sequence[SectionFacts]) -> Flag:
    """Which sections of a report are open."""
    return Flag("NAMES", f"Sections to open, commas between: {', '.join(openable(facts))}.", OUTPUT)


@dataclass(frozen=True, kw_only=True)
class ReadingFlags:
    """How a table is read."""

    encoding: Annotated[str | None, Flag("NAME", "Encoding of the text; default UTF-8.", DATA)] = None
    delimiter: Annotated[str | None, Flag("CHAR", "Field separator; default: found in the header.", DATA)] = (
        None
    )
    decimal: Annotated[str | None, Flag("CHAR", "Decimal sign: . or ,", DATA)] = None
    thousands: Annotated[str | None, Flag("CHAR", "Thousands separator; default none.", DATA)] = None
    skip_lines: Annotated[int, Flag("N", "Lines before the header.", DATA)] = 0
    columns: Annotated[
        str | None, Flag("A,B,C", "Names of the columns of a file that has no header.", DATA)
    ] = None
    missing_word: Annotated[
        tuple[str, ...],
        Flag("WORD", "A word for a missing value, beside NA, NaN and so on; repeat it.", DATA),
    ] = ()
    zero_padded: Annotated[
        bool, Flag("", "Whole numbers with leading zeros are numbers: 007 is 7.", DATA)
    ] = False
    max_unpacked: Annotated[
        float | None,
        Flag("GB", "What an input may unpack to; default 1, or 200 times its size if that is more.", DATA),
    ] = None

    def read_options(self, *text: str | None, jobs: int = 0) -> "ReadOptions":
        """The same for the reader; text: the columns that stay text, where they are named.

        Raises UsageError for what cannot be.
        """
        from losscli.data.table import ReadOptions

        return ReadOptions(
            encoding=self.encoding,
            delimiter=self.delimiter,
            decimal=self.decimal,
            thousands=self.thousands,
            skip_lines=self.skip_lines,
            columns=tuple(self.columns.split(",")) if self.columns else (),
            missing_words=self.missing_word,
            padded=self.zero_padded,
            max_unpacked=self.max_unpacked,
            text=frozenset(filter(None, text)),
            jobs=jobs,
        )


@dataclass(frozen=True, kw_only=True)
class PrintingFlags:
    """Where a result goes."""

    format: Annotated[str, FORMAT] = "text"
    output: Annotated[
        tuple[Path, ...],
        Flag(
            "FILE",
            "Also write a file, .txt .json .csv .md .xml (JUnit) or .html; metrics.json is flat; repeat it.",
            OUTPUT,
        ),
    ] = ()
    quiet: Annotated[bool, Flag("", "Nothing on stdout.", OUTPUT, short="-q")] = False


@dataclass(frozen=True, kw_only=True)
class RoleFlags:
    """What the columns are."""

    target: Annotated[
        str | None,
        Flag(
            "COL",
            "Target column; of several a pattern, 'truth_*'. Default: by its name, else the last.",
            DATA,
        ),
    ] = None
    id: Annotated[str | None, Flag("COL", "Row id: names rows.", DATA)] = None
    weights: Annotated[str | None, Flag("COL", "Row weights.", DATA)] = None
    group: Annotated[str | None, Flag("COL", "Rows that stay in one fold together.", DATA)] = None
    time: Annotated[str | None, Flag("COL", "Train on earlier rows, judge on later ones.", DATA)] = None
    task: Annotated[str | None, Flag("TASK", "regression, counts, binary or multiclass.", DATA)] = None
    positive: Annotated[str | None, Flag("CLASS", "The positive class.", DATA)] = None


@dataclass(frozen=True, kw_only=True)
class TableFlags(PrintingFlags, ReadingFlags, RoleFlags):  # the fields of the last base come first
    """What every command takes that works on the rows of a table."""

    jobs: Annotated[int | None, Flag("N", "Processors to use; default all.", OUTPUT, least=1)] = None
    scheduler: Annotated[
        str | None, Flag("ADDRESS", "Of a Dask cluster whose workers do the work; tcp://HOST:8786.", OUTPUT)
    ] = None
    config: Annotated[
        str | None,
        Flag("FILE", "Flags from a TOML file; default a losscli.toml or pyproject.toml near by.", OUTPUT),
    ] = None
    no_config: Annotated[bool, Flag("", "Flags of no file.", OUTPUT)] = False

    @property
    def workers(self) -> int:
        """How many processors to use."""
        return default_jobs() if self.jobs is None else self.jobs
