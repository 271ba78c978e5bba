"""Losses of the user's own, through the process: formulas, Python files, installed packages, check-loss."""

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from losscli.errors import UsageError
from losscli.loss import Trait
from losscli.loss.custom import define
from losscli.loss.expression import FUNCTIONS
from losscli.loss.expression.tree import BINDING

ASYM = "asym:k=3 = where(r > 0, k*r**2, r**2)"
FILE = """\
import numpy as np
from losscli.domain import POSITIVE, Task, Unit
from losscli.loss import Argument, Loss, Param, Trait

def record(name, value, slope=None, **more):
    told = dict(
        name=name, title="Mine", task=Task.REGRESSION, formula="k*r**2", argument=Argument.RESIDUAL,
        value=value, slope=slope, unit=Unit.Y2, elicits="mean",
        traits=Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC,
        params=(Param("k", 2.0, POSITIVE, "times the square"),),
        choose="It is mine.", avoid="It is not.", reference="me",
    )
    return Loss(**(told | more))

scaled = record("scaled", lambda r, *, k: k * r**2, lambda r, *, k: 2 * k * r, slope_formula="2*k*r")
LIST = [record("listed", lambda r, *, k: k * r**2, lambda r, *, k: 2 * k * r)]
wrong = record("wrong", lambda r, *, k: k * r**2, lambda r, *, k: k * r)
taken = record("huber", lambda r, *, k: k * r**2)
flat = record("flat", lambda r, *, k: 1.0)

def late(r, *, k):
    if len(r) > 1:
        return k * r**2
    raise RuntimeError("no such row")

fails = record("fails", late)
"""


@pytest.fixture
def mine(write: Callable[..., str]) -> str:
    return write(FILE, "mine.py")


def table(done, spec: str) -> dict:
    (found,) = [one for one in json.loads(done.stdout)["losses"] if one["spec"] == spec]
    return found


def test_a_formula_is_a_loss_like_any_other(inside, data):
    """In compare, sums, gates and the list; the figures are those of the formula."""
    options = ("--define", ASYM, "--loss", "asym", "--loss", "0.5*asym:k=1 + mae", "--format", "json")
    done = inside("compare", data, *options, "--fail-if", "asym[gb_pred] > 1")
    assert done.returncode == 1
    assert done.stderr == "gate: FAIL asym[gb_pred] > 1: asym:k=3 of gb_pred is 9.375 (no uncertainty used)\n"
    own = table(done, "asym:k=3")
    assert own["params"] == {"k": 3.0}
    assert [one["value"] for one in own["results"]] == [3 * 0.25, 3 * (1.5**2 + 2.0**2) / 2]
    both = table(done, "0.5*asym:k=1 + mae")
    assert [one["value"] for one in both["results"]] == [0.5 * 0.25 + 0.5, 0.5 * 3.125 + 1.75]
    assert [part["spec"] for part in both["parts"]] == ["asym:k=1", "mae"]
    everything = inside("compare", data, "--define", ASYM, "--format", "json")
    assert table(everything, "asym:k=3")["results"] == own["results"] or everything.returncode == 0
    assert len(json.loads(everything.stdout)["losses"]) > 20


def test_a_formula_is_gone_with_its_command(inside, data):
    assert inside("compare", data, "--define", ASYM, "--loss", "asym").returncode == 0
    done = inside("compare", data, "--loss", "asym")
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no loss 'asym'\n")


def test_a_formula_is_listed_and_explained(inside):
    listed = inside("losses", "--task", "regression", "--define", ASYM)
    (line,) = [line for line in listed.stdout.splitlines() if line.startswith("asym ")]
    assert "k=3" in line and "Defined by its formula" in line
    done = inside("explain", "asym:k=2", "--define", ASYM)
    assert "formula             where(r > 0, k*r**2, r**2)\n" in done.stdout
    assert "slope               where(r > 0, k*(2*r), 2*r)\n" in done.stdout
    assert "traits              strongly convex; smooth; a far row pulls without limit\n" in done.stdout
    assert json.loads(inside("explain", "asym", "--define", ASYM, "--format", "json").stdout)["losses"][0][
        "traits"
    ] == ["convex", "strictly_convex", "strongly_convex", "differentiable", "smooth"]


