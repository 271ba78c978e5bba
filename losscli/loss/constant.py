"""The best constant prediction under a loss: the yardstick of skill."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.domain import Floats, Kind, Task, log_softmax
from losscli.loss import Argument, BoundLoss, Reduction, Trait
from losscli.loss.arguments import Arguments
from losscli.loss.reduction import of_rows

SUPPORT = 2_048  # points of a number target among which the constant is first searched for
MAX_SEARCHED = 10  # classes
_HALF, _ROUNDS, _PRECISION = 9, 14, 1e-13
_COARSE = 33  # points of the first grid
_FINE, _ROUGH = 257, 512  # where there may be several valleys: points of the grid, and of the target
_NEAR = 200  # of the range of the target: where a kink is looked for
_CELLS = 1 << 20  # rows × constants looked at for that
_BESIDE = 16  # kinks to each side, where there may be several valleys
_SCORES = np.sort(np.concatenate([np.linspace(-4, 4, 33), [-50.0, -20.0, -8.0, 8.0, 20.0, 50.0]]))


@dataclass(frozen=True)
class Target:
    """The distribution of the target: values (numbers ascending, or codes 0…k-1), and weights (n,) each.

    What a search begins with is kept: every loss is searched on the same target.
    """

    task: Task
    values: Floats
    w: Floats

    @classmethod
    def of_numbers(cls, task: Task, y: Floats, w: Floats) -> "Target":
        """Of these values, in any order."""
        order = np.argsort(y, kind="stable")
        order = order[w[order] > 0]
        return cls(task, y[order], w[order])

    def coarse(self, points: int) -> "Target":
        """In at most so many points of about equal numbers of values."""
        if len(self.values) <= points:
            return self
        starts = np.linspace(0, len(self.values), points, endpoint=False).astype(np.intp)
        w = np.add.reduceat(self.w, starts)
        return Target(self.task, np.add.reduceat(self.w * self.values, starts) / w, w)

    @classmethod
    def of_classes(cls, task: Task, weights: Floats) -> "Target":
        """weights: (k,) of the classes."""
        return cls(task, np.arange(len(weights), dtype=np.float64), weights)

    @cached_property
    def mean(self) -> float:
        return float(self.w @ self.values / self.w.sum())

    @cached_property
    def support(self) -> "Target":
        """Of at most SUPPORT points."""
        return self.coarse(SUPPORT)

    @cached_property
    def rough(self) -> "Target":
        """Of so few points that many constants are tried on them."""
        return self.coarse(_ROUGH)

    @cached_property
    def quantiles(self) -> Floats:
        """A first grid of constants."""
        ends = [self.mean, (self.values[0] + self.values[-1]) / 2]
        return _spaced(np.append(np.quantile(self.values, np.linspace(0, 1, _COARSE)), ends))

    @cached_property
    def many_quantiles(self) -> Floats:
        """One that meets every valley."""
        return _spaced(np.append(np.quantile(self.values, np.linspace(0, 1, _FINE)), [self.mean]))


def best_constant(bound: BoundLoss, target: Target) -> tuple[Floats, float]:
    """(prediction, loss) of the best constant on a target: prediction (1,), or (k,) for several classes.

    A search to full precision; above MAX_SEARCHED classes only for losses whose best constant is the
    prior or one class (NaN for the others).
    """
    if target.task is Task.MULTICLASS:
        return _best_classes(bound, target)
    coarse = target.support
    kind, grid = _grid(bound, coarse)
    if kind is Kind.VALUE and _may_have_valleys(bound):
        grid = _valley(bound, target.rough, coarse)
    found = _zoom(lambda c: _losses(bound, coarse, kind, c[:, None]), grid, fixed=kind is Kind.LABEL)
    if coarse is not target and len(grid):
        found = _polished(bound, target, float(found[0][0]))
    return _at_kink(bound, target, *found) if kind is Kind.VALUE and len(grid) else found


def _polished(bound: BoundLoss, target: Target, c: float) -> tuple[Floats, float]:
    """The vertex of the parabola through the loss at three points about the coarse optimum."""
    spread = float(np.sqrt(target.w @ (target.values - target.mean) ** 2 / target.w.sum()))
    h = spread / SUPPORT
    points = c + np.array([-h, 0.0, h])
    if not bound.loss.prediction.contains(points).all():
        points = np.array([c, c, c])
    losses = _losses(bound, target, Kind.VALUE, points[:, None])
    bend = losses[0] - 2 * losses[1] + losses[2]
    if bend > 0:
        step = float(np.clip(h * (losses[0] - losses[2]) / (2 * bend), -h, h))
        points = np.append(points, c + step)
        losses = np.append(losses, _losses(bound, target, Kind.VALUE, np.array([[c + step]])))
    best = int(np.argmin(losses))
    return points[[best]], float(losses[best])


def _at_kink(bound: BoundLoss, target: Target, found: Floats, loss: float) -> tuple[Floats, float]:
    """The kink of a row's loss beside what was found, where that is lower: a search by values alone comes no
    nearer to a kink than rounding of the loss allows."""
    kinks = bound.loss.kinks(dict(bound.params))
    if not kinks or not bound.loss.reduction.is_mean:
        return found, loss
    values, c = target.values, float(found[0])
    reach = (values[-1] - values[0]) / _NEAR
    points = np.unique(np.concatenate([_within(values, c - k, reach) + k for k in kinks]))
    points = points[bound.loss.prediction.contains(points)]
    if Trait.CONVEX in bound.traits:  # bisect: the mean falls, then rises
        low, high = 0, len(points) - 1
        while low < high:
            middle = (low + high) // 2
            left, right = _losses(bound, target, Kind.VALUE, points[middle : middle + 2, None])
            low, high = (middle + 1, high) if right < left else (low, middle)
        points = points[low : low + 1]
    else:
        place = int(np.searchsorted(points, c))
        beside = max(min(_BESIDE, _CELLS // len(values)), 1)
        points = points[max(place - beside, 0) : place + beside]
    if not len(points):
        return found, loss
    losses = _losses(bound, target, Kind.VALUE, points[:, None])
    best = int(np.argmin(losses))
    return (points[[best]], float(losses[best])) if losses[best] < loss else (found, loss)


def _within(values: Floats, c: float, reach: float) -> Floats:
    """Those of the values, ascending, that are as near, and one more to each side."""
    low, high = np.searchsorted(values, (c - reach, c + reach))
    return values[max(int(low) - 1, 0) : int(high) + 1]


def _losses(bound: BoundLoss, target: Target, kind: Kind, constants: Floats) -> Floats:
    """The loss of each constant: constants (g, 1) or (g, k) -> (g,); inf where it has none."""
    g, n = len(constants), len(target.values)
    predicted = np.repeat(constants, n, axis=0)
    y = np.tile(target.values, g)
    predictions = {kind: predicted[:, 0] if constants.shape[1] == 1 else predicted}
    arguments = Arguments(target.task, y, predictions, class_weights=target.w)
    with np.errstate(over="ignore", invalid="ignore"):
        losses = of_rows(bound, arguments.of(bound.loss), target.w, n)
    return np.where(np.isnan(losses), np.inf, losses)


def _grid(bound: BoundLoss, target: Target) -> tuple[Kind, Floats]:
    """The kind of prediction to search over, and the constants to start from."""
    needs = bound.loss.needs
    if target.task is not Task.BINARY:
        grid = target.quantiles
        return Kind.VALUE, grid[bound.loss.prediction.contains(grid)]
    if Kind.LABEL in needs:
        return Kind.LABEL, np.array([0.0, 1.0])
    if Kind.PROBABILITY in needs:
        return Kind.PROBABILITY, _spaced(np.append(np.linspace(0, 1, 21), target.mean))
    return _score_kind(needs), _SCORES[bound.loss.prediction.contains(_SCORES)]


def _score_kind(needs: frozenset[Kind]) -> Kind:
    """What a score is where no probability serves; of a sum of both it must be a logit."""
    return Kind.SCORE if Kind.SCORE in needs else Kind.LOGIT


def _may_have_valleys(bound: BoundLoss) -> bool:
    """Whether a mean of the loss may have several minima; roots and ratios here follow convex means."""
    if bound.loss.reduction is Reduction.MEDIAN:
        return True
    return bound.loss.reduction.is_mean and Trait.CONVEX not in bound.traits


def _valley(bound: BoundLoss, rough: Target, target: Target) -> Floats:
    """A grid around the deepest valley, found on a rough picture of the target."""
    grid = target.many_quantiles
    grid = grid[bound.loss.prediction.contains(grid)]
    if not len(grid):
        return grid
    place = int(np.argmin(_losses(bound, rough, Kind.VALUE, grid[:, None])))
    return grid[max(place - 4, 0) : place + 5]


def _zoom(losses: Callable[[Floats], Floats], grid: Floats, *, fixed: bool) -> tuple[Floats, float]:
    """The minimum over an interval: a grid, then ever finer grids around its best point; NaN where the
    grid is empty."""
    if not len(grid):
        return np.array([np.nan]), float("nan")
    found = losses(grid)
    place = int(np.argmin(found))
    centre, best = grid[place], float(found[place])
    for _ in range(0 if fixed else _ROUNDS):
        low, high = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        if not low < high:
            break
        # The centre stays a point of the grid, with neighbours at a real distance.
        grid = np.sort(np.append(np.linspace(low, centre, _HALF), np.linspace(centre, high, _HALF)))
        grid = grid[np.append(True, grid[1:] > grid[:-1])]
        found = losses(grid)
        place = int(np.argmin(found))
        gain, best = best - float(found[place]), float(found[place])
        centre = grid[place]
        if abs(gain) <= _PRECISION * abs(best) and high - low <= 1e-6 * max(abs(low), abs(high)):
            break
    return np.array([centre]), best


def _spaced(grid: Floats) -> Floats:
    """The grid, ascending, without points that rounding alone keeps apart."""
    grid = np.unique(grid)
    if len(grid) < 2:
        return grid
    least = 1e-9 * (grid[-1] - grid[0])
    return np.asarray(grid[np.append(True, np.diff(grid) > least)])


def _best_classes(bound: BoundLoss, target: Target) -> tuple[Floats, float]:
    kind, constants = _class_candidates(bound, target)
    losses = _losses(bound, target, kind, constants)
    best, loss = constants[int(np.argmin(losses))], float(losses.min())
    of_prior = Trait.PROPER in bound.traits and bound.loss.argument is not Argument.COUNTS
    if kind is Kind.LABEL or (kind is Kind.PROBABILITY and of_prior):
        return best, loss
    if len(target.values) > MAX_SEARCHED:
        return best, float("nan")
    if kind is Kind.PROBABILITY:
        with np.errstate(divide="ignore"):
            z = np.maximum(np.log(best), -30.0)
        z, searched = _pattern_search(lambda z: _losses(bound, target, kind, np.exp(log_softmax(z))), z)
        found = np.exp(log_softmax(z[None, :]))[0]
    else:
        found, searched = _pattern_search(lambda z: _losses(bound, target, kind, z), best)
    return (found, searched) if searched < loss else (best, loss)


def _pattern_search(losses: Callable[[Floats], Floats], z: Floats) -> tuple[Floats, float]:
    """Descent by the best of the steps ±h along each axis, h halved where none helps."""
    steps = np.vstack([np.eye(len(z)), -np.eye(len(z))])
    best, h = float(losses(z[None, :])[0]), 1.0
    while h > 1e-9:
        found = losses(z + h * steps)
        place = int(np.argmin(found))
        if found[place] < best:
            z, best = z + h * steps[place], float(found[place])
        else:
            h /= 2
        if np.abs(z).max() > 100:
            break
    return z, best


def _class_candidates(bound: BoundLoss, target: Target) -> tuple[Kind, Floats]:
    """Constants that may be best for several classes, (g, k), or labels (g, 1)."""
    k, needs = len(target.values), bound.loss.needs
    prior = target.w / target.w.sum()
    if Kind.LABEL in needs:
        return Kind.LABEL, np.arange(k, dtype=np.float64)[:, None]
    if Kind.PROBABILITY in needs:
        return Kind.PROBABILITY, np.vstack([prior, np.eye(k), np.full(k, 1 / k)])
    kind = _score_kind(needs)
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.vstack([np.log(prior), np.log(prior) - np.log1p(-prior)]), -50.0)
    return kind, np.vstack(
        [np.zeros(k), np.eye(k), prior, np.minimum(logs, 50.0), _staircase(bound, target, kind)]
    )


def _staircase(bound: BoundLoss, target: Target, kind: Kind) -> Floats:
    """Scores in whole steps, likelier classes never lower: where piecewise-linear losses are least."""
    k = len(target.values)
    order = np.argsort(-target.w, kind="stable")
    steps = np.zeros((k, k))
    for count in range(1, k):
        steps[count - 1, order[:count]] = 1.0
    scores, best = np.zeros(k), np.inf
    for _ in range(2 * k):
        raised = scores + steps
        losses = _losses(bound, target, kind, raised)
        if losses.min() >= best:
            break
        scores, best = raised[int(np.argmin(losses))], float(losses.min())
    return scores
