"""An earlier result of `losscli compare --format json`, read as data and held to its types."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from losscli.errors import DataError, Where
from losscli.result.comparison import SCHEMA
from losscli.result.replicates import UNITS, StoredLoss, StoredReplicates

_ADVICE = "Write it again: losscli compare PREDICTIONS --format json"
_HEX = re.compile(r"[0-9a-f]{16}\Z")
_OTHERS = re.compile(r"losscli/(\w{1,20})/1\Z")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class RecordedValue:
    """A figure of one model; `reason` says why it, or its interval, is missing."""

    value: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RecordedLoss:
    """One loss of all models, by their names; `members` are the specs of its class, itself included."""

    spec: str
    name: str
    params: Mapping[str, float]
    unit: str
    members: tuple[str, ...]
    results: Mapping[str, RecordedValue]


@dataclass(frozen=True, slots=True)
class RecordedMetric:
    name: str
    title: str
    greater_is_better: bool | None
    results: Mapping[str, RecordedValue]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a later run needs of an earlier one. rows, units: that were used, that were resampled."""

    path: str
    version: str
    task: str
    target: str
    positive: str | None
    weights: str | None
    threshold: float | None
    scale: float | None
    primary: str
    confidence: float
    rows: int
    units: int
    models: tuple[str, ...]
    losses: tuple[RecordedLoss, ...]
    metrics: tuple[RecordedMetric, ...]
    replicates: StoredReplicates | None
    class_weight: Mapping[str, float] | None = None

    def loss(self, spec: str) -> RecordedLoss | None:
        return next((one for one in self.losses if one.spec == spec), None)

    def metric(self, name: str) -> RecordedMetric | None:
        return next((one for one in self.metrics if one.name == name), None)


def recorded(text: str, path: str) -> Recorded:
    """The result in a file's text; keys that it does not know are ignored.

    Raises DataError, naming the file and what is wrong, for any other text.
    """
    try:
        return _recorded(_Node(_document(text), ""), path)
    except json.JSONDecodeError as error:
        raise _refusal(f"this is no JSON: {error.msg}", Where(path, error.lineno)) from None
    except RecursionError:
        raise _refusal("this is no result of losscli compare: it is nested too deeply", Where(path)) from None
    except (ValueError, DataError) as error:
        raise _refusal(f"this is no result of losscli compare: {error}", Where(path)) from None


def _refusal(what: str, where: Where) -> DataError:
    return DataError(what, where=where, advice=_ADVICE)


