"""Faults of YAML are told in Vietnamese to the last word."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.base.errors import InputError
from zones.project.yaml import parse_document


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