def linear(write: Callable[..., str]) -> str:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 2))
    y = x @ [2.0, -1.0] + rng.normal(size=60)
    rows = [f"{a!r},{b!r},{c!r}" for (a, b), c in zip(x.tolist(), y.tolist(), strict=True)]
    return write("\n".join(["a,b,target", *rows]) + "\n", "linear.csv")


@pytest.mark.parametrize(
    ("own", "like"),
    [
        ("own = abs(r)", "mae"),
        ("own = where(r > 0, 0.8*r, -0.2*r)", "quantile:tau=0.2"),
        ("own = r**2", "mse"),
        ("own = 0.7*where(abs(r) <= 1, r**2/2, abs(r) - 1/2) + 0.3*abs(r)", "0.7*huber:delta=1 + 0.3*mae"),
        ("own = 1 - exp(-(r/2)**2)", "welsch:c=2"),
    ],
)
def test_fit_trains_a_formula_to_the_same_model(inside, write, own, like):
    arguments = (
        "fit",
        linear(write),
        "--repeats",
        "1",
        "--folds",
        "3",
        "--no-contaminate",
        "--format",
        "json",
    )
    done = inside(*arguments, "--define", own, "--loss", "own", "--loss", like)
    assert done.returncode == 0, done.stderr
    one, other = json.loads(done.stdout)["fits"]
    assert one["converged"] and other["converged"]
    assert one["certificate"].startswith("duality gap") == other["certificate"].startswith("duality gap")
    for name, value in one["coefficients"].items():
        assert value == pytest.approx(other["coefficients"][name], abs=2e-4)


def test_formulas_of_two_classes(inside, write):
    rng = np.random.default_rng(4)
    s = 2 * rng.normal(size=60)
    y = (s + rng.logistic(size=60) > 0).astype(int)
    file = write(
        "y,rf_logit\n" + "".join(f"{a},{b!r}\n" for a, b in zip(y.tolist(), s.tolist(), strict=True))
    )
    formulas = (
        "lm = log1p(exp(-m))",
        "ls = where(y > 0, softplus(-s), softplus(s))",
        "hm = maximum(0, 1 - m)",
    )
    defined = [word for text in formulas for word in ("--define", text)]
    names = [word for name in ("lm", "ls", "bce", "hm", "hinge") for word in ("--loss", name)]
    done = inside("compare", file, *defined, *names, "--format", "json")
    lm, ls, bce, hm, hinge = (one["results"][0]["value"] for one in json.loads(done.stdout)["losses"])
    assert lm == pytest.approx(bce, rel=1e-12)
    assert ls == pytest.approx(bce, rel=1e-12)
    assert hm == pytest.approx(hinge, rel=1e-12)
    fitted = write(
        "x,y\n" + "".join(f"{b!r},{a}\n" for a, b in zip(y.tolist(), s.tolist(), strict=True)), "f.csv"
    )
    done = inside(
        "fit",
        fitted,
        *defined,
        *names,
        "--repeats",
        "1",
        "--folds",
        "3",
        "--no-contaminate",
        "--format",
        "json",
    )
    slopes = {fit["name"]: fit["coefficients"]["x"] for fit in json.loads(done.stdout)["fits"]}
    assert slopes["lm"] == pytest.approx(slopes["bce"], rel=1e-6)
    assert slopes["ls"] == pytest.approx(slopes["bce"], rel=1e-6)
    assert slopes["hm"] == pytest.approx(slopes["hinge"], rel=1e-6)


def test_a_domain_is_found_and_kept(inside, data):
    """log(y) needs y above 0; the file has a 0."""
    done = inside(
        "compare",
        data,
        "--define",
        "ratio = abs(log(p/y))",
        "--loss",
        "mae",
        "--loss",
        "ratio",
        "--format",
        "json",
    )
    (refused,) = json.loads(done.stdout)["refused"]
    assert refused == {
        "spec": "ratio",
        "reason": "the target must be > 0; 1 row is not, first 1",
        "rows": [1],
    }


