"""Metrics of labels: read from the confusion matrix."""

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.domain import CLASSES, LABELS, Floats, Task
from losscli.metrics.metric import (
    Family,
    Metric,
    Outcome,
    Undefined,
    mean_over,
    metric_of_means,
    outcome,
    over,
)
from losscli.metrics.tallies import Confusion, Tallies, balanced_accuracy, kappa, mcc, quadratic_kappa
from losscli.spec import number_text

_BINARY = frozenset({Task.BINARY})
_SEVERAL = frozenset({Task.MULTICLASS})
_NO_WEIGHT = "no row has weight"
_ZERO = "0/0 of a class counts as 0; a class that neither occurs nor is predicted is left out"
_NO_F = "no row is positive or predicted positive"
NO_ORDER = "words have no order: --order low,mid,high says it, of the classes that the target has"
_FEWEST = 30  # rows of a class, below which ranks by its recall have no interval
Parts = Callable[[Tallies], tuple[Floats, Floats]]  # what is divided, and by what


def _ordered_kappa(c: Confusion) -> Outcome:
    if c.places is None:
        return Undefined(NO_ORDER)
    return outcome(np.clip(quadratic_kappa(c.tallies), -1.0, 1.0), "all rows are of one class")


def _metric(
    name: str,
    title: str,
    formula: str,
    figure: Callable[[Tallies], Floats],
    undefined: str = _NO_WEIGHT,
    least: float = 0.0,
    **more: Any,
) -> Metric:
    """least: the lower end of the range, past which rounding may have moved the figure."""

    def within(t: Tallies) -> Floats:
        return np.clip(figure(t), least, 1.0)

    record: dict[str, Any] = {
        "tasks": _BINARY,
        "needs": LABELS,
        "source": Confusion,
        "signed": least < 0,
        "value": lambda c: outcome(within(c.tallies), undefined),
        "undefined": undefined,
    }
    return metric_of_means(name, title, formula, within, **record | more)


def _ratio(parts: Parts) -> Callable[[Tallies], Floats]:
    return lambda t: over(*parts(t))


def _share(
    name: str, title: str, formula: str, parts: Parts, undefined: str = _NO_WEIGHT, **more: Any
) -> Metric:
    """A share of rows. parts: its successes and trials."""

    def proportion(c: Confusion) -> tuple[float, float]:
        successes, trials = parts(c.tallies)
        return float(successes), float(trials)

    return _metric(name, title, formula, _ratio(parts), undefined, proportion=proportion, **more)


def _macro(name: str, title: str, formula: str, parts: Parts, **more: Any) -> Metric:
    """The unweighted mean over the classes that occur, true or predicted, of a ratio; 0/0 counts as 0."""

    def figure(t: Tallies) -> Floats:
        return mean_over((t.true > 0) | (t.predicted > 0), *parts(t), axis=-1)

    record: dict[str, Any] = {
        "tasks": _SEVERAL,
        "aliases": (f"{name}_macro",),
        "elsewhere": _of_sklearn(name.removesuffix("_macro"), "macro"),
        "convention": _ZERO,
    } | more
    return _metric(name, f"Macro {title}", f"mean over classes that occur of {formula}", figure, **record)


def _weighted(name: str, formula: str, parts: Parts) -> Metric:
    """The mean over the classes, as often as each is true, of a ratio; 0/0 counts as 0."""

    def figure(t: Tallies) -> Floats:
        return over((t.true * np.nan_to_num(over(*parts(t)))).sum(axis=-1), t.total)

    record: dict[str, Any] = {
        "tasks": CLASSES,
        "only": "compare",
        "elsewhere": _of_sklearn(name, "weighted"),
        "convention": _ZERO,
    }
    written = f"mean over true classes, by their rows, of {formula}"
    return _metric(f"{name}_weighted", f"Weighted {_TITLES[name]}", written, figure, **record)


def _micro(name: str) -> Metric:
    """Where a row has one label, each false positive is a false negative: all three are the accuracy."""
    record = {"tasks": CLASSES, "elsewhere": _of_sklearn(name, "micro")} | _words(name, "micro")
    return _share(f"{name}_micro", f"Micro {_TITLES[name]}", "hits / rows, the accuracy", _accuracy, **record)


