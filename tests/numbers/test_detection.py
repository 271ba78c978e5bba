"""A class and a box together, from file to figure: against arrays and against either side alone."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparisons import Columns, Compare, delimited
from scipy import special

from losscli import render
from losscli.comparison.gates import judged, parse_rule
from losscli.data.roles import Asked, ClassWeight, Problem
from losscli.data.roles.files import open_files
from losscli.data.table import BLOCK, ReadOptions
from losscli.domain import Task
from losscli.errors import DataError, UsageError
from losscli.loss.catalogue import tasks_of
from losscli.report import cell_width
from losscli.result import Comparison
from losscli.spec import Spec

CORNERS = ("x1", "y1", "x2", "y2")
MODELS = {"rf": 0.8, "gb": 1.4}  # their noise


def boxes(n: int, seed: int = 3, models: dict[str, float] = MODELS) -> Columns:
    """True corners, and those of the models with a prefix each."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 40, (n, 2))
    true = np.hstack([low, low + rng.uniform(8, 20, (n, 2))])
    found = dict(zip(CORNERS, true.T, strict=True))
    for model, noise in models.items():
        p = true + noise * rng.uniform(-1, 1, true.shape)
        found |= {f"{model}_{corner}": column for corner, column in zip(CORNERS, p.T, strict=True)}
    return found


