"""Charts of what was found: one record each, which makes plain rows and a Vega-Lite specification of them.

Adding a chart: a function of a result in the file of its verb, and its row in `CHARTS`. Nothing here needs a
library of charts; `drawing` draws with one.
"""

from losscli.charts import compared, curves, fitted, losses
from losscli.charts.chart import Chart, Plot, Spec
from losscli.charts.losses import Losses
from losscli.errors import UsageError, did_you_mean
from losscli.report import Explanation
from losscli.result import Advice, Changes, Comparison, Fits

__all__ = ["CHARTS", "Chart", "Losses", "Plot", "Spec", "chart", "charts_of", "chosen"]

_INTERVAL = "a point is a figure, the bar where the true one may lie"

CHARTS: tuple[Chart, ...] = (
    Chart(
        "losses",
        "Losses of the models",
        "a comparison",
        f"Less is better: {_INTERVAL}; a circle is in the best set, a triangle is shown worse.",
        {Comparison: compared.losses},
    ),
    Chart(
        "scores",
        "Which loss to train with",
        "fitted losses",
        f"Each row is a model trained with that loss, judged on rows it has not seen: {_INTERVAL}.",
        {Fits: fitted.scores},
    ),
    Chart(
        "check",
        "The short list against the baseline",
        "advice whose check was made",
        f"A bar that does not touch the dashed line of the baseline is more than noise: {_INTERVAL}.",
        {Advice: fitted.checked},
    ),
    Chart(
        "changes",
        "What changed",
        "two results of compare",
        f"A bar that does not touch the dashed line is more than noise: {_INTERVAL}.",
        {Changes: fitted.changed},
    ),
    Chart(
        "curve",
        "Loss and slope",
        "losses that have a value per row",
        "How much one row costs as its prediction moves away, and below how hard it then pulls.",
        {Losses: losses.of_losses, Explanation: losses.of_explanation},
    ),
    Chart(
        "differences",
        "Differences between models",
        "a comparison of two models or more",
        "Left of the dashed line the first model of the pair is better, right of it the second; a bar that"
        " does not touch the line is more than noise.",
        {Comparison: compared.differences},
    ),
    Chart(
        "robustness",
        "What spoiled training rows do",
        "fitted losses, trained on contaminated rows too",
        "0 is the best clean fit, the dashed line at 1 the best constant; a line that stays low is robust.",
        {Fits: fitted.robustness},
    ),
    Chart(
        "reliability",
        "Reliability",
        "a comparison whose predictions can be recalibrated",
        "A calibrated model lies on the dashed diagonal, within the band where chance would leave it.",
        {Comparison: curves.reliability},
    ),
    Chart(
        "precision_recall",
        "Precision and recall",
        "scores for two classes",
        "Higher is better: the precision of the rows called positive when so many of the positives are found;"
        " a diamond is the decision in use, the dashed line calling every row positive.",
        {Comparison: curves.precision_recall, Fits: curves.precision_recall},
    ),
    Chart(
        "roc",
        "ROC curve",
        "scores for two classes",
        "Nearer to the upper left is better: positives found against negatives called positive; a diamond is"
        " the decision in use, the dashed line is chance.",
        {Comparison: curves.roc, Fits: curves.roc},
    ),
    Chart(
        "residuals",
        "Rows worth a look",
        "a comparison of numbers with --rows flagged",
        "A point is a row far from what was predicted; a diamond decides which model is better.",
        {Comparison: compared.residuals},
    ),
    Chart(
        "outliers",
        "How much of each loss its outliers carry",
        "a comparison with flagged rows",
        "A loss far to the right is the loss of a few rows; one near 0 is of all of them.",
        {Comparison: compared.outliers},
    ),
    Chart(
        "agreement",
        "Agreement of losses",
        "a comparison of two models or more",
        "At 1 a loss orders the models as the primary loss does, at -1 the other way round.",
        {Comparison: compared.agreement},
    ),
    Chart(
        "murphy",
        "Murphy curves",
        "a comparison of two models or more under a loss of the mean or a quantile",
        "A model whose curve is below another's everywhere is better under all losses that ask for the same.",
        {Comparison: curves.murphy},
    ),
    Chart(
        "critical_difference",
        "Mean ranks over the slices",
        "a comparison --by a column",
        "Models whose bars do not overlap differ by more than the critical difference; less is better.",
        {Comparison: compared.critical_difference},
    ),
    Chart(
        "learning",
        "How training went",
        "losses fitted by a textbook optimizer or as networks",
        "A line that is flat at its end has converged; held-out rows that rise again are overfitted.",
        {Fits: fitted.learning},
    ),
    Chart(
        "path",
        "What the penalty gains",
        "losses fitted along a path of penalties",
        "The lowest point is the best strength; the diamond is the strongest that is as good within one"
        " standard error.",
        {Fits: fitted.path},
    ),
    Chart(
        "coefficient_path",
        "Coefficients along the penalty",
        "losses of one output fitted along a path of penalties",
        "To the right the penalty is stronger; a column whose line meets the dashed one late matters more.",
        {Fits: fitted.slopes},
    ),
    Chart(
        "coefficients",
        "Coefficients under each loss",
        "fitted losses of one output",
        "What one unit more of the column adds to the score; losses far apart see the column differently.",
        {Fits: fitted.coefficients},
        on_page=False,
    ),
    Chart(
        "ranks",
        "Ranks",
        "ranks with intervals",
        f"Rank 1 is best: {_INTERVAL}; ranks whose bars overlap tie.",
        {Comparison: compared.ranks, Fits: fitted.ranks},
    ),
    Chart(
        "heat",
        "Losses and metrics",
        "two models or metrics, and more",
        "The darker a cell, the better its rank in its row or column; the number in it is the figure.",
        {Comparison: compared.heat, Fits: fitted.heat},
    ),
)


def charts_of(found: object) -> list[tuple[Chart, Plot]]:
    """The charts for which a result has figures, the main one first."""
    plots = ((one, one.plot(found)) for one in CHARTS)
    return [(one, plot) for one, plot in plots if plot is not None]


def chosen(found: object, name: str | None = None) -> tuple[Chart, Plot]:
    """The chart of that name, or the main one. Raises UsageError where there is none, or nothing for it."""
    known = {one.name: one for one in CHARTS}
    if name is not None and name not in known:
        advice = did_you_mean(name, known) or f"Charts: {', '.join(known)}"
        raise UsageError(f"--chart {name}: there is no such chart", advice=advice)
    able = charts_of(found)
    if not able:
        raise UsageError("there is nothing here that a chart could show")
    if name is None:
        return able[0]
    for one, plot in able:
        if one.name == name:
            return one, plot
    raise UsageError(
        f"--chart {name}: it is of {known[name].needs}",
        advice=f"Charts of this: {', '.join(one.name for one, _ in able)}",
    )


def chart(found: object, name: str | None = None) -> Spec:
    """A Vega-Lite specification with its data: the chart of that name, or the main one of the result.

    Raises UsageError where there is no such chart, or nothing for it in the result.
    """
    one, plot = chosen(found, name)
    return one.spec(plot)
