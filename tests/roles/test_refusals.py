"""Files of every make: an answer or a refusal, never an exception, and every line of a refusal holds."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .pasted import BRIEF, FAST, QUICK, Answer, broken_promise, run, value_of
from .shapes import delimited

N = 24
RNG = np.random.default_rng(7)
Y = RNG.permutation(N)


def cycled(*values: Any) -> list[Any]:
    """The values in turn, in an order of no meaning."""
    return [values[place % len(values)] for place in Y]


X = np.round(RNG.normal(10, 3, N), 3)
SHARE = np.round(np.clip(RNG.uniform(size=N), 0.001, 0.999), 3)
TARGETS: dict[str, list[Any]] = {
    "whole": [int(v) for v in RNG.integers(0, 9, N)],
    "real": X.tolist(),
    "below zero": [int(v) for v in RNG.integers(-5, 3, N)],
    "bits": cycled(0, 1),
    "signs": cycled(-1, 1),
    "one and two": cycled(1, 2),
    "from one": cycled(1, 2, 3),
    "truths": cycled("True", "False"),
    "yes": cycled("yes", "no"),
    "words": cycled("a", "b", "c"),
    "blanks": cycled("New York", " Rome", "Oslo x"),
    "unicode": cycled("ä", "日本", "ß"),
    "gaps": cycled("a", "", "b"),
    "all 3": cycled(3),
    "all x": cycled("x"),
    "missing": cycled("NA"),
    "grouped": [f"{1000 + 37 * i:,}.5" for i in range(N)],
    "comma": [f"{i},25" for i in range(N)],
    "money": [f"${i}.50" for i in range(N)],
    "dates": [f"2024-01-{i + 1:02d}" for i in range(N)],
    "long": [f"some text number {i} " * 5 for i in range(N)],
    "zeros": cycled("01", "02", "03"),
    "mixed": cycled("1", "x", "2.5"),
    "mostly": cycled("1", "2", "3", "?"),
    "dashes": cycled("--x", "-y"),
    "signs of files": cycled("a,b", "c:d", "e=f"),
    "patterns": cycled("*", "?", "[a]"),
    "capitals": cycled("Yes", "yes", "YES"),
    "infinite": cycled("inf", "1", "2"),
    "huge": cycled("1e100", "-1e100"),
}
PREDICTIONS: dict[str, list[Any]] = {
    **TARGETS,
    "shares": SHARE.tolist(),
    "scores": np.round(RNG.normal(size=N), 3).tolist(),
    "percent": np.round(100 * SHARE, 1).tolist(),
    "half": cycled(0.5),
    "listed": ["[0.25, 0.75]"] * N,
}
TASKS = "regression counts binary multiclass multilabel multioutput distribution forecast boxes detection"
FLAGS: tuple[tuple[str, ...], ...] = (
    (),
    *(("--task", task) for task in TASKS.split()),
    *(("--kind", kind) for kind in ("value", "label", "probability", "logit", "score", "confidence")),
    ("--positive", "{first}"),
    ("--positive", "zz"),
    ("--task", "binary", "--kind", "label", "--loss", "zero_one", "--positive", "{first}"),
    ("--missing", "drop"),
    ("--loss", "mae"),
    ("--loss", "bce"),
    ("--classes", "a,b"),
    ("--order", "a,b,c"),
    ("--normalize",),
    ("--level", "0.8"),
    ("--class-weight", "{first}=2"),
    ("--max-regression", "zero_one=2%"),
    ("--baseline", "prde"),
    ("--pred", "prde"),
)


def pairwise(dimensions: Mapping[str, Sequence[Any]], seed: int) -> Iterator[dict[str, Any]]:
    """Rows of one value of each dimension, so that any two values of two dimensions meet in a row."""
    rng = np.random.default_rng(seed)
    sizes = {name: len(values) for name, values in dimensions.items()}
    todo = {
        (a, i, b, j)
        for a, b in itertools.combinations(sizes, 2)
        for i in range(sizes[a])
        for j in range(sizes[b])
    }
    while todo:
        fixed = min(todo)
        best: set[tuple[str, int, str, int]] = set()
        for _ in range(12):
            row = {name: int(rng.integers(size)) for name, size in sizes.items()}
            row |= {fixed[0]: fixed[1], fixed[2]: fixed[3]}
            met = {(a, row[a], b, row[b]) for a, b in itertools.combinations(sizes, 2)} & todo
            if len(met) > len(best):
                best, chosen = met, row
        todo -= best
        yield {name: dimensions[name][place] for name, place in chosen.items()}


def written(columns: Mapping[str, Sequence[Any]], sign: str = ",", name: str = "a.csv") -> str:
    Path(name).write_text(delimited(columns, sign), encoding="utf-8")
    return name


def holds(words: Sequence[str], depth: int = 1) -> Answer:
    """The answer, after every line that it prints has been pasted: the reading that it promises, or another
    refusal."""
    answer = run(words)
    assert answer.code in (0, 2), (words, answer.err)
    if answer.code == 2:
        assert answer.err.startswith("error: "), answer.err
        for line, gives in answer.promises if depth else ():
            again = holds(line[1:], depth - 1)
            if again.code == 0:
                broken = broken_promise(line[1:], again, gives)
                assert broken is None, (words, line, broken, answer.err)
            else:
                assert again.err != answer.err, (line, again.err)
    return answer


def flags_of(flags: Sequence[str], target: Sequence[Any]) -> list[str]:
    return [flag.format(first=target[0]) for flag in flags]


def test_any_target_against_any_prediction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dimensions = {
        "target": list(TARGETS.values()),
        "prediction": list(PREDICTIONS.values()),
        "name": ["pred", "rf_prob", "score", "y_hat", "value"],
        "flags": FLAGS,
    }
    for one in pairwise(dimensions, 1):
        path = written({"y": one["target"], one["name"]: one["prediction"]})
        holds(["compare", path, *flags_of(one["flags"], one["target"]), *FAST], depth=0)


def block(pattern: str, classes: Sequence[Any], seed: int, *, off: bool = False) -> dict[str, list[float]]:
    """Columns of probabilities, one per class; off: whose sums are not 1."""
    p = np.random.default_rng(seed).dirichlet(np.ones(len(classes)), N).round(3)
    p[:, 0] = np.round(1 - p[:, 1:].sum(axis=1), 3)
    p = np.clip(p, 0, 1) * (0.8 if off else 1.0)
    return {pattern.format(c=c): p[:, k].round(4).tolist() for k, c in enumerate(classes)}


def spread(low: float, high: float, *columns: str) -> dict[str, list[float]]:
    return {name: (X + step).round(3).tolist() for name, step in zip(columns, (0, low, high), strict=True)}


# What stands beside the target: (target values) → columns
MAKES: dict[str, Callable[[list[Any]], dict[str, Sequence[Any]]]] = {
    "one": lambda y: {"pred": y[1:] + y[:1]},
    "two": lambda y: {"rf_pred": y[1:] + y[:1], "nn_pred": y[2:] + y[:2]},
    "text and share": lambda y: {"rf_pred": y[1:] + y[:1], "rf_prob": SHARE.tolist()},
    "share": lambda y: {"prob": SHARE.tolist()},
    "percent": lambda y: {"proba": (100 * SHARE).round(1).tolist()},
    "classes": lambda y: block("prob_{c}", sorted(set(map(str, y)))[:6], 2),
    "bare classes": lambda y: block("{c}", sorted(set(map(str, y)))[:6], 3),
    "counted": lambda y: block("p{c}", range(len(set(y)))[:6], 4) if len(set(y)) > 1 else {"p0": y},
    "sums off": lambda y: block("{c}_prob", sorted(set(map(str, y)))[:6], 5, off=True),
    "one class less": lambda y: block("prob_{c}", [*sorted(set(map(str, y)))[1:6], "other"], 6),
    "ends": lambda y: spread(-2, 2, "yhat", "yhat_lower", "yhat_upper"),
    "quantiles": lambda y: spread(-2, 2, "q0.5", "q0.1", "q0.9"),
    "unnamed": lambda y: {"u": X.tolist(), "v": SHARE.tolist(), "w": y[1:] + y[:1]},
    "long": lambda y: {"model": cycled("rf", "nn"), "pred": y[1:] + y[:1]},
    "grouped": lambda y: {"pred": [f"{1000 + 31 * i:,}" for i in range(N)]},
    "comma": lambda y: {"pred": [f"{i},5" for i in range(N)]},
    "spelled": lambda y: {"pred": [str(v).upper() + " " for v in y[1:] + y[:1]]},
    "odd names": lambda y: {"pred a'b": y[1:] + y[:1], 'pred "c"': y[2:] + y[:2], "pred *": y},
}
SAID: tuple[tuple[str, ...], ...] = (
    (),
    ("--id", "id"),
    ("--id", "di"),
    ("--by", "part"),
    ("--by", "{target}"),
    ("--group", "part"),
    ("--time", "when"),
    ("--group", "part", "--time", "when"),
    ("--weights", "part"),
    ("--weights", "w8"),
    ("--target", "{target}"),
    ("--target", "taget"),
    ("--pred", "pred"),
    ("--pred", "prde"),
    ("--pred", "{target}"),
    ("--pred", "m=no:p0,yes:p1"),
    ("--pred", "m=NO:p0,YES:p1"),
    ("--pred", "prob_*"),
    ("--model-column", "part"),
    ("--model-column", "model", "--id", "id"),
    ("--classes", "a,b,c,d"),
    ("--level", "0.8"),
    ("--kind", "confidence"),
    ("--task", "forecast"),
    ("--task", "binary"),
    ("--thousands", ","),
    ("--decimal", ","),
    ("--columns", "a,b"),
    ("--truth", "a.csv"),
    ("--truth", "a.csv", "--id", "id"),
)
PARTS = 4  # that may run beside each other, of every second file
NAMES = ("y", "y_true", "Class", "price", "my target")


def beside(one: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """The columns of a file: an id or none, the target, what is predicted, and which rows belong together."""
    y = one["values"]
    columns: dict[str, Sequence[Any]] = {"id": [f"r{i}" for i in range(N)]} if one["id"] else {}
    columns |= {one["name"]: y, **one["make"](y), "part": cycled("n", "s", "s", "n"), "when": list(range(N))}
    return dict(reversed(columns.items())) if one["turned"] else columns


@cache
def files_of_compare() -> list[dict[str, Any]]:
    dimensions = {
        "values": [
            TARGETS[name]
            for name in ("real", "whole", "bits", "from one", "yes", "words", "grouped", "comma")
        ],
        "make": list(MAKES.values()),
        "name": NAMES,
        "said": SAID,
        "sign": [",", ";", "\t"],
        "id": [True, False],
        "turned": [False, True],
    }
    return list(pairwise(dimensions, 2))


@pytest.mark.parametrize("part", range(PARTS))
def test_lines_of_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.chdir(tmp_path)
    for one in files_of_compare()[part :: 2 * PARTS]:
        path = written(beside(one), one["sign"])
        said = [word.format(target=one["name"]) for word in one["said"]]
        holds(["compare", path, *said, *FAST])


def test_lines_of_fit_and_advise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said: tuple[tuple[str, ...], ...] = (
        (),
        ("--target", "taget"),
        ("--target", "x"),
        ("--task", "regression"),
        ("--task", "binary"),
        ("--task", "multioutput"),
        ("--task", "forecast"),
        ("--features", "xx"),
        ("--features", "{target}"),
        ("--features", "note"),
        ("--drop", "*"),
        ("--drop", "zz"),
        ("--id", "{target}"),
        ("--group", "part", "--time", "when"),
        ("--weights", "x"),
        ("--positive", "zz"),
        ("--missing", "drop"),
    )
    dimensions = {
        "values": [TARGETS[name] for name in ("real", "bits", "words", "grouped", "mostly", "all x", "long")],
        "said": said,
        "name": NAMES,
        "verb": ["fit", "fit", "advise"],
        "features": [{}, {"x": X.tolist()}, {"x": [*X[1:].tolist(), ""]}, {"x": [*X[1:].tolist(), "n/k"]}],
    }
    for one in pairwise(dimensions, 3):
        columns = {
            "id": [f"r{i}" for i in range(N)],
            **one["features"],
            "part": cycled("n", "s"),
            "when": list(range(N)),
            "note": [f"note {i}" for i in range(N)],
            one["name"]: one["values"],
        }
        words = [word.format(target=one["name"]) for word in one["said"]]
        quick = QUICK if one["verb"] == "fit" else BRIEF
        holds([one["verb"], written(columns), *words, *quick])


def test_any_target_is_fitted_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dimensions = {
        "target": list(TARGETS.values()),
        "verb": ["fit", "advise"],
        "flags": [
            (),
            ("--task", "binary", "--loss", "bce", "--loss", "hinge"),
            ("--task", "multiclass", "--loss", "cross_entropy"),
            ("--task", "counts", "--loss", "poisson"),
            ("--positive", "zz"),
        ],
    }
    done = set()
    for one in pairwise(dimensions, 4):
        path = written({"x": X.tolist(), "y": one["target"]})
        quick = QUICK if one["verb"] == "fit" else BRIEF
        flags = one["flags"] if one["verb"] == "fit" or "--task" not in one["flags"] else ()
        case = (one["verb"], flags, *one["target"])
        if case not in done:
            holds([one["verb"], path, *flags, *quick], depth=0)
        done.add(case)


def test_lines_of_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ids = [f"r{i}" for i in range(N)]
    first = {"id": ids, "y": X.tolist(), "pred": (X + 1).round(3).tolist()}
    others: list[Mapping[str, Sequence[Any]]] = [
        {"id": ids, "y": X.tolist(), "pred": (X - 1).round(3).tolist()},
        {name: values[::-1] for name, values in first.items()},
        {name: values[:-2] for name, values in first.items()},
        {"id": [*ids[1:], "new"], "y": X.tolist(), "pred": X.tolist()},
        {"id": [*ids[1:], "r1"], "y": X.tolist(), "pred": X.tolist()},
        {"id": [*ids[1:], ""], "y": X.tolist(), "pred": X.tolist()},
        {"id": [f"s{i}" for i in range(N)], "y": X.tolist(), "pred": X.tolist()},
        {"key": ids, "pred": X.tolist()},
        {"id": ids, "pred": X.tolist()},
        {"id": ids, "y": cycled("a", "b"), "pred": cycled("a", "b", "b")},
        {"id": ids, "y": [*X[1:].tolist(), 3.0], "pred": X.tolist()},
        {"id": ids, "truth": X.tolist()},
        {"id": ids, "y_a": X.tolist(), "y_b": X.tolist(), "pred_a": X.tolist(), "pred_b": X.tolist()},
    ]
    said: tuple[tuple[str, ...], ...] = (
        (),
        ("--id", "id"),
        ("--id", "id", "--match", "common"),
        ("--truth", "b.csv"),
        ("--truth", "b.csv", "--id", "id"),
        ("--baseline", "b.csv"),
        ("--pred", "a"),
        ("--pred", "zz"),
        ("--model-column", "id"),
    )
    for other, words in itertools.product(others, said):
        written(first)
        written(other, name="b.csv")
        files = ["a.csv"] if "b.csv" in words else ["a.csv", "b.csv"]
        holds(["compare", *files, *words, *FAST])


def test_a_label_that_looks_like_a_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written({"y": cycled("A", "--x"), "pred": cycled("--x", "A", "A", "--x")})
    answer = holds(["compare", "a.csv", *FAST])
    assert ["--positive", "--x"] in [line[-2:] for line in answer.lines]


def test_a_file_without_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for sign in ",;\t":
        written({"1.5": X.tolist(), "1.75": (X + 1).round(3).tolist()}, sign)
        answer = holds(["compare", "a.csv", *FAST])
        assert answer.code == 2
        assert len(answer.lines) == 2
        assert {run(line[1:]).found["target"] for line in answer.lines} == {"y"}
    holds(["compare", "a.csv", "--columns", "y", *FAST])
    holds(["compare", "a.csv", "--columns", "y,a,b,c", *FAST])


def test_a_file_given_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = written({"y": X.tolist(), "pred": X.tolist()})
    answer = run(["compare", path, path])
    assert answer.code == 2
    assert "twice" in answer.err


def test_the_target_comes_from_the_truth_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is called there, and though the file of predictions has a column with a target's name."""
    monkeypatch.chdir(tmp_path)
    ids = [f"r{i}" for i in range(N)]
    written({"id": ids, "y": (X + 5).tolist(), "pred": (X + 1).tolist()})
    for name in ("truth", "pred", "y", "SalePrice"):
        written({"id": ids, name: X.tolist()}, name="b.csv")
        answer = holds(["compare", "a.csv", "--truth", "b.csv", "--id", "id", *FAST])
        assert answer.code == 0, answer.err
        (mae,) = (one for one in answer.found["losses"] if one["name"] == "mae")
        assert answer.found["target"] == name
        assert min(one["value"] for one in mae["results"]) == pytest.approx(1.0)


