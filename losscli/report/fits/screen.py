"""What every part of the fit report needs to know: the result, its losses in the order of advice, their
names and their figures."""

from dataclasses import dataclass
from functools import cached_property

from losscli.domain import TASKS, Task
from losscli.errors import UsageError
from losscli.metrics import known_as
from losscli.metrics.metric import Metric
from losscli.report.names import display_specs, lookup, spec_name, visible
from losscli.report.numbers import Digits, Figure, digits_of, fixed
from losscli.report.screen import Screen
from losscli.result import Degradation, Fit, Fits, Ranking, RankRow, Score

_MOST, _MOST_OF_CLASSES = 7, 5  # losses on a default screen, which of classes has more tables
COUNTED = "predicted_positive"  # a number of rows, which no loss is ranked by
_SIGNED = "bias"  # 0 is best, and no loss is ranked by it
_LOSSES = {"mae": "MAE", "medae": "MedAE", "hamming": "Hamming loss"}  # words of those that judge
_NARROW = {"trimmed_mae": "trimmed MAE", "hamming": "Hamming"}
_CONSTANTS = {
    **dict.fromkeys(("mae", "medae", "trimmed_mae"), "the median"),
    **dict.fromkeys(("rmse", "r2", "mse"), "the mean"),
}
_SPOILED = {"shift": "targets off", "spread": "targets off either way", "leverage": "features off"}
_LAST = 1 << 30  # a rank after every other


@dataclass(frozen=True, slots=True)
class Standing:
    """One class of losses: its rank on the data as they are, and what it loses when they go bad."""

    fit: Fit
    clean: RankRow | None  # None: it takes no part in rankings
    bad: Degradation | None
    leverage: Degradation | None

    @property
    def leads(self) -> bool:
        """Whether no loss is shown better on the data as they are."""
        return self.clean is not None and self.clean.rank_low == 1

    @property
    def bad_rank(self) -> int:
        """The least rank that it may have when the data go bad."""
        low = None if self.bad is None else self.bad.rank_low or self.bad.rank
        return _LAST if low is None else low


