"""Faults of YAML are told in Vietnamese to the last word."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from layers.base.errors import InputError
from zones.project.yaml import copied, dump_document, parse_document


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: b: c\n", 1, "thừa dấu hai chấm"),
        ("a: [1, 2\nb: 3\n", 2, "thiếu dấu phẩy hoặc ngoặc đóng"),
        ("a: 'x\n", 2, "dấu nháy hoặc ngoặc chưa đóng"),
        ("a: @x\n", 1, "phải đặt trong dấu nháy"),
        ('a: "C:\\xyz"\n', 1, "hãy dùng dấu nháy đơn"),
        ("a: 1\na: 2\n", 2, "khóa a đã có ở trên"),
        ("a:\n  - 1\n - 2\n", 3, "thụt lề khác các dòng cùng cấp"),
        ("a: \x01\n", 0, "ký tự điều khiển"),
    ],
)
def test_a_fault_of_yaml_has_no_english_tail(text: str, line: int, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_document(text, Path("p.yaml"))
    said = caught.value.text("vi")
    assert told in said
    assert f"p.yaml, dòng {line} (" in said or not line
    for english in ("mapping", "expected", "found", "while", "duplicate", "character"):
        assert english not in said


def test_who_changes_a_document_changes_nobody_elses() -> None:
    text = "# why\na:\n  - b: 2\nwhen: 2026-01-02T10:00:00+07:00\nrate: 0x1F\nsum: 1.50\n"
    for given in (text, text.replace("when", "then").replace("T10:00:00+07:00", "")):
        one = parse_document(given, Path("p.yaml"))
        one["a"][0]["b"] = 3
        assert dump_document(parse_document(given, Path("p.yaml"))) == given


def test_a_folded_text_is_read_with_its_breaks_folded() -> None:
    text = "title: >-\n  Vùng trồng\n  Lạng Sơn\n\n  2026\n"
    document = parse_document(text, Path("p.yaml"))
    assert document["title"] == "Vùng trồng Lạng Sơn\n2026"
    assert dump_document(document) == text


def test_a_list_of_thousands_is_read_in_time_that_grows_with_it() -> None:
    """A copy took the square: 5,000 corrections kept a check busy for minutes."""
    text = "a:\n" + "".join(f"  - x: {number}\n" for number in range(3000))
    parse_document(text, Path("p.yaml"))
    start = time.process_time()
    document = parse_document(text, Path("p.yaml"))
    assert time.process_time() - start < 1
    assert copied(document) == document
    assert len(document["a"]) == 3000
