"""Tables of figures: what is read, and which figures are refused."""

from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from layers import InputError, MissingFileError, SchemaError
from layers.io.table import parse_numbers, read_table, require_columns


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_keeps_codes_as_text(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "Diện tích xã.csv"
    path.write_text(f"mã{separator}ha\n06148{separator}12.5\n", encoding)
    assert read_table(path).to_dict("records") == [{"mã": "06148", "ha": "12.5"}]


def test_excel_and_parquet_read_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["06148", "06151"], "ha": [12.5, 3.0]})
    frame.to_excel(tmp_path / "a.xlsx", index=False, sheet_name="Số liệu")
    frame.to_parquet(tmp_path / "a.parquet")
    expected = [("06148", 12.5), ("06151", 3.0)]
    for name in ("a.xlsx", "a.parquet"):
        table = read_table(tmp_path / name)
        numbers = parse_numbers(table["ha"], source="ha")
        assert list(zip(table["code"], numbers, strict=True)) == expected
    with pytest.raises(MissingFileError, match=r"no sheet 'x'; the workbook has \['Số liệu'\]"):
        read_table(tmp_path / "a.xlsx", sheet="x")


def test_names_are_composed_and_stripped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("xa\n  Lộc Bình \n", "utf-8")  # NFD
    assert read_table(path)["xa"].tolist() == ["Lộc Bình"]


def test_unreadable_tables(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="File not found"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "a.doc").write_text("x")
    with pytest.raises(InputError, match=r"expected a table as .csv, .xlsx or .parquet"):
        read_table(tmp_path / "a.doc")
    (tmp_path / "a.csv").write_bytes(b"x\n\xe1\xff\n")
    with pytest.raises(InputError, match="expected UTF-8 text"):
        read_table(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("code,ha\n")
    with pytest.raises(InputError, match="found an empty table"):
        read_table(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(InputError, match="not a readable CSV table"):
        read_table(tmp_path / "c.csv")
    (tmp_path / "d.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputError, match="expected an Excel workbook"):
        read_table(tmp_path / "d.xlsx")


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("155.000,5", ",", 155_000.5),
        ("155,000.5", ".", 155_000.5),
        ("12.5", None, 12.5),
        ("1 200", None, 1200.0),
        ("0.125", None, 0.125),
    ],
)
def test_numbers(text: str, decimal: Literal[".", ","] | None, value: float) -> None:
    assert parse_numbers(pd.Series([text]), source="x", decimal=decimal).tolist() == [value]


@pytest.mark.parametrize("text", ["12.345", "1,5", "1.234,5"])
def test_a_figure_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="can be read with a decimal comma or a decimal point"):
        parse_numbers(pd.Series([text]), source="x")


def test_one_plain_decimal_settles_a_column() -> None:
    assert parse_numbers(pd.Series(["12.345", "1.5"]), source="x").tolist() == [12.345, 1.5]


def test_text_is_no_number() -> None:
    with pytest.raises(InputError, match=r"found 1 cells of text \(row 3: 'khoảng 5'\)"):
        parse_numbers(pd.Series(["1", "khoảng 5"]), source="x")


def test_missing_is_not_zero() -> None:
    assert parse_numbers(pd.Series(["1", None]), source="x").isna().tolist() == [False, True]


def test_missing_columns_are_named_with_those_found() -> None:
    with pytest.raises(SchemaError, match=r"expected columns ha \(area\); found code, area_ha"):
        require_columns(
            pd.DataFrame(columns=["code", "area_ha"]), {"code": "code", "area": "ha"}, source="t"
        )
