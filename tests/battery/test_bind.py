"""Defaults from the data: where s is as large or as small as a double gets, a loss is refused by itself."""

import json

import pytest

import losscli.cli
from losscli.domain import Task
from losscli.errors import NoDefault, UsageError
from losscli.loss.catalogue import find
from losscli.spec import Spec

SCALED = ("huber", "fair", "cauchy", "tukey", "hampel", "barron", "linex", "epsilon_insensitive")


def regression(name: str):
    found = find(Spec(name), Task.REGRESSION)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "scale", "reason"),
    [
        ("fair", 1.6e308, r"fair:c is 1\.4 × s by default; with s = 1\.6e\+308 that is inf"),
        ("tukey", 1e308, r"tukey:c is 4\.685 × s by default; with s = 1e\+308 that is inf"),
        ("hampel", 1.6e308, r"hampel:a is .* that is inf"),
        ("barron", 1.6e308, r"barron:c is its 95 % constant × s by default; .* that is inf"),
        ("linex", 5e-324, r"linex:a is 1 / s by default; with s = 4\.94e-324 that is inf"),
        ("huber", 1.7e308, r"huber:delta is 1\.345 × s by default; with s = 1\.7e\+308 that is inf"),
    ],
)
def test_a_default_outside_its_domain_is_a_reason_to_refuse_the_loss(name, scale, reason):
    with pytest.raises(NoDefault, match=reason) as caught:
        regression(name).bind({}, scale=scale)
    assert "--scale" in caught.value.advice


@pytest.mark.parametrize("name", SCALED)
def test_a_written_value_outside_its_domain_stays_an_error(name):
    loss = regression(name)
    params = loss.params[-1] if name == "barron" else loss.params[0]
    with pytest.raises(UsageError) as caught:
        loss.bind({params.name: float("nan")}, scale=1.0)
    assert not isinstance(caught.value, NoDefault)


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e300, 1.7e308])
def test_every_default_is_in_its_domain_or_refused(name, scale):
    loss = regression(name)
    try:
        bound = loss.bind({}, scale=scale)
    except NoDefault:
        return
    domains = {param.name: param.domain for param in loss.params}
    assert all(domains[key].contains(value) for key, value in bound.params)


def test_the_other_losses_are_compared(tmp_path, capfd):
    path = tmp_path / "tiny_huge.csv"
    path.write_text("y,p\n5e-324,1.7976931348623157e308\n1e-400,2.2250738585072011e-308\n")
    losses = ("--loss", "mae", "--loss", "fair:c=1", "--loss", "fair")
    assert losscli.cli.run(["compare", str(path), *losses, "--format", "json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [one["spec"] for one in found["losses"]] == ["mae", "fair:c=1"]
    (refused,) = found["refused"]
    assert refused["spec"] == "fair"
    assert refused["reason"] == "fair:c is 1.4 × s by default; with s = 1.33e+308 that is inf"
