"""Results of real runs on small files: together they have figures for every chart."""

import shutil
from pathlib import Path

from roles.pasted import run

from losscli.charts import Losses
from losscli.loss.catalogue import named
from losscli.report import bind_records
from losscli.spec import Spec
from losscli.verbs.files import read_found

INPUTS = Path(__file__).parents[1] / "golden/inputs"
SAMPLES = Path(__file__).parents[2] / "sample_data"
_FEW = ("--resamples", "200", "--jobs", "1")
_FIT = ("--folds", "3", "--repeats", "1", "--jobs", "1")
_SLICES = "\n".join(
    [
        "y,pred_a,pred_b,pred_c,site",
        *(f"{i % 7},{i % 7 + 0.1},{i % 7 + 0.5 + i % 2},{i % 7 + 1.2 + i % 3},s{i % 12}" for i in range(240)),
    ]
)
COMMANDS: dict[str, tuple[str, ...]] = {
    "numbers": ("compare", "numbers.csv", "--rows", "flagged", "--loss", "mae", "--loss", "mse", *_FEW),
    "area": (
        *("compare", str(SAMPLES / "area_predictions.csv"), "--rows", "flagged", "--jobs", "1"),
        *("--loss", "mae", "--loss", "mse", "--loss", "huber", "--loss", "mape"),
    ),
    "classes": ("compare", "two.csv", "--loss", "bce", "--loss", "brier", *_FEW),
    "slices": ("compare", "slices.csv", "--by", "site", "--loss", "mae", *_FEW),
    "two": (
        "fit",
        "train_two.csv",
        *_FIT,
        "--loss",
        "bce",
        "--loss",
        "squared_hinge",
        "--path",
        "l1:points=5",
    ),
    "sgd": (
        *("fit", "train.csv", "--target", "y", "--drop", "customer", *_FIT, "--no-contaminate"),
        *("--loss", "mse", "--loss", "huber", "--optimizer", "sgd:batch=16,rate=0.05", "--max-iter", "20"),
    ),
    "advice": ("advise", "train.csv", "--target", "y", "--drop", "customer", "--folds", "3", "--jobs", "1"),
}


def folder_of(place: Path) -> Path:
    """A folder with the files that the commands read."""
    shutil.copytree(INPUTS, place, dirs_exist_ok=True)
    (place / "slices.csv").write_text(_SLICES + "\n", encoding="utf-8")
    return place


def found_in(folder: Path) -> dict[str, object]:
    """What every command found, by its name, and losses to draw; each is in the folder too, as JSON."""
    found: dict[str, object] = {}
    for name, words in COMMANDS.items():
        place = folder / f"{name}.json"
        done = run([*words, "--quiet", "--output", str(place)])
        assert done.code == 0, done.err
        found[name] = read_found(str(place))
    pairs = [("old", "old.csv"), ("worse", "worse.csv")]
    for name, table in pairs:
        words = ["compare", table, "--id", "id", "--replicates", "--scale", "2", "--quiet"]
        assert run([*words, "--output", str(folder / f"of_{name}.json")]).code == 0
    words = ["diff", "of_old.json", "of_worse.json", "--quiet", "--output", str(folder / "diff.json")]
    assert run(words).code == 0
    found["diff"] = read_found(str(folder / "diff.json"))
    specs = [Spec.parse(text) for text in ("mse", "mae", "huber:delta=1")]
    found["losses"] = Losses(
        tuple(one for spec in specs for one in bind_records(named(spec.name), spec.numbers()))
    )
    return found
