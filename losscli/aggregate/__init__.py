"""Summaries that merge: what is kept of the rows once they are gone."""

from losscli.aggregate.bins import Bins, Grid
from losscli.aggregate.moments import Moments
from losscli.aggregate.order import Looks, Sought, merge_each, quantiles

__all__ = ["Bins", "Grid", "Looks", "Moments", "Sought", "merge_each", "quantiles"]
