"""`--fail-if`: the grammar of a rule, and its verdict on a comparison."""

from pathlib import Path

import pytest

from losscli.comparison.compare import Request, compare
from losscli.comparison.gates import judged, parse_rule
from losscli.data.roles import Asked
from losscli.data.roles.files import open_files
from losscli.data.table import ReadOptions
from losscli.errors import DataError, UsageError
from losscli.report.gates import gate_line
from losscli.spec import Spec

GOOD = {
    "mae > 1": ("mae", True, None, ">", 1.0),
    "mae>1": ("mae", True, None, ">", 1.0),
    "  mae   >=  1e-3 ": ("mae", True, None, ">=", 0.001),
    "mae[rf] > -1.5": ("mae", True, "rf", ">", -1.5),
    "mae [ rf v2 ] > 1": ("mae", True, " rf v2 ", ">", 1.0),
    "mae[a[0]] > 1": ("mae", True, "a[0]", ">", 1.0),
    "mae[a>b] > 1": ("mae", True, "a>b", ">", 1.0),
    "huber:delta=1.5[rf]>0.5": ("huber:delta=1.5", True, "rf", ">", 0.5),
    "sce:alpha=0.1,beta=1 > 2": ("sce:alpha=0.1,beta=1", True, None, ">", 2.0),
    "recall < 0.9": ("recall", False, None, "<", 0.9),
    "r2[new] <= .5": ("r2", False, "new", "<=", 0.5),
    "d2_absolute_error < 0": ("d2_absolute_error", False, None, "<", 0.0),
    "ece > 0.1": ("ece", False, None, ">", 0.1),
    "bias > 1": ("bias", False, None, ">", 1.0),
    "bias < -1": ("bias", False, None, "<", -1.0),
}


@pytest.mark.parametrize("text", GOOD)
def test_rules(text):
    rule = parse_rule(text)
    assert (str(rule.spec), rule.is_loss, rule.model, rule.sign, rule.limit) == GOOD[text]
    assert rule.text == text.strip()


BAD = {
    "": "is an invalid rule",
    "mae": "is an invalid rule",
    "mae > ": "is an invalid rule",
    "> 1": "is an invalid rule",
    "mae == 1": "is an invalid rule",
    "mae > 1 > 2": "is an invalid rule",
    "mae > one": "'one' is not a number",
    "mae > nan": "'nan' is not a number",
    "mae > inf": "'inf' is not a number",
    "mae > 1_000": "'1_000' is not a number",
    "mae > 2%": "'2%' is not a number",
    "hubr > 1": "no loss or metric is called 'hubr'",
    "recal < 1": "no loss or metric is called 'recal'",
    "recall:k=1 < 1": "recall has no parameter 'k'",
    "mae < 1": "fails on good values: a smaller mae is better",
    "recall > 1": "fails on good values: a greater recall is better",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_rule(text):
    with pytest.raises(UsageError) as error:
        parse_rule(text)
    assert BAD[text] in error.value.what
    assert repr(text) in error.value.what
    assert error.value.advice


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("hubr > 1", "Did you mean huber?"),
        ("recal < 1", "Did you mean recall or focal?"),
        ("mae < 1", "Type --fail-if 'mae > 1'"),
        ("mae[rf]<=1", "Type --fail-if 'mae[rf] >= 1'"),
        ("recall[it's] > 0.9", """Type --fail-if 'recall[it'"'"'s] < 0.9'"""),
        ("huber:delta=2 < 1", "Type --fail-if 'huber:delta=2 > 1'"),
    ],
)
def test_the_advice_can_be_typed(text, advice):
    with pytest.raises(UsageError) as error:
        parse_rule(text)
    assert error.value.advice == advice


@pytest.fixture
def judge(tmp_path: Path):
    """The gates of rules on a CSV text, with the losses asked for."""

    def made(text: str, *rules: str, loss: tuple[str, ...] = (), exclude: tuple[str, ...] = ()):
        path = tmp_path / "data.csv"
        path.write_text(text, encoding="utf-8")
        parsed = [parse_rule(rule) for rule in rules]
        request = Request(
            losses=tuple(map(Spec.parse, loss)),
            gated=tuple(rule.spec for rule in parsed if rule.is_loss),
            exclude=tuple(map(Spec.parse, exclude)),
        )
        table, problem, inputs = open_files([str(path)], ReadOptions(), Asked())
        return judged(compare(table, problem, request, inputs), parsed).gates

    return made


