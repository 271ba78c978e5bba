"""Fits and folds of rows whose features memory does not hold: the same figures from blocks of the table."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from losscli import engine, progress
from losscli.data.common import CommonColumns
from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.data.table import Table
from losscli.data.table.bounds import size_text
from losscli.data.whole import feature_bytes, feature_columns
from losscli.descent.blocks.fits import BlockedTrainer, Drawn, Sizes
from losscli.descent.blocks.rows import CODES, BlockedRows
from losscli.descent.blocks.subsets import Learned, Subset, subsets
from losscli.descent.design import rows_counted
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Trained, Wanted
from losscli.domain import Codes, Floats, Mask, Task
from losscli.errors import Fix, UsageError
from losscli.fitting.crossval import CrossValidation, Fold, Judgement
from losscli.fitting.folds import Split
from losscli.fitting.full_fit import FullFit
from losscli.fitting.learners import is_linear
from losscli.fitting.request import FitRequest
from losscli.loss import Argument
from losscli.result import Warning_

SIZES = Sizes()
_TASKS = (Task.REGRESSION, Task.COUNTS, Task.BINARY)
_COLUMNS = 256  # features, a text one each of its values: of more, sums over rows are too large
_PER_COLUMN = 20  # rows drawn, at least
_COPIES = 6  # of the features, where they are held: as they are, in coordinates and on their side, by fold
SPOILED = "contaminated folds"


@dataclass(frozen=True, slots=True)
class Held:
    """What memory may hold.

    features: bytes, beyond which blocks of features are read again and again
    sizes: of what is held of them then
    memory: bytes that there are at all, None asks the machine
    """

    features: int = 256 << 20
    sizes: Sizes = SIZES
    memory: int | None = None

    @property
    def most(self) -> float:
        """The bytes there are, inf where no one knows."""
        if self.memory is not None:
            return self.memory
        try:
            return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        except (ValueError, OSError, AttributeError):
            return math.inf


HELD = Held()


def features_held(table: Table, training: Training, request: FitRequest, held: Held) -> float:
    """The bytes of features up to which they are held: all, where what is asked is not done in blocks.

    Raises UsageError where that is more than there is.
    """
    size = feature_bytes(table, training)
    asked = _held_for(request, training, feature_columns(table, training))
    if size <= held.features or asked is None:
        return held.features
    need, (what, flag) = _COPIES * size, asked
    if need > held.most:
        fixes = [] if flag is None else [Fix((flag,), f"the same without {flag}", without=True)]
        raise UsageError(
            f"{what}: for that the features are held in memory, about {size_text(need)} "
            f"of the {size_text(int(held.most))} that there are",
            advice=f"Take a sample of the rows{', or leave that out:' if fixes else ''}",
            fixes=fixes,
        )
    return math.inf


def _held_for(request: FitRequest, training: Training, columns: int) -> tuple[str, str | None] | None:
    """(what features must be in memory for, the flag that asks for it), None where blocks of them do.
    columns: of the features."""
    spoiled = request.contaminate or ()
    flags = (
        ("--early-stopping", "", request.early is not None),
        ("--optimizer", request.optimizer, str(request.optimizer) != "auto"),
        ("--contaminate", spoiled[0] if spoiled else "", bool(spoiled)),
        ("--l1", f"{request.l1:g}", request.l1 != 0.0),
        ("--path", request.path, request.path is not None),
        ("--tune", "", bool(request.tune)),
        ("--threshold", request.threshold_rule, request.threshold_rule is not None),
        ("--class-weight", "", training.class_weight is not None),
        ("--oversample", request.oversample, request.oversample is not None),
        ("--label-smoothing", request.label_smoothing, request.label_smoothing is not None),
        ("--augment", "", bool(request.augment)),
        ("--model", request.model, not is_linear(request.model)),
    )
    for flag, value, given in flags:
        if given:
            return f"{flag} {value}".strip(), flag
    others = (
        ("a learner", request.estimator is not None),
        (f"the task {training.task}", training.task not in _TASKS),
        ("a model without features", not training.features),
        (f"{columns:,} columns", columns > _COLUMNS),
    )
    return next(((what, None) for what, holds in others if holds), None)


def not_spoiled(frame: Frame, request: FitRequest) -> tuple[Warning_, ...]:
    """What is said where folds would be contaminated, and are not, as the features are not held."""
    if frame.stored is None or request.contaminate is not None:
        return ()
    what = f"{SPOILED} are left out: the features of {len(frame.y):,} rows are read block by block"
    return (Warning_("not_contaminated", what, "Ask for them by name: --contaminate shift:size=3"),)


class StoredFits:
    """Fits of the rows of a frame whose features are stored."""

    def __init__(
        self,
        frame: Frame,
        training: Training,
        wanted: tuple[Wanted, ...],
        settings: Settings,
        jobs: int,
        sizes: Sizes = SIZES,
    ) -> None:
        assert frame.stored is not None
        self.frame, self.training, self.wanted, self.settings = frame, training, wanted, settings
        n, p = len(frame.y), len(frame.number_names) + sum(map(len, frame.levels))
        count = min(n, max(sizes.drawn // (p + 1), _PER_COLUMN * (p + 1)))
        rng = np.random.default_rng([settings.seed, n])
        self._drawn = np.sort(rng.choice(n, count, replace=False, shuffle=False))
        self.common = CommonColumns.of(frame, self._drawn)
        central = settings.task is Task.REGRESSION and training.intercept
        central = central and all(one.loss.argument is Argument.RESIDUAL for one in wanted)
        bare = frame.y if frame.offset is None else frame.y - frame.offset
        self.rows = BlockedRows(
            blocks=frame.stored.count,
            part=frame.stored.part,
            columns=self.common.block,
            y=frame.y,
            w=frame.w,
            offset=frame.offset,
            centre=float(np.median(bare)) if central else 0.0,
            fold=partial(engine.fold, jobs=jobs),
            each=partial(engine.each, jobs=jobs),
        )
        at = self._drawn
        drawn = Drawn(
            self.common.rows(at),
            frame.y[at] - self.rows.centre,
            frame.w[at],
            None if frame.offset is None else frame.offset[at],
        )
        self.trainer = BlockedTrainer(self.rows, drawn, settings, wanted, sizes)

    @cached_property
    def _whole(self) -> tuple[Encoder, Subset]:
        every = np.ones(CODES + 1, np.bool_)
        ((encoder, subset),) = self._subsets(None, [every])
        return encoder, subset

    def _subsets(self, folds: Codes | None, tables: Sequence[Mask]) -> list[tuple[Encoder, Subset]]:
        """The columns of sets of rows, and what is learned from. folds: the code of each row (n,); tables:
        which codes are of a set."""
        moments = self.rows.moments(folds)
        learned, encoders = [], []
        for table in tables:
            there = np.ones(len(self.frame.y), np.bool_) if folds is None else table[folds + CODES]
            w = self.frame.w[there]
            medians = [0.0] * len(self.frame.number_names)
            if self.frame.impute:
                medians = self.common.medians(self.frame.w, there, every=folds is None)
            sums = moments[table].sum(axis=0)[0]
            encoder = self.common.encoder(sums, medians, impute=self.frame.impute)
            encoders.append(encoder)
            matrix, shifts = self.common.matrix(encoder), self.common.shifts(encoder)
            learned.append(Learned(table, matrix, shifts, float(sums[0]), rows_counted(w)))
        found = subsets(self.rows, folds, moments, learned, intercept=self.training.intercept)
        return list(zip(encoders, found, strict=True))

    def scale(self) -> float | None:
        """s of all rows."""
        return self.trainer.scale(self._whole[1])

    def all_rows(self) -> FullFit:
        """Every loss trained on all rows."""
        encoder, subset = self._whole
        ends = self.trainer.all_rows(subset)
        progress.advance("losses", len(ends.outcomes))
        outcomes = tuple((one,) for one in ends.outcomes)
        return FullFit(
            encoder,
            subset.design,
            self.frame.y,
            partial(_scores, self.rows, subset),
            np.zeros(0),
            Trained(outcomes, (ends.scale,)),
        )

    def judge_splits(self, cv: CrossValidation, splits: Sequence[Split]) -> list[Judgement]:
        """As `crossval.judge_splits`, of all splits of a repeat, after `all_rows`; scores are kept of the
        first repeat alone."""
        folds = splits[0].folds
        codes = np.arange(-CODES, int(folds.max()) + 1)
        made = self._subsets(folds, [split.learned(codes) for split in splits])
        ends = self.trainer.folds(folds, [subset for _, subset in made], self._whole[1])
        places = np.full(len(codes), -1)
        places[[split.judged + CODES for split in splits]] = np.arange(len(splits))
        scores = self.rows.held_out(np.array([end.b for end in ends]), places[folds + CODES])
        found = []
        for split, end in zip(splits, ends, strict=True):
            fold = StoredFold(cv, split)
            own = scores[:, split.test]
            metrics, keep = fold.metrics(own)
            held = [isinstance(one, Solution) and one.converged for one in end.outcomes]
            kept = own if split.repeat == 0 else own[:, :0]
            found.append(Judgement(metrics, fold.constant(keep), np.array(held, np.bool_), kept, (), ()))
        progress.advance("folds", len(found))
        return found


class StoredFold(Fold):
    """The rows of a split, but for their features."""

    def __init__(self, cv: CrossValidation, split: Split) -> None:
        train, test = split.train, split.test
        self.cv, self.split = cv, split
        self.y, self.w = cv.frame.y[train], cv.frame.w[train]
        self.y_test, self.w_test = cv.frame.y[test], cv.frame.w[test]


def _scores(rows: BlockedRows, subset: Subset, v: Floats) -> Floats:
    """(n,) The scores of all rows at coordinates v (q,)."""
    return np.asarray(rows.scores((v @ subset.turn)[None])[0])