WRONG = [
    ("asym", "is no definition: name = formula"),
    ("= r**2", "is no definition"),
    ("2r = r**2", "is no definition"),
    ("q == r**2", "is no definition"),
    ("q:k = k*r", "is no definition"),
    ("huber = r**2", "there is a loss huber already"),
    ("mae = r**2", "there is a loss mae already"),
    ("MSELoss = r**2", "there is a loss MSELoss already"),
    ("f1 = r**2", "--define f1: f1 is a metric"),
    ("q:r=3 = r**2", "--define q: r cannot be a parameter: formulas use the name"),
    ("q:exp=3 = exp*r", "--define q: exp cannot be a parameter: formulas use the name"),
    ("q:k=3 = r**2", "--define q: the parameter k is not used"),
    ("q:k=3,k=4 = k*r**2", "gives k twice"),
    ("q = y**2", "--define q: no prediction in it"),
    ("q = r*m", "--define q: r is of numbers, m of two classes"),
    ("q = 3*r**2 + foo(r)", "--define q: column 14: there is no function 'foo'"),
    ("q = r +", "--define q: column 8: this does not parse: invalid syntax"),
]


@pytest.mark.parametrize(("text", "what"), WRONG, ids=[text for text, _ in WRONG])
def test_a_wrong_definition_is_refused_before_anything_is_read(inside, text, what):
    done = inside("compare", "missing.csv", "--define", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert what in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["fit", "missing.csv"], ["losses"], ["explain", "q"], ["check-loss", "q"]], ids=str
)
def test_every_command_that_takes_definitions_refuses_wrong_ones(inside, arguments):
    done = inside(*arguments, "--define", "q = r.real")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --define q: column 5: an attribute is not allowed\n")


def test_two_definitions_of_one_name(inside, data):
    done = inside("compare", data, "--define", "q = r**2", "--define", "q = abs(r)")
    assert (done.returncode, done.stderr) == (
        2,
        "error: there is a loss q already\nGive yours another name\n",
    )


def test_a_file_gives_losses(inside, data, mine):
    options = (
        "--loss",
        f"./{mine}:scaled:k=3",
        "--loss",
        f"{mine}:listed",
        "--loss",
        f"0.5*./{mine}:scaled + mae",
    )
    gate = ("--fail-if", f"./{mine}:scaled:k=3[rf_pred] > 9", "--exclude", "mae")
    done = inside("compare", data, *options, *gate, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("gate: PASS scaled:k=3[rf_pred] > 9: scaled:k=3 of rf_pred is 0.75")
    specs = [one["spec"] for one in json.loads(done.stdout)["losses"]]
    assert specs == ["scaled:k=3", "listed:k=2", "0.5*scaled:k=2 + mae"]
    assert "Mine (scaled, regression)" in inside("explain", f"{mine}:scaled").stdout
    assert (
        inside(
            "fit", data, "--target", "y", "--loss", f"{mine}:scaled", "--repeats", "1", "--l2", "0"
        ).returncode
        == 0
    )


def test_a_file_is_named_by_its_path_and_never_found(losscli, data, mine, write, files):
    """Not by a module of that name in the folder, and not through what a file of data says."""
    write('raise SystemExit("run")\n', "asym.py")
    done = losscli("compare", data, "--loss", "asym")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there is no loss 'asym'")
    good = losscli("compare", data, "--loss", f"{mine}:scaled", "--format", "json")
    evil = json.loads(good.stdout)
    evil["losses"][0]["spec"] = evil["losses"][0]["class"][0] = evil["primary"] = "./asym.py:asym"
    write(json.dumps(evil), "old.json")
    write(good.stdout, "new.json")
    diff = losscli("diff", "old.json", "new.json")
    assert diff.returncode in (0, 2) and "run" not in diff.stderr
    assert not [name for name in files() if "pyc" in name]
    assert not (Path(str(next(iter(files())))).parent / "__pycache__").exists()


BROKEN = [
    ("x = 1/0\n", "error: mine.py, line 1: ZeroDivisionError: division by zero"),
    ("x = 1\n\ny = (\n", "error: mine.py, line 3: SyntaxError: '(' was never closed"),
    ("import nothing_of_that_name\n", "error: mine.py, line 1: ModuleNotFoundError: No module named"),
    ("def f():\n    raise ValueError\n\nf()\n", "error: mine.py, line 2: ValueError"),
    ("import sys\nsys.exit(0)\n", "error: mine.py, line 2: SystemExit: 0"),
    (
        "from losscli.loss import Loss\nscaled = Loss(name='scaled')\n",
        "error: mine.py, line 2: TypeError: Loss.__init__",
    ),
    ("scaled = 3\n", "error: mine.py has no loss 'scaled'"),
    (
        FILE.replace("LIST =", "scaled = record('scaled', scaled.value, unit='y')\nLIST ="),
        "error: mine.py: TypeError: scaled: its unit is no Unit",
    ),
    (
        FILE.replace("LIST =", "scaled = record('scaled', 3)\nLIST ="),
        "error: mine.py: TypeError: scaled: its value is no function",
    ),
    (
        FILE.replace("LIST =", "scaled = record('scaled', scaled.value, asks=3)\nLIST ="),
        "error: mine.py: TypeError: scaled: its asks is no str",
    ),
    (
        FILE.replace("LIST =", "scaled = record('scaled', scaled.value, combine=max)\nLIST ="),
        "error: mine.py: TypeError: scaled: combine is for the reduction RATIO, which needs it",
    ),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said for _, said in BROKEN])
