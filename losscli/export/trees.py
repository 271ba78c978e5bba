"""Objectives of libraries of boosted trees: LightGBM, XGBoost and CatBoost."""

from losscli.domain import NUMBERS, Task
from losscli.export.rows import rows_code
from losscli.export.scored import Scored
from losscli.export.words import head, predicted

_UNIT = """    unit = np.mean(h)  # limits and penalties on the sum of Hessians then do not hang on units
    g, h = g/unit, h/unit
"""
_LOGITBOOST = """    h = h*z.shape[1]/(2*(z.shape[1] - 1))  # K/(K - 1), as in its own objective
"""
_UNIT_KEPT = """        if not hasattr(self, "unit"):
            self.unit = np.mean(h)  # the penalty on leaves then does not hang on the units of y
        g, h = g/self.unit, h/self.unit
"""


def lightgbm(found: Scored) -> str:
    """The module of an objective and a metric for lightgbm.train."""
    classes = found.bound.loss.task is Task.MULTICLASS
    usage = (
        ("start", "s0 = start(y, classes)" if classes else "s0 = start(y)"),
        (
            "train",
            "data = lgb.Dataset(X, y, init_score="
            + ("np.tile(s0, (len(y), 1)))" if classes else "np.full(len(y), s0))"),
        ),
        (
            "",
            'model = lgb.train({"objective": objective'
            + (', "num_class": classes' if classes else "")
            + "}, data, feval=metric)",
        ),
        ("predict", predicted(found, "s0 + model.predict(X)")),
    )
    traps = (
        "An objective of one's own starts at score 0, whatever boost_from_average says: give init_score, and",
        "add it again to what predict gives, which are scores.",
        "min_sum_hessian_in_leaf counts the curvature below.",
    )
    return _module(found, "LightGBM", usage, traps, _LIGHTGBM)


def xgboost(found: Scored) -> str:
    """The module of an objective and a metric for xgboost.train."""
    classes = found.bound.loss.task is Task.MULTICLASS
    if classes:
        usage = (
            ("start", "s0 = start(y, classes)"),
            ("train", "data = xgb.DMatrix(X, y, base_margin=np.tile(s0, (len(y), 1)))"),
            ("", 'params = {"num_class": classes, "disable_default_eval_metric": True}'),
            ("", "model = xgb.train(params, data, 100, obj=objective, custom_metric=metric)"),
            ("predict", predicted(found, "model.predict(new, output_margin=True)")),
        )
        start = "it: give base_margin, for the rows to be predicted too."
    else:
        usage = (
            ("start", "s0 = start(y)"),
            ("train", "data = xgb.DMatrix(X, y)"),
            ("", 'params = {"base_score": s0, "disable_default_eval_metric": True}'),
            ("", "model = xgb.train(params, data, 100, obj=objective, custom_metric=metric)"),
            ("predict", predicted(found, "model.predict(xgb.DMatrix(X), output_margin=True)")),
        )
        start = "it: give base_score."
    traps = (
        "Training starts at 0.5, or at what the squared error would start at, unless you say where. Say",
        start,
        "min_child_weight counts the curvature below, lambda stands beside it.",
    )
    return _module(found, "XGBoost", usage, traps, _XGBOOST)


def catboost(found: Scored) -> str:
    """The module of an objective and a metric for CatBoost."""
    task = found.bound.loss.task
    given = (
        "settings = dict(eval_metric=Metric(), "
        f'leaf_estimation_method="Newton", leaf_estimation_iterations={_steps(found)})'
    )
    usage: tuple[tuple[str, str], ...]
    if task in NUMBERS:
        usage = (
            ("start", "s0 = start(y)"),
            ("train", given),
            ("", "model = CatBoostRegressor(loss_function=Objective(), **settings)"),
            ("", "model.fit(Pool(X, y, baseline=np.full(len(y), s0)))"),
            ("predict", predicted(found, f"s0 + {_RAW}")),
        )
        start = "Training starts at score 0 unless you give a baseline; add it again to what predict gives."
    else:
        several = task is Task.MULTICLASS
        kind, count = ("Classifier", ", classes_count=classes") if several else ("Regressor", "")
        usage = (
            ("train", given),
            ("", f"model = CatBoost{kind}(loss_function=Objective(){count}, **settings).fit(X, y)"),
            ("predict", predicted(found, _RAW)),
        )
        start = "Training starts at score 0, as with a loss of its own."
    traps = (
        start,
        "A leaf takes one step unless you say more: a loss of its own takes several, or the exact value.",
        "CatBoost takes derivatives of what is to be made large: the signs are turned below.",
        "It calls Python for every step: expect it to be some ten times slower than with a loss of its own.",
    )
    return _module(
        found, "CatBoost", usage, traps, _CATBOOST_CLASSES if task is Task.MULTICLASS else _CATBOOST
    )


