"""A weighted sum of losses is a loss: its figures, its record, and its life in compare, gates and fit."""

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.comparison.compare import Request, compare
from losscli.comparison.gates import judged, parse_allowances, parse_rule
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.descent.design import whitened
from losscli.descent.methods import piecewise, rounded
from losscli.descent.objective import Trainee
from losscli.descent.train import Settings, Wanted, train
from losscli.descent.workspace import Workspace
from losscli.domain import CLASSES, NUMBERS, REALS, Floats, Interval, Kind, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Argument, BoundLoss, Loss, Reduction, Trait
from losscli.loss.arguments import Arguments
from losscli.loss.battery import MEASURED, checked, lines, measured
from losscli.loss.catalogue import find, losses_for, named, tasks_of
from losscli.loss.constant import Target, best_constant
from losscli.loss.score import terms
from losscli.report import View, report_of
from losscli.report.blocks import Report
from losscli.result import Comparison
from losscli.spec import Spec

SUMS = (
    (Task.REGRESSION, "0.7*huber:delta=1 + 0.3*mae"),
    (Task.REGRESSION, "huber + huber:delta=3"),
    (Task.REGRESSION, "2*mae + 0.5*quantile:tau=0.8"),
    (Task.REGRESSION, "mse + epsilon_insensitive:epsilon=0.5"),
    (Task.REGRESSION, "welsch + 0.01*mse"),
    (Task.REGRESSION, "tukey + cauchy"),
    (Task.REGRESSION, "mse + mape"),
    (Task.REGRESSION, "msle + mae"),
    (Task.REGRESSION, "0.25*mse"),
    (Task.COUNTS, "poisson + 0.1*gamma"),
    (Task.BINARY, "hinge + 0.5*squared_hinge"),
    (Task.BINARY, "bce + 0.5*hinge"),
    (Task.BINARY, "focal + brier"),
    (Task.BINARY, "bce + 0.1*label_smoothing_bce + ramp"),
    (Task.MULTICLASS, "cross_entropy + 0.1*brier"),
    (Task.MULTICLASS, "cross_entropy + 0.5*crammer_singer_hinge"),
    (Task.MULTICLASS, "focal + gce"),
)


def bound(task: Task, text: str) -> BoundLoss:
    spec = Spec.parse(text)
    loss = find(spec, task)
    assert loss is not None
    return loss.bind(spec.numbers(), scale=1.5, imbalance=2.0)


def ids(one: object) -> str:
    return str(one)


def arguments(task: Task, loss: Loss) -> Any:
    """Rows that every loss of the task takes, as `compare` makes them."""
    rng = np.random.default_rng(3)
    if task in NUMBERS:
        y, p = rng.lognormal(size=80), rng.lognormal(size=80)
        return Arguments(task, np.round(y + 0.5), {Kind.VALUE: p}).of(loss)
    if task is Task.BINARY:
        s = 2.0 * rng.normal(size=80)
        said = {Kind.PROBABILITY: 1.0 / (1.0 + np.exp(-s)), Kind.SCORE: 1.7 * s - 0.3}
        return Arguments(task, rng.integers(0, 2, 80).astype(float), said).of(loss)
    z = rng.normal(size=(80, 3))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    codes = rng.integers(0, 3, 80).astype(float)
    return Arguments(task, codes, {Kind.PROBABILITY: p, Kind.SCORE: 2.0 * z + 0.1}).of(loss)


@pytest.mark.parametrize(("task", "text"), SUMS, ids=ids)
def test_the_value_is_the_weighted_sum_of_the_parts(task: Task, text: str) -> None:
    one = bound(task, text)
    expected = sum(weight * part.value(*arguments(task, part.loss)) for weight, part in one.terms)
    np.testing.assert_allclose(one.value(*arguments(task, one.loss)), expected, rtol=1e-14)
    for place, (_, part) in enumerate(one.terms):
        own = one.loss.parts[place](*arguments(task, one.loss), **dict(one.params))
        np.testing.assert_array_equal(own, part.value(*arguments(task, part.loss)))


