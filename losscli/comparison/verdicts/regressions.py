"""Models against the baseline, on the losses that gates name."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from losscli.comparison.reasons import FEW_UNITS, no_ratio
from losscli.comparison.request import Request
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.data.roles import Problem
from losscli.data.roles.files import stem
from losscli.errors import Fix, UsageError, did_you_mean
from losscli.inference import Studentised, holm, regression
from losscli.result import LossTable, LossValue, Regression, finite

HOLM = "worse than tolerated, but not once corrected for the number of gates"


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
    matches = matches or [i for i, name in enumerate(names) if name == stem(wanted)]
    matches = matches or [i for i, name in enumerate(names) if name.startswith(f"{stem(wanted)}:")]
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


def regressions(boot: Bootstrap, tables: Sequence[LossTable], baseline: int) -> tuple[Regression, ...]:
    """Every other model against the baseline, on every loss that --max-regression names."""
    found = [
        _against_model(boot, loss, tolerance, tables[loss], m, baseline)
        for loss, tolerance in boot.facts.allowed
        for m in range(len(tables[loss].results))
        if m != baseline
    ]
    return corrected(found, boot.confidence)


def corrected(found: Sequence[tuple[Regression, float]], confidence: float) -> tuple[Regression, ...]:
    """The gates with Holm's correction of those that fail; found: each with its one-sided p, NaN for none."""
    known = [k for k, (_, p) in enumerate(found) if math.isfinite(p)]
    adjusted = dict(zip(known, holm(np.array([found[k][1] for k in known])), strict=True))
    return tuple(
        replace(one, verdict="inconclusive", reason=HOLM)
        if one.verdict == "fail" and k in adjusted and adjusted[k] > 1 - confidence + 1e-12
        else one
        for k, (one, _) in enumerate(found)
    )


def _against_model(
    boot: Bootstrap, loss: int, tolerance: float, table: LossTable, m: int, baseline: int
) -> tuple[Regression, float]:
    one, other = table.results[m], table.results[baseline]
    reason = "this loss cannot be resampled" if loss not in boot.losses else no_ratio(one, other)
    tail = boot.tail(loss, *sorted((m, baseline)))
    reason = reason or (tail.why("differing rows") if tail else None)
    waiting = undecided(table.spec, one, other, tolerance, reason)
    if reason is not None:
        return waiting, math.nan
    return weighed(waiting, boot.log_ratio(loss, m, baseline), boot.confidence, boot.rows)


def undecided(spec: str, one: LossValue, base: LossValue, tolerance: float, reason: str | None) -> Regression:
    """The gate of a model against the baseline, before any interval."""
    return Regression(
        spec=spec,
        model=one.model,
        baseline=base.model,
        tolerance=tolerance,
        verdict="inconclusive",
        value=finite(one.value / base.value - 1.0) if one.value is not None and base.value else None,
        low=None,
        high=None,
        reason=reason,
        rows_needed=None,
        visible=None,
    )


def weighed(
    waiting: Regression, ratio: Studentised, confidence: float, rows: int
) -> tuple[Regression, float]:
    """The gate with its verdict, and the one-sided p that it is not worse than tolerated."""
    found = regression(ratio, waiting.tolerance, confidence)
    decided = replace(
        waiting,
        verdict=found.verdict,
        low=finite(found.low),
        high=finite(found.high),
        reason=None if math.isfinite(found.low) else FEW_UNITS,
        rows_needed=math.ceil(rows * found.needed) if math.isfinite(found.needed) else None,
        visible=finite(found.least),
    )
    return decided, found.p