def test_columns_of_three_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three probabilities of one class, whose names count: three models, where that is asked for."""
    monkeypatch.chdir(tmp_path)
    seeds = {f"prob_{k}": np.roll(SHARE, k).tolist() for k in range(3)}
    answer = holds(["compare", written({"y_true": cycled(0, 1), **seeds}), *FAST])
    assert answer.code == 2
    assert "3 models" in [gives for _, gives in answer.promises]


def test_classes_counted_from_0_are_no_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probabilities of every class in another count: no line makes a regression of them."""
    monkeypatch.chdir(tmp_path)
    columns = {"label": cycled(1, 2, 3), **block("prob_{c}", range(3), 8)}
    answer = holds(["compare", written(columns), *FAST])
    assert answer.code == 2
    assert answer.lines
    assert not any("regression" in line for line in answer.lines)


@pytest.mark.parametrize("columns", ["both", "target", "prediction"])
def test_numbers_with_leading_zeros(tmp_path: Path, columns: str) -> None:
    """Every refusal leads to the reading as numbers by a line that it prints."""
    codes, numbers = [f"{i:03d}" for i in range(7, 19)], [str(i) for i in range(8, 20)]
    y = numbers if columns == "prediction" else codes
    p = numbers if columns == "target" else codes
    path = tmp_path / "codes.csv"
    path.write_text("y,pred\n" + "".join(f"{a},{b}\n" for a, b in zip(y, p, strict=True)))
    for line in (["compare", str(path), *FAST], ["compare", str(path), "--task", "regression", *FAST]):
        refused = run(line)
        if refused.code == 0:
            continue  # labels on both sides
        padded = [words for words in refused.lines if "--zero-padded" in words]
        assert padded, refused.err
        assert run(padded[0][1:]).found["task"] == "regression"


