"""What each verb gives in Python, and what it can be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli.api.alike import alike
from losscli.api.found import Part, Result
from losscli.api.rows import Rows, Value, rows_of
from losscli.errors import DataError, UsageError
from losscli.result import Advice, Changes, Comparison, Degradation, Fit, Fits, Gate, Roles, Score

if TYPE_CHECKING:
    from collections.abc import Callable


class Checked(Rows):
    """Gates, judged: a row each.

    verdict: "fail" where one fails, else "inconclusive" where one cannot tell, else "pass".
    """

    def __init__(self, gates: "tuple[Gate, ...]") -> None:
        own = rows_of(Gate, gates)
        super().__init__(own.kinds, own)
        verdicts = {gate.verdict for gate in gates}
        self.verdict = next((one for one in ("fail", "inconclusive") if one in verdicts), "pass")
        self._gates = gates

    @property
    def passed(self) -> bool:
        """Whether none fails, and each can tell."""
        return self.verdict == "pass"

    def __str__(self) -> str:
        from losscli.report import visible
        from losscli.report.gates import gate_line

        return "\n".join(visible(gate_line(gate)) for gate in self._gates)


class Compared(Result[Comparison]):
    """What `losscli.compare` found."""

    kind = Comparison
    losses = Part("losses", "results")
    metrics = Part("metrics", "results")
    comparisons = Part("comparisons")
    robustness = Part("robustness", "models")
    gates = Part("gates")
    slices = Part("slices.slices", "results", value="slice")
    slice_comparisons = Part("slices.slices", "comparisons", value="slice")
    agreement = Part("agreement.orders")
    models = Part("models")
    costs = Part("costs")
    refused = Part("refused")
    decompositions = Part("decompositions")
    areas = Part("areas")
    discordant = Part("discordant")
    forecasts = Part("forecasts")
    row_table = Part("row_table")

    def __init__(
        self, record: Comparison, again: "Callable[[Mapping[str, Any]], Compared] | None" = None
    ) -> None:
        """again: compares the same tables with other options, where they are there; it is not pickled."""
        super().__init__(record)
        self._again = again

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_found": self.record, "_again": None}

    @property
    def record(self) -> Comparison:
        """The frozen record, which is the JSON of the command. What every loss is made of, which is most of
        the work, is found when it is asked for."""
        if self._found.later is not None:
            with alike():
                self._found = self._found.full()
        return self._found

    @property
    def ranking(self) -> Rows:
        """The primary loss of every model, best first."""
        table = self.losses.where(spec=self._found.primary)
        last = len(table) + 1
        return Rows(table.kinds, sorted(table, key=lambda row: row["rank"] or last))

    def check(self, *rules: str, baseline: Any = None) -> Checked:
        """Gates judged on the same rows: how much worse than a baseline a figure may be, "mae=2%" or
        "r2=+0.01", and what it may not be, "huber > 0.5".

        rules: as max_regression and fail_if of `losscli.compare` take them.
        baseline: as there; that of this result if not said.

        Nothing is computed anew for limits on figures that the result has. Raises UsageError for a rule that
        is none, and where the rows are needed and are not there: of a result that was read or unpickled;
        DataError where the table has changed.
        """
        from losscli.api.mended import in_python
        from losscli.comparison.gates import judged, parse_rule

        limits = [rule for rule in rules if "<" in rule or ">" in rule]
        changes = [rule for rule in rules if rule not in limits]
        baseline = self._found.baseline if baseline is None else baseline
        with in_python(["fail_if", "max_regression", "baseline"]):
            if not changes:
                try:
                    bare = replace(self._found, gates=())
                    return Checked(judged(bare, [parse_rule(rule) for rule in limits]).gates)
                except DataError:  # a figure that was not asked for
                    if self._again is None:
                        raise
            if self._again is None:
                raise UsageError(
                    f"{rules[0]}: the rows are not kept with a result that was read",
                    advice="Give max_regression and baseline to losscli.compare",
                )
        found = self._again({"fail_if": limits, "max_regression": changes, "baseline": baseline})
        if {one.sha256 for one in self._found.inputs} - {one.sha256 for one in found._found.inputs}:
            raise DataError("the table has changed since it was compared", advice="Compare it again")
        return Checked(found._found.gates)


class Fitted(Result[Fits]):
    """What `losscli.fit` found."""

    kind = Fits
    fits = Part("fits")
    ranking = Part("ranking", "rows")
    unranked = Part("unranked")
    refused = Part("refused")

    def __init__(self, record: Fits, model_json: str = "", predictions_csv: str = "") -> None:
        """model_json, predictions_csv: the texts of --save and --predictions."""
        super().__init__(record)
        self._model_json, self._predictions_csv = model_json, predictions_csv

    @property
    def scores(self) -> Rows:
        """Every metric of every fit, out of fold."""
        every = rows_of(Score, ())
        rows = (
            {"spec": fit.spec, "metric": metric, **row}
            for fit in self.record.fits
            for metric, score in fit.scores.items()
            for row in rows_of(Score, [score])
        )
        return Rows({"spec": str, "metric": str, **every.kinds}, rows)

    @property
    def robustness(self) -> Rows:
        """Every level of contamination, a row each, beside the figures of all levels together."""
        whole = rows_of(Degradation, self.record.robustness)
        kinds: dict[str, type] = {**whole.kinds, "level": float, "error": float, "excess": float}
        rows = (
            {**row, "level": level, "error": error, "excess": excess}
            for row, one in zip(whole, self.record.robustness, strict=True)
            for level, error, excess in zip(one.levels, one.error, one.excess, strict=True)
        )
        return Rows(kinds, rows)

    @property
    def coefficients(self) -> Rows:
        """Of the fits on all rows, on the raw columns; column None: the intercept; output: the class, the
        output or the label."""
        rows = [row for fit in self.record.fits for row in _coefficients(fit)]
        kinds: dict[str, type] = {"spec": str, "column": str, "output": str, "value": float}
        if all(row["output"] is None for row in rows):
            del kinds["output"]
        return Rows(kinds, rows)

    @property
    def predictions(self) -> Rows:
        """Those out of fold, of the first repeat, which `losscli.compare` reads. Raises UsageError where they
        are not kept: of a result that was read."""
        import csv

        if not self._predictions_csv:
            raise UsageError("there are no predictions with a result that was read", advice="Fit again")
        head, *lines = csv.reader(self._predictions_csv.splitlines())
        columns = {name: [line[i] for line in lines] for i, name in enumerate(head)}
        numbers = {name: _numbers(texts) for name, texts in columns.items()}
        kinds = {name: str if numbers[name] is None else float for name in head}
        told = {name: numbers[name] or columns[name] for name in head}
        return Rows(kinds, ({name: told[name][i] for name in head} for i in range(len(lines))))

    def save(self, path: str) -> None:
        """Write the models, for `losscli predict`. Raises UsageError where they are not kept: of a result
        that was read, and those of another library."""
        from pathlib import Path

        from losscli.domain import MODELS

        if self.record.model.partition(":")[0] not in MODELS:
            raise UsageError(
                f"{self.record.model}: models of another library are not kept",
                advice="Train it under the loss to use, and save it as its library says",
            )

        if not self._model_json:
            raise UsageError("there are no models with a result that was read", advice="Fit again")
        Path(path).write_text(self._model_json, encoding="utf-8")


def _coefficients(fit: Fit) -> Iterator[dict[str, Value]]:
    every = [(None, fit.intercept), *fit.coefficients.items()]
    for column, value in every:
        for output, one in value.items() if isinstance(value, Mapping) else [(None, value)]:
            yield {"spec": fit.spec, "column": column, "output": output, "value": one}


def _numbers(texts: list[str]) -> list[float | None] | None:
    """The texts as numbers, none where empty; None where one is no number."""
    try:
        return [float(text) if text else None for text in texts]
    except ValueError:
        return None


class Advised(Result[Advice]):
    """What `losscli.advise` found."""

    kind = Advice
    profile = Part("profile")
    rules = Part("rules")
    short_list = Part("short_list")

    @property
    def checked(self) -> Rows:
        """The short list, out of fold, best first."""
        from losscli.result import CheckRow

        return rows_of(CheckRow, self.record.check.losses)


class Changed(Result[Changes]):
    """What `losscli.diff` found."""

    kind = Changes
    losses = Part("losses")
    metrics = Part("metrics")
    unmatched = Part("unmatched")


class RolesFound(Result[Roles]):
    """What `losscli.roles` found."""

    kind = Roles
    columns = Part("columns")


RESULTS: tuple[type[Result[Any]], ...] = (Compared, Fitted, Advised, Changed, RolesFound)
