"""Values near the end of doubles: no internal error, no warning of numpy."""

import json

import pytest

import losscli.cli

FILES = {
    "numbers": "y,a_pred,b_pred\n1,1e308,1.2\n2,-1e308,2.1\n3,3,3.3\n4,1,4.1\n1e308,2,1\n",
    "positive": "y,a_pred\n1,1e308\n2,2\n3,3.5\n4,4\n5,7\n6,5\n",
    "scores": "y,a_pred\n0,1e308\n1,-1e308\n1,3\n0,1\n",
}


@pytest.mark.parametrize("flags", [[], ["--all"], ["--format", "json"]], ids=" ".join)
@pytest.mark.parametrize("name", FILES)
def test_predictions_of_1e308_are_compared(tmp_path, monkeypatch, capfd, name, flags):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(FILES[name], encoding="utf-8")
    code = losscli.cli.run(["compare", "rows.csv", *flags])
    out, err = capfd.readouterr()
    assert (code, err) == (0, "")
    if flags[1:]:
        assert json.loads(out)["losses"]


def test_infinite_parameters_are_no_figures(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("y,a_pred\n1,1.5\n2,2.5\n3,2\n5,4\n", encoding="utf-8")
    losses = ["--loss", "barron:alpha=-inf", "--loss", "threshold_weighted_score"]
    assert losscli.cli.run(["compare", "rows.csv", *losses, "--format", "json"]) == 0
    barron, score = json.loads(capfd.readouterr().out)["losses"]
    assert list(barron["params"]) == ["c"] and "alpha=-inf" in barron["spec"]
    assert score["params"] == {}
