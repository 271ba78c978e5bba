"""An earlier result of `losscli compare --format json`, read as data and held to its types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from losscli.result.comparison import SCHEMA
from losscli.result.reading import Node, distinct, parsed, quoted
from losscli.result.replicates import UNITS, StoredLoss, StoredReplicates

_ADVICE = "Write it again: losscli compare PREDICTIONS --format json"
_HEX = re.compile(r"[0-9a-f]{16}\Z")
_OTHERS = re.compile(r"losscli/(\w{1,20})/1\Z")


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
    return parsed(
        text, path, lambda top: _recorded(top, path), what="result of losscli compare", advice=_ADVICE
    )


def _recorded(top: Node, path: str) -> Recorded:
    _check_schema(top)
    models = tuple(model.find("name").text() for model in top.find("models").items())
    distinct(models, "its models")
    known = frozenset(models)
    losses = tuple(_loss(one, known) for one in top.find("losses").items())
    distinct([one.spec for one in losses], "its losses")
    metrics = tuple(_metric(one, known) for one in top.find("metrics").items())
    distinct([one.name for one in metrics], "its metrics")
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
        positive=top.find("positive").maybe(Node.text),
        weights=top.find("weights").maybe(Node.text),
        threshold=top.find("threshold").maybe(Node.number),
        scale=top.find("scale").maybe(Node.number),
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


def _check_schema(top: Node) -> None:
    schema = top.find("schema").maybe(Node.text)
    if schema == SCHEMA:
        return
    other = _OTHERS.match(schema or "")
    if other:
        raise ValueError(f"it is one of losscli {other[1]}, and this reads those of compare")
    raise ValueError("it has no schema" if schema is None else f"its schema is {quoted(schema)}")


def _loss(one: Node, models: frozenset[str]) -> RecordedLoss:
    spec = one.find("spec").name()
    params = one.find("params").maybe(_params) or {}
    members = one.find("class").maybe(Node.items) or []
    return RecordedLoss(
        spec=spec,
        name=one.find("name").name(),
        params=params,
        unit=one.find("unit").maybe(Node.text) or "",
        members=tuple(member.name() for member in members) or (spec,),
        results=_results(one, models),
    )


def _params(node: Node) -> dict[str, float]:
    if not isinstance(node.value, dict):
        node.fail("no object")
    return {key: node.find(key).number() for key in node.value}


def _metric(one: Node, models: frozenset[str]) -> RecordedMetric:
    name = one.find("name").name()
    return RecordedMetric(
        name=name,
        title=one.find("title").maybe(Node.text) or name,
        greater_is_better=one.find("greater_is_better").maybe(Node.flag),
        results=_results(one, models),
    )


def _results(one: Node, models: frozenset[str]) -> dict[str, RecordedValue]:
    found: dict[str, RecordedValue] = {}
    for result in one.find("results").items():
        model = result.find("model")
        if model.text() not in models:
            model.fail(f"{quoted(model.text())}, which is not among the models")
        if model.text() in found:
            model.fail(f"{quoted(model.text())}, which stands there twice")
        value = result.find("value").maybe(Node.number)
        found[model.text()] = RecordedValue(value, result.find("reason").maybe(Node.text))
    if len(found) < len(models):
        one.find("results").fail("not of every model")
    return found


def _replicates(node: Node) -> StoredReplicates:
    by = node.find("by")
    if by.text() not in UNITS:
        by.fail(f"{quoted(by.text())}, and no one of {', '.join(UNITS)}")
    found = StoredReplicates(
        id=node.find("id").text(),
        by=by.text(),
        column=node.find("column").maybe(Node.text),
        length=node.find("length").maybe(lambda length: length.whole(1)),
        rows=node.find("rows").whole(1),
        count=node.find("count").whole(2),
        seed=node.find("seed").whole(0),
        ids=_digits(node.find("ids")),
        targets=_digits(node.find("targets")),
        w=node.find("w").text(),
        losses=tuple(
            StoredLoss(one.find("spec").name(), one.find("model").text(), one.find("values").text())
            for one in node.find("losses").items()
        ),
    )
    found.check()
    return found


def _digits(node: Node) -> str:
    return node.text() if _HEX.match(node.text()) else node.fail("not 16 hex digits")
