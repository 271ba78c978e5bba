"""What command lines of fit and advise find on the sample files, each run once for all tests of a process."""

import functools
import sys
from pathlib import Path

import losscli.cli
from losscli import render
from losscli.result import Advice, Fits

ROOT = Path(__file__).parents[2]
INPUTS = ROOT / "tests/golden/inputs"
SAMPLES = {name: ROOT / f"sample_data/{name}.csv" for name in ("area", "tumours", "wine")}
TRAINED = {path.stem: path for path in sorted(INPUTS.glob("train*.csv"))}
FLAGS = {  # the roles of their columns
    "train": ("--target", "y", "--drop", "customer"),
    "train_counts": ("--task", "counts"),
    "train_outputs": ("--target", "target_*"),
    "train_tags": ("--target", "target_*"),
}
CLASSES = ("tumours", "wine", "train_two", "train_three")
SEVERAL = ("train_outputs", "train_tags")
FILES = (*SAMPLES, *TRAINED)
FEW = ("--repeats", "1", "--folds", "3")
PAIR = ("--loss", "mse", "--loss", "mae")
ASKED = {  # what more flags add to a screen
    "one": ("area", "--loss", "mae", "--no-contaminate"),
    "tuned": ("area", *PAIR, "--tune", "huber:delta=0.5-5,points=3", "--no-contaminate"),
    "path": ("area", *PAIR, "--path", "l1:points=3", "--no-contaminate"),
    "slopes": ("area", *PAIR, "--l1", "0.1", "--no-contaminate"),
    "optimizer": ("area", *PAIR, "--optimizer", "adam", "--max-iter", "5", "--no-contaminate"),
    "time": ("train", *PAIR, "--time", "day", "--no-contaminate"),
    "group": ("train", *PAIR, "--group", "region", "--no-contaminate"),
    "network": (
        *("train_two", "--model", "mlp:hidden=4", "--max-iter", "3", "--early-stopping", "0.2"),
        *("--loss", "bce", "--loss", "hinge"),
    ),
    "much": (
        *("train_two", "--threshold", "f1", "--cost", "fp=1,fn=5", "--class-weight", "balanced"),
        *(
            "--loss",
            "bce",
            "--loss",
            "hinge",
            "--loss",
            "brier",
            "--oversample",
            "--label-smoothing",
            "0.1",
            "--augment",
            "mixup:alpha=0.2",
            "--no-contaminate",
        ),
        *("--tune", "focal:gamma=0.5-2,points=3", "--l2", "0.1"),
    ),
}


def fit(name: str) -> Fits:
    """All losses of a file."""
    if name in SEVERAL:
        return _run("fit", name, *FEW)
    spoiled = "flip:levels=0-0.1" if name in CLASSES else "shift:size=10,levels=0-0.1"
    penalty = ("--l2", "0.1") if name in CLASSES else ()
    return _run("fit", name, *FEW, "--contaminate", spoiled, *penalty)


def asked(name: str) -> Fits:
    """One of `ASKED`."""
    path, *flags = ASKED[name]
    return _run("fit", path, *FEW, *flags)


def advise(name: str, *flags: str) -> Advice:
    """The advice on a file."""
    return _run("advise", name, "--folds", "3", *flags)


def _run(verb: str, name: str, *flags: str):
    return found_by(verb, str((SAMPLES | TRAINED)[name]), *FLAGS.get(name, ()), *flags, "--jobs", "1")


@functools.cache
def found_by(*words: str):
    """What a command line finds."""
    kept: list[object] = []
    own, typed = render.written, sys.argv
    render.written = lambda found, format, **flags: kept.append(found) or "\n"
    sys.argv = ["losscli", *words]
    try:
        assert losscli.cli.run(words) == 0, words
    finally:
        render.written, sys.argv = own, typed
    return kept[-1]
