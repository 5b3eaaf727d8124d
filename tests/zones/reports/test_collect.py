"""Reports in: what is spoilt is named with its cell, what is right is counted, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks._report_faults import FAULTS, LAST, FilledForm, cells_named
from benchmarks._report_other_forms import OTHER_FAULTS, OTHER_FORMS, FilledTable, can_have
from layers.base.language import Phrase
from layers.io.workbook import Sheet
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected, Returned, keep, save_collected
from zones.reports.consolidate import reported_crops
from zones.reports.known import KnownFigures
from zones.reports.ledger import Ledger
from zones.reports.reading.entries import Entry, PageReading
from zones.reports.reading.intake import Page, ReturnedFile
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

Fill = Callable[[str], FilledForm]


@pytest.fixture(scope="module")
def fill(forms_2026: Path) -> Fill:
    """Form of a commune, filled in truly."""

    def filled(code: str) -> FilledForm:
        path = next(forms_2026.glob(f"*{code}*"))
        return FilledForm(path, LAST[code]).fill()

    return filled


@pytest.fixture(scope="module")
def spoilt(
    round_2026: Round, fill: Fill, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[set[str], Collected]]:
    """Each kind of fault in a form of its own, collected by itself."""
    found = {}
    for kind, (_, spoil) in FAULTS.items():
        folder = tmp_path_factory.mktemp("back")
        form = fill("06529")
        cells = spoil(form)
        form.book.save(folder / "báo cáo.xlsx")
        found[kind] = cells, collect(folder, round_2026, [load_form("plan-annual")])
    return found


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_named_with_its_cell(
    kind: str, spoilt: dict[str, tuple[set[str], Collected]]
) -> None:
    cells, got = spoilt[kind]
    rule, _ = FAULTS[kind]
    told = got.findings[got.findings["kind"] == rule]
    assert cells <= cells_named(told), got.findings[["kind", "cell", "message_en"]].to_string()
    others = cells_named(got.findings) - cells
    row = {int("".join(filter(str.isdigit, cell))) for cell in cells}
    beyond = {cell for cell in others if int("".join(filter(str.isdigit, cell))) not in row}
    # Rules that bind a row may name its other cells; a row given twice names its first place.
    # A copied sheet says all its other figures once more.
    assert not beyond or kind in ("row twice", "sheet copied with another figure"), got.findings[
        ["kind", "cell"]
    ].to_string()


def test_forms_filled_in_truly_raise_no_alarm(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    for code in LAST:
        fill(code).book.save(tmp_path / f"{code}.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert got.findings.empty
    assert set(got.figures["verdict"]) == {"accepted"}
    standing = got.figures[(got.figures["row"] == "pine") & (got.figures["column"] == "standing")]
    by_commune = standing.set_index("reporter")["value"].to_dict()
    assert by_commune == {code: pytest.approx(LAST[code]["pine"] + 6.5) for code in LAST}


def test_every_row_is_counted_or_listed(spoilt: dict[str, tuple[set[str], Collected]]) -> None:
    for kind, (_, got) in spoilt.items():
        file = got.files.iloc[0]
        assert file["rows"] == file["rows_counted"] + file["rows_listed"] == len(got.rows), kind
        asked = got.figures[got.figures["verdict"] == "asked"]
        assert asked["value"].isna().all(), "what is asked back is not counted"
        lines = set(asked["cell"].str.extract(r"(\d+)")[0].astype(int))
        listed = set(got.rows.loc[got.rows["kind"] == "asked", "row"])
        assert kind in ("another year", "another province", "unknown form") or lines <= listed


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_faults_of_the_other_forms_are_named(name: str, round_2026: Round, tmp_path: Path) -> None:
    form = load_form(name)
    asked = replace(round_2026, communes=round_2026.communes[:1])
    (path, *_) = save_forms(form, asked, tmp_path / "out")
    back = tmp_path / "back"
    back.mkdir()
    FilledTable(path, form, scale=1.5).book.save(back / "0.xlsx")
    got = collect(back, asked, [form])
    assert got.findings.empty, got.findings[["kind", "cell"]].to_string()
    kinds = [kind for kind in OTHER_FAULTS if can_have(kind, form)]
    wanted = {}
    for kind in kinds:
        filled = FilledTable(path, form, scale=1.5)
        wanted[kind] = OTHER_FAULTS[kind][1](filled)
        filled.book.save(back / f"{kind}.xlsx")
    got = collect(back, asked, [form])
    for kind, cells in wanted.items():
        mine = got.findings[got.findings["file"] == f"{kind}.xlsx"]
        told = mine[mine["kind"] == OTHER_FAULTS[kind][0]]
        assert cells <= cells_named(told), (kind, mine[["kind", "cell"]].to_string())


def test_communes_that_were_exchanged_accuse_each_other(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    one, other = fill("06529"), fill("06613")
    for zone in LAST["06529"]:
        values = [form.value(zone, "standing") for form in (one, other)]
        one.put(zone, "standing", values[1])
        other.put(zone, "standing", values[0])
    one.book.save(tmp_path / "a.xlsx")
    other.book.save(tmp_path / "b.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == "communes-exchanged"]
    assert set(told["reporter"]) == {"06529", "06613"}
    assert set(told.loc[told["reporter"] == "06529", "found"]) == {"xã Đình Lập"}


def test_numbers_as_people_type_them_are_read(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    form = fill("06529")
    form.put("pine", "standing", "4.343,2")
    form.put("anise", "standing", "267,7 ha")
    form.put("acacia", "standing", "149,20")
    form.book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert got.findings.empty, got.findings[["kind", "message_en"]].to_string()
    standing = got.figures[got.figures["column"] == "standing"].set_index("row")["value"]
    assert standing[["pine", "anise", "acacia"]].tolist() == [4343.2, 267.7, 149.2]


def test_a_plot_in_two_communes_is_asked_back(round_2026: Round, tmp_path: Path) -> None:
    import openpyxl

    form = load_form("forest-01")
    empty = tmp_path / "empty"
    save_forms(form, round_2026, empty)
    back = tmp_path / "back"
    back.mkdir()
    for code in ("06529", "06148"):
        book = openpyxl.load_workbook(next(empty.glob(f"*{code}*")))
        sheet = book.worksheets[1]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for name, value in (("compartment", "214"), ("sub-compartment", "3"), ("plot", "12a"),
                            ("area", 1.5)):  # fmt: skip
            sheet.cell(8, columns[name]).value = value
        book.save(back / f"{code}.xlsx")
    got = collect(back, round_2026, [form])
    told = got.findings[got.findings["kind"] == "plot-twice"]
    assert set(told["reporter"]) == {"06529", "06148"}
    assert set(told["found"]) == {"214/3/12a"}


def _save(rows: list[list[object]], path: Path, **options: object) -> None:
    pd.DataFrame(rows).to_excel(path, header=False, index=False, **options)


def _standing(got: Collected) -> dict[tuple[str, str], float]:
    figures = got.figures[got.figures["value"].notna() & (got.figures["column"] == "standing")]
    return {
        (code, row): value
        for code, row, value in figures[["reporter", "row", "value"]].itertuples(index=False)
    }


def test_somebodys_own_table_of_one_commune(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["ỦY BAN NHÂN DÂN XÃ LỘC BÌNH", None, None, None, None],
        ["BÁO CÁO DIỆN TÍCH CÂY TRỒNG NĂM 2026", None, None, None, None],
        [None] * 5,
        ["STT", "Cây trồng", "Diện tích hiện có (ha)", "Trồng mới (ha)", "Ghi chú"],
        [1, "Thông", 4343.2, 10.5, None],
        [2, "Cây hồi", "267,7", 10.5, "rừng cũ"],
        [3, "Na", 0, 0, None],
        [None, "Tổng cộng", 4610.9, 21, None],
        ["Ghi chú: số liệu đến 15/11", None, None, None, None],
    ]
    _save(rows, tmp_path / "bc.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert _standing(got) == {
        ("06529", "pine"): 4343.2, ("06529", "anise"): 267.7, ("06529", "custard_apple"): 0.0,
    }  # fmt: skip
    kinds = got.rows.set_index("row")["kind"]
    assert kinds[8] == "total"
    assert kinds[9] == "note"
    assert not (got.findings["severity"] == "problem").any(), got.findings.to_string()


def test_several_communes_with_a_header_of_two_rows(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["TỔNG HỢP DIỆN TÍCH NĂM 2026", None, None, None, None, None],
        ["TT", "Xã", "Thông", None, "Hồi", None],
        [None, None, "Hiện có", "Trồng mới", "Hiện có", "Trồng mới"],
        [1, "Lộc Bình", 4343.2, 10.5, 267.7, 10.5],
        [2, "xã Thụy Hùng", 876.8, 10.5, 1910.5, 10.5],
        [3, "Cộng", 5220, 21, 2178.2, 21],
    ]
    _save(rows, tmp_path / "th.xls.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert _standing(got) == {
        ("06529", "pine"): 4343.2, ("06529", "anise"): 267.7,
        ("06148", "pine"): 876.8, ("06148", "anise"): 1910.5,
    }  # fmt: skip
    assert len(next(got.submissions())) == 2


def test_a_total_that_is_none_is_asked_back(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["Xã", "Hiện có", "Cây"], ["Lộc Bình", 10, "Na"], ["Thụy Hùng", 20, "Na"],
        ["Tổng cộng", 35, None],
    ]  # fmt: skip
    _save(rows, tmp_path / "th.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == "total-differs"]
    assert told["cell"].tolist() == ["B4"]
    assert told["expected"].tolist() == ["30"]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (["Lộc Bìmh", "Na", 5], "commune-near"),
        (["Sầm Sơn", "Na", 5], "commune-unknown"),
        (["Lộc Bình", "Sầu riêng", 5], "row-unplaced"),
        (["Bính Xá", "Na", 5], "old-name-split"),
    ],
)
def test_a_row_that_nobody_can_place_is_asked_back(
    row: list[object], rule: str, round_2026: Round, tmp_path: Path
) -> None:
    _save([["Xã", "Cây trồng", "Hiện có"], row, ["Thụy Hùng", "Na", 1]], tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == rule]
    assert told["cell"].tolist() == ["C2"], got.findings[["kind", "cell"]].to_string()


def test_figures_of_old_communes_are_added_up(round_2026: Round, tmp_path: Path) -> None:
    rows = [["Xã", "Cây trồng", "Hiện có"], ["Thụy Hùng (Cao Lộc)", "Na", 5]]
    _save(rows, tmp_path / "t.csv.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert len(got.figures) == 1


def _old_communes(standing: tuple[object, object]) -> list[list[object]]:
    """Anise of two old communes that are Thụy Hùng today, where 1,904 ha stood last year."""
    return [
        ["BÁO CÁO NĂM 2026", None, None, None, None],
        ["Xã", "Cây trồng", "Trồng mới (ha)", "Giảm (ha)", "Hiện có (ha)"],
        ["Trùng Khánh", "Hồi", 10, 4, standing[0]],
        ["Thanh Long", "Hồi", 5, 1, standing[1]],
    ]


def test_old_communes_are_checked_by_their_sum(round_2026: Round, tmp_path: Path) -> None:
    _save(_old_communes((1000, 914)), tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert set(got.findings["kind"]) == {"old-names-added", "old-name"}
    assert reported_crops(got.figures, got.figures)["standing_ha"].tolist() == [1914.0]


def test_a_sum_of_old_communes_that_cannot_be_is_asked_back_with_all_its_cells(
    round_2026: Round, tmp_path: Path
) -> None:
    _save(_old_communes((1000, 9140)), tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["severity"] == "problem"]
    assert {"E3", "E4"} <= cells_named(told), got.findings.to_string()
    standing = got.figures[got.figures["column"] == "standing"]
    assert standing["verdict"].tolist() == ["asked", "asked"]


def test_a_part_of_a_sum_with_two_readings_is_asked_back(round_2026: Round, tmp_path: Path) -> None:
    _save(_old_communes((1000, "khoảng 1.200")), tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == "two-readings"]
    assert told["cell"].tolist() == ["E4"]
    assert reported_crops(got.figures, got.figures)["standing_ha"].isna().all()


def test_a_table_in_sào_is_converted(round_2026: Round, tmp_path: Path) -> None:
    rows = [["XÃ LỘC BÌNH NĂM 2026", None], ["Cây trồng", "Hiện có (sào)"], ["Na", 1000]]
    _save(rows, tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert _standing(got) == {("06529", "custard_apple"): pytest.approx(36.0)}
    assert set(got.findings["kind"]) == {"unit-converted"}


def test_another_years_table_is_asked_back(round_2026: Round, tmp_path: Path) -> None:
    rows = [["XÃ LỘC BÌNH NĂM 2025", None], ["Cây trồng", "Hiện có"], ["Na", 10]]
    _save(rows, tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert got.figures["verdict"].tolist() == ["asked"]
    assert "year-shifted" in set(got.findings["kind"])


def test_csv_with_semicolons_is_read(round_2026: Round, tmp_path: Path) -> None:
    text = "xa;cay trong;hien co\nLộc Bình;Na;12,5\nThụy Hùng;Chè;1.040,5\n"
    (tmp_path / "bao cao.csv").write_text(text, "utf-8-sig")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert _standing(got)["06529", "custard_apple"] == 12.5


def test_a_form_copied_from_another_commune_is_asked_back_whatever_else_they_sent(
    round_2026: Round, fill: Fill, forms_2026: Path, tmp_path: Path
) -> None:
    one, other = fill("06529"), fill("06148")
    other.last = one.last
    for row in one.last:
        for column in ("planted", "lost", "standing", "certified"):
            other.put(row, column, one.value(row, column))
    for zone in set(LAST["06148"]) - set(one.last):
        for column in ("planted", "lost", "standing", "certified"):
            other.put(zone, column, None)
    one.book.save(tmp_path / "a.xlsx")
    other.book.save(tmp_path / "b.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == "copied"]
    # By last year's these are Lộc Bình's own: only the other one is asked.
    assert set(told["reporter"]) == {"06148"}
    assert set(told["found"]) == {"xã Lộc Bình"}


def test_a_file_taken_in_earlier_is_asked_back_when_another_commune_sends_the_same(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    """Both are asked whose figures these are where no last year's tells it."""
    round_2026 = replace(round_2026, known=KnownFigures())
    ledger, out = Ledger(tmp_path / "sổ.sqlite"), tmp_path / "trả lời"
    one, other = fill("06529"), fill("06148")
    for row in set(one.last) | set(other.last):
        for column in ("planted", "lost", "standing", "certified"):
            cell = one.sheet()[one.cell(row, column)].value
            other.put(row, column, cell)
    for folder, form in (("một", one), ("hai", other)):
        (tmp_path / folder).mkdir()
        form.book.save(tmp_path / folder / f"{folder}.xlsx")
    forms = [load_form("plan-annual")]
    first = collect(tmp_path / "một", round_2026, forms, ledger=ledger)
    keep(first, ledger)
    assert ledger.history()["verdict"].tolist() == ["accepted"]
    for _ in range(2):  # The same folder once more tells nothing new
        second = collect(tmp_path / "hai", round_2026, forms, ledger=ledger)
        keep(second, ledger)
        save_collected(second, round_2026, out, ledger=ledger)
    assert ledger.history()["verdict"].tolist() == ["asked", "asked"]
    figures = ledger.figures(2026)
    mine = figures[(figures["reporter"] == "06529") & (figures["column"] == "standing")]
    assert mine["value"].isna().all()
    told = ledger.findings(2026, reporter="06529")
    told = told[told["severity"] == "problem"]
    assert set(told["kind"]) == {"copied"}
    assert told["sheet"].is_unique, "one question for each sheet, once"
    assert "xã Thuỵ Hùng" in told["message_vi"].iloc[0]
    assert {path.name[:5] for path in (out / "cong-van").iterdir()} == {"06529", "06148"}


