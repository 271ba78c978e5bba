"""Folds: train every loss on the clean and on the contaminated rows, judge on the untouched ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli import progress
from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Wanted, reference, train
from losscli.domain import NUMBERS, Floats, Mask, Task
from losscli.fitting.augment import NONE, Examples, Prepared, Recipe, prepared
from losscli.fitting.contaminate import Clean, Contamination, contaminated
from losscli.fitting.folds import Split
from losscli.fitting.judge import Judged, bulk, constants, kind_of, of_constants
from losscli.fitting.learner import FittedModels, Learner, LearnerRows
from losscli.fitting.threshold import INNER, ThresholdRule, found_thresholds, inner_splits
from losscli.fitting.tune import Tuning, chosen, with_values
from losscli.metrics.metric import Metric

_ROUNDING = 1e-12  # of the range of the target
_ULPS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """What is done in every fold. learner: None for linear models that go to their optimum; largest: rows of
    the largest training fold."""

    frame: Frame
    training: Training
    wanted: tuple[Wanted, ...]
    contaminations: tuple[Contamination, ...]
    settings: Settings
    metrics: tuple[Metric, ...]
    threshold: float | None
    seed: int
    rule: ThresholdRule | None = None  # by which thresholds are chosen, fold by fold
    recipe: Recipe = NONE
    learner: Learner | None = None
    largest: int = 0
    tunings: tuple[Tuning, ...] = ()  # parameters chosen within training rows, of the last of those wanted

    @property
    def sets_of_rows(self) -> int:
        """How many a model is trained on to judge a fold: of inner folds, clean and spoiled."""
        inner = 0 if self.rule is None else INNER
        return inner + 1 + sum(len(c.levels) - 1 for c in self.contaminations)

    @property
    def trims(self) -> bool:
        """Whether rows are told apart by how far predictions miss, for trimmed_mae."""
        return self.training.task in NUMBERS


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one fold showed of L losses.

    metrics: nan where undefined (L, M)
    constant: the metrics of the best constant (M,)
    converged: whether descents ended well (L,)
    scores: of the rows judged (L, n), for several classes, outputs or labels (L, k, n)
    errors, held: of each contamination the headline error (L, levels), and whether the descent ended well
    seeds: the scores of networks from other starts, where they were tried
    thresholds: chosen for this fold (L,), () where they are not
    tuned: the values that are, of each tuning
    """

    metrics: Floats
    constant: Floats
    converged: Mask
    scores: Floats
    errors: tuple[Floats, ...]
    held: tuple[Mask, ...]
    seeds: tuple[Floats, ...] = ()
    thresholds: tuple[float, ...] = ()
    tuned: tuple[float, ...] = ()


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


def judge_splits(cv: CrossValidation, splits: Sequence[Split]) -> list[Judgement]:
    """Train on the training rows of splits of one repeat, clean and contaminated, and judge on their test
    rows; of a learner from the first start."""
    plans = [tuned(cv, split) for split in splits]
    folds = [Fold(plan, split) for (plan, _), split in zip(plans, splits, strict=True)]
    spoiled = [fold.spoiled() for fold in folds]
    thresholds = [_thresholds(fold.cv, fold.split) for fold in folds]
    found = list(map(Fold.judgement, folds, spoiled, _scored(folds, spoiled), thresholds))
    progress.advance("folds", len(found))
    return [replace(one, tuned=values) for one, (_, values) in zip(found, plans, strict=True)]


