"""What to type next, ready to paste."""

from losscli.domain import CLASSES, MODELS, SEVERAL, TREE_LIBRARIES, Task
from losscli.report.fits.pick import candidates
from losscli.report.fits.screen import FitScreen
from losscli.report.leaks import dropping
from losscli.report.names import spec_name
from losscli.report.typed import again, as_known, explaining, kept, typed, typed_spec, without
from losscli.result import Fit
from losscli.spec import Spec

_MODEL = "model.json"
ADVISED = (  # flags of advise that say what the columns are and how losses are judged, each with a value
    *("--target", "--id", "--weights", "--group", "--time", "--task", "--positive", "--features", "--drop"),
    *("--encoding", "--delimiter", "--decimal", "--thousands", "--missing", "--l2", "--folds", "--seed"),
    *("--metric", "--confidence"),
)


def next_commands(screen: FitScreen) -> list[str]:
    """Leave out what gives the target away; save the model of the loss to use, and take the loss along to a
    library; with several losses known see their coefficients first; where no loss is to be used, what the
    data are like."""
    fits = screen.found
    path = [item.path for item in fits.inputs]
    words = tuple(without(typed(fits.command, "fit", *path), ("--show",), ("--explain",)))
    if fits.leaks:
        return [again((*words, *dropping(fits.leaks)))]
    if not screen.shown:
        return [again(("losscli", "losses", "--task", fits.task))]
    first = _first(screen)
    if first is None:
        if screen.ranked and fits.task not in SEVERAL:
            return [again((words[0], "advise", *path, *kept(words, ADVISED)))]
        return [again((*without(words, (), ("--all",)), "--all"))]
    if fits.model.partition(":")[0] in MODELS:
        return [_using(screen, words, _written(first)), *_exporting(screen, words, first)]
    return _exporting(screen, words, first) or [explaining(words, _written(first))]


def _using(screen: FitScreen, words: tuple[str, ...], first: str) -> str:
    """What to do with the model of a loss."""
    if not _has(words, "--save"):
        plain = without(words, ("--loss", "--exclude", "--tune"), ("--all",))
        return again((*plain, "--loss", _typed(screen, words, first), "--save", _MODEL))
    deep = all(fit.intercept is None for fit in screen.found.fits)
    if not screen.view.coefficients and not deep:
        return again((*words, "--coefficients"))
    return explaining(words, spec_name(first))


def _exporting(screen: FitScreen, words: tuple[str, ...], first: Fit) -> list[str]:
    """The code of the loss for the library that trains such models; nothing where there is none."""
    fits = screen.found
    library = fits.model.partition(":")[0]
    if first.spec not in fits.exportable or library not in (*MODELS, *TREE_LIBRARIES):
        return []
    if library in MODELS:
        plain = library == "linear" and fits.task != Task.MULTICLASS  # of several classes it has no code
        library = "sklearn" if plain else "torch"
    task = ("--task", fits.task) if fits.task in CLASSES else ()
    return [again(("losscli", "export", *as_known(words, _written(first)), *task, "--to", library))]


def _first(screen: FitScreen) -> Fit | None:
    """The loss to use; where none is ranked, the only one there is, if it has come to its end."""
    chosen = candidates(screen)
    if chosen:
        return chosen[0].fit
    alone = screen.unranked[0].fit if not screen.ranked and len(screen.unranked) == 1 else None
    return alone if alone is not None and alone.converged else None


def _written(fit: Fit) -> str:
    """Its spec, with the parameter that was chosen."""
    return fit.spec if fit.tuned is None else str(Spec(fit.name, tuple(fit.params.items())))


def _has(words: tuple[str, ...], flag: str) -> bool:
    return any(word == flag or word.startswith(f"{flag}=") for word in words)


def _typed(screen: FitScreen, words: tuple[str, ...], spec: str) -> str:
    """The loss as short as it names the same: its name where it was not asked for otherwise."""
    name = spec_name(spec)
    written = typed_spec(words, spec)
    same = [fit for fit in screen.found.fits if fit.name == name]
    if len(same) > 1 or same[0].tuned is not None:
        return spec
    return written or name
