"""The fits on all rows: parameters used, certificates, coefficients, rows of little weight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Trained, Wanted, train
from losscli.domain import Floats, Task
from losscli.fitting.augment import NONE, Examples, Recipe, prepared
from losscli.fitting.efficiency import relative_weights
from losscli.fitting.learner import Learner
from losscli.result import Downweighted

LIGHT = 0.1  # weight below which a row counts as down-weighted
_ROWS = 1 << 18  # looked at at a time


@dataclass(frozen=True, slots=True)
class FullFit:
    """Every loss trained on all rows.

    encoder: how the columns were made
    design, y: of the rows trained on; y: (m,), of several targets (m, L)
    scores: coordinates in the design (q,) → the scores of the rows of the frame (n,)
    factors: what a row of each class counts (k,), () without class weights
    """

    encoder: Encoder
    design: Design
    y: Floats
    scores: Callable[[Floats], Floats]
    factors: Floats
    trained: Trained

    @property
    def scale(self) -> float | None:
        """s of the rows, in units of y."""
        return self.trained.scales[0]


def fit_all_rows(
    frame: Frame,
    training: Training,
    wanted: Sequence[Wanted],
    settings: Settings,
    recipe: Recipe,
    learner: Learner | None,
) -> FullFit:
    """Train on all rows and what the recipe makes of them, every end of a linear model confirmed; learner:
    None for such. An interruption leaves the losses that are trained by then, see `train`."""
    rows = np.arange(len(frame.y))
    encoder = Encoder.of(frame, rows, frame.w)
    x = encoder.matrix(frame, rows)
    own, key = Examples(x, frame.y, frame.w, frame.offset), (settings.seed,)
    made = prepared(recipe, training, own, key)
    if learner is None:
        design, y = made.design(), made.rows.y
        trained = train(design, y.T[None], wanted, settings, keep=True)
    else:
        given = learner.rows(recipe, training, own, (key, key), frame.group)
        (found,) = learner.fit([given], wanted, settings, [(settings.seed, 0, 0)], len(rows))
        design, y = given.design, given.y
        trained = Trained(tuple((one,) for one in found.outcomes), (found.scale,))
    z = design.z if recipe == NONE else design.rows_of(x)
    return FullFit(encoder, design, y, partial(_scores, z, frame.offset), made.factors, trained)


def _scores(z: Floats, offset: Floats | None, v: Floats) -> Floats:
    return np.asarray(z @ v if offset is None else z @ v + offset)


def light_rows(frame: Frame, whole: FullFit, solution: Solution) -> tuple[Downweighted, ...]:
    """The rows a robust fit gives little weight, the lightest first."""
    scale = whole.scale
    if (
        scale is None
        or solution.bound.loss.task is not Task.REGRESSION
        or solution.without_slopes is not None
    ):
        return ()
    if relative_weights(solution.bound, np.zeros(1), scale) is None:
        return ()
    scores = whole.scores(solution.v)
    light, weights = [], []
    for start in range(0, len(scores), _ROWS):
        part = slice(start, start + _ROWS)
        own = relative_weights(solution.bound, scores[part] - frame.y[part], scale)
        assert own is not None
        found = np.flatnonzero(own < LIGHT)
        light.append(found + start)
        weights.append(own[found])
    rows, sizes = np.concatenate(light), np.concatenate(weights)
    order = np.argsort(sizes, kind="stable")
    return tuple(map(Downweighted, frame.named(rows[order]), np.maximum(sizes[order], 0.0).tolist()))
