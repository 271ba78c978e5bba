"""The words of a record: what a loss takes, how row values become its figure, and what holds of it."""

from enum import Enum, Flag, auto


class Argument(Enum):
    """What `value` and `slope` take, positionally; k is the number of classes."""

    RESIDUAL = "r"  # r: (n,)
    PREDICTION = (
        "y, p"  # target and prediction (a value, or the probability of the positive class): (n,) each
    )
    MARGIN = "m"  # m: (n,)
    LOG_PROBABILITY = "l"  # l: (n,), binary and multiclass alike
    SCORE = "y, s"  # binary: (n,) each; multiclass: class codes (n,) and scores (n, k)
    LOG_PROBABILITIES = "y, l_k"  # multiclass: class codes (n,) and log-probabilities (n, k)
    LABEL = "y, label"  # class codes, true and predicted: (n,) each
    COUNTS = "y, s, n_k"  # multiclass: class codes (n,), scores (n, k) and the weights of the classes (k,)
    TARGETS = "Y, P"  # several targets and their predictions: (n, L) each
    SCORES = "Y, S"  # several labels, 0 or 1, and their scores: (n, L) each
    QUANTILES = "y, q, tau"  # targets (n,), quantiles (n, K) and their levels (K,)
    INTERVAL = "y, lower, upper"  # (n,) each
    ENSEMBLE = "y, x"  # targets (n,) and members (n, M)
    MOMENTS = "y, mean, sd"  # (n,) each
    PARTS = "of each part"  # a sum whose parts differ: the arguments of each, a tuple a part


class Reduction(Enum):
    """How row values become one figure."""

    MEAN = "mean"
    ROOT = "root of the mean"
    MEDIAN = "median"
    MAX = "maximum"
    RATIO = "function of means"  # of the row quantities in `parts`, by `combine`
    RELATIVE = "mean, over that of the best constant"
    WHOLE = "function of all rows together"  # `whole`; of so many rows as fit into memory

    @property
    def is_mean(self) -> bool:
        return self is Reduction.MEAN

    @property
    def is_mean_or_root(self) -> bool:
        """Whether it orders models as the mean of the row values does."""
        return self in (Reduction.MEAN, Reduction.ROOT)

    @property
    def power(self) -> int:
        """The power of the figure that is a mean: 2 of a root."""
        return 2 if self is Reduction.ROOT else 1

    @property
    def from_means(self) -> bool:
        """Whether the figure follows from the means of row quantities alone."""
        return self in (Reduction.MEAN, Reduction.ROOT, Reduction.RATIO)

    @property
    def has_rows(self) -> bool:
        """Whether a row has a value that the figure is made of."""
        return self not in (Reduction.RATIO, Reduction.WHOLE)


class Trait(Flag):
    """Facts about the function of the score. State the strongest; `closure` adds what they imply."""

    CONVEX = auto()
    STRICTLY_CONVEX = auto()
    STRONGLY_CONVEX = auto()
    DIFFERENTIABLE = auto()
    SMOOTH = auto()  # the slope is Lipschitz
    LIPSCHITZ = auto()  # the slope is bounded: bounded influence of the residual
    BOUNDED = auto()
    REDESCENDING = auto()  # the slope goes to 0 far away
    SYMMETRIC = auto()  # over- and under-prediction cost the same
    PROPER = auto()  # strictly proper or strictly consistent for what it elicits
    CALIBRATED = auto()  # its best score has the sign of 2P(y=1) - 1

    def closure(self) -> "Trait":
        """This set and everything it implies."""
        traits = self
        for strong, weak in _IMPLIED:
            if strong in traits:
                traits |= weak
        return traits


NO_TRAITS = Trait(0)
BY_DIFFERENCES = "by finite differences"  # in place of the formula of a slope
_IMPLIED = (
    (Trait.STRONGLY_CONVEX, Trait.STRICTLY_CONVEX),
    (Trait.STRICTLY_CONVEX, Trait.CONVEX),
    (Trait.SMOOTH, Trait.DIFFERENTIABLE),
)
