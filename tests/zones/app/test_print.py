"""Print at the desk: files that are older than the last change, and the heading of the annex."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from tests.factories import forest_plots
from zones.app.refused import RefusedError
from zones.plan.files import load_plan
from zones.project.model import load_project

SIGNED = {"number": "II", "signed_as": ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "signed_by": "Lê Văn A"}


def old(files: list[dict[str, Any]]) -> set[str]:
    return {item["name"] for item in files if item["old"]}


def test_files_from_before_the_last_change_are_marked(sit: Any, project: Path) -> None:
    desk = sit(project)
    every = {"annex.xlsx", "annex.docx", "map.html"}
    assert old(desk.ask("print", "make", products=["annex", "map"])["files"]) == set()
    stamp = desk.ask("targets", "ground")["stamp"]
    desk.ask("targets", "save", changes=["low.pine=45"], stamp=stamp)
    assert old(desk.ask("print", "ground")["files"]) == every
    told = desk.ask("print", "verify")
    assert told["agrees"]  # with each other, and the page says what they are older than
    assert old(told["files"]) == every
    assert old(desk.ask("print", "make", products=["annex", "map"])["files"]) == set()
    forest_plots().head(4).to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    assert old(desk.ask("print", "ground")["files"]) == every
    (project.parent / "out" / "run.json").unlink()
    assert old(desk.ask("print", "ground")["files"]) == every


def test_a_heading_is_written_and_printed(sit: Any, project: Path) -> None:
    text = project.read_text("utf-8")
    project.write_text(text + "annex:\n  communes: listed  # ghi chú\n", "utf-8")
    desk = sit(project)
    desk.ask("print", "make", products=["annex", "map"])
    heading = desk.ask("print", "ground")["heading"]
    assert (heading["title"], heading["signed_as"]) == ("Thử nghiệm", [])
    assert heading["usual"]
    seen = desk.ask("print", "head", title="Thử nghiệm", **SIGNED)
    assert old(seen["files"]) >= {"annex.xlsx", "annex.docx"}
    assert seen["heading"] == heading | SIGNED
    written = project.read_text("utf-8")
    assert "  communes: listed  # ghi chú\n" in written
    assert written.startswith(text)  # and nothing else moved
    made = desk.ask("print", "make", products=["annex", "atlas"], communes=["06148"])["files"]
    assert old(made).isdisjoint({"annex.xlsx", "annex.docx", "atlas.pdf"})
    printed = docx.Document(str(project.parent / "out" / "annex.docx")).element.xpath("//w:t")
    told = {str(text.text).strip() for text in printed}
    assert {"KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Văn A"} <= told
    desk.ask("print", "head", title="Kế hoạch mới", number="II")
    project_now = load_project(project)
    assert (project_now.title, project_now.annex.signature) == ("Kế hoạch mới", None)
    with pytest.raises(RefusedError, match="no longer load"):
        desk.ask("print", "head", title="x" * 300)
    assert load_project(project).title == "Kế hoạch mới"


def test_every_table_of_the_annex_is_shown(sit: Any, project: Path) -> None:
    """The forecast of forest cover among them, with the years that are printed."""
    desk = sit(project)
    desk.ask("print", "make", products=["annex"])
    sheets = openpyxl.load_workbook(project.parent / "out" / "annex.xlsx").worksheets
    titles = [title["vi"] for title in desk.ask("print", "ground")["tables"]]
    assert [title.split(".")[0].split()[-1] for title in titles] == [
        sheet.title.split()[0] for sheet in sheets
    ]
    years = [str(year) for year in range(2025, 2031)]
    shown = [
        title
        for place, title in enumerate(titles)
        if [row[0] for row in desk.ask("print", "table", index=place)["rows"]] == years
    ]
    printed = [
        [str(cell.value) for cell in sheet["A"] if str(cell.value) in years] for sheet in sheets
    ]
    assert len(shown) == printed.count(years) == 1


def test_a_change_of_the_atlas_marks_what_is_made_of_it(sit: Any, project: Path) -> None:
    desk = sit(project)
    asked = {"products": ["annex", "atlas", "map"], "communes": ["06148"]}
    assert old(desk.ask("print", "make", **asked)["files"]) == set()  # sheets that were asked for
    text = project.read_text("utf-8")
    project.write_text(text + "atlas: {forest_legend: tcvn11565}\n", "utf-8")
    assert "atlas.pdf" in old(desk.ask("print", "ground")["files"])
    project.write_text(text, "utf-8")
    assert old(desk.ask("print", "ground")["files"]) == set()


ANNEX = """\
annex:
  attached_to: Quyết định số 5  # văn bản
  signature:  # người ký
    titles:
      - TM. ỦY BAN NHÂN DÂN  # thay mặt
      - CHỦ TỊCH  # chức danh
    name: Lê Văn A  # họ tên
  communes: all
