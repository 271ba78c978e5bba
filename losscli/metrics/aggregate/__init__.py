"""Summaries that merge: what is kept of the rows once they are gone."""

from losscli.metrics.aggregate.bins import BinGrid, Bins, weight_at
from losscli.metrics.aggregate.moments import Moments
from losscli.metrics.aggregate.order import Looks, Sought, merge_each, quantiles

__all__ = ["BinGrid", "Bins", "Looks", "Moments", "Sought", "merge_each", "quantiles", "weight_at"]
