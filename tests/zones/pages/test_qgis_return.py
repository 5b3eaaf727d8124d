"""What comes back from QGIS is told row by row, and adds up to the difference of the layers."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from tests.factories import write_project
from tests.maps.qgis.program import tell_in_qgis
from zones.cli.main import run as command
from zones.cli.terminal.language import set_language
from zones.plan.files import embedded_plans
from zones.planting.planning_map import PlanningMap
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project with its QGIS project and planning layer."""
    path = write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng")
    forest = gpd.read_file(path.parent / "forest.gpkg")
    # Three bare plots beside each other, of which a plan can choose.
    bare = forest.iloc[[-1]]
    more = [
        bare.assign(lo=str(len(forest) + number), geometry=bare.geometry.translate(100 * number))
        for number in (1, 2)
    ]
    pd.concat([forest, *more]).to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    text = path.read_text("utf-8") + "\nplanning: {make: true}\nqgis: {make: true}\n"
    path.write_text(text, "utf-8")
    run_project(load_project(path), options=RunOptions(only=("qgis",)))
    return path


@pytest.fixture
def edited(project: Path, tmp_path: Path) -> Path:
    """Copy of the GeoPackage, to be edited."""
    return Path(shutil.copy(project.parent / "out" / "qgis" / "project.gpkg", tmp_path))


@pytest.fixture(params=["the file of the last run", "what the project writes now"])
def _held_against(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "the file of the last run":
        monkeypatch.setattr("zones.run.kept.kept_geopackage", lambda *_: None)


def changes(
    project: Path, path: Path, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, object]]:
    assert command(["qgis", str(project), "--changes", str(path), "--json"]) == 0
    told: list[dict[str, object]] = json.loads(capsys.readouterr().out)["changes"]
    return told


def rewrite(path: Path, frame: gpd.GeoDataFrame, table: str) -> None:
    """Write a layer anew with its row numbers, as an editor leaves it."""
    with closing(sqlite3.connect(path)) as base:
        told = base.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = ?", (table,)
        ).fetchone()
    pyogrio.write_dataframe(
        frame.reset_index(names="fid"),
        *(path, table),
        layer_options={"FID": "fid"},
        append=False,
    )
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "UPDATE gpkg_contents SET description = ? WHERE table_name = ?", (*told, table)
        )


