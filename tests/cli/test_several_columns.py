"""Targets and predictions of several columns: words, grammar, and advice that can be typed."""

from collections.abc import Callable

import pytest

from .conftest import Done

Run = Callable[..., Done]
Write = Callable[..., str]

TARGETS = [3.1, 1.2, 5.9, 4.4, 2.6, 7.3, 3.8, 5.1, 6.6, 2.2]


def _table(head: str, *rows: tuple[float | int, ...]) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


QUANTILES = _table("y,q0.1,q0.5,q0.9", *((y, y - 1, y + 0.3, y + 1.5) for y in TARGETS))
CROSSING = QUANTILES.replace("5.9,4.9,6.2", "5.9,9.9,6.2")
MOMENTS = _table("y,mean,sd", *((y, y + 0.4, 1.5) for y in TARGETS))
LABELS = _table(
    "target_a,target_b,prob_a,prob_b", *((i % 2, i // 5, 0.3 + 0.4 * (i % 2), 0.1 * i) for i in range(10))
)
SHARES = _table("target_a,target_b,prob_a,prob_b", *((i / 10, 1 - i / 10, 0.5, 0.5) for i in range(1, 10)))
BOXES = _table(
    "a_x1,a_y1,a_x2,a_y2,x1,y1,x2,y2", *((i, i, i + 5, i + 6, i, i, i + 4, i + 6) for i in range(9))
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (QUANTILES, "refused (6)"),
        (MOMENTS, "refused (4)"),
    ],
)
def test_those_left_out_are_counted(inside: Run, write: Write, text: str, said: str) -> None:
    assert said in inside("compare", write(text)).stdout


def test_a_share_of_rows_that_cross_has_no_sign_and_an_interval(inside: Run, write: Write) -> None:
    shown = inside("compare", write(CROSSING), "--all").stdout
    line = next(line for line in shown.splitlines() if line.startswith("Crossing"))
    assert line.split()[2:] == ["0.10", "0.02-0.40", "1", "lower"]
    assert "quantiles cross in 1 row (row 3: q0.1 9.9 > q0.5 6.2)" in shown
    none = inside("compare", write(QUANTILES), "--all").stdout
    line = next(line for line in none.splitlines() if line.startswith("Crossing"))
    assert line.split()[2:4] == ["0.00", "0.00-0.28"]


def test_a_class_of_losses_is_named_as_it_is_shown(inside: Run, write: Write) -> None:
    text = CROSSING.replace("5.9,9.9", "5.9,99")
    shown = inside("compare", write(text)).stdout
    assert "? weighted_interval_score is dominated by a few large errors" in shown


def test_one_clipped_probability(inside: Run, write: Write) -> None:
    done = inside("compare", write(LABELS), "--clip", "0.05")
    assert "1 probability of prob was clipped" in done.stdout


def test_a_probability_of_0_names_the_flag_that_bounds_it(inside: Run, write: Write) -> None:
    wrong = LABELS.replace("1,0,0.7,0.1", "1,0,0,0.1")
    shown = " ".join(inside("compare", write(wrong), "--loss", "bce").stdout.split())
    assert "a probability is exactly 0 or 1 in row 2; ranked last. --clip 1e-7 bounds it" in shown
    assert inside("compare", write(wrong), "--loss", "bce", "--clip", "1e-7").returncode == 0


@pytest.mark.parametrize(
    ("text", "task", "said"),
    [
        (LABELS.replace("1,0,0.7,0.1", "2,0,0.7,0.1"), "multilabel", "'target_a': the value in row 2 is 2"),
        (SHARES.replace("0.1,0.9,", "0.4,0.9,"), "distribution", "in row 1 add up to 1.3"),
    ],
)
def test_probabilities_judged_as_numbers_are_said(
    inside: Run, write: Write, text: str, task: str, said: str
) -> None:
    """One bad row makes neither labels nor shares of the targets, which would pass unseen."""
    done = inside("compare", write(text))
    assert "prob is judged as numbers" in done.stdout
    assert f"--task {task}" in done.stdout
    assert said in inside("compare", write(text), "--task", task).stderr
    assert "judged as numbers" not in inside("compare", write(text), "--task", "multioutput").stdout


@pytest.mark.parametrize(
    ("flags", "said", "advice"),
    [
        (["--loss", "mae"], "mae is a loss for", "losscli losses --task forecast"),
        (["--kind", "quantiles"], "by the names of their columns", "Leave --kind out"),
    ],
)
def test_advice_can_be_typed(inside: Run, write: Write, flags: list[str], said: str, advice: str) -> None:
    done = inside("compare", write(QUANTILES), *flags)
    assert done.returncode == 2
    assert said in done.stderr
    assert advice in done.stderr
    if advice.startswith("losscli"):
        assert inside(*advice.split()[1:]).returncode == 0


def test_the_only_model_is_not_to_be_left_out(inside: Run, write: Write) -> None:
    alone = inside("compare", write(MOMENTS.replace(",1.5", ",0", 1)))
    assert alone.stderr.splitlines()[-1] == "Fix the row"
    two = _table("y,a_mean,a_sd,b_mean,b_sd", *((y, y, 0 if y > 7 else 1, y, 2) for y in TARGETS))
    done = inside("compare", write(two))
    assert "losscli compare data.csv --pred b" in done.stderr
    assert inside("compare", write(two), "--pred", "b").returncode == 0


def test_a_box_without_a_prefix_has_a_name(inside: Run, write: Write) -> None:
    done = inside("compare", write(BOXES), "--target", "a_*")
    assert "model box" in done.stdout


def test_one_value_is_no_comparison(inside: Run, write: Write) -> None:
    text = _table("y,a_q0.1,a_q0.9,b_mean,b_sd", *((y, y - 1, y + 1, y, 2) for y in TARGETS))
    shown = inside("compare", write(text)).stdout
    assert "weighted_interval_score: only a has a value" in shown
    assert "Noise" not in shown


def test_the_likely_target_is_offered(inside: Run, write: Write) -> None:
    done = inside("compare", write("id," + LABELS.replace("\n", "\n1,", 10)[:-2]), "--task", "binary")
    assert "--target target_a" in done.stderr


def test_fit_names_what_it_can_train(inside: Run, write: Write) -> None:
    done = inside("fit", write(_table("x,y", *((y, y) for y in TARGETS))), "--loss", "multi_rmse")
    assert done.returncode == 2
    assert "losscli losses --task regression" in done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("triplet", "Did you mean triplet_margin?"),
        ("info_nce", "info_nce (ntxent) is not computed"),
    ],
)
def test_a_refused_loss_is_known_however_it_is_written(inside: Run, name: str, said: str) -> None:
    done = inside("explain", name)
    assert done.returncode == 2
    assert said in done.stderr


def test_no_number_is_not_called_too_large(inside: Run, write: Write) -> None:
    text = _table("y,p", *((y, y - 1) for y in TARGETS))
    shown = inside("compare", write(text), "--define", "own = log(r)", "--loss", "own").stdout
    assert "infinite: row 1 and 9 more; no number, or too large for a double" in " ".join(shown.split())
