"""Models against a model that is the baseline, on the losses and metrics that gates name."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from losscli.comparison.gates import Allowance
from losscli.comparison.metrics import metrics_of
from losscli.comparison.request import Request
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.intervals import metric_values
from losscli.comparison.verdicts.weighing import (
    NO_REPLICATES,
    Case,
    Drawing,
    Estimate,
    Figures,
    Means,
    side_of,
    table_of,
)
from losscli.data.roles import Problem
from losscli.data.table import path_stem
from losscli.errors import Fix, UsageError, did_you_mean
from losscli.loss import Trait
from losscli.result import Comparison, LossTable, MetricTable


def baselines(names: Sequence[str]) -> list[Fix]:
    """What to type for each of several models to be the baseline."""
    return [Fix(("--baseline", name), f"the others against {name}") for name in names if len(names) > 1]


def find_baseline(problem: Problem, request: Request) -> int | None:
    """The number of the model that is the baseline: by its name, its file, a column of it, or a pattern.

    Raises UsageError where that is not one model among others.
    """
    wanted = request.baseline
    if wanted is None:
        return None
    names = [model.name for model in problem.models]
    matches = [i for i, name in enumerate(names) if name == wanted]
    matches = matches or [i for i, model in enumerate(problem.models) if wanted in model.columns]
    matches = matches or [i for i, name in enumerate(names) if name == path_stem(wanted)]
    matches = matches or [i for i, name in enumerate(names) if name.startswith(f"{path_stem(wanted)}:")]
    matches = matches or [i for i, name in enumerate(names) if fnmatchcase(name, wanted)]
    if len(matches) != 1:
        what = f"{len(matches)} models" if matches else "no model, and there is no such file"
        raise UsageError(
            f"--baseline {wanted}: that names {what}",
            advice=did_you_mean(wanted, names) or f"Models: {', '.join(names)}",
            fixes=baselines(names),
        )
    if len(names) == 1:
        raise UsageError(
            f"--baseline {wanted}: there is no other model", advice="Name the models: --pred, repeated"
        )
    return matches[0]


def against_model(boot: Bootstrap, found: Comparison, baseline: int) -> Iterator[Case]:
    """Every other model against the baseline, by its number, for every gate. found: the tables.

    Raises DataError for a loss or a metric that does not apply.
    """
    for allowance in boot.facts.request.allowances:
        table = table_of(allowance, found)
        estimates = estimates_of(boot, allowance, table)
        sides = [side_of(one) for one in table.results]
        for m, one in enumerate(sides):
            if m != baseline:
                yield Case(allowance, table, one, sides[baseline], _both(estimates, m, baseline))


def estimates_of(
    boot: Bootstrap, allowance: Allowance, table: LossTable | MetricTable
) -> dict[int, Estimate]:
    """What resampling knows of each model, by its number: the sums of a mean, or the figure in each
    replicate."""
    if isinstance(table, MetricTable):
        return {
            m: Figures(values) for m, values in metric_values(boot, table, metrics_of(boot.facts)).items()
        }
    loss = next((place for place, one in boot.facts.allowed if one == allowance), None)
    own = None if loss is None else boot.losses.get(loss)
    if loss is None or own is None:
        return {}
    if not own.is_mean:
        return {m: Figures(boot.values[loss][:, at]) for at, m in enumerate(own.models)}
    bounded, power = Trait.BOUNDED in own.bound.traits, own.bound.loss.reduction.power
    return {m: Means(boot.sums.sums[:, own.places[at][0]], power, bounded) for at, m in enumerate(own.models)}


def _both(estimates: dict[int, Estimate], new: int, base: int) -> tuple[Estimate, Estimate] | str:
    if new in estimates and base in estimates:
        return estimates[new], estimates[base]
    return NO_REPLICATES


def drawing_of(boot: Bootstrap) -> Drawing:
    """How the units of a comparison are resampled."""
    return Drawing(
        boot.sums.keys,
        boot.sums.w,
        boot.units.what,
        boot.rows,
        len(boot.replicates.w),
        boot.seed,
        boot.confidence,
        pieces_of(boot),
    )


def pieces_of(boot: Bootstrap) -> int:
    """How many units a metric rests on: all of them, or those with rows of the rarer of two classes."""
    return int(min([len(boot.sums.keys), *boot.classes]))
