"""`LossRegressor`: numbers, counts and amounts."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from losscli.api.estimators.base import LossEstimator
from losscli.api.estimators.parameters import is_central, records, told, wanted
from losscli.domain import LOG, NUMBERS, Floats, Interval, Task
from losscli.loss import Loss


class LossRegressor(RegressorMixin, LossEstimator):  # type: ignore[misc]
    """Linear regression, or a network, trained under any loss.

    Minimises the weighted mean of the loss of the scores, plus a penalty on the slopes::

        Σ w_i loss(y_i, s_i) / Σ w_i + l1 · Σ_j |b_j| + l2/2 · Σ_j b_j²,    s_i = intercept + x_i · coef

    b_j = coef_j · sd_j, and sd_j is the weighted standard deviation of column j (divisor Σ w): columns
    need no scaling, and the intercept is not penalised. Predictions are the scores, or their exponential
    under a loss with a log link (counts and amounts: poisson, gamma, tweedie and their kin).

    Parameters
    ----------
    loss : str or losscli.loss.Loss, default="huber"
        A loss and its parameters, ``"huber:delta=1.35"``, or a weighted sum of losses,
        ``"0.7*huber:delta=1 + 0.3*mae"``; ``losscli losses`` lists them. Parameters in units of y that are
        not written scale with the data: `huber` is ``huber:delta=1.345·s``, with s as in `scale_`. A record
        stands for itself at its defaults; a spec can be pickled wherever the estimator goes.
    model : str, default="linear"
        ``"linear"``, or a multilayer perceptron, ``"mlp:hidden=16-16,activation=relu"`` (or tanh), which is
        trained by epochs of mini-batches: no optimum is claimed, and there are no `coef_` and `intercept_`.
        Its penalties weigh all weights, not the biases.
    optimizer : str, default="auto"
        ``"auto"`` takes the method that certifies the optimum of the loss: an interior point method for
        piecewise linear losses, L-BFGS with a Newton check for smooth ones, several starts for those with
        several valleys. Textbook optimizers are ``"gd"``, ``"momentum"``, ``"nesterov"``, ``"sgd"``,
        ``"adam"`` and ``"lbfgs"``, with parameters as in ``"sgd:batch=64,rate=0.1"``. Of networks auto is
        adam, in batches of 64 rows.
    l1 : float, default=0.0
        Strength of the penalty on the absolute slopes, on columns in units of their standard deviations: the
        larger it is, the more slopes are exactly 0. With `l2` the elastic net (Zou and Hastie 2005,
        doi:10.1111/j.1467-9868.2005.00503.x).
    l2 : float, "auto" or None, default=None
        Strength of the penalty, on columns in units of their standard deviations. None and "auto" are 0.
    scale : float or None, default=None
        The residual scale s, in units of y, that parameters which are not written scale with. None: found
        from the residuals of the least absolute deviations fit.
    fit_intercept : bool, default=True
        Whether scores have an intercept. Without one columns are not centred, and sd_j above is the root mean
        square of column j.
    max_iter : int or None, default=None
        Most iterations of a descent. None: 500, or 1,000 for a textbook optimizer. Of networks the epochs;
        None: 200.
    tol : float or None, default=None
        What a descent may leave: a share of the objective, by default 1e-9; for a textbook optimizer the
        largest slope, by default 1e-6.
    tune : str or None, default=None
        A loss with a parameter to choose, in the place of `loss`: ``"huber:delta=0.5-5"`` is a range of 8
        values, ``"huber:delta=0.5-1-2"`` the values. As ``losscli fit --tune``: three folds within the rows
        of `fit`, the least mean of their errors, and then the fit on all of these rows with that value.
        Of linear models. Whole weights are then no repeats of a row: repeats fall into other folds.
    metric : str or None, default=None
        What `tune` judges by, a metric or a loss, ``"rmse"``, ``"huber:delta=2"``. None: the usual one of the
        task, mae for numbers, rmse for counts.
    random_state : int, RandomState instance or None, default=0
        Draws the starts of losses with several valleys, and mini-batches. None draws anew in every fit.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Slopes, in units of the score per unit of each feature; 0 for a column that does not vary.
    intercept_ : float
        Score where all features are 0, in units of y (log y under a log link).
    network_ : losscli.fitting.trained.NetworkModel
        Of a network the layers, on raw columns, and the activation between them.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has names that are all strings.
    loss_ : str
        The spec of the loss with every parameter as it was used.
    link_ : str
        ``"identity"``, or ``"log"`` where predictions are the exponential of the score.
    scale_ : float or None
        The residual scale s, in units of y: as given, else the median absolute residual of the least
        absolute deviations fit over 0.67449, and the spread of y (1 where it does not vary) if that fit
        leaves no residual. None for losses of counts and amounts.
    tuned_ : dict
        Where `tune` is given, the parameter that was chosen and its value: ``{"delta": 1.2}``.
    tried_ : ndarray of shape (n_values,)
        Where `tune` is given, the values that it was chosen from.
    l2_ : float
        The strength of the penalty that was used.
    objective_ : float
        Mean loss plus penalty at the solution, in the unit of the loss.
    n_iter_ : int
        Iterations of the method; 1 for a closed form.
    converged_ : bool
        Whether the solution is certified: a ConvergenceWarning was given if not.
    certificate_ : str
        How that is known: a duality gap, a Newton decrement, how many starts agree.

    See Also
    --------
    LossClassifier : The same for classes.
    sklearn.linear_model.HuberRegressor : Huber's loss with a scale that is fitted along.
    sklearn.linear_model.QuantileRegressor : Quantiles, with a penalty on absolute slopes.

    References
    ----------
    .. [1] Huber, P. J. (1964). "Robust Estimation of a Location Parameter". The Annals of Mathematical
       Statistics 35, 73-101. :doi:`10.1214/aoms/1177703732`
    .. [2] Koenker, R. and Bassett, G. (1978). "Regression Quantiles". Econometrica 46, 33-50.
       :doi:`10.2307/1913643`
    .. [3] Liu, D. C. and Nocedal, J. (1989). "On the limited memory BFGS method for large scale
       optimization". Mathematical Programming 45, 503-528. :doi:`10.1007/BF01589116`

    The source of each loss: ``losscli explain huber``.

    Examples
    --------
    >>> import numpy as np
    >>> from losscli import LossRegressor
    >>> X = np.arange(10.0)[:, None]
    >>> y = 2.0 * X[:, 0] + 1.0
    >>> y[9] = 100.0
    >>> model = LossRegressor("tukey:c=4").fit(X, y)
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    >>> LossRegressor("mse").fit(X, y).coef_.round(2)
    array([6.42])
    """

    def __init__(
        self,
        loss: str | Loss = "huber",
        *,
        model: str = "linear",
        optimizer: str = "auto",
        l1: float = 0.0,
        l2: float | str | None = None,
        scale: float | None = None,
        fit_intercept: bool = True,
        max_iter: int | None = None,
        tol: float | None = None,
        tune: str | None = None,
        metric: str | None = None,
        random_state: Any = 0,
    ) -> None:
        self.loss = loss
        self.model = model
        self.optimizer = optimizer
        self.l1 = l1
        self.l2 = l2
        self.scale = scale
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.tune = tune
        self.metric = metric
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the model.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, dense; computed in double precision.
        y : array-like of shape (n_samples,)
            Targets, inside the domain of the loss.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, 0 or more: whole weights count as repeats of a row, 0 as its absence, any
            others are relative (a network sees a row once an epoch, whatever its weight). None is 1 for every
            row.

        Returns
        -------
        self : LossRegressor

        Raises
        ------
        ValueError
            For a parameter that means nothing, a loss that no linear model of numbers can be trained under,
            targets outside the domain of the loss, values that are not finite, and weights below 0 or all 0.
        TypeError
            For sparse X.
        """
        x, y, w = self._rows(X, y, sample_weight, numeric=True)
        y = np.asarray(y, dtype=np.float64)
        one = wanted(self, Task.REGRESSION)
        if one is None:
            raise ValueError(f"{told(self)} is not a loss of numbers: see losscli losses, or LossClassifier")
        one = self._tuned(x, y, w, one)
        _check_domain(y, one.loss.name, one.loss.target_at(one.written))
        raw = self._train(x, y, w, one)
        if raw is not None:
            self.coef_, self.intercept_ = raw.slopes[0], float(raw.intercept[0])
        return self

    def predict(self, X: Any) -> Floats:
        """Predict targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, dense.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Predictions in units of y: what the loss asks for, as the mean, the median or a quantile.

        Raises
        ------
        ValueError
            For features of another number or other names than in `fit`, and values that are not finite.
        """
        scores = self._scores(X)
        if self.link_ != LOG.name:
            return scores
        with np.errstate(over="ignore"):
            return LOG.predict(scores)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        known = [loss for loss in records(told(self)) if loss.task in NUMBERS]
        tags.target_tags.positive_only = bool(known) and all(loss.target.low >= 0 for loss in known)
        tags.regressor_tags.poor_score = not is_central(self)  # R² is not what a quantile is to be judged by
        return tags


def _check_domain(y: Floats, name: str, domain: Interval) -> None:
    """Raises ValueError where targets are outside the domain of the loss of that name, and says which."""
    outside = np.flatnonzero(~domain.contains(y))
    if len(outside):
        first = int(outside[0])
        raise ValueError(
            f"Targets under {name} must be {domain}: {len(outside):,} of {len(y):,} are not, "
            f"the first is y[{first}] = {y[first]:g}"
        )
