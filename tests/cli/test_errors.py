"""Every error says where, what and which flag; nothing is printed or written, and the exit code is 2."""

import pytest

ROWS = 2_000
GOOD = "y,pred\n1,1.5\n2,2.5\n3.5,4\n"
LONG = [f"{i / 2},{i / 2 + 1}" for i in range(ROWS)]


def long(**changed: str) -> str:
    """A long file with some lines changed: long(row_1999="1,oops")."""
    rows = list(LONG)
    for name, line in changed.items():
        rows[int(name.removeprefix("row_")) - 1] = line
    return "y,pred\n" + "\n".join(rows) + "\n"


DROP = "--missing drop"
BAD = {  # text of data.csv, arguments, what the message must hold
    "no such file": (GOOD, ["nope.csv"], ["nope.csv"]),
    "no target": ("a,pred\n1,2\n", [], ["data.csv", "no column is called target", "--target a"]),
    "no prediction": ("y\n1\n2\n", [], ["data.csv", "no prediction column", "'y'", "pred"]),
    "many numeric": ("y,a,b c\n1,2.5,3\n", [], ["data.csv", "--pred a --pred 'b c'"]),
    "wrong target": (GOOD, ["--target", "z"], ["data.csv", "'z'", "--target"]),
    "wrong pred": (GOOD, ["--pred", "perd"], ["data.csv", "--pred perd", "Did you mean pred?"]),
    "wrong weights": (GOOD, ["--weights", "w"], ["data.csv", "'w'", "--weights"]),
    "wrong id": (GOOD, ["--id", "key"], ["data.csv", "'key'", "--id"]),
    "late text": (long(row_1999="1,oops"), [], ["data.csv, line 2,000, column 'pred'", "'oops'", DROP]),
    "late text in the target": (long(row_1999="oops,1"), [], ["data.csv, line 2,000, column 'y'", "'oops'"]),
    "missing": (long(row_1999="1,"), [], ["data.csv, line 2,000, column 'pred'", "missing", DROP]),
    "missing target": (long(row_7="NaN,1"), [], ["data.csv, line 8, column 'y'", "missing", DROP]),
    "infinite": (long(row_1999="1,-inf"), [], ["data.csv, line 2,000, column 'pred'", "infinite", DROP]),
    "empty": ("", [], ["data.csv", "empty"]),
    "header only": ("y,pred\n", [], ["data.csv", "no row"]),
    "ragged": (long(row_1500="1,2,3"), [], ["data.csv, line 1,501"]),
    "names twice": ("y,pred,pred\n1,2,3\n", [], ["data.csv, line 1", "'pred'"]),
    "probability": ("y,prob\n0,0.5\n1,1.2\n", [], ["data.csv, line 3, column 'prob'", "1.2", "--kind score"]),
    "strange labels": ("y,pred\nno,no\nyes,so\nno,or\n", [], ["no, or, so", "no, yes", "--task multiclass"]),
    "third label": (
        "y,pred\nno,no\nyes,no\nno,so\n",
        ["--task", "binary"],
        ["'so' is predicted", "no and yes", "--task multiclass"],
    ),
    "positive class": ("y,prob\na,0.5\nb,0.2\n", [], ["data.csv, column 'y'", "a or b", "--positive b"]),
    "wrong positive": ("y,prob\na,0.5\nb,0.2\n", ["--positive", "c"], ["--positive c", "a and b"]),
    "negative weight": ("y,pred,w\n1,2.5,1\n2,3,-1\n", ["--weights", "w"], ["line 3, column 'w'", "-1"]),
    "unknown loss": (GOOD, ["--loss", "hubr"], ["'hubr'", "Did you mean huber?"]),
    "other task": (GOOD, ["--loss", "mae", "--loss", "bce"], ["bce", "regression", "--task binary"]),
    "bad spec": (GOOD, ["--loss", "huber:1.5"], ["'1.5' in 'huber:1.5'", "huber:delta=1.5"]),
    "bad parameter": (GOOD, ["--loss", "huber:dleta=1"], ["huber", "'dleta'", "delta"]),
    "bad parameter value": (GOOD, ["--loss", "huber:delta=-1"], ["huber:delta=-1"]),
    "word parameter": (GOOD, ["--loss", "huber:delta=x"], ["delta=x", "not a number"]),
    "unknown exclude": (GOOD, ["--exclude", "hubr"], ["'hubr'", "Did you mean huber?"]),
    "unknown metric": (GOOD, ["--fail-if", "recal < 1"], ["--fail-if 'recal < 1'", "'recal'", "recall"]),
    "bad rule": (GOOD, ["--fail-if", "mae"], ["--fail-if 'mae'", "huber > 0.5"]),
    "good side": (GOOD, ["--fail-if", "mae[pred]<1"], ["good values", "Type --fail-if 'mae[pred] > 1'"]),
    "unknown model": (GOOD, ["--fail-if", "mae[prde] > 1"], ["'prde'", "Did you mean pred?"]),
    "metric of another task": (GOOD, ["--fail-if", "recall < 1"], ["recall", "regression", "r2"]),
    "undefined metric": (
        "y,pred\n0,0\n1,0\n",
        ["--fail-if", "precision < 1"],
        ["precision of pred has no value", "Gate on another"],
    ),
    "unknown format": (GOOD, ["--format", "jsno"], ["--format jsno", "Did you mean json?"]),
    "unknown extension": (GOOD, ["--output", "a.xyz"], ["--output a.xyz", ".xyz", ".json"]),
    "no extension": (GOOD, ["--output", "a"], ["--output a", ".json"]),
    "no folder": (GOOD, ["--output", "no/a.json"], ["--output no/a.json", "no folder no"]),
    "onto the input": (GOOD, ["--output", "./data.csv"], ["--output data.csv", "a file to read"]),
    "unknown task": (GOOD, ["--task", "binray"], ["--task binray", "Did you mean binary?"]),
    "unknown kind": (GOOD, ["--kind", "logits"], ["--kind logits", "Did you mean logit?"]),
    "unknown missing": (GOOD, ["--missing", "skip"], ["--missing skip", "error, drop"]),
    "useless kind": (GOOD, ["--kind", "logit"], ["--kind logit", "regression"]),
    "useless threshold": (GOOD, ["--threshold", "2"], ["--threshold 2", "regression"]),
    "bad number": (GOOD, ["--clip", "x"], ["--clip x", "not a number"]),
    "bad whole number": (GOOD, ["--jobs", "1.5"], ["--jobs 1.5", "not a whole number"]),
    "bad jobs": (GOOD, ["--jobs", "0"], ["--jobs 0"]),
    "bad scale": (GOOD, ["--scale", "nan"], ["--scale nan"]),
    "bad confidence": (GOOD, ["--confidence", "95"], ["--confidence 95", "between 0 and 1"]),
    "bad delimiter": (GOOD, ["--delimiter", "ab"], ["'ab'", "--delimiter"]),
    "bad encoding": (GOOD, ["--encoding", "utf-99"], ["'utf-99'"]),
    "unknown flag": (GOOD, ["--fomat", "json"], ["--fomat", "--format", "losscli compare --help"]),
    "flag without value": (GOOD, ["--loss"], ["--loss", "losscli compare --help"]),
}


