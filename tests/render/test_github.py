"""GitHub's annotations: which there are, what they say, and that nothing in a name is an order."""

import re
from dataclasses import replace

import pytest

from losscli import render
from losscli.result import Warning_
from render import fits, test_changes
from render.gates import FAIL, PASS, UNSURE, gate, gated
from render.samples import ALL, hostile, judged, warned


def lines(comparison, *, strict=False) -> list[str]:
    text = render.written(comparison, "github", all=False, colour=False, width=None, strict=strict)
    assert text.endswith("\n")
    return text.splitlines()


def test_what_there_is_to_say():
    assert lines(gated(PASS, FAIL, UNSURE)) == [
        "::error title=losscli%3A gate failed::FAIL mae > 23.5: mae of ridge is 24.14 (no uncertainty used)",
        "::warning title=losscli%3A gate cannot tell::INCONCLUSIVE mae: 23.1 -> 24.1, +4.4 %25 "
        "(90 %25 interval -1 to +9), limit +2 %25; about 9,410 rows would decide; ridge against huber",
        "::notice title=losscli compare::mae: gbm and huber may be the best. gbm leads huber by 1.9 %25 "
        "[-2.6, +5.8]: no clear difference; about 12,700 rows would decide. ridge is worse than gbm: "
        "+4.4 %25 [+0.2, +7.8].",
    ]


def test_a_gate_that_cannot_tell_is_an_error_where_it_fails_the_run():
    kinds = [line.split(" ")[0] for line in lines(gated(PASS, UNSURE), strict=True)]
    assert kinds == ["::error", "::notice"]


def test_warnings_of_the_result():
    warning = Warning_("few_effective_rows", "rmse rests on 2 rows, 1: no more", "Do not gate on it")
    comparison = replace(judged(), warnings=(warning, Warning_("odd", "Is it?", None)))
    assert lines(comparison)[:2] == [
        "::warning title=losscli%3A few effective rows::rmse rests on 2 rows, 1: no more. Do not gate on it",
        "::warning title=losscli%3A odd::Is it?",
    ]


@pytest.mark.parametrize(("count", "shown", "last"), [(10, 10, ""), (11, 10, "2 more"), (30, 10, "21 more")])
def test_github_shows_ten_of_a_kind(count, shown, last):
    found = lines(gated(*(gate("fail", model=f"m{i}") for i in range(count))))
    errors = [line for line in found if line.startswith("::error ")]
    assert len(errors) == shown
    assert last in errors[-1] and len(found) == shown + 1
    warnings = [line for line in lines(warned(count)) if line.startswith("::warning ")]
    assert len(warnings) == shown and last in warnings[-1]


@pytest.mark.parametrize("all", [False, True])
@pytest.mark.parametrize("name", ALL)
def test_every_line_is_one_annotation(name, all):
    text = render.written(ALL[name], "github", all=all, colour=True, width=40)
    for line in text.splitlines():
        assert re.fullmatch(r"::(error|warning|notice) title=[^:,]*::[^\r\n]*", line)
        assert not re.search(r"%(?!25|0D|0A|3A|2C)", line)
    assert "\x1b" not in text


def test_names_are_no_orders():
    evil = "x%0A::error::y\r\n::stop-commands::z,a:b ##[add-mask]q"
    found = lines(replace(gated(gate("fail", model=evil)), warnings=(Warning_("a:b,c\n%", evil, None),)))
    assert len(found) == 3
    assert found[0].endswith(
        r"mae of x%250A::error::y\r\n::stop-commands::z,a:b \x23#[add-mask]q is 24.14 (no uncertainty used)"
    )
    assert found[1].startswith(r"::warning title=losscli%3A a%3Ab%2Cc\n%25::x%250A::error::y\r\n")
    assert all(line.startswith("::") for line in lines(hostile()))


def test_what_fit_and_diff_found():
    text = render.written(fits.warned(), "github", all=False, coefficients=False, colour=False, width=None)
    *warnings, notice = text.splitlines()
    assert len(warnings) == min(10, len(fits.warned().warnings))
    assert notice.startswith("::notice title=losscli fit::Use tukey, welsch or geman_mcclure: ")
    text = render.written(test_changes.made(), "github", all=False, colour=False, width=None)
    warning, notice = text.splitlines()
    assert warning == (
        "::warning title=losscli%3A primary::the primary loss differs: mse and mae. The verdict is on mae"
    )
    assert notice.startswith("::notice title=losscli diff::mae: rf is better than in old.json: -1.8 %25")
