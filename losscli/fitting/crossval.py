"""Folds: train every loss on the clean and on the contaminated rows, judge on the untouched ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.contaminate import Clean, Contamination, contaminated
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Wanted, reference, train
from losscli.design import Design, whitened
from losscli.domain import Floats, Mask, Task
from losscli.fitting.judge import Judged, Measure, bulk, constant, error_of, kind_of
from losscli.fitting.networks import Material, Schooling, taught
from losscli.fitting.weights import training_weights
from losscli.folds import Split
from losscli.frame import Encoder, Frame
from losscli.task.features import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done in every fold. schooling: of networks, None for linear models; largest: rows of the
    largest training fold."""

    frame: Frame
    training: Training
    wanted: tuple[Wanted, ...]
    contaminations: tuple[Contamination, ...]
    settings: Settings
    measures: tuple[Measure, ...]
    threshold: float | None
    seed: int
    schooling: Schooling | None = None
    largest: int = 0

    @property
    def labels(self) -> int:
        """How many classes there are, 0 for numbers."""
        return len(self.training.labels)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one fold showed of L losses.

    metrics: nan where undefined (L, M); constant: of the best constant (M,); converged: (L,); scores: of
    the rows judged (L, n), for several classes (L, k, n); errors, held: of each contamination, the
    headline error (L, levels) and whether the descent ended well; seeds: the scores of networks from
    other starts.
    """

    metrics: Floats
    constant: Floats
    converged: Mask
    scores: Floats
    errors: tuple[Floats, ...]
    held: tuple[Mask, ...]
    seeds: tuple[Floats, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spoiled:
    """A contamination at a level above 0, and the rows it makes of the clean ones."""

    scheme: int
    level: int
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class _Scored:
    """What models trained on one set of rows give for the rows judged: scores (L, n) or (L, k, n), whether
    descents ended well (L,)."""

    scores: Floats
    converged: Mask


def judge_splits(plan: Plan, splits: Sequence[Split]) -> list[Judgement]:
    """Train on the training rows of splits of one repeat, clean and contaminated, and judge on their test
    rows."""
    folds = [_Fold(plan, split) for split in splits]
    spoiled = [fold.spoiled() for fold in folds]
    if plan.schooling is None:
        pairs = zip(folds, spoiled, strict=True)
        return [fold.judgement(own, fold.solved(own)) for fold, own in pairs]
    scored = _of_networks(plan.schooling, folds, spoiled)
    others = _of_other_seeds(plan.schooling, folds)
    return [
        fold.judgement(own, given, seeds)
        for fold, own, given, seeds in zip(folds, spoiled, scored, others, strict=True)
    ]


def _of_networks(
    schooling: Schooling, folds: "Sequence[_Fold]", spoiled: Sequence[Sequence[_Spoiled]]
) -> list[list[_Scored]]:
    """Of each fold, the clean rows and the spoiled sets, from the first start."""
    plan, repeat = folds[0].plan, folds[0].split.repeat
    sets = [
        [(fold.x, fold.y), *((one.x, one.y) for one in own)] for fold, own in zip(folds, spoiled, strict=True)
    ]
    materials = [fold.material(x, y) for fold, own in zip(folds, sets, strict=True) for x, y in own]
    found = iter(
        taught(materials, plan.wanted, plan.settings, schooling, [(plan.seed, repeat, 0)], plan.largest)
    )
    scored: list[list[_Scored]] = []
    for fold, own in zip(folds, sets, strict=True):
        scored.append([])
        for _, one in zip(own, found, strict=False):
            ended = [isinstance(outcome, Solution) and outcome.converged for outcome in one.outcomes]
            known = [isinstance(outcome, Solution) for outcome in one.outcomes]
            scores = one.scores(fold.x_test)[0]
            scores[~np.array(known)] = np.nan
            scored[-1].append(_Scored(scores, np.array(ended, dtype=np.bool_)))
    return scored


def _of_other_seeds(schooling: Schooling, folds: "Sequence[_Fold]") -> list[tuple[Floats, ...]]:
    """Of each fold of the first repeat, the scores from the other starts, clean rows only."""
    plan, repeat = folds[0].plan, folds[0].split.repeat
    seeds = [(plan.seed, repeat, number) for number in range(1, schooling.seeds)]
    if repeat or not seeds:
        return [()] * len(folds)
    materials = [fold.material(fold.x, fold.y) for fold in folds]
    found = taught(materials, plan.wanted, plan.settings, schooling, seeds, plan.largest)
    return [tuple(one.scores(fold.x_test)) for one, fold in zip(found, folds, strict=True)]


def _levels(plan: Plan, clean: Floats, converged: Mask) -> tuple[tuple[Floats, ...], tuple[Mask, ...]]:
    """Errors and ends of each contamination (L, levels), the clean level filled in."""
    first = plan.measures[0]
    errors, held = [], []
    for c in plan.contaminations:
        own = np.full((len(clean), len(c.levels)), np.nan)
        own[:, 0] = [error_of(first, value) for value in clean]
        errors.append(own)
        held.append(np.repeat(converged[:, None], len(c.levels), axis=1))
    return tuple(errors), tuple(held)


class _Fold:
    def __init__(self, plan: Plan, split: Split) -> None:
        frame, train_, test = plan.frame, split.train, split.test
        self.plan, self.split = plan, split
        self.y, self.w = frame.y[train_], frame.w[train_]
        self.judged, self.weights = frame.y[test], frame.w[test]
        encoder = Encoder.of(frame, train_, self.w)
        self.x, self.x_test = encoder.matrix(frame, train_), encoder.matrix(frame, test)
        self.design = self.design_of(self.x, self.y)

    def design_of(self, x: Floats, y: Floats) -> Design:
        """The training rows with these features and targets, weighed by their class where that is asked."""
        return whitened(x, training_weights(self.plan.training, y, self.w))

    def shares_design(self, one: _Spoiled) -> bool:
        """Whether the clean design serves: the same features, and no weights that follow the targets."""
        return one.x is self.x and self.plan.training.class_weight is None

    def spoiled(self) -> list[_Spoiled]:
        """Every contamination at every level above 0; x is the clean matrix itself where it is kept."""
        plan = self.plan
        if not plan.contaminations:
            return []
        scale, v = reference(self.design, self.y, plan.settings)
        numbers = len(plan.frame.number_names)

        def fit(x: Floats) -> Floats:
            rows = self.x.copy()
            rows[:, :numbers] = x
            score = self.design.rows_of(rows) @ v
            return np.exp(score) if plan.settings.task is Task.COUNTS else score

        clean = Clean(
            task=plan.settings.task,
            x=self.x[:, :numbers],
            y=self.y,
            w=self.w,
            classes=plan.labels,
            scale=scale or 0.0,
            fit=fit,
        )
        split = self.split
        order = np.random.default_rng([plan.seed, split.repeat, split.fold]).permutation(len(self.y))
        sign = 1 if (split.repeat + split.fold) % 2 == 0 else -1
        found = []
        for i, c in enumerate(plan.contaminations):
            for level in range(1, len(c.levels)):
                moved, y = contaminated(c, c.levels[level], clean, order, sign)
                x = self.x
                if c.scheme == "leverage":
                    x = self.x.copy()
                    x[:, :numbers] = moved
                found.append(_Spoiled(i, level, x, y))
        return found

    def material(self, x: Floats, y: Floats) -> Material:
        """Rows for networks to learn from. x, y: clean or spoiled."""
        group = None if self.plan.frame.group is None else self.plan.frame.group[self.split.train]
        key = (self.plan.seed, self.split.repeat, self.split.fold)
        return Material(self.design_of(x, y), x, y, key, group)

    def solved(self, spoiled: Sequence[_Spoiled]) -> list[_Scored]:
        """Of linear models, on the clean rows and on each spoiled set."""
        same = [one for one in spoiled if self.shares_design(one)]
        scores, converged = self.scores(self.design, np.array([self.y, *(one.y for one in same)]))
        shared = iter([_Scored(scores[:, t], converged[:, t]) for t in range(len(same) + 1)])
        return [
            next(shared),
            *(next(shared) if self.shares_design(one) else self.apart(one) for one in spoiled),
        ]

    def apart(self, one: _Spoiled) -> _Scored:
        """On spoiled rows with a design of their own."""
        scores, converged = self.scores(self.design_of(one.x, one.y), one.y[None])
        return _Scored(scores[:, 0], converged[:, 0])

    def judgement(
        self, spoiled: Sequence[_Spoiled], scored: Sequence[_Scored], seeds: tuple[Floats, ...] = ()
    ) -> Judgement:
        """scored: on the clean rows, then on each spoiled set."""
        clean, *rest = scored
        metrics, keep = self.metrics(clean.scores)
        errors, held = _levels(self.plan, metrics[:, 0], clean.converged)
        for one, own in zip(spoiled, rest, strict=True):
            errors[one.scheme][:, one.level] = self.errors(own.scores, keep)
            held[one.scheme][:, one.level] = own.converged
        return Judgement(metrics, self.constant(keep), clean.converged, clean.scores, errors, held, seeds)

    def scores(self, design: Design, targets: Floats) -> tuple[Floats, Mask]:
        """(scores of the test rows (L, t, n) or (L, t, k, n), whether descents ended well (L, t))."""
        plan = self.plan
        trained = train(design, targets, plan.wanted, plan.settings)
        z, k = design.rows_of(self.x_test), plan.settings.classes
        v = np.full((len(plan.wanted), len(targets), k * design.rank), np.nan)
        converged = np.zeros(v.shape[:2], dtype=np.bool_)
        plain: list[tuple[int, int, Floats]] = []
        for i, outcomes in enumerate(trained.by_loss):
            for t, outcome in enumerate(outcomes):
                if isinstance(outcome, Solution):
                    v[i, t], converged[i, t] = outcome.v, outcome.converged
                    if outcome.plain is not None:
                        plain.append((i, t, outcome.plain))
        scores = v.reshape(-1, design.rank) @ z.T
        shape = (*v.shape[:2], len(z)) if k == 1 else (*v.shape[:2], k, len(z))
        scores = scores.reshape(shape)
        for i, t, b in plain:  # its slopes may count in rows to come where those trained on do not show them
            intercept, slopes = design.raw_slopes(b)
            own = intercept[:, None] + slopes @ self.x_test.T
            scores[i, t] = own if k > 1 else own[0]
        return scores, converged

    def metrics(self, scores: Floats) -> tuple[Floats, Mask]:
        """(every metric (L, M), the rows that trimmed_mae keeps). scores: (L, n) or (L, k, n)."""
        keep = np.ones(len(self.judged), dtype=np.bool_)
        if not self.plan.labels:
            keep = bulk(
                self.judged,
                np.array([w.loss.link.predict(s) for w, s in zip(self.plan.wanted, scores, strict=True)]),
            )
        found = [[m.value(j) for m in self.plan.measures] for j in self._judged(scores, keep)]
        return np.array(found), keep

    def errors(self, scores: Floats, keep: Mask) -> Floats:
        """(L,) The headline error."""
        first = self.plan.measures[0]
        return np.array([error_of(first, first.value(judged)) for judged in self._judged(scores, keep)])

    def constant(self, keep: Mask) -> Floats:
        """(M,) Every metric of the best constant. keep: the rows that trimmed_mae keeps."""
        rows = (self.y, self.w), (self.judged, self.weights)
        return np.array([constant(m, self.plan.settings.task, *rows, keep) for m in self.plan.measures])

    def _judged(self, scores: Floats, keep: Mask) -> list[Judged]:
        return [
            judged(wanted, s, self.judged, self.weights, keep, self.plan.threshold)
            for wanted, s in zip(self.plan.wanted, scores, strict=True)
        ]


def judged(
    wanted: Wanted, scores: Floats, y: Floats, w: Floats, keep: Mask, threshold: float | None
) -> Judged:
    """The rows with what one loss predicts for them. scores: (n,), for several classes (k, n)."""
    s = scores if scores.ndim == 1 else np.ascontiguousarray(scores.T)
    return Judged(
        kind=kind_of(wanted.loss),
        y=y,
        w=w,
        score=s,
        prediction=wanted.loss.link.predict(s),
        bulk=keep,
        threshold=threshold,
    )
