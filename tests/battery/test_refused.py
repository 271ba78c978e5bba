"""Losses that no table can hold are known by name, and refused with the reason."""

from collections import Counter

import pytest

from losscli.comparison.gates import parse_rule
from losscli.errors import UsageError
from losscli.loss.catalogue import CATALOGUE, known_names, named
from losscli.loss.catalogue.refused import REFUSED_LOSSES, RefusedLoss


@pytest.mark.parametrize("loss", REFUSED_LOSSES, ids=lambda loss: loss.name)
def test_every_name_of_it_says_why(loss: RefusedLoss) -> None:
    for name in (loss.name, *loss.elsewhere):
        with pytest.raises(UsageError, match="is not computed: ") as refused:
            named(name)
        assert loss.reason in str(refused.value)
        assert loss.name in str(refused.value)


def test_no_name_is_that_of_a_loss() -> None:
    names = Counter(name for loss in REFUSED_LOSSES for name in (loss.name, *loss.elsewhere))
    assert max(names.values()) == 1
    taken = {*known_names(), *(alias.name for loss in CATALOGUE for alias in loss.aliases)}
    assert not taken & set(names)


def test_a_gate_says_why_too() -> None:
    with pytest.raises(UsageError, match="ntxent is not computed: it compares embeddings"):
        parse_rule("ntxent > 1")