@pytest.mark.parametrize(("task", "text"), SUMS, ids=ids)
def test_value_and_slope_in_the_score_are_the_sums_of_the_parts(task: Task, text: str) -> None:
    one = bound(task, text)
    if one.loss.slope is None:
        assert text in ("msle + mae",)  # one of p > -1, which no line promises, and both of p itself
        return
    rng = np.random.default_rng(5)
    shape = (2, 3, 40) if task is Task.MULTICLASS else (2, 40)
    s = rng.normal(size=shape)
    y = rng.integers(0, 3 if task is Task.MULTICLASS else 2, (2, 40)).astype(float) + (task in NUMBERS)
    value, slope = terms(one.loss, dict(one.params), y, s)
    parts = [(weight, terms(part.loss, dict(part.params), y, s)) for weight, part in one.terms]
    np.testing.assert_allclose(value, sum(w * v for w, (v, _) in parts), rtol=1e-13)
    np.testing.assert_allclose(slope, sum(w * g for w, (_, g) in parts), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("task", "text"), SUMS, ids=ids)
def test_the_battery_holds_of_a_sum(task: Task, text: str) -> None:
    """Above all: no trait is claimed that does not show."""
    found = checked(bound(task, text))
    assert found.holds, [check for check in found.checks if check.holds is False]
    assert sum(check.holds is True for check in found.checks) >= 4


def test_every_pair_of_losses_of_numbers_claims_no_more_than_shows() -> None:
    plain = [
        loss
        for loss in losses_for(Task.REGRESSION)
        if loss.task is Task.REGRESSION
        and loss.reduction is Reduction.MEAN
        and loss.argument is Argument.RESIDUAL
        and loss.slope is not None
    ]
    few = [
        loss
        for loss in plain
        if loss.name in ("mse", "mae", "huber", "welsch", "quantile", "log_cosh", "linex")
    ]
    assert len(few) == 7
    for one, other in combinations(few, 2):
        both = bound(Task.REGRESSION, f"{one.name} + 0.3*{other.name}")
        with np.errstate(over="ignore"):
            shown = measured(lines(both))
        assert not both.traits & MEASURED & ~shown, both.spec


def test_what_a_record_says() -> None:
    one = bound(Task.REGRESSION, "0.7*huber:delta=1 + 0.3*mae")
    assert (one.spec, one.loss.name) == ("0.7*huber:delta=1 + 0.3*mae", "0.7*huber + 0.3*mae")
    assert dict(one.params) == {"huber.delta": 1.0}
    assert one.loss.argument is Argument.RESIDUAL
    assert one.loss.kinks(dict(one.params)) == (0.0,)
    assert (one.loss.unit, one.elicits, one.loss.infimum) == (Unit.MIXED, "a compromise", 0.0)
    assert one.traits == Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC
    assert one.kin == one.spec
    assert Spec.parse(one.spec).numbers() == dict(one.params)


def test_what_follows_from_parts_alike() -> None:
    """One class, one unit, one functional: so are those of the sum."""
    double = bound(Task.REGRESSION, "2*mae")
    assert (double.kin, double.elicits, double.loss.unit) == ("mae", "median", Unit.Y)
    assert Trait.PROPER in double.traits
    squares = bound(Task.REGRESSION, "mse + half_squared_error")
    assert (squares.kin, squares.elicits) == ("mse", "mean")
    hubers = bound(Task.REGRESSION, "huber:delta=1 + huber:delta=2")
    assert (hubers.elicits, hubers.loss.unit) == ("a compromise", Unit.Y2)
    assert dict(hubers.params) == {"huber.delta": 1.0, "huber#2.delta": 2.0}


def test_omitted_parameters_follow_the_data_as_those_of_the_parts_do() -> None:
    loss = find(Spec.parse("huber + 0.5*weighted_bce"), Task.REGRESSION)
    assert loss is None
    assert bound(Task.REGRESSION, "huber + mae").spec == "huber:delta=2.0175 + mae"
    assert bound(Task.BINARY, "bce + weighted_bce").spec == "bce + weighted_bce:positive_weight=2"
    with pytest.raises(UsageError, match="there is no scale s"):
        find(Spec.parse("huber + mae"), Task.REGRESSION).bind({})  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="huber has no parameter 'dleta'"):
        bound(Task.REGRESSION, "huber:dleta=1 + mae")
    with pytest.raises(UsageError, match=r"huber:delta=-1\.0 is not > 0"):
        bound(Task.REGRESSION, "huber:delta=-1 + mae")


