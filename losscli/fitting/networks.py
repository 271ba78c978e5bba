"""Networks in place of linear models: rows → training sets, trained networks → outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.data.roles.features import Training
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.networks import (
    Key,
    TrainedNetworks,
    TrainingPlan,
    TrainingSet,
    held_out,
    outputs,
    train_networks,
)
from losscli.descent.objective import Trainee, bulk_spread
from losscli.descent.perceptron import Architecture, Shape
from losscli.descent.train import Outcome, Settings, Wanted, bound_losses
from losscli.domain import IDENTITY, LOG, Codes, Floats, Task
from losscli.fitting.augment import NONE, Examples, Recipe, prepared, weighed
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss, Loss
from losscli.loss.score import terms


@dataclass(frozen=True, eq=False)
class Network(Solution):
    """A trained network, on raw columns: of each layer the weights (inputs, outputs) and biases (outputs,).

    v is the network on z-scored columns; `held` the loss by epoch on the rows held out.
    """

    layers: tuple[tuple[Floats, Floats], ...] = ()
    activation: str = ""
    penalty: float = 0.0
    held: tuple[tuple[int, float], ...] = ()

    @property
    def without_slopes(self) -> str | None:
        return "a network has no coefficients" if self.layers else None


@dataclass(frozen=True, eq=False)
class FittedNetworks:
    """The networks of one set of rows, of L losses and S seeds. scale: s of the rows; design: of them."""

    outcomes: tuple[Outcome, ...]
    scale: float | None
    design: Design
    shape: Shape
    data: TrainingSet
    trained: TrainedNetworks

    def scores(self, x: Floats) -> Floats:
        """Of new rows by seed (S, L, n), for several classes, outputs or labels (S, L, k, n). x: raw columns
        (n, p)."""
        given = outputs(self.shape, self.trained.v, self.design.z_scores(x))
        offset, unit = (part.reshape(len(part), 1, 1, -1) for part in (self.data.offset, self.data.unit))
        scores = (offset + unit * given).transpose(1, 0, 3, 2)
        return scores[:, :, 0] if self.shape.outputs == 1 else scores


@dataclass(frozen=True, slots=True)
class NetworkLearner:
    """Which networks are trained, and how."""

    architecture: Architecture
    plan: TrainingPlan
    seeds: int
    counted = "networks"
    in_lockstep = True
    forks = True

    def untrainable(self, loss: Loss) -> str | None:
        return None

    def count(self, losses: int) -> int:
        return 1  # all losses are trained in lockstep

    def rows(
        self,
        recipe: Recipe,
        training: Training,
        rows: Examples,
        keys: tuple[Key, Key],
        group: Codes | None,
    ) -> LearnerRows:
        """Where rows are made and training stops early, some are held out before: no copy of them is learned
        from."""
        order, drawn = keys
        if recipe == NONE or self.plan.early is None:
            made = prepared(recipe, training, rows, drawn)
            return LearnerRows(made.design(), made.rows.x, made.rows.y, order, group)
        out = held_out(len(rows.y), self.plan.early.share, order, group)
        made = prepared(recipe, training, rows.at(~out), drawn)
        held = weighed(rows.at(out), made.factors)
        return LearnerRows(made.design(), made.rows.x, made.rows.y, order, None, held)

    def fit(
        self,
        sources: Sequence[LearnerRows],
        wanted: Sequence[Wanted],
        settings: Settings,
        seeds: Sequence[Key],
        largest: int,
    ) -> list[FittedNetworks]:
        """In lockstep with the sets of as many columns: where no row has some level of a text, a set has
        fewer."""
        widths = [source.x.shape[1] for source in sources]
        found: dict[int, FittedNetworks] = {}
        for width in dict.fromkeys(widths):
            places = [place for place, own in enumerate(widths) if own == width]
            alike = [sources[place] for place in places]
            fitted = self._in_lockstep(alike, wanted, settings, seeds, largest)
            found |= zip(places, fitted, strict=True)
        return [found[place] for place in range(len(sources))]

    def _in_lockstep(
        self,
        sources: Sequence[LearnerRows],
        wanted: Sequence[Wanted],
        settings: Settings,
        seeds: Sequence[Key],
        largest: int,
    ) -> list[FittedNetworks]:
        """Those of sets of as many columns."""
        plan, shape = self.plan, Shape(sources[0].x.shape[1], self.architecture, settings.classes)
        bound = [bound_losses(source.design, source.y.T, wanted, settings) for source in sources]
        sets = [
            _training_set(source, list(map(_usable, models, wanted)), settings, plan)
            for source, (models, _) in zip(sources, bound, strict=True)
        ]
        learned = largest if plan.early is None else largest - max(1, round(plan.early.share * largest))
        ends = train_networks(sets, shape, seeds, plan, rows=max(learned, 1))
        found = []
        for source, (models, scale), data, end in zip(sources, bound, sets, ends, strict=True):
            outcomes = [
                model if isinstance(model, str) else _network(model, i, source.design, data, end, shape, plan)
                for i, model in enumerate(models)
            ]
            found.append(FittedNetworks(tuple(outcomes), scale, source.design, shape, data, end))
        return found


def _usable(model: Trainee | str, wanted: Wanted) -> Trainee:
    """A loss that these rows give no parameters to keeps its place; what becomes of it is not read."""
    if isinstance(model, Trainee):
        return model
    return Trainee(wanted.loss.bind(wanted.written, scale=1.0, imbalance=1.0, naive=1.0), 0)


def _training_set(
    source: LearnerRows, models: Sequence[Trainee], settings: Settings, plan: TrainingPlan
) -> TrainingSet:
    design, held = source.design, None
    x, y, w = design.z_scores(source.x), source.y, design.w
    if source.held is not None:
        held = design.z_scores(source.held.x), source.held.y, source.held.w / source.held.w.sum()
    elif plan.early is not None:
        out = held_out(len(y), plan.early.share, source.key, source.group)
        held = x[out], y[out], w[out] / w[out].sum()
        x, y, w = x[~out], y[~out], w[~out] / w[~out].sum()
    scaled = [_scaling(model.bound, y, w, settings.task) for model in models]
    offset, unit = map(np.array, zip(*scaled, strict=True))
    level = np.ones(len(models))
    if settings.task in (Task.REGRESSION, Task.COUNTS, Task.MULTIOUTPUT):
        pairs = zip(models, scaled, strict=True)
        level = np.array([_first_slopes(model.bound, y, w, *place) for model, place in pairs])
    return TrainingSet(
        x=x,
        y=y,
        w=w,
        losses=tuple(model.bound for model in models),
        l1=np.array([model.l1 for model in models]),
        l2=np.array([model.l2 for model in models]),
        offset=offset,
        unit=unit,
        level=level,
        key=source.key,
        held=held,
    )


@np.errstate(over="ignore", invalid="ignore")
def _first_slopes(
    bound: BoundLoss, y: Floats, w: Floats, offset: float | Floats, unit: float | Floats
) -> float:
    """The root mean square of the slopes in an output of 0: objectives over it have steps of one size,
    whatever the units of target and loss. y: (n,), of several outputs (n, k)."""
    s = np.broadcast_to(offset, y.shape)
    _, slope = terms(bound.loss, dict(bound.params), y.T[None], np.ascontiguousarray(s.T[None]))
    size = np.abs(slope[0].T * unit).reshape(len(y), -1)
    peak = float(size.max(initial=0.0))
    if not 0.0 < peak < np.inf:
        return 1.0
    return peak * float(np.sqrt(((size / peak) ** 2).sum(axis=1) @ w))


def _scaling(
    bound: BoundLoss, y: Floats, w: Floats, task: Task
) -> tuple[float, float] | tuple[Floats, Floats]:
    """(offset, unit) of the output, by which networks need not learn where targets lie and how far apart; of
    several numbers (k,) each."""
    if task is Task.MULTIOUTPUT:
        return np.median(y, axis=0), np.array([bulk_spread(own, w) for own in y.T])
    if task not in (Task.REGRESSION, Task.COUNTS):
        return 0.0, 1.0
    if bound.loss.link is LOG:
        return float(np.log(max(float(y @ w), 1e-300))), 1.0
    assert bound.loss.link is IDENTITY
    return float(np.median(y)), bulk_spread(y, w)


def _network(
    model: Trainee,
    i: int,
    design: Design,
    data: TrainingSet,
    end: TrainedNetworks,
    shape: Shape,
    plan: TrainingPlan,
) -> Network:
    """The network of loss i and the first seed; without hidden layers, the linear model that it is."""
    v, last = end.v[i, 0], int(end.epochs[i, 0])
    network = Network(
        bound=model.bound,
        l1=model.l1,
        l2=model.l2,
        v=v,
        objective=float(end.objective[i, 0]),
        gradient_norm=float(end.gradient[i, 0]),
        iterations=last,
        converged=not end.diverged[i, 0],
        certificate=_ended(end, i, last, plan),
        curve=tuple(enumerate(end.training[:, i, 0].tolist())),
        held=tuple(enumerate(end.held[:, i, 0].tolist())),
        penalty=float(end.objective[i, 0] - end.loss[i, 0]),
    )
    if shape.architecture.hidden:
        layers = _raw(shape, v, design, data, i)
        return replace(network, layers=layers, activation=shape.architecture.activation)
    ((weights, biases),) = shape.split(v)
    plain = np.vstack([data.offset[i] + data.unit[i] * biases, data.unit[i] * weights]).T
    return replace(network, v=(plain @ design.plain()[1]).ravel(), plain=plain if model.l1 else None)


def _raw(
    shape: Shape, v: Floats, design: Design, data: TrainingSet, i: int
) -> tuple[tuple[Floats, Floats], ...]:
    """The layers on raw columns, with outputs that are scores."""
    layers = [(weights.copy(), biases[0].copy()) for weights, biases in shape.split(v)]
    weights, biases = layers[0]
    scaled = np.divide(
        weights, design.spread[:, None], out=np.zeros_like(weights), where=design.spread[:, None] > 0
    )
    layers[0] = scaled, biases - design.center @ scaled
    weights, biases = layers[-1]
    layers[-1] = weights * data.unit[i], biases * data.unit[i] + data.offset[i]
    return tuple(layers)


def _ended(end: TrainedNetworks, i: int, last: int, plan: TrainingPlan) -> str:
    if end.diverged[i, 0]:
        return f"diverged after {last:,} epochs"
    if plan.early is not None:
        return f"best on the rows held out after {last:,} of {len(end.training) - 1:,} epochs"
    return f"after {last:,} epochs of {plan.optimizer.name}; no optimum is claimed"
