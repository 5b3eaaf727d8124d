"""Damaged documents and YAML: read, or refused in one line; never a traceback, never a hang."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from layers.base.errors import InputError, MissingFileError
from tests.zones.project.test_model import GOOD
from zones.plan.extract.document import read_document_text
from zones.plan.extract.draft import draft_plan
from zones.plan.files import load_plan
from zones.plan.lint import lint_plan
from zones.project.model import load_project

LINES = (
    "KẾ HOẠCH",
    "Phát triển vùng trồng tỉnh Lạng Sơn giai đoạn 2026-2030",
    "I. MỤC TIÊU",
    "1. Vùng Na: quy mô trên 4.500 ha, tập trung tại các xã Chi Lăng, Hữu Lũng, …",
    "2. Vùng Quế: 6.000 - 8.000 ha (bình quân mỗi năm 1.200 ha)",
)
PLAN = """\
plan: thu-nghiem
name: {vi: Thử nghiệm, en: A trial}
issuer: null
number: null
date: "2026"
province: "20"
vintage: "2025-07-01"
horizon: {first: 2026, last: 2030}
zones:
  - zone: pine
    clause: "I.1"
    name: {vi: Thông, en: Pine}
    crop: pine
    land_kind: forest
    counts_for_cover: established
    list: open
    communes:
      - {code: "06529", as_written: Lộc Bình}
      - {code: "06601", as_written: Lợi Bắc}
    targets:
      - {target: pine-area, indicator: area, bound: range, low: 150000, high: 160000, unit: ha, year: 2030, clause: null}
indicators:
  - {target: cover, indicator: forest_cover_rate, bound: exact, figure: 64.5, unit: "%", year: 2030, clause: null}
"""  # noqa: E501 - as a planner writes it
SIGNS = [
    ".inf", ".nan", "1e400", "-1", "5.000", '"5.000"', "null", "[]", "{}", "!!int 5", "&a 1", "*a",
    "%YAML 1.1\n", "%TAG ! x\n", "---\n", "...\n", "\x07", '"\\x07"', '"\\ud800"', "\t", "- ",
    "| \n", "9999-99-99", "9" * 500, "9" * 5000, "\u2028", "\ufeff", '"', "{", "[[[[", "a: b: c",
    "y" * 300, "!!python/object:os.system", "<<: ", "? ", "\x85",
]  # fmt: skip


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        place, length = rng.randrange(len(changed)), rng.randrange(1, 200)
        match rng.randrange(4):
            case 0:
                changed[place] = rng.randrange(256)
            case 1:
                del changed[place : place + length]
            case 2:
                changed[place:place] = changed[place : place + length]
            case _ if rng.random() < 0.2:
                del changed[place + 1 :]
        changed = changed or bytearray(b"x")
    return bytes(changed)


def _member_changed(data: bytes, rng: random.Random) -> bytes:
    """The same archive with one of its parts lost, damaged or with another number in it."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    chosen = rng.choice([name for name in source.namelist() if name.endswith((".xml", ".rels"))])
    how = rng.randrange(4)
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            text = source.read(name)
            if name == chosen and how == 0:
                continue
            if name == chosen and how == 1:
                text = _bytes_changed(text, rng)
            if name == chosen and how > 1:
                pattern = rb'="(-?\d+)"' if how == 2 else rb"<w:\w+[^>]*/?>"
                if found := list(re.finditer(pattern, text)):
                    one, instead = rng.choice(found), rng.choice([b"-1", b"9" * 12, b"x", b""])
                    new = b'="' + instead + b'"' if how == 2 else b""
                    text = text[: one.start()] + new + text[one.end() :]
            archive.writestr(name, text)
    return target.getvalue()


def _text_changed(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice([1, 1, 1, 2])):
        place = rng.randrange(len(text) + 1)
        match rng.randrange(4):
            case 0:
                text = text[:place] + rng.choice(SIGNS) + text[place:]
            case 1:
                text = text[:place] + text[place + rng.randrange(1, 30) :]
            case 2:
                values = list(re.finditer(r": ([^\n{},\[\]]+)", text)) or [re.match("", text)]
                start, end = rng.choice(values).span(len(values) > 1)
                text = text[:start] + rng.choice(SIGNS) + text[end:]
            case _:
                text = text[:place] + chr(rng.randrange(0x3000)) + text[place + 1 :]
    return text


def _word() -> bytes:
    document, data = docx.Document(), io.BytesIO()
    for place, line in enumerate(LINES):
        document.add_paragraph(line, style="List Number" if place > 2 else None)
    document.add_table(2, 2).cell(0, 0).text = "Xã Chi Lăng"
    document.save(data)
    return data.getvalue()


def _pdf(pack: bool) -> bytes:
    writer, data = pypdf.PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(
        b"BT /F1 12 Tf 72 720 Td (Trong moi 9.000 ha rung den nam 2030 o Lang Son) Tj ET"
    )
    packed = stream.flate_encode() if pack else stream
    page[NameObject("/Contents")] = writer._add_object(packed)
    writer.write(data)
    return data.getvalue()


def _told(read: Callable[[], object]) -> str:
    """What is said of an input: nothing where it is read; anything but an error of ours fails."""
    try:
        read()
    except (InputError, MissingFileError) as error:
        return f"{error.text('vi')} {error.text('en')}"
    return ""


@pytest.mark.parametrize("seed", range(3))
def test_damaged_documents_are_read_or_refused_in_one_line(tmp_path: Path, seed: int) -> None:
    rng, word, said = random.Random(seed), _word(), []
    for number in range(100):
        suffix = ".pdf" if number % 4 == 0 else ".docx"
        data = _pdf(pack=rng.random() < 0.5) if suffix == ".pdf" else word
        change = _member_changed if number % 4 > 1 else _bytes_changed
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(change(data, rng))
        said.append(_told(lambda: draft_plan(read_document_text(path), plan_id="x", province="20")))  # noqa: B023 - called at once
    assert not [one for one in said if "\n" in one or len(one) > 1_000]
    assert 10 < said.count("") < 90


@pytest.mark.parametrize("seed", range(3))
def test_damaged_yaml_is_read_or_refused_in_one_line(tmp_path: Path, seed: int) -> None:
    rng, plan, project = random.Random(seed), tmp_path / "plan.yaml", tmp_path / "project.yaml"
    for name in ("communes.gpkg", "areas.csv", "forest.gpkg", "cover.tif"):
        (tmp_path / name).write_bytes(b"x")
    said = []
    for _ in range(100):
        plan.write_text(_text_changed(PLAN, rng), "utf-8", errors="surrogatepass")
        said.append(_told(lambda: lint_plan(load_plan(plan, check_codes=False))))
        project.write_text(_text_changed(GOOD, rng), "utf-8", errors="surrogatepass")
        said.append(_told(lambda: load_project(project)))
    assert not [one for one in said if "\n" in one or len(one) > 3_000]
    assert 5 < said.count("") < 150
