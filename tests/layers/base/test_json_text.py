"""JSON that others may have written: its value, or a ValueError."""

from __future__ import annotations

import pytest

from layers.base.json_text import parsed_json


def test_a_value_or_a_value_error() -> None:
    assert parsed_json('{"a": [1, "hồi"]}') == {"a": [1, "hồi"]}
    for text in ("", "{", "[" * 100_000, '{"a":' * 100_000, "9" * 5000):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the words
            parsed_json(text)
