"""Kinked losses of several classes are trained to their least objective, and the gap says so."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from losscli.descent.design import Design, whitened
from losscli.descent.interior import Vertex
from losscli.descent.methods.margins import handles, minimise
from losscli.descent.objective import Objective, Trainee
from losscli.domain import Codes, Floats
from losscli.loss import BoundLoss
from losscli.loss.catalogue.multiclass_score import (
    CRAMMER_SINGER_HINGE,
    MULTI_MARGIN,
    OVA_HINGE,
    OVA_LOG_LOSS,
)

WINE = Path(__file__).parents[2] / "sample_data" / "wine.csv"
LOSSES = {
    "crammer_singer": CRAMMER_SINGER_HINGE.bind({}),
    "multi_margin": MULTI_MARGIN.bind({"margin": 0.4}),
    "ova": OVA_HINGE.bind({}),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
TOL = 3e-7
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def rows(n: int, p: int, k: int, noise: float, seed: int) -> tuple[Floats, Codes, Floats]:
    """Columns on different scales, classes that all occur, weights."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) @ rng.normal(size=(p, p)) * np.logspace(-1, 2, p)
    scores = x / x.std(axis=0) @ rng.normal(size=(p, k)) + noise * rng.normal(size=(n, k))
    codes = scores.argmax(axis=1)
    codes[:k] = np.arange(k)
    return x, codes, rng.uniform(0.2, 3.0, n)


