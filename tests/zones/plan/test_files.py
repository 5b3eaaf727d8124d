"""Plans on disk: what loads, what is refused with which message, what survives saving."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import InputError, MissingFileError, NameResolutionError, OutputExistsError
from zones.plan.files import Plan, embedded_plans, load_plan, load_plans, save_plan
from zones.plan.frames import communes_frame, targets_frame, zones_frame

SMALL = """\
# head comment
plan: small
name: {vi: Nhỏ, en: Small} # names
issuer: null
number: null
date: null
province: "20"
vintage: "2025-07-01"
horizon: {first: 2026, last: 2030}

# the zones
zones:
  - zone: pine
    clause: I.1
    name: {vi: Thông, en: Pine}
    land_kind: forest
    counts_for_cover: established
    list: open
    communes:
      - {code: "06529", as_written: Lộc Bình} # first
      - {code: "06613", as_written: Đình Lập}
    targets:
      # why this one
      - target: pine-area
        indicator: area
        bound: range
        low: 10 # from the clause
        high: 20
        unit: ha
        year: 2030
        clause: I.1
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "kế hoạch nhỏ.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_zones_of_the_main_plan_are_the_documents_thirteen() -> None:
    zones = zones_frame(load_plan("lang-son-2026-2030"))
    assert list(zones["zone"]) == [
        "pine",
        "anise",
        "acacia",
        "cinnamon",
        "macadamia",
        "custard_apple",
        "citrus",
        "persimmon",
        "grass_jelly",
        "chestnut",
        "coconut",
        "medicinal",
        "cypress",
    ]
    assert zones.set_index("zone")["list"]["macadamia"] == "province"


def test_targets_keep_the_kind_of_their_bound() -> None:
    targets = targets_frame(load_plan("lang-son-2026-2030")).set_index("target")
    pine, custard, medicinal = (
        targets.loc[name]
        for name in ("pine-area-2030", "custard-apple-area-2030", "medicinal-area-2030")
    )
    assert (pine["bound"], pine["low"], pine["high"]) == ("range", 155_000, 160_000)
    assert (custard["bound"], custard["low"]) == ("at_least", 4_500)
    assert math.isnan(custard["high"])
    assert (medicinal["bound"], medicinal["low"], medicinal["high"]) == ("about", 3_500, 3_500)
    assert targets["year"].dtype == "Int64"


def test_cover_targets_come_from_the_2023_plan() -> None:
    targets = targets_frame(load_plan("lang-son-2023"))
    cover = targets[targets["indicator"] == "forest_cover_rate"]
    assert list(zip(cover["year"], cover["low"], cover["unit"], strict=True)) == [
        (2025, 65.0, "%"),
        (2030, 67.0, "%"),
    ]


def test_a_commune_named_twice_has_one_row_and_two_entries() -> None:
    plan = load_plan("lang-son-2026-2030")
    anise = next(zone for zone in plan.zones if zone.zone == "anise")
    frame = communes_frame(plan)
    rows = frame[frame["zone"] == "anise"]
    assert len(anise.communes) == 26
    assert len(rows) == 25
    assert not frame.duplicated(["zone", "commune_code"]).any()


def test_a_zone_of_the_whole_province_lists_every_commune() -> None:
    frame = communes_frame(load_plan("lang-son-2026-2030"))
    assert (frame["zone"] == "macadamia").sum() == 65


def test_misspelt_names_carry_the_official_name() -> None:
    frame = communes_frame(load_plan("lang-son-2026-2030"))
    row = frame[(frame["zone"] == "pine") & (frame["name_as_written"] == "Lợi Bắc")]
    assert list(row["commune"]) == ["Lợi Bác"]


@pytest.mark.parametrize("name", sorted(embedded_plans()))
def test_every_embedded_plan_loads_under_its_file_name(name: str) -> None:
    plan = load_plan(name)
    assert plan.plan == name
    assert not plan.unconfirmed()
    assert isinstance(targets_frame(plan), pd.DataFrame)


def test_saving_changes_only_what_was_edited(small: Path, tmp_path: Path) -> None:
    plan = load_plan(small)
    plan.zones[0].targets[0].low = 12.5
    save_plan(plan, tmp_path / "out.yaml")
    expected = SMALL.replace("low: 10 #", "low: 12.5 #")
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == expected


