"""Summaries that merge: what is kept of the rows once they are gone."""

from losscli.aggregate.bins import Bins, Grid
from losscli.aggregate.moments import Moments
from losscli.aggregate.order import quantiles

__all__ = ["Bins", "Grid", "Moments", "quantiles"]
