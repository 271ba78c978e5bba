"""CSV (RFC 4180): one row per loss or metric and model (of a fit: per loss and metric), with the names of the
JSON as columns.

A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers; what is
not known is an empty cell.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from losscli.render.format import Format
from losscli.render.records import loss_record, metric_record
from losscli.report import Explanation, Listing, visible
from losscli.result import (
    Advice,
    Changes,
    ColumnRole,
    Comparison,
    Degradation,
    Fit,
    Fits,
    LearningCurve,
    LossTable,
    LossValue,
    PenaltyPath,
    Roles,
    RowRecord,
    Threshold,
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = "kind spec name unit greater_is_better " + " ".join(field.name for field in fields(LossValue))
_ROW_COLUMNS = "row why target prediction"  # with --rows
_FIT_COLUMNS = (
    "kind spec name metric greater_is_better value low high mean scheme size level error excess area premium "
    "iteration rank rank_low rank_high reason"
)
_ADVICE_COLUMNS = (
    "kind name title value unit meaning seen so losses speaks reference spec metric relative low high "
    "verdict other_metric other other_relative other_low other_high reason"
)
_CHANGE_COLUMNS = (
    "kind spec name greater_is_better model old_model new_model old new change relative low high p verdict "
    "rows_needed reason"
)


def _comparison(result: Comparison) -> str:
    losses = [_loss(table) | _values(value) for table in result.losses for value in table.results]
    metrics = [
        _values(table) | {"kind": "metric"} | _values(value)
        for table in result.metrics
        for value in table.results
    ]
    if not result.row_table:
        return _table(_COLUMNS, [*losses, *metrics])
    rows = (row for record in result.row_table for row in _row(result, record))
    return _table(f"{_COLUMNS} {_ROW_COLUMNS}", [*losses, *metrics, *rows])


def _loss(table: LossTable) -> dict[str, Any]:
    return _values(table) | {"kind": "loss", "greater_is_better": False}


def _row(result: Comparison, record: RowRecord) -> Iterator[dict[str, Any]]:
    """The primary loss of one row: a line per model."""
    for model, value in record.losses.items():
        own = {"kind": "row", "model": model, "value": value, "prediction": record.predictions[model]}
        why = {"why": "; ".join(record.why), "reason": record.reason if value is None else None}
        yield _loss(result.loss(result.primary)) | _values(record) | own | why


def _values(record: Any) -> dict[str, Any]:
    """Its fields by name; those that are no column of a table are passed over there."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _fits(result: Fits) -> str:
    """Metrics, chosen thresholds, metrics of the best constant, then robustness: a row per level, and one
    with the area; then the points of learning curves, and of paths, whose strength is the level."""
    rows = [row for fit in result.fits for row in _scores(result, fit)]
    rows += [_threshold(fit, fit.threshold) for fit in result.fits if fit.threshold is not None]
    rows += [{"kind": "constant", "metric": name, "mean": value} for name, value in result.constant.items()]
    rows += [row for one in result.robustness for row in _levels(result, one)]
    rows += [
        {"kind": "curve", "spec": one.spec, "metric": one.name, "iteration": x, "value": y}
        for one in result.curves
        if isinstance(one, LearningCurve)
        for x, y in zip(one.x, one.y, strict=True)
    ]
    rows += [row for one in result.curves if isinstance(one, PenaltyPath) for row in _strengths(one)]
    return _table(_FIT_COLUMNS, rows)


def _scores(result: Fits, fit: Fit) -> Iterator[dict[str, Any]]:
    for metric, score in fit.scores.items():
        ranking = next((one for one in result.ranking if one.metric == metric), None)
        found = next((row for row in ranking.rows if row.spec == fit.spec), None) if ranking else None
        ranks = _values(found) if found else {}
        better = ranking.greater_is_better if ranking else None
        own = {"kind": "metric", "spec": fit.spec, "name": fit.name, "metric": metric}
        yield ranks | _values(score) | own | {"greater_is_better": better}


def _strengths(one: PenaltyPath) -> Iterator[dict[str, Any]]:
    for strength, value, error in zip(one.x, one.y, one.mean_error, strict=True):
        shared = {"kind": "path", "spec": one.spec, "metric": one.metric, "scheme": one.name}
        yield shared | {"level": strength, "value": value, "error": error}


def _threshold(fit: Fit, chosen: Threshold) -> dict[str, Any]:
    """The mean over folds and the ends; the metric is what it was chosen by."""
    own = {"kind": "threshold", "spec": fit.spec, "name": fit.name, "metric": chosen.rule}
    return _values(chosen) | own


def _levels(result: Fits, one: Degradation) -> Iterator[dict[str, Any]]:
    whole = _values(one) | {"kind": "robustness", "metric": result.headline, "error": None, "excess": None}
    shared = {name: whole[name] for name in ("kind", "spec", "metric", "scheme", "size", "reason")}
    for level, error, excess in zip(one.levels, one.error, one.excess, strict=True):
        yield shared | {"level": level, "error": error, "excess": excess}
    yield whole


def _advice(result: Advice) -> str:
    """The profile, the rules that fired, and the check of the short list."""
    rows = [{"kind": "figure"} | _values(one) for one in result.profile]
    rows += [{"kind": "rule"} | _values(one) | {"losses": " ".join(one.losses)} for one in result.rules]
    rows += [
        {"kind": "loss", "metric": result.check.metric, "other_metric": result.check.other} | _values(one)
        for one in result.check.losses
    ]
    return _table(_ADVICE_COLUMNS, rows)


def _changes(result: Changes) -> str:
    losses = ({"kind": "loss"} | _values(one) for one in result.losses)
    metrics = ({"kind": "metric"} | _values(one) for one in result.metrics)
    return _table(_CHANGE_COLUMNS, [*losses, *metrics])


def _roles(result: Roles) -> str:
    return _table(" ".join(field.name for field in fields(ColumnRole)), map(_values, result.columns))


def _listing(listing: Listing) -> str:
    return _records(_flat(loss_record(loss)) for loss in listing.losses)


def _explanation(explanation: Explanation) -> str:
    if explanation.metrics:
        return _records(map(_joined, map(metric_record, explanation.metrics)))
    return _records({"spec": one.spec} | _flat(loss_record(one.loss)) for one in explanation.bound())


def _records(records: Iterable[Mapping[str, Any]]) -> str:
    rows = list(records)
    return _table(" ".join(rows[0]) if rows else "name", rows)


def _joined(record: dict[str, Any]) -> dict[str, Any]:
    return {name: "; ".join(one) if isinstance(one, list) else one for name, one in record.items()}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Lists joined: words by blanks, parameters as name=default, aliases as library:name."""
    flat = record | {name: " ".join(record[name]) for name in ("needs", "traits", "inventory")}
    flat["params"] = "; ".join(f"{param['name']}={param['default']}" for param in record["params"])
    flat["aliases"] = "; ".join(f"{alias['library']}:{alias['name']}" for alias in record["aliases"])
    return flat


def _table(columns: str, rows: Iterable[Mapping[str, Any]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    names = columns.split()
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    """A number as the shortest text that reads back the same; a text made harmless."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return ("'" if value.startswith(_FORMULA) else "") + visible(value)
        case _:
            return value


_TABLES: dict[type, Callable[[Any], str]] = {
    Comparison: _comparison,
    Fits: _fits,
    Advice: _advice,
    Changes: _changes,
    Roles: _roles,
    Listing: _listing,
    Explanation: _explanation,
}
FORMAT = Format(lambda found, view: _TABLES[type(found)](found), (".csv",), _TABLES)
