"""How much of the published inventory the catalogue computes; the records themselves say which ids."""

from collections import Counter

import pytest

from losscli.domain import Task
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.catalogue.inventory import FAMILIES, IDS, REFUSED

CLAIMED = frozenset(name for loss in CATALOGUE for name in loss.inventory)


def test_the_inventory_has_its_published_size() -> None:
    sizes = {family.letter: len(family.ids) for family in FAMILIES}
    assert sizes == {"A": 38, "B": 18, "C": 36, "D": 28, "E": 5, "F": 12, "G": 5, "H": 9}
    assert len(IDS) == 151


def test_records_claim_published_ids_only() -> None:
    assert CLAIMED <= IDS


@pytest.mark.parametrize("task", Task)
def test_within_a_task_one_record_claims_an_id(task: Task) -> None:
    claims = Counter(name for loss in CATALOGUE if loss.task is task for name in loss.inventory)
    assert not [name for name, count in claims.items() if count > 1]


def test_every_id_is_computed_or_refused() -> None:
    assert CLAIMED | REFUSED == IDS
    assert not CLAIMED & REFUSED


def test_only_pairs_groups_and_censored_times_are_refused() -> None:
    (of_pairs,) = (family.ids for family in FAMILIES if family.letter == "H")
    assert {*of_pairs, "aft_nll", "cox_partial_nll"} == REFUSED