@pytest.mark.usefixtures("_held_against")
def test_an_untouched_file_has_no_changes(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert changes(project, edited, capsys) == []
    assert command(["qgis", str(project), "--changes", str(edited)]) == 0
    assert "Nothing was changed" in capsys.readouterr().out


@pytest.mark.usefixtures("_held_against")
def test_edits_are_told_with_their_hectares(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plots = pyogrio.read_dataframe(edited, layer="plots_1", fid_as_index=True)
    first, second, third = plots.index[:3]
    before = plots["dtich"].to_dict()
    plots.loc[first, ["dtich", "sldlr"]] = [before[first] + 2.5, "Thông"]
    shape = plots.geometry.loc[second]
    plots.loc[[second], "geometry"] = [shapely.affinity.scale(shape, 0.5, 1.0)]
    added = plots.loc[[first]].set_axis([9_999], axis="index").assign(dtich=1.25)
    plots = gpd.GeoDataFrame(
        pd.concat([plots.drop(index=third), added]), crs=plots.crs
    ).rename_axis("fid")
    rewrite(edited, plots, "plots_1")
    told = {row["fid"]: row for row in changes(project, edited, capsys)}
    assert set(told) == {first, second, third, 9_999}
    assert told[first]["fields"] == "dtich, sldlr"
    assert told[first]["after_ha"] - told[first]["before_ha"] == pytest.approx(2.5)
    assert (told[second]["change"], told[second]["fields"]) == ("edited", "geometry")
    assert (told[third]["change"], told[third]["after_ha"]) == ("deleted", 0)
    assert told[third]["before_ha"] == pytest.approx(before[third])
    assert (told[9_999]["change"], told[9_999]["after_ha"]) == ("added", 1.25)
    assert command(["qgis", str(project), "--changes", str(edited)]) == 0
    text = capsys.readouterr().out
    assert f"row {first} edited: dtich, sldlr" in text
    assert "1 deleted" in text


def test_a_file_of_other_data_is_refused(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(edited)) as base, base:
        base.execute(
            "UPDATE gpkg_contents SET description = 'vungtrong:0' WHERE table_name = 'plots_1'"
        )
    assert command(["qgis", str(project), "--changes", str(edited)]) == 2
    assert "made from other data" in capsys.readouterr().err


def test_a_file_without_a_layer_of_the_project_is_refused(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(edited)) as base, base:
        base.execute("DELETE FROM gpkg_contents WHERE table_name = 'plots_1'")
    assert command(["qgis", str(project), "--changes", str(edited)]) == 2
    assert "1 table of the QGIS project is missing, first plots_1" in capsys.readouterr().err
    assert command(["qgis", str(project), "--changes", str(edited.with_name("no.gpkg"))]) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE gpkg_contents SET description = 5 WHERE table_name = 'plots_1'", "other data"),
        ("ALTER TABLE gpkg_contents RENAME COLUMN description TO told", "could not be read"),
        ("ALTER TABLE plots_1 RENAME COLUMN fid TO ogc_fid", "could not be read"),
        ("UPDATE plots_1 SET dtich = 'mười' WHERE fid = 1", "field 'dtich' is one of num"),
        ("UPDATE plots_1 SET dtich = '7,25' WHERE fid = 1", "'7,25'"),
    ],
)
def test_tables_that_were_spoilt_are_one_line(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str], change: str, told: str
) -> None:
    with closing(sqlite3.connect(edited)) as base, base:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0)
        base.execute(change)
    assert command(["qgis", str(project), "--changes", str(edited)]) == 2
    assert told in capsys.readouterr().err


def test_the_command_prints_what_it_wrote(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["qgis", str(project)]) == 0
    printed = capsys.readouterr().out.split("\n")
    assert str(project.parent / "out" / "qgis" / "project.qgz") in printed


@pytest.mark.usefixtures("_held_against")
def test_decisions_come_back_and_the_planning_layer_follows(
    project: Path, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = pyogrio.read_dataframe(edited, layer="lo_20_rungqh", fid_as_index=True)
    kept = pyogrio.read_dataframe(edited, layer="lo_20_rungqh_giu", fid_as_index=True)
    names = (chosen["layer"] + ":" + chosen["row"].astype(int).astype(str)).to_dict()
    gone = chosen.index[0]
    locked = [fid for fid in chosen.index if names[fid] != names[gone]][-1]
    left = chosen.drop(index=gone)
    left.loc[locked, "decision"] = "first"
    rewrite(edited, left, "lo_20_rungqh")
    kept.loc[1, ["measure", "period"]] = ["ND", "2027"]
    # A stand that no rule gives a measure is given one.
    (pine, *_) = kept.index[kept["measure"].fillna("").eq("") & kept["land_class"].ne("bare")]
    kept.loc[pine, "measure"] = "KGL"
    rewrite(edited, kept, "lo_20_rungqh_giu")
    (out,) = [row for row in changes(project, edited, capsys) if row["change"] == "deleted"]
    # A row of the planning layer stands for what was chosen of the plot.
    assert out["before_ha"] == pytest.approx(chosen.loc[gone, "area_ha"])
    table = tmp_path / "quyết định.csv"
    assert command(["qgis", str(project), "--changes", str(edited), "--decisions", str(table)]) == 0
    said = capsys.readouterr().out
    assert "quyết định.csv: 4;" in said
    assert "no decision" not in said
    record, stand = (f"{kept.loc[fid, 'layer']}:{kept.loc[fid, 'row']}" for fid in (1, pine))
    told = pd.read_csv(table, keep_default_na=False).set_index("plot")
    assert told["decision"].to_dict() == {
        names[gone]: "exclude", names[locked]: "first", record: "ND", stand: "KGL"
    }  # fmt: skip
    assert told.loc[record, "period"] == "2027"
    # An earlier table is not replaced unasked.
    assert command(["qgis", str(project), "--changes", str(edited), "--decisions", str(table)]) == 2
    again = project.parent / "decided.yaml"
    shutil.copy(table, project.parent / "decisions.csv")
    text = project.read_text("utf-8").replace(
        "planning: {make: true}", "planning: {make: true, decisions: decisions.csv}"
    )
    again.write_text(text, "utf-8")
    result = run_project(load_project(again), options=RunOptions(only=("planning",), write=False))
    made = result[PlanningMap]
    taken = made.plots["layer"] + ":" + made.plots["row"].astype(str)
    assert names[gone] not in set(taken)
    assert names[locked] in set(taken)
    after = made.kept.assign(name=made.kept["layer"] + ":" + made.kept["row"].astype(str))
    after = after.set_index("name")
    assert after.loc[record, ["measure", "period"]].tolist() == ["ND", "2027"]
    assert after.loc[stand, ["measure", "basis"]].tolist() == ["KGL", "decision"]
    assert after.loc[stand, "period"] == "2026–2030"


def test_decisions_without_a_file_that_came_back_are_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["qgis", str(project), "--decisions", "x.csv"]) == 2
    assert "--decisions needs --changes" in capsys.readouterr().err


