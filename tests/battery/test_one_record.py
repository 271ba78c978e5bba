"""A loss is one record: nothing else is touched for it to be listed, explained, compared and trained."""

import json

import numpy as np
import pytest

import losscli.cli
from losscli import losses
from losscli.domain import Task, Unit
from losscli.loss import Argument, Loss, Trait
from losscli.loss.battery import checked
from losscli.loss.catalogue import extended

QUARTIC = Loss(
    name="quartic",
    title="Square and fourth power",
    task=Task.REGRESSION,
    formula="r**2 + r**4",
    slope_formula="2*r + 4*r**3",
    argument=Argument.RESIDUAL,
    value=lambda r: r**2 + r**4,
    slope=lambda r: 2.0 * r + 4.0 * r**3,
    unit=Unit.OWN,
    elicits="a centre between the mean and the midrange",
    asks="mean, far out",
    traits=Trait.STRONGLY_CONVEX | Trait.DIFFERENTIABLE | Trait.SYMMETRIC,
    choose="Far rows are to weigh more than by the square.",
    avoid="There are outliers.",
    reference="made for this test",
)


@pytest.fixture
def shown(tmp_path, capfd):
    """What the command says, of a file of two models and a feature."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=80)
    y = 2.0 * x + rng.normal(size=80)
    columns = np.column_stack([x, y, y + rng.normal(size=80), y + 2.0 * rng.normal(size=80)])
    path = tmp_path / "data.csv"
    np.savetxt(path, columns[:, 1:], "%.4f", ",", header="y,rf_pred,gb_pred", comments="")
    features = tmp_path / "train.csv"
    np.savetxt(features, columns[:, :2], "%.4f", ",", header="x,y", comments="")

    def run(*arguments):
        words = [{"PREDS": str(path), "DATA": str(features)}.get(word, word) for word in arguments]
        with extended([QUARTIC]):
            assert losscli.cli.run(words) == 0
        return capfd.readouterr().out

    return run


def test_it_keeps_what_it_claims():
    assert checked(QUARTIC.bind({})).holds


def test_it_is_listed_and_explained(shown):
    (line,) = [
        one for one in shown("losses", "--task", "regression").splitlines() if one.startswith("quartic ")
    ]
    assert "mean, far out" in line
    (record,) = [
        one for one in json.loads(shown("losses", "--format", "json"))["losses"] if one["name"] == "quartic"
    ]
    assert (record["asks"], record["slope"], record["unit"]) == ("mean, far out", "2*r + 4*r**3", "its own")
    told = shown("explain", "quartic")
    assert "Square and fourth power (quartic, regression)" in told
    assert "a centre between the mean and the midrange" in told


def test_it_is_compared(shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    everything = json.loads(shown("compare", "PREDS", "--format", "json"))
    assert "quartic" in [one["spec"] for one in everything["losses"]]
    named = shown("compare", "PREDS", "--loss", "quartic", "--loss", "mae", "--show", "losses")
    lines = [one for one in named.splitlines() if one.startswith("quartic  PRIMARY")]
    assert any(QUARTIC.elicits in one for one in lines), named


def test_it_is_trained(shown):
    found = json.loads(shown("fit", "DATA", "--target", "y", "--loss", "quartic", "--format", "json"))
    (fit,) = (one for one in found["fits"] if one["spec"] == "quartic")
    assert fit["elicits"] == QUARTIC.elicits


def test_it_is_a_function_of_arrays():
    with extended([QUARTIC]):
        assert losses["quartic"]([1.0, 2.0], [2.0, 4.0]) == 11.0
        assert losses["quartic"].slope([1.0], [3.0]).tolist() == [36.0]
