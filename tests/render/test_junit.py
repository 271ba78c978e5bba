"""JUnit's XML: a case per gate, which fails exactly where the run does."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from losscli import render
from losscli.comparison.gates import fails
from losscli.errors import UsageError
from losscli.report.gates import gate_line
from render.gates import FAIL, PASS, UNSURE, gate, gated
from render.samples import ALL, HOSTILE, judged


def suite(comparison, *, strict=False) -> ET.Element:
    text = render.written(comparison, "junit", all=False, colour=True, width=40, strict=strict)
    assert text.isascii() and text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    root = ET.fromstring(text)
    (found,) = root
    assert (root.tag, found.tag) == ("testsuites", "testsuite")
    counts = {"tests": "testcase", "failures": ".//failure", "errors": ".//error", "skipped": ".//skipped"}
    for key, path in counts.items():
        assert root.get(key) == found.get(key) == str(len(found.findall(path)))
    return found


def outcomes(found: ET.Element) -> dict[str, list[str]]:
    """How each case ends; of one that passes, nothing."""
    ends = ("failure", "skipped", "error")
    return {
        case.get("name"): [child.tag for child in case if child.tag in ends]
        for case in found.findall("testcase")
    }


@pytest.mark.parametrize("strict", [False, True])
def test_a_case_per_gate(strict):
    found = suite(gated(PASS, FAIL, UNSURE), strict=strict)
    assert outcomes(found) == {
        "mae > 23.5: gbm": [],
        "mae > 23.5: ridge": ["failure"],
        "mae=2%: ridge": ["failure" if strict else "skipped"],
    }
    assert {case.get("classname") for case in found.findall("testcase")} == {"losscli"}
    failure = found.find(".//failure")
    assert failure.get("message") == "FAIL mae > 23.5: mae of ridge is 24.14 (no uncertainty used)"


def test_every_case_says_its_figures():
    found = suite(gated(PASS, FAIL, UNSURE))
    for case, one in zip(found.findall("testcase"), (PASS, FAIL, UNSURE), strict=True):
        (told,) = case
        assert told.text == gate_line(one).removeprefix("gate: ")
        assert told.get("message") in (told.text, None)
    assert found.find("testcase/system-out").text.startswith("PASS mae > 23.5: mae of gbm is 24.14")
    assert "limit +2 %; about 9,410 rows would decide" in found.find("testcase/skipped").text


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("gates", [(), (PASS,), (UNSURE,), (PASS, UNSURE), (UNSURE, FAIL)])
def test_the_file_agrees_with_the_exit_code(gates, strict):
    failures = int(suite(gated(*gates), strict=strict).get("failures"))
    assert bool(failures) is any(fails(one, strict=strict) for one in gates)


def test_without_gates_one_case_passes():
    assert outcomes(suite(judged())) == {"comparison": []}


def test_what_was_compared():
    found = suite(gated(PASS))
    properties = {one.get("name"): one.get("value") for one in found.iter("property")}
    assert properties == {"version": "0.1.0", "primary": "mae", "task": "regression", "rows": "1200"}
    assert found.findtext("system-out").startswith(
        "mae: gbm and huber may be the best. gbm leads huber by 1.9 %"
    )


@pytest.mark.parametrize("name", ALL)
def test_every_comparison_is_well_formed(name):
    assert suite(ALL[name]).findtext("system-out")


def test_names_that_xml_cannot_hold():
    names = (
        "a\x00\x0b\x1b[2J",
        "\ufffe\uffff",
        "\udcff",
        "]]>",
        '"><failure/>',
        "<![CDATA[x",
        "&#0;",
        *HOSTILE,
    )
    found = suite(gated(*(gate("fail", model=name) for name in names)))
    texts = [case.get("name").removeprefix("mae > 23.5: ") for case in found.findall("testcase")]
    assert texts[:3] == [r"a\x00\x0b\x1b[2J", r"\ufffe\uffff", r"\udcff"]
    assert texts[3:7] == list(names[3:7])
    assert len(set(texts)) == len(names)


def test_cases_that_look_alike_are_told_apart():
    found = suite(gated(gate("pass", model="a\x1b"), gate("fail", model=r"a\x1b"), PASS, replace(PASS)))
    assert list(outcomes(found)) == [r"mae > 23.5: a\x1b", r"mae > 23.5: a\x1b~2", "mae > 23.5: gbm"]


def test_only_gates_are_cases():
    from render import fits

    with pytest.raises(UsageError, match="the format junit cannot hold fitted losses"):
        render.written(fits.ALL["regression"], "junit")
