"""Results of compare made by hand, as the JSON document: rows in, what is kept of them out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.inference.resample import row_keys
from losscli.result import pack
from losscli.spec import Spec

Rows = Mapping[str, Mapping[str, Any]]  # {spec: {model: the loss of every row (n,)}}
COUNT = 400
NOTHING: dict[str, Any] = {
    key: []
    for key in (
        "inputs",
        "decisions",
        "labels",
        "refused",
        "robustness",
        "comparisons",
        "discordant",
        "gates",
        "curves",
        "row_table",
        "warnings",
    )
}


def document(
    rows: Rows,
    *,
    keys: Sequence[int] | None = None,
    seed: int = 0,
    paired: bool = True,
    few: Sequence[str] = (),
    **changed: Any,
) -> dict[str, Any]:
    """keys: the number of every row, 1 … n if not said; few: specs whose values rest on few rows;
    changed: other top-level values."""
    arrays = {spec: {m: np.asarray(x, float) for m, x in models.items()} for spec, models in rows.items()}
    models = list(next(iter(arrays.values())))
    n = len(next(iter(arrays.values()))[models[0]])
    number = np.arange(1, n + 1) if keys is None else np.asarray(keys)
    order = np.argsort(row_keys(number))
    stored = [
        {"spec": spec, "model": model, "root": False, "bounded": False, "sums": pack(x[order])}
        for spec, models_ in arrays.items()
        for model, x in models_.items()
    ]
    replicates = {
        "id": "id",
        "by": "rows",
        "column": None,
        "rows": n,
        "units": n,
        "count": COUNT,
        "seed": seed,
        "keys": pack(row_keys(number)[order]),
        "ids": pack(row_keys(number)[order]),
        "targets": pack(np.ones(n, dtype=np.uint64)),
        "w": pack(np.ones(n)),
        "losses": stored,
        "figures": [],
    }
    made: dict[str, Any] = {
        "schema": "losscli/compare/1",
        "version": "0.1.0",
        "command": ["losscli", "compare"],
        "seed": seed,
        "task": "regression",
        "target": "y",
        "positive": None,
        "weights": None,
        "threshold": None,
        "scale": 10.0,
        "confidence": 0.95,
        "rows": {"read": n, "used": n, "dropped": {}},
        "models": [{"name": name, "columns": [name], "kind": "value"} for name in models],
        "primary": next(iter(arrays)),
        "losses": [_loss(spec, results, spec in few) for spec, results in arrays.items()],
        "metrics": [
            {
                "name": "r2",
                "title": "R²",
                "greater_is_better": True,
                "results": [{"model": name, "value": 0.7, "reason": None} for name in models],
            }
        ],
        "replicates": replicates if paired else None,
    }
    return NOTHING | made | changed


def _loss(spec: str, results: Mapping[str, Any], few: bool) -> dict[str, Any]:
    parsed = Spec.parse(spec)
    reason = "dominated by a few large errors: 2.1 effective rows of 11" if few else None
    return {
        "spec": spec,
        "name": parsed.name,
        "params": dict(parsed.params),
        "unit": "y",
        "elicits": "mean",
        "class": [spec],
        "results": [
            {"model": m, "value": float(x.mean()), "reason": reason, "clipped_rows": 0}
            for m, x in results.items()
        ],
    }
