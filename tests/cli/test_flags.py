"""A flag is said twice: by a field of its command's record, and where it is used."""

from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer

from losscli.cli.app import app
from losscli.cli.command import command
from losscli.errors import UsageError
from losscli.verbs.options import ARGUMENTS, CompareFlags, FitFlags, Flag, flag_fields, record_of

RECORDS = {own.name: own.cls.record for own in app.registered_commands}
NAMED = [(name, own) for name, record in RECORDS.items() for own in flag_fields(record)]


@dataclass(frozen=True, kw_only=True)
class Longer(CompareFlags):
    tries: Annotated[int, Flag("N", "How often it is tried.", "Verdict", after="seed", least=1)] = 3
    words: Annotated[tuple[str, ...], Flag("WORD", "Any words; repeat it.")] = ()
    how: Annotated[Literal["well", "badly"] | None, Flag("HOW", "well or badly.", short="-w")] = None
    places: Annotated[tuple[Path, ...], Flag("FILE", "Where to; repeat it.")] = ()


def run_longer(*words: str) -> list[Longer]:
    """What a command of the longer record is called with."""
    found: list[Longer] = []
    own = typer.Typer(rich_markup_mode=None, add_completion=False)

    @command(own)
    def long_command(flags: Longer) -> int:
        """What the help says."""
        found.append(flags)
        return 0

    own(args=list(words), standalone_mode=False)
    return found


def test_a_new_flag_is_parsed():
    (plain,) = run_longer("a.csv")
    assert plain == Longer(predictions=("a.csv",))
    more = "--tries 7 b.csv --words x --words y -w badly --places p --id k --rows flagged"
    (flags,) = run_longer("a.csv", *more.split(" "))
    assert flags == Longer(
        predictions=("a.csv", "b.csv"),
        tries=7,
        words=("x", "y"),
        how="badly",
        places=(Path("p"),),
        id="k",
        rows="flagged",
    )


def test_a_new_flag_is_in_the_help(capsys):
    assert run_longer("--help") == []
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if "--tries" in line]
    assert " ".join(line.split()) == "--tries N How often it is tried. [default: 3]"
    after = [own for own in lines[lines.index("Verdict:") : lines.index("Output:")] if own.startswith("  --")]
    names = [own.split()[0] for own in after]
    assert names[names.index("--tries") - 1] == "--seed"
    assert names[names.index("--tries") + 1] == "--self-check"
    assert "  What the help says." in lines
    assert any(line.startswith("  -w, --how HOW") for line in lines[lines.index("Options:") :])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tries", "0"], "--tries 0 is not 1 or more"),
        (["--how", "baldy"], "--how baldy: there is no such how"),
        (["--confidence", "1"], "--confidence 1 is not between 0 and 1"),
        (["--scale", "nan"], "--scale nan is not above 0"),
        (["--missing", "impute"], "--missing impute: there is no such missing"),
    ],
)
def test_a_value_that_a_flag_does_not_take(words, said):
    with pytest.raises(UsageError) as error:
        run_longer("a.csv", *words)
    assert error.value.what == said


@pytest.mark.parametrize(
    "words", [["--id", "k", "--id", "j"], ["--id=k", "--id", "k"], ["-w", "well", "--how", "badly"]]
)
def test_a_flag_of_one_value_is_given_once(words):
    with pytest.raises(UsageError, match="is given 2 times, and takes one value"):
        run_longer("a.csv", *words)
    (flags,) = run_longer("a.csv", "--words", "x", "--words", "x", "--all", "--all")
    assert flags.words == ("x", "x") and flags.all


def test_a_record_of_values_by_name():
    flags = record_of(FitFlags, {"data": "a.csv", "loss": ["mae"], "folds": 3, "save": None})
    assert flags == FitFlags(data="a.csv", loss=("mae",), folds=3)
    with pytest.raises(KeyError):
        record_of(FitFlags, {"data": "a.csv", "los": ["mae"]})
    with pytest.raises(UsageError, match="--folds 1 is not 2 or more"):
        record_of(FitFlags, {"data": "a.csv", "folds": 1})


@pytest.mark.parametrize(("name", "own"), NAMED, ids=[f"{name}-{own.name}" for name, own in NAMED])
def test_every_flag(name, own):
    assert own.flag.help.endswith((".", ",")), own
    assert own.kind in (str, int, float, bool, Path)
    assert (own.flag.metavar == "") is (own.kind is bool)
    asked = own.flag.panel == ARGUMENTS and not own.flag.metavar.startswith("[")
    assert (own.default is MISSING) is asked
    if own.default is not MISSING:
        assert own.read(own.default) == own.default


def test_the_flags_are_the_fields():
    for record in RECORDS.values():
        names = [own.name for own in flag_fields(record)]
        assert sorted(names) == sorted(own.name for own in fields(record))
