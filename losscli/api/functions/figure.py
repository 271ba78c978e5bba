"""Rows of a loss → its figure, as a comparison computes it."""

import math

import numpy as np

from losscli.api.functions.posed import Posed
from losscli.comparison.summary import first_medians
from losscli.data.table import BLOCK
from losscli.domain import Floats, Kind
from losscli.engine import fold
from losscli.loss import BoundLoss, Reduction
from losscli.loss.reduction import of_means, of_rows, quantities
from losscli.metrics.aggregate import Moments, quantiles
from losscli.metrics.comoments import Comoments


def figure(one: BoundLoss, posed: Posed) -> float:
    """The loss of all rows; inf where a row is, NaN where it is not defined."""
    blocks = -(-len(posed.w) // BLOCK)
    if one.loss.whole is not None:
        return float(of_rows(one, posed.arguments(slice(None)), posed.w, posed.classes)[0])
    if one.loss.reduction is Reduction.MEDIAN:
        return quantiles(lambda block: [(_rows(one, posed, block)[0], posed.w[_of(block)])], 0.5, blocks, 1)[
            0
        ]
    moments = _moments(one, posed, blocks)
    if one.loss.reduction is Reduction.MAX:
        return float(moments.largest[0])
    if moments.infinite[0]:
        return math.inf
    return float(of_means(one, moments.mean, lambda: _variance(posed, blocks)))


def _of(block: int) -> slice:
    return slice(block * BLOCK, (block + 1) * BLOCK)


def _rows(one: BoundLoss, posed: Posed, block: int) -> list[Floats]:
    arguments = posed.arguments(_of(block))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return [part(*arguments, **dict(one.params)) for part in quantities(one.loss, posed.classes)]


def _moments(one: BoundLoss, posed: Posed, blocks: int) -> Moments:
    shift = first_medians(_rows(one, posed, 0))

    @np.errstate(over="ignore", invalid="ignore")
    def work(block: int) -> Moments:
        rows = _of(block)
        number = np.arange(rows.start, rows.start + len(posed.w[rows]))
        return Moments.of(_rows(one, posed, block), posed.w[rows], shift, None, number)

    return fold(blocks, work, Moments.merge, 1)


def _variance(posed: Posed, blocks: int) -> float:
    """Of the target, with divisor Σw."""
    assert posed.kind is Kind.VALUE
    y, p, w = posed.y, posed.p, posed.w
    found = fold(
        blocks, lambda block: Comoments.of(y[_of(block)], p[_of(block)], w[_of(block)]), Comoments.merge, 1
    )
    return float(found.yy) / float(found.w)
