"""What the verbs give in Python: tables, the screen, HTML, JSON, gates."""

import json
import math
import pickle
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from roles.pasted import run
from threadpoolctl import threadpool_limits

import losscli
from losscli.api.found import Part
from losscli.api.results import RESULTS, Compared, Fitted
from losscli.api.rows import Rows

INPUTS = Path(__file__).parents[1] / "golden/inputs"
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m"


@pytest.fixture(scope="module")
def found() -> Compared:
    data = pd.read_csv(INPUTS / "numbers.csv")
    return losscli.compare(data, id="id", by="region", loss=["mae", "mse"], resamples=200)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    data = pd.read_csv(INPUTS / "train_counts.csv")
    return losscli.fit(data, loss=["mse", "mae"], task="regression", folds=2, repeats=1, jobs=1, max_iter=9)


def every_part(result) -> list[str]:
    own = [
        name for kind in type(result).__mro__ for name, part in vars(kind).items() if isinstance(part, Part)
    ]
    properties = [name for name, part in vars(type(result)).items() if isinstance(part, property)]
    return own + [name for name in properties if name != "record"]


def test_each_part_is_a_table_of_every_kind(found, fitted):
    advised = losscli.advise(pd.read_csv(INPUTS / "train_two.csv"), folds=2, jobs=1)
    changed, roles = losscli.diff(found, found), losscli.roles(str(INPUTS / "two.csv"))
    assert {type(one) for one in (found, fitted, advised, changed, roles)} == set(RESULTS)
    for result in (found, fitted, advised, changed, roles):
        for name in every_part(result):
            rows = getattr(result, name)
            assert isinstance(rows, Rows), name
            frame, arrow = rows.to_pandas(), rows.to_arrow()
            assert list(frame) == arrow.column_names == rows.columns
            assert len(frame) == arrow.num_rows == len(rows)
            assert pa.table(rows) == arrow
            assert rows.to_dict() == {column: rows[column] for column in rows.columns}
            assert repr(rows) and rows._repr_html_()


def test_what_is_found_later_is_of_the_rows_as_they_were():
    data = {name: column.to_numpy().copy() for name, column in pd.read_csv(INPUTS / "two.csv").items()}
    early, late, kept = (losscli.compare(data, resamples=200) for _ in range(3))
    expected, screen = early.to_json(), str(early)
    kept = pickle.loads(pickle.dumps(kept))
    for column in data.values():
        column[:] = column[::-1].copy()
    assert str(late) == screen and late.decompositions == early.decompositions
    assert late.to_json() == expected == kept.to_json()
    assert {one.name for one in late.record.curves} > {"reliability"}


def test_what_is_found_later_has_the_bits_of_the_command(tmp_path):
    rng, path = np.random.default_rng(8), tmp_path / "data.csv"
    y = rng.gamma(2, 10, 1_000)
    data = pd.DataFrame({"y": y, "pred_a": y + rng.normal(size=1_000), "pred_b": y + rng.normal(size=1_000)})
    data.to_csv(path, index=False)
    with threadpool_limits(2, user_api="blas"):  # as in a process that has not been told otherwise
        later = losscli.compare(data, loss=["mae", "mse"]).to_dict()
    now = json.loads(run(["compare", str(path), "--loss", "mae", "--loss", "mse", "--format", "json"]).out)
    assert (later["decompositions"], later["curves"]) == (now["decompositions"], now["curves"])


def test_a_row_per_loss_and_model_as_in_the_csv(found):
    document = json.loads(found.to_json())
    known = [
        (loss["spec"], one["model"], one["value"], one["low"], one["rank"])
        for loss in document["losses"]
        for one in loss["results"]
    ]
    assert [
        tuple(row[key] for key in ("spec", "model", "value", "low", "rank")) for row in found.losses
    ] == known
    assert found.losses.where(model="rf_pred", spec="mae")["value"] == [known[0][2]]
    assert [row["model"] for row in found.ranking] == ["gb_pred", "rf_pred"] or found.ranking["rank"] == [
        1,
        2,
    ]
    assert set(found.slices["slice"]) == set(pd.read_csv(INPUTS / "numbers.csv")["region"])
    assert len(found.robustness) == sum(len(one["models"]) for one in document["robustness"])
    assert {"outlier_share", "model_outlier_share"} < set(found.robustness.columns)


