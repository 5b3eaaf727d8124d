"""``zones sample``: points out, labelled in every way people do, back in, and into the verdicts."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import InputError, load_forest_status
from layers.base.clock import today
from layers.io.geopackage import write_layer
from tests.factories import communes, forest_plots, write_project
from tests.maps.qgis.program import tell_in_qgis
from zones.certainty.design import load_design, refuse_other_map
from zones.certainty.sample_return import read_returned
from zones.certainty.survey import load_survey, sample_sentences
from zones.cli.main import run
from zones.plan.files import load_plans
from zones.project.model import load_project
from zones.run.accuracy_sample import class_names, narrow_ranges
from zones.run.run import RunOptions, run_project
from zones.tables import AREA_ERRORS, TARGETS, ZONES

POINTS = 160


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project with a sample drawn from its forest layer."""
    path = write_project(tmp_path_factory.mktemp("mẫu") / "dự án")
    out = path.parent / "sample"
    assert run(["sample", "make", str(path), "--out", str(out), "--points", str(POINTS)]) == 0
    return path


def points_of(made: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(made.parent / "sample" / "points.gpkg", layer="points")


def labelled(made: Path) -> gpd.GeoDataFrame:
    """Points labelled as the map says, by both interpreters."""
    design = load_design(made.parent / "sample")
    table = points_of(made)
    truth = [design.points[name][0] for name in table["point"]]
    return table.assign(class_1=truth, class_2=truth, agreed=None)


def copy_read_back(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the project, and its sample with points labelled as the map says."""
    write_layer(labelled(made), tmp_path / "về.gpkg", layer="points")
    path = shutil.copytree(made.parent, tmp_path / "dự án") / made.name
    sample = path.parent / "sample"
    assert run(["sample", "read", str(path), str(tmp_path / "về.gpkg"), "--out", str(sample)]) == 0
    return path, sample


@pytest.fixture
def read_back(made: Path, tmp_path: Path) -> Path:
    return copy_read_back(made, tmp_path)[1]


def returned(made: Path, table: pd.DataFrame, tmp_path: Path):  # type: ignore[no-untyped-def]
    design = load_design(made.parent / "sample")
    file = tmp_path / "về.gpkg"
    if isinstance(table, gpd.GeoDataFrame):
        write_layer(table, file, layer="anything")
    else:
        file = tmp_path / "về.xlsx"
        table.to_excel(file, index=False)
    return read_returned(file, design, class_names(design.classes))


def test_crops_of_the_plans_that_stand_in_no_stratum_are_named(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = made.parent / "again"
    assert run(["sample", "make", str(made), "--out", str(out), "--points", str(POINTS)]) == 0
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "không cho biết" in line]
    assert "Quế" in told
    assert "Thông" not in told


def test_a_range_that_no_interval_lies_within_is_told_before_anybody_goes_out() -> None:
    """Pine: 155,000 to 160,000 ha; with ± 2,500 ha an interval fits just in."""
    plans = load_plans(["lang-son-2026-2030"])
    expected = pd.DataFrame({"class": ["pine", "anise"], "expected_ha": [2_500.1, 100.0]})
    (told,) = narrow_ranges(plans, expected)
    assert "Thông: chỉ tiêu 155.000–160.000 ha, dự kiến ± 2.500 ha" in told.message.vi
    assert told.count == 1
    assert narrow_ranges(plans, expected.assign(expected_ha=[2_500.0, 100.0])) == []


def test_points_lie_in_communes_and_strata_with_their_minima(made: Path) -> None:
    design = load_design(made.parent / "sample")
    assert len(design.points) == POINTS
    strata = pd.Series([stratum for stratum, *_ in design.points.values()]).value_counts()
    assert strata.min() >= 20
    assert strata["pine"] >= 30
    # 40 ha of a mixed stand of two equal shares go to one of them; the ground is 400 ha.
    assert sum(design.strata_ha.values()) == pytest.approx(400, rel=1e-6)
    assert design.strata_ha["pine"] + design.strata_ha.get("anise", 0) == pytest.approx(90)
    points = points_of(made)
    ground = communes().union_all()
    assert points.to_crs(9215).within(ground.buffer(0.01)).all()
    pine = forest_plots().to_crs(9215)
    bearing = pine[pine["sldlr"].notna()].union_all()
    inside = points.to_crs(9215).within(bearing.buffer(0.01))
    drawn = points["point"].map(lambda name: design.points[name][0] != "other")
    assert (inside == drawn).all()


def test_files_do_not_tell_what_the_map_says_and_have_a_form(made: Path) -> None:
    points = points_of(made)
    assert "stratum" not in points.columns
    with closing(sqlite3.connect(made.parent / "sample" / "points.gpkg")) as base:
        (style,) = base.execute("SELECT styleQML FROM layer_styles").fetchone()
    assert style.count("ValueMap") == 3
    assert "Thông" in style
    kml = gpd.read_file(made.parent / "sample" / "points.kml")
    assert len(kml) == POINTS
    assert kml.geometry.iloc[0].distance(points.to_crs(4326).geometry.iloc[0]) < 1e-6
    book = pd.read_excel(made.parent / "sample" / "points.xlsx", sheet_name=None, engine="openpyxl")
    assert list(book) == ["points", "classes"]
    assert len(book["points"]) == POINTS


def test_the_form_opens_in_qgis(made: Path, tmp_path: Path) -> None:
    # QGIS writes into a file that it opens to edit.
    file = shutil.copy(made.parent / "sample" / "points.gpkg", tmp_path)
    told = tell_in_qgis("form_in_qgis.py", f"{file}|layername=points", home=tmp_path)
    assert (told["valid"], told["rows"]) == (True, POINTS)
    assert (told["symbol"], told["colour"], told["labels_on"]) == (["cross_fill"], "#ffff00", True)
    names = {
        "point": "Điểm số", "commune_code": "Mã xã", "commune": "Xã, phường",
        "class_1": "Lớp, người giải đoán 1", "class_2": "Lớp, người giải đoán 2",
        "agreed": "Lớp thống nhất", "note": "Ghi chú",
    }  # fmt: skip
    fields = told["fields"]
    assert {name: field["alias"] for name, field in fields.items() if name != "fid"} == names
    # Each name stands on the form, and the number of the row does not.
    assert [text for text in told["labels"] if text in {*names.values(), "fid"}] == [
        *names.values()
    ]
    assert fields["fid"]["widget"] == "Hidden"
    locked = {name for name, field in fields.items() if field["locked"]}
    assert locked == {"point", "commune_code", "commune"}
    classes = class_names(load_design(made.parent / "sample").classes)
    asked = {name for name, field in fields.items() if field["widget"] == "ValueMap"}
    assert asked == {"class_1", "class_2", "agreed"}
    for name in asked:
        found = {code: word for one in fields[name]["map"] for word, code in one.items()}
        assert found == classes
        assert told["lists"][name] == [*classes.values(), "(NULL)"]
    # What is chosen on the form is kept as the code that comes back.
    assert told["chosen"] == dict.fromkeys(asked, "pine")


def test_same_seed_same_bytes_and_nothing_is_drawn_anew_by_accident(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = ["sample", "make", str(made), "--points", str(POINTS), "--out"]
    assert run([*again, str(tmp_path / "s")]) == 0
    for name in ("design.json", "points.kml", "points.gpkg", "points.xlsx"):
        first = made.parent / "sample" / name
        assert (tmp_path / "s" / name).read_bytes() == first.read_bytes(), name
    assert run([*again, str(tmp_path / "s")]) == 2
    assert "design.json" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["renamed", "columns", "order", "table", "names", "agreed"])
def test_whatever_was_added_or_renamed(made: Path, change: str, tmp_path: Path) -> None:
    table = labelled(made)
    if change == "renamed":
        table = table.rename(columns={"point": "Điểm số", "class_1": "Lan", "class_2": "Hùng"})
        table = table.rename(columns={"agreed": "Thống nhất"})
    elif change == "columns":
        table = table.assign(ảnh="x.jpg", ngày="2026-11-20")
    elif change == "order":
        table = table.iloc[::-1]
    elif change == "table":
        table = pd.DataFrame(table.drop(columns="geometry"))
    elif change == "names":
        names = class_names(load_design(made.parent / "sample").classes)
        table = table.assign(class_1=table["class_1"].map(names).str.upper())
    else:
        table = table.assign(agreed=table["class_1"], class_1="other")
    found = returned(made, table, tmp_path)
    design = load_design(made.parent / "sample")
    assert found.sample["reference_class"].tolist() == [
        design.points[name][0] for name in found.sample["point"]
    ]
    assert 0 < found.agreement_ratio <= 1


ROLES = {"class_1": "Người 1", "class_2": "Người 2", "agreed": "Thống nhất"}


@pytest.mark.parametrize("order", list(itertools.permutations(ROLES)))
@pytest.mark.parametrize(
    "names",
    [
        ROLES,
        {"class_1": "Interpreter 1", "class_2": "Interpreter 2", "agreed": "Consensus"},
        {"class_1": "Lớp, người giải đoán 1", "class_2": "CLASS_2", "agreed": "Lớp thống nhất"},
        {"class_1": "Lan", "class_2": "Hùng", "agreed": "Class agreed"},
    ],
)
def test_columns_are_known_by_their_names_in_whatever_order(
    made: Path, tmp_path: Path, order: tuple[str, ...], names: dict[str, str]
) -> None:
    table = pd.DataFrame(labelled(made).drop(columns="geometry"))
    right = table["class_1"].tolist()
    # The first is wrong at 16 points, the second at 8 others; they settled all of them.
    seen = {name: table["class_1"].copy() for name in ("class_1", "class_2")}
    seen["class_1"][:16] = np.where(table["class_1"][:16] == "pine", "other", "pine")
    seen["class_2"][16:24] = np.where(table["class_1"][16:24] == "pine", "other", "pine")
    agreed = table["class_1"].where(seen["class_1"] != seen["class_2"])
    table = table.drop(columns=list(ROLES)).assign(**seen, agreed=agreed)
    table = table[[*order, "point"]].rename(columns=names)
    found = returned(made, table, tmp_path)
    assert found.sample["reference_class"].tolist() == right
    assert found.agreement_ratio == pytest.approx(1 - 24 / POINTS)
    assert found.columns["agreed"] == names["agreed"]
    assert {found.columns["class_1"], found.columns["class_2"]} == set(names.values()) - {
        names["agreed"]
    }


@pytest.mark.parametrize("names", ["abc", ("class_1", "class_2", "kq"), ("Lan", "Hùng", "class_1")])
def test_columns_whose_names_do_not_tell_the_agreed_one_are_refused(
    made: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    table = labelled(made)
    table = table.assign(agreed=table["class_1"])
    table = table.rename(columns=dict(zip(ROLES, names, strict=True)))
    with pytest.raises(InputError, match=f"columns .*{names[2]}.* do not say which one") as raised:
        returned(made, table, tmp_path)
    assert "'agreed'" in str(raised.value)


def test_a_remark_that_names_a_class_is_no_column_of_classes(made: Path, tmp_path: Path) -> None:
    table = labelled(made).drop(columns="agreed")
    remark = ["pine"] + ["seen from the road"] * (POINTS - 1)
    found = returned(made, table.assign(remark=remark), tmp_path)
    assert found.columns == {"class_1": "class_1", "class_2": "class_2"}


@pytest.mark.parametrize("names", [("latitude", "longitude"), ("Vĩ độ", "Kinh độ")])
def test_a_point_moved_in_a_workbook_is_refused_as_in_a_geopackage(
    made: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    table = labelled(made)
    on_globe = table.to_crs(4326).geometry
    table = pd.DataFrame(table.drop(columns="geometry"))
    table = table.assign(**dict(zip(names, (on_globe.y, on_globe.x), strict=True)))
    assert len(returned(made, table, tmp_path).sample) == POINTS
    table.loc[table.index[5], names[0]] += 0.001  # some 110 m
    with pytest.raises(InputError, match=f"were drawn: 1 .{table['point'].iloc[5]}"):
        returned(made, table, tmp_path)


def test_points_of_one_look_and_those_overruled_are_counted(made: Path, tmp_path: Path) -> None:
    table = labelled(made)
    table.loc[table.index[:3], "class_2"] = None
    table.loc[table.index[5], "agreed"] = "other" if table["class_1"].iloc[5] == "pine" else "pine"
    found = returned(made, table, tmp_path)
    assert (found.both, found.alone) == (POINTS - 3, 3)
    (told,) = found.findings.items
    assert (told.kind, told.count) == ("points-overruled", 1)
    assert table["point"].iloc[5] in told.message.vi


def test_share_of_agreement_and_added_points(made: Path, tmp_path: Path) -> None:
    table = labelled(made)
    table.loc[table.index[:16], "class_2"] = "other"
    table.loc[table.index[:16], "agreed"] = table["class_1"]
    extra = table.iloc[:1].assign(point="my own")
    found = returned(made, pd.concat([table, extra]), tmp_path)
    differ = (table["class_1"] != table["class_2"]).mean()
    assert found.agreement_ratio == pytest.approx(1 - differ)
    assert [item.kind for item in found.findings.items] == ["points-added"]
    assert len(found.sample) == POINTS


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.iloc[3:], "did not come back: 3 "),
        (lambda t: t.assign(class_2="other"), "where two interpreters differ and"),
        (lambda t: t.assign(class_1="oak"), r"'oak' is no class \(160 points: P\d+, "),
        (lambda t: t.set_geometry(t.translate(60)), "more than 5 m from where"),
        (lambda t: t.assign(point="x"), "no column names points of this sample"),
        (lambda t: t.set_geometry(t.buffer(1)), "more than 5 m from where"),
        (lambda t: t.set_geometry(t.geometry.where(t.index > 2)), "were drawn: 3 "),
        (lambda t: t.set_crs(None, allow_override=True), "no coordinate reference system"),
    ],
)
def test_faulty_returns(made: Path, tmp_path: Path, change, match: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=match):
        returned(made, change(labelled(made)), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seed": 1', '"seed": "one"'),
        ('"strata_ha": {', '"strata_ha": {"x": -1.0,'),
        ('"strata_ha": {', '"strata_ha": {"x": 1e999,'),
        ('"strata_ha": {', '"strata_ha": {"x": NaN,'),
        ('"classes": [', '"classes": [1,'),
        ('"points": {', '"points": {"x": ["nothing", "06148", 1.0, 2.0],'),
        ('"points": {', '"points": {"x": ["other"],'),
        ('"points": {', '"points": {"x": ["other", "06148", "a", 2.0],'),
        ('"points": {', '"points": {"x": ' + "[" * 100_000 + ","),
        ('"layer": ', '"stratum": 1, "layer": '),
    ],
)
def test_a_damaged_design_is_told(made: Path, tmp_path: Path, old: str, new: str) -> None:
    text = (made.parent / "sample" / "design.json").read_text("utf-8")
    assert old in text
    (tmp_path / "design.json").write_text(text.replace(old, new, 1), "utf-8")
    if "stratum" in new:  # what a later version may add is passed over
        assert load_design(tmp_path).layer == "forest"
        return
    with pytest.raises(InputError, match=r"design\.json"):
        load_design(tmp_path)


def test_two_labels_or_none_for_one_point(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, sample = str(made), str(made.parent / "sample")
    table = labelled(made)
    file = tmp_path / "a.gpkg"
    for faulty, text in (
        (pd.concat([table, table.iloc[:2]]), "2 điểm xuất hiện hơn một lần"),
        (table.assign(class_1=None, class_2=None), f"{POINTS} điểm chưa có nhãn (P"),
    ):
        faulty.to_file(file, layer="points")
        assert run(["sample", "read", project, str(file), "--out", sample]) == 2
        assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.iloc[3:], "thiếu 3 điểm"),
        (lambda t: t.set_geometry(t.translate(60)), "bị dời quá 5 m"),
        (lambda t: t.assign(class_1="oak"), "'oak' không phải là lớp"),
        (lambda t: t.assign(class_2="other"), "hai người giải đoán khác nhau ở"),
        (lambda t: t.assign(point="x"), "không cột nào ghi mã điểm của mẫu này"),
    ],
)
def test_faulty_points_are_one_line_on_the_screen(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change, text: str
) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "về.gpkg"
    change(labelled(made)).to_file(file, layer="points")
    out = str(made.parent / "sample")
    assert run(["sample", "read", str(made), str(file), "--out", out]) == 2
    said = capsys.readouterr().err
    assert text in said
    assert "Traceback" not in said


def test_a_changed_map_is_refused_by_read_and_by_run(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, sample = copy_read_back(made, tmp_path)
    path.write_text(path.read_text("utf-8") + "certainty: {sample: sample}\n", "utf-8")
    design = json.loads((sample / "design.json").read_text("utf-8"))
    design["digest"] = "0" * 64
    (sample / "design.json").write_text(json.dumps(design), "utf-8")
    capsys.readouterr()
    again = ["sample", "read", str(path), str(tmp_path / "về.gpkg"), "--out", str(sample)]
    for command in (again, ["run", str(path), "--only", "compare", "--overwrite"]):
        assert run(command) == 2
        assert "mẫu rút từ bản đồ khác" in capsys.readouterr().err


def test_labels_of_points_that_were_drawn_anew_are_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sample drawn anew keeps the labels of the earlier one: they are of other places."""
    path, sample = copy_read_back(made, tmp_path)
    load_survey(sample, level_percent=95.0)
    again = ["sample", "make", str(path), "--out", str(sample), "--points", str(POINTS)]
    assert run([*again, "--seed", "2", "--overwrite"]) == 0
    path.write_text(path.read_text("utf-8") + "certainty: {sample: sample}\n", "utf-8")
    capsys.readouterr()
    assert run(["run", str(path), "--only", "compare", "--overwrite"]) == 2
    said = capsys.readouterr().err
    assert f"không phải nhãn của các điểm trong design.json: {POINTS} điểm khác" in said
    # Labels of an earlier version have no coordinates: strata and communes tell.
    file = sample / "labelled.csv"
    table = pd.read_csv(file, dtype="str").drop(columns=["east", "north"])
    table.to_csv(file, index=False)
    with pytest.raises(InputError, match="not the labels of the points"):
        load_survey(sample, level_percent=95.0)


def test_more_points_join_a_sample_with_the_labels_that_are_known(
    made: Path, read_back: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, out = files_of(read_back), tmp_path / "mẫu 2"
    asked = ["sample", "more", str(made), "--of", str(read_back), "--points", "31", "--out"]
    assert run([*asked, str(out), "--stratum", "thông"]) == 0
    assert "31" in capsys.readouterr().out
    assert files_of(read_back) == before
    old, new = load_design(read_back), load_design(out)
    added = {name: place for name, place in new.points.items() if name not in old.points}
    assert {name: new.points[name] for name in old.points} == old.points
    assert (len(added), {stratum for stratum, *_ in added.values()}) == (31, {"pine"})
    assert new.strata_ha == old.strata_ha
    assert [(it.points, it.seed) for it in new.added] == [({"pine": 31}, 1 + POINTS)]
    places = [{tuple(it[2:]) for it in some.values()} for some in (added, old.points)]
    assert not places[0] & places[1]
    points = gpd.read_file(out / "points.gpkg", layer="points").set_index("point")
    assert points.loc[list(added), ["class_1", "class_2", "agreed"]].isna().all(axis=None)
    truth = [stratum for stratum, *_ in old.points.values()]
    assert points.loc[list(old.points), "agreed"].tolist() == truth
    # Pine plots hold the new points, and the two samples together tell an area.
    pine = forest_plots().to_crs(9215)
    bearing = pine[pine["sldlr"].notna()].union_all().buffer(0.01)
    assert points.loc[list(added)].to_crs(9215).within(bearing).all()
    back = points.reset_index()
    back.loc[back["point"].isin(added), "class_1"] = "pine"
    write_layer(back, tmp_path / "về 2.gpkg", layer="points")
    assert run(["sample", "read", str(made), str(tmp_path / "về 2.gpkg"), "--out", str(out)]) == 0
    path = made.with_name("with-more.yaml")
    path.write_text(made.read_text("utf-8") + f"certainty: {{sample: '{out}'}}\n", "utf-8")
    ((_, said),) = sample_sentences(load_project(path))
    day = today().isoformat()
    assert f"; drawn {day}; 31 more drawn {day}; labels read back {day})" in said.en
    assert f"; rút thêm 31 điểm ngày {day[8:]}/{day[5:7]}/{day[:4]}; " in said.vi
    areas = load_survey(out, level_percent=95).estimate.areas.set_index("class")
    assert areas.loc["pine", "area_ha"] == pytest.approx(old.strata_ha["pine"])
    assert run([*asked, str(tmp_path / "lại"), "--stratum", "pine"]) == 0
    for name in ("design.json", "points.kml", "points.gpkg"):
        assert (tmp_path / "lại" / name).read_bytes() == ((out / name).read_bytes()), name


def test_more_points_are_shared_out_as_the_points_of_all_strata_are(
    made: Path, read_back: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mẫu 2"
    asked = ["sample", "more", str(made), "--of", str(read_back), "--out", str(out)]
    assert run([*asked, "--points", str(POINTS)]) == 0
    old, new = (
        pd.Series([stratum for stratum, *_ in load_design(it).points.values()]).value_counts()
        for it in (read_back, out)
    )
    assert new.to_dict() == (2 * old).to_dict()


def test_more_points_of_what_is_no_labelled_sample_of_this_ground(
    made: Path, read_back: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(folder: Path, out: str = "mới", *more: str) -> str:
        words = ["sample", "more", str(made), "--of", str(folder), "--out", str(tmp_path / out)]
        assert run([*words, "--points", "5", *more]) == 2
        assert not (tmp_path / "mới").exists()
        return capsys.readouterr().err

    capsys.readouterr()
    assert "teak" in told(read_back, "mới", "--stratum", "teak")
    assert "labelled.csv" in told(made.parent / "sample")
    (tmp_path / "cũ").mkdir()
    (tmp_path / "cũ" / "design.json").write_text("{}", "utf-8")
    assert "đã có một mẫu: hãy ghi thư mục khác" in told(read_back, "cũ")
    assert "design.json" in told(tmp_path)
    assert "sample" in told(read_back, "dự án/sample")  # the sample itself is not written over
    design = read_back / "design.json"
    text = json.loads(design.read_text("utf-8"))
    ours = text["commune_strata_ha"]
    first, second = sorted(ours)[:2]
    text["commune_strata_ha"] = ours | {first: ours[second], second: ours[first]}
    design.write_text(json.dumps(text), "utf-8")
    assert "forest" in told(read_back)
    labels = read_back / "labelled.csv"
    rows = labels.read_text("utf-8-sig").splitlines()
    labels.write_text("\n".join([*rows, rows[1].replace("pine", "anise")]), "utf-8")
    assert told(read_back)


def test_labels_that_an_office_saved_again_are_the_same_labels(made: Path, read_back: Path) -> None:
    path = read_back / "labelled.csv"
    table = pd.read_csv(path, dtype="str")
    for name in ("east", "north"):
        table[name] = table[name].astype("float64").map("{:.4f}".format).str.replace(".", ",")
    table["commune_code"] = table["commune_code"].astype("int64").astype("str")
    table.to_csv(path, index=False)
    assert len(load_survey(read_back, level_percent=95).sample) == POINTS
    table.assign(east="450000,5").to_csv(path, index=False)
    with pytest.raises(InputError, match="160"):
        load_survey(read_back, level_percent=95)


def test_fewer_points_than_the_strata_need_are_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "s"), "--points", "2"]
    assert run(["sample", "make", str(made), *out]) == 2
    assert "2 điểm cho 3 tầng cần tối thiểu" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_other_labels_replace_those_of_before_only_when_that_is_said(
    made: Path, read_back: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new labels are of one class: others have no point, which the screen tells."""
    file, kept = read_back / "labelled.csv", (read_back / "labelled.csv").read_bytes()
    again = ["sample", "read", str(made), str(tmp_path / "về.gpkg"), "--out", str(read_back)]
    assert run(again) == 0  # The same labels are no loss.
    table = labelled(made)
    table.assign(class_1="pine", class_2="pine").to_file(tmp_path / "về.gpkg", layer="points")
    capsys.readouterr()
    assert run(again) == 2
    other = (table["class_1"] != "pine").sum()
    assert f"nhãn của {other} điểm sẽ bị đổi hoặc mất (P" in capsys.readouterr().err
    assert file.read_bytes() == kept
    assert run([*again, "--overwrite"]) == 0
    assert "không điểm nào thuộc lớp" in capsys.readouterr().out
    assert set(pd.read_csv(file)["reference_class"]) == {"pine"}


def test_a_sample_of_another_map_is_refused(made: Path) -> None:
    design = load_design(made.parent / "sample")
    with pytest.raises(InputError, match="drawn from another map"):
        refuse_other_map(design, "0" * 64)


def test_points_lead_the_verdict(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = labelled(made)
    # A tenth of the pine is not pine.
    pine = table.index[table["class_1"] == "pine"]
    table.loc[pine[: len(pine) // 10], ["class_1", "class_2"]] = "other"
    file = tmp_path / "về.gpkg"
    table.to_file(file, layer="points")
    sample = made.parent / "sample"
    assert run(["sample", "read", str(made), str(file), "--out", str(sample)]) == 0
    said = capsys.readouterr().out
    assert "Thông" in said
    assert "sample: sample  dưới certainty:" in said
    path = made.with_name("with-points.yaml")
    path.write_text(
        made.read_text("utf-8") + "certainty: {boundaries: {forest: gps}, sample: sample}\n",
        "utf-8",
    )
    options = RunOptions(only=("compare",), write=False)
    result = run_project(load_project(path), options=options)
    errors = result[AREA_ERRORS].set_index(["subject", "origin", "commune_code"]).sort_index()
    pine_ha = json.loads((sample / "design.json").read_text("utf-8"))["strata_ha"]["pine"]
    found = errors.loc[("pine", "sample", "")]
    share = 1 - (len(pine) // 10) / len(pine)
    assert found["area_ha"] == pytest.approx(pine_ha * share)
    assert found["low_ha"] < found["area_ha"] < found["high_ha"]
    again = ["sample", "read", str(path), str(file), "--out", str(sample)]
    assert run(again) == 0
    assert "dưới certainty:" not in capsys.readouterr().out
    targets = result[TARGETS]
    by_commune = errors.loc[("pine", "sample")].drop("")
    assert set(by_commune.index) == set(load_design(sample).commune_strata_ha)
    assert by_commune["area_ha"].sum() == pytest.approx(found["area_ha"])
    held = result[ZONES].set_index(["zone", "commune_code"]).loc["pine"]
    assert held["low_interval_ha"].dropna().to_dict() == pytest.approx(
        by_commune.loc[held["low_interval_ha"].dropna().index, "low_ha"].to_dict()
    )
    row = targets[(targets["zone"] == "pine") & (targets["commune_code"] == "")].iloc[0]
    assert row["low_interval"] == pytest.approx(found["low_ha"])
    assert row["verdict"] == "not_met"
    assert not np.isnan(row["high_interval"])
    assert (row["points"], row["points_found"]) == (POINTS, len(pine) - len(pine) // 10)
    ((key, sentence),) = sample_sentences(load_project(path))
    day = today().isoformat()
    assert key == "sample"
    assert sentence.en.startswith(f"Reference points: sample sample, {POINTS} points")
    assert f"; drawn {day}; labels read back {day}). Areas" in sentence.en


def test_points_tell_the_cover_rate_with_its_interval(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made.parent / "cover"
    command = ["sample", "make", str(made), "--out", str(folder), "--cover", "--points", "150"]
    assert run(command) == 0
    design = load_design(folder)
    assert design.classes == ["forest", "other"]
    status = load_forest_status(made.parent / "forest.gpkg").plots
    counts = status[status["land"].isin(["natural_forest", "planted_forest"])].to_crs(9215)
    area = counts.union_all().intersection(communes().to_crs(9215).union_all()).area / 1e4
    assert design.strata_ha["forest"] == pytest.approx(area)
    points = gpd.read_file(folder / "points.gpkg", layer="points")
    inside = points.to_crs(9215).within(counts.union_all().buffer(0.01))
    assert {name: design.points[name][0] == "forest" for name in points["point"]} == dict(
        zip(points["point"], inside, strict=True)
    )
    # Of the points where the map says forest every tenth is none; of the others none is.
    forest = points.loc[inside, "point"].tolist()
    label = ["Khác" if name in forest[::10] or name not in forest else "forest"
             for name in points["point"]]  # fmt: skip
    back = folder.parent / "cover-back.gpkg"
    write_layer(points.assign(class_1=label, class_2=label), back, layer="points")
    assert run(["sample", "read", str(made), str(back), "--out", str(folder)]) == 0
    assert "cover_sample: cover" in capsys.readouterr().out
    text = made.read_text("utf-8")
    path = made.with_name("with-cover.yaml")
    path.write_text(text + "certainty: {cover_sample: cover, boundaries: {forest: gps}}\n", "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("compare",), write=False))
    targets = result[TARGETS]
    row = targets[targets["indicator"] == "forest_cover_rate"].iloc[0]
    seen = area * (1 - len(forest[::10]) / len(forest))
    official = 110 * len(communes())
    assert row["estimate"] == pytest.approx(100 * seen / official)
    assert row["interval_from"] == "points"
    assert row["low_interval"] < row["estimate"] < row["high_interval"]
    path.write_text(text + "certainty: {sample: cover}\n", "utf-8")
    with pytest.raises(InputError, match=r"certainty\.sample.*cover_sample"):
        run_project(load_project(path), options=RunOptions(only=("compare",), write=False))


def files_of(folder: Path) -> dict[str, bytes]:
    return {item.name: item.read_bytes() for item in sorted(folder.iterdir())}


def test_a_sample_that_is_stopped_leaves_the_earlier_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_project(tmp_path / "dự án")
    folder = path.parent / "sample"
    made = ["sample", "make", str(path), "--out", str(folder)]
    words = [*made, "--points", str(POINTS), "--overwrite"]
    assert run(words) == 0
    (folder / "labelled.csv").write_text("của tôi", "utf-8")
    # A process that was killed in the midst of writing left its journal.
    (folder / "points.gpkg-journal").write_bytes(b"x" * 4096)
    before = files_of(folder)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr("zones.certainty.sample_files._save_kml", stop)
        assert run([*words, "--seed", "2"]) == 2
    assert files_of(folder) == before
    assert [item.name for item in path.parent.iterdir() if ".part" in item.name] == []
    assert run([*words, "--seed", "2"]) == 0
    after = files_of(folder)
    assert set(after) == set(before) - {"points.gpkg-journal"}
    assert after["labelled.csv"] == before["labelled.csv"]
    assert after["points.gpkg"] != before["points.gpkg"]
    with closing(sqlite3.connect(folder / "points.gpkg")) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_what_is_wrong_with_the_layer_is_told_when_points_are_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plots that overlap count twice in their strata, and some lie in no commune."""
    path = write_project(tmp_path / "dự án")
    plots = forest_plots()
    plots.loc[4, "geometry"] = shapely.affinity.translate(plots.geometry[1], 50)
    plots.loc[3, "geometry"] = shapely.affinity.translate(plots.geometry[3], -50_000)
    plots.to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    words = ["sample", "make", str(path), "--out", str(path.parent / "sample")]
    assert run([*words, "--points", str(POINTS)]) == 1
    told = capsys.readouterr().out.splitlines()
    problems = [line for line in told if line.startswith("Vấn đề [forest] ")]
    assert len(problems) == len(set(problems)) > 1
    assert any("chồng" in line for line in problems)
    assert (path.parent / "sample" / "points.gpkg").is_file()


def test_a_sample_is_not_made_among_the_inputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "dự án")
    before = files_of(path.parent)
    assert run(["sample", "make", str(path), "--out", str(path.parent)]) == 2
    assert "chứa 6 tệp đầu vào" in capsys.readouterr().err
    assert files_of(path.parent) == before


def test_a_project_that_leads_to_no_layer_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "dự án")
    words = ["sample", "make", str(path), "--out", str(path.parent / "sample")]
    assert run([*words, "--layer", "nowhere"]) == 2
    assert "--layer 'nowhere': cần" in capsys.readouterr().err
    text = path.read_text("utf-8")
    forest = next(line for line in text.splitlines() if line.startswith("  forest:"))
    path.write_text(text.replace(f"{forest}\n", ""), "utf-8")
    for layer in ([], ["--layer", "nowhere"]):
        assert run([*words, *layer]) == 2
        told = capsys.readouterr().err
        assert "cần một lớp dạng vùng để điều tra, dự án không có" in told
        assert "None" not in told
    plots = (
        "  orchards: {kind: land_use, path: use.gpkg, date: 2025-12-31, columns: {code: maldlr}}"
    )
    forest_plots().assign(maldlr="LUC").to_file(path.parent / "use.gpkg", layer="use")
    path.write_text(text.replace(forest, plots), "utf-8")
    assert run(words) == 2
    told = capsys.readouterr().err
    assert "cần một lớp hiện trạng rừng, dự án không có" in told
    assert "một trong 'orchards'" in told
