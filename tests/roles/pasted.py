"""A command line in this process, the lines that a refusal prints, and what each of them promises."""

import contextlib
import io
import itertools
import json
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import losscli.cli

FAST = ("--resamples", "200", "--format", "json")
QUICK = (
    "--folds",
    "2",
    "--repeats",
    "1",
    "--no-contaminate",
    "--max-iter",
    "3",
    "--jobs",
    "1",
    "--format",
    "json",
)  # of fit
BRIEF = ("--folds", "2", "--jobs", "1", "--format", "json")  # of advise


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def found(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def lines(self) -> list[list[str]]:
        """The lines to paste, as words."""
        return [words for words, _ in self.promises]

    @property
    def promises(self) -> list[tuple[list[str], str]]:
        """The lines to paste, as words, and what each says that it gives."""
        texts = [line.strip() for line in self.err.splitlines() if line.startswith("  losscli ")]
        return [(shlex.split(text, comments=True), text.rpartition("  # ")[2]) for text in texts]


def run(words: Sequence[str]) -> Answer:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before, sys.argv = sys.argv, ["losscli", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = int(losscli.cli.run(list(words)))
    finally:
        sys.argv = before
    said, told = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    return Answer(code, said, told)


def values_of(words: Sequence[str], flag: str) -> list[str]:
    return [value for name, value in itertools.pairwise(words) if name == flag]


def value_of(words: Sequence[str], flag: str) -> str | None:
    return next(reversed(values_of(words, flag)), None)


def broken_promise(words: Sequence[str], answer: Answer, gives: str = "") -> str | None:
    """What a pasted line says and the reading does not hold; None where all of it is there."""
    verb = next(word for word in words if not word.startswith("-") and word != "losscli")
    of_verb = _of_compare if verb == "compare" else _of_training
    return "; ".join([*_of_any(words, answer.found), *of_verb(words, answer.found, gives)]) or None


def _of_any(words: Sequence[str], found: Mapping[str, Any]) -> Iterator[str]:
    for flag in ("--positive", "--task", "--target", "--weights"):
        given = value_of(words, flag)
        seen = found.get(flag.removeprefix("--"), given)
        if given is not None and given != seen:
            yield f"{flag} {given}, but {seen}"
    labels = found.get("labels") or found.get("classes") or []
    for flag in ("--thousands", "--decimal"):
        sign = value_of(words, flag)
        if sign and any(re.search(rf"\d{re.escape(sign)}\d", label) for label in labels):
            yield f"{flag} {sign}, but {labels}"
    word = value_of(words, "--missing-word")
    if word and word in labels:
        yield f"--missing-word {word}, but {labels}"


def _columns(found: Mapping[str, Any]) -> set[str]:
    """The columns of predictions, with the file before them and without."""
    names = [name for model in found["models"] for name in model["columns"]]
    return {*names, *(name.partition(":")[2] or name for name in names)}


def _of_compare(words: Sequence[str], found: Mapping[str, Any], gives: str) -> Iterator[str]:
    yield from _of_models(words, found, gives)
    yield from _of_kinds(words, found)
    yield from _of_units(words, found)
    yield from _of_files(words, found)


def _of_models(words: Sequence[str], found: Mapping[str, Any], gives: str) -> Iterator[str]:
    models, columns = found["models"], _columns(found)
    named = values_of(words, "--pred")
    if named and all("=" not in name and "*" not in name for name in named):
        lacking = [name for name in named if name not in columns and name not in {m["name"] for m in models}]
        if lacking:
            yield f"--pred {lacking}, but {sorted(columns)}"
    spelled = [name for name in named if "=" in name and ":" in name]
    if spelled and len(models) != len(named):
        yield f"{len(named)} models, but {len(models)}"
    counted = re.search(r"(?:^|; )(\d+) models(?:;|$)", gives)
    wanted = int(counted[1]) if counted else 1 if " alone" in gives else len(models)
    if len(models) != wanted:
        yield f"{gives}, but {len(models)} models"
    if value_of(words, "--model-column") and len(models) < 2:
        yield "--model-column, but one model"


def _of_kinds(words: Sequence[str], found: Mapping[str, Any]) -> Iterator[str]:
    kinds, kind = {model["kind"] for model in found["models"]}, value_of(words, "--kind")
    said = " ".join(found["decisions"])
    if "--normalize" in words and "probability" not in kinds:
        yield f"--normalize, but {kinds}"
    if kind == "confidence" and "confidence in the class" not in said:
        yield f"--kind confidence, but {said}"
    if kind not in (None, "confidence", *kinds):
        yield f"--kind {kind}, but {kinds}"
    classes = value_of(words, "--classes")
    if classes is not None and not set(found["labels"]) <= set(classes.split(",")):
        yield f"--classes {classes}, but {found['labels']}"
    if value_of(words, "--level") and found["task"] != "forecast":
        yield f"--level, but {found['task']}"


def _of_units(words: Sequence[str], found: Mapping[str, Any]) -> Iterator[str]:
    """Ids, slices, and which rows belong together."""
    for flag in ("--id", "--by", "--group", "--time", "--model-column", "--weights"):
        other = value_of(words, flag)
        if other is not None and other in {found["target"], *_columns(found)}:
            yield f"{flag} {other}, which is a target or a prediction"
    for flag in ("--group", "--time"):
        unit = value_of(words, flag)
        if unit is not None and unit != found["resampling"]["column"]:
            yield f"{flag} {unit}, but {found['resampling']}"
    by = value_of(words, "--by")
    if by is not None and (found["slices"] or {}).get("column") != by:
        yield f"--by {by}, but no slices of it"


def _of_files(words: Sequence[str], found: Mapping[str, Any]) -> Iterator[str]:
    inputs, truth = found["inputs"], value_of(words, "--truth")
    if truth is not None and truth not in {one["path"] for one in inputs}:
        yield f"--truth {truth}, but {inputs}"
    if "--match" in words and found["rows"]["read"] > min(one["rows"] for one in inputs):
        yield "--match common, but more rows than a file has"
    given = value_of(words, "--columns")
    if given is not None and not {found["target"], *_columns(found)} <= set(given.split(",")):
        yield f"--columns {given}, but {found['target']} and {_columns(found)}"


def _of_training(words: Sequence[str], found: Mapping[str, Any], gives: str) -> Iterator[str]:
    features = set(found["features"])
    plain = {name for name in values_of(words, "--features") if "*" not in name}
    if not plain <= features:
        yield f"--features {plain}, but {features}"
    for flag in ("--drop", "--id", "--group", "--time", "--weights", "--fold-column", "--target"):
        inside = features & set(values_of(words, flag))
        if inside:
            yield f"{flag} {inside}, which is a feature"
