"""A loss in numpy alone, and a linear model of scikit-learn's kind trained on it."""

from losscli.domain import NUMBERS, Task
from losscli.errors import UsageError
from losscli.export.rows import rows_code
from losscli.export.scored import Scored
from losscli.export.words import head, predicted


def numpy(found: Scored) -> str:
    """The module of value, slope, curvature and start."""
    scores = "z" if found.bound.loss.task is Task.MULTICLASS else "s"
    usage = (("use", f"value({scores}, y).mean()"), ("", f"{scores} -= rate*slope({scores}, y)"))
    return f"{head(found, 'numpy', usage, ())}\nimport numpy as np\n\n\n{rows_code(found)}"


def sklearn(found: Scored) -> str:
    """The module of a linear estimator, and of a scorer where predictions are numbers.

    Raises UsageError for several classes.
    """
    if found.bound.loss.task is Task.MULTICLASS:
        raise UsageError(
            f"{found.bound.spec}: the linear model for scikit-learn has one score",
            advice=f"Use losscli.LossClassifier({found.bound.spec!r})",
        )
    numbers = found.bound.loss.task in NUMBERS
    kind = "Regressor" if numbers else "Classifier"
    usage = (
        ("use", f"Linear{kind}(l2=0.0).fit(X, y).predict(X)"),
        ("", "cross_val_score(model, X, y, scoring=scorer)"),
    )
    traps = (
        "Scale the columns first (StandardScaler): the penalty and the descent count them as they are.",
        f"losscli.Loss{kind} trains the same to a certified optimum.",
    )
    code = _SKLEARN.format(
        kind=kind,
        targets="y = np.asarray(y, dtype=float)"
        if numbers
        else "self.classes_, y = np.unique(y, return_inverse=True)",
        predict=_PREDICT.format(code=predicted(found, "self.decision_function(X)"))
        if numbers
        else _PREDICT_CLASS,
        scored="model.decision_function(X)",
    )
    imports = (
        "import numpy as np\nfrom scipy.optimize import minimize\n"
        f"from sklearn.base import BaseEstimator, {kind}Mixin\n"
    )
    return f"{head(found, 'scikit-learn', usage, traps)}\n{imports}\n\n{rows_code(found)}\n\n{code}"


_PREDICT = "def predict(self, X):\n        return {code}\n"
_PREDICT_CLASS = (
    "def predict(self, X):\n        return self.classes_[(self.decision_function(X) > 0).astype(int)]\n"
)
_SKLEARN = '''class Linear{kind}({kind}Mixin, BaseEstimator):
    """A linear model of the least mean loss, plus l2/2 times the squares of the slopes."""

    def __init__(self, l2=0.0):
        self.l2 = l2

    def fit(self, X, y, sample_weight=None):
        X = np.asarray(X, dtype=float)
        {targets}
        w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        w = w/w.sum()

        def objective(b):
            s = X @ b[1:] + b[0]
            g = w*slope(s, y)
            gradient = np.append(g.sum(), X.T @ g + self.l2*b[1:])
            return w @ value(s, y) + self.l2/2*b[1:] @ b[1:], gradient

        first = np.append(start(y, w), np.zeros(X.shape[1]))
        b = minimize(objective, first, jac=True, method="L-BFGS-B", options={{"maxiter": 5000}}).x
        self.intercept_, self.coef_ = b[0], b[1:]
        return self

    def decision_function(self, X):
        return np.asarray(X, dtype=float) @ self.coef_ + self.intercept_

    {predict}

def scorer(model, X, y):
    """Minus the mean loss, for scoring= of scikit-learn; of classes y is 0 or 1."""
    return -float(np.mean(value({scored}, np.asarray(y, dtype=float))))
'''
