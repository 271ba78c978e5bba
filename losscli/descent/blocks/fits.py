"""Every loss trained on rows that memory does not hold: on all of them, then on those that each fold leaves.

A sample of the rows, held in memory, is trained on first, as any rows are. Its ends are the starts, and its
curvature the metric, of descents over all rows; those of all rows are the starts of the folds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from losscli.descent import interior, lbfgs
from losscli.descent.blocks import lines
from losscli.descent.blocks.rows import CODES, BlockedRows
from losscli.descent.blocks.subsets import Subset
from losscli.descent.blocks.swept import SweptObjective
from losscli.descent.design import Design
from losscli.descent.ends import ENOUGH, NO_OPTIMUM, Solution, share_text, solution
from losscli.descent.methods.rounded import kinks_in_score
from losscli.descent.methods.smoothed import smoothed
from losscli.descent.objective import Objective, Trainee, bulk_spread, negligible, spared
from losscli.descent.scale import residual_scale
from losscli.descent.train import Outcome, Settings, Wanted, train
from losscli.descent.workspace import TOLERANCE, Workspace, named_loss
from losscli.domain import Codes, Floats, Task
from losscli.loss import Trait

_STEP = 1e-5  # of the unit of the scores, for the differences of slopes
_FLAT = 1e-6  # of the largest curvature: the least that coordinates are stretched by
_MAX_ITER = 100
_CONFIRMED = 1e-13  # of the objective: what a descent on all rows may leave
_GAP = 1e-11  # of the objective: between primal and dual; s hangs on single rows
_NOISE = 1e-3  # over the rows: of the objective, what is little beside what other rows would change
_WIDTH = 0.1  # share of the drawn rows that are nearer to a kink than it is rounded off over
_ROUNDING = 1e-9  # of the spread of the bulk of the targets: a width that tells nothing
_UNSEEN = 1e-10  # of the largest moment of drawn rows: a direction in which they do not vary
_ABOUT, _FEW = 1e-7, 10  # of the objective, and steps: an optimum that is only a start
KINKS = "its slope jumps as it bends: that is trained on rows that memory holds alone"
_NEAR_KINKS = "so many rows are at a kink that memory does not hold them"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many values are held of the common columns: of rows drawn, and of those near kinks."""

    drawn: int = 4_000_000
    near: int = 6_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """Rows that are held. columns: (C, m); y: (m,), less the centre; w, offset: (m,)."""

    columns: Floats
    y: Floats
    w: Floats
    offset: Floats | None

    def design(self, subset: Subset) -> Design:
        """These rows in the coordinates of a subset, counted as its own."""
        z = np.ascontiguousarray((subset.turn @ self.columns).T)
        return replace(subset.design, z=z, w=self.w / self.w.sum(), offset=self.offset)


@dataclass(frozen=True, eq=False, slots=True)
class Ends:
    """What L losses came to on one subset. b: as models of the common columns (L, C), nan where there is
    none; scale: s."""

    outcomes: tuple[Outcome, ...]
    b: Floats
    scale: float | None


@dataclass(frozen=True, eq=False, slots=True)
class _Start:
    """Where a loss begins: a model b (C,), coordinates around it (d, C), and what is said of it."""

    b: Floats
    base: Floats
    text: str = ""


