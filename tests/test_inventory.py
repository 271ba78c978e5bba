"""How much of the published inventory the catalogue computes; the records themselves say which ids."""

from collections import Counter

import pytest
from battery.inventory import FAMILIES, IDS, OPEN, REFUSED

from losscli.domain import Task
from losscli.loss.catalogue import CATALOGUE

CLAIMED = frozenset(name for loss in CATALOGUE for name in loss.inventory)


def test_the_inventory_has_its_published_size() -> None:
    sizes = {family: len(names) for family, names in FAMILIES.items()}
    assert sizes == {"A": 38, "B": 18, "C": 36, "D": 28, "E": 5, "F": 12, "G": 5, "H": 9}
    assert len(IDS) == 151


def test_records_claim_published_ids_only() -> None:
    assert CLAIMED <= IDS


@pytest.mark.parametrize("task", Task)
def test_within_a_task_one_record_claims_an_id(task: Task) -> None:
    claims = Counter(name for loss in CATALOGUE if loss.task is task for name in loss.inventory)
    assert not [name for name, count in claims.items() if count > 1]


def test_every_id_is_computed_refused_or_open_and_only_one_of_these() -> None:
    assert CLAIMED | REFUSED | OPEN == IDS
    assert not CLAIMED & REFUSED
    assert not CLAIMED & OPEN, "written: take them out of OPEN"
    assert not REFUSED & OPEN


def test_all_that_a_table_can_hold_is_computed() -> None:
    assert (len(CLAIMED), len(REFUSED), len(OPEN)) == (140, 11, 0)