def test_saving_without_an_edit_changes_nothing(tmp_path: Path) -> None:
    for name, path in embedded_plans().items():
        out = tmp_path / f"{name}.yaml"
        save_plan(load_plan(name), out)
        assert load_plan(out) == load_plan(path)
        assert out.read_text("utf-8") == path.read_text("utf-8")


def test_a_commune_added_to_a_list_keeps_the_comments(small: Path, tmp_path: Path) -> None:
    plan = load_plan(small)
    first = plan.zones[0].communes[0]
    plan.zones[0].communes.append(first.model_copy(update={"code": "06541", "as_written": "X"}))
    save_plan(plan, tmp_path / "out.yaml")
    text = (tmp_path / "out.yaml").read_text("utf-8")
    assert "# first" in text
    assert "# why this one" in text
    assert [c.code for c in load_plan(tmp_path / "out.yaml").zones[0].communes] == [
        "06529",
        "06613",
        "06541",
    ]


@given(st.data())
@settings(max_examples=8)
def test_any_edit_survives_saving(data: st.DataObject) -> None:
    plan = load_plan("lang-son-2026-2030")
    for _ in range(data.draw(st.integers(1, 4))):
        _edit(plan, data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edited.yaml"
        save_plan(plan, path)
        assert load_plan(path).model_dump() == plan.model_dump()
        assert path.read_text("utf-8").startswith("# Zone plan of Lạng Sơn")


@pytest.mark.parametrize("name", [": -#đ", ": a", "- a", "-", "?", ":", "'a: #'", "a: b", "# a"])
def test_a_name_with_signs_of_yaml_is_saved_so_that_it_is_read(tmp_path: Path, name: str) -> None:
    plan = load_plan("lang-son-2026-2030")
    plan.zones[0].communes[0].as_written = name
    save_plan(plan, tmp_path / "out.yaml")
    assert load_plan(tmp_path / "out.yaml").zones[0].communes[0].as_written == name


def _edit(plan: Plan, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from([zone for zone in plan.zones if zone.communes]))
    place = data.draw(st.integers(0, len(zone.communes) - 1))
    kind = data.draw(st.sampled_from(["drop", "move", "again", "name", "clause", "zones", "year"]))
    if kind == "drop" and len(zone.communes) > 1:
        del zone.communes[place]
    elif kind == "move":
        zone.communes.insert(0, zone.communes.pop(place))
    elif kind == "again":
        zone.communes.append(zone.communes[place].model_copy())
    elif kind == "name":
        zone.communes[place].as_written = data.draw(st.text("aáđ' :#,-", min_size=1, max_size=6))
    elif kind == "clause":
        zone.clause = data.draw(st.none() | st.just("IX.9"))
    elif kind == "zones":
        plan.zones.insert(0, plan.zones.pop())
    else:
        for target in zone.targets:
            target.year = data.draw(st.none() | st.integers(2026, 2030))


def test_saving_never_overwrites_unasked(small: Path) -> None:
    plan = load_plan(small)
    with pytest.raises(OutputExistsError, match="exists"):
        save_plan(plan, small)
    save_plan(plan, small, overwrite=True)
    assert small.read_text("utf-8") == SMALL


def test_saving_into_no_folder_is_told(small: Path) -> None:
    with pytest.raises(MissingFileError, match="No folder"):
        save_plan(load_plan(small), small.parent / "none" / "plan.yaml")


def test_a_new_plan_may_not_take_the_id_of_an_embedded_one(small: Path, tmp_path: Path) -> None:
    fresh = Plan.model_validate(
        load_plan(small).model_dump(by_alias=True) | {"plan": "lang-son-2023"}
    )
    with pytest.raises(InputError, match="'lang-son-2023' is that of an embedded plan"):
        save_plan(fresh, tmp_path / "new.yaml")
    assert not (tmp_path / "new.yaml").exists()


def test_two_plans_with_one_id_are_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(InputError, match="Two plans have the id 'small'"):
        load_plans([small, tmp_path / "again.yaml"])


def test_an_unknown_plan_names_the_known_ones() -> None:
    with pytest.raises(MissingFileError, match="lang-son-2026-2030"):
        load_plan("lang-son-2062")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "low: 10 #",
            "low: 10\n        lowest: 3 #",
            "line 28, zones.0.targets.0.lowest: unknown key",
        ),
        (
            "bound: range",
            "bound: about",
            r"bound 'about' takes \['figure'\], found \['high', 'low'\]",
        ),
        ("year: 2030", "year: soon", "line 30.*year: .*found 'soon'"),
        ("plan: small", "plan: Small Plan", "line 2, plan"),
        ('code: "06529"', "code: 6529", "line 20, zones.0.communes.0.code"),
        ("first: 2026", "first: 2031", "the first year is after the last"),
        ("zone: pine", "plan: pine", "zones.0.zone: expected this key"),
    ],
)
def test_faults_name_key_and_line(small: Path, old: str, new: str, message: str) -> None:
    small.write_text(SMALL.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_plan(small)


def test_ids_must_be_unique(small: Path) -> None:
    block = SMALL[SMALL.index("      - target:") :]
    small.write_text(SMALL + block, encoding="utf-8")
    with pytest.raises(InputError, match=r"unique, twice: .'pine-area'"):
        load_plan(small)


def test_a_code_that_does_not_exist_is_one_clear_error(small: Path) -> None:
    small.write_text(SMALL.replace("06529", "99999"), encoding="utf-8")
    with pytest.raises(NameResolutionError, match=r"1 commune code.*99999 \(pine\)"):
        load_plan(small)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (
            "5.000",
            "line [0-9]+: 5.000 can be read in two ways; write 5000, or 5.0000",
        ),
        ("-37.725", "can be read in two ways; write -37725"),
        ('"5.000"', "low: expected a number, found '5.000'"),
        ('"5000"', "low: expected a number, found '5000'"),
        ("5.000.000", "low: expected a number"),
        ("5,000", "expected"),
        (".inf", "low: expected a finite number"),
        (".nan", "low: expected a finite number"),
        ("1e999", "low: expected a finite number"),
        ("true", "low: expected a number"),
    ],
)
def test_a_figure_that_two_people_read_differently_is_refused(
    small: Path, figure: str, message: str
) -> None:
    small.write_text(SMALL.replace("low: 10", f"low: {figure}"), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_plan(small)


@pytest.mark.parametrize(("figure", "ha"), [("0.125", 0.125), ("1234.567", 1234.567), ("5.0", 5)])
def test_a_figure_of_one_reading_is_taken(small: Path, figure: str, ha: float) -> None:
    small.write_text(SMALL.replace("low: 10", f"low: {figure}"), encoding="utf-8")
    assert load_plan(small).zones[0].targets[0].low == ha


def test_a_file_too_large_to_be_a_plan_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("a: [" + "{b: 1}, " * 150_000 + "]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"1.2 MB; a YAML file of at most 1 MB was expected"):
        load_plan(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1, 2]\nb: [*x, *x]\n", "'&x'"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "found .tag:yaml.org",
        ),
        ("%YAML 1.1\n---\na: 1\n", "line 1: expected plain data, found the directive '%YAML"),
        ('a: 1\nb: "\\x07"\n', r"line 2: '\\x07' is no letter"),
        ('a: "\\ud800"\n', "is no letter"),
        ("a: [1, 2\nb: 3\n", "not YAML"),
        ("a: 1\na: 2\n", "not YAML"),
        ("- 1\n- 2\n", "expected keys and values"),
        ("a: " + "[" * 60 + "]" * 60, "nested deeper"),
        ("a: [" + "1," * 50_000 + "]", "more than 50,000 keys and values"),
    ],
)
def test_hostile_yaml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_plan(path)


def test_a_project_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_text("version: 1\nlayers: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a plan, found a project file"):
        load_plan(path)


def test_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"plan: \xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        load_plan(path)


def test_the_schema_for_editors_is_that_of_the_model() -> None:
    path = embedded_plans()["lang-son-2023"].with_name("plan.schema.json")
    # Older releases of pydantic write {"const": x, "enum": [x]} for what is {"const": x} later.
    made = json.dumps(Plan.model_json_schema(by_alias=True))
    both = json.loads(made, object_hook=lambda it: _without_enum(it) if "const" in it else it)
    assert json.loads(path.read_text("utf-8")) == both


def _without_enum(it: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in it.items() if key != "enum"}
