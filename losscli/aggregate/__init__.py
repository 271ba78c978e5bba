"""Summaries that merge: what is kept of the rows once they are gone."""

from losscli.aggregate.moments import Moments
from losscli.aggregate.order import quantiles

__all__ = ["Moments", "quantiles"]
