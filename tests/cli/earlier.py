"""Rows and an earlier run on them, for gates against files."""

import json

import numpy as np

N = 160
_rng = np.random.default_rng(7)
ROWS = {
    "id": [f"{i:04d}" for i in range(N)],
    "y": _rng.normal(10, 3, N).round(3),
    "w": np.resize([0.3, 1.7, 1.0, 0.9, 2.2], N),
    "g": [f"g{i * i % 23}" for i in range(N)],
    "t": np.arange(N) // 2,
}
ROWS["rf_pred"] = (ROWS["y"] + _rng.uniform(-1, 1, N)).round(4)
ROWS["gb_pred"] = (ROWS["y"] + _rng.uniform(-1.2, 1.2, N)).round(4)
ID = ("--id", "id", "--pred", "rf_pred", "--pred", "gb_pred")
LOSSES = ("--loss", "mae", "--loss", "huber")


def worse(name="rf_pred", times=1.5, **changed):
    """The rows with the errors of a model that many times as large."""
    y = ROWS["y"]
    return ROWS | {name: y + times * (ROWS[name] - y)} | changed


def table(columns, order=None):
    """Columns as CSV, the rows in an order."""
    rows = list(zip(*(np.asarray(x).tolist() for x in columns.values()), strict=True))
    rows = rows if order is None else [rows[k] for k in order]
    return "\n".join(",".join(map(str, row)) for row in [list(columns), *rows]) + "\n"


def gated(*words, ids=ID, baseline="old.json"):
    """The words of a run of new.csv against an earlier one."""
    return ("compare", "new.csv", *ids, *LOSSES, "--baseline", baseline, *words)


def result(done):
    """The JSON of a run whose gates passed or failed."""
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def old(inside, write, *words, ids=ID):
    """Write old.json, of old.csv, with replicates."""
    write(table(ROWS), "old.csv")
    done = inside("compare", "old.csv", *ids, *LOSSES, *words, "--replicates", "-q", "--output", "old.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