@pytest.mark.parametrize(
    "command", ["compare data.csv --loss", "explain", "check-loss", "fit data.csv --loss"]
)
def test_a_broken_file_is_told_at_its_line(inside, data, write, command, text, said):
    write(text, "mine.py")
    done = inside(*command.split(), "mine.py:scaled")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("huber", "error: there is a loss huber already"),
        ("flat", "error: mine.py: flat: value: not one float per row, (144,), but float"),
        ("fails", "error: mine.py, line 24: RuntimeError: no such row"),
        ("sclaed", "error: mine.py has no loss 'sclaed'\nDid you mean scaled?"),
    ],
)
def test_a_loss_that_cannot_be_used(inside, data, mine, name, said):
    done = inside("compare", data, "--loss", f"{mine}:{name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said), done.stderr


def test_an_error_on_the_way_is_told_at_the_line_of_the_file(inside, data, write):
    """It passes the first rows, and fails on those of the table."""
    text = FILE.replace("    if len(r) > 1:", "    if len(r) != 12:")
    assert text != FILE
    done = inside("compare", data, "--loss", f"{write(text, 'mine.py')}:fails")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: mine.py, line 24: RuntimeError: no such row\n")


def test_a_missing_file_and_a_path_alone(inside, data):
    done = inside("compare", data, "--loss", "none.py:scaled")
    assert done.stderr == "error: none.py: there is no such file\nGive the path of a Python file\n"
    done = inside("compare", data, "--loss", "none.py")
    assert (done.returncode, done.stderr) == (
        2,
        "error: none.py: which loss of this file?\nName it: none.py:NAME\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "lines"),
    [
        (["asym", "--define", ASYM], 0, ["All 12 checks hold."]),
        (["huber"], 0, ["All 12 checks hold."]),
        (["0.7*huber:delta=1 + 0.3*mae"], 0, ["All 11 checks hold."]),
        (["mine.py:scaled"], 0, ["All 12 checks hold."]),
        (["brier"], 0, ["Brier score", "hold."]),
        (
            ["mine.py:wrong"],
            1,
            ["slope is the derivative FAILS", "the slope is", "by differences", "1 of 11 checks fails."],
        ),
        (["mine.py:flat"], 1, ["rows stand alone         FAILS"]),
        (
            ["mine.py:fails"],
            1,
            ["rows stand alone         FAILS   mine.py, line 24: RuntimeError: no such row"],
        ),
    ],
)
def test_check_loss(inside, mine, arguments, code, lines):
    done = inside("check-loss", *arguments)
    assert (done.returncode, done.stderr) == (code, "")
    for line in lines:
        assert " ".join(line.split()) in " ".join(done.stdout.split()), done.stdout


PLAIN = """\
import numpy as np

def pinball(y, p, tau=0.7):
    return np.where(p > y, 1.0 - tau, tau) * np.abs(p - y)

def falling(y, p):
    return np.log(np.abs(p - y))

def beside(r):
    return np.abs(r - 1.0)

beside.least_at = "p = y + 1"

def _helper(r):
    return r
"""


def test_check_loss_of_a_whole_file(inside, write):
    plain = write(PLAIN, "plain.py")
    done = inside("check-loss", plain)
    assert (done.returncode, done.stderr) == (1, "")
    text = " ".join(done.stdout.split())
    assert "slope is the derivative -- the slope is by finite differences of the value" in text
    assert "least value FAILS it falls without end, and least_at does not say why" in text
    assert "least at p = y holds declared: p = y + 1" in text
    assert done.stdout.count("CHECK") == 3 and "1 of 25 checks fails." in done.stdout
    document = json.loads(inside("check-loss", plain, "--format", "json").stdout)
    assert {loss["spec"]: loss["holds"] for loss in document["losses"]} == {
        "pinball:tau=0.7": True,
        "falling": False,
        "beside": True,
    }
    other = write(FILE.replace('"huber"', '"square"'), "other.py")
    records = inside("check-loss", other)  # where there are records, functions are their parts
    assert "(fails:k=2, regression)" in records.stdout and "(late" not in records.stdout
    empty = inside("check-loss", write("x = 1\n", "empty.py"))
    assert (empty.returncode, empty.stderr.splitlines()[0]) == (2, "error: empty.py has no loss")


def test_a_plain_function_is_trained_and_compared(inside, write, data):
    plain = write(PLAIN, "plain.py")
    x = np.random.default_rng(0).standard_normal((60, 2))
    rows = np.column_stack([x, x @ [2.0, -1.0] + np.random.default_rng(1).standard_t(3, 60)])
    train = write("a,b,y\n" + "".join(",".join(map(str, row)) + "\n" for row in rows.tolist()), "train.csv")
    losses = ("--loss", f"{plain}:pinball:tau=0.9", "--loss", "quantile:tau=0.9")
    few = ("--repeats", "1", "--no-contaminate", "--format", "json")
    done = inside("fit", train, *losses, *few)
    assert done.returncode == 0 and "Warning" not in done.stderr, done.stderr
    own, ours = json.loads(done.stdout)["fits"]
    assert own["converged"] and own["certificate"].endswith("; slopes by finite differences")
    assert "differences" not in ours["certificate"]
    assert own["objective"] == pytest.approx(ours["objective"], rel=1e-8)
    done = inside(
        "compare", data, "--loss", f"{plain}:pinball", "--loss", "quantile:tau=0.7", "--format", "json"
    )
    own, ours = (
        [one["value"] for one in found["results"]] for found in json.loads(done.stdout)["losses"][:2]
    )
    assert own == pytest.approx(ours, rel=1e-12)
    told = inside("explain", f"{plain}:pinball").stdout
    assert "slope by finite differences" in " ".join(told.split()) and "pinball(y, p, tau)" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def f(y, p):\n    return 1.0 if p > y else 0.0\n",
            "error: bad.py, line 2: ValueError: The truth value",
        ),
        (
            "def f(r):\n    return r**2\nf.least_at = 3\n",
            "error: bad.py: TypeError: f: its least_at is no str",
        ),
        (
            "def f(r):\n    return r**2\nf.target = 'all'\n",
            "error: bad.py: TypeError: f: its target is no Interval",
        ),
        ("def f(r, k):\n    return r**2\n", "error: bad.py has no loss 'f'"),
        ("def f(r):\n    return 'x'\n", "error: bad.py: TypeError: not one number per row, "),
        ("def f(r):\n    return None\n", "error: bad.py: TypeError: not one number per row, "),
        ("def f(r):\n    return r.mean()\n", "error: bad.py: TypeError: not one number per row, "),
        ("def f(r):\n    return 1.0\n", "error: bad.py: TypeError: not one number per row, "),
    ],
)
@pytest.mark.parametrize("command", ["compare data.csv --loss", "check-loss"])
def test_a_broken_function_is_told(inside, data, write, text, said, command):
    done = inside(*command.split(), f"{write(text, 'bad.py')}:f")
    assert done.returncode == 2 and done.stderr.startswith(said), done.stderr