def _of_sklearn(name: str, average: str) -> tuple[str, ...]:
    return (f"sklearn {name}_score (average='{average}')",)


def _words(name: str, average: str) -> dict[str, Any]:
    """What screens say of an average that compare alone takes."""
    narrow = {"precision": f"{average} prec", "recall": f"{average} rec"}.get(name, "")
    short = f"{average} f1" if name == "f1" else ""
    return {"only": "compare", "word": f"{average} {_TITLES[name]}", "narrow": narrow, "short": short}


def _accuracy(t: Tallies) -> tuple[Floats, Floats]:
    return t.right, t.total


def _fbeta(beta: float) -> tuple[Metric, ...]:
    """Of the positive class, and the mean over several; van Rijsbergen 1979, Information Retrieval, ch. 7."""
    square, text = beta * beta, number_text(beta)
    parts = "(1 + β²) hits / (predicted + β² true)"

    def ratio(t: Tallies) -> tuple[Floats, Floats]:
        return (1 + square) * t.hits, t.predicted + square * t.true

    def of_positive(t: Tallies) -> Floats:
        part, whole = ratio(t)
        return over(part[..., 1], whole[..., 1])

    name, title, words = f"fbeta:beta={text}", f"F-beta at {text}", f"{parts}, β = {text}"
    called = f"sklearn fbeta_score (beta={text}"
    more: dict[str, Any] = {
        "word": f"F{text}",
        "aliases": (f"f{text}", f"f{text}_macro"),
        "elsewhere": (f"{called})",),
    }
    own = _metric(name, title, words, of_positive, _NO_F, **more | {"aliases": more["aliases"][:1]})
    several = {"word": f"macro F{text}", "elsewhere": (f"{called}, average='macro')",)}
    return own, _macro(name, title, words, ratio, **more | several)


def of_class(code: int) -> tuple[Metric, ...]:
    """Precision, recall and F1 of one class by its code; no model is ranked by them."""

    def metric(name: str, undefined: str) -> Metric:
        formula, parts = _PARTS[name]

        def own(t: Tallies) -> tuple[Floats, Floats]:
            part, whole = parts(t)
            return part[..., code], whole[..., code]

        one: dict[str, Any] = {"tasks": CLASSES, "greater_is_better": None}
        if name == "f1":  # no share of rows
            return _metric(name, _TITLES[name], formula, _ratio(own), undefined, **one)
        return _share(name, _TITLES[name], formula, own, undefined, **one)

    return (
        metric("precision", "the class is never predicted"),
        metric("recall", "no row is of the class"),
        metric("f1", "the class is neither true nor predicted"),
    )


def _count(name: str, title: str, formula: str, figure: Callable[[Tallies], Floats], **more: Any) -> Metric:
    more |= {"greater_is_better": None, "best": None, "value": lambda c: float(figure(c.tallies))}
    more |= {
        "convention": "a sum of row weights",
        "undefined": "",
        "elsewhere": ("sklearn confusion_matrix",),
    }
    return _metric(name, title, formula, figure, replicated=None, **more)


# Of every class: in words, what is divided, and by what.
_PARTS: dict[str, tuple[str, Parts]] = {
    "precision": ("hits / predicted", lambda t: (t.hits, t.predicted)),
    "recall": ("hits / true", lambda t: (t.hits, t.true)),
    "f1": ("2 hits / (true + predicted)", lambda t: (2 * t.hits, t.true + t.predicted)),
}
_TITLES = {"precision": "precision", "recall": "recall", "f1": "F1"}

FAMILIES = (Family("fbeta", "beta", (0.5, 2.0), _fbeta),)