@pytest.mark.parametrize("case", BAD)
def test_compare_refuses(inside, write, files, case):
    text, arguments, holds = BAD[case]
    path = [] if arguments[:1] == ["nope.csv"] else ["data.csv"]
    write(text)
    write("old", "report.json")
    done = inside("compare", *path, "--output", "report.json", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr and "bug" not in done.stderr
    for part in holds:
        assert part in done.stderr
    assert files() == {"data.csv": text.encode(), "report.json": b"old"}


TWO = {
    "lengths": ("y,pred\n1,2.5\n", "y,pred\n1,2\n2,3.5\n", [], ["a.csv has 1", "b.csv has 2", "--id"]),
    "targets": (
        "y,pred\n1,2.5\n2,3\n",
        "y,pred\n1,2.5\n7,3\n",
        [],
        ["a.csv, line 3, column 'y'", "b.csv, line 3", "--id"],
    ),
    "ids twice": (
        "id,y,pred\nu,1,2.5\nu,2,3\n",
        "id,y,pred\nu,1,2\nv,2,3\n",
        ["--id", "id"],
        ["a.csv, column 'id'", "'u'", "lines 2 and 3"],
    ),
    "ids missing": (
        "id,y,pred\nu,1,2.5\nv,2,3\n",
        "id,y,pred\nu,1,2\nw,2,3\n",
        ["--id", "id"],
        ["line 3", "'v'", "b.csv"],
    ),
    "no id": ("id,y,pred\nu,1,2.5\n", "y,pred\n1,2.5\n", ["--id", "id"], ["b.csv", "'id'"]),
    "tasks": ("y,pred\n1,1\n2,2\n", "y,pred\n1,1.5\n2,2\n", [], ["multiclass and regression", "--task"]),
}


@pytest.mark.parametrize("case", TWO)
def test_two_files_that_do_not_fit(inside, write, case):
    a, b, arguments, holds = TWO[case]
    done = inside("compare", write(a, "a.csv"), write(b, "b.csv"), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    for part in holds:
        assert part in done.stderr


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ([], ["Usage: losscli", "losscli compare preds.csv"]),
        (["compare"], ["Missing argument", "losscli compare --help"]),
        (["compar"], ["No such command 'compar'", "Did you mean 'compare'?"]),
        (["fit"], ["Missing argument", "DATA", "losscli fit --help"]),
        (["predict", "model.json"], ["Missing argument", "DATA", "losscli predict --help"]),
        (["diff", "old.json"], ["Missing argument", "NEW", "losscli diff --help"]),
        (["diff", "nope.json", "data.csv"], ["nope.json: there is no such file", "losscli compare --format"]),
        (["predict", "nope.json", "data.csv"], ["nope.json: there is no such file", "losscli fit --save"]),
        (["explain", "hubr"], ["'hubr'", "Did you mean huber?"]),
        (["explain", "tweedie:power=0.5"], ["0.5 is not", "no distribution has one between 0 and 1"]),
        (["explain", "mae", "--format", "json", "--format", "text"], ["--format is given 2 times"]),
        (["compare", "a.csv", "--horizon", "3"], ["--horizon 3", "--time COLUMN"]),
        (["explain", "ctc"], ["ctc is not computed: it sums over all alignments"]),
        (["explain", "TripletMarginLoss"], ["TripletMarginLoss (triplet_margin) is not computed"]),
        (["explain", "huber", "--format", "rtf"], ["rtf", "text"]),
        (["losses", "--task", "binray"], ["--task binray", "Did you mean binary?"]),
        (["losses", "--format", "jsno"], ["jsno", "Did you mean json?"]),
        (["losses", "extra"], ["unexpected extra argument", "extra", "losscli losses --help"]),
    ],
)
def test_other_usage_errors(inside, arguments, holds):
    done = inside(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    for part in holds:
        assert part in done.stderr


FIT = {  # arguments of fit, what the message must hold
    "unknown format": (["--format", "jsno"], ["--format jsno", "Did you mean json?"]),
    "unknown extension": (["--output", "a.xyz"], ["--output a.xyz", ".xyz", ".json"]),
    "no folder": (["--output", "no/a.json"], ["--output no/a.json", "no folder no"]),
    "a format of gates": (["--format", "junit"], ["junit cannot hold fitted losses", "html"]),
    "a file of gates": (["--output", "a.xml"], ["--output a.xml: the format junit cannot hold"]),
    "no folder to save": (["--save", "no/m.json"], ["--save no/m.json", "no folder no"]),
    "a folder": (["--predictions", "."], ["--predictions .", "a folder"]),
    "onto the input": (["--save", "./data.csv"], ["--save data.csv", "a file to read"]),
    "one place": (["--output", "a.json", "--save", "./a.json"], ["a.json: --", "writes there"]),
    "unknown task": (["--task", "binray"], ["--task binray", "Did you mean binary?"]),
    "unknown missing": (["--missing", "skip"], ["--missing skip", "error, drop, impute"]),
    "unknown loss": (["--loss", "hubr"], ["'hubr'", "Did you mean huber?"]),
    "unknown exclude": (["--exclude", "hubr"], ["'hubr'", "Did you mean huber?"]),
    "bad spec": (["--loss", "huber:1.5"], ["'1.5' in 'huber:1.5'", "huber:delta=1.5"]),
    "bad contamination": (["--contaminate", "shift:3"], ["'3' in 'shift:3'"]),
    "both ways": (["--contaminate", "shift", "--no-contaminate"], ["exclude each other"]),
    "bad l2": (["--l2", "strong"], ["--l2 strong", "auto or a number"]),
    "negative l2": (["--l2", "-1"], ["--l2 -1 is not 0 or more"]),
    "endless l2": (["--l2", "inf"], ["--l2 inf is not 0 or more"]),
    "undefined l2": (["--l2", "nan"], ["--l2 nan is not 0 or more"]),
    "one fold": (["--folds", "1"], ["--folds 1 is not 2 or more"]),
    "no repeat": (["--repeats", "0"], ["--repeats 0 is not 1 or more"]),
    "bad seed": (["--seed", "-1"], ["--seed -1 is not 0 or more"]),
    "no iteration": (["--max-iter", "0"], ["--max-iter 0 is not 1 or more"]),
    "no tolerance": (["--tol", "0"], ["--tol 0 is not above 0"]),
    "bad scale": (["--scale", "nan"], ["--scale nan"]),
    "bad confidence": (["--confidence", "95"], ["--confidence 95", "between 0 and 1"]),
    "bad jobs": (["--jobs", "0"], ["--jobs 0 is not 1 or more"]),
    "bad whole number": (["--folds", "2.5"], ["--folds 2.5", "not a whole number"]),
    "unknown flag": (["--lose", "mse"], ["--lose", "losscli fit --help"]),
}


@pytest.mark.parametrize("case", FIT)
def test_fit_refuses_before_any_work(inside, write, files, case):
    arguments, holds = FIT[case]
    write("")  # reading it would be an error too
    done = inside("fit", "data.csv", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    for part in holds:
        assert part in done.stderr
    assert list(files()) == ["data.csv"]


def test_predict_writes_onto_no_input(inside, write):
    write("{}", "model.json")
    for place in ("model.json", "data.csv"):
        done = inside("predict", "model.json", write(GOOD), "--output", place)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"--output {place}: that is a file to read" in done.stderr


def test_an_error_of_the_process(losscli, write, files):
    write(BAD["late text"][0])
    done = losscli("compare", "data.csv", "--output", "report.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: data.csv, line 2,000, column 'pred': 'oops' (row 1,999) is not a number\n"
        "Correct the field, or empty it and use --missing drop; or if 'oops' means missing, say so:\n"
        "  losscli compare data.csv --output report.json --missing-word oops  # 'oops' means missing\n"
    )
    assert list(files()) == ["data.csv"]


def test_hostile_names_are_never_raw(inside, write):
    evil = "a\x1b[31m\x9b\u202e\n::error::x[/]<b>"
    quoted = f'"{evil}"'
    for text, arguments in (
        (f"{quoted},pred\n1,2\n", []),
        (f"y,{quoted},b\n1,2.5,3\n", []),
        (f"y,{quoted}\n1,x\n2,3\n3,4\n", []),
        (f"y,pred\n{quoted},1\n1,2\n2,3\n", []),
        ("y,pred\n1,2.5\n", ["--target", evil]),
        ("y,pred\n1,2.5\n", ["--loss", evil]),
        ("y,pred\n1,2.5\n", ["--fail-if", f"mae[{evil}] > 1"]),
        ("y,pred\n1,2.5\n", ["--format", evil]),
        ("y,pred\n1,2.5\n", [f"--{evil}"]),
        ("y,pred\n1,2.5\n", [evil]),
    ):
        done = inside("compare", write(text), *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert not set("\x1b\x9b\u202e\r") & set(done.stderr)
        assert "\n::error" not in done.stderr
