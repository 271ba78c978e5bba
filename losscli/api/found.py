"""What any verb gives in Python: the record of the result, its parts as tables, its screen and its JSON."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from losscli import sections
from losscli.api.rows import Rows, rows_of
from losscli.result.json import Document, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from losscli.api.drawn import Drawn

Record = TypeVar("Record", bound=Document)
_LATE = "decompositions"  # a part that is found when it is asked for


class Part:
    """An attribute of a result that is a part of its record as `Rows`.

    path: the field of the record, or `field.field`; each, renamed: as in `rows_of`.
    """

    def __init__(self, path: str, each: str | None = None, **renamed: str) -> None:
        self._path, self._each, self._renamed = path.split("."), each, renamed

    def __get__(self, result: "Result[Any] | None", owner: type) -> Rows:
        if result is None:
            return self  # type: ignore[return-value]
        value: Any = result.record if self._path[0] == _LATE else result._found
        kind: Any = type(value)
        for name in self._path:
            (field,) = (field for field in fields_of(kind) if field.name == name)
            kind = _record_in(field.kind)
            value = () if value is None else getattr(value, name)
        return rows_of(kind, () if value is None else value, self._each, self._renamed)


def _record_in(hint: Any) -> Any:
    """The record that a type holds: itself, of X | None, or of tuple[X, ...]."""
    parts = [one for one in getattr(hint, "__args__", ()) if one not in (type(None), Ellipsis)]
    return _record_in(parts[0]) if parts else hint


class Result(Generic[Record]):
    """What a verb found."""

    kind: ClassVar[type[Document]]

    def __init__(self, record: Record) -> None:
        self._found = record

    @property
    def record(self) -> Record:
        """The frozen record, which is the JSON of the command."""
        return self._found

    @property
    def verdict(self) -> str:
        """The answer, in its sentences."""
        from losscli.api.shown import verdict

        return verdict(self._found)

    warnings = Part("warnings")

    def screen(
        self,
        *,
        all: bool = False,
        show: "str | Iterable[str]" = (),
        explain: bool = False,
        width: int | None = None,
    ) -> str:
        """The screen of the command: all, show, explain as there; width: in columns.

        Raises UsageError for a section that there is not.
        """
        from losscli.api.shown import screen

        named = self._sections(show)
        record = self.record if all or not sections.DECOMPOSED.isdisjoint(named) else self._found
        return screen(record, all=all, show=named, explain=explain, width=width)

    @property
    def charts(self) -> tuple[str, ...]:
        """The names of the charts that this result has figures for, the main one first."""
        from losscli.charts import charts_of

        return tuple(chart.name for chart, _ in charts_of(self.record))

    def plot(self, name: str | None = None) -> "Drawn":
        """The chart of that name, or the main one; `result.plot_losses()` is `result.plot("losses")`.

        Raises UsageError where there is no such chart, or nothing for it here.
        """
        from losscli.api.drawn import Drawn
        from losscli.api.mended import in_python

        with in_python(["chart"]):
            return Drawn(self.record, name)

    def __getattr__(self, name: str) -> "Callable[[], Drawn]":
        start, _, chart = name.partition("plot_")
        if start or not chart:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return partial(self.plot, chart)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(f"plot_{name}" for name in self.charts)})

    def _sections(self, show: "str | Iterable[str]") -> frozenset[str]:
        from losscli.api.mended import in_python
        from losscli.report import VERBS
        from losscli.verbs.asked import sections_of

        with in_python(["show"]):
            facts = sections.VERBS.get(VERBS[self.kind].name, ())
            return sections_of([show] if isinstance(show, str) else show, facts)

    def to_json(self) -> str:
        """The JSON of the command."""
        from losscli import render

        return render.written(self.record, "json")  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command, read."""
        import json

        found: dict[str, Any] = json.loads(self.to_json())
        return found

    def __str__(self) -> str:
        from losscli.api.shown import screen

        return screen(self._found).rstrip("\n")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.verdict}>"

    def _repr_html_(self) -> str:
        from losscli.api.shown import result_html

        return result_html(self._found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())