def test_check_loss_in_other_formats(inside, mine):
    done = inside("check-loss", f"{mine}:wrong", "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"], document["holds"]) == (1, "losscli/check-loss/1", False)
    (loss,) = document["losses"]
    assert [check["name"] for check in loss["checks"] if check["holds"] is False] == [
        "slope is the derivative"
    ]
    markdown = inside("check-loss", "mae", "--format", "markdown")
    assert markdown.stdout.startswith("## Absolute error (mae, regression)\n\n| CHECK")
    done = inside("check-loss", "mae", "--format", "csv")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "error: the format csv cannot hold checks of losses",
    )
    assert inside("check-loss", "huberr").returncode == 2
    assert inside("check-loss", "huber:delta=0").returncode == 2


def test_a_claim_that_does_not_show_fails_the_check(inside, write):
    claims = 'traits=Trait.CONVEX | Trait.BOUNDED, kinks=lambda p: (1.0,), formula="r**2", infimum=1.0'
    bold = FILE.replace('slope_formula="2*k*r")', f'slope_formula="2*k*r", {claims})')
    done = inside("check-loss", f"{write(bold, 'mine.py')}:scaled")
    assert done.returncode == 1
    for line in (
        "formula is the value     FAILS",
        "kinks                    FAILS   on r declared 1, found none",
        "least value              FAILS   on r at",
        "traits                   FAILS   declared, and not so: bounded",
    ):
        assert line in done.stdout, done.stdout