def two(n: int = 120, seed: int = 1) -> Columns:
    """Two classes: rf_prob and gb_prob."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    said = {
        f"{model}_prob": special.expit((2 * y - 1) * 1.2 + noise * rng.normal(size=n))
        for model, noise in MODELS.items()
    }
    return {"target": y, **said, **boxes(n)}


def three(n: int = 120, seed: int = 2) -> Columns:
    """Three classes, of words: rf_prob_cat and so on."""
    rng = np.random.default_rng(seed)
    names = np.array(["cat", "dog", "emu"])
    y = rng.integers(0, 3, n)
    found: dict[str, Any] = {"label": names[y]}
    for model, noise in MODELS.items():
        z = 1.5 * np.eye(3)[y] + noise * rng.normal(size=(n, 3))
        p = special.softmax(z, axis=1)
        found |= {f"{model}_prob_{name}": p[:, k] for k, name in enumerate(names)}
    return found | boxes(n)


def values(found: Comparison) -> dict[str, tuple[float | None, ...]]:
    return {table.spec: tuple(result.value for result in table.results) for table in found.losses}


def parts(found: Comparison, spec: str) -> dict[str, tuple[float | None, ...]]:
    table = next(one for one in found.losses if one.spec == spec)
    return {part.spec: tuple(result.value for result in part.results) for part in table.parts}


Save = Callable[[bytes, str], str]


def opened(save: Save, columns: Columns, *losses: str, **roles: Any) -> Problem:
    """As the command opens a file: the losses take part in what the task is."""
    each = tuple(tasks_of(Spec.parse(loss)) for loss in losses)
    return open_files([save(delimited(columns), "data.csv")], ReadOptions(), Asked(losses=each, **roles))[1]


def test_two_rows_by_hand(compared: Compare) -> None:
    """A box that is right; one that covers half of its union: hull = union, so giou = iou."""
    true = {"x1": [0, 0], "y1": [0, 0], "x2": [2, 1], "y2": [2, 2]}
    predicted = {"pred_x1": [0, 0], "pred_y1": [0, 0], "pred_x2": [2, 2], "pred_y2": [2, 2]}
    data = {"target": [1, 0], "prob": [0.8, 0.4], **true, **predicted}
    found = compared(data, losses=["bce + 0.5*giou"])
    bce = -(np.log(0.8) + np.log(0.6)) / 2
    assert (found.task, found.positive, found.target) == ("detection", "1", "target and box")
    assert values(found)["bce + 0.5*giou"] == pytest.approx((bce + 0.5 * 0.25,), rel=1e-14)
    assert parts(found, "bce + 0.5*giou") == {
        "bce": (pytest.approx(bce, rel=1e-14),),
        "giou": (pytest.approx(0.25, rel=1e-14),),
    }


@pytest.mark.parametrize(
    ("data", "of_class", "primary"), [(two, Task.BINARY, "bce"), (three, Task.MULTICLASS, "cross_entropy")]
)
def test_every_figure_is_that_of_its_side(
    compared: Compare, data: Callable[[], Columns], of_class: Task, primary: str
) -> None:
    """Losses, their intervals by formula and metrics; a sum is the weighted sum of the figures of both."""
    weighted = data() | {"w": np.random.default_rng(7).integers(0, 4, 120)}
    specs = [f"{primary} + giou", f"0.3*brier + 2*smooth_l1:beta=2 + 0.1*{primary}"]
    asked: dict[str, Any] = {"weights": "w", "class_weight": None}
    both = compared(weighted, **asked)
    found = values(both)
    sides = [compared(weighted, task=task, **asked) for task in (of_class, Task.BOXES)]
    assert both.primary == specs[0]
    assert [model.name for model in both.models] == ["rf", "gb"]
    alone: dict[str, Any] = {}
    for side in sides:
        alone |= values(side)
        for metric in side.metrics:
            again = both.metric(metric.name)
            assert again is not None
            assert [r.value for r in again.results] == [r.value for r in metric.results], metric.name
    assert alone.keys() <= found.keys()
    assert {spec: found[spec] for spec in alone} == alone
    assert [spec for spec in found if spec not in alone and "+" not in spec] == []
    made = compared(weighted, losses=[*specs, "smooth_l1:beta=2"], **asked)
    smooth = values(made)["smooth_l1:beta=2"]
    for m in range(2):
        first = alone[primary][m] + alone["giou"][m]
        second = 0.3 * alone["brier"][m] + 2 * smooth[m] + 0.1 * alone[primary][m]
        assert [values(made)[spec][m] for spec in specs] == pytest.approx([first, second], rel=1e-12)
    assert list(parts(made, specs[1])) == ["brier", "smooth_l1:beta=2", primary]


def test_weights_of_classes_count_for_boxes_as_well(compared: Compare) -> None:
    data = two()
    by_class = compared(data, losses=["bce + giou"], class_weight=ClassWeight.parse("0=1,1=3"))
    by_row = compared(data | {"w": 1 + 2 * data["target"]}, losses=["bce + giou"], weights="w")
    for spec, each in parts(by_row, "bce + giou").items():
        assert parts(by_class, "bce + giou")[spec] == pytest.approx(each, rel=1e-14)


def test_labels_and_scores_have_primary_losses_of_their_own(compared: Compare) -> None:
    data = two()
    label = {f"{m}_pred": (data[f"{m}_prob"] > 0.5).astype(int) for m in MODELS}
    plain = {name: column for name, column in data.items() if "prob" not in name}
    found = compared(plain | label)
    assert found.primary == "zero_one + giou"
    assert {model.kind for model in found.models} == {"label"}
    score = {f"{m}_score": special.logit(data[f"{m}_prob"]) for m in MODELS}
    found = compared(plain | score)
    assert found.primary == "hinge + giou"
    assert {one.spec: one.reason for one in found.refused}["bce + giou"] == (
        "it needs a probability or a logit and a box; the models have boxes and scores"
    )
    assert compared(plain | label | score).primary == "hinge + giou"


def test_a_part_that_one_model_cannot_serve_leaves_the_others(compared: Compare) -> None:
    data = two()
    data["gb_score"] = special.logit(data.pop("gb_prob"))
    table = compared(data, losses=["bce + giou"]).losses[0]
    rf, gb = table.results
    assert rf.value is not None
    assert (gb.value, gb.reason) == (None, "it needs a probability or a logit and a box; gb has none")


def test_an_infinite_class_names_its_row(compared: Compare) -> None:
    data = two()
    data["rf_prob"][4] = 1 - data["target"][4]
    found = compared(data)
    assert found.primary == "brier + giou"  # the first that all models have a figure of
    (table,) = (one for one in found.losses if one.spec == "bce + giou")
    assert table.results[0].reason == "infinite: row 5; --clip 1e-7 bounds it"
    assert parts(found, "bce + giou")["giou"][0] is not None
    assert compared(data, clip=1e-7).primary == "bce + giou"


def test_names_of_models(save: Save) -> None:
    """A class and a box go together by what is left without role words."""

    def names(given: Columns, **options: Any) -> list[str]:
        return [model.name for model in opened(save, given, **options).models]

    data = two()
    spelled = {name.replace("rf_x", "rf_pred_x").replace("rf_y", "pred_rf_y"): v for name, v in data.items()}
    mixed = {name.replace("rf_pred_x", "pred_rf_x"): column for name, column in spelled.items()}
    assert names(mixed) == ["rf", "gb"]
    single = {name.replace("rf_x", "pred_x").replace("rf_y", "pred_y"): v for name, v in data.items()}
    single = {name.replace("rf_prob", "prob"): v for name, v in single.items() if not name.startswith("gb")}
    assert names(single) == ["prob"]
    gt = {(f"gt_{name}" if name in CORNERS else name): column for name, column in data.items()}
    assert names(gt) == names(gt, target="gt_*") == names(gt, target="target") == ["rf", "gb"]
    other = {("kind" if name == "target" else name): column for name, column in gt.items()}
    assert names(other, target="kind") == ["rf", "gb"]
    for pred in ("gb", "gb_prob", "gb_x1", "gb_*"):
        assert names(data, pred=(pred,)) == ["gb"]


def test_a_model_with_one_side_is_left_out_and_said(compared: Compare) -> None:
    data = two()
    found = compared(data | {"xg_prob": data["rf_prob"], **{f"nn_{c}": data[f"rf_{c}"] for c in CORNERS}})
    assert [model.name for model in found.models] == ["rf", "gb"]
    assert found.decisions[-2:] == ("left out: xg_prob has no box", "left out: nn has no class")
    assert "left out: xg_prob has no box" in text(found)


@pytest.mark.parametrize(
    ("losses", "task"),
    [
        ((), Task.DETECTION),
        (("bce + giou",), Task.DETECTION),
        (("brier", "iou"), Task.DETECTION),
        (("smooth_l1",), Task.DETECTION),
        (("brier",), Task.BINARY),
        (("bce", "hinge"), Task.BINARY),
        (("giou", "iou"), Task.BOXES),
    ],
)
def test_the_given_losses_say_the_side(save: Save, losses: tuple[str, ...], task: Task) -> None:
    problem = opened(save, two(), *losses)
    assert problem.task is task
    assert len(problem.models) == 2


def test_a_flag_chooses_a_side_and_the_other_has_no_models(save: Save) -> None:
    data = {name.replace("_x", "_pred_x").replace("_y", "_pred_y"): column for name, column in two().items()}
    of_class = opened(save, data, task=Task.BINARY)
    assert of_class.columns == ("target", "rf_prob", "gb_prob")
    of_boxes = opened(save, data, task=Task.BOXES)
    assert of_boxes.targets == CORNERS
    assert [model.name for model in of_boxes.models] == ["rf", "gb"]
    both = opened(save, data, task=Task.DETECTION)
    assert both.targets == ("target", *CORNERS)
    assert both == opened(save, data)
    assert opened(save, three(), task=Task.MULTICLASS).targets == ("label",)


def test_what_is_no_detection_stays_what_it_is(save: Save) -> None:
    data = two()
    without = {name: column for name, column in data.items() if name[3:] not in CORNERS}
    assert opened(save, without).task is Task.BINARY  # corners that no model predicts
    no_class = {name: column for name, column in data.items() if "prob" not in name}
    assert opened(save, no_class).task is Task.BOXES
    assert opened(save, no_class | {"area": np.arange(120.0)}).task is Task.BOXES
    number = data | {"target": np.linspace(0.0, 7.0, 120)}
    with pytest.raises(UsageError, match="rf_prob is named as a probability"):
        opened(save, number)


@pytest.mark.parametrize(
    ("change", "roles", "what", "advice"),
    [
        (
            lambda data: {n: c for n, c in data.items() if n != "gb_y2"},
            {},
            "model gb has no column for 'y2', which is a target",
            "Add gb_y2",
        ),
        (
            lambda data: {n.replace("rf_p", "a_p").replace("gb_p", "b_p"): c for n, c in data.items()},
            {},
            "no model has both a class and a box: a_prob has no box, b_prob has no box, rf has no class",
            "judge one side alone",
        ),
        (lambda data: data, {"pred": ("xg",)}, "--pred xg: no model with a class and a box", "rf, gb"),
        (
            lambda data: {n: c for n, c in data.items() if "prob" not in n},
            {"task": Task.DETECTION},
            "--task detection: no columns are named as it needs them",
            "Name the class target and prob",
        ),
        (
            lambda data: data,
            {"order": "0,1"},
            "--order 0,1: the task is binary, which has no classes to order",
            "Leave --order out",
        ),
    ],
)
def test_refusals_say_what_to_type(
    save: Save, change: Any, roles: dict[str, Any], what: str, advice: str
) -> None:
    with pytest.raises(UsageError) as refused:
        opened(save, change(two()), **roles)
    assert refused.value.what.startswith(what)
    assert advice in str(refused.value.advice)


def test_losses_of_other_classes_are_refused_with_where_to_look(compared: Compare) -> None:
    with pytest.raises(UsageError) as refused:
        compared(two(), losses=["cross_entropy + giou"])
    assert refused.value.what.endswith("multiclass targets, and the task is binary and boxes")
    assert refused.value.what.startswith("cross_entropy is a loss for ")
    assert refused.value.advice == "Those for this task: losscli losses --task detection"


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("rf_prob", 1.5, "the value in row 3 is 1.5; a probability lies in [0, 1]"),
        ("gb_x1", 99.0, "the value in row 3 is 99, not below gb_x2"),
        ("x2", -1.0, "not below x2 -1"),
        ("target", np.nan, "the value in row 3 is missing"),
        ("rf_y2", np.inf, "the value in row 3 is infinite"),
    ],
)
def test_values_that_cannot_be_are_named(compared: Compare, column: str, value: float, what: str) -> None:
    data = two()
    data[column] = data[column].astype(float)
    data[column][2] = value
    with pytest.raises(DataError) as refused:
        compared(data)
    assert what in refused.value.what
    if not np.isfinite(value):
        found = compared(data, drop=True)
        kept = np.arange(120) != 2
        rest = compared({name: values[kept] for name, values in two().items()})
        assert (found.rows.used, values(found)) == (119, values(rest))


def test_files_are_joined_by_id(save: Save, compared: Compare) -> None:
    data = three() | {"id": np.array([f"r{i}" for i in range(120)])}
    truth = {name: column for name, column in data.items() if name[:2] not in ("rf", "gb")}
    paths = []
    for model, order in (("rf", slice(None)), ("gb", slice(None, None, -1))):
        own = {name.removeprefix(f"{model}_"): c for name, c in data.items() if name.startswith(model)}
        own = {f"pred_{name}" if name in CORNERS else name: column for name, column in own.items()}
        columns = {name: column[order] for name, column in (truth | own).items()}
        paths.append(save(delimited(columns), f"{model}.csv"))
    joined = compared(paths, id="id")
    assert (joined.task, [model.name for model in joined.models]) == ("detection", ["rf", "gb"])
    whole = values(compared(data))
    assert whole.keys() == values(joined).keys()
    for spec, each in values(joined).items():
        assert each == pytest.approx(whole[spec], rel=1e-12), spec
    with pytest.raises(UsageError, match="the target takes 4 columns here, 5 in the first file"):
        only = {name: column for name, column in truth.items() if name != "label"}
        only |= {f"pred_{c}": data[f"gb_{c}"] for c in CORNERS}
        compared([paths[0], save(delimited(only), "boxes.csv")], id="id")


def test_blocks_and_jobs_change_no_bit(compared: Compare) -> None:
    data = two(BLOCK + 100)
    losses = ("bce + giou", "bce", "giou")
    one, other = (compared(data, losses=losses, resamples=200, jobs=jobs) for jobs in (1, 2))
    assert values(one) == values(other)
    assert [pair.low for pair in one.comparisons] == [pair.low for pair in other.comparisons]
    assert values(one)["bce + giou"] == pytest.approx(
        np.add(values(one)["bce"], values(one)["giou"]).tolist(), rel=1e-12
    )


def test_verdicts_gates_slices_and_rows(compared: Compare) -> None:
    units = {"site": np.array(["a", "b"] * 60), "crew": np.repeat(np.arange(40), 3)}
    found = compared(
        two() | units, losses=["bce + giou", "giou"], by="site", group="crew", baseline="rf", list_rows=True
    )
    (pair,) = (one for one in found.comparisons if one.spec == "bce + giou")
    assert pair.verdict in ("a", "b")
    assert found.slices is not None and [one.value for one in found.slices.slices] == ["a", "b"]
    assert all(len(one.results) == 2 for one in found.slices.slices)
    record = found.row_table[0]
    assert str(record.target).partition(", ")[0] in ("0", "1")
    assert len(str(record.predictions["rf"]).replace(",", "").split()) == 5
    high, low = parse_rule("bce + giou > 9"), parse_rule("bce + giou[gb] > 0.1")
    assert [gate.verdict for gate in judged(found, [high, low]).gates] == ["pass", "fail"]


def test_in_every_form(compared: Compare) -> None:
    found = compared(three())
    assert found.primary == "cross_entropy + giou"
    lines = text(found).splitlines()
    assert all(cell_width(line) <= 80 for line in lines)
    assert lines[0].startswith("cross_entropy + giou: ")
    assert lines.index("") <= 4
    first = next(place for place, line in enumerate(lines) if line.startswith("LOSSES"))
    assert [line.split()[:2] for line in lines[first + 2 : first + 4]] == [
        ["└", "cross_entropy"],
        ["└", "giou"],
    ]
    assert any(line.startswith("METRICS  accuracy") and "Mean IoU" in line for line in lines)
    told = json.loads(render.written(found, "json", all=False, colour=False, width=None))
    (record,) = (one for one in told["losses"] if one["spec"] == told["primary"])
    assert [part["spec"] for part in record["parts"]] == ["cross_entropy", "giou"]
    for format in ("csv", "markdown", "github", "html", "junit"):
        assert render.written(found, format, all=True, colour=False, width=None)


def text(found: Comparison, width: int = 80) -> str:
    return str(render.written(found, "text", all=False, width=width, colour=False))
