"""`--format metrics`, and the one file name that means it; every other .json is the whole result."""

import json


def test_the_format_and_the_file_are_the_same(inside, data, files):
    done = inside(
        "compare", data, "--format", "metrics", "--output", "metrics.json", "--output", "result.json"
    )
    assert done.returncode == 0, done.stderr
    assert files()["metrics.json"].decode() == done.stdout
    flat, whole = json.loads(done.stdout), json.loads(files()["result.json"])
    assert whole["schema"] == "losscli/compare/1"
    (mae,) = (one for one in whole["losses"] if one["spec"] == "mae")
    assert flat["rf_pred.mae"] == mae["results"][0]["value"] == 0.5
    assert all(isinstance(value, float | int) for value in flat.values())


def test_only_that_name_is_flat(inside, data, files):
    names = ("old_metrics.json", "metrics.jsn.json", "metrics.old.json")
    words = [word for name in names for word in ("--output", name)]
    assert inside("compare", data, "--quiet", *words).returncode == 0
    assert {json.loads(files()[name])["schema"] for name in names} == {"losscli/compare/1"}


def test_fit_has_it_and_others_say_which_formats_do(inside, write, tmp_path):
    path = write("a,b,y\n" + "".join(f"{i},{i % 7},{2 * i + i % 3}\n" for i in range(40)), "train.csv")
    words = ("--loss", "mse", "--loss", "mae", "--folds", "2", "--repeats", "1", "--no-contaminate", "-q")
    (tmp_path / "out").mkdir()
    assert inside("fit", path, *words, "--output", "out/metrics.json").returncode == 0
    flat = json.loads((tmp_path / "out/metrics.json").read_text())
    assert {"mse.rmse", "mse.mae", "mae.mae"} <= set(flat)
    done = inside("roles", path, "--output", "metrics.json")
    assert done.returncode == 2
    assert "--output metrics.json: the format metrics cannot hold the roles of columns" in done.stderr