def test_each_commune_of_a_file_has_its_own_letter_and_what_is_nobodys_goes_by_file(
    round_2026: Round, tmp_path: Path
) -> None:
    rows = [
        ["Xã", "Cây trồng", "Hiện có"], ["Lộc Bình", "Na", -5], ["Thụy Hùng", "Na", -7],
        ["Sầm Sơn", "Na", 5], ["Đình Lập", "Na", 4],
    ]  # fmt: skip
    (tmp_path / "back").mkdir()
    _save(rows, tmp_path / "back" / "cụm.xlsx")
    ledger, out = Ledger(tmp_path / "sổ.sqlite"), tmp_path / "out"

    def letters() -> list[str]:
        got = collect(tmp_path / "back", round_2026, [load_form("plan-annual")], ledger=ledger)
        keep(got, ledger)
        save_collected(got, round_2026, out, ledger=ledger)
        return sorted(path.name for path in (out / "cong-van").iterdir())

    to_two = ["06148 xã Thuỵ Hùng 2026.docx", "06529 xã Lộc Bình 2026.docx"]
    assert letters() == [*to_two, "cụm.xlsx 2026.docx"]
    rows[3][0] = "Lộc Bình"
    rows[3][1] = "Chè"
    _save(rows, tmp_path / "back" / "cụm.xlsx")
    (out / "cong-van").rename(out / "letters")  # As it was called before
    assert letters() == to_two
    assert not (out / "letters").exists()


