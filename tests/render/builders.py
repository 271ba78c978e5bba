"""Tables and records of a result, made by hand."""

from collections.abc import Mapping, Sequence

from losscli.result import (
    Comparison,
    Difference,
    Input,
    LossTable,
    LossValue,
    MetricTable,
    MetricValue,
    Model,
    ModelShare,
    Robustness,
    RowCounts,
)
from losscli.spec import Spec

FEW = "dominated by a few large errors: 2.1 effective rows of 11"


def loss(
    spec: str,
    values: Mapping[str, float | None],
    *,
    half: float | None = None,
    reason: str | None = None,
    members: Sequence[str] = (),
    reference: float | None = None,
    best_set: Sequence[str] | None = None,
    unit: str = "y",
    elicits: str = "median",
) -> LossTable:
    """A table with intervals of ± half; without a value a model is ranked last."""
    ranked = sorted(values, key=lambda name: (values[name] is None, values[name] or 0.0))
    results = []
    for name, value in values.items():
        known = value is not None and half is not None
        results.append(
            LossValue(
                model=name,
                value=value,
                low=value - half if known else None,
                high=value + half if known else None,
                reason=reason if value is not None else "infinite: p = 0 where y = 1, row 17",
                effective_rows=2.1 if reason == FEW else 900.0,
                skill=None if reference is None or value is None else 1 - value / reference,
                rank=ranked.index(name) + 1,
                rank_low=1 if known else None,
                rank_high=len(values) if known else None,
                first_share=None,
                clipped_rows=0,
            )
        )
    parsed = Spec.parse(spec)
    return LossTable(
        spec=spec,
        name=parsed.name,
        params={key: value for key, value in parsed.params if isinstance(value, float)},
        unit=unit,
        elicits=elicits,
        members=tuple(members) or (spec,),
        reference=reference,
        results=tuple(results),
        best_set=None if best_set is None else tuple(best_set),
    )


def metric(
    name: str,
    values: Mapping[str, float | None],
    *,
    title: str | None = None,
    better: bool | None = True,
    best: float | None = 1.0,
    half: float | None = None,
) -> MetricTable:
    sign = -1.0 if better else 1.0
    ranked = sorted(values, key=lambda model: (values[model] is None, sign * (values[model] or 0.0)))
    return MetricTable(
        name=name,
        title=title or name.replace("_", " "),
        greater_is_better=better,
        best=best,
        results=tuple(
            MetricValue(
                model=model,
                value=value,
                low=None if half is None or value is None else value - half,
                high=None if half is None or value is None else value + half,
                reason=None if value is not None else "nothing is predicted positive",
                rank=None if better is None else ranked.index(model) + 1,
                rank_low=None if half is None else 1,
                rank_high=None if half is None else len(values),
            )
            for model, value in values.items()
        ),
    )


def pair(
    spec: str, a: str, b: str, difference: float, low: float, high: float, verdict: str | None
) -> Difference:
    return Difference(
        spec=spec,
        a=a,
        b=b,
        difference=difference,
        relative=None,
        low=low,
        high=high,
        p=0.0001 if verdict in ("a", "b") else 0.4,
        verdict=verdict,
        reason=None,
        rows_needed=12_712 if verdict == "~" else None,
        decisive_rows=(),
        decisive_count=None,
        decisive_expected=None,
    )


def outliers(spec: str, rank: int, share: float, leaders: tuple[str, str]) -> Robustness:
    return Robustness(
        spec=spec,
        basis="flagged",
        rank=rank,
        rank_low=rank,
        rank_high=rank,
        outlier_share=share,
        low=share * 0.6,
        high=min(share * 1.5, 0.99),
        probe_weight=None,
        leader_all=leaders[0],
        leader_without=leaders[1],
        reason=None,
        models=(ModelShare(leaders[0], share, 20.0, 0.01),),
    )


def empty(models: Sequence[str], task: str = "regression", kind: str = "value") -> Comparison:
    """A comparison without any loss: the parts that every other has."""
    return Comparison(
        version="0.1.0",
        command=("losscli", "compare", "sales.csv"),
        seed=0,
        confidence=0.95,
        inputs=(Input("data/sales.csv", "0" * 64, 1200),),
        decisions=("target y_true", f"task {task}: numbers on both sides"),
        task=task,
        target="y_true",
        positive=None,
        prevalence=None,
        labels=(),
        threshold=None,
        weights=None,
        scale=22.0,
        scale_reason=None,
        rows=RowCounts(1200, 1200, {}, tuple(range(1, 16)), 15),
        models=tuple(Model(name, (name,), kind) for name in models),
        primary="mae",
        losses=(),
        refused=(),
        metrics=(),
        robustness=(),
        comparisons=(),
        discordant=(),
        baseline=None,
        gates=(),
        row_table=(),
        warnings=(),
    )
