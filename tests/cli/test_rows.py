"""--rows flagged: the outliers and the rows that decide, one by one, in every format."""

import csv
import io
import json

import pytest

BASE = [(i, i + 0.5, i + 0.6 + 0.2 * (i % 3)) for i in range(40)]


@pytest.fixture
def spoiled(write):
    """Row 8 is far off for both models; row 3 for rf alone."""
    rows = [list(row) for row in BASE]
    rows[7][1], rows[7][2] = 90.0, 95.0
    rows[2][1] = 12.0
    return write("id,y,rf_pred,gb_pred\n" + "".join(f"r{y},{y},{rf},{gb}\n" for y, rf, gb in rows))


def listed(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_nothing_is_listed_unasked(inside, spoiled):
    found = listed(inside("compare", spoiled, "--format", "json"))
    assert found["row_table"] == []
    assert "kind=row" not in inside("compare", spoiled, "--format", "csv").stdout
    assert "ROWS  " not in inside("compare", spoiled).stdout


def test_the_records_in_json(inside, spoiled):
    words = ("compare", spoiled, "--id", "id", "--loss", "mae", "--format", "json")
    found = listed(inside(*words, "--rows", "flagged"))
    records = {record["row"]: record for record in found["row_table"]}
    assert len(records) == len(found["row_table"])
    (pair,) = found["comparisons"]
    flagged = found["rows"]["flagged"]
    assert "r7" in flagged
    assert set(records) == {*flagged, *pair["decisive_rows"]}
    assert list(records)[: len(pair["decisive_rows"])] == pair["decisive_rows"]
    for row, record in records.items():
        why = ["flagged"] * (row in flagged) + ["decides rf_pred-gb_pred"] * (row in pair["decisive_rows"])
        assert record["why"] == why
    assert records["r7"] == {
        "row": "r7",
        "why": records["r7"]["why"],
        "target": 7.0,
        "predictions": {"rf_pred": 90.0, "gb_pred": 95.0},
        "losses": {"rf_pred": 83.0, "gb_pred": 88.0},
        "reason": None,
    }
    rest = {key: value for key, value in found.items() if key not in ("row_table", "command")}
    bare = listed(inside(*words))
    assert rest == {key: bare[key] for key in rest}


def test_the_table_on_screen_and_in_markdown(inside, spoiled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    words = ("compare", spoiled, "--id", "id", "--loss", "mae", "--rows", "flagged")
    lines = inside(*words).stdout.splitlines()
    (head,) = [line for line in lines if line.startswith("ROWS")]
    assert " ".join(head.split()) == "ROWS why target rf_pred gb_pred mae of rf_pred mae of gb_pred"
    (row,) = [line.split() for line in lines if line.startswith("r7 ")]
    assert row[0] == "r7" and row[-5:] == ["7.000", "90.00", "95.00", "83.00", "88.00"]
    assert lines.index(head) > max(i for i, line in enumerate(lines) if line.startswith(("LOSSES", "! ")))
    assert lines[-1].startswith("Next: ")
    markdown = inside(*words, "--format", "markdown").stdout
    assert "| ROWS" in markdown and "| r7 " in markdown


def test_csv_has_a_line_per_row_and_model(inside, spoiled):
    words = ("compare", spoiled, "--id", "id", "--loss", "mae", "--rows", "flagged")
    found = list(csv.DictReader(io.StringIO(inside(*words, "--format", "csv").stdout)))
    rows = [row for row in found if row["kind"] == "row"]
    records = listed(inside(*words, "--format", "json"))["row_table"]
    assert [(row["row"], row["model"]) for row in rows] == [
        (record["row"], model) for record in records for model in ("rf_pred", "gb_pred")
    ]
    (one,) = [row for row in rows if (row["row"], row["model"]) == ("r7", "gb_pred")]
    assert (one["spec"], one["value"], one["target"], one["prediction"]) == ("mae", "88.0", "7.0", "95.0")
    assert one["why"].startswith("flagged")
    assert {row["kind"] for row in found} == {"loss", "metric", "row"}


def test_fifty_on_screen_and_all_in_json(inside, write):
    rows = [(i, i + (900.0 if i % 5 == 0 else 0.5 + i % 3), i + 1.5) for i in range(400)]
    name = write("y,rf_pred\n" + "".join(f"{y},{rf}\n" for y, rf, _ in rows))
    records = listed(inside("compare", name, "--rows", "flagged", "--format", "json"))["row_table"]
    assert len(records) == 80 and {tuple(record["why"]) for record in records} == {("flagged",)}
    lines = inside("compare", name, "--rows", "flagged").stdout.splitlines()
    assert sum(line.split()[1:2] == ["flagged"] for line in lines) == 50
    assert "30 more: --format json" in lines


def test_classes_are_said_by_their_labels(inside, write):
    lines = [
        f"{'oak' if i % 2 else 'elm'},{'oak' if i % 2 else 'elm'},{0.9 if i % 2 else 0.2}" for i in range(40)
    ]
    lines[4] = "elm,oak,1"
    name = write("y,rf_pred,gb_prob\n" + "\n".join(lines) + "\n")
    words = ("compare", name, "--positive", "oak", "--rows", "flagged", "--format", "json")
    for loss, said in (("zero_one", "oak"), ("brier", 1.0)):
        records = listed(inside(*words, "--loss", loss))["row_table"]
        (record,) = [record for record in records if record["row"] == 5]
        assert record["target"] == "elm"
        assert record["predictions"]["rf_pred" if loss == "zero_one" else "gb_prob"] == said
    (record,) = [
        record for record in listed(inside(*words, "--loss", "bce"))["row_table"] if record["row"] == 5
    ]
    assert record["losses"]["gb_prob"] is None
    assert "infinite for gb_prob" in record["reason"]


def test_several_classes(inside, write):
    labels = ("ash", "elm", "oak")
    rows = []
    for i in range(60):
        p = [0.8 if k == i % 3 else 0.1 for k in range(3)]
        rows.append((labels[i % 3], *p))
    rows[3] = ("ash", 0.01, 0.01, 0.98)
    name = write(
        "y,m_prob_ash,m_prob_elm,m_prob_oak\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    )
    (record,) = listed(inside("compare", name, "--rows", "flagged", "--format", "json"))["row_table"]
    assert (record["row"], record["target"], record["predictions"]) == (4, "ash", {"m": "oak"})
    assert record["losses"]["m"] == pytest.approx(4.605170185988091)


def test_a_loss_without_row_values_says_so(inside, spoiled):
    words = ("compare", spoiled, "--loss", "wmape", "--rows", "flagged", "--format", "json")
    records = listed(inside(*words))["row_table"]
    assert records and all(set(record["losses"].values()) == {None} for record in records)
    assert "function of means" in records[0]["reason"]


def test_names_in_the_file_stay_harmless(inside, write):
    rows = "".join(f"{y},{y},{rf},{gb}\n" for y, rf, gb in BASE)
    name = write("id,y,\x1b[31mrf_pred,gb_pred\n" + rows + "\x1b[2J,5,300,400\n")
    done = inside("compare", name, "--id", "id", "--rows", "flagged")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\\x1b[2J" in done.stdout


def test_no_other_word(inside, spoiled):
    done = inside("compare", spoiled, "--rows", "all")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--rows all" in done.stderr and "--rows flagged" in done.stderr