@pytest.fixture
def package(tmp_path: Path) -> Callable[[str, str], dict[str, str]]:
    """Install a package of losses in a folder; gives what the environment needs to find it."""

    def install(code: str, points: str) -> dict[str, str]:
        folder = tmp_path / "site"
        about = folder / "own_losses-1.0.dist-info"
        about.mkdir(parents=True)
        (folder / "own_losses.py").write_text(code, encoding="utf-8")
        (about / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: own-losses\nVersion: 1.0\n", encoding="utf-8"
        )
        (about / "entry_points.txt").write_text(f"[losscli.losses]\n{points}\n", encoding="utf-8")
        return {"PYTHONPATH": f"{folder}:{Path(__file__).parents[2]}"}

    return install


def test_an_installed_package_gives_losses(losscli, data, package):
    environment = package(FILE, "scaled = own_losses:scaled\nmore = own_losses:LIST")
    done = losscli(
        "compare", data, "--loss", "scaled:k=3", "--loss", "listed + mae", "--format", "json", **environment
    )
    assert done.returncode == 0, done.stderr
    assert [one["spec"] for one in json.loads(done.stdout)["losses"]] == ["scaled:k=3", "listed:k=2 + mae"]
    assert "\nscaled " in losscli("losses", "--task", "regression", **environment).stdout
    assert losscli("check-loss", "scaled", **environment).returncode == 0
    unknown = losscli("explain", "sclaed", **environment)
    assert (unknown.returncode, unknown.stderr.splitlines()[0]) == (2, "error: there is no loss 'sclaed'")


BROKEN_POINTS = [
    ("huber = own_losses:taken", "error: there is a loss huber already"),
    ("x = own_losses:nothing", "error: entry point x of own-losses: AttributeError"),
    ("x = own_losses:FILE_ONE", "error: entry point x of own-losses: TypeError: this is no loss: int"),
    ("x = no_such_module:x", "error: entry point x of own-losses: ModuleNotFoundError"),
]


