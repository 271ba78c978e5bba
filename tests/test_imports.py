"""Start-up is guarded by what is imported, which is the same on every machine; not by time."""

import subprocess
import sys

import pytest

SCRIPT = """
import io, sys
sys.stdout = sys.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
sys.argv[0] = "losscli"
from losscli.__main__ import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(*{name.partition(".")[0] for name, module in sys.modules.items() if module}, file=sys.__stdout__)
"""
HEAVY = {"numpy", "pandas", "pyarrow", "sklearn", "scipy", "rich"}


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (["--version"], HEAVY | {"typer", "pydantic"}),
        (["--help"], HEAVY),
        (["compare", "--help"], HEAVY),
        (["losses"], HEAVY - {"numpy"}),
        (["explain", "huber"], HEAVY - {"numpy"}),
        (["explain", "own", "--define", "own = abs(r)"], HEAVY - {"numpy"}),
        (["check-loss", "0.7*huber:delta=1 + 0.3*mae"], HEAVY - {"numpy"}),
        (["compare", "{file}"], HEAVY - {"numpy", "pyarrow"}),
        (["compare", "{file}", "--format", "json", "--fail-if", "mae > 99"], HEAVY - {"numpy", "pyarrow"}),
        (
            ["fit", "{data}", "--folds", "2", "--repeats", "2"],
            HEAVY - {"numpy", "pyarrow"},
        ),
    ],
)
def test_nothing_heavier_than_needed(tmp_path, arguments, refused):
    file = tmp_path / "data.csv"
    file.write_text("y,pred\n1,1.5\n2,2.5\n3,4\n", encoding="utf-8")
    data = tmp_path / "features.csv"
    data.write_text("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(12)), encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT, *(word.format(file=file, data=data) for word in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not refused & set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("import losscli", HEAVY),
        ("import losscli; dir(losscli)", HEAVY | {"typing", "dataclasses"}),
        ("from losscli import compare, UsageError", HEAVY - {"numpy"} | {"typer"}),
        (
            "import losscli; losscli.compare({'y': [1, 2, 3], 'a_pred': [1, 2, 4]}, target='y')",
            {"pandas", "rich", "typer", "sklearn"},
        ),
        ("from losscli import losses; losses['mae']([1, 2], [1, 3])", HEAVY - {"numpy"}),
        ("from losscli import LossRegressor", {"rich", "typer"}),
        ("import losscli.verbs.options", HEAVY | {"typer"}),
    ],
)
def test_the_python_api_loads_what_it_needs(statement, refused):
    script = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not refused & set(done.stdout.split())
