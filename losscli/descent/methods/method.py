"""What a method declares, and how models find theirs."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from losscli.descent.ends import Solution
from losscli.descent.objective import Trainee
from losscli.descent.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Method:
    """A way to train models.

    handles: False where a model is none of its own, else what models share that are trained side by side:
      True where that is nothing
    solve: such models → their solutions, in the order given
    """

    name: str
    handles: Callable[[Workspace, Trainee], Hashable]
    solve: Callable[[Workspace, Sequence[Trainee]], list[Solution]]


def solve_by(methods: Sequence[Method], workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """Each model by the first method that handles it, in the order given."""
    found = {place: end for group in solved(methods, workspace, models) for place, end in group.items()}
    return [found[i] for i in range(len(models))]


def solved(
    methods: Sequence[Method], workspace: Workspace, models: Sequence[Trainee]
) -> Iterator[dict[int, Solution]]:
    """The solutions by the places of the models, as groups that are trained side by side are done."""
    groups: dict[tuple[Method, Hashable], list[int]] = {}
    for i, model in enumerate(models):
        shares = ((method, method.handles(workspace, model)) for method in methods)
        groups.setdefault(next(share for share in shares if share[1] is not False), []).append(i)
    for (method, _), places in groups.items():
        yield dict(zip(places, method.solve(workspace, [models[i] for i in places]), strict=True))
