"""A command line in this process, the lines that a refusal prints, and what each of them promises."""

import contextlib
import io
import itertools
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import losscli.cli

FAST = ("--resamples", "200", "--format", "json")


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
        texts = [line.strip() for line in self.err.splitlines() if line.startswith("  losscli ")]
        return [shlex.split(text, comments=True) for text in texts]


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


def broken_promise(words: Sequence[str], answer: Answer) -> str | None:
    """What a pasted line says and the reading does not hold; None where all of it is there."""
    found = answer.found
    models, kinds = found["models"], {model["kind"] for model in found["models"]}
    named = values_of(words, "--pred")
    columns = {name.partition(":")[2] or name for model in models for name in model["columns"]}
    columns |= {name for model in models for name in model["columns"]}
    wrong = []
    for flag, seen in (
        ("--positive", found["positive"]),
        ("--task", found["task"]),
        ("--target", found["target"]),
    ):
        given = values_of(words, flag)
        if given and given[-1] != seen:
            wrong.append(f"{flag} {given[-1]}, but {seen}")
    if named and all("=" not in name and "*" not in name for name in named):
        lacking = [name for name in named if name not in columns and name not in {m["name"] for m in models}]
        if lacking:
            wrong.append(f"--pred {lacking}, but {sorted(columns)}")
    spelled = [name for name in named if "=" in name and ":" in name]
    if spelled and len(models) != len(named):
        wrong.append(f"{len(named)} models, but {len(models)}")
    if "--normalize" in words and "probability" not in kinds:
        wrong.append(f"--normalize, but {kinds}")
    kind = values_of(words, "--kind")
    if kind and kind[-1] != "confidence" and kind[-1] not in kinds:
        wrong.append(f"--kind {kind[-1]}, but {kinds}")
    return "; ".join(wrong) or None
