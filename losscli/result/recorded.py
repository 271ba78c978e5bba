"""An earlier result of `losscli compare --format json`."""

from dataclasses import dataclass

from losscli.result.comparison import Comparison
from losscli.result.reading import loaded


@dataclass(frozen=True, slots=True)
class Recorded:
    """An earlier result, and the file that holds it; model: the one of its models that is meant, if any
    is."""

    path: str
    result: Comparison
    model: str | None = None

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.result.models)


def recorded(text: str, path: str) -> Recorded:
    """The result in a file's text. Raises DataError for any other, naming the file and what is wrong."""
    advice = "Write it again: losscli compare PREDICTIONS --format json"
    return Recorded(path, loaded(Comparison, text, path, what="result of losscli compare", advice=advice))