METRICS: tuple[Metric, ...] = (
    _share(
        "precision",
        "Precision",
        "tp / (tp + fp)",
        lambda t: (t.hits[..., 1], t.predicted[..., 1]),
        "no row is predicted positive",
        elsewhere=("sklearn precision_score", "also PPV", "also positive predictive value"),
    ),
    _share(
        "recall",
        "Recall",
        "tp / (tp + fn)",
        lambda t: (t.hits[..., 1], t.true[..., 1]),
        "no row is positive",
        elsewhere=("sklearn recall_score", "also TPR", "also sensitivity"),
        ranked_from=(0, _FEWEST),
    ),
    _metric(
        "f1",
        "F1",
        "2 tp / (2 tp + fp + fn)",
        _ratio(lambda t: (2 * t.hits[..., 1], t.predicted[..., 1] + t.true[..., 1])),
        _NO_F,
        short="f1",
        word="F1",
        elsewhere=("sklearn f1_score",),
        ranked_from=(0, _FEWEST),
    ),
    _macro("precision", "precision", *_PARTS["precision"]),
    _macro("recall", "recall", *_PARTS["recall"]),
    _macro("f1", "F1", *_PARTS["f1"], short="macro f1", word="F1"),
    _share(
        "accuracy",
        "Accuracy",
        "hits / rows",
        _accuracy,
        tasks=CLASSES,
        short="accuracy",
        elsewhere=("sklearn accuracy_score",),
    ),
    _metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean over true classes of recall",
        balanced_accuracy,
        "one class is absent",
        tasks=CLASSES,
        short="balanced",
        narrow="balanced",
        elsewhere=("sklearn balanced_accuracy_score",),
        convention="over the classes that are true of some row, each counted once",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _metric(
        "mcc",
        "Matthews correlation",
        "correlation of true and predicted class",
        mcc,
        "all rows are of one class, true or predicted",
        -1.0,
        tasks=CLASSES,
        short="mcc",
        elsewhere=("sklearn matthews_corrcoef", "also MCC", "also phi coefficient"),
        only="compare",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _metric(
        "cohen_kappa",
        "Cohen's kappa",
        "(accuracy - chance) / (1 - chance)",
        kappa,
        "all rows are of one class, true and predicted",
        -1.0,
        elsewhere=("sklearn cohen_kappa_score",),
        tasks=CLASSES,
        only="compare",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _metric(
        "quadratic_kappa",
        "Quadratic weighted kappa",
        "1 - Σ (place - predicted place)² / that of independent classes; places among the classes that occur",
        quadratic_kappa,
        least=-1.0,
        tasks=_SEVERAL,
        value=_ordered_kappa,
        short="quadratic kappa",
        ordered=True,
        elsewhere=("sklearn cohen_kappa_score (weights='quadratic')", "also QWK"),
        convention="classes need an order: numbers have theirs, words get it by --order; what counts is the "
        "place of a class among those that occur, not its number",
        undefined=f"all rows are of one class; {NO_ORDER}",
        only="compare",
    ),
    *(
        _macro(f"{name}_macro", _TITLES[name], *parts, **_words(name, "macro"), tasks=_BINARY, aliases=())
        for name, parts in _PARTS.items()
    ),
    _weighted("precision", *_PARTS["precision"]),
    _share(
        "recall_weighted",
        "Weighted recall",
        "hits / rows, the accuracy",
        _accuracy,
        elsewhere=_of_sklearn("recall", "weighted"),
        tasks=CLASSES,
        only="compare",
    ),
    _weighted("f1", *_PARTS["f1"]),
    *(_micro(name) for name in _PARTS),
    _share(
        "specificity",
        "Specificity",
        "tn / (tn + fp)",
        lambda t: (t.hits[..., 0], t.true[..., 0]),
        "no row is negative",
        elsewhere=("sklearn recall_score (pos_label: the negative class)", "also TNR"),
        only="compare",
        ranked_from=(_FEWEST, 0),
    ),
    _share(
        "negative_predictive_value",
        "Negative predictive value",
        "tn / (tn + fn)",
        lambda t: (t.hits[..., 0], t.predicted[..., 0]),
        "no row is predicted negative",
        elsewhere=("sklearn precision_score (pos_label: the negative class)", "also NPV"),
        only="compare",
    ),
    _count(
        "predicted_positive",
        "Predicted positive",
        "tp + fp",
        lambda t: t.predicted[1],
        short="predicted+",
        narrow="predicted+",
    ),
    _count("true_positives", "True positives", "tp", lambda t: t.hits[1], only="compare"),
    _count("false_positives", "False positives", "fp", lambda t: t.predicted[1] - t.hits[1], only="compare"),
    _count(
        "false_negatives",
        "Missed positives",
        "fn",
        lambda t: t.true[1] - t.hits[1],
        short="missed",
        only="compare",
    ),
)
