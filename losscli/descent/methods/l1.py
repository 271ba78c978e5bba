"""Models with an l1 penalty: slopes that are exactly 0, by the method that suits the loss.

All of it happens on plain z-scored columns, whose coordinates are the slopes that are penalised.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from losscli.descent import interior, proximal
from losscli.descent.design import Design
from losscli.descent.ends import ENOUGH, Solution, agreement, certified, lowest, of_seed, share_text, solution
from losscli.descent.interior import Hinges, Vertex
from losscli.descent.lbfgs import Descent
from losscli.descent.methods import piecewise, smoothed
from losscli.descent.methods.method import Method
from losscli.descent.objective import Objective, Trainee, bulk_spread, negligible, spared
from losscli.descent.starts import Attempts
from losscli.descent.workspace import Workspace
from losscli.domain import Floats
from losscli.loss import Trait

_WIDTHS = 10.0 ** -np.arange(1.0, 11.0)  # over which kinks are rounded off, in units of the score


def _objective(workspace: Workspace, models: Sequence[Trainee]) -> Objective:
    plain, _ = workspace.plain
    return Objective(plain, workspace.targets, models, workspace.settings.classes)


def _starts(workspace: Workspace, model: Trainee) -> Floats:
    """(count, d) In plain coordinates; where there may be several valleys, also without any slope, from which
    strong penalties are near."""
    points, k = workspace.starts_of(model), workspace.settings.classes
    back = workspace.design.back.T @ workspace.plain[0].back
    b = (points.reshape(len(points), k, -1) @ back).reshape(len(points), -1)
    if Trait.CONVEX in model.bound.traits:
        return np.asarray(b)
    bare = b[:1] * (np.tile(workspace.plain[0].penalty, k) == 0.0)
    return np.concatenate([b, bare])


def _placed(workspace: Workspace, end: Solution) -> Solution:
    """The end in the coordinates of the design as well."""
    plain, turn = workspace.plain
    b = end.v.reshape(workspace.settings.classes, plain.rank)
    return replace(end, v=(b @ turn).ravel(), plain=b @ plain.back.T)


def _floor(workspace: Workspace, objective: Objective) -> Floats:
    """On the coordinates of the design, where constants are told."""
    return workspace.floor(workspace.objective(objective.models))


def _descended(
    workspace: Workspace, objective: Objective, start: Floats, width: Floats | None = None
) -> Descent:
    return proximal.minimise(
        objective,
        start,
        np.arange(len(start)),
        tol=workspace.tol,
        floor=_floor(workspace, objective),
        max_iter=workspace.max_iter,
        width=width,
    )


# ── losses that bend ─────────────────────────────────────────────────────────────────────────────────


def _smooth(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    attempts = Attempts.of(models, [_starts(workspace, model) for model in models])
    objective = _objective(workspace, attempts.models)
    descent = _descended(workspace, objective, attempts.start)
    above = np.zeros(len(attempts.models))
    ends = _lowest(objective, descent, attempts, above, _floor(workspace, objective))
    values = [descent.value[part] for part in attempts.parts]
    told = map(of_seed, ends, values, map(workspace.drawn, models))
    return [_placed(workspace, end) for end in told]


# ── losses that bend and have kinks, and margins of several classes ──────────────────────────────────


def _has_kinks(workspace: Workspace, model: Trainee) -> bool:
    return model.l1 > 0.0 and smoothed.has_kinks(model.bound, workspace.targets[model.target])


def _rounded(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """Each by itself, over smaller and smaller widths."""
    return [_placed(workspace, _narrowed(workspace, model)) for model in models]


def _narrowed(workspace: Workspace, model: Trainee) -> Solution:
    y, w = workspace.targets[model.target], workspace.design.w
    attempts = Attempts.of([model], [_starts(workspace, model)])
    true = _objective(workspace, attempts.models)
    v, unit, count = attempts.start, float(true.unit[0]), len(attempts.models)
    iterations, last = np.zeros(count, np.intp), None
    for width in _WIDTHS:
        size = float(width * unit)
        bound = smoothed.smoothed(model.bound, size, unit)
        objective = _objective(workspace, [replace(model, bound=bound)] * count)
        found = _descended(workspace, objective, v, np.full(count, size))
        if last is not None and not found.converged[np.argmin(found.value)]:
            break  # rounding ends it: what is wider is what there is
        v, iterations = found.v, iterations + found.iterations
        above = float(np.broadcast_to(smoothed.excess(model.bound, y, size, unit), w.shape) @ w)
        value = true.evaluate(v, np.arange(count))[0] + true.absolute(v)
        last = replace(found, value=value, iterations=iterations), np.full(count, above)
        if (found.decrease + above <= workspace.tol * np.abs(value)).all():
            break
    assert last is not None
    return _lowest(true, last[0], attempts, last[1], _floor(workspace, true))[0]


# ── piecewise linear losses ──────────────────────────────────────────────────────────────────────────


def _kind(workspace: Workspace, model: Trainee) -> Hashable:
    return model.l1 > 0.0 and piecewise.kind(workspace, model)


def _piecewise(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """|slope| is the loss of one more row, whose score is the slope."""
    plain, tol = workspace.plain[0], workspace.tol
    rows = workspace.hinges(models)
    falls = bool((rows.jumps < 0).any())
    points = [_starts(workspace, model)[: None if falls else 1] for model in models]
    attempts = Attempts.of(models, points)
    objective = _objective(workspace, attempts.models)
    hinges = _with_slopes(workspace.hinges(attempts.models), objective.l1, len(plain.spread))
    design, start, l2 = _extended(plain), attempts.start, objective.l2
    floor = _floor(workspace, objective)
    if falls:
        vertex = piecewise.concave(design, hinges, l2, start, tol=tol, floor=floor)
    else:
        unit = np.array([bulk_spread(k, workspace.design.w) for k in rows.kinks[:, 0]])
        vertex = interior.minimise(
            design, hinges, l2, start, tol=tol, level=objective.level, floor=floor, unit=unit
        )
    ends = certified(objective, replace(vertex, v=_cleared(objective, vertex, tol)), floor)
    best = [lowest(ends[part]) if falls else ends[part.start] for part in attempts.parts]
    return [_placed(workspace, end) for end in best]


def _extended(plain: Design) -> Design:
    """The plain design with a row for every slope, of weight 1."""
    p = len(plain.spread)
    return replace(
        plain,
        z=np.concatenate([plain.z, np.eye(p, plain.rank, plain.rank - p)]),
        w=np.concatenate([plain.w, np.ones(p)]),
    )


def _with_slopes(own: Hinges, l1: Floats, p: int) -> Hinges:
    """The rows' losses, and l1·|slope|: of so many upward jumps as the rows have, all at 0."""
    m, k, _ = own.kinks.shape
    ups = int((own.jumps[0, :, 0] > 0).sum())
    share = np.where(np.arange(k) < ups, 2.0 / ups, 0.0)
    jumps = np.broadcast_to((l1[:, None] * share)[:, :, None], (m, k, p))
    lines = np.broadcast_to(-l1[:, None], (m, p))
    return Hinges(
        np.concatenate([own.kinks, np.zeros((m, k, p))], axis=2),
        np.concatenate([own.value, np.zeros((m, p))], axis=1),
        np.concatenate([own.left, lines], axis=1),
        np.concatenate([own.jumps, jumps], axis=2),
    )