@pytest.mark.parametrize(("points", "said"), BROKEN_POINTS)
def test_a_broken_package_is_named(losscli, package, points, said):
    environment = package(FILE + "FILE_ONE = 3\n", points)
    done = losscli("losses", **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said), done.stderr


def test_a_broken_package_is_not_looked_at_where_nothing_is_unknown(losscli, data, package):
    points = "\n".join(points for points, _ in BROKEN_POINTS).replace("x =", "x{} =").format(1, 2, 3)
    environment = package(FILE + "FILE_ONE = 3\n", points)
    assert losscli("compare", data, "--loss", "mae", **environment).returncode == 0


def test_packages_are_looked_for_only_when_a_name_is_unknown(losscli, data):
    script = """
import io, json, os, sys
from losscli.cli import run
for arguments in json.loads(sys.argv[1]):
    if not os.fork():
        sys.stdout = sys.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        run(arguments)
        os.write(1, f"{'losscli.loss.custom' in sys.modules}\\n".encode())
        os._exit(0)
    os.wait()
"""
    cases = {
        "explain huber": False,
        f"compare {data} --loss 0.5*mae+mse --fail-if mae>99": False,
        "explain huberr": True,
        "losses": True,
        "explain asym --define asym=r**2": True,
    }
    done = losscli(json.dumps([line.split() for line in cases]), command=[sys.executable, "-c", script])
    assert dict(zip(cases, done.stdout.split(), strict=True)) == {k: str(v) for k, v in cases.items()}


MEASURED = [
    ("where(r > 0, 3*r**2, r**2)", "STRONGLY_CONVEX SMOOTH", (), 0.0, "y²"),
    ("abs(r)", "CONVEX LIPSCHITZ SYMMETRIC", (0.0,), 0.0, "y"),
    ("maximum(0, abs(r) - 0.5)", "CONVEX LIPSCHITZ SYMMETRIC", (-0.5, 0.5), 0.0, "its own"),
    ("1 - exp(-r**2/1e6)", "SMOOTH LIPSCHITZ BOUNDED REDESCENDING SYMMETRIC", (), 0.0, "its own"),
    (
        "where(abs(r) <= 1000, r**2/2, 1000*(abs(r) - 500))",
        "CONVEX SMOOTH LIPSCHITZ SYMMETRIC",
        (),
        0.0,
        "its own",
    ),
    ("sqrt(r**2)", "CONVEX LIPSCHITZ SYMMETRIC", (0.0,), 0.0, "y"),
    ("sqrt(abs(r))", "REDESCENDING SYMMETRIC", (0.0,), 0.0, "its own"),
    ("r**2 + 1", "STRONGLY_CONVEX SMOOTH SYMMETRIC", (), 1.0, "its own"),
    ("r", "CONVEX SMOOTH LIPSCHITZ", (), -np.inf, "y"),
    ("where(r > 1, 5 + r**2, r**2)", "", (), 0.0, "its own"),
    ("abs(r) > 1", "BOUNDED", (), 0.0, "1"),
    ("exp(r) - r - 1", "STRICTLY_CONVEX DIFFERENTIABLE", (), 0.0, "its own"),
    ("abs((p - y)/y)", "CONVEX LIPSCHITZ SYMMETRIC", (0.0,), 0.0, "1"),
    ("log_cosh(r)", "STRICTLY_CONVEX SMOOTH LIPSCHITZ SYMMETRIC", (), 0.0, "its own"),
]


@pytest.mark.parametrize(
    ("formula", "traits", "kinks", "least", "unit"), MEASURED, ids=[one[0] for one in MEASURED]
)
def test_what_is_measured_of_a_formula(formula, traits, kinks, least, unit):
    loss = define(f"own = {formula}")
    expected = Trait(0)
    for name in traits.split():
        expected |= Trait[name]
    assert loss.traits_at({}) == expected.closure()
    assert loss.kinks({}) == pytest.approx(kinks, abs=1e-12)
    assert loss.infimum == least
    assert loss.unit.value == unit