def test_a_version_that_leaves_figures_out_is_told_in_the_same_folder(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    form = fill("06529")
    form.book.save(tmp_path / "a.xlsx")
    cell = form.put("pine", "lost", None)
    form.book.save(tmp_path / "b.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    told = got.findings[got.findings["kind"] == "figures-left-out"]
    assert told["file"].tolist() == ["b.xlsx"]
    assert f"a.xlsx {cell}" in told["message_vi"].iloc[0]


def test_a_question_goes_with_the_form_that_it_is_about() -> None:
    """One workbook answers two forms: who is asked about one of them is not asked about both."""
    readings = []
    for form in ("forest-02", "forest-05"):
        entry = Entry(
            *("06529", form, "changes", "0000", "c4", "", "ha", Phrase("", "")),
            *(5.0, "5", "hai biểu.xlsx", form, 7, 1),
        )
        page = Page(entry.file, form, Sheet())
        readings.append(PageReading(page, [entry], rows={7: "figures"}, lines=[7], form=form))
    readings[1].findings.append(readings[1].entries[0].told("jump", expected=50.0))
    collected = Collected(2026)
    file = ReturnedFile("hai biểu.xlsx", "0" * 64, "2026-11-10T10:00:00", lines=2)
    collected.add(Returned(file, readings))
    (submissions,) = collected.submissions()
    asked = {one.form: [row["kind"] for row in one.findings] for one in submissions}
    assert asked == {"forest-02": [], "forest-05": ["jump"]}


def test_the_unit_of_a_caption_holds_for_the_table(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["XÃ LỘC BÌNH NĂM 2026", None, None], ["(Đơn vị: sào)", None, None],
        ["Tên cây", "DT trồng mới", "DT hiện có"], ["Na", 100, 1000],
    ]  # fmt: skip
    _save(rows, tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert got.figures["value"].tolist() == [pytest.approx(3.6), pytest.approx(36.0)]
    assert set(got.findings["kind"]) <= {"unit-converted", "header-near"}


def test_a_signature_below_a_table_is_no_figure(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["XÃ LỘC BÌNH NĂM 2026", None, None], ["Cây trồng", "Trồng mới (ha)", "Hiện có (ha)"],
        ["Na", 1, 36], ["Tổng cộng", 1, 36], ["Người lập biểu", None, "TM. UBND xã"],
        ["Nguyễn Văn A", None, "Chủ tịch"],
    ]  # fmt: skip
    _save(rows, tmp_path / "t.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert got.findings.empty, got.findings.to_string()
    assert got.rows.set_index("row")["kind"][[5, 6]].tolist() == ["note", "note"]


def test_an_old_commune_that_gave_its_name_is_a_part_of_the_sum(
    round_2026: Round, tmp_path: Path
) -> None:
    """Lộc Bình of today is Lộc Bình of old and three more; a row of them all is their sum."""
    rows = [
        ["BÁO CÁO NĂM 2026", None, None], ["Xã", "Cây trồng", "Hiện có (ha)"],
        ["Lộc Bình", "Hồi", 160], ["Khánh Xuân", "Hồi", 60], ["Hữu Khánh", "Hồi", 41],
    ]  # fmt: skip
    for first, whole in ((160, [261.0]), (101, [])):
        rows[2][2] = first
        _save(rows, tmp_path / "t.xlsx")
        got = collect(tmp_path, round_2026, [load_form("plan-annual")])
        standing = reported_crops(got.figures, got.figures).dropna(subset="standing_ha")
        assert standing["standing_ha"].tolist() == whole, got.findings.to_string()


def test_all_figures_of_a_row_in_another_unit_are_asked_back(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    form = fill("06529")
    cells = form.scale("pine", 10_000 / 360, "standing", "planted", "lost", "certified")
    form.book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    mine = got.figures[(got.figures["row"] == "pine") & got.figures["cell"].isin(cells)]
    assert len(mine) == 4
    assert set(mine["verdict"]) == {"asked"}


def test_no_figure_of_exchanged_communes_counts(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    one, other = fill("06529"), fill("06148")
    for row in set(one.last) | set(other.last):
        for column in ("planted", "lost", "certified"):
            one.put(row, column, 0)
            other.put(row, column, 0)
        one.put(row, "standing", LAST["06148"][row])
        other.put(row, "standing", LAST["06529"][row])
    one.book.save(tmp_path / "a.xlsx")
    other.book.save(tmp_path / "b.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    assert set(got.findings.loc[got.findings["kind"] == "communes-exchanged", "reporter"]) == {
        "06529", "06148",
    }  # fmt: skip
    zones = got.figures[got.figures["table"] == "zones"]
    assert set(zones["verdict"]) == {"asked"}


@pytest.mark.parametrize("note", ["", "đã kiểm tra"])
def test_two_rows_in_each_others_place_are_asked_back_whole(
    note: str, round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    """Pine and acacia of one commune, 4,336.7 ha and 142.7 ha a year before, exchanged."""
    form = fill("06529")
    for column in ("planted", "lost", "standing", "certified"):
        one, other = form.value("pine", column), form.value("acacia", column)
        form.put("pine", column, other)
        form.put("acacia", column, one)
    for row in ("pine", "acacia"):
        form.put(row, "note", note or None)
    form.book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    mine = got.figures[got.figures["row"].isin(["pine", "acacia"])]
    told = got.findings[got.findings["kind"] == "rows-exchanged"]
    if note:
        assert told.empty
        assert set(mine["verdict"]) == {"remarked", "accepted"}
    else:
        assert "Thông ↔ Keo" in told["message_vi"].iloc[0]
        assert set(mine["verdict"]) == {"asked"}
        assert set(got.figures.loc[got.figures["row"] == "anise", "verdict"]) == {"accepted"}


def test_a_file_of_which_it_is_in_doubt_whose_it_is_replaces_none(
    round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    ledger, forms = Ledger(tmp_path / "sổ.sqlite"), [load_form("plan-annual")]
    form = fill("06529")
    for name in ("tốt", "lạ"):
        (tmp_path / name).mkdir()
        form.book.save(tmp_path / name / f"{name}.xlsx")
        form.sheet()["B3"].value = "xã Quốc Khánh – năm 2026"
    for name in ("tốt", "lạ"):
        got = collect(tmp_path / name, round_2026, forms, ledger=ledger)
        keep(got, ledger)
        save_collected(got, round_2026, tmp_path / "out", ledger=ledger)
    assert ledger.history()["older"].tolist() == [False, True]
    assert set(ledger.figures(2026)["file"]) == {"tốt.xlsx"}
    letters = [path.name for path in (tmp_path / "out" / "cong-van").iterdir()]
    assert letters == ["lạ.xlsx 2026.docx"], "whoever sent it is asked whose it is"


@pytest.mark.parametrize(
    ("note", "verdict"), [("Xác nhận số liệu đúng", "remarked"), ("chưa xác nhận", "asked")]
)
def test_a_figure_that_the_reporter_confirms_counts(
    note: str, verdict: str, round_2026: Round, fill: Fill, tmp_path: Path
) -> None:
    """Last year's figure was wrong by ten: the commune says so, and is believed with a remark."""
    form = fill("06529")
    for column, value in (("planted", 0), ("lost", 0), ("standing", 433.7), ("certified", 0)):
        form.put("pine", column, value)
    form.put("pine", "note", note)
    form.book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    mine = got.figures[(got.figures["row"] == "pine") & (got.figures["column"] == "standing")]
    assert mine["verdict"].tolist() == [verdict], got.findings.to_string()


def test_a_file_that_cannot_be_read_is_asked_for_by_the_name_it_bears(
    round_2026: Round, tmp_path: Path
) -> None:
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "06529 báo cáo.doc").write_bytes(b"no workbook")
    ledger, out = Ledger(tmp_path / "sổ.sqlite"), tmp_path / "out"
    got = collect(tmp_path / "back", round_2026, [load_form("plan-annual")], ledger=ledger)
    keep(got, ledger)
    save_collected(got, round_2026, out, ledger=ledger)
    assert got.findings[["kind", "reporter"]].to_numpy().tolist() == [["file-unreadable", "06529"]]
    assert [path.name for path in (out / "cong-van").iterdir()] == ["06529 xã Lộc Bình 2026.docx"]


def test_each_file_that_is_nobodys_has_a_letter_of_its_own_however_it_is_called(
    round_2026: Round, tmp_path: Path
) -> None:
    back, deep = tmp_path / "back", "b" * 120 + "/" + "á" * 60
    for name in ("một/báo cáo.doc", "một-báo cáo.doc", f"{deep}/1.doc", f"{deep}/2.doc"):
        path = back / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    ledger, out = Ledger(tmp_path / "sổ.sqlite"), tmp_path / "out"
    got = collect(back, round_2026, [load_form("plan-annual")], ledger=ledger)
    keep(got, ledger)
    save_collected(got, round_2026, out, ledger=ledger)
    assert len(list((out / "cong-van").iterdir())) == 4