"""


def test_a_heading_is_written_where_it_was_changed_and_nowhere_else(
    sit: Any, project: Path
) -> None:
    bare = project.read_text("utf-8")
    desk = sit(project)
    heading = desk.ask("print", "ground")["heading"]
    usual = heading["usual"]
    assert (heading["number"], heading["attached_to"]) == ("I", "")
    asked = {key: heading[key] for key in ("title", "number", "attached_to")}
    desk.ask("print", "head", **asked)
    assert project.read_text("utf-8") == bare  # nobody asked for a number
    with pytest.raises(RefusedError, match="title of the signer"):
        desk.ask("print", "head", **asked, signed_by="Lê Văn A")
    assert project.read_text("utf-8") == bare
    text = bare + ANNEX
    project.write_text(text, "utf-8")
    heading = desk.ask("print", "ground")["heading"]
    assert (heading["attached_to"], heading["usual"]) == ("Quyết định số 5", usual)
    same = {key: heading[key] for key in (*asked, "signed_as", "signed_by")}
    desk.ask("print", "head", **same)
    assert project.read_text("utf-8") == text
    titles = ["TM. ỦY BAN NHÂN DÂN", "PHÓ CHỦ TỊCH"]
    desk.ask("print", "head", **{**same, "signed_as": titles, "signed_by": "Trần Thị B"})
    written = project.read_text("utf-8")
    assert [line.replace("  #", " #") for line in written.splitlines() if "#" in line] == [
        "  attached_to: Quyết định số 5 # văn bản",
        "  signature: # người ký",
        "      - TM. ỦY BAN NHÂN DÂN # thay mặt",
        "      - PHÓ CHỦ TỊCH # chức danh",
        "    name: Trần Thị B # họ tên",
    ]
    desk.ask("print", "head", **{**same, "attached_to": "", "signed_as": [], "signed_by": ""})
    annex = load_project(project).annex
    assert (annex.attached_to, annex.signature, annex.communes) == ("", None, "all")


def test_a_scenario_takes_its_heading_from_its_project(sit: Any, project: Path) -> None:
    desk = sit(project)
    name = desk.ask("scenarios", "save", name="B", changes=["low.pine=45"])["file"]
    assert desk.ask("print", "ground")["heading"]["scenario"] is False
    desk.ask("start", "open", path=str(project.parent / name))
    assert desk.ask("print", "ground")["heading"]["scenario"] is True
    before = (project.parent / name).read_bytes()
    with pytest.raises(RefusedError, match="no longer load"):
        desk.ask("print", "head", title="Khác", **SIGNED)
    assert (project.parent / name).read_bytes() == before


def test_the_present_area_of_a_zone_with_a_list_is_told_by_commune(seated: Any) -> None:
    ground = seated.ask("targets", "ground")
    listed = {item["zone"]: item for item in ground["original"] if item["list"]}
    assert listed
    targets = {item["zone"]: item for item in ground["plan"]["targets"]}
    for item in ground["zones"]:
        assert bool(item["present"]) <= (item["zone"] in listed)
        if item["present"]:
            total = targets[item["zone"]]["present_ha"]
            assert sum(item["present"].values()) == pytest.approx(total, abs=1e-6)
    assert any(sum(item["present"].values()) > 0 for item in ground["zones"])


def test_a_zone_whose_land_no_layer_shows_is_told_the_layer(seated: Any) -> None:
    ground = seated.ask("targets", "ground")
    told = {item["zone"]: item["noMap"] for item in ground["zones"]}
    assert told["pine"] is None
    assert "còn thiếu Bản đồ hiện trạng sử dụng đất" in told["custard_apple"]["vi"]
    reasons = seated.ask("targets", "why", changes=[])
    mine = {row["kind"] for row in reasons if row["zone"] == "custard_apple"}
    assert "no_map" in mine
    assert not {kind for kind in mine if kind.startswith(("repair", "own_limits", "nowhere"))}


def test_the_rows_that_a_finding_of_a_table_is_about_are_shown(sit: Any, project: Path) -> None:
    file = project.parent / "fruit.csv"
    file.write_text(file.read_text("utf-8") + "06529,cây lạ,2025,3\n", "utf-8")
    desk = sit(project)
    found = desk.ask("check", "findings")["findings"]
    mine = next(it for it in found if it["source"] == "fruit" and it["kind"] == "crop-unknown")
    assert mine["rows"]
    assert not mine["plots"]
    seen = desk.ask("check", "rows", index=mine["index"])
    assert seen["columns"] == ["commune_code", "crop", "year", "area_ha"]
    assert seen["rows"] == [["5", "06529", "cây lạ", "2025", "3"]]
    assert seen["left_out"] == 0
    with pytest.raises(RefusedError, match="has changed"):
        desk.ask("check", "rows", index=9999)


def test_the_sureness_of_figures_read_from_a_text_is_listed(sit: Any, project: Path) -> None:
    document = docx.Document()
    for line in (
        "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN",
        "KẾ HOẠCH",
        "Phát triển các vùng sản xuất cây trồng giai đoạn 2026-2030",
        "II. MỤC TIÊU CỤ THỂ",
        "1. Vùng trồng Thông: đến năm 2030 diện tích 20.000 - 22.000 ha.",
        "2. Diện tích khác khoảng 900 ha.",
        "3. Sản lượng gỗ khai thác rừng trồng mỗi năm trên 200.000 m3/năm.",
    ):
        document.add_paragraph(line)
    document.save(str(project.parent / "ke-hoach.docx"))
    desk = sit(project)
    answer = desk.ask("files", "extract", path=str(project.parent / "ke-hoach.docx"), lead=False)
    (draft,) = answer["drafts"]
    assert len(draft["figures"]) == draft["targets"] > 0
    pine = next(row for row in draft["figures"] if row["figure"]["vi"] == "20.000–22.000 ha")
    assert (pine["figure"]["en"], pine["year"]) == ("20,000–22,000 ha", 2030)
    assert pine["unsure"] is False
    assert pine["name"]["vi"].startswith("Thông: ")
    timber = next(row["figure"] for row in draft["figures"] if "m³" in row["figure"]["vi"])
    assert timber == {"vi": "ít nhất 200.000 m³/năm", "en": "at least 200,000 m³/year"}
    assert 0.65 <= pine["sure"] <= 1
    order = [row["sure"] for row in draft["figures"]]
    assert order == sorted(order)  # the least sure first
    assert {row["unsure"] for row in draft["figures"] if row["sure"] < 0.65} == {True}
    # What was not understood stands at the end of the file, as the page says, and a target that
    # the document does not set can be struck.
    file = project.parent / draft["file"]
    ending = [line for line in file.read_text("utf-8").splitlines() if line.startswith("# ")]
    assert any(line.startswith("# Cần xác nhận") and "900 ha" in line for line in ending)
    (struck,) = [row["target"] for row in draft["figures"] if "900 ha" in row["figure"]["vi"]]
    (left,) = desk.ask("files", "strike", file=draft["file"], target=struck)["drafts"]
    assert len(left["figures"]) == len(draft["figures"]) - 1
    assert struck not in {item.target for _, item in load_plan(file).all_targets()}
    kept = [line for line in file.read_text("utf-8").splitlines() if line.startswith("# ")]
    assert kept == ending
