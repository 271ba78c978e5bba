"""What a report says: the verdict follows the figures, and every state has its words."""

from dataclasses import replace

import pytest
from render.builders import FEW, empty, loss, metric, pair
from render.samples import ALL, binary, judged, multiclass, regression, warned

from losscli.report import View, report_of
from losscli.report.blocks import Grid, Line, Note, Paragraph, Report
from losscli.report.choice import MOST
from losscli.result import Refused, Robustness, Warning_


def report(comparison, *, all=False, width=None) -> Report:
    return report_of(comparison, View(all=all, width=width))


def verdict(comparison) -> str:
    texts = [block.text for block in report(comparison).blocks if isinstance(block, Paragraph)]
    return " ".join(text for text in texts if not text.startswith("Next"))


def grids(comparison, **flags) -> list[Grid]:
    return [block for block in report(comparison, **flags).blocks if isinstance(block, Grid)]


def grid(comparison, head: str, **flags) -> dict[str, dict[str, str]]:
    """The grids whose first head starts so, as {row: {column: text}}."""
    found: dict[str, dict[str, str]] = {}
    for block in grids(comparison, **flags):
        if block.columns[0].title.startswith(head):
            for row in block.rows:
                texts = {c.title: cell.text for c, cell in zip(block.columns[1:], row[1:], strict=True)}
                found.setdefault(row[0].text, {}).update(texts)
    return found


def losses(comparison, **flags) -> dict[str, dict[str, str]]:
    return {name.split(" ")[0]: row for name, row in grid(comparison, "LOSSES", **flags).items()}


def of(report: Report, kind: type) -> list:
    return [block for block in report.blocks if isinstance(block, kind)]


def lines(comparison, **flags) -> list[Line]:
    return of(report(comparison, **flags), Line)


def notes(comparison, **flags) -> list[Note]:
    return [block for block in report(comparison, **flags).blocks if isinstance(block, Note)]


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────────


def test_order_without_a_test_says_that_noise_is_untested():
    text = verdict(regression())
    assert "mae: gbm is lowest, 23.1" in text
    assert "huber +1.9 %, ridge +4.4 %" in text
    assert "Noise has not been tested" in text
    assert "best set" not in text


def test_swapping_the_values_swaps_the_sentence():
    assert "gbm leads huber by 1.9 %" in verdict(judged())
    swapped = verdict(judged(huber=23.12, gbm=23.56))
    assert "huber leads gbm by 1.9 %" in swapped
    assert "gbm leads" not in swapped


def test_no_clear_difference_names_the_interval_and_the_rows_that_would_decide():
    text = verdict(judged())
    assert "gbm and huber may be the best" in text
    assert "gbm leads huber by 1.9 % [-2.6, +5.8]: no clear difference" in text
    assert "about 12,700 rows would decide" in text
    assert "ridge is worse than gbm: +4.4 % [+0.2, +7.8]" in text
    assert "Noise has not been tested" not in text


def test_a_proven_lead_has_no_other_words():
    base = regression(("old", "new"))
    proven = pair("mae", "old", "new", 0.58, 0.2, 0.9, "b")
    text = verdict(replace(base, comparisons=(proven,)))
    assert "new is better than old by 2.5 % [+0.8, +3.8]" in text
    assert "no clear difference" not in text
    assert "Noise" not in text


def test_the_interval_turns_with_the_pair():
    base = regression(("old", "new"))
    turned = pair("mae", "new", "old", -0.58, -0.9, -0.2, "a")
    assert "new is better than old by 2.5 % [+0.8, +3.8]" in verdict(replace(base, comparisons=(turned,)))


def test_small_losses_differ_in_their_unit():
    assert "logit leads forest by 0.010 [-0.001, 0.022] (0.0211 vs 0.0312): no clear difference" in verdict(
        binary()
    )


def test_one_model_is_measured_against_the_best_constant():
    text = verdict(regression(("only",)))
    assert "mae of only is 24.1 (95 % interval 22.9-25.3), 64 % below the best constant (66.2)" in text


def test_equal_models_are_called_equal():
    base = empty(("a", "b"))
    text = verdict(replace(base, losses=(loss("mae", {"a": 2.0, "b": 2.0}),)))
    assert "a and b are equal, 2.00" in text


