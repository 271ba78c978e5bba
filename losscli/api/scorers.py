"""Losses as scorers of scikit-learn: searches and cross-validation judge by them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils.metadata_routing import MetadataRequest

from losscli.api.functions import LossFunction, losses
from losscli.domain import CLASSES, NUMBERS, Kind, Task, any_of
from losscli.errors import NoDefault, UsageError

__all__ = ["LossScorer", "Scorers", "scorer", "scorers"]

_METHODS = {  # what gives a kind of prediction, in the order in which they are taken
    Kind.LABEL: "predict",
    Kind.PROBABILITY: "predict_proba",
    Kind.SCORE: "decision_function",
}


class LossScorer(BaseEstimator):  # type: ignore[misc]
    """A scorer of scikit-learn: minus the loss of an estimator's predictions, so that larger is better.

    Of classes it asks the estimator for what the loss reads: `predict` (zero_one, cost), else
    `predict_proba` (bce, brier), else `decision_function` (hinge).

    Parameters
    ----------
    loss : str
        A loss and its parameters, those in units of y written: "huber:delta=1.5".
    task : str, default=None
        Of a name that losses of several tasks have, where y does not tell.
    """

    def __init__(self, loss: str, *, task: str | None = None) -> None:
        self.loss = loss
        self.task = task

    def set_score_request(self, *, sample_weight: bool | str | None) -> Self:
        """Ask for weights, where scikit-learn routes metadata.

        Parameters
        ----------
        sample_weight : bool, str or None
            True: to be given them; a str: those of that name; False: not; None: an error where there are any.

        Returns
        -------
        self : LossScorer

        Raises
        ------
        RuntimeError
            Where routing is not enabled: ``sklearn.set_config(enable_metadata_routing=True)``.
        """
        if not get_config()["enable_metadata_routing"]:
            raise RuntimeError("metadata is routed after sklearn.set_config(enable_metadata_routing=True)")
        self._metadata_request = _request(sample_weight)
        return self

    def get_metadata_routing(self) -> MetadataRequest:
        """What is asked for, as scikit-learn reads it."""
        return deepcopy(getattr(self, "_metadata_request", None)) or _request(None)

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Minus the loss of rows.

        Parameters
        ----------
        estimator : object
            A fitted estimator.
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Importance weights, 0 or more.

        Returns
        -------
        score : float
            Minus what ``losscli.losses[loss](y, p)`` gives, -inf where that is infinite.

        Raises
        ------
        UsageError
            A ValueError: where the estimator gives nothing that the loss reads, and for a loss that there is
            not.
        ValueError
            As `losscli.losses[loss]`, for targets and predictions that the loss does not take.
        """
        function = _function(self.loss, self.task)
        of_classes = [loss for loss in function.records if loss.task in CLASSES]
        if not is_classifier(estimator):
            numbers = tuple(loss for loss in function.records if loss.task in NUMBERS | {Task.MULTIOUTPUT})
            if not numbers:
                raise UsageError(
                    f"{self.loss} is no loss of numbers, and {_name(estimator)} is no classifier"
                )
            own = LossFunction(function.spec, numbers)
            return -own(y, estimator.predict(X), sample_weight=sample_weight)
        if not of_classes:
            raise UsageError(f"{self.loss} is no loss of classes, and {_name(estimator)} is a classifier")
        if isinstance(estimator.classes_, list):
            raise UsageError(f"{_name(estimator)} is of several targets: score them one by one")
        classes = np.asarray(estimator.classes_)
        if len(classes) > 2 and all(loss.task is Task.BINARY for loss in of_classes):
            raise UsageError(f"{self.loss} is a loss of two classes, and there are {len(classes)}")
        reads = frozenset.union(*(frozenset.intersection(*loss.reads) for loss in of_classes))
        for kind, method in _METHODS.items():
            if kind in reads and hasattr(estimator, method):
                found = getattr(estimator, method)(X)
                own = LossFunction(function.spec, tuple(of_classes))
                given = {"kind": str(kind), "labels": classes.tolist()}
                return -own(y, found, sample_weight=sample_weight, **given)
        needed = " or ".join(method for kind, method in _METHODS.items() if kind in reads)
        raise UsageError(f"{self.loss} reads {any_of(reads)}, and {_name(estimator)} has no {needed}")


def _request(sample_weight: bool | str | None) -> MetadataRequest:
    request = MetadataRequest(owner=LossScorer.__name__)
    request.score.add_request(param="sample_weight", alias=sample_weight)
    return request


def _name(estimator: Any) -> str:
    return type(estimator).__name__


def _function(spec: str, task: str | None) -> LossFunction:
    """Raises UsageError for a loss that there is not."""
    try:
        return losses[spec] if task is None else losses[spec, task]
    except KeyError as error:
        if isinstance(error.__cause__, UsageError):
            raise error.__cause__ from None
        raise UsageError(
            f"{spec!r} is no spec of a loss", advice='Write it as text: "huber:delta=1.5"'
        ) from None


def scorer(loss: str, *, task: str | None = None) -> LossScorer:
    """A loss as a scorer, for `scoring` of scikit-learn's searches and cross-validation.

    Parameters
    ----------
    loss : str
        A loss and its parameters, those in units of y written: "huber:delta=1.5".

    task : str, default=None
        Of a name that losses of several tasks have, where y does not tell.

    Returns
    -------
    scorer : LossScorer
        Minus the loss, so that larger is better; `set_score_request(sample_weight=True)` asks for weights.

    Raises
    ------
    UsageError
        A ValueError: for a loss that there is not, a parameter that it has not, and one that is not written
        and hangs on the data. It says what to write.

    Examples
    --------
    >>> import losscli
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True)
    >>> round(losscli.scorer("huber:delta=20")(LinearRegression().fit(X, y), X, y), 1)
    -684.2
    """
    function = _function(loss, task)
    for record in function.records:
        try:
            record.bind(function.spec.numbers(), imbalance=1.0)
        except NoDefault as error:
            own, _, _ = error.what.partition(" ")
            raise UsageError(
                f"{function.spec}: {error.what}", advice=f"Write it in the spec: {own}=1.5"
            ) from None
    return LossScorer(loss, task=task)


class Scorers(Mapping[str, LossScorer]):
    """The losses of the catalogue as scorers, by spec: `scorers["mae"]`, `scorers["huber:delta=1.5"]`.

    A spec that cannot be one is a KeyError, as in any mapping, that says why.

    Examples
    --------
    >>> import losscli
    >>> {name: losscli.scorers[name] for name in ("mae", "huber:delta=1.5")}
    {'mae': LossScorer(loss='mae'), 'huber:delta=1.5': LossScorer(loss='huber:delta=1.5')}
    """

    def __getitem__(self, spec: str) -> LossScorer:
        try:
            return scorer(spec)
        except UsageError as error:
            raise KeyError(". ".join(str(error).splitlines())) from error

    def __iter__(self) -> Iterator[str]:
        return iter(losses)

    def __len__(self) -> int:
        return len(losses)

    def __repr__(self) -> str:
        return f"<{len(self)} scorers: losscli.scorers['huber:delta=1.5']>"


scorers = Scorers()
