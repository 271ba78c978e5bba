"""The code of a loss row by row in numpy: value, slope, curvature and start, for libraries of trees."""

from losscli.domain import NUMBERS, Task
from losscli.export.scored import Scored
from losscli.export.spelling import NUMPY, code_of, helpers_of
from losscli.loss import Trait
from losscli.loss.expression import Apply, Name, Node, names_in
from losscli.loss.expression.functions import of

_LONG = 90  # characters of a formula that nobody reads: it is then taken by differences

_LETTERS = {  # what stands before a formula that speaks of a letter, in the order in which they are made
    "r": "r = s - y",
    "p": "p = s",
    "side": "side = 2*y - 1",
    "m": "m = (2*y - 1)*s",
    "right": "right = sigmoid(m)  # the probability of the true class",
    "wrong": "wrong = sigmoid(-m)",
}
_PAIRS: dict[Node, Node] = {
    Apply("sigmoid", (Name("m"),)): Name("right"),
    Apply("sigmoid", (of("neg", Name("m")),)): Name("wrong"),
}
_LOG_OF_PREDICTION = Apply("log", (Name("p"),))
_NUMERIC = "(slope(s + STEP, y) - slope(s - STEP, y))/(2*STEP)"


def shared(found: Scored, tree: Node) -> Node:
    """A formula of a loss with the two probabilities of a margin by name, and where the prediction is the
    exponential of the score, with the score for its logarithm: it is exact, and defined where that is 0."""
    if tree in _PAIRS:
        return _PAIRS[tree]
    if found.is_log and tree == _LOG_OF_PREDICTION:
        return Name("s")
    if not isinstance(tree, Apply):
        return tree
    return Apply(tree.function, tuple(shared(found, one) for one in tree.arguments))


def before(found: Scored, tree: Node) -> list[str]:
    """The lines that make the letters of a formula of y and s."""
    letters = names_in(shared(found, tree))
    if letters & {"right", "wrong"}:
        letters |= {"m"}
    lines = [line for letter, line in _LETTERS.items() if letter in letters]
    return [line.replace("p = s", "p = np.exp(s)") if found.is_log else line for line in lines]


def rows_code(found: Scored) -> str:
    """Functions of scores s and targets y, (n,) each; of several classes s is (n, k) and y the codes."""
    if found.bound.loss.task is Task.MULTICLASS:
        return _of_classes(found)
    parts = [
        *helpers_of(NUMPY, *_trees(found)),
        _function("value", "The loss of every row.", found, found.value),
        _function("slope", "Its derivative in the score.", found, _slope_in_score(found)),
        _curvature(found),
        _START.format(first=_first(found)),
    ]
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def _trees(found: Scored) -> tuple[Node, ...]:
    return found.value, found.slope, found.curvature


def _slope_in_score(found: Scored) -> Node:
    """Of a loss of the margin, by the side of the target."""
    return of("*", Name("side"), found.slope) if found.letter == "m" else found.slope


def _function(name: str, told: str, found: Scored, tree: Node) -> str:
    lines = [f"    {line}\n" for line in before(found, tree)]
    whole = names_in(tree) & {"y", "s", "r", "p", "m"}
    code = code_of(shared(found, tree), NUMPY)
    code = code if whole else f"np.full(np.shape(s - y), {float(code)})"
    return f'def {name}(s, y):\n    """{told}"""\n{"".join(lines)}    return {code}\n'


def _curvature(found: Scored) -> str:
    """What a Newton step divides by."""
    short = len(code_of(shared(found, found.curvature), NUMPY)) <= _LONG
    if found.bound.loss.task in NUMBERS:
        return _of_log_link(found, short=short) if found.is_log else _of_residual(found)
    if found.is_tame and short:
        return _function("curvature", "Its second derivative, above 0.", found, found.curvature)
    if found.is_tame:
        return (
            _STEP
            + f'def curvature(s, y):\n    """Its second derivative, above 0."""\n    return {_NUMERIC}\n'
        )
    return _STEP + _BOUNDED


def _of_residual(found: Scored) -> str:
    return _SECANT.format(
        falls="" if found.is_convex else _FALLS,
        lines=_BOTH if Trait.LIPSCHITZ in found.bound.traits else _OWN,
    )


def _of_log_link(found: Scored, *, short: bool) -> str:
    code = code_of(shared(found, found.curvature), NUMPY) if short else _NUMERIC
    lines = "".join(f"    {line}\n" for line in before(found, found.curvature)) if short else ""
    return ("" if short else _STEP) + _LOG.format(lines=lines, code=code)


def _first(found: Scored) -> str:
    if found.bound.loss.task not in NUMBERS and not found.is_convex:
        return "s = np.zeros(1)\n    return 0.0  # far from it the loss is flat, and nothing would move"
    if found.bound.loss.task not in NUMBERS:
        return "s = np.zeros(1)"
    if found.is_log:
        return "s = np.log(np.maximum(np.average(y, weights=w), 1e-300)).reshape(1)"
    cost = "cost = [np.average(value(np.full(len(y), c), y), weights=w) for c in points]"
    return "\n    ".join(
        ("points = np.quantile(y, np.linspace(0, 1, 101))", cost, "s = points[[np.nanargmin(cost)]]")
    )


