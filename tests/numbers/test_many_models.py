"""Many models: what is given of every pair, what is not and why, and how many are too many."""

import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from comparisons import Compare

from losscli.comparison.reasons import NOT_RESAMPLED
from losscli.comparison.verdicts.bootstrap import MOST_BESIDE, MOST_PAIRED, Bootstrap
from losscli.data.roles.models import MOST_MODELS
from losscli.errors import UsageError
from losscli.inference import confidence_set, judge
from losscli.inference.studentised import PIECE, Studentised
from losscli.result import Comparison

MODELS, N = 60, 100


def many(models: int = MODELS) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    y = rng.normal(10, 2, N)
    return {"y": y} | {f"pred_{m:03d}": y + (1 + m / 20) * rng.normal(size=N) for m in range(models)}


@pytest.fixture
def found(compared: Compare) -> Comparison:
    return compared(many(), resamples=300)


def test_every_pair_on_the_primary_loss_and_on_no_other(found: Comparison) -> None:
    names = [model.name for model in found.models]
    assert [(one.spec, one.a, one.b) for one in found.comparisons] == [
        (found.primary, a, b) for a, b in combinations(names, 2)
    ]
    for one in found.comparisons:
        assert one.low is not None and one.high is not None and one.p is not None
        assert (one.verdict == "~") == (one.low <= 0 <= one.high) == (one.p > 0.05)
    assert {one.verdict for one in found.comparisons} == {"a", "~"}


def test_ranks_of_other_losses_say_why_they_have_no_interval(found: Comparison) -> None:
    for table in found.losses:
        for one in table.results:
            if table.spec == found.primary:
                assert one.rank_low is not None and one.rank_high is not None and one.rank is not None
                assert 1 <= one.rank_low <= one.rank <= one.rank_high <= MODELS
            else:
                assert one.rank_low is None and one.reason
    assert NOT_RESAMPLED in {one.reason for one in found.loss("rmse").results}
    assert [one.advice for one in found.warnings if one.code == "many_models"] == [
        "Name another first, or fewer models: --loss NAME, --pred 'PATTERN*'"
    ]
    metric = found.metric("r2")
    assert metric is not None and all(one.rank_low is not None for one in metric.results)


def test_a_loss_named_first_has_what_was_missing(compared: Compare) -> None:
    found = compared(many(), losses=("rmse", "mae"), resamples=300)
    assert all(one.rank_low is not None for one in found.loss("rmse").results)


def test_pairs_by_pieces_are_those_beside_the_losses(
    compared: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone in a piece or beside the losses, a difference has the same replicates up to rounding."""
    made = many(MOST_PAIRED)
    together = compared(made, losses=("mae",), resamples=300)
    monkeypatch.setattr(sys.modules[Bootstrap.__module__], "MOST_BESIDE", 10)
    pieces = compared(made, losses=("mae",), resamples=300)
    for one, other in zip(together.comparisons, pieces.comparisons, strict=True):
        assert (one.verdict, one.difference) == (other.verdict, other.difference)
        assert (one.low, one.high, one.p) == pytest.approx((other.low, other.high, other.p), rel=1e-4)
    assert together.losses[0].best_set == pieces.losses[0].best_set
    assert len(list(combinations(range(MOST_PAIRED), 2))) < MOST_BESIDE


def test_a_family_in_pieces_is_the_family_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    pairs = 45
    value = rng.normal(0, 3, pairs)
    estimates = Studentised(
        value,
        np.ones(pairs),
        value + rng.normal(size=(400, pairs)),
        rng.uniform(0.9, 1.1, size=(400, pairs)),
    )
    assert pairs < PIECE
    once = judge(estimates, 0.95, 200), confidence_set(estimates, 0.95, 200)
    monkeypatch.setattr("losscli.inference.studentised.PIECE", 7)
    apart = judge(estimates, 0.95, 200), confidence_set(estimates, 0.95, 200)
    for field in ("low", "high", "p", "needed"):
        np.testing.assert_array_equal(getattr(apart[0], field), getattr(once[0], field))
    assert apart[0].verdicts == once[0].verdicts and len(set(once[0].verdicts)) == 3
    assert apart[1][0] == once[1][0]
    np.testing.assert_array_equal(apart[1][1], once[1][1])


def test_more_models_than_can_be_paired_are_refused_with_a_pattern(compared: Compare) -> None:
    with pytest.raises(UsageError) as refused:
        compared(many(MOST_MODELS + 1))
    assert f"{MOST_MODELS + 1} models" in str(refused.value)
    assert [fix.flags for fix in refused.value.fixes] == [
        ("--pred", "pred_0*"),
        ("--pred", "pred_000", "--pred", "pred_001"),
    ]
