"""Nothing that lies beside the data is run, and nothing that is read is more than data."""

import ast
import sys
from pathlib import Path

import pytest

import losscli

PACKAGE = Path(losscli.__file__).parent
# What a run imports, and what Python itself looks for; not what `python -m` needs before it comes to us.
HOSTILE = (
    *("numpy", "pandas", "pyarrow", "scipy", "sklearn", "rich", "typer", "pydantic", "jinja2", "typing"),
    *("sitecustomize", "usercustomize", "json", "csv", "html", "re", "gc", "signal", "shutil", "tempfile"),
    *(
        "pickle",
        "random",
        "hashlib",
        "dataclasses",
        "pathlib",
        "enum",
        "zipfile",
        "multiprocessing",
        "secrets",
    ),
)
CONSOLE = "import sys\nfrom losscli.__main__ import main\nsys.exit(main())\n"


@pytest.fixture
def hostile(tmp_path, data):
    for name in HOSTILE:
        (tmp_path / f"{name}.py").write_text(f"open('ran {name}', 'w').close()\n")
    return lambda: sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("ran "))


def test_a_module_in_the_folder_of_the_data(losscli, hostile, data, tmp_path, tmp_path_factory):
    script = tmp_path_factory.mktemp("bin") / "losscli"
    script.write_text(CONSOLE)
    quick = ("--repeats", "1", "--folds", "2", "--no-contaminate", "--l2", "0.1")
    for arguments in (("compare", data, "--format", "html"), ("fit", data, "--loss", "mse", *quick)):
        done = losscli(*arguments)
        assert (done.returncode, done.stderr, hostile()) == (0, "", [])
    (tmp_path / "losscli.py").write_text("open('ran losscli', 'w').close()\n")
    done = losscli("compare", data, command=[sys.executable, str(script)])
    assert (done.returncode, done.stderr, hostile()) == (0, "", [])


NAMES = {"eval", "exec", "compile", "__import__", "execfile", "breakpoint", "input"}
MODULES = {
    *(
        "pickle",
        "cPickle",
        "_pickle",
        "marshal",
        "shelve",
        "dill",
        "cloudpickle",
        "joblib",
        "yaml",
        "numexpr",
    ),
    *("code", "codeop", "imp", "ctypes", "runpy", "dbm", "plistlib"),
}
CALLS = {"read_pickle", "to_pickle", "import_module", "load_module", "exec_module", "system", "popen", "eval"}
LOADERS = {"load", "fromfile", "genfromtxt", "loadtxt"}  # of numpy
NAMED_FILE = "loss/custom/files.py"  # the Python file whose path the user typed as a loss
EXPORTED = "export/__init__.py"  # code made of the formula of a loss, by a parser that denies the unknown
FORKS = "engine/forked.py"  # what its own workers send it through pipes and files without a name
SHIPS = "engine/shipped.py"  # work for a cluster that the user has named, and that is trusted


def findings(source: str) -> list[str]:
    """What a module could run text or bytes with."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) if name in NAMES:
                found.append(name)
            case ast.Import(names=aliases):
                found += [alias.name for alias in aliases if alias.name.partition(".")[0] in MODULES]
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                found.append(module)
            case ast.Attribute(attr=name) if name in CALLS:
                found.append(name)
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name) if name in LOADERS:
                found.append(f"np.{name}")
            case ast.Call(func=ast.Attribute(attr="query")):
                found.append("query")
            case ast.keyword(arg="allow_pickle" | "shell"):
                found.append(str(node.arg))
    return found


@pytest.mark.parametrize(
    "source",
    [
        *(
            "eval('1')",
            "exec(x)",
            "compile(x, '', 'exec')",
            "__import__('os')",
            "import pickle",
            "import yaml",
        ),
        *(
            "from pickle import loads",
            "import numexpr as ne",
            "frame.eval(x)",
            "frame.query('a > 1')",
            "os.system(x)",
        ),
        *(
            "np.load(p, allow_pickle=True)",
            "np.load(p)",
            "pd.read_pickle(p)",
            "f(x, shell=True)",
            "import marshal",
        ),
    ],
)
def test_the_search_finds(source):
    assert findings(source)


def test_no_text_becomes_code():
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 100
    found = {
        str(path.relative_to(PACKAGE)): names
        for path in files
        if (names := findings(path.read_text(encoding="utf-8")))
    }
    assert found.pop(FORKS, []) == ["pickle", "pickle"]
    assert found.pop(SHIPS, []) == ["pickle", "cloudpickle"]
    assert found.pop(NAMED_FILE, []) == ["exec_module"]
    assert found.pop(EXPORTED, []) == ["exec_module"]
    assert found == {}