def _cleared(objective: Objective, vertex: Vertex, tol: float) -> Floats:
    """(m, d) The ends with those slopes put to 0 whose being 0 costs less than is certified anyway: the
    smallest first, as many as may be."""
    v = vertex.v.copy()
    for i in range(len(v)):
        own, which = v[i], np.array([i])
        order = np.argsort(np.abs(own))
        order = order[(objective.penalty[order] > 0) & (own[order] != 0.0)]

        def value(b: Floats, which: np.ndarray = which, i: int = i) -> float:
            smooth = objective.evaluate(b[None], which)[0][0]
            return float(smooth + objective.l1[i] * (np.abs(b) @ (objective.penalty > 0)))

        best = value(own)
        allowed = best + tol * abs(best)
        low, high = 0, len(order)  # of the smallest, how many can be 0
        while low < high:
            middle = (low + high + 1) // 2
            trial = own.copy()
            trial[order[:middle]] = 0.0
            low, high = (middle, high) if value(trial) <= allowed else (low, middle - 1)
        own[order[:low]] = 0.0
    return v


def _lowest(
    objective: Objective, descent: Descent, attempts: Attempts, above: Floats, floor: Floats
) -> list[Solution]:
    """The best end of the starts of each model. above: what rounding kinks off may add, (m,); floor: what is
    rounding (m,)."""
    solutions = []
    left = np.maximum(descent.decrease, 0.0) + above
    enough = negligible(descent.value, objective.level, ENOUGH) + spared(descent.value, floor)
    for i, part in zip(attempts.lowest(descent.value).tolist(), attempts.parts, strict=True):
        model, value, exact = objective.models[i], float(descent.value[i]), above[i] == 0.0
        converged = bool(descent.converged[i] and left[i] <= enough[i])
        known = "Newton decrement" if exact else "Newton decrement and rounding of kinks"
        said = f"{known} {share_text(left[i], value, floor[i])}"
        text = agreement(model.bound, descent.value[part], value) + said
        gradient = descent.gradient[i] if exact else None
        solutions.append(
            solution(model, descent.v[i], value, gradient, descent.iterations[i], converged, text)
        )
    return solutions


PIECEWISE = Method("l1 piecewise", _kind, _piecewise)
ROUNDED = Method("l1 rounded", _has_kinks, _rounded)
SMOOTH = Method("l1 smooth", lambda workspace, model: model.l1 > 0.0, _smooth)
