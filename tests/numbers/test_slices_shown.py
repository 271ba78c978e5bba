"""--by on screens, in pipes and in files: every slice is named, and what is left out is said."""

import json

import numpy as np
import pytest

from losscli import render

NAMES = ("north", "south", "east")


def columns(n=240, slices=NAMES, **spread):
    rng = np.random.default_rng(0)
    y = rng.gamma(3, 2, n)
    models = {f"pred_{m}": y + s * rng.uniform(-1.7, 1.7, n) for m, s in spread.items()}
    return {"y": y} | models | {"seg": np.array(slices)[np.arange(n) % len(slices)]}


def section(text):
    return text.partition("SLICES by")[2].partition("\n\n!")[0].splitlines()


@pytest.mark.parametrize("width", [80, 120, None])
def test_screens_name_every_slice_and_keep_their_width(compared, width):
    long = "a model whose name is as long as that of the branch it was trained on"
    made = columns(a=1.0, b=1.6)
    made |= {f"{long} one": made.pop("pred_a"), f"{long} two": made.pop("pred_b")}
    found = compared(made, losses=["mae"], pred=(f"{long} *",), by="seg")
    lines = section(render.written(found, "text", all=False, colour=False, width=width))
    assert [line.split()[0] for line in lines[2:5]] == sorted(NAMES)
    assert all(len(line) <= (width or 1_000) for line in lines)
    if width is None:
        assert f"{long} one" in lines[1] and lines[1].endswith(" p")


def test_what_the_screen_leaves_out_is_said(compared):
    made = columns(650, slices=[f"s{k:02}" for k in range(13)], a=1, b=1, c=1, d=1, e=0.1)
    found = compared(made, losses=["mae"], by="seg")
    lines = section(render.written(found, "text", all=False, colour=False, width=None))
    assert "not listed: 1 slice and 1 model: --all" in lines
    assert any(line.startswith("clear differences: pred_e better than pred_") for line in lines)
    assert not any(line.startswith("s12 ") for line in lines)
    lines = section(render.written(found, "text", all=True, colour=False, width=None))
    assert any(line.startswith("s12 ") for line in lines) and "pred_e" in lines[1]


def test_formats(compared):
    found = compared(columns(a=1.0, b=1.2), losses=["mae"], by="seg")
    slices = json.loads(found.to_json())["slices"]
    assert [one["value"] for one in slices["slices"]] == sorted(NAMES)
    assert slices["slices"][0]["comparisons"][0].keys() == {
        *("a", "b", "difference", "low", "high", "p", "verdict", "rows_needed", "reason")
    }
    markdown = render.written(found, "markdown", all=False, colour=False, width=None)
    assert "**SLICES by seg: mae, 3 comparisons corrected (Holm)**" in markdown
    assert markdown.count("\n| south | ") == 1
    one = render.written(compared(columns(a=1.0), by="seg"), "text", all=False, colour=False, width=80)
    assert section(one)[1].split() == ["seg", "rows", "pred_a", "95", "%"]


def test_a_leader_without_any_loss_to_speak_of(compared):
    """A percentage of it is no number; in every format."""
    tiny = {"y": [0.0] * 30, "pred_a": [1.0, 2.0, 3.0] * 10, "pred_b": [5e-324] * 30, "seg": list("pqr") * 10}
    found = compared(tiny, losses=["mae"], by="seg", task="regression")
    assert (found.comparisons[0].relative, found.comparisons[0].verdict) == (None, "b")
    for form in ("text", "json", "csv", "markdown"):
        assert render.written(found, form, all=True, colour=False, width=None)


def test_tests_of_the_ranks_are_named_in_plain_words(compared):
    made = columns(300, slices=tuple("pqrstuv"), a=1.0, b=1.05, c=1.5)
    found = compared(made, losses=["mae"], by="seg", baseline="pred_c")
    lines = section(render.written(found, "text", all=False, colour=False, width=None))
    first, second, third = lines[lines.index(next(line for line in lines if "mean rank over" in line)) + 1 :][
        :3
    ]
    assert first.startswith("the models rank differently over the 7 slices, p ")
    assert "(Iman-Davenport F " in first and "(Friedman chi-squared " in first and "df 2)" in first
    assert second.startswith("mean ranks 1.25 or more apart differ (Nemenyi, 95 %): pred_a before pred_c")
    assert third.startswith("ranks against pred_c, corrected (Holm): pred_a better, p 0.0")
    alike = compared(columns(300, slices=tuple("pqrstuv"), a=1, b=1, c=1), losses=["mae"], by="seg")
    lines = section(render.written(alike, "text", all=False, colour=False, width=None))
    assert any(
        line.startswith("no clear difference of the models' ranks over the 7 slices, p ") for line in lines
    )
    assert any(line.endswith("(Nemenyi, 95 %): no two are") for line in lines)
