"""What examples/ci, action.yml and docs/ci.md tell people to copy: parsed, and run on small files.

Only what needs a network is not run: the installation; `gh` is a stand-in that keeps what it is asked.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples/ci"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_LOG"
case "$*" in *--paginate*) printf '%s' "$GH_KNOWN" ;; esac
"""

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("git")), reason="workflows need bash and git"
)


def example(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))


def predictions(noise: float) -> str:
    """90 rows of one model."""
    rng = np.random.default_rng(5)
    y = rng.normal(10, 3, 90)
    p = y + noise * rng.normal(size=90)
    rows = (f"k{i},{a:.3f},{b:.3f}\n" for i, (a, b) in enumerate(zip(y, p, strict=True)))
    return "id,y_true,pred\n" + "".join(rows)


class Checkout:
    """A clone of a repository, on the branch of a pull request; on the PATH losscli and a stand-in of gh."""

    def __init__(self, folder: Path):
        self.folder, self.log, self.temporary = folder / "clone", folder / "gh.log", folder / "temp"
        origin, tools = folder / "origin", folder / "bin"
        for made in (origin, tools, self.temporary):
            made.mkdir()
        for name, text in (("losscli", f'#!/bin/sh\nexec {sys.executable} -P -m losscli "$@"\n'), ("gh", GH)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.env = {
            **{key: os.environ[key] for key in ("HOME", "LANG", "OPENBLAS_CORETYPE") if key in os.environ},
            "PATH": f"{tools}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_BASE_REF": "main",
            "GITHUB_REPOSITORY": "owner/repo",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "GH_LOG": str(self.log),
            "GH_KNOWN": "",
        }
        (origin / "preds.csv").write_text(predictions(1.0))
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Predictions"]):
            subprocess.run([*git, *words], cwd=origin, check=True)
        subprocess.run(["git", "clone", "-q", f"file://{origin}", self.folder], check=True)

    def run(self, script: str, env: Mapping[str, str] = {}) -> "subprocess.CompletedProcess[str]":
        """A script as the runner of a job starts it."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = Path(self.env["GITHUB_OUTPUT"]).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def filled(text: str, values: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda match: values[match[1]], text)


def act(checkout: Checkout, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Every step of the action but the installation; the last one, or the first that fails."""
    given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | inputs
    values = {f"inputs.{name}": value for name, value in given.items() if "${{" not in value}
    values |= {"inputs.token": "secret", "github.event.pull_request.number": "7"}
    _, *steps = ACTION["runs"]["steps"]
    for step in steps:
        known = checkout.outputs if Path(checkout.env["GITHUB_OUTPUT"]).exists() else {}
        values |= {
            f"steps.{one}.outputs.{key}": text
            for one in ("baseline", "compare")
            for key, text in known.items()
        }
        done = checkout.run(
            step["run"], {key: filled(text, values) for key, text in step.get("env", {}).items()}
        )
        if done.returncode:
            break
    return done


# ── action.yml ───────────────────────────────────────────────────────────────────────────────────────


def test_no_script_holds_what_others_write() -> None:
    """An expression within a script is code; within `env` it is text."""
    workflows = [example("action.yml"), example("github.yml")]
    steps = [step for one in workflows for job in one["jobs"].values() for step in job["steps"]]
    for step in (*steps, *ACTION["runs"]["steps"]):
        assert ("run" in step) != ("uses" in step)
        assert "${{" not in step.get("run", "")
        assert "@" in step.get("uses", "@")
    assert all(step["shell"] == "bash" for step in ACTION["runs"]["steps"])


def test_the_example_gives_the_inputs_that_there_are() -> None:
    (job,) = example("action.yml")["jobs"].values()
    given = job["steps"][-1]["with"]
    assert {name for name, one in ACTION["inputs"].items() if one.get("required")} <= set(given)
    assert set(given) <= set(ACTION["inputs"])
    assert all(one["description"] for one in ACTION["inputs"].values())


def test_the_action_gates_against_the_target_branch_and_comments_once(checkout: Checkout) -> None:
    (job,) = example("action.yml")["jobs"].values()
    (checkout.folder / "preds.csv").write_text(predictions(1.5))
    done = act(checkout, **job["steps"][-1]["with"])
    assert done.returncode == 1
    found = checkout.outputs
    assert found["exit-code"] == "1" and Path(found["path"]).read_text() == predictions(1.0)
    folder = Path(found["folder"])
    body = (folder / "body.md").read_text(encoding="utf-8")
    assert body.startswith(
        "<!-- losscli compare -->\n<!-- losscli -->\n### ❌ losscli compare: 2 of 3 gates fail\n"
    )
    assert "limit |" in body and "| mae=2%" in body and "| mae &gt; 4 " in body
    assert ET.parse(folder / "gates.xml").getroot().get("failures") == "2"
    assert json.loads((folder / "metrics.json").read_text())["preds.mae"] > 1
    assert Path(checkout.env["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8") in body
    listed, posted = checkout.log.read_text().splitlines()
    assert "repos/owner/repo/issues/7/comments --paginate" in listed
    assert (
        posted
        == f"api --silent --method POST repos/owner/repo/issues/7/comments --field body=@{folder}/body.md"
    )


def test_a_comment_that_is_there_is_replaced_and_shortened(checkout: Checkout) -> None:
    checkout.env["GH_KNOWN"] = "12\n34\n"
    given = {"predictions": "preds.csv", "id": "id", "arguments": "--loss\nmae\n", "name": "two words"}
    done = act(checkout, **given)
    assert (done.returncode, done.stderr) == (0, "")
    *_, patched = checkout.log.read_text().splitlines()
    folder = checkout.outputs["folder"]
    assert (
        patched
        == f"api --silent --method PATCH repos/owner/repo/issues/comments/12 --field body=@{folder}/body.md"
    )
    found = json.loads(Path(folder, "result.json").read_text())
    assert [loss["spec"] for loss in found["losses"]] == [found["primary"]] == ["mae"]
    step = next(step for step in ACTION["runs"]["steps"] if step["name"] == "Comment")
    with Path(folder, "comment.md").open("a") as comment:
        comment.write("x" * 70_000)
    assert checkout.run(step["run"], {"MARK": "<!-- m -->", "FOLDER": folder, "NUMBER": "7"}).returncode == 0
    short = Path(folder, "body.md").read_text(encoding="utf-8")
    assert short.startswith("<!-- m -->\n<!-- losscli -->\n### ") and "<details>" not in short


def test_a_file_that_the_target_branch_has_not_is_compared_with_nothing(checkout: Checkout) -> None:
    (checkout.folder / "new.csv").write_text(predictions(1.0))
    done = act(checkout, predictions="new.csv", id="no such column", **{"max-regression": "mae=2%"})
    assert done.returncode == 2  # said by losscli, after the notice
    assert checkout.outputs["path"] == "" and not checkout.log.exists()


# ── examples ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_workflow_of_github(checkout: Checkout) -> None:
    (job,) = example("github.yml")["jobs"].values()
    codes = [
        checkout.run(step["run"], {"NUMBER": "7"}).returncode
        for step in job["steps"]
        if "run" in step and "pip install" not in step["run"]
    ]
    assert codes == [0, 0, 0]
    for path in (*job["steps"][-1]["with"]["path"].split(), "comment.md"):
        assert (checkout.folder / path).stat().st_size
    assert checkout.log.read_text() == "pr comment 7 --edit-last --create-if-none --body-file comment.md\n"


def test_the_job_of_gitlab(checkout: Checkout) -> None:
    (checkout.folder / "preds.csv").write_text(predictions(1.5))
    job = example("gitlab-ci.yml")["compare"]
    done = checkout.run("\n".join(line for line in job["script"] if "pip install" not in line))
    assert done.returncode == 1, done.stderr
    for path in job["artifacts"]["paths"]:
        assert (checkout.folder / path).stat().st_size
    root = ET.parse(checkout.folder / job["artifacts"]["reports"]["junit"]).getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert "limit +2 %" in (root.findtext(".//failure") or "")


def test_the_hook_of_pre_commit(checkout: Checkout) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (used,) = example("pre-commit-config.yaml")["repos"][0]["hooks"]
    assert (
        hook["id"] == used["id"]
        and re.search(used["files"], "preds.csv")
        and re.search(hook["files"], "a/preds.csv")
    )
    words = shlex.join([*shlex.split(hook["entry"]), *used["args"], "preds.csv"])
    done = checkout.run(words)
    assert (done.returncode, done.stdout) == (0, "") and done.stderr.count("gate: PASS") == 2


def test_the_stage_of_dvc_and_the_script_of_mlflow(checkout: Checkout) -> None:
    stage = example("dvc.yaml")["stages"]["compare"]
    done = checkout.run(stage["cmd"])
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert all((checkout.folder / path).exists() for path in stage["deps"])
    made = [name for one in (*stage["metrics"], *stage["outs"]) for name in one]
    assert made == ["metrics.json", "report.html"]
    stub = checkout.temporary / "mlflow.py"
    stub.write_text(
        "import contextlib, json\n"
        "start_run = contextlib.nullcontext\n"
        "def log_metrics(figures): print(json.dumps(figures))\n"
        "def log_artifact(path): print(path)\n"
    )
    script = shlex.join([sys.executable, str(EXAMPLES / "mlflow_log.py"), *made])
    done = checkout.run(script, {"PYTHONPATH": str(checkout.temporary)})
    assert done.returncode == 0, done.stderr
    figures, report = done.stdout.splitlines()
    assert report == "report.html"
    assert json.loads(figures) == json.loads((checkout.folder / "metrics.json").read_text())


# ── docs/ci.md ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_the_page_shows_every_example(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = text.partition("\n")[2] if text.startswith("#") else text
    assert f"\n{shown}```\n" in PAGE and f"`examples/ci/{path.name}`" in PAGE


def test_the_page_names_every_input() -> None:
    assert all(f"| `{name}`" in PAGE for name in ACTION["inputs"])
