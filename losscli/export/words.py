"""The head of an exported module: which loss it is, how it is used, and what surprises in the library."""

from losscli.domain import NUMBERS, Task
from losscli.export.scored import Scored
from losscli.report.names import visible

Usage = tuple[tuple[str, str], ...]  # (what a line is for, the line)


def head(found: Scored, library: str, usage: Usage, traps: tuple[str, ...]) -> str:
    """The docstring of a module."""
    loss = found.bound.loss
    facts = [
        ("loss", loss.formula),
        ("where", _where(found)),
        *_params(found),
        ("prediction", _prediction(found)),
    ]
    lines = [f"{loss.title} ({visible(found.bound.spec)}) for {library}.", ""]
    lines += [f"{name:<10}  {text}" for name, text in facts if text]
    lines += ["", *(f"{name:<10}  {line}" for name, line in usage)]
    lines += ["", *traps] if traps else []
    return '"""' + "\n".join(line.rstrip() for line in lines) + '\n"""\n'


def predicted(found: Scored, scores: str) -> str:
    """The code of a prediction of scores."""
    task = found.bound.loss.task
    if task in NUMBERS:
        return f"np.exp({scores})" if found.is_log else scores
    if task is Task.MULTICLASS:
        return f"scipy.special.softmax({scores}, axis=1)"
    return f"sigmoid({scores})" if found.bound.loss.link.name == "logit" else scores


def _where(found: Scored) -> str:
    match found.bound.loss.task:
        case Task.BINARY:
            return (
                "y is 0 or 1, s the score, m = (2*y - 1)*s its margin, p_y the probability of the true class"
            )
        case Task.MULTICLASS:
            return "p_y is the probability of the true class, the softmax of the scores"
    return (
        "r = p - y, prediction minus target" if found.letter == "r" else "y is the target, p the prediction"
    )


def _params(found: Scored) -> list[tuple[str, str]]:
    if found.bound.terms:
        return [("part", f"{weight:g} * ({part.loss.formula})") for weight, part in found.bound.terms]
    told = {param.name: param.meaning for param in found.bound.loss.params}
    return [("parameter", f"{name} = {value:.10g}: {told[name]}") for name, value in found.bound.params]


def _prediction(found: Scored) -> str:
    code = predicted(found, "score")
    if found.bound.loss.task is Task.MULTICLASS:
        return "softmax(scores)"
    return "the score itself" if code == "score" else code.replace("np.", "")
