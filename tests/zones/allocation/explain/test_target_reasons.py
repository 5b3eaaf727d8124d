"""Reasons and repairs: the numbers in the sentences are the numbers of the tables."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layers.base.errors import InputError
from layers.base.language import Phrase
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import allocate
from zones.allocation.explain import sentences
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.explain.repairs import find_repairs
from zones.allocation.explain.report import AllocationReport, allocation_report
from zones.allocation.explain.sentences import WORDS, Figure, Sentence, Voice
from zones.allocation.explain.target_reasons import Explanation, explain_allocation
from zones.allocation.explain.tradeoffs import exchange_rates, say_exchange
from zones.allocation.inputs import AllocationInputs
from zones.allocation.limits import BINDING
from zones.allocation.rounded import RoundedAllocation, round_allocation

NAMES = {
    "na": Phrase(en="Custard apple", vi="Na"),
    "pine": Phrase(en="Pine", vi="Thông"),
    "anise": Phrase(en="Anise", vi="Hồi"),
}


def explained(inputs: AllocationInputs, step: float = 1.0) -> tuple[RoundedAllocation, Explanation]:
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation, step=step)
    return printed, explain_allocation(allocation, printed=printed, names=NAMES)


def said(sentences: tuple[Sentence, ...] | list[Sentence], key: str) -> list[str]:
    return [sentence.phrase.en for sentence in sentences if sentence.key == key]


def custard_apple(**more: list) -> AllocationInputs:
    """Ten listed communes with 19 ha each, three others with 640 ha, 500 ha asked for."""
    listed = [f"a{number}" for number in range(10)]
    land = {(code, "bare"): 19.0 for code in listed} | {
        ("b0", "bare"): 300.0,
        ("b1", "bare"): 300.0,
        ("b2", "bare"): 40.0,
    }
    return inputs_of(
        land=land,
        targets={"na": (500, 600)},
        listed=[{"zone": "na", "commune_code": code, "list": "closed"} for code in listed],
        **more,
    )


def test_the_sentences_of_the_closed_list() -> None:
    _, explanation = explained(custard_apple())
    assert [s.phrase.en for s in explanation.reasons] == [
        "Custard apple lacks 310 ha of 500 ha by 2030: 0 ha today, 190 ha added.",
        "Asked for in clause 1.1.",
        "It asks for 500 ha more, but the communes on its list (10) can take at most 190 ha.",
        "What stops these communes: all suitable land planted in 10.",
        "The other communes could give 640 ha more.",
    ]
    assert explanation.reasons[0].phrase.vi == (
        "Na còn thiếu 310 ha so với 500 ha vào năm 2030: hiện có 0 ha, tăng thêm 190 ha."
    )
    repairs = explanation.repairs
    assert repairs.iloc[0][["repair", "gain_ha"]].tolist() == ["open_list", pytest.approx(310)]
    single = repairs[repairs["repair"] == "list_commune"]
    assert single["gain_ha"].tolist() == pytest.approx([300, 300, 40])
    assert said(explanation.repair_sentences, "smallest") == [
        (
            "The smallest of these that closes the gap alone: Open the list of Custard apple to "
            "all communes: all shortfalls together shrink by 310 ha to 0 ha."
        )
    ]


def test_two_zones_that_want_the_same_land_name_each_other() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 100.0}, targets={"anise": (80, np.nan), "pine": (80, np.nan)}
    )
    printed, explanation = explained(inputs)
    short = printed.held.set_index("zone")["shortfall_ha"]
    assert short.sum() == 60
    for zone, other in (("anise", "Pine"), ("pine", "Anise")):
        if short[zone] == 0:
            continue
        mine = [s for s in explanation.reasons if s.zone == zone]
        taken = next(s for s in mine if s.key == "taken")
        assert taken.phrase.en == (
            f"{20 + short[zone]:.0f} ha of that go to zones that need the same land or pace: "
            f"{other}."
        )


def test_the_three_figures_of_a_shortfall_add_up() -> None:
    generator = np.random.default_rng(11)
    communes = "abcdef"
    inputs = inputs_of(
        land={(c, s): float(generator.random() * 30) for c in communes for s in ("bare", "cut")},
        targets={"anise": (140.0, 160.0), "na": (150.0, 170.0), "pine": (180.0, 190.0)},
        present={(z, c): float(generator.random() * 9) for z in NAMES for c in communes},
        pace=[{"commune_code": c, "high_ha": 11.3} for c in communes],
    )
    for step in (1.0, 0.1):
        printed, explanation = explained(inputs, step)
        short = printed.held[printed.held["status"] == "short"]
        assert len(short) >= 2
        for row in short.itertuples():
            mine = {s.key: s.figures for s in explanation.reasons if s.target == row.target}
            own = mine.get("own_limits") or mine["enough_alone"]
            taken = mine.get("taken", {"taken": 0.0})["taken"]
            assert own["need"] - own["capacity"] + taken == pytest.approx(row.shortfall_ha)
            assert mine["short"]["short"] == row.shortfall_ha


def numbers(text: str, language: str) -> list[float]:
    found = re.findall(r"-?\d[\d.,]*\d|\d", text)
    if language == "vi":
        found = [part.replace(".", "").replace(",", ".") for part in found]
    return [float(part.replace(",", "")) for part in found]


def test_every_number_of_a_sentence_is_one_of_its_figures() -> None:
    inputs = custard_apple(
        pace=[{"zone": "na", "commune_code": "a0", "high_ha": 2.55}],
        locks=[{"zone": "na", "commune_code": "a1", "lock": "must", "area_ha": 1234.5}],
    )
    _, explanation = explained(inputs, 0.1)
    allocation = allocate(inputs, settings=YEARS)
    chain = explain_commune(
        allocation, "na", "a0", printed=round_allocation(allocation, step=0.1), names=NAMES
    )
    checked = 0
    for sentence in [*explanation.reasons, *explanation.repair_sentences, *chain]:
        known = {value for value in sentence.figures.values() if isinstance(value, int | float)}
        known |= {v.value for v in sentence.figures.values() if isinstance(v, Figure)}
        words = " ".join(v for v in sentence.figures.values() if isinstance(v, str))
        for language in ("en", "vi"):
            if sentence.key == "smallest":
                continue
            text = sentence.phrase.text(language)
            for word in sorted(words.split(), key=len, reverse=True):
                text = text.replace(word, "")
            for number in numbers(text, language):
                assert any(number == pytest.approx(value, abs=1e-9) for value in known), text
                checked += 1
    assert checked > 50
    assert "1.234,5" in " ".join(s.phrase.vi for s in explanation.reasons)


def test_repairs_of_every_kind_are_solved_again() -> None:
    base = {
        "land": {("a", "bare"): 20.0, ("a", "cut"): 30.0, ("b", "bare"): 50.0},
        "targets": {"na": (90.0, 99.0)},
        "suitability": {("na", "bare", "a"): 1.0, ("na", "bare", "b"): 1.0},
    }
    pace = [{"commune_code": "b", "high_ha": 4.0}]
    locks = [{"zone": "na", "commune_code": "a", "source": "bare", "lock": "must_not"}]
    allocation = allocate(inputs_of(**base, pace=pace, locks=locks), settings=YEARS)
    assert allocation.shortfall_ha == pytest.approx(70)
    gains = find_repairs(allocation).set_index(["repair", "commune_code"])["gain_ha"]
    assert gains.to_dict() == pytest.approx(
        {
            ("pace", "b"): 30.0,  # 14 ha a year more, but b has 50 ha of land
            ("source", ""): 30.0,  # the cut land of a
            ("lock", ""): 20.0,  # the bare land of a
            ("year", ""): 4.0,  # one more year of b's pace
            ("floor", ""): 70.0,
        }
    )


def test_a_conversion_of_what_stands_is_not_advised_on_other_land() -> None:
    zone = "acacia_large_timber"
    inputs = inputs_of(
        land={("a", "acacia_young"): 4.0, ("a", "bare"): 90.0},
        targets={zone: (10.0, 12.0)},
        suitability={(zone, "acacia_young", "a"): 1.0},
    )
    repairs = find_repairs(allocate(inputs, settings=YEARS))
    assert "source" not in set(repairs["repair"])  # the bare land would take all that lacks
    assert "floor" in set(repairs["repair"])


def test_repairs_agree_with_the_allocation_of_changed_inputs() -> None:
    inputs = custard_apple(pace=[{"zone": "na", "commune_code": "a0", "high_ha": 2.0}])
    allocation = allocate(inputs, settings=YEARS)
    repairs = find_repairs(allocation).set_index("repair")
    opened = replace(inputs, listed=inputs.listed.assign(list="open"))
    left = allocate(opened, settings=YEARS).shortfall_ha
    assert repairs.loc["open_list", "left_ha"] == pytest.approx(left)
    raised = inputs.pace.assign(high_ha=2.0 + repairs.loc["pace", "change_ha"])
    left = allocate(replace(inputs, pace=raised), settings=YEARS).shortfall_ha
    assert repairs.loc["pace", "left_ha"] == pytest.approx(left)


def test_repairs_of_the_greatest_gaps_where_too_many_are_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = inputs_of(
        land={("a", "bare"): 5.0, ("b", "cut"): 5.0},
        targets={"na": (20.0, 99.0), "pine": (40.0, 99.0)},
        suitability={("na", "bare", "a"): 1.0, ("pine", "cut", "b"): 1.0},
    )
    monkeypatch.setattr("zones.allocation.explain.allocation_wide._MOST_REPAIRED", 1)
    _, explanation = explained(inputs)
    assert set(explanation.repairs["zone"]) == {"pine"}
    assert said(explanation.reasons, "repairs_of_largest") == [
        "Of 2 targets that are short, repairs are worked out for the 1 with the largest shortfall."
    ]


def test_rules_that_cannot_hold_together_are_found_where_no_zone_competes() -> None:
    # The province may plant 4 ha a year; a lock takes all of it for another zone.
    inputs = inputs_of(
        land={("a", "bare"): 100.0},
        targets={"na": (10.0, 99.0), "pine": (0.0, 99.0)},
        pace=[{"high_ha": 4.0}],
        locks=[{"zone": "pine", "commune_code": "a", "lock": "must", "area_ha": 20.0}],
    )
    _, explanation = explained(inputs)
    rules = said(explanation.reasons, "taken_by_rules")
    assert rules == [
        (
            "20 ha of that cannot be used together with other wishes of the plan (areas locked "
            "in, the yearly pace)."
        )
    ]


def test_reached_above_and_unmet_wishes_have_their_sentence() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 10.0},
        targets={"na": (5.0, 99.0), "pine": (1.0, 2.0)},
        present={("pine", "a"): 8.0},
        pace=[{"zone": "na", "year": 2027, "low_ha": 30.0}],
        locks=[{"zone": "na", "commune_code": "a", "lock": "must", "area_ha": 25.0}],
    )
    _, explanation = explained(inputs)
    assert said(explanation.reasons, "above") == [
        "Pine: 8 ha by 2030 is 6 ha above the upper end of 2 ha; nothing is taken away."
    ]
    assert said(explanation.reasons, "reached") == [
        "Custard apple: reached by 2030. 0 ha today and 10 ha added make 10 ha."
    ]
    assert said(explanation.reasons, "unmet_pace_low") == [
        "Custard apple: 30 ha asked for in 2027, 20 ha of it find no land."
    ]
    assert said(explanation.reasons, "unmet_must") == [
        "Custard apple in a: 25 ha locked in, 15 ha of it find no land."
    ]
    assert explanation.repairs.empty


def test_a_zone_that_nobody_can_take_says_so() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 10.0, ("b", "bare"): 10.0},
        targets={"na": (5.0, 9.0)},
        suitability={("na", "bare", "a"): 0.0, ("na", "bare", "b"): 1.0},
        locks=[{"zone": "na", "commune_code": "b", "lock": "must_not"}],
    )
    _, explanation = explained(inputs)
    assert said(explanation.reasons, "nowhere") == [
        "No commune can take any of it: no layer shows suitable land in 1; a lock in 1."
    ]
    assert not said(explanation.reasons, "enough_alone")
    assert set(explanation.repairs["repair"]) == {"lock", "source", "floor"}


def test_exchange_rates() -> None:
    land = {("a", "bare"): 100.0, ("b", "cut"): 50.0}
    suits = {
        ("pine", "bare", "a"): 1.0,
        ("anise", "bare", "a"): 1.0,
        ("na", "cut", "b"): 1.0,
    }
    inputs = inputs_of(
        land=land,
        targets={"anise": (40.0, 90.0), "na": (20.0, 90.0), "pine": (60.0, 90.0)},
        suitability=suits,
    )
    allocation = allocate(inputs, settings=YEARS)
    rates = exchange_rates(allocation)
    assert rates.to_numpy().tolist() == [
        ["anise", "pine", pytest.approx(1.0)],
        ["na", "", 0.0],
        ["pine", "anise", pytest.approx(1.0)],
    ]
    assert [s.phrase.en for s in say_exchange(rates, Voice(1.0, NAMES))] == [
        "One more hectare of Anise costs 1.00 ha of Pine.",
        "One more hectare of Pine costs 1.00 ha of Anise.",
        "One more hectare of Custard apple costs no other target anything.",
    ]
    full = replace(inputs, available=inputs.available.assign(area_ha=[100.0, 20.0]))
    rates = exchange_rates(allocate(full, settings=YEARS))
    assert rates.loc[rates["zone"] == "na", "other"].tolist() == ["*"]


def test_a_lock_that_is_not_met_pays_for_no_hectare() -> None:
    """A hectare more of na would have to come out of the lock of pine: no other zone has any."""
    inputs = inputs_of(
        land={("a", "bare"): 30.0, ("b", "cut"): 90.0},
        targets={"na": (10.0, 90.0), "tea": (10.0, 90.0), "pine": (0.0, 90.0)},
        suitability={
            ("na", "bare", "a"): 1.0,
            ("pine", "bare", "a"): 1.0,
            ("tea", "cut", "b"): 1.0,
        },
        locks=[{"zone": "pine", "commune_code": "a", "lock": "must", "area_ha": 50.0}],
    )
    allocation = allocate(inputs, settings=YEARS)
    assert allocation.unmet["shortfall_ha"].tolist() == pytest.approx([20.0])
    rates = exchange_rates(allocation).set_index("zone")["other"]
    assert rates["tea"] == ""
    assert rates["na"] != ""


def test_chain_from_clause_to_hectare() -> None:
    inputs = custard_apple(pace=[{"zone": "na", "commune_code": "a0", "high_ha": 2.4}])
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation)
    chain = explain_commune(allocation, "na", "a0", printed=printed, names=NAMES)
    assert [sentence.phrase.en for sentence in chain] == [
        (
            "Custard apple in a0: 12 ha added by 2030 (2026: 2; 2027: 2; 2028: 3; 2029: 2; "
            "2030: 3); 0 ha today, 12 ha then."
        ),
        "Why not more: the commune's pace for this zone.",
        (
            "The plan (clause 1.1) asks for 500 ha by 2030; the zone has 0 ha "
            "today, so 500 ha are to be added; 183 ha are."
        ),
        "a0 is on the plan's list for Custard apple.",
        (
            "bare in a0: 19 ha can be used (from made), suitability 100 %; 12 ha go to Custard "
            "apple, 0 ha to other zones, 7 ha are left."
        ),
        "a0 can plant at most 2.4 ha of Custard apple a year; 2.4 ha in the fullest year.",
        "Of all zones together a0 gets 12 ha; its fair share, by the land it has, is 18 ha.",
    ]
    assert chain[0].phrase.vi == (
        "Na tại a0: tăng thêm 12 ha đến năm 2030 (2026: 2; 2027: 2; 2028: 3; 2029: 2; 2030: 3); "
        "hiện có 0 ha, khi đó có 12 ha."
    )
    edited = replace(inputs, targets=inputs.targets.assign(clause=""))
    changed = allocate(edited, settings=YEARS)
    (asked,) = said(
        explain_commune(changed, "na", "a0", printed=round_allocation(changed), names=NAMES),
        "chain_target",
    )
    assert asked.startswith("The plan as changed here asks for 500 ha by 2030; ")
    off = explain_commune(allocation, "na", "b0", printed=printed, names=NAMES)
    assert said(off, "chain_off_closed")
    assert [sentence.phrase.en for sentence in off[:2]] == [
        "Custard apple in b0: nothing is added; 0 ha today.",
        "Why nothing: the plan's closed list.",
    ]
    with pytest.raises(InputError, match="Nothing is allocated for zone 'tea'"):
        explain_commune(allocation, "tea", "a0", printed=printed)


def test_chain_names_losses_locks_and_the_plans_yearly_figure() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 90.0, ("b", "bare"): 90.0},
        targets={"na": (50.0, 60.0)},
        present={("na", "a"): 30.0},
        pace=[{"zone": "na", "high_ha": 20.0}],
        locks=[
            {"zone": "na", "commune_code": "a", "lock": "must", "area_ha": 10.0},
            {"zone": "na", "commune_code": "b", "lock": "must_not"},
        ],
        losses=[{"zone": "na", "commune_code": "a", "year": 2027, "loss_ha": 5.0, "source": ""}],
    )
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation)
    here = [
        sentence.phrase.en
        for sentence in explain_commune(allocation, "na", "a", printed=printed, names=NAMES)
    ]
    assert here[0].startswith("Custard apple in a: 25 ha added by 2030 (")
    assert here[0].endswith("30 ha today, 5 ha lost, 50 ha then.")
    # The answer does not contradict itself: no more is given because the target is met.
    assert here[1] == "Why not more: the zone's target is met without more."
    assert "30 ha today and loses 5 ha, so 25 ha are to be added; 25 ha are." in here[2]
    assert "A lock asks for at least 10.0 ha of Custard apple here." in here
    assert any("at most 20.0 ha of Custard apple a year in the whole" in line for line in here)
    off = explain_commune(allocation, "na", "b", printed=printed, names=NAMES)
    assert off[1].phrase.vi == "Vì sao không trồng: khóa."
    assert said(off, "chain_lock_must_not") == ["A lock bars Custard apple here."]
    reasons = explain_allocation(allocation, printed=printed, names=NAMES).reasons
    assert said(reasons, "reached_lost") == [
        "Custard apple: reached by 2030. 30 ha today, less 5 ha lost, and 25 ha added make 50 ha."
    ]


def test_a_short_target_names_what_it_loses() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 5.0},
        targets={"na": (20.0, 30.0)},
        present={("na", "a"): 10.0},
        losses=[{"zone": "na", "commune_code": "a", "year": 2027, "loss_ha": 4.0, "source": ""}],
    )
    _, explanation = explained(inputs)
    assert said(explanation.reasons, "short_lost") == [
        "Custard apple lacks 9 ha of 20 ha by 2030: 10 ha today, 4 ha lost, 5 ha added."
    ]


def test_a_target_met_today_needs_nothing() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 9.0}, targets={"na": (5.0, 9.0)}, present={("na", "a"): 7.0}
    )
    _, explanation = explained(inputs)
    assert said(explanation.reasons, "reached_already") == [
        "Custard apple: 7 ha today is enough for 2030; nothing needs to be added."
    ]


@pytest.mark.parametrize(("land", "status"), [(10.0, "reached"), (4.0, "short")])
def test_a_conversion_is_not_said_to_be_planted_and_has_no_present(
    land: float, status: str
) -> None:
    """What was converted before is told by nobody: no “hiện có 0 ha”, and nothing is planted."""
    zone = "acacia_large_timber"
    inputs = inputs_of(
        land={("a", "bare"): land}, targets={zone: (6.0, 8.0)}, present={(zone, "a"): np.nan}
    )
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation, step=1.0)
    explanation = explain_allocation(allocation, printed=printed)
    rates = exchange_rates(allocation)
    # Where nobody can give a hectare there is no rate.
    assert rates[rates["other"] != "*"].notna().all(axis=None)
    assert rates["other"].tolist() == ["" if status == "reached" else "*"]
    (told,) = (item for item in explanation.reasons if item.key == f"{status}_converted")
    report = AllocationReport(allocation, printed, explanation, (), Voice())
    text = allocation_report(report, "vi")
    planned = min(land, 6.0)
    assert f"| {zone} | 2030 | 6 | 8 | – | 0 | {planned:.0f} | {planned:.0f} |" in text
    assert f"chuyển {planned:.0f} ha" in told.phrase.vi
    chain = explain_commune(allocation, zone, "a", printed=printed)
    said_of_it = " ".join([text, *(sentence.phrase.vi for sentence in chain[:3])])
    assert "trồng thêm" not in said_of_it.lower()
    assert "hiện có 0" not in said_of_it.lower()


def test_report_holds_targets_reasons_and_repairs_and_escapes_names() -> None:
    inputs = custard_apple()
    hostile = inputs.communes.assign(commune="<script>|[x](y)")
    allocation = allocate(replace(inputs, communes=hostile), settings=YEARS)
    printed = round_allocation(allocation)
    explanation = explain_allocation(allocation, printed=printed, names=NAMES)
    report = AllocationReport(
        allocation,
        printed,
        explanation,
        say_exchange(exchange_rates(allocation), Voice(1.0, NAMES)),
        Voice(1.0, NAMES),
        (),
        (Phrase(en="Demo data", vi="Dữ liệu minh họa"),),
    )
    text = allocation_report(report, "vi")
    assert "| Na | 2030 | 500 | 600 | 0 | 0 | 190 | 190 | 310 | 0 |" in text
    assert "Dữ liệu minh họa" in text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "Custard apple lacks 310 ha" in allocation_report(report, "en")
    assert allocation_report(report, "vi") == text


def test_unknown_template_or_missing_value() -> None:
    with pytest.raises(InputError, match="no template"):
        Voice().say("no such sentence")
    with pytest.raises(InputError, match="'year'"):
        Voice().say("reached", about="na")


def test_words_stand_in_both_languages_and_ask_for_the_same_figures() -> None:
    path = Path(sentences.__file__).with_name("words.json")
    for group, texts in json.loads(path.read_text("utf-8")).items():
        for key, text in texts.items():
            assert set(text) == {"en", "vi"}, (group, key)
            assert all(text.values()), (group, key)
            wanted = [set(re.findall(r"{(\w+)}", text[code])) for code in ("en", "vi")]
            assert wanted[0] == wanted[1], (group, key)
    assert set(WORDS["sentences"]) >= {f"limit_{kind}" for kind in BINDING}


def test_what_goes_off_an_open_list_is_said() -> None:
    listed = [{"zone": "na", "commune_code": "a", "list": "open"}]
    land = {("a", "bare"): 5.0, ("b", "bare"): 90.0, ("c", "bare"): 90.0}
    inputs = inputs_of(land=land, targets={"na": (45.0, 60.0)}, listed=listed)
    _, explanation = explained(inputs)
    (sentence,) = said(explanation.reasons, "off_list")
    assert sentence == (
        "Custard apple: 40 of the 45 ha added go to communes that the plan does not list (2). What "
        "stops the listed ones: all suitable land planted in 1."
    )
    # One figure is its own upper end: what the zone has reached stops no hectare that moves.
    exact = inputs_of(land=land, targets={"na": (45.0, 45.0)}, listed=listed)
    assert said(explained(exact)[1].reasons, "off_list") == [sentence]
    year = [{"zone": "na", "commune_code": "", "high_ha": 9.0, "low_ha": np.nan}]
    figure = inputs_of(land=land, targets={"na": (45.0, 60.0)}, listed=listed, pace=year)
    assert said(explained(figure)[1].reasons, "off_list") == [sentence]
    enough = inputs_of(land={**land, ("a", "bare"): 50.0}, targets={"na": (45, 60)}, listed=listed)
    assert said(explained(enough)[1].reasons, "off_list") == []
    anywhere = inputs_of(land=land, targets={"na": (45, 60)})
    assert said(explained(anywhere)[1].reasons, "off_list") == []


def test_a_target_that_weighs_nothing_says_so_and_is_no_fault() -> None:
    inputs = inputs_of(land={("a", "bare"): 5.0}, targets={"na": (45.0, 60.0)})
    inputs = replace(inputs, targets=inputs.targets.assign(importance=0.0))
    printed, explanation = explained(inputs)
    assert printed.held["shortfall_ha"].tolist() == [45.0]
    (sentence,) = said(explanation.reasons, "weighs_nothing")
    assert sentence.startswith("Its importance is 0:")
    assert said(explanation.reasons, "used_up") == []


@pytest.mark.parametrize("suits", [False, True])
def test_a_zone_whose_land_no_layer_shows_is_told_the_layer_and_no_other_remedy(
    suits: bool,
) -> None:
    places = [("pine", "bare", "a")] + [("na", "bare", "a")] * suits
    inputs = inputs_of(
        land={("a", "bare"): 5.0, ("a", "rice"): 90.0},
        targets={"pine": (4.0, 9.0), "na": (20.0, 30.0)},
        suitability=dict.fromkeys(places, 1.0),
    )
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation, step=1.0)
    explanation = explain_allocation(
        allocation, printed=printed, names=NAMES, missing_maps={"na": ("land_use",)}
    )
    mine = [sentence.key for sentence in explanation.reasons if sentence.zone == "na"]
    if suits:  # A figure of one's own lets it grow on land that is there
        assert "no_map" not in mine
        assert len(explanation.repairs)
        return
    assert mine == ["short", "clause", "no_map"]
    assert explanation.repairs.empty
    (told,) = said(explanation.reasons, "no_map")
    assert "Land-use map is missing" in told
    assert "kind: land_use" in told


def test_a_target_of_one_commune_is_told_with_it() -> None:
    """Four communes of one crop were four sentences about the crop, told apart by figures alone."""
    inputs = inputs_of(land={("Tú Lệ", "bare"): 5.0, ("b", "bare"): 50.0}, targets={"na": (20, 30)})
    inputs = replace(inputs, targets=inputs.targets.assign(commune_code="Tú Lệ"))
    _, explanation = explained(inputs)
    assert explanation.reasons[0].phrase.vi.startswith("Na · Tú Lệ còn thiếu 15 ha so với 20 ha")
    assert explanation.repair_sentences
    assert all("Custard apple · Tú Lệ" in s.phrase.en for s in explanation.repair_sentences)
