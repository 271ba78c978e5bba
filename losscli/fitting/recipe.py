"""What is asked of training rows, of thresholds and of several targets, held against the task."""

from losscli.data.roles.features import Training
from losscli.data.roles.flags import useless_flag
from losscli.domain import CLASSES, SEVERAL, Task
from losscli.errors import Fix, UsageError
from losscli.fitting.augment import Recipe, parse
from losscli.fitting.learners import goes_to_optimum, is_linear, is_of_trees
from losscli.fitting.request import FitRequest
from losscli.fitting.threshold import ThresholdRule
from losscli.metrics.threshold import Costs
from losscli.spec import number_text


def check_request(request: FitRequest, training: Training) -> None:
    """Raises UsageError for a flag that several targets have no use for, or a model without slopes, and for
    a form of scores that only linear models at their optimum know."""
    task = training.task
    if request.estimator is not None:
        request.estimator.check(task)
    if not goes_to_optimum(request):
        _check_form(training, "--model and --early-stopping" if request.estimator is None else "--learner")
    if not training.features:
        _check_slopes(request)
    if task not in SEVERAL:
        return
    spoiled = request.contaminate[0] if request.contaminate else None
    scale = request.penalty_scale if task is Task.MULTIOUTPUT and request.penalty_scale != "raw" else None
    of_one = (  # flag, its value where it is in the way, and why it is
        ("--model", request.model if is_of_trees(request.model) else None, "trees are grown for one target"),
        ("--contaminate", spoiled, "rows are spoiled in one target"),
        ("--path", request.path, "a path is of the losses of one target"),
        ("--penalty-scale", scale, "outputs have a unit each"),
    )
    for flag, value, why in of_one:
        if value is not None:
            raise UsageError(
                f"{flag} {value}: the task is {task}, and {why}",
                advice="Leave it out, or train one target at a time with --target:",
                fixes=[Fix((flag,), f"the same without {flag}")],
            )
    if request.scale is not None:
        raise useless_flag(f"--scale {request.scale:g}", task, "has no residual scale")


def _check_form(training: Training, trained: str) -> None:
    """trained: the flags that ask for another model."""
    form = (
        ("--offset", training.offset is not None),
        ("--exposure", training.exposure is not None),
        ("--no-intercept", not training.intercept),
    )
    for flag, given in form:
        if given:
            raise UsageError(
                f"{flag} is of linear models that go to their optimum",
                advice=f"Leave it out, or {trained}:",
                fixes=[Fix((flag,), f"the same without {flag}", without=True)],
            )


def _check_slopes(request: FitRequest) -> None:
    learner = request.estimator
    flags = (
        ("--learner", learner and learner.short, learner),
        ("--model", str(request.model), not is_linear(request.model)),
        ("--l1", f"{request.l1:g}", request.l1),
        ("--path", str(request.path), request.path is not None),
    )
    for flag, value, given in flags:
        if given:
            raise UsageError(
                f"{flag} {value}: there is no feature, and so no slope",
                advice="Leave it out, or name features with --features:",
                fixes=[Fix((flag,), f"the same without {flag}", without=True)],
            )


def recipe_of(request: FitRequest, training: Training) -> Recipe:
    """What is made of training rows. Raises UsageError for what only classes have, where there are none, and
    for noise where no feature is a number."""
    task = training.task
    flags = {"--oversample": request.oversample, "--label-smoothing": request.label_smoothing}
    for flag, value in flags.items():
        if value is not None and task not in CLASSES:
            what = "has no classes to repeat" if flag == "--oversample" else "has no labels to smooth"
            raise useless_flag(f"{flag} {number_text(value)}", task, what)
    steps = tuple(parse(spec) for spec in request.augment)
    still = next((step for step in steps if step.name == "jitter" and not training.numbers), None)
    if still is not None:
        raise UsageError(
            f"--augment {still.spec}: no feature is a number, so that none can be moved",
            advice="Leave it out, or use --augment mixup",
        )
    return Recipe(
        oversample=request.oversample,
        steps=steps,
        smoothing=request.label_smoothing or 0.0,
    )


def rule_of(request: FitRequest, task: Task) -> ThresholdRule | None:
    """What thresholds are chosen by, None where they are not. Raises UsageError for a threshold or a cost
    that nothing is decided by."""
    given = request.threshold_rule
    if given is None and request.threshold is not None:
        given = f"{request.threshold:g}"
    if task is not Task.BINARY:
        if given is not None and (task is not Task.MULTILABEL or request.threshold_rule is not None):
            raise useless_flag(f"--threshold {given}", task, "has no threshold")
        if request.cost is not None:
            raise useless_flag("--cost", task, "has no false positives")
    if request.threshold_rule is None:
        return None
    costs = None if request.cost is None else Costs(**dict(request.cost.params))
    if request.threshold_rule == "cost" and costs is None:
        raise UsageError(
            "--threshold cost: nothing says what decisions cost",
            advice="Add it, for example --cost fp=5,fn=1",
        )
    return ThresholdRule(request.threshold_rule, costs)
