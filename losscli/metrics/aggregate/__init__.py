"""Summaries that merge: what is kept of the rows once they are gone."""

from losscli.metrics.aggregate.bins import Bins, Grid, weight_at
from losscli.metrics.aggregate.moments import Moments
from losscli.metrics.aggregate.order import Looks, Sought, merge_each, quantiles

__all__ = ["Bins", "Grid", "Looks", "Moments", "Sought", "merge_each", "quantiles", "weight_at"]