UNNAMED: dict[str, dict[str, Sequence[Any]]] = {
    "numbers": {
        "city": cycled("Porto", "Braga"),
        "minutes": X.tolist(),
        "v1": X[::-1].tolist(),
        "v2": X.tolist(),
    },
    "classes": {"left": cycled("churn", "stay"), "p_logit": SHARE.tolist(), "p_forest": SHARE[::-1].tolist()},
}


@pytest.mark.parametrize("name", UNNAMED)
def test_lines_that_name_a_target_name_what_would_be_asked_for_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run(["compare", written(UNNAMED[name]), *FAST])
    assert refused.code == 2 and len(refused.promises) > 2
    for line, gives in refused.promises:
        again = run(line[1:])
        assert again.code == 0, again.err
        assert broken_promise(line[1:], again, gives) is None


def test_what_other_columns_speak_of_is_offered_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target, and its predictions: the first line is the reading."""
    monkeypatch.chdir(tmp_path)
    columns = {"rooms": Y.tolist(), "area": SHARE.tolist(), "price": X.tolist()}
    columns |= {f"price_{model}": (X + RNG.normal(size=N)).round(3).tolist() for model in ("rf", "gbm")}
    unnamed = holds(["compare", written(columns), *FAST])
    assert value_of(unnamed.lines[0], "--target") == "price"
    assert unnamed.promises[0][1] == "price is the target; 2 models"
    found = holds(unnamed.lines[0][1:]).found
    assert [found["target"], *(model["name"] for model in found["models"])] == [
        "price",
        "price_rf",
        "price_gbm",
    ]


@pytest.mark.parametrize("names", [("p_logit", "p_forest"), ("logit", "gbm"), ("logit_pred",), ("lr.logit",)])
def test_logits_between_0_and_1_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    """Logit is the name of a model too: whether its column holds logits is not guessed."""
    monkeypatch.chdir(tmp_path)
    columns: dict[str, Sequence[Any]] = {"y": cycled(0, 1), "age": Y.tolist()}
    columns |= {name: np.roll(SHARE, place).tolist() for place, name in enumerate(names)}
    refused = holds(["compare", written(columns), *FAST])
    assert refused.code == 2 and "named after logits" in refused.err
    kinds = [[model["kind"] for model in run(line[1:]).found["models"]] for line in refused.lines]
    assert kinds == [["probability"] * len(names)] * (len(names) > 1) + [["probability"], ["logit"]]
    wide = {**columns, names[0]: (10 * SHARE - 5).tolist()}
    assert [model["kind"] for model in run(["compare", written(wide), *FAST]).found["models"]] == ["logit"]