def test_what_is_measured_follows_the_parameters():
    loss = define("own:k=1 = where(abs(r) <= k, r**2/2, k*(abs(r) - k/2)) + abs(r - k)")
    assert loss.kinks({"k": 1.0}) == (1.0,)
    assert loss.kinks({"k": 2.5}) == (2.5,)
    bent = define("own:k=1 = r**2 + k*abs(r)")
    assert Trait.CONVEX in bent.bind({}).traits
    with pytest.raises(UsageError, match="its least value is another than at its defaults"):
        bent.bind({"k": -1.0})


def test_a_formula_that_gives_no_number_is_infinite_there():
    loss = define("own = log(r)")
    np.testing.assert_array_equal(loss.value(np.array([-1.0, 0.0, 1.0])), [np.inf, -np.inf, 0.0])
    assert loss.slope is not None
    assert np.isfinite(define("own = sqrt(abs(r))").slope(np.array([0.0]))).all()  # type: ignore[misc]


def test_the_documentation_shows_what_works(inside, data, write):
    text = (Path(__file__).parents[2] / "docs/custom.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python.*?\n(.*?)```", text, re.S))
    for name in ("steep", "tilted"):
        assert inside("check-loss", f"{write(code, 'my_losses.py')}:{name}").returncode == 0
    formula = re.search(r"--define '(.*?)'", text)
    assert formula is not None
    own = ("--define", formula[1], "--loss", "asym", "--loss", "my_losses.py:steep", "--format", "json")
    asym, steep = json.loads(inside("compare", data, *own).stdout)["losses"]
    assert [one["value"] for one in asym["results"]] == [one["value"] for one in steep["results"]]
    names = text.split("and the functions\n\n")[1].split("\n\n")[0]
    assert {word.split("(")[0] for word in re.findall(r"[a-z_]\w*(?:\(.*?\))?", names)} == {
        name
        for name, function in FUNCTIONS.items()
        if function.slope and name.isidentifier() and name not in BINDING
    }


def test_a_name_may_be_a_loss_of_several_tasks(inside, data, write):
    """As brier is, one in each."""
    two = ("--define", "own = r**2", "--define", "own = softplus(-m)")
    assert inside("explain", "own", *two).stdout.count("Defined by its formula") == 2
    done = inside("compare", data, *two, "--loss", "own", "--task", "regression", "--format", "json")
    assert [one["results"][0]["value"] for one in json.loads(done.stdout)["losses"]] == [0.25]


def test_a_strange_name_is_refused(inside, data, write):
    text = FILE.replace("LIST =", "odd = record('my-loss', scaled.value)\nLIST =")
    done = inside("compare", data, "--loss", f"{write(text, 'mine.py')}:my-loss")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_what_to_type_next_names_the_loss_as_it_is_known(inside, data, mine):
    define = "asym = r**2 + abs(r)"
    for arguments, follows in (
        (["compare", data, "--all", "--define", define, "--loss", "asym"], f"asym --define '{define}'"),
        (["compare", data, "--all", "--loss", f"{mine}:scaled"], f"{mine}:scaled"),
        (["compare", data, "--all", "--loss", "0.7*mse + 0.3*mae"], "'0.7*mse + 0.3*mae'"),
    ):
        shown = inside(*arguments).stdout.splitlines()[-1]
        assert shown == f"Next: losscli explain {follows}"
        assert inside(*shlex.split(shown)[2:]).returncode == 0
    done = inside("fit", data, "--loss", f"{mine}:scaled")
    assert f"--loss {mine}:scaled --save" in done.stdout.replace("\n", " ")


def test_a_wrong_slope_is_not_trained(inside, data, mine):
    name = f"{mine}:wrong"
    assert inside("check-loss", name).returncode == 1
    done = inside("fit", data, "--loss", name)
    assert done.returncode == 2
    assert "wrong: slope: on r at" in done.stderr
    assert f"losscli check-loss {name}" in done.stderr
    assert inside("compare", data, "--loss", name).returncode == 0
