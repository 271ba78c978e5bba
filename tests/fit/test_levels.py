"""Wide blocks of one-hot columns: found, whitened, and solved level by level to the optimum of HiGHS."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.levels import block_of
from losscli.descent.systems import system_of
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Task
from losscli.loss.catalogue import find
from losscli.spec import Spec


def one_hot(levels, count=None):
    """A column a level; level -1 is in none."""
    return (np.asarray(levels)[:, None] == np.arange(count or max(levels) + 1)).astype(float)


def columns(rng, n, levels, numbers):
    level = rng.integers(0, levels, n)
    level[:levels] = np.arange(levels)
    return one_hot(level), rng.normal(size=(n, numbers)) * 10.0 ** np.arange(numbers) + 5


def lowest(x, y, w, tau):
    """The least Σ w·pinball(y - intercept - x·b), by HiGHS."""
    n = len(y)
    design = np.column_stack([np.ones(n), x])
    p = design.shape[1]
    cost = np.concatenate([np.zeros(p), tau * w, (1 - tau) * w])
    equal = np.hstack([design, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * p + [(0, None)] * (2 * n)
    found = linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs")
    assert found.status == 0
    return found.fun


def trained(design, y, spec):
    spec = Spec.parse(spec)
    loss = find(spec, Task.REGRESSION)
    ((solution,),) = train(
        design, y[None], [Wanted(loss, spec.numbers())], Settings(task=Task.REGRESSION, scale=1.0)
    ).by_loss
    assert isinstance(solution, Solution)
    assert solution.converged
    return solution


CASES = {
    "levels and numbers": lambda rng: columns(rng, 240, 40, 3),
    "levels alone": lambda rng: columns(rng, 240, 40, 0),
    "rows of no level": lambda rng: (columns(rng, 240, 40, 2)[0][:, 5:], rng.normal(size=(240, 2))),
    "two text columns": lambda rng: (columns(rng, 240, 30, 0)[0], columns(rng, 240, 5, 0)[0]),
    "a number told by the levels": lambda rng: (
        (hot := columns(rng, 240, 40, 0)[0]),
        np.column_stack([hot @ rng.normal(size=40), rng.normal(size=240)]),
    ),
    "a number that does not vary": lambda rng: (columns(rng, 240, 20, 0)[0], np.full((240, 1), 3.0)),
    "numbers first": lambda rng: columns(rng, 240, 40, 3)[::-1],
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_optimum_is_that_of_a_linear_program(case, weighted):
    rng = np.random.default_rng(7)
    x = np.concatenate(CASES[case](rng), axis=1)
    y = 100 + x @ rng.normal(size=x.shape[1]) + rng.laplace(size=len(x))
    w = rng.integers(1, 4, len(x)).astype(float) if weighted else np.ones(len(x))
    design, share = whitened(x, w), w / w.sum()
    assert design.levels is not None
    assert system_of(design, np.zeros(1)).order is not None
    for spec, tau, factor in (("mae", 0.5, 2.0), ("quantile:tau=0.8", 0.8, 1.0)):
        solution = trained(design, y, spec)
        expected = factor * lowest(x, y, share, tau)
        assert solution.objective == pytest.approx(expected, rel=1e-9)
        intercept, slopes = design.raw(solution.v[None])
        r = y - intercept[0] - x @ slopes[0]
        assert factor * share @ np.maximum(tau * r, (tau - 1) * r) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(16, 30), st.integers(0, 4), st.booleans())
def test_coordinates_are_orthonormal_and_the_way_back_is_exact(seed, levels, numbers, ties):
    rng = np.random.default_rng(seed)
    hot, rest = columns(rng, 90, levels, numbers)
    x = np.concatenate([rest, hot, hot[:, :1]] if ties else [hot, rest], axis=1)
    w = rng.integers(1, 4, len(x)).astype(float)
    design = whitened(x, w)
    assert design.rank == np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), x]), tol=1e-8)
    moments = design.z.T @ (design.z * design.w[:, None])
    assert moments == pytest.approx(np.eye(design.rank), abs=1e-11)
    v = rng.normal(size=(3, design.rank))
    assert design.scores_of(x, v) == pytest.approx(v @ design.z.T, abs=1e-9)
    system = system_of(design, np.zeros(3))
    own = system.entered(v)
    assert system.left(own) == pytest.approx(v, abs=1e-10)
    assert system.scores(own) == pytest.approx((v @ design.z.T)[:, system.order], abs=1e-10)


def test_the_longest_run_of_columns_of_which_a_row_has_one_is_a_block():
    rng = np.random.default_rng(0)
    long, short = one_hot(rng.permutation(60) % 30), one_hot(rng.permutation(60) % 20)
    x = np.concatenate([short, long, rng.normal(size=(60, 1))], axis=1)
    block = block_of(x)
    assert block.columns.tolist() == list(range(20, 50))
    assert block.others.tolist() == [*range(20), 50]
    assert (x[np.arange(60), block.columns[block.level]] == 1).all()
    assert block_of(one_hot(np.arange(60) % 8)) is None  # no wider than other columns
    assert block_of(2.0 * long) is None
    assert block_of(np.zeros((0, 3))) is None
