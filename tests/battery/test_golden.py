"""Every loss gives the figures of other programs, and has at least one such figure."""

import importlib

import numpy as np
import pytest

from battery.cases import bound, figure
from battery.golden import Golden
from losscli.loss.catalogue import CATALOGUE

FILES = (
    "golden_regression",
    "golden_binary",
    "golden_multiclass",
    "golden_vectors",
    "golden_forecast",
)
GOLDEN: tuple[Golden, ...] = tuple(
    row for name in FILES for row in importlib.import_module(f"battery.{name}").GOLDEN
)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row.task.value}-{row.spec}-{row.source[:24]}")
def test_golden(row: Golden) -> None:
    loss = bound(row.task, row.spec)
    given = tuple(np.asarray(argument) for argument in row.arguments)
    if isinstance(row.expected, tuple):
        np.testing.assert_allclose(loss.value(*given), row.expected, rtol=row.rtol, atol=0.0)
    else:
        assert figure(loss, given) == pytest.approx(row.expected, rel=row.rtol, abs=0.0)


def test_every_loss_has_golden_rows_and_every_row_a_source() -> None:
    have = {(row.task, bound(row.task, row.spec).loss.name) for row in GOLDEN}
    assert not [f"{loss.task}: {loss.name}" for loss in CATALOGUE if (loss.task, loss.name) not in have]
    assert all(row.source for row in GOLDEN)
