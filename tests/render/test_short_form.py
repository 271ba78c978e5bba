"""The short form of compare, fit and advise: 40 lines of 80 columns for every task, the verdict first."""

import csv
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import losscli.cli
from losscli import render
from losscli.render.text import LINES
from losscli.report import cell_width
from losscli.result import Advice, Comparison, Fits
from render import fits, runs
from render.samples import ALL, judged, regression, warned

INPUTS = Path(__file__).parents[1] / "golden/inputs"
FILES = {
    "numbers": (),
    "counts": ("--task", "counts"),
    "two": (),
    "scores": (),
    "three": (),
    "labels": (),
    "tags": (),
    "outputs": (),
    "shares": (),
    "quantiles": (),
    "normal": (),
    "boxes": (),
    "detection": (),
}
PREDICTED = ("rf", "gb", "lr", "svm", "prob", "pred")


def other(path: Path, to: Path) -> None:
    """The same file with predictions of neighbours exchanged: other models."""
    heads, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    places = [i for i, head in enumerate(heads) if any(word in head for word in PREDICTED)]
    for first, second in itertools.islice(itertools.pairwise(rows), 0, None, 9):
        for i in places:
            first[i], second[i] = second[i], first[i]
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Comparison]:
    """A file of the golden inputs and another of as many models, compared."""
    kept: list[Comparison] = []

    def written(found: Comparison, format: str, **flags: object) -> str:
        kept.append(found)
        return "\n"

    def compared(name: str) -> Comparison:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(render, "written", written)
        Path(f"{name}.csv").write_bytes((INPUTS / f"{name}.csv").read_bytes())
        other(INPUTS / f"{name}.csv", Path("other.csv"))
        words = ["compare", f"{name}.csv", "other.csv", *FILES[name], "--resamples", "200"]
        monkeypatch.setattr(sys, "argv", ["losscli", *words])
        assert losscli.cli.run(words) == 0
        monkeypatch.undo()
        return kept[-1]

    return compared


@pytest.mark.parametrize("name", FILES)
def test_forty_lines_for_every_task(found, name):
    comparison = found(name)
    assert len(comparison.models) in (2, 4)
    for width, piped in ((80, False), (100, True)):
        lines = render.written(comparison, "text", width=width, piped=piped).splitlines()
        assert len(lines) <= LINES == 40, "\n".join(lines)
        assert lines[0].startswith((f"{comparison.primary}: ", f"{comparison.primary} of "))
        assert lines.index("") <= 4  # of the verdict
        assert lines[-1].startswith("Next: ")
        assert all(cell_width(line) <= 80 for line in lines if not piped)
        assert any(line.startswith("LOSSES") for line in lines)
        if comparison.task in ("binary", "multiclass"):
            (head,) = (line for line in lines if line.startswith("MODELS"))
            assert head.split().count("rank") == 2 and {"precision", "recall"} <= set(head.split())


@pytest.mark.parametrize("name", [name for name, own in ALL.items() if len(own.models) <= 4])
def test_forty_lines_for_every_state(name):
    assert render.written(ALL[name], "text", width=80).count("\n") <= LINES


def test_notes_never_push_the_screen_beyond_its_lines():
    long = warned(11)
    assert render.written(long, "text", width=80).count("\n") <= LINES


def test_a_terminal_that_is_shorter_has_the_verdict_again_where_it_ends():
    whole = render.written(judged(), "text", width=80).splitlines()
    verdict = whole[: whole.index("")]
    short = render.written(judged(), "text", width=80, height=24).splitlines()
    assert short[: len(verdict)] == verdict
    at = next(i for i, line in enumerate(short) if line.startswith("Next: "))
    assert short[at - 1 - len(verdict) : at - 1] == verdict
    assert render.written(judged(), "text", width=80, height=60).splitlines() == whole
    assert whole.count(verdict[0]) == 1


def test_names_that_would_look_alike_keep_what_tells_them_apart():
    names = tuple(f"gradient_boosting_depth_{n}_of_the_second_run" for n in (4, 16, 64))
    shown = render.written(regression(names), "text", width=80)
    head = next(line for line in shown.splitlines() if line.startswith("LOSSES"))
    assert [word.count(n) for word, n in zip(head.split()[4:7], ("4", "16", "64"), strict=True)] == [1, 1, 1]
    assert len(set(head.split()[4:7])) == 3 and "~2" not in head


# --- fit and advise


def check_length(found: Fits | Advice, *, answer: int = 4) -> list[str]:
    """The lines at 80 columns. answer: of how many lines it is at most."""
    for width, piped in ((100, True), (120, False), (80, False)):
        lines = render.written(found, "text", width=width, piped=piped).splitlines()
        assert len(lines) <= LINES, "\n".join(lines)
        assert lines.index("") <= answer
        assert piped or all(cell_width(line) <= width for line in lines)
        follows = [line for line in lines if line.startswith("Next: ")]
        assert all(line.startswith("Next: losscli export ") for line in follows[1:]) and len(follows) in (
            1,
            2,
        )
        assert "--all" not in "\n".join(lines).partition("\nNext: ")[0]
    return lines


@pytest.mark.parametrize("name", runs.FILES)
def test_forty_lines_for_every_file_that_is_fitted(name):
    found = runs.fit(name)
    lines = check_length(found)
    assert lines[0].startswith(("Use ", "Keep ", "No loss beats "))
    assert any(line.startswith("LOSSES BY ") for line in lines)
    assert any(line.startswith("More by --show NAME: ") for line in lines)
    if found.task in ("binary", "multiclass"):
        assert {"PRECISION", "RECALL"} <= {line.split()[0] for line in lines if line}


@pytest.mark.parametrize("name", runs.ASKED)
def test_forty_lines_whatever_fit_is_asked_for(name):
    check_length(runs.asked(name))


@pytest.mark.parametrize("name", [name for name in runs.FILES if name not in runs.SEVERAL])
def test_forty_lines_of_advice(name):
    lines = check_length(runs.advise(name))
    assert lines[0].startswith(("Train with ", "No loss beats "))


@pytest.mark.parametrize("name", fits.ALL)
def test_forty_lines_for_every_state_of_fits(name):
    check_length(fits.ALL[name])


@pytest.mark.parametrize("verb", [runs.fit, runs.advise])
def test_a_shorter_terminal_has_the_answer_again(verb):
    found = verb("train_two")
    whole = render.written(found, "text", width=80).splitlines()
    verdict = whole[: whole.index("")]
    short = render.written(found, "text", width=80, height=24).splitlines()
    assert short[: len(verdict)] == verdict
    at = next(i for i, line in enumerate(short) if line.startswith("Next: "))
    assert short[at - 1 - len(verdict) : at - 1] == verdict
    assert render.written(found, "text", width=80, height=60).splitlines() == whole