def test_the_domain_of_a_sum_suits_all_parts() -> None:
    one = bound(Task.REGRESSION, "mape + poisson + msle").loss
    assert str(one.target) == "≥ 0 but 0"
    assert str(one.prediction) == "> 0"
    assert one.slope is None  # of y, and of log p


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (REALS, Interval(0), Interval(0)),
        (Interval(0), Interval(0, low_closed=True), Interval(0)),
        (Interval(0, 1, True, True), Interval(0, 1), Interval(0, 1)),
        (Interval(0, 1, True, True), Interval(-1, 2), Interval(0, 1, True, True)),
        (Interval(without=0), Interval(-1), Interval(-1, without=0)),
        (Interval(0, low_closed=True, whole=True), Interval(2), Interval(2, whole=True)),
    ],
    ids=ids,
)
def test_intervals_meet(one: Interval, other: Interval, both: Interval) -> None:
    assert one.meet(other) == both == other.meet(one)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("rmse + mae", "rmse cannot be part of a sum: it is a root of the mean"),
        ("mae + wmape", "wmape cannot be part of a sum: it is a function of means"),
        ("mae + 2*medae", "medae cannot be part of a sum: it is a median"),
        ("mae + bce", "mae + bce has no task in common: mae for "),
        ("bce + kl_divergence", "bce + kl_divergence has no task in common"),
        ("bce + cross_entropy + giou", "bce + cross_entropy + giou has no task in common"),
        ("0.5*MSELoss + mae", "MSELoss has another name here"),
        ("mae + hubre", "there is no loss 'hubre'"),
    ],
)
def test_what_cannot_be_a_part_is_refused_with_the_reason(text: str, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        named(Spec.parse(text).name)
    assert refused.value.what.startswith(what)
    assert refused.value.advice


def test_a_sum_has_the_tasks_that_all_parts_have() -> None:
    assert tasks_of(Spec.parse("brier + focal")) == {Task.BINARY, Task.MULTICLASS}
    assert tasks_of(Spec.parse("brier + hinge")) == {Task.BINARY}
    assert tasks_of(Spec.parse("poisson + mae")) == {Task.REGRESSION}
    assert len(named("brier + focal")) == 2


def test_the_best_constant_of_a_sum() -> None:
    """By a fine grid, also where its parts read the score each in its own way."""
    rng = np.random.default_rng(0)
    y = np.sort(rng.lognormal(size=101))
    one = bound(Task.REGRESSION, "mse + 2*mae")
    grid = np.linspace(0.0, 5.0, 50_001)
    by_grid = min(float(np.mean(one.value(c - y))) for c in grid)
    assert best_constant(one, Target.of_numbers(Task.REGRESSION, y, np.ones(101)))[1] == pytest.approx(
        by_grid, rel=1e-7
    )
    both = bound(Task.BINARY, "bce + hinge")
    target = Target.of_classes(Task.BINARY, np.array([30.0, 70.0]))
    s = np.linspace(-5.0, 5.0, 100_001)
    softplus = np.log1p(np.exp(-np.abs(s)))
    costs = 0.7 * (np.maximum(-s, 0) + softplus + np.maximum(1 - s, 0))
    costs += 0.3 * (np.maximum(s, 0) + softplus + np.maximum(1 + s, 0))
    assert best_constant(both, target)[1] == pytest.approx(costs.min(), rel=1e-8)


Save = Callable[[str], str]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def file(text: str) -> str:
        path = tmp_path / "data.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return file


def run(path: str, losses: list[str], **options: Any) -> Comparison:
    table, problem, inputs = open_files([path], ReadOptions(), Asked())
    return compare(table, problem, Request(losses=tuple(map(Spec.parse, losses)), **options), inputs)


def numbers(save: Save, rows: int = 60) -> str:
    rng = np.random.default_rng(1)
    y = 3.0 + rng.normal(size=rows)
    p, q = y + rng.standard_t(3, rows), y + 1.4 * rng.standard_t(3, rows)
    lines = [
        "target,rf_pred,gb_pred",
        *(f"{a!r},{b!r},{c!r}" for a, b, c in zip(*map(np.ndarray.tolist, (y, p, q)), strict=True)),
    ]
    return save("\n".join(lines) + "\n")


def test_compare_shows_the_parts_beside_the_sum(save: Save) -> None:
    found = run(numbers(save), ["0.7*huber:delta=1 + 0.3*mae", "huber:delta=1", "mae"])
    table, huber, mae = found.losses
    assert (table.spec, table.unit, found.primary) == ("0.7*huber:delta=1 + 0.3*mae", "mixed", table.spec)
    assert [(part.spec, part.weight, part.unit) for part in table.parts] == [
        ("huber:delta=1", 0.7, "y²"),
        ("mae", 0.3, "y"),
    ]
    for place, result in enumerate(table.results):
        parts = [part.results[place].value for part in table.parts]
        assert parts == pytest.approx([huber.results[place].value, mae.results[place].value], rel=1e-12)
        assert result.value == pytest.approx(0.7 * parts[0] + 0.3 * parts[1], rel=1e-12)
        assert result.low < result.value < result.high
        assert result.skill == pytest.approx(1 - result.value / table.reference)
    assert huber.parts == ()
    (plain,) = (one for one in json.loads(found.to_json())["losses"] if one["spec"] == table.spec)
    assert plain["params"] == {"huber.delta": 1.0}
    assert [part["results"][0].keys() for part in plain["parts"]] == [{"model", "value", "reason"}] * 2


def _rows(report: Report, title: str) -> list[list[str]]:
    (grid,) = (
        b for b in report.blocks if getattr(b, "columns", None) and b.columns[0].title.startswith(title)
    )
    return [[cell.text for cell in row] for row in grid.rows]


def test_the_lines_of_the_screen_add_up(save: Save) -> None:
    found = run(numbers(save), ["0.7*huber:delta=1 + 0.3*mae", "mae"])
    whole, *parts, mae = _rows(report_of(found, View()), "LOSSES")
    assert whole[0] == "0.7*huber:delta=1 + 0.3*mae  PRIMARY"
    assert [row[0] for row in parts] == ["└ 0.7*huber:delta=1", "└ 0.3*mae"]
    assert mae[0] == "mae"
    for model in (1, 2):
        total = float(whole[model].rstrip("*"))
        assert total == pytest.approx(sum(float(row[model]) for row in parts), abs=2e-3)


def test_parts_may_read_different_predictions_of_a_model(save: Save) -> None:
    """A probability and a score in two columns; a model without one of them has no value."""
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, 50)
    p, s, only = rng.uniform(0.05, 0.95, 50), rng.normal(size=50), rng.uniform(0.05, 0.95, 50)
    lines = ["target,rf_prob,rf_score,gb_prob"]
    lines += [
        f"{a},{b!r},{c!r},{d!r}"
        for a, b, c, d in zip(y.tolist(), p.tolist(), s.tolist(), only.tolist(), strict=True)
    ]
    found = run(save("\n".join(lines) + "\n"), ["bce + 0.5*hinge", "bce"])
    (rf, gb), parts = found.losses[0].results, found.losses[0].parts
    side = 2 * y - 1
    bce = float(np.mean(-np.log(np.where(y == 1, p, 1 - p))))
    hinge = float(np.mean(np.maximum(0, 1 - side * s)))
    assert rf.value == pytest.approx(bce + 0.5 * hinge, rel=1e-12)
    assert [part.results[0].value for part in parts] == pytest.approx([bce, hinge], rel=1e-12)
    assert gb.value is None
    assert gb.reason == "it needs a probability or a logit and a logit or a score; gb_prob has none"
    assert [(part.results[1].value, part.results[1].reason) for part in parts] == [(None, "see the sum")] * 2


