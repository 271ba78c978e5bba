"""What two results have in common: data, models, losses, metrics and replicates; what one has alone."""

import math
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from losscli.errors import DataError
from losscli.result import Comparison, LossTable, Recorded, Unmatched, Warning_, mismatch
from losscli.spec import number_text

_NAMED = 5

Models = tuple[str, str]  # of the old result, of the new one


def check_data(old: Recorded, new: Recorded) -> None:
    """Raises DataError where two results are not on the same rows and targets, as far as that is known."""
    a, b = old.result, new.result
    facts = (
        ("the task", a.task, b.task),
        ("the target", a.target, b.target),
        ("the positive class", a.positive, b.positive),
        ("the number of rows", f"{a.rows.used:,}", f"{b.rows.used:,}"),
    )
    words = next((f"{what} differs: {_either(x, y)}" for what, x, y in facts if x != y), None)
    if words is None and a.replicates is not None and b.replicates is not None:
        words = mismatch(a.replicates, b.replicates)
    if words is not None:
        raise DataError(
            f"{old.path} and {new.path} cannot be compared: {words}",
            advice="Write both from predictions of the same rows, by losscli compare with the same flags",
        )


def _either(a: Any, b: Any) -> str:
    """`0.5 and none`"""
    return " and ".join("none" if x is None else f"{x:g}" if isinstance(x, float) else str(x) for x in (a, b))


def matched_models(old: Recorded, new: Recorded) -> tuple[Models, ...]:
    """By name; where each side has one model, these, whatever their names. Raises DataError for none."""
    if len(old.models) == len(new.models) == 1:
        return ((old.models[0], new.models[0]),)
    known = frozenset(old.models)
    found = tuple((name, name) for name in new.models if name in known)
    if not found:
        raise DataError(
            f"{old.path} and {new.path} have no model in common: {_some(old.models)}; {_some(new.models)}",
            advice="Name a model alike in both: losscli compare ... --pred NAME=COL",
        )
    return found


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return (", ".join(names[:_NAMED]) or "none") + (f" and {rest:,} more" if rest > 0 else "")


def matched_losses(old: Recorded, new: Recorded) -> tuple[tuple[LossTable, LossTable], ...]:
    """By their specs, in the order of the new result. Raises DataError for none."""
    known = {one.spec: one for one in old.result.losses}
    found = tuple((known[one.spec], one) for one in new.result.losses if one.spec in known)
    if not found:
        reasons = dict.fromkeys(_why(one, new, old, old) for one in new.result.losses)
        raise DataError(
            f"{old.path} and {new.path} have no loss in common: {_some(list(reasons))}",
            advice="Name a loss in both: losscli compare ... --loss SPEC",
        )
    return found


def no_replicates(old: Recorded, new: Recorded) -> str:
    """`no replicates in old.json`"""
    return f"no replicates in {' and '.join(_without(old, new))}"


def unpaired(old: Recorded, new: Recorded) -> str | None:
    """Why the changes have no intervals, and what to type; None where they have."""
    files = _without(old, new)
    if not files:
        return None
    command = f"losscli compare ... --id COL --replicates --output {shlex.quote(files[0])}"
    alike = f", and alike for {files[1]}" if files[1:] else ""
    return (
        f"{no_replicates(old, new)}, which show that the rows are the same, and pair them: {command}{alike}"
    )


def _without(old: Recorded, new: Recorded) -> list[str]:
    return list(dict.fromkeys(one.path for one in (old, new) if one.result.replicates is None))


def unmatched(old: Recorded, new: Recorded, models: Sequence[Models]) -> Iterator[Unmatched]:
    """What one side has alone: models, then losses, then metrics; of each the old side first."""
    sides = (("old", old, new), ("new", new, old))
    for (side, own, other), matched in zip(sides, zip(*models, strict=True), strict=True):
        for name in own.models:
            if name not in matched:
                yield Unmatched("model", name, side, f"not in {other.path}")
    for side, own, other in sides:
        specs = {one.spec for one in other.result.losses}
        for loss in own.result.losses:
            if loss.spec not in specs:
                yield Unmatched("loss", loss.spec, side, _why(loss, own, other, old))
    for side, own, other in sides:
        for metric in own.result.metrics:
            if other.result.metric(metric.name) is None:
                yield Unmatched("metric", metric.name, side, f"not in {other.path}")


def _why(loss: LossTable, own: Recorded, other: Recorded, old: Recorded) -> str:
    """Why a loss of one side has none of its spec on the other."""
    alike = [one for one in other.result.losses if one.name == loss.name]
    if not alike:
        return f"not in {other.path}"
    scale = old.result.scale
    if scale is not None and any(_scaled(loss, own.result.scale, one, other.result.scale) for one in alike):
        return f"other parameters; pin them with --scale {number_text(scale)}"
    return f"other parameters; name it in both with --loss {loss.spec}"


def _scaled(a: LossTable, own: float | None, b: LossTable, other: float | None) -> bool:
    """Whether two specs of one loss differ by their residual scales alone: each parameter is the same, or in
    proportion to the scale, or to one over it."""
    if not own or not other or a.params.keys() != b.params.keys():
        return False
    ratio = own / other
    return all(
        any(math.isclose(value, b.params[key] * factor, rel_tol=1e-9) for factor in (1.0, ratio, 1.0 / ratio))
        for key, value in a.params.items()
    )


def warnings(old: Comparison, new: Comparison) -> Iterator[Warning_]:
    """What differs, though the rows are the same, and keeps figures from answering one question."""
    facts = (
        ("primary", "the primary loss", old.primary, new.primary, f"The verdict is on {new.primary}"),
        ("weights", "the column of weights", old.weights, new.weights, "Use the same --weights"),
        (
            "class_weight",
            "the weight of each class",
            _weights(old),
            _weights(new),
            "Use the same --class-weight",
        ),
        ("threshold", "the threshold", old.threshold, new.threshold, "Use the same --threshold"),
    )
    for code, what, a, b, advice in facts:
        if a != b:
            yield Warning_(code, f"{what} differs: {_either(a, b)}", advice)


def _weights(one: Comparison) -> str | None:
    if one.class_weight is None:
        return None
    return ", ".join(f"{label} {weight:.3g}" for label, weight in one.class_weight.items())
