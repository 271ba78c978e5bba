"""What a reader should know before believing the figures: each with what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from losscli.comparison.decomposition import WORTH, saving
from losscli.comparison.losses import CLIP, TableFacts
from losscli.comparison.vectors import SUM_TOLERANCE
from losscli.comparison.verdicts.bootstrap import MOST_PAIRED
from losscli.data.roles.values import ENOUGH
from losscli.domain import DOMINATED, NUMBERS
from losscli.inference.decisive import warns
from losscli.metrics.distribution import Distribution, roc_auc_error
from losscli.result import (
    INFINITE,
    Comparison,
    Decomposition,
    LossTable,
    Warning_,
    is_infinite,
    rests_on_few,
)

SUBGROUP = 0.10  # of the rows flagged: no outliers
NAMED = 3
_OF_RESIDUALS = ("mae", "mse", "rmse", "max_error")  # 0 where every row is met
CLEARLY = 1.2  # times what chance shows, from which on recalibration is worth a line
ONE_OUTPUT = 0.9  # share of a squared error from which one output is most of it


def with_warnings(found: Comparison, facts: TableFacts, more: Sequence[Warning_]) -> Comparison:
    """The comparison with its warnings, most telling first; those it has say what resampling met. more: those
    of the columns."""
    every = [
        *_infinite(found),
        *_copies(found),
        *_few_rows(found),
        *found.warnings,
        *_many_models(found),
        *more,
        *_leaders(found),
        *_deciding(found),
        *_miscalibrated(found),
        *_flagged(found),
        *_inputs(found, facts),
        *_sketched(facts),
        *_outputs(found),
    ]
    return replace(found, warnings=tuple(every))


def _infinite(found: Comparison) -> Iterator[Warning_]:
    for table in found.losses:
        for result in table.results:
            if result.reason is not None and is_infinite(result.reason):
                place, _, why = result.reason.removeprefix(INFINITE).partition("; ")
                why, advice = ("a probability is exactly 0 or 1", CLIP) if why == CLIP else (why, None)
                message = f"{table.name} of {result.model} is infinite: {why} in {place}; ranked last"
                yield Warning_("infinite_loss", message, advice)
                return


def _copies(found: Comparison) -> Iterator[Warning_]:
    """Predictions that are the numbers of the target themselves, on rows enough to be no chance."""
    table = next((one for one in found.losses if one.name in _OF_RESIDUALS), None)
    exact = [one.model for one in table.results if one.value == 0.0] if table is not None else []
    if exact and found.task in NUMBERS and found.rows.used >= ENOUGH:
        what = (
            f"{', '.join(exact[:NAMED])} {'equals' if len(exact) == 1 else 'equal'} the target in every row"
        )
        yield Warning_(
            "prediction_is_target", what, "Look whether the target itself was taken for a prediction"
        )


def _few_rows(found: Comparison) -> Iterator[Warning_]:
    """One line for all classes of losses that rest on a few rows; the least of them is said."""
    least: dict[str, float] = {}
    for table in found.losses:
        for result in table.results:
            few = rests_on_few(result.reason) and table.spec == _speaker(table, found.primary)
            if few and result.effective_rows is not None:
                least[table.name] = min(result.effective_rows, least.get(table.name, result.effective_rows))
    if least:
        names = sorted(least, key=lambda name: least[name])
        shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        count = f"{max(least[names[0]], 1):.0f} of {found.rows.used:,}"
        if len(names) == 1:
            said = f"{names[0]} is {DOMINATED} ({count} effective rows), and has no interval"
        else:
            least_of = f"{names[0]}: {count} effective rows"
            said = f"{shown} are {DOMINATED} ({least_of}), and have no interval"
        yield Warning_("few_effective_rows", said, None)


def _speaker(table: LossTable, primary: str) -> str:
    """Which of a class of losses is said for all of it."""
    return primary if primary in table.members else table.members[0]


def _many_models(found: Comparison) -> Iterator[Warning_]:
    if len(found.models) > MOST_PAIRED:
        judged = {pair.spec for pair in found.comparisons}
        names = [table.name for table in found.losses if table.spec in judged]
        if names:
            yield Warning_(
                "many_models",
                f"{len(found.models)} models: of losses, {', '.join(names)} alone "
                f"{'has' if len(names) == 1 else 'have'} pairs and rank intervals",
                "Name another first, or fewer models: --loss NAME, --pred 'PATTERN*'",
            )


def _outputs(found: Comparison) -> Iterator[Warning_]:
    """Where one output of several makes up nearly all of the mean squared error of a model."""
    worst = (0.0, "", "")
    for model in found.models:
        own = [one for one in found.outputs if one.model == model.name and one.rmse is not None]
        total = sum((one.rmse or 0.0) ** 2 for one in own)
        if len(own) > 1 and total > 0:
            shares = (((one.rmse or 0.0) ** 2 / total, one.output, one.model) for one in own)
            worst = max(worst, *shares, key=lambda one: one[0])
    share, output, model_name = worst
    if share > ONE_OUTPUT:
        size = "nearly all" if share > 0.999 else f"{100 * share:.0f} %"
        said = f"{output} makes up {size} of mse of {model_name}: outputs are averaged as they are"
        yield Warning_("outputs_differ", said, "Judge each by itself (OUTPUTS), or divide each by its spread")


def _leaders(found: Comparison) -> Iterator[Warning_]:
    leaders: dict[str, list[str]] = {}
    for table in found.losses:
        first = [result.model for result in table.results if result.rank == 1 and result.value is not None]
        whole = all(result.value is not None for result in table.results)
        said_here = table.spec == _speaker(table, found.primary)
        if whole and len(first) == 1 and len(table.results) > 1 and said_here:
            leaders.setdefault(first[0], []).append(table.name)
    if len(leaders) > 1:
        primary = next(table.name for table in found.losses if table.spec == found.primary)
        order = sorted(leaders.items(), key=lambda item: (primary not in item[1], -len(item[1])))
        said = []
        for model, names in order[:NAMED]:
            ahead = primary if primary in names else names[0]
            others = len(names) - 1
            said.append(
                f"{model} for {ahead}" + (f" and {others} other{'s' * (others > 1)}" if others else "")
            )
        yield Warning_("leader_depends", f"the leader depends on the loss: {', '.join(said)}", None)


def _deciding(found: Comparison) -> Iterator[Warning_]:
    """One line for all orders that are shown and rest on few rows; the fewest rows are said."""
    few = [
        (pair.decisive_count, pair.decisive_expected, pair)
        for pair in found.comparisons
        if pair.verdict in ("a", "b")
        and pair.decisive_count is not None
        and pair.decisive_expected is not None
    ]
    few = [one for one in few if warns(one[0], one[1])]
    if few:
        count, expected, pair = min(few, key=lambda one: one[0])
        name = next(table.name for table in found.losses if table.spec == pair.spec)
        said = f"the order of {pair.a} and {pair.b} on {name} rests on {count:,} row{'s' * (count > 1)}"
        others = f"; {len(few) - 1:,} more on few rows" if len(few) > 1 else ""
        advice = None if found.row_table else "See them: --rows flagged"
        yield Warning_("decisive_rows", f"{said} ({expected:,.0f} expected){others}", advice)


def _by_chance(one: Decomposition, table: LossTable) -> float:
    """The share of its loss that recalibration may seem to save of a calibrated model."""
    return (one.calibrated_limit or 0.0) / (table.of(one.model).value or 1.0)


def _miscalibrated(found: Comparison) -> Iterator[Warning_]:
    """One line for the models of which recalibration would clearly save WORTH of the primary loss or more."""
    table = found.loss(found.primary)
    if table.reference is None:  # a share of it has no meaning
        return
    own = {one.model: one for one in found.decompositions if one.spec == table.spec and one.clear}
    shares = {model: saving(one, table.of(model)) for model, one in own.items()}
    models = [
        model
        for model in sorted(shares, key=lambda m: -shares[m])
        if shares[model] >= max(WORTH, CLEARLY * _by_chance(own[model], table))
    ]
    if models:
        first, *others = (f"{model} would save up to {_percent(shares[model])}" for model in models[:NAMED])
        said = [f"{first} of its {table.name}", *(text.replace(" would save", "") for text in others)]
        more = f" and {len(models) - NAMED} more models less" if len(models) > NAMED else ""
        chance = max(_by_chance(own[m], table) for m in models)
        message = f"recalibrating {', '.join(said)}{more}; chance alone shows up to {_percent(chance)}"
        yield Warning_("miscalibrated", message, None)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _flagged(found: Comparison) -> Iterator[Warning_]:
    share = found.rows.flagged_count / max(found.rows.used, 1)
    if share > SUBGROUP:
        yield Warning_(
            "subgroup",
            f"{share:.0%} of the rows are flagged: not outliers but a subgroup or a wrong scale",
            "Give the scale of a usual residual: --scale NUMBER",
        )


def _inputs(found: Comparison, facts: TableFacts) -> Iterator[Warning_]:
    seen = facts.seen
    for reason, count in found.rows.dropped.items():
        yield Warning_("dropped_rows", f"{count:,} of {found.rows.read:,} rows left out: {reason}", None)
    for m, model in enumerate(found.models):
        clipped = int(facts.summary.clipped[m])
        if clipped:
            said = "1 probability" if clipped == 1 else f"{clipped:,} probabilities"
            were = "was" if clipped == 1 else "were"
            yield Warning_("clipped", f"{said} of {model.name} {were} clipped", None)
        if seen.sum_error[m] > SUM_TOLERANCE:
            row = facts.keys.get(int(seen.sum_row[m]), int(seen.sum_row[m]))
            yield Warning_(
                "probability_sum",
                f"probabilities of {model.name} do not sum to 1 (row {row}: off by {seen.sum_error[m]:.2g}); "
                "they are used as they are",
                None,
            )
    if found.positive is not None and not (seen.classes > 0).all():
        yield Warning_("one_class", "one class is absent: ranking and balance metrics are undefined", None)


def _sketched(facts: TableFacts) -> Iterator[Warning_]:
    for metrics in facts.summary.metrics:
        distributions = metrics.get(Distribution)
        if isinstance(distributions, list) and not distributions[0].exact:
            error = max(roc_auc_error(one) for one in distributions)
            yield Warning_(
                "sketch",
                f"scores are rounded to 12 bits above a million rows: roc_auc is within {error:.1g}",
                "--exact for the last digit",
            )
            return
