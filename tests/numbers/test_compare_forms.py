"""The same rows give the same figures: however they are stored, cut, joined, and by however many workers."""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparisons import Columns, Compare, delimited
from scipy.special import expit, softmax

from losscli.result import Comparison

Save = Callable[[bytes, str], str]
N = 33_000  # two blocks


def numbers(n: int = N) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    y = rng.lognormal(1.0, 0.8, n)
    noise = rng.standard_t(3, (2, n))
    return {"y": y, "pred_a": y + 0.4 * noise[0], "pred_b": y + 0.5 * noise[1], "w": rng.integers(0, 4, n)}


def two_classes(n: int = N) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    y = rng.random(n) < 0.3
    z = rng.normal(size=(2, n)) + 1.5 * y
    return {"y": y.astype(int), "prob_a": expit(z[0]), "b_score": z[1], "w": rng.random(n)}


def three_classes(n: int = N) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, n)
    p = softmax(rng.normal(size=(n, 3)) + np.eye(3)[y], axis=1)
    columns: dict[str, Any] = {"y": [f"c{code}" for code in y]}
    return columns | {f"prob_c{code}": p[:, code] for code in range(3)} | {"w": rng.random(n)}


FEW = {  # where the table is in question, and not what is made of it: a mean, a root, a median, classes
    numbers: ("mae", "rmse", "medae", "huber"),
    two_classes: ("bce", "hinge", "zero_one"),
    three_classes: ("cross_entropy", "zero_one"),
}


def figures(found: Comparison) -> Any:
    """All that is found, without where it came from."""
    return json.loads(replace(found, command=(), inputs=(), decisions=()).to_json())


@pytest.mark.parametrize(
    ("data", "weighted"),
    [(numbers, False), (numbers, True), (two_classes, True), (three_classes, True)],
    ids=["numbers", "numbers-weighted", "two_classes-weighted", "three_classes-weighted"],
)
def test_any_number_of_workers(
    compared: Compare, save: Save, forks: list[int], data: Callable[[], Columns], weighted: bool
) -> None:
    """Two blocks are never more than two workers' work."""
    columns = dict(data())
    if not weighted:
        del columns["w"]
    roles: dict[str, Any] = {"weights": "w"} if weighted else {"losses": FEW[data]}
    path = save(delimited(columns), "data.csv")
    one, two = (compared([path], jobs=jobs, command=(str(jobs),), resamples=200, **roles) for jobs in (1, 2))
    assert forks
    assert (one.command, two.command) == (("1",), ("2",))
    assert replace(one, command=()).to_json() == replace(two, command=()).to_json()


def parquet(columns: Columns, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({name: np.asarray(x) for name, x in columns.items()}), file, **options)
    return file.getvalue()


def lines(columns: Columns) -> bytes:
    rows = zip(*[np.asarray(x).tolist() for x in columns.values()], strict=True)
    return b"".join(json.dumps(dict(zip(columns, row, strict=True))).encode() + b"\n" for row in rows)


FORMS: dict[str, Callable[[Columns], bytes]] = {
    "d.tsv": lambda columns: delimited(columns, "\t"),
    "d.csv.gz": lambda columns: gzip.compress(delimited(columns)),
    "d.parquet": parquet,
    "groups.parquet": lambda columns: parquet(columns, row_group_size=777),
    "d.jsonl": lines,
}


@pytest.mark.parametrize("data", [numbers, two_classes, three_classes])
def test_any_format(compared: Compare, save: Save, data: Callable[[int], Columns]) -> None:
    columns = data(6_000)
    few: dict[str, Any] = {"losses": FEW[data], "weights": "w", "resamples": 200}
    plain = figures(compared([save(delimited(columns), "d.csv")], **few))
    for name, write in FORMS.items():
        assert figures(compared([save(write(columns), name)], **few)) == plain, name


def split(columns: Columns, models: Sequence[str], order: Any = None) -> list[dict[str, Any]]:
    """One file per model, with the target; `order` shuffles all but the first."""
    files = []
    for place, model in enumerate(models):
        own = {name: np.asarray(columns[name]) for name in (*(c for c in columns if c not in models), model)}
        files.append(own if order is None or place == 0 else {k: x[order] for k, x in own.items()})
    return files


@pytest.mark.parametrize(
    ("data", "by_id"),
    [(two_classes, False), (numbers, True)],
    ids=["two_classes-row by row", "numbers-by shuffled id"],
)
def test_several_files_are_one(
    compared: Compare, save: Save, data: Callable[[], dict[str, Any]], by_id: bool
) -> None:
    columns = data()
    models = [name for name in columns if name not in ("y", "w")]
    roles: dict[str, Any] = {"losses": FEW[data], "weights": "w", "resamples": 200}
    order = None
    if by_id:
        columns = {"id": [f"{code:06d}" for code in range(N)]} | columns
        roles["id"], order = "id", np.random.default_rng(4).permutation(N)
    named = tuple(f"file{place}={model}" for place, model in enumerate(models))
    whole = compared(columns, pred=named, **roles)
    paths = [
        save(delimited(own), f"file{place}.csv") for place, own in enumerate(split(columns, models, order))
    ]
    joined = compared(paths, **roles)
    assert [model.name for model in joined.models] == ["file0", "file1"]
    ours, theirs = figures(joined), figures(whole)
    for document in (ours, theirs):
        for model in document["models"]:
            del model["columns"]
    assert ours == theirs


def test_the_order_of_rows_is_free(compared: Compare) -> None:
    """Values to rounding; the rows that are named are the same ones."""
    columns = {"id": [f"r{code}" for code in range(5_000)]} | numbers(5_000)
    order = np.random.default_rng(5).permutation(5_000)
    shuffled = {name: np.asarray(x)[order] for name, x in columns.items()}
    one, other = compared(columns, id="id", weights="w"), compared(shuffled, id="id", weights="w")
    assert set(one.rows.flagged) == set(other.rows.flagged) != set()
    for a, b in zip(one.losses, other.losses, strict=True):
        for x, z in zip(a.results, b.results, strict=True):
            assert x.value == pytest.approx(z.value, rel=1e-12), a.spec
            assert x.rank == z.rank
