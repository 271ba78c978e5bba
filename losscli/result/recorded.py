"""An earlier result of `losscli compare --format json`."""

from dataclasses import dataclass

from losscli.result.comparison import SCHEMA, Comparison
from losscli.result.reading import distinct, loaded


@dataclass(frozen=True, slots=True)
class Recorded:
    """An earlier result, and the file that holds it."""

    path: str
    result: Comparison

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.result.models)


def recorded(text: str, path: str) -> Recorded:
    """The result in a file's text. Raises DataError for any other, naming the file and what is wrong."""
    result = loaded(
        Comparison,
        text,
        path,
        schema=SCHEMA,
        what="result of losscli compare",
        advice="Write it again: losscli compare PREDICTIONS --format json",
        check=_check,
    )
    return Recorded(path, result)


def _check(result: Comparison) -> None:
    """Raises ValueError where a name stands twice, or a table is not of every model, and DataError for
    replicates that cannot be read."""
    models = [model.name for model in result.models]
    distinct(models, "its models")
    distinct([one.spec for one in result.losses], "its losses")
    distinct([one.name for one in result.metrics], "its metrics")
    places = {f"losses[{number}].results": one.results for number, one in enumerate(result.losses)}
    metrics = {f"metrics[{number}].results": one.results for number, one in enumerate(result.metrics)}
    for place, results in (places | metrics).items():
        found = [one.model for one in results]
        distinct(found, place)
        if set(found) != set(models):
            raise ValueError(f"{place} is not of its models")
    if result.replicates is not None:
        result.replicates.check()
