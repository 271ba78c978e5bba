"""Whether the figures of `losscli compare` are those of its peers: the same file, losses and models."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

LOSSES = (
    *("mse", "rmse", "mae", "medae", "max_error", "mape", "msle", "rmsle"),
    *("quantile:tau=0.9", "poisson", "gamma", "tweedie:power=1.5"),
)
MODELS = 3
TOLERANCE = 1e-9
Figures = dict[tuple[str, str], float | None]


def figures_of_losscli(path: Path) -> Figures:
    """The value of every (loss, model) in a result of `losscli compare`."""
    entries = json.loads(path.read_text())["losses"]
    return {(entry["spec"], row["model"]): row["value"] for entry in entries for row in entry["results"]}


def figures_of_peer(path: Path) -> Figures:
    """The value of every (loss, model) in a result of a peer."""
    return {
        (spec, model): value
        for spec, row in json.loads(path.read_text()).items()
        for model, value in row.items()
    }


def disagreement(ours: Figures, theirs: Figures) -> float:
    """The largest relative difference of the figures; ends the benchmark beyond the tolerance."""
    if len(theirs) != len(LOSSES) * MODELS:
        raise SystemExit(f"{len(theirs)} figures in the peer's result, not {len(LOSSES) * MODELS}")
    worst = 0.0
    for (spec, model), expected in theirs.items():
        value = ours.get((spec, model))
        if value is None or expected is None or not abs(value - expected) <= TOLERANCE * abs(expected):
            raise SystemExit(f"{spec} of {model}: losscli {value}, the peer {expected}")
        worst = max(worst, abs(value - expected) / abs(expected))
    return worst


def spread(values: Sequence[float], digits: int) -> str:
    """Smallest / median / largest; one alone."""
    own = [f(values) for f in (min, statistics.median, max)] if len(values) > 1 else values
    return " / ".join(f"{value:,.{digits}f}" for value in own)