def _of_classes(found: Scored) -> str:
    value, slope = code_of(found.value, NUMPY), code_of(found.slope, NUMPY)
    slope = slope if names_in(found.slope) else f"np.full(len(l), {float(slope)})"
    if found.is_tame:
        return _CLASSES.format(value=value, slope=slope, told=_TWICE, least="1e-6")
    told = f"{_TWICE}.\n    What may be below 0 is left out (Gauss, Newton); none is under a share of all"
    return _CLASSES.format(value=value, slope=slope, told=told, least="max(0.3*np.mean(h), 1e-6)")


_TWICE = ", twice: classes move together, and that is above the whole matrix"
_STEP = "STEP = 1e-4  # in the score, for derivatives by differences\n\n\n"

_SECANT = '''LEAST = 0.3  # of the mean curvature: what every row has


def curvature(s, y):
    """The slope at the score over the distance from the target. The second derivative is 0 or below for many
    losses, and trees do not split on that. Rows nearer to the target than the deviation count as far as that
    (1.4826 medians, of the distances above and below the target the harmonic mean), and none less than a
    share of the mean, so that a leaf of outliers does not leap."""
    r = s - y
    sides = [np.median(np.abs(r[side])) for side in (r < 0, r > 0) if np.any(side)]
    near = 1.4826*len(sides)/sum(1/far for far in sides) if sides else 1.0
{falls}    far = np.maximum(np.abs(r), near)
{lines}    return np.maximum(h, LEAST*np.mean(h)) if np.any(h > 0) else np.ones(len(h))
'''

_FALLS = """    nearer = near/2**np.arange(8)
    slopes = [np.mean(slope(y + far, y) - slope(y - far, y)) for far in nearer]
    near = nearer[np.argmax(slopes)]  # beyond, the slope falls again
"""

# Of a parabola above the loss: Hunter and Lange 2000, doi:10.1080/10618600.2000.10474866.
_OWN = """    far = np.where(r < 0, -far, far)
    h = np.maximum(slope(y + far, y)/far, 0.0)
"""
_BOTH = """    own = slope(y + np.where(r < 0, -far, far), y)/np.where(r < 0, -far, far)
    both = (slope(y + far, y) - slope(y - far, y))/(2*far)  # a step may cross the target
    h = np.maximum(np.where(np.abs(r) > near, own, both), 0.0)
"""

_LOG = '''LEAST = 0.01  # of the mean curvature: what every row has


def curvature(s, y):
    """Its second derivative, or where that is larger the slope over the distance from the target's logarithm,
    so that a step does not leap over the target."""
{lines}    h = {code}
    far = s - np.log(np.where(y > 0, y, 1.0))
    far = np.where(np.abs(far) > 1e-3, far, 1e-3)
    h = np.where(y > 0, np.maximum(h, slope(s, y)/far), np.maximum(h, 0.0))
    return np.maximum(h, LEAST*np.mean(h))
'''

_BOUNDED = f'''LEAST = 0.3  # of the mean curvature: what every row has


def curvature(s, y):
    """Its second derivative, but at least the size of the slope: where the loss is flat or not convex the
    second derivative is 0 or below, and trees do not split on that. No row has less than a share of the mean,
    so that rows without a slope count, too."""
    h = np.maximum({_NUMERIC}, np.abs(slope(s, y)))
    return np.maximum(h, max(LEAST*np.mean(h), 1e-6))
'''

_START = '''def start(y, w=None):
    """The score at which training begins: about the best constant."""
    y = np.asarray(y, dtype=float)
    w = np.ones(len(y)) if w is None else np.asarray(w, dtype=float)
    {first}
    best, least = s, np.inf
    for _ in range(50):
        s = np.broadcast_to(s[0], y.shape)
        cost = np.average(value(s, y), weights=w)
        if cost < least:
            best, least = s[:1], cost
        s = s[:1] - np.sum(w*slope(s, y))/max(np.sum(w*curvature(s, y)), 1e-300)
    return float(best[0])
'''

_CLASSES = '''def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def value(z, y):
    """The loss of every row: of scores z, one for each class, and the number of the true class."""
    l = np.take_along_axis(log_softmax(z), y.astype(int)[:, None], axis=1)[:, 0]
    return {value}


def steepness(z, y):
    """Minus the derivative of the loss in the log-probability l of the true class."""
    l = np.take_along_axis(log_softmax(z), y.astype(int)[:, None], axis=1)[:, 0]
    return -({slope})


def slope(z, y):
    """Its derivatives in the scores."""
    p = np.exp(log_softmax(z))
    true = np.arange(z.shape[1]) == y.astype(int)[:, None]
    return steepness(z, y)[:, None]*(p - true)


def curvature(z, y):
    """Its second derivatives in the scores{told}."""
    p = np.exp(log_softmax(z))
    h = 2*steepness(z, y)[:, None]*p*(1 - p)
    return np.maximum(h, {least})


def start(y, classes, w=None):
    """The scores at which training begins: the logarithms of the shares of the classes."""
    w = np.ones(len(y)) if w is None else np.asarray(w, dtype=float)
    share = np.bincount(np.asarray(y).astype(int), weights=w, minlength=classes)/np.sum(w)
    return np.log(np.maximum(share, 1e-6))
'''
