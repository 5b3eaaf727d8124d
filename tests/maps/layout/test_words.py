"""Words of the annex: no page prints an identifier, a raw unit or a date of a machine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import maps.layout
from layers.base.language import Language, Phrase
from layers.base.resources import data_path
from maps.annex.workbook import save_workbook
from maps.layout.content import AnnexContent, TableNote, page_day, source_rows
from maps.layout.page_table import PageColumn, body_texts, cell_digits, print_cell
from maps.layout.tables import build_tables
from maps.layout.words import phrase, word
from tests.maps.annex import annex_squares as squares
from zones.plan.files import embedded_plans, load_plan
from zones.plan.frames import targets_frame

#: What an identifier looks like, and a language would not.
_RAW = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|\b\d{4}-\d{2}(-\d{2})?\b")


WORDS = json.loads(Path(maps.layout.__file__).with_name("words.json").read_text(encoding="utf-8"))


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(data_path(name), dtype="str", keep_default_na=False)


@pytest.mark.parametrize(
    ("kind", "name", "column"),
    [
        ("unit", "units.csv", "unit"),
        ("indicator", "indicators.csv", "indicator"),
        ("land", "land_sources.csv", "source"),
    ],
)
def test_every_identifier_has_words_in_both_languages(kind: str, name: str, column: str) -> None:
    table = _table(name)
    for row in table.to_dict("records"):
        said = {code: word(kind, row[column], code) for code in ("vi", "en")}
        assert said == {"vi": row["name_vi"], "en": row["name_en"]}
        assert all(said.values())
        assert not any(_RAW.search(text) for text in said.values())


def _everything(language: Language) -> AnnexContent:
    """Targets with every unit, indicator, bound and status there is, and rates of units."""
    indicators, units = _table("indicators.csv")["indicator"], _table("units.csv")["unit"]
    units = [*units, "ha/year", "m3/ha/year", "%/year", "head/year"]
    bounds, states = (
        [key.partition(" ")[2] for key in WORDS if key.startswith(kind)]
        for kind in ("bound ", "status ")
    )
    count = max(len(indicators), len(units))
    rows = [
        {
            "target": f"target-{number}",
            "zone": "pine" if number % 2 else "",
            "clause": None,
            "bound": bounds[number % len(bounds)],
            "unit": units[number % len(units)],
            "indicator": indicators[number % len(indicators)],
            "year": 2030,
            **dict.fromkeys(["low", "high", "present", "held_ratio"], 1.0),
            **dict.fromkeys(["shortfall", "surplus"], 0.0),
            "status": states[number % len(states)],
        }
        for number in range(count)
    ]
    land = _table("land_sources.csv")["source"]
    allocation = pd.DataFrame(
        [("pine", "06001", "Bình Gia", source, 2026, 1.0) for source in land],
        columns=squares.allocation().columns,
    )
    sources = pd.DataFrame(
        [("forest", "2025-12-31", None, "Lớp hiện trạng rừng", "Forest status layer")],
        columns=["layer", "date", "source", "layer_vi", "layer_en"],
    )
    return squares.content(
        targets=pd.DataFrame(rows), allocation=allocation, sources=sources, language=language
    )


def _texts(content: AnnexContent) -> list[str]:
    tables = build_tables(content)
    return [text for table in tables for row in body_texts(table) for text in row]


def test_no_page_prints_an_identifier() -> None:
    content = _everything("vi")
    told = _texts(content)
    assert [text for text in told if _RAW.search(text)] == []
    english = ("year", "ha/year", "head", "plant", "household", "Young acacia", "below", "range")
    assert not set(english) & set(told)
    assert {"ha/năm", "m³/ha/năm", "con/năm", "Keo non chuyển sang gỗ lớn"} <= set(told)


def test_english_pages_are_english() -> None:
    content = _everything("en")
    told = _texts(content)
    assert [text for text in told if re.search(r"\b[a-z0-9]+_[a-z0-9_]+\b", text)] == []
    assert {
        "ha/year",
        "Young acacia for large timber",
        "Forest status layer",
    } <= set(told)
    assert not {"Chưa đạt", "không quá", "con", "tấn"} & set(told)


def test_every_unit_and_indicator_of_the_embedded_plans_has_words() -> None:
    units = set(_table("units.csv")["unit"])
    indicators = set(_table("indicators.csv")["indicator"])
    for plan in embedded_plans():
        frame = targets_frame(load_plan(plan))
        assert {part for unit in frame["unit"] for part in unit.split("/")} <= units
        assert set(frame["indicator"]) <= indicators


def test_dates_are_written_as_the_reader_writes_them() -> None:
    assert page_day("2025-07", "vi") == "07/2025"
    assert page_day("2025-12-31", "en") == "2025-12-31"
    assert page_day("quý I 2025", "vi") == "quý I 2025"


def test_sources_are_named_in_the_language_of_the_page() -> None:
    sources = pd.DataFrame(
        {
            "layer": ["forest", "Kế hoạch A"],
            "date": ["2025-12-31", None],
            "source": ["Kiểm lâm", None],
            "layer_vi": ["Lớp hiện trạng rừng", "Kế hoạch A"],
            "layer_en": ["Forest status layer", "Plan A"],
        }
    )
    vietnamese = source_rows(squares.content(sources=sources))
    assert vietnamese["layer"].tolist() == ["Lớp hiện trạng rừng", "Kế hoạch A"]
    assert vietnamese["date"].tolist() == ["31/12/2025", ""]
    english = source_rows(squares.content(sources=sources, language="en"))
    assert english["layer"].tolist() == ["Forest status layer", "Plan A"]
    plain = source_rows(squares.content(sources=sources[["layer", "date", "source"]]))
    assert plain["layer"].tolist() == ["forest", "Kế hoạch A"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("figure", 155000.0, "155.000"),
        ("figure", 5.5, "5,5"),
        ("figure", 0.125, "0,125"),
        ("figure", 0.1 + 0.2, "0,3"),
        ("measured", 205.0, "205,0"),
        ("measured", 64.51, "64,51"),
        ("measured", 0.0, "-"),
    ],
)
def test_figures_keep_their_digits(kind: str, value: float, text: str) -> None:
    column = PageColumn("low", "", kind)  # type: ignore[arg-type]
    assert print_cell(column, value, "vi", decimals=(1, 2)) == text


def test_cells_of_the_workbook_say_their_digits(tmp_path) -> None:  # type: ignore[no-untyped-def]
    targets = squares.targets().assign(low=[1000.0, 47.5, 0.125, 3.0])
    path = save_workbook(squares.content(targets=targets), tmp_path / "annex.xlsx")
    sheet = openpyxl.load_workbook(path)["1 Chỉ tiêu"]
    formats = {
        cell.value: cell.number_format for row in sheet.iter_rows() for cell in row if cell.value
    }
    # A format such as #,##0.## would print "1.000," for a whole figure.
    assert formats[1000.0] == '#,##0;-#,##0;"-"'
    assert formats[47.5] == '#,##0.0;-#,##0.0;"-"'
    assert formats[0.125] == '#,##0.000;-#,##0.000;"-"'
    assert cell_digits(PageColumn("present", "", "measured"), 900.5, (2, 2)) == 2


def test_notes_stand_below_the_table_they_concern() -> None:
    notes = (
        TableNote("targets", Phrase(en="Tolerance.", vi="Dung sai.")),
        TableNote("targets", Phrase(en="Not here.", vi="Không ở đây."), zone="tea"),
        TableNote("allocation", Phrase(en="Relaxed.", vi="Nới.")),
        TableNote("verdict", Phrase(en="Pine: met.", vi="Thông: đạt."), zone="pine"),
        TableNote("zone", Phrase(en="Pine only.", vi="Chỉ thông."), zone="pine"),
    )
    tables = {
        table.zone or table.role: table
        for table in reversed(build_tables(squares.content(notes=notes)))
    }
    assert tables["targets"].notes == ("Dung sai.",)
    assert tables["allocation"].notes[-1] == "Nới."
    assert tables["pine"].notes[-2:] == ("Thông: đạt.", "Chỉ thông.")
    assert not {"Thông: đạt.", "Chỉ thông."} & set(tables["anise"].notes)
    assert all(
        "Dung sai." not in table.notes for role, table in tables.items() if role != "targets"
    )


def test_every_phrase_stands_in_both_languages_with_the_same_values() -> None:
    for key, both in WORDS.items():
        assert set(both) == {"en", "vi"}, key
        assert all(text.strip() for text in both.values()), key
        names = [sorted(re.findall(r"{(\w+)}", text)) for text in both.values()]
        assert names[0] == names[1], key


def test_every_phrase_is_said_somewhere_and_none_is_lacking() -> None:
    folder = Path(maps.layout.__file__).parents[1]
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    said = set(re.findall(r"""(?:say|phrase)\(\s*"([\w. ]+)\"""", code))
    assert said - set(WORDS) == set()
    built = (
        "map.no_",
        "bound ",
        "status ",
        "verdict ",
        "unsure ",
        "remark ",
        "kind ",
        "cover.",
        "path.",
        "progress.",
        "zone.left_out",
        "form.",
        "purposes.",
        "causes.",
        *("groups.present_ha", "groups.planned_ha", "groups.loss_ha", "groups.note_"),
    )
    assert {key for key in set(WORDS) - said if not key.startswith(built)} == set()


def test_counts_are_grouped_as_each_language_does() -> None:
    told = phrase("table.more_rows", count=12345)
    assert told.vi.startswith("… 12.345 dòng")
    assert told.en.startswith("… 12,345 more")
