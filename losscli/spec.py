"""One grammar for losses, optimizers, models and contaminations: `name[:param=value[,param=value]]`."""

import re
from dataclasses import dataclass

from losscli.errors import UsageError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf)\Z", re.ASCII)


def number_text(value: float) -> str:
    """The shortest text that reads back as the same double, without a trailing `.0`."""
    text = repr(float(value))
    return text.removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Spec:
    """A name and its written parameters; `Spec.parse(str(spec)) == spec`."""

    name: str
    params: tuple[tuple[str, float | str], ...] = ()

    def __str__(self) -> str:
        written = ",".join(
            f"{key}={value if isinstance(value, str) else number_text(value)}" for key, value in self.params
        )
        return f"{self.name}:{written}" if written else self.name

    @classmethod
    def parse(cls, text: str) -> "Spec":
        """Read a spec. Raises UsageError naming the part that does not parse."""
        name, colon, rest = text.strip().partition(":")
        if not _NAME.match(name):
            raise UsageError(
                f"{text!r} is not a spec", advice="Write name or name:param=value, e.g. huber:delta=1.5"
            )
        if colon and not rest:
            raise UsageError(f"{text!r} ends after the colon", advice=f"Write {name} or {name}:param=value")
        params: list[tuple[str, float | str]] = []
        for part in rest.split(",") if rest else []:
            key, equals, value = part.strip().partition("=")
            if not equals or not _NAME.match(key) or not value:
                raise UsageError(
                    f"{part!r} in {text!r} is not param=value", advice="For example huber:delta=1.5"
                )
            if key in dict(params):
                raise UsageError(f"{text!r} gives {key} twice")
            params.append((key, float(value) if _NUMBER.match(value) else value))
        return cls(name, tuple(params))

    def numbers(self) -> dict[str, float]:
        """The written parameters as numbers. Raises UsageError naming one that is a word."""
        words = [f"{key}={value}" for key, value in self.params if isinstance(value, str)]
        if words:
            raise UsageError(f"{self}: {words[0]} is not a number", advice="For example huber:delta=1.5")
        return {key: float(value) for key, value in self.params}