def test_what_is_not_known_is_missing_in_frames():
    kinds = {"a": float, "b": int, "c": str, "d": bool, "e": tuple}
    rows = Rows(kinds, [{"a": 1.0, "b": 2, "c": "x", "d": True, "e": ("p", "q")}, {}])
    frame = rows.to_pandas()
    assert frame["a"].dtype == np.float64 and math.isnan(frame["a"][1]) and math.isnan(frame["b"][1])
    assert rows.to_arrow().column("c").to_pylist() == ["x", None]
    assert rows.to_arrow().column("e").to_pylist() == [["p", "q"], None]
    assert rows[1]["a"] is None and len(rows[:1]) == 1
    with pytest.raises(KeyError):
        rows["f"]
    assert repr(Rows(kinds, [])) == "no rows of a, b, c, d, e"
    assert repr(Rows({"a": int}, [{"a": i} for i in range(30)])).endswith("\n… 10 more rows")


def test_print_is_the_screen_of_the_command(found, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.chdir(tmp_path)
    shutil.copy(INPUTS / "numbers.csv", "data")  # as a table in memory is called
    words = found.record.command[1:]
    for more, made in (
        ([], str(found)),
        (["--show", "pairs", "--explain"], found.screen(show="pairs", explain=True)),
    ):
        *lines, following = run([*words, *more]).out.splitlines()
        assert following.startswith("Next: losscli ")  # nothing is typed here
        assert made.splitlines() == lines
    assert found.verdict.startswith("mae: ") and found.verdict in repr(found)
    with pytest.raises(losscli.UsageError, match="show pears") as raised:
        found.screen(show="pears")
    assert "pairs" in str(raised.value)


def test_html_is_short_takes_the_colours_of_the_page_and_escapes_names(found):
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    hostile = losscli.compare({"y": y, HOSTILE: y + 0.1}, target="y", pred=HOSTILE, loss="mae", resamples=200)
    for html in (hostile._repr_html_(), hostile.losses._repr_html_(), hostile.models._repr_html_()):
        assert "<img" not in html and "\x1b" not in html and "&lt;img" in html
    html = found._repr_html_()
    assert len(html) < 12_000 and found.verdict.partition(".")[0] in html
    assert not re.search(r"background|(?<![-\w])color:(?!inherit)|<script|<html", html)
    assert html.count("<table>") == html.count("</table>") == 1


def test_what_is_written_is_read_again(found, fitted, tmp_path):
    for number, result in enumerate((found, fitted)):
        place = tmp_path / f"{number}.json"
        place.write_text(result.to_json(), encoding="utf-8")
        for again in (losscli.load(place), losscli.load(str(place)), losscli.load(result.to_json())):
            assert type(again) is type(result) and again == result and again.to_json() == result.to_json()
            assert str(again) == str(result)
    for text in ("{", "[]", "{}", '{"schema": "losscli/compare/9"}', '{"schema": "losscli/compare/1"}'):
        place.write_text(text, encoding="utf-8")
        with pytest.raises(losscli.DataError):
            losscli.load(place)
    with pytest.raises(losscli.DataError, match="no such file"):
        losscli.load(tmp_path / "nowhere.json")


# ── gates ────────────────────────────────────────────────────────────────────────────────────────────


def test_limits_are_judged_on_what_is_there(found):
    passing, failing = found.check("mae > 99"), found.check("mae > 0.01", "mae > 99")
    assert passing.passed and passing.verdict == "pass" and len(passing) == 2
    assert not failing.passed and failing.verdict == "fail"
    assert str(failing).startswith("gate: FAIL mae > 0.01")
    kept = losscli.load(found.to_json())
    assert [*kept.check("mae > 99")] == [*passing]


def test_a_figure_that_was_not_asked_for_is_computed(found):
    assert found.check("huber:delta=1 > 99").passed
    with pytest.raises(losscli.LosscliError, match="does not apply"):
        losscli.load(found.to_json()).check("huber:delta=1 > 99")


def test_changes_are_those_of_max_regression(found):
    checked = found.check("mae=50%", baseline="rf_pred")
    data = pd.read_csv(INPUTS / "numbers.csv")
    options = {"id": "id", "by": "region", "loss": ["mae", "mse"], "resamples": 200}
    known = losscli.compare(data, baseline="rf_pred", max_regression="mae=50%", **options)
    assert [*checked] == [*known.gates]
    with pytest.raises(losscli.UsageError, match="worse than which model"):
        found.check("mae=2%")
    with pytest.raises(losscli.UsageError, match="not kept"):
        pickle.loads(pickle.dumps(found)).check("mae=2%", baseline="rf_pred")


def test_a_table_that_has_changed_is_not_judged_in_its_place():
    y = np.arange(40.0)
    table = {"y": y, "a_pred": y + 1, "b_pred": y + 2}
    found = losscli.compare(table, target="y", loss="mae", resamples=200)
    table["a_pred"][:] = y + 9
    with pytest.raises(losscli.DataError, match="has changed"):
        found.check("mae=2%", baseline="b_pred")


# ── fits ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_fit_leaves(fitted, tmp_path):
    path = tmp_path / "model.json"
    fitted.save(str(path))
    answer = run(["predict", str(path), str(INPUTS / "train_counts.csv")])
    assert answer.code == 0 and len(answer.out.splitlines()) == 1 + fitted.record.rows.used
    assert (
        losscli.compare(fitted.predictions, loss="mae", resamples=200).record.rows.used
        == fitted.record.rows.used
    )
    mse = next(fit for fit in fitted.record.fits if fit.name == "mse")
    table = fitted.coefficients.where(spec="mse")
    assert table["column"] == [None, *mse.coefficients]
    assert table["value"] == [mse.intercept, *mse.coefficients.values()]
    (score,) = fitted.scores.where(spec="mse", metric="mae")
    assert score["value"] == mse.scores["mae"].value
    assert fitted.ranking["metric"][0] == fitted.record.headline
    kept = losscli.load(fitted.to_json())
    for ask in (lambda: kept.predictions, lambda: kept.save(str(path))):
        with pytest.raises(losscli.UsageError, match="that was read"):
            ask()


def test_a_chart_is_the_one_of_the_command(tmp_path):
    from losscli.charts import chart

    found = losscli.compare({"y": [1.0, 2.0, 4.0, 8.0], "a_pred": [1.1, 2.2, 3.0, 8.0], "b_pred": [2.0] * 4})
    assert found.charts[0] == "losses" and "plot_losses" in dir(found)
    drawn = found.plot()
    assert drawn.spec == found.plot_losses().spec == chart(found.record, "losses")
    assert drawn._repr_mimebundle_()["application/vnd.vegalite.v5+json"] == drawn.spec
    drawn.save(tmp_path / "losses.json")
    assert json.loads((tmp_path / "losses.json").read_text()) == drawn.spec
    for name in ("nope", "learning"):
        with pytest.raises(losscli.UsageError, match=f"chart={name!r}|chart {name}"):
            found.plot(name)
    with pytest.raises(losscli.UsageError, match=r"\.svg, \.png or \.json"):
        drawn.save(tmp_path / "losses.gif")
    with pytest.raises(AttributeError, match="no attribute 'plots'"):
        _ = found.plots
