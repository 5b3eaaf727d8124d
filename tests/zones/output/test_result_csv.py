"""Result tables as CSV: both forms say the same, and no figure carries binary dust."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.base.language import Language
from zones.output.result_csv import _cell_words, read_result_csv, save_result_csv
from zones.output.table_words import code_words, column_title, table_words
from zones.tables import ALLOCATION, RESULT_TABLES

FRAME = pd.DataFrame(
    {
        "zone": ["pine", "na"],
        "commune_code": ["06148", "06184"],
        "commune": ["Thất Khê", "Hồng Phong; Bắc"],
        "land": ["bare_production", ""],
        "year": [2027, 2030],
        "planned_ha": [94.0401461027535, -2.66e-13],
        "present_ha": [1234.5, None],
        "binding": ["land", "target"],
    }
)


def test_figures_have_no_dust_and_keep_a_hundredth_of_a_square_metre(tmp_path: Path) -> None:
    save_result_csv(FRAME, tmp_path, "allocation", form="machine", language="vi")
    lines = (tmp_path / "allocation.csv").read_text("utf-8-sig").splitlines()
    assert lines[1] == "pine,06148,Thất Khê,bare_production,2027,94.040146,1234.5,land"
    assert lines[2] == "na,06184,Hồng Phong; Bắc,,2030,0.0,,target"


def test_the_form_of_the_office_has_commas_and_its_own_headings(tmp_path: Path) -> None:
    save_result_csv(FRAME, tmp_path, "allocation", form="office", language="vi")
    lines = (tmp_path / "allocation.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Vùng;Mã xã;Xã, phường;Loại đất;Năm;Tăng thêm (ha)")
    assert lines[1].startswith("pine;06148;Thất Khê;")
    assert lines[1].split(";")[3:] == [
        "Đất trống trong rừng sản xuất", "2027", "94,040146", "1234,5",
        code_words("binding")["land"].vi,
    ]  # fmt: skip
    assert lines[2].startswith('na;06184;"Hồng Phong; Bắc";;2030;0,0;;')


@pytest.mark.parametrize("language", ["vi", "en"])
def test_codes_are_words_and_are_read_back_as_codes(tmp_path: Path, language: Language) -> None:
    frame = pd.DataFrame(
        {
            "bound": ["range", "at_least", "about"],
            "status": ["above", "below", "not_measured"],
            "unit": ["ha", "head/year", "ha/year"],
            "verdict": ["met", "not_assessed", "cannot_tell"],
            "told_by": ["layer", "report", ""],
        }
    )
    save_result_csv(frame, tmp_path, "targets", form="office", language=language)
    text = (tmp_path / "targets.csv").read_text("utf-8-sig")
    codes = ("at_least", "not_measured", "not_assessed", "cannot_tell")
    assert [code for code in codes if code in text] == []
    back = read_result_csv(tmp_path / "targets.csv", "targets")
    assert back.to_dict("list") == frame.fillna("").to_dict("list")
    areas = pd.DataFrame({"crop": ["lychee", "acacia"], "land": ["unclassified", "crop"]})
    save_result_csv(areas, tmp_path, "areas", form="office", language=language)
    assert "lychee" not in (tmp_path / "areas.csv").read_text("utf-8-sig")
    assert read_result_csv(tmp_path / "areas.csv", "areas").to_dict("list") == areas.to_dict("list")


def test_a_word_for_two_codes_would_be_read_as_neither() -> None:
    for table in RESULT_TABLES:
        for column in table.columns:
            for language in ("vi", "en"):
                words = _cell_words(table.name, column.name, language)
                assert [text for text in words.values() if text in set(map(str, words))] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_both_forms_are_read_back_alike(tmp_path: Path, language: Language) -> None:
    for form in ("machine", "office"):
        folder = tmp_path / form
        folder.mkdir()
        save_result_csv(FRAME, folder, "allocation", form=form, language=language)
    machine, office = (
        read_result_csv(tmp_path / form / "allocation.csv", "allocation")
        for form in ("machine", "office")
    )
    pd.testing.assert_frame_equal(machine, office)
    assert list(machine.columns) == ALLOCATION.names


def test_every_table_and_column_has_a_name_that_no_other_has() -> None:
    told = [table.name for table in RESULT_TABLES if not table.name.endswith("findings")]
    assert set(told) == set(table_words())
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        for table in RESULT_TABLES:
            titles = [column_title(table.name, name, language) for name in table.names]
            assert len(set(titles)) == len(titles), (table.name, titles)
            assert not set(titles) & set(table.names), table.name
