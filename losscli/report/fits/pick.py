"""Which loss to train with: of those ahead of the best constant that tie, the one that everybody knows."""

from collections.abc import Sequence

from losscli.domain import NUMBERS, SEVERAL, TASKS, Task
from losscli.report.fits.screen import FitScreen, Standing
from losscli.report.names import spec_name
from losscli.report.telling import telling

_MIDDLES = frozenset({"mae", "medae", "trimmed_mae"})  # judges of numbers that ask for the median


def leaders(screen: FitScreen) -> list[Standing]:
    """The losses ahead of the best constant of which none is shown better as the data are; where noise is not
    tested, none."""
    return [one for one in screen.ahead if one.leads]


def least_lost(standings: Sequence[Standing]) -> list[Standing]:
    """Those of them that are not shown less robust than another of them."""
    measured = [one for one in standings if one.bad is not None and one.bad.rank is not None]
    least = min((one.bad_rank for one in measured), default=0)
    return [one for one in measured if one.bad_rank == least]


def candidates(screen: FitScreen) -> list[Standing]:
    """The losses that may be used, the one to use first; none where no loss is ahead of the best constant."""
    own = leaders(screen)
    if own:
        return sorted(least_lost(own) or own, key=lambda one: _place(screen, one))
    found = sorted(screen.ahead, key=lambda one: _place(screen, one))
    return sorted(found, key=lambda one: one != screen.ahead[0]) if _wins_every_fold(screen, found) else found


def _wins_every_fold(screen: FitScreen, found: Sequence[Standing]) -> bool:
    """Whether the loss that comes first is ahead in every fold of the one that everybody knows: what is left
    to go by where nothing tests noise."""
    if not found:
        return False
    metric = screen.found.headline
    first, known = (one.fit.scores[metric].folds for one in (screen.ahead[0], found[0]))
    ranking = screen.ranking(metric)
    greater = ranking is not None and ranking.greater_is_better
    pairs = [(a, b) for a, b in zip(first, known, strict=False) if a is not None and b is not None]
    return len(pairs) > 1 and all(a > b if greater else a < b for a, b in pairs)


def is_standard(screen: FitScreen, one: Standing) -> bool:
    """Whether everybody knows the loss, for this task and what it is judged by."""
    return _place(screen, one) < len(_standards(screen))


def _place(screen: FitScreen, one: Standing) -> int:
    """Where a loss stands among those that everybody knows; those of equal places keep their order."""
    known = [*_standards(screen), *telling(screen.found.task).losses.split()]
    names = {spec_name(member) for member in one.fit.members}
    return next((place for place, name in enumerate(known) if name in names), len(known))


def _standards(screen: FitScreen) -> list[str]:
    """For numbers what the judge itself asks for, then mse and mae, mae first where the judge asks for the
    median; for counts and classes the usual loss."""
    task = Task(screen.found.task)
    if task in (NUMBERS | SEVERAL) - {Task.COUNTS, Task.MULTILABEL}:
        both = ("mae", "mse") if screen.found.headline in _MIDDLES else ("mse", "mae")
        return [*(spec_name(spec) for spec in screen.found.favoured), *both]
    return [TASKS[task].usual]
