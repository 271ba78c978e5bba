"""Real shapes of prediction files: the figures of their arrays, or a refusal whose lines hold when pasted."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from .pasted import FAST, Answer, broken_promise, run
from .shapes import BLOCKS, Shape, delimited, shapes

SHAPES = {shape.name: shape for shape in shapes()}
MOST_PASTES = 3  # one after another


def test_there_are_many() -> None:
    assert len(SHAPES) == len(shapes()) >= 150


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = SHAPES[name]
    monkeypatch.chdir(tmp_path)
    for file, text in shape.text.items():
        Path(file).write_text(text, encoding="utf-8")
    given_files = [file for file in shape.files if file not in shape.flags]
    words = ["compare", *given_files, *shape.flags, *FAST]
    answer = run(words)
    if shape.refused:
        assert answer.code == 2, answer.out[:300]
        assert all(word in answer.err for word in shape.refused), answer.err
        pasted_holds(answer)
        return
    assert answer.code == 0, answer.err
    check(shape, answer)


def check(shape: Shape, answer: Answer) -> None:
    found = answer.found
    assert found["task"] == shape.task
    assert len(found["models"]) == shape.models, found["models"]
    for name, expected in shape.figures.items():
        entries = [one for one in (*found["losses"], *found["metrics"]) if one["name"] == name]
        seen = [sorted(result["value"] for result in one["results"]) for one in entries]
        assert any(one == pytest.approx(sorted(expected), rel=1e-4, abs=2e-5) for one in seen), (name, seen)


def pasted_holds(answer: Answer, depth: int = MOST_PASTES) -> None:
    """Every line that a refusal prints ends in the reading that it promises, or in another refusal."""
    assert answer.code in (0, 2), answer.err
    for line in answer.lines:
        assert line[0] == "losscli"
        again = run(line[1:])
        assert again.code in (0, 2), again.err
        if again.code == 0:
            assert broken_promise(line, again) is None, (line, broken_promise(line, again))
        else:
            assert again.err != answer.err, line  # the same refusal once more helps nobody
            if depth > 1:
                pasted_holds(again, depth - 1)


def test_intervals_of_no_known_level_ask_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"{i},{i - 1},{i + 1.5}\n" for i in range(30))
    path.write_text("y,lower,upper\n" + rows, encoding="utf-8")
    answer = run(["compare", str(path), *FAST])
    assert answer.code == 2
    assert "--level 0.9" in answer.err
    pasted_holds(answer)


LABELS = st.one_of(
    st.lists(st.text("abcdeXYZ", min_size=1, max_size=4), min_size=2, max_size=5, unique_by=str.lower),
    st.integers(2, 5).map(lambda k: [str(i) for i in range(k)]),
    st.integers(2, 5).map(lambda k: [str(i + 1) for i in range(k)]),
    st.sampled_from([["no", "yes"], ["false", "true"], ["-1", "1"], ["low", "mid", "high"], ["A b", "c d"]]),
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    labels=LABELS,
    pattern=st.sampled_from(BLOCKS),
    sign=st.sampled_from(",;\t"),
    target=st.sampled_from(["y_true", "label", "Target", "gold", "class"]),
    with_id=st.booleans(),
    digits=st.sampled_from([3, 6, 12]),
    rounded=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_predict_proba(
    tmp_path: Path,
    labels: list[str],
    pattern: str,
    sign: str,
    target: str,
    with_id: bool,
    digits: int,
    rounded: bool,
    seed: int,
) -> None:
    """The log loss of scikit-learn, or a refusal whose lines hold: never another figure.

    Probabilities add up to 1 at the digits that are written, or are rounded one by one and taken as they are.
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(30) % len(labels))
    drawn = rng.dirichlet(np.ones(len(labels)), 30)
    p = np.round(drawn, digits) if rounded else rng.multinomial(10**digits, drawn) / 10**digits
    columns = {"id": [f"r{i}" for i in range(30)]} if with_id else {}
    columns[target] = [labels[code] for code in y]
    columns |= {pattern.format(m="rf", c=labels[k]): p[:, k].tolist() for k in rng.permutation(len(labels))}
    if len(columns) != len(labels) + 1 + with_id:
        return  # a pattern without the label, or a column of the target's name
    path = tmp_path / "a.csv"
    text = delimited(
        {
            name: [f"{v:.{digits}f}" if isinstance(v, float) else v for v in column]
            for name, column in columns.items()
        },
        sign,
    )
    path.write_text(text, encoding="utf-8")
    answer = run(["compare", str(path), "--delimiter", sign, *FAST])
    if answer.code != 0:
        pasted_holds(answer, 1)
        return
    found = answer.found
    values = [one["results"] for one in found["losses"] if one["name"] in ("bce", "cross_entropy")]
    (result,) = values[0]
    if result["value"] is None:
        assert (p[np.arange(30), y] == 0).any()
        return
    if rounded:
        shares = p
        if found["positive"] is not None:
            own = labels.index(found["positive"])
            shares = np.column_stack([p[:, own] if k == own else 1 - p[:, own] for k in range(2)])
        assert result["value"] == pytest.approx(-np.log(shares[np.arange(30), y]).mean(), rel=1e-9)
    else:
        assert result["value"] == pytest.approx(log_loss(y, p, labels=range(len(labels))), rel=1e-9)
