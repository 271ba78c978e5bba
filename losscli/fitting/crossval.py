"""One fold: train every loss on the clean and on the contaminated rows, judge on the untouched ones."""

from dataclasses import dataclass

import numpy as np

from losscli.contaminate import Clean, Contamination, contaminated
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Wanted, reference, train
from losscli.design import Design, whitened
from losscli.domain import Floats, Mask, Task
from losscli.fitting.judge import Judged, Measure, bulk, constant, error_of, kind_of
from losscli.fitting.weights import training_weights
from losscli.folds import Split
from losscli.frame import Encoder, Frame
from losscli.task.features import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done in every fold."""

    frame: Frame
    training: Training
    wanted: tuple[Wanted, ...]
    contaminations: tuple[Contamination, ...]
    settings: Settings
    measures: tuple[Measure, ...]
    threshold: float | None
    seed: int

    @property
    def labels(self) -> int:
        """How many classes there are, 0 for numbers."""
        return len(self.training.labels)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one fold showed of L losses.

    metrics: nan where undefined (L, M); constant: of the best constant (M,); converged: (L,); scores: of
    the rows judged (L, n), for several classes (L, k, n); errors, held: of each contamination, the
    headline error (L, levels) and whether the descent ended well.
    """

    metrics: Floats
    constant: Floats
    converged: Mask
    scores: Floats
    errors: tuple[Floats, ...]
    held: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class _Spoiled:
    """A contamination at a level above 0, and the rows it makes of the clean ones."""

    scheme: int
    level: int
    x: Floats
    y: Floats


def judge_split(plan: Plan, split: Split) -> Judgement:
    """Train on a split's training rows, clean and contaminated, and judge on its test rows."""
    fold = _Fold(plan, split)
    spoiled = fold.spoiled()
    same = [one for one in spoiled if fold.shares_design(one)]
    targets = np.array([fold.y, *(one.y for one in same)])
    scores, converged = fold.scores(fold.design, targets)
    metrics, keep = fold.metrics(scores[:, 0])
    errors, held = _levels(plan, metrics[:, 0], converged[:, 0])
    for t, one in enumerate(same):
        errors[one.scheme][:, one.level] = fold.errors(scores[:, t + 1], keep)
        held[one.scheme][:, one.level] = converged[:, t + 1]
    for one in spoiled:
        if not fold.shares_design(one):
            own, ended = fold.scores(fold.design_of(one.x, one.y), one.y[None])
            errors[one.scheme][:, one.level] = fold.errors(own[:, 0], keep)
            held[one.scheme][:, one.level] = ended[:, 0]
    return Judgement(metrics, fold.constant(keep), converged[:, 0], scores[:, 0], errors, held)


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

    def scores(self, design: Design, targets: Floats) -> tuple[Floats, Mask]:
        """(scores of the test rows (L, t, n) or (L, t, k, n), whether descents ended well (L, t))."""
        plan = self.plan
        trained = train(design, targets, plan.wanted, plan.settings)
        z, k = design.rows_of(self.x_test), plan.settings.classes
        v = np.full((len(plan.wanted), len(targets), k * design.rank), np.nan)
        converged = np.zeros(v.shape[:2], dtype=np.bool_)
        for i, outcomes in enumerate(trained.by_loss):
            for t, outcome in enumerate(outcomes):
                if isinstance(outcome, Solution):
                    v[i, t], converged[i, t] = outcome.v, outcome.converged
        scores = v.reshape(-1, design.rank) @ z.T
        shape = (*v.shape[:2], len(z)) if k == 1 else (*v.shape[:2], k, len(z))
        return scores.reshape(shape), converged

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
