"""The lines of the data."""

from losscli.domain import MODELS, Task
from losscli.report.blocks import Line, Role
from losscli.report.data import (
    class_weight_text,
    classes_text,
    cost_text,
    data_fields,
    file_text,
    rows_text,
)
from losscli.report.fits.screen import FitScreen
from losscli.report.names import visible
from losscli.report.numbers import count, percent, significant
from losscli.result import Fits


def data_line(screen: FitScreen) -> list[Line]:
    """What was read, what is trained and how it is judged."""
    return [Line(data_fields(screen, _fields(screen), screen.found.decisions), Role.DIM)]


def _fields(screen: FitScreen) -> list[str]:
    """The fields, the most telling first."""
    fits = screen.found
    fields = [*(file_text(screen, item) for item in fits.inputs), rows_text(screen, fits.rows)]
    fields += [count(len(fits.features), "feature"), _target(screen), fits.task, screen.clip(fits.model, 60)]
    fields += [_judging(screen), _losses(screen), *_settings(screen)]
    if fits.weights is not None:
        fields.append(f"weights {screen.clip(fits.weights, 20)}")
    if fits.class_weight is not None:
        fields.append(f"{class_weight_text(screen, fits.class_weight)} in training only")
    fields += made_rows(fits)
    if fits.threshold is not None:
        fields.append(f"threshold {fits.threshold:g}")
    if fits.threshold_rule is not None:
        fields.append(f"threshold by {fits.threshold_rule}, within training rows")
    if fits.costs is not None:
        fields.append(cost_text(fits.costs))
    return fields


def made_rows(fits: Fits) -> list[str]:
    """What was made of training rows."""
    found = []
    if fits.oversample is not None:
        whole = "the largest class" if fits.oversample == 1.0 else f"{fits.oversample:g} of the largest class"
        found.append(f"oversampled to {whole} in training")
    if fits.label_smoothing is not None:
        found.append(f"labels smoothed by {fits.label_smoothing:g} in training")
    return [*found, *(f"{spec} in training" for spec in fits.augment)]


def _target(screen: FitScreen) -> str:
    """The target as it was decided, with the share of the positive class."""
    fits = screen.found
    said = next((text for text in fits.decisions if text.startswith(f"target {fits.target}")), None)
    whole = f"target {fits.target}"
    text = screen.clip(whole if fits.outputs else said or whole, 32)
    if fits.positive is not None:
        share = "" if fits.prevalence is None else f" ({percent(fits.prevalence)})"
        text += f": positive {screen.clip(fits.positive, 16)}{share}"
    elif fits.classes:
        text += classes_text(screen, fits.classes)
    elif fits.outputs:
        text += f": {count(len(fits.outputs), 'label' if fits.task == Task.MULTILABEL else 'output')}"
    return text


def _judging(screen: FitScreen) -> str:
    fits = screen.found
    how = f" ({visible(fits.splitter)})" if fits.splitter else ""
    return f"{count(fits.folds, 'fold')} x {count(fits.repeats, 'repeat')}{how}"


def _losses(screen: FitScreen) -> str:
    fitted, ranked = len(screen.ranked) + len(screen.unranked), len(screen.ranked)
    text = "1 loss fitted" if fitted == 1 else f"{fitted} losses fitted"
    return text if fitted == ranked else f"{text}, {ranked} ranked"


def _settings(screen: FitScreen) -> list[str]:
    """Penalty, scale and optimizer, as far as they say something."""
    fits = screen.found
    found = [f"l1 {significant(fits.l1)}"] if fits.l1 else []
    if fits.model.partition(":")[0] in MODELS:
        found.append("l2 by loss" if fits.l2 is None else f"l2 {significant(fits.l2)}")
    if fits.penalty_scale != "raw":
        found.append(f"in units of {visible(fits.penalty_scale)}")
    if fits.scale is not None:
        found.append(f"usual error s {significant(fits.scale)}")
    elif fits.task == Task.REGRESSION:
        found.append(f"no scale s: {screen.clip(fits.scale_reason or 'no reason is given', 60)}")
    return found if fits.optimizer == "auto" else [*found, visible(fits.optimizer)]