def _document(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what JSON has not: NaN, a key twice."""
    return json.loads(
        text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _distinct([key for key, _ in pairs], "the keys of one object")
    return found


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is beyond any number")
    return value


def _int(text: str) -> int:
    if len(text) > 20:
        raise ValueError(f"{text[:20]}… is beyond any whole number")
    return int(text)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document, and where it is; what is not as asked raises ValueError."""

    value: Any
    place: str

    def fail(self, what: str) -> NoReturn:
        raise ValueError(f"{self.place or 'it'} is {what}")

    def find(self, key: str) -> "_Node":
        """The value of a key; None where there is no such key."""
        if not isinstance(self.value, dict):
            self.fail("no object")
        return _Node(self.value.get(key), f"{self.place}.{key}" if self.place else key)

    def items(self) -> "list[_Node]":
        if not isinstance(self.value, list):
            self.fail("missing" if self.value is None else "no list")
        return [_Node(item, f"{self.place}[{number}]") for number, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("missing" if self.value is None else "no text")
        return str(self.value)

    def name(self) -> str:
        """A text that is not empty."""
        return self.text() or self.fail("empty")

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("missing" if self.value is None else "no number")
        return float(self.value)

    def whole(self, least: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < least:
            self.fail("missing" if self.value is None else f"no whole number from {least} on")
        return int(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail("neither true nor false")
        return bool(self.value)

    def maybe(self, read: "Callable[[_Node], Item]") -> Item | None:
        """What `read` makes of it, None for null and for a key that is not there."""
        return None if self.value is None else read(self)


def _recorded(top: _Node, path: str) -> Recorded:
    _check_schema(top)
    models = tuple(model.find("name").name() for model in top.find("models").items())
    _distinct(models, "its models")
    known = frozenset(models)
    losses = tuple(_loss(one, known) for one in top.find("losses").items())
    _distinct([one.spec for one in losses], "its losses")
    metrics = tuple(_metric(one, known) for one in top.find("metrics").items())
    _distinct([one.name for one in metrics], "its metrics")
    confidence = top.find("confidence")
    if not 0 < confidence.number() < 1:
        confidence.fail("not between 0 and 1")
    rows = top.find("rows").find("used").whole(1)
    resampling = top.find("resampling")
    units = None if resampling.value is None else resampling.find("units").whole(0)
    return Recorded(
        path=path,
        version=top.find("version").text(),
        task=top.find("task").name(),
        target=top.find("target").text(),
        positive=top.find("positive").maybe(_Node.text),
        weights=top.find("weights").maybe(_Node.text),
        threshold=top.find("threshold").maybe(_Node.number),
        scale=top.find("scale").maybe(_Node.number),
        primary=top.find("primary").name(),
        confidence=confidence.number(),
        rows=rows,
        units=units or rows,
        models=models,
        losses=losses,
        metrics=metrics,
        replicates=top.find("replicates").maybe(_replicates),
        class_weight=top.find("class_weight").maybe(_params),
    )


def _check_schema(top: _Node) -> None:
    schema = top.find("schema").maybe(_Node.text)
    if schema == SCHEMA:
        return
    other = _OTHERS.match(schema or "")
    if other:
        raise ValueError(f"it is one of losscli {other[1]}, and this reads those of compare")
    raise ValueError("it has no schema" if schema is None else f"its schema is {_quoted(schema)}")


def _loss(one: _Node, models: frozenset[str]) -> RecordedLoss:
    spec = one.find("spec").name()
    params = one.find("params").maybe(_params) or {}
    members = one.find("class").maybe(_Node.items) or []
    return RecordedLoss(
        spec=spec,
        name=one.find("name").name(),
        params=params,
        unit=one.find("unit").maybe(_Node.text) or "",
        members=tuple(member.name() for member in members) or (spec,),
        results=_results(one, models),
    )


def _params(node: _Node) -> dict[str, float]:
    if not isinstance(node.value, dict):
        node.fail("no object")
    return {key: node.find(key).number() for key in node.value}


def _metric(one: _Node, models: frozenset[str]) -> RecordedMetric:
    name = one.find("name").name()
    return RecordedMetric(
        name=name,
        title=one.find("title").maybe(_Node.text) or name,
        greater_is_better=one.find("greater_is_better").maybe(_Node.flag),
        results=_results(one, models),
    )


def _results(one: _Node, models: frozenset[str]) -> dict[str, RecordedValue]:
    found: dict[str, RecordedValue] = {}
    for result in one.find("results").items():
        model = result.find("model")
        if model.name() not in models:
            model.fail(f"{_quoted(model.name())}, which is not among the models")
        if model.name() in found:
            model.fail(f"{_quoted(model.name())}, which stands there twice")
        value = result.find("value").maybe(_Node.number)
        found[model.name()] = RecordedValue(value, result.find("reason").maybe(_Node.text))
    if len(found) < len(models):
        one.find("results").fail("not of every model")
    return found


def _distinct(names: Sequence[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{_quoted(name)} stands twice among {what}")


def _replicates(node: _Node) -> StoredReplicates:
    by = node.find("by")
    if by.text() not in UNITS:
        by.fail(f"{_quoted(by.text())}, and no one of {', '.join(UNITS)}")
    found = StoredReplicates(
        id=node.find("id").text(),
        by=by.text(),
        column=node.find("column").maybe(_Node.text),
        rows=node.find("rows").whole(1),
        count=node.find("count").whole(2),
        seed=node.find("seed").whole(0),
        ids=_digits(node.find("ids")),
        targets=_digits(node.find("targets")),
        w=node.find("w").text(),
        losses=tuple(
            StoredLoss(one.find("spec").name(), one.find("model").name(), one.find("values").text())
            for one in node.find("losses").items()
        ),
    )
    found.check()
    return found


def _digits(node: _Node) -> str:
    return node.text() if _HEX.match(node.text()) else node.fail("not 16 hex digits")
