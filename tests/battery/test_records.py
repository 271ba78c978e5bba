"""What every record must say, and that names mean one thing."""

import math
from collections import Counter

import numpy as np
import pytest

from battery.cases import BOUND, arguments, filled, label, model, picked
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss import Alias, BoundLoss, Loss, Reduction
from losscli.loss.catalogue import CATALOGUE, is_same, named
from losscli.spec import Spec


def _name(loss: Loss) -> str:
    return f"{loss.task.value}-{loss.name}"


@pytest.mark.parametrize("loss", CATALOGUE, ids=_name)
def test_records_are_complete(loss: Loss) -> None:
    for text in (loss.title, loss.formula, loss.elicits, loss.choose, loss.avoid, loss.reference):
        assert text.strip() == text
        assert text
    for sentence in (loss.choose, loss.avoid):
        assert sentence.endswith("."), sentence
        assert sentence[0].isupper(), sentence
    assert (loss.reduction is Reduction.RATIO) == bool(loss.parts) == (loss.combine is not None)
    assert (loss.reduction is Reduction.WHOLE) == (loss.whole is not None)
    assert all(param.meaning for param in loss.params)


@pytest.mark.parametrize("task", Task)
def test_a_name_means_one_loss_within_a_task(task: Task) -> None:
    own = [loss for loss in CATALOGUE if loss.task is task]
    names = Counter(loss.name for loss in own)
    for loss in own:
        names.update({alias.name for alias in loss.aliases if is_same(loss, alias)} - {loss.name})
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("loss", BOUND, ids=label)
def test_a_bound_loss_reads_back_from_its_spec(loss: BoundLoss) -> None:
    spec = Spec.parse(loss.spec)
    again = loss.loss.bind({name: float(value) for name, value in spec.params})
    assert again == loss
    assert "{" not in loss.elicits


@pytest.mark.parametrize("loss", BOUND, ids=label)
def test_a_loss_reads_its_arguments_and_leaves_them_alone(loss: BoundLoss) -> None:
    """Row by row: (n,) floats out, the same for a row alone, nothing written to what came in."""
    given = arguments(loss.loss, model(loss.loss, seed=8))
    for argument in given:
        argument.setflags(write=False)
    few, none = picked(loss.loss, given, slice(1)), picked(loss.loss, given, slice(0))
    for function in (loss.value, *([] if loss.loss.slope is None else [loss.slope])):
        result = function(*given)
        assert result.dtype == np.float64
        assert len(result) == len(given[0])
        np.testing.assert_allclose(function(*few), result[:1], rtol=1e-13, atol=1e-15)
        assert len(function(*none)) == 0


@pytest.mark.parametrize("loss", [x for x in BOUND if x.loss.parts], ids=label)
def test_the_figure_of_nothing_is_no_number_or_zero(loss: BoundLoss) -> None:
    """Where every part is 0 the quotient is undefined; combine says so without raising."""
    assert loss.loss.combine is not None
    undefined = loss.loss.combine(*[0.0] * len(loss.loss.parts), **dict(loss.params))
    assert math.isnan(undefined) or undefined == 0.0


@pytest.mark.parametrize("loss", [x for x in BOUND if x.loss.elementwise], ids=label)
def test_figures_of_arrays_are_those_of_numbers(loss: BoundLoss) -> None:
    combine, params = loss.loss.combine, dict(loss.params)
    assert combine is not None
    means = np.random.default_rng(3).uniform(0, 2, (len(loss.loss.parts), 60))
    means[0, ::5] = means[-1, ::7] = means[1, ::3] = 0.0
    one_by_one = [float(combine(*own, **params)) for own in means.T.tolist()]
    np.testing.assert_array_equal(combine(*means, **params), one_by_one)


ALIASES = [(loss, alias) for loss in CATALOGUE for alias in loss.aliases]


@pytest.mark.parametrize(
    "case", ALIASES, ids=lambda case: f"{_name(case[0])}-{case[1].library}-{case[1].name}"
)
def test_an_alias_gives_a_spec_to_type(case: tuple[Loss, Alias]) -> None:
    loss, alias = case
    spec = Spec.parse(alias.spec)
    losses = [one for one in CATALOGUE if one.name == spec.name]
    assert losses
    for one in losses:
        if one.task is loss.task:
            filled(one, **spec.numbers())
    if is_same(loss, alias):
        assert loss in named(alias.name) or any(one.name == alias.name for one in CATALOGUE)


def test_an_alias_with_another_default_says_what_to_type() -> None:
    with pytest.raises(UsageError) as refused:
        named("SmoothL1Loss")
    assert "smooth_l1:beta=1" in str(refused.value)
    with pytest.raises(UsageError, match="2 × pseudo_huber:delta=1"):
        named("soft_l1")