def test_no_finite_primary_is_said():
    base = replace(empty(("a",)), losses=(loss("mae", {"a": None}),))
    assert "no model has a value" in verdict(base)
    refused = replace(empty(("a",)), refused=(Refused("mae", "no rows", ()),))
    assert "mae could not be computed: no rows" in verdict(refused)


def test_a_model_without_a_value_is_named_last():
    base = replace(empty(("a", "b", "c")), losses=(loss("mae", {"a": 2.0, "b": None, "c": 3.0}),))
    assert "a is lowest" in verdict(base)
    assert "b: inf." in verdict(base)


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────


def test_a_class_of_losses_is_one_row():
    rows = grid(regression(), "LOSSES")
    assert "mae  PRIMARY" in rows and "rmse" in rows and "mse" not in rows
    alike = "mae, wmape, quantile:tau=0.5; rmse, mse, expectile:tau=0.5, r2"
    assert any(note.endswith(f"values differ: {alike}") for b in grids(regression()) for note in b.notes)
    assert len(rows) == MOST
    every = grid(regression(), "LOSSES", all=True)
    assert len(every) == len(regression().losses)
    assert "wmape" in every


def test_what_is_folded_is_named_and_counted():
    (more,) = (line for line in lines(regression()) if line.fields[0].startswith("More by --show NAME: "))
    said = " ".join(more.fields)
    assert f"losses (all {len(regression().losses)})" in said
    assert "robustness (all 4)" in said and "refused (2)" in said and said.endswith(" all")
    assert not any(word in said for word in ("recall", "ranking", "curves", "notes"))
    assert not any(line.fields[0].startswith("More") for line in lines(regression(), all=True))


def test_a_section_is_opened_by_its_name():
    shut = report(binary())
    shown = report_of(binary(), View(show=frozenset({"calibration"})))
    assert [one.name for one in shown.sections if one not in shut.sections] == ["calibration", "more"]
    assert "calibration" not in next(one for one in shown.sections if one.name == "more").blocks[0].fields
    whole = report(binary(), all=True)
    assert {one.name for one in shut.sections} - {"more"} <= {one.name for one in whole.sections}
    none = report_of(regression(), View(show=frozenset({"calibration"})))
    assert any(n.text == "--show calibration: there is nothing of it here" for n in of(none, Note))


def test_every_section_has_its_reading_and_can_be_said_how_to_read():
    for comparison in ALL.values():
        for view in (View(explain=True), View(explain=True, all=True)):
            for section in report_of(comparison, view).sections:
                last = section.blocks[-1]
                said = isinstance(last, Paragraph) and last.text.startswith("How to read it: ")
                assert said is (section.name not in ("more", "next"))


def test_best_set_question_mark_and_constant():
    rows = losses(judged())
    assert rows["mae"]["gbm"] == "23.1*"
    assert rows["mae"]["ridge"] == "24.1"
    assert rows["mae"]["best constant"] == "66.2"
    assert losses(judged(), all=True)["mae"]["below the constant"] == "65 %"
    assert rows["mae"]["ahead by"] == "~ 1.9 %"
    assert rows["rmse"]["gbm"] == "74.6?"
    assert rows["rmse"]["ahead by"] == "? 0.4 %"
    assert rows["tukey:c=103"]["ahead by"] == "~ 3.4 %"
    assert rows["tukey:c=103"]["leader"] == "gbm"
    assert rows["huber:delta=29.7"]["optimal prediction"] == "near median"


def test_more_than_four_models_stand_in_blocks():
    comparison = ALL["six models"]
    blocks = [block for block in grids(comparison) if block.columns[0].title.startswith("LOSSES")]
    assert len(blocks) == 2
    assert set(losses(comparison)["mae"]) >= {model.name for model in comparison.models}


def test_infinite_values_are_inf_and_named():
    assert losses(binary())["bce"]["forest"] == "inf"
    assert any(n.symbol == "!" and "bce of forest" in n.text and "row 17" in n.text for n in notes(binary()))


