"""`LossClassifier`: two classes, or several."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from losscli.api.estimators.base import LossEstimator
from losscli.api.estimators.parameters import check_class_weight, records, told, wanted
from losscli.descent.design import rows_counted
from losscli.descent.train import Wanted
from losscli.domain import CLASSES, LOGIT, SOFTMAX, Codes, Floats, Task
from losscli.loss import Loss

_PROBABILISTIC = (LOGIT.name, SOFTMAX.name)


def _gives_probabilities(estimator: "LossClassifier") -> bool:
    """Whether the link of the loss makes probabilities of scores; before `fit`, in some task of classes."""
    if hasattr(estimator, "link_"):
        return estimator.link_ in _PROBABILISTIC
    return any(one.task in CLASSES and one.link.name in _PROBABILISTIC for one in records(told(estimator)))


class LossClassifier(ClassifierMixin, LossEstimator):  # type: ignore[misc]
    """Linear classification, or a network, trained under any loss.

    Minimises the weighted mean of the loss of the scores, plus a penalty on the slopes::

        Σ w_i loss(y_i, s_i) / Σ w_i + l1 · Σ_j |b_j| + l2/2 · Σ_j b_j²,    s_i = intercept + x_i · coef

    b_j = coef_j · sd_j, and sd_j is the weighted standard deviation of column j (divisor Σ w): columns
    need no scaling, and the intercept is not penalised. A loss of two classes has one score, positive for
    the second of `classes_`; a loss of several classes one score for each.

    Parameters
    ----------
    loss : str or losscli.loss.Loss, default="log_loss"
        A loss and its parameters, ``"focal:gamma=2"``, or a weighted sum of losses,
        ``"0.7*bce + 0.3*hinge"``; ``losscli losses`` lists them. Where a name is a loss of two classes and
        one of several (log_loss, brier, focal, sparsemax …) y decides; a loss of several classes serves two
        as well, a loss of two serves no more. A record stands for itself at its defaults; a spec can be
        pickled wherever the estimator goes.
    model : str, default="linear"
        As in `LossRegressor`.
    optimizer : str, default="auto"
        As in `LossRegressor`.
    l1 : float, default=0.0
        As in `LossRegressor`.
    l2 : float, "auto" or None, default=None
        Strength of the penalty, on columns in units of their standard deviations. None and "auto" are 1/n
        for the log loss, so that it equals scikit-learn's LogisticRegression(C=1) on z-scored columns, and
        for other losses as much as their slope at score 0 is steeper; n is the number of rows, the sum of
        whole weights.
    class_weight : dict, "balanced" or None, default=None
        What a row counts for its class, over and above its own weight: {label: weight}, 1 for labels that
        are not there; "balanced" is n / (k · n_c) with the weights of the rows in the place of their
        numbers [1]_.
    fit_intercept : bool, default=True
        Whether scores have an intercept. Without one columns are not centred, and sd_j above is the root mean
        square of column j.
    max_iter : int or None, default=None
        As in `LossRegressor`.
    tol : float or None, default=None
        As in `LossRegressor`.
    tune : str or None, default=None
        As in `LossRegressor`: ``"focal:gamma=0.5-4"``.
    metric : str or None, default=None
        As in `LossRegressor`; None is average precision.
    random_state : int, RandomState instance or None, default=0
        As in `LossRegressor`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Slopes of each score, per unit of each feature: one score under a loss of two classes, else one for
        each class; 0 for a column that does not vary.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Scores where all features are 0.
    link_ : str
        ``"logit"`` or ``"softmax"`` where the score gives probabilities, else ``"identity"``.
    n_features_in_, feature_names_in_, network_, loss_, l2_, objective_, n_iter_, converged_, certificate_ :
        As in `LossRegressor`.
    tuned_, tried_ :
        As in `LossRegressor`.

    See Also
    --------
    LossRegressor : The same for numbers.
    sklearn.linear_model.LogisticRegression : The log loss with more penalties and solvers.

    References
    ----------
    .. [1] King, G. and Zeng, L. (2001). "Logistic Regression in Rare Events Data". Political Analysis 9,
       137-163. :doi:`10.1093/oxfordjournals.pan.a004868`
    .. [2] Crammer, K. and Singer, Y. (2001). "On the Algorithmic Implementation of Multiclass Kernel-based
       Vector Machines". Journal of Machine Learning Research 2, 265-292.
    .. [3] Bartlett, P. L., Jordan, M. I. and McAuliffe, J. D. (2006). "Convexity, Classification, and Risk
       Bounds". Journal of the American Statistical Association 101, 138-156.
       :doi:`10.1198/016214505000000907`

    The source of each loss: ``losscli explain focal``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from losscli import LossClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> LossClassifier("crammer_singer_hinge").fit(X, y).score(X, y) > 0.97
    True
    >>> model = LossClassifier("log_loss").fit(X, y)
    >>> model.loss_, model.predict_proba(X[:1]).round(2)
    ('cross_entropy', array([[0.98, 0.02, 0.  ]]))
    """

    def __init__(
        self,
        loss: str | Loss = "log_loss",
        *,
        model: str = "linear",
        optimizer: str = "auto",
        l1: float = 0.0,
        l2: float | str | None = None,
        class_weight: Any = None,
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
        self.class_weight = class_weight
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
            Labels: numbers, words or truth values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, 0 or more: whole weights count as repeats of a row, 0 as its absence, any
            others are relative (a network sees a row once an epoch, whatever its weight). None is 1 for every
            row.

        Returns
        -------
        self : LossClassifier

        Raises
        ------
        ValueError
            For a parameter that means nothing, a loss that no linear model of these classes can be trained
            under, a single class, values that are not finite, and weights below 0 or all 0.
        TypeError
            For sparse X.
        """
        check_class_weight(self)
        x, y, w = self._rows(X, y, sample_weight, numeric=False)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes; "
                f"y has one class that counts: {self.classes_[0]!r}"
            )
        one = self._wanted(len(self.classes_))
        one = self._tuned(x, codes.astype(np.float64), w, one, tuple(self.classes_.tolist()))
        several = one.loss.task is Task.MULTICLASS
        balanced = self.class_weight == "balanced"  # its weights sum to those of w
        raw = self._train(
            x,
            codes.astype(np.float64),
            w * self._factors(codes, w)[codes],
            one,
            classes=len(self.classes_) if several else 1,
            rows=rows_counted(w) if balanced else None,
        )
        if raw is not None:
            self.coef_, self.intercept_ = raw.slopes, raw.intercept
        return self

    def _wanted(self, classes: int) -> Wanted:
        """The loss of two classes where there are two, else that of several, which serves two as well."""
        two = wanted(self, Task.BINARY)
        several = wanted(self, Task.MULTICLASS)
        found = two or several if classes == 2 else several
        if found is not None:
            return found
        if two is not None:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass. "
                f"{two.loss.name} is a loss of two classes: choose one of several, such as cross_entropy"
            )
        raise ValueError(f"{told(self)} is not a loss of classes: see losscli losses, or LossRegressor")

    def _factors(self, codes: Codes, w: Floats) -> Floats:
        """(k,) What a row of each class counts."""
        if self.class_weight == "balanced":
            return np.asarray(w.sum() / (len(self.classes_) * np.bincount(codes, weights=w)))
        return np.asarray(
            compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_[codes])
        )

    def decision_function(self, X: Any) -> Floats:
        """Scores of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, dense.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of two classes one score, positive for the second of `classes_`: under a loss of several classes
            the difference of the two. Of more classes one score for each, the largest for the predicted one.

        Raises
        ------
        ValueError
            For features of another number or other names than in `fit`, and values that are not finite.
        """
        scores = self._scores(X)
        if scores.shape[1] == 1:
            return scores[:, 0]
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, dense.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The label of the largest score; of two classes the second where the score is above 0.

        Raises
        ------
        ValueError
            As `decision_function`.
        """
        scores = self.decision_function(X)
        codes = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[codes])

    @available_if(_gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of each class, under a loss whose link gives them: logit or softmax.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, dense.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`. They are calibrated only as far as the loss is proper:
            see ``losscli explain``.

        Raises
        ------
        AttributeError
            Under a loss whose score is no logit, such as hinge.
        ValueError
            As `decision_function`.
        """
        scores = self._scores(X)
        if scores.shape[1] > 1:
            return SOFTMAX.predict(scores)
        return LOGIT.predict(np.hstack([-scores, scores]))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        known = records(told(self))
        tags.classifier_tags.multi_class = not known or any(one.task is Task.MULTICLASS for one in known)
        return tags
