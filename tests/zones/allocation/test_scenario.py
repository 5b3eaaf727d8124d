"""One number changed: what may be changed, and what the change does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks._allocation_edits import try_edits
from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.remembered import remembering
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import allocate
from zones.allocation.change_words import say_changes
from zones.allocation.explain.target_reasons import explain_allocation
from zones.allocation.prepare import Prepared
from zones.allocation.rounded import compare_allocations, round_allocation
from zones.allocation.scenario import change_inputs


@pytest.fixture
def prepared() -> Prepared:
    inputs = inputs_of(
        land={("a", "bare"): 30.0, ("b", "bare"): 30.0, ("b", "cut"): 10.0},
        targets={"na": (20.0, 40.0), "pine": (10.0, 90.0)},
        listed=[{"zone": "na", "commune_code": "a", "list": "closed"}],
        pace=[{"commune_code": "a", "high_ha": 3.0}],
    )
    named = inputs.communes.assign(commune=["Lộc Bình", "Cao Lộc"])
    return Prepared(
        inputs=type(inputs)(**{**_fields(inputs), "communes": named}),
        settings=YEARS,
        names={},
        findings=(),
    )


def _fields(inputs: object) -> dict:
    return {name: getattr(inputs, name) for name in inputs.__slots__}


@pytest.mark.parametrize(
    ("change", "table", "column", "expected"),
    [
        ("low.na=25", "targets", "low_ha", [25.0, 10.0]),
        ("low.na=1.5x", "targets", "low_ha", [30.0, 10.0]),
        ("high.pine=50", "targets", "high_ha", [40.0, 50.0]),
        ("year.na=2029", "targets", "year", [2029, 2030]),
        ("importance.pine=5", "targets", "importance", [1.0, 5.0]),
        ("list.na=open", "listed", "list", ["open"]),
        ("listed.na.Cao Lộc=yes", "listed", "commune_code", ["a", "b"]),
        ("listed.na.a=no", "listed", "commune_code", [""]),
        ("pace.Lộc Bình=2x", "pace", "high_ha", [6.0]),
        ("pace.na=7", "pace", "high_ha", [3.0, 7.0]),
        ("pace.na.b=7", "pace", "commune_code", ["a", "b"]),
        ("land.bare=2x", "available", "area_ha", [60.0, 60.0, 10.0]),
        ("land.cut.b=1.5x", "available", "area_ha", [30.0, 30.0, 15.0]),
        ("suitability.na.cut=0.25", "suitability", "suitability", [1, 1, 1, 1, 1, 1, 1, 0.25]),
        ("lock.na.a=must:4", "locks", "area_ha", [4.0]),
        ("lock.na.b=may", "locks", "lock", ["may"]),
    ],
)
def test_one_number_changes_one_figure(
    prepared: Prepared, change: str, table: str, column: str, expected: list
) -> None:
    before = getattr(prepared.inputs, table).copy()
    changed = change_inputs(prepared, [change])
    found = getattr(changed.inputs, table)[column].tolist()
    if table == "suitability":
        assert sorted(found) == sorted([1.0] * 6 + [0.25])
    else:
        assert found == expected
    assert getattr(prepared.inputs, table).equals(before)
    allocate(changed.inputs, settings=changed.settings)


def test_zones_sources_and_communes_go_by_name_in_any_spelling(prepared: Prepared) -> None:
    named = replace(
        prepared,
        names={"na": Phrase(en="Custard apple", vi="Na"), "pine": Phrase(en="Pine", vi="Thông")},
        inputs=replace(
            prepared.inputs,
            communes=prepared.inputs.communes.assign(commune=["Quý Hoà", "Cao Lộc"]),
            sources=prepared.inputs.sources.assign(name_vi=["Đất trống", "Đất chặt"]),
        ),
    )
    for low in ("low.Thông=50", "low.pine=50", "low.thông=50", "low.thông mã vĩ=50"):
        targets = change_inputs(named, [low]).inputs.targets.set_index("zone")
        assert targets.loc["pine", "low_ha"] == 50.0
    land = change_inputs(named, ["land.Đất trống.Quý Hòa=7"]).inputs.available
    assert land.set_index(["commune_code", "source"])["area_ha"]["a", "bare"] == 7.0
    pace = change_inputs(named, ["pace.Thông=9"]).inputs.pace
    assert pace.set_index("zone")["high_ha"]["pine"] == 9.0
    twins = named.inputs.communes.assign(commune="Cao Lộc")
    twice = replace(named, inputs=replace(named.inputs, communes=twins))
    with pytest.raises(InputError, match=r"2 communes are called 'Cao Lộc': a, b"):
        change_inputs(twice, ["pace.Cao Lộc=9"])


def test_changed_land_keeps_the_years_of_its_pieces() -> None:
    inputs = inputs_of(land={("a", "young"): 20.0}, targets={"timber": (50.0, 50.0)})
    early = inputs.available.assign(until_year=2026.0)
    late = early.assign(area_ha=30.0, from_year=2030.0, until_year=float("nan"))
    inputs = replace(inputs, available=pd.concat([early, late], ignore_index=True))
    prepared = Prepared(inputs, YEARS, {}, (), {})
    for change, planned in (
        ("land.young.a=1x", {2026: 20.0, 2030: 30.0}),
        ("land.young.a=50", {2026: 20.0, 2030: 30.0}),
        ("land.young.a=0.5x", {2026: 10.0, 2030: 15.0}),
        ("land.young.a=40", {2026: 16.0, 2030: 24.0}),
    ):
        changed = change_inputs(prepared, [change]).inputs
        assert set(changed.available["origin"]) == {"what-if"}
        plan = allocate(changed, settings=YEARS).plan
        by_year = plan.groupby("year")["planned_ha"].sum()
        assert by_year[by_year > 1e-6].to_dict() == pytest.approx(planned)
    # Where no land stood, none has years to keep.
    bare = replace(prepared, inputs=replace(inputs, available=early.assign(area_ha=0.0)))
    row = change_inputs(bare, ["land.young.a=7"]).inputs.available
    assert row["area_ha"].tolist() == [7.0]
    assert row[["from_year", "until_year"]].isna().all().all()


def test_the_weight_of_unlisted_communes(prepared: Prepared) -> None:
    assert change_inputs(prepared, ["unlisted_cost=4"]).settings.unlisted_cost == 4.0


def test_a_scenario_shows_what_its_change_does_and_no_more(prepared: Prepared) -> None:
    base = allocate(prepared.inputs, settings=prepared.settings)
    changed = change_inputs(prepared, ["list.na=open"])
    other = allocate(changed.inputs, settings=changed.settings, near=base.plan)
    moved = compare_allocations(base, other).set_index(["zone", "commune"])["change_ha"]
    # Custard apple lacked 5 ha: the pace of a binds, and b may now take them.
    assert moved["na", "Cao Lộc"] == pytest.approx(
        moved[["na"]].sum() - moved.get(("na", "Lộc Bình"), 0.0)
    )
    assert moved[["na"]].sum() == pytest.approx(5.0)
    assert [stage.name for stage in other.stages][2] == "change"
    same = allocate(prepared.inputs, settings=prepared.settings, near=base.plan)
    assert compare_allocations(base, same).empty
    assert same.stages[2].objective == pytest.approx(0, abs=1e-6)


def test_zones_that_share_no_land_with_a_change_stay_as_they_are() -> None:
    inputs = inputs_of(
        land={(code, source): 50.0 for code in "abc" for source in ("bare", "cut")},
        targets={"na": (20.0, 90.0), "pine": (30.0, 90.0)},
        suitability={
            **{("na", "bare", code): 1.0 for code in "abc"},
            **{("pine", "cut", code): 1.0 for code in "abc"},
        },
    )
    base = allocate(inputs, settings=YEARS)
    prepared = Prepared(inputs, YEARS, {}, (), {})
    changed = change_inputs(prepared, ["low.na=41", "land.bare.a=0"])
    other = allocate(changed.inputs, settings=YEARS, near=base.plan)
    moved = compare_allocations(base, other)
    assert set(moved["zone"]) == {"na"}
    assert moved["change_ha"].sum() == pytest.approx(21.0)


def test_a_target_is_of_no_clause_where_it_was_changed_alone(prepared: Prepared) -> None:
    before = prepared.inputs.targets
    named = replace(prepared, inputs=replace(prepared.inputs, targets=before.assign(clause="II.4")))
    low = float(before.loc[0, "low_ha"])
    for change, clause in (
        (f"low.na={low:g}", "II.4"),
        ("low.na=41", ""),
        ("importance.na=2", "II.4"),
    ):
        targets = change_inputs(named, [change]).inputs.targets
        assert targets.loc[targets["zone"] == "na", "clause"].unique().tolist() == [clause], change


def test_the_other_end_of_a_target_gives_way_and_says_so(prepared: Prepared) -> None:
    lifted = change_inputs(prepared, ["low.na=60"])
    assert lifted.inputs.targets.loc[0, ["low_ha", "high_ha"]].tolist() == [60.0, 60.0]
    (told,) = lifted.findings
    assert told.message.en == "na, target for 2030: the upper end follows to 60.0 ha."
    assert "mức trên cũng đổi theo thành 60,0 ha" in told.message.vi
    lowered = change_inputs(prepared, ["high.na=5"])
    assert lowered.inputs.targets.loc[0, ["low_ha", "high_ha"]].tolist() == [5.0, 5.0]
    assert lowered.findings[0].message.en.startswith("na, target for 2030: the lower end")
    yearly = replace(
        prepared,
        inputs=replace(
            prepared.inputs,
            pace=prepared.inputs.pace.assign(zone="na", commune_code="", low_ha=2.0),
        ),
    )
    slower = change_inputs(yearly, ["pace.na=1"])
    assert slower.inputs.pace[["low_ha", "high_ha"]].to_numpy().tolist() == [[1.0, 1.0]]
    assert slower.findings[0].message.en == "The plan's least yearly figure follows to 1.0 ha."
    # Within its ends nothing follows.
    assert change_inputs(prepared, ["low.na=30"]).findings == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("low.na", "expected KEY=VALUE"),
        ("low.na=", "expected KEY=VALUE"),
        ("lo.na=3", "unknown key; known are low.ZONE"),
        ("low.na=many", "expected a number such as"),
        ("low.na=-1", "expected 0 or more"),
        ("year.na=2028.5", "expected a whole year"),
        ("low.naa=3", "unknown zone 'naa'; did you mean 'na'"),
        ("hồi=60000", r"say what of it is to change, such as low.hồi=60000"),
        (
            "low.na=60.000",
            "without thousands marks, found '60.000'",
        ),
        ("low.na=nan", "expected a number such as"),
        ("low.na=inf", "expected a number such as"),
        (
            "lock.na.a=must:1.200",
            r"without thousands marks, found '1.200'",
        ),
        ("pace.Loc Bin=3", "unknown commune 'Loc Bin'; did you mean 'Lộc Bình'"),
        ("low.rice=3", "unknown zone 'rice'; there are na, pine"),
        ("pace.Loc Bin=3", "unknown zone 'Loc Bin'; there are na, pine; unknown commune"),
        ("pace.pin=3", "unknown zone 'pin'; did you mean 'pine'.*unknown commune 'pin'"),
        ("pace.b=2x", "no pace stands there yet"),
        ("land.bare=5", "expected a factor"),
        ("land.moon=2x", "unknown land source"),
        ("list.na=ajar", "expected open or closed"),
        ("listed.na.b=perhaps", "expected yes or no"),
    ],
)
def test_bad_changes_are_refused(prepared: Prepared, change: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        change_inputs(prepared, [change])


@pytest.mark.parametrize(
    "changes",
    [
        ["low.na=35", "high.na=30"],
        ["high.na=30", "low.na=35"],
        ["land.cut.b=4", "land.cut=0.5x"],
        ["low.na=25", "low. na=30"],
    ],
)
def test_changes_that_contradict_each_other_are_refused(
    prepared: Prepared, changes: list[str]
) -> None:
    """The last one had silently taken the other back."""
    with pytest.raises(InputError, match="the changes together leave another figure"):
        change_inputs(prepared, changes)


def test_changes_of_one_thing_that_agree_are_taken(prepared: Prepared) -> None:
    made = change_inputs(prepared, ["land.cut=0.5x", "land.cut.b=4", "low.na=25", "high.na=30"])
    assert made.inputs.available["area_ha"].tolist() == [30.0, 30.0, 4.0]
    assert made.inputs.targets["high_ha"].tolist() == [30.0, 90.0]


def test_a_closed_list_stays_closed_whatever_leaves_it(prepared: Prepared) -> None:
    """Without its last commune the zone was planted in every other one."""
    made = change_inputs(prepared, ["listed.na.a=no"])
    plan = allocate(made.inputs, settings=made.settings)
    held = plan.held.set_index("zone")
    assert held.loc["na", ["planned_ha", "shortfall_ha"]].tolist() == [0.0, 20.0]
    assert plan.limits.set_index("zone").loc["na", "binding"].tolist() == ["list", "list"]
    printed = round_allocation(plan, step=1.0)
    assert explain_allocation(plan, printed=printed).reasons
    made = change_inputs(prepared, ["listed.na.a=no", "listed.na.b=yes"])
    assert made.inputs.listed[["commune_code", "list"]].to_numpy().tolist() == [["b", "closed"]]


def test_names_are_found_without_their_marks(prepared: Prepared) -> None:
    for name in ("loc binh", "LOC  BINH", "Loc Binh", "lộc bình", "a"):
        pace = change_inputs(prepared, [f"pace.{name}=7"]).inputs.pace
        assert pace.set_index("commune_code")["high_ha"].to_dict() == {"a": 7.0}
    named = replace(prepared, names={"na": Phrase(en="Anise", vi="Hồi")})
    targets = change_inputs(named, ["low.hoi=25"]).inputs.targets.set_index("zone")
    assert targets.loc["na", "low_ha"] == 25.0
    # What is written with its marks means these: Hối is another name than Hồi.
    both = replace(
        prepared, names={"na": Phrase(en="na", vi="Hồi"), "pine": Phrase(en="pine", vi="Hối")}
    )
    targets = change_inputs(both, ["low.Hối=25"]).inputs.targets.set_index("zone")
    assert targets["low_ha"].to_dict() == {"na": 20.0, "pine": 25.0}
    with pytest.raises(InputError, match="2 zones are called 'hoi'"):
        change_inputs(both, ["low.hoi=25"])


def test_a_factor_on_the_pace_is_one_on_each_year(prepared: Prepared) -> None:
    years = pd.DataFrame(
        {
            "zone": "pine",
            "commune_code": "",
            "year": [2026, 2027, 2028, 2029, 2030],
            "low_ha": [50.0, 50.0, 50.0, 50.0, 550.0],
            "high_ha": [100.0, 200.0, 300.0, 400.0, 600.0],
        }
    )
    yearly = replace(prepared, inputs=replace(prepared.inputs, pace=years))
    raised = change_inputs(yearly, ["pace.pine=1.2x"]).inputs.pace
    assert raised["high_ha"].tolist() == pytest.approx([120.0, 240.0, 360.0, 480.0, 720.0])
    assert raised["low_ha"].tolist() == years["low_ha"].tolist()
    lowered = change_inputs(yearly, ["pace.pine=0.5x"])
    assert lowered.inputs.pace["low_ha"].tolist() == [50.0, 50.0, 50.0, 50.0, 300.0]
    assert len(lowered.findings) == 1
    # A figure holds for every year, also for those that had none.
    flat = change_inputs(
        replace(yearly, inputs=replace(yearly.inputs, pace=years.head(2))), ["pace.pine=70"]
    )
    plan = allocate(flat.inputs, settings=flat.settings).model.rows
    assert plan.loc[plan["kind"] == "pace", "upper"].tolist() == [70.0] * 5


def test_a_pace_of_one_year_leaves_the_other_years_theirs() -> None:
    """Ten hectares a year, in 2027 thirty: the one year is freer, the others as they were."""
    inputs = inputs_of(
        land={("a", "bare"): 900.0},
        targets={"pine": (900.0, 999.0)},
        pace=[
            {"zone": "pine", "high_ha": 10.0},
            {"zone": "pine", "year": 2027, "high_ha": 30.0},
        ],
    )
    planned = allocate(inputs, settings=YEARS).plan.groupby("year")["planned_ha"].sum()
    assert planned.tolist() == pytest.approx([10.0, 30.0, 10.0, 10.0, 10.0])


def test_all_bad_changes_come_at_once(prepared: Prepared) -> None:
    with pytest.raises(InputError) as caught:
        change_inputs(prepared, ["low.naa=3", "list.na=ajar"])
    assert "naa" in str(caught.value)
    assert "ajar" in str(caught.value)
    assert "không có vùng" in caught.value.text("vi")


def test_zones_that_are_not_allocated_are_no_unknown_ones(prepared: Prepared) -> None:
    herbs = Phrase(en="Medicinal plants", vi="Dược liệu")
    why = Phrase(en="no layer tells its present area", vi="không lớp nào cho biết hiện trạng")
    aside = replace(prepared, names={"medicinal": herbs}, aside={"medicinal": why})
    for key in ("low.Dược liệu", "pace.medicinal"):
        with pytest.raises(InputError) as caught:
            change_inputs(aside, [f"{key}=4000"])
        assert caught.value.text("vi").endswith(
            "vùng 'Dược liệu' chưa được phân bổ vì không lớp nào cho biết hiện trạng; các vùng "
            "được phân bổ: na, pine."
        )
        assert "is not allocated, because no layer tells" in caught.value.text("en")


def test_fifty_random_edits_are_answered_and_move_what_they_must() -> None:
    """Six communes, four zones, windows of years, paces and lists: targets, paces, land, locks."""
    generator = np.random.default_rng(3)
    sources = ("bare", "canopy", "cut", "young")
    land = {(c, s): float(generator.gamma(1, 60)) for c in "abcdef" for s in sources}
    suits = {
        (zone, source, code): float(generator.choice([0.5, 1.0]))
        for zone, own in (("pine", "bare"), ("anise", "bare"), ("na", "cut"), ("timber", "young"))
        for source in {own, "cut" if zone != "timber" else own}
        for code in "abcdef"
    }
    inputs = inputs_of(
        land=land,
        targets=dict.fromkeys(("pine", "anise", "na", "timber"), (90.3, 180.7)),
        suitability=suits,
        listed=[{"zone": "na", "commune_code": code, "list": "open"} for code in "abc"],
        pace=[{"commune_code": code, "high_ha": 100 / 7} for code in "abcdef"],
    )
    young = inputs.available["source"] == "young"
    until = inputs.available.index.to_series().mod(4) + 2026.0
    windows = inputs.available.assign(until_year=until.where(young))
    prepared = Prepared(replace(inputs, available=windows), YEARS, {}, (), {})
    with remembering():  # As the desk edits; answers are those of a fresh worker.
        told = try_edits(prepared, 50, seed=11)
    assert told.faults == []
    assert told.kept == 0
    assert (told.answered + told.refused, told.refused < 5) == (50, True)


def test_a_plan_stays_to_the_last_bit_beside_itself() -> None:
    """Five equal years of land that is used up: their sum passes it by the last bit of a number."""
    for hectares in (23.77, 33.27):
        land = {(code, "canopy"): hectares * (place + 1) for place, code in enumerate("abcdef")}
        inputs = inputs_of(land=land, targets={"pine": (500.0, 500.0), "na": (300.0, 300.0)})
        base = allocate(inputs, settings=YEARS)
        again = allocate(inputs, settings=YEARS, near=base.plan)
        assert again.plan.equals(base.plan)


def test_a_scenario_of_any_size_is_answered(prepared: Prepared) -> None:
    """Hectares that no decimal number holds exactly, so that every bound is met with a residue."""
    thirds = prepared.inputs.available.assign(area_ha=[100 / 3, 100 / 7, 31 / 3])
    pace = pd.concat([prepared.inputs.pace.assign(high_ha=10 / 7)], ignore_index=True)
    odd = replace(prepared, inputs=replace(prepared.inputs, available=thirds, pace=pace))
    base = allocate(odd.inputs, settings=odd.settings)
    for change in ("low.na=0.9x", "low.pine=3x", "pace.Lộc Bình=0.3x", "lock.pine.Cao Lộc=must:3"):
        changed = change_inputs(odd, [change])
        other = allocate(changed.inputs, settings=changed.settings, near=base.plan)
        assert {stage.status for stage in other.stages} == {"optimal"}


@pytest.mark.parametrize(
    ("change", "vi", "en"),
    [
        ("low.na=25", "Na: mức tối thiểu 25 ha (kế hoạch: 20)", "at least 25 ha (plan: 20)"),
        ("low.na=50000.5", "Na: mức tối thiểu 50.000,5 ha (kế hoạch: 20)", "at least 50,000.5 ha"),
        ("low.na=1.5x", "Na: mức tối thiểu 30 ha (kế hoạch: 20)", "(plan: 20)"),
        ("high.Thông=50", "Thông: mức tối đa 50 ha (kế hoạch: 90)", "Pine: at most 50 ha"),
        ("year.na=2029", "Na: đạt vào năm 2029 (kế hoạch: 2030)", "due in 2029 (plan: 2030)"),
        ("importance.pine=5", "Thông: trọng số 5 (khi chưa sửa: 1)", "weight 5 (before: 1)"),
        ("list.na=open", "Na: mở cho xã ngoài danh sách", "open to communes off its list"),
        ("listed.na.Cao Lộc=yes", "Na: thêm Cao Lộc vào danh sách xã", "Cao Lộc added to its list"),
        ("listed.na.a=no", "Na: bỏ Lộc Bình khỏi danh sách xã", "taken off its list"),
        (
            "pace.Lộc Bình=2x",
            "Lộc Bình: trồng tối đa 6 ha/năm (khi chưa sửa: 3)",
            "at most 6 ha a year (before: 3)",
        ),
        (
            "pace.na.b=7",
            "Na, Cao Lộc: trồng tối đa 7 ha/năm (khi chưa sửa: không giới hạn)",
            "Custard apple, Cao Lộc: at most 7 ha a year (before: no limit)",
        ),
        ("land.bare=2x", "đất bare: 120 ha (khi chưa sửa: 60)", "land bare: 120 ha (before: 60)"),
        ("land.cut.b=1.5x", "đất cut, Cao Lộc: 15 ha (khi chưa sửa: 10)", "15 ha (before: 10)"),
        ("suitability.na.cut=0.25", "Na trên cut: mức thích hợp 0,25", "on cut: suitability 0.25"),
        ("lock.na.a=must:4", "Na, Lộc Bình: phải trồng ít nhất 4 ha", "at least 4 ha must be"),
        ("lock.na.b=may", "Na, Cao Lộc: được trồng", "Cao Lộc: may be planted"),
        ("lock.na.b=must_not", "Na, Cao Lộc: không trồng", "must not be planted"),
        ("unlisted_cost=2", "giá một ha ngoài danh sách mở: 2 (khi chưa sửa: 1)", "2 (before: 1)"),
    ],
)
def test_a_change_is_said_as_a_planner_says_it(
    prepared: Prepared, change: str, vi: str, en: str
) -> None:
    named = {"na": Phrase(en="Custard apple", vi="Na"), "pine": Phrase(en="Pine", vi="Thông")}
    (said,) = say_changes(replace(prepared, names=named), [change])
    assert said.vi == vi
    assert en in said.en
    assert "=" not in said.en + said.vi


def test_changes_of_one_figure_each_tell_what_the_plan_had(prepared: Prepared) -> None:
    said = say_changes(prepared, ["low.na=25", "low.na=2x"])
    assert [it.en for it in said] == [
        "na: at least 25 ha (plan: 20)",
        "na: at least 50 ha (plan: 20)",
    ]


def test_a_target_of_several_years_is_said_year_by_year(prepared: Prepared) -> None:
    targets = prepared.inputs.targets
    earlier = targets[targets["zone"] == "pine"].assign(target="pine-2028", year=2028, low_ha=4.0)
    both = pd.concat([targets, earlier], ignore_index=True)
    several = replace(prepared, inputs=replace(prepared.inputs, targets=both))
    (said,) = say_changes(several, ["low.pine=8"])
    assert said.en == (
        "pine by 2030: at least 8 ha (plan: 10); pine by 2028: at least 8 ha (plan: 4)"
    )


def test_an_end_that_the_plan_does_not_have_is_said_so(prepared: Prepared) -> None:
    targets = prepared.inputs.targets.assign(high_ha=np.nan)
    open_above = replace(prepared, inputs=replace(prepared.inputs, targets=targets))
    (said,) = say_changes(open_above, ["high.pine=50"])
    assert said.vi == "pine: mức tối đa 50 ha (kế hoạch: không nêu mức tối đa)"
