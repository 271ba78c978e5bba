"""One grammar for losses, optimizers, models and contaminations: `name[:param=value[,param=value]]`.

A weighted sum of losses is one too, `0.7*huber:delta=1 + 0.3*mae`: its name is that of its weighted parts,
`0.7*huber + 0.3*mae`, and its parameters are theirs, `huber.delta`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from losscli.errors import UsageError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_OF_XGBOOST = re.compile(r"(?:reg|binary|multi|count|rank|survival):[a-z]+\Z")  # its names hold a colon
_DIGITS = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"[+-]?(?:{_DIGITS}|inf)\Z", re.ASCII)
_WEIGHTED = re.compile(rf"\s*(?P<weight>[+-]?{_DIGITS})\s*\*\s*(?P<spec>.*)\Z", re.ASCII | re.DOTALL)
# A plus with a term behind it: not the sign of a value (delta=+1), not that of an exponent (1e+5).
_PLUS = re.compile(rf"\s*(?<!=)(?<![\d.][eE])\+\s*(?=(?:{_DIGITS}\s*\*\s*)?[A-Za-z])", re.ASCII)

Written = tuple[tuple[str, float | str], ...]


def number_text(value: float) -> str:
    """The shortest text that reads back as the same double, without a trailing `.0`."""
    text = repr(float(value))
    return text.removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Spec:
    """A name and its written parameters; `Spec.parse(str(spec)) == spec`."""

    name: str
    params: Written = ()

    def __str__(self) -> str:
        return " + ".join(f"{_times(weight)}{_text(spec)}" for weight, spec in self.terms)

    @property
    def is_sum(self) -> bool:
        """Whether it is a weighted sum, if of one term."""
        return bool(_PLUS.search(self.name) or _WEIGHTED.match(self.name))

    @property
    def terms(self) -> "tuple[tuple[float, Spec], ...]":
        """The weighted parts of a sum; where it is none, itself."""
        if not self.is_sum:
            return ((1.0, self),)
        parts = [_split_weight(part) for part in _PLUS.split(self.name)]
        keys = part_keys([name for _, name in parts])
        return tuple(
            (weight, Spec(name, tuple(_own(key, self.params))))
            for (weight, name), key in zip(parts, keys, strict=True)
        )

    @classmethod
    def sum_of(cls, terms: "Sequence[tuple[float, Spec]]") -> "Spec":
        """The weighted sum of specs that are none; the spec itself where it stands alone with weight 1."""
        if len(terms) == 1 and terms[0][0] == 1.0:
            return terms[0][1]
        keys = part_keys([spec.name for _, spec in terms])
        params = [
            (f"{key}.{name}", value)
            for key, (_, spec) in zip(keys, terms, strict=True)
            for name, value in spec.params
        ]
        return cls(" + ".join(f"{_times(weight)}{spec.name}" for weight, spec in terms), tuple(params))

    @classmethod
    def parse(cls, text: str) -> "Spec":
        """Read a spec. Raises UsageError naming the part that does not parse."""
        parts = _PLUS.split(text.strip())
        return cls.sum_of([_weighted(part, text) for part in parts])

    def numbers(self) -> dict[str, float]:
        """The written parameters as numbers. Raises UsageError naming one that is a word."""
        words = [f"{key}={value}" for key, value in self.params if isinstance(value, str)]
        if words:
            raise UsageError(f"{self}: {words[0]} is not a number", advice="For example huber:delta=1.5")
        return {key: float(value) for key, value in self.params}


def meant(text: str, *lists: Iterable[str]) -> tuple[str, ...]:
    """The names that a text may mean in another spelling, of the first list that has any: without the module,
    case and signs (`nn.HuberLoss`, `MAPE`), and the `neg_` of scorers; else but for a last `loss`, `error` or
    `score`; else as the first word of three at most (`CRPS`).
    """
    known = [tuple(dict.fromkeys(names)) for names in lists]
    for wanted in dict.fromkeys((text, re.sub(r"^neg_", "", text))):
        for like in (_key, _stem):
            for names in known if _key(wanted) else ():
                found = tuple(name for name in names if like(name) == like(wanted))
                if found:
                    return found
    start = f"{text.lower()}_"
    first = [tuple(name for name in names if name.lower().startswith(start)) for names in known]
    return next((found for found in first if len(text) > 1 and 0 < len(found) <= 3), ())


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


def _stem(name: str) -> str:
    key = _key(name)
    return re.sub(r"(loss|error|score)$", "", key) or key


def part_keys(names: Sequence[str]) -> tuple[str, ...]:
    """What parameters of each part of a sum are known by: its name, `huber#2` for a second of that name."""
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return tuple(f"{name}#{n + 1}" if n else name for name, n in zip(names, before, strict=True))


def _own(key: str, params: Written) -> Iterator[tuple[str, float | str]]:
    """The parameters of one part."""
    for name, value in params:
        if name.startswith(f"{key}."):
            yield name.removeprefix(f"{key}."), value


def _times(weight: float) -> str:
    return "" if weight == 1.0 else f"{number_text(weight)}*"


def _text(spec: Spec) -> str:
    written = ",".join(
        f"{key}={value if isinstance(value, str) else number_text(value)}" for key, value in spec.params
    )
    return f"{spec.name}:{written}" if written else spec.name


def _split_weight(part: str) -> tuple[float, str]:
    found = _WEIGHTED.match(part)
    return (float(found["weight"]), found["spec"]) if found else (1.0, part)


def _weighted(part: str, text: str) -> tuple[float, Spec]:
    weight, spec = _split_weight(part)
    if not 0.0 < weight < math.inf:
        raise UsageError(
            f"{text!r}: a weight of {weight:g} is not above 0 and finite",
            advice="For example 0.7*huber:delta=1 + 0.3*mae",
        )
    return weight, _parsed(spec)


def _parsed(text: str) -> Spec:
    if _OF_XGBOOST.match(text.strip()):
        return Spec(text.strip())
    name, colon, rest = text.strip().partition(":")
    if not _NAME.match(name):
        raise UsageError(
            f"{text!r} is not a spec",
            advice="Write name, name:param=value (huber:delta=1.5) or a sum (0.7*huber:delta=1 + 0.3*mae)",
        )
    if colon and not rest:
        raise UsageError(f"{text!r} ends after the colon", advice=f"Write {name} or {name}:param=value")
    params: list[tuple[str, float | str]] = []
    for part in rest.split(",") if rest else []:
        key, equals, value = part.strip().partition("=")
        if not equals or not _NAME.match(key) or not value:
            raise UsageError(f"{part!r} in {text!r} is not param=value", advice="For example huber:delta=1.5")
        if key in dict(params):
            raise UsageError(f"{text!r} gives {key} twice")
        params.append((key, float(value) if _NUMBER.match(value) else value))
    return Spec(name, tuple(params))
