"""Folds that cannot be made: every line that the refusal prints makes those that it promises."""

from pathlib import Path

import pytest

from .pasted import QUICK, Answer, run

WORDS, NUMBERS = "ab", "0123456789"
UNITS = {
    "none": ((), lambda i, n: 0),
    "two groups": (("--group", "u"), lambda i, n: i // (n // 2 or 1)),
    "three groups": (("--group", "u"), lambda i, n: i % 3),
    "three times": (("--time", "u"), lambda i, n: i % 3),
    "one time": (("--time", "u"), lambda i, n: 0),
    "one fold": (("--fold-column", "u"), lambda i, n: 0),
}


def _file(folder: Path, target: str, unit: str, rows: int) -> str:
    of_unit = UNITS[unit][1]
    lines = [f"{(i * 7) % 11},{target[i % len(target)]},{of_unit(i, rows)}\n" for i in range(rows)]
    (folder / "rows.csv").write_text("x,y,u\n" + "".join(lines))
    return str(folder / "rows.csv")


def _ends(words: list[str], hops: int = 3) -> Answer:
    """The answer of a line, or of the first line that its own refusal prints."""
    answer = run(words)
    assert answer.code in (0, 2), answer.err
    if answer.code and hops and answer.lines:
        return _ends(answer.lines[0][1:], hops - 1)
    return answer


@pytest.mark.parametrize(("unit", "rows"), [("none", 4), *((unit, 12) for unit in UNITS)])
@pytest.mark.parametrize("target", [WORDS, NUMBERS], ids=["words", "numbers"])
def test_every_line_makes_its_folds(tmp_path: Path, target: str, unit: str, rows: int) -> None:
    path = _file(tmp_path, target, unit, rows)
    classes = ("--positive", "a", "--loss", "bce") if target == WORDS else ("--loss", "mae", "--l2", "1")
    quick = tuple(word for word in QUICK if word not in ("--folds", "2"))
    line = ["fit", path, "--target", "y", *classes, *UNITS[unit][0], "--folds", "5", *quick]
    refused = run(line)
    assert refused.code in (0, 2), refused.err
    for words, gives in refused.promises:
        answer = _ends(words[1:])
        assert answer.code == 0, answer.err
        assert gives.startswith(f"{answer.found['folds']} folds"), gives
    if refused.code and rows > 4:
        assert refused.lines


def test_folds_within_the_training_rows(tmp_path: Path) -> None:
    path = _file(tmp_path, WORDS, "two groups", 12)
    line = ["fit", path, "--target", "y", "--positive", "a", "--group", "u", "--threshold", "f1", *QUICK]
    refused = run(line)
    assert refused.code == 2 and "cannot be made" in refused.err
    assert [_ends(words[1:]).code for words in refused.lines] == [0]


def test_advise_prints_them_too(tmp_path: Path) -> None:
    path = _file(tmp_path, NUMBERS, "two groups", 60)
    refused = run(["advise", path, "--target", "y", "--group", "u", "--format", "json"])
    assert refused.code == 2
    assert len(refused.lines) == 2
    assert [_ends(words[1:]).code for words in refused.lines] == [0, 0]