def test_a_plot_that_was_split_is_told_with_the_row_it_comes_from(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plots = pyogrio.read_dataframe(edited, layer="plots_1", fid_as_index=True)
    first = plots.index[0]
    west, south, east, north = plots.geometry.loc[first].bounds
    halves = [shapely.box(west, south, (west + east) / 2, north),
              shapely.box((west + east) / 2, south, east, north)]  # fmt: skip
    parts = [shapely.intersection(plots.geometry.loc[first], half) for half in halves]
    added = plots.loc[[first]].set_axis([9_999], axis="index")
    plots.loc[[first], "geometry"] = [parts[0]]
    added.loc[[9_999], "geometry"] = [parts[1]]
    both = gpd.GeoDataFrame(pd.concat([plots, added]), crs=plots.crs).rename_axis("fid")
    rewrite(edited, both, "plots_1")
    told = {row["fid"]: row for row in changes(project, edited, capsys)}
    assert (told[first]["change"], told[first]["fields"]) == ("edited", "geometry")
    assert (told[9_999]["change"], told[9_999]["fields"]) == ("split", str(first))
    # The ledger now stands twice, and the sums say so.
    assert told[9_999]["after_ha"] == told[first]["after_ha"] == told[first]["before_ha"]
    assert command(["qgis", str(project), "--changes", str(edited)]) == 0
    text = capsys.readouterr().out
    assert f"row 9999 split off row {first}; both carry its ledger hectares" in text


def test_edits_made_by_qgis_itself_are_told(
    project: Path, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tell_in_qgis("edit_in_qgis.py", f"{edited}|layername=plots_1", home=tmp_path)
    assert (made["split"], made["saved"]) == (0, True)
    (first, second, third), (new,) = made["rows"], made["new"]
    told = {row["fid"]: row for row in changes(project, edited, capsys)}
    assert {fid: row["change"] for fid, row in told.items()} == {
        first: "edited", second: "edited", third: "deleted", new: "split"
    }  # fmt: skip
    assert (told[first]["fields"], told[second]["fields"]) == ("geometry", "sldlr")
    assert told[new]["fields"] == str(first)


def test_a_project_that_was_run_needs_no_planning_layer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every table is there from the run, and no step but the check reads the layers."""
    path = write_project(tmp_path / "vùng trồng")
    path.write_text(path.read_text("utf-8") + "\nqgis: {make: true}\n", "utf-8")
    assert command(["run", str(path)]) == 0
    capsys.readouterr()
    returned = Path(shutil.copy(path.parent / "out" / "qgis" / "project.gpkg", tmp_path))
    with closing(sqlite3.connect(returned)) as base, base:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0)
        base.execute("UPDATE plots_1 SET dtich = dtich + 1.5 WHERE fid = 2")
    (edit,) = changes(path, returned, capsys)
    assert (edit["fid"], edit["fields"]) == (2, "dtich")
    assert edit["after_ha"] == pytest.approx(edit["before_ha"] + 1.5)  # type: ignore[operator]


def run_with_edits(folder: Path) -> tuple[Path, Path]:
    """Project that was run, and a copy of its GeoPackage in which a ledger grew by 1.5 ha."""
    path = write_project(folder / "vùng trồng")
    path.write_text(
        path.read_text("utf-8") + "\nplanning: {make: true}\nqgis: {make: true}\n", "utf-8"
    )
    run_project(load_project(path), options=RunOptions(only=("qgis",)))
    returned = Path(shutil.copy(path.parent / "out" / "qgis" / "project.gpkg", folder))
    grow(returned)
    return path, returned


def grow(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0)
        base.execute("UPDATE plots_1 SET dtich = dtich + 1.5 WHERE fid = 2")


def test_edits_are_told_although_a_target_has_changed_since(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are held against what the run wrote; nothing is done again, and it is said."""
    path, returned = run_with_edits(tmp_path)
    name = "lang-son-2026-2030"
    plan = embedded_plans()[name].read_text("utf-8").replace("low: 55000", "low: 54000")
    (path.parent / "plan.yaml").write_text(plan, "utf-8")
    path.write_text(path.read_text("utf-8").replace(f"[{name}", "[plan.yaml"), "utf-8")
    monkeypatch.setattr("zones.run.run._do", None)  # nothing is done
    (edit,) = changes(path, returned, capsys)
    assert (edit["fid"], edit["change"], edit["fields"]) == (2, "edited", "dtich")
    assert edit["after_ha"] == pytest.approx(edit["before_ha"] + 1.5)  # type: ignore[operator]
    assert command(["qgis", str(path), "--changes", str(returned)]) == 0
    printed = capsys.readouterr()
    assert "have changed since: plans" in " ".join(printed.err.split())
    assert "row 2 edited: dtich" in printed.out


def test_decisions_by_record_need_the_layers_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plot that left the layer moves the records behind it: decisions would hit others."""
    path, returned = run_with_edits(tmp_path)
    forest = gpd.read_file(path.parent / "forest.gpkg")
    forest.iloc[1:].to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    asked = ["qgis", str(path), "--changes", str(returned)]
    assert command([*asked, "--decisions", str(tmp_path / "d.csv")]) == 2
    assert "made from other data" in capsys.readouterr().err
    assert not (tmp_path / "d.csv").exists()
    assert command(asked) == 0
    assert "have changed since: layers" in " ".join(capsys.readouterr().err.split())


def test_a_file_that_was_edited_in_its_place_is_held_against_what_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run kept a copy; without one the layers are made again, with the same answer."""
    path, returned = run_with_edits(tmp_path)
    inside = path.parent / "out" / "qgis" / "project.gpkg"
    grow(inside)
    with monkeypatch.context() as patched:
        patched.setattr("zones.run.run._do", None)  # nothing is done
        found = changes(path, inside, capsys)
        assert changes(path, returned, capsys) == found
    (edit,) = found
    assert (edit["fid"], edit["fields"]) == (2, "dtich")
    assert edit["after_ha"] == pytest.approx(edit["before_ha"] + 1.5)  # type: ignore[operator]
    copy = path.parent / "out" / "tables" / "qgis_project.gpkg.zst"
    copy.write_bytes(copy.read_bytes()[:-9])
    assert changes(path, inside, capsys) == found


def test_a_planning_layer_that_the_last_run_did_not_write_is_held_against_the_project(
    project: Path, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It came from the run before, and all that came back is held against the project of today."""
    without = shutil.ignore_patterns("out")
    copied = shutil.copytree(project.parent, tmp_path / "vùng trồng", ignore=without)
    path = Path(copied) / project.name
    text = path.read_text("utf-8")
    path.write_text(text.replace("planning: {make: true}", ""), "utf-8")
    run_project(load_project(path), options=RunOptions(only=("qgis",)))
    path.write_text(text, "utf-8")
    assert (
        command(["qgis", str(path), "--changes", f"{path.parent / 'out/qgis/project.gpkg'}"]) == 0
    )
    # Steps that were not done have no keys that could have changed.
    assert "have changed since: planning." in " ".join(capsys.readouterr().err.split())
    chosen = pyogrio.read_dataframe(edited, layer="lo_20_rungqh", fid_as_index=True)
    rewrite(edited, chosen.drop(index=1), "lo_20_rungqh")
    table = tmp_path / "d.csv"
    assert command(["qgis", str(path), "--changes", str(edited), "--decisions", str(table)]) == 0
    printed = capsys.readouterr().out
    assert "d.csv: 1;" in printed
    assert "row 1 deleted" in printed
    told = pd.read_csv(table)[["plot", "decision"]].to_numpy().tolist()
    assert told == [[f"{chosen.loc[1, 'layer']}:{chosen.loc[1, 'row']}", "exclude"]]


def test_edits_of_a_chosen_plot_that_are_no_decision_are_named(
    project: Path, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another year was told among the changes, and lost among the decisions without a word."""
    chosen = pyogrio.read_dataframe(edited, layer="lo_20_rungqh", fid_as_index=True)
    fid, gone, *_ = chosen.index
    left = chosen.drop(index=gone)
    left.loc[fid, "year"] += 1
    rewrite(edited, left, "lo_20_rungqh")
    table = tmp_path / "d.csv"
    assert command(["qgis", str(project), "--changes", str(edited), "--decisions", str(table)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"outline, added or split rows): {fid}. Plots" in printed
    assert len(pd.read_csv(table)) == 1
    again = ["--decisions", str(table), "--overwrite", "--json"]
    assert command(["qgis", str(project), "--changes", str(edited), *again]) == 0
    printed, beside = capsys.readouterr()
    assert len(json.loads(printed)["changes"]) == 2  # nothing but JSON
    assert f"{fid}. Plots" in " ".join(beside.split())


def test_a_planning_layer_is_read_although_none_is_made_any_more(
    project: Path, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the last run nor the project makes one: the file came from a run before."""
    without = shutil.ignore_patterns("out")
    copied = shutil.copytree(project.parent, tmp_path / "vùng trồng", ignore=without)
    path = Path(copied) / project.name
    text = path.read_text("utf-8").replace("planning: {make: true}", "")
    path.write_text(text, "utf-8")
    run_project(load_project(path), options=RunOptions(only=("qgis",)))
    chosen = pyogrio.read_dataframe(edited, layer="lo_20_rungqh", fid_as_index=True)
    rewrite(edited, chosen.drop(index=1), "lo_20_rungqh")
    (edit,) = changes(path, edited, capsys)
    assert (edit["fid"], edit["change"]) == (1, "deleted")
    # With another target other plots are chosen: an edit could not be told.
    name = "lang-son-2026-2030"
    plan = embedded_plans()[name].read_text("utf-8").replace("low: 55000", "low: 54000")
    (path.parent / "plan.yaml").write_text(plan, "utf-8")
    path.write_text(text.replace(f"[{name}", "[plan.yaml"), "utf-8")
    assert command(["qgis", str(path), "--changes", str(edited)]) == 2


def test_a_layer_that_the_project_does_not_write_is_not_passed_over(
    project: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plots = pyogrio.read_dataframe(edited, layer="plots_1")
    pyogrio.write_dataframe(plots, edited, layer="plots_9", append=False)
    assert changes(project, edited, capsys) == []  # A copy of the user's own
    with closing(sqlite3.connect(edited)) as base, base:
        base.execute(
            "UPDATE gpkg_contents SET description = 'Lớp cũ [vungtrong:0]'"
            " WHERE table_name = 'plots_9'"
        )
    assert command(["qgis", str(project), "--changes", str(edited)]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "made from other data" in told
    assert "Lớp cũ" in told
