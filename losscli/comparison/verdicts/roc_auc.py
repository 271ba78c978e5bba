"""DeLong's test of the areas under two ROC curves, where rows are scored and independent."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.domain import RANKING, Floats, Mask, Task
from losscli.inference.two_models import delong
from losscli.loss.arguments import codes
from losscli.result import AreaComparison, MetricTable

MOST = 5  # models, those with the largest areas


def roc_auc_differences(facts: TableFacts, metrics: Sequence[MetricTable]) -> Iterator[AreaComparison]:
    """Of all pairs of the best models by ROC AUC. Reads all rows at once."""
    problem = facts.problem
    areas = next((one for one in metrics if one.name == "roc_auc"), None)
    if Task.BINARY not in problem.tasks or facts.no_formula is not None or areas is None:
        return
    known = [m for m, one in enumerate(areas.results) if one.value is not None]
    best = sorted(known, key=lambda m: -(areas.results[m].value or 0.0))[:MOST]
    if len(best) < 2:
        return
    positive, w, scores = _read(facts, sorted(best))
    for a, b in combinations(sorted(best), 2):
        found = delong(scores[a], scores[b], positive, w, facts.request.confidence)
        yield AreaComparison(
            a=problem.models[a].name,
            b=problem.models[b].name,
            difference=found.difference,
            low=found.low,
            high=found.high,
            z=found.z,
            p=found.p,
            reason=found.reason,
        )


def _read(facts: TableFacts, models: Sequence[int]) -> tuple[Mask, Floats, dict[int, Floats]]:
    """(whether positive, weights, scores by model), (n,) each."""
    blocks = list(facts.reading.each())
    scores = {}
    for m in models:
        kind = next(kind for kind in RANKING if kind in blocks[0].models[m])
        scores[m] = np.concatenate([rows.models[m][kind] for rows in blocks])
    positive = np.concatenate([codes(rows.y) == 1 for rows in blocks])
    return positive, np.concatenate([rows.w for rows in blocks]), scores