NUMBERS = "y,rf_pred,gb_pred\n" + "".join(f"{i},{i + 0.5},{i + (-1) ** i * 2 + i % 3}\n" for i in range(40))
BINARY = "y,a_prob,b_prob\n1,0.9,0.8\n0,0.2,0\n1,0.7,0\n0,0.4,0.1\n"


@pytest.mark.parametrize(
    ("rule", "verdicts"),
    [
        ("mae > 1", {"rf_pred": "pass", "gb_pred": "fail"}),
        ("mae[rf_pred] > 1", {"rf_pred": "pass"}),
        ("mae[rf_pred] > 0.5", {"rf_pred": "pass"}),
        ("mae[rf_pred] >= 0.5", {"rf_pred": "fail"}),
        ("r2 < 0.99", {"rf_pred": "pass", "gb_pred": "fail"}),
        ("bias > 0.75", {"rf_pred": "pass", "gb_pred": "fail"}),
    ],
)
def test_a_rule_speaks_of_each_model_or_one(judge, rule, verdicts):
    gates = judge(NUMBERS, rule)
    assert {gate.model: gate.verdict for gate in gates} == verdicts
    assert {gate.reason for gate in gates} == {"no uncertainty used"}


def test_an_omitted_parameter_is_the_default_whatever_is_listed(judge):
    for loss in (("huber:delta=1",), ("huber:delta=1", "huber"), ("mae",)):
        (default,) = judge(NUMBERS, "huber[gb_pred] > 99", loss=loss)
        (written,) = judge(NUMBERS, "huber:delta=1[gb_pred] > 99", loss=loss)
        assert default.spec != "huber:delta=1"
        assert written.spec == "huber:delta=1"
        assert default.value != written.value


def test_an_infinite_loss_fails(judge):
    a, b = judge(BINARY, "bce > 9")
    assert (a.verdict, b.verdict, b.value) == ("pass", "fail", None)
    assert b.reason.startswith("infinite: row 3")
    assert gate_line(b) == f"gate: FAIL bce > 9: bce of b_prob is infinite ({b.reason})"


def test_a_limit_acts_on_the_value_whatever_it_rests_on(judge):
    rows = "".join(f"{i},{i + 0.01 + 1000 * (i == 7)}\n" for i in range(40))
    (gate,) = judge("y,pred\n" + rows, "mse > 1")
    assert (gate.verdict, gate.reason) == ("fail", "no uncertainty used")


def test_a_figure_that_rounds_to_the_limit_is_shown_in_full(judge):
    (gate,) = judge("y,pred\n0,0.50000001\n2,2.50000001\n3.5,4.00000001\n", "mae > 0.5")
    assert "mae of pred is 0.5000000" in gate_line(gate)
    assert "is 0.5 (" not in gate_line(gate)


@pytest.mark.parametrize(
    ("text", "rule", "error", "message"),
    [
        (NUMBERS, "mae[rf] > 1", UsageError, "there is no model 'rf'"),
        (NUMBERS, "recall < 1", DataError, "recall is not computed for this regression task"),
        (
            NUMBERS,
            "bce > 1",
            UsageError,
            "bce is a loss for binary and multilabel targets, and the task is regression",
        ),
        (NUMBERS.replace("39,", "-39,"), "msle > 1", DataError, "msle does not apply: the target must be"),
        ("y,pred\n0,0\n0,0\n1,0\n", "precision < 1", DataError, "precision of pred has no value"),
    ],
)
def test_a_gate_that_cannot_be_judged(judge, text, rule, error, message):
    with pytest.raises(error) as raised:
        judge(text, rule)
    assert message in raised.value.what
    assert raised.value.advice


def test_an_excluded_loss_cannot_gate(judge):
    with pytest.raises(DataError, match="mae does not apply"):
        judge(NUMBERS, "mae > 1", exclude=("mae",))
