"""Numbers at both ends of what a double holds: an answer or a refusal, and no word of numpy's on stderr."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .pasted import FAST, QUICK, Answer, run

pytestmark = pytest.mark.filterwarnings("error")
N = 24
RNG = np.random.default_rng(5)
SIZES: dict[str, Callable[[], np.ndarray]] = {
    "1e308": lambda: RNG.uniform(0.5, 1.7, N) * 1e308,
    "1e-308": lambda: RNG.uniform(0.5, 3.0, N) * 1e-308,
    "both signs": lambda: RNG.choice([-1.0, 1.0], N) * RNG.uniform(0.5, 1.7, N) * 1e308,
    "one row": lambda: np.where(np.arange(N) == 3, 1e308, RNG.normal(size=N)),
    "1": lambda: RNG.normal(size=N),
}
LABELS = np.arange(N) % 2


def answered(folder: Path, verb: str, columns: dict[str, np.ndarray], *flags: str) -> Answer:
    rows = (",".join(f"{value!r}" for value in row) for row in np.column_stack([*columns.values()]).tolist())
    (folder / "far.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    alone = () if "--jobs" in flags else ("--jobs", "1")
    answer = run([verb, str(folder / "far.csv"), *alone, *flags])
    assert answer.code in (0, 2), answer.err
    assert "Warning" not in answer.err
    return answer


@pytest.mark.parametrize(
    ("of_target", "of_prediction"),
    [pair for pair in itertools.product(SIZES, SIZES) if "1" in pair or len({*pair}) == 1],
)
def test_numbers(tmp_path: Path, of_target: str, of_prediction: str) -> None:
    p = SIZES[of_prediction]
    answered(tmp_path, "compare", {"y": SIZES[of_target](), "pred_a": p(), "pred_b": p()}, *FAST)


@pytest.mark.parametrize("size", SIZES)
def test_other_predictions(tmp_path: Path, size: str) -> None:
    p, y = SIZES[size], SIZES["1"]()
    for columns in (
        {"y": LABELS, "score_a": p(), "score_b": p()},
        {"y": y, "q0.1": p(), "q0.5": p(), "q0.9": p()},
        {"y": y, "mean": p(), "sd": np.abs(p())},
        {"target_a": y, "target_b": p(), "pred_a": p(), "pred_b": p()},
    ):
        answered(tmp_path, "compare", columns, *FAST)


@pytest.mark.parametrize("size", SIZES)
def test_features(tmp_path: Path, size: str) -> None:
    """A feature as large as numbers go is learned from; one too small for its slope is refused by name."""
    x = SIZES[size]()
    of_numbers = {"x": x, "z": SIZES["1"](), "y": SIZES["1"]()}
    leverage = ("--contaminate", "leverage:size=10,levels=0-0.1")
    quick = [word for word in QUICK if word != "--no-contaminate"]
    code = answered(tmp_path, "fit", of_numbers, "--target", "y", "--loss", "mse", *leverage, *quick).code
    assert code == (2 if size == "1e-308" else 0)
    answered(tmp_path, "fit", of_numbers | {"y": x}, "--target", "y", "--loss", "mae", *QUICK)
    answered(tmp_path, "fit", of_numbers | {"y": LABELS}, "--target", "y", "--loss", "bce", *QUICK)


@pytest.mark.parametrize("size", ["1e308", "one row"])
def test_advice(tmp_path: Path, size: str) -> None:
    columns = {"x": SIZES[size](), "z": SIZES["1"](), "y": SIZES["1"]()}
    answered(tmp_path, "advise", columns, "--target", "y", "--folds", "2", "--l2", "1", "--format", "json")


def test_units_of_a_feature_change_its_slope_alone(tmp_path: Path) -> None:
    x = RNG.uniform(0.5, 1.5, N)
    y = 3.0 * x + RNG.normal(size=N)
    flags = ("--target", "y", "--loss", "mse", "--l2", "0", *QUICK)
    losses = [
        answered(tmp_path, "fit", {"x": x * unit, "y": y}, *flags).found["fits"][0]["mean_loss"]
        for unit in (1.0, 1e300, 1e308)
    ]
    assert losses[1:] == pytest.approx(losses[:1] * 2, rel=1e-12)