def wine(*columns: int) -> tuple[Floats, Codes, Floats]:
    with WINE.open(encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    x = np.array([[float(cell) for cell in line[:-1]] for line in lines])
    codes = np.unique([line[-1] for line in lines], return_inverse=True)[1]
    return x[:, list(columns) or slice(None)], codes, np.ones(len(x))


def fitted(design: Design, loss: BoundLoss, codes: Codes, *l2: float, tol: float = TOL) -> Vertex:
    k = int(codes.max()) + 1
    start = np.zeros((len(l2), k * design.rank))
    return minimise(design, loss, codes, np.array(l2), start, tol=tol, floor=np.full(len(l2), 1e-10))


def objectives(design: Design, loss: BoundLoss, codes: Codes, l2: tuple[float, ...], v: Floats) -> Floats:
    """As the other descents see them."""
    models = [Trainee(loss, 0, one) for one in l2]
    objective = Objective(design, codes[None].astype(float), models, int(codes.max()) + 1)
    return objective.evaluate(v, np.arange(len(l2)))[0]


def least(design: Design, loss: BoundLoss, codes: Codes, l2: float = 0.0) -> float:
    """The least objective by HiGHS; a penalty is made of tangents, until no new one raises it by 1e-9."""
    n, k, q = len(codes), int(codes.max()) + 1, design.rank
    largest, apart = loss.loss is CRAMMER_SINGER_HINGE, loss.loss is OVA_HINGE
    margin, terms = dict(loss.params).get("margin", 1.0), 1 if largest else k
    size = k * q
    cuts: list[tuple[list[int], list[float], float]] = []  # columns, coefficients, at most
    for i in range(n):
        for j in range(k):
            term = size + size + i * terms + (0 if largest else j)
            own = [*range(j * q, j * q + q)]
            if apart:
                side = 1.0 if j == codes[i] else -1.0
                cuts.append(([*own, term], [*(-side * design.z[i]), -1.0], -1.0))
            elif j != codes[i]:
                true = [*range(codes[i] * q, codes[i] * q + q)]
                cuts.append(([*own, *true, term], [*design.z[i], *-design.z[i], -1.0], -margin))
    share = design.w if largest else design.w / k
    cost = np.concatenate([np.zeros(size), np.ones(size), np.repeat(share, terms)])
    bounds = [(None, None)] * size + [(0, None)] * (len(cost) - size)
    curve = l2 * np.tile(design.penalty, k)
    for _ in range(60):
        columns, values, most = zip(*cuts, strict=True)
        lines = np.repeat(np.arange(len(cuts)), [len(one) for one in columns])
        entries = (np.concatenate(values), (lines, np.concatenate(columns)))
        matrix = sparse.csr_matrix(entries, shape=(len(cuts), len(cost)))
        found = linprog(cost, matrix, most, bounds=bounds, method="highs", options=EXACT)
        v, below = found.x[:size], found.x[size : 2 * size]
        short = 0.5 * curve * v**2 - below
        if short.sum() <= 1e-9:
            return float(found.fun)
        for j in np.flatnonzero(short > 0):
            cuts.append(([j, size + j], [curve[j] * v[j], -1.0], 0.5 * curve[j] * v[j] ** 2))
    raise AssertionError("no end of tangents")


def test_what_is_handled() -> None:
    assert all(handles(loss) for loss in LOSSES.values())
    assert not handles(MULTI_MARGIN.bind({"power": 2.0}))
    assert not handles(OVA_LOG_LOSS.bind({}))


@every_loss
@pytest.mark.parametrize(
    ("n", "p", "k", "noise"), [(80, 3, 3, 1.0), (60, 2, 4, 3.0), (120, 4, 3, 0.3), (120, 5, 6, 1.0)]
)
def test_least_objective_without_penalty(loss: BoundLoss, n: int, p: int, k: int, noise: float) -> None:
    x, codes, w = rows(n, p, k, noise, n + p)
    design = whitened(x, w)
    end = fitted(design, loss, codes, 0.0)
    excess = objectives(design, loss, codes, (0.0,), end.v)[0] - (best := least(design, loss, codes))
    assert end.converged.all()
    assert -1e-9 <= excess <= 1e-6 * best
    assert end.gap[0] >= excess - 1e-9


@every_loss
@pytest.mark.parametrize("l2", [1e-3, 0.1])
def test_least_objective_with_penalty(loss: BoundLoss, l2: float) -> None:
    x, codes, w = rows(50, 2, 3, 1.0, 7)
    design = whitened(x, w)
    end = fitted(design, loss, codes, l2)
    excess = objectives(design, loss, codes, (l2,), end.v)[0] - (best := least(design, loss, codes, l2))
    assert end.converged.all()
    assert -1e-9 <= excess <= 1e-6 * best + 1e-9
    assert end.gap[0] >= excess - 2e-9


@every_loss
def test_wine(loss: BoundLoss) -> None:
    x, codes, w = wine(1, 2, 8)
    design = whitened(x, w)
    end = fitted(design, loss, codes, 0.0)
    value = objectives(design, loss, codes, (0.0,), end.v)[0]
    assert end.converged.all()
    assert value == pytest.approx(least(design, loss, codes), rel=1e-6)


@every_loss
def test_separable_classes_end_at_zero(loss: BoundLoss) -> None:
    x, codes, w = wine()
    design = whitened(x, w)
    end = fitted(design, loss, codes, 0.0)
    assert end.converged.all()
    assert objectives(design, loss, codes, (0.0,), end.v)[0] <= 1e-9


@every_loss
def test_ten_classes_in_few_rows_a_class(loss: BoundLoss) -> None:
    x, codes, w = rows(300, 16, 10, 2.0, 5)
    design = whitened(x, w)
    l2 = (0.0, 1e-6, 1e-2)
    end = fitted(design, loss, codes, *l2)
    assert end.converged.all()
    assert (np.abs(end.gap) <= TOL * objectives(design, loss, codes, l2, end.v) + 1e-10).all()


@every_loss
def test_models_in_lockstep_are_those_alone(loss: BoundLoss) -> None:
    x, codes, w = rows(90, 3, 4, 1.0, 3)
    design = whitened(x, w)
    l2 = (0.0, 1e-4, 1.0, 1e-2)
    together = fitted(design, loss, codes, *l2)
    values = objectives(design, loss, codes, l2, together.v)
    for i, one in enumerate(l2):
        alone = fitted(design, loss, codes, one)
        assert objectives(design, loss, codes, (one,), alone.v)[0] == pytest.approx(values[i], rel=2 * TOL)
        assert alone.iterations[0] == together.iterations[i]


@pytest.mark.parametrize("loss", [LOSSES["crammer_singer"], LOSSES["multi_margin"]], ids=["cs", "mm"])
@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_coordinates_are_centred_over_classes(loss: BoundLoss, l2: float) -> None:
    x, codes, w = rows(90, 3, 4, 1.0, 4)
    design = whitened(x, w)
    start = np.random.default_rng(1).normal(size=(1, 4 * design.rank))
    end = minimise(design, loss, codes, np.array([l2]), start, tol=TOL, floor=np.zeros(1))
    assert end.converged.all()
    assert np.abs(end.v.reshape(4, -1).sum(axis=0)).max() <= 1e-10 * np.abs(end.v).max()


@every_loss
@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_weights_are_repeats_and_the_order_of_rows_is_nothing(loss: BoundLoss, l2: float) -> None:
    x, codes, _ = rows(70, 3, 3, 1.0, 6)
    rng = np.random.default_rng(0)
    times = rng.integers(1, 4, len(x))
    order = rng.permutation(np.repeat(np.arange(len(x)), times))
    ends = []
    for own, w in ((np.arange(len(x)), times.astype(float)), (order, np.ones(len(order)))):
        design = whitened(x[own], w)
        end = fitted(design, loss, codes[own], l2, tol=1e-9)
        ends.append(objectives(design, loss, codes[own], (l2,), end.v)[0])
    assert ends[0] == pytest.approx(ends[1], rel=1e-8)


@every_loss
def test_a_column_without_values_and_a_class_without_rows(loss: BoundLoss) -> None:
    x, codes, w = rows(90, 3, 4, 1.0, 8)
    x[:, 1] = 5.0
    design, _ = whitened(x, w).plain()
    codes[codes == 1] = 2
    for l2 in (0.0, 0.01):
        end = fitted(design, loss, codes, l2)
        assert end.converged.all()
        assert np.isfinite(end.v).all()


@pytest.mark.parametrize("loss", [LOSSES["crammer_singer"], LOSSES["multi_margin"]], ids=["cs", "mm"])
def test_a_row_far_away_costs_rounds_not_digits(loss: BoundLoss) -> None:
    x, codes, w = rows(300, 4, 3, 1.0, 9)
    x[0, 0] = 1e4 * x[:, 0].std()
    design = whitened(x, w)
    end = fitted(design, loss, codes, 0.0)
    assert end.converged.all()
    assert objectives(design, loss, codes, (0.0,), end.v)[0] == pytest.approx(
        least(design, loss, codes), rel=1e-6
    )