_RAW = 'model.predict(X, prediction_type="RawFormulaVal")'


def _steps(found: Scored) -> int:
    """Newton's steps in a leaf of CatBoost: as many as with its own losses, some where these set leaves to
    the exact best."""
    several = {Task.BINARY: 10, Task.MULTICLASS: 2}
    return several.get(found.bound.loss.task, 1 if found.is_log else 3)


def _module(
    found: Scored, library: str, usage: tuple[tuple[str, str], ...], traps: tuple[str, ...], code: str
) -> str:
    task = found.bound.loss.task
    unit = ""
    if task in NUMBERS and not found.is_log:
        unit = _UNIT_KEPT if code is _CATBOOST else _UNIT
    if task is Task.MULTICLASS and code is _LIGHTGBM:
        unit = _LOGITBOOST
    own = code.format(name=found.bound.loss.name, unit=unit, scores="z" if task is Task.MULTICLASS else "s")
    return f"{head(found, library, usage, traps)}\nimport numpy as np\n\n\n{rows_code(found)}\n\n{own}"


_LIGHTGBM = '''def objective({scores}, data):
    """Gradient and Hessian of the scores, (n,) or (n, classes), for lightgbm.train."""
    y, w = data.get_label(), data.get_weight()
    g, h = slope({scores}, y), curvature({scores}, y)
{unit}    w = 1.0 if w is None else w.reshape(-1, *[1]*(g.ndim - 1))
    return w*g, w*h


def metric({scores}, data):
    """(name, mean loss, whether larger is better), for feval."""
    y, w = data.get_label(), data.get_weight()
    return "{name}", float(np.average(value({scores}, y), weights=w)), False
'''

_XGBOOST = '''def weights(data):
    w = data.get_weight()
    return w if w.size else np.ones(data.num_row())


def objective({scores}, data):
    """Gradient and Hessian of the scores, (n,) or (n, classes), for xgboost.train."""
    y, w = data.get_label().astype(float), weights(data)
    {scores} = {scores}.astype(float)
    g, h = slope({scores}, y), curvature({scores}, y)
{unit}    w = w.reshape(-1, *[1]*(g.ndim - 1))
    return w*g, w*h


def metric({scores}, data):
    """(name, mean loss), for custom_metric."""
    y = data.get_label().astype(float)
    return "{name}", float(np.average(value({scores}.astype(float), y), weights=weights(data)))
'''

_CATBOOST = '''class Objective:
    """For loss_function."""

    def calc_ders_range(self, approxes, targets, weights):
        """(first, second) derivatives of minus the loss in the score, row by row."""
        s, y = np.asarray(approxes, dtype=float), np.asarray(targets, dtype=float)
        w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
        g, h = slope(s, y), curvature(s, y)
{unit}        return list(zip(-w*g, -w*h))


class Metric:
    """For eval_metric."""

    def is_max_optimal(self):
        return False

    def evaluate(self, approxes, target, weight):
        y = np.asarray(target, dtype=float)
        w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
        return float(np.sum(w*value(np.asarray(approxes[0], dtype=float), y))), float(np.sum(w))

    def get_final_error(self, error, weight):
        return error/weight
'''

_CATBOOST_CLASSES = '''class Objective:
    """For loss_function."""

    def calc_ders_multi(self, approxes, target, weight):
        """First derivatives of minus the loss in the scores of a row, and the matrix of the second, without
        what may be below 0 (Gauss, Newton)."""
        z, y = np.asarray(approxes, dtype=float)[None], np.array([float(target)])
        p = np.exp(log_softmax(z))[0]
        matrix = steepness(z, y)[0]*(np.diag(p) - np.outer(p, p))
        return list(-weight*slope(z, y)[0]), (-weight*matrix).tolist()


class Metric:
    """For eval_metric."""

    def is_max_optimal(self):
        return False

    def evaluate(self, approxes, target, weight):
        z, y = np.asarray(approxes, dtype=float).T, np.asarray(target, dtype=float)
        w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
        return float(np.sum(w*value(z, y))), float(np.sum(w))

    def get_final_error(self, error, weight):
        return error/weight
'''
