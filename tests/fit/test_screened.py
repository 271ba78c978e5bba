"""Kinked losses of many rows end where the interior point method ends on all of them.

Starts that a sample of the rows puts in one valley end where each of them would end by itself.
"""

import numpy as np
import pytest

from losscli.descent import interior, screened
from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.interior import Hinges, Vertex, objectives, stacked
from losscli.descent.methods import smooth
from losscli.descent.objective import Trainee
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

N, P = 3_000, 4


def rows(kind: str, seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """(x, y, w)"""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, P))
    y = 5.0 + x @ np.arange(P) + rng.standard_t(2, N) * np.exp(0.5 * x[:, 0])
    w = rng.integers(1, 4, N).astype(np.float64)
    if kind == "ties":  # few distinct rows: thousands of them are as near to a kink as one another
        x, y = np.sign(x), np.round(y)
    if kind == "minority":
        own = rng.random(N) < 0.45
        y[own] -= 40.0 * x[own, 1]
    return x, y, w


def bound(spec: str, task: Task = Task.REGRESSION) -> Trainee:
    parsed = Spec.parse(spec)
    loss = find(parsed, task)
    assert loss is not None
    return Trainee(loss.bind(parsed.numbers()), 0)


def both(x: Floats, own: Hinges, w: Floats, l2: float, start: float = 0.0) -> tuple[Floats, Floats, Vertex]:
    """(objectives of the interior point on all rows, those of the rows near a kink, their end)"""
    m, design = len(own.value), whitened(x, w)
    at = np.full((m, design.rank), start)
    penalties, level, floor = np.full(m, l2), np.full(m, np.inf), np.zeros(m)
    ends = [
        by(design, own, penalties, at, tol=1e-9, level=level, floor=floor)
        for by in (interior.minimise, screened.minimise)
    ]
    whole, near = (objectives(design, own, penalties, end.v) for end in ends)
    return whole, near, ends[1]


@pytest.mark.parametrize("start", [0.0, 300.0], ids=["near", "far"])
@pytest.mark.parametrize("kind", ["plain", "ties", "minority"])
@pytest.mark.parametrize("specs", [("mae", "quantile:tau=0.9"), ("epsilon_insensitive:epsilon=1.5",)])
def test_numbers(specs: tuple[str, ...], kind: str, start: float) -> None:
    x, y, w = rows(kind)
    parts = [interior.hinges(bound(spec), y) for spec in specs]
    own = stacked([part for part in parts if part is not None])
    whole, near, end = both(x, own, w, 0.0, start)
    assert end.converged.all()
    np.testing.assert_allclose(near, whole, rtol=2e-9)
    assert (np.abs(end.gap) <= 1e-8 * near).all()


@pytest.mark.parametrize("l2", [0.0, 1e-3, 1.0])
def test_classes(l2: float) -> None:
    x, y, w = rows("plain")
    own = interior.hinges(bound("hinge", Task.BINARY), (y > 5.0).astype(np.float64))
    assert own is not None
    whole, near, end = both(x, own, w, l2)
    assert end.converged.all()
    np.testing.assert_allclose(near, whole, rtol=2e-9)


def test_few_rows_go_as_they_are() -> None:
    x, y, w = (part[:500] for part in rows("plain"))
    own = interior.hinges(bound("mae"), y)
    assert own is not None
    whole, near, _ = both(x, own, w, 0.0)
    assert (whole == near).all()


@pytest.mark.parametrize("careful", [True, False], ids=["all rows", "fold"])
@pytest.mark.parametrize("spec", ["tukey:c=0.5", "cauchy:c=0.1", "tukey:c=0.2"])
def test_starts_in_one_valley_of_a_sample(spec: str, careful: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines, of 55 and of 45 % of the rows: valleys far apart."""
    x, y, w = (np.concatenate([a, b]) for a, b in zip(rows("minority"), rows("minority", 1), strict=True))
    parsed = Spec.parse(spec)
    loss = find(parsed, Task.REGRESSION)
    assert loss is not None
    settings = Settings(task=Task.REGRESSION, careful=careful)
    ends = []
    for many in (2, len(x)):
        monkeypatch.setattr(smooth, "_MANY", many)
        ((end,),) = train(whitened(x, w), y[None], [Wanted(loss, parsed.numbers())], settings).by_loss
        assert isinstance(end, Solution)
        ends.append(end)
    sampled, apart = ends
    assert sampled.converged and apart.converged
    assert sampled.objective == pytest.approx(apart.objective, rel=1e-8)
    assert sampled.certificate.split(";")[0] == apart.certificate.split(";")[0]
