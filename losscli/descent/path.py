"""Every loss at many strengths of a penalty, all of them in lockstep."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.methods import METHODS, solve_by
from losscli.descent.objective import scored
from losscli.descent.train import Outcome
from losscli.descent.workspace import Settings, Wanted, Workspace
from losscli.domain import Floats
from losscli.loss import BoundLoss

_L1_RANGE, _L2_RANGE = 1e3, 1e5  # the greatest strength over the least
_L2_TOP = 10.0  # curvatures of the loss: slopes are all but 0
_RAISED, _TRIES = 1.05, 100
_BESIDE = 1e-6  # of a unit: from where the slope at a kink is read on both sides


@dataclass(frozen=True, eq=False)
class Strengths:
    """Of which penalty, l1 or l2; by_loss: (L, points), falling."""

    penalty: str
    by_loss: Floats


def grid(
    design: Design, y: Floats, wanted: Sequence[Wanted], settings: Settings, penalty: str, points: int
) -> Strengths:
    """Strengths at even ratios, of each loss its own.

    l1: from about the least at which all slopes are 0, checked by training, to a thousandth of it; l2: from
    10 times the curvature of the loss to a hundred-thousandth of that. In the units of `penalty_scale`.
    """
    workspace = Workspace.centred(design, y[None], wanted, settings)
    tops = np.array([_top(workspace, one, penalty) for one in wanted])
    if penalty == "l1":
        for _ in range(_TRIES):
            ends = trained_along(design, y, wanted, settings, Strengths(penalty, tops[:, None]))
            plain = [end.plain if isinstance(end, Solution) else None for (end,) in ends]
            short = np.array([b is not None and b[:, 1:].any() for b in plain])
            if not short.any():
                break
            tops = np.where(short, _RAISED * tops, tops)
    shares = np.geomspace(1.0, 1.0 / (_L1_RANGE if penalty == "l1" else _L2_RANGE), points)
    return Strengths(penalty, tops[:, None] * shares)


def trained_along(
    design: Design, y: Floats, wanted: Sequence[Wanted], settings: Settings, along: Strengths
) -> list[list[Outcome]]:
    """By loss and strength. y: (n,)."""
    workspace = Workspace.centred(design, y[None], wanted, settings)
    outcomes: list[list[Outcome]] = []
    models, places = [], []
    for i, (one, strengths) in enumerate(zip(wanted, along.by_loss.tolist(), strict=True)):
        bound = workspace.bound(one, 0)
        outcomes.append([bound if isinstance(bound, str) else ""] * len(strengths))
        if isinstance(bound, BoundLoss):
            models += [workspace.model(bound, 0, **{along.penalty: strength}) for strength in strengths]
            places += [(i, k) for k in range(len(strengths))]
    for (i, k), solution in zip(places, solve_by(METHODS, workspace, models), strict=True):
        outcomes[i][k] = workspace.moved(solution)
    return outcomes


def _top(workspace: Workspace, wanted: Wanted, penalty: str) -> float:
    """About the greatest strength of use, in the units of `penalty_scale`."""
    bound = workspace.bound(wanted, 0)
    if isinstance(bound, str):
        return 1.0
    raw = workspace.settings.penalty_scale == "raw"
    of_l1, of_l2 = workspace.curvature(bound, 0)
    if penalty == "l2":
        return _L2_TOP * (of_l2 if raw else 1.0)
    return (_steepest(workspace, bound) or 1.0) / (1.0 if raw else of_l1)


def _steepest(workspace: Workspace, bound: BoundLoss) -> float:
    """The largest slope of the mean loss in a column's slope, at the best intercepts and no slope."""
    design, y, k = workspace.design, workspace.targets[0], workspace.settings.classes
    scores = np.broadcast_to(_intercepts(workspace, bound)[:, None], (1, k, len(y)))
    scores = design.with_offset(scores)
    objective = workspace.objective([workspace.model(bound, 0)])
    beside = (scores + step * objective.unit[0] for step in (-_BESIDE, _BESIDE))
    below, above = (scored(bound.loss, dict(bound.params), y[None], s)[1][0] for s in beside)
    plain = workspace.plain[0]
    z = plain.z[:, plain.penalty > 0]
    return float(np.abs((0.5 * (below + above) * design.w) @ z).max(initial=0.0))


def _intercepts(workspace: Workspace, bound: BoundLoss) -> Floats:
    """(k,) The best ones without any slope; 0 where there are none."""
    design = workspace.design
    if not design.has_intercept:
        return np.zeros(workspace.settings.classes)
    bare = replace(
        design,
        z=design.z[:, :1],
        back=np.eye(1),
        penalty=np.zeros(1),
        center=np.zeros(0),
        spread=np.zeros(0),
    )
    settings = replace(workspace.settings, l1=0.0, l2=0.0, scale=workspace.scales[0])
    alone = Workspace(bare, workspace.targets, settings)
    return solve_by(METHODS, alone, [alone.model(bound, 0)])[0].v