def test_an_infinite_part_makes_the_sum_infinite(save: Save) -> None:
    path = save("target,prob\n1,0.0\n0,0.2\n1,0.7\n0,0.3\n")
    (table,) = run(path, ["bce + 2*brier"]).losses
    assert table.results[0].value is None
    assert table.results[0].reason == "infinite: row 1; --clip 1e-7 bounds it"
    assert table.parts[0].results[0].reason == "infinite"
    assert table.parts[1].results[0].value == pytest.approx((1 + 0.04 + 0.09 + 0.09) / 4)
    clipped = run(path, ["bce + 2*brier"], clip=1e-3).losses[0]
    assert clipped.results[0].value is not None
    assert clipped.results[0].clipped_rows == 1


def test_a_domain_refuses_with_the_rows(save: Save) -> None:
    path = save("target,pred\n1,1.5\n-2,3\n3,2\n")
    found = run(path, ["mae", "mae + poisson"])
    assert [(one.spec, one.reason) for one in found.refused] == [
        ("mae + poisson", "the target must be ≥ 0; 1 row is not, first 2")
    ]


def test_gates_exclusions_and_regressions_name_sums(save: Save) -> None:
    path = numbers(save)
    spec = "0.7*huber:delta=1 + 0.3*mae"
    rule = parse_rule(f"{spec} > 0.5")
    (allowance,) = parse_allowances([f"{spec}=2%"])
    assert str(rule.spec) == str(allowance.spec) == spec
    request = {
        "gated": (rule.spec, allowance.spec),
        "baseline": "rf_pred",
        "allowances": (allowance,),
    }
    found = judged(run(path, ["mae"], **request), [rule])
    assert [(gate.spec, gate.model) for gate in found.gates] == [(spec, "gb_pred")] * 2
    assert found.gates[0].value == found.loss(spec).results[1].value
    left = run(path, [spec, "mae"], exclude=(Spec.parse(spec),))
    assert [table.spec for table in left.losses] == ["mae"]
    kept = run(path, [spec, "mae"], exclude=(Spec.parse("0.7*huber:delta=2 + 0.3*mae"),))
    assert [table.spec for table in kept.losses] == [spec, "mae"]
    for text, flag in (
        ("0.5*mae + hubr > 1", parse_rule),
        ("hubr + mae=2%", lambda text: parse_allowances([text])),
    ):
        with pytest.raises(UsageError, match="is called 'hubr'"):
            flag(text)


