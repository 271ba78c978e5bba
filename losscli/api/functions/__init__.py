"""Every loss as a function of arrays: `losses["huber:delta=1.5"](y, p)`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import getitem
from typing import Any

import numpy as np

from losscli.api.functions.figure import figure
from losscli.api.functions.posed import Posed, check_target, pose
from losscli.domain import CLASSES, NUMBERS, Floats, Kind, Task, logit
from losscli.errors import LosscliError, NoDefault, UsageError
from losscli.loss import BoundLoss, Loss, Scaled
from losscli.loss.catalogue import every_loss, named
from losscli.loss.score import terms
from losscli.spec import Spec

__all__ = ["LossFunction", "Losses", "losses"]

Key = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class LossFunction:
    """A loss of targets y and predictions p.

    Attributes
    ----------
    spec : losscli.spec.Spec
        The name and the parameters that are written.

    records : tuple of losscli.loss.Loss
        What is known of it, for each task that has the name: formula, domain, traits, reference.
    """

    spec: Spec
    records: tuple[Loss, ...]

    def __call__(
        self,
        y: Any,
        p: Any,
        *,
        sample_weight: Any = None,
        kind: str | None = None,
        labels: Sequence[Any] | None = None,
        levels: Sequence[float] | None = None,
        threshold: float | None = None,
        scale: float | None = None,
    ) -> float:
        """The loss of all rows, as `losscli compare` prints it.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets: numbers, labels, or several of them in a row.

        p : array-like of shape (n_samples,) or (n_samples, n_columns)
            Predictions of a kind that the loss reads: values in units of y; of two classes a probability or
            score of the second; a column for each class; labels; for forecasts quantiles, the two ends of an
            interval, members of an ensemble, or mean and standard deviation.

        sample_weight : array-like of shape (n_samples,), default=None
            Importance weights, 0 or more.

        kind : {"value", "probability", "logit", "score", "label"}, default=None
            What p is, where the loss reads several kinds. None: labels of y are labels, values in [0, 1] are
            probabilities, which must add up to 1 where a class has a column each, and others are scores;
            logits must be called so.

        labels : sequence, default=None
            The classes in the order of the columns of p, the second of two the positive one. None: those of
            y, sorted; of two the positive one is 1, true, yes, y, pos or positive against its opposite, and
            any other pair must be named.

        levels : sequence of float, default=None
            The level of each column of p, where these are quantiles.

        threshold : float, default=None
            Above it a probability or score is positive, for losses of labels. None: 0.5 and 0.

        scale : float, default=None
            The residual scale s, in units of y, for parameters that scale with it and are not written.

        Returns
        -------
        loss : float
            The weighted mean of the row losses, or what else the loss makes of them (a root, a median, a
            ratio), in its unit. inf where that of a row is, NaN where it is not defined on these rows.

        Raises
        ------
        ValueError
            For values outside the domain of the loss, shapes that it does not read, parameters that are
            missing or wrong, and where the kind of p or the classes of y are open.

        Examples
        --------
        >>> from losscli import losses
        >>> losses["huber:delta=1.5"]([1, 2, 3], [1, 2, 6])
        1.125
        >>> round(losses["bce"](["no", "yes"], [0.25, 0.75]), 4)
        0.2877
        >>> round(losses["bce"](["no", "yes"], [-2.0, 9.0], kind="logit"), 4)
        0.0635
        """
        posed = pose(self.records, y, p, sample_weight, kind, labels, levels, threshold)
        return figure(self._bound(posed, scale), posed)

    def rows(
        self,
        y: Any,
        p: Any,
        *,
        kind: str | None = None,
        labels: Sequence[Any] | None = None,
        levels: Sequence[float] | None = None,
        threshold: float | None = None,
        scale: float | None = None,
    ) -> Floats:
        """The loss of each row.

        Parameters
        ----------
        y, p, kind, labels, levels, threshold, scale
            As when it is called.

        Returns
        -------
        values : ndarray of shape (n_samples,)
            In the unit of the loss; of a root, those whose mean it is taken of.

        Raises
        ------
        ValueError
            As when it is called, and for a loss of all rows together (dice, lovasz_hinge …).

        Examples
        --------
        >>> from losscli import losses
        >>> losses["quantile:tau=0.9"].rows([1.0, 2.0], [0.0, 3.0])
        array([0.9, 0.1])
        """
        posed = pose(self.records, y, p, None, kind, labels, levels, threshold)
        if not posed.loss.reduction.has_rows:
            raise ValueError(f"{posed.loss.name} is a {posed.loss.reduction.value}: a row has none")
        one = self._bound(posed, scale)
        with np.errstate(divide="ignore", invalid="ignore"):
            return one.value(*posed.arguments(slice(None)))

    def slope(
        self,
        y: Any,
        p: Any,
        *,
        kind: str | None = None,
        labels: Sequence[Any] | None = None,
        scale: float | None = None,
    ) -> Floats:
        """The slope of each row's loss in its score, which descent follows.

        The score is p, the logit of a probability, or the logarithm of p under a log link.

        Parameters
        ----------
        y, p, kind, labels, scale
            As when it is called.

        Returns
        -------
        slopes : ndarray of shape (n_samples,) or (n_samples, n_classes)
            In the unit of the loss by that of the score.

        Raises
        ------
        ValueError
            As when it is called, and for a loss that has no slope in one score, or is not of one number or
            class.

        Examples
        --------
        >>> from losscli import losses
        >>> losses["huber:delta=1.5"].slope([1, 2, 3], [1, 2, 6])
        array([0. , 0. , 1.5])
        """
        posed = pose(self.records, y, p, None, kind, labels)
        one, loss = self._bound(posed, scale), posed.loss
        if loss.slope is None or loss.task not in CLASSES | NUMBERS or posed.kind is Kind.LABEL:
            raise ValueError(f"{loss.name} has no slope in a score of its rows")
        _, slope = terms(loss, dict(one.params), posed.y[None], _scores(posed).T[None])
        return np.asarray(np.broadcast_to(slope[0].T, posed.p.shape))

    def _bound(self, posed: Posed, scale: float | None) -> BoundLoss:
        try:
            bound = posed.loss.bind(self.spec.numbers(), scale=scale, imbalance=posed.imbalance)
        except NoDefault as error:
            parts = (posed.loss, *(term.loss for term in posed.loss.terms))
            scaled = any(isinstance(param.default, Scaled) for part in parts for param in part.params)
            hint = ", or give scale=" if scaled else ""
            raise ValueError(f"{error.what}: write it in the spec{hint}") from error
        except LosscliError as error:
            raise ValueError(_line(error)) from error
        check_target(bound, posed)
        return bound

    @property
    def __name__(self) -> str:
        """As functions have: scorers of scikit-learn print it."""
        return str(self.spec)

    def __reduce__(self) -> tuple[Any, ...]:
        """By its key: records hold functions that no pickle carries."""
        one = len(self.records) == 1 and len(named(self.spec.name)) > 1
        key: Key = (str(self.spec), str(self.records[0].task)) if one else str(self.spec)
        return getitem, (losses, key)

    def __repr__(self) -> str:
        tasks = f", {str(self.records[0].task)!r}" if len(self.records) == 1 else ""
        return f"losscli.losses[{str(self.spec)!r}{tasks}]"


def _scores(posed: Posed) -> Floats:
    match posed.kind:
        case Kind.PROBABILITY if posed.loss.task is Task.MULTICLASS:
            with np.errstate(divide="ignore"):
                return np.log(posed.p)
        case Kind.PROBABILITY:
            return logit(posed.p)
        case Kind.VALUE:
            return posed.loss.link.score(posed.p)
        case _:
            return posed.p


class Losses(Mapping[Key, LossFunction]):
    """The losses of the catalogue by spec: a name, a name with parameters, or a weighted sum.

    ``losses["brier", "binary"]`` is that of one task; without it y and p decide where several tasks share a
    name. Iterated over, it gives the names; an unknown one is a KeyError that tells near ones.

    Examples
    --------
    >>> from losscli import losses
    >>> "huber" in losses, "hubr" in losses
    (True, False)
    >>> losses["0.7*huber:delta=1 + 0.3*mae"]([1, 2], [2, 4])
    1.15
    """

    def __getitem__(self, key: Key) -> LossFunction:
        text, task = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        if not isinstance(text, str):
            raise KeyError(key)
        try:
            spec = Spec.parse(text)
            known = named(spec.name)
            records = tuple(loss for loss in known if task is None or loss.task == task)
            if not records:
                others = " and ".join(str(loss.task) for loss in known)
                raise UsageError(f"{spec.name} is a loss for {others} targets, not for {task!r}")
        except LosscliError as error:
            raise KeyError(_line(error)) from error
        return LossFunction(spec, records)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(loss.name for loss in every_loss()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{len(self)} losses: losscli.losses['huber:delta=1.5'](y, p)>"


def _line(error: LosscliError) -> str:
    return ". ".join(str(error).splitlines())


losses = Losses()