class FitScreen(Screen[Fits]):
    """Fitted losses."""

    # ── losses ───────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def ranked(self) -> tuple[Standing, ...]:
        """One per class of losses, in the order of the headline metric."""
        headline = self.ranking(self.found.headline)
        found: list[Standing] = []
        for row in headline.rows if headline else ():
            if not any(row.spec in other.fit.members for other in found):
                found.append(self._standing(self.found.fit(row.spec), row))
        return tuple(found)

    @cached_property
    def ahead(self) -> tuple[Standing, ...]:
        """Those of the ranked ones that are ahead of the best constant."""
        return tuple(one for one in self.ranked if self.found.beats_constant(one.fit))

    @cached_property
    def unranked(self) -> tuple[Standing, ...]:
        """The fits that take no part in rankings."""
        found = [self._standing(fit, None) for fit in self.found.fits]
        return tuple(
            one for one in found if not any(one.fit.spec in other.fit.members for other in self.ranked)
        )

    @cached_property
    def shown(self) -> tuple[Standing, ...]:
        """The losses of the screen; the reference is always one of them."""
        most = self.most(_MOST_OF_CLASSES if self.found.classes else _MOST, 3)
        return self.first((*self.ranked, *self.unranked), most)

    def first(self, standings: tuple[Standing, ...], most: int) -> tuple[Standing, ...]:
        """So many of them, the last of them what everybody knows and whom the judge favours; all with
        `--all`."""
        if self.all or len(standings) <= most:
            return standings
        known = [one for one in standings if one == self.reference or one.fit.spec in self.found.favoured]
        late = [one for one in known[:2] if one not in standings[:most]]
        found = standings[: most - len(late)]
        late = [one for one in known[:2] if one not in found]
        return (*standings[: most - len(late)], *late)

    @cached_property
    def best(self) -> Standing | None:
        """The class of losses that comes first in the headline metric."""
        headline = self.ranking(self.found.headline)
        first = headline.rows[0].spec if headline and headline.rows else None
        return next((one for one in self.ranked if one.fit.spec == first), None)

    @cached_property
    def reference(self) -> Standing | None:
        """The loss that everybody knows: mse, poisson, bce or cross_entropy."""
        name = TASKS[Task(self.found.task)].usual
        return next((one for one in self.ranked if name in {spec_name(own) for own in one.fit.members}), None)

    def _standing(self, fit: Fit, clean: RankRow | None) -> Standing:
        return Standing(fit, clean, _of(self.bad, fit), _of(self.leverage, fit))

    # ── contamination ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def groups(self) -> dict[tuple[str, float | None], tuple[Degradation, ...]]:
        """The records of each kind and size of contamination."""
        keys = dict.fromkeys((one.scheme, one.size) for one in self.found.robustness)
        return {
            key: tuple(one for one in self.found.robustness if (one.scheme, one.size) == key) for key in keys
        }

    @cached_property
    def bad(self) -> tuple[Degradation, ...]:
        """The largest contamination of targets, or what there is instead."""
        targets = [group for (scheme, _), group in self.groups.items() if scheme != "leverage"]
        return max(targets or self.groups.values(), key=_size, default=())

    @cached_property
    def leverage(self) -> tuple[Degradation, ...]:
        """The largest contamination of features; none where it is all there is."""
        features = [group for (scheme, _), group in self.groups.items() if scheme == "leverage"]
        largest = max(features, key=_size, default=())
        return () if largest is self.bad else largest

    # ── figures ──────────────────────────────────────────────────────────────────────────────────────

    def ranking(self, metric: str) -> Ranking | None:
        return next((one for one in self.found.ranking if one.metric == metric), None)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that fits are judged by."""
        return tuple(dict.fromkeys(name for fit in self.found.fits for name in fit.scores if name != COUNTED))

    def digits(self, metric: str) -> Digits:
        """The digits of one metric, its leader first; the largest bias first."""
        if metric == _SIGNED:
            found = (fit.scores[metric].value for fit in self.found.fits if metric in fit.scores)
            return digits_of([Figure(max((x for x in found if x is not None), key=abs, default=None))])
        ranking = self.ranking(metric)
        order = {row.spec: place for place, row in enumerate(ranking.rows)} if ranking else {}
        scores = [
            fit.scores[metric]
            for fit in sorted(self.found.fits, key=lambda fit: order.get(fit.spec, len(order)))
            if metric in fit.scores
        ]
        figures = [_figure(score) for score in scores]
        if not any(one.value for one in figures):  # exact fits have no digits
            figures = [Figure(self.found.constant.get(metric))]
        return digits_of(figures)

    def text(self, fit: Fit, metric: str) -> str:
        """The metric out of fold, with `?` where the fit has not converged; `n/a` where it is undefined."""
        score = fit.scores.get(metric)
        if score is None:
            return ""
        if score.value is None:
            return "n/a"
        return self._written(metric, score.value, _figure(score).decimals) + ("" if fit.converged else "?")

    def constant(self, metric: str) -> str:
        """The metric of the best constant, in the digits of the fits."""
        if metric not in self.found.constant:
            return ""
        value = self.found.constant[metric]
        return "n/a" if value is None else self._written(metric, value, None)

    def _written(self, metric: str, value: float, own: int | None) -> str:
        """A value in the digits of its metric; with its sign where neither side is better."""
        digits = self.digits(metric)
        if metric == _SIGNED and not digits.scientific:
            return fixed(value, digits.decimals, sign=True)
        return digits.text(value, own)

    def gap(self, value: float | None) -> float | None:
        """How far a headline value is from the best one, relative to it; None where that has no meaning."""
        score = self.best.fit.scores.get(self.found.headline) if self.best else None
        if value is None or score is None or score.value is None or score.value <= 0:
            return None
        return (value - score.value) / score.value

    def gap_of(self, standing: Standing) -> float | None:
        score = standing.fit.scores.get(self.found.headline)
        return self.gap(None if score is None else score.value)

    # ── names ────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def specs(self) -> dict[str, str]:
        members = (member for fit in self.found.fits for member in fit.members)
        return display_specs([*self._tried, *members])

    def loss(self, spec: str) -> str:
        """The loss's name alone where no other has it; with `--all`, and where one is chosen, its parameters
        too."""
        names = [spec_name(own) for own in dict.fromkeys(self._tried)]
        name = spec_name(spec)
        if any(fit.spec == spec for fit in self.found.fits if fit.tuned is not None):
            return lookup(self.specs, spec)
        return visible(name) if names.count(name) == 1 and not self.all else lookup(self.specs, spec)

    @cached_property
    def _tried(self) -> tuple[str, ...]:
        fits = self.found
        unranked, refused = (one.spec for one in fits.unranked), (one.spec for one in fits.refused)
        return (*(fit.spec for fit in fits.fits), *unranked, *refused)


def _record(metric: str) -> Metric | None:
    try:
        return known_as(metric)
    except UsageError:  # of another version
        return None


def words(metric: str) -> str:
    """A metric within a sentence."""
    record = _record(metric)
    known = record.word if record else _LOSSES.get(metric, "")
    return known or (display_specs([metric])[metric] if ":" in metric else visible(metric.replace("_", " ")))


def head(metric: str) -> str:
    """A metric over a column."""
    record = _record(metric)
    return (record.narrow if record else _NARROW.get(metric, "")) or words(metric)


def contamination(scheme: str, size: float | None) -> str:
    """`targets off by 10 s`, `features off by 10 sd`, `flipped labels`."""
    if size is None:
        return "flipped labels" if scheme == "flip" else visible(scheme)
    return f"{_SPOILED.get(scheme, visible(scheme))} by {size:g} {'sd' if scheme == 'leverage' else 's'}"


def corrupted(screen: FitScreen) -> str:
    """What contamination makes of the rows."""
    if screen.bad[0].scheme == "leverage":
        return "corrupted features"
    return "corrupted targets" if screen.bad[0].scheme != "flip" else "flipped labels"


def constant_words(metric: str, classes: bool) -> str:
    """What the best constant for a metric is, within a sentence. classes: whether the target has any."""
    if classes:
        return "the same class shares for every row"
    return _CONSTANTS.get(metric, "one value for every row")


def either(names: list[str], most: int) -> str:
    """`a`, `a or b`, `a, b or c`; those beyond `most` as a count."""
    left = len(names) - most
    *rest, last = names if left <= 0 else [*names[:most], f"{left} other{'s' * (left > 1)}"]
    return f"{', '.join(rest)} or {last}" if rest else last


def _of(group: tuple[Degradation, ...], fit: Fit) -> Degradation | None:
    return next((one for one in group if one.spec == fit.spec), None)


def _size(group: tuple[Degradation, ...]) -> float:
    return group[0].size or 0.0


def _figure(score: Score) -> Figure:
    return Figure(score.value, score.low, score.high)