def trained(task: Task, text: str, x: Floats, y: Floats, **settings: Any) -> Any:
    spec = Spec.parse(text)
    loss = find(spec, task)
    assert loss is not None
    design = whitened(x, np.full(len(x), 1.0 / len(x)))
    ((found,),) = train(design, y[None], [Wanted(loss, spec.numbers())], Settings(task, **settings)).by_loss
    return found


KINKED = (
    (Task.REGRESSION, "0.7*huber:delta=1 + 0.3*mae"),
    (Task.REGRESSION, "0.01*huber:delta=1 + mae"),
    (Task.REGRESSION, "mse + epsilon_insensitive:epsilon=0.5"),
    (Task.REGRESSION, "0.1*log_cosh:c=1 + quantile:tau=0.8"),
    (Task.BINARY, "bce + 0.5*hinge"),
    (Task.BINARY, "0.1*squared_hinge + hinge"),
)


@pytest.mark.parametrize(("task", "text"), KINKED, ids=ids)
@pytest.mark.parametrize("shape", [(60, 2), (300, 12)], ids=ids)
def test_a_sum_that_bends_and_has_kinks_is_trained_to_its_optimum(
    task: Task, text: str, shape: tuple[int, int]
) -> None:
    """The gap is true: no other method gets below, and no direction leads down from there."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=shape)
    noise = rng.standard_t(2, shape[0])
    y = x[:, 0] - x[:, 1] + noise if task is Task.REGRESSION else (x[:, 0] + noise > 0) * 1.0
    own = trained(task, text, x, y, scale=1.0 if task is Task.REGRESSION else None)
    assert own.converged
    assert own.certificate.startswith("duality gap")
    other = trained(task, text, x, y, scale=1.0 if task is Task.REGRESSION else None, careful=False)
    assert own.objective <= other.objective * (1 + 2e-9)
    assert other.objective <= own.objective * (1 + 1e-3)
    design = whitened(x, np.full(len(x), 1.0 / len(x)))

    def objective(v: Floats) -> float:
        value, _ = terms(own.bound.loss, dict(own.bound.params), y[None], (design.z @ v)[None])
        return float(design.w @ value[0] + 0.5 * own.l2 * design.penalty @ (v * v))

    assert objective(own.v) == pytest.approx(own.objective, rel=1e-12)
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(50):
            assert objective(own.v + size * rng.normal(size=len(own.v))) >= own.objective * (1 - 2e-9)


def test_kinks_with_curves_between_are_not_taken_for_lines() -> None:
    y = np.linspace(-3.0, 3.0, 20)
    workspace = Workspace(whitened(y[:, None], np.ones(20)), y[None], Settings(Task.REGRESSION))
    for text, is_piecewise_linear in (
        ("0.7*huber:delta=1 + 0.3*mae", False),
        ("mae + 0.5*quantile:tau=0.8", True),
        ("epsilon_insensitive:epsilon=1 + mae", True),
        ("mae + welsch:c=0.1", False),
    ):
        model = Trainee(bound(Task.REGRESSION, text), 0)
        assert bool(piecewise.METHOD.handles(workspace, model)) == is_piecewise_linear, text
        assert rounded.METHOD.handles(workspace, model) == ("welsch" not in text)


def test_targets_of_different_scales_share_a_descent() -> None:
    """As folds with outliers do: each has its own delta."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(80, 2))
    y = np.array([x[:, 0] + rng.normal(size=80), 5.0 * x[:, 1] + 8.0 * rng.normal(size=80)])
    spec = Spec.parse("huber + 0.2*mse")
    loss = find(spec, Task.REGRESSION)
    assert loss is not None
    design = whitened(x, np.full(80, 1.0 / 80))
    ((one, other),) = train(design, y, [Wanted(loss, {})], Settings(Task.REGRESSION)).by_loss
    assert one.bound.params != other.bound.params  # type: ignore[union-attr]
    for own, target in ((one, y[0]), (other, y[1])):
        ((alone,),) = train(design, target[None], [Wanted(loss, {})], Settings(Task.REGRESSION)).by_loss
        assert own.objective == pytest.approx(alone.objective, rel=1e-9)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("task", "text", "why"),
    [
        (Task.BINARY, "bce + zero_one", "zero_one: it has no slope to descend on"),
        (Task.REGRESSION, "mae + poisson", "mae + poisson: its parts are linked to different scores"),
        (Task.REGRESSION, "mae + msle", "msle: its predictions must be > -1"),
    ],
)
def test_what_cannot_be_trained_says_which_part(task: Task, text: str, why: str) -> None:
    from losscli.loss.score import untrainable

    loss = find(Spec.parse(text), task)
    assert loss is not None
    reason = untrainable(loss)
    assert reason is not None
    assert why.removeprefix("mae + poisson: ") in reason


def test_sums_of_classes_predict_probabilities_only_where_all_parts_do() -> None:
    assert bound(Task.BINARY, "bce + focal").loss.link.name == "logit"
    assert bound(Task.BINARY, "bce + hinge").loss.link.name == "identity"
    assert bound(Task.MULTICLASS, "cross_entropy + brier").loss.link.name == "softmax"
    assert all(task in CLASSES for task in tasks_of(Spec.parse("bce + hinge")))


@pytest.mark.parametrize("name", ["my-loss", "a.b", "0.5*a.b + mae", "", "mae +", "x y"])
def test_what_is_no_name_is_no_loss(name: str) -> None:
    with pytest.raises(UsageError, match="there is no loss"):
        named(name)


def test_a_sum_of_known_losses_is_too_large_and_not_the_users_own(save: Save) -> None:
    (table,) = run(save("target,pred\n1e200,1\n2,3\n4,4\n"), ["0.5*mse + 0.5*mae"]).losses
    assert table.results[0].reason == "infinite: row 1; too large for a double"
