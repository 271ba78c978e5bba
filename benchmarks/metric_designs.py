"""Files drawn to see how often the intervals of metrics hold their figure: `calibration.py metrics`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from losscli.domain import Floats, Task
from losscli.inference import percentile_interval, wilson
from losscli.inference.resample import UnitSums, replicate, row_keys
from losscli.inference.tail import Tail
from losscli.metrics import metrics_for
from losscli.metrics.confusion import of_class
from losscli.metrics.distribution import Distribution
from losscli.metrics.metric import Metric, Undefined
from losscli.metrics.several import OneVsOne, Pooled
from losscli.metrics.tallies import Confusion
from losscli.metrics.vectors import OfLabels, OfOutputs, label_terms, of_output

# Of a file: the summaries that metrics read, each with its terms.
Made = list[tuple[object, list[Floats]]]
Draw = Callable[[np.random.Generator, int], Made]
POPULATION = 1_000_000  # rows on which a metric is taken for the truth


def ordered_classes(rng: np.random.Generator, n: int) -> Made:
    """Five classes in an order, the last of 5 % of the rows, and labels that are off by few."""
    true = rng.choice(5, n, p=[0.35, 0.25, 0.2, 0.15, 0.05])
    label = np.clip(true + np.rint(rng.normal(0.0, 0.8, n)).astype(int), 0, 4)
    c = Confusion.of(true, label, np.ones(n), 5, np.arange(5.0))
    return [(c, list(c.terms(true, label)))]


def two_classes(rate: float) -> Draw:
    """Scores of two classes, 1.5 standard deviations apart, and labels above 0.75."""

    def made(rng: np.random.Generator, n: int) -> Made:
        true = (rng.random(n) < rate).astype(int)
        score = rng.normal(1.5 * true, 1.0)
        c = Confusion.of(true, (score > 0.75).astype(int), np.ones(n), 2)
        d = Distribution.of(score, true == 1, np.ones(n), exact=True)
        return [(c, list(c.terms(true, (score > 0.75).astype(int)))), ([d], [])]

    return made


def scored_classes(rng: np.random.Generator, n: int) -> Made:
    """Scores of three classes, the last of 10 % of the rows."""
    true = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    score = rng.normal(0.0, 1.0, (n, 3)) + 1.2 * np.eye(3)[true]
    pairs = OneVsOne.of(true, score, np.ones(n), 3, exact=True)
    return [(pairs, list(pairs.terms(true, score)))]


def scored_labels(rng: np.random.Generator, n: int) -> Made:
    """Four labels, there in 50 to 10 % of the rows, with scores that share an error by row."""
    there = rng.random((n, 4)) < np.array([0.5, 0.3, 0.2, 0.1])
    score = rng.normal(1.5 * there, 1.0) + rng.normal(0.0, 0.5, (n, 1))
    label = (score > 0.75).astype(float)
    terms = list(label_terms(there.astype(float), label))
    each = [Distribution.of(s, y, np.ones(n), exact=True) for s, y in zip(score.T, there.T, strict=True)]
    own = [x for d, s, y in zip(each, score.T, there.T, strict=True) for x in d.terms(s, y, s)]
    pooled = Pooled.of(each)
    return [
        (OfLabels.of(iter(terms), np.ones(n)), terms),
        (each, own),
        (pooled, list(pooled.terms(score, there))),
    ]


def outputs(draw: Callable[..., Floats], *, relative: bool) -> Draw:
    """One output with normal errors, of one size or relative to it; no terms where few rows decide."""

    def made(rng: np.random.Generator, n: int) -> Made:
        y = draw(rng, (n, 1))
        p = y + rng.normal(0.0, 0.2, (n, 1)) * (y if relative else 1.0)
        found = OfOutputs.of(y, p, np.ones(n))
        few = Tail.of((p - y)[:, 0] ** 2).why() or Tail.of((y - y.mean())[:, 0] ** 2).why()
        return [(found, [] if few else list(found.terms(y, p)))]

    return made


def named(*names: str, task: Task) -> list[Metric]:
    known = {metric.name: metric for metric in metrics_for(task)}
    return [known[name] for name in names]


AVERAGES = ("precision", "recall", "f1", "precision_weighted", "f1_weighted", "quadratic_kappa")
OF_TWO = ("f1_macro", "fbeta:beta=0.5", "fbeta:beta=2", "partial_auc:max_fpr=0.1")
OF_LABELS = tuple(
    f"{name}_{average}"
    for average in ("macro", "micro")
    for name in ("precision", "recall", "f1", "roc_auc", "average_precision")
)
DESIGNS: dict[str, tuple[Draw, list[Metric]]] = {
    "5 ordered classes": (
        ordered_classes,
        named(*AVERAGES, "fbeta:beta=2", task=Task.MULTICLASS),
    ),
    "its class of 5 %": (ordered_classes, list(of_class(4))),
    "2 classes, 30 %": (two_classes(0.3), named(*OF_TWO, task=Task.BINARY)),
    "2 classes, 10 %": (two_classes(0.1), named(*OF_TWO, task=Task.BINARY)),
    "3 scored classes": (scored_classes, named("roc_auc_ovo", task=Task.MULTICLASS)),
    "4 labels": (scored_labels, named(*OF_LABELS, task=Task.MULTILABEL)),
    "normal output": (outputs(lambda r, size: r.normal(0, 0.5, size), relative=False), [of_output(0)[-1]]),
    "gamma output": (outputs(lambda r, size: r.gamma(3, 0.3, size), relative=False), [of_output(0)[-1]]),
    "gamma output, relative errors": (
        outputs(lambda r, size: r.gamma(3, 0.3, size), relative=True),
        [of_output(0)[-1]],
    ),
}


def of_source(metric: Metric, summaries: Sequence[object]) -> object:
    """The summary that a metric reads."""
    return next(
        one for one in summaries if isinstance(one[0] if isinstance(one, list) else one, metric.source)
    )


def truth(draw: Draw, metrics: Sequence[Metric]) -> Floats:
    """The metrics of a large file: (M,)."""
    population = [summary for summary, _ in draw(np.random.default_rng(0), POPULATION)]
    return np.array([metric.of(of_source(metric, population)) for metric in metrics])


def intervals(
    metrics: Sequence[Metric], made: Made, replicates: int, seed: int, confidence: float
) -> list[tuple[float, float]]:
    """Of each metric as `compare` has it: by a formula, else percentiles; (nan, nan) where there is none."""
    drawn: dict[int, Floats] = {}
    found = []
    for metric in metrics:
        summary = of_source(metric, [one for one, _ in made])
        ends: tuple[float, float] | None = None
        if isinstance(metric.of(summary), Undefined):
            pass
        elif metric.proportion is not None:
            ends = wilson(*metric.proportion(summary), confidence)
        elif metric.interval is not None and isinstance(summary, list) and len(summary) == 1:
            ends = metric.interval(summary[0], confidence)
        elif metric.replicated is not None and terms_of(made, summary):
            if id(summary) not in drawn:
                drawn[id(summary)] = means_of(made, summary, replicates, seed)
            parts: list[Any] = summary if isinstance(summary, list) else [summary]
            places = np.cumsum([one.width for one in parts])[:-1]
            pieces = np.split(drawn[id(summary)], places, axis=1)
            values = [metric.replicated(one.at(piece)) for one, piece in zip(parts, pieces, strict=True)]
            ends = percentile_interval(np.mean(values, axis=0), confidence)
        found.append(ends or (math.nan, math.nan))
    return found


def terms_of(made: Made, summary: object) -> list[Floats]:
    return next(columns for one, columns in made if one is summary)


def means_of(made: Made, summary: object, replicates: int, seed: int) -> Floats:
    """The means of the terms of a summary in each replicate: (B, C)."""
    terms = terms_of(made, summary)
    rows = len(terms[0])
    units = UnitSums.of(terms, np.ones(rows), row_keys(np.arange(rows)))
    return replicate(units, replicates, seed, precise=False).means