def test_precision_and_recall_carry_their_counts():
    both = grid(binary(), "MODELS")["logit"]
    assert both["rank"] == "1-2" and both["precision"] == "0.971" and both["predicted+"] == "208"
    precision, recall = grid(binary(), "PRECISION", all=True), grid(binary(), "RECALL", all=True)
    row = {"rank": "1-2", "value": "0.971", "95 %": "0.947-0.995", "predicted positive": "208"}
    assert precision["logit"] == row
    assert recall["forest"]["missed"] == "13 of 212"
    assert grid(binary(), "RANKING", all=True)["logit"]["roc auc"] == "0.9940"
    assert grid(binary(), "CALIBRATION", all=True)["perfect"]["slope"] == "1"


def test_an_undefined_precision_is_not_a_number():
    none = metric("precision", {"logit": None, "forest": 0.9}, title="Precision")
    comparison = replace(binary(), metrics=(none,))
    assert grid(comparison, "MODELS")["logit"]["precision"] == "n/a"
    assert any("nothing is predicted positive" in note for block in grids(comparison) for note in block.notes)


def test_absent_metrics_are_skipped():
    comparison = replace(binary(), metrics=())
    assert not grid(comparison, "MODELS")
    assert not grid(comparison, "CALIBRATION", all=True)
    assert {"Accuracy", "Mcc"} <= {name.capitalize() for name in grid(multiclass(), "METRICS", all=True)}


def test_flagged_rows_and_the_probe():
    flagged = next(block for block in grids(regression()) if "OUTLIERS" in block.columns[0].title)
    assert flagged.notes == ("15 rows are outliers: off by more than 5 s; s, the usual error, is 22.0",)
    assert [cell.text for cell in flagged.rows[2]] == ["huber", "3", "34 %", "20-51 %", "ridge → gbm"]
    probe = next(block for block in grids(binary()) if "OUTLIERS" in block.columns[0].title)
    assert probe.columns[2].title == "weight of one outlier, in ordinary rows"
    assert [row[2].text for row in probe.rows] == ["12", "38"]


def test_a_loss_without_a_share_gives_its_reason_with_all():
    none = Robustness(
        "linex:a=1.5", "flagged", None, None, None, None, None, None, None, None, None, "Σ is 0", ()
    )
    comparison = replace(regression(), robustness=(*regression().robustness, none))
    texts = [[cell.text for cell in row] for block in grids(comparison, all=True) for row in block.rows]
    assert any("Σ is 0" in row for row in texts)


def test_all_has_every_refusal_with_rows():
    refused = grid(regression(), "DOES NOT APPLY", all=True)
    assert refused["msle"]["reason"] == "a target of -1 or less (rows 3, 4, 5, 6, 7, …)"
    assert not grid(regression(), "DOES NOT APPLY")


# ── the notes ────────────────────────────────────────────────────────────────────────────────────────


def test_notes_have_symbols_and_advice():
    few = Warning_("few_effective_rows", "rmse rests on 2 of 11 rows", None)
    texts = [(note.symbol, note.text) for note in notes(replace(regression(), warnings=(few,)))]
    assert ("?", "rmse rests on 2 of 11 rows.") in texts
    assert any("Something 1 is odd. Do 1" in note.text for note in notes(warned(1)))


@pytest.mark.parametrize("count", range(12))
def test_at_most_three_notes_and_the_rest_counted(count):
    shown = notes(warned(count))
    assert len(shown) == min(count, 3)
    (more,) = (line for line in lines(warned(count)) if line.fields[0].startswith("More"))
    assert (f"notes ({count - 3} more)" in more.fields) is (count > 3)
    assert len(notes(warned(count), all=True)) == count


def test_one_number_of_decimals_in_a_row():
    rows = losses(regression())
    for name, row in rows.items():
        decimals = {len(row[model].rstrip("?*").partition(".")[2]) for model in ("ridge", "huber", "gbm")}
        assert len(decimals) == 1, name


def test_few_rows_reason_marks_the_value():
    table = loss("mse", {"a": 3.0, "b": 4.0}, reason=FEW)
    rows = losses(replace(empty(("a", "b")), primary="mse", losses=(table,)))
    assert rows["mse"]["a"] == "3.00?"
