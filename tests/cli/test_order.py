"""`--order` and the metric that needs it; classes and outputs on the screen."""

import numpy as np
import pytest


@pytest.fixture
def words(write):
    rng = np.random.default_rng(4)
    y = rng.choice(["low", "mid", "high"], 120)
    guess = np.where(rng.random(120) < 0.7, y, rng.choice(["low", "mid", "high"], 120))
    return write("y,pred\n" + "".join(f"{a},{b}\n" for a, b in zip(y, guess, strict=True)), "words.csv")


GATE = ("--fail-if", "quadratic_kappa < 0.1")


def test_without_an_order_the_gate_names_lines_to_paste(inside, words):
    done = inside("compare", words, *GATE)
    assert done.returncode == 2
    assert "quadratic_kappa needs the order of the classes" in done.stderr
    pasted = [line for line in done.stderr.splitlines() if line.startswith("  losscli compare")]
    assert any("--order high,low,mid" in line for line in pasted)


def test_with_an_order_it_is_judged_and_shown(inside, words):
    done = inside("compare", words, *GATE, "--order", "low,mid,high")
    assert done.returncode == 0
    shown = inside("compare", words, "--show", "metrics", "--order", "low,mid,high").stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("Quadratic weighted kappa"))
    assert "n/a" not in line
    none = inside("compare", words, "--show", "metrics").stdout
    assert "--order\n" in none or "--order low" in none


def test_classes_and_their_confusion_are_folded(inside, words):
    short, whole = inside("compare", words).stdout, inside("compare", words, "--all").stdout
    for title in ("CLASSES", "CONFUSION of pred"):
        assert title not in short and title in whole


def test_outputs_are_shown_one_by_one(inside, write):
    rng = np.random.default_rng(5)
    rows = np.round(np.column_stack([rng.normal(size=(60, 2)), rng.normal(size=(60, 2))]), 3)
    text = "target_a,target_b,pred_a,pred_b\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    shown = inside("compare", write(text, "outputs.csv")).stdout
    assert "OUTPUTS" in shown and "as if they were of one unit" in shown
