"""What to train with, given a profile: a table of rules, the gravest first.

A rule is one record: its condition on the figures, what it has seen in words, what follows from that, the
losses it asks for and where that is written. Figures that are missing are nan, of which no condition holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from losscli.advice.numbers import FAR, GROSS
from losscli.advice.study import percent
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.result import FiredRule

# By name; also rows, k (how many classes there are), and fine: 1 where a feature has so many values that rows
# do not repeat by chance.
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """seen continues a sentence, as does so after a colon; losses: the one that fits best first, () where no
    loss helps; those that cannot be trained on the target are passed over; speaks: whether the rule is a
    reason to train with them where the check cannot tell, rather than to try them."""

    name: str
    tasks: frozenset[Task]
    when: Callable[[Figures], bool]
    seen: Callable[[Figures], str]
    so: str
    reference: str
    losses: tuple[str, ...] = ()
    speaks: bool = True


def fired(task: Task, figures: Figures) -> tuple[FiredRule, ...]:
    """The rules of a task whose condition holds."""
    return tuple(
        FiredRule(rule.name, rule.seen(figures), rule.so, rule.losses, rule.speaks, rule.reference)
        for rule in RULES
        if task in rule.tasks and rule.when(figures)
    )


def _far(f: Figures) -> float:
    """The share of far residuals that spread alone does not explain."""
    return min(f["far"], f["far_among_like"]) if _spreads(f) else f["far"]


def _tail(f: Figures) -> str:
    among = ", even among rows of like prediction" if _far(f) < f["far"] else ""
    return f"{percent(_far(f))} of rows are off by more than {FAR:g} usual errors{among}"


def _spreads(f: Figures) -> bool:
    return f["spread"] >= 0.2 and f["spread"] * f["rows"] ** 0.5 >= 4.0


def _gross(f: Figures) -> bool:
    """Far rows that stand apart, rather than the end of a long tail."""
    return _many(f, _far(f)) and f["gross"] >= 0.5 * f["far"] and not _amounts(f)


def _heavy(f: Figures) -> bool:
    return _many(f, _far(f)) and not _gross(f) and not _has_family(f)


def _many(f: Figures, share: float) -> bool:
    """1 % of the rows, and three of them: 20 times what Gaussian noise leaves. Beyond a quarter they are no
    outliers, but what a point mass makes of the scale."""
    return 0.01 <= share <= 0.25 and share * f["rows"] >= 3.0


def _counts(f: Figures) -> bool:
    return f["counts"] == 1.0


def _overdispersed(f: Figures) -> bool:
    return _counts(f) and f["dispersion"] > 1.2 + 3.0 * (2.0 / f["rows"]) ** 0.5


def _amounts(f: Figures) -> bool:
    return f["zeros"] >= 0.05 and f["negative"] == 0.0 and not _counts(f)


def _decades(f: Figures) -> bool:
    return f["decades"] >= 1.5 and (_spreads(f) or f["skew"] >= 0.1) and not _counts(f)


def _has_family(f: Figures) -> bool:
    """Whether counts or sums of amounts explain the skew and the long upper tail."""
    return _counts(f) or _amounts(f)


def _skewed(f: Figures) -> bool:
    return abs(f["skew"]) >= 0.1 and abs(f["skew"]) * f["rows"] ** 0.5 >= 4.0 and not _has_family(f)


def _noisy(f: Figures) -> bool:
    """Labels in doubt, and errors among the surest rows beyond what overlap and chance explain: half of the
    share in doubt, and 2.5 sd of a count above what the probabilities expect."""
    wrong, surest = f["surest_errors"], 0.2 * f["rows"]
    room = 2.5 * max(f["surest_expected"] * surest, 1.0) ** 0.5
    above = (wrong - f["surest_expected"]) * surest
    return f["label_noise"] >= 0.02 and wrong >= 0.5 * f["label_noise"] and above > room


def _clean(f: Figures) -> bool:
    return f["far"] < 0.005 and f["tail_weight"] < 1.4 and abs(f["skew"]) < 0.1 and not _spreads(f)


_of_numbers = partial(Rule, tasks=NUMBERS)
_of_classes = partial(Rule, tasks=CLASSES)

RULES = (
    Rule(
        name="duplicates",
        tasks=NUMBERS | CLASSES,
        when=lambda f: f["duplicates"] >= 0.01 and f["fine"] == 1.0,
        seen=lambda f: f"{percent(f['duplicates'])} of rows repeat an earlier one",
        so="a row that is learned from and judged on flatters every loss; drop the copies, or keep them in "
        "one fold with --group",
        reference="Kaufman et al. 2012, doi:10.1145/2382577.2382579",
    ),
    # ── numbers ──────────────────────────────────────────────────────────────────────────────────────────
    _of_numbers(
        name="overdispersed_counts",
        when=_overdispersed,
        seen=lambda f: f"counts vary {f['dispersion']:.2g} times as much as Poisson ones",
        so="negative_binomial gives large counts less weight than poisson does",
        losses=("negative_binomial", "poisson"),
        reference="Cameron & Trivedi 1990, doi:10.1016/0304-4076(90)90014-K",
    ),
    _of_numbers(
        name="counts",
        when=lambda f: _counts(f) and not _overdispersed(f),
        seen=lambda f: f"the target counts, and varies {f['dispersion']:.2g} times as much as Poisson counts",
        so="the poisson deviance weighs a row by its variance, and never predicts below 0",
        losses=("poisson", "negative_binomial"),
        reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    ),
    _of_numbers(
        name="zeros_and_amounts",
        when=_amounts,
        seen=lambda f: f"{percent(f['zeros'])} of targets are 0 and the others above it",
        so="tweedie is the deviance of sums of a random number of amounts",
        losses=("tweedie", "poisson"),
        reference="Jørgensen 1987, doi:10.1111/j.2517-6161.1987.tb01685.x",
    ),
    _of_numbers(
        name="positive_over_decades",
        when=_decades,
        seen=lambda f: f"targets are positive and span {f['decades']:.2g} powers of ten",
        so="gamma judges errors in proportion to the prediction, as would mse on the log of the target",
        losses=("gamma",),
        reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    ),
    _of_numbers(
        name="gross_outliers",
        when=_gross,
        seen=lambda f: f"{_tail(f)}, most of them by more than {GROSS:g}",
        so="redescending losses pass such rows over; huber bounds their pull, and is where those start",
        losses=("tukey", "huber", "welsch"),
        reference="Beaton & Tukey 1974, doi:10.1080/00401706.1974.10489171",
    ),
    _of_numbers(
        name="heavy_tails",
        when=_heavy,
        seen=_tail,
        so="losses that grow no faster than the residual keep the tails from steering the fit",
        losses=("huber", "cauchy"),
        reference="Huber 1964, doi:10.1214/aoms/1177703732",
    ),
    _of_numbers(
        name="spread_grows_with_mean",
        when=lambda f: _spreads(f) and f["negative"] == 0.0 and not _counts(f),
        seen=lambda f: f"residuals grow with the prediction (rank correlation {f['spread']:.2g})",
        so="mse listens most to the noisiest rows; gamma and tweedie weigh them down",
        losses=("gamma", "tweedie"),
        reference="Jørgensen 1987, doi:10.1111/j.2517-6161.1987.tb01685.x",
    ),
    _of_numbers(
        name="spread_grows",
        when=lambda f: _spreads(f) and f["negative"] > 0.0,
        seen=lambda f: f"residuals grow with the prediction (rank correlation {f['spread']:.2g})",
        so="mse listens most to the noisiest rows, mae less so; quantile:tau=0.9 tells the spread itself",
        losses=("mae", "huber"),
        reference="Koenker & Bassett 1982, doi:10.2307/1912528",
    ),
    _of_numbers(
        name="skewed_noise",
        when=_skewed,
        seen=lambda f: f"residuals are skewed ({f['skew']:.2g})",
        so="mean and median differ; the one is the optimal prediction of mse, the other that of mae",
        losses=("mae",),
        speaks=False,
        reference="Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    ),
    _of_numbers(
        name="clean_tails",
        when=lambda f: _clean(f) and not _counts(f),
        seen=lambda f: (
            f"residuals look Gaussian ({percent(f['far'])} are off by more than {FAR:g} usual errors)"
        ),
        so="mse is hard to beat; huber costs 5 % of its efficiency",
        losses=("mse", "huber"),
        reference="Huber 1964, doi:10.1214/aoms/1177703732",
    ),
    # ── classes ──────────────────────────────────────────────────────────────────────────────────────────
    _of_classes(
        name="noisy_labels",
        when=_noisy,
        seen=lambda f: (
            f"about {percent(f['label_noise'])} of labels look wrong, also where the model is sure"
        ),
        so="bounded losses do not chase such rows",
        losses=("gce", "mae_prob", "sce"),
        reference="Ghosh et al. 2017, doi:10.1609/aaai.v31i1.10894",
    ),
    _of_classes(
        name="imbalance",
        when=lambda f: f["smallest_share"] * f["k"] < 0.4,
        seen=lambda f: f"the smallest class has {percent(f['smallest_share'])} of rows",
        so="judge by average precision; weights, or --class-weight balanced, move the threshold more than "
        "the order, so choose it by cost",
        losses=("weighted_bce", "focal"),
        speaks=False,
        reference="King & Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868",
    ),
    _of_classes(
        name="separable",
        when=lambda f: f["separable"] == 1.0,
        seen=lambda f: "a linear rule separates the classes on these rows",
        so="without a penalty log losses have no optimum; leave --l2 at auto, or tune it",
        reference="Albert & Anderson 1984, doi:10.1093/biomet/71.1.1",
    ),
    _of_classes(
        name="small_class",
        when=lambda f: f["rows_per_coefficient"] < 10.0 or f["smallest_rows"] < 20.0,
        seen=lambda f: (
            f"the smallest class has {f['smallest_rows']:,.0f} rows, "
            f"{f['rows_per_coefficient']:.2g} per coefficient"
        ),
        so="no loss helps that; keep the penalty, use fewer features, and trust intervals more than ranks",
        reference="a rule of thumb: Peduzzi et al. 1996, doi:10.1016/S0895-4356(96)00236-3; doubted by "
        "van Smeden et al. 2019, doi:10.1177/0962280218784726",
    ),
    _of_classes(
        name="contradicting_rows",
        when=lambda f: f["contradicting"] >= 0.01,
        seen=lambda f: f"{percent(f['contradicting'])} of rows have the features of another class",
        so="no model can get them all right; ask for probabilities, or for features that tell them apart",
        losses=("brier",),
        speaks=False,
        reference="Northcutt et al. 2021, doi:10.1613/jair.1.12125",
    ),
    # ── both ─────────────────────────────────────────────────────────────────────────────────────────────
    Rule(
        name="leverage",
        tasks=NUMBERS | CLASSES,
        when=lambda f: 0.0 < f["leverage"] < 0.05,
        seen=lambda f: f"{percent(f['leverage'])} of rows lie far out in a feature",
        so="no loss of the residual alone withstands a bad one, redescending or not; look at the rows",
        reference="Rousseeuw & van Zomeren 1990, doi:10.1080/01621459.1990.10474920",
    ),
    _of_numbers(
        name="few_rows",
        when=lambda f: f["rows_per_coefficient"] < 5.0,
        seen=lambda f: f"there are {f['rows_per_coefficient']:.2g} rows per coefficient",
        so="residuals of so close a fit hide the noise; use fewer features, or a penalty (--l2 0.01)",
        reference="Huber & Ronchetti 2009, doi:10.1002/9780470434697",
    ),
)
