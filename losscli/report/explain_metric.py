"""`losscli explain NAME` of a metric: all that its record says."""

from losscli.domain import Kind
from losscli.metrics.metric import Metric
from losscli.report.blocks import Block, Cell, GridColumn, Heading, Role, tabulate

_ALSO = "also "  # how a name in print begins


def explained(metric: Metric) -> list[Block]:
    """What the metric is, by its record."""
    tasks = ", ".join(sorted(metric.tasks))
    rows = [
        (Cell(name, Role.DIM), Cell(text, Role.CODE if name == "formula" else Role.PLAIN))
        for name, text in facts(metric).items()
        if text
    ]
    return [
        Heading(f"{metric.title} (metric {metric.name}, {tasks})"),
        *tabulate("", ("", GridColumn("", flow=True)), rows),
    ]


def facts(metric: Metric) -> dict[str, str]:
    """What there is to say of it, empty where there is nothing."""
    by = f"losscli {metric.only}" if metric.only else "losscli compare and fit"
    return {
        "formula": metric.formula,
        "convention": metric.convention,
        "better": _better(metric),
        "prediction": " or ".join(kind.value for kind in Kind if kind in metric.needs),
        "null where": metric.undefined,
        "interval": _interval(metric),
        "ranks": _ranks(metric),
        "computed by": by,
        "gate": _gate(metric),
        "also typed": ", ".join(metric.aliases),
        "also called": ", ".join(
            name.removeprefix(_ALSO) for name in metric.elsewhere if name.startswith(_ALSO)
        ),
        "elsewhere": "; ".join(name for name in metric.elsewhere if not name.startswith(_ALSO)),
    }


def _better(metric: Metric) -> str:
    best = "" if metric.best is None else f"perfect predictions have {metric.best:g}"
    if metric.greater_is_better is None:
        return "; ".join(filter(None, ("no model is ranked by it", best)))
    return f"{'greater' if metric.greater_is_better else 'lower'}; {best}"


def _interval(metric: Metric) -> str:
    if metric.interval is not None:
        fallback = f"; {metric.no_interval}" if metric.no_interval else ""
        return f"by a formula of its own{fallback}"
    if metric.proportion is not None:
        return "Wilson's, of a share of rows; percentiles of resampled rows where rows have weights"
    if metric.replicated is not None and not metric.no_interval:
        return "percentiles of resampled rows"
    return f"none: {metric.no_interval or 'it is no function of means, and has no formula'}"


def _ranks(metric: Metric) -> str:
    """From how many rows of each class on they have an interval."""
    negatives, positives = metric.ranked_from
    if not (negatives or positives):
        return ""
    each = [
        f"{count} {name}" for count, name in ((negatives, "negatives"), (positives, "positives")) if count
    ]
    return f"have an interval from {' and '.join(each)} on"


def _gate(metric: Metric) -> str:
    if metric.only == "fit" or metric.greater_is_better is None:
        return ""
    return f"--fail-if '{metric.name} {'<' if metric.greater_is_better else '>'} …'"
