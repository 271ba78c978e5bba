"""The commands of the README and of docs/ do what these show, on a terminal of 80 columns."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from doctest import DocTestParser, DocTestRunner
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from pages import PAGES, ROOT, Page, as_picture, on_a_terminal
from roles.pasted import run

from losscli.metrics import METRICS

pytest.importorskip("pty", reason="terminals need POSIX")

ALL = [Page(path) for path in PAGES]
PICTURE = ROOT / "docs/images/compare.svg"
SHOWN = "losscli compare sample_data/area_predictions.csv"


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data, and the files of which pages speak without showing them."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "sample_data").symlink_to(ROOT / "sample_data")
    rng = np.random.default_rng(3)
    y, x = rng.normal(10.0, 3.0, 120), rng.normal(size=(120, 2))
    rows = [
        f"{i},{'north' if i % 2 else 'south'},{i // 4},{i // 2},{v:.3f},{v + a:.3f},{v + b:.3f}"
        for i, (v, a, b) in enumerate(zip(y, rng.normal(size=120), rng.normal(size=120), strict=True))
    ]
    head = "id,region,customer,day,y_true,pred_old,pred_new"
    (folder / "preds.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    for name in ("old", "new"):
        keep = [line.split(",") for line in (head, *rows)]
        at = head.split(",").index(f"pred_{name}")
        text = "\n".join(f"{one[0]},{one[4]},{one[at]}" for one in keep)
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    features = [f"{a:.4f},{b:.4f}" for a, b in x]
    targets = [f"{v:.4f}" for v in x @ [2.0, -1.0] + rng.standard_t(3, 120)]
    data = ["a,b,y", *(f"{f},{t}" for f, t in zip(features, targets, strict=True))]
    (folder / "data.csv").write_text("\n".join(data) + "\n", encoding="utf-8")
    (folder / "new_rows.csv").write_text("\n".join(["a,b", *features]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def desks(workplace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """{page: a folder of the same, with the files that it shows}; lines read what earlier ones wrote."""
    made = {}
    for page in ALL:
        made[page.path] = folder = tmp_path_factory.mktemp(page.path.stem)
        shutil.copytree(workplace, folder, symlinks=True, dirs_exist_ok=True)
        for name, text in page.files.items():
            (folder / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def shown(workplace: Path) -> Callable[[str], str]:
    """What a command shows in 80 columns, once for all pages that have it; it reads the sample data alone."""
    return cache(partial(on_a_terminal, columns=80, folder=workplace))


@pytest.fixture
def desk(desks: dict[Path, Path], request: pytest.FixtureRequest) -> Path:
    return desks[request.node.callspec.params["page"].path]


def of(kind: str) -> list[object]:
    found = [(page, one) for page in ALL for one in getattr(page, kind)]
    return [
        pytest.param(page, one, id=f"{page.path.stem}:{one if kind == 'lines' else one[0]}")
        for page, one in found
    ]


@pytest.mark.parametrize(("page", "screen"), of("screens"))
def test_screen(
    page: Page, screen: tuple[str, str], shown: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    command, known = screen
    if request.config.getoption("--record"):
        page.record(command, shown(command))
    else:
        assert shown(command).rstrip() == known.rstrip()


@pytest.mark.charts
@pytest.mark.parametrize("page", [page for page in ALL if page.lines], ids=lambda page: page.path.stem)
def test_lines(page: Page, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, as one reads what another wrote; comments are left out, and a gate may fail. One repeat
    of the folds runs all that ten do."""
    monkeypatch.chdir(desk)
    for line in page.lines:
        words = shlex.split(line, comments=True)[1:]
        short = ["--repeats", "1"] if words[0] == "fit" and "--repeats" not in words else []
        answer = run([*words, *short])
        assert answer.code in (0, 1), f"{line}\n{answer.err}"


@pytest.mark.parametrize("page", [page for page in ALL if page.sessions], ids=lambda page: page.path.stem)
def test_python_answers_this(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    for session in page.sessions:
        test = DocTestParser().get_doctest(session, {}, page.path.name, page.path.name, 0)
        assert not DocTestRunner().run(test).failed


def test_the_pages_have_commands() -> None:
    assert sum(len(page.screens) for page in ALL) >= 8
    assert sum(len(page.lines) for page in ALL) >= 20


def test_the_picture_is_of_a_real_run(workplace: Path, request: pytest.FixtureRequest) -> None:
    made = as_picture(SHOWN, workplace)
    if request.config.getoption("--record"):
        PICTURE.write_text(made, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == made


def test_the_readme_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert lines.index("## Run the tests") < 24  # both set-ups in the first screenful


def test_the_first_five_lines_answer(workplace: Path, shown: Callable[[str], str]) -> None:
    for name, answer in (
        ("area", "mae: pred_huber and pred_gbm may be the best."),
        ("tumour", "bce: logistic_prob and forest_prob may be the best."),
        ("wine", "cross_entropy: forest, logistic and bayes may be the best."),
    ):
        for columns in (80, 120) if name == "wine" else (80,):
            line = f"losscli compare sample_data/{name}_predictions.csv"
            lines = (shown(line) if columns == 80 else on_a_terminal(line, columns, workplace)).splitlines()
            assert any(line.startswith(answer) for line in lines[:5]), lines[:5]
            assert all(len(line) <= columns for line in lines)


def test_the_list_of_losses_is_fresh() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "losscli", "losses", "--format", "markdown"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    ).stdout.decode()
    assert made == (ROOT / "docs/losses.md").read_text(encoding="utf-8"), (
        "run: losscli losses --format markdown > docs/losses.md"
    )


def test_the_page_of_metrics_names_every_one() -> None:
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    known = {name for code in re.findall(r"`([^`]*)`", page) for name in code.split()}
    assert {metric.name for metric in METRICS if metric.only != "fit"} <= known
