"""A record whose traits, kinks, domain, least value and unit are measured, at whatever parameters."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from losscli.domain import Floats
from losscli.errors import UsageError
from losscli.loss import BoundLoss, Loss, Params
from losscli.loss.custom.measure import MeasuredLoss, measure


def completed(bare: Loss, defaults: Mapping[str, float], constants: Collection[float], source: str) -> Loss:
    """The record with what its value and slope show.

    defaults: of its parameters
    constants: the sizes in its formula, near which a kink may be
    source: what it was made of, for its reference
    """

    @lru_cache(maxsize=64)
    def at(params: tuple[tuple[str, float], ...]) -> MeasuredLoss:
        return measure(BoundLoss(bare, params), {*constants, *(abs(value) for _, value in params)})

    def facts(params: Params) -> MeasuredLoss:
        return at(tuple((key, float(value)) for key, value in params.items()))

    usual = facts(defaults)
    named = "" if defaults else usual.elicits
    return replace(
        bare,
        unit=usual.unit,
        elicits=named or bare.elicits,
        asks="" if named else bare.asks,
        target=usual.target,
        prediction=usual.prediction,
        traits=lambda params: facts(params).traits,
        kinks=lambda params: facts(params).kinks,
        infimum=_infimum(facts, usual, bool(defaults)),
        check=lambda params: _check_least(bare.name, facts(params), usual),
        trap=usual.trap,
        reference=f"{source}; measured, as the traits are: {usual.told}",
    )


def _infimum(facts: Callable[[Params], MeasuredLoss], usual: MeasuredLoss, varies: bool) -> Any:
    if not varies or usual.infimum in (0.0, -np.inf):
        return usual.infimum

    def least(y: Floats, **params: float) -> Floats:
        own = facts(params).infimum
        return own(y) if callable(own) else np.full(np.shape(y), own)

    return least


def _check_least(name: str, own: MeasuredLoss, usual: MeasuredLoss) -> None:
    """Raises UsageError for parameters at which a loss is not bounded below as at its defaults."""
    for bound in (0.0, -np.inf):
        if (usual.infimum == bound) != (own.infimum == bound):
            raise UsageError(
                f"{name}: at these parameters its least value is another than at its defaults",
                advice="Define it with these parameters as its defaults",
            )
