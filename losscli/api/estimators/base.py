"""What the two estimators share: arrays and parameters → one trained model, linear or a network."""

from dataclasses import replace
from numbers import Integral
from typing import Any
from warnings import warn

import numpy as np
from sklearn.base import BaseEstimator, is_regressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from losscli.api.estimators.parameters import has_intercept, network_learner, settings, told
from losscli.api.estimators.tuned import chosen
from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.objective import bulk_spread
from losscli.descent.train import Outcome, Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.errors import LosscliError
from losscli.fitting.choice import refusal
from losscli.fitting.coefficients import Coefficients, coefficients
from losscli.fitting.learner import LearnerRows
from losscli.fitting.networks import Network, NetworkLearner
from losscli.fitting.trained import NetworkModel

_MOST = np.iinfo(np.int32).max


class LossEstimator(BaseEstimator):  # type: ignore[misc]
    """Scores of rows, linear in the features or of a network, trained under one loss of the catalogue."""

    def _rows(self, X: Any, y: Any, sample_weight: Any, *, numeric: bool) -> tuple[Floats, Any, Floats]:
        """(features (n, p), targets (n,), weights (n,)) of the rows that count: a weight of 0 is no row."""
        # One layout in memory, so that frames and arrays give the same figures to the last bit.
        x, y = validate_data(self, X, y, dtype=np.float64, order="C", y_numeric=numeric)
        w = _check_sample_weight(sample_weight, x, dtype=np.float64)
        if (w < 0).any():
            raise ValueError("Negative values in data passed to `sample_weight`")
        used = w > 0
        if not used.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return (x, y, w) if used.all() else (x[used], y[used], w[used])

    def _tuned(self, x: Floats, y: Floats, w: Floats, one: Wanted, labels: tuple[Any, ...] = ()) -> Wanted:
        """The loss, with the parameter that `tune` chooses; sets the attributes that say what it was.

        y: numbers or class codes; labels: the classes, () for numbers.
        """
        for name in ("tuned_", "tried_"):  # of an earlier fit
            self.__dict__.pop(name, None)
        if self.tune is None:
            return one
        classes = len(labels) if one.loss.task is Task.MULTICLASS else 1
        asked = settings(self, one.loss.task, classes, self._seed())
        found, param, tried = chosen(self, (x, y, w), asked, labels)
        self.tuned_ = {param: found.written[param]}
        self.tried_ = np.array(tried)
        return found

    def _seed(self) -> int:
        """A whole random_state is the seed, as `--seed` is."""
        drawn = check_random_state(self.random_state)
        return (
            int(self.random_state) if isinstance(self.random_state, Integral) else int(drawn.randint(_MOST))
        )

    def _train(
        self,
        x: Floats,
        y: Floats,
        w: Floats,
        wanted: Wanted,
        *,
        classes: int = 1,
        rows: float | None = None,
    ) -> Coefficients | None:
        """The coefficients of a linear model of these rows, None of a network, which `network_` holds; sets
        the attributes that say how it was found.

        y: numbers or class codes; classes: scores per row; rows: how many observations the weights count as,
        None where they tell it.
        """
        task = wanted.loss.task
        seed = self._seed()
        asked = settings(self, task, classes, seed)
        learner = network_learner(self)
        reason = refusal(wanted.loss, task, y, wanted.written)
        if reason is not None:
            raise ValueError(f"{type(self).__name__} cannot be trained under {told(self)}: {reason[0]}")
        design = whitened(x, w, has_intercept(self))
        if rows is not None:
            design = replace(design, rows=rows)
        source = LearnerRows(design, x, y, (seed,))
        try:
            outcome, scale = _trained(source, wanted, asked, learner)
            if isinstance(outcome, str) and scale is None and task is Task.REGRESSION:
                # The median model leaves no residual, and there any scale makes the same fit.
                scale = bulk_spread(y, w / w.sum()) if np.ptp(y) > 0 else 1.0
                outcome, _ = _trained(source, wanted, replace(asked, scale=scale), learner)
        except LosscliError as error:
            raise ValueError(str(error)) from error
        solution = self._solution(outcome)
        self.loss_ = solution.bound.spec
        self.link_ = wanted.loss.link.name
        self.l2_ = solution.l2
        self.scale_ = scale
        self.objective_ = solution.objective
        self.n_iter_ = max(solution.iterations, 1)  # least squares in closed form is one
        self.converged_ = solution.converged
        self.certificate_ = solution.certificate
        for name in ("coef_", "intercept_", "network_"):  # of an earlier fit
            self.__dict__.pop(name, None)
        if not isinstance(solution, Network):
            return coefficients(design, solution)
        self.network_ = NetworkModel.of(solution, solution.bound.spec)
        return None

    def _solution(self, outcome: Outcome) -> Solution:
        """Raises ValueError where there is none, and warns where it is not the optimum."""
        if isinstance(outcome, str):
            raise ValueError(f"{outcome}: write it in the spec of the loss")
        if not outcome.converged:
            warn(
                f"{outcome.bound.spec}: {outcome.certificate}. Give more iterations (max_iter) or a "
                "penalty (l2), or scale the data.",
                ConvergenceWarning,
                stacklevel=4,
            )
        return outcome

    def _scores(self, X: Any) -> Floats:
        """(n,), of several classes (n, k)."""
        check_is_fitted(self)
        x = validate_data(self, X, dtype=np.float64, reset=False)
        if not hasattr(self, "network_"):
            return np.asarray(x @ self.coef_.T + self.intercept_)
        scores = self.network_.scores(x)
        return scores[:, 0] if is_regressor(self) else scores


def _trained(
    source: LearnerRows, wanted: Wanted, asked: Settings, learner: NetworkLearner | None
) -> tuple[Outcome, float | None]:
    """(how the model ended, s)"""
    if learner is None:
        found = train(source.design, source.y[None], [wanted], asked)
        return found.by_loss[0][0], found.scales[0]
    (models,) = learner.fit([source], [wanted], asked, [(asked.seed, 0, 0)], len(source.y))
    return models.outcomes[0], models.scale
