"""What losses of one block share is made once, and changes no bit of any row value."""

from collections.abc import Iterator

import numpy as np
import pytest

from losscli.domain import Floats, Kind, Task
from losscli.loss import Argument, Loss
from losscli.loss.arguments import Arguments
from losscli.loss.catalogue import losses_for
from losscli.loss.once import forget_but, known, once, remembering
from losscli.loss.params import Scaled

N = 4_096


def block(zeros: bool) -> tuple[Floats, Floats]:
    """Targets and predictions, some next to each other, some far apart."""
    rng = np.random.default_rng(5)
    y = rng.gamma(2.0, 3.0, N)
    p = np.abs(y + rng.standard_t(3, N)) + 1e-5
    p[::7] = y[::7] * (1.0 + rng.normal(0.0, 1e-3, len(y[::7])))
    p[:3], y[3:6] = 1e300, 1e-300
    if zeros:
        y[10:20] = 0.0
    return y, p


def defaults(loss: Loss) -> dict[str, float] | None:
    """The parameters at a residual scale of 1; None where they follow from more than that."""
    found = [one.default.constant if isinstance(one.default, Scaled) else one.default for one in loss.params]
    if not all(isinstance(value, float) for value in found):
        return None
    return {one.name: value for one, value in zip(loss.params, found, strict=True)}  # type: ignore[misc]


def values(losses: list[Loss], y: Floats, p: Floats) -> Iterator[Floats]:
    arguments = Arguments(Task.REGRESSION, y, {Kind.VALUE: p})
    for loss in losses:
        yield loss.value(*arguments.of(loss), **(defaults(loss) or {}))


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_the_same_bits(zeros: bool, turned: bool) -> None:
    """In either order, as the logarithm of a ratio serves its reverse too."""
    shared = Argument.RESIDUAL, Argument.PREDICTION
    losses = [one for one in losses_for(Task.REGRESSION, Task.COUNTS) if one.argument in shared]
    losses = [one for one in losses if defaults(one) is not None][:: -1 if turned else 1]
    assert {"poisson", "gamma", "tweedie", "msle", "mape", "huber"} <= {one.name for one in losses}
    y, p = block(zeros)
    with np.errstate(all="ignore"):
        alone = list(values(losses, y, p))
        with remembering():
            together = list(values(losses, y, p))
    for loss, one, other in zip(losses, alone, together, strict=True):
        assert one.tobytes() == other.tobytes(), loss.name


def test_what_is_remembered_ends_with_the_block() -> None:
    made: list[int] = []

    def make(x: Floats) -> int:
        made.append(len(x))
        return len(made)

    y, p = np.zeros(3), np.ones(3)
    assert [once(make, y), once(make, y)] == [1, 2]
    with remembering():
        assert [once(make, y), once(make, p), once(make, y), known(make, p)] == [3, 4, 3, 4]
        forget_but(y)
        assert [known(make, y), known(make, p)] == [3, None]
    assert known(make, y) is None
