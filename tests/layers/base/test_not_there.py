"""A file that is not there brings the nearest name, or what lies in its folder."""

from pathlib import Path

import pytest

from layers.base.errors import MissingFileError
from layers.base.not_there import in_its_place
from layers.io.table import read_table
from layers.io.vector import describe_vector
from zones.plan.extract.document import read_document_text
from zones.plan.files import load_plan
from zones.project.model import load_project


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("x", encoding="utf-8")


def test_a_name_with_other_marks_case_or_blanks_is_the_nearest(tmp_path: Path) -> None:
    _write(tmp_path, "Ranh giới xã.GPKG", "rừng.gpkg")
    assert in_its_place(tmp_path / "ranh_gioi_xa.gpkg").vi == "có phải Ranh giới xã.GPKG?"


def test_where_none_is_near_the_folder_is_told_its_kind_first(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt", "b.csv", "xa.gpkg", ".hidden")
    there = in_its_place(tmp_path / "boundaries.gpkg")
    assert there.en.startswith(f"{tmp_path} holds xa.gpkg, ")
    assert there.vi.startswith(f"trong {tmp_path} có xa.gpkg, ")
    assert "b.csv" in there.vi
    assert "hidden" not in there.vi


def test_an_empty_folder_and_none_are_told(tmp_path: Path) -> None:
    assert "is empty" in in_its_place(tmp_path / "a.csv").en
    assert "there is no folder" in in_its_place(tmp_path / "none" / "a.csv").en


@pytest.mark.parametrize(
    "read", [read_table, describe_vector, read_document_text, load_plan, load_project]
)
def test_every_reader_says_it(read: object, tmp_path: Path) -> None:
    _write(tmp_path, "some-name.zzz")
    assert callable(read)
    with pytest.raises(MissingFileError) as caught:
        read(tmp_path / "other.csv")
    assert "some-name.zzz" in caught.value.text("vi")