@dataclass(eq=False)
class BlockedTrainer:
    """Trains the losses wanted, on all rows first. drawn: rows of the first subset."""

    rows: BlockedRows
    drawn: Drawn
    settings: Settings
    wanted: tuple[Wanted, ...]
    sizes: Sizes
    _starts: dict[int, _Start] = field(default_factory=dict)
    _lad: Floats | None = None
    _refused: dict[int, str] = field(default_factory=dict)

    def scale(self, subset: Subset) -> float | None:
        """s of all rows."""
        return self._scales(None, [subset], self._lads(None, [subset], self.drawn.design(subset)))[0]

    def all_rows(self, subset: Subset) -> Ends:
        """The ends on all rows."""
        design = self.drawn.design(subset)
        lads = self._lads(None, [subset], design)
        scale = self._scales(None, [subset], lads)[0]
        settings = replace(self.settings, scale=scale, careful=False)
        found = train(design, self.drawn.y[None], self.wanted, settings)
        for i, (outcome,) in enumerate(found.by_loss):
            if isinstance(outcome, str):
                self._refused[i] = outcome
            elif (why := _refusal(outcome, self.drawn.y)) is not None:
                self._refused[i] = why
            else:
                self._starts[i] = self._start(subset, design, outcome)
        return self._ends(None, [subset], lads, [scale], design)[0]

    def folds(self, folds: Codes, subsets: Sequence[Subset], whole: Subset) -> list[Ends]:
        """The ends on each subset, after `all_rows`. folds: the codes of all rows (n,)."""
        design = self.drawn.design(whole)
        lads = self._lads(folds, subsets, design)
        return self._ends(folds, subsets, lads, self._scales(folds, subsets, lads), design)

    def _base(self, subset: Subset, design: Design, model: Trainee, v: Floats) -> Floats:
        """(d, C) Coordinates in which the drawn rows' objective is curved alike in all directions at v."""
        objective = Objective(design, self.drawn.y[None], [model])
        which = np.zeros(1, np.intp)
        (hessian,) = objective.hessian(v[None], which, _STEP * objective.unit)
        values, vectors = np.linalg.eigh(np.where(np.isfinite(hessian), hessian, 0.0))
        size = np.abs(values)
        top = float(size.max(initial=0.0)) or 1.0
        return np.asarray((vectors / np.sqrt(np.maximum(size, _FLAT * top))).T @ subset.turn)

    def _start(self, subset: Subset, design: Design, end: Solution) -> _Start:
        model, v = Trainee(end.bound, 0, end.l2), _seen(design, end.v)
        if interior.hinges(model, self.drawn.y[:1]) is not None:
            return self._rounded(subset, design, model, v)
        base, text = self._base(subset, design, model, v), ""
        if Trait.CONVEX not in end.bound.traits:
            text = f"from the valley that {len(self.drawn.y):,} rows drawn show; "
        if end.certificate.startswith(f"not converged: {NO_OPTIMUM}") or NO_OPTIMUM in end.certificate:
            text = f"{NO_OPTIMUM} in {len(self.drawn.y):,} rows drawn"
        return _Start(v @ subset.turn, base, text)

    def _rounded(self, subset: Subset, design: Design, model: Trainee, v: Floats) -> _Start:
        """Where a piecewise linear loss about ends on all rows: the optimum with its kinks rounded off.
        v: (q,), of the drawn rows."""
        own = interior.hinges(model, self.drawn.y)
        assert own is not None
        kinks = own.kinks[0] if self.drawn.offset is None else own.kinks[0] - self.drawn.offset
        away = np.abs(v @ design.z.T - kinks).min(axis=0)
        width = float(np.quantile(away, _WIDTH))
        if not width > _ROUNDING * bulk_spread(self.drawn.y, design.w):
            return _Start(v @ subset.turn, np.zeros((0, subset.turn.shape[1])))
        rounded = Trainee(smoothed(model.bound, width, width), 0, model.l2)
        base = self._base(subset, design, rounded, v)
        objective = SweptObjective(
            self.rows,
            None,
            [subset],
            [rounded],
            np.zeros(1, np.intp),
            base[None],
            (design, self.drawn.y[None]),
        )
        start = (v @ subset.turn) @ np.linalg.pinv(base)
        end = lbfgs.minimise(
            objective,
            start[None],
            np.zeros(1, np.intp),
            tol=_ABOUT,
            floor=np.zeros(1),
            max_iter=_FEW,
        )
        return _Start(end.v[0] @ base, base)

    def _lads(self, folds: Codes | None, subsets: Sequence[Subset], design: Design) -> list[Solution] | None:
        """The least absolute deviations fits, where s asks for them."""
        if self.settings.task is not Task.REGRESSION or self.settings.scale is not None:
            return None
        if self._lad is None:
            settings = replace(self.settings, l1=0.0, l2=0.0)
            (v,) = Workspace(design, self.drawn.y[None], settings).lad
            mae = Trainee(named_loss("mae", Task.REGRESSION), 0)
            self._lad = self._rounded(subsets[0], design, mae, _seen(design, v)).b
        models = [Trainee(named_loss("mae", Task.REGRESSION), 0)] * len(subsets)
        found = self._lined(folds, subsets, models, self._lad, design)
        self._lad = found[0].v @ subsets[0].turn
        return found

    def _scales(
        self, folds: Codes | None, subsets: Sequence[Subset], lads: Sequence[Solution] | None
    ) -> list[float | None]:
        if lads is None:
            return [self.settings.scale] * len(subsets)
        found: list[float | None] = []
        for subset, lad in zip(subsets, lads, strict=True):
            if not lad.converged:
                found.append(None)
                continue
            r = self.rows.scores((lad.v @ subset.turn)[None])[0]
            r -= self.rows.y
            r += self.rows.centre
            there = slice(None) if folds is None else subset.table[folds + CODES]
            r, w = r[there], self.rows.w[there]
            spread = bulk_spread(self.rows.bare(there), w / subset.total)
            found.append(residual_scale(r, w, subset.design.rows, subset.design.rank, spread))
        return found

    def _models(self, folds: Codes | None, subset: Subset, scale: float | None) -> list[Trainee | str]:
        """Every loss with its parameters and penalty as a subset gives them, or why it has none."""
        rows = self.rows
        there = slice(None) if folds is None else subset.table[folds + CODES]
        offset = None if rows.offset is None else rows.offset[there]
        design = replace(subset.design, w=rows.w[there] / subset.total, offset=offset)
        settings = replace(self.settings, scale=scale)
        workspace = Workspace(design, (rows.y[there] - rows.centre)[None], settings)
        workspace.scales = (scale,)  # None too: there is none
        bound = [workspace.bound(one, 0) for one in self.wanted]
        return [one if isinstance(one, str) else workspace.model(one, 0) for one in bound]

    def _ends(
        self,
        folds: Codes | None,
        subsets: Sequence[Subset],
        lads: Sequence[Solution] | None,
        scales: Sequence[float | None],
        design: Design,
    ) -> list[Ends]:
        models = [self._models(folds, subset, scale) for subset, scale in zip(subsets, scales, strict=True)]
        found: list[dict[int, Outcome]] = [dict(self._refused) for _ in subsets]
        mae = named_loss("mae", Task.REGRESSION)
        smooth: list[tuple[int, int, Trainee]] = []
        for i, start in self._starts.items():
            own = [one[i] for one in models]
            trained = [model for model in own if isinstance(model, Trainee)]
            if len(trained) < len(own):
                for at, model in enumerate(own):
                    found[at][i] = model if isinstance(model, str) else "a fold has no parameter for it"
            elif interior.hinges(trained[0], self.drawn.y[:1]) is None:
                smooth += [(i, at, model) for at, model in enumerate(trained)]
            else:
                is_lad = lads is not None and all(one.bound == mae and not one.l2 for one in trained)
                ends = lads if is_lad else self._lined(folds, subsets, trained, start.b, design)
                for at, end in enumerate(ends or ()):
                    found[at][i] = end
                if folds is None and ends:
                    self._starts[i] = replace(start, b=ends[0].v @ subsets[0].turn)
        for (i, at, _), end in zip(smooth, self._swept(folds, subsets, smooth, design), strict=True):
            found[at][i] = end
        return [self._told(*each) for each in zip(found, subsets, scales, strict=True)]

    def _told(self, found: Mapping[int, Outcome], subset: Subset, scale: float | None) -> Ends:
        outcomes, b = [], np.full((len(self.wanted), subset.turn.shape[1]), np.nan)
        for i in range(len(self.wanted)):
            end = found[i]
            if isinstance(end, Solution):
                v = end.v.copy()
                v[0] += self.rows.centre  # 0 where there is no intercept
                b[i], end = v @ subset.turn, replace(end, v=v)
            outcomes.append(end)
        return Ends(tuple(outcomes), b, scale)

    def _floors(self, models: Sequence[Trainee], design: Design) -> Floats:
        """(m,) What is rounding of objectives, as the drawn rows have it."""
        workspace = Workspace(design, self.drawn.y[None], self.settings)
        return workspace.floor(workspace.objective(models))

    def _swept(
        self,
        folds: Codes | None,
        subsets: Sequence[Subset],
        smooth: Sequence[tuple[int, int, Trainee]],
        design: Design,
    ) -> list[Solution]:
        """Models that bend, of losses on subsets, in one lockstep."""
        if not smooth:
            return []
        models, own = [model for *_, model in smooth], np.array([at for _, at, _ in smooth])
        into = [self._starts[i].base for i, *_ in smooth]
        turns = [subsets[at].coordinates(base) for at, base in zip(own, into, strict=True)]
        bases = np.array([v @ subsets[at].turn for v, at in zip(turns, own, strict=True)])
        objective = SweptObjective(
            self.rows, folds, subsets, models, own, bases, (design, self.drawn.y[None])
        )
        start = np.array(
            [self._starts[i].b @ np.linalg.pinv(base) for (i, *_), base in zip(smooth, bases, strict=True)]
        )
        floor = self._floors(models, design)
        tol = _CONFIRMED if folds is None else min(TOLERANCE, _NOISE / len(self.rows.w))
        tol = tol if self.settings.tol is None else self.settings.tol
        most = _MAX_ITER if self.settings.max_iter is None else self.settings.max_iter
        every = np.arange(len(models))
        descent = lbfgs.minimise(objective, start, every, tol=tol, floor=floor, max_iter=most)
        enough = negligible(descent.value, objective.level, ENOUGH) + spared(descent.value, floor)
        found = []
        for at, (i, _, model) in enumerate(smooth):
            b = descent.v[at] @ bases[at]
            if folds is None:
                self._starts[i] = replace(self._starts[i], b=b)
            left, text = descent.decrease[at], self._starts[i].text
            told = f"{text}estimated decrease left {share_text(left, descent.value[at], floor[at])}"
            well = bool(left <= enough[at])
            if text.startswith(NO_OPTIMUM):
                told, well = f"{text}, and whether all rows have one is not known: give --l2", False
            gradient = np.linalg.pinv(turns[at]) @ descent.gradient[at]
            end = descent.v[at] @ turns[at], descent.value[at], gradient, descent.iterations[at], well, told
            found.append(solution(model, *end))
        return found

    def _lined(
        self,
        folds: Codes | None,
        subsets: Sequence[Subset],
        models: Sequence[Trainee],
        b: Floats,
        design: Design,
    ) -> list[Solution]:
        """One piecewise linear convex loss on each subset. b: (C,), where they end about."""
        found: dict[int, Solution] = {}
        groups: dict[object, list[int]] = {}
        for at, model in enumerate(models):
            groups.setdefault(model.bound, []).append(at)
        for places in groups.values():
            own = [models[at] for at in places]
            objective = Objective(design, self.drawn.y[None], own[:1])
            level, floor = float(objective.level[0]), float(self._floors(own[:1], design)[0])
            tol = _GAP if self.settings.tol is None else self.settings.tol
            try:
                vertices, values = lines.minimise(
                    self.rows,
                    folds,
                    [subsets[at] for at in places],
                    own,
                    self._near(own[0], b, subsets[places[0]]),
                    tol=tol,
                    level=level,
                    floor=floor,
                )
            except lines.Crowded:
                for at in places:
                    v = subsets[at].coordinates(b)
                    found[at] = solution(models[at], v, np.nan, None, 0, False, _NEAR_KINKS)
                continue
            for at, vertex, value in zip(places, vertices, values.tolist(), strict=True):
                gap = float(vertex.gap[0])
                most = ENOUGH * abs(value) + float(spared(np.array(value), np.array(floor)))
                well = bool(vertex.converged[0]) and gap <= most
                text = f"duality gap {share_text(gap, value, floor)}"
                end = vertex.v[0], value, None, vertex.iterations[0], well, text
                found[at] = solution(models[at], *end)
        return [found[at] for at in range(len(models))]

    def _near(self, model: Trainee, b: Floats, subset: Subset) -> lines.Near:
        """The rows to hold, as many as `sizes` says by the drawn ones."""
        drawn = self.drawn
        count, n = len(drawn.y), len(self.rows.w)
        held = self.sizes.near // len(drawn.columns)
        most = max(lines.CROWDED * -(-held // self.rows.blocks), 1)
        near = lines.Near(b, subset.turn, np.inf, most)
        if held >= n:
            return replace(near, most=n)
        own = interior.hinges(model, drawn.y)
        assert own is not None
        if drawn.offset is not None:
            own = own._replace(kinks=own.kinks - drawn.offset)
        away = near.distance(drawn.columns, own, b @ drawn.columns)
        return replace(near, radius=float(np.partition(away, held * count // n)[held * count // n]))


def _seen(design: Design, v: Floats) -> Floats:
    """(q,) The shortest coordinates with the scores of v in these rows: what they do not show is 0."""
    values, vectors = np.linalg.eigh((design.zt * design.w) @ design.z)
    kept = vectors[:, values > _UNSEEN * values[-1]]
    return np.asarray(kept @ (kept.T @ v))


def _refusal(end: Solution, y: Floats) -> str | None:
    """Why a loss is not trained here, None where it is. y: (m,), of the drawn rows."""
    model = Trainee(end.bound, 0, end.l2)
    hinges = interior.hinges(model, y)
    if hinges is not None:
        return KINKS if (hinges.jumps < 0).any() else None
    return None if kinks_in_score(end.bound, y) is None else KINKS