def tuned(cv: CrossValidation, split: Split) -> tuple[CrossValidation, tuple[float, ...]]:
    """(the same with the parameters that folds within the training rows of a split choose, by the headline
    error, the mean over folds; these parameters)."""
    if not cv.tunings:
        return cv, ()
    asked = f"--tune {cv.tunings[0].spec}"
    inner = inner_splits(cv.frame, split, cv.training.labels, asked, cv.seed)
    candidates = tuple(one for tuning in cv.tunings for one in tuning.candidates)
    own = replace(cv, wanted=candidates, contaminations=(), rule=None)
    folds = [Fold(own, one, number) for number, one in enumerate(inner, 1)]
    ends = [fold.solved([])[0] for fold in folds]
    held = np.all([end.converged for end in ends], axis=0)
    keep = (np.ones(len(fold.y_test), dtype=np.bool_) for fold in folds)
    errors = np.array([f.errors(e.scores, rows) for f, e, rows in zip(folds, ends, keep, strict=True)])
    there = np.isfinite(errors)
    mean = np.where(there, errors, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    best = chosen(cv.tunings, np.where(held & there.any(axis=0), mean, np.inf))
    return replace(cv, wanted=with_values(cv.wanted, cv.tunings, best)), best


def _scored(folds: "Sequence[Fold]", spoiled: Sequence[Sequence[_Spoiled]]) -> list[list[_Scored]]:
    """Of each fold, the clean rows and the spoiled sets; of a learner from the first start."""
    cv, repeat = folds[0].cv, folds[0].split.repeat
    if cv.learner is None:
        return [fold.solved(own) for fold, own in zip(folds, spoiled, strict=True)]
    sets = [
        [(fold.x, fold.y), *((one.x, one.y) for one in own)] for fold, own in zip(folds, spoiled, strict=True)
    ]
    sources = [fold.learner_rows(x, y) for fold, own in zip(folds, sets, strict=True) for x, y in own]
    seeds = [(cv.seed, repeat, 0)]
    found = iter(cv.learner.fit(sources, cv.wanted, cv.settings, seeds, cv.largest))
    return [
        [_of_learner(next(found), fold.x_test) for _ in own] for fold, own in zip(folds, sets, strict=True)
    ]


def _of_learner(fitted: FittedModels, x: Floats) -> _Scored:
    """x: rows of raw columns (n, p)."""
    scores = fitted.scores(x)[0]
    scores[[isinstance(outcome, str) for outcome in fitted.outcomes]] = np.nan
    ended = [isinstance(outcome, Solution) and outcome.converged for outcome in fitted.outcomes]
    return _Scored(scores, np.array(ended, dtype=np.bool_))


def other_starts(cv: CrossValidation, splits: Sequence[Split]) -> list[tuple[Floats, ...]]:
    """Of each split of one repeat, the scores of a learner from the other starts, clean rows only."""
    assert cv.learner is not None
    folds = [Fold(cv, split) for split in splits]
    seeds = [(cv.seed, splits[0].repeat, number) for number in range(1, cv.learner.seeds)]
    sources = [fold.learner_rows(fold.x, fold.y) for fold in folds]
    found = cv.learner.fit(sources, cv.wanted, cv.settings, seeds, cv.largest)
    return [tuple(one.scores(fold.x_test)) for one, fold in zip(found, folds, strict=True)]


def _thresholds(cv: CrossValidation, split: Split) -> tuple[float, ...]:
    """Of each loss the threshold chosen on folds within the training rows, () where it is not chosen."""
    if cv.rule is None:
        return ()
    inner = inner_splits(cv.frame, split, cv.training.labels, f"--threshold {cv.rule.name}", cv.seed)
    folds = [Fold(cv, one, number) for number, one in enumerate(inner, 1)]
    scores = [clean.scores for (clean,) in _scored(folds, [()] * len(folds))]
    return found_thresholds(cv.rule, cv.frame, inner, [wanted.loss for wanted in cv.wanted], scores)


class Fold:
    """The rows of a split: those learned from, as they are and prepared, and those judged on."""

    def __init__(self, cv: CrossValidation, split: Split, inner: int = 0) -> None:
        """inner: 0, or from 1 on the number of a fold within the training rows of another."""
        frame, train_, test = cv.frame, split.train, split.test
        self.cv, self.split, self.inner = cv, split, inner
        self.y, self.w = frame.y[train_], frame.w[train_]
        self.y_test, self.w_test = frame.y[test], frame.w[test]
        self.offset = None if frame.offset is None else frame.offset[train_]
        self.offset_test = 0.0 if frame.offset is None else frame.offset[test]
        encoder = Encoder.of(frame, train_, self.w)
        self.x, self.x_test = encoder.matrix(frame, train_), encoder.matrix(frame, test)
        self.key = (cv.seed, split.repeat + 1, split.fold + 1, inner)
        self.clean = self.prepared(self.x, self.y)
        self.design = self.clean.design()

    def prepared(self, x: Floats, y: Floats) -> Prepared:
        """What is learned from the training rows with these features and targets."""
        return self.made(self.cv.recipe, x, y)

    def made(self, recipe: Recipe, x: Floats, y: Floats) -> Prepared:
        return prepared(recipe, self.cv.training, Examples(x, y, self.w, self.offset), self.key)

    def shares_design(self, one: _Spoiled) -> bool:
        """Whether the clean design serves: the same features, no rows or weights that follow the targets."""
        follows = self.cv.recipe.follows_labels or self.cv.training.class_weight is not None
        return one.x is self.x and not follows

    def plain(self) -> Design:
        """The design of the training rows as they are, by which contamination is measured."""
        if self.cv.recipe == NONE:
            return self.design
        return self.made(NONE, self.x, self.y).design()

    def spoiled(self) -> list[_Spoiled]:
        """Every contamination at every level above 0; x is the clean matrix itself where it is kept."""
        cv = self.cv
        if not cv.contaminations:
            return []
        plain = self.plain()
        scale, v = reference(plain, self.y, cv.settings)
        numbers = len(cv.frame.number_names)

        def fit(x: Floats) -> Floats:
            rows = self.x.copy()
            rows[:, :numbers] = x
            score: Floats = plain.with_offset(plain.scores_of(rows, v[None])[0])
            return np.exp(score) if cv.settings.task is Task.COUNTS else score

        clean = Clean(
            task=cv.settings.task,
            x=self.x[:, :numbers],
            y=self.y,
            w=self.w,
            classes=len(cv.training.labels),
            scale=scale or 0.0,
            fit=fit,
        )
        split = self.split
        order = np.random.default_rng([cv.seed, split.repeat, split.fold]).permutation(len(self.y))
        sign = 1 if (split.repeat + split.fold) % 2 == 0 else -1
        found = []
        for i, c in enumerate(cv.contaminations):
            for level in range(1, len(c.levels)):
                moved, y = contaminated(c, c.levels[level], clean, order, sign)
                x = self.x
                if c.scheme == "leverage":
                    x = self.x.copy()
                    x[:, :numbers] = moved
                found.append(_Spoiled(i, level, x, y))
        return found

    def learner_rows(self, x: Floats, y: Floats) -> LearnerRows:
        """Rows for a learner to learn from. x, y: clean or spoiled."""
        cv = self.cv
        assert cv.learner is not None
        group = None if cv.frame.group is None else cv.frame.group[self.split.train]
        order = (cv.seed, self.split.repeat, self.split.fold, *([self.inner] if self.inner else []))
        keys = order, self.key
        return cv.learner.rows(cv.recipe, cv.training, Examples(x, y, self.w), keys, group)

    def solved(self, spoiled: Sequence[_Spoiled]) -> list[_Scored]:
        """Of linear models, on the clean rows and on each spoiled set."""
        same = [one for one in spoiled if self.shares_design(one)]
        targets = np.array([self.clean.rows.y.T, *(self.prepared(one.x, one.y).rows.y for one in same)])
        shared = iter(self.scored(self.design, targets))
        return [
            next(shared),
            *(next(shared) if self.shares_design(one) else self.apart(one) for one in spoiled),
        ]

    def apart(self, one: _Spoiled) -> _Scored:
        """On spoiled rows with a design of their own."""
        own = self.prepared(one.x, one.y)
        return self.scored(own.design(), own.rows.y[None])[0]

    def judgement(
        self,
        spoiled: Sequence[_Spoiled],
        scored: Sequence[_Scored],
        thresholds: tuple[float, ...],
    ) -> Judgement:
        """scored: on the clean rows, then on each spoiled set; thresholds: of each loss, where they were
        chosen."""
        clean, *rest = scored
        metrics, keep = self.metrics(clean.scores, thresholds)
        sizes = [(len(metrics), len(c.levels)) for c in self.cv.contaminations]
        errors = tuple(np.full(size, np.nan) for size in sizes)
        held = tuple(np.repeat(clean.converged[:, None], levels, axis=1) for _, levels in sizes)
        for own_errors in errors:
            own_errors[:, 0] = [self.cv.metrics[0].error(value) for value in metrics[:, 0]]
        for one, own in zip(spoiled, rest, strict=True):
            errors[one.scheme][:, one.level] = self.errors(own.scores, keep)
            held[one.scheme][:, one.level] = own.converged
        constant = self.constant(keep)
        return Judgement(
            metrics, constant, clean.converged, clean.scores, errors, held, thresholds=thresholds
        )

    def scored(self, design: Design, targets: Floats) -> list[_Scored]:
        """By target. targets: (t, n), of several outputs or labels (t, k, n)."""
        cv = self.cv
        trained = train(design, targets, cv.wanted, cv.settings)
        k, n = cv.settings.classes, len(self.x_test)
        v = np.full((len(cv.wanted), len(targets), k * design.rank), np.nan)
        converged = np.zeros(v.shape[:2], dtype=np.bool_)
        plain: list[tuple[int, int, Floats]] = []
        for i, outcomes in enumerate(trained.by_loss):
            for t, outcome in enumerate(outcomes):
                if isinstance(outcome, Solution):
                    v[i, t], converged[i, t] = outcome.v, outcome.converged
                    if outcome.plain is not None:
                        plain.append((i, t, outcome.plain))
        scores = design.scores_of(self.x_test, v.reshape(-1, design.rank))
        shape = (*v.shape[:2], n) if k == 1 else (*v.shape[:2], k, n)
        scores = scores.reshape(shape) + self.offset_test
        for i, t, b in plain:  # its slopes may count in rows to come where those trained on do not show them
            intercept, slopes = design.raw_slopes(b)
            own = intercept[:, None] + slopes @ self.x_test.T
            scores[i, t] = own if k > 1 else own[0] + self.offset_test
        return [_Scored(scores[:, t], converged[:, t]) for t in range(len(targets))]

    def metrics(self, scores: Floats, thresholds: Sequence[float] = ()) -> tuple[Floats, Mask]:
        """(every metric (L, M), the rows that trimmed_mae keeps). scores: (L, n) or (L, k, n); thresholds: of
        each loss, where they were chosen."""
        keep = np.ones(len(self.y_test), dtype=np.bool_)
        if self.cv.trims:
            predicted = [w.loss.link.predict(s) for w, s in zip(self.cv.wanted, scores, strict=True)]
            keep = bulk(self.y_test, predicted)
        found = [[j.value(m) for m in self.cv.metrics] for j in self._judged(scores, keep, thresholds)]
        return np.array(found), keep

    def errors(self, scores: Floats, keep: Mask) -> Floats:
        """(L,) The headline error."""
        first = self.cv.metrics[0]
        return np.array([first.error(judged.value(first)) for judged in self._judged(scores, keep)])

    def constant(self, keep: Mask) -> Floats:
        """(M,) Every metric of the best constant. keep: the rows that trimmed_mae keeps."""
        task, threshold, rows = self.cv.settings.task, self.cv.threshold, (self.y_test, self.w_test)
        every = constants(self.cv.metrics, task, self.y, self.w)
        own = (np.broadcast_to(one, (len(self.y_test), len(one))) for one in every)
        return np.array(
            [
                of_constants(m, task, one, rows, keep, threshold)
                for m, one in zip(self.cv.metrics, own, strict=True)
            ]
        )

    def _judged(self, scores: Floats, keep: Mask, thresholds: Sequence[float] = ()) -> list[Judged]:
        own: Sequence[float | None] = thresholds or [self.cv.threshold] * len(scores)
        return [
            judged(wanted, s, self.y_test, self.w_test, keep, threshold)
            for wanted, s, threshold in zip(self.cv.wanted, scores, own, strict=True)
        ]


def judged(
    wanted: Wanted, scores: Floats, y: Floats, w: Floats, keep: Mask, threshold: float | Floats | None
) -> Judged:
    """The rows with what one loss predicts for them. scores: (n,), for several classes (k, n); threshold:
    one, one per row (n,), or None for the usual one."""
    s = scores if scores.ndim == 1 else np.ascontiguousarray(scores.T)
    return Judged(
        task=wanted.loss.task,
        kind=kind_of(wanted.loss),
        y=y,
        w=w,
        score=s,
        prediction=_without_rounding(wanted.loss.link.predict(s), y, wanted.loss.task),
        bulk=keep,
        threshold=threshold,
    )


def _without_rounding(p: Floats, y: Floats, task: Task) -> Floats:
    """The numbers predicted; the targets where all that is missed of them is rounding: no loss is better than
    another by that."""
    if task not in NUMBERS or not np.isfinite(p).all():
        return p
    rounding = _ROUNDING * float(np.ptp(y)) + _ULPS * float(np.spacing(np.abs(y).max()))
    return y if float(np.abs(p - y).max()) <= rounding else p
