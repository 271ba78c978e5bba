"""Makes the values of libraries.tsv anew: python make_libraries.py, where the libraries are installed.

Versions are those in the table; Keras runs on torch. TORCHVISION_SOURCE is the folder torchvision of its
wheel, whose losses are read from their source files, which need none of its compiled operators.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from libraries import FIXTURES, TABLE


def _names() -> dict[str, Any]:
    """What the calls may use. Needs every library."""
    import importlib.util
    import os
    import sys
    import types

    os.environ["KERAS_BACKEND"] = "torch"
    import catboost.utils
    import jax
    import keras
    import lightgbm
    import optax
    import torch
    import torch.nn.functional as F
    import torchmetrics.functional as tm
    import torchmetrics.functional.classification
    import torchmetrics.functional.regression
    import torchmetrics.functional.segmentation
    import xgboost

    jax.config.update("jax_enable_x64", True)

    def lgb(y: Any, raw: Any, metric: str, **params: Any) -> float:
        n = len(y)
        bins = {"min_data_in_bin": 1, "feature_pre_filter": False, "verbose": -1}
        x, start = np.arange(n, dtype=float)[:, None], np.asarray(raw).ravel(order="F")
        data = lightgbm.Dataset(x, y, init_score=start, params=bins)
        k = params.get("num_class", 1)
        if "objective" not in params:
            params["objective"] = lambda preds, _: (np.zeros(n * k), np.ones(n * k))
        found: dict[str, Any] = {}
        lightgbm.train(
            params | bins | {"metric": metric, "min_data_in_leaf": n + 1, "learning_rate": 1e-300},
            data,
            1,
            valid_sets=[data],
            callbacks=[lightgbm.record_evaluation(found)],
        )
        (values,) = found["training"].values()
        return float(values[0])

    def xgb(y: Any, raw: Any, metric: str, **params: Any) -> float:
        data = xgboost.DMatrix(np.zeros((len(y), 1)), y, base_margin=np.asarray(raw))
        model = xgboost.train({"eval_metric": metric, "base_score": 0.5, **params}, data, 0)
        return float(model.eval(data).split(":")[1])

    def cb(y: Any, approx: Any, metric: str) -> float:
        approx = np.asarray(approx, float)
        (value,) = catboost.utils.eval_metric(y, approx, metric)
        return float(value)

    def torchvision(file: str, name: str) -> Any:
        """One of its functions, from the file, without its compiled operators."""
        root = Path(os.environ["TORCHVISION_SOURCE"])  # the folder torchvision of the wheel
        if "torchvision" not in sys.modules:
            for package in ("torchvision", "torchvision.ops"):
                sys.modules[package] = types.ModuleType(package)
                sys.modules[package].__path__ = []
            utils = types.ModuleType("torchvision.utils")
            utils._log_api_usage_once = lambda _: None
            sys.modules["torchvision.utils"] = utils
        for own in ("_utils", file):
            full = f"torchvision.ops.{own}"
            if full not in sys.modules:
                spec = importlib.util.spec_from_file_location(full, root / "ops" / f"{own}.py")
                module = importlib.util.module_from_spec(spec)
                sys.modules[full] = module
                spec.loader.exec_module(module)
        return getattr(sys.modules[f"torchvision.ops.{file}"], name)

    names = {
        "np": np,
        "torch": torch,
        "F": F,
        "tm": tm,
        "regression": torchmetrics.functional.regression,
        "optax": optax,
        "losses": keras.losses,
        "t": lambda x: torch.tensor(np.asarray(x), dtype=torch.float64),
        "i": lambda x: torch.tensor(np.asarray(x)).long(),
        "lgb": lgb,
        "xgb": xgb,
        "cb": cb,
        "logsumexp": jax.scipy.special.logsumexp,
        "sigmoid_focal_loss": torchvision("focal_loss", "sigmoid_focal_loss"),
    }
    names["generalized_box_iou_loss"] = torchvision("giou_loss", "generalized_box_iou_loss")
    names["distance_box_iou_loss"] = torchvision("diou_loss", "distance_box_iou_loss")
    names["complete_box_iou_loss"] = torchvision("ciou_loss", "complete_box_iou_loss")
    return names


def main() -> None:
    """Rewrite the column of values."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    names = _names()
    for row in rows:
        if row["library"] not in ("scikit-learn", "scipy"):
            row["value"] = repr(float(eval(row["call"], names | FIXTURES[row["fixture"]])))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
