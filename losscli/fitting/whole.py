"""The fits on all rows: parameters used, certificates, coefficients, rows of little weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.frame import Encoder, Frame
from losscli.data.roles.features import Training
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Trained, Wanted, train
from losscli.domain import Floats, Task
from losscli.fitting.augment import NONE, Recipe, Rows
from losscli.fitting.efficiency import efficiency, relative_weights
from losscli.fitting.networks import Network, NetworkSettings, fit_networks, network_rows
from losscli.fitting.weights import prepared
from losscli.loss.score import terms
from losscli.result import Downweighted

LIGHT = 0.1  # weight below which a row counts as down-weighted


@dataclass(frozen=True, slots=True)
class Whole:
    """Every loss trained on all rows. encoder: how the columns were made; design: of the rows trained on; z:
    the coordinates of the rows of the frame in it (n, q); factors: what a row of each class counts, ()
    without class weights; scale: s of the rows."""

    encoder: Encoder
    design: Design
    z: Floats
    factors: Floats
    trained: Trained

    @property
    def scale(self) -> float | None:
        return self.trained.scales[0]


def fit_whole(
    frame: Frame,
    training: Training,
    wanted: Sequence[Wanted],
    settings: Settings,
    recipe: Recipe,
    networks: NetworkSettings | None,
) -> Whole:
    """Train on all rows and what the recipe makes of them, every end of a linear model confirmed; networks:
    of networks."""
    rows = np.arange(len(frame.y))
    encoder = Encoder.of(frame, rows, frame.w)
    x = encoder.matrix(frame, rows)
    own, key = Rows(x, frame.y, frame.w), (settings.seed,)
    made = prepared(recipe, training, own, key)
    if networks is None:
        design = made.design()
        trained = train(design, made.rows.y.T[None], wanted, settings)
    else:
        given = network_rows(recipe, training, own, (key, key), frame.group, networks.plan)
        (found,) = fit_networks([given], wanted, settings, networks, [(settings.seed, 0, 0)], len(rows))
        design, trained = given.design, Trained(tuple((one,) for one in found.outcomes), (found.scale,))
    z = design.z if recipe == NONE else design.rows_of(x)
    return Whole(encoder, design, z, made.factors, trained)


@dataclass(frozen=True, slots=True)
class Raw:
    """A linear model on the raw columns: intercept (k,), slopes (k, p); k = 1 but for several classes,
    outputs or labels."""

    intercept: Floats
    slopes: Floats

    def plain(
        self, columns: Sequence[str], labels: Sequence[str]
    ) -> tuple[float | Mapping[str, float], dict[str, float | Mapping[str, float]]]:
        """(intercept, {column: coefficient}), each {label: value} where there are several."""
        if len(self.intercept) == 1:
            slopes = {name: float(b) for name, b in zip(columns, self.slopes[0], strict=True)}
            return float(self.intercept[0]), dict(slopes)
        by_class = [dict(zip(labels, column, strict=True)) for column in self.slopes.T.tolist()]
        intercept = dict(zip(labels, self.intercept.tolist(), strict=True))
        return intercept, dict(zip(columns, by_class, strict=True))


def is_deep(solution: Solution) -> bool:
    """Whether it is a network with hidden layers, which has no coefficients."""
    return isinstance(solution, Network) and bool(solution.layers)


def raw_model(design: Design, solution: Solution) -> Raw:
    """The coefficients on the raw columns; of several classes centred, where the loss does not care. An l1
    penalty does: of such a fit the intercepts alone are."""
    if solution.plain is not None:
        intercept, slopes = design.raw_slopes(solution.plain)
    else:
        intercept, slopes = design.raw(solution.v.reshape(-1, design.rank))
    if solution.bound.loss.task is Task.MULTICLASS and _ignores_level(solution, len(intercept)):
        intercept = intercept - intercept.mean()
        slopes = slopes if solution.l1 else slopes - slopes.mean(axis=0)
    return Raw(intercept, slopes)


def _ignores_level(solution: Solution, k: int) -> bool:
    """Whether one number added to the scores of all classes changes nothing."""
    scores = np.linspace(-1.0, 2.0, k)[None, :, None] ** 2
    codes = np.zeros((1, 1))
    params = dict(solution.bound.params)
    (one, _), (other, _) = (terms(solution.bound.loss, params, codes, scores + add) for add in (0.0, 1.0))
    return bool(np.allclose(one, other, rtol=1e-12))


def penalty_of(design: Design, solution: Solution) -> float:
    """l1 · Σ |slope| + l2/2 · Σ slope² on z-scored columns; of a network, over its weights."""
    if isinstance(solution, Network):
        return solution.penalty
    if solution.plain is not None:
        b = solution.plain[:, 1:]
        return float(solution.l1 * np.abs(b).sum() + 0.5 * solution.l2 * (b * b).sum())
    v = solution.v.reshape(-1, design.rank)
    return float(0.5 * solution.l2 * (v * v @ design.penalty).sum())


def efficiency_of(solution: Solution, scale: float | None) -> float | None:
    return None if scale is None else efficiency(solution.bound, scale)


def light_rows(frame: Frame, z: Floats, solution: Solution, scale: float | None) -> tuple[Downweighted, ...]:
    """The rows a robust fit gives little weight, the lightest first. z: their coordinates (n, q)."""
    if scale is None or solution.bound.loss.task is not Task.REGRESSION or is_deep(solution):
        return ()
    weights = relative_weights(solution.bound, z @ solution.v - frame.y, scale)
    if weights is None:
        return ()
    light = np.flatnonzero(weights < LIGHT)
    light = light[np.argsort(weights[light], kind="stable")]
    return tuple(Downweighted(frame.keys[i], float(max(weights[i], 0.0))) for i in light.tolist())
